"""The censuses of one log that a server answers from: the one that it was started with, and those of the store."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from threading import Lock
from typing import Any

from mesaprior.cli.page.assembly import page_of
from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses import registry
from mesaprior.hypotheses.description import Description
from mesaprior.hypotheses.memory import available_memory
from mesaprior.hypotheses.registry import stored_space
from mesaprior.hypotheses.store import Entry, census_key, entries_for, open_census
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.checkpoints import Checkpoints
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.page.content import page_content
from mesaprior.inference.page.exploring import Asked, Explorer
from mesaprior.inference.page.sliders import is_reached
from mesaprior.inference.request import Question, has_default_language
from mesaprior.priors.prior import FormulaPrior, make_prior

MOST_OTHERS = 1
"""Censuses that are open besides the one that the server was started with, at most."""

BYTES_OF_A_BYTE = 50
"""Memory that a census and its answers take for each byte of its files, about."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """Where the page stands when it is opened.

    Attributes
    ----------
    prior : FormulaPrior
    noise : NoiseModel
    tolerance : float
    checkpoints : int or "all" or None
        As of `posterior`.
    """

    prior: FormulaPrior
    noise: NoiseModel
    tolerance: float
    checkpoints: Checkpoints = None


@dataclass(frozen=True, eq=False)
class OpenCensus:
    """A census that is in memory, with its page.

    Attributes
    ----------
    question : Question
    start : Start
    """

    question: Question
    start: Start

    @cached_property
    def explorer(self) -> Explorer:
        """What answers from it."""
        return Explorer(self.question, tolerance=self.start.tolerance, checkpoints=self.start.checkpoints)

    @cached_property
    def key(self) -> str:
        """The key of the census, as in the store."""
        question, census = self.question, self.question.census
        return census_key(question.language, question.log, census.bounds, census.space)

    @cached_property
    def page(self) -> str:
        """The page on it, as HTML."""
        question, start = self.question, self.start
        reached = start.prior if is_reached(start.prior) else make_prior("simplicity")
        analysis = Analysis(question.census, question.log, reached, start.noise, start.tolerance, space=question.space)
        served = {
            "census": self.key,
            "n": self.explorer.n,
            "columns": list(question.census.columns),
            "formula": "" if reached is start.prior else start.prior.name,
            "parameters": {} if reached is start.prior else dict(start.prior.parameters),
        }
        content = page_content(question, analysis, reached) | {"served": served, "merged": self.explorer.notes}
        return page_of(content, is_served=True)


class Censuses:
    """The censuses of one log, one of which is asked at a time.

    Any thread may ask. Censuses never change, and one thread at a time computes, so memory is that of one answer.

    Parameters
    ----------
    question : Question
        The census that the server is started with.
    start : Start
    """

    def __init__(self, question: Question, start: Start):
        self._own = OpenCensus(question, start)
        self._others = lru_cache(maxsize=MOST_OTHERS)(self._open)
        self._lock = Lock()

    def page(self, key: str | None) -> str:
        """Return the page on a census, by its key; on the first one without a key.

        Raises
        ------
        MesapriorError
            If there is no such census for this log, or it cannot be opened.
        """
        with self._lock:
            return self._census(key).page

    def answer(self, key: str | None, asked: Asked) -> dict[str, Any]:
        """Return what a census answers; see `Explorer.answer`."""
        with self._lock:
            return self._census(key).explorer.answer(asked)

    def odds(self, key: str | None, asked: Asked) -> dict[str, Any]:
        """Return the odds that a census answers; see `Explorer.odds`."""
        with self._lock:
            return self._census(key).explorer.odds(asked)

    def choices(self) -> list[dict[str, str]]:
        """Return the key and a line about each census that there is for this log, the first one first."""
        own = self._own
        census, language = own.question.census, own.question.language
        first = _line(census.space, census.bounds, language.source if language else "", census.n_programs)
        others = {entry.key: _line_of(entry) for entry in entries_for(own.question.log) if entry.key != own.key}
        return [{"census": key, "line": line} for key, line in [(own.key, first), *others.items()]]

    def _census(self, key: str | None) -> OpenCensus:
        return self._own if key in (None, self._own.key) else self._others(key)

    def _open(self, key: str) -> OpenCensus:
        """Open a census of the store; what is asked for is only compared with the keys that are there."""
        log = self._own.question.log
        entry = next((entry for entry in entries_for(log) if entry.key == key), None)
        if entry is None:
            raise UsageError("there is no such census for this log in the store; choose another one.")
        needed = BYTES_OF_A_BYTE * entry.n_bytes
        if needed > available_memory():
            gigabytes = f"{needed / 1e9:.1f} GB"
            raise RunError(f"this census needs about {gigabytes} of memory, and less is free; choose a smaller one.")
        stored = open_census(entry.folder, log=log)
        question = Question(
            census=stored.census,
            log=log,
            space=stored_space(stored.census.space, stored.census.bounds, stored.language),
            is_default_language=has_default_language(stored.language, log),
            source=str(entry.folder),
        )
        return OpenCensus(question, self._own.start)


def _line_of(entry: Entry) -> str:
    # The language of a space without one is its name.
    language = entry.language if entry.language != entry.space else ""
    return _line(entry.space, entry.bounds, language, entry.programs or 0)


def _line(space: str, bounds: dict[str, Any], language: str, programs: int) -> str:
    """Return what tells a census from others of its log, in a line."""
    description = registry.find(space) or Description()
    parts = [space, language.rpartition("/")[2], description.in_words(bounds), f"{programs:,} {description.noun}"]
    return ", ".join(part for part in parts if part)
