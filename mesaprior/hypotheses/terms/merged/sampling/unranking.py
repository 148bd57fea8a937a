"""From numbers to programs: number i among the programs of a signature, length, time and infer_time.

Unranking retraces the merged engine from the top down. A *record* is one way to make a value; its number of programs is
the product of the counts of its arguments. Records have a fixed order, so a number falls into one of them, the
remainder into counts of its arguments, and so on down to the leaves. Numbers and programs correspond one to one, so a
uniformly drawn number gives a uniformly drawn program.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from mesaprior.errors import RunError
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.merged.levels import Way
from mesaprior.hypotheses.terms.merged.sampling import kernels
from mesaprior.hypotheses.terms.merged.sampling.inside import PLAIN, KeptTerms, Level, Round
from mesaprior.hypotheses.terms.merged.workspace import Progress
from mesaprior.hypotheses.terms.program import Program, length_of, steps_of
from mesaprior.hypotheses.terms.tabulation import literal_of


@dataclass(frozen=True)
class Group:
    """Whole programs that a census does not distinguish, but for the order of its rows.

    Attributes
    ----------
    signature : bytes
        What they do, see `grid.Grid.signatures`.
    length : int
        Bits.
    time, infer_time : int
        Steps.
    count : int
        How many they are, exactly.
    """

    signature: bytes
    length: int
    time: int
    infer_time: int
    count: int


@dataclass(frozen=True)
class _Part:
    """Terms of a class with the same times; `count` of them."""

    number: int
    time: int
    infer_time: int
    count: int


@dataclass(eq=False)
class _Hole:
    """A position in a program under construction."""

    token: int = -1
    literal: tuple[int, ...] | None = None
    arguments: list[_Hole] = field(default_factory=list["_Hole"])

    def nodes(self) -> Iterator[_Hole]:
        """Yield this node and all below it in prefix order."""
        waiting: list[_Hole] = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.arguments))


Wanted = list[tuple[int, _Hole]]
"""Numbers, and where the term of that number goes."""


class Unranker:
    """Finds programs of a language on a log by their numbers.

    Parameters
    ----------
    grid : Grid
    max_bits : int
    max_time : int or None
        Bounds of the census.
    workers : int
        Threads; the programs do not depend on it.
    report : callable or None
        Progress, see `workspace.Progress`.

    Raises
    ------
    RunError
        If the kept levels cannot be counted, see `MergedEngine.build`.

    Notes
    -----
    Time: the kept levels are built once, as for a census. Then, however many programs are asked for at once,
    all combinations that end in whole programs of the lengths asked for are evaluated once, and all those of each kept
    level that a program asked for has a part in. Memory: the kept levels, and 28 bytes for each record that makes what
    is asked for.
    """

    def __init__(
        self,
        grid: Grid,
        max_bits: int,
        max_time: int | None = None,
        *,
        workers: int = 1,
        report: Progress | None = None,
    ):
        self._grid = grid
        self._kept = KeptTerms(grid, max_bits, max_time, workers=workers, report=report)
        self._pending: defaultdict[Level, defaultdict[_Part, Wanted]] = defaultdict(lambda: defaultdict(list))

    def programs(self, asked: Sequence[tuple[Group, int]]) -> list[Program]:
        """Return for each group and number 0 .. count - 1 the program of that number.

        Parameters
        ----------
        asked : sequence of (Group, int)

        Returns
        -------
        list of Program
            To other numbers of a group belong other programs; which, depends on the language, the log and the bounds.

        Raises
        ------
        RunError
            If the programs of a group are not as many as its count: the census is not of this language and log.
        """
        roots = [_Hole() for _ in asked]
        by_group: defaultdict[Group, Wanted] = defaultdict(list)
        for (group, number), root in zip(asked, roots, strict=True):
            by_group[group].append((number, root))
        self._pending.clear()
        if by_group:
            self._open_wholes(by_group)
        while self._pending:
            # Arguments are shorter than what they stand in, and classes of other kinds are plain ones of their length.
            level = max(self._pending)
            self._open_level(level, self._pending.pop(level))
        programs = [self._written(root) for root in roots]
        for (group, _), program in zip(asked, programs, strict=True):
            self._check(group, program)
        return programs

    def _open_wholes(self, by_group: dict[Group, Wanted]) -> None:
        """Find the records of the requested programs, and request their arguments."""
        of = self._kept.of_whole({group.length for group in by_group})
        heads = self._kept.heads(of.table)
        searches = {
            group: _Search(heads, group.length, group.time, group.infer_time, group.count) for group in by_group
        }
        by_signature: defaultdict[bytes, list[_Search]] = defaultdict(list)
        for group, search in searches.items():
            by_signature[group.signature].append(search)
        signatures = np.array([np.frombuffer(signature, dtype=np.uint8) for signature in by_signature])
        self._kept.gather_signatures(of, signatures, [_Fan(fan) for fan in by_signature.values()])
        for group, wanted in by_group.items():
            self._open(of, searches[group], wanted)

    def _open_level(self, level: Level, by_part: dict[_Part, Wanted]) -> None:
        """Do the same for terms of a kept level."""
        of = self._kept.of_level(level)
        heads = self._kept.heads(of.table)
        searches = {part: _Search(heads, level.length, part.time, part.infer_time, part.count) for part in by_part}
        by_number: defaultdict[int, list[_Search]] = defaultdict(list)
        for part, search in searches.items():
            by_number[part.number].append(search)
        if level.kind != PLAIN:
            for number, fan in by_number.items():
                members = self._kept.renamed(level, number)
                made = np.zeros((len(members), 5), dtype=np.int64)
                made[:, 4] = members
                _Fan(fan)(made)
        else:
            self._kept.gather_values(of, level.scope, list(by_number), [_Fan(fan) for fan in by_number.values()])
        for part, wanted in by_part.items():
            self._open(of, searches[part], wanted)

    def _open(self, of: Round, search: _Search, wanted: Wanted) -> None:
        """Write the heads of the requested terms, and request their arguments."""
        search.finish()
        ways, productions = of.table.ways, of.table.productions
        for number, hole in wanted:
            choice = search.choose(number)
            inner = self._wrapped(hole, ways[choice.way])
            token = of.table.token[choice.production]
            space = int(productions.space[choice.production])
            holes = [inner]
            if token >= 0:
                inner.token = token
                holes = inner.arguments = [_Hole() for _ in choice.parts]
                inner.literal = literal_of(self._grid.language.tokens[token], choice.literal, self._grid)
            for (part, rest), below in zip(choice.parts, holes, strict=True):
                self._pending[self._kept.level_of(space, part.number)][part].append((rest, below))

    def _wrapped(self, hole: _Hole, way: Way) -> _Hole:
        """Write the tokens around a term, and return the place inside."""
        for token in reversed(way.tokens):
            hole.token = token
            hole.arguments = [_Hole()]
            hole = hole.arguments[0]
        return hole

    def _written(self, root: _Hole) -> Program:
        nodes = list(root.nodes())
        return Program(tuple(node.token for node in nodes), tuple(node.literal for node in nodes))

    def _check(self, group: Group, program: Program) -> None:
        """Compare a program with its group; a difference would be an error in this module."""
        language, log = self._grid.language, self._grid.log
        if (length_of(program, language, log), *steps_of(program, language, log.n_history)) != (
            group.length,
            group.time,
            group.infer_time,
        ):
            raise RunError(
                f"a program of {group.length} bits and {group.time} steps was drawn that has others; this is a defect "
                "of sampling, so please report the language and the log."
            )


@dataclass(frozen=True)
class _Choice:
    """A production, a way, the number of a literal, and what each argument is one of, with its number there."""

    production: int
    way: int
    literal: int
    parts: list[tuple[_Part, int]]


class _Search:
    """The records that make the programs of one group, each with its number of these programs."""

    def __init__(self, heads: kernels.Heads, length: int, time: int, infer_time: int, expected: int):
        self._heads = heads
        self._goal = (length, time, infer_time)
        self._expected = expected
        self._made: list[np.ndarray] = []
        self._count: list[np.ndarray] = []

    def keep(self, made: np.ndarray) -> None:
        """Add records ``int64[m, 5]``, except those without programs of this group."""
        count = np.zeros(len(made), dtype=np.int64)
        kernels.count_programs(self._heads, made, *self._goal, count)
        live = np.flatnonzero(count)
        self._made.append(made[live].astype(np.int32))
        self._count.append(count[live])

    def finish(self) -> None:
        """Sort the records, and compare their total with the count of the group.

        Raises
        ------
        RunError
            If they differ.
        """
        made = np.concatenate([np.empty((0, 5), dtype=np.int32), *self._made])
        count = np.concatenate([np.empty(0, dtype=np.int64), *self._count])
        # Records come as the threads find them; productions and classes have numbers that depend on nothing.
        order = np.lexsort(made.T[::-1])
        self._records = made[order]
        # The total is below 2^63, as is that of every level.
        self._end = np.cumsum(count[order])
        total = int(self._end[-1]) if len(self._end) else 0
        if total != self._expected:
            length, time, _ = self._goal
            raise RunError(
                f"a group of {self._expected} programs of {length} bits and {time} steps has {total} on the way down; "
                "the census is not of this language and log, or this is a defect of sampling: please report both."
            )

    def choose(self, number: int) -> _Choice:
        """Return the record, way and counts that program `number` belongs to."""
        place = int(np.searchsorted(self._end, number, side="right"))
        below = int(self._end[place - 1]) if place else 0
        record = self._records[place].astype(np.int64)
        found = np.zeros(6, dtype=np.int64)
        kernels.find_program(self._heads, record, *self._goal, number - below, found)
        way, *places, rest, swap = found.tolist()
        production, _, *classes = record.tolist()
        arity = int(self._heads.arity[production])
        parts: list[tuple[_Part, int]] = []
        for argument, entry in reversed(list(zip(classes, places, strict=True))[3 - arity :]):
            time, infer_time, count = self._heads.entry[entry].tolist()
            rest, number_below = divmod(rest, count)
            parts.append((_Part(argument, time, infer_time, count), number_below))
        parts.reverse()
        # The halves of a commutative operator were counted in one order for both.
        return _Choice(production, way, classes[2], parts[::-1] if swap else parts)


class _Fan:
    """Passes the records of a value on to several searches."""

    def __init__(self, searches: Sequence[_Search]):
        self._searches = searches

    def __call__(self, made: np.ndarray) -> None:
        """Hand on records ``int64[m, 5]``."""
        for search in self._searches:
            search.keep(made)
