"""Kernels against the obvious Python, at the edges of their number types."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.hypotheses.counting import kernels as counting
from mesaprior.hypotheses.counting.gathering import Gathering, Production, multiply_out
from mesaprior.hypotheses.counting.nodes import Counts, Nodes
from mesaprior.hypotheses.counting.rows import RowTable
from mesaprior.hypotheses.terms import kernels
from mesaprior.hypotheses.terms.grid import OPERATOR_CODES
from mesaprior.hypotheses.terms.operators import BUILT_IN, built_in_table

SATURATION = 2**62


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize("M", [2, 7, 8, 255, 256])
def test_operators_on_every_pair_of_values(name, M):
    first, second = (values.reshape(-1).astype(np.uint8) for values in np.mgrid[0:M, 0:M])
    table = built_in_table(name, M)
    code = OPERATOR_CODES.get(name, kernels.TABLE)
    out = np.full(len(first) + 3, 99, dtype=np.uint8)
    kernels.apply_binary(code, table, np.int32(M), first, second, out, len(first))
    expected = [BUILT_IN[name](int(a), int(b), M) for a, b in zip(first, second, strict=True)]
    assert out[:-3].tolist() == expected
    assert out[-3:].tolist() == [99] * 3
    kernels.apply_binary(kernels.TABLE, table, np.int32(M), first, second, out, len(first))
    assert out[:-3].tolist() == expected


times = st.one_of(st.integers(0, 100), st.integers(0, SATURATION))


@given(a=times, b=times, factor=st.one_of(st.integers(0, 300), st.integers(0, SATURATION)))
def test_steps_saturate(a, b, factor):
    assert counting.add_steps(a, b) == min(SATURATION, a + b)
    assert counting.charge(a, factor, b) == min(SATURATION, a + factor * b)


@settings(max_examples=60)
@given(data=st.data())
def test_iterate_goes_round_as_often_as_it_says(data):
    Y, Q = data.draw(st.integers(2, 6)), 3
    K = data.draw(st.one_of(st.integers(0, 30), st.integers(2**61, 2**62)))
    body = np.array(data.draw(st.lists(st.integers(0, Y - 1), min_size=Y * Q, max_size=Y * Q)), dtype=np.uint8)
    layout = layout_of(Y=Y, Q=Q, K=K)
    for scope in (0, 1):
        out = np.zeros((Y if scope else 1) * Q, dtype=np.uint8)
        kernels.apply_iterate(body, out, layout, scope)
        for start in range(Y if scope else 1):
            for q in range(Q):
                # The obvious way, with the cycle that every walk over a finite set ends in.
                path, y = [start], start
                while (y := int(body[y * Q + q])) not in path:
                    path.append(y)
                head = path.index(y)
                last = path[K] if len(path) > K else path[head + (K - head) % (len(path) - head)]
                assert out[start * Q + q] == last


def layout_of(*, Y, Q, K):
    """Return a layout of one variant without parameters."""
    nothing = np.zeros(0, dtype=np.int64)
    return kernels.Layout(
        V=1, P=1, Y=Y, Q=Q, A=2, M=Y, K=K, search_variant=-1, learning_variant=-1,
        action_of=(np.arange(256) % 2).astype(np.uint8), history_point=nothing, history_action=nothing,
        seen=nothing, state_start=np.zeros(1, dtype=np.int64),
    )  # fmt: skip


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


def test_products_grow_their_tables_and_stay_exact():
    # Two nodes of 300 different times each: 90,000 products, with sums that coincide.
    nodes, n = Nodes(), 300
    for stride in (1, n):
        time = np.arange(1, n + 1, dtype=np.int64) * stride
        counts = Counts(np.array([0]), np.array([n]), time, time * 2, np.full(n, 2**20, dtype=np.uint64))
        nodes.append(counts, np.array([stride]))
    records = counting.Records(np.array([0, 0]), np.array([0, 1]), np.array([[0, 0], [1, 0], [0, 0]]))
    productions = counting.Productions(
        arity=np.array([2, 2]), steps=np.array([5, 0]), factor=np.array([1, 3]),
        infer_factor=np.array([1, 1]), weight=np.array([1, 2]),
    )  # fmt: skip
    counts = multiply_out(records, productions, nodes.entries, 1, SATURATION)
    expected: dict[tuple[int, int], int] = {}
    for a in range(1, n + 1):
        for b in range(1, n + 1):
            for key, weight in (((5 + a + b * n, 5 + 2 * (a + b * n)), 1), ((3 * (a + b), 2 * (a + b)), 2)):
                expected[key] = expected.get(key, 0) + weight * 2**40
    keys = zip(counts.time.tolist(), counts.infer_time.tolist(), strict=True)
    assert dict(zip(keys, counts.count.tolist(), strict=True)) == expected
    assert counts.total() == 3 * n * n * 2**40


def test_records_in_many_flushes_add_up_as_in_one():
    rng = np.random.default_rng(7)
    nodes = Nodes()
    times = np.arange(1, 21, dtype=np.int64)
    counts = Counts(np.arange(20), np.arange(20) + 1, times, times, np.ones(20, dtype=np.uint64))
    nodes.append(counts, times)
    class_id = rng.integers(0, 50, size=4000)
    arguments = rng.integers(0, 20, size=(3, 4000))
    results = []
    for flush_at in (1 << 20, 300):
        gathering = Gathering(nodes, max_time=30, flush_at=flush_at)
        for start in range(0, 4000, 100):
            block = slice(start, start + 100)
            gathering.add(class_id[block], Production(3, 2, 1), arguments[:, block])
        counts = gathering.finish(60)
        found = {}
        for c in range(60):
            for entry in range(counts.start[c], counts.end[c]):
                found[c, int(counts.time[entry]), int(counts.infer_time[entry])] = int(counts.count[entry])
        results.append((found, gathering.best_time[:50].tolist(), gathering.heads.arguments[:, :50].tolist()))
    assert results[0] == results[1]
    assert max(time for _, time, _ in results[0][0]) <= 30
    # Classes that no record names have nothing.
    assert not [c for c, _, _ in results[0][0] if c >= 50]


CENSUS = """
import hashlib, sys, warnings
import numpy as np
np.seterr(over="ignore")
warnings.simplefilter("ignore")
from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.space import TermSpace
folder = sys.argv[1]
digest = hashlib.sha256()
for name, bits in (("corridor", 12), ("corridor-learning", 12)):
    space = TermSpace(read_language(f"{folder}/{name}.toml"), bits)
    for engine in ("merged", "reference"):
        census = space.census(read_log(f"{folder}/corridor.csv"), engine=engine)
        for part in (census.predictions, census.flags, census.behaviour_id, census.count, *census.columns.values()):
            digest.update(np.ascontiguousarray(part).tobytes())
print(digest.hexdigest())
"""


def test_compiled_interpreted_and_bounds_checked_runs_agree(tmp_path):
    from tests.test_examples import EXAMPLES

    digests = []
    for number, extra in enumerate(({}, {"NUMBA_DISABLE_JIT": "1"}, {"NUMBA_BOUNDSCHECK": "1"})):
        environment = os.environ | extra
        if extra:
            environment["NUMBA_CACHE_DIR"] = str(tmp_path / str(number))
        command = [sys.executable, "-c", CENSUS, str(EXAMPLES / "corridor")]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        digests.append(done.stdout)
    assert len(set(digests)) == 1, digests
