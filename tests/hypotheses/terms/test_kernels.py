"""Kernels of the terms against the obvious Python, at the edges of their number types."""

import os
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.hypotheses.terms import kernels
from mesaprior.hypotheses.terms.grid import OPERATOR_CODES
from mesaprior.hypotheses.terms.operators import BUILT_IN, built_in_table

UNTOUCHED = 99
seeds = st.integers(0, 2**32 - 1)


def layout_of(*, V=1, P=1, Y=2, Q=1, A=2, M=256, K=0, search=-1, learning=-1, **others):
    """Return a layout; the search-inverted variant has its complement."""
    complement = np.zeros((V, Q), dtype=np.uint8)
    if search >= 0:
        complement[search] = 255
    nothing = np.zeros(0, dtype=np.int64)
    given_or_not = {
        "order": np.arange(Q), "history_point": nothing, "history_action": nothing,
        "seen": np.zeros(1, dtype=np.int64), "state_start": np.array([0, Q]), "first_intervention": V,
        "n_rows": np.ones(Q, dtype=np.int64), "train_digits": 0, "later_digits": 0, "digit_bits": 1,
    } | others  # fmt: skip
    return kernels.Layout(
        V=V, P=P, Y=Y, Q=Q, A=A, M=M, K=K, search_variant=search, learning_variant=learning,
        action_of=(np.arange(256) % A).astype(np.uint8), complement=complement.reshape(-1), **given_or_not,
    )  # fmt: skip


def rows_of(rng, n, size, M=256):
    """Return random rows of values below M, with padding that is no value."""
    rows = np.full((n, -(-size // 8) * 8), UNTOUCHED, dtype=np.uint8)
    rows[:, :size] = rng.integers(0, M, size=(n, size))
    return rows


def blank(n, size):
    """Return rows to write to."""
    return np.full((n, -(-size // 8) * 8 + 8), UNTOUCHED, dtype=np.uint8)


def assert_written(out, first, expected):
    """Compare the rows from `first` on, and see that nothing else was touched."""
    n, size = expected.shape
    assert np.array_equal(out[first : first + n, :size], expected)
    rest = out.copy()
    rest[first : first + n, :size] = UNTOUCHED
    assert (rest == UNTOUCHED).all()


@pytest.mark.parametrize("name", BUILT_IN)
@pytest.mark.parametrize("M", [2, 7, 8, 255, 256])
def test_operators_on_every_pair_of_values(name, M):
    first, second = (values.reshape(-1).astype(np.uint8) for values in np.mgrid[0:M, 0:M])
    table = built_in_table(name, M)
    expected = np.array([[BUILT_IN[name](int(a), int(b), M) for a, b in zip(first, second, strict=True)]])
    one = np.array([1], dtype=np.int64)
    for code in (OPERATOR_CODES.get(name, kernels.TABLE), kernels.TABLE):
        out = blank(2, M * M)
        pool = np.stack([second, first])
        kernels.binary_rows(code, table, M, pool, one, pool, one - 1, 1, out, 1, M * M)
        assert_written(out, 1, expected)


@settings(max_examples=40)
@given(seed=seeds, n=st.integers(0, 5), size=st.integers(1, 40))
def test_rows_are_picked_by_their_places(seed, n, size):
    rng = np.random.default_rng(seed)
    pool, other = rows_of(rng, 7, size), rows_of(rng, 5, size, 2)
    a, b, c = rng.integers(0, 7, n), rng.integers(0, 7, n), rng.integers(0, 5, n)
    out = blank(n + 2, size)
    kernels.binary_rows(kernels.SUB, np.zeros((1, 1), np.uint8), 256, pool, a, pool, b, n, out, 1, size)
    assert_written(out, 1, pool[a, :size] - pool[b, :size])
    out = blank(n + 2, size)
    kernels.if_rows(other, c, pool, a, pool, b, n, out, 2, size)
    assert_written(out, 2, np.where(other[c, :size] == 0, pool[b, :size], pool[a, :size]))
    table = rng.integers(0, 256, (256, 256)).astype(np.uint8)
    out = blank(n + 1, size)
    kernels.unary_rows(table, pool, 2, n, out, 0, size)
    assert_written(out, 0, table[pool[2 : 2 + n, :size], 0])
    out = blank(n + 1, size)
    kernels.mask_rows(pool, 1, n, out, 1, size)
    assert_written(out, 1, (pool[1 : 1 + n, :size] > 0).astype(np.uint8))
    out = blank(n + 1, size)
    kernels.copy_rows(pool, 0, n, out, 1, size)
    assert_written(out, 1, pool[:n, :size])


@settings(max_examples=80)
@given(
    seed=seeds,
    n=st.integers(1, 4),
    A=st.one_of(st.integers(2, 6), st.sampled_from((17, 200, 256))),
    more=st.integers(0, 3),
    Q=st.integers(1, 9),
    variant=st.integers(-1, 1),
    scope=st.integers(0, 3),
    is_argmin=st.booleans(),
    M=st.sampled_from((2, 3, 256)),
)
def test_a_search_finds_the_smallest_best(seed, n, A, more, Q, variant, scope, is_argmin, M):
    rng = np.random.default_rng(seed)
    V, P, Y = variant + 2, 2 if scope & 2 else 1, min(256, A + more)
    layout = layout_of(V=V, P=2, Y=Y, Q=Q, A=A, search=variant)
    Y_out = Y if scope & 1 else 1
    bodies = rows_of(rng, n + 1, P * Y * V * Q, M)
    expected = np.empty((n, P, Y_out, V, Q), dtype=np.uint8)
    for k, p, y, v, q in np.ndindex(expected.shape):
        body = bodies[k + 1, : P * Y * V * Q].reshape(P, Y, V, Q)
        found = [int(body[p, action, v, q]) for action in range(A)]
        expected[k, p, y, v, q] = found.index(min(found) if is_argmin != (v == variant) else max(found))
    out = blank(n + 1, P * Y_out * V * Q)
    flat = np.zeros((3, max(n * V * Q, bodies.shape[1])), dtype=np.uint8)
    kernels.search_rows(bodies, 1, n, out, 1, layout, is_argmin, scope, flat)
    assert_written(out, 1, expected.reshape(n, -1))


@settings(max_examples=80)
@given(
    seed=seeds,
    n=st.integers(1, 3),
    Y=st.one_of(st.integers(2, 9), st.sampled_from((200, 256))),
    Q=st.integers(1, 5),
    V=st.integers(1, 2),
    scope=st.integers(0, 3),
    K=st.one_of(st.integers(0, 40), st.integers(2**61, 2**62)),
    roomy=st.booleans(),
)
def test_iterate_goes_round_as_often_as_it_says(seed, n, Y, Q, V, scope, K, roomy):
    rng = np.random.default_rng(seed)
    P = 3 if scope & 2 else 1
    layout = layout_of(V=V, P=3, Y=Y, Q=Q, K=K)
    Y_out = Y if scope & 1 else 1
    bodies = rows_of(rng, n + 1, P * Y * V * Q, Y)
    expected = np.empty((n, P, Y_out, V, Q), dtype=np.uint8)
    for k, p, start, v, q in np.ndindex(expected.shape):
        body = bodies[k + 1, : P * Y * V * Q].reshape(P, Y, V, Q)[p, :, v, q].tolist()
        # The obvious way, with the cycle that every walk over a finite set ends in.
        path = [start]
        while body[path[-1]] not in path:
            path.append(body[path[-1]])
        head = path.index(body[path[-1]])
        expected[k, p, start, v, q] = path[K] if len(path) > K else path[head + (K - head) % (len(path) - head)]
    out = blank(n + 1, P * Y_out * V * Q)
    # With room for words as well as bytes, small domains go another way.
    flat = np.zeros((3, (4 if roomy else 1) * bodies.shape[1]), dtype=np.uint8)
    kernels.iterate_rows(bodies, 1, n, out, 1, layout, scope, flat)
    assert_written(out, 1, expected.reshape(n, -1))


@settings(max_examples=80)
@given(
    seed=seeds,
    P=st.integers(1, 4),
    A=st.integers(2, 4),
    V=st.integers(1, 3),
    scope=st.integers(0, 3),
    states=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=1, max_size=4),
)
def test_a_fit_takes_the_first_theta_that_agrees_most(seed, P, A, V, scope, states):
    rng = np.random.default_rng(seed)
    seen = np.cumsum([more for more, _ in states])
    state_start = np.cumsum([0] + [points for _, points in states])
    Q = max(1, int(state_start[-1]))
    state_start[-1] = Q
    Y, H = 2, int(seen[-1]) + 1
    point, action = rng.integers(0, Q, H), rng.integers(0, A, H)
    layout = layout_of(
        V=V, P=P, Y=Y, Q=Q, A=A, learning=V - 1,
        history_point=point, history_action=action, seen=seen, state_start=state_start,
    )  # fmt: skip
    Y_out, P_out = Y if scope & 1 else 1, P if scope & 2 else 1
    bodies = rows_of(rng, 3, P * Y_out * V * Q)
    expected = np.empty((2, P_out, Y_out, V, Q), dtype=np.uint8)
    for k, outer, y, v, q in np.ndindex(expected.shape):
        body = bodies[k + 1, : P * Y_out * V * Q].reshape(P, Y_out, V, Q)
        state = next(s for s in range(len(states)) if state_start[s] <= q < state_start[s + 1])
        agreed = [sum(body[p, y, v, point[h]] % A == action[h] for h in range(seen[state])) for p in range(P)]
        theta = agreed.index(min(agreed) if v == V - 1 else max(agreed))
        expected[k, outer, y, v, q] = body[theta, y, v, q]
    out = blank(3, P_out * Y_out * V * Q)
    kernels.fit_rows(bodies, 1, 2, out, 0, layout, scope, np.full(P, 7, dtype=np.int64))
    assert_written(out, 0, expected.reshape(2, -1))


@settings(max_examples=40)
@given(
    A=st.sampled_from((2, 3, 200, 256)),
    digits=st.integers(1, 6),
    feature=st.lists(st.integers(0, 5), min_size=1, max_size=5),
    copies=st.integers(1, 3),
    data=st.data(),
)
def test_a_literal_table_is_the_digits_of_its_number(A, digits, feature, copies, data):
    number, n = data.draw(st.integers(0, A**digits - 1)), 3
    feature = np.array([value % digits for value in feature], dtype=np.uint8)
    expected = np.empty((n, copies, len(feature)), dtype=np.uint8)
    for k in range(n):
        rest, entries = (number + k) % A**digits, []
        for _ in range(digits):
            rest, entry = divmod(rest, A)
            entries.insert(0, entry)
        expected[k] = np.array(entries)[feature]
    out = blank(n + 2, copies * len(feature))
    kernels.lookup_rows(number, n, digits, feature, A, out, 2, copies * len(feature))
    assert_written(out, 2, expected.reshape(n, -1))


@pytest.mark.parametrize(("number", "n", "size"), [(0, 256, 3), (7, 1, 9), (250, 6, 16), (255, 1, 1), (3, 0, 5)])
def test_a_number_is_itself_everywhere(number, n, size):
    out = blank(n + 3, size)
    kernels.number_rows(number, n, out, 2, size)
    assert_written(out, 2, np.repeat(np.arange(number, number + n), size).reshape(n, size))


@settings(max_examples=60)
@given(
    seed=seeds,
    n=st.integers(1, 4),
    Q=st.integers(1, 12),
    M=st.sampled_from((2, 3, 5, 8, 9, 40, 200, 256)),
    A=st.one_of(st.integers(2, 5), st.integers(2, 256)),
    variants=st.sampled_from(((1, -1, -1), (2, 1, -1))),
)
def test_signatures_without_flags_are_the_actions(seed, n, Q, M, A, variants):
    V, search, learning = variants
    A = min(A, M)
    layout = layout_of(V=V, Q=Q, A=A, M=M, search=search, learning=learning)
    values = rows_of(np.random.default_rng(seed), n, V * Q, M)
    out = blank(n, V * Q)
    kernels.signature_rows(values, n, out, layout, False, np.zeros(Q, dtype=np.uint8))
    assert_written(out, 0, values[:, : V * Q] % A)


@settings(max_examples=60)
@given(seed=seeds, Q=st.integers(1, 6), A=st.integers(2, 3), with_search=st.booleans())
def test_signatures_with_flags_say_where_lesions_show(seed, Q, A, with_search):
    rng = np.random.default_rng(seed)
    V, n = 2 + with_search, 3
    order, is_later = rng.permutation(Q), rng.integers(0, 2, Q).astype(np.uint8)
    layout = layout_of(V=V, Q=Q, A=A, search=1 if with_search else -1, learning=V - 1, order=order)
    values = rows_of(rng, n, V * Q, 4)
    values[0, Q : V * Q] = np.tile(values[0, :Q], V - 1)
    expected = np.zeros((n, Q + 4), dtype=np.uint8)
    for k in range(n):
        actions = (values[k, : V * Q] % A).reshape(V, Q)
        expected[k, :Q] = actions[0, order]
        for flag, (variant, later) in enumerate([(V - 2, 0), (V - 2, 1), (V - 1, 0), (V - 1, 1)]):
            expected[k, Q + flag] = any(actions[variant, q] != actions[0, q] for q in range(Q) if is_later[q] == later)
    out = blank(n, Q + 4)
    kernels.signature_rows(values, n, out, layout, True, is_later)
    assert_written(out, 0, expected)


@settings(max_examples=60)
@given(seed=seeds, Q=st.integers(1, 6), bits=st.integers(1, 8), n_interventions=st.integers(1, 3))
def test_signatures_with_flags_count_the_rows_that_interventions_change(seed, Q, bits, n_interventions):
    rng = np.random.default_rng(seed)
    V, n, digits = 2 + n_interventions, 3, 20 // bits + 1
    order, is_later, n_rows = rng.permutation(Q), rng.integers(0, 2, Q).astype(np.uint8), rng.integers(1, 99_999, Q)
    layout = layout_of(
        V=V, Q=Q, A=2, learning=1, order=order, first_intervention=2, n_rows=n_rows, train_digits=digits,
        later_digits=digits, digit_bits=bits,
    )  # fmt: skip
    values = rows_of(rng, n, V * Q, 4)
    actions = (values[:, : V * Q] % 2).reshape(n, V, Q)
    size = Q + 4 + 2 * digits * n_interventions
    out = blank(n, size)
    kernels.signature_rows(values, n, out, layout, True, is_later)
    for k in range(n):
        found = out[k, Q + 4 : size].reshape(n_interventions, 2, digits).tolist()
        for v in range(n_interventions):
            for part in (0, 1):
                changed = sum(
                    int(n_rows[q]) for q in range(Q) if is_later[q] == part and actions[k, 0, q] != actions[k, 2 + v, q]
                )
                assert sum(digit << bits * (digits - 1 - i) for i, digit in enumerate(found[v][part])) == changed
                assert max(found[v][part]) < 1 << bits


@settings(max_examples=60)
@given(seed=seeds, n=st.integers(0, 3), V=st.integers(2, 4), Q=st.integers(1, 9), copies=st.integers(1, 3))
def test_swaps_write_over_their_variant_and_nothing_else(seed, n, V, Q, copies):
    rng = np.random.default_rng(seed)
    M, size = 5, V * Q * copies
    # Token 0 has no swap, token 1 one in the last variant, token 2 one there and one in variant 1.
    swaps = kernels.Swaps(np.array([0, 0, 1, 3]), np.array([V - 1, 1, V - 1]), np.array([3, 4, 5]))
    tables = rng.integers(0, M, size=(6, M, M)).astype(np.uint8)
    layout = layout_of(V=V, Q=Q, M=M)
    first, second = (rows_of(rng, n + 1, size, M) for _ in range(2))
    a, b = (np.arange(n + 1, dtype=np.int64)[::step] for step in (1, -1))
    for token, last in ((0, {}), (1, {V - 1: 3}), (2, {1: 4, V - 1: 5})):
        table_of = [last.get(v, token) for v in range(V)]
        unary, binary = (np.zeros((n, copies, V, Q), dtype=np.uint8) for _ in range(2))
        for k in range(n):
            x, y = (values[:size].reshape(copies, V, Q) for values in (first[a[k]], second[b[k]]))
            for v in range(V):
                binary[k, :, v] = tables[table_of[v]][x[:, v], y[:, v]]
                unary[k, :, v] = tables[table_of[v], first[1 + k, :size].reshape(copies, V, Q)[:, v], 0]
        out = blank(n + 1, size)
        kernels.binary_rows(kernels.TABLE, tables[token], M, first, a, second, b, n, out, 1, size)
        kernels.swap_binary_rows(swaps, token, tables, first, a, second, b, n, out, 1, layout, size)
        assert_written(out, 1, binary.reshape(n, size))
        out = blank(n + 1, size)
        kernels.unary_rows(tables[token], first, 1, n, out, 1, size)
        kernels.swap_unary_rows(swaps, token, tables, first, 1, n, out, 1, layout, size)
        assert_written(out, 1, unary.reshape(n, size))
        if V == 2:
            continue  # token 2 has two swaps in one variant, of which no more than the last shows
        # Numbers are read through a table where they stand.
        out[1 : n + 1, :size] = first[1 : n + 1, :size]
        kernels.swap_unary_rows(swaps, token, tables, out, 1, n, out, 1, layout, size)
        for k in range(n):
            for v in last:
                unary[k, :, v] = tables[last[v], first[1 + k, :size].reshape(copies, V, Q)[:, v], 0]
            for v in set(range(V)) - set(last):
                unary[k, :, v] = first[1 + k, :size].reshape(copies, V, Q)[:, v]
        assert_written(out, 1, unary.reshape(n, size))


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
