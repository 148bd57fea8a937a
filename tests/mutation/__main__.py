"""Mutation testing: `make mutants`; see tests/README.md.

Each mutant is a fork of one warm process, in which the code of one function is replaced. It runs the tests that run the
mistaken line, the quickest first, until one fails; what takes far longer than it should counts as failed.
Kernels run as plain Python, and random tests draw the same examples each time.
"""

import argparse
import gc
import importlib
import json
import math
import os
import random
import resource
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType

import coverage
import pytest
from scipy.stats import binomtest

from tests import plain_kernels
from tests.mutation.mutants import Mutant, mutant, n_mutants

QUIET = ["-q", "-x", "-p", "no:benchmark", "-p", "tests.plain_kernels", "--no-header", "--no-summary"]
# What a mutant imports is there before its tests are.
QUIET += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]

SPARE = 5.0
"""Seconds of processor time beyond twice the usual, after which a mutant counts as one that never ends."""

MEMORY = 4 << 30
"""Bytes that a mutant may allocate."""


@dataclass(frozen=True)
class Trial:
    """A mutant, where it is, and the tests that run its line, the quickest first."""

    path: str
    number: int
    mutant: Mutant
    tests: list[str]
    seconds: float


def main() -> None:
    """Run a sample of mutants of each package and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("packages", nargs="+", help="folders of the package, mesaprior/priors")
    parser.add_argument("--per-package", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--most-seconds", type=float, default=15.0, help="of tests for each mutant, as measured")
    parser.add_argument("--coverage", default="out/coverage", help="what `make coverage` found, by test")
    parser.add_argument("--durations", default="out/durations.json", help="and the processor time of each test")
    parser.add_argument("--out", default="out/mutants.jsonl", help="gets one line a mutant")
    asked = parser.parse_args()
    known = Known(asked.coverage, json.loads(Path(asked.durations).read_text(encoding="utf-8")))
    _warm_up(known)
    with Path(asked.out).open("w", encoding="utf-8") as out:
        for package in asked.packages:
            for trial in sample(package, asked.per_package, asked.seed, known, asked.most_seconds):
                ending, spent = run(trial)
                facts = {"package": package, "path": trial.path, "number": trial.number, "line": trial.mutant.line}
                facts |= {"function": trial.mutant.function, "change": trial.mutant.change, "ending": ending}
                print(json.dumps(facts | {"tests": len(trial.tests), "seconds": round(spent, 2)}), file=out, flush=True)
    summarize(Path(asked.out))


class Known:
    """Which tests run a line, and what they take."""

    def __init__(self, data: str, seconds: dict[str, float]):
        self.seconds = seconds
        self._data = coverage.CoverageData(data)
        self._data.read()
        self._by_line: dict[str, dict[int, list[str]]] = {}

    def tests_of(self, path: str, line: int, most_seconds: float) -> tuple[list[str], float]:
        """Return the tests that run a line, the quickest first, as many as the time allows but at least one."""
        if path not in self._by_line:
            self._by_line[path] = self._data.contexts_by_lineno(str(Path(path).resolve()))
        chosen, sum_of_seconds = [], 0.0
        running = [test for test in self._by_line[path].get(line, []) if test in self.seconds]
        for test in sorted(running, key=self.seconds.__getitem__):
            if chosen and sum_of_seconds + self.seconds[test] > most_seconds:
                break
            chosen.append(test)
            sum_of_seconds += self.seconds[test]
        return chosen, sum_of_seconds


def sample(package: str, size: int, seed: int, known: Known, most_seconds: float) -> Iterator[Trial]:
    """Yield so many mutants of a package, every module with its share."""
    paths = sorted(str(path) for path in Path(package).rglob("*.py"))
    sources = {path: Path(path).read_text(encoding="utf-8") for path in paths}
    of_all = [(path, number) for path in paths for number in range(n_mutants(sources[path]))]
    chance = random.Random(seed)
    # One out of each run of neighbours.
    step = len(of_all) / size
    for k in range(size):
        path, number = of_all[int((k + chance.random()) * step)]
        drawn = mutant(sources[path], str(Path(path).resolve()), number)
        tests, seconds = known.tests_of(path, drawn.line, most_seconds)
        yield Trial(path, number, drawn, tests, seconds)


def run(trial: Trial) -> tuple[str, float]:
    """Return how the tests of a mutant end, and the seconds of processor time that they took."""
    if not trial.tests:
        return "no test", 0.0
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    child = os.fork()
    if child == 0:
        _run_in_child(trial)
    _, status = os.waitpid(child, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if os.WIFSIGNALED(status):
        return "no end" if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else "crash", spent
    return {0: "survived", 1: "killed", 99: "invalid"}.get(os.WEXITSTATUS(status), "broken"), spent


def _run_in_child(trial: Trial) -> None:
    """Make the mistake, run the tests, and end the process with what pytest returns."""
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    limit = math.ceil(resource.getrusage(resource.RUSAGE_SELF).ru_utime + 2 * trial.seconds + SPARE)
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 5))
    resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    code = 99
    try:
        # Some modules are imported where they are first needed.
        importlib.import_module(trial.path.removesuffix(".py").removesuffix("/__init__").replace("/", "."))
        if replace(trial.mutant.code):
            code = int(pytest.main([*QUIET, *trial.tests]))
    finally:
        os._exit(code)


def replace(code: CodeType) -> bool:
    """Put a code in the place of the one of the same file and name, in every function that has it."""
    found = [
        function
        for function in gc.get_objects()
        if isinstance(function, FunctionType)
        and function.__code__.co_filename == code.co_filename
        and function.__code__.co_qualname == code.co_qualname
        and function.__code__.co_freevars == code.co_freevars
        and function.__code__.co_firstlineno == code.co_firstlineno
    ]
    for function in found:
        function.__code__ = code
    return bool(found)


def _warm_up(known: Known) -> None:
    """Import the tests and all that they import, and compile what they all need."""
    plain_kernels.without_shrinking = True
    files = sorted({test.partition("::")[0] for test in known.seconds})
    if pytest.main([*QUIET, "--collect-only", "-qq", *files]) != 0:
        sys.exit("the tests cannot be collected")
    if pytest.main([*QUIET, min(known.seconds, key=known.seconds.__getitem__)]) != 0:
        sys.exit("the tests fail without a mistake")


def summarize(out: Path) -> None:
    """Print the share of mutants killed by package, with Wilson's interval at 95 %."""
    trials = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    for package in dict.fromkeys(trial["package"] for trial in trials):
        endings = [trial["ending"] for trial in trials if trial["package"] == package and trial["ending"] != "invalid"]
        n, killed = len(endings), sum(ending in ("killed", "no end", "crash", "broken") for ending in endings)
        interval = binomtest(killed, n).proportion_ci(method="wilson")
        print(f"{package:28} {killed:4} of {n:4}  {killed / n:6.1%}  ({interval.low:.1%} to {interval.high:.1%})")


if __name__ == "__main__":
    main()
