"""Runs on a tape of one word, and closed sets in words: each against its plain twin."""

import numpy as np
import pytest

from mesaprior.hypotheses.turing.kernels import (
    CAP,
    CYCLE,
    ESCAPE,
    ESCAPES_LEFT,
    ESCAPES_RIGHT,
    HEAD,
    LEFT,
    RIGHT,
    STATE,
    STEPS_DONE,
    STOPPED,
    TRANSLATED,
    escaping,
    is_closed,
    reaches_halt,
)
from mesaprior.hypotheses.turing.machine import UNDEFINED, Machine
from mesaprior.hypotheses.turing.runs.run import run_machine
from mesaprior.hypotheses.turing.scratch import make_scratch
from mesaprior.hypotheses.turing.strings.closed import kernels as closed
from mesaprior.hypotheses.turing.strings.short import kernels as short


def random_tables(n, how_many, n_undefined, seed=0):
    """Yield tables whose entries are random, some of them undefined; the first goes right."""
    rng = np.random.default_rng(seed)
    for _ in range(how_many):
        table = rng.integers(0, 4 * n, size=2 * n)
        table[rng.choice(2 * n, size=n_undefined, replace=False)] = UNDEFINED
        yield table


def followed(table, n, until):
    """Follow the run of a table on a blank tape; return the verdict, the node and the records."""
    node = np.zeros((1, short.N_COLUMNS), dtype=np.int64)
    node[0, [HEAD, LEFT, RIGHT, short.LOWEST, short.HIGHEST]] = short.START
    node[0, short.MACHINE] = short.word_of(table, n)
    node[0, [ESCAPES_LEFT, ESCAPES_RIGHT]] = escaping(table, n, 0), escaping(table, n, 1)
    records = np.zeros((2, short.MOST_RECORDS, 4), dtype=np.int64)
    return short.follow(node, 0, 4 * n, until, records), node[0], records


@pytest.mark.parametrize("n", [2, 3, 4, 6])
def test_a_run_in_a_word_is_that_of_the_machine(n):
    seen = set()
    for table in random_tables(n, 1500, 1):
        verdict, node, _ = followed(table, n, 90)
        seen.add(verdict)
        run = run_machine(Machine(tuple(table.tolist())), 2000 if verdict not in (CAP, short.OFF_WORD) else 90)
        if verdict == STOPPED:
            # The step that is not defined is still to be done.
            assert run.halted
            assert run.steps == node[STEPS_DONE] + 1
            assert run.last_entry >> 1 == node[STATE]
            assert (run.head, run.visited) == (
                node[HEAD] - short.START,
                (node[LEFT] - short.START, node[RIGHT] - short.START),
            )
            cells = f"{int(node[short.TAPE]):062b}"[::-1][node[LEFT] : node[RIGHT] + 1]
            assert run.output == cells
        elif verdict == short.OFF_WORD:
            assert max(map(abs, run.visited)) >= short.START - 1
            assert not run.halted or run.steps > node[STEPS_DONE]
        else:
            assert not run.halted
    assert {STOPPED, CYCLE, TRANSLATED, ESCAPE} <= seen
    assert n < 4 or CAP in seen


def test_what_was_before_a_choice_makes_proofs_shorter():
    n, n_shorter = 4, 0
    for table in random_tables(n, 200, 4, seed=1):
        verdict, node, records = followed(table, n, 40)
        if verdict != STOPPED:
            continue
        entry = int(2 * node[STATE] + (node[short.TAPE] >> node[HEAD] & 1))
        for choice in range(4 * n):
            table[entry] = choice
            runs = []
            for forgets in (False, True):
                again = node[None].copy()
                again[0, short.MACHINE] = short.word_of(table, n)
                if forgets:
                    again[0, [short.N_LEFT, short.N_RIGHT]] = 0
                runs.append((short.follow(again, 0, 4 * n, 300, records.copy()), int(again[0, STEPS_DONE])))
            (one, steps), (other, later) = runs
            assert steps <= later
            assert (one, steps) == (other, later) or one == TRANSLATED
            n_shorter += steps < later
        table[entry] = UNDEFINED
    assert n_shorter > 100


@pytest.mark.parametrize("n", [2, 4, 6])
def test_closed_sets_in_words_prove_as_much(n):
    scratch, views, blank = make_scratch(n, 1, 3), np.zeros(2 * n, dtype=np.uint64), np.zeros(1, dtype=np.uint8)
    answers = []
    for table in random_tables(n, 3000, 1, seed=n):
        answers.append(closed.is_closed(table, n, views))
        assert answers[-1] == is_closed(table, n, blank, 0, closed.RADIUS, scratch)
    assert 300 < sum(answers) < 2700


@pytest.mark.parametrize("n", [2, 3, 6])
def test_what_a_choice_changes_is_known_before(n):
    n_escapes = 0
    for table in random_tables(n, 300, 2, seed=n):
        for entry in np.flatnonzero(table == UNDEFINED).tolist():
            reaching = short.reaching(table, n, entry)
            before = [escaping(table, n, right) for right in (0, 1)]
            leading = [short.leading(table, n, entry, right) for right in (0, 1)]
            for choice in range(4 * n):
                to = choice >> 2
                made = table.copy()
                made[entry] = choice
                assert bool(reaching >> to & 1) == reaches_halt(made, n, to)
                for right in (0, 1):
                    expected = before[right]
                    if entry % 2 == 0 and choice >> 1 & 1 == right and (expected | leading[right]) >> to & 1:
                        expected |= leading[right]
                        n_escapes += 1
                    assert escaping(made, n, right) == expected
    assert n_escapes > 100
