"""Crossovers: the values of one parameter at which the odds pass 0, and the reason.

They are found twice: numerically from the whole census, and in closed form from the leading class of each side. The two
agree if one class holds all mass of its side; otherwise the difference comes from the other classes.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.cut import chance
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, BetaNoise, Noise, NoiseModel
from mesaprior.inference.bayes.odds import CHALLENGERS, OTHERS, Contest, contest_of
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.crossovers.curve import OddsCurve
from mesaprior.inference.crossovers.leading import LeadingClass, leading_class
from mesaprior.inference.crossovers.roots import Zero, find_zeros, zeros_of_values
from mesaprior.inference.sweeps.axes import AXES, HITS, MAX_BITS, MISSES, NOISE, ROWS, check_axes, prior_over
from mesaprior.inference.sweeps.sweep import sweep_of
from mesaprior.priors.prior import FormulaPrior
from mesaprior.priors.sweeps.separation import separate

if TYPE_CHECKING:
    from mesaprior.inference.crossovers.symbolic import Solution

RANGES = {
    "alpha": (0.0, 10.0),
    "c": (0.0, 10.0),
    "lam": (0.0, 10.0),
    "T": (1.0, 2.0**30),
    "temperature": (0.125, 8.0),
    "w": (0.0, 1.0),
    NOISE: (0.0001, 1.0),
    MISSES: (0.01, 100.0),
    HITS: (0.01, 100.0),
}
"""Default ranges for crossovers; along `noise` only up to chance."""

POINTS = 2049
"""Values of the grid where they cost little."""

SPARE_POINTS, MOST_BREAKS = 257, 4096
"""Values of the grid where each weighs all classes again, and values of columns that are added then, at most."""

_SOLVING = threading.Lock()
"""SymPy makes no promise to threads, so one solves at a time."""

AGREED = 1e-6
"""Two crossovers that are no further apart are the same."""


@dataclass(frozen=True, eq=False)
class Crossing:
    """A place where the odds pass 0.

    Attributes
    ----------
    zero : Zero
        Where, numerically, and the odds on its two sides.
    leads : bool or None
        Whether the challengers lead to its right; None where neither side does.
    challenger, other : LeadingClass or None
        The leading class of each side there; None along `n` and `max_bits`.
    solution : Solution or None
        Where these two alone are equal, in closed form; None for a jump and where nothing was to be solved.
    difference : float
        The crossover less the solution; nan where there is none.
    alone : float
        log2 odds of the two leading classes alone at the crossover, by their shares in the census. What the other
        classes add makes it up; `Solution.log2_odds_near` is the same by the equation. nan where a side has no mass.
    reason : str
        Why the two agree or differ, in one sentence.
    """

    zero: Zero
    leads: bool | None
    challenger: LeadingClass | None
    other: LeadingClass | None
    solution: Solution | None
    difference: float
    alone: float
    reason: str


@dataclass(frozen=True, eq=False)
class Crossovers:
    """All crossovers in a range.

    Attributes
    ----------
    contest : Contest
        Whose odds these are.
    parameter : str
    low, high : float
        The range.
    is_whole : bool
        Whether the parameter takes some values only, all of which were examined: the number of training rows, a
        length that occurs, a price.
    crossings : tuple of Crossing
        Ascending.
    odds_low, odds_high : float
        log2 odds at the ends of the range.
    closest, distance : float
        The value at which the odds are nearest to 0 among those examined, and the odds there; nan if never finite.
    n_points : int
        Number of grid points at which the odds were first computed.
    most_roots : int or None
        Upper bound on the number of crossovers over all values of the parameter, by the rule of signs; None where the
        rule does not apply.
    values, odds : float64[V]
        Values that were examined, ascending, and the log2 odds there.
    """

    contest: Contest
    parameter: str
    low: float
    high: float
    is_whole: bool
    crossings: tuple[Crossing, ...]
    odds_low: float
    odds_high: float
    closest: float
    distance: float
    n_points: int
    most_roots: int | None
    values: NDArray[np.float64]
    odds: NDArray[np.float64]

    @property
    def is_complete(self) -> bool:
        """Whether it is proved that there are no others in the range."""
        return self.is_whole or (self.most_roots is not None and self.most_roots <= len(self.crossings))


def find_crossovers(
    census: Census,
    log: ImitationLog,
    prior: Prior | str,
    over: str,
    *,
    low: float | None = None,
    high: float | None = None,
    by_verdict: bool = False,
    noise: NoiseModel = DEFAULT_NOISE,
    tolerance: float = 0.0,
    points: int | None = None,
    workers: int = 1,
) -> Crossovers:
    """Find the values of a parameter at which the final odds are 0.

    Parameters
    ----------
    census : Census
        Counted on `log`.
    log : ImitationLog
    prior : Prior or str
        A string is a name or a formula. Where `over` is one of its parameters, it has a formula; its value of this
        parameter does not matter.
    over : str
        A parameter of the prior, `noise`, `a` or `b` (of a `BetaNoise`), `n` or `max_bits`.
    low, high : float, optional
        The range; by default that of `RANGES`, or the full range for `n` and `max_bits`.
    by_verdict : bool
        Weigh defecting against faithful programs, of all roles, instead of optimizers against imitators.
    noise : NoiseModel
        Where it is not the varying parameter.
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.
    points : int
        Values of the grid that is laid over the range, at least 2; `POINTS` by default, and `SPARE_POINTS` for a prior
        that is not log-linear in the parameter.
    workers : int
        Threads; they change nothing in the result.

    Raises
    ------
    ContentError, RunError, UsageError
        As `sweep_posterior` does; and if there is no range, or it is empty.

    Notes
    -----
    The odds are computed on a grid: even steps, or equal ratios over a range above 0 of more than a factor of 100;
    for a prior that is not log-linear in the parameter, also at all values of the columns that it reads, where a bound
    such as ``time <= T`` lets programs in. Changes of sign between neighbours are cut down to a relative width of
    2^-36. `most_roots` says when that is all.
    """
    usual = RANGES.get(over, (1.0, 1.0))
    return crossovers_of(
        Scored(census, log, noise, tolerance),
        prior_over(prior, {over: usual[0] if low is None else low}),
        over,
        low=low,
        high=high,
        by_verdict=by_verdict,
        points=points,
        workers=workers,
    )


def crossovers_of(
    scored: Scored,
    prior: Prior,
    over: str,
    *,
    low: float | None = None,
    high: float | None = None,
    by_verdict: bool = False,
    points: int | None = None,
    workers: int = 1,
) -> Crossovers:
    """Find the crossovers of a census that is scored on a log; see `find_crossovers`."""
    census, noise = scored.census, scored.noise
    if points is not None and points < 2:
        raise UsageError(f"points = {points} is out of range; a grid has at least 2.")
    contest = contest_of(by_verdict=by_verdict)
    if over in (ROWS, MAX_BITS):
        return _over_whole_numbers(scored, prior, over, low, high, contest)
    low, high = _range(over, low, high, census.n_actions)
    check_axes({over: [low, high]}, census, prior, noise, scored.log.n_training)
    curve = OddsCurve(scored, prior, over, contest.sides_of(scored.judgement), workers=workers)
    breaks = _breaks(prior, over, curve)
    grid = _grid(low, high, points or (POINTS if breaks is None else SPARE_POINTS), breaks)
    zeros = find_zeros(curve.odds, grid)
    ends = curve.odds(np.array([low, high])).tolist()
    return Crossovers(
        contest=contest,
        parameter=over,
        low=low,
        high=high,
        is_whole=False,
        crossings=tuple(_crossing(census, curve, prior, over, noise, zero, contest) for zero in zeros.found),
        odds_low=ends[0],
        odds_high=ends[1],
        closest=zeros.closest,
        distance=zeros.distance,
        n_points=zeros.n_points,
        most_roots=curve.most_roots(low, high),
        values=zeros.x,
        odds=zeros.y,
    )


def usual_range(over: str, n_actions: int) -> tuple[float, float] | None:
    """Return the default range for crossovers with a number of actions, or None."""
    usual = RANGES.get(over)
    return (usual[0], chance(n_actions)) if over == NOISE and usual else usual


def _range(over: str, low: float | None, high: float | None, n_actions: int) -> tuple[float, float]:
    """Return the range to search."""
    usual = usual_range(over, n_actions)
    least = usual[0] if low is None and usual is not None else low
    most = usual[1] if high is None and usual is not None else high
    if least is None or most is None:
        raise UsageError(f"where to look for crossovers of {over!r} is not known; give a range, such as {over}=0:10.")
    if not (math.isfinite(least) and math.isfinite(most) and least < most):
        raise UsageError(f"the range {least:g} to {most:g} of {over!r} is empty; give the lower end first.")
    return float(least), float(most)


def _breaks(prior: Prior, over: str, curve: OddsCurve) -> np.ndarray | None:
    """Return values at which the odds may jump, those of the columns; None where the prior is log-linear."""
    if curve.is_of_noise or not isinstance(prior, FormulaPrior) or separate(prior.formula, over) is not None:
        return None
    columns = [np.unique(curve.classes.columns[name]).astype(np.float64) for name in prior.columns]
    return np.unique(np.concatenate(columns)) if columns else np.empty(0)


def _grid(low: float, high: float, points: int, breaks: np.ndarray | None) -> np.ndarray:
    """Return the values of the first grid, ascending, with both ends."""
    is_wide = low > 0 and high / low > 100
    even = np.geomspace(low, high, points) if is_wide else np.linspace(low, high, points)
    even[0], even[-1] = low, high
    if breaks is None:
        return np.unique(even)
    inside = breaks[(breaks > low) & (breaks < high)]
    if len(inside) > MOST_BREAKS:
        inside = inside[np.linspace(0, len(inside) - 1, MOST_BREAKS).round().astype(np.int64)]
    return np.unique(np.concatenate([even, inside]))


def _crossing(
    census: Census,
    curve: OddsCurve,
    prior: Prior,
    over: str,
    noise: NoiseModel,
    zero: Zero,
    contest: Contest,
) -> Crossing:
    """Explain a crossover by the leading classes."""
    challenger = leading_class(census, curve, CHALLENGERS, zero.value)
    other = leading_class(census, curve, OTHERS, zero.value)
    leads = _leads_after(zero)
    alone = math.log2(challenger.share) - math.log2(other.share) if challenger and other else math.nan

    def found(reason: str, solution: Solution | None = None, difference: float = math.nan) -> Crossing:
        return Crossing(zero, leads, challenger, other, solution, difference, alone, reason)

    if zero.kind == "jump":
        return found(_jump_reason(zero, challenger if leads else other, over))
    if zero.kind == "level":
        return found(f"the odds are 0 over a range of {over}, so no single value is solved for")
    if challenger is None or other is None:
        return found("a side has no mass here, so there is nothing to solve")
    if not (isinstance(prior, FormulaPrior) and isinstance(noise, Noise | BetaNoise)):
        return found("the prior or the noise has no formula, so there is nothing to solve")
    from mesaprior.inference.crossovers.symbolic import solve_equality

    spread = _spread(challenger, other, contest)
    with _SOLVING:
        solution = solve_equality(challenger, other, prior, over, noise, census.n_actions, zero.value)
    if solution.text is None:
        return found(f"{solution.reason}; {spread}", solution)
    difference = zero.value - solution.value
    if abs(difference) <= AGREED * max(1.0, abs(zero.value)):
        return found(f"the two agree; {spread}", solution, difference)
    reason = (
        f"the two differ by {difference:+.4g}: {spread}, so that the leading classes alone stand at {alone:+.4f} bits "
        f"where the sides are level ({solution.log2_odds_near:+.4f} by the equation)"
    )
    return found(reason, solution, difference)


def _leads_after(zero: Zero) -> bool | None:
    """Return whether the challengers lead right of a zero; None where neither side does or odds are undefined."""
    return None if math.isnan(zero.after) or not zero.after else zero.after > 0


def _spread(challenger: LeadingClass, other: LeadingClass, contest: Contest) -> str:
    """Return in words how much of each side its leading class holds."""
    held = [
        f"{one.share:.3%} of the mass of {name} (which is spread as over {one.n_effective:.3g} classes)"
        for one, name in ((challenger, contest.challengers), (other, contest.others))
    ]
    return f"the leading classes hold {held[0]} and {held[1]}"


def _jump_reason(zero: Zero, gaining: LeadingClass | None, over: str) -> str:
    held = ""
    if gaining is not None and gaining.columns:
        held = "; the leading class of the side that gains has " + ", ".join(
            f"{name} = {value:g}" for name, value in gaining.columns.items()
        )
    return (
        f"the odds jump from {zero.before:+.4g} to {zero.after:+.4g} bits at this value of {over}, as the weight of "
        f"some programs changes at once, so no equation has it as its solution{held}"
    )


def _whole_reason(zero: Zero, what: str) -> str:
    """Return a sentence on a zero of a discrete parameter."""
    if zero.kind == "step":
        return f"{what} took the odds from {zero.before:+.4g} to {zero.after:+.4g} bits"
    sides = (("before", zero.before), ("after", zero.after))
    beside = [f"{odds:+.4g} bits {place} it" for place, odds in sides if not math.isnan(odds)]
    return ", ".join(["the odds are 0 here", " and ".join(beside)]) if beside else "the odds are 0 here"


def _over_whole_numbers(
    scored: Scored, prior: Prior, over: str, low: float | None, high: float | None, contest: Contest
) -> Crossovers:
    """Find where the odds are 0 or change sign along the training rows, or along the lengths that occur."""
    if over == ROWS:
        values = np.arange(scored.log.n_training + 1, dtype=np.float64)
    else:
        values = np.unique(scored.census.columns["length"]).astype(np.float64)
    least = float(values[0]) if low is None else low
    most = float(values[-1]) if high is None else high
    values = values[(values >= least) & (values <= most)]
    if not len(values):
        raise UsageError(
            f"between {least:g} and {most:g} there is no value of {over!r} ({AXES[over]}); take a wider range."
        )
    swept = sweep_of(scored, prior, {over: values})
    what = "this training row" if over == ROWS else "the programs of this length"
    return along_values(over, values, contest.odds_of(swept), what, contest)


def along_values(
    over: str, values: NDArray[np.float64], odds: NDArray[np.float64], what: str, contest: Contest
) -> Crossovers:
    """Return the crossovers of a parameter with a finite set of values, all of which were examined.

    Parameters
    ----------
    over : str
        The parameter.
    values : float64[V]
        Ascending.
    odds : float64[V]
        Final log2 odds at each.
    what : str
        What changes the odds from a value to the next, in words.
    contest : Contest
        Whose odds these are.
    """
    crossings = tuple(
        Crossing(zero, _leads_after(zero), None, None, None, math.nan, math.nan, _whole_reason(zero, what))
        for zero in zeros_of_values(values, odds)
    )
    size = np.where(np.isfinite(odds), np.abs(odds), np.inf)
    closest = int(np.argmin(size))
    is_seen = bool(np.isfinite(size[closest]))
    return Crossovers(
        contest=contest,
        parameter=over,
        low=float(values[0]),
        high=float(values[-1]),
        is_whole=True,
        crossings=crossings,
        odds_low=float(odds[0]),
        odds_high=float(odds[-1]),
        closest=float(values[closest]) if is_seen else math.nan,
        distance=float(odds[closest]) if is_seen else math.nan,
        n_points=len(values),
        most_roots=None,
        values=values,
        odds=odds,
    )
