"""How the run of one machine ends, by the proofs that the enumerations use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mesaprior.hypotheses.turing.kernels import (
    CAP,
    CLOSED,
    NO_HALT,
    VERDICTS,
    escaping,
    is_closed,
    reaches_halt,
    run,
)
from mesaprior.hypotheses.turing.machine import Machine
from mesaprior.hypotheses.turing.scratch import make_scratch

IN_WORDS = {
    "halted": "it halts",
    "cycle": "a whole configuration returns, so it goes round for ever",
    "translated_cycle": "what it does repeats itself further on, for ever",
    "escape": "it runs away over blank tape, for ever",
    "no_way_to_halt": "it comes to a state from which no entry that halts can be reached",
    "closed_set": "what it can ever see around the head holds no entry that halts",
    "cap": "it is still running, and whether it ever halts is not known",
}
"""What each of `kernels.VERDICTS` means."""


def verdict_of(machine: Machine, tape: Sequence[int], max_steps: int, radius: int) -> str:
    """Return how a run ends: one of `kernels.VERDICTS`, ``cap`` where nothing is proved and it is still running.

    Parameters
    ----------
    machine : Machine
        The run reads no entry that is undefined.
    tape : sequence of int
        At least one cell, 0 or 1; the head starts on the first one.
    max_steps : int
        Most steps, the halting one counted.
    radius : int
        Cells to each side in proofs by closed sets, 0 for no such proofs.

    Notes
    -----
    A run that halts is not told from one that reads an undefined entry. Where several proofs hold, the first of
    `kernels.run` is named, and of the others in the order of `IN_WORDS`.
    """
    n, start = machine.n_states, max_steps + 1
    table = np.array(machine.table, dtype=np.int64)
    given = np.array(tape, dtype=np.uint8)
    cells = np.zeros(2 * max_steps + 3 + len(given), dtype=np.uint8)
    cells[start : start + len(given)] = given
    scratch = make_scratch(n, len(cells), radius)
    verdict, _, state, *_ = run(
        table, n, cells, start, 0, 0, start, start, start, start + len(given) - 1, escaping(table, n, 0),
        escaping(table, n, 1), max_steps, scratch,
    )  # fmt: skip
    if verdict == CAP:
        # The states that can follow one without a way to halt have none either, so it is enough to look at the last.
        if not reaches_halt(table, n, state):
            verdict = NO_HALT
        elif radius > 0 and is_closed(table, n, given, 0, radius, scratch):
            verdict = CLOSED
    return VERDICTS[verdict]
