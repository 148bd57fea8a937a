"""Runs of one machine, against plain Python and against what is known of busy beavers."""

import os
import random
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.hypotheses.turing import kernels
from mesaprior.hypotheses.turing.halting import verdict_of
from mesaprior.hypotheses.turing.runs import kernels as runs_kernels
from mesaprior.hypotheses.turing.runs import run as runs
from mesaprior.hypotheses.turing.runs.run import run_machine
from mesaprior.hypotheses.turing.scratch import make_scratch
from mesaprior.hypotheses.turing.text import parse_machine
from tests.hypotheses.turing import plain_machines


def alike(machine, max_steps, tape):
    """Check a run against the machine run by itself, entry by entry."""
    mine = run_machine(parse_machine(plain_machines.text(machine)), max_steps, tape)
    end = plain_machines.run(machine, max_steps, tape)
    assert mine.halted == (end is not None)
    if end is None:
        assert mine.steps == max_steps == sum(mine.reads)
        assert mine.read_undefined == ()
        return mine
    steps, head, cells, visited = end
    assert (mine.steps, mine.head, mine.visited) == (steps, head, (min(visited), max(visited)))
    assert mine.output == "".join(str(cells.get(cell, 0)) for cell in sorted(visited))
    assert {cell: mine.symbol(cell) for cell in cells} == cells
    assert (mine.symbol(mine.visited[0] - 9), mine.symbol(mine.visited[1] + 9)) == (0, 0)
    assert (mine.n_ones, mine.n_cells) == (sum(cells.values()), len(visited))
    assert sum(mine.reads) == steps
    assert len(machine[mine.last_entry]) == 1
    return mine


@given(st.integers(1, 6), st.randoms(use_true_random=False))
def test_runs_are_those_of_the_oracle(n, rng: random.Random):
    machine = tuple(rng.choice(plain_machines.entries(n)) for _ in range(2 * n))
    tape = {cell: rng.randint(0, 1) for cell in range(-rng.randint(0, 2), rng.randint(0, 4))}
    alike(machine, 50, tape)


@pytest.mark.parametrize("margin", [0, 1, 5])
def test_the_tape_grows_where_it_is_needed(margin, monkeypatch):
    monkeypatch.setattr(runs, "MARGIN", margin)
    ends = set()
    for k, machine in enumerate(plain_machines.machines(2)):
        if k % 7 == 0:
            run = alike(machine, 30, {0: 1, 3: 1} if k % 2 else None)
            ends.add((run.halted, run.visited[0] < -2 * margin, run.visited[1] > 3 + 2 * margin))
    assert {end[1:] for end in ends} >= {(True, False), (False, True)}
    # Far out: more than a hundred cells.
    for text in ("0RB0LB_1RC0RE_1LD0LC_1RA0LC_1RD0-H", "0RB1RD_1RC0RC_1LD0RB_1RE0LC_1-H1RA"):
        words = [word for state in text.split("_") for word in (state[:3], state[3:])]
        machine = tuple(
            (int(w[0]),) if w[1] == "-" else (int(w[0]), 1 if w[1] == "R" else -1, "ABCDE".index(w[2])) for w in words
        )
        assert alike(machine, 5000, None).n_cells > 100


# Rado 1962; Lin and Rado 1965; Brady 1983: machine, steps, ones.
CHAMPIONS = [
    ("1RZ---", 1, 1),
    ("1RB1LB_1LA1RZ", 6, 4),
    ("1RB1-H_1LB0RC_1LC1LA", 21, 5),
    ("1RB1RZ_1LB0RC_1LC1LA", 21, 5),
    ("1RB1LH_0RC1RB_1LC1LA", 14, 6),
    ("1RB1LB_1LA0LC_1RZ1LD_1RD0RA", 107, 13),
    # Marxen and Buntrock 1990; that there is no longer run was proved in 2024.
    ("1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA", 47_176_870, 4098),
    ("1RB1LC_1RC1RB_1RD0LE_1LA1LD_---0LA", 47_176_870, 4097),
]


@pytest.mark.parametrize(("text", "steps", "ones"), CHAMPIONS)
def test_busy_beavers_are_known(text, steps, ones):
    run = run_machine(parse_machine(text), 10**8)
    assert (run.halted, run.steps, run.n_ones, run.output.count("1")) == (True, steps, ones, ones)
    assert (len(run.read_undefined) == 1) == text.startswith("1RB1LC") * text.endswith("---0LA")
    if steps > 1:
        before = run_machine(parse_machine(text), steps - 1)
        assert (before.halted, before.steps) == (False, steps - 1)
        assert verdict_of(before, [0], 0) == "cap"


def test_the_tape_of_the_champion_of_five_states():
    # 4098 ones and 8191 zeros, as Marxen and Buntrock (1990) have it.
    run = run_machine(parse_machine(CHAMPIONS[-2][0]), 10**8)
    assert (run.n_cells, run.output.count("0")) == (12_289, 8191)
    assert len(run.cells) == 12_289


def test_an_entry_that_is_not_defined_halts():
    for text, symbol, steps in (("1RB---_------", 0, 2), ("1LA---", 1, 3)):
        run = run_machine(parse_machine(text), 10, {-2: 1})
        assert (run.halted, run.steps, run.symbol(run.head)) == (True, steps, symbol)
        assert run.read_undefined == (run.last_entry,)
        same = run_machine(parse_machine(text).completed, 10, {-2: 1})
        assert (same.steps, same.head, same.output, same.read_undefined) == (steps, run.head, run.output, ())
    assert run_machine(parse_machine("1-H---"), 10).read_undefined == ()


# Machines that never halt, the steps after which that is proved, and how.
ENDLESS = [
    ("1RA1RA", 10**8, "escape"),
    ("0RB1LA_0LA---", 1000, "cycle"),
    ("1RB1RZ_0LB1RA", 1000, "translated_cycle"),
    # Skelet's machine 17, which was proved to run for ever in 2023, and not by such means.
    ("1RB---_0LC1RE_0LD1LC_1RA1LB_0RB0RA", 10**7, "cap"),
]


@pytest.mark.parametrize(("text", "max_steps", "verdict"), ENDLESS)
def test_machines_that_never_halt(text, max_steps, verdict):
    run = run_machine(parse_machine(text), max_steps)
    assert (run.halted, run.steps, sum(run.reads)) == (False, max_steps, max_steps)
    assert verdict_of(run, [0], 3) == verdict


def test_proofs_on_few_cells_are_proofs(monkeypatch):
    found = set()
    for k, machine in enumerate(plain_machines.machines(2)):
        run = run_machine(parse_machine(plain_machines.text(machine)), 60, {0: 1}) if k % 13 == 0 else None
        if run is None or run.halted:
            continue
        verdict = verdict_of(run, [1], 0)
        for most in (30, 8):
            monkeypatch.setattr("mesaprior.hypotheses.turing.halting.MOST_PROOF_CELLS", most)
            shorter = verdict_of(run, [1], 0)
            assert shorter in (verdict, "cap", "no_way_to_halt")
            found.add((verdict, shorter, most))
        monkeypatch.undo()
    assert found >= {("translated_cycle", "translated_cycle", 30), ("translated_cycle", "cap", 8)}


def test_the_memory_of_proofs_is_bounded(monkeypatch):
    sizes = []

    def noted(states, cells, radius):
        sizes.append(cells)
        return make_scratch(states, cells, radius)

    monkeypatch.setattr("mesaprior.hypotheses.turing.halting.make_scratch", noted)
    monkeypatch.setattr("mesaprior.hypotheses.turing.halting.MOST_PROOF_CELLS", 100)
    for text in ("1RA1RA", "1LA1LA", "1RB1LB_1LB1RB"):
        run = run_machine(parse_machine(text), 3000, {1: 1})
        assert not run.halted
        assert verdict_of(run, [0, 1], 0) != "halted"
    assert len(sizes) == 3
    assert max(sizes) <= 2 * 50 + 2


def test_reports_add_up(monkeypatch):
    monkeypatch.setattr(runs, "CHUNK", 10)
    for text, max_steps in (("1RB1LB_1LA0LC_1RZ1LD_1RD0RA", 200), ("1RA1RA", 4000), ("1RZ---", 1)):
        reports = []
        run = run_machine(parse_machine(text), max_steps, report=reports.append)
        assert sum(reports) == max_steps
        assert len(reports) > run.steps // 10
        assert run.halted == (text != "1RA1RA")


def test_a_run_can_be_stopped():
    def stop(steps):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_machine(parse_machine("1RA1RA"), 10**6, report=stop)


@pytest.mark.parametrize("steps", [0, -1, 10**8 + 1])
def test_steps_out_of_range_are_refused(steps):
    with pytest.raises(UsageError, match=f"max_steps={steps} is out of range; give .* from 1 to 100000000"):
        run_machine(parse_machine("1RA1RA"), steps)


def test_a_tape_need_not_be_kept():
    run = run_machine(parse_machine("1RA1RA"), 1000)
    assert (run.n_ones, len(run.cells)) == (1000, 1001)
    bare = run.without_tape()
    assert (len(bare.cells), bare.symbol(5), bare.n_cells, bare.reads) == (0, 0, 1001, run.reads)


def test_codes_are_those_of_the_other_kernels():
    assert runs_kernels.UNDEFINED == kernels.UNDEFINED
    table, tape = np.array([4, 5], dtype=np.int64), np.ones(3, dtype=np.uint8)
    place, reads = np.array([1, 0, 0, 1, 1, -1]), np.zeros(2, dtype=np.int64)
    assert runs_kernels.follow(table, tape, place, reads, 0) == runs_kernels.PAUSED
    assert runs_kernels.follow(table, tape, place, reads, 9) == runs_kernels.HALTED
    assert (place.tolist(), reads.tolist(), tape.tolist()) == ([1, 0, 1, 1, 1, 1], [0, 1], [1, 1, 1])


SCRIPT = """
import random
from mesaprior.hypotheses.turing.runs import run as runs
from mesaprior.hypotheses.turing.machine import UNDEFINED, Machine

runs.MARGIN = 1
rng = random.Random(5)
for n in range(1, 7):
    for _ in range(20):
        codes = [rng.choice([*range(4 * n + 2), UNDEFINED]) for _ in range(2 * n)]
        run = runs.run_machine(Machine(tuple(codes)), 200, {cell: rng.randint(0, 1) for cell in range(-1, 3)})
        print(run.halted, run.steps, run.head, run.visited, run.reads, run.output)
"""


def test_compiled_interpreted_and_bounds_checked_runs_agree(tmp_path):
    answers = []
    for number, extra in enumerate(({}, {"NUMBA_DISABLE_JIT": "1"}, {"NUMBA_BOUNDSCHECK": "1"})):
        cache = {"NUMBA_CACHE_DIR": str(tmp_path / str(number))} if extra else {}
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=os.environ | extra | cache, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        answers.append(done.stdout)
    assert len(answers[0].splitlines()) == 120
    assert answers == [answers[0]] * 3
