"""Shared programs: the maximum-likelihood mixture over policies.

References
----------
B. G. Lindsay, The geometry of mixture likelihoods: a general theory, Annals of Statistics 11 (1983) 86-94: a mixture is
of largest likelihood exactly where no component's mean likelihood ratio exceeds 1, and it needs at most as many
components as there are people.
A. P. Dempster, N. M. Laird, D. B. Rubin, Maximum likelihood from incomplete data via the EM algorithm, Journal of the
Royal Statistical Society B 39 (1977) 1-38.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SETTLED = 1e-6
"""How far the log likelihood may be from the largest one, in nats."""

ROUNDS, MOST_STEPS = 200, 2_000
"""Steps of EM between looks at components that are left out, and how often that is done at most."""

NEGLIGIBLE = 1e-9
"""Components of a smaller share are dropped."""


@dataclass(frozen=True, eq=False)
class Mixture:
    """A maximum-likelihood mixture over components.

    Attributes
    ----------
    components : int64[M]
        Their numbers, by share, largest first.
    share : float64[M]
        Adds up to 1.
    attributed : float64[G, M]
        Probability of each component for each person.
    log_likelihood : float
        In nats; people of whom no component has any likelihood are left out.
    gap : float
        The largest log likelihood of any mixture is at most this much larger, in nats.
    """

    components: NDArray[np.int64]
    share: NDArray[np.float64]
    attributed: NDArray[np.float64]
    log_likelihood: float
    gap: float


def mixture(log2_likelihood: Callable[[np.ndarray | slice], np.ndarray], n_components: int) -> Mixture:
    """Return the maximum-likelihood mixture.

    Parameters
    ----------
    log2_likelihood : callable
        Returns the log2 likelihood of each person under some components, float64[G, M], given their numbers or a slice.
    n_components : int
        P; they are examined block by block.

    Returns
    -------
    Mixture
        Without components where all likelihoods are zero.

    Notes
    -----
    EM runs on few components: at first the best one of each person, then also those whose mean likelihood ratio
    exceeds 1, until none does. Of components with equal likelihoods the first is taken. Each look at all components
    takes O(G P).
    """
    peak, best = _best(log2_likelihood, n_components)
    counted = peak > -np.inf
    if not counted.any():
        nobody = np.zeros(0)
        return Mixture(nobody.astype(np.int64), nobody, np.zeros((len(peak), 0)), log_likelihood=0.0, gap=0.0)
    support = np.unique(best[counted])
    share = np.full(len(support), 1 / len(support))
    n_people = int(counted.sum())
    gap = math.inf
    for _ in range(MOST_STEPS):
        likelihood = np.exp2(log2_likelihood(support)[counted] - peak[counted, None])
        share = _em(likelihood, share)
        kept = share > NEGLIGIBLE
        support, share, likelihood = support[kept], share[kept] / share[kept].sum(), likelihood[:, kept]
        whole = _mixed(likelihood, share)
        ratio, worst = _largest_ratio(log2_likelihood, n_components, counted, peak, whole)
        gap = n_people * math.log(max(1.0, ratio))
        if gap <= SETTLED:
            break
        if worst not in support:
            # The new component comes in with a small share, in order of its number.
            place = int(np.searchsorted(support, worst))
            support = np.insert(support, place, worst)
            share = np.insert(share * (1 - 1 / (2 * n_people)), place, 1 / (2 * n_people))
    likelihood = np.exp2(log2_likelihood(support)[counted] - peak[counted, None])
    order = np.lexsort((support, -share))
    attributed = np.full((len(peak), len(support)), np.nan)
    whole = _mixed(likelihood, share)
    attributed[counted] = (likelihood * share) / whole[:, None]
    return Mixture(
        components=support[order],
        share=share[order],
        attributed=attributed[:, order],
        log_likelihood=float(np.log(whole).sum() + peak[counted].sum() * math.log(2)),
        gap=gap,
    )


BLOCK = 1 << 12
"""Components that are examined at a time."""


def _blocks(n_components: int) -> list[slice]:
    return [slice(start, min(start + BLOCK, n_components)) for start in range(0, n_components, BLOCK)]


def _best(
    log2_likelihood: Callable[[np.ndarray | slice], np.ndarray], n_components: int
) -> tuple[np.ndarray, np.ndarray]:
    """Return the largest log2 likelihood of each person, and the first component that has it."""
    peak: np.ndarray | None = None
    best = np.zeros(0, dtype=np.int64)
    for block in _blocks(n_components):
        part = log2_likelihood(block)
        place = part.argmax(axis=1)
        value = part[np.arange(len(part)), place]
        if peak is None:
            peak, best = value, place + block.start
        else:
            better = value > peak
            peak, best = np.where(better, value, peak), np.where(better, place + block.start, best)
    assert peak is not None
    return peak, best


def _mixed(likelihood: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Return the likelihood of each person under the mixture; the sum does not depend on threads."""
    return (likelihood * share).sum(axis=1)


def _em(likelihood: np.ndarray, share: np.ndarray) -> NDArray[np.float64]:
    """Return the shares after some steps of EM on these components, likelihood float64[G, M]."""
    for _ in range(ROUNDS):
        ratio = likelihood / _mixed(likelihood, share)[:, None]
        moved = share * ratio.mean(axis=0)
        if float(np.abs(moved - share).max()) < 1e-15:
            return moved
        share = moved
    return share


def _largest_ratio(
    log2_likelihood: Callable[[np.ndarray | slice], np.ndarray],
    n_components: int,
    counted: np.ndarray,
    peak: np.ndarray,
    whole: np.ndarray,
) -> tuple[float, int]:
    """Return the largest mean likelihood ratio of any component to the mixture, and the first component that has it."""
    largest, worst = -math.inf, 0
    for block in _blocks(n_components):
        ratio = (np.exp2(log2_likelihood(block)[counted] - peak[counted, None]) / whole[:, None]).mean(axis=0)
        place = int(ratio.argmax())
        if ratio[place] > largest:
            largest, worst = float(ratio[place]), block.start + place
    return largest, worst
