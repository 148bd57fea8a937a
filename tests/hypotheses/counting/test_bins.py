"""Records become exact counts and best programs as a dictionary would have them, in any number of waves."""

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.hypotheses.counting import bins, vectorized
from mesaprior.hypotheses.counting import kernels as counting
from mesaprior.hypotheses.counting.bins import Bin, Ledger, Room
from mesaprior.hypotheses.counting.classes import Classes, Making, joined_entries

SATURATION = 2**62
steps = st.one_of(st.integers(0, 4), st.integers(0, SATURATION))
factors = st.one_of(st.integers(0, 4), st.integers(0, SATURATION))
N_CLASSES = 4  # of each of two spaces


@st.composite
def spaces(draw, with_infer):
    """Two spaces of classes, each with up to three distinct (time, infer_time); some classes have none."""
    found = []
    for _ in range(2):
        classes = Classes(8)
        for _ in range(2):
            by_class = [
                sorted(draw(st.lists(st.tuples(steps, steps, st.integers(1, 9)), max_size=3))) for _ in range(2)
            ]
            ends = np.cumsum([len(entries) for entries in by_class])
            entries = np.array([entry for entries in by_class for entry in entries], dtype=np.int64).reshape(-1, 3)
            rows = counting.Rows(
                np.concatenate([[0], ends[:-1]]), ends, np.ones(len(entries), dtype=np.int32), entries[:, 0].copy(),
                (entries[:, 1] if with_infer else entries[:, 0]).copy(), entries[:, 2].astype(np.uint64),
            )  # fmt: skip
            least = np.array([entries[0][0] if entries else 0 for entries in by_class], dtype=np.int64)
            zero = np.zeros(2, dtype=np.int32)
            making = Making(zero, zero.astype(np.int8), zero, zero, zero)
            classes.append(np.zeros((2, 8), dtype=np.uint8), rows, least, making)
        found.append(classes)
    return found


@st.composite
def tables(draw, with_infer):
    """Productions and emissions, the latter with up to three ways each."""
    emissions = draw(
        st.lists(
            st.lists(st.tuples(st.integers(1, 3), steps, factors, steps, factors), min_size=1, max_size=3),
            min_size=2,
            max_size=4,
        )
    )
    productions = []
    for _ in range(draw(st.integers(1, 4))):
        arity = draw(st.integers(0, 3))
        productions.append(
            (
                arity,
                draw(st.integers(3 - max(1, arity), 2)),
                draw(st.integers(0, 1)),
                draw(steps),
                draw(factors),
                draw(factors),
                draw(st.integers(1, 2)),
                draw(st.integers(0, len(emissions) - 2)),
            )
        )
    if not with_infer:
        productions = [(*row[:5], row[4], *row[6:]) for row in productions]
        emissions = [[(way[0], way[1], way[2], way[1], way[2]) for way in ways] for ways in emissions]
    return productions, emissions


def compiled(productions, emissions):
    """Return productions and emissions as the kernels want them."""
    rows = [
        (a, i, s, t, f, g, counting.most_below(t, f), counting.most_below(t, g), w, e)
        for a, i, s, t, f, g, w, e in productions
    ]
    ways = [way for ways in emissions for way in ways]
    way_rows = [(n, t, f, counting.most_below(t, f), u, g, counting.most_below(u, g)) for n, t, f, u, g in ways]
    start = np.cumsum([0] + [len(ways) for ways in emissions], dtype=np.int64)
    return (
        counting.Productions(*np.array(rows, dtype=np.int64).T.copy()),
        counting.Emissions(start, *np.array(way_rows, dtype=np.int64).T.copy()),
    )


WITH_AND_WITHOUT_KERNELS = pytest.mark.parametrize("is_small", [False, True], ids=["kernels", "numpy"])


def interning(arena, is_small):
    """What numbers the keys of an arena, and what fills larger tables of slots."""

    def intern(piece):
        if is_small:
            return vectorized.intern_keys(arena, piece.low, piece.high, piece.keys, piece.state, piece.ids, piece.last)
        return counting.intern_keys(
            arena, piece.low, piece.high, piece.keys, piece.slots, piece.state, piece.ids, piece.last
        )

    return intern, (lambda keys, n, slots: None) if is_small else counting.reslot_keys


def entries_of(classes, g):
    """Return (time, infer_time, count) of a class as plain numbers."""
    entries = classes.entries
    return [tuple(row) for row in entries.entry[entries.start[g] : entries.end[g]].tolist()]


def times_over(steps, factor, below):
    return min(SATURATION, steps + factor * below)


@WITH_AND_WITHOUT_KERNELS
@settings(max_examples=150)
@given(data=st.data(), with_infer=st.booleans(), W=st.integers(1, 2))
def test_counts_and_best_programs_are_those_of_a_dictionary(is_small, data, with_infer, W):
    found = data.draw(spaces(with_infer))
    productions, emissions = data.draw(tables(with_infer))
    max_time = data.draw(st.one_of(st.just(SATURATION), st.integers(0, 30)))
    about = compiled(productions, emissions)
    entries, base = joined_entries(found)
    way_start = about[1].start.tolist()
    one_bin, room = Bin(W), Room()
    counts: dict[tuple, Counter] = {}
    best: dict[tuple, tuple] = {}
    n_waves = data.draw(st.integers(1, 3))
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    numbers = rng.permutation(12)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bins, "LEAST_RECORDS", data.draw(st.sampled_from((1, 7, 1 << 15))))
        patch.setattr(bins, "MOST_RECORDS", data.draw(st.sampled_from((1, 9, 1 << 22))))
        for wave in range(n_waves):
            sizes = data.draw(st.lists(st.integers(0, 12), min_size=1, max_size=4))
            tiles = np.sort(numbers[4 * wave : 4 * wave + len(sizes)])
            arena = np.zeros((sum(sizes), W + 1), dtype=np.uint64)
            runs = []
            for k in range(len(arena)):
                d = int(rng.integers(len(productions)))
                arity, inner, space, *_, weight, emission = productions[d]
                which = int(rng.integers(2))
                c, a, b = arguments = rng.integers(0, N_CLASSES, 3).tolist()
                arena[k, :W] = rng.integers(0, 3, W)
                runs.append((d, *[x for place, x in enumerate(arguments) if place != inner]))
                arena[k, W] = counting.last_word(len(runs) - 1, arguments[inner], which)
                # The obvious way.
                key = tuple(arena[k, :W].tolist())
                tile = int(tiles[np.searchsorted(np.cumsum(sizes), k, side="right")])
                used = ((), (b,), (a, b), (c, a, b))[arity]
                ways = list(zip(range(way_start[emission + which], 99), emissions[emission + which], strict=False))
                mine: dict[tuple[int, int], int] = {}
                for parts in product(*(entries_of(found[space], g) for g in used)):
                    time = times_over(*productions[d][3:5], min(SATURATION, sum(part[0] for part in parts)))
                    infer = times_over(productions[d][3], productions[d][5], min(SATURATION, sum(p[1] for p in parts)))
                    for way, (length, t, f, u, g) in ways:
                        whole = times_over(t, f, time)
                        if whole <= max_time:
                            group = (length, whole, times_over(u, g, infer))
                            counts.setdefault(key, Counter())[group] += weight * int(np.prod([p[2] for p in parts]))
                            mine.setdefault(group[:2], way)
                            mine[group[:2]] = min(way, mine[group[:2]])
                if mine:
                    shortest = min(mine)
                    here = (*shortest, tile)
                    if key not in best or here < best[key][0]:
                        best[key] = (here, (d, mine[shortest], c, a, b))
            bounds = np.cumsum([0, *sizes], dtype=np.int64)
            ledger = Ledger(
                arena, tiles, bounds[:-1], np.array([np.zeros_like(sizes), sizes], dtype=np.int32),
                np.array(runs, dtype=np.int32).reshape(-1, 3), *about, entries, base, max_time, with_infer, is_small,
            )  # fmt: skip
            one_bin.absorb(ledger, 0, room, *interning(arena, is_small))
    rows = one_bin.rows
    live = [k for k in range(one_bin.n) if rows.end[k] > rows.start[k]] if len(rows.start) else []
    assert {tuple(one_bin.keys[k].tolist()) for k in live} == set(counts)
    for k in live:
        key = tuple(one_bin.keys[k].tolist())
        mine = slice(rows.start[k], rows.end[k])
        infer_time = rows.infer_time if with_infer else rows.time
        groups = zip(rows.length[mine].tolist(), rows.time[mine].tolist(), infer_time[mine].tolist(), strict=True)
        expected = counts[key]
        assert list(zip(groups, rows.count[mine].tolist(), strict=True)) == sorted(expected.items())
        (length, time, tile), made = best[key]
        assert (rows.length[rows.start[k]], rows.time[rows.start[k]], one_bin.best.tile[k]) == (length, time, tile)
        assert tuple(one_bin.best.made[k].tolist()) == made


@WITH_AND_WITHOUT_KERNELS
def test_many_different_times_grow_the_tables(is_small):
    # Two classes of 300 different times each: 90,000 products of one record, with sums that coincide.
    n = 300
    classes = Classes(8)
    for stride in (1, n):
        time = np.arange(1, n + 1, dtype=np.int64) * stride
        rows = counting.Rows(
            np.array([0]), np.array([n]), np.ones(n, dtype=np.int32), time, time * 2, np.full(n, 2**20, dtype=np.uint64)
        )
        zero = np.zeros(1, dtype=np.int32)
        making = Making(zero, zero.astype(np.int8), zero, zero, zero)
        classes.append(np.zeros((1, 8), dtype=np.uint8), rows, time[:1], making)
    about = compiled([(2, 2, 0, 5, 1, 1, 1, 0), (2, 2, 0, 0, 3, 1, 2, 0)], [[(7, 0, 1, 0, 1)]])
    arena = np.array([[4, counting.last_word(0, 1, 0)], [4, counting.last_word(1, 0, 0)]], dtype=np.uint64)
    runs = np.array([[0, 0, 0], [1, 0, 0]], dtype=np.int32)
    ledger = Ledger(
        arena,
        np.array([0]),
        np.array([0]),
        np.array([[0], [2]], dtype=np.int32),
        runs,
        *about,
        *joined_entries([classes]),
        SATURATION,
        True,
        is_small,
    )
    one_bin = Bin(1)
    one_bin.absorb(ledger, 0, Room(), *interning(arena, is_small))
    expected: Counter = Counter()
    for a in range(1, n + 1):
        for b in range(1, n + 1):
            expected[7, 5 + a + b * n, 2 * (a + b * n) + 5] += 2**40
            expected[7, 3 * (a + b), 2 * (a + b)] += 2 * 2**40
    rows = one_bin.rows
    groups = zip(rows.length.tolist(), rows.time.tolist(), rows.infer_time.tolist(), strict=True)
    assert list(zip(groups, rows.count.tolist(), strict=True)) == sorted(expected.items())


@WITH_AND_WITHOUT_KERNELS
def test_of_ways_that_are_alike_the_first_is_kept(is_small):
    # Ways 1 and 3 both make the program of least time among the shortest.
    ways = [(6, 0, 1, 0, 1), (5, 2, 1, 2, 1), (5, 3, 1, 3, 1), (5, 2, 1, 2, 1), (5, 9, 1, 9, 1)]
    about = compiled([(0, 2, 0, 3, 1, 1, 1, 0)], [ways])
    arena = np.array([[4, counting.last_word(0, 1, 0)]], dtype=np.uint64)
    ledger = Ledger(
        arena,
        np.array([0]),
        np.array([0]),
        np.array([[0], [1]], dtype=np.int32),
        np.zeros((1, 3), dtype=np.int32),
        *about,
        *joined_entries([Classes(8)]),
        SATURATION,
        True,
        is_small,
    )
    one_bin = Bin(1)
    one_bin.absorb(ledger, 0, Room(), *interning(arena, is_small))
    assert one_bin.rows.count.tolist() == [2, 1, 1, 1]
    assert one_bin.best.made.tolist() == [[0, 1, 0, 0, 1]]


@WITH_AND_WITHOUT_KERNELS
def test_keys_are_known_again_after_their_table_has_grown(is_small):
    n = 300
    last = counting.last_word(0, 0, 0)
    arena = np.array([[k, last] for k in (*range(n), *range(n))], dtype=np.uint64)
    ledger = Ledger(
        arena,
        np.array([0]),
        np.array([0]),
        np.array([[0], [2 * n]], dtype=np.int32),
        np.zeros((1, 3), dtype=np.int32),
        *compiled([(0, 2, 0, 3, 1, 1, 1, 0)], [[(5, 0, 1, 0, 1)]]),
        *joined_entries([Classes(8)]),
        SATURATION,
        True,
        is_small,
    )
    one_bin = Bin(1)
    one_bin.absorb(ledger, 0, Room(), *interning(arena, is_small))
    assert one_bin.keys[: one_bin.n, 0].tolist() == list(range(n))
    assert one_bin.rows.count.tolist() == [2] * n
