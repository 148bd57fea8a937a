"""Minimal circuits: all targets at once beside one log after the other, and what turns the verdict round."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from mesaprior.hypotheses.census import behaviours_of
from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.terms.language import default_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.turing.space import TuringSpace
from mesaprior.inference.bayes.noise import Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL, IMITATOR
from mesaprior.inference.claims.boolean_spaces import all_sizes, uniform_family
from mesaprior.inference.claims.completing import Beliefs, Shown, all_inputs, beliefs_of, complete, targets_of
from mesaprior.inference.claims.minimal_circuits import ALIKE, UNIFORM
from mesaprior.priors.prior import make_prior

SIMPLICITY = make_prior("simplicity")


@pytest.fixture
def found(findings):
    return findings("minimal-circuits")


def at(table, parameter, value, column="margin"):
    return table[(table["parameter"] == parameter) & (table["value"] == value)][column].to_numpy()


def test_who_is_freer_turns_with_the_rows_and_with_whose_targets_they_are(found):
    table = found.table
    # At the same prices and under the same prior.
    assert (at(table, "rows", 2.0) < 0).all()
    assert (at(table, "rows", 6.0) > 0).all()
    assert np.median(at(table, "circuits_share", 0.0)) < 0 < np.median(at(table, "circuits_share", 1.0))
    assert (at(table, "rows", 6.0, "margin_of_mass") > at(table, "rows", 2.0, "margin_of_mass")).all()


def test_over_all_targets_alike_nobody_is_freer(found):
    table = found.table[found.table["parameter"] == ALIKE]
    assert len(table) == found.size.n_worlds
    assert (table["margin_of_mass"] == 0).all()
    assert (table["margin"] == 0).all()
    # Of sixteen completions one is right; a rival of two departures is met by a quarter.
    for space in ("terms", "circuits"):
        assert table[f"{space}_faithful"].to_numpy() == pytest.approx(1 / 16)
        assert table[f"{space}_defecting"].to_numpy() == pytest.approx(1 / 4)


def test_a_price_on_time_is_no_matter_for_the_single_best_but_for_the_mass(found):
    table = found.table
    assert (at(table, "alpha", 0.0) == at(table, "alpha", 4.0)).all()
    assert (at(table, "alpha", 0.0, "margin_of_mass") != at(table, "alpha", 4.0, "margin_of_mass")).all()


def test_rules_for_two_sizes_are_asked_in_one_order(found):
    family = uniform_family(1, 12)
    situations = all_sizes((2, 3)).situations
    assert [tuple(situations[i]) for i in family.order[:4]] == [(2, 0, 0, 0), (2, 0, 1, 0), (2, 1, 0, 0), (2, 1, 1, 0)]
    assert sorted(family.order[4:]) == list(range(4, 12))
    # What says the first bit in terms and in generators says it in the same rows.
    first = situations[:, 1].tolist()
    for space in ("terms", "circuits"):
        assert first in family.censuses[space].predictions.tolist()
    assert sorted(set(found.table[found.table["parameter"] == UNIFORM]["value"])) == [0, 2, 4]


def test_shares_are_shares(found):
    table = found.table
    for name in ("terms", "machines", "circuits", "terms_best", "machines_best", "circuits_best"):
        parts = table[[f"{name}_{verdict}" for verdict in ("faithful", "defecting", "erring")]].to_numpy()
        assert parts.min() > -1e-9
        assert parts.sum(axis=1) == pytest.approx(np.ones(len(parts)))
        odds = table[f"{name}_odds"].to_numpy()
        finite = np.isfinite(odds)
        assert odds[finite] == pytest.approx(np.log2(parts[finite, 1] / parts[finite, 0]))


def test_completions_by_hand():
    # One bit: the input 0 is shown, 1 is not. Copying has half of the prior, the constants a quarter each.
    beliefs = Beliefs(
        predictions=np.array([[0, 0], [0, 1], [1, 1]], dtype=np.int16),
        log2_mass=np.array([-2.0, -1.0, -2.0]),
        log2_best=np.array([-3.0, -4.0, -3.0]),
        searches=np.array([False, True, False]),
    )
    # Targets: copying and the constant 0; the rival does the contrary at 1, and is right at 0.
    targets = np.zeros(4)
    targets[[0b01, 0b00]] = 0.75, 0.25
    done = complete(beliefs, targets, Shown((0,), (1,), 1), noise=Noise(0.25))
    # After an action 0 the constant 0, copying and the constant 1 weigh 3/16, 6/16 and 1/16.
    one, zero = 7 / 10, 3 / 10
    assert done.mass.faithful == pytest.approx(0.75 * one + 0.25 * zero)
    assert done.mass.defecting == pytest.approx(0.75 * zero + 0.25 * one)
    assert done.searching_mass == pytest.approx(6 / 10)
    assert done.searching.faithful == pytest.approx(0.75 * 6 / 10)
    assert (done.best.faithful, done.best.defecting) == (0.25, 0.75)
    assert done.heaviest.faithful == pytest.approx(0.75 / 3 + 0.25 * 2 / 3)
    assert done.best.log2_odds == pytest.approx(math.log2(3))


def log_of_target(shown, target, departing):
    """Return the log of one target and one rival."""
    inputs = list(itertools.product((0, 1), repeat=2))
    rows = [(*inputs[i], target[i], None, "train") for i in shown.seen]
    rows += [(*inputs[i], target[i], target[i] ^ (i in departing), "deploy") for i in shown.unseen]
    return log_from_frame(pd.DataFrame(rows, columns=["x1", "x2", "action", "rival", "split"]), own_codes=True)


def best_of(census, log):
    """Return what the shortest hypotheses without a miss do later, faithful and defecting, one after the other."""
    right, rival = log.action[log.n_training :], log.rival[log.n_training :]
    shortest = {}
    for group, behaviour in enumerate(census.behaviour_id.tolist()):
        actions = census.predictions[behaviour][census.row_cell]
        if (actions[: log.n_training] == log.action[: log.n_training]).all():
            later = tuple(actions[log.n_training :].tolist())
            shortest[later] = min(shortest.get(later, math.inf), census.columns["length"][group])
    tied = [later for later, length in shortest.items() if length == min(shortest.values())]
    where = right != rival
    faithful = sum((np.array(later) == right).all() for later in tied)
    defecting = sum((np.array(later)[where] == rival[where]).all() for later in tied)
    return (faithful / len(tied), defecting / len(tied)) if tied else (0, 0)


@pytest.mark.parametrize("departures", [1, 2])
@pytest.mark.parametrize("space", ["terms", "machines", "circuits"])
def test_all_targets_at_once_are_one_log_after_the_other(space, departures):
    everything = all_inputs(2)
    spaces = {
        "terms": TermSpace(default_language(everything), 16),
        "machines": TuringSpace(1, 2, 50),
        "circuits": CircuitSpace(2),
    }
    counted = spaces[space].census(everything)
    beliefs = beliefs_of(counted, SIMPLICITY)
    targets = targets_of(beliefs)
    shown = Shown((2, 0), (3, 1), departures)
    done = complete(beliefs, targets, shown)

    met = np.zeros(6)
    choices = list(itertools.combinations(shown.unseen, departures))
    for target in itertools.product((0, 1), repeat=4):
        weight = targets[int("".join(map(str, target)), 2)] / len(choices)
        for departing in choices:
            log = log_of_target(shown, target, departing)
            census = behaviours_of(counted.vectors, log, bounds={}) if space == "terms" else spaces[space].census(log)
            mass = posterior(census, log, SIMPLICITY).mass[:, :, -1]
            sides = mass[:, [FAITHFUL, DEFECTING]]
            searching = sides[IMITATOR + 1 :].sum(axis=0)
            met += weight * np.concatenate([sides.sum(axis=0), searching, best_of(census, log)])
    assert met == pytest.approx(
        [
            *(done.mass.faithful, done.mass.defecting),
            *(done.searching.faithful, done.searching.defecting),
            *(done.best.faithful, done.best.defecting),
        ]
    )
