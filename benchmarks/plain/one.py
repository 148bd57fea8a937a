"""One process that counts once or three times in one way, and writes what it found and what that took.

`python -m benchmarks.plain.one WAY BITS FOLDER STARTED [WEBPPL]` writes `FOLDER/census.npz` and `FOLDER/seconds.json`.
STARTED is the time at which the process was started. Ways import what they need and no more. With COMPILE_ALL in the
environment ours uses kernels for everything, even where NumPy does small work before they are compiled.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.plain.question import Counted, read_question

COMPILE_ALL = "SIDE_BY_SIDE_COMPILE_ALL"
"""The environment variable that says so."""

LONG = 5.0
"""Seconds from which on a count is not repeated: what loading machine code adds is little beside them."""


def _counter(way: str, bits: int) -> Callable[[], Counted]:
    """Return what counts in a way, from the files to the table."""
    if way == "numpy":
        from benchmarks.plain import numpy_census

        return lambda: numpy_census.census(read_question(), bits)
    if way == "numba":
        from benchmarks.plain import numba_census

        return lambda: numba_census.census(read_question(), bits)
    from benchmarks.plain import ours
    from mesaprior import compiling

    if COMPILE_ALL in os.environ:
        compiling.PATIENCE = 0
    if way == "reference":
        return lambda: ours.census(bits, engine="reference")
    return lambda: ours.census(bits, workers=int(way.removeprefix("merged-")))


def _count_here(way: str, bits: int, started: float) -> tuple[Counted, dict[str, float]]:
    """Count in this process; `whole` is all that it takes, `count` what the last count takes by itself."""
    count = _counter(way, bits)
    before, clock = time.process_time(), time.perf_counter()
    counted = count()
    first = time.process_time() - before
    seconds = {"count": first, "count_clock": time.perf_counter() - clock}
    seconds |= {"whole": time.process_time(), "whole_clock": time.time() - started}
    if first < LONG:
        # Of small work the second count may be the one that loads the machine code.
        count()
        before, clock = time.process_time(), time.perf_counter()
        counted = count()
        seconds |= {"count": time.process_time() - before, "count_clock": time.perf_counter() - clock}
    return counted, seconds


def _count_by_webppl(bits: int, folder: Path) -> tuple[Counted, dict[str, float]]:
    """Count by WebPPL; `whole` is all that node takes, `count` its Infer."""
    from benchmarks.plain import webppl_census

    clock = time.perf_counter()
    counted, processor, inner_clock = webppl_census.census(read_question(), bits, folder)
    node = resource.getrusage(resource.RUSAGE_CHILDREN)
    whole = {"whole": node.ru_utime + node.ru_stime, "whole_clock": time.perf_counter() - clock}
    return counted, whole | {"count": processor, "count_clock": inner_clock}


def main(way: str, bits: str, folder: str, started: str, webppl: str = "") -> None:
    """Count, and write the answer."""
    if way == "webppl":
        counted, seconds = _count_by_webppl(int(bits), Path(webppl))
    else:
        counted, seconds = _count_here(way, int(bits), float(started))
    np.savez(Path(folder) / "census.npz", **counted._asdict())
    (Path(folder) / "seconds.json").write_text(json.dumps(seconds), encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
