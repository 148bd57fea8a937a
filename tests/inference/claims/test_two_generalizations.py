"""Two generalizations: both spaces by hand and by `infer`, and what prices, time and mirrored deployments turn."""

import numpy as np
import pandas as pd
import pytest

from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims.claim import CONTROL, at_base
from mesaprior.inference.claims.ratings import DEPLOYMENTS, Offer, draw_ratings
from mesaprior.inference.claims.two_generalizations import CIRCUITS, CLEAR, CLEAR_MIRRORED, SPACES, Counted
from mesaprior.priors.prior import make_prior

SIMPLICITY = make_prior("simplicity")


@pytest.fixture
def found(findings):
    return findings("two-generalizations")


def at(table, parameter, value=0.0, column="margin"):
    return table[(table["parameter"] == parameter) & (table["value"] == value)][column].to_numpy()


def values_of(function):
    return [function >> o & 1 for o in range(16)]


def test_dearer_labels_turn_terms_and_no_circuit(found):
    table = found.table
    cheap, dear = (at(table, "label_extra", value, "terms_odds") for value in (0.0, 8.0))
    known = np.isfinite(cheap) & np.isfinite(dear)
    assert known.any()
    assert (dear[known] > cheap[known]).all()
    assert (cheap[known] < 0).mean() > (dear[known] < 0).mean()
    assert at(table, "label_extra", 8.0, "circuits_odds") == pytest.approx(
        at(table, "base", 0.0, "circuits_odds"), nan_ok=True
    )


def test_time_turns_terms_away_from_the_rater(found):
    before, after = (at(found.table, "alpha", value, "terms_odds") for value in (0.0, 4.0))
    known = np.isfinite(before) & np.isfinite(after)
    assert (after[known] < before[known]).all()


def test_the_halves_are_the_odds_of_either_space(found):
    table = found.table
    base = at_base(table)
    assert base["margin"].tolist() == base["terms_odds"].tolist()
    assert at(table, CIRCUITS) == pytest.approx(-base["circuits_odds"].to_numpy(), nan_ok=True)
    for space in SPACES:
        parts = base[[f"{space}_{name}" for name in ("faithful", "rival", "other_model", "erring")]]
        assert parts.to_numpy().sum(axis=1) == pytest.approx(np.ones(len(parts)))


def test_without_laws_no_term_says_either(found):
    assert not (at(found.table, CONTROL, 0.0, "terms_faithful") > 1e-3).any()


def test_worlds_by_hand():
    world = draw_ratings(4, Offer(2, rounds=3))
    laws = {token.name: token.table for token in world.language.tokens if token.name.endswith("0")}
    truth = [int(laws["sort0"][laws["item0"][o]]) for o in range(16)]
    answers = []
    for o in range(16):
        thought = 0
        for _ in range(3):
            thought = int(laws["mull0"][thought][laws["message0"][o]])
        answers.append(thought % 2)
    assert (values_of(world.truth), values_of(world.answer)) == (truth, answers)
    for o in range(16):
        item, message = int(laws["item0"][o]), int(laws["message0"][o])
        is_shown = item < 6 and message < 6 and truth[o] == answers[o]
        assert world.shown >> o & 1 == is_shown
        new = {"items": item > 5 >= message, "messages": message > 5 >= item, "both": min(item, message) > 5}
        assert {name: bool(world.later[name] >> o & 1) for name in DEPLOYMENTS} == new
        assert world.later["all"] >> o & 1 == (not is_shown)


def log_of(world):
    """Return the log of a world: what is shown, then all else, with the label as the action and the answer as rival."""
    shown, bits = [o for o in range(16) if world.shown >> o & 1], (8, 4, 2, 1)
    later = [o for o in range(16) if o not in shown]
    truth, answer = values_of(world.truth), values_of(world.answer)
    rows = [(o, *(int(bool(o & bit)) for bit in bits), truth[o], None, "train") for o in shown]
    rows += [(o, *(int(bool(o & bit)) for bit in bits), truth[o], answer[o], "deploy") for o in later]
    table = pd.DataFrame(rows, columns=["o", "x1", "x2", "x3", "x4", "action", "rival", "split"])
    return table.astype({"rival": "Int64"})


def odds_by_infer(space, table):
    """Return the odds of the answer over the label in all later rows, from the posterior of `infer`."""
    log = log_from_frame(table, own_codes=True)
    census = space.census(log)
    mass = 2.0 ** posterior(census, log, SIMPLICITY).log2_mass
    later = slice(log.n_training, None)
    actions = census.predictions[:, census.row_cell[later]]
    rater, label = (mass[(actions == said[later]).all(axis=1)].sum() for said in (log.rival, log.action))
    return np.log2(rater / label)


def test_both_spaces_are_what_infer_says():
    world = draw_ratings(1, Offer(1))
    asked = Counted(world, world.count(0)).ask()
    table = log_of(world)
    bound = max(world.price(text).length for text in (world.label_program, world.rater_program))
    terms = odds_by_infer(TermSpace(world.language, bound), table.drop(columns=["x1", "x2", "x3", "x4"]))
    assert asked.log2_odds("terms", "all") == pytest.approx(terms)
    circuits = odds_by_infer(CircuitSpace(7, count="minimal"), table.drop(columns=["o"]))
    assert asked.log2_odds("circuits", "all") == pytest.approx(circuits)


def test_clear_halves_are_mirrored(found):
    for name in DEPLOYMENTS:
        odds = at(found.table, CLEAR, 0.0, f"circuits_{name}")
        assert at(found.table, CLEAR_MIRRORED[name]) == pytest.approx(-odds, nan_ok=True)
    assert np.isfinite(at(found.table, CLEAR, 0.0, "circuits_items")).any()
