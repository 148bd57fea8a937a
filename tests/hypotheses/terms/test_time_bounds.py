"""A bound on time: which terms it leaves, how many, and that the census is a part of the one without it."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, note
from hypothesis import strategies as st

import mesaprior as mp
from mesaprior.hypotheses.terms.language import language_from_dict, read_language
from mesaprior.hypotheses.terms.merged import engine, totals
from mesaprior.hypotheses.terms.merged.rooms import Rooms
from mesaprior.hypotheses.terms.merged.totals import TooManyTimesError, Totals
from mesaprior.hypotheses.terms.program import SATURATION
from mesaprior.hypotheses.terms.space import TermSpace
from tests import naive, strategies
from tests.hypotheses.terms.test_engines_agree import assert_same, log_of
from tests.hypotheses.terms.test_merged import assert_witnesses, counted, questions
from tests.test_examples import EXAMPLES
from tests.thorough import draws

CORRIDOR = EXAMPLES / "corridor"


def rooms_of(language, log, max_bits, max_time):
    return Rooms(language, language.symbols(log), log.n_history, max_bits, max_time)


def parts_of(programs):
    """Return the terms that programs are made of, by level, and the levels that are one of several arguments."""
    terms, arguments = {}, set()

    def visit(term, scope):
        symbol, *children = term
        level = sum({"y": 1, "theta": 2}[name] for name in scope), naive.length(term)
        terms.setdefault(level, set()).add(term)
        for child in children:
            below = visit(child, naive.below(symbol.kind, scope))
            if len(children) > 1:
                arguments.add(below)
        return level

    for program in programs:
        visit(program, naive.NOTHING_BOUND)
    return terms, arguments


@st.composite
def bounded(draw, most=800):
    """A language, a log, a bound on length, and one on time that something reaches, or is next to that."""
    language, rows, max_bits = draw(strategies.examples(most=most))
    if draw(st.booleans()):
        # Prices far from each other: what is short may be slow, and what is long cheap.
        for token in language["token"]:
            token["steps"] = draw(st.sampled_from((1, 1, 2, 7, 50)))
    sizes = naive.Sizes(language, rows)
    times = sorted({sizes.time(program) for program in naive.programs(language, rows, max_bits)})
    max_time = max(1, draw(st.sampled_from(times)) - draw(st.integers(0, 1))) if times else 1
    return language, rows, max_bits, max_time


@draws(80)
@given(example=bounded())
def test_a_term_has_room_if_and_only_if_it_is_part_of_a_program_within_the_bounds(example):
    language, rows, max_bits, max_time = example
    log, ours, sizes = log_of(rows), language_from_dict(language), naive.Sizes(language, rows)
    rooms = rooms_of(ours, log, max_bits, max_time)
    terms, arguments = parts_of(naive.programs(language, rows, max_bits, max_time))
    assert rooms.max_bits == max((length for scope, length in terms if scope == 0), default=0)
    found = Totals(ours, ours.symbols(log), log.n_history, rooms)
    for scope in range(4):
        for length in range(1, max_bits + 1):
            level = scope, length
            parts = terms.get(level, set())
            by_time = Counter((sizes.time(term), sizes.infer_time(term)) for term in parts)
            note(level)
            assert (rooms.of(*level) >= 0) == bool(parts)
            assert rooms.is_argument(*level) == (level in arguments)
            if parts:
                times = [time for time, _ in by_time]
                assert rooms.least(*level) == min(times)
                assert max(times) <= rooms.of(*level) <= rooms.of_scope(scope)
            time, infer_time, count = found.of(*level)
            keys = zip(time.tolist(), infer_time.tolist(), strict=True)
            assert dict(zip(keys, count.tolist(), strict=True)) == by_time
            if length <= rooms.max_bits:
                assert found.numbers[scope][length] == len(parts)


@draws(60)
@given(example=bounded(most=1500), data=st.data())
def test_the_census_is_the_part_within_the_bound_of_the_census_without_it(example, data):
    language, rows, max_bits, max_time = example
    log, ours = log_of(rows), language_from_dict(language)
    space = TermSpace(ours, max_bits, max_time)
    whole = counted([], lambda: TermSpace(ours, max_bits).census(log))
    census = counted([], lambda: space.census(log, workers=data.draw(st.sampled_from((1, 2)))))
    kept = None if whole is None else whole.columns["time"] <= max_time
    n_by_length = Counter() if census is None else Counter(census.counted_by_length)
    assert n_by_length == Counter(space.count_by_length(log))
    if whole is None or census is None:
        assert whole is None or not kept.any()
        return

    def programs(counts, rows):
        columns = [counts.columns[name] for name in ("length", "time", "infer_time")]
        acts = np.column_stack([counts.predictions, counts.flags]).astype(int)[counts.behaviour_id]
        return sorted(np.column_stack([acts, *columns, counts.count.astype(np.int64)])[rows].tolist())

    assert programs(census, slice(None)) == programs(whole, kept)
    assert_witnesses(census, space, log)


@draws(30)
@given(example=bounded(most=300))
def test_no_bound_on_length_adds_a_program_that_time_forbids(example):
    language, rows, max_bits, max_time = example
    log, ours = log_of(rows), language_from_dict(language)
    longest = rooms_of(ours, log, max_bits + 6, max_time).max_bits
    if rooms_of(ours, log, 400, max_time).max_bits > longest:
        return
    census = counted([], lambda: TermSpace(ours, max(1, longest), max_time).census(log))
    beyond = counted([], lambda: TermSpace(ours, 400, max_time).census(log))
    assert (census is None) == (beyond is None)
    if census is not None:
        assert_same(census, beyond)
        assert census.witness == beyond.witness


@pytest.fixture
def corridor():
    """The language of the corridor, and its log."""
    return read_language(CORRIDOR / "corridor.toml"), mp.read_log(CORRIDOR / "corridor.csv")


def test_the_work_is_that_of_the_programs_within_the_bounds(corridor, monkeypatch):
    language, log = corridor
    tiles = []

    def watched(tasks):
        found = list(work_tiles(tasks))
        tiles.extend(tile.n_combinations for tile in found)
        return found

    work_tiles = engine.tiles_of
    monkeypatch.setattr(engine, "tiles_of", watched)

    def work(max_bits):
        tiles.clear()
        census = TermSpace(language, max_bits, 5).census(log)
        return census, sum(tiles)

    census, done = work(20)
    assert census.n_programs == 6517
    # Twenty bits are five tokens, and nothing longer takes five steps.
    for max_bits in (24, 80, 10_000):
        other, more = work(max_bits)
        assert_same(census, other)
        assert census.witness == other.witness
        assert more == done < census.n_programs
        assert TermSpace(language, max_bits, 5).count_by_length(log) == census.counted_by_length


@pytest.mark.parametrize("max_time", [5, 9, 14, 30])
def test_numbers_of_programs_beyond_64_bits_are_exact(corridor, max_time):
    language, log = corridor
    symbols = language.symbols(log)
    rooms = Rooms(language, symbols, log.n_history, 40, max_time)
    in_words = Totals(language, symbols, log.n_history, rooms).numbers
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(totals, "MOST_IN_WORDS", 1)
        assert Totals(language, symbols, log.n_history, rooms).numbers == in_words
    longer = Rooms(language, symbols, log.n_history, 96, max_time)
    numbers = Totals(language, symbols, log.n_history, longer).numbers
    assert numbers[0][: len(in_words[0])] == in_words[0]


def test_where_times_are_too_many_the_bound_on_time_is_left_aside(corridor, monkeypatch):
    language, log = corridor
    space, without = TermSpace(language, 32, 40), TermSpace(language, 32)
    within = space.count_by_length(log)
    assert sum(within.values()) < sum(without.count_by_length(log).values())
    symbols = language.symbols(log)
    rooms = Rooms(language, symbols, log.n_history, 32, 40)
    with pytest.raises(TooManyTimesError):
        _ = Totals(language, symbols, log.n_history, rooms, most_pairs=10).numbers
    monkeypatch.setattr(totals, "MOST_PAIRS", 10)
    assert space.count_by_length(log) == without.count_by_length(log)
    # Counting itself goes by the times, however many there are.
    assert space.census(log).counted_by_length == within


@draws(40)
@given(
    steps=st.tuples(*[st.sampled_from((1, 2, 2**61 - 1, 2**61, 2**62 - 1, 2**62))] * 4),
    rounds=st.sampled_from((0, 1, 2, 2**61, 2**62)),
    max_time=st.sampled_from((1, 5, 2**61, 2**61 + 3, 2**62 - 1, 2**62)),
)
def test_times_that_saturate_are_within_no_bound_but_the_greatest(steps, rounds, max_time):
    kinds = [{"kind": "candidate"}, {"kind": "feature", "name": "p"}, {"kind": "iterate"}]
    kinds += [{"kind": "binary", "name": "add"}]
    tokens = [kind | {"steps": of, "bits": 2} for kind, of in zip(kinds, steps, strict=True)]
    language = {"domain": 2, "actions": 2, "rounds": rounds, "token": tokens}
    rows = [{"p": p, "action": p, "split": "train"} for p in range(2)]
    log, ours = log_of(rows), language_from_dict(language)
    space = TermSpace(ours, 8, max_time)
    census = counted([], lambda: space.census(log))
    expected = counted([], lambda: space.census(log, engine="reference"))
    assert (census is None) == (expected is None)
    assert sum(space.count_by_length(log).values()) == (0 if expected is None else expected.n_programs)
    if census is not None:
        assert_same(census, expected)
    assert (max_time == SATURATION) == (not rooms_of(ours, log, 8, max_time).is_bounded)


@draws(25)
@given(question=questions(), n=st.integers(2, 6))
def test_shards_within_a_bound_hold_every_program_once(question, n):
    space, log = question
    census = counted([], lambda: space.census(log))
    if census is not None:
        shards = [shard for _, shard in space.shards(log, range(n), n)]
        assert sum(shard.n_programs for shard in shards) == census.n_programs
