"""The mixture of largest likelihood against a general optimizer, and against its own certificate."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import optimize

from mesaprior.inference.bayes.people.mixture import SETTLED, mixture


def by_optimizer(likelihood):
    """Return the largest log likelihood of a mixture, found by sequential quadratic programming from the middle."""
    n = likelihood.shape[1]
    best = optimize.minimize(
        lambda share: -np.log(np.maximum(likelihood @ share, 1e-300)).sum(),
        np.full(n, 1 / n),
        jac=lambda share: -(likelihood / np.maximum(likelihood @ share, 1e-300)[:, None]).sum(axis=0),
        bounds=[(0, 1)] * n,
        constraints=[{"type": "eq", "fun": lambda share: share.sum() - 1, "jac": lambda share: np.ones(n)}],
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 2000},
    )
    return -best.fun


@given(
    st.integers(1, 6).flatmap(
        lambda n: st.lists(st.lists(st.floats(-8, 0), min_size=n, max_size=n), min_size=1, max_size=8)
    )
)
def test_no_mixture_is_likelier(rows):
    log2_likelihood = np.array(rows)
    found = mixture(lambda which: log2_likelihood[:, which], log2_likelihood.shape[1])
    assert found.share.sum() == pytest.approx(1)
    assert (np.diff(found.share) <= 0).all()
    assert found.gap <= SETTLED
    mixed = np.exp2(log2_likelihood)[:, found.components] @ found.share
    assert found.log_likelihood == pytest.approx(np.log(mixed).sum(), abs=1e-9)
    assert found.log_likelihood >= by_optimizer(np.exp2(log2_likelihood)) - 2 * SETTLED
    # By the general theory: no component has a mean likelihood ratio above 1.
    assert (np.exp2(log2_likelihood) / mixed[:, None]).mean(axis=0).max() <= 1 + 1e-6
    assert found.attributed.sum(axis=1) == pytest.approx(1)


def test_three_kinds_of_people_are_found():
    generator = np.random.default_rng(3)
    policies = np.array([[a, b, c] for a in (0, 1) for b in (0, 1) for c in (0, 1)])
    kinds = [1] * 60 + [6] * 30 + [3] * 10
    hits = []
    for kind in kinds:
        situations = generator.integers(0, 3, 50)
        actions = policies[kind, situations] ^ (generator.random(50) < 0.05)
        hits.append((policies[:, situations] == actions).sum(axis=1))
    log2_likelihood = np.array(hits) * np.log2(0.95) + (50 - np.array(hits)) * np.log2(0.05)
    found = mixture(lambda which: log2_likelihood[:, which], len(policies))
    assert found.components[:3].tolist() == [1, 6, 3]
    assert found.share[:3] == pytest.approx([0.6, 0.3, 0.1], abs=0.01)


def test_people_of_whom_nothing_is_left_are_left_out():
    log2_likelihood = np.array([[0.0, -5.0], [-np.inf, -np.inf]])
    found = mixture(lambda which: log2_likelihood[:, which], 2)
    assert found.components.tolist() == [0]
    assert np.isnan(found.attributed[1]).all()


def test_of_equals_the_first_is_taken():
    log2_likelihood = np.array([[-1.0, -1.0, -4.0], [-2.0, -2.0, -9.0]])
    assert mixture(lambda which: log2_likelihood[:, which], 3).components.tolist() == [0]
