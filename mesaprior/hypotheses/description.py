"""The description of a kind of hypothesis space, known without counting it: its names, its options and its terms.

A description is light: it imports its space where it is asked for one, so that a command line with every option of
every space costs no compiler.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

if TYPE_CHECKING:
    from mesaprior.hypotheses.census import Census
    from mesaprior.hypotheses.explained import Explained
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.space import Space

S = TypeVar("S", bound="Space")

Given = Mapping[str, Any]
"""Values of options by name, ``--max-gates`` say; only those that were given."""

Say = Callable[[str], None]
"""Is told what the user should know, a sentence at a time."""

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Given a title and an amount of work, shows progress; it enters as what is told how much more is done."""


@dataclass(frozen=True)
class Text:
    """The value of an option is what was typed."""


@dataclass(frozen=True)
class File:
    """It is the path of a file."""


@dataclass(frozen=True)
class Integer:
    """It is an integer from `least` to `most`; without an upper bound it may be written with an exponent, 1e8."""

    least: int
    most: int | None = None


@dataclass(frozen=True)
class Sizes:
    """It is a pair of integers, the least and the most number of what `noun` says: 3 or 1-3."""

    least: int
    most: int
    noun: str


@dataclass(frozen=True)
class Integers:
    """It is a tuple of integers: 4,10."""


@dataclass(frozen=True)
class OneOf:
    """It is one of these names."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Read:
    """It is what this function makes of what was typed; what is wrong it refuses with a `UsageError`."""

    function: Callable[[str], Any]


Kind = Text | File | Integer | Sizes | Integers | OneOf | Read


@dataclass(frozen=True)
class Option:
    """An option that bounds a space or says how it is made.

    Attributes
    ----------
    name : str
        As it is typed, ``--max-gates``. An option that several spaces have is described once, by the first of them.
    kind : Kind
        What its values are.
    help : str
        One sentence.
    metavar : str or None
        What stands for the value in the help.
    others : tuple of str
        Other names of it.
    place : int
        Options are shown in the order of the spaces; those of a greater place come after.
    """

    name: str
    kind: Kind
    help: str
    metavar: str | None = None
    others: tuple[str, ...] = ()
    place: int = 0

    @property
    def parameter(self) -> str:
        """The parameter in Python that it stands for: ``max_gates``."""
        return self.name.lstrip("-").replace("-", "_")


class Description(Generic[S]):
    """A kind of hypothesis space, as the command line offers it and speaks of it.

    A subclass says what follows; all methods have defaults that go with any space.

    Attributes
    ----------
    name : str
        As it is typed after ``--space``: lower-case letters, digits and hyphens.
    noun : str
        What its programs are called, in the plural.
    columns : tuple of str
        Columns of its censuses: ``length``, ``time`` and ``infer_time``, then its own.
    space : str
        The class of the space, as ``module:Class``.
    options : tuple of Option
        Those that it understands.
    options_of_programs : tuple of str or None
        Names of those that matter where a single program is taken apart; None for all.
    size : str
        What its programs are sorted by, in the plural.
    compared : str
        Priors that `prior compare` takes where none are named, with commas.
    suggested : tuple of (str, str)
        Priors to try next, and the options that ask for them.
    is_usual : bool
        Whether `compare-spaces` asks it where no spaces are named.
    """

    name: ClassVar[str]
    noun: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]
    space: ClassVar[str]
    options: ClassVar[tuple[Option, ...]] = ()
    options_of_programs: ClassVar[tuple[str, ...] | None] = None
    size: ClassVar[str] = "length"
    compared: ClassVar[str] = "uniform,simplicity"
    suggested: ClassVar[tuple[tuple[str, str], ...]] = (
        ("uniform", "--prior uniform"),
        ("simplicity", "--prior simplicity"),
    )
    is_usual: ClassVar[bool] = False

    @property
    def option_names(self) -> tuple[str, ...]:
        """Names of the options."""
        return tuple(option.name for option in self.options)

    @property
    def program_option_names(self) -> tuple[str, ...]:
        """Names of the options that matter where a single program is taken apart."""
        return self.option_names if self.options_of_programs is None else self.options_of_programs

    def space_class(self) -> type[S]:
        """Import the class of the space."""
        module, _, name = self.space.partition(":")
        return vars(importlib.import_module(module))[name]

    def of_options(self, log: ImitationLog, given: Given, say: Say) -> S:
        """Return the space that a log and the options name.

        Without a bound it is to be one that is counted in seconds, and `say` is told which. By default the options are
        the parameters of the class, which has defaults of its own.
        """
        values = {option.parameter: given[option.name] for option in self.options if option.name in given}
        return self.space_class()(**values)

    def title(self, space: S) -> str:
        """Return what a space holds, in a few words."""
        return f"{self.noun.capitalize()}, {self.in_words(space.bounds)}"

    def sizes(self, space: S, log: ImitationLog) -> Sequence[str]:
        """Return the sizes of a space on a log in the order of `count_by_length`, as they are shown."""
        return [f"{length:g}" for length in space.count_by_length(log)]

    def typed(self, bounds: Mapping[str, Any]) -> str:
        """Return the options that ask for bounds again."""
        named = ((option.name, bounds.get(option.parameter)) for option in self.options)
        return " ".join(f"{name} {value}" for name, value in named if value is not None)

    def in_words(self, bounds: Mapping[str, Any]) -> str:
        """Return bounds in a few words."""
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in bounds.items() if value is not None)

    def notes(self, census: Census) -> Iterable[str]:
        """Return sentences that one has to know to read the result on a census."""
        return ()

    def legend(self, space: S, log: ImitationLog) -> Iterable[str]:
        """Return sentences that one has to know to read the programs of a space on a log."""
        return ()

    def explain(self, text: str, log: ImitationLog, given: Given, progress: Progress) -> Explained:
        """Take a program apart, given as text; `given` has options out of `options_of_programs` only."""
        from mesaprior.hypotheses.explained import explain_plainly

        return explain_plainly(self.of_options(log, given, lambda sentence: None), text, log)
