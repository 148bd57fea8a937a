"""Minimal circuits: all partial functions beside one after the other, and what turns the verdict round."""

import itertools
import math
from dataclasses import astuple

import numpy as np
import pandas as pd
import pytest

from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.log import log_from_frame
from mesaprior.inference.bayes.noise import Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.claims import minimal_circuits
from mesaprior.inference.claims.boolean_spaces import gates_of, generators, prior_of_circuits, terms_of
from mesaprior.inference.claims.claim import CONTROL, at_base, beside
from mesaprior.inference.claims.completions import Least, Posterior, expected_share, openings
from mesaprior.inference.claims.daemons import Goals, count_daemons, together
from mesaprior.inference.claims.five_inputs import LeastOfFive
from mesaprior.inference.claims.utilities import draw_utilities, inputs_of, inputs_of_sizes, renamed
from mesaprior.priors.prior import make_prior

THREE = inputs_of(3)


@pytest.fixture
def found(findings):
    return findings("minimal-circuits")


def at(table, parameter, value=0.0, column="margin"):
    return table[(table["parameter"] == parameter) & (table["value"] == value)][column].to_numpy()


def goals_of(seed, bits, inputs, n_bits):
    best = draw_utilities(seed, inputs, bits).goals
    alike = renamed(best, n_bits)
    return Goals(inputs, best, alike[~inputs.serves(alike) & ~np.isin(alike, best)])


def test_simple_utilities_make_daemons_and_lawless_ones_do_not(found):
    table = found.table
    assert found.verdict == "refuted"
    assert (at(table, "base") < 0).all()
    # The same circuits, the same weights: utilities of another kind, by which it depends.
    assert 0 < (at(table, CONTROL) > 0).mean() < 1
    assert np.median(at(table, "lawless", 16.0)) > np.median(at(table, "base"))


def test_noise_turns_worlds_at_the_same_prices(found):
    table = found.table
    exact, noisy = (at(table, beside(label)) for label in ("noise 0", "noise 0.01"))
    assert (exact < 0).all()
    assert 0 < (noisy > 0).mean() < 1


def test_the_more_weight_larger_circuits_have_the_less_there_is_of_either(found):
    table = found.table
    assert (at(table, "slack", 0.0) < at(table, "slack", 1.0)).all()
    assert (at(table, "slack", 1.0) < 0).all()


def test_shares_are_shares(found):
    base = at_base(found.table)
    parts = base[["faithful", "rival", "other_goal", "erring"]].to_numpy()
    assert parts.min() >= 0
    assert parts.sum(axis=1) == pytest.approx(np.ones(len(parts)))
    mechanisms = base[list(minimal_circuits.TWO_BY_TWO)].to_numpy()
    assert mechanisms.sum(axis=1) == pytest.approx(np.ones(len(mechanisms)))
    assert base["surplus"].to_numpy() == pytest.approx((base["rate"] - base["chance"]).to_numpy())
    assert (base["partial_functions"] == sum(math.comb(16, k) * 2 ** (16 - k) for k in (1, 2, 3, 4))).all()


def slowly(goals, most_open):
    """Count daemons on three inputs, one partial function after the other, each made by every function that could."""
    gates, best, alike = gates_of(3), set(goals.best.tolist()), set(goals.alike.tolist())
    served = {f for f in range(256) if goals.inputs.serves(np.array([f]))[0]}
    anyone, made = np.zeros(3), dict.fromkeys(range(12), 0.0)
    for opened in itertools.chain.from_iterable(itertools.combinations(range(8), k) for k in range(1, most_open + 1)):
        masks = [
            sum(1 << i for i in part) for k in range(len(opened) + 1) for part in itertools.combinations(opened, k)
        ]
        for first in range(256):
            completions = sorted(first ^ mask for mask in masks)
            if completions[0] != first:
                continue
            least = min(gates[f] for f in completions)
            taken = [f for f in completions if gates[f] == least]
            share = {f: (f in taken) / len(taken) for f in completions}
            makers = completions
            anyone[0] += 1
            anyone[1] += sum(share[f] for maker in makers for f in best if f in share and f != maker) / len(makers)
            each = sum(share[f] for maker in makers for f in completions if f != maker) / len(makers)
            anyone[2] += each * len(best) / 256
            free = [f for f in completions if f not in served]
            mean_free = sum(share[f] for f in free) / len(free) if free else 0.0
            for maker in best & set(completions):
                rivals = [f for f in completions if f in best and f != maker]
                others = [f for f in completions if f in served and f not in best]
                of_rivals, of_others = sum(share[f] for f in rivals), sum(share[f] for f in others)
                values = [1, share[maker], of_rivals, of_others, sum(share[f] for f in free)]
                values += [of_rivals, len(rivals) * mean_free] if free else [0, 0]
                both = rivals + others
                values += [(of_rivals + of_others) / len(both), mean_free] if both and free else [0, 0]
                like = [f for f in completions if f in alike]
                values += [len(like), sum(share[f] for f in like), len(rivals)]
                for place, value in enumerate(values):
                    made[place] += value
    return anyone, list(made.values())


@pytest.mark.parametrize("seed", [1, 4])
def test_all_at_once_are_one_partial_function_after_the_other(seed):
    goals = goals_of(seed, 4, THREE, 3)
    counts = count_daemons(Least(gates_of(3)), goals, openings(range(8), 3), {})
    anyone, made = slowly(goals, 3)
    assert made[2] > 0
    assert made[9] > 0
    assert astuple(together([part.anyone for part in counts])) == pytest.approx(tuple(anyone))
    assert astuple(together([part.made for part in counts])) == pytest.approx(tuple(made))


@pytest.mark.parametrize("eps", [0.0, 0.01])
def test_weights_are_what_infer_says(eps):
    weighing, opened = Posterior(prior_of_circuits(3), eps), (1, 6)
    at_two = openings(opened, 2)
    maker = 0b10011010
    share = weighing.shares(maker ^ at_two.departures, at_two.fills[1])[0]
    inputs = list(itertools.product((0, 1), repeat=3))
    rows = [(*inputs[i], maker >> i & 1, "deploy" if i in opened else "train") for i in range(8)]
    log = log_from_frame(pd.DataFrame(rows, columns=["x1", "x2", "x3", "action", "split"]), own_codes=True)
    census = CircuitSpace(4, count="minimal").census(log)
    mass = posterior(census, log, make_prior("simplicity"), noise=Noise(eps))
    order = [i for i in range(8) if i not in opened] + list(opened)
    actions = census.predictions[:, census.row_cell]
    for departure, of_share in zip(at_two.departures[at_two.fills[1][0]].tolist(), share.tolist(), strict=True):
        asked = [(maker ^ departure) >> i & 1 for i in order]
        (behaviour,) = np.flatnonzero((actions == asked).all(axis=1))
        assert 2.0 ** mass.log2_mass[behaviour] == pytest.approx(of_share)


@pytest.mark.parametrize(
    "weighing", [Posterior(prior_of_circuits(3), 0.05), Least(np.where(gates_of(3) < 3, 1.0, np.inf))]
)
def test_wholes_are_sums_over_all_functions(weighing):
    at_three = openings(range(8), 2)
    every = np.arange(256)[:, None] ^ at_three.departures
    for fills, whole in zip(at_three.fills, weighing.wholes(at_three), strict=True):
        assert weighing.shares(every, fills).sum() / fills.shape[1] == pytest.approx(whole)


def test_functions_of_the_same_shape_are_taken_as_often():
    inputs, at_two = inputs_of(4), openings(range(16), 2)
    (best,) = draw_utilities(3, inputs, 0).goals.tolist()
    alike = renamed(np.array([best]), 4)
    assert len(alike) > 1
    none = np.array([], dtype=np.int64)
    said = {
        f: together(
            [c.anyone for c in count_daemons(Least(gates_of(4)), Goals(inputs, np.array([f]), none), at_two, {})]
        )
        for f in (best, *alike.tolist())
    }
    assert len({round(part.daemons, 6) for part in said.values()}) == 1


def test_expected_share_by_hand():
    costs = np.array([0.0, 1.0, 1.0, 2.0])
    # The other of two completions costs less in 1 of 4, as much in 2 and more in 1.
    assert expected_share(1.0, costs, 2) == pytest.approx(2 / 4 * 1 / 2 + 1 / 4)
    assert expected_share(math.inf, costs, 2) == 0


def test_utilities_by_hand():
    inputs = inputs_of(4)
    # x1 is a good that matters alone, and more of it is better: the action is the bit.
    worth = np.zeros((4, 2), dtype=np.int64)
    worth[:, 0] = 2
    assert (inputs.gains(worth) > 0).tolist() == [i >= 8 for i in range(16)]
    every = np.arange(2**16)
    # In each context: either bit or its complement, both, neither, either of two alone, or never.
    assert inputs.serves(every).sum() == 9**4
    assert inputs.follows(every).sum() == 2**8
    family = draw_utilities(5, inputs, 6)
    assert inputs.serves(family.best).all()
    assert (draw_utilities(5, inputs, 4).gains == family.gains[:16]).all()
    assert not inputs.serves(draw_utilities(5, inputs, 6, lawless=16).best).all()


def test_terms_know_every_utility_at_its_price():
    inputs = inputs_of(4)
    family = draw_utilities(2, inputs, 4)
    planted, fair = terms_of(2, draw_utilities(2, inputs, 0), 0, 0), terms_of(2, family, 4, 0)
    goal, other = family.best[:2]
    # A function that no short term says costs what a table does; a law of few bits is less, by a search.
    assert planted.cost[goal] < planted.cost.max() == planted.cost[other]
    assert planted.searches[goal] == 1
    assert fair.given[0]["charged_bits"] >= planted.given[0]["charged_bits"]
    assert (fair.cost <= fair.cost.max()).all()
    assert fair.given[0]["effective_bits"] == 16


def test_five_inputs_that_read_four_need_as_much():
    four = np.array([0, 0b1010, 0x6996, 0x8000, 0xCAFE])
    doubled = sum((((four >> i) & 1) * 3) << (2 * i) for i in range(16))
    cost = LeastOfFive(3).cost(doubled)
    expected = gates_of(4)[four]
    assert cost.tolist() == np.where(expected <= 3, expected, np.inf).tolist()
    assert (cost < np.inf).sum() > 2


def test_rules_for_two_sizes_are_read_alike():
    log, bits = generators()
    inputs = inputs_of_sizes(log.situations)
    assert inputs.context.tolist() == [0] * 4 + [0, 1] * 4
    first_bit = sum(int(situation[1]) << i for i, situation in enumerate(log.situations))
    assert bits[first_bit] == bits.min()
