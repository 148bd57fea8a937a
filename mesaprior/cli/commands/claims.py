"""`mesaprior claims`: arguments of the debate, settled over many worlds by counting."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import Group
from mesaprior.cli.completion import A_CLAIM, FOLDER
from mesaprior.cli.options import format_option
from mesaprior.cli.streams import print_csv
from mesaprior.errors import UsageError

if TYPE_CHECKING:
    from mesaprior.inference.claims.claim import Claim


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

    found = [claim(name) for name in CLAIMS]
    if form == "json":
        click.echo(json.dumps([{"name": one.name, "argument": one.argument} for one in found]))
    elif form == "csv":
        print_csv(["name", "argument"], [[one.name, one.argument] for one in found])
    else:
        from rich.table import Table

        from mesaprior.cli.report.terminal import console

        table = Table("claim", "the argument")
        for one in found:
            table.add_row(one.name, one.argument)
        out = console()
        out.print(table)
        out.print("Next: mesaprior claims show NAME, or mesaprior claims run NAME", style="dim", markup=False)


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

    asked = claim(name)
    if form == "json":
        click.echo(json.dumps(_facts(asked)))
        return
    from mesaprior.cli.render_claims import render_claim
    from mesaprior.cli.report.terminal import console

    render_claim(console(), asked)


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
    from mesaprior.cli.progress import progress
    from mesaprior.hypotheses.versions import versions
    from mesaprior.inference.claims.registry import CLAIMS, claim
    from mesaprior.inference.claims.reports import report_of, table_of_report
    from mesaprior.inference.claims.running import run_claim

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
    n_worlds = sum(one.sizes[size].n_worlds for one in asked)
    if len(asked) > 1:
        click.echo(f"{len(asked)} claims over {n_worlds} worlds in all.", err=True)
    shown: list[dict[str, Any]] = []
    with progress(f"Asking {n_worlds} worlds", n_worlds) as report:
        for one in asked:
            found = run_claim(
                one, size=size, workers=workers or os.cpu_count() or 1, in_processes=size != "small", report=report
            )
            facts = report_of(found)
            if ledger:
                ledger.add(found, facts, versions())
            if form == "table":
                from mesaprior.cli.render_claims import render_findings
                from mesaprior.cli.report.terminal import console

                render_findings(console(), found, facts["citation"])
            else:
                shown.append(facts | {"table": table_of_report(found.table)})
    if ledger:
        click.echo(f"The findings are in {ledger.write_page()}.", err=True)
    if form == "json":
        click.echo(json.dumps({"claims": shown, "versions": versions()}, allow_nan=False))
    elif form == "csv":
        _print_rows(shown)


def _names(names: tuple[str, ...], is_all: bool, known: list[str]) -> list[str]:
    if is_all == bool(names):
        raise UsageError("name the claims to run, or say --all (and not both); `mesaprior claims list` prints them.")
    return known if is_all else list(dict.fromkeys(names))


def _ledger(out: str) -> Any:
    from mesaprior.cli.report.page import Ledger
    from mesaprior.inference.picture import check_matplotlib

    check_matplotlib("--out")
    return Ledger(out)


def _facts(asked: Claim) -> dict[str, Any]:
    """Return what `show` says of a claim, as plain data."""
    sizes = {
        name: {
            "worlds": size.n_worlds,
            "max_bits": size.max_bits,
            "parameters": [
                {"name": p.name, "meaning": p.meaning, "base": p.base, "values": list(p.values)}
                for p in size.parameters
            ],
        }
        for name, size in asked.sizes.items()
    }
    return {
        "name": asked.name,
        "argument": asked.argument,
        "worlds": asked.worlds,
        "given": asked.given,
        "margin": asked.margin,
        "formula": asked.formula,
        "rule": asked.rule.text,
        "sizes": sizes,
    }


def _print_rows(reports: list[dict[str, Any]]) -> None:
    """Print the cells of all claims, with the columns that all have."""
    columns = ["world", "parameter", "value", "margin", "predicted"]
    rows = [
        [one["name"], *row] for one in reports for row in zip(*(one["table"][name] for name in columns), strict=True)
    ]
    print_csv(["claim", *columns], rows)
