"""The mass of groups of programs under a prior, for many values of one parameter: thousands of priors in a second."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.priors.compiler import Program
from mesaprior.priors.formula import Formula
from mesaprior.priors.postfix import Step
from mesaprior.priors.prior import FormulaPrior, check_parameters
from mesaprior.priors.sweeps.kernels import add_runs, add_terms, raise_peaks
from mesaprior.priors.sweeps.separation import Separation, separate

BLOCKS = 64
"""Number of parts of the rows, for any number of threads; their sums are added in one order."""

TILE = 1024
"""Values of the parameter that are worked on together: sums by group for these fit into a fast cache."""

GREATEST = 1e300
"""Bits of the greatest term that is computed in common; beyond it, one value of the parameter at a time."""

SAMPLE = 1 << 14
"""Rows that are examined to see whether adding up equal ones pays."""


def sweep(
    prior: FormulaPrior,
    parameter: str,
    values: Sequence[float] | np.ndarray,
    columns: Mapping[str, np.ndarray],
    log2_mass: NDArray[np.float64],
    group: NDArray[np.int64],
    n_groups: int,
    *,
    workers: int = 1,
) -> NDArray[np.float64]:
    """Return the mass of each group of rows for each value of a parameter of the prior.

    Parameters
    ----------
    prior : FormulaPrior
        Its value of the parameter does not matter.
    parameter : str
        One of the parameters of the prior.
    values : float64[V]
        Values of the parameter.
    columns : mapping of str to array[G]
        The columns of a census that the prior reads, at least.
    log2_mass : float64[G]
        What the weight of each row is multiplied by, as log2: its count, or its count times its likelihood.
    group : int64[G]
        Group of each row, 0..n_groups-1, such as the role of its behaviour.
    n_groups : int
    workers : int
        Threads, at least 1. They change nothing in the result.

    Returns
    -------
    float64[V, n_groups]
        log2 of the sums over rows of weight * 2**log2_mass; -inf where nothing has mass.

    Raises
    ------
    UsageError
        If the prior has no such parameter, a value is out of range, or a weight is negative, infinite or undefined.

    Notes
    -----
    Where the prior is log-linear in the parameter (see `mesaprior.priors.sweeps.separation`), rows with equal group
    and equal base are added up first, and each value then costs 0.8 ns for each row that is left. Otherwise rows with
    equal group and columns are added up first, and each value costs some 20 ns for each row that is left.
    """
    if parameter not in prior.parameters:
        raise UsageError(
            f"prior {prior.name!r} has no parameter {parameter!r} to sweep; it has "
            f"{', '.join(prior.parameters) or 'none'}."
        )
    values, log2_mass, group = np.asarray(values, dtype=np.float64), np.asarray(log2_mass), np.asarray(group)
    _check(prior, columns, log2_mass, group, n_groups, workers)
    for value in values:
        check_parameters(prior.formula, {parameter: float(value)})
    live = log2_mass > -np.inf
    rows = _Rows({name: columns[name][live] for name in prior.columns}, log2_mass[live], group[live], n_groups)
    separation = separate(prior.formula, parameter)
    masses = separation and _by_factors(prior, parameter, values, rows, separation, workers)
    return _one_by_one(prior, parameter, values, rows) if masses is None else masses


def _check(
    prior: FormulaPrior,
    columns: Mapping[str, np.ndarray],
    log2_mass: np.ndarray,
    group: np.ndarray,
    n_groups: int,
    workers: int,
) -> None:
    """Refuse inconsistent rows; the kernels do not check."""
    if workers < 1:
        raise UsageError(f"workers = {workers} is out of range; there must be at least 1.")
    for name in prior.columns:
        if name not in columns:
            raise UsageError(f"prior {prior.name!r} reads the column {name!r}, which is missing; it is needed.")
        if len(columns[name]) != len(log2_mass):
            raise UsageError(
                f"column {name!r} has {len(columns[name])} rows and log2_mass {len(log2_mass)}; give as many of both."
            )
    if len(group) != len(log2_mass):
        raise UsageError(f"group has {len(group)} rows and log2_mass {len(log2_mass)}; give as many of both.")
    if len(group) and not (group.min() >= 0 and group.max() < n_groups):
        raise UsageError(f"groups run from {group.min()} to {group.max()}; those from 0 to {n_groups - 1} are allowed.")
    if not (log2_mass < np.inf).all():
        raise UsageError("a log2_mass is infinite or undefined; each must be a finite number, or -inf for no mass.")


class _Rows:
    """Rows of a census: columns, log2 masses that are finite, and groups."""

    def __init__(
        self, columns: Mapping[str, np.ndarray], log2_mass: np.ndarray, group: np.ndarray, n_groups: int
    ) -> None:
        self.columns, self.log2_mass, self.n_groups = columns, log2_mass, n_groups
        self.group = group.astype(np.int64)

    def logs(self, formula: Formula, parameters: Mapping[str, float]) -> np.ndarray | None:
        """Return the log2 of a part of the formula on each row, or None where it is not a weight."""
        columns = {name: self.columns[name] for name in formula.columns}
        # A formula without columns takes the number of rows from any.
        log2_value, wrong = Program(formula, parameters).weigh(columns or {"": self.log2_mass})
        return None if wrong >= 0 else log2_value


def _by_factors(
    prior: FormulaPrior,
    parameter: str,
    values: np.ndarray,
    rows: _Rows,
    separation: Separation,
    workers: int,
) -> np.ndarray | None:
    """Sweep a log-linear prior; None where the form does not hold, or there is more than one base with columns."""
    constant = np.zeros(len(values))
    slope = np.zeros(len(rows.log2_mass))
    factor = np.zeros(len(values))
    bases = [(base, f) for base, f in separation.powers if base.columns]
    if len(bases) > 1:
        return None
    for base in separation.positive:
        logs = rows.logs(base, prior.parameters)
        if logs is None or not np.isfinite(logs).all():
            return None
    for base, factor_formula in separation.powers:
        by_value = _numbers(factor_formula, prior, parameter, values)
        if base.columns:
            logs = rows.logs(base, prior.parameters)
            if logs is None or not (np.isfinite(logs).all() and np.isfinite(by_value).all()):
                return None
            slope, factor = logs, by_value
        else:
            constant += by_value * _log_of_constant(base, prior.parameters)
    offset = rows.logs(separation.offset, prior.parameters)
    if offset is None or not np.isfinite(constant).all():
        return None
    offset = offset + rows.log2_mass
    if float(np.abs(slope).max(initial=0.0)) * float(np.abs(factor).max(initial=0.0)) > GREATEST:
        return None
    live = offset > -np.inf
    parts = offset[live], slope[live], rows.group[live]
    if _pays(parts[1], len(values)):
        parts = _merge(*parts)
    return _masses(*parts, factor, rows.n_groups, workers) + constant[:, None]


def _log_of_constant(formula: Formula, parameters: Mapping[str, float]) -> float:
    """Return log2 of a formula without columns and parameter; nan where it is no positive number."""
    sign, log2_magnitude = Program(formula, parameters).run({"": np.zeros(1)})
    return float(log2_magnitude[0]) if sign[0] > 0 else np.nan


def _numbers(formula: Formula, prior: FormulaPrior, parameter: str, values: np.ndarray) -> np.ndarray:
    """Return the value of a formula without columns for each value of the parameter; nan where it is undefined."""
    # The parameter replaces a column. log2 of 2**x is x, for every size and sign.
    code = tuple(
        Step("column", "length", 1) if (step.op, step.argument) == ("parameter", parameter) else step
        for step in (Step("number", "2", 1), *formula.code, Step("**", "", 1))
    )
    sign, numbers = Program(Formula("", code), prior.parameters).run({"length": values})
    return np.where(sign > 0, numbers, np.nan)


def _pays(slope: np.ndarray, n_values: int) -> bool:
    """Return whether it pays to sort the rows and add up those of equal slope."""
    sample = slope[:SAMPLE]
    return n_values >= 256 and 2 * len(np.unique(sample)) < len(sample)


def _merge(offset: np.ndarray, slope: np.ndarray, group: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Add up the rows of equal group and slope."""
    order, starts = _runs(slope, group)
    merged = np.empty(len(starts) - 1)
    add_runs(order, starts, offset, merged)
    first = order[starts[:-1]]
    return merged, slope[first], group[first]


def _runs(*keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return an order in which rows with equal keys are neighbours, and where each run of them starts and ends."""
    order = np.lexsort(keys)
    is_first = np.ones(len(order) + 1, dtype=bool)
    is_first[1:-1] = np.any([np.diff(key[order]) != 0 for key in keys], axis=0)
    return order, np.flatnonzero(is_first)


def _masses(
    offset: np.ndarray, slope: np.ndarray, group: np.ndarray, factor: np.ndarray, n_groups: int, workers: int
) -> NDArray[np.float64]:
    """Return log2 of the sum of 2**(offset + factor * slope) by factor and group, float64[V, n_groups]."""
    bounds = np.linspace(0, len(offset), BLOCKS + 1).astype(np.int64)
    blocks = [slice(first, last) for first, last in itertools.pairwise(bounds) if last > first]
    masses = np.full((len(factor), n_groups), -np.inf)
    with ThreadPoolExecutor(workers) as pool:
        for first in range(0, len(factor), TILE):
            tile = factor[first : first + TILE]

            def peaks(block: slice, tile: np.ndarray = tile) -> np.ndarray:
                peak = np.full((n_groups, len(tile)), -np.inf)
                raise_peaks(offset[block], slope[block], group[block], tile, peak)
                return peak

            peak = np.full((n_groups, len(tile)), -np.inf)
            for of_block in pool.map(peaks, blocks):
                np.maximum(peak, of_block, out=peak)

            def totals(block: slice, tile: np.ndarray = tile, peak: np.ndarray = peak) -> np.ndarray:
                total = np.zeros((n_groups, len(tile)))
                add_terms(offset[block], slope[block], group[block], tile, peak, total)
                return total

            total = np.zeros((n_groups, len(tile)))
            for of_block in pool.map(totals, blocks):
                total += of_block
            live = total > 0
            masses[first : first + TILE].T[live] = np.log2(total[live]) + peak[live]
    return masses


def _one_by_one(prior: FormulaPrior, parameter: str, values: np.ndarray, rows: _Rows) -> np.ndarray:
    """Weigh the rows again for each value, after adding up those that no value distinguishes."""
    order, starts = _runs(*(rows.columns[name] for name in prior.columns), rows.group)
    log2_mass = np.empty(len(starts) - 1)
    add_runs(order, starts, rows.log2_mass, log2_mass)
    first = order[starts[:-1]]
    columns = {name: column[first] for name, column in rows.columns.items()}
    group, nothing, one = rows.group[first], np.zeros(len(first)), np.zeros(1)
    masses = np.full((len(values), rows.n_groups), -np.inf)
    for index, value in enumerate(values):
        weights = FormulaPrior(prior.name, prior.text, {**prior.parameters, parameter: float(value)})
        offset = np.broadcast_to(weights.log2_weight(columns or {"": log2_mass}), len(first)) + log2_mass
        live = offset > -np.inf
        masses[index] = _masses(offset[live], nothing[live], group[live], one, rows.n_groups, 1)[0]
    return masses
