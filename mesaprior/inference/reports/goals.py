"""The report on candidate utilities: who is agent-like for each, and which goal has the most support."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.hypotheses.tables import Cell, Column, Table, numbers, texts, words
from mesaprior.inference.agency.agency import AGENCIES, AGENT, NO_AGENT, UNDECIDED
from mesaprior.inference.agency.goals import NO_GOAL, Goals
from mesaprior.inference.bayes.leading import leading
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.roles import IMITATOR, ROLES
from mesaprior.inference.report import Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.reports.agency import agency_blocks, agency_facts
from mesaprior.inference.reports.cells import program_cell
from mesaprior.inference.request import Question
from mesaprior.inference.summaries.beside import summarize_goals

ANY = "any of them"
"""What the last rows of the table of roles stand for."""


def report_goals(found: Goals, question: Question, posterior: Posterior, *, top: int = 10) -> Report:
    """Return the report on candidate utilities, one by one and together.

    Parameters
    ----------
    found : Goals
    question : Question
    posterior : Posterior
        That the candidates are compared on.
    top : int
        Leading behaviours to list, at least 0.
    """
    return Report(
        facts=lambda: {
            "agency": [agency_facts(one, posterior) for one in found.candidates],
            "goals": _facts(found, question, posterior, top),
        },
        records=None,
        blocks=lambda: _blocks(found, question, posterior, top),
    )


def _facts(found: Goals, question: Question, posterior: Posterior, top: int) -> dict[str, Any]:
    names = [candidate.utility.name for candidate in found.candidates]
    told: list[dict[str, Any]] = []
    for behaviour, one in leading(posterior, question.census.witness, top).items():
        best, excess = int(found.best[behaviour]), float(found.excess[behaviour])
        told.append(
            {
                "program": one.program,
                "role": one.role,
                "verdict": one.verdict,
                "mass": one.mass,
                "utility": None if best == NO_GOAL else names[best],
                "excess": None if math.isnan(excess) else excess,
                "g": [float(candidate.g_uniform[behaviour]) for candidate in found.candidates],
                "g_prior": [float(candidate.g_prior[behaviour]) for candidate in found.candidates],
                "agency": [AGENCIES[candidate.verdict[behaviour]] for candidate in found.candidates],
            }
        )
    return {
        "utilities": names,
        "support": found.support,
        "most_support": None if found.most_support is None else names[found.most_support],
        "leading": told,
        "by_role": [_by_role(found, place) for place in range(len(names))],
        "by_role_any": _by_role(found, len(names)),
        "summary": summarize_goals(found),
    }


def _by_role(found: Goals, place: int) -> dict[str, Any]:
    """Return masses and numbers of behaviours by role and agency."""
    return {
        role_name: {
            name: {"mass": found.mass[place, role, code], "behaviours": found.number[place, role, code]}
            for code, name in enumerate(AGENCIES)
        }
        for role, role_name in enumerate(ROLES)
    }


def _blocks(found: Goals, question: Question, posterior: Posterior, top: int) -> Iterator[Block]:
    yield from agency_blocks(found.candidates, posterior)
    yield Line(_headline(found), "headline")
    yield Line(summarize_goals(found), "summary")
    explained = _leading_table(found, question, posterior, top)
    if explained.rows:
        yield explained
    yield _roles_table(found, posterior)
    yield from notes(*_notes(found, has_lesions=question.space.has_lesions))


def _headline(found: Goals) -> str:
    if found.most_support is None:
        return "No behaviour with any mass is agent-like for any of the utilities."
    best = found.most_support
    return (
        f"The goal with the most support is {found.candidates[best].utility.name}: "
        f"{share_text(float(found.support[best]))} of the posterior is agent-like for it."
    )


def _leading_table(found: Goals, question: Question, posterior: Posterior, top: int) -> Table:
    census, rows = question.census, list[Sequence[Cell]]()
    for behaviour, one in leading(posterior, census.witness, top).items():
        if one.mass == 0:
            break
        best = int(found.best[behaviour])
        candidate = None if best == NO_GOAL else found.candidates[best]
        rows.append(
            (
                share_text(one.mass),
                one.role,
                one.verdict,
                "-" if candidate is None else candidate.utility.name,
                "-" if candidate is None else f"{candidate.g_uniform[behaviour]:.2f}",
                bits_text(float(found.excess[behaviour])),
                program_cell(one.program, question.log, question.space, census.predictions[behaviour]),
            )
        )
    columns = (
        *numbers("mass"),
        *words("role", "verdict"),
        *texts("utility"),
        *numbers("g", "g - K(U)"),
        *texts(question.space.noun.removesuffix("s"), term="program"),
    )
    return Table("Which utility explains a leading behaviour best", columns, rows)


def _roles_table(found: Goals, posterior: Posterior) -> Table:
    names = [candidate.utility.name for candidate in found.candidates]
    rows: list[list[Cell]] = []
    # One candidate is any of them.
    for place, name in enumerate([*names, ANY] if len(names) > 1 else names):
        for role, role_name in enumerate(ROLES):
            if not (posterior.role == role).any():
                continue
            row: list[Cell] = [name, role_name]
            for code in range(len(AGENCIES)):
                n = int(found.number[place, role, code])
                row += [share_text(float(found.mass[place, role, code])) if n else "-", f"{n:,}"]
            rows.append(row)
    by_agency = [
        column
        for name in AGENCIES
        for column in (Column(name, term="share by agency"), Column("behaviours", term="behaviours by agency"))
    ]
    return Table("Role against agency", (*texts("utility"), *words("role"), *by_agency), rows)


def _notes(found: Goals, *, has_lesions: bool) -> Iterator[str]:
    yield (
        "g - K(U): bits of service to a utility that neither chance nor its name explain; above 0 a behaviour is "
        "agent-like for it. Shares are of the whole posterior after all training rows."
    )
    if not has_lesions:
        yield "Nothing here has a search or a fit to invert, so agency is all there is to tell optimizers by."
        return
    imitating = float(found.mass[-1, IMITATOR, AGENT])
    idle = float(found.mass[-1, IMITATOR + 1 :, NO_AGENT].sum())
    if imitating > 0:
        yield f"Imitators that serve a utility without any search or fit hold {share_text(imitating)}."
    if idle > 0:
        yield f"Optimizers that serve none of the utilities better than chance hold {share_text(idle)}."
    if not imitating and not idle and not found.number[-1, :, UNDECIDED].any():
        yield "Here the two agree: all that searches or learns serves a utility, and nothing else does."
