"""The errors that a user can cause. Each message is one sentence: what was wrong, where, what is allowed, what to do.

A message speaks of parameters as Python has them, and at the command line of the options that stand for them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Named:
    """A part of a message that has other words in Python, ``max_gates=3``, than typed, ``--max-gates 3``."""

    python: str
    typed: str


def setting(name: str, value: Any = None) -> Named:
    """Return a parameter, with a value if there is one, whose option has the same name with hyphens."""
    option = f"--{name.replace('_', '-')}"
    return Named(name, option) if value is None else Named(f"{name}={value!r}", f"{option} {value}")


@dataclass(frozen=True)
class Sentence:
    """A sentence for people, parts of which have other words in Python than typed.

    Attributes
    ----------
    parts : tuple of str or Named
    """

    parts: tuple[str | Named, ...]

    def __str__(self) -> str:
        return "".join(part.python if isinstance(part, Named) else part for part in self.parts)

    def typed(self) -> str:
        """Return it as the command line has it, where settings are options."""
        return "".join(part.typed if isinstance(part, Named) else part for part in self.parts)


class MesapriorError(Exception):
    """Base of all errors that are shown to the user as one sentence.

    Parameters
    ----------
    *parts : str or Named
        The message in pieces.

    Attributes
    ----------
    exit_code : int
        Exit code of the command line: 2 for usage, 1 for content and failed runs.
    """

    exit_code = 1

    def __init__(self, *parts: str | Named):
        super().__init__(*parts)
        self.parts = parts

    def __str__(self) -> str:
        return str(Sentence(self.parts))

    def typed(self) -> str:
        """Return the message as the command line has it, where settings are options."""
        return Sentence(self.parts).typed()


class UsageError(MesapriorError):
    """The command line, a formula, a parameter or a path is wrong (exit code 2)."""

    exit_code = 2


class ContentError(MesapriorError):
    """The content of a file (a log, a language, a census) is wrong (exit code 1)."""


class RunError(MesapriorError):
    """A run cannot be carried out or finished, for want of memory, say (exit code 1)."""


class NoProgramError(RunError):
    """There is no program within the bounds, so nothing could be counted (exit code 1)."""
