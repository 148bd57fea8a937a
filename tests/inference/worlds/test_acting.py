"""Safeguards that act in a world, against a plain recursion over all paths, each with the posterior of its own log."""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.noise import BetaNoise, Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.safeguards.outcomes import Policies, safeguards_on
from mesaprior.inference.safeguards.ways import TopSet
from mesaprior.inference.worlds.acting import act_in
from mesaprior.inference.worlds.conduct import COLUMNS
from mesaprior.inference.worlds.ground import ground_of, n_histories
from mesaprior.inference.worlds.walkers import Mind, Walker
from mesaprior.inference.worlds.walking import log_along, visits
from mesaprior.inference.worlds.world import Lot, log_of, surely
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

LEVIN, SIMPLICITY = make_prior("levin", {}), make_prior("simplicity", {})
OPTIONS = {"temperatures": (2.0, 0.5), "alphas": (0.3, 0.01), "ks": (2,), "cost": 0.25}
WALKING = ("corridor", "loans", "two-modes", "fork", "lagoon")


@functools.cache
def counted(name, bits, seed=3, **settings):
    world = make_world(name, seed=seed, **settings)
    return world, TermSpace(world.language, bits).census(world.log)


class Naive:
    """All paths one by one. A path is a list of (situation, action), with the action None for a question."""

    def __init__(self, world, census, noise, slips):
        self.world, self.census, self.noise, self.slips = world, census, noise, slips
        self.known = [tuple(row) for row in world.log.situations.tolist()]
        self.decisions = {}

    def log(self, told, situation, rival):
        """The log of the world with what was told, in order, and one later row."""
        all_told = replace(self.world, walk=replace(self.world.walk, is_graded=lambda _: True))
        log = log_along(all_told, list(told))
        rows = [tuple(row) for row in log.situations[log.row_situation].tolist()]
        training = list(zip(rows, log.action.tolist(), strict=True))[: log.n_training]
        later = [(situation, self.world.teacher(situation), rival)]
        cells = [self.known.index(row) for row, _ in training] + [self.known.index(situation)]
        census = replace(self.census, row_cell=np.array(cells))
        return census, log_of(log.features, training, later, source="extended")

    def decide(self, told, situation):
        """By name, the probability of each action and of a question."""
        if (told, situation) not in self.decisions:
            right = self.world.teacher(situation)
            found = {}
            for action in range(self.census.n_actions):
                if action == right:
                    continue
                census, log = self.log(told, situation, action)
                options = {"noise": self.noise, "has_slips": self.slips}
                for outcome in safeguards_on(Weighed(census, LEVIN), log, **options, **OPTIONS):
                    acts = found.setdefault(outcome.name, {})
                    acts[action] = outcome.defections
                    acts[None] = outcome.questions_later
                    acts[right] = 1 - outcome.errors_later - outcome.questions_later
            found["teacher"] = {right: 1.0}
            self.decisions[told, situation] = found
        return self.decisions[told, situation]

    def paths(self, decide, n_steps):
        """Yield every path with its probability; `decide` gives probabilities from what was told and a situation."""
        walk = self.world.walk

        def go(lot, told, path, p):
            if len(path) == n_steps:
                yield path, p
                return
            for situation in lot.situations:
                here = p / len(lot.situations)
                if situation not in self.known:
                    yield from go(walk.step(situation, 0), told, [*path, (situation, "through")], here)
                    continue
                for action, share in decide(told, situation).items():
                    if share <= 0:
                        continue
                    is_told = action is None or walk.is_graded(situation)
                    act = self.world.teacher(situation) if action is None else action
                    heard = (*told, situation) if is_told else told
                    yield from go(walk.step(situation, act), heard, [*path, (situation, action)], here * share)

        yield from go(walk.start, (), [], 1.0)

    def conduct(self, decide, n_steps):
        """What is expected at each step, by column."""
        world = self.world
        sums = {column: [0.0] * n_steps for column in COLUMNS}
        for path, p in self.paths(decide, n_steps):
            for t, (situation, action) in enumerate(path):
                if action != "through":
                    right, rival = world.teacher(situation), world.rival(situation)
                    sums["questions"][t] += p * (action is None)
                    sums["errors"][t] += p * (action not in (None, right))
                    sums["defections"][t] += p * (action == rival != right)
                    sums["ungraded"][t] += p * (not world.walk.is_graded(situation))
                apart = [
                    (s, a) for s, a in path[: t + 1] if a != "through" and world.teacher(s) != world.rival(s)
                ]  # fmt: skip
                sided = [a == world.rival(s) for s, a in apart]
                told = [a is None or world.walk.is_graded(s) for s, a in apart]
                sums["any_defection"][t] += p * any(sided)
                sums["untold"][t] += p * (not any(told))
                sums["locked_in"][t] += p * (bool(apart) and all(sided) and not any(told))
        return sums

    def keepers(self):
        """Yield the posterior of each policy after training, and what it decides ever after."""
        log, census = self.world.log, self.census
        mass = np.exp2(posterior(census, log, LEVIN, noise=self.noise).log2_mass)
        A = census.n_actions
        for given in {tuple(row) for row in census.predictions.tolist()}:
            alike = [b for b, row in enumerate(census.predictions.tolist()) if tuple(row) == given]
            said = [given[cell] for cell in census.row_cell[: log.n_training]]
            hits = sum(a == b for a, b in zip(said, log.action.tolist(), strict=False))
            misses = sum(a not in (-1, b) for a, b in zip(said, log.action.tolist(), strict=False))
            hit, miss = self.noise.predictive(hits, misses, A) if self.slips else (1.0, 0.0)

            def decide(told, situation, given=given, hit=hit, miss=miss):
                action = given[self.known.index(situation)]
                return {a: 1 / A if action < 0 else float(hit if a == action else miss) for a in range(A)}

            yield float(mass[alike].sum()), decide


CASES = [
    ("loans", 14, 4, {"turn": 2, "sizes": 4}),
    ("fork", 18, 4, {"steps": 1}),
    ("lagoon", 14, 4, {"cells": 3, "rows": 3}),
    ("two-modes", 14, 4, {"easy": 1, "hard": 2}),
    ("corridor", 16, 2, {"cells": 3, "rows": 2}),
]


@pytest.mark.parametrize(("name", "bits", "n_steps", "settings"), CASES)
@pytest.mark.parametrize(("noise", "slips"), [(BetaNoise(1, 9), True), (Noise(0.25), True), (BetaNoise(1, 9), False)])
def test_histories_that_are_merged_say_what_all_paths_say(name, bits, n_steps, settings, noise, slips):
    world, census = counted(name, bits, **settings)
    naive = Naive(world, census, noise, slips)
    found = act_in(world, census, LEVIN, n_steps=n_steps, noise=noise, has_slips=slips, **OPTIONS)
    names = ["teacher", "mixture", "MAP", "sampling", "tempered 2", "tempered 0.5", "top set 0.3", "top set 0.01"]
    assert [conduct.name for conduct in found] == [*names, "majority of 2"]
    for conduct in found:
        if conduct.name == "sampling":
            continue

        def decide(told, situation, name=conduct.name):
            return naive.decide(told, situation)[name]

        said = naive.conduct(decide, n_steps)
        for column in COLUMNS:
            assert getattr(conduct, column) == pytest.approx(said[column], abs=1e-12), (conduct.name, column)
        assert conduct.totals()["regret"] == pytest.approx(sum(said["errors"]) + 0.25 * sum(said["questions"]))


@pytest.mark.parametrize(("name", "bits", "n_steps", "settings"), CASES)
def test_a_program_that_is_kept_is_one_policy_all_along(name, bits, n_steps, settings):
    world, census = counted(name, min(bits, 14), **settings)
    for slips in (True, False):
        naive = Naive(world, census, BetaNoise(1, 9), slips)
        kept = act_in(world, census, LEVIN, n_steps=min(n_steps, 3), has_slips=slips)[3]
        said = {column: np.zeros(min(n_steps, 3)) for column in COLUMNS}
        for mass, decide in naive.keepers():
            for column, values in naive.conduct(decide, min(n_steps, 3)).items():
                said[column] += mass * np.array(values)
        assert kept.name == "sampling"
        for column in COLUMNS:
            assert getattr(kept, column) == pytest.approx(said[column], abs=1e-12), column


def fronts(world, census, guard, n_steps):
    """Yield every history that a safeguard reaches: the mind, and where it stands."""
    ground = ground_of(world)
    policies = Policies(Weighed(census, LEVIN), world.log, BetaNoise(1, 9))
    for row in range(world.log.n_training):
        policies.learn(row)
    walker = Walker(ground, guard.name, guard)
    for _ in range(n_steps):
        assert math.fsum(m.all for at in walker.front.values() for m in at.values()) == pytest.approx(1, abs=1e-12)
        for told, at in walker.front.items():
            mind = Mind(ground, policies, told)
            for place in at:
                yield ground, mind, place
            walker.act(mind)
        walker.go_on()


@pytest.mark.parametrize("name", WALKING)
@pytest.mark.parametrize("alpha", [0.3, 1e-30])
def test_no_action_is_likelier_than_under_a_truth_in_the_top_set_on_any_history(name, alpha):
    world, census = counted(name, 16)
    guard, histories, asked = TopSet(alpha), 0, 0.0
    for ground, mind, place in fronts(world, census, guard, 4):
        if ground.places[place].is_passage:
            continue
        belief = mind.believe(place)
        decision = guard.decide(belief)
        least = belief.probabilities(guard.members(belief))
        assert (decision.action <= least).all()
        assert decision.action.sum() + decision.asks == pytest.approx(1)
        histories += 1
        asked += decision.asks
    assert histories > 3
    if alpha == 1e-30:
        assert asked > 0


@pytest.mark.parametrize("name", WALKING)
def test_the_number_of_histories_is_never_too_small(name):
    world, census = counted(name, 16)
    reached = {(mind.told, place) for ground, mind, place in fronts(world, census, TopSet(0.01), 4)
               if not ground.places[place].is_passage}  # fmt: skip
    ground = ground_of(world)
    actions = [np.arange(len(place.leads)) for place in ground.places]
    counts = list(n_histories(ground, actions, 4, can_ask=True))
    assert counts == sorted(counts)
    assert len(reached) <= counts[-1]


def test_who_takes_the_wrong_branch_is_right_ever_after():
    # Without slips the leader goes round by the wrong branch, from the fork to the fork in four steps.
    world, census = counted("fork", 20, seed=0)
    leader = act_in(world, census, SIMPLICITY, n_steps=9, has_slips=False)[2]
    assert leader.name == "MAP"
    assert leader.defections.tolist() == leader.errors.tolist() == [1, 0, 0, 0, 1, 0, 0, 0, 1]
    assert leader.ungraded.tolist() == leader.defections.tolist()
    assert leader.any_defection.tolist() == leader.untold.tolist() == leader.locked_in.tolist() == [1] * 9
    # With the right label there, nobody does.
    world, census = counted("fork", 20, seed=0, unlucky=0, rows=1)
    wary = act_in(world, census, SIMPLICITY, n_steps=9, has_slips=False, alphas=(1e-30,))[-2]
    assert wary.totals()["defections"] == 0
    assert wary.questions[0] == 1
    assert wary.untold[0] == 0


def test_the_teacher_goes_where_visits_say():
    world, census = counted("two-modes", 12)
    conduct = act_in(world, census, LEVIN, n_steps=6)[0]
    path = visits(world, world.teacher, 6, seed=0)
    assert conduct.ungraded.tolist() == [not world.walk.is_graded(situation) for situation in path]
    assert conduct.totals() == dict.fromkeys(conduct.totals(), 0) | {"ungraded": 3, "untold": 1}


@pytest.mark.parametrize("name", WALKING)
def test_walks_are_drawn_from_the_distributions(name):
    world = make_world(name, seed=2)
    path = visits(world, lambda _: 1, 200, seed=5)
    assert path[0] in world.walk.start.shares()
    for before, after in itertools.pairwise(path):
        shares = world.walk.step(before, 1).shares()
        assert sum(shares.values()) == 1
        assert after in shares


def test_a_situation_that_stands_twice_is_twice_as_likely():
    assert Lot(((1,), (2,), (1,))).shares() == {(1,): Fraction(2, 3), (2,): Fraction(1, 3)}
    assert surely((4,)).shares() == {(4,): 1}


def test_where_no_program_is_left_nothing_is_said():
    world, census = counted("fork", 8, rows=20)
    found = act_in(world, census, LEVIN, n_steps=2, noise=Noise(0.0))
    assert found[0].totals()["errors"] == 0
    assert all(math.isnan(conduct.totals()["regret"]) for conduct in found[1:])


def test_what_cannot_be_is_refused():
    world, census = counted("corridor", 12)
    message = r"10 steps in the world 'corridor' .* the 300 histories .* take 2 steps, or allow more work"
    with pytest.raises(RunError, match=message):
        act_in(world, census, LEVIN, work=20_000 * 300)
    act_in(world, census, LEVIN, n_steps=2, work=20_000 * 300)
    with pytest.raises(RunError, match="count fewer programs"):
        act_in(world, census, LEVIN, work=1)
    for n_steps in (0, 256):
        with pytest.raises(UsageError, match="steps are out of range"):
            act_in(world, census, LEVIN, n_steps=n_steps)
    decks, census = counted("decks", 8)
    with pytest.raises(UsageError, match="choose one with a walk"):
        act_in(decks, census, LEVIN)
    loans, census = counted("loans", 8)
    walk = replace(loans.walk, step=lambda _, action: surely((action + 8,)))
    with pytest.raises(RunError, match="is in no later row"):
        act_in(replace(loans, walk=walk), census, LEVIN)
