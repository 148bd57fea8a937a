"""`mesaprior theorems`: the inequalities of Bayesian learning, evaluated on a census and its log."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import click

from mesaprior.cli.command import Command, ParamType
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import (
    SpaceOptions,
    format_option,
    noise_of,
    noise_option,
    other_log_option,
    prior_of,
    prior_options,
    space_options,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.report import show
from mesaprior.errors import RunError


class Share(ParamType):
    """A number above 0 and at most 1, read exactly: ``0.1`` or ``1/10``."""

    name = "SHARE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Fraction:
        """Return the number as a fraction."""
        text = str(value).strip()
        try:
            # Exponents beyond a few digits would be written out in full.
            share = Fraction(text) if len(text) <= 40 and "_" not in text and abs(_exponent(text)) <= 300 else None
        except (ValueError, ZeroDivisionError):
            share = None
        if share is None or not 0 < share <= 1:
            self.fail(f"{text[:60]!r} is no share; give a number above 0 and at most 1, such as 0.1.", param, ctx)
        return share


def _exponent(text: str) -> int:
    """Return the power of ten in the text of a number."""
    _, marked, digits = text.lower().partition("e")
    return int(digits) if marked else 0


@click.command(cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@other_log_option
@reading_options(is_hidden=True)
@space_options
@prior_options
@noise_option
@click.option(
    "--threshold",
    "thresholds",
    type=Share(),
    multiple=True,
    metavar="C",
    help="How far the truth's posterior may fall, in Ville's inequality; repeatable.  [default: 0.5, 0.1, 0.01]",
)
@click.option(
    "--alpha",
    "alphas",
    type=Share(),
    multiple=True,
    metavar="ALPHA",
    help="How large the top set is; repeatable.  [default: 0.1, and a power of 2 below half the truth's weight]",
)
@click.option(
    "--work",
    type=click.IntRange(min=1),
    default=3_000_000,
    show_default=True,
    metavar="W",
    help="The limit on histories times hypotheses; with a higher one, more rows of the log are used.",
)
@format_option()
def theorems(
    source: str,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    thresholds: tuple[Fraction, ...],
    alphas: tuple[Fraction, ...],
    work: int,
    form: str,
) -> None:
    """Evaluate the inequalities of Bayesian learning on a census and its log.

    Each is printed with its left side, its right side and the slack between them, or with the hypothesis of the
    theorem that does not hold here. The truth is taken to be the counted program that fits the training rows, or the
    leading one, with the error rate of --noise; expectations run over every sequence of actions that it could produce.

    LOG_OR_CENSUS is a table of choices, or a folder that `mesaprior census` wrote.

    \b
    Examples:
      mesaprior theorems corridor.csv --language corridor.toml --max-bits 24
      mesaprior theorems counted --prior levin --noise 0.05 --format json
    """
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.reports.theorems import report_theorems
    from mesaprior.inference.theorems.expected import THRESHOLDS

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    check_prior(prior, source, asked)
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    found = Analysis(question.census, question.log, prior, noise).theorems(
        thresholds=thresholds or THRESHOLDS,
        alphas=alphas or None,
        work=work,
    )
    show(report_theorems(question, found, prior=prior, noise=noise, work=work), form)
    if not found.hold:
        broken = ", ".join(theorem.name for theorem in found.theorems if theorem.holds is False)
        raise RunError(
            f"theorems do not hold here ({broken}), so something is miscounted or computed wrongly; "
            "please report the log and the command."
        )
