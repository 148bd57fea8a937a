"""Before a census: how many programs there are, exactly, and what time and memory to expect.

The estimate comes from a probe: the merged engine runs at a few shorter bounds, and its time and memory are
extrapolated in the number of programs. On a double logarithmic scale both are close to straight lines, because merging
shrinks every level by a factor that changes slowly.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from mesaprior.errors import RunError, setting
from mesaprior.hypotheses.memory import available_memory
from mesaprior.hypotheses.plan import Plan
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.merged.engine import MergedEngine
from mesaprior.hypotheses.terms.merged.keys import Keys
from mesaprior.hypotheses.terms.merged.workspace import MOST_ARENA
from mesaprior.hypotheses.terms.tabulation import census_of
from mesaprior.priors import codes

PROBE_SECONDS = 0.6
"""The probe goes to longer bounds until one of its runs takes this long, or the next would take thrice as long."""

GROWTH = 0.55
"""Time grows with about this power of the number of programs, for a guess what the next run of a probe takes."""

FIXED_BYTES = 6 * 10**8
"""Upper bound on the memory of the interpreter, compiled kernels and buffers, for any bound."""

FAR = 64
"""How many times fewer programs a run must have had to tell how classes, rows and memory grow."""

NEAR = 8
"""The same for time, of which a share that shrinks does not grow at all."""

CLASS_BYTES, ROW_BYTES = 70, 22
"""Bytes of a class of whole programs and of one of its counts, with the slack of arrays that grow."""

MOST_PROGRAMS = 2**960
"""For more programs estimates would leave the range of floating point."""

WORD_BYTES = 12
"""Bytes of each word by which interventions make the key of a class longer, with the same slack."""


def make_plan(grid: Grid, max_bits: int, max_time: int | None) -> Plan:
    """Plan a census. Cost: the probe takes about a second once the kernels are compiled.

    Raises
    ------
    RunError
        If there are so many programs that nothing can be estimated.
    """
    counts = codes.count_by_length(grid.language.symbols(grid.log), max_bits)[0]
    totals = list(accumulate(counts))
    if totals[-1] > MOST_PROGRAMS:
        raise RunError(
            setting("max_bits", max_bits),
            f": there are more than 2^{MOST_PROGRAMS.bit_length() - 1} programs, too many to count or to estimate what "
            "that takes; take a smaller bound.",
        )
    lengths = [length for length, count in enumerate(counts) if count]
    samples = _probe(grid, [length for length in lengths if totals[length] >= 1000] or lengths[-1:], totals, max_time)
    # What even the smallest run takes says nothing of larger ones.
    least = min((sample.seconds for sample in samples), default=0.0) if len(samples) > 1 else 0.0
    seconds = _line([(totals[sample.bits], sample.seconds - least) for sample in samples], far=NEAR)
    kept = _line([(totals[sample.bits], sample.kept_bytes) for sample in samples])
    classes = _line([(totals[sample.bits], sample.n_classes) for sample in samples])
    rows = _line([(totals[sample.bits], sample.n_rows) for sample in samples])
    available = available_memory()
    class_bytes = CLASS_BYTES + WORD_BYTES * Keys(grid).n_words_for_interventions

    def n_bytes(length: int) -> int:
        n = totals[length]
        counted = class_bytes * classes(n) + ROW_BYTES * rows(n)
        # Records that wait to be counted grow with the rows, up to a limit.
        return int(FIXED_BYTES + 2 * kept(n) + counted + min(MOST_ARENA, 20 * rows(n)))

    fitting = [length for length in lengths if n_bytes(length) <= available]
    n = totals[-1]
    return Plan(
        max_bits=max_bits,
        count_by_length={length: counts[length] for length in lengths},
        n_programs=n,
        n_classes=round(classes(n)),
        n_rows=round(rows(n)),
        seconds=least + seconds(n),
        n_bytes=n_bytes(max_bits) if n else FIXED_BYTES,
        available_bytes=available,
        probe_bits=samples[-1].bits if samples else 0,
        fitting_bits=fitting[-1] if fitting else 0,
    )


@dataclass(frozen=True)
class _Sample:
    """The cost of a run at a shorter bound."""

    bits: int
    seconds: float
    kept_bytes: int
    n_classes: int
    n_rows: int


def _probe(grid: Grid, lengths: list[int], totals: list[int], max_time: int | None) -> list[_Sample]:
    """Return the costs of runs at growing bounds, until one takes long enough."""
    samples: list[_Sample] = []
    if lengths:
        # The first run pays for compiling, or for loading what was compiled before.
        MergedEngine(grid, lengths[0], max_time).run()
    for bits, after in zip(lengths, [*lengths[1:], *lengths[-1:]], strict=True):
        engine = MergedEngine(grid, bits, max_time)
        start = time.perf_counter()
        tabulation = engine.run()
        if tabulation.n_rows:
            census_of(tabulation, grid, {})
        spent = time.perf_counter() - start
        samples.append(_Sample(bits, spent, engine.n_bytes, len(tabulation.signatures), tabulation.n_rows))
        growth = (totals[after] / totals[bits]) ** GROWTH
        if spent >= PROBE_SECONDS or spent * growth >= 3 * PROBE_SECONDS:
            break
    return samples


def _line(points: Sequence[tuple[int, float]], *, far: int = FAR) -> Callable[[int], float]:
    """Return the line through the last point and one far below it, on logarithmic scales.

    Operators with two arguments make odd and even numbers of tokens differ, so the lower point is some lengths away.
    """
    if not points:
        return lambda _: 0.0
    x, y = points[-1]
    earlier = [(a, b) for a, b in points if far * a <= x]
    slope = 1.0
    if earlier and y > 0 and earlier[-1][1] > 0:
        slope = math.log(y / earlier[-1][1]) / math.log(x / earlier[-1][0])
    slope = min(max(slope, 0.0), 1.0)
    return lambda total: y * (total / x) ** slope if total > x else y * (total / x if total else 0.0)
