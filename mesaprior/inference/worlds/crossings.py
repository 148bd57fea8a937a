"""Crossovers in many worlds: the parameter values at which the odds pass 0 in each world, and their distribution."""

from __future__ import annotations

import math
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.crossovers.crossover import Crossing, find_crossovers
from mesaprior.inference.worlds.ensemble import spread
from mesaprior.inference.worlds.seeds import over_seeds
from mesaprior.inference.worlds.worlds import make_world


@dataclass(frozen=True)
class Root:
    """A crossover in one world.

    Attributes
    ----------
    kind : str
        As in `Zero`: ``root``, ``jump``, ``step`` or ``level``.
    value, until : float
        Where; `until` is another value for a level only.
    before, after : float
        log2 odds on its two sides; nan where there are none.
    leads : bool or None
        Whether the challengers lead after it; None where neither side does.
    solution : str or None
        Where the two leading classes alone are equal, in closed form.
    solution_value, difference : float
        The solution as a number, and the value less it; nan where there is none.
    """

    kind: str
    value: float
    until: float
    before: float
    after: float
    leads: bool | None
    solution: str | None
    solution_value: float
    difference: float

    @property
    def led(self) -> bool | None:
        """Whether the challengers lead before it; None where neither side does."""
        return self.before > 0 if abs(self.before) > 0 else None


@dataclass(frozen=True)
class Crossed:
    """All crossovers in one world.

    Attributes
    ----------
    seed : int
    programs : int
        How many were counted.
    odds_low, odds_high : float
        log2 odds at the ends of the range; infinite where one side has nothing, nan where both have.
    roots : tuple of Root
        Ascending.
    closest, distance : float
        The value at which the odds were seen nearest to 0, and the odds there; nan where they are nowhere finite.
    most_roots : int or None
        How many there can be at most for all values of the parameter; None where nothing is known.
    is_complete : bool
        Whether it is proved that there are no others in the range.
    """

    seed: int
    programs: int
    odds_low: float
    odds_high: float
    roots: tuple[Root, ...]
    closest: float
    distance: float
    most_roots: int | None
    is_complete: bool

    @property
    def first(self) -> Root | None:
        """The crossover at the least value."""
        return self.roots[0] if self.roots else None

    @property
    def leads_throughout(self) -> bool | None:
        """Without a crossover, whether the challengers lead; None where there is one, or neither side leads."""
        known = [odds for odds in (self.distance, self.odds_low, self.odds_high) if abs(odds) > 0]
        return None if self.roots or not known else known[0] > 0


def crossed_in(
    name: str,
    seed: int,
    settings: Mapping[str, int],
    prior: Prior,
    over: str,
    *,
    low: float | None = None,
    high: float | None = None,
    by_verdict: bool = False,
    max_bits: int,
    noise: NoiseModel = DEFAULT_NOISE,
    tolerance: float = 0.0,
) -> Crossed:
    """Make one world, count its programs up to `max_bits`, and find where the odds on its log are 0.

    Raises
    ------
    UsageError, ContentError, RunError
        As `make_world`, `obtain` and `find_crossovers`.
    """
    world = make_world(name, seed=seed, **settings)
    census = obtain(TermSpace(world.language, max_bits), world.log, workers=1)
    found = find_crossovers(
        census, world.log, prior, over, low=low, high=high, by_verdict=by_verdict, noise=noise, tolerance=tolerance
    )
    return Crossed(
        seed=seed,
        programs=census.n_programs,
        odds_low=found.odds_low,
        odds_high=found.odds_high,
        roots=tuple(_root(crossing) for crossing in found.crossings),
        closest=found.closest,
        distance=found.distance,
        most_roots=found.most_roots,
        is_complete=found.is_complete,
    )


def _root(crossing: Crossing) -> Root:
    zero, solution = crossing.zero, crossing.solution
    return Root(
        kind=zero.kind,
        value=zero.value,
        until=zero.until,
        before=zero.before,
        after=zero.after,
        leads=crossing.leads,
        solution=solution.text if solution else None,
        solution_value=solution.value if solution else math.nan,
        difference=crossing.difference,
    )


def crossings(
    name: str,
    seeds: Sequence[int],
    settings: Mapping[str, int],
    prior: Prior,
    over: str,
    *,
    low: float | None = None,
    high: float | None = None,
    by_verdict: bool = False,
    max_bits: int,
    noise: NoiseModel = DEFAULT_NOISE,
    tolerance: float = 0.0,
    workers: int = 1,
) -> Generator[Crossed]:
    """Return the crossovers in all worlds one by one, in the order of the seeds.

    Parameters
    ----------
    name : str
        A family of worlds.
    seeds : sequence of int
    settings : mapping of str to int
    prior : Prior
    over, low, high, by_verdict, noise, tolerance
        As in `find_crossovers`.
    max_bits : int
        Length bound of each census.
    workers : int
        Threads, each with a world of its own; the answers do not depend on it.

    Raises
    ------
    UsageError, ContentError, RunError
        As `crossed_in`, at the first seed where it does.
    """

    def ask(seed: int) -> Crossed:
        return crossed_in(
            name,
            seed,
            settings,
            prior,
            over,
            low=low,
            high=high,
            by_verdict=by_verdict,
            max_bits=max_bits,
            noise=noise,
            tolerance=tolerance,
        )

    return over_seeds(ask, seeds, workers=workers)


@dataclass(frozen=True)
class CrossingSpread:
    """The distribution of crossovers over worlds.

    Attributes
    ----------
    crossed : float
        Share of the worlds with a crossover in the range.
    challengers, others, neither : float
        Share of the worlds without one in which the challengers lead throughout, the others do, neither side does.
    rising : float
        Share of the worlds in which the challengers lead after the first crossover.
    first, solution : tuple of float
        Quantiles of the first crossover, and of its closed form, over the worlds that have one; nan where none has.
    most : int
        The largest number of crossovers in a world.
    """

    crossed: float
    challengers: float
    others: float
    neither: float
    rising: float
    first: tuple[float, ...]
    solution: tuple[float, ...]
    most: int


def spread_of_crossings(worlds: Sequence[Crossed]) -> CrossingSpread:
    """Return the distribution of crossovers; there must be at least one world."""
    n = len(worlds)
    firsts = [world.first for world in worlds if world.first]
    without = [world.leads_throughout for world in worlds if not world.roots]
    return CrossingSpread(
        crossed=len(firsts) / n,
        challengers=without.count(True) / n,
        others=without.count(False) / n,
        neither=without.count(None) / n,
        rising=sum(root.leads is True for root in firsts) / n,
        first=spread([root.value for root in firsts] or [math.nan]).quantiles,
        solution=spread([root.solution_value for root in firsts] or [math.nan]).quantiles,
        most=max(len(world.roots) for world in worlds),
    )
