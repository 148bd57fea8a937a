"""The counts of one thread: machines that extend a prefix, added up for a table."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.texts import Texts
from mesaprior.hypotheses.threads import GoesOn
from mesaprior.hypotheses.turing import kernels as running
from mesaprior.hypotheses.turing.extending import BUDGET, extend_prefix, powers_of_choices
from mesaprior.hypotheses.turing.machine import Machine
from mesaprior.hypotheses.turing.scratch import make_scratch
from mesaprior.hypotheses.turing.strings import kernels
from mesaprior.hypotheses.turing.strings.short import kernels as short
from mesaprior.hypotheses.turing.strings.table import Champion, StringTable, table_from_groups


class Tallying:
    """Counts machines below prefixes; see `strings.kernels` for the enumeration.

    Parameters
    ----------
    states : int
    max_steps : int
    radius : int
        Of closed sets; 0 for none.
    """

    def __init__(self, states: int, max_steps: int, radius: int):
        n, levels, cells = states, 2 * states + 2, 2 * max_steps + 3
        self._states, self._max_steps, self._radius = states, max_steps, radius
        self._powers = powers_of_choices(n)
        self._frames = kernels.Frames(
            table=np.full(2 * n, running.UNDEFINED, dtype=np.int64),
            node=np.zeros((levels, short.N_COLUMNS), dtype=np.int64),
            multiplicity=np.zeros(levels, dtype=np.int64),
            saved=np.zeros((levels, cells), dtype=np.uint8),
            tape=np.zeros(cells, dtype=np.uint8),
            place=np.zeros(5, dtype=np.int64),
            blank=np.zeros(1, dtype=np.uint8),
            scratch=make_scratch(n, cells, radius),
            records=np.zeros((2, short.MOST_RECORDS, 4), dtype=np.int64),
            views=np.zeros(2 * n, dtype=np.uint64),
        )
        words_a_string = (max_steps + 63) >> 6
        self._tally = kernels.Tally(
            verdict=np.zeros(len(running.VERDICTS), dtype=np.int64),
            entry=np.zeros((1 << 12, 4), dtype=np.uint64),
            words=np.zeros(4 * words_a_string, dtype=np.uint64),
            string=np.zeros(words_a_string, dtype=np.uint64),
            used=np.zeros(2, dtype=np.int64),
            best=np.zeros(2, dtype=np.int64),
            witness=np.full((2, 2 * n), running.UNDEFINED, dtype=np.int64),
        )
        self._champions: dict[int, tuple[int, int, tuple[int, ...]]] = {}

    def extend(
        self,
        prefix: NDArray[np.int64],
        rank: int,
        *,
        depth: int | None = None,
        found: NDArray[np.int64] | None = None,
        goes_on: GoesOn = lambda: True,
    ) -> int:
        """Count the machines that extend a prefix.

        Parameters
        ----------
        prefix : int64[2 * n]
            A machine whose first step goes right.
        rank : int
            Number of the prefix; of machines that do equally much, that of the lowest number is kept.
        depth : int or None
            Machines that need a choice after so many entries are not counted but written down; None for none.
        found : int64[..., 2 * n]
            Written: these machines.
        goes_on : callable
            Asked now and then; where it says no, what was counted is of no use any more.

        Returns
        -------
        int
            Machines written down.
        """
        n = self._states
        self._tally.best[:] = 0
        given = (
            n,
            self._max_steps,
            self._radius,
            2 * n if depth is None else depth,
            self._powers,
            self._frames,
        )
        room = np.empty((0, 2 * n), dtype=np.int64) if found is None else found
        n_found = extend_prefix(
            prefix,
            self._frames,
            lambda: kernels.explore(*given, self._tally, room, BUDGET),
            self._enlarge,
            goes_on,
        )
        self._keep_champions(rank)
        return n_found

    def _enlarge(self) -> None:
        """Double the room for strings."""
        old = self._tally
        n_entries, n_words = old.used.tolist()
        if 2 * n_words > len(old.words) - 4 * len(old.string):
            self._tally = self._tally._replace(words=np.concatenate([old.words, np.zeros_like(old.words)]))
        if 4 * n_entries > len(old.entry):
            self._tally = self._tally._replace(entry=np.zeros((2 * len(old.entry), 4), dtype=np.uint64))
            kernels.refill(old.entry, self._tally)

    def _keep_champions(self, rank: int) -> None:
        for which in (kernels.MOST_STEPS, kernels.MOST_ONES):
            value = int(self._tally.best[which])
            machine = tuple(self._tally.witness[which].tolist())
            if value > 0 and (value, -rank) > self._champions.get(which, (0, 0, ()))[:2]:
                self._champions[which] = (value, -rank, machine)

    @property
    def champions(self) -> dict[int, tuple[int, int, tuple[int, ...]]]:
        """By `kernels.MOST_STEPS` and `kernels.MOST_ONES`: the value, less the number of the prefix, the machine."""
        return self._champions

    def table(self) -> StringTable:
        """Return the counts, with the mirror images: machines whose first step goes left."""
        tally = self._tally
        entry = tally.entry[tally.entry[:, kernels.SIZES] > 0]
        texts, mirrored = _texts_of(entry, tally.words)
        steps = (entry[:, kernels.SIZES] & np.uint64(0xFFFFFFFF)).astype(np.int64)
        count = entry[:, kernels.COUNT]
        best: list[Champion | None] = []
        for which in (kernels.MOST_STEPS, kernels.MOST_ONES):
            champion = self._champions.get(which)
            best.append(champion and Champion(champion[0], Machine(champion[2])))
        return table_from_groups(
            states=self._states,
            max_steps=self._max_steps,
            strings=texts + mirrored,
            string_id=np.arange(2 * len(entry)),
            steps=np.concatenate([steps, steps]),
            count=np.concatenate([count, count]),
            verdicts=dict(zip(running.VERDICTS, (2 * tally.verdict).tolist(), strict=True)),
            most_steps=best[0],
            most_ones=best[1],
        )


def _texts_of(entry: np.ndarray, words: np.ndarray) -> tuple[Texts, Texts]:
    """Return the strings of entries, see `kernels.Tally`, and the same read from right to left."""
    width = (entry[:, kernels.SIZES] >> np.uint64(32)).astype(np.int64)
    offset = entry[:, kernels.OFFSET].astype(np.int64)
    offsets = np.zeros(len(width) + 1, dtype=np.int64)
    np.cumsum(width, out=offsets[1:])
    data = np.empty((2, int(offsets[-1])), dtype=np.uint8)
    widths: list[int] = np.unique(width).tolist()
    for w in widths:
        rows = np.flatnonzero(width == w)
        n_words = (w + 63) >> 6
        packed = entry[rows, kernels.WORD, None] if n_words == 1 else words[offset[rows, None] + np.arange(n_words)]
        cells = np.unpackbits(packed.astype("<u8").view(np.uint8), axis=1, bitorder="little")[:, :w] + ord("0")
        places = offsets[rows, None] + np.arange(w)
        data[0, places] = cells
        data[1, places] = cells[:, ::-1]
    return Texts(data[0], offsets), Texts(data[1], offsets)
