"""`mesaprior claims`: arguments of the debate, each tested on many random worlds."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import Group
from mesaprior.cli.completion import A_CLAIM, FILE, FOLDER
from mesaprior.cli.options import format_option
from mesaprior.cli.report import show as show_report
from mesaprior.errors import UsageError

if TYPE_CHECKING:
    from mesaprior.cli.report.page import Ledger
    from mesaprior.inference.claims.claim import Claim, Findings


@click.group(cls=Group)
def claims() -> None:
    """Test claims about what a learner's prior favours, each on many random worlds.

    Every program is counted in each world, and every claim has the parameter values at which its verdict flips.

    \b
    Examples:
      mesaprior claims list
      mesaprior claims show pseudorealizable
      mesaprior claims run pseudorealizable --size small
      mesaprior claims run --all --out ledger
      mesaprior claims report ledger --out claims.html
    """


@claims.command("list")
@format_option()
def list_claims(form: str) -> None:
    """List the claims and their arguments.

    \b
    Example:
      mesaprior claims list
    """
    from mesaprior.inference.claims.registry import CLAIMS, claim
    from mesaprior.inference.reports.claims import report_claims

    report = report_claims([claim(name) for name in CLAIMS])
    first = next(iter(CLAIMS))
    steps = [f"mesaprior claims show {first}", f"mesaprior claims run {first} --size small"]
    show_report(report.with_steps(steps), form)


@claims.command()
@click.argument("name", type=A_CLAIM, metavar="NAME")
@format_option()
def show(name: str, form: str) -> None:
    """Show how a claim is tested: its worlds, its rule and what it varies.

    \b
    Example:
      mesaprior claims show pseudorealizable
    """
    from mesaprior.inference.claims.registry import claim
    from mesaprior.inference.reports.claims import report_claim

    show_report(report_claim(claim(name)).with_steps([f"mesaprior claims run {name}"]), form)


@claims.command()
@click.argument("names", type=A_CLAIM, metavar="[NAME]...", nargs=-1)
@click.option("--all", "is_all", is_flag=True, help="Run every claim.")
@click.option(
    "--size",
    type=click.Choice(["small", "default", "large"]),
    default="default",
    show_default=True,
    help="How many worlds to draw, and how long programs to count.",
)
@click.option(
    "--out",
    type=FOLDER,
    metavar="DIR",
    help="The folder for the table, report and figure of each claim, and for a page on all of them.",
)
@click.option("--keep", is_flag=True, help="Skip claims that DIR holds already, at this size and by these versions.")
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    metavar="W",
    help="How many worlds at a time, each in a process of its own unless the size is small; by default one for each "
    "core. The findings do not depend on it.",
)
@format_option()
def run(
    names: tuple[str, ...], is_all: bool, size: str, out: str | None, keep: bool, workers: int | None, form: str
) -> None:
    """Test claims: draw their worlds and count every program in each.

    \b
    Examples:
      mesaprior claims run pseudorealizable coin
      mesaprior claims run --all --size small --format json
      mesaprior claims run --all --out ledger --keep
    """
    from mesaprior.hypotheses.versions import versions
    from mesaprior.inference.claims.registry import CLAIMS, claim
    from mesaprior.inference.reports.findings import report_findings

    asked = [claim(name) for name in _names(names, is_all, list(CLAIMS))]
    if out == "":
        raise UsageError("--out names no folder; give it a name.")
    if keep and out is None:
        raise UsageError("--keep says what to leave out of a folder; name the folder with --out DIR.")
    ledger = _ledger(out) if out else None
    if ledger and keep:
        held = [one.name for one in asked if ledger.holds(one.name, size, versions())]
        asked = [one for one in asked if one.name not in held]
        if held:
            click.echo(f"{out} holds {len(held)} of these claims already: {', '.join(held)}.", err=True)
    show_report(report_findings(_findings(asked, size, workers or os.cpu_count() or 1, ledger)), form)


@claims.command()
@click.argument("ledger", type=FOLDER, metavar="DIR")
@click.option("--out", "page_file", type=FILE, required=True, metavar="PAGE.html", help="The page to write.")
def report(ledger: str, page_file: str) -> None:
    """Write one page on all claims of a folder.

    The page is a single file that opens from disk and needs no network. It has the verdict, the figure, the numbers and
    the limits of each claim, and sliders over the parameter values that were run. DIR is a folder that
    `mesaprior claims run --out` wrote.

    \b
    Example:
      mesaprior claims report ledger --out claims.html
    """
    from mesaprior.cli.files import check_file, write_text
    from mesaprior.cli.page.claims_assembly import claims_page_of
    from mesaprior.cli.report.page import read_ledger
    from mesaprior.inference.page.charts import check_charts
    from mesaprior.inference.page.claims import claims_content

    check_charts("mesaprior claims report")
    check_file(page_file, "--out", [".html"])
    write_text(page_file, claims_page_of(claims_content(read_ledger(ledger))))


def _findings(asked: Sequence[Claim], size: str, workers: int, ledger: Ledger | None) -> Iterator[Findings]:
    """Run claims and yield what each found as soon as it has; in between it is written into the folder, if any."""
    from mesaprior.cli.progress import progress
    from mesaprior.hypotheses.versions import versions
    from mesaprior.inference.claims.running import run_claim

    n_worlds = sum(one.sizes[size].n_worlds for one in asked)
    if len(asked) > 1:
        click.echo(f"{len(asked)} claims over {n_worlds} worlds in all.", err=True)
    with progress(f"Asking {n_worlds} worlds", n_worlds) as report:
        for one in asked:
            found = run_claim(one, size=size, workers=workers, in_processes=size != "small", report=report)
            if ledger:
                ledger.add(found, versions())
            yield found
    if ledger:
        click.echo(f"The findings are in {ledger.write_page()}.", err=True)


def _names(names: tuple[str, ...], is_all: bool, known: list[str]) -> list[str]:
    if is_all == bool(names):
        raise UsageError("name the claims to run, or say --all (and not both); `mesaprior claims list` prints them.")
    return known if is_all else list(dict.fromkeys(names))


def _ledger(out: str) -> Ledger:
    from mesaprior.cli.report.page import Ledger
    from mesaprior.inference.figures.drawing import check_matplotlib

    check_matplotlib("--out")
    return Ledger(out)
