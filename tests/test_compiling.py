"""When kernels are compiled, and that answers do not depend on it."""

import math
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import mesaprior as mp
from mesaprior import compiling
from mesaprior.cli import compiling as notices
from mesaprior.cli.command import Command
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.inference.bayes.kernels import log2_rising
from tests import strategies
from tests.hypotheses.terms.test_engines_agree import log_of

CORRIDOR = Path(__file__).parent.parent / "examples" / "corridor"


class FakeKernel:
    """A kernel as `compiling` sees it."""

    is_at_hand, spent_before, kept = False, 0.0, None

    def remember(self, spent):
        self.kept = spent

    def plain(self):
        return "plain"


@pytest.fixture
def patience(monkeypatch):
    monkeypatch.setattr(compiling, "PATIENCE", 1.0)
    monkeypatch.setattr(compiling, "_spent", {})
    monkeypatch.setattr(compiling, "_in_use", set())


@pytest.mark.usefixtures("patience")
def test_work_that_takes_longer_than_compiling_is_compiled_for():
    kernel = FakeKernel()
    assert not compiling.is_worth_compiling(kernel, 0.9)
    assert compiling.is_worth_compiling(FakeKernel(), 1.1)
    assert not compiling.is_worth_compiling(FakeKernel(), 1.1, compiling=8)


@pytest.mark.usefixtures("patience")
def test_small_work_adds_up_from_run_to_run():
    kernel = FakeKernel()
    assert [compiling.is_worth_compiling(kernel, 0.4) for _ in range(4)] == [False, False, True, True]
    assert kernel.kept == pytest.approx(0.8)
    later = FakeKernel()
    later.spent_before = kernel.kept
    assert compiling.suited(later, 0.1) == later.plain
    assert compiling.suited(later, 0.4) is later


@pytest.mark.usefixtures("patience")
def test_machine_code_that_is_at_hand_is_used_unless_loading_it_takes_longer():
    kernels = [FakeKernel() for _ in range(4)]
    for kernel in kernels:
        kernel.is_at_hand = True
    # The first one needs Numba to be made ready; what other kernels are done without before counts towards that.
    assert not compiling.is_worth_compiling(kernels[0], 0.08)
    assert not compiling.is_worth_compiling(kernels[1], 0.02)
    assert compiling.is_worth_compiling(kernels[1], 0.02)
    # The others are loaded at once.
    assert not compiling.is_worth_compiling(kernels[2], 0.005)
    assert compiling.is_worth_compiling(kernels[3], 0.01)


def test_a_switched_off_compiler_leaves_the_functions():
    def function():
        pass

    assert compiling.suited(function, 0.0) is function


def test_machine_code_does_what_python_refuses():
    if not hasattr(log2_rising, "is_at_hand"):
        pytest.skip("the compiler is switched off")
    with pytest.raises(ValueError, match="math domain error"):
        log2_rising.py_func(0.0, 1.0, 3)
    assert log2_rising.plain(0.0, 1.0, 3).tobytes() == log2_rising(0.0, 1.0, 3).tobytes()


def test_a_kernel_remembers_what_was_spent_without_it(tmp_path, monkeypatch):
    if not hasattr(log2_rising, "is_at_hand"):
        pytest.skip("the compiler is switched off")
    monkeypatch.setattr(type(log2_rising), "_folder", tmp_path)
    kernel = type(log2_rising)(log2_rising.py_func, log2_rising._compiled)
    assert kernel.spent_before == 0.0
    kernel.remember(1.25)
    assert type(log2_rising)(log2_rising.py_func, log2_rising._compiled).spent_before == 1.25


@settings(max_examples=60)
@given(
    example=strategies.examples(),
    noise=st.sampled_from(["beta:1,9", "beta:3,2", "beta:0.5,0.5", "beta:40,2000", "beta:1e6,1e7", "0.05", "0"]),
    prior=st.sampled_from(
        ["simplicity", "levin", "speed", "2**-length * (1 + log2(time)) ** -2", "exp(-time / length)"]
    ),
)
def test_plain_python_gives_the_posterior_of_the_kernels(example, noise, prior):
    language, rows, max_bits = example
    log = log_of(rows)

    def found(patience):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(compiling, "PATIENCE", patience)
            return mp.infer(
                log, language=language_from_dict(language), max_bits=max_bits, noise=noise, prior=prior
            ).posterior

    compiled, plain = found(0), found(math.inf)
    for field in fields(compiled):
        one, other = getattr(compiled, field.name), getattr(plain, field.name)
        if isinstance(one, np.ndarray):
            assert one.tobytes() == other.tobytes(), field.name
        else:
            assert repr(one) == repr(other), field.name


def run(folder, *arguments):
    """Run the tool with an empty cache; return what it prints, and how many kernels it compiled."""
    done = subprocess.run(
        [sys.executable, "-m", "mesaprior", *map(str, arguments)],
        env=os.environ | {"NUMBA_CACHE_DIR": str(folder), "PYTHONPATH": str(Path(__file__).parent.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    # Numba keeps an index of each kernel that it compiled.
    return done.stdout, len(list(folder.rglob("*.nbi"))), done.stderr


def test_a_first_answer_compiles_nothing(tmp_path):
    log, language = CORRIDOR / "corridor.csv", CORRIDOR / "corridor.toml"
    question = ("infer", log, "--language", language, "--max-bits", 22, "--format", "json")
    told, n_compiled, said = run(tmp_path, *question)
    assert n_compiled == 0
    assert "ompiling" not in said
    assert told


def test_long_compiling_is_told_once_with_its_time(monkeypatch):
    monkeypatch.setattr(notices, "QUIET_SECONDS", 0.0)

    def work():
        for _ in range(3):
            compiling.watcher.begin()
            said.wait()
            compiling.watcher.end(40.0)

    said = _Said(monkeypatch)
    result = CliRunner().invoke(Command("work", callback=work))
    assert result.output == "Compiling, first run only: the machine code is kept.\nCompiling took 2 min.\n"
    assert compiling.watcher is None
    assert CliRunner().invoke(Command("work", callback=work), ["-q"]).output == ""


def test_short_compiling_is_not_told():
    def work():
        compiling.watcher.begin()
        compiling.watcher.end(0.5)

    assert CliRunner().invoke(Command("work", callback=work)).output == ""


class _Said:
    """Waits for the notice, which a clock writes."""

    def __init__(self, monkeypatch):
        import threading

        self._event = threading.Event()
        say = notices.Notice._say

        def and_tell(notice):
            say(notice)
            self._event.set()

        monkeypatch.setattr(notices.Notice, "_say", and_tell)

    def wait(self):
        assert self._event.wait(10)
