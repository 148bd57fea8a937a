"""What is told of claims before they are run: their arguments, and how one is tested."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mesaprior.hypotheses.tables import Table, texts, words
from mesaprior.inference.claims.claim import Claim
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes

EDITIONS = {
    1: "first: laws are planted, one token each.",
    2: "second: laws are drawn as a family, and each costs the bits that name it.",
}
"""What the editions of the claims are."""


def report_claims(claims: Sequence[Claim]) -> Report:
    """Return the list of claims with their arguments."""
    facts = [{"name": one.name, "argument": one.argument} for one in claims]
    return Report(
        facts=lambda: facts,
        records=lambda: Records.of_mappings(facts),
        blocks=lambda: [
            Table("", (*words("claim"), *texts("the argument")), [(one.name, one.argument) for one in claims])
        ],
    )


def report_claim(claim: Claim) -> Report:
    """Return how a claim is tested: its worlds, its rule and what it varies."""
    return Report(facts=lambda: _facts(claim), records=lambda: _records(claim), blocks=lambda: _blocks(claim))


def _facts(claim: Claim) -> dict[str, Any]:
    sizes = {
        name: {
            "worlds": size.n_worlds,
            "max_bits": size.max_bits,
            "is_beyond": size.is_beyond,
            "parameters": [
                {"name": p.name, "meaning": p.meaning, "base": p.base, "values": p.values} for p in size.parameters
            ],
        }
        for name, size in claim.sizes.items()
    }
    return {
        "name": claim.name,
        "argument": claim.argument,
        "worlds": claim.worlds,
        "given": claim.given,
        "margin": claim.margin,
        "formula": claim.formula,
        "rule": claim.rule.text,
        "edition": claim.edition,
        "measured": claim.measured,
        "untested": claim.untested,
        "sources": [source.text for source in claim.sources],
        "prior_work": [source.text for source in claim.prior_work],
        "sizes": sizes,
    }


def _records(claim: Claim) -> Records:
    """Return a record for each value of each parameter at each size."""
    return Records(
        ["size", "worlds", "max_bits", "parameter", "meaning", "base", "value"],
        [
            [name, size.n_worlds, size.max_bits, parameter.name, parameter.meaning, parameter.base, value]
            for name, size in claim.sizes.items()
            for parameter in size.parameters
            for value in parameter.values
        ],
    )


def _blocks(claim: Claim) -> Iterator[Block]:
    yield Line(f"{claim.name}: {claim.argument}", "headline")
    for title, text in (
        ("Argued in", "; ".join(source.text for source in claim.sources)),
        ("Made computable", claim.measured),
        ("Does not test", claim.untested),
        ("Worlds", claim.worlds),
        ("Given", claim.given),
        ("Margin", claim.margin),
        ("Formula", claim.formula),
        ("Verdict", claim.rule.text),
        ("Edition", EDITIONS[claim.edition]),
    ):
        if text:
            yield Line(f"{title}: {text}")
    yield Table(
        "",
        (*words("parameter"), *texts("what it is", "values (base)")),
        [
            (
                parameter.name,
                parameter.meaning,
                ", ".join(f"({value:g})" if value == parameter.base else f"{value:g}" for value in parameter.values),
            )
            for parameter in claim.sizes["default"].parameters
        ],
    )
    sizes = [f"{name} {size.n_worlds} worlds {size.bound_text}" for name, size in claim.sizes.items()]
    yield from notes(f"Sizes: {', '.join(sizes)}.")
