"""What a shell completes: files, priors, worlds, claims and the columns of a file, by name.

The types convert nothing; whoever reads the value refuses what does not exist, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem
from click.types import StringParamType


class FileName(StringParamType):
    """The name of a file or a folder."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Leave it to the shell."""
        return [CompletionItem(incomplete, type="file")]


class FolderName(StringParamType):
    """The name of a folder."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Leave it to the shell."""
        return [CompletionItem(incomplete, type="dir")]


class Name(StringParamType):
    """A name out of some, or anything else.

    Parameters
    ----------
    names : callable
        Returns the names; called for completing only.
    is_list : bool
        Whether several names can stand there, with commas between them.
    """

    def __init__(self, names: Callable[[], Iterable[str]], *, is_list: bool = False):
        self._names, self._is_list = names, is_list

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the names that begin so; in a list, those that begin as what stands after the last comma."""
        before, comma, begun = incomplete.rpartition(",") if self._is_list else ("", "", incomplete)
        return [CompletionItem(f"{before}{comma}{name}") for name in self._names() if name.startswith(begun)]


class ColumnName(StringParamType):
    """The name of a column of the file that the command is given."""

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """Return the names that begin so; none where there is no file to read."""
        return completed_column(ctx, param, incomplete, is_list=False)


def completed_column(
    ctx: click.Context, param: click.Parameter, incomplete: str, *, is_list: bool
) -> list[CompletionItem]:
    """Return the columns, of the file that was typed before, that complete a name."""
    from mesaprior.errors import MesapriorError
    from mesaprior.hypotheses.log.reading import column_names

    # An option that has no value yet keeps Click from giving the arguments before it their names.
    named = [ctx.params[name] for name in FILES if ctx.params.get(name)]
    file = next((path for path in (*named, *ctx.args) if Path(path).is_file()), None)
    try:
        names = column_names(file) if file is not None else ()
    except (MesapriorError, OSError):
        return []
    return Name(lambda: names, is_list=is_list).shell_complete(ctx, param, incomplete)


def _priors() -> Iterable[str]:
    from mesaprior.priors.catalogue import catalogue

    return (entry.name for entry in catalogue())


def _worlds() -> Iterable[str]:
    from mesaprior.inference.worlds.worlds import WORLDS

    return WORLDS


def _claims() -> Iterable[str]:
    from mesaprior.inference.claims.registry import CLAIMS

    return CLAIMS


FILES = ("other_log", "log_file", "source", "raw_file")
"""Arguments that can name the file of choices; the first that is given does."""

FILE, FOLDER, A_COLUMN = FileName(), FolderName(), ColumnName()
A_PRIOR, PRIORS = Name(_priors), Name(_priors, is_list=True)
A_WORLD, A_CLAIM = Name(_worlds), Name(_claims)
