"""What the kernels of the merged engine do, by NumPy: for work that is over before kernels would be compiled.

The records are those of the kernels, in the same order, bit for bit. Letters as in the kernels of the terms; n
combinations.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.counting.kernels import Batch
from mesaprior.hypotheses.counting.vectorized import (
    arguments_of,
    bins_of,
    last_words,
    numbered,
    ranges,
    take_in,
)
from mesaprior.hypotheses.terms.kernels import (
    BINARY,
    FIT,
    IF,
    ITERATE,
    LEAF,
    NUMBER,
    SEARCH,
    UNARY,
    Layout,
)
from mesaprior.hypotheses.terms.merged.kernels import BLOCK, MASK, Filter, Ground, Operations, Scratch, Steps
from mesaprior.hypotheses.terms.vectorized import signature_rows, with_zeros

_AT_ONCE = 1 << 24
"""Bytes of values that are worked out together, about; they are many in the scopes of binders."""

UNPACKED = 1 << 10
"""Keys that are unpacked together."""


def combine(
    operations: Operations,
    d: int,
    d_alike: int,
    inner: int,
    tile: np.ndarray,
    pools: tuple[np.ndarray, ...],
    layout: Layout,
    ground: Ground,
    steps: Steps,
    least_time: np.ndarray,
    max_below: int,
    scratch: Scratch,
    wanted: Filter,
    batch: Batch,
) -> None:
    """Evaluate all combinations of a tile and append their records, as `kernels.combine`; they need no scratch."""
    signature_size = scratch.signature.shape[1]
    pool = pools[int(operations.inner[d])]
    for recorded, of_run, places, block in _combinations(operations, d, d_alike, inner, tile, least_time, max_below):
        width = int(ground.size[operations.scope[d]])
        most = max(BLOCK, _AT_ONCE // (width * len(steps.parent)) // BLOCK * BLOCK)
        # Blocks are emitted one after the other, so pieces that end with a block change nothing.
        first = 0
        while first < len(block):
            last: np.int64 = block[min(len(block), first + most) - 1]
            end = int(np.searchsorted(block, last, side="right"))
            piece = slice(first, end)
            _emit(
                operations, d, recorded, of_run, pool, layout, ground, steps, places[:, piece], block[piece],
                signature_size, wanted, batch,
            )  # fmt: skip
            first = end


def _combinations(
    operations: Operations,
    d: int,
    d_alike: int,
    inner: int,
    tile: np.ndarray,
    least_time: np.ndarray,
    max_below: int,
) -> list[tuple[int, int, np.ndarray, np.ndarray]]:
    """Return the combinations of a tile in the order of the kernel, in one or two parts.

    Each part has the production that is recorded, the argument that a record names itself, the arguments c, a and b,
    int64[3, n], and the block that each belongs to, int64[n]: what is emitted together.
    """
    what = operations.what[d]
    if what not in (BINARY, IF):
        b = _arguments(tile, 2)
        if what not in (LEAF, NUMBER):
            b = b[least_time[b] <= max_below]
        places = np.zeros((3, len(b)), dtype=np.int64)
        places[2] = b
        # A block has arguments that follow each other.
        starts = np.flatnonzero(np.diff(b, prepend=-2) != 1)
        sizes = np.diff(starts, append=len(b))
        within = np.arange(len(b)) - np.repeat(starts, sizes)
        block = np.cumsum(within % BLOCK == 0) - 1
        return [(d, 2, places, block)]
    found: list[tuple[int, int, np.ndarray, np.ndarray]] = []
    commutes = d != d_alike
    if commutes:
        low: np.int64 = max(tile[2], tile[4])
        high: np.int64 = min(tile[3], tile[5])
        a = np.arange(low, high)
        a = a[2 * least_time[a] <= max_below]
        found.append((d_alike, 2, np.stack([np.zeros_like(a), a, a]), np.arange(len(a)) // BLOCK))
    first, second = 1 if inner == 0 else 0, 1 if inner == 2 else 2
    x, y, z = np.meshgrid(*(_arguments(tile, k) for k in (first, second, inner)), indexing="ij", sparse=True)
    most = max_below - least_time[y]
    if what == IF:
        most = most - least_time[x]
    kept = np.broadcast_to(least_time[z] <= most, np.broadcast_shapes(x.shape, y.shape, z.shape))
    if commutes:
        kept = kept & (z > y)
    at = np.nonzero(kept)
    places = np.empty((3, len(at[0])), dtype=np.int64)
    places[first], places[second], places[inner] = x.reshape(-1)[at[0]], y.reshape(-1)[at[1]], z.reshape(-1)[at[2]]
    found.append((d, inner, places, np.arange(places.shape[1]) // BLOCK))
    return found


def _arguments(tile: np.ndarray, k: int) -> np.ndarray:
    """Return what argument number k of c, a and b goes through in a tile."""
    low: np.int64 = tile[2 * k]
    high: np.int64 = tile[2 * k + 1]
    return np.arange(low, high)


def _emit(
    operations: Operations,
    d: int,
    recorded: int,
    inner: int,
    pool: np.ndarray,
    layout: Layout,
    ground: Ground,
    steps: Steps,
    places: np.ndarray,
    block: np.ndarray,
    signature_size: int,
    wanted: Filter,
    batch: Batch,
) -> None:
    """Evaluate combinations with the steps on top, and append the records that are wanted."""
    n: int = places.shape[1]
    one_by_one = np.zeros((3, n), dtype=np.int64)
    one_by_one[2] = np.arange(n)
    values: list[np.ndarray] = []
    keys: list[np.ndarray] = []
    emissions = [int(emission) for emission in steps.emission]
    for k, emission in enumerate(emissions):
        if k == 0:
            values.append(evaluate(operations, d, pool, layout, ground, places))
        else:
            below = values[int(steps.parent[k])]
            values.append(evaluate(steps.operations, k, below, layout, ground, one_by_one))
        if emission >= 0:
            keys.append(keys_of(values[k], layout, ground, signature_size, wanted))
    shown = [k for k, emission in enumerate(emissions) if emission >= 0]
    if not shown or n == 0:
        return
    # Block by block, within each emission by emission.
    order = np.argsort((block * len(shown) + np.arange(len(shown))[:, None]).reshape(-1), kind="stable")
    key = np.concatenate(keys)[order]
    emission = np.repeat([emissions[k] for k in shown], n)[order]
    combination = np.tile(np.arange(n), len(shown))[order]
    bins = bins_of(key[:, 0], wanted.splitters)
    is_wanted = np.flatnonzero((bins >= wanted.first) & (bins < wanted.end))
    _append(
        key[is_wanted], bins[is_wanted], emission[is_wanted], places[:, combination[is_wanted]], recorded, inner, batch
    )


def _append(
    key: np.ndarray,
    bins: np.ndarray,
    emission: np.ndarray,
    places: np.ndarray,
    recorded: int,
    inner: int,
    batch: Batch,
) -> None:
    """Append records; those that follow each other and share all but argument `inner` share a run."""
    m, (n, n_runs) = len(key), batch.n.tolist()
    if m == 0:
        return
    x, y = places[1 if inner == 0 else 0], places[1 if inner == 2 else 2]
    is_new = np.ones(m, dtype=np.bool_)
    is_new[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    if n_runs and batch.run[n_runs - 1].tolist() == [recorded, x[0], y[0]]:
        is_new[0] = False
    run = n_runs + np.cumsum(is_new) - 1
    new = np.flatnonzero(is_new)
    batch.run[n_runs : n_runs + len(new), 0] = recorded
    batch.run[n_runs : n_runs + len(new), 1] = x[new]
    batch.run[n_runs : n_runs + len(new), 2] = y[new]
    batch.record[n : n + m, :-1] = key
    batch.record[n : n + m, -1] = last_words(run, places[inner], emission)
    batch.bin[n : n + m] = bins
    batch.n[0], batch.n[1] = n + m, n_runs + len(new)


def keys_of(
    values: np.ndarray, layout: Layout, ground: Ground, signature_size: int, wanted: Filter
) -> NDArray[np.uint64]:
    """Return the keys of values, uint64[n, W]: hashes where `wanted.bits` is 0, else packed signatures."""
    if wanted.bits == 0:
        return hash_rows(with_zeros(values, -(-values.shape[1] // 8) * 8).view(np.uint64))[:, None]
    signatures = signature_rows(values, layout, signature_size, wanted.with_flags, ground.is_later)
    return pack_rows(signatures.view(np.uint64), wanted.bits)


def hash_rows(words: np.ndarray) -> NDArray[np.uint64]:
    """Return the hashes of rows of words, uint64[n], as `kernels.hash_rows`."""
    p, s = np.uint64(0x9E3779B97F4A7C15), np.uint64(29)
    h = [np.full(len(words), p ^ np.uint64(lane)) for lane in range(4)]
    whole = words.shape[1] // 4 * 4
    for i in range(words.shape[1]):
        lane = i % 4 if i < whole else 0
        h[lane] = (h[lane] ^ words[:, i]) * p
        h[lane] ^= h[lane] >> s
    mixed = (((h[0] * p ^ h[1]) * p ^ h[2]) * p ^ h[3]) * p
    return mixed ^ (mixed >> np.uint64(32))


def pack_rows(words: np.ndarray, bits: int) -> NDArray[np.uint64]:
    """Return keys of rows of words whose bytes are below 2^bits, uint64[n, W], as `kernels.pack_rows`."""
    low_8, low_16, low_32 = (
        np.uint64(0x00FF00FF00FF00FF),
        np.uint64(0x0000FFFF0000FFFF),
        np.uint64(0x00000000FFFFFFFF),
    )
    b1, b2, b4, b8 = (np.uint64(k * bits) for k in (1, 2, 4, 8))
    per_key = max(1, 8 // bits)
    n_keys = -(-words.shape[1] // per_key)
    keys = np.zeros((len(words), n_keys), dtype=np.uint64)
    for place in range(n_keys * per_key):
        value = np.zeros(len(words), dtype=np.uint64)
        if place < words.shape[1]:
            w = words[:, place]
            w = ((w & low_8) << b1) | ((w >> np.uint64(8)) & low_8)
            w = ((w & low_16) << b2) | ((w >> np.uint64(16)) & low_16)
            value = ((w & low_32) << b4) | (w >> np.uint64(32))
        at = place // per_key
        keys[:, at] = value if per_key == 1 else (keys[:, at] << b8) | value
    return keys


def unpack(keys: np.ndarray, bits: int, size: int) -> NDArray[np.uint8]:
    """Undo `pack_rows`, uint8[n, size], as `kernels.unpack`."""
    per_key = 8 * max(1, 8 // bits)
    cells = np.arange(size)
    shift = (bits * (per_key - 1 - cells % per_key)).astype(np.uint64)
    out = np.empty((len(keys), size), dtype=np.uint8)
    # A cell has 8 bytes before it has 1: some keys at a time stay in the cache.
    for first in range(0, len(keys), UNPACKED):
        words = keys[first : first + UNPACKED, cells // per_key]
        words >>= shift
        words &= np.uint64((1 << bits) - 1)
        out[first : first + UNPACKED] = words
    return out


def evaluate(
    operations: Operations, d: int, pool: np.ndarray, layout: Layout, ground: Ground, places: np.ndarray
) -> NDArray[np.uint8]:
    """Return the values of n combinations with arguments c, a, b = places, uint8[n, size], as `kernels.evaluate`."""
    what, scope, table = operations.what[d], int(operations.scope[d]), int(operations.table[d])
    size = int(ground.size[scope])
    b = places[2]
    if what == BINARY:
        x, y = pool[places[1], :size], pool[b, :size]
        return _swapped(_read(ground.tables[table], x, y), ground, table, layout, x, y)
    if what == IF:
        return np.where(pool[places[0], :size] == 0, pool[b, :size], pool[places[1], :size])
    if what == LEAF and operations.digits[d] > 0:
        feature = ground.features[operations.feature[d]]
        powers = layout.A ** (operations.digits[d] - 1 - feature.astype(np.int64))
        found = (b[:, None] // powers % layout.A).astype(np.uint8)
        return np.tile(found, (1, -(-size // len(feature))))[:, :size]
    if what == LEAF:
        return ground.leaves[scope][table + np.arange(len(b)), :size]
    if what == NUMBER:
        values = np.repeat(b.astype(np.uint8)[:, None], size, axis=1)
        return _swapped(values, ground, table, layout, values, None)
    if what == UNARY:
        x = pool[b, :size]
        return _swapped(_read(ground.tables[table], x, None), ground, table, layout, x, None)
    if what == MASK:
        return (pool[b, :size] != 0).astype(np.uint8)
    if what in (SEARCH, ITERATE, FIT):
        return _bound(int(what), pool, b, layout, scope, bool(operations.is_argmin[d] == 1))
    return pool[b, :size]


def _read(table: np.ndarray, x: np.ndarray, y: np.ndarray | None) -> np.ndarray:
    """Return the entries of a table of two arguments; its first column where there is one argument."""
    at = x.astype(np.int64) * table.shape[1]
    return table.reshape(-1).take(at if y is None else at + y)


def _swapped(
    values: np.ndarray, ground: Ground, token: int, layout: Layout, x: np.ndarray, y: np.ndarray | None
) -> np.ndarray:
    """Return values with those of the variants in which an operator has another table; `x` and `y` are arguments."""
    swaps, size = ground.swaps, values.shape[1]
    before, values = values, values.copy()
    for s in range(swaps.start[token], swaps.start[token + 1]):
        for first in range(swaps.variant[s] * layout.Q, size, layout.V * layout.Q):
            part = np.s_[:, first : first + layout.Q]
            values[part] = _read(ground.tables[swaps.table[s]], x[part], None if y is None else y[part])
    return values if swaps.start[token] < swaps.start[token + 1] else before


def _bound(what: int, pool: np.ndarray, b: np.ndarray, layout: Layout, scope: int, is_argmin: bool) -> np.ndarray:
    """Return the values of searches, loops or fits over bodies `pool[b]`."""
    V, Q = layout.V, layout.Q
    P_out, Y_out = layout.P if scope & 2 else 1, layout.Y if scope & 1 else 1
    P = layout.P if what == FIT else P_out
    Y = Y_out if what == FIT else layout.Y
    bodies = pool[b, : P * Y * V * Q].reshape(len(b), P, Y, V * Q)
    if what == SEARCH:
        flip = layout.complement ^ np.uint8(255 if is_argmin else 0)
        found = np.argmax(bodies[:, :, : layout.A] ^ flip, axis=2).astype(np.uint8)[:, :, None]
        found = np.broadcast_to(found, (len(b), P_out, Y_out, V * Q))
    elif what == ITERATE:
        start = np.arange(Y_out, dtype=np.int64)[None, None, :, None]
        found = np.broadcast_to(start, (len(b), P, Y_out, V * Q))
        power, rounds = bodies.astype(np.int64), layout.K
        while rounds > 0:
            if rounds & 1:
                found = np.take_along_axis(power, found, axis=2)
            rounds >>= 1
            if rounds > 0:
                power = np.take_along_axis(power, power, axis=2)
        found = found.astype(np.uint8)
    else:
        found = np.broadcast_to(_fitted(bodies.reshape(len(b), P, Y, V, Q), layout), (len(b), P_out, Y, V, Q))
    return found.reshape(len(b), -1)


def _fitted(bodies: np.ndarray, layout: Layout) -> NDArray[np.uint8]:
    """Return bodies, uint8[n, P, Y, V, Q], at the theta that fits what was seen, uint8[n, 1, Y, V, Q]."""
    n, P, Y, V, _ = bodies.shape
    out = np.zeros((n, 1, *bodies.shape[2:]), dtype=np.uint8)
    score = np.zeros((n, P, Y, V), dtype=np.int64)
    row = 0
    for state, seen in enumerate(layout.seen):
        for k in range(row, seen):
            score += layout.action_of[bodies[..., layout.history_point[k]]] == layout.history_action[k]
        row = max(row, int(seen))
        chosen = np.argmax(score, axis=1)
        if layout.learning_variant >= 0:
            v = layout.learning_variant
            chosen[..., v] = np.argmin(score[..., v], axis=1)
        part = np.s_[..., layout.state_start[state] : layout.state_start[state + 1]]
        out[part] = np.take_along_axis(bodies[part], chosen[:, None, :, :, None], axis=1)
    return out


def intern_rows(
    arena: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    runs: np.ndarray,
    inner_of: np.ndarray,
    operations: Operations,
    pools: tuple[np.ndarray, ...],
    layout: Layout,
    ground: Ground,
    keys: NDArray[np.uint64],
    values: NDArray[np.uint8],
    state: np.ndarray,
    ids: np.ndarray,
    last: np.ndarray,
) -> bool:
    """Give numbers to the distinct values of records, as `kernels.intern_rows`; they are found by sorting.

    Parameters
    ----------
    arena, low, high, runs, inner_of, operations, layout, ground, state, ids, last
        As there.
    pools : tuple of uint8[n, width]
        Values of the scope itself and of those below its binders, of `y` and of `theta`.
    keys : uint64[room, 1]
    values : uint8[room, width]
        Of the classes.
    """
    n, done = int(state[0]), int(state[3])
    records = arena[ranges(low, high)[done:]]
    width = values.shape[1]
    new = np.zeros((len(records), width), dtype=np.uint8)
    d, *arguments = arguments_of(records[:, 1], runs, inner_of)
    places = np.stack(arguments)
    for production in np.unique(d).tolist():
        which = np.flatnonzero(d == production)
        what = operations.what[production]
        pool = pools[1] if what in (SEARCH, ITERATE) else pools[2] if what == FIT else pools[0]
        most = max(1, _AT_ONCE // max(1, pool.shape[1]))
        for first in range(0, len(which), most):
            part = which[first : first + most]
            found = evaluate(operations, production, pool, layout, ground, places[:, part])
            new[part, : found.shape[1]] = found
    known = np.concatenate([values[:n], new]).view(np.uint64)
    hashes = np.concatenate([keys[:n, 0], records[:, 0]])
    found, first = numbered([hashes])
    if (known != known[first[found]]).any():
        # Different values have the same hash.
        found, first = numbered([hashes, *known.T])
    return take_in(found[n:], first[n:] - n, records, keys, records[:, :1], state, ids, last, values, new)
