"""Reachability against a plain search through all programs, one by one."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.generators.space import GeneratorSpace
from mesaprior.hypotheses.log import log_from_frame, read_log
from mesaprior.hypotheses.networks.space import NetworkSpace
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.turing.space import TuringSpace
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.robustness.reach import BEYOND, FOUND, IMPOSSIBLE, KINDS, UNTOLD, reach, reach_in
from tests import naive, strategies
from tests.hypotheses.terms.test_engines_agree import log_of
from tests.inference.small import LEARNING, SEARCHING, SLEEPING, Program, make_census, make_log

PARITY = Path(__file__).parent.parent.parent / "examples" / "generators" / "parity.csv"


def plain_reach(language, rows, max_bits, max_time=None, tolerance=Fraction(0)):
    """Return, by kind, (length, time, how many) of the least programs that fit; None where none does."""
    rows = naive.order_rows(rows)
    meaning = naive.Meaning(language, rows)
    found = {kind: [] for kind in KINDS}
    for program in naive.programs(language, rows, max_bits, max_time):
        actions, flags = meaning.behaviour(program)
        by_row = [actions[cell] for cell in meaning.cell_of_row]
        if any(row["split"] == "train" and said != row["action"] for said, row in zip(by_row, rows, strict=True)):
            continue
        verdict = naive.verdict_of(by_row, rows, tolerance)
        holds = {
            "imitating": not any(flags),
            "searching": bool(flags[0] or flags[1]),
            "learning": bool(flags[2] or flags[3]),
            "defecting": verdict == "defecting",
            "faithful": verdict == "faithful",
        }
        for kind in KINDS:
            if holds[kind]:
                found[kind].append((naive.length(program), meaning.time(program)))
    return {kind: (*min(sizes), len(sizes)) if sizes else None for kind, sizes in found.items()}


@settings(max_examples=60)
@given(example=strategies.examples(most=600), data=st.data())
def test_the_shortest_of_each_kind_is_found(example, data):
    language, rows, max_bits = example
    tolerance = data.draw(st.sampled_from([Fraction(0), Fraction(1, 2)]))
    space, log = TermSpace(language_from_dict(language), max_bits), log_of(rows)
    ours = reach_in(Scored(space.census(log), log, tolerance=float(tolerance)), space)
    plain = plain_reach(language, rows, max_bits, tolerance=tolerance)
    imitator = plain["imitating"]
    for one in ours:
        expected = plain[one.kind]
        if expected is None:
            assert one.status in (BEYOND, UNTOLD, IMPOSSIBLE)
            assert (one.program, one.length, one.programs) == (None, None, 0)
            # What is impossible is infinitely dearer than imitating, unless that is impossible, too.
            is_infinite = one.status == IMPOSSIBLE and ours[0].status != IMPOSSIBLE
            assert (one.price == math.inf) == is_infinite
            continue
        assert one.status == FOUND
        assert (one.length, one.time, one.programs) == expected
        meaning = space.explain(one.program, log)
        assert meaning.predictions["intact"][: log.n_training].tolist() == log.action[: log.n_training].tolist()
        assert one.price == (None if imitator is None else one.length - imitator[0])


@settings(max_examples=40)
@given(example=strategies.examples(most=600), data=st.data())
def test_bounds_on_prices_hold_for_longer_programs(example, data):
    language, rows, most = example
    log = log_of(rows)
    whole = TermSpace(language_from_dict(language), most)
    least = min(whole.count_by_length(log))
    space = TermSpace(whole.language, data.draw(st.integers(least, most)))
    shorter = reach(space.census(log), log, length_beyond=space.length_beyond(log))
    longer = reach(whole.census(log), log)
    for small, large in zip(shorter, longer, strict=True):
        if large.price is None:
            continue
        assert small.status != IMPOSSIBLE
        if small.price is not None:
            assert small.price == large.price
        assert small.price_at_least is None or small.price_at_least <= large.price
        assert small.price_at_most is None or small.price_at_most >= large.price
        assert small.length_at_least is None or small.length_at_least <= large.length


@given(example=strategies.examples(most=600))
def test_the_least_length_past_a_bound_is_the_next_that_occurs(example):
    language, rows, max_bits = example
    log = log_of(rows)
    space = TermSpace(language_from_dict(language), max_bits)
    beyond = space.length_beyond(log)
    far = TermSpace(space.language, max_bits + 200).count_by_length(log)
    assert beyond == min((length for length in far if length > max_bits), default=math.inf)


def kinds_of(programs, *, later=((2, 1, 0),), **options):
    log = make_log([(0, 0), (1, 1)], list(later))
    return {one.kind: one for one in reach(make_census(log, programs), log, **options)}


def test_prices_by_hand():
    found = kinds_of(
        [
            Program((0, 1, 2), length=10, time=3, text="late"),
            Program((0, 1, 1), length=12, time=3, text="b"),
            Program((0, 1, 2), SLEEPING, length=7, time=9, count=5, text="search"),
            Program((0, 2, 0), SEARCHING, length=1, text="misses"),
            Program((0, 1, 0), LEARNING, length=15, text="learn"),
        ]
    )
    assert (found["imitating"].program, found["imitating"].price, found["imitating"].programs) == ("late", 0, 2)
    assert (found["searching"].program, found["searching"].price, found["searching"].programs) == ("search", -3, 5)
    assert (found["learning"].price, found["learning"].verdict) == (5, "defecting")
    assert found["defecting"].program == "learn"
    assert (found["faithful"].program, found["faithful"].price) == ("b", 2)


def test_an_abstention_is_a_miss():
    found = kinds_of([Program((0, -1, 1), length=1), Program((0, 1, 1), length=4)])
    assert found["imitating"].length == 4


def test_what_is_not_found_is_bounded():
    found = kinds_of([Program((0, 1, 1), length=4)], length_beyond=9, impossible=frozenset({"learning"}))
    assert (found["searching"].status, found["searching"].price_at_least, found["searching"].price) == (BEYOND, 5, None)
    assert (found["learning"].status, found["learning"].price) == (IMPOSSIBLE, math.inf)
    assert found["searching"].length_at_least == 9


def test_without_an_imitator_the_price_is_bounded_from_above():
    found = kinds_of([Program((0, 1, 1), SEARCHING, length=4)], length_beyond=9)
    assert (found["imitating"].status, found["imitating"].length_at_least) == (BEYOND, 9)
    assert (found["searching"].price_at_least, found["searching"].price_at_most) == (None, -5)
    assert found["learning"].price_at_least is None


def test_what_is_impossible_costs_infinitely_more_than_an_imitator_that_is_not_found():
    slow = [Program((0, 1, 1), SEARCHING, length=4)]
    found = kinds_of(slow, length_beyond=9, impossible=frozenset({"learning"}))
    assert found["imitating"].status == BEYOND
    for price in (found["learning"].price, found["learning"].price_at_least, found["learning"].price_at_most):
        assert price == math.inf
    # There is no imitator of any length, so there is nothing to be dearer than.
    found = kinds_of(slow, length_beyond=math.inf)
    assert found["imitating"].status == found["learning"].status == IMPOSSIBLE
    assert found["learning"].price is found["imitating"].price is None


def test_a_space_without_more_programs_makes_it_impossible():
    found = kinds_of([Program((0, 1, 1), length=4)], length_beyond=math.inf)
    assert found["defecting"].status == IMPOSSIBLE


@pytest.mark.parametrize("later", [(), ((2, None, 0),), ((2, 1, None),), ((2, 1, 1),)])
def test_defecting_needs_a_row_that_tells(later):
    found = kinds_of([Program((0, 1, 2), length=4)], later=later, length_beyond=9)
    assert found["defecting"].status == UNTOLD
    assert (found["faithful"].status == UNTOLD) == (later in ((), ((2, None, 0),)))


def test_bad_questions_are_refused():
    log = make_log([(0, 0)], [])
    census = make_census(log, [Program((0,))])
    with pytest.raises(UsageError, match="no miss rate"):
        reach(census, log, tolerance=2)
    with pytest.raises(RunError, match="was counted on a log of 1 rows"):
        reach(census, make_log([(0, 0), (1, 1)], []))


@pytest.mark.parametrize(
    ("small", "large"),
    [
        (TuringSpace(1, 1), TuringSpace(1, 2)),
        (TuringSpace(2, 2), TuringSpace(1, 3)),
        (CircuitSpace(2), CircuitSpace(3)),
        (NetworkSpace(0, 1), NetworkSpace(0, 2)),
        (GeneratorSpace(8), GeneratorSpace(30)),
    ],
    ids=lambda space: f"{space.name} {space.bounds}",
)
def test_other_spaces_know_what_is_past_their_bound(small, large):
    boolean = pd.DataFrame({"a": [0, 0, 1, 1], "b": [0, 1, 0, 1], "action": [0, 1, 1, 0]})
    log = read_log(PARITY) if small.name == "generators" else log_from_frame(boolean, source="x.csv", own_codes=True)
    counted = set(small.count_by_length(log))
    assert small.length_beyond(log) == pytest.approx(min(set(large.count_by_length(log)) - counted))


def test_networks_of_one_size_are_all_there_are():
    assert NetworkSpace(1, 1).length_beyond(make_log([(0, 0), (1, 1)], [])) == math.inf
