"""Speed priors summed by role, as one would write them in NumPy, and rows of a census that are hard for a sweep."""

import numpy as np

from mesaprior.inference.bayes.roles import ROLES

ALPHAS = np.linspace(0, 4, 1000)


def rows(n: int) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    """Columns, log2 counts and roles like those of a great census in which nearly all times differ."""
    rng = np.random.default_rng(7)
    columns = {"length": rng.integers(4, 60, n), "time": np.exp2(rng.uniform(0, 40, n)).astype(np.int64)}
    return columns, np.log2(rng.integers(1, 10**6, n)), rng.integers(0, len(ROLES), n)


def by_numpy(columns, log2_count, role, alphas=ALPHAS) -> np.ndarray:
    """One formula at a time, grouped by logaddexp2.reduceat over rows sorted by role; the last roles may be empty."""
    order = np.argsort(role, kind="stable")
    starts = np.searchsorted(role[order], np.arange(role.max() + 1))
    base, log2_time = (log2_count - columns["length"])[order], np.log2(columns["time"][order])
    return np.array([np.logaddexp2.reduceat(base - alpha * log2_time, starts) for alpha in alphas])
