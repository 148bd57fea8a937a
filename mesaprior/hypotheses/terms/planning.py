"""Before a census: how many programs there are, exactly, and what time and memory to expect.

The estimate comes from a probe: the merged engine runs at a few shorter bounds, and its time and memory are carried
on along the number of programs. On a double logarithmic scale both are close to straight lines, because merging
shortens every level by a factor that changes slowly.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.merged.engine import MOST_ARENA, MergedEngine
from mesaprior.hypotheses.terms.tabulation import census_of
from mesaprior.priors import codes

PROBE_SECONDS = 0.4
"""The probe goes to longer bounds until one of its runs takes this long."""

FIXED_BYTES = 3 * 10**8 + MOST_ARENA
"""What the interpreter, compiled kernels, buffers and a streamed batch take whatever the bound, at most."""

GROWTH_FACTOR = 6.0
"""Peak against stored bytes, as measured at 4 GB: arrays double as they grow, and the tables are sorted in copies."""


@dataclass(frozen=True)
class Plan:
    """What a census will take.

    Attributes
    ----------
    count_by_length : dict of int to int
        Exact number of programs of each length that occurs, up to the bound; time bounds aside.
    n_programs : int
        Their sum.
    seconds : float
        Expected time of the merged engine on one worker.
    n_bytes : int
        Expected peak of memory.
    available_bytes : int
        Memory that is free now.
    probe_bits : int
        The longest bound that was tried out; where it is the bound itself, the figures are measured.
    fitting_bits : int
        The longest bound, up to the one asked for, that is expected to fit into the free memory.
    """

    count_by_length: dict[int, int]
    n_programs: int
    seconds: float
    n_bytes: int
    available_bytes: int
    probe_bits: int
    fitting_bits: int


def available_memory() -> int:
    """Return the bytes of memory that are free for this process, as far as the system tells."""
    try:
        fields = dict(line.split(":", 1) for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines())
        return int(fields["MemAvailable"].split()[0]) * 1024
    except (OSError, KeyError, ValueError):
        pass
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, OSError, ValueError):
        return 4 * 2**30


def make_plan(grid: Grid, max_bits: int, max_time: int | None) -> Plan:
    """Plan a census. Cost: the probe takes about a second once the kernels are compiled."""
    counts = codes.count_by_length(grid.language.symbols(grid.log), max_bits)[0]
    totals = list(accumulate(counts))
    lengths = [length for length, count in enumerate(counts) if count]
    samples = _probe(grid, [length for length in lengths if totals[length] >= 1000] or lengths[-1:], max_time)
    seconds = _line([(totals[bits], spent) for bits, spent, _ in samples])
    stored = _line([(totals[bits], float(n_bytes)) for bits, _, n_bytes in samples])
    available = available_memory()

    def n_bytes(length: int) -> int:
        return int(FIXED_BYTES + GROWTH_FACTOR * stored(totals[length]))

    fitting = [length for length in lengths if n_bytes(length) <= available]
    return Plan(
        count_by_length={length: counts[length] for length in lengths},
        n_programs=sum(counts),
        seconds=seconds(totals[-1]) if totals[-1] else 0.0,
        n_bytes=n_bytes(max_bits) if totals[-1] else FIXED_BYTES,
        available_bytes=available,
        probe_bits=samples[-1][0] if samples else 0,
        fitting_bits=fitting[-1] if fitting else 0,
    )


def _probe(grid: Grid, lengths: list[int], max_time: int | None) -> list[tuple[int, float, int]]:
    """Return (bits, seconds, bytes stored) of runs at growing bounds, the last of which took long enough."""
    samples: list[tuple[int, float, int]] = []
    if lengths:
        # The first run pays for compiling, or for loading what was compiled before.
        MergedEngine(grid, lengths[0], max_time).run()
    for bits in lengths:
        engine = MergedEngine(grid, bits, max_time)
        start = time.perf_counter()
        tabulation = engine.run()
        if tabulation.n_rows:
            census_of(tabulation, grid, {})
        spent = time.perf_counter() - start
        samples.append((bits, spent, engine.n_bytes + 48 * tabulation.n_rows))
        if spent >= PROBE_SECONDS:
            break
    return samples


def _line(points: list[tuple[int, float]]) -> Callable[[int], float]:
    """Return the line through the last point and one at least eight times smaller, on logarithmic scales."""
    if not points:
        return lambda _: 0.0
    x, y = points[-1]
    earlier = [(a, b) for a, b in points if 8 * a <= x]
    slope = 1.0
    if earlier and y > 0 and earlier[-1][1] > 0:
        slope = math.log(y / earlier[-1][1]) / math.log(x / earlier[-1][0])
    slope = min(max(slope, 0.0), 1.0)
    return lambda total: y * (total / x) ** slope if total > x else y * (total / x if total else 0.0)
