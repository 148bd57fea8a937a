"""The space of machines of one size or of several."""

from __future__ import annotations

import math
from collections.abc import Generator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Any, ClassVar, Literal

from mesaprior.errors import ContentError, Named, UsageError
from mesaprior.hypotheses.census import Census, sum_of_censuses
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.space import Cut, Space
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.threads import GoesOn, Progress, block_of, spread_blocks
from mesaprior.hypotheses.turing.machine import Machine, length_of_machines
from mesaprior.hypotheses.turing.naming import COLUMNS, NAME, NOUN
from mesaprior.hypotheses.turing.policies.one_size import OneSize
from mesaprior.hypotheses.turing.policies.policy import Policy
from mesaprior.hypotheses.turing.text import format_machine, parse_machine

DEFAULT_MAX_STEPS = 500
"""Default bound on the steps of a run; nearly every run that halts is shorter (see the reference)."""

MOST_SHARDS = 64
SHARDS = {1: 1, 2: 1, 3: 16}
"""Shards of a census by the most states; with few it is counted in a second, with more there are `MOST_SHARDS`."""


class TuringSpace(Space):
    """All machines with `least` to `most` states and two symbols, as policies; see `OneSize`.

    Parameters
    ----------
    least, most : int
        Numbers of states, 1 to `machine.MOST_STATES`; every size from the one to the other is counted.
    max_steps : int or None
        Most steps of a run, the halting one counted; None for `DEFAULT_MAX_STEPS`.
    actions, domain : int or None
        As in `OneSize`.

    Raises
    ------
    UsageError
        If a number is out of range.

    Notes
    -----
    A machine of n states has 2n * log2(4n + 2) bits, and there are (4n + 2)^(2n) of them: under 2^-length every size
    has the same mass, 1, so the mass of all sizes is without bound.
    """

    name = NAME
    noun = NOUN
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    engines: ClassVar[tuple[str, ...]] = ("lazy",)
    cut: ClassVar[Cut] = "sets"

    def __init__(
        self,
        least: int,
        most: int,
        max_steps: int | None = None,
        *,
        actions: int | None = None,
        domain: int | None = None,
    ):
        if least > most:
            raise UsageError(
                Named(f"least={least}, most={most}", f"--states {least}-{most}"),
                " holds no size; write the smaller number first.",
            )
        steps = DEFAULT_MAX_STEPS if max_steps is None else max_steps
        self.sizes: list[OneSize] = [
            OneSize(states, steps, actions=actions, domain=domain) for states in range(least, most + 1)
        ]

    @classmethod
    def of_bounds(cls, bounds: dict[str, Any], language: Language | None = None) -> TuringSpace:
        """Return the space that has these bounds."""
        return cls(
            bounds.get("least_states", bounds["states"]),
            bounds["states"],
            bounds["max_steps"],
            actions=bounds.get("actions"),
            domain=bounds.get("domain"),
        )

    @property
    def max_steps(self) -> int:
        """Most steps of a run."""
        return self.sizes[0].max_steps

    @property
    def states(self) -> str:
        """The sizes as they would be typed."""
        least, most = self.sizes[0].states, self.sizes[-1].states
        return str(most) if least == most else f"{least}-{most}"

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds as plain data; those of one size are its own."""
        least, most = self.sizes[0], self.sizes[-1]
        return most.bounds if least is most else {"least_states": least.states} | most.bounds

    def count_by_length(self, log: ImitationLog) -> dict[int | float, int]:
        """Return the exact number of machines of each length, which is that of each size."""
        counts: dict[int | float, int] = {}
        for size in self.sizes:
            counts |= size.count_by_length(log)
        return counts

    def length_beyond(self, log: ImitationLog) -> float:
        """Return the bits of the smallest machines of a size that is not counted, 2n * log2(4n + 2) for n states."""
        least, most = self.sizes[0].states, self.sizes[-1].states
        states = 1 if least > 1 else most + 1
        return 2 * states * math.log2(4 * states + 2)

    def n_actions(self, log: ImitationLog) -> int:
        """Return A, see `OneSize`."""
        return self.sizes[0].n_actions(log)

    def n_reports(self, log: ImitationLog, *, engine: str | None = None) -> int:
        """Return the work in all shards together: sets of machines, see `PolicyEnumeration`."""
        return sum(size.n_reports(log) for size in self.sizes)

    def census(
        self,
        log: ImitationLog,
        *,
        engine: Literal["lazy"] = "lazy",
        workers: int = 1,
        report: Progress | None = None,
    ) -> Census:
        """Count every machine of every size on a log, exactly; see `OneSize.counts`.

        Notes
        -----
        Cost: about that of the largest size.
        """
        parts = [size.census(log, workers=workers, report=report) for size in self.sizes]
        return replace(sum_of_censuses(parts), bounds=self.bounds)

    def n_shards(self, log: ImitationLog) -> int:
        """Return the usual number of shards."""
        return min(SHARDS.get(self.sizes[-1].states, MOST_SHARDS), self.n_reports(log))

    def shards(
        self,
        log: ImitationLog,
        wanted: Sequence[int],
        n_shards: int,
        *,
        workers: int = 1,
        max_bytes: int | None = None,
        report: Progress | None = None,
    ) -> Generator[tuple[int, Census]]:
        """Count some shards, each in one thread; yield the number and the census of each as soon as it is done.

        Parameters
        ----------
        log : ImitationLog
        wanted : sequence of int
            Numbers of shards; they are begun in this order.
        n_shards : int
            All machines are cut into so many disjoint sets. Any may have any behaviour: in their order they add up to
            the census, see `census.sum_of_censuses`.
        workers : int
            Threads; no shard depends on it.
        max_bytes : int or None
            No matter: what is held is the shards that are being counted.
        report : Progress or None
            The reports of all shards add up to `n_reports`.
        """
        enumerations = [size.enumeration(log) for size in self.sizes]
        ends = list(accumulate(enumeration.n_sets for enumeration in enumerations))

        def count(sets: range, goes_on: GoesOn) -> Census:
            parts: list[Census] = []
            for size, enumeration, end in zip(self.sizes, enumerations, ends, strict=True):
                first = end - enumeration.n_sets
                own = range(max(sets.start - first, 0), min(sets.stop - first, enumeration.n_sets))
                # A shard without machines is a census too.
                if own or not (sets or parts):
                    parts.append(size.census_of(log, enumeration.count_sets(own, goes_on, report)))
            return replace(sum_of_censuses(parts), bounds=self.bounds)

        blocks = {k: block_of(ends[-1], k, n_shards) for k in wanted}
        yield from spread_blocks(blocks, count, workers=workers, report=report)

    def mass_beyond(self, census: Census, log: ImitationLog) -> None:
        """Return None: sizes are unbounded, so the mass beyond the bound is not defined."""

    def parse(self, text: str, log: ImitationLog | None = None) -> Machine:
        """Read a machine from its text; see `text.read_machine`. The log does not matter.

        Raises
        ------
        ContentError
            If it is not the text of a machine of the space.
        """
        n = parse_machine(text).n_states
        for size in self.sizes:
            if size.states == n:
                return size.parse(text, log)
        raise ContentError(f"{text!r} has {n} states, and the machines of this space have {self.states}.")

    def measures(self, program: Machine, log: ImitationLog) -> dict[str, int | float]:
        """Return the bits of a machine, and its most steps and cells in any situation."""
        policy = self.predict(program, log)
        length = length_of_machines(program.n_states)
        return {"length": length, "time": policy.time, "infer_time": policy.time, "space": policy.space}

    def format(self, program: Machine) -> str:
        """Return the text of a machine."""
        return format_machine(program)

    def predict(self, program: Machine, log: ImitationLog) -> Policy:
        """Return what a machine does on a log."""
        return self.sizes[0].predict(program, log)
