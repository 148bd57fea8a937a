"""The options for reading a file of choices, and reading it, with remarks on standard error."""

from __future__ import annotations

import csv
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.shell_completion import CompletionItem

from mesaprior.cli.command import LOG, ParamType, headed_option
from mesaprior.cli.completion import A_COLUMN, completed_column
from mesaprior.cli.options import together
from mesaprior.narrowing import is_tuple

if TYPE_CHECKING:
    from mesaprior.hypotheses.log import ImitationLog, Reading
    from mesaprior.hypotheses.log.coding import CodedLanguage
    from mesaprior.hypotheses.log.raw_table import RawTable
    from mesaprior.hypotheses.terms.language import Language

_ELSEWHERE = "The options that say how a file is read, such as --action or --drop, are those of `mesaprior infer`."
"""What the help says where it leaves these options out."""

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class ReadingOptions:
    """How to read a file of choices, by the options given.

    Attributes
    ----------
    columns : Reading
        Its `rival` is the name of a column, or a term of the language that says what the rival does.
    rival_utility : str or None
        A term with ``y`` for the action: the rival takes the action of largest value.
    """

    columns: Reading
    rival_utility: str | None = None

    def typed(self) -> str:
        """Return the options as they would be typed again, each with a space before it."""
        import shlex

        from mesaprior.hypotheses.log import Reading
        from mesaprior.hypotheses.log.notices import joined_by_commas

        plain, typed = Reading(), ""
        for name, value in vars(self.columns).items():
            if value != getattr(plain, name):
                text = value if isinstance(value, str) else joined_by_commas(value)
                typed += f" --{name} {shlex.quote(text)}"
        return typed + (f" --rival-utility {shlex.quote(self.rival_utility)}" if self.rival_utility is not None else "")

    @property
    def given(self) -> list[str]:
        """The options that were given, as they are typed."""
        from mesaprior.hypotheses.log import Reading

        plain = Reading()
        names = [name for name, value in vars(self.columns).items() if value != getattr(plain, name)]
        return [f"--{name}" for name in names] + ["--rival-utility"] * (self.rival_utility is not None)


class Names(ParamType):
    """Names with commas between them; one with a comma in it stands in double quotes, as in a CSV."""

    name = "NAME,NAME,..."

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, ...]:
        """Return the names."""
        if is_tuple(value):
            return tuple(map(str, value))
        try:
            cells = next(csv.reader([str(value)], skipinitialspace=True, strict=True), list[str]())
        except csv.Error:
            self.fail(f'{str(value)[:60]!r} has a quote that is not closed; write a,"b, c".', param, ctx)
        names = tuple(cell.strip() for cell in cells)
        if not names or not all(names):
            self.fail(f"{str(value)[:60]!r} names nothing between two commas; write a,b,c.", param, ctx)
        return names


class ColumnNames(Names):
    """Names of columns."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the columns of the file that complete the last name."""
        return completed_column(ctx, param, incomplete, is_list=True)


_OPTIONS: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = (
    (
        ("--action", "action"),
        {"type": A_COLUMN, "metavar": "COL", "help": "The column of the choices.  [default: action]"},
    ),
    (
        ("--rival", "rival"),
        {
            "type": A_COLUMN,
            "metavar": "COL_OR_TERM",
            "help": "What a rival with another goal would choose: a column, or a term.  [default: rival]",
        },
    ),
    (
        ("--rival-utility", "rival_utility"),
        {"metavar": "TERM", "help": "The rival takes the action y that maximizes this term."},
    ),
    (
        ("--split", "split"),
        {"type": A_COLUMN, "metavar": "COL", "help": "The column that marks training rows.  [default: split]"},
    ),
    (
        ("--by", "by"),
        {
            "type": ColumnNames(),
            "metavar": "COLS",
            "help": "Columns that identify people, with commas between them; they are not features.",
        },
    ),
    (
        ("--drop", "drop"),
        {"type": ColumnNames(), "metavar": "COLS", "help": "Columns to leave out, with commas between them."},
    ),
    (
        ("--only", "only"),
        {
            "type": ColumnNames(),
            "metavar": "COLS",
            "help": "Columns to keep as features, with commas between them; all others are left out.",
        },
    ),
    (
        ("--actions", "actions"),
        {"type": Names(), "metavar": "LABELS", "help": "The actions in the order of their codes."},
    ),
    (
        ("--missing", "missing"),
        {
            "type": click.Choice(["code", "drop"]),
            "help": "Give missing values of features a code of their own, or drop their rows; else they are refused.",
        },
    ),
)
"""The options that say how a file is read."""


def reading_options(*, is_hidden: bool = False) -> Callable[[F], F]:
    """Return what gives a command the options that say how a file is read, as one argument `reading`.

    Parameters
    ----------
    is_hidden : bool
        Whether the help leaves them out, as in commands that are not about files. These take all rows as one log.
    """
    arguments = {names[-1]: f"reading_{names[-1]}" for names, _ in _OPTIONS}
    options = together(
        *(
            headed_option(option, arguments[name], hidden=is_hidden, heading=LOG, **settings)
            for (option, name), settings in _OPTIONS
        )
    )

    def decorate(function: F) -> F:
        @wraps(function)
        def with_reading(*positional: Any, **others: Any) -> Any:
            from mesaprior.hypotheses.log import Reading

            values = {name: others.pop(argument) for name, argument in arguments.items()}
            rival_utility = values.pop("rival_utility")
            columns = Reading(**{name: value for name, value in values.items() if value is not None})
            if is_hidden and columns.by:
                click.echo("All rows are read as one log; `mesaprior infer --by` answers for each person.", err=True)
            return function(*positional, reading=ReadingOptions(columns, rival_utility), **others)

        if is_hidden:
            with_reading.__doc__ = f"{inspect.cleandoc(function.__doc__ or '')}\n\n{_ELSEWHERE}"
        return options(with_reading)  # type: ignore[return-value]

    return decorate


def read_asked(
    source: str, reading: ReadingOptions, language_file: str | None = None, *, codes: CodedLanguage | None = None
) -> ImitationLog:
    """Read a file of choices, and say on standard error what was recognized, coded and left out.

    Parameters
    ----------
    source : str
        A file, or ``-`` for standard input.
    reading : ReadingOptions
    language_file : str or None
        The language of the question, where it is not the default one.
    codes : CodedLanguage or None
        What labels are coded by, where there is no language file: the codes of a census, say.

    Raises
    ------
    UsageError, ContentError
        As `read_log` does; and if there are two rivals, or the term is none of the language.
    """
    from mesaprior.hypotheses.log import log_of_table, read_table
    from mesaprior.hypotheses.terms.language import read_language

    language = read_language(language_file) if language_file else None
    table = read_table(source)
    columns = columns_but_rival(table, reading)
    log = with_rivals(log_of_table(table, language=language or codes, reading=columns), reading, columns, language)
    say_reading(log)
    return log


def columns_but_rival(table: RawTable, reading: ReadingOptions) -> Reading:
    """Return how to read a table; where a term says what the rival does, no column does.

    Raises
    ------
    UsageError
        If both a rival and a utility of it are given, or a rival that is neither a column nor a term.
    """
    from mesaprior.errors import UsageError
    from mesaprior.hypotheses.log.coding import listed
    from mesaprior.hypotheses.log.columns import has_column, without_role
    from mesaprior.hypotheses.log.notices import shown

    columns = reading.columns
    if reading.rival_utility is not None:
        if columns.rival is not None:
            raise UsageError("--rival and --rival-utility both say what the rival does; give one of them.")
        return without_role(table, columns, "rival")
    if columns.rival is None or has_column(table, columns.rival):
        return columns
    if not _is_term(columns.rival):
        raise UsageError(
            f"--rival {shown(columns.rival)}: this is no column of {table.source}, and no term of a language: a term "
            "is the code of an action, such as 1, or stands in brackets, such as (if x 1 0); the columns are "
            f"{listed([column.name for column in table.columns], most=30)}."
        )
    return without_role(table, columns, "rival")


def with_rivals(
    log: ImitationLog, reading: ReadingOptions, columns: Reading, language: Language | None
) -> ImitationLog:
    """Return a log whose rival follows a term, if one was given and no column was read as the rival."""
    from mesaprior.hypotheses.terms.language import default_language
    from mesaprior.hypotheses.terms.rivals import rivals_by_term, rivals_by_utility

    term = reading.columns.rival
    if reading.rival_utility is not None:
        return log.with_rival(rivals_by_utility(reading.rival_utility, language or default_language(log), log))
    if term is None or columns.rival is not None:
        return log
    return log.with_rival(rivals_by_term(term, language or default_language(log), log))


def _is_term(text: str) -> bool:
    """Tell whether a text that is the name of no column can be a term: a list, a lookup, a number or y."""
    stripped = text.strip()
    return stripped.startswith("(") or stripped.endswith("]") or stripped.isdecimal()


def say_reading(log: ImitationLog) -> None:
    """Say on standard error what was recognized in a file, and the codes of what is not its own code."""
    from mesaprior.hypotheses.log.coding import coding_text

    for remark in log.remarks:
        click.echo(remark, err=True)
    for column, labels in log.codes.items():
        if any(label != str(code) for label, code in labels.items()):
            click.echo(f"Coded {coding_text(column, labels)}.", err=True)
