"""Ratios measured: work and reference in turns in one process, by processor time, medians over rounds.

`python -m benchmarks.ratios.timing ROUNDS NAME ...` prints them as JSON. The guard runs this in a process whose machine
code lies in a folder of its own: Numba does not see that a called file was edited, and old machine code would be timed.
"""

from __future__ import annotations

import gc
import json
import resource
import sys
import time
from collections.abc import Sequence
from statistics import median
from typing import NamedTuple

from benchmarks.ratios.works import RATIOS, Ratio, Run, Work
from mesaprior import compiling


class Measured(NamedTuple):
    """A ratio: the median over rounds, the least and the greatest, the median seconds of both sides, and the rounds."""

    ratio: float
    least: float
    greatest: float
    ours_seconds: float
    reference_seconds: float
    rounds: int


def _spent() -> float:
    """Return the processor time of this process, all threads, and of the processes that it ran."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _timed(run: Run) -> float:
    """Return the seconds of a run; no garbage is collected meanwhile, which would go through what others prepared."""
    gc.collect()
    gc.disable()
    try:
        before = _spent()
        run()
        return _spent() - before
    finally:
        gc.enable()


def measure(ratio: Ratio, rounds: int, ready: dict[Work, Run]) -> Measured:
    """Measure a ratio; what is prepared is kept in `ready`."""
    for work in (ratio.ours, ratio.reference):
        if work not in ready:
            ready[work] = work.prepare()
    n = max(1, rounds // 5) if ratio.is_long else rounds
    seconds = [(_timed(ready[ratio.ours]), _timed(ready[ratio.reference])) for _ in range(n)]
    ratios = [ours / reference for ours, reference in seconds]
    ours, reference = zip(*seconds, strict=True)
    return Measured(median(ratios), min(ratios), max(ratios), median(ours), median(reference), n)


def main(rounds: str, *names: str) -> None:
    """Print the ratios of these names as JSON."""
    # Small work would be done without kernels that are not compiled yet.
    compiling.PATIENCE = 0
    ready: dict[Work, Run] = {}
    found: dict[str, dict[str, float]] = {}
    for name in names:
        print(name, file=sys.stderr, flush=True)
        found[name] = measure(RATIOS[name], int(rounds), ready)._asdict()
    print(json.dumps(found))


if __name__ == "__main__":
    arguments: Sequence[str] = sys.argv[1:]
    main(*arguments)
