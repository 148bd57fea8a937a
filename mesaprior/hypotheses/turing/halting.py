"""The verdict on the run of one machine, by the proofs that the enumerations use."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mesaprior.hypotheses.turing.kernels import (
    CAP,
    CLOSED,
    NO_HALT,
    STOPPED,
    VERDICTS,
    escaping,
    is_closed,
    reaches_halt,
)
from mesaprior.hypotheses.turing.kernels import run as follow_with_proofs
from mesaprior.hypotheses.turing.runs.run import Run
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


MOST_PROOF_CELLS = 1 << 23
"""Cells of a tape that proofs are looked for on, at most; they take a dozen bytes each."""


def verdict_of(run: Run, tape: Sequence[int], radius: int) -> str:
    """Return how a run ends: one of `kernels.VERDICTS`, ``cap`` where nothing is proved and it is still running.

    Parameters
    ----------
    run : Run
        On this tape.
    tape : sequence of int
        At least one cell, 0 or 1; the head starts on the first one.
    radius : int
        Cells to each side in proofs by closed sets, 0 for no such proofs.

    Notes
    -----
    A run that goes on is followed a second time, for as many steps, and what it does is compared with what it did
    before. Where it visits more cells than `MOST_PROOF_CELLS`, it is followed as far as these are sure to be enough.
    Where several proofs hold, the first of `kernels.run` is named, and of the others in the order of `IN_WORDS`.
    """
    if run.halted:
        return VERDICTS[STOPPED]
    n, steps = run.machine.n_states, run.steps
    left, right = min(run.visited[0], 0), max(run.visited[1], len(tape) - 1)
    if right - left >= MOST_PROOF_CELLS:
        steps = min(steps, MOST_PROOF_CELLS // 2)
        left, right = max(left, -steps), min(right, len(tape) - 1 + steps)
    table = np.array(run.machine.table, dtype=np.int64)
    given = np.array(tape, dtype=np.uint8)
    cells = np.zeros(right - left + 1, dtype=np.uint8)
    cells[-left : len(given) - left] = given
    scratch = make_scratch(n, len(cells), radius)
    verdict, _, state, *_ = follow_with_proofs(
        table, n, cells, -left, 0, 0, -left, -left, -left, len(given) - 1 - left, escaping(table, n, 0),
        escaping(table, n, 1), steps, scratch,
    )  # fmt: skip
    if verdict == CAP:
        # The states that can follow one without a way to halt have none either, so it is enough to examine the last.
        if not reaches_halt(table, n, state):
            verdict = NO_HALT
        elif radius > 0 and is_closed(table, n, given, 0, radius, scratch):
            verdict = CLOSED
    return VERDICTS[verdict]
