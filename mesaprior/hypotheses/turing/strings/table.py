"""The output of all machines of a size on a blank tape: exact counts by string and steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import RunError
from mesaprior.hypotheses.counting.sums import added_up, exact_sum
from mesaprior.hypotheses.texts import Texts
from mesaprior.hypotheses.turing.machine import Machine, length_of_machines, n_machines

LONGEST_RUN = {1: 1, 2: 6, 3: 21, 4: 107}
"""Steps of the longest run that halts, by states (Rado 1962 and Lin and Rado 1965 for 3; Brady 1983 for 4)."""


@dataclass(frozen=True)
class Champion:
    """A halting machine with the most steps or the most ones.

    Attributes
    ----------
    value : int
        How much: steps, the halting one counted, or ones on the tape.
    machine : Machine
        The first such machine of the enumeration; entries that its run does not read are undefined.
    """

    value: int
    machine: Machine


@dataclass(frozen=True, eq=False)
class StringTable:
    """Exact counts of the machines with n states and two symbols, run on a blank tape of zeros.

    A machine prints every cell it has visited, from left to right. Sizes: n strings, G groups.

    Attributes
    ----------
    states : int
    max_steps : int
        Longer runs are not followed.
    strings : Texts
        The distinct strings printed, by length, then lexicographically.
    string_id : int64[G]
        String of each group; groups are sorted by string, then by steps, and are distinct.
    steps : int64[G]
        Steps of the run, the halting one counted.
    count : uint64[G]
        Machines, at least 1.
    verdicts : dict of str to int
        Machines by how their run ended: ``halted``, what proves that it never halts (``cycle``, ``translated_cycle``,
        ``escape``, ``no_way_to_halt``, ``closed_set``), or ``cap`` where `max_steps` were done and nothing is known.
    most_steps, most_ones : Champion or None
        Longest run and most ones; None where nothing halts.
    """

    states: int
    max_steps: int
    strings: Texts
    string_id: NDArray[np.int64]
    steps: NDArray[np.int64]
    count: NDArray[np.uint64]
    verdicts: dict[str, int]
    most_steps: Champion | None
    most_ones: Champion | None

    @cached_property
    def n_machines(self) -> int:
        """Machines accounted for."""
        return sum(self.verdicts.values())

    @property
    def length(self) -> float:
        """Bits of every machine."""
        return length_of_machines(self.states)

    @property
    def is_whole(self) -> bool:
        """Whether every machine of the size is accounted for."""
        return self.n_machines == n_machines(self.states)

    @property
    def is_final(self) -> bool:
        """Whether no higher `max_steps` could add a string: no run reached the cap, or it is known to suffice."""
        return self.verdicts["cap"] == 0 or self.max_steps >= LONGEST_RUN.get(self.states, self.max_steps + 1)

    @cached_property
    def counted_by_steps(self) -> dict[int, int]:
        """Machines that halt by steps, ascending."""
        return {int(t): exact_sum(self.count[self.steps == t]) for t in np.unique(self.steps)}

    @cached_property
    def counted_by_string(self) -> dict[str, int]:
        """Machines by their output on a blank tape of zeros, in the order of `strings`."""
        totals = np.zeros(len(self.strings), dtype=np.uint64)
        np.add.at(totals, self.string_id, self.count)
        return dict(zip(self.strings, totals.tolist(), strict=True))

    def on_both_blanks(self) -> StringTable:
        """Return the runs on a tape of zeros and on a tape of ones; every machine is counted twice.

        Notes
        -----
        On a blank tape of ones a machine does what the one with exchanged symbols does on zeros, and prints the
        complement; so the counts are those of each string and of its complement together (Delahaye and Zenil 2012).
        """
        # The complement of a digit differs in the last bit of its character.
        return self + replace(self, strings=Texts(self.strings.data ^ 1, self.strings.offsets))

    def output_counts(self) -> dict[str, int]:
        """Return the runs that print each string, on a tape of zeros and on a tape of ones: D(n) before it is divided.

        Returns
        -------
        dict of str to int
            The most frequent first; of equal ones the shorter, then the lexicographically smaller (OEIS A141474).
        """
        both = self.on_both_blanks().counted_by_string
        return dict(sorted(both.items(), key=lambda item: (-item[1], len(item[0]), item[0])))

    def __add__(self, other: StringTable) -> StringTable:
        """Return the table of two disjoint sets of machines of the same size; see `sum_of_tables`."""
        return _sum([self, other])


STEP_BITS = 20
"""Bits of a number of steps, which is at most `machine.MOST_STEPS`."""

AT_ONCE = 1 << 22
"""Groups that `sum_of_tables` waits for before it adds them up."""


def sum_of_tables(tables: Iterable[StringTable]) -> StringTable:
    """Return the table of disjoint sets of machines of the same size.

    Parameters
    ----------
    tables : iterable of StringTable
        At least one. They are taken one by one, and few are held at a time.

    Raises
    ------
    RunError
        If they are not of one size.

    Notes
    -----
    Of machines that do equally much, the one of the first table is kept. Time is O(G log G) for G groups in all.
    """
    return added_up(tables, _sum, lambda table: len(table.count), at_once=AT_ONCE)


def _sum(tables: Sequence[StringTable]) -> StringTable:
    """Return the sum of tables that are added at once."""
    first = tables[0]
    for other in tables[1:]:
        if (first.states, first.max_steps) != (other.states, other.max_steps):
            raise RunError(
                f"machines of {first.states} states and {first.max_steps} steps and those of {other.states} and "
                f"{other.max_steps} cannot be added; count them alike."
            )
    begins = accumulate((len(one.strings) for one in tables), initial=0)
    return table_from_groups(
        states=first.states,
        max_steps=first.max_steps,
        strings=Texts.joined([one.strings for one in tables]),
        string_id=np.concatenate([one.string_id + begin for one, begin in zip(tables, begins, strict=False)]),
        steps=np.concatenate([one.steps for one in tables]),
        count=np.concatenate([one.count for one in tables]),
        verdicts={name: sum(one.verdicts[name] for one in tables) for name in first.verdicts},
        most_steps=reduce(_better, (one.most_steps for one in tables)),
        most_ones=reduce(_better, (one.most_ones for one in tables)),
    )


def table_from_groups(
    *,
    states: int,
    max_steps: int,
    strings: Texts,
    string_id: np.ndarray,
    steps: np.ndarray,
    count: np.ndarray,
    verdicts: Mapping[str, int],
    most_steps: Champion | None,
    most_ones: Champion | None,
) -> StringTable:
    """Build a table from groups in any order; strings and groups may stand twice.

    The parameters are the attributes of `StringTable`.
    """
    strings, rank = _sorted_distinct(strings)
    # One number sorts several times faster than two, and in less memory.
    keys = (rank[string_id] << STEP_BITS) | steps
    order = np.argsort(keys)
    keys, count = keys[order], count[order]
    is_new = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=is_new[1:])
    starts = np.flatnonzero(is_new)
    keys = keys[starts]
    return StringTable(
        states=states,
        max_steps=max_steps,
        strings=strings,
        string_id=keys >> STEP_BITS,
        steps=keys & ((1 << STEP_BITS) - 1),
        # No sum can wrap: there are fewer than 2^63 machines.
        count=np.add.reduceat(count, starts) if len(starts) else count,
        verdicts=dict(verdicts),
        most_steps=most_steps,
        most_ones=most_ones,
    )


def _better(one: Champion | None, other: Champion | None) -> Champion | None:
    """Return the better champion; the first in a tie."""
    if one is None or (other is not None and other.value > one.value):
        return other
    return one


def _sorted_distinct(texts: Texts) -> tuple[Texts, np.ndarray]:
    """Return the distinct texts by length, then lexicographically, and the rank of each text."""
    widths = np.diff(texts.offsets)
    rank = np.empty(len(texts), dtype=np.int64)
    data: list[np.ndarray] = []
    sizes: list[np.ndarray] = []
    n = 0
    for width in np.unique(widths):
        rows = np.flatnonzero(widths == width)
        cells = texts.data[texts.offsets[rows, None] + np.arange(width)]
        # Numbers sort faster than texts, and alike.
        bits = np.zeros((len(rows), -(-width // 64) * 64), dtype=np.uint8)
        bits[:, :width] = cells & 1
        words = np.packbits(bits, axis=1).view(">u8").astype(np.uint64)
        keys = words[:, 0] if width <= 64 else words
        _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
        distinct = cells[first]
        rank[rows] = n + inverse.reshape(-1)
        n += len(distinct)
        data.append(distinct.reshape(-1))
        sizes.append(np.full(len(distinct), width, dtype=np.int64))
    offsets = np.zeros(n + 1, dtype=np.int64)
    if n:
        np.cumsum(np.concatenate(sizes), out=offsets[1:])
    return Texts(np.concatenate(data) if data else np.empty(0, dtype=np.uint8), offsets), rank
