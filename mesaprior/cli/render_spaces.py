"""The result of `compare-spaces` as tables."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesaprior.cli.report.terminal import console
from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.inference.roles import UNJUDGED, VERDICTS
from mesaprior.inference.spaces import Agreement, SpacesCompared

MOST_SITUATIONS = 16
"""Functions over more situations than this are shortened."""


def render_spaces(result: SpacesCompared, situations: Sequence[dict[str, int]]) -> None:
    """Print who holds the posterior in each space, how the spaces agree, and on which functions."""
    out = console()
    out.print(headline(result), style="bold")
    out.print()
    out.print(Text.assemble(("Who holds the posterior", "bold"), ", and the odds of defecting over faithful programs"))
    out.print(_verdicts_table(result))
    _print_correlations(out, result)
    _print_functions(out, result, situations)
    for line in _notes(result):
        out.print(f"• {line}", markup=False, soft_wrap=True)


def headline(result: SpacesCompared) -> str:
    """Return in one sentence whether the spaces agree on who holds the posterior, and the price of the choice."""
    leaders = [_leading_verdict(answer.mass_by_verdict) for answer in result.answers]
    if len(set(leaders)) == 1:
        agreed = f"In all {len(leaders)} spaces {leaders[0]} programs hold the posterior"
    else:
        names = {
            leader: [a.space for a, b in zip(result.answers, leaders, strict=True) if b == leader] for leader in leaders
        }
        held = ", ".join(f"{leader} programs in {' and '.join(spaces)}" for leader, spaces in names.items())
        agreed = f"Who holds the posterior depends on the space: {held}"
    if math.isnan(result.price):
        return f"{agreed}."
    if math.isinf(result.price):
        return f"{agreed}; the choice of the space is worth more than any number of bits, one rules a side out."
    return f"{agreed}; the choice of the space is worth up to {result.price:.2f} bits."


def _leading_verdict(mass: np.ndarray) -> str:
    return "no" if np.isnan(mass).any() else VERDICTS[int(np.argmax(mass))]


def _verdicts_table(result: SpacesCompared) -> Table:
    table = Table()
    verdicts = [v for v in range(len(VERDICTS)) if v != UNJUDGED or any(a.mass_by_verdict[v] for a in result.answers)]
    table.add_column("space")
    for name in ("programs", "functions", *(VERDICTS[v] for v in verdicts), "odds"):
        table.add_column(name, justify="right")
    table.add_column("leading program", overflow="fold")
    table.add_column("its share", justify="right")
    for answer in result.answers:
        odds = bits_text(answer.log2_odds_verdict)
        table.add_row(
            answer.space,
            f"{answer.programs:,}" if answer.programs < 1e10 else f"{answer.programs:.3g}",
            f"{len(answer.functions.actions):,}",
            *(share_text(float(answer.mass_by_verdict[v])) for v in verdicts),
            odds if odds == "-" else f"{odds} bits",
            "-" if answer.leader is None else answer.leader,
            share_text(answer.leader_mass),
        )
    return table


def _print_correlations(out: Console, result: SpacesCompared) -> None:
    names = [answer.space for answer in result.answers]
    title = ("Rank correlation of the masses of functions", "bold")
    out.print(Text.assemble(title, ": before / after the data (functions in common)"))
    table = Table()
    table.add_column("")
    for name in names[1:]:
        table.add_column(name, justify="right")
    for first in range(len(names) - 1):
        cells = [
            f"{_rho(result.before[first, second])} / {_rho(result.after[first, second])} "
            f"({result.common[first, second]:,})"
            if second > first
            else ""
            for second in range(1, len(names))
        ]
        table.add_row(names[first], *cells)
    out.print(table)


def _print_functions(out: Console, result: SpacesCompared, situations: Sequence[dict[str, int]]) -> None:
    if not result.best:
        out.print("No function is expressed by all spaces within their bounds.", markup=False)
        return
    features = ", ".join(situations[0])
    shown = ", ".join("".join(str(v) for v in row.values()) for row in situations[:MOST_SITUATIONS])
    dots = " ..." if len(situations) > MOST_SITUATIONS else ""
    for title, found in (("agree most", result.best), ("agree least", result.worst)):
        out.print(Text.assemble((f"Functions that the spaces {title} on", "bold"), ": log2 share before the data"))
        table = Table()
        table.add_column("actions", overflow="fold")
        for answer in result.answers:
            table.add_column(answer.space, justify="right")
        table.add_column("spread", justify="right")
        for one in found:
            table.add_row(_actions(one), *(f"{mass:.2f}" for mass in one.log2_mass), f"{one.spread:.2f}")
        out.print(table)
    out.print(f"Actions stand in the order of the situations ({features}): {shown}{dots}", style="dim", markup=False)


def _actions(one: Agreement) -> str:
    text = " ".join(str(action) for action in one.actions[:MOST_SITUATIONS])
    return text + " ..." * (len(one.actions) > MOST_SITUATIONS)


def _rho(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:+.2f}"


def _notes(result: SpacesCompared) -> list[str]:
    notes = [
        f"A function says which action is taken in each situation of the log; {result.n_shared:,} of them are "
        "expressed in all spaces. The spread is how many bits lie between the largest and the least share that a space "
        "gives.",
    ]
    for answer in result.answers:
        abstaining = answer.functions.abstaining
        if abstaining:
            notes.append(
                f"{answer.space}: programs with {share_text(abstaining)} of the prior give no action in some "
                "situation, and compute no function."
            )
    if all(math.isnan(answer.log2_odds_verdict) for answer in result.answers):
        notes.append(
            "No program is faithful or defecting in any space: later rows with a rival's action are what tells them "
            "apart."
        )
    priors = {answer.prior for answer in result.answers}
    named = priors.pop() + " in all spaces"
    if priors:
        named = ", ".join(f"{answer.space} {answer.prior}" for answer in result.answers)
    notes.append(f"Priors: {named}.")
    return notes
