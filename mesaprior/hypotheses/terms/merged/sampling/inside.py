"""The interface of sampling to the merged engine: kept levels, their tasks, and the records of given values.

Only this module looks inside the engine.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.counting import kernels as counting
from mesaprior.hypotheses.counting.bins import Bin, Intern, Ledger, Reslot, Room
from mesaprior.hypotheses.counting.classes import joined_entries
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.merged import kernels
from mesaprior.hypotheses.terms.merged.engine import MergedEngine
from mesaprior.hypotheses.terms.merged.gathering import Gathering
from mesaprior.hypotheses.terms.merged.keys import ALL
from mesaprior.hypotheses.terms.merged.levels import Levels, Way, Wrapping, portions
from mesaprior.hypotheses.terms.merged.sampling.kernels import Heads
from mesaprior.hypotheses.terms.merged.work import Span, Table, Task, tasks_of, tiles_of
from mesaprior.hypotheses.terms.merged.workspace import Progress

ENGINE_BYTES = 1 << 31
"""Memory that the engine is told to keep to; it decides how many records wait to be looked at, and nothing else."""

Keep = Callable[[np.ndarray], None]
"""Told the records ``int64[m, 5]`` (production, emission, c, a, b) that come to a value, again and again."""


PLAIN, CONDITION, ANYTHING = 0, 1, 2
"""What a class is: terms of equal values, what an `if` sees of several such classes, or all terms of a level."""


@dataclass(frozen=True, order=True)
class Level:
    """Where a class belongs.

    Attributes
    ----------
    length : int
        Bits of its terms.
    kind : int
        `PLAIN`, `CONDITION` or `ANYTHING`.
    scope : int
    """

    length: int
    kind: int
    scope: int


@dataclass(frozen=True, eq=False)
class Round:
    """The tasks of a level, or of whole programs, with the table of their productions."""

    table: Table
    tasks: list[Task]


class KeptTerms:
    """The kept levels of a language up to a length, for looking up how their terms are built.

    Parameters
    ----------
    grid : Grid
    max_bits : int
    max_time : int or None
    workers : int
        Threads; nothing depends on it.
    report : callable or None
        Progress, see `workspace.Progress`.

    Raises
    ------
    RunError
        As `MergedEngine.build`.
    """

    def __init__(self, grid: Grid, max_bits: int, max_time: int | None, *, workers: int, report: Progress | None):
        engine = MergedEngine(grid, max_bits, max_time, workers=workers, max_bytes=ENGINE_BYTES, report=report)
        engine.build()
        self._engine = engine
        self._grid = grid
        # Every way to wrap is followed to its end: what is only counted in bulk could not be drawn from.
        self._levels = Levels(grid.language, engine.bits, engine.rooms, grid.log.n_history, shorten=False)

    def level_of(self, space: int, number: int) -> Level:
        """Return where a class of a space belongs."""
        firsts, levels = self._places(space)
        return levels[bisect_right(firsts, number) - 1]

    def _places(self, space: int) -> tuple[list[int], list[Level]]:
        """Return the first class of each span of a space, ascending, and the level of each."""
        engine = self._engine
        spans = [(span.first, PLAIN, place) for place, span in engine.spans.items()]
        spans += [(span.first, ANYTHING, place) for place, span in engine.everything.items()]
        for place, (always, never, others) in engine.conditions.items():
            spans += [(span.first, CONDITION, place) for span in (always, never, *others) if span is not None]
        spans = sorted(item for item in spans if item[2][0] == space)
        return [first for first, *_ in spans], [Level(length, kind, scope) for _, kind, (scope, length) in spans]

    def values(self, space: int, numbers: Sequence[int]) -> np.ndarray:
        """Return the values ``uint8[n, width]`` of classes."""
        return self._engine.classes[space].values[np.array(numbers, dtype=np.int64)]

    def renamed(self, level: Level, number: int) -> np.ndarray:
        """Return the classes ``int64[m]`` of equal values that a class of another kind stands for."""
        span = self._engine.spans[level.scope, level.length]
        if level.kind == ANYTHING:
            return np.arange(span.first, span.end)
        values = self._engine.classes[level.scope].values
        same = ((values[span.first : span.end] != 0) == (values[number] != 0)).all(axis=1)
        return span.first + np.flatnonzero(same)

    def of_level(self, level: Level) -> Round:
        """Return the tasks of a kept level; where classes are others by another name, the production that renames."""
        table = Table(self._grid)
        if level.kind != PLAIN:
            table.renaming(level.scope, table.emissions([Wrapping((), [Way((), level.length, 0, 1, 0, 1)])]))
            return Round(table, [])
        return Round(table, self._tasks(table, level.scope, level.length, None, with_unary=True))

    def of_whole(self, lengths: set[int]) -> Round:
        """Return the tasks of whole programs of these lengths; the twin of the engine's own, without its shortcuts."""
        table = Table(self._grid)
        tasks: list[Task] = []
        for (scope, length), total in sorted(self._engine.totals.items()):
            wrappings = [
                replace(wrapping, ways=[way for way in wrapping.ways if way.length in lengths])
                for wrapping in (self._levels.wrappings(scope, length) if total else [])
            ]
            wrappings = [wrapping for wrapping in wrappings if wrapping.ways]
            span = self._engine.spans.get((scope, length))
            for some in portions(wrappings):
                if span is not None:
                    tasks.append(self._engine.task_of_classes(table, scope, span, some))
                elif not self._levels.is_kept(scope, length):
                    tasks += self._tasks(table, scope, length, some, with_unary=False)
        return Round(table, tasks)

    def _tasks(
        self, table: Table, scope: int, length: int, wrappings: list[Wrapping] | None, *, with_unary: bool
    ) -> list[Task]:
        engine = self._engine
        spans: dict[tuple[int, int], Span] = engine.spans
        return tasks_of(
            self._grid, engine.bits, engine.rooms, table, spans, engine.conditions_of, engine.everything_of,
            scope, length, wrappings, with_unary=with_unary,
        )  # fmt: skip

    def heads(self, table: Table) -> Heads:
        """Return what the productions of a table charge, with the counts of all classes."""
        productions, emissions = table.productions, table.emission_table
        entries, base = joined_entries(self._engine.classes)
        return Heads(
            arity=productions.arity,
            space=productions.space,
            weight=productions.weight,
            charge=_charges(
                (productions.steps, productions.factor, productions.most),
                (productions.steps, productions.infer_factor, productions.infer_most),
            ),
            start=emissions.start,
            length=emissions.length,
            way=_charges(
                (emissions.steps, emissions.factor, emissions.most),
                (emissions.infer_steps, emissions.infer_factor, emissions.infer_most),
            ),
            first=entries.start,
            end=entries.end,
            entry=entries.entry,
            base=base,
        )

    def gather_values(self, of: Round, space: int, numbers: Sequence[int], keep: Sequence[Keep]) -> None:
        """Evaluate all combinations of a level, and hand out the records with the values of some classes.

        Parameters
        ----------
        of : Round
        space : int
        numbers : sequence of int
            The classes.
        keep : sequence of callable
            For each of them, who is told of its records.
        """
        values = self.values(space, numbers)
        words = (self._grid.size[space] + 7) // 8
        keys = np.zeros((len(numbers), 1), dtype=np.uint64)
        kernels.hash_rows(values.view(np.uint64), len(values), words, keys)
        self._gather(of, [_Aim(*aim) for aim in zip(keys, values, keep, strict=True)], is_whole=False)

    def gather_signatures(self, of: Round, signatures: NDArray[np.uint8], keep: Sequence[Keep]) -> None:
        """Evaluate all combinations of whole programs, and hand out the records with some signatures.

        Parameters
        ----------
        of : Round
        signatures : uint8[n, signature_size]
        keep : sequence of callable
        """
        engine = self._engine
        bits, n_words = engine.keys.bits, engine.keys.n_words
        # The inverse of `Keys.signatures`: the first cell stands in the highest bits of the first word.
        per_word = 8 * max(1, 8 // bits)
        cells = np.zeros((len(signatures), n_words * per_word), dtype=np.uint64)
        cells[:, : signatures.shape[1]] = signatures
        shifts = np.arange(per_word)[::-1].astype(np.uint64) * np.uint64(bits)
        keys = np.bitwise_or.reduce(cells.reshape(-1, n_words, per_word) << shifts, axis=2)
        nothing = np.empty(0, dtype=np.uint8)
        self._gather(of, [_Aim(key, nothing, told) for key, told in zip(keys, keep, strict=True)], is_whole=True)

    def _gather(self, of: Round, aims: list[_Aim], *, is_whole: bool) -> None:
        if not of.tasks:
            return
        engine = self._engine
        # A bin for each first word that is aimed at, and bins for what lies between: these forget what they get.
        words = np.array(sorted({aim.word for aim in aims}), dtype=np.uint64)
        splitters = np.union1d(words, words[words < ALL] + np.uint64(1))
        bins: list[Bin] = [_Nothing(1) for _ in range(len(splitters) + 1)]
        places = np.searchsorted(splitters, words, side="right")
        for word, place in zip(words.tolist(), places.tolist(), strict=True):
            bins[place] = _Catch([aim for aim in aims if aim.word == word])
        bits, with_flags = (engine.keys.bits, self._grid.with_fit) if is_whole else (0, False)
        wanted = kernels.Filter(splitters, 0, len(bins), bits, with_flags)
        workspace = engine.workspace
        with workspace.working():
            limit = workspace.max_time if is_whole else workspace.inner_max_time
            gathering = Gathering(workspace, of.table, of.tasks, wanted, bins, limit, is_whole=is_whole)
            for number, tile in enumerate(tiles_of(of.tasks)):
                gathering.take(number, tile)
            gathering.absorb()


@dataclass(frozen=True, eq=False)
class _Aim:
    """A key (uint64[W]) with its values (uint8[width], empty where the key suffices), and its searches."""

    key: np.ndarray
    values: np.ndarray
    keep: Keep

    @property
    def word(self) -> int:
        """The first word of the key."""
        return int(self.key[0])


class _Nothing(Bin):
    """A bin for records that no search needs."""

    def absorb(self, ledger: Ledger, place: int, room: Room, intern: Intern, reslot: Reslot) -> None:
        """Drop the records."""


class _Catch(Bin):
    """A bin that hands its records to the searches for their keys instead of counting them."""

    def __init__(self, aims: Iterable[_Aim]):
        self._aims = list(aims)
        super().__init__(len(self._aims[0].key), len(self._aims[0].values))

    def _count(
        self, ledger: Ledger, room: Room, ids: np.ndarray, last: np.ndarray, tiles: slice, sizes: np.ndarray
    ) -> None:
        for aim in self._aims:
            same = (self.keys[: self.n] == aim.key).all(axis=1)
            if len(aim.values):
                same &= (self.values[: self.n] == aim.values).all(axis=1)
            for found in np.flatnonzero(same):
                aim.keep(_records(ledger, last[ids == found]))


def _records(ledger: Ledger, last: np.ndarray) -> np.ndarray:
    """Return records ``int64[m, 5]`` from their last words: production, emission, c, a, b."""
    run = (last >> np.uint64(counting.EMISSION_BITS + counting.ARGUMENT_BITS)).astype(np.int64)
    argument = (last >> np.uint64(counting.EMISSION_BITS)) & np.uint64((1 << counting.ARGUMENT_BITS) - 1)
    argument = argument.astype(np.int64)
    emission = (last & np.uint64((1 << counting.EMISSION_BITS) - 1)).astype(np.int64)
    production, first, second = ledger.runs[run].astype(np.int64).T
    inner = ledger.productions.inner[production]
    return np.column_stack(
        [
            production,
            ledger.productions.emission[production] + emission,
            np.where(inner == 0, argument, first),
            np.where(inner == 0, first, np.where(inner == 1, argument, second)),
            np.where(inner == 2, argument, second),
        ]
    )


def _charges(*columns: tuple[np.ndarray, np.ndarray, np.ndarray]) -> np.ndarray:
    """Return steps, factor and most of time and of infer_time side by side, ``int64[n, 6]``."""
    return np.column_stack([column for three in columns for column in three]).astype(np.int64)
