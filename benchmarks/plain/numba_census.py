"""The census as a loop that Numba compiles: every program token by token, and each evaluated in every situation.

Programs are made in the order of their prefixes. A program is evaluated from its last token to its first, on a stack of
values in all situations; its actions, its length and its time are a key of a dictionary. Only what has an argmax or an
argmin is evaluated a second time. (Recursion over tokens, situation by situation, takes 25 times as long.)
"""

from __future__ import annotations

import numpy as np
from numba import njit, types
from numba.typed import Dict

from benchmarks.plain.question import ARITY, Counted, Question

KINDS = list(ARITY)
FEATURE, CONSTANT, CANDIDATE, BINARY, IF, ARGMAX, ARGMIN, ITERATE = range(len(KINDS))

KEY = types.UniTuple(types.int64, 4)
"""Actions intact and inverted, each the digits of a number; length; time."""


@njit(cache=True)
def evaluate(program, bound, n, is_inverted, features, tokens, tables, A, K, values, times):
    """Return the actions of a program of n tokens, as the digits of a number, and its time.

    It is worked off from its end on a stack of ``values: uint8[n, S, M]`` and ``times: int64[n]``; the last axis stands
    for y where it is bound, and only entry 0 counts where it is not.
    """
    S, M, top = values.shape[1], values.shape[2], 0
    lasts = np.empty(M, dtype=np.uint8)
    for place in range(n - 1, -1, -1):
        token = program[place]
        kind, steps, value = tokens[token, 0], tokens[token, 3], tokens[token, 4]
        Y = M if bound[place] else 1
        if kind <= CANDIDATE:
            for s in range(S):
                for y in range(Y):
                    values[top, s, y] = features[value, s] if kind == FEATURE else value if kind == CONSTANT else y
            times[top] = steps
            top += 1
        elif kind == BINARY:
            first, into = values[top - 1], values[top - 2]
            for s in range(S):
                for y in range(Y):
                    into[s, y] = tables[token, first[s, y], into[s, y]]
            times[top - 2] += steps + times[top - 1]
            top -= 1
        elif kind == IF:
            condition, then, into = values[top - 1], values[top - 2], values[top - 3]
            for s in range(S):
                for y in range(Y):
                    if condition[s, y] != 0:
                        into[s, y] = then[s, y]
            times[top - 3] += steps + times[top - 1] + times[top - 2]
            top -= 2
        elif kind == ITERATE:
            body = values[top - 1]
            for s in range(S):
                for y in range(Y):
                    last = y
                    for _ in range(K):
                        last = body[s, last]
                    lasts[y] = last
                body[s, :Y] = lasts[:Y]
            times[top - 1] = steps + K * times[top - 1]
        else:
            body, is_max = values[top - 1], (kind == ARGMAX) != is_inverted
            for s in range(S):
                best = 0
                for y in range(1, A):
                    if (body[s, y] > body[s, best]) if is_max else (body[s, y] < body[s, best]):
                        best = y
                for y in range(Y):
                    body[s, y] = best
            times[top - 1] = steps + A * times[top - 1]
    number = np.int64(0)
    for s in range(S):
        number = number * A + values[0, s, 0] % A
    return number, times[0]


@njit(cache=True)
def count_all(max_bits, features, tokens, tables, A, K):
    """Count all programs; those that are begun are held on a stack of choices, one for each token."""
    T, M, S, least = len(tokens), tables.shape[1], features.shape[1], tokens[:, 2].min()
    counts = Dict.empty(KEY, types.int64)
    positions = max_bits // least
    program = np.zeros(positions, dtype=np.int64)
    bound = np.zeros(positions, dtype=np.uint8)
    values = np.zeros((positions, S, M), dtype=np.uint8)
    times = np.zeros(positions, dtype=np.int64)
    # Before each token: which arguments are missing, one binary digit each, 1 where y is bound; how many; bits so far.
    missing = np.zeros(positions + 1, dtype=np.int64)
    n_missing = np.zeros(positions + 1, dtype=np.int64)
    bits = np.zeros(positions + 1, dtype=np.int64)
    searches = np.zeros(positions + 1, dtype=np.int64)
    choice = np.full(positions + 1, -1, dtype=np.int64)
    n_missing[0], place = 1, 0
    while place >= 0:
        choice[place] += 1
        token = choice[place]
        if token == T:
            choice[place] = -1
            place -= 1
            continue
        kind, arity = tokens[token, 0], tokens[token, 1]
        is_bound = missing[place] & 1
        longer, n = bits[place] + tokens[token, 2], n_missing[place] - 1 + arity
        if longer + n * least > max_bits or (kind == CANDIDATE and not is_bound):
            continue
        program[place], bound[place] = token, is_bound
        inner = 1 if kind >= ARGMAX else is_bound
        stack = missing[place] >> 1
        for _ in range(arity):
            stack = stack << 1 | inner
        has_search = searches[place] | (kind in (ARGMAX, ARGMIN))
        if n > 0:
            place += 1
            missing[place], n_missing[place], bits[place], searches[place] = stack, n, longer, has_search
            continue
        n = place + 1
        intact, time = evaluate(program, bound, n, False, features, tokens, tables, A, K, values, times)
        inverted = intact
        if has_search:
            inverted, _ = evaluate(program, bound, n, True, features, tokens, tables, A, K, values, times)
        key = (intact, inverted, longer, time)
        counts[key] = counts.get(key, 0) + 1
    rows = np.empty((len(counts), 5), dtype=np.int64)
    for row, (key, count) in enumerate(counts.items()):
        for column in range(4):
            rows[row, column] = key[column]
        rows[row, 4] = count
    return rows


def census(question: Question, max_bits: int) -> Counted:
    """Count every program of at most `max_bits` bits."""
    M, A, S = question.M, question.A, len(question.situations)
    tokens = np.array([[KINDS.index(t.kind), t.arity, t.bits, t.steps, t.value] for t in question.tokens])
    tables = np.array([t.table or np.zeros((M, M)) for t in question.tokens]).astype(np.uint8)
    features = np.array(question.situations, dtype=np.uint8).T.copy()
    rows = count_all(max_bits, features, tokens, tables, A, question.K)
    digits = A ** np.arange(S)[::-1]
    return Counted(
        intact=(rows[:, :1] // digits % A).astype(np.uint8),
        inverted=(rows[:, 1:2] // digits % A).astype(np.uint8),
        length=rows[:, 2],
        time=rows[:, 3],
        count=rows[:, 4],
    )
