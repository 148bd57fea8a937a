"""`mesaprior prior`: the catalogue of priors, what one looks like, the laws it obeys, and how priors differ."""

from __future__ import annotations

import json

import click

from mesaprior.cli.command import Group
from mesaprior.cli.commands.prior_census import compare_priors, depth
from mesaprior.cli.completion import A_PRIOR, FILE
from mesaprior.cli.options import Parameter, format_option, param_option, parameters_of, prior_of, whole_numbers
from mesaprior.cli.streams import print_csv


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
    from mesaprior.priors.catalogue import catalogue

    entries = catalogue()
    if form == "json":
        names = ("name", "text", "meaning", "source", "normalizable")
        click.echo(json.dumps([{name: getattr(entry, name) for name in names} for entry in entries]))
        return
    if form == "csv":
        print_csv(["name", "formula", "meaning"], [[entry.name, entry.text, entry.meaning] for entry in entries])
        return
    from rich.table import Table

    from mesaprior.cli.report.terminal import console

    table = Table()
    for name in ("name", "formula", "meaning"):
        table.add_column(name, overflow="fold")
    for entry in entries:
        table.add_row(entry.name, entry.text, entry.meaning)
    console().print(table)


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
    from mesaprior.priors.columns import columns
    from mesaprior.priors.formula import suggestion
    from mesaprior.priors.prior import describe_prior

    described = describe_prior(name_or_formula, parameters_of(parameters))
    facts = {
        "name": described.name,
        "formula": described.text,
        "latex": described.latex,
        "columns": list(described.columns),
        "parameters": dict(described.parameters),
        "meaning": described.meaning,
        "source": described.source,
        "normalizable": described.normalizable,
    }
    if form == "json":
        click.echo(json.dumps(facts))
        return
    facts["columns"] = ", ".join(described.columns) or "none"
    facts["parameters"] = (
        ", ".join(
            f"{name} = {value:g}"
            if value is not None
            else f"{name} (to be given: --param {name}=VALUE{suggestion(name, columns())})"
            for name, value in described.parameters.items()
        )
        or "none"
    )
    if form == "csv":
        rows = [[name, value] for name, value in facts.items()]
        print_csv(["field", "value"], rows)
        return
    for name, value in facts.items():
        if value:
            click.echo(f"{name:<13}{value}")


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
    from tempfile import TemporaryDirectory

    from hypothesis.configuration import set_hypothesis_home_dir

    from mesaprior.cli.progress import progress
    from mesaprior.errors import RunError, UsageError
    from mesaprior.priors.laws import LAWS, check, find_law

    for name in required:
        if find_law(name) is None:
            raise UsageError(f"--require {name!r} is no law; the laws are {', '.join(law.name for law in LAWS)}.")
    subject = prior_of(name_or_formula, parameters)
    # Hypothesis keeps notes, by default in the current folder, where nobody expects them.
    with TemporaryDirectory() as notes, progress(f"Trying {len(LAWS)} laws", len(LAWS)) as report:
        set_hypothesis_home_dir(notes)
        try:
            findings = check(subject, max_examples=examples, report=report)
        finally:
            set_hypothesis_home_dir(None)
    if form == "json":
        facts = [
            {
                "law": finding.law.name,
                "statement": finding.law.statement,
                "required": finding.law.is_required or finding.law.name in required,
                "holds": finding.holds,
                "example": finding.example,
            }
            for finding in findings
        ]
        click.echo(json.dumps(facts))
    elif form == "csv":
        print_csv(
            ["law", "holds", "example"],
            [[finding.law.name, str(finding.holds).lower(), finding.example or ""] for finding in findings],
        )
    else:
        from mesaprior.cli.report.posterior import render_findings

        render_findings(subject.name, findings, examples)
    for finding in findings:
        if not finding.holds and (finding.law.is_required or finding.law.name in required):
            raise RunError(f"{subject.name!r} breaks the law {finding.law.name!r} at {finding.example}.")


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
@click.option(
    "--out",
    "picture",
    type=FILE,
    metavar="FILE",
    help="Draw in a .png or .svg file instead of the terminal.",
)
@format_option()
def plot_prior(
    name_or_formula: str,
    parameters: tuple[tuple[str, float], ...],
    max_length: int,
    max_time: int,
    held: tuple[tuple[str, float], ...],
    picture: str | None,
    form: str,
) -> None:
    """Plot the weight of a prior over length and time.

    \b
    Examples:
      mesaprior prior plot levin
      mesaprior prior plot bounded_soft --param T=4096 --out soft.png
    """
    from mesaprior.cli.report.landscape import CHARACTERS, LINES, as_text, draw, survey
    from mesaprior.inference.result import json_number

    if picture:
        from mesaprior.cli.report.figure import check_picture

        check_picture(picture, "--out")
    subject = prior_of(name_or_formula, parameters)
    at = whole_numbers(held, "--at")
    width, height = (256, 128) if picture else (CHARACTERS, LINES)
    landscape = survey(subject, max_length=max_length, max_time=max_time, at=at, width=width, height=height)
    if picture:
        draw(landscape, subject, picture)
        click.echo(f"Wrote {picture}.", err=True)
    cells = [
        (int(x), int(y), float(landscape.log2_weight[row, column]))
        for row, y in enumerate(landscape.y)
        for column, x in enumerate(landscape.x)
    ]
    if form == "json":
        names = (landscape.across, landscape.up, "log2_weight")
        click.echo(json.dumps([dict(zip(names, (x, y, json_number(w)), strict=True)) for x, y, w in cells]))
    elif form == "csv":
        print_csv([landscape.across, landscape.up, "log2_weight"], [list(cell) for cell in cells])
    elif not picture:
        click.echo(f"{subject.name}: the darker, the more a program weighs")
        for line in as_text(landscape):
            click.echo(line)
