"""`mesaprior theorems`: the inequalities of Bayesian learning, evaluated on a census and its log."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import Command
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
from mesaprior.inference.provenance import prior_facts

if TYPE_CHECKING:
    from mesaprior.inference.theorems import Evaluation, Theorem

COLUMNS = ("name", "statement", "source", "relation", "left", "right", "slack", "holds", "evaluated", "fails")
"""What is said of each theorem."""


class Share(click.ParamType):
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
    from mesaprior.inference.provenance import provenance_of
    from mesaprior.inference.result import json_number
    from mesaprior.inference.theorems import TOLERANCE
    from mesaprior.inference.theorems.expected import THRESHOLDS

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    check_prior(prior, source, asked)
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    found = Analysis(question.census, question.log, prior, noise).theorems(
        thresholds=thresholds or THRESHOLDS,
        alphas=alphas or None,
        work=work,
    )
    if form == "json":
        numbers = ("left", "right", "slack")
        rows = [
            {
                name: json_number(value) if name in numbers and value is not None else value
                for name, value in row.items()
            }
            for row in map(_facts, found.theorems)
        ]
        provenance = provenance_of(
            question,
            prior=prior_facts(prior),
            noise=str(noise),
            work=work,
        )
        truth = {"program": found.truth, "is_exact": found.is_exact, "log2_weight": found.log2_weight}
        answer = {
            "hold": found.hold,
            "truth": truth,
            "tolerance": TOLERANCE,
            "theorems": rows,
            "provenance": provenance,
        }
        click.echo(json.dumps(answer, allow_nan=False))
    elif form == "csv":
        from mesaprior.cli.streams import print_csv

        rows = [["" if value is None else value for value in _facts(theorem).values()] for theorem in found.theorems]
        print_csv(COLUMNS, [[str(cell).lower() if isinstance(cell, bool) else cell for cell in row] for row in rows])
    else:
        _render(found)
    if not found.hold:
        from mesaprior.errors import RunError

        broken = ", ".join(theorem.name for theorem in found.theorems if theorem.holds is False)
        raise RunError(
            f"theorems do not hold here ({broken}), so something is miscounted or computed wrongly; "
            "please report the log and the command."
        )


def _facts(theorem: Theorem) -> dict[str, Any]:
    """Return what is said of a theorem."""
    return {name: getattr(theorem, name) for name in COLUMNS}


def _render(found: Evaluation) -> None:
    from rich.table import Table
    from rich.text import Text

    from mesaprior.cli.report.terminal import console
    from mesaprior.hypotheses.log.notices import printable

    out = console()
    evaluated = [theorem for theorem in found.theorems if theorem.holds is not None]
    kept = sum(theorem.holds is True for theorem in evaluated)
    out.print(
        f"{kept} of {len(evaluated)} theorems hold; of {len(found.theorems) - len(evaluated)} a hypothesis fails here.",
        style="bold",
    )
    how = "the program that fits the training rows" if found.is_exact else "the leading program; none fits the rows"
    out.print(f"Truth: {found.truth} ({how}), w = 2^{found.log2_weight:.2f}", style="dim", markup=False)
    table = Table()
    for name in ("theorem", "left", "", "right", "slack", "statement, or what fails"):
        table.add_column(name, justify="right" if name in ("left", "right", "slack") else "left", overflow="fold")
    for theorem in found.theorems:
        sides = [_number(theorem.left), theorem.relation, _number(theorem.right), _number(theorem.slack)]
        if theorem.fails is not None:
            sides = ["-", "", "-", "-"]
        words = Text(printable(f"fails: {theorem.fails}"), "yellow") if theorem.fails else theorem.statement
        name = Text(f"{theorem.name}, BROKEN", "red") if theorem.holds is False else theorem.name
        table.add_row(name, *sides, words)
    out.print(table)
    for where in dict.fromkeys(theorem.evaluated.split(";")[0] for theorem in evaluated):
        names = [theorem.name for theorem in evaluated if theorem.evaluated.split(";")[0] == where]
        out.print(f"• Over {where}: {', '.join(names)}.", markup=False, soft_wrap=True)


def _number(value: float | None) -> str:
    """Return a side with five significant digits."""
    return "-" if value is None else f"{value:.5g}"
