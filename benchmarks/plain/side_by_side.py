"""The same census in several ways, in turns, each in a process of its own, and all of them compared row for row."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

import numpy as np

from benchmarks.plain.one import COMPILE_ALL
from benchmarks.plain.question import Counted, Question, by_behaviour, difference

ROOT = Path(__file__).resolve().parents[2]

WAYS = {
    "merged-1": "mesaprior, 1 worker",
    "merged-2": "mesaprior, 2 workers",
    "reference": "mesaprior, reference engine",
    "numpy": "NumPy, bottom up",
    "numba": "Numba, plain loop",
    "webppl": "WebPPL, enumerate",
}
"""Every way to count, and what it is called."""

OURS = "merged-1"
"""What the others are compared with."""

COMPILED = ("merged-1", "merged-2", "reference", "numba")
"""What keeps machine code from one process to the next."""

LOOPS = ("reference", "numba")
"""What runs through all programs one by one, by the same machine code at every bound."""

LONG_BOUND = 32
"""From this bound on such a loop takes most of a minute, and is compiled at a smaller one."""

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""NumPy's own threads are switched off."""


class DisagreementError(Exception):
    """Two ways do not count the same; the message says where."""


class Taken(NamedTuple):
    """What one way takes at one bound, in seconds; medians over rounds.

    `cold` is the processor time of a first process, when nothing is compiled yet, nan where that is not measured;
    `whole` is that of a later one, and `count` that of the count by itself in a process that counted before;
    `count_clock` is the latter by the clock.
    """

    way: str
    bits: int
    programs: int
    groups: int
    cold: float
    whole: float
    count: float
    count_clock: float


def prime(ways: Sequence[str], cache: Path) -> dict[str, float]:
    """Compile what each way needs into a folder; return what a process takes that does so, in seconds of processor.

    What a way needs does not depend on the bound. Ours with two workers needs what it needs with one.
    """
    return {way: run(way, 12, cache, compile_all=True)[1]["whole"] for way in ways if way in COMPILED}


def measure(
    question: Question,
    bits: int,
    ways: Sequence[str],
    primed: Path,
    *,
    rounds: int,
    webppl: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> list[Taken]:
    """Count in all ways up to a bound and return what each takes; the first is what the others are compared with.

    `primed` is a folder in which everything is compiled, see `prime`.

    Raises
    ------
    DisagreementError
        If any process counts other numbers of programs by (behaviour, length, time).
    RuntimeError
        If a process fails; the message is what it said.
    """
    seconds: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    cold, wanted = dict.fromkeys(ways, math.nan), None
    # Round 0 is the cold one; a way that compiles nothing has none.
    for number in range(rounds + 1):
        for way in ways:
            if number == 0 and (way not in COMPILED or (way in LOOPS and bits >= LONG_BOUND)):
                continue
            tell(f"{bits} bits, {f'round {number}' if number else 'cold'}: {WAYS[way]}")
            with tempfile.TemporaryDirectory() as empty:
                counted, taken = run(way, bits, primed if number else Path(empty), webppl)
            found = by_behaviour(counted, question)
            wanted = found if wanted is None else wanted
            check_same(found, wanted, way, ways[0], bits)
            if number == 0:
                cold[way] = taken["whole"]
            else:
                seconds[way].append(taken)
    assert wanted is not None
    programs, groups = int(wanted.count.sum()), len(wanted.count)
    medians = {
        way: {name: median(one[name] for one in seconds[way]) for name in ("whole", "count", "count_clock")}
        for way in ways
    }
    return [
        Taken(way, bits, programs, groups, cold[way] if way in COMPILED else medians[way]["whole"], **medians[way])
        for way in ways
    ]


def check_same(found: Counted, wanted: Counted, way: str, other: str, bits: int) -> None:
    """Compare two censuses by behaviour, row for row.

    Raises
    ------
    DisagreementError
        If they are not the same.
    """
    where = difference(found, wanted)
    if where is not None:
        raise DisagreementError(f"{bits} bits: {WAYS[way]} does not count what {WAYS[other]} counts: {where}.")


def run(
    way: str, bits: int, cache: Path, webppl: Path | None = None, *, compile_all: bool = False
) -> tuple[Counted, dict[str, float]]:
    """Count in a process of its own, with machine code in a folder; return the census and the seconds it took."""
    settings = ONE_THREAD | {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT)}
    settings |= {COMPILE_ALL: "1"} if compile_all else {}
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "benchmarks.plain.one", way, str(bits), folder, repr(time.time())]
        done = subprocess.run(
            [*command, *([] if webppl is None else [str(webppl)])],
            env=os.environ | settings,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{WAYS[way]} failed at {bits} bits:\n{done.stderr}")
        with np.load(Path(folder) / "census.npz") as arrays:
            counted = Counted(**arrays)
        return counted, json.loads((Path(folder) / "seconds.json").read_text(encoding="ascii"))
