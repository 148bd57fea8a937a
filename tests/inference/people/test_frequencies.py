"""Random-effects model comparison against SciPy: other decompositions, numerical integrals, sampling."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, special, stats

from mesaprior.errors import UsageError
from mesaprior.inference.bayes.people.frequencies import exceedances, frequencies

EVIDENCE = st.integers(2, 4).flatmap(
    lambda k: st.lists(st.lists(st.floats(-40, 0), min_size=k, max_size=k), min_size=1, max_size=12)
)


def by_the_book(log2_evidence):
    """Return pseudo-counts and the free energy, in nats, by loops and another decomposition of it."""
    evidence = np.array(log2_evidence) * math.log(2)
    people, models = evidence.shape
    alpha = [1.0] * models
    for _ in range(100_000):
        counts = [0.0] * models
        for g in range(people):
            logs = [evidence[g, k] + special.psi(alpha[k]) - special.psi(sum(alpha)) for k in range(models)]
            whole = special.logsumexp(logs)
            for k in range(models):
                counts[k] += math.exp(logs[k] - whole)
        new = [1 + count for count in counts]
        moved = max(abs(a - b) for a, b in zip(alpha, new, strict=True))
        alpha = new
        if moved < 1e-13:
            break
    logs = special.psi(alpha) - special.psi(sum(alpha))
    # At the fixed point the free energy is the sum of log normalizers less the divergence from the flat prior.
    divergence = special.gammaln(sum(alpha)) - special.gammaln(alpha).sum() - special.gammaln(models)
    divergence += ((np.array(alpha) - 1) * logs).sum()
    return np.array(alpha), special.logsumexp(evidence + logs, axis=1).sum() - divergence


@given(EVIDENCE)
def test_pseudo_counts_and_free_energy(evidence):
    assert_by_the_book(evidence)


def test_three_people_by_the_book():
    assert_by_the_book([[-1.0, -3.0, -2.0], [-2.0, -0.5, -6.0], [-1.0, -4.0, 0.0]])


def assert_by_the_book(evidence):
    found = frequencies(np.array(evidence))
    alpha, free_energy = by_the_book(evidence)
    assert found.pseudo_counts == pytest.approx(alpha, abs=1e-6)
    assert found.expected.sum() == pytest.approx(1)
    assert found.attributed.sum(axis=1) == pytest.approx(1)
    null = special.logsumexp(np.array(evidence) * math.log(2), axis=1).sum() - len(evidence) * math.log(
        len(evidence[0])
    )
    difference = (free_energy - null) / math.log(2)
    assert found.log2_odds_of_difference == pytest.approx(difference, abs=1e-6)
    equal = 1 / (1 + 2**difference)
    assert found.protected == pytest.approx((1 - equal) * found.exceedance + equal / len(evidence[0]), abs=1e-6)


@given(st.lists(st.tuples(st.floats(-12, 0), st.floats(-12, 0)), min_size=1, max_size=9))
def test_the_free_energy_is_a_bound_on_the_evidence(evidence):
    likelihood = np.exp2(np.array(evidence))
    exact, _ = integrate.quad(lambda r: np.prod(likelihood @ [r, 1 - r]), 0, 1, epsabs=0, epsrel=1e-10)
    _, free_energy = by_the_book(evidence)
    assert free_energy <= math.log(exact) + 1e-9
    assert free_energy >= math.log(exact) - 1.5


@given(st.floats(1, 400), st.floats(1, 400))
def test_two_frequencies_exceed_each_other_as_the_beta_distribution_says(a, b):
    assert exceedances(np.array([a, b]))[0] == pytest.approx(special.betainc(b, a, 0.5), abs=1e-12)


@pytest.mark.parametrize("alpha", [(1, 1, 1), (5, 2, 1), (30, 25, 3, 1), (1.5, 80, 90)])
def test_exceedance_of_more_than_two_by_sampling(alpha):
    n = 200_000
    draws = stats.dirichlet(alpha).rvs(n, random_state=np.random.default_rng(7))
    shares = np.bincount(draws.argmax(axis=1), minlength=len(alpha)) / n
    found = exceedances(np.array(alpha, dtype=float))
    assert found.sum() == pytest.approx(1)
    assert (np.abs(found - shares) < 5 * np.sqrt(found * (1 - found) / n) + 1e-5).all()


def test_people_without_evidence_count_for_nothing():
    some = np.array([[-1.0, -3.0], [-2.0, -np.inf]])
    more = np.array([[-1.0, -3.0], [-np.inf, -np.inf], [-2.0, -np.inf]])
    assert frequencies(more).pseudo_counts.tolist() == frequencies(some).pseudo_counts.tolist()
    assert np.isnan(frequencies(more).attributed[1]).all()
    with pytest.raises(UsageError):
        frequencies(more[1:2])
    with pytest.raises(UsageError):
        frequencies(some[:, :1])


def test_many_people_of_one_kind_settle_it():
    found = frequencies(np.array([[0.0, -20.0]] * 40 + [[-20.0, 0.0]] * 2))
    assert found.pseudo_counts == pytest.approx([41, 3], abs=1e-3)
    assert found.protected[0] > 0.999
