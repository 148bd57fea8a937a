"""Results of the commands `prior ...` at the terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from mesaprior.cli.report.terminal import console
from mesaprior.hypotheses.log.notices import printable
from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.inference.roles import IMITATOR

if TYPE_CHECKING:
    from mesaprior.inference.comparison import Comparison
    from mesaprior.priors.laws import Finding


def render_findings(name: str, findings: Sequence[Finding], n_examples: int) -> None:
    """Print the result of `prior check`."""
    out = console()
    n_broken = sum(not finding.holds for finding in findings)
    kept = len(findings) - n_broken
    rest = f" obeys {kept} of {len(findings)} laws, tried on {n_examples} examples each."
    out.print(Text.assemble((printable(name), "bold"), rest))
    table = Table("law", "", "smallest falsifying example, or what holds")
    for finding in findings:
        found = finding.example or Text(finding.law.statement, "dim")
        verdict = Text("holds", "green") if finding.holds else Text("broken", "red")
        table.add_row(finding.law.name, verdict, found)
    out.print(table)


def render_comparison(comparison: Comparison, witness: Sequence[str], *, has_lesions: bool = True) -> None:
    """Print the result of `prior compare`; without lesions roles say nothing and are left out."""
    out = console()
    table = Table(title="Who leads under each prior", title_justify="left")
    by_role = ("optimizers : imitators",) * has_lesions, ("imitators",) * has_lesions
    columns = ("prior", *by_role[0], "defecting : faithful", *by_role[1], "among", "leader", "its share")
    for name in columns:
        table.add_column(name, overflow="fold", justify="left" if name in ("prior", "leader") else "right")
    for standing in comparison.standings:
        table.add_row(
            standing.name,
            *[f"{bits_text(standing.log2_odds)} bits"] * has_lesions,
            f"{bits_text(standing.log2_odds_verdict)} bits",
            *[share_text(float(standing.mass_by_role[IMITATOR]))] * has_lesions,
            "-" if math.isnan(standing.effective_programs) else f"{standing.effective_programs:,.1f}",
            "-" if standing.leader is None else witness[standing.leader],
            share_text(standing.leader_mass),
        )
    out.print(table)
    table = Table(title="How far they differ", title_justify="left")
    for name in (
        "prior",
        "and prior",
        "total variation before",
        "after",
        "KL (bits)",
        "KL reversed",
        "rank correlation",
    ):
        table.add_column(name, overflow="fold", justify="left" if name.endswith("prior") else "right")
    for distance in comparison.distances:
        pair = (comparison.standings[place].name for place in (distance.first, distance.second))
        numbers = (
            distance.total_variation_before,
            distance.total_variation,
            distance.kl,
            distance.kl_reverse,
            distance.rank_correlation,
        )
        table.add_row(*pair, *(_plain_text(number) for number in numbers))
    out.print(table)
    out.print(
        "• Odds are in bits, after all training rows. Among: as many equally likely programs would leave as much open.",
        markup=False,
        soft_wrap=True,
    )
    out.print(
        "• Total variation: 0 where both spread belief over the programs alike, 1 where they share none; before the "
        "data and after all training rows. KL: bits lost by coding with the second where the first is right.",
        markup=False,
        soft_wrap=True,
    )


def render_depths(rows: Sequence[tuple[str, str, float, float, list[int]]], marks: Sequence[str]) -> None:
    """Print the result of `prior depth`."""
    table = Table(title="Least steps of programs at most s bits longer than the shortest", title_justify="left")
    table.add_column("shortest program", overflow="fold")
    for name in ("role", "share", "bits", *(f"s = {mark}" for mark in marks)):
        table.add_column(name, justify="left" if name == "role" else "right")
    for program, role, mass, length, steps in rows:
        numbers = (f"{count:,}" for count in steps)
        table.add_row(program, role, share_text(mass), f"{length:g}", *numbers)
    console().print(table)


def _plain_text(number: float) -> str:
    """Return a measure with three digits behind the point."""
    if math.isnan(number):
        return "-"
    return "∞" if math.isinf(number) else f"{number:.3f}"
