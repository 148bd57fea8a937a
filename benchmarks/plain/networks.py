"""Every threshold network of a shape, run one after the other."""

import numba
import numpy as np


@numba.njit
def run_every_network(n, h, count):
    """Run every network with weights -1, 0, 1 and one output on all inputs, and count by (function, weights not 0).

    The next network is the next number in base 3.
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
                    inner += weight[start + i] * (number >> (n - 1 - i) & 1)
                total += weight[h * (n + 1) + unit] * (inner > 0)
            function |= (total > 0) << number
        count[function, non_zero] += 1
        for place in range(n_weights):
            weight[place] += 1
            if weight[place] < 2:
                break
            weight[place] = -1
