"""Kernels of counting against the obvious Python, at the edges of their number types."""

from bisect import bisect_right
from collections import Counter

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.hypotheses.counting import kernels as counting
from mesaprior.hypotheses.counting.bins import merged_rows
from mesaprior.hypotheses.counting.rows import RowTable
from mesaprior.hypotheses.counting.sums import exact_sum

SATURATION = 2**62
times = st.one_of(st.integers(0, 100), st.integers(0, SATURATION))
words = st.one_of(st.integers(0, 6), st.integers(2**64 - 6, 2**64 - 1), st.integers(0, 2**64 - 1))
seeds = st.integers(0, 2**32 - 1)


@given(a=times, b=times, factor=st.one_of(st.integers(0, 300), st.integers(0, SATURATION)))
def test_steps_saturate(a, b, factor):
    assert counting.add_steps(a, b) == min(SATURATION, a + b)
    assert counting.charge(a, factor, b) == min(SATURATION, a + factor * b)
    most = counting.most_below(a, factor)
    for below in {b, max(0, most - 1), most, min(SATURATION, most + 1), SATURATION}:
        assert counting.charge_below(a, factor, most, below) == min(SATURATION, a + factor * below)


@given(splitters=st.lists(words, max_size=9, unique=True).map(sorted), word=words)
def test_bins_are_found_by_bisection(splitters, word):
    probes = [word, *splitters, *(s - 1 for s in splitters if s)]
    found = np.zeros(len(probes), dtype=np.int64)
    keys = np.array([probes, probes[::-1]], dtype=np.uint64).T.copy()
    counting.bins_of(keys, len(probes), np.array(splitters, dtype=np.uint64), found)
    assert found.tolist() == [bisect_right(splitters, probe) for probe in probes]


@given(
    run=st.integers(0, 2**26 - 1),
    argument=st.integers(0, 2**counting.ARGUMENT_BITS - 1),
    emission=st.integers(0, 2**counting.EMISSION_BITS - 1),
)
def test_a_last_word_reads_back(run, argument, emission):
    word = np.uint64(counting.last_word(run, argument, emission))
    assert counting.run_of(word) == run
    assert counting.argument_of(word) == argument
    assert int(word) & (2**counting.EMISSION_BITS - 1) == emission
    for inner in range(3):
        named = ["first", "second"]
        named.insert(inner, "named")
        assert list(counting.arguments_in_order.py_func(inner, "named", "first", "second")) == named


@settings(max_examples=60)
@given(seed=seeds, n=st.integers(0, 40), n_bins=st.integers(1, 9), W=st.integers(1, 3), first=st.integers(0, 4))
def test_records_are_sorted_by_bin_and_keep_their_order(seed, n, n_bins, W, first):
    rng = np.random.default_rng(seed)
    record = rng.integers(0, 2**64 - 1, size=(n + 3, W + 1), dtype=np.uint64)
    runs = rng.integers(0, 5, n + 3)
    record[:, W] = [counting.last_word(run, k, 0) for k, run in enumerate(runs.tolist())]
    bins = rng.integers(first, first + n_bins, n + 3).astype(np.int32)
    batch = counting.Batch(record, bins, np.zeros((5, 3), dtype=np.int32), np.array([n, 5]))
    out, starts = np.zeros((n, W + 1), dtype=np.uint64), np.zeros(n_bins + 1, dtype=np.int64)
    counting.scatter(batch, first, 1000, out, starts)
    expected = [k for b in range(n_bins) for k in range(n) if bins[k] == first + b]
    assert out[:, :W].tolist() == record[expected, :W].tolist()
    assert [(counting.run_of(w), counting.argument_of(w)) for w in out[:, W]] == [(1000 + runs[k], k) for k in expected]
    assert starts.tolist() == [sum(bins[:n] < first + b) for b in range(n_bins + 1)]


@settings(max_examples=60)
@given(
    seed=seeds,
    W=st.integers(1, 3),
    sizes=st.lists(st.integers(0, 60), min_size=1, max_size=6),
    variety=st.integers(1, 3),
)
def test_keys_are_numbered_by_first_appearance(seed, W, sizes, variety):
    rng = np.random.default_rng(seed)
    # Keys that differ in one word only, and tiles with a gap before each.
    arena = rng.integers(0, 3**variety, size=(sum(sizes) + 2 * len(sizes), W + 1), dtype=np.uint64)
    high = np.cumsum([size + 2 for size in sizes])
    low = high - sizes
    order = [k for start, end in zip(low, high, strict=True) for k in range(start, end)]
    keys, slots = np.zeros((1, W), dtype=np.uint64), np.full(2, -1, dtype=np.int32)
    state = np.zeros(4, dtype=np.int64)
    ids, last = np.full(len(order), -9, dtype=np.int32), np.zeros(len(order), dtype=np.uint64)
    while not counting.intern_keys(arena, low, high, keys, slots, state, ids, last):
        n = int(state[0])
        keys = np.concatenate([keys, np.zeros_like(keys)])
        slots = np.full(2 * len(slots), -1, dtype=np.int32)
        counting.reslot_keys(keys, n, slots)
    known: dict[tuple, int] = {}
    assert ids.tolist() == [known.setdefault(tuple(arena[k, :W].tolist()), len(known)) for k in order]
    assert last.tolist() == arena[order, W].tolist()
    assert [tuple(key) for key in keys[: len(known)].tolist()] == list(known)
    assert state.tolist() == [len(known), len(sizes), 0, len(order)]


@settings(max_examples=40)
@given(seed=seeds, n=st.integers(0, 12), G=st.integers(1, 4), spread=st.sampled_from((2, 1000)))
def test_rows_of_classes_that_are_one_are_added_up(seed, n, G, spread):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 400, n)
    start = np.cumsum(sizes) - sizes
    e = int(sizes.sum())
    rows = counting.Rows(
        start, start + sizes, rng.integers(1, 4, e).astype(np.int32), SATURATION - rng.integers(0, spread, e),
        rng.integers(0, 2, e), rng.integers(1, 2**50, e, dtype=np.uint64),
    )  # fmt: skip
    members = rng.permutation(n)
    cuts = np.sort(rng.integers(0, n + 1, G - 1))
    ends = np.concatenate([[0], cuts, [n]]).astype(np.int64)
    merged = merged_rows(rows, members, ends)
    for g in range(G):
        expected: Counter = Counter()
        for cls in members[ends[g] : ends[g + 1]]:
            for k in range(start[cls], start[cls] + sizes[cls]):
                expected[int(rows.length[k]), int(rows.time[k]), int(rows.infer_time[k])] += int(rows.count[k])
        mine = slice(merged.start[g], merged.end[g])
        columns = (column[mine].tolist() for column in merged[2:5])
        assert list(zip(*columns, merged.count[mine].tolist(), strict=True)) == [
            (*key, expected[key]) for key in sorted(expected)
        ]
    assert exact_sum(merged.count) == exact_sum(rows.count)


@given(st.lists(st.lists(st.integers(0, 3), min_size=16, max_size=16), max_size=80), st.integers(1, 9))
def test_rows_are_merged_as_a_dictionary_does(rows, step):
    table, known = RowTable(16), {}
    for start in range(0, len(rows), step):
        block = np.array(rows[start : start + step], dtype=np.uint8)
        ids = table.intern(block)
        assert ids.tolist() == [known.setdefault(tuple(row), len(known)) for row in rows[start : start + step]]
    assert [tuple(row) for row in table.rows.tolist()] == list(known)


def test_many_rows_and_equal_hashes():
    numbers = np.arange(100_000, dtype=np.uint64)
    block = np.ascontiguousarray(np.stack([numbers, numbers // 3], axis=1)).view(np.uint8)
    table = RowTable(16)
    assert np.array_equal(table.intern(block), numbers.astype(np.int64))
    assert np.array_equal(table.intern(block[::-1].copy()), numbers.astype(np.int64)[::-1])
    # Rows whose hashes are equal by force are still told apart by their content.
    table = RowTable(16)
    table.intern(block[:50])
    table._hashes[:50] = table._hashes[0]
    table._slots.fill(-1)
    counting.reslot(table._hashes, 50, table._slots)
    first = block[:1].copy()
    assert table.intern(first).tolist() == [0]
