"""The machines with n states as policies: the parts of a space of machines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from mesaprior.errors import ContentError, RunError
from mesaprior.hypotheses.census import FLAGS, Census, census_from_groups
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.texts import Texts
from mesaprior.hypotheses.threads import Progress
from mesaprior.hypotheses.turing.machine import (
    UNDEFINED,
    Machine,
    check_size,
    length_of_machines,
    n_machines,
)
from mesaprior.hypotheses.turing.naming import NAME
from mesaprior.hypotheses.turing.policies.encoding import Encoding, check_encoding, encoding_of
from mesaprior.hypotheses.turing.policies.enumeration import PolicyEnumeration
from mesaprior.hypotheses.turing.policies.policy import DEFAULT_RADIUS, Policy
from mesaprior.hypotheses.turing.policies.tallying import Groups
from mesaprior.hypotheses.turing.text import format_machine, parse_machine


@dataclass(frozen=True, eq=False)
class PolicyCounts:
    """A census of machines, and the reasons why machines abstain.

    Attributes
    ----------
    census : Census
    verdicts : dict of str to int
        Machines that halt in every situation (``halts``), that are proved not to in some and are decided in all
        (``abstains``), and that came to the bound on steps in some (``undecided``).
    """

    census: Census
    verdicts: dict[str, int]


class OneSize:
    """All machines with n states and two symbols, as policies.

    The bits of a situation stand side by side on a tape of zeros, the head on the leftmost; the action is read where
    the machine halts, from the cell under the head and, where there are more than two actions, those right of it, the
    most significant bit first, modulo A. A machine that does not halt within the bound abstains there.

    Parameters
    ----------
    states : int
        1 to `machine.MOST_STATES`.
    max_steps : int
        Most steps of a run, the halting one counted.
    actions : int or None
        A; None for the largest action or rival of a log, plus one, at least 2.
    domain : int or None
        M: every feature is written in ceil(log2 M) bits. None for as many as its own values need, at least 1.
    radius : int
        Cells to each side in proofs by closed sets; 0 for no such proofs. Only `PolicyCounts.verdicts` depend on it.

    Raises
    ------
    UsageError
        If a number is out of range.

    Notes
    -----
    Columns: ``length`` is 2n * log2(4n + 2) bits for every machine. ``time`` and ``infer_time`` are the most steps in
    any distinct situation of the log, ``space`` the most cells visited; a machine that abstains anywhere has the bound
    on steps in all three (nothing that halts in so many steps takes more time or visits more cells).
    """

    def __init__(
        self,
        states: int,
        max_steps: int,
        *,
        actions: int | None = None,
        domain: int | None = None,
        radius: int = DEFAULT_RADIUS,
    ):
        check_size(states, max_steps)
        check_encoding(actions, domain)
        self.states = states
        self.max_steps = max_steps
        self.actions = actions
        self.domain = domain
        self._radius = radius

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds as plain data; the numbers of actions and values only if given."""
        given = {"actions": self.actions, "domain": self.domain}
        return {"states": self.states, "max_steps": self.max_steps} | {
            name: value for name, value in given.items() if value is not None
        }

    @property
    def length(self) -> float:
        """Bits of every machine."""
        return length_of_machines(self.states)

    def count_by_length(self, log: ImitationLog) -> dict[int | float, int]:
        """Return the exact number of machines; all have the same length."""
        return {self.length: n_machines(self.states)}

    def census(
        self,
        log: ImitationLog,
        *,
        engine: Literal["lazy"] = "lazy",
        workers: int = 1,
        report: Progress | None = None,
    ) -> Census:
        """Count every machine of the space on a log, exactly; see `counts`."""
        return self.counts(log, workers=workers, report=report).census

    def counts(self, log: ImitationLog, *, workers: int = 1, report: Progress | None = None) -> PolicyCounts:
        """Count every machine of the space on a log, exactly, and why machines abstain.

        Parameters
        ----------
        log : ImitationLog
        workers : int
            Threads; nothing depends on it.
        report : Progress or None

        Raises
        ------
        ContentError
            If the log does not fit the numbers of actions and values.
        RunError
            If the machines counted are not all there are: an error of the program.

        Notes
        -----
        See `PolicyEnumeration`. Of entries that no situation reads, the witness shows ``0-H``.
        """
        groups, verdicts = self.enumeration(log).count(workers=workers, report=report)
        if sum(verdicts.values()) != n_machines(self.states):
            raise RunError(
                f"{sum(verdicts.values())} machines were counted and there are {n_machines(self.states)}; report this."
            )
        return PolicyCounts(self.census_of(log, groups), verdicts)

    def n_reports(self, log: ImitationLog) -> int:
        """Return the total of the progress reports of `census`."""
        return self.enumeration(log).n_sets

    def enumeration(self, log: ImitationLog) -> PolicyEnumeration:
        """Return the machines of the space on a log, divided into sets that can be counted separately."""
        return PolicyEnumeration(self.states, self.max_steps, log.situations, self._encoding(log), self._radius)

    def n_actions(self, log: ImitationLog) -> int:
        """Return A."""
        return self._encoding(log).n_actions

    def _encoding(self, log: ImitationLog) -> Encoding:
        return encoding_of(log, actions=self.actions, domain=self.domain)

    def census_of(self, log: ImitationLog, groups: Groups) -> Census:
        """Return the census of some machines; those of disjoint sets add up, in the order of the sets.

        Notes
        -----
        Of machines that do the same, the witness is of the least time, and of the lowest set with such a machine. The
        space does not matter, so that adding up finds the same one.
        """
        order = np.lexsort((groups.rank, groups.time))
        groups = Groups(*(column[order] for column in groups))
        G = len(groups.machines)
        return census_from_groups(
            space=NAME,
            n_actions=self.n_actions(log),
            predictions=groups.action,
            flags=np.zeros((G, len(FLAGS)), dtype=np.uint8),
            witness=self._texts(groups.witness),
            behaviour_id=np.arange(G),
            columns={
                "length": np.full(G, self.length),
                "time": groups.time,
                "infer_time": groups.time.copy(),
                "space": groups.space,
            },
            count=groups.machines,
            row_cell=log.row_situation,
            bounds=dict(self.bounds),
        )

    def _texts(self, tables: np.ndarray) -> Texts:
        """Return the texts of machines, ``uint8[G, 2 * n]``; entries that are never read halt."""
        n = self.states
        codes = [*range(4 * n + 2)]
        entry = np.zeros((256, 3), dtype=np.uint8)
        for code in codes:
            text = format_machine(Machine((code,) * (2 * n)))[:3]
            entry[code] = np.frombuffer(text.encode(), dtype=np.uint8)
        entry[UNDEFINED] = entry[4 * n]
        G, size = len(tables), 7 * n - 1
        data = np.full((G, n, 7), ord("_"), dtype=np.uint8)
        data[:, :, :6] = entry[tables].reshape(G, n, 6)
        return Texts(
            np.ascontiguousarray(data.reshape(G, 7 * n)[:, :size]).reshape(-1), np.arange(G + 1, dtype=np.int64) * size
        )

    def parse(self, text: str, log: ImitationLog | None = None) -> Machine:
        """Read a machine from its text; see `text.read_machine`. The log does not matter.

        Entries that are not defined become halts that write what they read, which is what they do.

        Raises
        ------
        ContentError
            If it is not the text of a machine of the space.
        """
        machine = parse_machine(text)
        if machine.n_states != self.states:
            raise ContentError(f"{text!r} has {machine.n_states} states, and the machines of this space {self.states}.")
        return machine.completed

    def format(self, program: Machine) -> str:
        """Return the text of a machine."""
        return format_machine(program)

    def predict(self, program: Machine, log: ImitationLog) -> Policy:
        """Return the behaviour of a machine on a log."""
        return Policy(program, self._encoding(log), log, self.max_steps)
