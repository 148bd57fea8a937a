"""The behaviour of one machine on a log."""

from __future__ import annotations

from functools import cached_property

import numpy as np

from mesaprior.hypotheses.census import ABSTAIN
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.prediction import Prediction
from mesaprior.hypotheses.threads import Progress
from mesaprior.hypotheses.turing.halting import verdict_of
from mesaprior.hypotheses.turing.machine import Machine
from mesaprior.hypotheses.turing.policies.encoding import Encoding
from mesaprior.hypotheses.turing.runs.run import Run, run_machine

DEFAULT_RADIUS = 3
"""Cells to each side that closed sets are tried with where a run comes to the bound."""


class Policy(Prediction):
    """What one machine does on a log.

    Parameters
    ----------
    machine : Machine
    encoding : Encoding
    log : ImitationLog
    max_steps : int
        1 to `runs.run.MOST_STEPS`.
    report : Progress or None
        Called with how many more steps are done of the runs, and as many again of the proofs; the reports add up to
        2 * S * `max_steps` for S situations.
    """

    def __init__(
        self, machine: Machine, encoding: Encoding, log: ImitationLog, max_steps: int, report: Progress | None = None
    ):
        self.machine = machine
        self._encoding, self._log, self._max_steps, self._report = encoding, log, max_steps, report

    @cached_property
    def tapes(self) -> list[list[int]]:
        """The bits of each situation."""
        return self._encoding.tapes(self._log.situations).tolist()

    @cached_property
    def runs(self) -> list[Run]:
        """The run in each situation; the tape of one that does not halt is not kept."""
        runs = [
            run_machine(self.machine, self._max_steps, dict(enumerate(tape)), report=self._report)
            for tape in self.tapes
        ]
        return [run if run.halted else run.without_tape() for run in runs]

    @cached_property
    def verdicts(self) -> list[str]:
        """How the run in each situation ends, see `halting.verdict_of`."""
        verdicts: list[str] = []
        for tape, run in zip(self.tapes, self.runs, strict=True):
            verdicts.append(verdict_of(run, tape, DEFAULT_RADIUS))
            if self._report is not None:
                self._report(self._max_steps)
        return verdicts

    @property
    def n_actions(self) -> int:
        """A, the number of actions."""
        return self._encoding.n_actions

    def action(self, run: Run) -> int:
        """Return the action that is read where a run has halted, or `ABSTAIN`."""
        if not run.halted:
            return ABSTAIN
        cells = range(run.head, run.head + self._encoding.action_bits)
        return self._encoding.action([run.symbol(cell) for cell in cells])

    @property
    def predictions(self) -> dict[str, np.ndarray]:
        """Action on each row, ``int64[R]``, or `ABSTAIN`."""
        action = np.array([self.action(run) for run in self.runs], dtype=np.int64)
        return {"intact": action[self._log.row_situation]}

    @property
    def time(self) -> int:
        """Most steps in any situation; the bound where it abstains anywhere."""
        return max(run.steps if run.halted else self._max_steps for run in self.runs)

    @property
    def space(self) -> int:
        """Most cells visited in any situation; the bound on steps where it abstains anywhere."""
        if not all(run.halted for run in self.runs):
            return self._max_steps
        return max(run.n_cells for run in self.runs)
