"""The space of terms: all closed terms of a language up to a length, counted by one of two engines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, ClassVar, Literal

from mesaprior.errors import ContentError, Named, NoProgramError, RunError, UsageError, setting
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.memory import available_memory
from mesaprior.hypotheses.phrases import bytes_text
from mesaprior.hypotheses.plan import Plan
from mesaprior.hypotheses.space import Cut, Space, digest
from mesaprior.hypotheses.terms import meaning
from mesaprior.hypotheses.terms.gloss import gloss_of
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.merged.engine import MergedEngine
from mesaprior.hypotheses.terms.merged.totals import programs_by_length
from mesaprior.hypotheses.terms.merged.workspace import Progress
from mesaprior.hypotheses.terms.naming import COLUMNS, NAME, NOUN
from mesaprior.hypotheses.terms.planning import MOST_PROGRAMS, make_plan
from mesaprior.hypotheses.terms.program import SATURATION, Program, format_program, length_of, parse_program, steps_of
from mesaprior.hypotheses.terms.reference import ReferenceEngine
from mesaprior.hypotheses.terms.tabulation import census_of
from mesaprior.priors import codes

Engine = Literal["merged", "reference"]
"""``merged`` counts classes of equal terms at once, ``reference`` evaluates programs one by one; same census."""


PROGRAMS_OF_A_SHARD = 10**9
"""Programs that one shard is meant for, where there is only one."""

LEAST_OF_A_SHARD = 20_000
"""Classes of programs that a shard has, at least, if there are several."""

FEW_SHARDS = 8
"""So many are written in no time, whatever is in them."""

NARROW = 16
"""Situations up to which what a behaviour does takes no more memory than the counts of its programs."""


class TermSpace(Space):
    """All closed terms of a language with at most `max_bits` bits and at most `max_time` steps.

    Parameters
    ----------
    language : Language
    max_bits : int
        Longest program, in bits; at least 1.
    max_time : int or None
        Most steps of a program; None for no bound.

    Raises
    ------
    UsageError
        If a bound is below 1.
    """

    name = NAME
    noun = NOUN
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    engines: ClassVar[tuple[str, ...]] = ("merged", "reference")
    cut: ClassVar[Cut] = "ranges"
    has_lesions = True

    def __init__(self, language: Language, max_bits: int, max_time: int | None = None):
        for bound, value in (("max_bits", max_bits), ("max_time", max_time)):
            if value is not None and value < 1:
                raise UsageError(setting(bound, value), " leaves no program; give an integer of at least 1.")
        if max_time is not None and max_time > SATURATION:
            raise UsageError(
                setting("max_time", max_time), " is more than is counted, 2^62 steps; give fewer, or leave it out."
            )
        self._language = language
        self.max_bits = max_bits
        self.max_time = max_time

    @classmethod
    def of_bounds(cls, bounds: dict[str, Any], language: Language | None = None) -> TermSpace:
        """Return the space of a language that has these bounds."""
        if language is None:
            raise ContentError("a space of terms has a language, and there is none; give that of the census.")
        return cls(language, bounds["max_bits"], bounds["max_time"])

    @property
    def language(self) -> Language:
        """The language."""
        return self._language

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds as plain data."""
        return {"max_bits": self.max_bits, "max_time": self.max_time}

    @property
    def is_settled(self) -> bool:
        """Whether no bound on time leaves programs out."""
        return self.max_time is None

    def gloss(self, text: str, log: ImitationLog) -> str:
        """Return what a term does, in a phrase with the labels of the log."""
        return gloss_of(parse_program(text, self.language, log), self.language, log)

    def n_actions(self, log: ImitationLog) -> int:
        """Return the actions of the language."""
        return self.language.actions

    def fingerprint(self) -> str:
        """Return a SHA-256 of the language and the bounds."""
        return digest({"space": self.name, "language": self.language.digest} | self.bounds)

    def census(
        self, log: ImitationLog, *, engine: Engine = "merged", workers: int = 1, report: Progress | None = None
    ) -> Census:
        """Count every program of the space on a log, exactly.

        Parameters
        ----------
        log : ImitationLog
        engine : {"merged", "reference"}
            The census is the same; only witnesses may differ.
        workers : int
            Threads of the merged engine; the census does not depend on it.
        report : callable or None
            Called with how many more terms are accounted for; they add up to about `n_reports`.

        Raises
        ------
        ContentError
            If the log does not fit the language.
        RunError
            If a count would not fit into 64 bits, or no program is within the bounds.

        Notes
        -----
        Cost: `reference` takes about a microsecond a program; see `plan` for `merged`.
        """
        grid = self._grid(log)
        if engine == "reference":
            tabulation = ReferenceEngine(grid, self.max_bits, self.max_time, report=report).run()
        else:
            tabulation = MergedEngine(grid, self.max_bits, self.max_time, workers=workers, report=report).run()
        if tabulation.n_rows == 0:
            raise self._no_program(log)
        return census_of(tabulation, grid, dict(self.bounds))

    def shards(
        self,
        log: ImitationLog,
        wanted: Sequence[int],
        n_shards: int,
        *,
        workers: int = 1,
        max_bytes: int | None = None,
        report: Progress | None = None,
    ) -> Iterator[tuple[int, Census]]:
        """Count some shards of the census, and yield the number and the census of each as soon as it is done.

        Shards are cut by ranges of what programs predict, so the whole census is one after the other; see
        `store.concatenated`.

        Parameters
        ----------
        log : ImitationLog
        wanted : sequence of int
            Numbers of shards, ascending, below `n_shards`.
        n_shards : int
        workers : int
            Threads; nothing depends on it.
        max_bytes : int or None
            Memory to keep to, about: with little of it there are more passes. Nothing else depends on it. None for
            what is free.
        report : callable or None
            Called with how many more terms are accounted for; a pass adds up to about `n_reports`.

        Raises
        ------
        ContentError, RunError
            As `census`.
        """
        grid = self._grid(log)
        engine = MergedEngine(
            grid,
            self.max_bits,
            self.max_time,
            workers=workers,
            n_shards=n_shards,
            max_bytes=available_memory() * 3 // 4 if max_bytes is None else max_bytes,
            report=report,
        )
        yield from engine.shards(wanted, lambda tabulation: census_of(tabulation, grid, dict(self.bounds)))

    def n_shards(self, log: ImitationLog) -> int:
        """Return the default number of shards of a census; it depends on the programs and the situations only.

        Rows grow with about the 0.7th power of the number of programs, and a shard is meant to have a few million, or
        fewer where each behaviour is an action in many situations. Where that makes many, a probe of a second tells
        whether so many programs do enough different things.
        """
        n_shards = _usual_shards(log, sum(self.count_by_length(log).values()))
        return n_shards if n_shards <= FEW_SHARDS else self.plan(log).n_shards

    def n_reports(self, log: ImitationLog, *, engine: str | None = None) -> int:
        """Return the approximate total of the progress reports of `census`."""
        if engine == "reference":
            return sum(self.count_by_length(log).values())
        return MergedEngine(self._grid(log), self.max_bits, self.max_time).n_terms

    def count_by_length(self, log: ImitationLog) -> dict[int, int]:
        """Return the exact number of programs of each length that occurs within the bounds.

        Where programs have so many different times that this takes long, the bound on time is left aside.
        """
        counts = programs_by_length(self.language, log, self.max_bits, self.max_time)
        return {length: count for length, count in enumerate(counts) if count}

    def mass(self, log: ImitationLog) -> codes.Mass:
        """Return the 2^-length mass of all finite programs of the language, of any length."""
        return codes.total_mass(self.language.symbols(log))

    def mass_beyond(self, census: Census, log: ImitationLog) -> float:
        """Return the 2^-length mass of the programs that a census leaves out, by length or by time."""
        return codes.mass_beyond(
            self.mass(log), codes.mass_of({int(length): count for length, count in census.counted_by_length.items()})
        )

    def length_beyond(self, log: ImitationLog) -> float:
        """Return the least length past the bound that any program has, in bits; inf where none is longer."""
        symbols = self.language.symbols(log)
        leaf = max((symbol.bits for symbol in symbols if symbol.arity == 0), default=0)
        # A leaf can be replaced by any symbol with that leaf as each of its arguments, so there is a length near by.
        growth = [symbol.bits + (symbol.arity - 1) * leaf for symbol in symbols if symbol.arity > 0]
        horizon = max(self.max_bits + min(growth, default=0), max(symbol.bits for symbol in symbols))
        counts = codes.count_by_length(symbols, horizon)[0]
        return next((length for length in range(self.max_bits + 1, horizon + 1) if counts[length]), math.inf)

    def plan(self, log: ImitationLog) -> Plan:
        """Return the exact number of programs, and the time and memory to expect, from a probe of shorter bounds."""
        return make_plan(self._grid(log), self.max_bits, self.max_time, n_shards=partial(_usual_shards, log))

    def check_memory(
        self, log: ImitationLog, n_shards: int | None = None, *, limit: int | None = None, with_answer: bool = False
    ) -> Plan:
        """Return the plan, or refuse a census that would need more memory than there is.

        Parameters
        ----------
        log : ImitationLog
        n_shards : int or None
            Into how many shards it is cut; the usual number where None.
        limit : int or None
            Bytes of memory to keep to, if that is less than is free.
        with_answer : bool
            Whether a posterior over all of it is asked for, too.

        Raises
        ------
        RunError
            If so; the message says what bound would fit.
        """

        def least(plan: Plan) -> int:
            counting = plan.least_bytes(n_shards or plan.n_shards)
            return max(counting, plan.answer_bytes) if with_answer else counting

        plan = make_plan(
            self._grid(log),
            self.max_bits,
            self.max_time,
            n_shards=lambda n, n_classes: n_shards or _usual_shards(log, n, n_classes),
            limit=limit,
            fits=lambda plan: least(plan) <= plan.available_bytes,
        )
        if least(plan) <= plan.available_bytes:
            return plan
        may_help = least(plan) > plan.answer_bytes and plan.handing_bytes + plan.bin_bytes > plan.kept_bytes
        raise RunError(
            f"a census up to {self.max_bits} bits in {number_of(plan.n_shards, 'shard')}"
            f"{' and its posterior need' if with_answer else ' needs'} at least {bytes_text(least(plan))} of memory "
            f"and {bytes_text(plan.available_bytes)} {'are free' if limit is None else 'may be used'}; ",
            setting("max_bits", plan.fitting_bits) if plan.fitting_bits else "no bound",
            " would fit",
            *((", and more ", Named("shards", "--shards"), " may") if may_help else ()),
            ".",
        )

    def parse(self, text: str, log: ImitationLog) -> Program:
        """Read a program from its text; see `program.parse_program`."""
        return parse_program(text, self.language, log)

    def format(self, program: Program) -> str:
        """Return the text of a program."""
        return format_program(program, self.language)

    def predict(self, program: Program, log: ImitationLog) -> meaning.Meaning:
        """Return the plain-Python meaning of a program on a log: its predictions and flags."""
        self.language.check_log(log)
        return meaning.Meaning(program, self.language, log)

    def measures(self, program: Program, log: ImitationLog) -> dict[str, int | float]:
        """Return the bits and steps of a program."""
        time, infer_time = steps_of(program, self.language, log.n_history)
        return {"length": length_of(program, self.language, log), "time": time, "infer_time": infer_time}

    def explain(self, text: str, log: ImitationLog) -> meaning.Explanation:
        """Take a program apart: bits and steps by token, predictions, lesions; nothing is compiled."""
        self.language.check_log(log)
        return meaning.explain(self.parse(text, log), self.language, log)

    def _no_program(self, log: ImitationLog) -> NoProgramError:
        """Return what is said where no program is within the bounds."""
        nothing = f"no program of {self.language.source} is within the bounds"
        shortest = codes.shortest(self.language.symbols(log))[0]
        if not shortest:
            return NoProgramError(f"{nothing} (the language has no finite program); raise the bounds.")
        if shortest <= self.max_bits and self.max_time is not None:
            return NoProgramError(
                f"{nothing}: all take more steps than ", setting("max_time", self.max_time), "; raise it."
            )
        return NoProgramError(f"{nothing} (the shortest has {shortest} bits); raise the bounds.")

    def _grid(self, log: ImitationLog) -> Grid:
        self.language.check_log(log)
        return Grid(self.language, log)


def _usual_shards(log: ImitationLog, n_programs: int, n_classes: float = math.inf) -> int:
    """Return into how many shards the census of so many programs, of so many classes, is usually cut."""
    width = max(1, len(log.situations) / NARROW)
    by_programs = math.ceil(width * (min(n_programs, MOST_PROGRAMS) / PROGRAMS_OF_A_SHARD) ** 0.7)
    if by_programs <= FEW_SHARDS or n_classes == math.inf:
        return max(1, by_programs)
    # Any number of programs may do only a few different things.
    return max(1, min(by_programs, math.ceil(n_classes / LEAST_OF_A_SHARD)))


def space_of_terms(space: Space) -> TermSpace | None:
    """Return a space as a `TermSpace` if it is one: only terms have tokens that can be sampled or repriced."""
    return space if isinstance(space, TermSpace) else None
