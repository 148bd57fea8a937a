"""The identities of the speed priors, on a census: over the programs of each behaviour, and on the posterior."""

from fractions import Fraction

import numpy as np
import pytest

from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import ROLES, role_codes
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.priors.prior import make_prior
from mesaprior.priors.sweeps import sweep
from tests.test_examples import EXAMPLES


@pytest.fixture(scope="module", params=["corridor", "corridor-learning"])
def counted(request):
    log = read_log(EXAMPLES / "corridor" / "corridor.csv")
    return TermSpace(read_language(EXAMPLES / "corridor" / f"{request.param}.toml"), 20).census(log), log


def ceil_log2(time: int) -> int:
    return (time - 1).bit_length()


def test_s_fast_over_the_programs_of_each_behaviour(counted):
    census, _ = counted
    by_phases, closed, kt = {}, {}, {}
    groups = zip(
        census.behaviour_id,
        census.columns["length"].tolist(),
        census.columns["time"].tolist(),
        census.count,
        strict=True,
    )
    for behaviour, length, time, count in groups:
        phase = length + ceil_log2(time)
        # The shares of the phases from this one on sum to 2^(1 - phase).
        weight = int(count) * Fraction(2, 2 ** (phase + length))
        by_phases[behaviour] = by_phases.get(behaviour, 0) + weight
        closed[behaviour] = closed.get(behaviour, 0) + int(count) * Fraction(1, 4**length * time)
        kt[behaviour] = min(kt.get(behaviour, np.inf), phase)
    assert len(kt) == census.n_behaviours
    for behaviour, total in by_phases.items():
        assert 1 < total / closed[behaviour] <= 2
        # S_Fast <= 2^(1 - Kt), Kt the least of length + log2 time; with the logarithm rounded up it is the tighter one.
        assert total <= Fraction(2) ** (1 - kt[behaviour])
    for name, want in (("s_phases", by_phases), ("s_fast", closed)):
        got = Weighed(census, make_prior(name)).log2_behaviour
        np.testing.assert_allclose(np.exp2(got), [float(want[k]) for k in range(len(got))], rtol=1e-12)


def test_a_constant_factor_changes_no_posterior(counted):
    census, log = counted
    for text in ("levin", "s_phases", "capped_wide/3 + bounded_soft"):
        one = posterior(census, log, make_prior(text))
        for factor in ("1e-300", "7", "2**5000"):
            other = posterior(census, log, make_prior(f"{factor} * ({text})"))
            np.testing.assert_allclose(other.mass, one.mass, rtol=1e-9, atol=1e-15)
            np.testing.assert_allclose(other.log2_odds, one.log2_odds, atol=1e-9)
            np.testing.assert_allclose(other.log2_evidence, one.log2_evidence, atol=1e-9)
            assert (other.loses_at, other.is_stable) == (one.loses_at, one.is_stable)


def test_speed_joins_simplicity_and_levin(counted):
    census, log = counted
    for alpha, name in ((0, "simplicity"), (1, "levin")):
        speed, other = (
            posterior(census, log, make_prior("speed", {"alpha": alpha})),
            posterior(census, log, make_prior(name)),
        )
        assert speed.mass.tobytes() == other.mass.tobytes()
        assert speed.log2_odds.tobytes() == other.log2_odds.tobytes()


def test_bounded_tends_to_simplicity(counted):
    census, log = counted
    want = posterior(census, log, make_prior("simplicity")).mass
    distance = [
        np.abs(posterior(census, log, make_prior(name, {"T": T})).mass - want).max()
        for name in ("bounded", "bounded_soft")
        for T in (1, 8, 64, 2**10, 2**40)
    ]
    for hard_or_soft in (distance[:5], distance[5:]):
        assert hard_or_soft[0] > 1e-3
        assert sorted(hard_or_soft, reverse=True) == hard_or_soft
        assert hard_or_soft[-1] <= 1e-9
    assert distance[4] == 0


def test_a_sweep_over_alpha_gives_the_odds_of_each_prior(counted):
    census, log = counted
    role = role_codes(census.flags)[census.behaviour_id]
    alphas = [0.0, 0.5, 1.0, 3.0]
    log2_count = np.log2(census.count.astype(np.float64))
    masses = sweep(make_prior("speed"), "alpha", alphas, census.columns, log2_count, role, len(ROLES))
    for alpha, mass in zip(alphas, masses, strict=True):
        odds = posterior(census, log, make_prior("speed", {"alpha": alpha})).log2_odds[0]
        assert np.logaddexp2.reduce(mass[1:]) - mass[0] == pytest.approx(odds, abs=1e-12)
