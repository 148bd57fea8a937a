"""What is told of claims that were run: the verdict, what it hangs on, and the formula beside the count."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.hypotheses.tables import Style, Styled, Table, numbers, texts, words
from mesaprior.hypotheses.versions import versions
from mesaprior.inference.claims.claim import Findings, SecondLine, Sensitivity
from mesaprior.inference.claims.reports import report_of, table_of_report
from mesaprior.inference.claims.rules import DEPENDS, REFUTED, SUPPORTED
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes

STYLES: dict[str, Style] = {SUPPORTED: "good", REFUTED: "bad", DEPENDS: "caution"}
"""How verdicts stand out."""

COLUMNS = ("world", "parameter", "value", "margin", "predicted")
"""Of the table of cells, those that all claims have."""


def report_findings(found: Iterable[Findings]) -> Report:
    """Return what is told of the findings of claims.

    Parameters
    ----------
    found : iterable of Findings
        Gone through once by each output, so of a generator there can be one output only: a person then reads what a
        claim found as soon as it is run.
    """
    return Report(
        facts=lambda: {
            "claims": [report_of(one) | {"table": table_of_report(one.table)} for one in found],
            "versions": versions(),
        },
        records=lambda: Records(("claim", *COLUMNS), [record for one in found for record in _records(one)]),
        blocks=lambda: (block for one in found for block in _blocks(one)),
    )


def _records(found: Findings) -> Iterator[Sequence[object]]:
    """Yield the cells of a claim."""
    table = table_of_report(found.table)
    for row in zip(*(table[name] for name in COLUMNS), strict=True):
        yield (found.claim.name, *row)


def _blocks(found: Findings) -> Iterator[Block]:
    formula = found.formula
    low, high = map(share_text, found.interval)
    share = f"share of worlds {share_text(found.share)} of {found.size.n_worlds} (95 % interval {low} to {high})"
    verdict = f"{found.claim.name}: {found.verdict}, {found.mark}"
    yield Line(Styled(verdict, STYLES[found.verdict], share), "headline")
    yield Line(found.sentences)
    yield _sensitivity_table(found.sensitivities)
    if found.lines:
        yield _beside_table(found.lines)
    if formula.n_cells:
        yield from notes(
            f"Formula beside count, {formula.n_cells} cells: same sign in {share_text(formula.agreement)}, median "
            f"difference {formula.median_difference:+.2f}, largest {formula.largest_difference:.2f}."
        )
    yield from notes(
        f"Along the length bound the margin has settled in {share_text(found.stable_share)} of the worlds."
    )
    if found.ledger:
        hidden = ", ".join(
            f"{entry['name']} {entry['literal_bits']} bits for {_charged(entry)}" for entry in found.ledger
        )
        yield from notes(f"Given for free, as tables: {hidden}.")
    yield Line(f"Cite as: {report_of(found)['citation']}", "about")


def _sensitivity_table(sensitivities: Sequence[Sensitivity]) -> Table:
    """Return how the answer moves with each parameter, all else at its base, which has a star."""
    return Table(
        "",
        (
            *texts("parameter, the most sensitive first"),
            *numbers("value", term="value of a parameter"),
            *numbers("worlds", "margin", "flips at"),
        ),
        [row for one in sensitivities for row in _sensitivity_rows(one)],
    )


def _beside_table(lines: Sequence[SecondLine]) -> Table:
    """Return the verdicts of the control, of planted laws, and of what else stands beside the base."""
    return Table(
        "",
        (*texts("beside it"), *words("verdict"), *numbers("worlds", "margin")),
        [(line.label, line.verdict, share_text(line.share), bits_text(line.median)) for line in lines],
    )


def _sensitivity_rows(found: Sensitivity) -> Iterator[Sequence[str]]:
    """Yield a row for each value; the first begins with the parameter and its meaning."""
    name = f"{found.parameter.name}: {found.parameter.meaning}"
    flips = list(found.flips)
    for value, share, median in zip(found.parameter.values, found.shares, found.medians, strict=True):
        passed = [place for place in flips if place <= value]
        flips = flips[len(passed) :]
        star = "*" if value == found.parameter.base else " "
        places = ", ".join(f"{place:.3g}" for place in passed)
        yield (name, f"{value:g}{star}", share_text(share), bits_text(median), places)
        name = ""


def _charged(entry: dict[str, int]) -> str:
    least, most = entry["least_charged_bits"], entry["most_charged_bits"]
    return f"{least}" if least == most else f"{least} to {most}"
