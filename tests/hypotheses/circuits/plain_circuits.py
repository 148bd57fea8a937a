"""Circuits, plainly: every one of them built gate by gate, with no symmetry, no merging and no normal functions."""

from collections import Counter
from itertools import combinations, product

from mesaprior.hypotheses.circuits.gates import AIG, FULL

XORS = {6, 9}
TABLES = {FULL: {1, 2, 4, 6, 7, 8, 9, 11, 13, 14}, AIG: {1, 2, 4, 7, 8, 11, 13, 14}}


def inputs(n):
    """Return the truth table of each input, the first the most significant bit of an input number."""
    return [sum(1 << i for i in range(1 << n) if i >> (n - 1 - v) & 1) for v in range(n)]


def applied(n, table, a, b):
    """Return the truth table of a gate on two functions."""
    return sum((table >> (2 * (a >> i & 1) + (b >> i & 1)) & 1) << i for i in range(1 << n))


def straight_lines(n, basis, r):
    """Yield every straight-line circuit of r gates, as the functions and the depths of its nodes."""

    def go(functions, depths, left):
        if left == 0:
            yield functions, depths
            return
        for i, j in combinations(range(len(functions)), 2):
            depth = 1 + max(depths[i], depths[j])
            for table in TABLES[basis]:
                yield from go([*functions, applied(n, table, functions[i], functions[j])], [*depths, depth], left - 1)

    yield from go(inputs(n), [0] * n, r)


def outputs_of(n, m, functions, depths, r):
    """Yield every choice of outputs of a circuit: their functions and depths."""
    everything = (1 << (1 << n)) - 1
    nodes = [(f ^ flip, d, k, flip > 0) for k, (f, d) in enumerate(zip(functions, depths, strict=True))
             for flip in (0, everything)]  # fmt: skip
    nodes += [(0, 0, None, False), (everything, 0, None, False)]
    last = len(functions) - 1
    for chosen in product(nodes, repeat=m):
        ends = [is_complemented for _, _, k, is_complemented in chosen if k == last]
        if r == 0 or (ends and not ends[0]):
            yield tuple(f for f, *_ in chosen), max(d for _, d, *_ in chosen)


def counts(n, m, basis, max_gates):
    """Return the number of circuits by (functions of the outputs, gates, depth)."""
    found = Counter()
    for r in range(max_gates + 1):
        for functions, depths in straight_lines(n, basis, r):
            for outputs, depth in outputs_of(n, m, functions, depths, r):
                found[outputs, r, depth] += 1
    return found


def least_gates(n, basis, max_gates):
    """Return the least gates of every function that so many reach, from all sets of functions, level by level."""
    everything = (1 << (1 << n)) - 1
    least = dict.fromkeys([0, everything, *(f ^ flip for f in inputs(n) for flip in (0, everything))], 0)
    level = {frozenset()}
    for r in range(1, max_gates + 1):
        grown = set()
        for functions in level:
            nodes = [*inputs(n), *functions]
            for a, b in combinations(nodes, 2):
                for table in TABLES[basis]:
                    function = applied(n, table, a, b)
                    # A complement costs nothing, so one of the two will do.
                    grown.add(functions | {min(function, everything ^ function)})
        level = grown
        for functions in level:
            for function in functions:
                least.setdefault(function, r)
                least.setdefault(everything ^ function, r)
    return least
