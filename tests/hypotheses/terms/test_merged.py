"""The merged engine in parts: shards, many small waves and bins, other choices of kept levels, totals, wrappings."""

import itertools
from collections import Counter
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from mesaprior.errors import RunError
from mesaprior.hypotheses.counting import bins
from mesaprior.hypotheses.store import concatenated
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.merged import engine, gathering, levels, witnesses, work, workspace
from mesaprior.hypotheses.terms.merged.levels import Levels, portions
from mesaprior.hypotheses.terms.merged.rooms import Rooms
from mesaprior.hypotheses.terms.merged.totals import Totals
from mesaprior.hypotheses.terms.merged.work import ONE, Span, Task, tiles_of
from mesaprior.hypotheses.terms.program import SATURATION, length_of, parse_program, repetitions, steps_of
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.priors import codes
from tests import naive, strategies
from tests.hypotheses.terms.test_engines_agree import assert_same, log_of
from tests.thorough import draws


def assert_identical(one, other):
    """Compare two censuses in everything that is kept of them, witnesses and vectors included."""
    assert_same(one, other)
    assert one.witness == other.witness
    assert (one.vectors is None) == (other.vectors is None)
    if one.vectors is not None:
        assert one.vectors.witness == other.vectors.witness
        for name in ("situations", "intact", "search_inverted", "vector_id", "count"):
            assert np.array_equal(getattr(one.vectors, name), getattr(other.vectors, name)), name
        for name, column in one.vectors.columns.items():
            assert np.array_equal(column, other.vectors.columns[name]), name


def assert_witnesses(census, space, log):
    """Check that witnesses are programs of least time among the shortest of their behaviour, and behave so."""
    first = np.searchsorted(census.behaviour_id, np.arange(census.n_behaviours))
    for behaviour, text in enumerate(census.witness):
        program = parse_program(text, space.language, log)
        time = steps_of(program, space.language, log.n_history)[0]
        if space.max_time is not None and time > space.max_time:
            # Of tokens with one name the cheapest is read, and here only another one keeps to the bound.
            names = [token.name for token in space.language.tokens]
            # A number is written like a constant.
            names += [str(value) for value in range(space.language.domain)] * space.language.has("number")
            assert len(set(names)) < len(names)
            continue
        assert length_of(program, space.language, log) == census.columns["length"][first[behaviour]]
        assert time == census.columns["time"][first[behaviour]]
    for behaviour in range(0, census.n_behaviours, 1 + census.n_behaviours // 5):
        explanation = space.explain(census.witness[behaviour], log)
        assert np.array_equal(explanation.predictions["intact"], census.predictions[behaviour][census.row_cell])
        assert [int(flag) for flag in explanation.flags.values()] == census.flags[behaviour].tolist()


@st.composite
def questions(draw, most=3000):
    """A space, perhaps with a time bound that some programs keep, and a log."""
    language, rows, max_bits = draw(strategies.examples(most=most))
    log = log_of(rows)
    space = TermSpace(language_from_dict(language), max_bits)
    if draw(st.booleans()):
        sizes = naive.Sizes(language, rows)
        few = strategies.bound(language, rows, most=300)
        times = sorted({sizes.time(program) for program in naive.programs(language, rows, few)})
        if times:
            space = TermSpace(space.language, max_bits, draw(st.sampled_from(times)))
    return space, log


@st.composite
def wrapped(draw):
    """A language with several unary operators and binders, some alike in what they do, a log and a bound."""
    M, A = draw(st.sampled_from(((2, 2), (3, 2), (3, 3), (5, 5))))
    tables = draw(st.lists(st.lists(st.integers(0, M - 1), min_size=M, max_size=M), min_size=1, max_size=2))
    tokens = [{"kind": "feature", "name": "p", "bits": 2}, {"kind": "candidate", "bits": 3}]
    for k in range(draw(st.integers(2, 3))):
        table, bits = draw(st.sampled_from(tables)), draw(st.integers(4, 6))
        tokens.append(
            {"kind": "unary", "name": f"f{k}", "table": table, "steps": draw(st.integers(0, 3)), "bits": bits}
        )
    binders = draw(st.lists(st.sampled_from(("argmax", "argmin", "iterate", "fit")), min_size=1, max_size=3))
    tokens += [{"kind": kind, "steps": draw(st.integers(1, 3)), "bits": draw(st.integers(4, 5))} for kind in binders]
    if draw(st.booleans()):
        tokens.append({"kind": "parameter", "bits": 4})
    operators = ({"kind": "binary", "name": "dist", "bits": 4}, {"kind": "if", "bits": 4})
    tokens += draw(st.sampled_from(((), operators[:1], operators[1:], operators[1:])))
    language = {"domain": M, "actions": A, "token": tokens, "rounds": draw(st.integers(0, 3))}
    rows = draw(strategies.logs(language, long=False))
    return language, rows, strategies.bound(language, rows, most=1500)


def limited(draw):
    """Return limits that make many waves, bins and tiles of little work, and other levels be kept."""
    arena = draw(st.sampled_from((1, 100, 5000, 1 << 26)), label="bytes of records")
    tile = draw(st.sampled_from((1, 16, 1 << 14)), label="combinations of a tile")
    return [
        (workspace, "LEAST_ARENA", arena),
        (workspace, "MOST_ARENA", arena),
        (engine, "BIN_COMBINATIONS", draw(st.sampled_from((1, 10, 1 << 16)), label="combinations of a bin")),
        (engine, "BIN_RECORDS", max(1, arena // 16 // draw(st.sampled_from((1, 8, 100)), label="bins"))),
        (bins, "LEAST_RECORDS", draw(st.sampled_from((1, 50, 1 << 15)), label="records together")),
        (work, "TILE", tile),
        (work, "NEAR", min(tile, draw(st.sampled_from((1, 3, 1 << 11)), label="inner loop"))),
        (levels, "MOST_WRAPS", draw(st.integers(0, 3), label="tokens around a term")),
        (levels, "MOST_WRAPPINGS", draw(st.sampled_from((1, 4, 64)), label="ways around a term")),
    ]


def counted(limits, count):
    """Count under other limits."""
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in limits:
            patch.setattr(module, name, value)
        try:
            return count()
        except RunError as error:
            if "no program" not in str(error):
                raise
            return None


@draws(120)
@given(question=questions(), data=st.data())
def test_small_waves_bins_and_other_kept_levels_count_the_same(question, data):
    space, log = question
    limits = limited(data.draw)
    workers = data.draw(st.sampled_from((1, 1, 3)), label="workers")
    reference = counted([], lambda: space.census(log, engine="reference"))
    census = counted(limits, lambda: space.census(log, workers=workers))
    assert (census is None) == (reference is None)
    if census is not None:
        assert_same(census, reference)
        assert_witnesses(census, space, log)
        # The order of waves and workers decides nothing, not even which witness it is.
        kept = [limit for limit in limits if limit[0] is levels or limit[1] in ("TILE", "NEAR")]
        assert_identical(counted(kept, lambda: space.census(log)), census)


@draws(60)
@given(example=wrapped(), most_wraps=st.integers(2, 4), data=st.data())
def test_wrappings_that_are_alike_and_those_that_are_not(example, most_wraps, data):
    language, rows, max_bits = example
    times = sorted({time for _, _, time, _ in naive.census(language, rows, min(max_bits, 14))["programs"]})
    max_time = data.draw(st.sampled_from((None, None, *times)))
    space, log = TermSpace(language_from_dict(language), max_bits, max_time), log_of(rows)
    reference = counted([], lambda: space.census(log, engine="reference"))
    census = counted([(levels, "MOST_WRAPS", most_wraps)], lambda: space.census(log))
    assert_same(census, reference)
    assert_witnesses(census, space, log)


@draws(40)
@given(question=questions(), kept=st.sampled_from((0, 1, 2**62)))
def test_values_with_equal_hashes_are_told_apart(question, kept):
    space, log = question
    combine = engine.kernels.combine

    def combine_with_poor_hashes(*arguments):
        combine(*arguments)
        wanted, batch = arguments[-2:]
        if wanted.bits == 0:
            batch.record[: batch.n[0], 0] &= np.uint64(kept)

    reference = counted([], lambda: space.census(log, engine="reference"))
    poor = [(engine.kernels, "combine", combine_with_poor_hashes), (levels, "MOST_WRAPS", 0)]
    census = counted(poor, lambda: space.census(log))
    assert (census is None) == (reference is None)
    if census is not None:
        assert_same(census, reference)


@draws(30)
@given(question=questions(most=60_000), data=st.data())
def test_small_waves_of_larger_censuses(question, data):
    space, log = question
    limits = limited(data.draw)
    reference = counted([], lambda: space.census(log, engine="reference"))
    census = counted(limits, lambda: space.census(log, workers=2))
    assert (census is None) == (reference is None)
    if census is not None:
        assert_same(census, reference)


@draws(120)
@given(question=questions(), n=st.integers(1, 9), data=st.data())
def test_shards_are_the_census_one_after_the_other(question, n, data):
    space, log = question
    whole = counted([], lambda: space.census(log))
    assume(whole is not None)
    limits = limited(data.draw) if data.draw(st.booleans(), label="small limits") else []
    kept = [limit for limit in limits if limit[0] is levels or limit[1] in ("TILE", "NEAR")]
    whole = counted(kept, lambda: space.census(log))

    def shards(wanted):
        workers = data.draw(st.sampled_from((1, 2, 4)), label="workers")
        max_bytes = data.draw(st.sampled_from((1, 10**5, None)), label="bytes")
        return counted(limits, lambda: list(space.shards(log, wanted, n, workers=workers, max_bytes=max_bytes)))

    found = shards(range(n))
    assert [number for number, _ in found] == list(range(n))
    parts = [census for _, census in found]
    note([part.n_behaviours for part in parts])
    assert_identical(concatenated(parts), replace(whole, vectors=sorted_by_shard(whole, parts)))
    subset = sorted(data.draw(st.sets(st.integers(0, n - 1), min_size=1), label="subset"))
    again = shards(subset)
    assert [number for number, _ in again] == subset
    for number, census in again:
        assert_identical(census, parts[number])


@st.composite
def of_variables(draw):
    """A language whose only leaves are variables, dearer than binders or cheaper, and a log."""
    leaves = draw(
        st.sampled_from((("candidate",), ("candidate", "candidate"), ("candidate", "parameter"), ("parameter",)))
    )
    binders = draw(
        st.lists(st.sampled_from(("argmax", "argmin", "iterate", "fit")), min_size=1, max_size=3, unique=True)
    )
    if "parameter" in leaves:
        binders = sorted({*binders, "fit"})
    kinds = [*leaves, *binders, *draw(st.lists(st.sampled_from(("if", "dist", "f")), max_size=2, unique=True))]
    tokens: list[dict] = []
    for kind in kinds:
        token = {"kind": kind, "bits": draw(st.integers(1, 4)), "steps": draw(st.integers(1, 3))}
        if kind == "dist":
            token |= {"kind": "binary", "name": kind}
        if kind == "f":
            token |= {"kind": "unary", "name": kind, "table": [1, 2, 3, 0]}
        tokens.append(token)
    language = {
        "domain": 4,
        "actions": draw(st.sampled_from((2, 4))),
        "token": tokens,
        "rounds": draw(st.integers(0, 2)),
    }
    while naive.kraft_sum(language) > 1:
        for token in tokens:
            token["bits"] += 1
    rows = [{"x": x, "action": x, "split": "train"} for x in range(2)]
    return language, rows


@draws(70)
@given(example=of_variables())
def test_languages_of_variables_alone_count_the_same_at_every_bound(example):
    language, rows = example
    log = log_of(rows)
    for max_bits in range(1, 13):
        if sum(naive.count(language, rows, max_bits)) > 3000:
            break
        space = TermSpace(language_from_dict(language), max_bits)
        reference = counted([], lambda space=space: space.census(log, engine="reference"))
        census = counted([], lambda space=space: space.census(log))
        assert (census is None) == (reference is None)
        if census is not None:
            assert_same(census, reference)
            assert_witnesses(census, space, log)


def sorted_by_shard(whole, parts):
    """Return the vectors of a census; they are sorted, and so are the shards'."""
    assert whole.vectors is None or sum(len(part.vectors.intact) for part in parts) == len(whole.vectors.intact)
    return whole.vectors


SUCCESSORS = [
    {"kind": "feature", "name": "p", "bits": 2},
    {"kind": "unary", "name": "f", "table": [*range(1, 128), 0], "bits": 1},
]
LOOKUP = [{"kind": "lookup", "feature": "p", "bits": 2}]
NUMBERS = [{"kind": "number", "bits": 1}, {"kind": "binary", "name": "add", "bits": 2}]


@pytest.mark.parametrize(
    ("tokens", "max_bits", "text"),
    [(SUCCESSORS, 14, "(f " * 12 + "p" + ")" * 12), (LOOKUP, 16, "p[127 126]"), (NUMBERS, 8, "127")],
)
def test_no_text_is_longer_than_the_room_that_is_kept_for_one(monkeypatch, tokens, max_bits, text):
    write_texts, room = witnesses.kernels.write_texts, []

    def watched(*arguments):
        room.append(arguments[7])
        return write_texts(*arguments)

    monkeypatch.setattr(witnesses.kernels, "write_texts", watched)
    language = language_from_dict({"domain": 128, "actions": 128, "token": tokens})
    rows = [{"p": p, "action": 0, "split": "train"} for p in range(2)]
    census = TermSpace(language, max_bits).census(log_of(rows))
    assert text in census.witness
    assert max(map(len, census.witness)) <= min(room)


@pytest.fixture
def many_behaviours():
    """A space of two thousand programs, many of which differ, and a log."""
    tokens = [{"kind": "feature", "name": name} for name in "pq"]
    tokens += [{"kind": "binary", "name": name} for name in ("add", "mul", "sub")]
    language = language_from_dict({"domain": 16, "actions": 16, "token": tokens})
    rows = [{"p": k, "q": 5 * k % 7, "action": 0, "split": "train"} for k in range(8)]
    return TermSpace(language, 21), log_of(rows)


def crumbs(tasks):
    """Cut tasks into tiles of one combination, each of which begins a run."""
    for tile in tiles_of(tasks):
        bounds = tile.bounds.reshape(3, 2).tolist()
        for places in product(*(range(start, end) for start, end in bounds)):
            yield replace(tile, bounds=np.array([(place, place + 1) for place in places]).reshape(6))


def test_a_wave_begins_no_more_runs_than_can_be_numbered(monkeypatch, many_behaviours):
    space, log = many_behaviours
    whole, waves = space.census(log), []

    def watched(*parts):
        ledger = bins.Ledger(*parts)
        waves.append(len(ledger.runs))
        return ledger

    monkeypatch.setattr(gathering, "Ledger", watched)
    monkeypatch.setattr(gathering.counting, "MOST_RUNS", 30)
    monkeypatch.setattr(engine, "tiles_of", crumbs)
    assert_same(space.census(log), whole)
    assert max(waves) == 30


@pytest.mark.parametrize("most", [7, 1024])
def test_ways_around_a_term_are_taken_in_portions_that_records_can_number(monkeypatch, most):
    # 33 operators of one argument make 33 * 33 pairs of them, more than the 1,024 that a record tells apart.
    assert levels.MOST_EMISSIONS == 1024
    draw, taken = np.random.default_rng(3), []
    tokens = [{"kind": "feature", "name": "s", "bits": 2}, {"kind": "binary", "name": "add", "bits": 8}]
    tokens += [
        {"kind": "unary", "name": f"u{k}", "bits": 7, "table": draw.integers(0, 4, 4).tolist()} for k in range(33)
    ]
    language = language_from_dict({"domain": 4, "actions": 2, "token": tokens})

    def watched(wrappings):
        for some in portions(wrappings):
            taken.append(len(some))
            yield some

    monkeypatch.setattr(engine, "portions", watched)
    monkeypatch.setattr(levels, "MOST_EMISSIONS", most)
    log = log_of([{"s": s, "action": s in (1, 2)} for s in range(4)])
    space = TermSpace(language, 18)
    census = space.census(log)
    assert max(taken) == most
    assert_same(census, space.census(log, engine="reference"))
    assert_witnesses(census, space, log)


def test_records_that_wait_are_kept_when_there_is_more_room_for_the_next(monkeypatch, many_behaviours):
    space, log = many_behaviours
    whole, n = space.census(log), itertools.count()
    monkeypatch.setattr(workspace.Workspace, "arena_records", lambda *_: 50 if next(n) % 2 else 200)
    monkeypatch.setattr(engine, "tiles_of", crumbs)
    assert_same(space.census(log), whole)


def test_shards_that_do_not_fit_are_halved_until_they_do(monkeypatch, many_behaviours):
    space, log = many_behaviours
    whole, passes = space.census(log), []

    class Watched(engine.Pass):
        def finish(self):
            found = super().finish()
            passes.append([sum(part.n_bytes for part in of_shard) for of_shard in found])
            return found

    monkeypatch.setattr(engine, "Pass", Watched)
    assert_same(concatenated([census for _, census in space.shards(log, range(8), 8)]), whole)
    (sizes,) = passes
    assert len(sizes) == 8
    passes.clear()
    # Beside the counts there have to be some records.
    monkeypatch.setattr(workspace.Workspace, "room", sum(sizes[:4]) + workspace.LEAST_ARENA)
    assert_same(concatenated([census for _, census in space.shards(log, range(8), 8)]), whole)
    # What fits is not given up.
    assert passes[0] == sizes[:4]


def engine_parts(language, log, max_bits, *, shorten=True):
    """Return the symbols, their bits and the levels as the engine has them."""
    symbols = language.symbols(log)
    bits = [symbol.bits for symbol in symbols]
    rooms = Rooms(language, symbols, log.n_history, max_bits, None)
    return symbols, bits, Levels(language, bits, rooms, log.n_history, shorten=shorten)


@draws(80)
@given(example=strategies.examples())
def test_totals_are_those_of_all_programs(example):
    language, rows, max_bits = example
    log = log_of(rows)
    sizes = naive.Sizes(language, rows)
    every: dict[int, Counter] = {}
    unwrapped: dict[int, Counter] = {}
    for program in naive.programs(language, rows, max_bits):
        key = sizes.time(program), sizes.infer_time(program)
        every.setdefault(naive.length(program), Counter())[key] += 1
        if program[0].arity != 1:
            unwrapped.setdefault(naive.length(program), Counter())[key] += 1
    ours = language_from_dict(language)
    symbols = ours.symbols(log)
    totals = Totals(ours, symbols, log.n_history, Rooms(ours, symbols, log.n_history, max_bits, None))
    for length in range(1, max_bits + 1):
        for found, expected in ((totals.of(0, length), every), (totals.without_wraps(0, length), unwrapped)):
            keys = list(zip(found[0].tolist(), found[1].tolist(), strict=True))
            assert list(zip(keys, found[2].tolist(), strict=True)) == sorted(expected.get(length, {}).items())


@draws(150)
@given(
    example=strategies.examples(),
    most_wraps=st.integers(0, 4),
    most_wrappings=st.sampled_from((1, 2, 4, 64)),
    shorten=st.booleans(),
)
def test_every_program_is_a_kept_term_or_a_bare_one_in_exactly_one_wrapping(
    example, most_wraps, most_wrappings, shorten
):
    language, rows, max_bits = example
    log, ours = log_of(rows), language_from_dict(language)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(levels, "MOST_WRAPS", most_wraps)
        patch.setattr(levels, "MOST_WRAPPINGS", most_wrappings)
        symbols, bits, found = engine_parts(ours, log, max_bits, shorten=shorten)
    expected = codes.count_by_length(symbols, max_bits)
    totals = Totals(ours, symbols, log.n_history, Rooms(ours, symbols, log.n_history, max_bits, None))
    counts = [0] * (max_bits + 1)
    for length in range(1, max_bits + 1):
        for scope in range(4):
            if not found.is_useful(scope, length):
                continue
            of_level = totals.of if found.is_kept(scope, length) else totals.without_wraps
            n_terms = sum(of_level(scope, length)[2].tolist())
            if found.is_kept(scope, length):
                assert n_terms == expected[scope][length]
            wrappings = found.wrappings(scope, length)
            paths = [way.tokens for wrapping in wrappings for way in wrapping.ways]
            assert len(set(paths)) == len(paths)
            assert len({wrapping.links for wrapping in wrappings}) == len(wrappings)
            for wrapping in wrappings:
                for way in wrapping.ways:
                    assert way.length == length + sum(bits[index] for index in way.tokens)
                    assert_charges(ours, log, way)
                    counts[way.length] += n_terms
                    if not found.is_kept(scope, length):
                        assert len(way.tokens) <= most_wraps
            if not found.is_kept(scope, length):
                assert len(paths) <= most_wrappings
    assert counts == [expected[0][length] for length in range(max_bits + 1)]


def assert_charges(language, log, way):
    """Compare what a way charges with its tokens, one after the other."""
    for time in (0, 1, 2, 7, SATURATION // 3, SATURATION):
        whole = infer = time
        for index in way.tokens:
            token = language.tokens[index]
            factor, infer_factor = repetitions(token.kind, language, log.n_history)
            whole = min(SATURATION, token.steps + factor * whole)
            infer = min(SATURATION, token.steps + infer_factor * infer)
        assert min(SATURATION, way.steps + way.factor * time) == whole
        assert min(SATURATION, way.infer_steps + way.infer_factor * time) == infer


@draws(100)
@given(
    firsts=st.tuples(*[st.integers(0, 5)] * 3),
    sizes=st.tuples(*[st.integers(0, 40)] * 3),
    form=st.sampled_from(("one", "two", "commuting", "halves", "three")),
    n_emissions=st.integers(1, 9),
    tile=st.sampled_from((1, 30, 1 << 14)),
    near=st.sampled_from((1, 7, 1 << 11)),
    inner=st.integers(0, 2),
    least=st.sampled_from((1, 1 << 10)),
)
def test_tiles_cover_every_combination_once(firsts, sizes, form, n_emissions, tile, near, inner, least):
    c, a, b = (Span(first, first + n, 3 * n) for first, n in zip(firsts, sizes, strict=True))
    alike = form == "halves"
    if form == "one":
        c, a, b, inner = ONE, ONE, Span(b.first, b.first + 50 * b.n, 100), 2
    elif form != "three":
        c = ONE
    if alike:
        a, inner = b, 2
    # Without wrappings nothing is asked of a language.
    steps = work.steps_of([], 0, language=None)  # type: ignore[arg-type]
    task = Task(3, 4 if alike else 3, c, a, b, 0, steps, n_emissions, 1, 1, inner)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(work, "TILE", tile)
        patch.setattr(work, "NEAR", near)
        tiles = list(tiles_of([task]))
    found: Counter = Counter()
    for part in tiles:
        assert part.task is task
        bounds = part.bounds.tolist()
        ranges = [range(bounds[2 * k], bounds[2 * k + 1]) for k in range(3)]
        assert part.n_combinations == np.prod([len(r) for r in ranges])
        found.update((x, y, z) for x in ranges[0] for y in ranges[1] for z in ranges[2] if not alike or z >= y)
    expected = {
        (x, y, z)
        for x in range(c.first, c.end)
        for y in range(a.first, a.end)
        for z in range(b.first, b.end)
        if not alike or z >= y
    }
    assert set(found) == expected
    assert set(found.values()) <= {1}


@pytest.mark.parametrize(("n", "near"), [(1, 1), (150, 7), (150, 40)])
def test_tiles_of_two_halves_leave_out_no_pair_and_hold_one_each(monkeypatch, n, near):
    monkeypatch.setattr(work, "NEAR", near)
    steps = work.steps_of([], 0, language=None)  # type: ignore[arg-type]
    half = Span(5, 5 + n, n)
    tiles = list(tiles_of([Task(3, 4, ONE, half, half, 0, steps, 1, 1, 1)]))
    pairs: list[list[tuple[int, int]]] = []
    for part in tiles:
        _, _, a, a_end, b, b_end = part.bounds.tolist()
        pairs.append([(x, y) for x in range(a, a_end) for y in range(max(b, x), b_end)])
    assert all(pairs)
    expected = [(x, y) for x in range(5, 5 + n) for y in range(x, 5 + n)]
    assert sorted(pair for found in pairs for pair in found) == expected
