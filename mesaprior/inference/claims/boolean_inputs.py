"""Logs that show every input of a Boolean function once: of one number of bits, or of two."""

from __future__ import annotations

import itertools

import pandas as pd

from mesaprior.hypotheses.log import ImitationLog, log_from_frame


def all_inputs(n_inputs: int) -> ImitationLog:
    """Return a log with every input of a number of bits once, in the order of their numbers; its actions do not matter.

    Censuses over it without `fit` hold what every function of these inputs needs.
    """
    names = [f"x{i + 1}" for i in range(n_inputs)]
    table = pd.DataFrame(list(itertools.product((0, 1), repeat=n_inputs)), columns=names)
    return log_from_frame(table.assign(action=table[names[0]]), source=f"all inputs of {n_inputs} bits", own_codes=True)


def all_sizes(sizes: tuple[int, ...]) -> ImitationLog:
    """Return a log with every input of some sizes once, size by size; its actions do not matter.

    Bits past the size of a row are 0, as `GeneratorSpace` asks for it.
    """
    most = max(sizes)
    rows = [(n, *bits, *(0,) * (most - n)) for n in sizes for bits in itertools.product((0, 1), repeat=n)]
    table = pd.DataFrame(rows, columns=["size", *(f"x{i + 1}" for i in range(most))])
    return log_from_frame(
        table.assign(action=table["x1"]), source=f"all inputs of {' or '.join(map(str, sizes))} bits", own_codes=True
    )
