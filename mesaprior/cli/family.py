"""`mesaprior infer --family`: the same question in near-by languages and bounds, counted and shown."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from mesaprior.cli.progress import progress
from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.inference.family import MAIN, MOST_BOUNDS, VERDICT, Family
from mesaprior.inference.relatives import n_relatives
from mesaprior.inference.result import json_number

if TYPE_CHECKING:
    from mesaprior.cli.spaces import Space
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.request import Question

SHOWN = 12
"""Members in the table; all of them are in the JSON."""

NAMES = {MAIN: "optimizers : imitators", VERDICT: "defecting : faithful"}
"""The two odds, as a person reads them."""


def family_of_question(analysis: Analysis, space: Space) -> Family:
    """Repeat a question with shorter bounds and in near-by languages, with progress; see `family_of`."""
    n_counted = n_relatives(space)
    with progress(f"Counting in {n_counted} near-by languages", n_counted) as report:
        return analysis.family(workers=os.cpu_count() or 1, report=report)


def render_family(family: Family, question: Question) -> None:
    """Print the robustness card."""
    from rich.table import Table

    from mesaprior.cli.report.terminal import console

    out = console()
    shown = (MAIN, VERDICT) if question.space.has_lesions else (VERDICT,)
    table = Table(title="Does it hold in near-by languages and bounds?", title_justify="left", title_style="bold")
    for name in ("odds, in bits", "here", "least", "most", "same sign", "undefined"):
        table.add_column(name, justify="left" if name.startswith("odds") else "right")
    for odds in shown:
        spread = family.spread(odds)
        numbers = (bits_text(value) for value in (spread.own, spread.least, spread.most))
        table.add_row(NAMES[odds], *numbers, share_text(spread.same_sign), f"{spread.undefined:,}")
    out.print(table)

    table = Table(title="What moves the odds most", title_justify="left", title_style="bold")
    table.add_column("change", overflow="fold")
    for odds in shown:
        table.add_column(NAMES[odds], justify="right")
        table.add_column("moved by", justify="right")
    table.add_column(question.space.noun, justify="right")
    other = {id(move.member): move.difference for move in family.spread(VERDICT).moves}
    moves = family.spread(shown[0]).moves
    for move in moves[:SHOWN]:
        standing = move.member.standing
        row = [bits_text(getattr(standing, shown[0])), bits_text(move.difference)]
        if len(shown) > 1:
            row += [bits_text(standing.log2_odds_verdict), bits_text(other[id(move.member)])]
        table.add_row(move.member.change, *row, f"{standing.programs:,}")
    out.print(table)
    for line in _notes(family, len(moves), is_by_role=len(shown) > 1):
        out.print(f"• {line}", markup=False, soft_wrap=True)


def _notes(family: Family, n_members: int, *, is_by_role: bool) -> Iterable[str]:
    """Yield what one has to know to read the card."""
    members = "1 member, with" if n_members == 1 else f"{n_members} members, each with"
    changes = "a token dropped, its price doubled or halved, or " if is_by_role else ""
    yield (
        f"{members} one change: {changes}one of the next {MOST_BOUNDS} shorter bounds. Prior, "
        "noise and all else are the same; odds are those after all training rows."
    )
    if n_members > SHOWN:
        yield f"The {SHOWN} that move the odds most are shown; --format json has all."
    moved = [move for move in family.spread(VERDICT).moves if move.difference and not math.isnan(move.difference)]
    if is_by_role and moved:
        most = ", ".join(f"{move.member.change} ({bits_text(move.difference)})" for move in moved[:3])
        yield f"Defecting : faithful is moved most by: {most}."
    for token, reason in family.essential:
        yield f"Essential, so not dropped: {token}; without it {reason}."
    reasons: dict[str, list[str]] = {}
    for change, reason in family.left_out:
        # Kraft sums differ, but what they say does not.
        reasons.setdefault("its codes break Kraft's inequality" if "2^-bits" in reason else reason, []).append(change)
    for reason, changes in reasons.items():
        yield f"Left out: {', '.join(changes)} ({reason})."


def family_to_json(family: Family) -> dict[str, Any]:
    """Return what ``infer --format json`` says of the family."""
    place = {id(member): index for index, member in enumerate(family.members)}

    def spread(odds: str) -> dict[str, Any]:
        found = family.spread(odds)
        return {
            "own": json_number(found.own),
            "least": json_number(found.least),
            "most": json_number(found.most),
            "same_sign": json_number(found.same_sign),
            "undefined": found.undefined,
            "moves": [
                {
                    "member": place[id(move.member)],
                    "change": move.member.change,
                    "difference": json_number(move.difference),
                }
                for move in found.moves
            ],
        }

    return {
        MAIN: spread(MAIN),
        VERDICT: spread(VERDICT),
        "members": [
            {
                "kind": member.kind,
                "change": member.change,
                "token": member.token,
                "bits": member.bits,
                "programs": member.standing.programs,
                "fewest_misses": member.standing.fewest_misses,
                MAIN: json_number(member.standing.log2_odds),
                VERDICT: json_number(member.standing.log2_odds_verdict),
            }
            for member in family.members
        ],
        "essential": [{"token": token, "reason": reason} for token, reason in family.essential],
        "left_out": [{"change": change, "reason": reason} for change, reason in family.left_out],
    }
