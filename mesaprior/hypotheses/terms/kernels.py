"""Compiled kernels of the term engines: what tokens do to values, merging, and exact counting.

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

# No step count grows beyond this.
SATURATION = 2**62

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


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


@njit
def hash_row(row):
    """Return a 64-bit hash of uint64 words."""
    h = _PRIME
    for word in row:
        h = (h ^ word) * _PRIME
        h ^= h >> _SHIFT
    return h


@njit
def intern(block, rows, hashes, slots, n_rows, ids):
    """Merge a block of rows into a table of distinct rows, and write the id of each.

    Parameters
    ----------
    block : uint64[m, words]
    rows : uint64[capacity, words]
        The distinct rows so far; room for m more is the caller's duty.
    hashes : uint64[capacity]
    slots : int64[power of two]
        Open addressing, -1 where empty; more than twice as many as rows.
    n_rows : int
        Distinct rows so far.
    ids : int64[m]
        Written: the index in `rows` of each row of the block.

    Returns
    -------
    int
        Distinct rows after the block. Rows are numbered by first appearance.
    """
    mask = len(slots) - 1
    n_words = block.shape[1]
    for k in range(len(block)):
        h = hash_row(block[k])
        slot = np.int64(h & np.uint64(mask))
        while True:
            found = slots[slot]
            if found < 0:
                slots[slot] = n_rows
                hashes[n_rows] = h
                for w in range(n_words):
                    rows[n_rows, w] = block[k, w]
                ids[k] = n_rows
                n_rows += 1
                break
            if hashes[found] == h:
                same = True
                for w in range(n_words):
                    if rows[found, w] != block[k, w]:
                        same = False
                        break
                if same:
                    ids[k] = found
                    break
            slot = (slot + 1) & mask
    return n_rows


@njit
def reslot(hashes, n_rows, slots):
    """Fill empty slots (all -1) from the hashes of distinct rows, after the slots were enlarged."""
    mask = len(slots) - 1
    for index in range(n_rows):
        slot = np.int64(hashes[index] & np.uint64(mask))
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = index


@njit
def add_steps(a, b):
    """Return a + b, saturating; both lie in 0..SATURATION."""
    return SATURATION if a >= SATURATION - b else a + b


@njit
def charge(steps, factor, below):
    """Return steps + factor * below, saturating; all are non-negative and at most SATURATION."""
    if below > 0 and factor > (SATURATION - steps) // below:
        return SATURATION
    return steps + factor * below


class Productions(NamedTuple):
    """How the records of a level were put together; index d is the production of a record.

    Attributes
    ----------
    arity, steps, factor, infer_factor, weight : int64[D]
        Arguments, steps of the head token, evaluations of the arguments for time and for infer_time, and how many
        ordered pairs a record stands for (2 for the unequal halves of a commutative operator).
    """

    arity: np.ndarray
    steps: np.ndarray
    factor: np.ndarray
    infer_factor: np.ndarray
    weight: np.ndarray


class Records(NamedTuple):
    """A level in the making: which class each combination of arguments falls into.

    Attributes
    ----------
    class_id, production : int64[m]
    arguments : int64[3, m]
        Nodes of the arguments; for a lookup, the number of its table stands first.
    """

    class_id: np.ndarray
    production: np.ndarray
    arguments: np.ndarray


class Entries(NamedTuple):
    """Exact counts by (time, infer_time), grouped by node: those of node g are start[g] .. end[g] - 1.

    Attributes
    ----------
    start, end : int64[n]
    least_time : int64[n]
        Least time of any program of the node.
    time, infer_time : int64[e]
        Steps.
    count : uint64[e]
    """

    start: np.ndarray
    end: np.ndarray
    least_time: np.ndarray
    time: np.ndarray
    infer_time: np.ndarray
    count: np.ndarray


class Tally(NamedTuple):
    """A small hash table from (time, infer_time) to a count, with its used slots in order of arrival.

    Attributes
    ----------
    time, infer_time : int64[power of two]
    count : uint64[power of two]
        0 where the slot is empty.
    used : int64[power of two]
    """

    time: np.ndarray
    infer_time: np.ndarray
    count: np.ndarray
    used: np.ndarray


@njit
def _tally(tally, n_used, time, infer_time, count):
    """Add a count under (time, infer_time); return the number of used slots."""
    mask = len(tally.count) - 1
    mixed = np.uint64(time) * _PRIME + np.uint64(infer_time)
    slot = np.int64((mixed ^ (mixed >> _SHIFT)) & np.uint64(mask))
    while True:
        if tally.count[slot] == 0:
            tally.time[slot] = time
            tally.infer_time[slot] = infer_time
            tally.count[slot] = count
            tally.used[n_used] = slot
            return n_used + 1
        if tally.time[slot] == time and tally.infer_time[slot] == infer_time:
            tally.count[slot] += count
            return n_used
        slot = (slot + 1) & mask


@njit
def group_records(class_id, start, order):
    """Write which records fall into each class, in order: order[start[c]] .. order[start[c + 1] - 1] are those of c.

    `start` is int64[n + 2], all zeros; its last entry is scratch.
    """
    for c in class_id:
        start[c + 2] += 1
    for c in range(2, len(start)):
        start[c] += start[c - 1]
    # Each start moves up as its class fills, and ends where the next class begins.
    for r in range(len(class_id)):
        c = class_id[r]
        order[start[c + 1]] = r
        start[c + 1] += 1


@njit
def least_times(records, productions, entries, best_time, best_record):
    """Keep, for each class, the record of least time; the first of several. Both outputs are int64[n classes]."""
    for r in range(len(records.class_id)):
        d = records.production[r]
        below = 0
        for argument in range(productions.arity[d]):
            below = add_steps(below, entries.least_time[records.arguments[argument, r]])
        time = charge(productions.steps[d], productions.factor[d], below)
        c = records.class_id[r]
        if time < best_time[c]:
            best_time[c] = time
            best_record[c] = r


@njit
def accumulate(records, order, start, productions, entries, tally, max_time, out, position):
    """Multiply the counts of arguments and add them up by (class, time, infer_time).

    Parameters
    ----------
    records : Records
    order : int64[m]
        Records grouped by class.
    start : int64[n + 1]
        Where the group of each class begins in `order`.
    productions : Productions
    entries : Entries
        Counts of the arguments.
    tally : Tally
        Scratch, empty.
    max_time : int
        Programs with more time are dropped.
    out : Entries
        Written: `time`, `infer_time`, `count` from position[1] on, and `start`, `end` of each class.
    position : int64[3]
        In and out: the class to go on with, the next free place of `out`, and a status (0 done, 1 `out` is full,
        2 `tally` is full). After growing what is full, call again.

    Notes
    -----
    Counts are at most the number of programs of the level, which the caller has checked to fit.
    """
    room = len(tally.count) // 2
    for c in range(position[0], len(start) - 1):
        n_used = 0
        full = False
        for place in range(start[c], start[c + 1]):
            r = order[place]
            d = records.production[r]
            arity = productions.arity[d]
            steps, factor, infer_factor = (
                productions.steps[d],
                productions.factor[d],
                productions.infer_factor[d],
            )
            weight = np.uint64(productions.weight[d])
            first_start, first_end = 0, 1
            second_start, second_end = 0, 1
            third_start, third_end = 0, 1
            if arity >= 1:
                g = records.arguments[0, r]
                first_start, first_end = entries.start[g], entries.end[g]
            if arity >= 2:
                g = records.arguments[1, r]
                second_start, second_end = entries.start[g], entries.end[g]
            if arity >= 3:
                g = records.arguments[2, r]
                third_start, third_end = entries.start[g], entries.end[g]
            for i in range(first_start, first_end):
                time_1, infer_1, count_1 = np.int64(0), np.int64(0), weight
                if arity >= 1:
                    time_1, infer_1 = entries.time[i], entries.infer_time[i]
                    count_1 = weight * entries.count[i]
                for j in range(second_start, second_end):
                    time_2, infer_2, count_2 = time_1, infer_1, count_1
                    if arity >= 2:
                        time_2 = add_steps(time_1, entries.time[j])
                        infer_2 = add_steps(infer_1, entries.infer_time[j])
                        count_2 = count_1 * entries.count[j]
                    for l in range(third_start, third_end):
                        time_3, infer_3, count_3 = time_2, infer_2, count_2
                        if arity >= 3:
                            time_3 = add_steps(time_2, entries.time[l])
                            infer_3 = add_steps(infer_2, entries.infer_time[l])
                            count_3 = count_2 * entries.count[l]
                        time = charge(steps, factor, time_3)
                        if time <= max_time:
                            infer_time = charge(steps, infer_factor, infer_3)
                            n_used = _tally(tally, n_used, time, infer_time, count_3)
                            if n_used > room:
                                full = True
                                break
                    if full:
                        break
                if full:
                    break
            if full:
                break
        if full or position[1] + n_used > len(out.time):
            for k in range(n_used):
                tally.count[tally.used[k]] = 0
            position[0] = c
            position[2] = 2 if full else 1
            return
        out.start[c] = position[1]
        for k in range(n_used):
            slot = tally.used[k]
            out.time[position[1]] = tally.time[slot]
            out.infer_time[position[1]] = tally.infer_time[slot]
            out.count[position[1]] = tally.count[slot]
            tally.count[slot] = 0
            position[1] += 1
        out.end[c] = position[1]
    position[0] = len(start) - 1
    position[2] = 0


class Syntax(NamedTuple):
    """The tokens of a language as arrays, for the reference engine; T tokens.

    Attributes
    ----------
    arity, bits, steps : int64[T]
        `bits` with literals.
    what : int64[T]
        LEAF, UNARY, ...
    op : int64[T]
        Code of a binary operator.
    table : int64[T]
        Index into `tables`.
    is_argmin : uint8[T]
    factor, infer_factor : int64[T]
        Evaluations of the arguments, for time and for infer_time.
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
    steps: np.ndarray
    what: np.ndarray
    op: np.ndarray
    table: np.ndarray
    is_argmin: np.ndarray
    factor: np.ndarray
    infer_factor: np.ndarray
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
def evaluate_block(syntax, layout, tokens, literals, scopes, sizes, values, scratch, times):
    """Evaluate programs one by one, each from its last token to its first.

    Parameters
    ----------
    tokens, literals, scopes : int64[m, positions]
    sizes : int64[m]
        Tokens of each program.
    values : uint8[m, V * Q padded]
        Written: the values of each program.
    scratch : (uint8[positions, width], int64[positions, 3], int64[P])
        The values, (end, time, infer_time) of the term at each position, and room for `apply_fit`.
    times : int64[m, 2]
        Written: time and infer_time.
    """
    rows, facts, score = scratch
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
            below, infer_below = np.int64(0), np.int64(0)
            for _ in range(syntax.arity[t]):
                below = add_steps(below, facts[end, 1])
                infer_below = add_steps(infer_below, facts[end, 2])
                end = facts[end, 0]
            facts[k, 0] = end
            facts[k, 1] = charge(syntax.steps[t], syntax.factor[t], below)
            facts[k, 2] = charge(syntax.steps[t], syntax.infer_factor[t], infer_below)
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
                second = facts[k + 1, 0]
                apply_binary(syntax.op[t], syntax.tables[syntax.table[t]], M, rows[k + 1], rows[second], out, size)
            elif what == IF:
                second = facts[k + 1, 0]
                apply_if(rows[k + 1], rows[second], rows[facts[second, 0]], out, size)
            elif what == SEARCH:
                apply_search(rows[k + 1], out, layout, syntax.is_argmin[t] == 1, scope)
            elif what == ITERATE:
                apply_iterate(rows[k + 1], out, layout, scope)
            else:
                apply_fit(rows[k + 1], out, layout, scope, score)
        for i in range(layout.V * layout.Q):
            values[n, i] = rows[0, i]
        times[n, 0] = facts[0, 1]
        times[n, 1] = facts[0, 2]
