"""The report on one question in near-by languages and bounds: whether the odds hold, and what moves them most."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.tables import Cell, Table, numbers, texts, words
from mesaprior.inference.report import Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.robustness.family import MAIN, MOST_BOUNDS, VERDICT, Family
from mesaprior.inference.summaries.beside import summarize_family

MOST_SHOWN = 12
"""Members in the table; the facts have all of them."""

NAMES = {MAIN: "optimizers : imitators", VERDICT: "defecting : faithful"}
"""The two odds, as a person reads them."""


def report_family(family: Family, space: Space) -> Report:
    """Return the report on one question in the languages and bounds near a space."""
    return Report(
        facts=lambda: {"family": _facts(family)},
        records=None,
        blocks=lambda: _blocks(family, space),
    )


def _facts(family: Family) -> dict[str, Any]:
    return {
        MAIN: _spread_facts(family, MAIN),
        VERDICT: _spread_facts(family, VERDICT),
        "members": [
            {
                "kind": member.kind,
                "change": member.change,
                "token": member.token,
                "bits": member.bits,
                "programs": member.standing.programs,
                "fewest_misses": member.standing.fewest_misses,
                MAIN: member.standing.log2_odds,
                VERDICT: member.standing.log2_odds_verdict,
            }
            for member in family.members
        ],
        "essential": [{"token": token, "reason": reason} for token, reason in family.essential],
        "left_out": [{"change": change, "reason": reason} for change, reason in family.left_out],
    }


def _spread_facts(family: Family, odds: str) -> dict[str, Any]:
    place = {id(member): index for index, member in enumerate(family.members)}
    found = family.spread(odds)
    return {
        "own": found.own,
        "least": found.least,
        "most": found.most,
        "same_sign": found.same_sign,
        "undefined": found.undefined,
        "moves": [
            {"member": place[id(move.member)], "change": move.member.change, "difference": move.difference}
            for move in found.moves
        ],
    }


def _blocks(family: Family, space: Space) -> Iterator[Block]:
    shown = (MAIN, VERDICT) if space.has_lesions else (VERDICT,)
    yield Line(summarize_family(family, shown[0], NAMES[shown[0]]), "summary")
    yield _spread_table(family, shown)
    yield _moves_table(family, shown, space.noun)
    yield from notes(*_notes(family, is_by_role=space.has_lesions))


def _spread_table(family: Family, shown: tuple[str, ...]) -> Table:
    rows: list[list[Cell]] = []
    for odds in shown:
        spread = family.spread(odds)
        ends = (bits_text(value) for value in (spread.own, spread.least, spread.most))
        rows.append([NAMES[odds], *ends, share_text(spread.same_sign), f"{spread.undefined:,}"])
    columns = (*words("odds, in bits"), *numbers("here", "least", "most", "same sign", "undefined"))
    return Table("Does it hold in near-by languages and bounds?", columns, rows)


def _moves_table(family: Family, shown: tuple[str, ...], noun: str) -> Table:
    """Return the members that move the first of the odds most, with how far they move each."""
    moved = {odds: {id(move.member): move.difference for move in family.spread(odds).moves} for odds in shown}
    rows: list[list[Cell]] = []
    for move in family.spread(shown[0]).moves[:MOST_SHOWN]:
        standing, row = move.member.standing, list[Cell]([move.member.change])
        for odds in shown:
            row += [bits_text(getattr(standing, odds)), bits_text(moved[odds][id(move.member)])]
        rows.append([*row, f"{standing.programs:,}"])
    by_odds = [name for odds in shown for name in (NAMES[odds], "moved by")]
    columns = (*texts("change"), *numbers(*by_odds), *numbers(noun, term="programs"))
    return Table("What moves the odds most", columns, rows)


def _notes(family: Family, *, is_by_role: bool) -> Iterator[str]:
    """Yield what one has to know to read the card."""
    n_members = len(family.members)
    members = "1 member, with" if n_members == 1 else f"{n_members} members, each with"
    changes = "a token dropped, its price doubled or halved, or " if is_by_role else ""
    yield (
        f"{members} one change: {changes}one of the next {MOST_BOUNDS} shorter bounds. Prior, "
        "noise and all else are the same; odds are those after all training rows."
    )
    if n_members > MOST_SHOWN:
        yield f"The {MOST_SHOWN} that move the odds most are shown; the JSON has all."
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
