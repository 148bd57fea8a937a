"""Texts of machines, and their plain meaning."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import ContentError
from mesaprior.hypotheses.turing import kernels
from mesaprior.hypotheses.turing.machine import (
    UNDEFINED,
    Machine,
    check_size,
    format_machine,
    n_machines,
    parse_machine,
    run_machine,
)
from tests.hypotheses.turing import plain_machines

tables = st.integers(1, 6).flatmap(
    lambda n: st.lists(st.one_of(st.integers(0, 4 * n + 1), st.just(UNDEFINED)), min_size=2 * n, max_size=2 * n).map(
        tuple
    )
)


@given(tables)
def test_parse_and_format_invert(table):
    machine = Machine(table)
    text = format_machine(machine)
    assert parse_machine(text) == machine
    assert machine.is_complete == ("---" not in text)
    assert len(text) == 7 * machine.n_states - 1


@given(st.integers(1, 6), st.randoms(use_true_random=False))
def test_texts_and_runs_are_those_of_the_oracle(n, rng: random.Random):
    plain = tuple(rng.choice(plain_machines.entries(n)) for _ in range(2 * n))
    machine = parse_machine(plain_machines.text(plain))
    tape = {cell: rng.randint(0, 1) for cell in range(rng.randint(0, 4))}
    end = plain_machines.run(plain, 50, tape)
    mine = run_machine(machine, 50, tape)
    assert mine.halted == (end is not None)
    if end is not None:
        steps, head, cells, visited = end
        assert (mine.steps, mine.head, mine.visited) == (steps, head, (min(visited), max(visited)))
        assert mine.output == "".join(str(cells.get(cell, 0)) for cell in sorted(visited))


def test_busy_beavers_are_known():
    # Rado 1962; Lin and Rado 1965; Brady 1983.
    for text, steps, ones in (
        ("1RB1LB_1LA1-H", 6, 4),
        ("1RB1-H_1LB0RC_1LC1LA", 21, 5),
        ("1RB1-H_0RC1RB_1LC1LA", 14, 6),
        ("1RB1LB_1LA0LC_1-H1LD_1RD0RA", 107, 13),
    ):
        run = run_machine(parse_machine(text), 1000)
        assert (run.halted, run.steps, run.output.count("1")) == (True, steps, ones), text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "state A is ''"),
        ("1RB1-H", "goes to state B and has only 1"),
        ("1RA1-H_1RA", "state B is '1RA'"),
        ("2RA1-H", "entry '2RA'"),
        ("1-H1SA", "entry '1SA'"),
        ("_".join(["1-H1-H"] * 7), "has 7 states"),
    ],
)
def test_other_texts_are_refused(text, message):
    with pytest.raises(ContentError, match=message):
        parse_machine(text)


def test_an_undefined_entry_is_not_read():
    with pytest.raises(ContentError, match="undefined entry after 1 steps"):
        run_machine(parse_machine("1RB---_------"), 10)
    assert run_machine(parse_machine("1-H---"), 10).output == "1"


def test_numbers_of_machines():
    assert [n_machines(n) for n in range(1, 6)] == [36, 10000, 7529536, 11019960576, 26559922791424]
    assert n_machines(6) < 2**63 < n_machines(7)
    assert UNDEFINED == kernels.UNDEFINED
    check_size(6, 1)
