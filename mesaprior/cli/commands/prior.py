"""`mesaprior prior`: the catalogue of priors, what one looks like, the laws it obeys, and how priors differ."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import Group
from mesaprior.cli.commands.prior_census import compare_priors, depth
from mesaprior.cli.completion import A_PRIOR
from mesaprior.cli.options import (
    Parameter,
    format_option,
    param_option,
    parameters_of,
    plot_option,
    prior_of,
    whole_numbers,
)
from mesaprior.cli.report import show

if TYPE_CHECKING:
    from mesaprior.priors.laws import Finding
    from mesaprior.priors.prior import FormulaPrior

PICTURE_POINTS = (256, 128)
"""Points of a picture in a file, across and up."""


@click.group(cls=Group)
def prior() -> None:
    """List, show, check, plot and compare priors."""


prior.add_command(compare_priors)
prior.add_command(depth)


@prior.command("list")
@format_option()
def list_priors(form: str) -> None:
    """List the priors with their formulas and meanings.

    \b
    Example:
      mesaprior prior list
    """
    from mesaprior.inference.reports.catalogue import report_catalogue
    from mesaprior.priors.catalogue import catalogue

    show(report_catalogue(catalogue()), form)


@prior.command("show")
@click.argument("name_or_formula", type=A_PRIOR)
@param_option
@format_option()
def show_prior(name_or_formula: str, parameters: tuple[tuple[str, float], ...], form: str) -> None:
    """Show a prior: formula, LaTeX, source.

    \b
    Examples:
      mesaprior prior show levin
      mesaprior prior show '2**-length / (time + infer_time)'
    """
    from mesaprior.inference.reports.catalogue import report_prior
    from mesaprior.priors.prior import describe_prior

    show(report_prior(describe_prior(name_or_formula, parameters_of(parameters))), form)


@prior.command("check")
@click.argument("name_or_formula", type=A_PRIOR)
@param_option
@click.option(
    "--examples",
    type=click.IntRange(min=1),
    default=500,
    show_default=True,
    metavar="N",
    help="How many programs, or pairs of programs, to try each law on.",
)
@click.option("--require", "required", multiple=True, metavar="LAW", help="Fail if this law is broken; repeatable.")
@format_option()
def check_prior(
    name_or_formula: str, parameters: tuple[tuple[str, float], ...], examples: int, required: tuple[str, ...], form: str
) -> None:
    """Check which laws a prior obeys, with counterexamples.

    Each law holds on all programs tried, or else the smallest counterexample found is shown. A formula that breaks one
    of the first three laws (defined, non-negative, finite) is no prior, and the exit code is 1; the other laws tell
    what kind of prior it is.

    \b
    Examples:
      mesaprior prior check levin
      mesaprior prior check '2**-length / (time - 3)'
      mesaprior prior check bounded --param T=64 --require "monotone in time"
    """
    from mesaprior.errors import RunError, UsageError
    from mesaprior.inference.provenance import prior_text
    from mesaprior.inference.reports.laws import report_laws
    from mesaprior.priors.laws import LAWS, find_law

    for name in required:
        if find_law(name) is None:
            raise UsageError(f"--require {name!r} is no law; the laws are {', '.join(law.name for law in LAWS)}.")
    subject = prior_of(name_or_formula, parameters)
    findings = _try_laws(subject, examples)
    show(report_laws(prior_text(subject), findings, examples, required), form)
    for finding in findings:
        if not finding.holds and (finding.law.is_required or finding.law.name in required):
            raise RunError(f"{subject.name!r} breaks the law {finding.law.name!r} at {finding.example}.")


def _try_laws(subject: FormulaPrior, n_examples: int) -> Sequence[Finding]:
    """Try all laws on a prior with progress."""
    from tempfile import TemporaryDirectory

    from hypothesis.configuration import set_hypothesis_home_dir

    from mesaprior.cli.progress import progress
    from mesaprior.priors.laws import LAWS, check

    # Hypothesis keeps notes, by default in the current folder, where nobody expects them.
    with TemporaryDirectory() as notes, progress(f"Trying {len(LAWS)} laws", len(LAWS)) as report:
        set_hypothesis_home_dir(notes)
        try:
            return check(subject, max_examples=n_examples, report=report)
        finally:
            set_hypothesis_home_dir(None)


class Held(Parameter):
    """A value of a column, written ``COLUMN=VALUE``."""

    name = "COLUMN=VALUE"


@prior.command("plot")
@click.argument("name_or_formula", type=A_PRIOR)
@param_option
@click.option(
    "--max-length",
    type=click.IntRange(2, 10_000),
    default=64,
    show_default=True,
    metavar="B",
    help="The longest length in bits.",
)
@click.option(
    "--max-time",
    type=click.IntRange(2, 10**18),
    default=2**16,
    show_default=True,
    metavar="T",
    help="The longest time in steps.",
)
@click.option(
    "--at", "held", type=Held(), multiple=True, help="Fix another column at a value, such as gates=3; repeatable."
)
@plot_option("Plot the weight with lines of equal weight", old_names=("--out",))
@format_option()
def plot_prior(
    name_or_formula: str,
    parameters: tuple[tuple[str, float], ...],
    max_length: int,
    max_time: int,
    held: tuple[tuple[str, float], ...],
    plot_file: str | None,
    form: str,
) -> None:
    """Plot the weight of a prior over length and time.

    \b
    Examples:
      mesaprior prior plot levin
      mesaprior prior plot bounded_soft --param T=4096 --plot soft.png
    """
    from mesaprior.inference.reports.landscape import CHARACTERS, LINES, report_landscape
    from mesaprior.priors.landscape import survey

    subject = prior_of(name_or_formula, parameters)
    surveyed = partial(survey, subject, max_length=max_length, max_time=max_time, at=whole_numbers(held, "--at"))
    landscape = in_text = surveyed(width=CHARACTERS, height=LINES)
    if plot_file is not None:
        from mesaprior.cli.report.figure import write_picture
        from mesaprior.inference.figures.landscape import figure_of_landscape

        landscape = surveyed(width=PICTURE_POINTS[0], height=PICTURE_POINTS[1])
        write_picture(figure_of_landscape(landscape, subject), plot_file)
    show(report_landscape(subject, landscape, in_text), form)
