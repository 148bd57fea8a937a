"""The options that name candidate utilities, and the report on them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mesaprior.cli.completion import FILE
from mesaprior.cli.options import together
from mesaprior.errors import UsageError

if TYPE_CHECKING:
    from mesaprior.inference.agency.agency import Utility
    from mesaprior.inference.agency.goals import Goals
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.request import Question

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class GoalOptions:
    """The candidate utilities of a question, as they were given.

    Attributes
    ----------
    terms : tuple of str
    tables : tuple of (str, float)
        Paths, and the bits that each is charged.
    language_file : str or None
        Language of the terms; without it that of the space, or the default one of the log.

    Raises
    ------
    UsageError
        If a language is given for no term.
    """

    terms: tuple[str, ...] = ()
    tables: tuple[tuple[str, float], ...] = ()
    language_file: str | None = None

    def __post_init__(self) -> None:
        if self.language_file is not None and not self.terms:
            raise UsageError("--utility-language is the language of --utility, and none is given; leave it out.")

    @property
    def given(self) -> list[str]:
        """The options that were given, as they are typed."""
        values = {
            "--utility": self.terms,
            "--utility-table": self.tables,
            "--utility-language": self.language_file is not None,
        }
        return [option for option, value in values.items() if value]


def goal_options(function: F) -> F:
    """Give a command the options that name candidate utilities, as one argument `goals`."""

    @wraps(function)
    def with_goals(
        *arguments: Any,
        utilities: tuple[str, ...],
        utility_tables: tuple[tuple[str, float], ...],
        utility_language: str | None,
        **others: Any,
    ) -> Any:
        return function(*arguments, goals=GoalOptions(utilities, utility_tables, utility_language), **others)

    options = together(
        click.option(
            "--utility",
            "utilities",
            multiple=True,
            metavar="TERM",
            help="Tell which programs act as if they maximized this term of the action y, such as '(eq y c)'; "
            "repeatable.",
        ),
        click.option(
            "--utility-table",
            "utility_tables",
            multiple=True,
            type=(FILE, click.FloatRange(min=0)),
            metavar="FILE.csv BITS",
            help="The same for a utility in a CSV of situations, actions and values, charged BITS bits; repeatable.",
        ),
        click.option(
            "--utility-language",
            type=FILE,
            metavar="FILE.toml",
            help="The language of the utilities; by default that of the programs, or else of the log.",
        ),
    )
    return options(with_goals)  # type: ignore[return-value]


def goals_of(options: GoalOptions, question: Question, analysis: Analysis) -> Goals | None:
    """Measure agency for each utility that is written as a term, then for each that is a table; None without any.

    Raises
    ------
    UsageError
        If a text is no utility, or has another number of actions.
    ContentError
        If a table is none.
    """
    from mesaprior.hypotheses.terms.describe import language_of
    from mesaprior.inference.agency.agency import term_utility
    from mesaprior.inference.agency.utility_table import table_utility

    utilities: list[Utility] = []
    if options.terms:
        language = question.language if options.language_file is None else None
        language = language or language_of(options.language_file, question.log)
        utilities += [term_utility(text, language, question.log) for text in options.terms]
    n_actions = question.census.n_actions
    utilities += [table_utility(path, bits, question.log, n_actions) for path, bits in options.tables]
    return analysis.goals(utilities) if utilities else None
