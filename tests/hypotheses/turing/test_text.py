"""Texts of machines in both notations."""

import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import ContentError
from mesaprior.hypotheses.turing import kernels
from mesaprior.hypotheses.turing.machine import UNDEFINED, Machine, check_size, n_machines
from mesaprior.hypotheses.turing.runs.run import run_machine
from mesaprior.hypotheses.turing.text import format_machine, format_standard, parse_machine, read_machine
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
    assert read_machine(text) == (machine, ())
    assert machine.is_complete == ("---" not in text)
    assert len(text) == 7 * machine.n_states - 1
    assert parse_machine(format_standard(machine)) == machine
    assert "-H" not in format_standard(machine)
    full = machine.completed
    assert full.is_complete
    for e, (mine, before) in enumerate(zip(full.table, table, strict=True)):
        assert mine == (4 * machine.n_states + e % 2 if before == UNDEFINED else before)


@given(tables, st.randoms(use_true_random=False))
def test_every_way_to_write_a_halt_is_the_same_machine(table, rng: random.Random):
    machine = Machine(table)
    beyond = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[machine.n_states :]
    text = re.sub("-H", lambda _: rng.choice("LR") + rng.choice(beyond), format_machine(machine))
    reading = read_machine(text)
    assert reading.machine == machine
    halting = [e for e, code in enumerate(table) if 4 * machine.n_states <= code < UNDEFINED]
    places = [f"{text.replace('_', '')[3 * e : 3 * e + 3]} in state {'ABCDEF'[e // 2]} on {e % 2}" for e in halting]
    assert list(reading.moving_halts) == places
    assert len(reading.notes) == bool(places)
    for note in reading.notes:
        assert ", ".join(places) in note


@given(tables, st.lists(st.integers(0, 1), max_size=4), st.randoms(use_true_random=False))
def test_the_standard_text_format_means_what_it_means_to_others(table, given_bits, rng: random.Random):
    machine = Machine(table)
    text = re.sub("-H", lambda _: rng.choice(("LZ", "RZ", "LH", "RH")), format_machine(machine))
    tape = dict(enumerate(given_bits))
    end = plain_machines.run_standard(text, 60, tape)
    run = run_machine(parse_machine(text), 60, tape)
    assert run.halted == (end is not None)
    if end is not None:
        steps, last, cells = end
        assert (run.steps, run.head) == (steps, last)
        assert {cell: run.symbol(cell) for cell in cells} == cells
        assert run.n_ones == sum(cells.values())


# Each entry: the text, and what is said of it.
WRONG = [
    ("", ["state A is ''"]),
    ("1RB1-H", ["state A on 0 goes to state B and there is 1 state"]),
    ("1RB1-H_1RA1RC", ["state B on 1 goes to state C and there are 2 states"]),
    ("1RB1-H_1LA1RZ", ["state B on 1 goes to state Z"]),
    ("1RA1-H_1RA", ["state B is '1RA'", "two entries of 3 characters"]),
    ("2RA1-H", ["state A on 0 has the entry '2RA'"]),
    ("1-H1SA", ["state A on 1 has the entry '1SA'"]),
    ("1ra1-H", ["'1ra'"]),
    ("_".join(["1-H1-H"] * 7), ["7 states and may have 6"]),
    ("_".join(["1RA1RZ"] * 30), ["30 states and may have 6"]),
    ("1RB2LA1RA_1LB1LA1RZ", ["state A has 3 entries", "state B has 3 entries", "symbols 0 and 1"]),
    ("1RB2LA1RA1RA_1LB1LA3RB1RZ", ["state A has 4 entries", "state B has 4 entries"]),
    ("(argmax y)", ["'(argmax y)' is no machine", "1RB"]),
    ("x" * 500, ["state A is 'xxx"]),
    ("²RA1RZ", ["'²RA'"]),
    ("1RB9LA_xyz1RZ_1RA", ["state A on 1 has the entry '9LA'", "state B on 0 has the entry 'xyz'", "state C is '1RA'"]),
    ("_".join(["abcdef"] * 5), ["state C on 1", "4 more such places"]),
]


@pytest.mark.parametrize(("text", "words"), WRONG)
def test_all_that_is_wrong_is_told_with_its_place(text, words):
    with pytest.raises(ContentError) as raised:
        parse_machine(text)
    message = str(raised.value)
    assert len(message) < 900
    assert "\n" not in message
    for word in words:
        assert word in message, (word, message)


def test_a_letter_that_is_not_there_halts_where_no_halt_is_written_otherwise():
    assert read_machine("1RB1LC_1LA1LB").moving_halts == ("1LC in state A on 1",)
    assert read_machine("1RB0RH_0LA1LZ").machine == parse_machine("1RB0-H_0LA1-H")
    assert read_machine(" 1RB1-H_1LA0-H\n").notes == ()


def test_numbers_of_machines():
    assert [n_machines(n) for n in range(1, 6)] == [36, 10000, 7529536, 11019960576, 26559922791424]
    assert n_machines(6) < 2**63 < n_machines(7)
    assert UNDEFINED == kernels.UNDEFINED
    check_size(6, 1)
