"""Compiled kernels of the term engines: what tokens do to values, and the programs one by one.

Letters: V variants, P parameters, Y values of `y`, Q points, M domain, A actions, T tokens, m rows of a block,
n classes. The values of a term stand in one row of bytes, laid out as [V, P', Y', Q] in C order, where P' and Y'
are 1 unless the scope binds `theta` and `y`; rows are padded with zeros to whole 64-bit words.

Kernels take arrays, write into arrays of the caller, and return numbers; they check nothing and raise nothing.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit

# Codes of operators: those that are faster to compute than to look up, and the rest.
ADD, SUB, EQ, LT, MIN, MAX, DIST, TABLE = range(8)

# Codes of what a token does to its arguments.
LEAF, UNARY, BINARY, IF, SEARCH, ITERATE, FIT = range(7)


class Layout(NamedTuple):
    """Sizes and look-up arrays of a grid, as the kernels want them.

    Attributes
    ----------
    V, P, Y, Q, A, M, K : int
        Variants, parameters, values of y, points, actions, domain, rounds.
    search_variant, learning_variant : int
        Which variant has its search (its learning) inverted; -1 where none has.
    action_of : uint8[256]
        Value mod A.
    history_point : int64[H]
        Point of each history row.
    history_action : int64[H]
        The teacher's action there.
    seen : int64[W]
        History rows seen in each knowledge state, ascending.
    state_start : int64[W + 1]
        Points are sorted by knowledge state; where those of each state begin.
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
    action_of: np.ndarray
    history_point: np.ndarray
    history_action: np.ndarray
    seen: np.ndarray
    state_start: np.ndarray


@njit
def apply_unary(table, a, out, size):
    """Write table[a] for the first `size` bytes; table is uint8[M, 1]."""
    for i in range(size):
        out[i] = table[a[i], 0]


@njit
def apply_binary(op, table, M, a, b, out, size):
    """Write the operator's values for the first `size` bytes of two rows; `table` is uint8[M, M]."""
    # int32 inside: two values below 256 can neither wrap nor go below zero unseen.
    if op == ADD:
        for i in range(size):
            s = np.int32(a[i]) + np.int32(b[i])
            out[i] = np.uint8(s - M if s >= M else s)
    elif op == SUB:
        for i in range(size):
            s = np.int32(a[i]) - np.int32(b[i])
            out[i] = np.uint8(s + M if s < 0 else s)
    elif op == EQ:
        for i in range(size):
            out[i] = np.uint8(1) if a[i] == b[i] else np.uint8(0)
    elif op == LT:
        for i in range(size):
            out[i] = np.uint8(1) if a[i] < b[i] else np.uint8(0)
    elif op == MIN:
        for i in range(size):
            out[i] = a[i] if a[i] < b[i] else b[i]
    elif op == MAX:
        for i in range(size):
            out[i] = a[i] if a[i] > b[i] else b[i]
    elif op == DIST:
        for i in range(size):
            out[i] = np.uint8(a[i] - b[i]) if a[i] > b[i] else np.uint8(b[i] - a[i])
    else:
        for i in range(size):
            out[i] = table[a[i], b[i]]


@njit
def apply_if(c, a, b, out, size):
    """Write a where c is not 0, else b, for the first `size` bytes."""
    for i in range(size):
        out[i] = b[i] if c[i] == 0 else a[i]


@njit
def apply_search(body, out, layout, is_argmin, scope):
    """Write the smallest best y of a body with y bound; the search-inverted variant seeks the other extreme.

    `scope` is that of the result; where it binds y too, the result is the same for every outer y.
    """
    P = layout.P if scope & 2 else 1
    Y_out = layout.Y if scope & 1 else 1
    Q = layout.Q
    for v in range(layout.V):
        seeks_least = is_argmin != (v == layout.search_variant)
        for p in range(P):
            source = (v * P + p) * layout.Y * Q
            target = (v * P + p) * Y_out * Q
            for q in range(Q):
                best = body[source + q]
                winner = np.uint8(0)
                for y in range(1, layout.A):
                    value = body[source + y * Q + q]
                    if (value < best) if seeks_least else (value > best):
                        best = value
                        winner = np.uint8(y)
                for y in range(Y_out):
                    out[target + y * Q + q] = winner


@njit
def apply_iterate(body, out, layout, scope):
    """Write the y after K replacements of y by a body with y bound, from the y around it or from 0."""
    P = layout.P if scope & 2 else 1
    Y_out = layout.Y if scope & 1 else 1
    Q = layout.Q
    # After Y replacements y is on a cycle, so many rounds are walked modulo its length.
    direct = layout.K if layout.K <= 2 * layout.Y else layout.Y
    for block in range(layout.V * P):
        source = block * layout.Y * Q
        target = block * Y_out * Q
        for start in range(Y_out):
            for q in range(Q):
                y = np.int64(start)
                for _ in range(direct):
                    y = np.int64(body[source + y * Q + q])
                if direct < layout.K:
                    on_cycle = y
                    cycle = 0
                    while cycle == 0 or y != on_cycle:
                        y = np.int64(body[source + y * Q + q])
                        cycle += 1
                    for _ in range((layout.K - direct) % cycle):
                        y = np.int64(body[source + y * Q + q])
                out[target + start * Q + q] = np.uint8(y)


@njit
def apply_fit(body, out, layout, scope, score):
    """Write a body with theta bound at the theta that fits what was seen in each knowledge state.

    The learning-inverted variant takes the theta that agrees least. `scope` is that of the result; where it binds
    theta too, the result is the same for every outer theta. `score` is scratch, int64[P].
    """
    P_out = layout.P if scope & 2 else 1
    Y = layout.Y if scope & 1 else 1
    Q = layout.Q
    for v in range(layout.V):
        inverted = v == layout.learning_variant
        for y in range(Y):
            for p in range(layout.P):
                score[p] = 0
            row = 0
            for state in range(len(layout.seen)):
                while row < layout.seen[state]:
                    point = layout.history_point[row]
                    action = layout.history_action[row]
                    for p in range(layout.P):
                        value = body[((v * layout.P + p) * Y + y) * Q + point]
                        if np.int64(layout.action_of[value]) == action:
                            score[p] += 1
                    row += 1
                chosen = 0
                for p in range(1, layout.P):
                    if (score[p] < score[chosen]) if inverted else (score[p] > score[chosen]):
                        chosen = p
                source = ((v * layout.P + chosen) * Y + y) * Q
                for q in range(layout.state_start[state], layout.state_start[state + 1]):
                    for p in range(P_out):
                        out[((v * P_out + p) * Y + y) * Q + q] = body[source + q]


@njit
def unary_block(table, bodies, rows, out, size):
    """Write a unary operator's values of the chosen rows: uint8[n, width], int64[m] -> uint8[m, width]."""
    for k in range(len(rows)):
        apply_unary(table, bodies[rows[k]], out[k], size)


@njit
def binary_block(op, table, first, second, first_rows, second_rows, out, size):
    """Write a binary operator's values of the chosen pairs of rows: -> uint8[m, width]."""
    M = np.int32(len(table))
    for k in range(len(first_rows)):
        apply_binary(op, table, M, first[first_rows[k]], second[second_rows[k]], out[k], size)


@njit
def if_block(conditions, first, second, rows, out, size):
    """Write the values of `if` for the chosen triples of rows (int64[3, m]): -> uint8[m, width]."""
    for k in range(rows.shape[1]):
        apply_if(conditions[rows[0, k]], first[rows[1, k]], second[rows[2, k]], out[k], size)


@njit
def binder_block(what, is_argmin, bodies, rows, out, layout, scope, score):
    """Write the values of a binder over the chosen bodies; `what` is SEARCH, ITERATE or FIT."""
    for k in range(len(rows)):
        if what == SEARCH:
            apply_search(bodies[rows[k]], out[k], layout, is_argmin, scope)
        elif what == ITERATE:
            apply_iterate(bodies[rows[k]], out[k], layout, scope)
        else:
            apply_fit(bodies[rows[k]], out[k], layout, scope, score)


@njit
def lookup_block(start, digits, feature, A, copies, out):
    """Write the values of the literal tables number start, start + 1, ...

    Table number t has the base-A digits of t as entries, the first the most significant; there are `digits` of them.
    `feature` is uint8[Q]; a row repeats its Q values `copies` times.
    """
    Q = len(feature)
    for k in range(len(out)):
        for q in range(Q):
            rest = start + k
            for _ in range(digits - 1 - feature[q]):
                rest //= A
            out[k, q] = np.uint8(rest % A)
        for copy in range(1, copies):
            for q in range(Q):
                out[k, copy * Q + q] = out[k, q]


@njit
def signature_block(values, out, layout, is_later, with_flags):
    """Reduce values of closed terms, uint8[m, V * Q], to what a census tells apart.

    Without flags: the actions of all variants at all points. With flags (languages with `fit`): the intact actions,
    then one byte of flags: searching on training (1) and later (2) points, learning on training (4) and later (8) ones.
    """
    V, Q = layout.V, layout.Q
    for k in range(len(values)):
        if not with_flags:
            for i in range(V * Q):
                out[k, i] = layout.action_of[values[k, i]]
            continue
        flags = 0
        for q in range(Q):
            action = layout.action_of[values[k, q]]
            out[k, q] = action
            search = max(layout.search_variant, 0)
            if layout.action_of[values[k, search * Q + q]] != action:
                flags |= 2 if is_later[q] else 1
            if layout.action_of[values[k, layout.learning_variant * Q + q]] != action:
                flags |= 8 if is_later[q] else 4
        out[k, Q] = np.uint8(flags)


@njit
def zero_mask_block(values, out, size):
    """Reduce conditions to what `if` sees of them: 1 where they are not 0."""
    for k in range(len(values)):
        for i in range(size):
            out[k, i] = np.uint8(0) if values[k, i] == 0 else np.uint8(1)


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
        Literal tables of a lookup, else 1.
    digits : int64[T]
        Entries of a lookup's table, else 0.
    feature : int64[T]
        Feature of a lookup.
    inner : int64[4, T]
        Scope of the arguments, by scope of the token; -1 where the token is not allowed.
    shortest : int64[4]
        Least bits of a term by scope; more than any bound where there is none.
    tables : uint8[n, M, M]
        Operators; of a unary one the first column.
    leaves : uint8[4, T, width]
        Values of features, constants, `y` and `theta`, by scope.
    features : uint8[F, Q]
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
    leaves: np.ndarray
    features: np.ndarray


class Walk(NamedTuple):
    """Where an enumeration stands: one choice at each position of the prefix, and the holes still to be filled.

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
        The position to go on with; -1 at the end.
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


@njit
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


@njit
def evaluate_block(syntax, layout, tokens, literals, scopes, sizes, values, scratch):
    """Evaluate programs one by one, each from its last token to its first.

    Parameters
    ----------
    tokens, literals, scopes : int64[m, positions]
    sizes : int64[m]
        Tokens of each program.
    values : uint8[m, V * Q padded]
        Written: the values of each program.
    scratch : (uint8[positions, width], int64[positions], int64[P])
        The values of the term at each position, where it ends, and room for `apply_fit`.
    """
    rows, ends, score = scratch
    M = np.int32(layout.M)
    for n in range(len(tokens)):
        for k in range(sizes[n] - 1, -1, -1):
            t = tokens[n, k]
            scope = scopes[n, k]
            P = layout.P if scope & 2 else 1
            Y = layout.Y if scope & 1 else 1
            size = layout.V * P * Y * layout.Q
            what = syntax.what[t]
            out = rows[k]
            end = k + 1
            for _ in range(syntax.arity[t]):
                end = ends[end]
            ends[k] = end
            if what == LEAF:
                if syntax.digits[t] > 0:
                    feature = syntax.features[syntax.feature[t]]
                    lookup_block(literals[n, k], syntax.digits[t], feature, layout.A, size // layout.Q, rows[k : k + 1])
                else:
                    leaf = syntax.leaves[scope, t]
                    for i in range(size):
                        out[i] = leaf[i]
            elif what == UNARY:
                apply_unary(syntax.tables[syntax.table[t]], rows[k + 1], out, size)
            elif what == BINARY:
                second = ends[k + 1]
                apply_binary(syntax.op[t], syntax.tables[syntax.table[t]], M, rows[k + 1], rows[second], out, size)
            elif what == IF:
                second = ends[k + 1]
                apply_if(rows[k + 1], rows[second], rows[ends[second]], out, size)
            elif what == SEARCH:
                apply_search(rows[k + 1], out, layout, syntax.is_argmin[t] == 1, scope)
            elif what == ITERATE:
                apply_iterate(rows[k + 1], out, layout, scope)
            else:
                apply_fit(rows[k + 1], out, layout, scope, score)
        for i in range(layout.V * layout.Q):
            values[n, i] = rows[0, i]
