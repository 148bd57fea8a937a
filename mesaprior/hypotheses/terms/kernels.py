"""Compiled kernels of the term engines: the operations of tokens on values, and the enumeration of programs.

Letters: V variants, P parameters, Y values of `y`, Q points, M domain, A actions, T tokens, m rows of a block,
n classes. The values of a term are one row of bytes, laid out as [P', Y', V, Q] in C order, where P' and Y'
are 1 unless the scope binds `theta` and `y`; rows are padded with zeros to whole 64-bit words.

Kernels take arrays, write into arrays of the caller, and return numbers; they check nothing and raise nothing.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit_in_place

# Codes of operators: those that are faster to compute than to look up, and the rest.
ADD, SUB, EQ, LT, MIN, MAX, DIST, TABLE = range(8)

# Codes of what a token does to its arguments.
LEAF, NUMBER, UNARY, BINARY, IF, SEARCH, ITERATE, FIT = range(8)


class Layout(NamedTuple):
    """Sizes and look-up arrays of a grid, as the kernels want them.

    Attributes
    ----------
    V, P, Y, Q, A, M, K : int
        Variants, parameters, values of y, points, actions, domain, rounds.
    search_variant, learning_variant : int
        Which variant has its search (its learning) inverted; -1 where none has.
    first_intervention : int
        The variants from here on are interventions; V where there is none.
    action_of : uint8[256]
        Value mod A.
    complement : uint8[V * Q]
        255 in the variant whose search is inverted, else 0.
    order : int64[Q]
        The points by first appearance in the log.
    history_point : int64[H]
        Point of each history row.
    history_action : int64[H]
        The teacher's action there.
    seen : int64[W]
        History rows seen in each knowledge state, ascending.
    state_start : int64[W + 1]
        Points are sorted by knowledge state; where those of each state begin.
    n_rows : int64[Q]
        How many rows of the log are at each point.
    train_digits, later_digits, digit_bits : int
        Number of digits, and the bits of each, of a number of training rows (of later rows) in a signature.
    """

    V: int
    P: int
    Y: int
    Q: int
    A: int
    M: int
    K: int
    search_variant: int
    learning_variant: int
    first_intervention: int
    action_of: np.ndarray
    complement: np.ndarray
    order: np.ndarray
    history_point: np.ndarray
    history_action: np.ndarray
    seen: np.ndarray
    state_start: np.ndarray
    n_rows: np.ndarray
    train_digits: int
    later_digits: int
    digit_bits: int


class Swaps(NamedTuple):
    """Other tables that operators have in some variants, or tables that numbers are read through there.

    Attributes
    ----------
    start : int64[T + 1]
        Where the swaps of each token begin.
    variant : int64[n]
    table : int64[n]
        Index into the tables of the language.
    """

    start: np.ndarray
    variant: np.ndarray
    table: np.ndarray


# Indices that are sums are unsigned: a signed one might be negative, and loops over it are not vectorized.
#
# Every kernel below works on n rows at a time, so that a call costs little for each: rows source, source + 1, ... of an
# array are turned into rows target, target + 1, ... of another.


@njit_in_place
def unary_rows(table, values, source, n, out, target, size):
    """Write table[value] for the first `size` bytes of each row; `table` is uint8[M, M], its first column counts."""
    for k in range(n):
        for i in range(size):
            out[target + k, i] = table[values[source + k, i], 0]


@njit_in_place
def binary_rows(op, table, M, first, a, second, b, n, out, target, size):
    """Write a binary operator's values of rows a[k] and b[k]."""
    # In bytes that wrap, 256 is 0; what is compared before never does.
    m = np.uint8(M & 255)
    for k in range(n):
        x_row, y_row = a[k], b[k]
        if op == ADD:
            for i in range(size):
                x, y = first[x_row, i], second[y_row, i]
                short = np.uint8(m - y)
                out[target + k, i] = np.uint8(x - short) if x >= short else np.uint8(x + y)
        elif op == SUB:
            for i in range(size):
                x, y = first[x_row, i], second[y_row, i]
                out[target + k, i] = np.uint8(x - y) if x >= y else np.uint8(np.uint8(x - y) + m)
        elif op == EQ:
            for i in range(size):
                out[target + k, i] = np.uint8(1) if first[x_row, i] == second[y_row, i] else np.uint8(0)
        elif op == LT:
            for i in range(size):
                out[target + k, i] = np.uint8(1) if first[x_row, i] < second[y_row, i] else np.uint8(0)
        elif op == MIN:
            for i in range(size):
                x, y = first[x_row, i], second[y_row, i]
                out[target + k, i] = x if x < y else y
        elif op == MAX:
            for i in range(size):
                x, y = first[x_row, i], second[y_row, i]
                out[target + k, i] = x if x > y else y
        elif op == DIST:
            for i in range(size):
                x, y = first[x_row, i], second[y_row, i]
                out[target + k, i] = np.uint8(x - y) if x > y else np.uint8(y - x)
        else:
            for i in range(size):
                out[target + k, i] = table[first[x_row, i], second[y_row, i]]


@njit_in_place
def swap_unary_rows(swaps, token, tables, values, source, n, out, target, layout, size):
    """Overwrite the results of a unary operator in the variants where it has another table.

    Numbers are read through such a table in the same way: there `values` is `out`.
    """
    Q = layout.Q
    for s in range(swaps.start[token], swaps.start[token + 1]):
        table = tables[swaps.table[s]]
        for first in range(swaps.variant[s] * Q, size, layout.V * Q):
            for k in range(n):
                for i in range(first, first + Q):
                    out[target + k, i] = table[values[source + k, i], 0]


@njit_in_place
def swap_binary_rows(swaps, token, tables, first, a, second, b, n, out, target, layout, size):
    """Overwrite the results of a binary operator on rows a[k] and b[k] in the variants where it has another table."""
    Q = layout.Q
    for s in range(swaps.start[token], swaps.start[token + 1]):
        table = tables[swaps.table[s]]
        for start in range(swaps.variant[s] * Q, size, layout.V * Q):
            for k in range(n):
                x_row, y_row = a[k], b[k]
                for i in range(start, start + Q):
                    out[target + k, i] = table[first[x_row, i], second[y_row, i]]


@njit_in_place
def if_rows(conditions, c, first, a, second, b, n, out, target, size):
    """Write row a[k] where row c[k] is not 0, else row b[k]."""
    for k in range(n):
        z_row, x_row, y_row, o_row = c[k], a[k], b[k], target + k
        for i in range(size):
            x, y = first[x_row, i], second[y_row, i]
            out[o_row, i] = y if conditions[z_row, i] == 0 else x


@njit_in_place
def copy_rows(values, source, n, out, target, size):
    """Write the rows as they are."""
    for k in range(n):
        for i in range(size):
            out[target + k, i] = values[source + k, i]


@njit_in_place
def mask_rows(values, source, n, out, target, size):
    """Write what `if` sees of a condition: 1 where it is not 0."""
    for k in range(n):
        for i in range(size):
            out[target + k, i] = np.uint8(0) if values[source + k, i] == 0 else np.uint8(1)


# Bytes that are worked on together.
CHUNK = np.uint64(32)


@njit_in_place
def _winner_of_four(v0, v1, v2, v3, flip):
    """Return the first of the largest among four bytes whose bits are flipped first."""
    best = np.uint8(v0 ^ flip)
    winner = np.uint8(0)
    value = np.uint8(v1 ^ flip)
    winner = np.uint8(1) if value > best else winner
    best = value if value > best else best
    value = np.uint8(v2 ^ flip)
    winner = np.uint8(2) if value > best else winner
    best = value if value > best else best
    value = np.uint8(v3 ^ flip)
    return np.uint8(3) if value > best else winner


@njit_in_place
def search_rows(bodies, source, n, out, target, layout, is_argmin, scope, flat):
    """Write the smallest best y of bodies with y bound; the search-inverted variant seeks the other extreme.

    `scope` is that of the result; where it binds y too, the result is the same for every outer y. `flat` is
    uint8[3, n * V * Q] or more: what belongs to one y stands together there for all rows, and is compared in one go.
    """
    P = layout.P if scope & 2 else 1
    Y_out = layout.Y if scope & 1 else 1
    Y, A = layout.Y, layout.A
    width = np.uint64(layout.V * layout.Q)
    whole = np.uint64(n) * width
    complement = layout.complement
    # Where the least value is sought, values are compared as their complements.
    other = np.uint8(255) if is_argmin else np.uint8(0)
    if A <= 4:
        # With few actions all are compared at once; those that are missing are the first again, and never better.
        zero = np.uint64(0)
        step_1, step_2, step_3 = width, width * np.uint64(2) if A > 2 else zero, width * np.uint64(3) if A > 3 else zero
        chunks = width - width % CHUNK
        for k in range(n):
            for p in range(P):
                at_0 = np.uint64(p * Y) * width
                at_1, at_2, at_3 = at_0 + step_1, at_0 + step_2, at_0 + step_3
                end = np.uint64(p * Y_out) * width
                # Chunks of a fixed size are vectorized even where a row is short.
                for chunk in range(np.uint64(0), chunks, CHUNK):
                    for j in range(CHUNK):
                        i = chunk + j
                        out[target + k, end + i] = _winner_of_four(
                            bodies[source + k, at_0 + i],
                            bodies[source + k, at_1 + i],
                            bodies[source + k, at_2 + i],
                            bodies[source + k, at_3 + i],
                            complement[i] ^ other,
                        )
                for i in range(chunks, width):
                    out[target + k, end + i] = _winner_of_four(
                        bodies[source + k, at_0 + i],
                        bodies[source + k, at_1 + i],
                        bodies[source + k, at_2 + i],
                        bodies[source + k, at_3 + i],
                        complement[i] ^ other,
                    )
                for y in range(1, Y_out):
                    at = end + np.uint64(y) * width
                    for i in range(width):
                        out[target + k, at + i] = out[target + k, end + i]
        return
    best, winner, value = flat[0], flat[1], flat[2]
    for p in range(P):
        start = np.uint64(p * Y) * width
        end = np.uint64(p * Y_out) * width
        for k in range(n):
            base = np.uint64(k) * width
            for i in range(width):
                best[base + i] = bodies[source + k, start + i] ^ complement[i] ^ other
        for i in range(whole):
            winner[i] = np.uint8(0)
        for y in range(1, A):
            at = start + np.uint64(y) * width
            for k in range(n):
                base = np.uint64(k) * width
                for i in range(width):
                    value[base + i] = bodies[source + k, at + i] ^ complement[i] ^ other
            this = np.uint8(y)
            for i in range(whole):
                winner[i] = this if value[i] > best[i] else winner[i]
                best[i] = max(value[i], best[i])
        for k in range(n):
            base = np.uint64(k) * width
            for y in range(Y_out):
                at = end + np.uint64(y) * width
                for i in range(width):
                    out[target + k, at + i] = winner[base + i]


@njit_in_place
def iterate_rows(bodies, source, n, out, target, layout, scope, flat):
    """Write the y after K replacements of y by bodies with y bound, from the y around it or from 0.

    `flat` is uint8[3, width] or more.
    """
    P = layout.P if scope & 2 else 1
    Y_out = layout.Y if scope & 1 else 1
    Y, K = layout.Y, layout.K
    width = np.uint64(layout.V * layout.Q)
    if Y_out == 1 and Y <= 8 and K <= 4 * Y and 4 * width <= flat.shape[1]:
        _iterate_nibbles(bodies, source, n, out, target, P, Y, K, width, flat)
        return
    for k in range(n):
        row, result = source + k, target + k
        for p in range(P):
            start = np.uint64(p * Y) * width
            end = np.uint64(p * Y_out) * width
            for y in range(Y_out):
                for i in range(width):
                    out[result, end + np.uint64(y) * width + i] = np.uint8(y)
            # Powers of the body: it is squared while the bits of K are read from the lowest.
            power, square = 0, 1
            for i in range(np.uint64(Y) * width):
                flat[0, i] = bodies[row, start + i]
            rounds = K
            while rounds > 0:
                if rounds & 1:
                    for y in range(Y_out):
                        for i in range(width):
                            at = end + np.uint64(y) * width + i
                            out[result, at] = flat[power, np.uint64(out[result, at]) * width + i]
                rounds >>= 1
                if rounds > 0:
                    for y in range(Y):
                        for i in range(width):
                            at = np.uint64(y) * width + i
                            flat[square, at] = flat[power, np.uint64(flat[power, at]) * width + i]
                    power, square = square, power


@njit_in_place
def _iterate_nibbles(bodies, source, n, out, target, P, Y, K, width, flat):
    """Iterate from 0 with at most eight values of y: each cell's body fits into one word, four bits for each y."""
    word = flat[1].view(np.uint32)
    place = flat[2].view(np.uint32)
    four, low = np.uint32(4), np.uint32(15)
    for k in range(n):
        row, result = source + k, target + k
        for p in range(P):
            start = np.uint64(p * Y) * width
            end = np.uint64(p) * width
            for i in range(width):
                word[i] = np.uint32(bodies[row, start + i])
                place[i] = np.uint32(0)
            for y in range(1, Y):
                shift = np.uint32(4 * y)
                at = start + np.uint64(y) * width
                for i in range(width):
                    word[i] |= np.uint32(bodies[row, at + i]) << shift
            for _ in range(K):
                moved = np.uint32(0)
                for i in range(width):
                    then = (word[i] >> (place[i] * four)) & low
                    moved |= then ^ place[i]
                    place[i] = then
                if moved == 0:
                    break
            for i in range(width):
                out[result, end + i] = np.uint8(place[i])


@njit_in_place
def fit_rows(bodies, source, n, out, target, layout, scope, score):
    """Write bodies with theta bound at the theta that fits the history in each knowledge state.

    The learning-inverted variant takes the theta that agrees least. `scope` is that of the result; where it binds
    theta too, the result is the same for every outer theta. `score` is scratch, int64[P].
    """
    P_out = layout.P if scope & 2 else 1
    Y = layout.Y if scope & 1 else 1
    P, Q, V = layout.P, layout.Q, layout.V
    action_of, seen, state_start = layout.action_of, layout.seen, layout.state_start
    history_point, history_action = layout.history_point, layout.history_action
    for k in range(n):
        body, result = source + k, target + k
        for v in range(V):
            inverted = v == layout.learning_variant
            for y in range(Y):
                for p in range(P):
                    score[p] = 0
                row = 0
                for state in range(len(seen)):
                    while row < seen[state]:
                        point = history_point[row]
                        action = history_action[row]
                        for p in range(P):
                            value = bodies[body, ((p * Y + y) * V + v) * Q + point]
                            if np.int64(action_of[value]) == action:
                                score[p] += 1
                        row += 1
                    chosen = 0
                    for p in range(1, P):
                        if (score[p] < score[chosen]) if inverted else (score[p] > score[chosen]):
                            chosen = p
                    at = ((chosen * Y + y) * V + v) * Q
                    for q in range(state_start[state], state_start[state + 1]):
                        for p in range(P_out):
                            out[result, ((p * Y + y) * V + v) * Q + q] = bodies[body, at + q]


@njit_in_place
def lookup_rows(number, n, digits, feature, A, out, target, size):
    """Write the values of the literal tables number, number + 1, ...

    A table has the base-A digits of its number as entries, the first the most significant; there are `digits` of
    them. `feature` is uint8[Q]; its Q values are repeated. Where it depends on the variant, it is uint8[V * Q].
    """
    Q = len(feature)
    for k in range(n):
        for q in range(Q):
            rest = number + k
            for _ in range(digits - 1 - feature[q]):
                rest //= A
            out[target + k, q] = np.uint8(rest % A)
        for i in range(Q, size):
            out[target + k, i] = out[target + k, i - Q]


@njit_in_place
def number_rows(number, n, out, target, size):
    """Write the values of the literals number, number + 1, ..., which are these numbers everywhere."""
    for k in range(n):
        for i in range(size):
            out[target + k, i] = np.uint8(number + k)


@njit_in_place
def _write_digits(number, out, row, at, n_digits, bits):
    """Write the digits of a number, `bits` each, the highest first."""
    for place in range(n_digits):
        out[row, at + n_digits - 1 - place] = np.uint8(number & ((1 << bits) - 1))
        number >>= bits


@njit_in_place
def signature_rows(values, n, out, layout, with_flags, is_later):
    """Reduce the values of closed terms, uint8[n, V * Q], to what a census distinguishes, one byte each.

    Without flags: the actions of all variants at all points. With flags (languages with `fit`): the intact actions at
    the points in their order of appearance, then searching on training and on later points, learning likewise. Then
    come, for each intervention, the numbers of training and of later rows that it changes, in digits, the highest
    first.
    """
    V, Q = layout.V, layout.Q
    action_of, order = layout.action_of, layout.order
    if not with_flags:
        for k in range(n):
            for i in range(V * Q):
                out[k, i] = action_of[values[k, i]]
        return
    search = max(layout.search_variant, 0)
    learning = layout.learning_variant
    for k in range(n):
        for i in range(4):
            out[k, Q + i] = np.uint8(0)
        for place in range(Q):
            q = order[place]
            action = action_of[values[k, q]]
            out[k, place] = action
            later = np.int64(is_later[q])
            if action_of[values[k, search * Q + q]] != action:
                out[k, Q + later] = np.uint8(1)
            if action_of[values[k, learning * Q + q]] != action:
                out[k, Q + 2 + later] = np.uint8(1)
        at = Q + 4
        for v in range(layout.first_intervention, V):
            train, both = np.int64(0), np.int64(0)
            for q in range(Q):
                if action_of[values[k, v * Q + q]] != action_of[values[k, q]]:
                    both += layout.n_rows[q]
                    train += layout.n_rows[q] * (1 - np.int64(is_later[q]))
            _write_digits(train, out, k, at, layout.train_digits, layout.digit_bits)
            at += layout.train_digits
            _write_digits(both - train, out, k, at, layout.later_digits, layout.digit_bits)
            at += layout.later_digits


class Syntax(NamedTuple):
    """The tokens of a language as arrays, for the reference engine; T tokens.

    Attributes
    ----------
    arity, bits : int64[T]
        `bits` with literals.
    what : int64[T]
        LEAF, UNARY, ...
    op : int64[T]
        Code of a binary operator.
    table : int64[T]
        Index into `tables`.
    is_argmin : uint8[T]
    n_literals : int64[T]
        Literal tables of a lookup, M for a number, else 1.
    digits : int64[T]
        Entries of a lookup's table, else 0.
    feature : int64[T]
        Of a lookup, its row in `features`.
    inner : int64[4, T]
        Scope of the arguments, by scope of the token; -1 where the token is not allowed.
    shortest : int64[4]
        Least bits of a term by scope; more than any bound where there is none.
    tables : uint8[n, M, M]
        Operators; of a unary one the first column. Behind those of the tokens stand those that they are swapped for,
        or that numbers are read through.
    swaps : Swaps
    leaves : uint8[4, T, width]
        Values of features, constants, `y` and `theta`, by scope.
    features : uint8[L, Q] or uint8[L, V * Q]
        What each lookup is read at.
    """

    arity: np.ndarray
    bits: np.ndarray
    what: np.ndarray
    op: np.ndarray
    table: np.ndarray
    is_argmin: np.ndarray
    n_literals: np.ndarray
    digits: np.ndarray
    feature: np.ndarray
    inner: np.ndarray
    shortest: np.ndarray
    tables: np.ndarray
    swaps: Swaps
    leaves: np.ndarray
    features: np.ndarray


class Walk(NamedTuple):
    """The state of an enumeration: one choice at each position of the prefix, and the holes still to be filled.

    Holes form linked lists that share their tails, so that stepping back costs nothing.

    Attributes
    ----------
    token, literal : int64[positions]
        -1 where nothing was chosen yet.
    hole : int64[positions + 1]
        The hole that this position fills; -1 for none.
    n_holes : int64[positions + 1]
        Holes made before this position.
    used, owed : int64[positions + 1]
        Bits before this position, and least bits of all holes that are open at it.
    hole_scope, hole_next : int64[holes]
    position : int64[1]
        The position to continue with; -1 at the end.
    """

    token: np.ndarray
    literal: np.ndarray
    hole: np.ndarray
    n_holes: np.ndarray
    used: np.ndarray
    owed: np.ndarray
    hole_scope: np.ndarray
    hole_next: np.ndarray
    position: np.ndarray


@njit_in_place
def enumerate_block(syntax, walk, max_bits, tokens, literals, scopes, sizes, lengths):
    """Write the next programs in prefix notation, int64[m, positions] each; return how many (fewer than m: the end)."""
    T = len(syntax.arity)
    n = 0
    d = walk.position[0]
    while d >= 0 and n < len(tokens):
        hole = walk.hole[d]
        scope = walk.hole_scope[hole]
        t = walk.token[d]
        if t >= 0 and walk.literal[d] + 1 < syntax.n_literals[t]:
            walk.literal[d] += 1
        else:
            walk.literal[d] = 0
            t += 1
            while t < T:
                inner = syntax.inner[scope, t]
                if inner >= 0:
                    below = syntax.arity[t] * syntax.shortest[inner]
                    if walk.used[d] + syntax.bits[t] + walk.owed[d] - syntax.shortest[scope] + below <= max_bits:
                        break
                t += 1
            if t == T:
                d -= 1
                continue
            walk.token[d] = t
        inner = syntax.inner[scope, t]
        rest = walk.hole_next[hole]
        made = walk.n_holes[d]
        for _ in range(syntax.arity[t]):
            walk.hole_scope[made] = inner
            walk.hole_next[made] = rest
            rest = made
            made += 1
        if rest < 0:
            for k in range(d + 1):
                tokens[n, k] = walk.token[k]
                literals[n, k] = walk.literal[k]
                scopes[n, k] = walk.hole_scope[walk.hole[k]]
            sizes[n] = d + 1
            lengths[n] = walk.used[d] + syntax.bits[t]
            n += 1
            continue
        walk.hole[d + 1] = rest
        walk.n_holes[d + 1] = made
        walk.used[d + 1] = walk.used[d] + syntax.bits[t]
        walk.owed[d + 1] = walk.owed[d] - syntax.shortest[scope] + syntax.arity[t] * syntax.shortest[inner]
        d += 1
        walk.token[d] = -1
        walk.literal[d] = 0
    walk.position[0] = d
    return n


@njit_in_place
def evaluate_block(syntax, layout, tokens, literals, scopes, sizes, values, scratch):
    """Evaluate programs one by one, each from its last token to its first.

    Parameters
    ----------
    tokens, literals, scopes : int64[m, positions]
    sizes : int64[m]
        Tokens of each program.
    values : uint8[m, V * Q padded]
        Written: the values of each program.
    scratch : (uint8[positions, width], int64[positions], int64[3, 1], uint8[2, width], int64[P])
        The values of the term at each position, where it ends, and room for the binders.
    """
    rows, ends, places, pair, score = scratch
    M, one = layout.M, np.int64(1)
    for n in range(len(tokens)):
        for k in range(sizes[n] - 1, -1, -1):
            t = tokens[n, k]
            scope = scopes[n, k]
            P = layout.P if scope & 2 else 1
            Y = layout.Y if scope & 1 else 1
            size = layout.V * P * Y * layout.Q
            what = syntax.what[t]
            end = k + 1
            for _ in range(syntax.arity[t]):
                end = ends[end]
            ends[k] = end
            if what == LEAF:
                if syntax.digits[t] > 0:
                    feature = syntax.features[syntax.feature[t]]
                    lookup_rows(literals[n, k], one, syntax.digits[t], feature, layout.A, rows, k, size)
                else:
                    copy_rows(syntax.leaves[scope], t, one, rows, k, size)
            elif what == NUMBER:
                number_rows(literals[n, k], one, rows, k, size)
                swap_unary_rows(syntax.swaps, t, syntax.tables, rows, k, one, rows, k, layout, size)
            elif what == UNARY:
                unary_rows(syntax.tables[syntax.table[t]], rows, k + 1, one, rows, k, size)
                swap_unary_rows(syntax.swaps, t, syntax.tables, rows, k + 1, one, rows, k, layout, size)
            elif what == BINARY:
                table = syntax.tables[syntax.table[t]]
                places[0, 0], places[1, 0] = k + 1, ends[k + 1]
                binary_rows(syntax.op[t], table, M, rows, places[0], rows, places[1], one, rows, k, size)
                swap_binary_rows(
                    syntax.swaps, t, syntax.tables, rows, places[0], rows, places[1], one, rows, k, layout, size
                )
            elif what == IF:
                places[0, 0], places[1, 0], places[2, 0] = k + 1, ends[k + 1], ends[ends[k + 1]]
                if_rows(rows, places[0], rows, places[1], rows, places[2], one, rows, k, size)
            elif what == SEARCH:
                search_rows(rows, k + 1, one, rows, k, layout, syntax.is_argmin[t] == 1, scope, pair)
            elif what == ITERATE:
                iterate_rows(rows, k + 1, one, rows, k, layout, scope, pair)
            else:
                fit_rows(rows, k + 1, one, rows, k, layout, scope, score)
        for i in range(layout.V * layout.Q):
            values[n, i] = rows[0, i]
