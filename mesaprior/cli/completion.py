"""What a shell completes: files, priors, worlds and claims, by name.

The types convert nothing; whoever reads the value refuses what does not exist, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

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


def _priors() -> Iterable[str]:
    from mesaprior.priors.catalogue import catalogue

    return (entry.name for entry in catalogue())


def _worlds() -> Iterable[str]:
    from mesaprior.inference.worlds.worlds import WORLDS

    return WORLDS


def _claims() -> Iterable[str]:
    from mesaprior.inference.claims.registry import CLAIMS

    return CLAIMS


FILE, FOLDER = FileName(), FolderName()
A_PRIOR, PRIORS = Name(_priors), Name(_priors, is_list=True)
A_WORLD, A_CLAIM = Name(_worlds), Name(_claims)
