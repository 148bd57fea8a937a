"""The options that add a memorizer: all lookup tables over some features, beside the programs that are counted."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mesaprior.cli.options import together
from mesaprior.errors import UsageError
from mesaprior.hypotheses.terms.describe import LONGEST

if TYPE_CHECKING:
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.memorizer.memorizer import MemorizerPosterior
    from mesaprior.inference.request import Question

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class MemorizerOptions:
    """The memorizer of a question, as it was given.

    Attributes
    ----------
    features : tuple of str or None
        None without a memorizer.
    token_bits : int or None
        Bits to say that a table follows; None for the default.

    Raises
    ------
    UsageError
        If bits are given for no memorizer.
    """

    features: tuple[str, ...] | None = None
    token_bits: int | None = None

    def __post_init__(self) -> None:
        if self.features is None and self.token_bits is not None:
            raise UsageError("--memorizer-bits belongs to a memorizer; name its features with --memorizer.")

    def check(self, log: ImitationLog) -> None:
        """Refuse a memorizer over features that a log lacks, before anything is counted.

        Raises
        ------
        UsageError
            If so.
        """
        if self.features is not None:
            from mesaprior.inference.memorizer.memorizer import memorizer_over

            memorizer_over(self.features, log, log.largest_action + 1, token_bits=0)


def memorizer_options(function: F) -> F:
    """Give a command the options that add a memorizer, as one argument `memorizer`."""

    @wraps(function)
    def with_memorizer(
        *arguments: Any, memorizer_features: str | None, memorizer_bits: int | None, **others: Any
    ) -> Any:
        names = None if memorizer_features is None else tuple(map(str.strip, memorizer_features.split(",")))
        return function(*arguments, memorizer=MemorizerOptions(names, memorizer_bits), **others)

    options = together(
        click.option(
            "--memorizer",
            "memorizer_features",
            metavar="FEATURES",
            help="Add all lookup tables over FEATURES, with commas between them, as hypotheses.",
        ),
        click.option(
            "--memorizer-bits",
            type=click.IntRange(0, LONGEST),
            metavar="B",
            help="Bits charged for saying that a table follows.  [default: those of a lookup, or of any token]",
        ),
    )
    return options(with_memorizer)  # type: ignore[return-value]


def memorizer_of(options: MemorizerOptions, question: Question, analysis: Analysis) -> MemorizerPosterior | None:
    """Return what the data say of the memorizer that the options name, or None where they name none.

    Raises
    ------
    UsageError
        If the language cannot say what a table costs.
    """
    if options.features is None:
        return None
    from mesaprior.inference.memorizer.memorizer import memorizer_over

    memorizer = memorizer_over(
        options.features,
        question.log,
        question.census.n_actions,
        language=question.language,
        token_bits=options.token_bits,
    )
    most = question.space.bounds.get("max_bits")
    if memorizer.is_counted and most is not None and memorizer.length <= most:
        click.echo(
            f"Note: tables over {options.features[0]} have {memorizer.length} bits, so they are among the programs "
            "counted, too; a memorizer over them counts them twice.",
            err=True,
        )
    return analysis.memorizer(memorizer)
