"""The question behind a result, and the request that it came from."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mesaprior.errors import Named, Sentence
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.terms.language import Language, default_constants


@dataclass(frozen=True, kw_only=True)
class Request:
    """The request behind a question, as it was typed.

    Attributes
    ----------
    log : ImitationLog
    space : Space
    is_default_language : bool
        Whether there is a language, and it is the default one of the log.
    source : str
        The file or the folder, as it was typed.
    reading : str
        The options for reading it, and the log that a folder is asked about, each with a space before it.
    """

    log: ImitationLog
    space: Space
    is_default_language: bool
    source: str = ""
    reading: str = ""

    @property
    def is_folder(self) -> bool:
        """Whether the source is a census folder."""
        return Path(self.source).is_dir()

    @property
    def language(self) -> Language | None:
        """The language of the space, where it has one."""
        return self.space.language


@dataclass(frozen=True, kw_only=True)
class Question(Request):
    """A census with all that it was counted for.

    Attributes
    ----------
    census : Census
    """

    census: Census

    @cached_property
    def warnings(self) -> list[Sentence]:
        """What is suspicious about the log."""
        return warning_sentences(self.log, self.census.n_actions)


def has_default_language(language: Language | None, log: ImitationLog) -> bool:
    """Tell whether there is a language, and it is the default one of a log, with whatever constants."""
    return language is not None and default_constants(language, log) is not None


def warning_sentences(log: ImitationLog, n_actions: int) -> list[Sentence]:
    """Return the warnings about a log."""
    from mesaprior.hypotheses.log.checking import warnings_of

    def begun(sentence: str) -> str:
        return sentence[0].upper() + sentence[1:]

    return [Sentence((Named(begun(str(one)), begun(one.typed())),)) for one in warnings_of(log, n_actions)]
