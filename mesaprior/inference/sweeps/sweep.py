"""The posterior over a grid of parameters: thousands of cells from one census.

The behaviours of the census are merged into kinds with equal likelihood (see `equivalence`). The sweep of priors gives
the prior mass of each kind; noise, odds and shares are then algebra over the kinds. Sizes: V values of an axis, D
kinds.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.logspace import log2_odds, log2_scaled, log2_total, share, sum_shares
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel
from mesaprior.inference.bayes.odds import BY_ROLE, BY_VERDICT, Contest
from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL, IMITATOR, ROLES, VERDICTS
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.sweeps.axes import MAX_BITS, ROWS, Axes, check_axes, prior_over
from mesaprior.inference.sweeps.equivalence import Kinds, Pooling, kinds_at
from mesaprior.inference.sweeps.masses import Weighing
from mesaprior.priors.columns import check_columns

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class SweptPosterior:
    """The posterior in each cell of a grid.

    Arrays have a dimension for each axis, in the order of `axes`; the numbers are those of `Posterior` at the prefix
    of the cell.

    Attributes
    ----------
    axes : dict of str to float64[V]
        Values by the name of the axis, ascending.
    log2_odds : float64[...]
        Optimizers over imitators, in bits; inf, -inf where one side is empty, nan where both are.
    log2_odds_verdict : float64[...]
        Defecting over faithful, all roles, likewise.
    log2_evidence : float64[...]
        log2 probability of the training actions used under the mixture; -inf where nothing is left, nan where the
        prior gives no program counted any weight.
    mass : float64[..., 4, 4]
        Share of the posterior by role and verdict; nan where nothing is left.
    misses : float64[..., 4]
        Expected share of the later rows with an action that are missed, given the role; nan where the role has no
        mass or there is no such row.
    misses_all : float64[...]
        The same of the whole posterior.
    """

    axes: dict[str, np.ndarray]
    log2_odds: NDArray[np.float64]
    log2_odds_verdict: NDArray[np.float64]
    log2_evidence: NDArray[np.float64]
    mass: NDArray[np.float64]
    misses: NDArray[np.float64]
    misses_all: NDArray[np.float64]

    @property
    def mass_by_role(self) -> NDArray[np.float64]:
        """Share of the posterior by role, float64[..., 4]."""
        return sum_shares(self.mass, -1, -1)

    @property
    def mass_by_verdict(self) -> NDArray[np.float64]:
        """Share of the posterior by verdict, float64[..., 4]."""
        return sum_shares(self.mass, -2, -1)

    def contests(self, *, has_lesions: bool) -> list[Contest]:
        """Return the contests: by role where programs have lesions, and by verdict where any program is judged."""
        is_judged = not np.isnan(self.log2_odds_verdict).all()
        return [BY_ROLE] * has_lesions + [BY_VERDICT] * (is_judged or not has_lesions)

    def shares(self, contest: Contest) -> NDArray[np.float64]:
        """Return the share of the posterior by the parts of a contest, float64[..., 4]."""
        return self.mass_by_verdict if contest.is_by_verdict else self.mass_by_role

    @property
    def n_cells(self) -> int:
        """The number of cells."""
        return self.log2_odds.size

    def to_frame(self) -> pd.DataFrame:
        """Return the long table: one line a cell, the last axis varying fastest.

        Columns: the axes; `log2_odds`, `log2_odds_verdict`, `log2_evidence`; `mass_ROLE`, `mass_VERDICT`; `misses`
        and `misses_ROLE`.
        """
        import pandas as pd

        table: dict[str, Any] = {}
        for name, column in zip(self.axes, np.meshgrid(*self.axes.values(), indexing="ij"), strict=True):
            whole = name in (ROWS, MAX_BITS) and bool((column == np.floor(column)).all())
            table[name] = column.ravel().astype(np.int64) if whole else column.ravel()
        for name in ("log2_odds", "log2_odds_verdict", "log2_evidence"):
            table[name] = getattr(self, name).ravel()
        for names, masses in ((ROLES, self.mass_by_role), (VERDICTS, self.mass_by_verdict)):
            for part, name in enumerate(names):
                table[f"mass_{name}"] = masses[..., part].ravel()
        table["misses"] = self.misses_all.ravel()
        for role, name in enumerate(ROLES):
            table[f"misses_{name}"] = self.misses[..., role].ravel()
        return pd.DataFrame(table)


def sweep_posterior(
    census: Census,
    log: ImitationLog,
    prior: Prior | str,
    over: Mapping[str, Sequence[float] | np.ndarray],
    *,
    noise: NoiseModel = DEFAULT_NOISE,
    tolerance: float = 0.0,
    workers: int = 1,
    report: Callable[[int], None] | None = None,
) -> SweptPosterior:
    """Compute the posterior over a grid of parameters.

    Parameters
    ----------
    census : Census
        Counted on `log`.
    log : ImitationLog
    prior : Prior or str
        A string is a name or a formula. Where parameters of it are varied, it has a formula; the values that it has of
        these do not matter.
    over : mapping of str to sequence of float
        Ascending values by the name of what is varied: a parameter of the prior, `noise` (the known share of misses),
        `a` or `b` (of a `BetaNoise`), `n` (training rows used), `max_bits` (the length bound).
    noise : NoiseModel
        Where it is not varied.
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.
    workers : int
        Threads, at least 1; they change nothing in the result.
    report : callable, optional
        Called with the number of cells that have been finished since the last call.

    Raises
    ------
    ContentError, RunError, UsageError
        As `posterior` does; and if an axis or a value of it is out of range, or there are more than a million cells.

    Notes
    -----
    Each cell equals `posterior` with the same prior, noise, prefix and bound, up to rounding (1e-9 bits at most of odds
    of moderate size). For each prefix: O(G) to sort the groups, then for each value of a parameter in which the prior
    is log-linear some 0.8 ns for each pool of groups, and 10 ns for each kind and cell. Where the prior gives no
    program any weight, as `bounded` with too small a T, shares and odds are nan.
    """
    prior = prior_over(prior, {name: float(np.ravel(values)[0]) for name, values in over.items() if np.size(values)})
    return sweep_of(Scored(census, log, noise, tolerance), prior, over, workers=workers, report=report)


def sweep_of(
    scored: Scored,
    prior: Prior,
    over: Mapping[str, Sequence[float] | np.ndarray],
    *,
    workers: int = 1,
    report: Callable[[int], None] | None = None,
) -> SweptPosterior:
    """Compute the posterior of a census that is scored on a log over a grid of parameters; see `sweep_posterior`."""
    census, log, noise = scored.census, scored.log, scored.noise
    if workers < 1:
        raise UsageError(f"workers = {workers} is out of range; there must be at least 1.")
    axes = check_axes(over, census, prior, noise, log.n_training)
    check_columns(prior, census.space, census.columns)
    bounds = axes.of(MAX_BITS, np.inf)
    pooling = Pooling(census, (*prior.columns, "length") if MAX_BITS in axes.values else prior.columns)
    *outer, swept = axes.of_prior or (None,)
    weighing = Weighing(prior, swept, workers)
    values = axes.values[swept] if swept else np.zeros(1)
    found: list[dict[str, np.ndarray]] = []
    for n in axes.of(ROWS, log.n_training):
        kinds = kinds_at(scored, int(n))
        pools = pooling.pool(kinds.of_behaviour)
        likelihood = np.stack([kinds.log2_likelihood(model, census.n_actions) for model in axes.noises])
        for combination in itertools.product(*(axes.values[name].tolist() for name in outer if name)):
            here = weighing.at(dict(zip((name for name in outer if name), combination, strict=True)))
            masses = np.full((len(values), len(kinds)), -np.inf)
            below = -np.inf
            for bound in bounds:
                new = pools
                if MAX_BITS in axes.values:
                    length = pools.columns["length"]
                    new = pools.take((length > below) & (length <= bound))
                masses = np.logaddexp2(masses, here.log2_masses(new, len(kinds), values))
                below = bound
                found.append(_cells(kinds, masses, likelihood))
                if report:
                    report(masses.shape[0] * len(likelihood))
    return _assembled(axes, [ROWS, *(name for name in outer if name), MAX_BITS, *axes.of_noise, swept], found)


def _cells(kinds: Kinds, masses: NDArray[np.float64], likelihood: NDArray[np.float64]) -> dict[str, np.ndarray]:
    """Return the posterior for each noise and each value of a parameter.

    Parameters
    ----------
    kinds : Kinds
    masses : float64[V, D]
        log2 prior mass of each kind.
    likelihood : float64[U, D]
        log2 likelihood under each noise.

    Returns
    -------
    dict of str to float64[U, V, ...]
    """
    shape = (len(ROLES), len(VERDICTS))
    of_kind = kinds.role * len(VERDICTS) + kinds.verdict
    starts = np.flatnonzero(np.diff(of_kind, prepend=-1))
    classes = of_kind[starts]
    rate = np.nan_to_num(kinds.miss_rate)
    U, V = len(likelihood), len(masses)
    by_class, missed = (np.full((U, V, shape[0] * shape[1]), -np.inf) for _ in range(2))
    for u in range(U):
        terms = masses + likelihood[u]
        peak = np.maximum.reduceat(terms, starts, axis=1)
        safe = np.where(peak > -np.inf, peak, 0.0)
        scaled = np.exp2(terms - np.repeat(safe, np.diff(starts, append=len(kinds)), axis=1))
        by_class[u][:, classes] = log2_scaled(np.add.reduceat(scaled, starts, axis=1), safe)
        missed[u][:, classes] = log2_scaled(np.add.reduceat(scaled * rate, starts, axis=1), safe)
    by_class, missed = by_class.reshape(U, V, *shape), missed.reshape(U, V, *shape)
    whole = log2_total(by_class, axis=(2, 3))
    by_role, by_verdict = log2_total(by_class, axis=3), log2_total(by_class, axis=2)
    before = log2_total(masses, axis=1)
    evidence = np.full(whole.shape, np.nan)
    weighed = np.broadcast_to(before > -np.inf, whole.shape)
    evidence[weighed] = (whole - np.where(before > -np.inf, before, 0.0))[weighed]
    misses, misses_all = share(log2_total(missed, axis=3), by_role), share(log2_total(missed, axis=(2, 3)), whole)
    if np.isnan(kinds.miss_rate).any():
        misses, misses_all = np.full_like(misses, np.nan), np.full_like(misses_all, np.nan)
    return {
        "log2_odds": log2_odds(log2_total(by_role[..., IMITATOR + 1 :], axis=2), by_role[..., IMITATOR]),
        "log2_odds_verdict": log2_odds(by_verdict[..., DEFECTING], by_verdict[..., FAITHFUL]),
        "log2_evidence": evidence,
        "mass": share(by_class, whole[..., None, None]),
        "misses": misses,
        "misses_all": misses_all,
    }


def _assembled(axes: Axes, order: Sequence[str | None], found: list[dict[str, np.ndarray]]) -> SweptPosterior:
    """Put the cells together, and the axes in the order in which they were named.

    Parameters
    ----------
    axes : Axes
    order : sequence of str or None
        Names of all axes that could be, in the order in which cells were computed, the last varying fastest.
    found : list of dict of str to float64[...]
    """
    present = [name for name in order if name in axes.values]
    worked_out = [len(axes.values[name]) for name in present if name]
    names = list(axes.values)
    places = [present.index(name) for name in names]

    def arranged(key: str) -> np.ndarray:
        cells = np.stack([part[key] for part in found])
        rest = cells.shape[3:]
        cells = cells.reshape(*worked_out, *rest)
        return np.ascontiguousarray(cells.transpose(*places, *range(len(places), len(places) + len(rest))))

    return SweptPosterior(axes=dict(axes.values), **{key: arranged(key) for key in found[0]})
