"""What the command line knows of a hypothesis space: its options, and how it is spoken of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mesaprior.cli.options import SpaceOptions
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.space import WholeSpace
from mesaprior.hypotheses.terms.space import TermSpace

Space = TermSpace | WholeSpace


@dataclass(frozen=True)
class Formalism:
    """A kind of hypothesis space, as the options name it.

    Attributes
    ----------
    name : str
    columns : tuple of str
        Columns of its censuses.
    options : tuple of str
        Those that it understands, `--space` aside.
    of_options : callable
        Returns the space that a log and the options name; without a bound, one that is counted in seconds, and a note
        on standard error says which.
    compared : str
        Priors that `prior compare` takes where none are named.
    suggested : dict of str to str
        Priors to try next, by name, and the options that ask for them.
    """

    name: str
    columns: tuple[str, ...]
    options: tuple[str, ...]
    of_options: Callable[[ImitationLog, SpaceOptions], Space]
    compared: str = field(default="uniform,simplicity,bounded,levin,s_fast", kw_only=True)
    suggested: dict[str, str] = field(
        default_factory=lambda: {
            "levin": "--prior levin",
            "speed": "--prior speed --param alpha=2",
            "uniform": "--prior uniform",
        },
        kw_only=True,
    )


@dataclass(frozen=True)
class WholeFormalism(Formalism):
    """One whose spaces are counted all at once, without roles; see `WholeSpace`.

    Attributes
    ----------
    size : str
        What its programs are sorted by, in the plural.
    title : callable
        Returns what a space holds, in a few words.
    sizes : callable
        Returns the sizes of a space on a log in the order of `count_by_length`, as they are shown.
    typed : callable
        Returns the options that ask for the bounds of a space again.
    in_words : callable
        Returns bounds as plain data in a few words.
    notes : callable
        Returns sentences that one has to know to read the result on a census.
    legend : callable
        Returns sentences that one has to know to read the programs of a space on a log.
    """

    size: str
    title: Callable[[Any], str]
    sizes: Callable[[Any, ImitationLog], Sequence[str]]
    typed: Callable[[dict[str, Any]], str]
    in_words: Callable[[dict[str, Any]], str]
    notes: Callable[[Census], Iterable[str]]
    legend: Callable[[Any, ImitationLog], Iterable[str]] = field(default=lambda space, log: (), kw_only=True)
