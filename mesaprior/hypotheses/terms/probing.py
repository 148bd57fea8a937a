"""A few quick runs at shorter bounds, from which a census of a longer bound is estimated.

Nothing here looks at a clock: the same question gives the same estimate on any day.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.merged.engine import MergedEngine
from mesaprior.hypotheses.terms.merged.gathering import RECORD, VALUE
from mesaprior.hypotheses.terms.merged.workspace import Work
from mesaprior.hypotheses.terms.tabulation import census_of

PROBE_SECONDS, MANY_SECONDS, MANY = 0.6, 3.0, 10**9
"""The runs go to longer bounds as long as NumPy would take so long for one, about, and longer where programs are many;
compiled kernels take less."""

GROWTH = 0.75
"""Everything grows with about this power of the number of programs, where there is nothing yet to tell it from."""

PERIODS = 2
"""Two runs that a line is drawn through are this many periods apart."""


@dataclass(frozen=True)
class Sample:
    """What a run at a shorter bound came to.

    Attributes
    ----------
    bits : int
        The bound.
    n_programs : int
        Up to the bound, time bounds aside.
    kept_bytes : int
        Memory of the kept levels.
    work : Work
        What was evaluated, and records made of it.
    n_classes, n_rows : int
        Of whole programs as the engine tells them apart, and their counts by length and time.
    n_behaviours, n_groups : int
        The same of the census.
    """

    bits: int
    n_programs: int
    kept_bytes: int
    work: Work
    n_classes: int
    n_rows: int
    n_behaviours: int
    n_groups: int


def probe(grid: Grid, lengths: Sequence[int], totals: Sequence[int], max_time: int | None) -> list[Sample]:
    """Run the merged engine at growing bounds, as long as that is quick.

    Parameters
    ----------
    grid : Grid
    lengths : sequence of int
        The bounds to try, in bits, ascending.
    totals : sequence of int
        How many programs there are up to each length.
    max_time : int or None
        Most steps of a program.

    Returns
    -------
    list of Sample
        At least one, if there is a length.
    """
    samples: list[Sample] = []
    most = MANY_SECONDS if totals[-1] > MANY else PROBE_SECONDS
    for bits in lengths:
        if samples:
            last = samples[-1]
            guess = (totals[bits] / max(1, last.n_programs)) ** GROWTH
            if guess * (VALUE * last.work.n_bytes + RECORD * last.work.n_records) > most:
                break
        samples.append(_sample(grid, bits, totals[bits], max_time))
    return samples


def _sample(grid: Grid, bits: int, n_programs: int, max_time: int | None) -> Sample:
    engine = MergedEngine(grid, bits, max_time)
    tabulation = engine.run()
    census = census_of(tabulation, grid, {}) if tabulation.n_rows else None
    return Sample(
        bits=bits,
        n_programs=n_programs,
        kept_bytes=engine.n_bytes,
        work=engine.workspace.work,
        n_classes=len(tabulation.signatures),
        n_rows=tabulation.n_rows,
        n_behaviours=0 if census is None else census.n_behaviours,
        n_groups=0 if census is None else len(census.count),
    )


def period_of(language: Language) -> int:
    """Return after how many bits the terms of a language are alike again: the length of most of its tokens.

    With tokens of 4 bits, terms of 22 bits have another make-up than those of 20 and 24.
    """
    return Counter(token.bits for token in language.tokens).most_common(1)[0][0]


class Growth:
    """How what a census comes to grows with its bound.

    On a double logarithmic scale all of it is close to straight lines in the number of programs, as long as the bounds
    that are compared are a whole number of periods apart.

    Parameters
    ----------
    samples : sequence of Sample
        By bound, ascending.
    totals : sequence of int
        How many programs there are up to each length.
    period : int
        See `period_of`.
    """

    def __init__(self, samples: Sequence[Sample], totals: Sequence[int], period: int):
        self._samples, self._totals, self._period = samples, totals, period

    def at(self, bits: int, measure: Callable[[Sample], float]) -> float:
        """Return what a measure of samples comes to at a bound; measured where there is a sample of it."""
        alike = [sample for sample in self._samples if (bits - sample.bits) % self._period == 0 and sample.bits <= bits]
        alike = alike or [sample for sample in self._samples if sample.bits <= bits] or list(self._samples[:1])
        if not alike:
            return 0.0
        last = alike[-1]
        value = measure(last)
        if last.bits >= bits or value <= 0:
            return value
        return value * (self._totals[bits] / last.n_programs) ** self._slope(last, alike, measure)

    def _slope(self, last: Sample, alike: Sequence[Sample], measure: Callable[[Sample], float]) -> float:
        """Return the slope of the line through a sample and the one some periods before, or less, 0 to 1."""
        far = last.bits - PERIODS * self._period
        earlier = [sample for sample in alike if sample.bits <= far] or alike[:-1] or self._samples[:1]
        first = earlier[-1]
        if measure(first) <= 0 or first.n_programs >= last.n_programs:
            return GROWTH
        slope = math.log(measure(last) / measure(first)) / math.log(last.n_programs / first.n_programs)
        return min(max(slope, 0.0), 1.0)
