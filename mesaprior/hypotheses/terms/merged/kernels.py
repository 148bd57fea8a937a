"""Compiled kernels of the merged engine: combinations of classes to values, values to keys, keys to records.

Letters as in the kernels of the terms; a *combination* is a production with its arguments. Values of classes stand in
one pool of rows for each scope. Kernels check nothing and raise nothing.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit_in_place
from mesaprior.hypotheses.counting.kernels import argument_of, arguments_in_order, bins_of, last_word, run_of
from mesaprior.hypotheses.terms.kernels import (
    BINARY,
    FIT,
    IF,
    ITERATE,
    LEAF,
    NUMBER,
    SEARCH,
    UNARY,
    Swaps,
    binary_rows,
    copy_rows,
    fit_rows,
    if_rows,
    iterate_rows,
    lookup_rows,
    mask_rows,
    number_rows,
    search_rows,
    signature_rows,
    swap_binary_rows,
    swap_unary_rows,
    unary_rows,
)

# Beside the kinds of tokens: a class as it is, and what `if` sees of a condition.
CLASS, MASK = 8, 9


class Operations(NamedTuple):
    """What productions do to values, by production d of D.

    Attributes
    ----------
    what : int64[D]
        LEAF, ..., FIT, CLASS, MASK.
    op : int64[D]
        Code of a binary operator.
    table : int64[D]
        Index into `tables`, which is also the index of the token.
    digits, feature : int64[D]
        Entries of a lookup's table (0 for other tokens), and its row in `features`.
    is_argmin : int64[D]
    scope, inner : int64[D]
        Scope of the result and of the arguments.
    """

    what: np.ndarray
    op: np.ndarray
    table: np.ndarray
    digits: np.ndarray
    feature: np.ndarray
    is_argmin: np.ndarray
    scope: np.ndarray
    inner: np.ndarray


class Steps(NamedTuple):
    """Binders and unary operators on top of a combination, as a tree; node 0 is the combination itself.

    Attributes
    ----------
    operations : Operations
        What each node does; of node 0 only the scope is examined.
    parent : int64[k]
    emission : int64[k]
        Number of the emission, counted from the production's first; -1 where the value is only passed on.
    """

    operations: Operations
    parent: np.ndarray
    emission: np.ndarray


class Ground(NamedTuple):
    """What values are made of.

    Attributes
    ----------
    tables : uint8[T, M, M]
        Operators by token; of a unary one the first column. Then those that they are swapped for, or that numbers are
        read through.
    swaps : terms.kernels.Swaps
    leaves : uint8[4, T, width]
        Values of tokens of arity 0, by scope.
    features : uint8[L, Q] or uint8[L, V * Q]
        What each lookup is read at.
    size : int64[4]
        Bytes of a row by scope, without padding.
    is_later : uint8[Q]
    """

    tables: np.ndarray
    swaps: Swaps
    leaves: np.ndarray
    features: np.ndarray
    size: np.ndarray
    is_later: np.ndarray


class Scratch(NamedTuple):
    """Room of one worker, for `BLOCK` combinations at a time.

    Attributes
    ----------
    rows : uint8[k, BLOCK, width]
        Values of the nodes of `Steps`, for any scope.
    words : uint64[k, BLOCK, width / 8]
        The same bytes.
    signature : uint8[BLOCK, n]
    signature_words : uint64[BLOCK, n / 8]
    key : uint64[BLOCK, W]
    places : int64[3, BLOCK]
        Arguments c, a and b of each combination.
    origin : int64[3, 1]
        Zeros: the arguments of a step are the rows below it, from the first on.
    bin : int64[BLOCK]
    pair : uint8[2, width]
    score : int64[P]
    """

    rows: np.ndarray
    words: np.ndarray
    signature: np.ndarray
    signature_words: np.ndarray
    key: np.ndarray
    places: np.ndarray
    origin: np.ndarray
    bin: np.ndarray
    pair: np.ndarray
    score: np.ndarray


class Filter(NamedTuple):
    """Which records are wanted, and their bins.

    Attributes
    ----------
    splitters : uint64[bins - 1]
        Ascending; a record belongs to bin b where b of them are at most its first word.
    first, end : int
        Bins that are wanted.
    bits : int
        Bits of an action in a key; 0 where keys are hashes of whole rows.
    with_flags : bool
    """

    splitters: np.ndarray
    first: int
    end: int
    bits: int
    with_flags: bool


@njit_in_place
def evaluate(operations, d, pool, layout, ground, places, n, out, pair, score):
    """Write the values of n combinations with arguments c, a, b = places[0, k], places[1, k], places[2, k].

    `pool` has the values of the arguments. Where there is one argument, the b follow each other.
    """
    what = operations.what[d]
    scope = operations.scope[d]
    size = ground.size[scope]
    table = operations.table[d]
    zero, one = np.int64(0), np.int64(1)
    if what == BINARY:
        first, second = places[1], places[2]
        binary_rows(operations.op[d], ground.tables[table], layout.M, pool, first, pool, second, n, out, zero, size)
        swap_binary_rows(ground.swaps, table, ground.tables, pool, first, pool, second, n, out, zero, layout, size)
    elif what == IF:
        if_rows(pool, places[0], pool, places[1], pool, places[2], n, out, zero, size)
    elif what == LEAF:
        if operations.digits[d] > 0:
            feature = ground.features[operations.feature[d]]
            lookup_rows(places[2, 0], n, operations.digits[d], feature, layout.A, out, zero, size)
        else:
            copy_rows(ground.leaves[scope], table, one, out, zero, size)
    elif what == SEARCH:
        search_rows(pool, places[2, 0], n, out, zero, layout, operations.is_argmin[d] == 1, scope, pair)
    elif what == ITERATE:
        iterate_rows(pool, places[2, 0], n, out, zero, layout, scope, pair)
    elif what == FIT:
        fit_rows(pool, places[2, 0], n, out, zero, layout, scope, score)
    elif what == UNARY:
        unary_rows(ground.tables[table], pool, places[2, 0], n, out, zero, size)
        swap_unary_rows(ground.swaps, table, ground.tables, pool, places[2, 0], n, out, zero, layout, size)
    elif what == NUMBER:
        number_rows(places[2, 0], n, out, zero, size)
        swap_unary_rows(ground.swaps, table, ground.tables, out, zero, n, out, zero, layout, size)
    elif what == MASK:
        mask_rows(pool, places[2, 0], n, out, zero, size)
    else:
        copy_rows(pool, places[2, 0], n, out, zero, size)


@njit_in_place
def pack_rows(words, n, n_words, bits, excess, A, keys):
    """Pack rows of bytes, eight to a word, into keys that sort as they do: uint64[n, words] -> [n, W].

    Bytes are below 2^bits once A was subtracted from those that reach it, `excess` times; where that is not 0, they
    are below 128 at first.
    """
    ones, highs = np.uint64(0x0101010101010101), np.uint64(0x8080808080808080)
    every_a, a, seven = np.uint64(A) * ones, np.uint64(A), np.uint64(7)
    low_8, low_16, low_32 = (
        np.uint64(0x00FF00FF00FF00FF),
        np.uint64(0x0000FFFF0000FFFF),
        np.uint64(0x00000000FFFFFFFF),
    )
    b1, b2, b4, b8 = np.uint64(bits), np.uint64(2 * bits), np.uint64(4 * bits), np.uint64(8 * bits)
    half, quarter, byte = np.uint64(32), np.uint64(16), np.uint64(8)
    per_key = max(1, 8 // bits)
    n_keys = keys.shape[1]
    for k in range(n):
        at = 0
        for place in range(n_keys):
            value = np.uint64(0)
            for _ in range(per_key):
                w = np.uint64(0)
                if at < n_words:
                    w = words[k, at]
                    for _ in range(excess):
                        # The high bit of a byte survives the subtraction where the byte reaches A.
                        w -= ((((w | highs) - every_a) & highs) >> seven) * a
                    w = ((w & low_8) << b1) | ((w >> byte) & low_8)
                    w = ((w & low_16) << b2) | ((w >> quarter) & low_16)
                    w = ((w & low_32) << b4) | (w >> half)
                at += 1
                # A shift by the whole word would be undefined.
                value = w if per_key == 1 else (value << b8) | w
            keys[k, place] = value


@njit_in_place
def unpack(keys, bits, out):
    """Undo `pack`: uint64[n, W] -> uint8[n, 8 * words]."""
    per_key = max(1, 8 // bits)
    mask = np.uint64((1 << bits) - 1)
    n_cells = out.shape[1]
    for k in range(len(keys)):
        for i in range(n_cells):
            word = keys[k, i // (8 * per_key)]
            shift = np.uint64(bits * (8 * per_key - 1 - i % (8 * per_key)))
            out[k, i] = np.uint8((word >> shift) & mask)


@njit_in_place
def hash_rows(words, n, n_words, keys):
    """Write a 64-bit hash of each row of words; four lanes, so that multiplications overlap."""
    p = np.uint64(0x9E3779B97F4A7C15)
    s = np.uint64(29)
    for k in range(n):
        h0, h1, h2, h3 = p, p ^ np.uint64(1), p ^ np.uint64(2), p ^ np.uint64(3)
        i = 0
        while i + 4 <= n_words:
            h0 = (h0 ^ words[k, i]) * p
            h1 = (h1 ^ words[k, i + 1]) * p
            h2 = (h2 ^ words[k, i + 2]) * p
            h3 = (h3 ^ words[k, i + 3]) * p
            h0 ^= h0 >> s
            h1 ^= h1 >> s
            h2 ^= h2 >> s
            h3 ^= h3 >> s
            i += 4
        while i < n_words:
            h0 = (h0 ^ words[k, i]) * p
            h0 ^= h0 >> s
            i += 1
        h = (((h0 * p ^ h1) * p ^ h2) * p ^ h3) * p
        keys[k, 0] = h ^ (h >> np.uint64(32))


# Combinations that are evaluated together: enough to make calls cheap, few enough to stay in the cache.
BLOCK = 64


@njit_in_place
def _clear_padding(rows, n, size):
    """Make rows zero from their size to the next whole word: a wider scope may have left something there."""
    for k in range(n):
        for i in range(size, (size + 7) // 8 * 8):
            rows[k, i] = np.uint8(0)


@njit_in_place
def _emit(operations, d, d_recorded, inner, pool, layout, ground, steps, scratch, n, wanted, batch):
    """Evaluate the n combinations in the scratch with the steps on top, and append the records that are wanted."""
    n_words = scratch.signature_words.shape[1]
    zero = np.int64(0)
    acts, number, source, places = operations, d, pool, scratch.places
    for k in range(len(steps.parent)):
        rows = scratch.rows[k]
        if k > 0:
            acts, number, source, places = steps.operations, k, scratch.rows[steps.parent[k]], scratch.origin
        evaluate(acts, number, source, layout, ground, places, n, rows, scratch.pair, scratch.score)
        if steps.emission[k] < 0:
            continue
        _clear_padding(rows, n, ground.size[acts.scope[number]])
        if wanted.bits == 0:
            hash_rows(scratch.words[k], n, (ground.size[acts.scope[number]] + 7) // 8, scratch.key)
        else:
            # What a search finds are actions already; other values are taken modulo A while they are packed.
            excess = zero if acts.what[number] == SEARCH else (layout.M - 1) // layout.A
            if not wanted.with_flags and (excess == 0 or (layout.M <= 128 and excess <= 4)):
                pack_rows(scratch.words[k], n, n_words, wanted.bits, excess, layout.A, scratch.key)
            else:
                signature_rows(rows, n, scratch.signature, layout, wanted.with_flags, ground.is_later)
                pack_rows(scratch.signature_words, n, n_words, wanted.bits, zero, layout.A, scratch.key)
        _append(
            scratch.key, n, steps.emission[k], wanted.splitters, wanted.first, wanted.end, batch.record,
            batch.bin, batch.run, batch.n, d_recorded, inner, scratch.places, scratch.bin,
        )  # fmt: skip


@njit_in_place
def _append(keys, n, emission, splitters, first, end, record, bins, runs, used, d, inner, places, bin_of):
    """Append the records of one emission that are wanted; those that share all but argument `inner` share a run."""
    n_words = keys.shape[1]
    first_outer, second_outer = 1 if inner == 0 else 0, 1 if inner == 2 else 2
    bins_of(keys, n, splitters, bin_of)
    for k in range(n):
        bin_number = bin_of[k]
        if bin_number < first or bin_number >= end:
            continue
        run = used[1] - 1
        x, y = places[first_outer, k], places[second_outer, k]
        if run < 0 or runs[run, 2] != y or runs[run, 1] != x or runs[run, 0] != d:
            run += 1
            used[1] = run + 1
            runs[run, 0] = d
            runs[run, 1] = x
            runs[run, 2] = y
        place = used[0]
        for w in range(n_words):
            record[place, w] = keys[k, w]
        record[place, n_words] = last_word(run, places[inner, k], emission)
        bins[place] = bin_number
        used[0] = place + 1


@njit_in_place
def combine(
    operations, d, d_alike, inner, tile, pools, layout, ground, steps, least_time, max_below, scratch, wanted, batch
):
    """Evaluate all combinations of a tile and append their records.

    Parameters
    ----------
    d, d_alike : int
        Production, and the one that stands for it where a is b; equal for productions that do not commute.
    inner : int
        Which argument the inner loop runs over: 0 for c, 1 for a, 2 for b.
    tile : int64[6]
        Ranges of c, a and b: start and end of each. Where the production commutes on one level, only b >= a count.
    least_time : int64[n]
        Of the classes of the arguments.
    max_below : int
        Combinations whose arguments take more time together are left out.
    """
    what = operations.what[d]
    pool = pools[operations.inner[d]]
    places = scratch.places
    commutes = d != d_alike
    # A plain 0 would be a type of its own, and kernels would be compiled for it once more.
    n, last = np.int64(0), np.int64(2)
    if what != BINARY and what != IF:
        # One argument: rows that follow each other are evaluated as they stand.
        for b in range(tile[4], tile[5]):
            if what in (LEAF, NUMBER) or least_time[b] <= max_below:
                places[0, n], places[1, n], places[2, n] = 0, 0, b
                n += 1
            if n > 0 and (n == BLOCK or places[2, n - 1] != b or b + 1 == tile[5]):
                _emit(operations, d, d, last, pool, layout, ground, steps, scratch, n, wanted, batch)
                n = np.int64(0)
        return
    if commutes:
        for a in range(max(tile[2], tile[4]), min(tile[3], tile[5])):
            if 2 * least_time[a] <= max_below:
                places[0, n], places[1, n], places[2, n] = 0, a, a
                n += 1
            if n == BLOCK:
                _emit(operations, d, d_alike, last, pool, layout, ground, steps, scratch, n, wanted, batch)
                n = np.int64(0)
        if n > 0:
            _emit(operations, d, d_alike, last, pool, layout, ground, steps, scratch, n, wanted, batch)
            n = np.int64(0)
    first, second = 1 if inner == 0 else 0, 1 if inner == 2 else 2
    for x in range(tile[2 * first], tile[2 * first + 1]):
        for y in range(tile[2 * second], tile[2 * second + 1]):
            most = max_below - least_time[y]
            if what == IF:
                most -= least_time[x]
            start = tile[2 * inner]
            if commutes:
                start = max(start, y + 1)
            for z in range(start, tile[2 * inner + 1]):
                if least_time[z] > most:
                    continue
                places[first, n], places[second, n], places[inner, n] = x, y, z
                n += 1
                if n == BLOCK:
                    _emit(operations, d, d, inner, pool, layout, ground, steps, scratch, n, wanted, batch)
                    n = np.int64(0)
    if n > 0:
        _emit(operations, d, d, inner, pool, layout, ground, steps, scratch, n, wanted, batch)


@njit_in_place
def intern_rows(
    arena, low, high, runs, inner_of, operations, pool, pool_y, pool_theta, layout, ground, scratch, n_bytes, hashes,
    rows, slots, state, ids, last,
):  # fmt: skip
    """Give numbers to the distinct values that records stand for; they only name a hash. See `counting.intern_keys`.

    A hash that is known already is not believed: the combination is evaluated again and compared. `pool`, `pool_y`
    and `pool_theta` are the values of the scope itself and of those below its binders.
    """
    mask = np.uint64(len(slots) - 1)
    n, tile, done, one = state[0], state[1], state[3], np.int64(1)
    out, places, pair, score = scratch.rows[0], scratch.places, scratch.pair, scratch.score
    what_of = operations.what
    while tile < len(low):
        k = max(low[tile], state[2])
        while k < high[tile]:
            if n == len(hashes) or 3 * n >= 2 * len(slots):
                state[0], state[1], state[2], state[3] = n, tile, k, done
                return False
            h = arena[k, 0]
            word = arena[k, 1]
            run = run_of(word)
            d = np.int64(runs[run, 0])
            what = what_of[d]
            places[0, 0], places[1, 0], places[2, 0] = arguments_in_order(
                inner_of[d], argument_of(word), np.int64(runs[run, 1]), np.int64(runs[run, 2])
            )
            source = pool
            if what in (SEARCH, ITERATE):
                source = pool_y
            elif what == FIT:
                source = pool_theta
            evaluate(operations, d, source, layout, ground, places, one, out, pair, score)
            _clear_padding(out, one, ground.size[operations.scope[d]])
            slot = (h * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(20)) & mask
            while True:
                found = slots[slot]
                if found < 0:
                    slots[slot] = n
                    hashes[n] = h
                    for i in range(n_bytes):
                        rows[n, i] = out[0, i]
                    found = n
                    n += 1
                    break
                if hashes[found] == h:
                    differs = np.uint8(0)
                    for i in range(n_bytes):
                        differs |= rows[found, i] ^ out[0, i]
                    if differs == 0:
                        break
                slot = (slot + np.uint64(1)) & mask
            ids[done] = found
            last[done] = word
            done += 1
            k += 1
        tile += 1
        state[2] = 0
    state[0], state[1], state[3] = n, tile, done
    return True


@njit_in_place
def reslot_hashes(hashes, n, slots):
    """Fill empty slots (all -1) from n hashes, after the slots were enlarged."""
    mask = np.uint64(len(slots) - 1)
    for k in range(n):
        slot = (hashes[k] * np.uint64(0x9E3779B97F4A7C15) >> np.uint64(20)) & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = k


class Spelling(NamedTuple):
    """How terms are written, for `write_texts`.

    Attributes
    ----------
    letters : uint8[...]
        Names of all tokens, one after the other.
    start : int64[T + 1]
        Where each name begins.
    arity : int64[T]
    digits : int64[T]
        Entries of a lookup's table, else 0.
    is_number : int64[T]
        1 where the text is that of a number, digits.
    A : int
    """

    letters: np.ndarray
    start: np.ndarray
    arity: np.ndarray
    digits: np.ndarray
    is_number: np.ndarray
    A: int


# Heads that are no tokens, see `Heads`.
RENAMED, UNSPELLED = -1, -2


class Heads(NamedTuple):
    """How the program of least time of each class is built, by scope: token, literal or argument b, c, a, b.

    Attributes
    ----------
    token : int32[n]
        `RENAMED` where the class is another one under another name, which stands in `b`; `UNSPELLED` where no program
        of the class is known.
    inner : int8[n]
        Scope of the arguments.
    c, a, b : int32[n]
        Arguments; for a lookup, b is the number of its table, for a number it is its value.
    """

    token: np.ndarray
    inner: np.ndarray
    c: np.ndarray
    a: np.ndarray
    b: np.ndarray


@njit_in_place
def _name(spelling, token, out, at):
    """Write the name of a token; return where it ends."""
    for i in range(spelling.start[token], spelling.start[token + 1]):
        out[at] = spelling.letters[i]
        at += 1
    return at


@njit_in_place
def _decimal(value, out, at):
    """Write a number below 1000; return where it ends."""
    if value >= 100:
        out[at] = np.uint8(48 + value // 100)
        at += 1
    if value >= 10:
        out[at] = np.uint8(48 + value // 10 % 10)
        at += 1
    out[at] = np.uint8(48 + value % 10)
    return at + 1


@njit_in_place
def _literal(spelling, token, number, out, at):
    """Write a literal table in brackets; return where it ends."""
    out[at] = np.uint8(91)
    at += 1
    digits = spelling.digits[token]
    for k in range(digits):
        value = number
        for _ in range(digits - 1 - k):
            value //= spelling.A
        value %= spelling.A
        if k > 0:
            out[at] = np.uint8(32)
            at += 1
        at = _decimal(value, out, at)
    out[at] = np.uint8(93)
    return at + 1


# What a head of three arguments puts on the stack: these, a space before each, and a bracket.
_MOST_PUSHED = 7


@njit_in_place
def write_texts(spelling, heads, wraps, wrap_start, wanted, wrap, stack, longest, first, out, offsets):
    """Write the texts of terms, each below its wrapping tokens, from number `first` on.

    Parameters
    ----------
    heads : tuple of Heads
        By scope.
    wraps : int64[...]
        Tokens of all wrappings, outermost first; wrapping w has wraps[wrap_start[w]] .. wraps[wrap_start[w + 1] - 1].
    wanted : Heads
        What stands inside, for each of n texts.
    wrap : int64[n]
    stack : int64[depth, 2]
        Scratch: what is still to be written, (scope, class), or (-1, byte) for a byte.
    longest : int
        Bytes that no text exceeds, each name counted with four bytes more, and four for each entry of a literal table.
    out : uint8[...]
    offsets : int64[n + 1]
        Where each text begins; known for the first, written for the others.

    Returns
    -------
    int
        The first text that there was no room for, or n. After enlarging `out`, call again with it. -1 - k where text k
        cannot be written: a class in it is not spelled, or the classes name each other without end.
    """
    token, inner, c, a, b = wanted.token, wanted.inner, wanted.c, wanted.a, wanted.b
    for k in range(first, len(token)):
        at = offsets[k]
        end = at + longest
        if end > len(out):
            return k
        n_wraps = wrap_start[wrap[k] + 1] - wrap_start[wrap[k]]
        for w in range(wrap_start[wrap[k]], wrap_start[wrap[k] + 1]):
            out[at] = np.uint8(40)
            at = _name(spelling, wraps[w], out, at + 1)
            out[at] = np.uint8(32)
            at += 1
        top, n_renamed = 0, 0
        head, scope = np.int64(token[k]), np.int64(inner[k])
        third, second, last = np.int64(c[k]), np.int64(a[k]), np.int64(b[k])
        while True:
            # Each item on the stack takes at least a byte, so every acyclic term fits.
            if head == UNSPELLED or n_renamed == len(stack) or top + _MOST_PUSHED > len(stack):
                return -1 - k
            if head >= 0:
                size = max(3, spelling.start[head + 1] - spelling.start[head]) + 4 * spelling.digits[head]
                if at + size + 2 + top > end:
                    return -1 - k
            # A head with its arguments: written at once where it has none, else spread over the stack.
            if head == RENAMED:
                n_renamed += 1
                stack[top, 0], stack[top, 1] = scope, last
                top += 1
            elif spelling.digits[head] > 0:
                at = _name(spelling, head, out, at)
                at = _literal(spelling, head, last, out, at)
            elif spelling.is_number[head] == 1:
                at = _decimal(last, out, at)
            elif spelling.arity[head] == 0:
                at = _name(spelling, head, out, at)
            else:
                out[at] = np.uint8(40)
                at = _name(spelling, head, out, at + 1)
                arity = spelling.arity[head]
                stack[top, 0], stack[top, 1] = -1, 41
                top += 1
                stack[top, 0], stack[top, 1] = scope, last
                top += 1
                stack[top, 0], stack[top, 1] = -1, 32
                top += 1
                if arity >= 2:
                    stack[top, 0], stack[top, 1] = scope, second
                    top += 1
                    stack[top, 0], stack[top, 1] = -1, 32
                    top += 1
                if arity >= 3:
                    stack[top, 0], stack[top, 1] = scope, third
                    top += 1
                    stack[top, 0], stack[top, 1] = -1, 32
                    top += 1
            while top > 0 and stack[top - 1, 0] < 0:
                top -= 1
                out[at] = np.uint8(stack[top, 1])
                at += 1
            if top == 0:
                break
            top -= 1
            scope_of, place = stack[top, 0], stack[top, 1]
            table = heads[scope_of]
            head, scope = np.int64(table.token[place]), np.int64(table.inner[place])
            third, second, last = np.int64(table.c[place]), np.int64(table.a[place]), np.int64(table.b[place])
        for _ in range(n_wraps):
            out[at] = np.uint8(41)
            at += 1
        offsets[k + 1] = at
    return len(token)
