"""Candidate utilities side by side at the command line: the goal with most support, and role against agency."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich.table import Table

from mesaprior.cli.report.terminal import console
from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.inference.agency import AGENCIES, AGENT, NO_AGENT, UNDECIDED
from mesaprior.inference.goals import NO_GOAL, Goals
from mesaprior.inference.result import json_number, top_behaviours
from mesaprior.inference.roles import IMITATOR, ROLES, VERDICTS

if TYPE_CHECKING:
    from mesaprior.inference.posterior import Posterior
    from mesaprior.inference.request import Question

ANY = "any of them"
"""What the last rows of the table of roles stand for."""


def render_goals(found: Goals, question: Question, posterior: Posterior, top: int) -> None:
    """Print which goal has the most support, what explains each leading behaviour best, and role against agency."""
    out = console()
    out.print(_headline(found), style="bold")
    witness = question.census.witness
    title = "Which utility explains a leading behaviour best"
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in ("mass", "role", "verdict", "utility", "g", "g - K(U)", "program"):
        table.add_column(name, justify="right" if name in ("mass", "g", "g - K(U)") else "left", overflow="fold")
    for entry in top_behaviours(posterior, witness, top):
        if entry.mass == 0:
            break
        b, best = entry.behaviour, int(found.best[entry.behaviour])
        candidate = None if best == NO_GOAL else found.candidates[best]
        table.add_row(
            share_text(entry.mass),
            ROLES[posterior.role[b]],
            VERDICTS[posterior.verdict[b]],
            "-" if candidate is None else candidate.utility.name,
            "-" if candidate is None else f"{candidate.g_uniform[b]:.2f}",
            bits_text(float(found.excess[b])),
            witness[b],
        )
    if table.row_count:
        out.print(table)
    out.print(_roles_table(found, posterior))
    for line in _notes(found, posterior, has_lesions=question.space.has_lesions):
        out.print(f"• {line}", markup=False, soft_wrap=True)


def _headline(found: Goals) -> str:
    if found.most_support is None:
        return "No behaviour with any mass is agent-like for any of the utilities."
    best = found.most_support
    return (
        f"The goal with the most support is {found.candidates[best].utility.name}: "
        f"{share_text(float(found.support[best]))} of the posterior is agent-like for it."
    )


def _roles_table(found: Goals, posterior: Posterior) -> Table:
    table = Table(title="Role against agency", title_justify="left", title_style="bold")
    table.add_column("utility", overflow="fold")
    table.add_column("role")
    for name in AGENCIES:
        table.add_column(name, justify="right")
        table.add_column("behaviours", justify="right")
    names = [candidate.utility.name for candidate in found.candidates]
    # One candidate is any of them.
    rows = [*names, ANY] if len(names) > 1 else names
    for place, name in enumerate(rows):
        for role, role_name in enumerate(ROLES):
            if not (posterior.role == role).any():
                continue
            cells: list[str] = []
            for code in range(len(AGENCIES)):
                n = int(found.number[place, role, code])
                cells += [share_text(float(found.mass[place, role, code])) if n else "-", f"{n:,}"]
            table.add_row(name, role_name, *cells)
        table.add_section()
    return table


def _notes(found: Goals, posterior: Posterior, *, has_lesions: bool) -> list[str]:
    lines = [
        "g - K(U): bits of service to a utility that neither chance nor its name explain; above 0 a behaviour is "
        "agent-like for it. Shares are of the whole posterior after all training rows."
    ]
    if not has_lesions:
        return [*lines, "Nothing here can be turned upside down, so agency is all there is to tell optimizers by."]
    imitating = float(found.mass[-1, IMITATOR, AGENT])
    idle = float(found.mass[-1, IMITATOR + 1 :, NO_AGENT].sum())
    if imitating > 0:
        lines.append(f"Imitators that serve a utility without any search or fit hold {share_text(imitating)}.")
    if idle > 0:
        lines.append(f"Optimizers that serve none of the utilities better than chance hold {share_text(idle)}.")
    if not imitating and not idle and not found.number[-1, :, UNDECIDED].any():
        lines.append("Here the two agree: all that searches or learns serves a utility, and nothing else does.")
    return lines


def goals_to_json(found: Goals, question: Question, posterior: Posterior, top: int) -> dict[str, Any]:
    """Return what ``infer --format json`` says of the candidates together."""
    names = [candidate.utility.name for candidate in found.candidates]
    witness = question.census.witness
    leading: list[dict[str, Any]] = []
    for entry in top_behaviours(posterior, witness, top):
        b = entry.behaviour
        best, excess = int(found.best[b]), float(found.excess[b])
        leading.append(
            {
                "program": witness[b],
                "role": ROLES[posterior.role[b]],
                "verdict": VERDICTS[posterior.verdict[b]],
                "mass": json_number(entry.mass),
                "utility": None if best == NO_GOAL else names[best],
                "excess": None if math.isnan(excess) else excess,
                "g": [json_number(candidate.g_uniform[b]) for candidate in found.candidates],
                "g_prior": [json_number(candidate.g_prior[b]) for candidate in found.candidates],
                "agency": [AGENCIES[candidate.verdict[b]] for candidate in found.candidates],
            }
        )
    return {
        "utilities": names,
        "support": [json_number(share) for share in found.support],
        "most_support": None if found.most_support is None else names[found.most_support],
        "leading": leading,
        "by_role": [_by_role(found, place) for place in range(len(names))],
        "by_role_any": _by_role(found, len(names)),
    }


def _by_role(found: Goals, place: int) -> dict[str, Any]:
    """Return masses and numbers of behaviours by role and agency."""
    return {
        role_name: {
            name: {
                "mass": json_number(found.mass[place, role, code]),
                "behaviours": int(found.number[place, role, code]),
            }
            for code, name in enumerate(AGENCIES)
        }
        for role, role_name in enumerate(ROLES)
    }
