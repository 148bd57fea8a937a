"""Crossovers in many worlds: each is that of a world looked at alone, whatever the threads."""

import math

import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.crossovers.crossover import find_crossovers
from mesaprior.inference.worlds.crossings import Crossed, Root, crossings, spread_of_crossings
from mesaprior.inference.worlds.ensemble import answer_in
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

SPEED = make_prior("speed", {"alpha": 0.0})


@pytest.mark.parametrize(("over", "low", "high"), [("alpha", 0.0, 8.0), ("noise", 0.01, 0.5), ("n", None, None)])
def test_crossovers_are_those_of_worlds_looked_at_alone_for_any_number_of_workers(over, low, high):
    options = {"low": low, "high": high, "by_verdict": True, "max_bits": 14}
    # Written out, nan is equal to itself.
    one = list(map(repr, crossings("rater", range(6), {}, SPEED, over, workers=1, **options)))
    found = list(crossings("rater", range(6), {}, SPEED, over, workers=4, **options))
    assert list(map(repr, found)) == one
    assert [world.seed for world in found] == list(range(6))
    n_roots = 0
    for mine in found:
        world = make_world("rater", seed=mine.seed)
        census = TermSpace(world.language, 14).census(world.log)
        alone = find_crossovers(census, world.log, SPEED, over, low=low, high=high, by_verdict=True)
        assert [root.value for root in mine.roots] == [crossing.zero.value for crossing in alone.crossings]
        assert (mine.odds_low, mine.odds_high, mine.is_complete) == (alone.odds_low, alone.odds_high, alone.is_complete)
        n_roots += len(mine.roots)
        for root, crossing in zip(mine.roots, alone.crossings, strict=True):
            assert root.solution == (crossing.solution.text if crossing.solution else None)
            assert root.led is (not root.leads)
        if over == "alpha":
            # The posterior says who leads at both ends, and on the two sides of the first crossover.
            for value, odds in ((low, mine.odds_low), (high, mine.odds_high)):
                prior = make_prior("speed", {"alpha": value})
                asked = answer_in("rater", mine.seed, {}, prior, max_bits=14)
                assert asked.log2_odds_verdict == pytest.approx(odds, abs=1e-9)
            for root in mine.roots[:1]:
                for value, leads in ((root.value - 1e-3, root.led), (root.value + 1e-3, root.leads)):
                    prior = make_prior("speed", {"alpha": value})
                    assert (posterior(census, world.log, prior).log2_odds_verdict[-1] > 0) == leads
        if not mine.roots:
            assert mine.leads_throughout is (mine.odds_low > 0) is (mine.odds_high > 0)
    assert n_roots


def world(*values, odds=1.0, solution=math.nan):
    roots: list[Root] = []
    for value in values:
        is_rise = len(roots) % 2 == 0
        sign = 1.0 if is_rise else -1.0
        roots.append(Root("root", value, value, -sign, sign, is_rise, None, solution, 0.0))
    return Crossed(0, 1, odds, odds, tuple(roots), 0.0, odds, None, False)


def test_spreads_count_worlds_without_crossovers_on_either_side():
    worlds = [world(3.0, 4.0, solution=2.0), world(1.0), world(odds=-2.0), world(odds=math.inf), world(odds=math.nan)]
    known = spread_of_crossings([*worlds, world(odds=-1.0), world(2.0), world(odds=0.0)])
    assert (known.crossed, known.challengers, known.others, known.neither) == (3 / 8, 1 / 8, 2 / 8, 2 / 8)
    assert known.first == (1, 1, 2, 2, 3)
    assert known.solution == (2,) * 5
    assert known.rising == 3 / 8
    assert known.most == 2
    assert all(map(math.isnan, spread_of_crossings([world()]).first))
