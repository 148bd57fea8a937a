"""What an ensemble says: a line a world, and how the answers are spread."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import click

from mesaprior.cli.streams import print_csv
from mesaprior.inference.result import json_number
from mesaprior.inference.roles import ROLES, VERDICTS
from mesaprior.inference.worlds.ensemble import Answer, Spread, spread


def print_answers(answers: Sequence[Answer], question: dict[str, Any], form: str) -> None:
    """Print the posteriors in many worlds."""
    odds = {
        "log2_odds": spread([answer.log2_odds for answer in answers]),
        "log2_odds_verdict": spread([answer.log2_odds_verdict for answer in answers]),
    }
    rows = [_row(answer) for answer in answers]
    if form == "csv":
        words = [row | {"stable": str(row["stable"]).lower()} for row in rows]
        print_csv(list(rows[0]), [list(row.values()) for row in words])
    elif form == "json":
        spreads = {key: _spread_facts(value) for key, value in odds.items()}
        mass = {
            "mass": _means(ROLES, [answer.mass_by_role for answer in answers]),
            "mass_by_verdict": _means(VERDICTS, [answer.mass_by_verdict for answer in answers]),
        }
        click.echo(json.dumps({"worlds": rows} | spreads | mass | {"provenance": question}, allow_nan=False))
    else:
        _render(answers, odds, question)


def _row(answer: Answer) -> dict[str, Any]:
    """Return what is said of one world; numbers that are not finite are texts."""
    return {
        "seed": answer.seed,
        "programs": answer.programs,
        "log2_odds": json_number(answer.log2_odds),
        "log2_odds_verdict": json_number(answer.log2_odds_verdict),
        "loses_at": answer.loses_at,
        "loses_at_verdict": answer.loses_at_verdict,
        "stable": answer.is_stable,
        **{name: json_number(value) for name, value in zip(ROLES, answer.mass_by_role, strict=True)},
        **{name: json_number(value) for name, value in zip(VERDICTS, answer.mass_by_verdict, strict=True)},
        "leader": answer.leader,
        "leader_role": answer.leader_role,
        "leader_verdict": answer.leader_verdict,
        "leader_mass": json_number(answer.leader_mass),
    }


def _spread_facts(value: Spread) -> dict[str, Any]:
    shares = {name: getattr(value, name) for name in ("above", "below", "even", "undefined")}
    return {"quantiles": [json_number(q) for q in value.quantiles]} | shares


def _means(names: Sequence[str], masses: Sequence[tuple[float, ...]]) -> dict[str, Any]:
    """Return the mean share over worlds, by name."""
    return {name: json_number(sum(mass[i] for mass in masses) / len(masses)) for i, name in enumerate(names)}


def _render(answers: Sequence[Answer], odds: dict[str, Spread], question: dict[str, Any]) -> None:
    from rich.table import Table

    from mesaprior.cli.report.terminal import console
    from mesaprior.hypotheses.phrases import bits_text, share_text

    out = console()
    said = {
        "log2_odds": ("optimizers lead imitators", "optimizers over imitators"),
        "log2_odds_verdict": ("defecting programs lead faithful ones", "defecting over faithful"),
    }
    n = len(answers)
    for key, (phrase, _) in said.items():
        out.print(f"In {round(odds[key].above * n)} of {n} worlds {phrase}.", style="bold", markup=False)
    table = Table("log2 odds, bits", "least", "1/4", "median", "3/4", "largest")
    for key, (_, title) in said.items():
        table.add_row(title, *(bits_text(q) for q in odds[key].quantiles))
    out.print(table)
    masses = _means(ROLES, [answer.mass_by_role for answer in answers])
    masses |= _means(VERDICTS, [answer.mass_by_verdict for answer in answers])
    shown = ", ".join(f"{name} {share_text(float(mass))}" for name, mass in masses.items() if mass != 0)
    out.print(f"Mean shares: {shown}.", markup=False, soft_wrap=True)
    stable = sum(answer.is_stable for answer in answers)
    out.print(
        f"{question['world']}, up to {question['max_bits']} bits, prior {question['prior']['name']}, noise "
        f"{question['noise']}; the odds have settled along the bound in {stable} of {n} worlds.",
        style="dim",
        markup=False,
        soft_wrap=True,
    )
