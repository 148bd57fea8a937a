"""Every threshold network of a shape, weight by weight and situation by situation: the oracle of the space."""

from collections import Counter
from itertools import product

import numba
import numpy as np


def fires(weights, bias, seen):
    """Return what a unit does, written out."""
    total = bias
    for weight, value in zip(weights, seen, strict=True):
        total += weight * value
    return 1 if total > 0 else 0


def inputs_of(number, n):
    """Return the bits of an input, the first variable the most significant."""
    return [int(bit) for bit in f"{number:0{n}b}"]


def networks(n, h, k, weights):
    """Yield the hidden units and the outputs of every network, each as (weights, bias)."""
    seen = h if h else n
    for setting in product(weights, repeat=h * (n + 1) + k * (seen + 1)):
        values = iter(setting)
        hidden = [([next(values) for _ in range(n)], next(values)) for _ in range(h)]
        outputs = [([next(values) for _ in range(seen)], next(values)) for _ in range(k)]
        yield setting, hidden, outputs


def policies(n, h, k, weights, inputs, n_actions):
    """Return the counts by (actions at these inputs, non-zero weights, sum of sizes, sum of squares)."""
    found = Counter()
    situations = [inputs_of(number, n) for number in inputs]
    for setting, hidden, outputs in networks(n, h, k, weights):
        actions = []
        for seen in situations:
            layer = [fires(*unit, seen) for unit in hidden] if h else seen
            value = 0
            for unit in outputs:
                value = 2 * value + fires(*unit, layer)
            actions.append(value % n_actions)
        norms = (sum(w != 0 for w in setting), sum(map(abs, setting)), sum(w * w for w in setting))
        found[tuple(actions), *norms] += 1
    return found


@numba.njit
def run_every_network(n, h, count):
    """Run every network with weights -1, 0, 1, a hidden layer and one output on all inputs, one after the other.

    Counts stand in `count[function, non-zero weights]`.
    """
    n_weights, n_inputs = h * (n + 1) + h + 1, 1 << n
    weight = np.full(n_weights, -1, dtype=np.int64)
    for _ in range(3**n_weights):
        function, non_zero = 0, 0
        for place in range(n_weights):
            non_zero += weight[place] != 0
        for number in range(n_inputs):
            total = weight[n_weights - 1]
            for unit in range(h):
                start = unit * (n + 1)
                inner = weight[start + n]
                for i in range(n):
                    if number >> (n - 1 - i) & 1:
                        inner += weight[start + i]
                if inner > 0:
                    total += weight[h * (n + 1) + unit]
            if total > 0:
                function |= 1 << number
        count[function, non_zero] += 1
        # The next network: the next number in base 3.
        for place in range(n_weights):
            weight[place] += 1
            if weight[place] < 2:
                break
            weight[place] = -1
