"""Counting all machines of a size on a blank tape, below a fixed list of prefixes, in threads."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import RunError
from mesaprior.hypotheses.texts import Texts
from mesaprior.hypotheses.threads import GoesOn, Progress, block_of, spread, spread_blocks
from mesaprior.hypotheses.turing.kernels import UNDEFINED, VERDICTS
from mesaprior.hypotheses.turing.machine import Machine, n_machines
from mesaprior.hypotheses.turing.strings.size import Size
from mesaprior.hypotheses.turing.strings.table import Champion, StringTable, sum_of_tables, table_from_groups
from mesaprior.hypotheses.turing.strings.tallying import Tallying


class StringEnumeration:
    """All machines of a size, divided into disjoint sets: below each prefix, and the rest.

    Parameters
    ----------
    states : int
        1 to `machine.MOST_STATES`.
    max_steps : int or None
        Longer runs are not followed; None for `size.DEFAULT_MAX_STEPS`.
    radius : int or None
        Cells to each side in proofs by closed sets, 0 for no such proofs; None for `size.DEFAULT_RADIUS`.

    Attributes
    ----------
    size : Size
    prefixes : int64[P, 2 * n]
        Partial machines, see `machine.Machine`. They depend on the parameters only.
    rest : StringTable
        Machines below no prefix.

    Raises
    ------
    UsageError
        If a size is out of range.

    Notes
    -----
    Tree normal form: an entry is chosen when a run first reads it, so a leaf stands for every way to fill the entries
    that its run does not read, (4n + 2) for each; states are named in the order in which they are entered, and every
    name counts; a machine whose first step goes left is the mirror image of one whose first step goes right (Lin and
    Rado 1965; Brady 1983; Marxen and Buntrock 1990).
    """

    def __init__(self, states: int, max_steps: int | None = None, *, radius: int | None = None):
        self.size: Size = Size.of(states, max_steps, radius)
        self.states: int = self.size.states
        self.max_steps: int = self.size.max_steps
        self.radius: int = self.size.radius
        depth = min(states, 4)
        tallying = self._tallying()
        prefixes = [np.empty((0, 2 * states), dtype=np.int64)]
        for root in _roots(states):
            # Every choice but the first has at most 4n ways.
            found = np.empty(((4 * states) ** (depth - 1), 2 * states), dtype=np.int64)
            prefixes.append(found[: tallying.extend(root, -1, depth=depth, found=found)].copy())
        self.prefixes: NDArray[np.int64] = np.concatenate(prefixes)
        self.rest: StringTable = _first_steps(states, self.max_steps) + tallying.table()

    def count(
        self,
        which: Iterable[int] | None = None,
        *,
        workers: int = 1,
        report: Progress | None = None,
    ) -> StringTable:
        """Count the machines below some prefixes.

        Parameters
        ----------
        which : iterable of int or None
            Numbers of prefixes; None for all.
        workers : int
            Threads; the table does not depend on it.
        report : Progress or None
        """
        done = spread(
            range(len(self.prefixes)) if which is None else which,
            self._tallying,
            lambda tallying, rank, goes_on: tallying.extend(self.prefixes[rank], rank, goes_on=goes_on),
            workers=workers,
            report=report,
        )
        return _together(done)

    def table(self, *, workers: int = 1, report: Progress | None = None) -> StringTable:
        """Count all machines of the size.

        Raises
        ------
        RunError
            If the machines counted are not all there are: an error of the program.
        """
        return self.together([self.count(workers=workers, report=report)])

    def shards(
        self, wanted: Iterable[int], n_shards: int, *, workers: int = 1, report: Progress | None = None
    ) -> Generator[tuple[int, StringTable]]:
        """Count some of the shards of prefixes; yield the number and the table of each.

        Parameters
        ----------
        wanted : iterable of int
            Numbers of shards, below `n_shards`; they are begun in this order, each by one thread.
        n_shards : int
        workers : int
            Threads; no table depends on it.
        report : Progress or None
        """

        def count(ranks: range, goes_on: GoesOn) -> StringTable:
            tallying = self._tallying()
            for rank in ranks:
                tallying.extend(self.prefixes[rank], rank, goes_on=goes_on)
                if not goes_on():
                    break
                if report is not None:
                    report(1)
            return tallying.table()

        blocks = {k: self.shard(k, n_shards) for k in wanted}
        yield from spread_blocks(blocks, count, workers=workers, report=report)

    def shard(self, k: int, n_shards: int) -> range:
        """Return the numbers of the prefixes of a shard."""
        return block_of(len(self.prefixes), k, n_shards)

    def together(self, parts: Iterable[StringTable]) -> StringTable:
        """Return the table of all machines of the size.

        Parameters
        ----------
        parts : iterable of StringTable
            What was counted below disjoint sets of prefixes, all of them; see `sum_of_tables`.

        Raises
        ------
        RunError
            If the machines counted are not all there are: an error of the program.
        """
        table = sum_of_tables(chain([self.rest], parts))
        if not table.is_whole:
            raise RunError(
                f"{table.n_machines} machines were counted and there are {n_machines(self.states)}; this is a defect, "
                "so please report the size and the bound on steps."
            )
        return table

    def _tallying(self) -> Tallying:
        return Tallying(self.states, self.max_steps, self.radius)


def count_strings(
    states: int,
    max_steps: int | None = None,
    *,
    radius: int | None = None,
    workers: int = 1,
    report: Progress | None = None,
) -> StringTable:
    """Count the output of all machines of a size on a blank tape, exactly.

    Parameters
    ----------
    states, max_steps, radius
        See `StringEnumeration`.
    workers, report
        See `StringEnumeration.count`.

    Raises
    ------
    UsageError
        If a size is out of range.
    RunError
        If the machines counted are not all there are: an error of the program.
    """
    return StringEnumeration(states, max_steps, radius=radius).table(workers=workers, report=report)


def _roots(states: int) -> list[np.ndarray]:
    """Return the machines of one entry: the first step goes right, to another state, and writes 0 or 1."""
    tables = [np.full(2 * states, UNDEFINED, dtype=np.int64) for _ in range(2 if states > 1 else 0)]
    for write, table in enumerate(tables):
        table[0] = 4 + 2 + write
    return tables


def _first_steps(states: int, max_steps: int) -> StringTable:
    """Return the machines that halt in the first step, and those that stay in the first state and run away."""
    each = (4 * states + 2) ** (2 * states - 1)
    table = [UNDEFINED] * (2 * states)
    table[0] = 4 * states
    longest = Machine(tuple(table))
    table[0] = 4 * states + 1
    return table_from_groups(
        states=states,
        max_steps=max_steps,
        strings=Texts.of(["0", "1"]),
        string_id=np.arange(2),
        steps=np.ones(2, dtype=np.int64),
        count=np.full(2, each, dtype=np.uint64),
        verdicts=dict.fromkeys(VERDICTS, 0) | {"halted": 2 * each, "escape": 4 * each},
        most_steps=Champion(1, longest),
        most_ones=Champion(1, Machine(tuple(table))),
    )


def _together(parts: list[Tallying]) -> StringTable:
    """Return the sum of the threads' counts; among equal champions, that of the lowest prefix."""
    best: dict[int, tuple[int, int, tuple[int, ...]]] = {}
    for part in parts:
        for which, champion in part.champions.items():
            best[which] = max(best.get(which, champion), champion, key=lambda one: one[:2])
    for part in parts:
        part.champions.update(best)
    return sum_of_tables(part.table() for part in parts)
