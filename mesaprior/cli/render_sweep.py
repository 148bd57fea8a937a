"""A sweep at a glance: a line of odds along one axis, a map of who leads over two, and where the lead changes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesaprior.cli.report.terminal import console
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import bits_text, share_text, sparkline
from mesaprior.inference.roles import ROLES, VERDICTS
from mesaprior.inference.sweeps.changes import SignChange, sign_changes
from mesaprior.inference.sweeps.sweep import SweptPosterior

if TYPE_CHECKING:
    from mesaprior.cli.contests import Contest
    from mesaprior.inference.request import Question

ACROSS, DOWN, MAPS = 60, 24, 4
"""Characters and lines of a map, and how many maps are shown, at most."""

NARROW = 1.0
"""Bits up to which a lead is a narrow one."""

SIGNS = {"wide": "█", "narrow": "▓", "level": "=", "behind": "░", "far behind": "·", "none": "?"}
"""What stands for a cell, by where the challengers are."""


def lines_of(axes: Mapping[str, np.ndarray], odds: np.ndarray) -> Iterator[tuple[dict[str, float], np.ndarray]]:
    """Yield the odds along the first axis, at each combination of values of the others."""
    _, *others = axes
    for place in itertools.product(*(range(len(axes[name])) for name in others)):
        yield {name: float(axes[name][k]) for name, k in zip(others, place, strict=True)}, odds[(slice(None), *place)]


def render_sweep(
    question: Question, swept: SweptPosterior, contests: Sequence[Contest], settings: Mapping[str, Any]
) -> None:
    """Print the result of `sweep`."""
    out = console()
    for contest in contests:
        out.print(contest.headline, style="bold")
    grid = " x ".join(f"{name} ({len(values):,})" for name, values in swept.axes.items())
    held = "".join(f", {name} = {value:g}" for name, value in settings["prior"]["parameters"].items())
    out.print(
        f"{question.census.n_programs:,} {question.space.noun} counted · {grid} · "
        f"prior {settings['prior']['name']}{held} · noise {settings['noise']} · "
        f"{number_of(question.log.n_training, 'training row')}",
        style="dim",
        markup=False,
    )
    out.print()
    if len(swept.axes) == 1:
        _print_line(out, swept, contests, has_lesions=question.space.has_lesions)
    else:
        _print_maps(out, swept, contests)
    out.print("Every cell: --format csv, --format json, --out FILE.parquet; a picture: --plot FILE.png", style="dim")


def _print_line(out: Console, swept: SweptPosterior, contests: Sequence[Contest], *, has_lesions: bool) -> None:
    """Print the odds along the only axis, thinned out, and where they change sign."""
    ((name, values),) = swept.axes.items()
    ends = f"{name} = {values[0]:g}"
    for contest in contests:
        line, low, high = sparkline(contest.odds.tolist())
        scale = "" if math.isnan(low) else f"  {low:+.2f} to {high:+.2f} bits"
        label = f"{contest.challengers} over {contest.others}"
        out.print(f"log2 odds, {label:<26} {ends} {line} {values[-1]:g}{scale}", markup=False)
    out.print()
    changes = [(contest, change) for contest in contests for change in sign_changes(values, contest.odds)]
    for contest, change in changes:
        leads = contest.challengers if change.is_rise else contest.others
        out.print(f"• {leads} lead from {name} = {_near(change)} on", markup=False)
    if not changes:
        out.print(f"• No odds change their sign along {name}.", markup=False)
    table = Table()
    table.add_column(name, justify="right")
    for contest in contests:
        table.add_column(f"{contest.challengers} : {contest.others}", justify="right")
    masses, names = (swept.mass_by_role, ROLES) if has_lesions else (swept.mass_by_verdict, VERDICTS)
    shown = [part for part in range(len(names)) if np.nan_to_num(masses[:, part]).any()]
    for part in shown:
        table.add_column(names[part], justify="right")
    table.add_column("later misses", justify="right")
    for k in _thinned(len(values), DOWN):
        table.add_row(
            f"{values[k]:g}",
            *(bits_text(float(contest.odds[k])) for contest in contests),
            *(share_text(float(masses[k, part])) for part in shown),
            share_text(float(swept.misses_all[k])),
        )
    out.print(table)


def _print_maps(out: Console, swept: SweptPosterior, contests: Sequence[Contest]) -> None:
    """Print a map of the first two axes for each contest and each combination of values of the others."""
    (across, x), (up, y), *others = swept.axes.items()
    combinations = list(itertools.product(*(range(len(values)) for _, values in others)))
    for contest in contests:
        for place in combinations[:MAPS]:
            held = "".join(f", {name} = {values[k]:g}" for (name, values), k in zip(others, place, strict=True))
            out.print(Text.assemble((f"{contest.challengers} over {contest.others}", "bold"), held))
            for line in _map(across, x, up, y, contest.odds[(..., *place)]):
                out.print(line, markup=False, soft_wrap=True)
            out.print()
        if len(combinations) > MAPS:
            out.print(f"{len(combinations) - MAPS:,} more maps are not shown.", style="dim")
    out.print(
        f"{SIGNS['wide']} the side named first leads by more than {NARROW:g} bit, {SIGNS['narrow']} by less; "
        f"{SIGNS['behind']} the other leads, {SIGNS['far behind']} by more than {NARROW:g} bit; "
        f"{SIGNS['level']} level; {SIGNS['none']} neither has any mass. Right: where the lead changes along {across}.",
        markup=False,
        soft_wrap=True,
    )


def _map(across: str, x: np.ndarray, up: str, y: np.ndarray, odds: np.ndarray) -> list[str]:
    """Return a map as lines, the greatest value of the axis that goes up first."""
    columns, rows = _thinned(len(x), ACROSS), _thinned(len(y), DOWN)
    labels = {row: f"{y[row]:g}" for row in rows}
    width = max(len(up), *(len(label) for label in labels.values()))
    lines: list[str] = []
    for row in reversed(rows):
        changes = ", ".join(_near(change) for change in sign_changes(x, odds[:, row]))
        signs = "".join(_sign(float(odds[column, row])) for column in columns)
        lines.append(f"{labels[row]:>{width}} │{signs}│ {changes}".rstrip())
    lines.append(f"{up:>{width}} └{'─' * len(columns)}")
    low, high = f"{x[0]:g}", f"{x[-1]:g}"
    middle = max(len(across) + 2, len(columns) - len(low) - len(high))
    lines.append(f"{'':>{width}}  {low}{across:^{middle}}{high}")
    return lines


def _sign(odds: float) -> str:
    if math.isnan(odds):
        return SIGNS["none"]
    if odds == 0:
        return SIGNS["level"]
    if odds > 0:
        return SIGNS["wide" if odds > NARROW else "narrow"]
    return SIGNS["far behind" if odds < -NARROW else "behind"]


def _near(change: SignChange) -> str:
    return f"{change.near:.4g}"


def _thinned(n: int, most: int) -> list[int]:
    """Return places in 0..n-1, evenly, the first and the last among them."""
    return list(dict.fromkeys(np.linspace(0, n - 1, min(n, most)).round().astype(int).tolist()))
