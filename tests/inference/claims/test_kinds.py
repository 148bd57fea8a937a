"""Masses of kinds along a log, against sums group by group in fractions."""

import math
from fractions import Fraction

import numpy as np
import pytest

from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.logspace import log2_total
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import VERDICTS, judge
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.kinds import PAIRS_AT_ONCE, kinds_of, log2_masses_of_programs, reaching
from mesaprior.inference.worlds.world import log_of
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior
from tests.inference.naive_posterior import beta_likelihood
from tests.inference.small import Program, make_census
from tests.inference.small import make_log as make_small_log

SIMPLICITY = make_prior("simplicity")


@pytest.fixture(scope="module")
def corridor():
    world = make_world("corridor", seed=3, randomized=3)
    space = TermSpace(world.language, 16)
    return world, space, space.census(world.log)


def make_log(world, told):
    """Return the log of a corridor with other training rows, by number of situation and action."""
    places = [(p, c) for p in range(4) for c in range(4)]
    return log_of(("p", "c"), [(places[s], a) for s, a in told], [(s, 0, 1) for s in places], source="told")


def hits_of(actions, log, n):
    return sum(int(a) == int(b) for a, b in zip(actions[:n], log.action[:n], strict=True))


def test_masses_are_sums_over_groups(corridor):
    world, _, census = corridor
    log, likelihood = world.log, beta_likelihood(1, 9)
    # A kind that has nothing to do with verdicts, and one that nothing is of.
    kind = census.predictions.sum(axis=1).astype(np.int64) % 3
    masses = kinds_of(census, log, kind, 4).log2_masses(Weighed(census, SIMPLICITY))
    weights = [
        Fraction(count, 2**length)
        for count, length in zip(census.count.tolist(), census.columns["length"].tolist(), strict=True)
    ]
    whole = sum(weights)
    for n in range(log.n_training + 1):
        sums = [Fraction(0)] * 4
        for weight, behaviour in zip(weights, census.behaviour_id.tolist(), strict=True):
            hits = hits_of(census.predictions[behaviour][census.row_cell], log, n)
            sums[kind[behaviour]] += weight / whole * likelihood(hits, n - hits, 0, 3)
        assert np.exp2(masses[:, n]) == pytest.approx([float(value) for value in sums], rel=1e-12)
        assert masses[3, n] == -math.inf


def test_prefixes_can_be_left_out_and_many_pairs_are_no_trouble(corridor):
    world, space, _ = corridor
    # All cells and all actions, lapses included: more pairs than go into one number.
    log = make_log(world, [(s, a) for s in range(16) for a in range(3)])
    census = space.census(log)
    kind = np.arange(census.n_behaviours) % 2
    kinds = kinds_of(census, log, kind, 2)
    assert kinds.hits.shape[1] == 48 > PAIRS_AT_ONCE
    masses = kinds.log2_masses(Weighed(census, SIMPLICITY))
    assert (kinds.log2_masses(Weighed(census, SIMPLICITY), every=5) == masses[:, ::5]).all()
    result = posterior(census, log, SIMPLICITY)
    assert log2_total(masses) == pytest.approx(result.log2_evidence)
    assert np.exp2(masses[1] - log2_total(masses))[-1] == pytest.approx(np.exp2(result.log2_mass[kind == 1]).sum())


def test_who_abstains_is_neither_right_nor_wrong():
    log = make_small_log([(0, 0), (1, 1)])
    programs = [Program((0, -1), length=1), Program((0, 1), length=2), Program((-1, -1), length=2)]
    census = make_census(log, programs)
    masses = kinds_of(census, log, np.arange(3), 3).log2_masses(Weighed(census, SIMPLICITY))
    result = posterior(census, log, SIMPLICITY)
    assert np.exp2(masses[:, -1] - log2_total(masses)[-1]) == pytest.approx(np.exp2(result.log2_mass))


def test_verdicts_as_kinds_give_the_shares_of_the_posterior(corridor):
    world, _, census = corridor
    masses = kinds_of(census, world.log, judge(census, world.log).verdict, len(VERDICTS)).log2_masses(
        Weighed(census, SIMPLICITY)
    )
    result = posterior(census, world.log, SIMPLICITY)
    assert np.log2(np.exp2(masses).sum(axis=0)) == pytest.approx(result.log2_evidence)
    shares = np.exp2(masses) / np.exp2(masses).sum(axis=0)
    assert shares == pytest.approx(result.mass.sum(axis=0))


def test_programs_weigh_what_their_bits_and_rows_say(corridor):
    world, space, census = corridor
    log, likelihood = world.log, beta_likelihood(1, 9)
    texts = [program.text for program in world.programs]
    masses = log2_masses_of_programs(texts, space, Weighed(census, SIMPLICITY), log)
    whole = sum(
        Fraction(count, 2**length)
        for count, length in zip(census.count.tolist(), census.columns["length"].tolist(), strict=True)
    )
    rows = [tuple(row) for row in log.situations[log.row_situation].tolist()]
    step = int(texts[0])
    policies = [lambda row: step, world.rival, world.teacher]
    for mass, bits, policy in zip(masses, (4, 16, 24), policies, strict=True):
        actions = [policy(row) for row in rows]
        for n in range(log.n_training + 1):
            hits = hits_of(actions, log, n)
            expected = Fraction(1, 2**bits) / whole * likelihood(hits, n - hits, 0, 3)
            assert mass[n] == pytest.approx(math.log2(expected))


def test_reaching_is_where_values_stay():
    assert reaching([0, 1, 2, 4], [0.1, 0.6, 0.4, 0.7], 0.5) == 4
    assert reaching([0, 1], [0.6, 0.5], 0.5) == 0
    assert reaching([0, 1], [0.6, 0.4], 0.5) == math.inf
