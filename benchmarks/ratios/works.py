"""What is measured: work of ours, and beside each a reference that no change of ours makes faster or slower.

A `Work` is prepared once (inputs made, kernels compiled, the result checked) and then run many times. References are
NumPy, plain loops compiled by Numba, and Python itself; they stand in `benchmarks.plain`.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.plain import numba_census, numpy_census
from benchmarks.plain.machines import run_every_machine
from benchmarks.plain.networks import run_every_network
from benchmarks.plain.priors import ALPHAS, by_numpy, rows
from benchmarks.plain.question import CORRIDOR, read_question
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.circuits.gates import FULL
from mesaprior.hypotheses.circuits.least.search import least_circuits
from mesaprior.hypotheses.log import ImitationLog, read_log
from mesaprior.hypotheses.networks.functions import count_functions
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.turing.strings.counting import count_strings
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.sweeps.sweep import sweep_posterior
from mesaprior.priors.prior import make_prior
from mesaprior.priors.sweeps import sweep

Run = Callable[[], object]
"""Does the work once."""


class Work(NamedTuple):
    """A piece of work: what it is in words, and what makes it ready to run; it checks one result."""

    what: str
    prepare: Callable[[], Run]


class Ratio(NamedTuple):
    """Seconds of `ours` over seconds of `reference`; what is long is measured in a fifth of the rounds."""

    ours: Work
    reference: Work
    is_long: bool = False


def _checked(run: Run, is_right: Callable[[Any], bool]) -> Run:
    """Return what was run once and gave the right result."""
    result = run()
    assert is_right(result), result
    return run


# References


def _numpy_census() -> Run:
    question = read_question()
    return _checked(lambda: numpy_census.census(question, 24), lambda found: found.count.sum() == 227_492)


def _numba_census() -> Run:
    question = read_question()
    return _checked(lambda: numba_census.census(question, 24), lambda found: found.count.sum() == 227_492)


def _numpy_priors() -> Run:
    columns, log2_count, role = rows(10**5)
    return _checked(lambda: by_numpy(columns, log2_count, role, ALPHAS[:50]), lambda found: found.shape == (50, 4))


def _machine_loop() -> Run:
    halting = np.zeros(1 << 22, dtype=np.int64)

    def run() -> int:
        halting[:] = 0
        run_every_machine(3, 21, halting)
        return int(halting.sum())

    return _checked(run, lambda found: found == 2_147_184)


def _network_loop() -> Run:
    def run() -> int:
        count = np.zeros((16, 14), dtype=np.int64)
        run_every_network(2, 3, count)
        return int(count.sum())

    return _checked(run, lambda found: found == 3**13)


def _csv_reader() -> Run:
    path = _long_log()

    def run() -> int:
        with path.open(encoding="ascii", newline="") as file:
            return sum(len(row) for row in csv.reader(file))

    return _checked(lambda: [run() for _ in range(5)], lambda found: found[0] == 5 * (LONG_LOG + 1))


NUMPY_CENSUS = Work("NumPy, bottom up without merging, corridor, 24 bits", _numpy_census)
NUMBA_CENSUS = Work("Numba, plain loop over programs, corridor, 24 bits", _numba_census)
NUMPY_PRIORS = Work("NumPy, 50 speed priors, 10^5 rows, by role", _numpy_priors)
MACHINE_LOOP = Work("Numba, plain loop over all machines of 3 states", _machine_loop)
NETWORK_LOOP = Work("Numba, plain loop over all networks of 2 inputs, 3 hidden units", _network_loop)
CSV_READER = Work("Python's csv.reader, the same file 5 times", _csv_reader)
IMPORTS_NUMPY = Work('`python -c "import numpy"`', lambda: _command("-c", "import numpy"))


# Ours


@cache
def _corridor(name: str = "corridor") -> tuple[Any, ImitationLog]:
    return read_language(CORRIDOR / f"{name}.toml"), read_log(CORRIDOR / "corridor.csv")


def _census(bits: int, language: str = "corridor", **options: Any) -> Run:
    language_, log = _corridor(language)
    space = TermSpace(language_, bits)
    total = sum(space.count_by_length(log).values())
    return _checked(lambda: space.census(log, **options), lambda census: census.n_programs == total)


@cache
def _census_of_28_bits() -> Census:
    language, log = _corridor()
    return TermSpace(language, 28).census(log)


def _posteriors() -> Run:
    census, log, prior = _census_of_28_bits(), _corridor()[1], make_prior("simplicity", {})
    return _checked(
        lambda: [posterior(census, log, prior) for _ in range(10)][-1],
        lambda found: bool(np.isclose(found.mass[:, :, -1].sum(), 1)),
    )


def _sweep_of_priors() -> Run:
    columns, log2_count, role = rows(10**5)
    return _checked(
        lambda: sweep(make_prior("speed"), "alpha", ALPHAS, columns, log2_count, role, 4),
        lambda found: found.shape == (1000, 4),
    )


def _sweep_of_posteriors() -> Run:
    census, log = _census_of_28_bits(), _corridor()[1]
    grid = {"alpha": np.linspace(0, 8, 200), "noise": np.linspace(0.01, 0.5, 200)}
    return _checked(
        lambda: sweep_posterior(census, log, make_prior("speed"), grid), lambda found: found.n_cells == 40_000
    )


def _strings() -> Run:
    return _checked(lambda: count_strings(4), lambda table: table.verdicts["halted"] == 2_985_384_480)


def _networks() -> Run:
    return _checked(
        lambda: count_functions(4, 3),
        lambda counts: sum(counts.counted_by_function.values()) == counts.shape.n_networks,
    )


def _circuits() -> Run:
    return _checked(lambda: least_circuits(4, FULL, workers=1), lambda found: found.n_functions[-1] == 2720)


LONG_LOG = 50_000
"""Rows of the log that is read."""


@cache
def _long_log() -> Path:
    """Return a log of many rows, in words and numbers; it goes with the folder that the guard works in."""
    rng = np.random.default_rng(1)
    columns = (rng.integers(0, 8, LONG_LOG), rng.choice(list("xyz"), LONG_LOG), rng.integers(0, 40, LONG_LOG) / 8)
    actions, last = rng.integers(0, 3, LONG_LOG), rng.integers(0, 3, LONG_LOG)
    with tempfile.NamedTemporaryFile("w", suffix=".csv", delete=False, encoding="ascii", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["place", "mark", "price", "last", "action"])
        writer.writerows(zip(*columns, last, actions, strict=True))
    return Path(file.name)


def _reading() -> Run:
    path = str(_long_log())
    return _checked(lambda: read_log(path), lambda log: log.n_training == LONG_LOG)


def _command(*arguments: str, is_cold: bool = False) -> Run:
    """Return what runs Python in a process of its own, where asked without any machine code."""

    def once() -> bool:
        with tempfile.TemporaryDirectory() as folder:
            places = {"MESAPRIOR_STORE": folder} | ({"NUMBA_CACHE_DIR": folder} if is_cold else {})
            subprocess.run([sys.executable, *arguments], env=os.environ | places, check=True, capture_output=True)
        return True

    return _checked(once, bool)


def _infer(bits: int, *, is_cold: bool) -> Run:
    log, language = str(CORRIDOR / "corridor.csv"), str(CORRIDOR / "corridor.toml")
    command = ["infer", log, "--language", language, "--max-bits", str(bits)]
    if not is_cold:
        # Whatever can be compiled is, so that no later run compiles what the work of earlier ones adds up to.
        _command("-c", f"from mesaprior import cli, compiling; compiling.PATIENCE = 0; cli.main({command})")
    return _command("-m", "mesaprior", *command, is_cold=is_cold)


def _compiling(statement: str) -> Run:
    """Return what compiles what a statement needs, in a process of its own that finds nothing compiled."""

    def once() -> bool:
        with tempfile.TemporaryDirectory() as folder:
            places = {"NUMBA_CACHE_DIR": folder}
            subprocess.run([sys.executable, "-c", statement], env=os.environ | places, check=True, capture_output=True)
            return any(Path(folder).rglob("*.nbi"))

    # It takes most of a minute, so it is not tried before.
    return once


COMPILING_OURS = """
from benchmarks.plain import ours
from mesaprior import compiling
compiling.PATIENCE = 0
assert ours.census(12).count.sum() == 202
"""

COMPILING_A_LOOP = """
from benchmarks.plain import numba_census
from benchmarks.plain.question import read_question
assert numba_census.census(read_question(), 12).count.sum() == 202
"""

RATIOS = {
    "compiling": Ratio(
        Work("a process that compiles the merged engine", lambda: _compiling(COMPILING_OURS)),
        Work("one that compiles the plain loop over programs", lambda: _compiling(COMPILING_A_LOOP)),
        is_long=True,
    ),
    "census": Ratio(Work("merged engine, corridor, 32 bits", lambda: _census(32)), NUMPY_CENSUS),
    "census-learning": Ratio(
        Work("merged engine, corridor with learning, 28 bits", lambda: _census(28, "corridor-learning")), NUMPY_CENSUS
    ),
    "reference": Ratio(
        Work("reference engine, corridor, 24 bits", lambda: _census(24, engine="reference")), NUMBA_CENSUS
    ),
    "posterior": Ratio(Work("10 posteriors, corridor, 28 bits", _posteriors), NUMPY_PRIORS),
    "sweep-priors": Ratio(Work("1,000 speed priors, 10^5 rows, by role", _sweep_of_priors), NUMPY_PRIORS),
    "sweep-posterior": Ratio(Work("40,000 posteriors, corridor, 28 bits", _sweep_of_posteriors), NUMPY_PRIORS),
    "strings": Ratio(Work("D(4)", _strings), MACHINE_LOOP),
    "networks": Ratio(Work("networks of 4 inputs, 3 hidden units", _networks), NETWORK_LOOP),
    "circuits": Ratio(Work("least gates of 4 inputs", _circuits), MACHINE_LOOP),
    "reading": Ratio(Work("a log of 50,000 rows", _reading), CSV_READER),
    "help": Ratio(Work("`mesaprior --help`", lambda: _command("-m", "mesaprior", "--help")), IMPORTS_NUMPY),
    "first-answer": Ratio(
        Work("`mesaprior infer`, corridor, 20 bits, nothing compiled", lambda: _infer(20, is_cold=True)), IMPORTS_NUMPY
    ),
    "answer": Ratio(
        Work("`mesaprior infer`, corridor, 28 bits, kernels compiled", lambda: _infer(28, is_cold=False)),
        IMPORTS_NUMPY,
    ),
}
"""Every ratio by its name."""
