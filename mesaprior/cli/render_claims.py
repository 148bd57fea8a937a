"""Findings of a claim at the terminal: the verdict, what it hangs on, and the formula beside the count."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.inference.claims.claim import Claim, Findings
from mesaprior.inference.claims.rules import DEPENDS, REFUTED, SUPPORTED

SIGNS = {SUPPORTED: "green", REFUTED: "red", DEPENDS: "yellow"}
"""Colours of the verdicts."""


def render_findings(out: Console, findings: Findings, citation: str) -> None:
    """Print what a claim found."""
    claim, formula = findings.claim, findings.formula
    n = findings.size.n_worlds
    verdict = (findings.verdict, f"bold {SIGNS[findings.verdict]}")
    share = f", share of worlds {share_text(findings.share)} of {n}"
    out.print(Text.assemble((f"{claim.name}: ", "bold"), verdict, share))
    out.print(findings.sentences, markup=False, soft_wrap=True)
    out.print(_sensitivity_table(findings))
    if formula.n_cells:
        out.print(
            f"• Formula beside count, {formula.n_cells} cells: same sign in {share_text(formula.agreement)}, median "
            f"difference {formula.median_difference:+.2f}, largest {formula.largest_difference:.2f}.",
            markup=False,
            soft_wrap=True,
        )
    out.print(
        f"• Along the length bound the margin has settled in {share_text(findings.stable_share)} of the worlds.",
        markup=False,
        soft_wrap=True,
    )
    if findings.ledger:
        hidden = ", ".join(
            f"{entry['name']} {entry['literal_bits']} bits for {_charged(entry)}" for entry in findings.ledger
        )
        out.print(f"• Given for free, as tables: {hidden}.", markup=False, soft_wrap=True)
    out.print(citation, style="dim", markup=False, soft_wrap=True)
    out.print()


def render_claim(out: Console, claim: Claim) -> None:
    """Print what a claim says and how it is settled, before it is run."""
    out.print(Text.assemble((claim.name, "bold"), f": {claim.argument}"), soft_wrap=True)
    for title, text in (
        ("Worlds", claim.worlds),
        ("Given", claim.given),
        ("Margin", claim.margin),
        ("Formula", claim.formula),
        ("Verdict", claim.rule.text),
    ):
        out.print(Text.assemble((title, "bold"), f": {text}"), soft_wrap=True)
    table = Table("parameter", "what it is", "values (base)")
    size = claim.sizes["default"]
    for parameter in size.parameters:
        values = ", ".join(f"({value:g})" if value == parameter.base else f"{value:g}" for value in parameter.values)
        table.add_row(parameter.name, parameter.meaning, values)
    out.print(table)
    worlds = ", ".join(f"{name} {s.n_worlds} worlds up to {s.max_bits} bits" for name, s in claim.sizes.items())
    out.print(f"Sizes: {worlds}.", markup=False, soft_wrap=True)


def _sensitivity_table(findings: Findings) -> Table:
    """Return how the answer moves with each parameter, all else at its base, which has a star."""
    table = Table("parameter, the most sensitive first", "value", "worlds", "margin", "flips at")
    for column in table.columns[1:]:
        column.justify = "right"
    for found in findings.sensitivities:
        rows = zip(found.parameter.values, found.shares, found.medians, strict=True)
        names = iter((found.parameter.name, found.parameter.meaning))
        flips = list(found.flips)
        for value, share, median in rows:
            passed = [place for place in flips if place <= value]
            flips = flips[len(passed) :]
            star = "*" if value == found.parameter.base else " "
            places = ", ".join(f"{place:.3g}" for place in passed)
            table.add_row(next(names, ""), f"{value:g}{star}", share_text(share), bits_text(median), places)
        table.add_section()
    return table


def _charged(entry: dict[str, int]) -> str:
    least, most = entry["least_charged_bits"], entry["most_charged_bits"]
    return f"{least}" if least == most else f"{least} to {most}"
