"""The report on the laws that a prior obeys."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from mesaprior.hypotheses.tables import Styled, Table, texts, words
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line
from mesaprior.inference.summaries.priors import summarize_laws

if TYPE_CHECKING:
    from mesaprior.priors.laws import Finding


def report_laws(name: str, findings: Sequence[Finding], n_examples: int, required: Collection[str] = ()) -> Report:
    """Return the report on a check.

    Parameters
    ----------
    name : str
        Of the prior.
    findings : sequence of Finding
    n_examples : int
        On how many examples each law was tried.
    required : collection of str
        Laws that must hold, in addition to those that make a formula a prior.
    """
    return Report(
        facts=lambda: [
            {
                "law": finding.law.name,
                "statement": finding.law.statement,
                "required": finding.law.is_required or finding.law.name in required,
                "holds": finding.holds,
                "example": finding.example,
            }
            for finding in findings
        ],
        records=lambda: Records(
            ("law", "holds", "example"),
            [(finding.law.name, str(finding.holds).lower(), finding.example or "") for finding in findings],
        ),
        blocks=lambda: _blocks(name, findings, n_examples, required),
    )


def _blocks(name: str, findings: Sequence[Finding], n_examples: int, required: Collection[str]) -> Iterator[Block]:
    n_kept = sum(finding.holds for finding in findings)
    yield Line(f"{name} obeys {n_kept} of {len(findings)} laws, tried on {n_examples} examples each.", "headline")
    yield Line(summarize_laws(name, findings, n_examples, required), "summary")
    yield Table(
        "",
        (*words("law"), *words("verdict", term="verdict on a law"), *texts("smallest counterexample, or what holds")),
        [
            (
                finding.law.name,
                Styled("holds", "good") if finding.holds else Styled("broken", "bad"),
                finding.example or Styled(finding.law.statement, "dim"),
            )
            for finding in findings
        ],
    )
