"""The report on many people: each one's posterior, how frequent roles are, and which programs the people share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.hypotheses.tables import Cell, Styled, Table, numbers, texts, words
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.people.answer import PeopleAnswer
from mesaprior.inference.bayes.people.frequencies import Frequencies
from mesaprior.inference.bayes.people.people import Leading, Person, SharedProgram
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.provenance import prior_facts, prior_text, provenance_of
from mesaprior.inference.report import Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.reports.people_facts import gloss_for_people, people_facts, people_records
from mesaprior.inference.summaries.people import summarize_people

MOST_SHOWN = 20
"""People that are shown in the table; the facts and the records have all."""


def report_people(
    answer: PeopleAnswer,
    by: Sequence[str],
    *,
    prior: Prior,
    noise: NoiseModel,
    tolerance: float,
    top: int = 10,
) -> Report:
    """Return the report on many people.

    Parameters
    ----------
    answer : PeopleAnswer
    by : sequence of str
        Columns that tell people apart.
    prior, noise, tolerance
        What was asked with.
    top : int
        Leading behaviours of each person in the facts, at least 0.
    """

    def facts() -> dict[str, Any]:
        settings = {"prior": prior_facts(prior), "noise": str(noise), "tolerance": tolerance}
        return (
            people_facts(answer, by, top)
            | {"summary": summarize_people(answer)}
            | {"provenance": provenance_of(answer.about, **settings)}
        )

    return Report(
        facts=facts,
        records=lambda: people_records(answer),
        blocks=lambda: _blocks(answer, by, f"prior {prior_text(prior)} · noise {noise}"),
    )


def _blocks(answer: PeopleAnswer, by: Sequence[str], settings: str) -> Iterator[Block]:
    result, log = answer.result, answer.log
    yield Line(answer.headline, "headline")
    yield Line(summarize_people(answer), "summary")
    each = "" if result.shared is not None else " for each"
    yield Line(
        f"{answer.n_programs:,} {answer.space.noun} counted{each} · {settings} · "
        f"{number_of(log.n_training, 'training row')} of {answer.people_text}, {log.n_rows - log.n_training:,} later",
        "about",
    )
    if result.frequencies is not None:
        yield _roles_table(answer, result.frequencies)
    if result.shared:
        yield _programs_table(answer, result.shared)
    yield _people_table(answer, by)
    more = len(result.persons) - MOST_SHOWN
    if more > 0:
        yield Line(f"{more:,} more {'person' if more == 1 else 'people'}; the CSV has all.", "about")
    yield from notes(*_notes(answer))
    for warning in answer.warnings:
        yield Line(warning, "warning")


def _roles_table(answer: PeopleAnswer, found: Frequencies) -> Table:
    leads = [int(person.mass_by_role.argmax()) for person in answer.result.persons if person.leading]
    rows: list[list[Cell]] = []
    for place, role in enumerate(answer.result.compared):
        shares = (share_text(float(values[place])) for values in (found.expected, found.exceedance, found.protected))
        rows.append([ROLES[role], *shares, f"{leads.count(role):,}"])
    columns = (*words("role"), *numbers("expected", "exceedance", "protected", "people it leads"))
    return Table("How frequent the roles are", columns, rows)


def _programs_table(answer: PeopleAnswer, shared: Sequence[SharedProgram]) -> Table:
    best: list[int] = []
    for place in range(len(answer.result.persons)):
        values = [one.attributed[place] for one in shared]
        best.append(max(range(len(values)), key=lambda m: values[m]) if not math.isnan(values[0]) else -1)
    rows: list[list[Cell]] = []
    for place, one in enumerate(shared):
        program = _program_cell(answer, one)
        rows.append([share_text(one.share), f"{best.count(place):,}", ROLES[one.role], f"{one.length:g}", program])
    columns = (
        *numbers("share", term="share of people"),
        *numbers("people"),
        *words("role"),
        *numbers("bits"),
        *texts("program"),
    )
    return Table("Which programs the people share", columns, rows)


def _people_table(answer: PeopleAnswer, by: Sequence[str]) -> Table:
    has_roles = answer.space.has_lesions
    columns = (
        *texts("/".join(by), term="person"),
        *numbers("rows", *["odds", "loses at"] * has_roles, "mass"),
        *words(*["role"] * has_roles, "verdict"),
        *numbers("hits", "best table"),
        *texts("leading program"),
    )
    rows: list[list[Cell]] = []
    for person in answer.result.persons[:MOST_SHOWN]:
        row = _person_cells(answer, person)
        rows.append([*row, *["-"] * (len(columns) - 1 - len(row)), *["none is left"] * (len(row) < len(columns))])
    return Table("Each person", columns, rows)


def _person_cells(answer: PeopleAnswer, person: Person) -> list[Cell]:
    """Return the cells of a person; those of the leading program are missing where none is left."""
    has_roles = answer.space.has_lesions
    row: list[Cell] = [person.name, f"{person.n_training:,}"]
    if has_roles:
        row += [bits_text(float(person.log2_odds[-1])), "-" if person.loses_at is None else str(person.loses_at)]
    for one in person.leading[:1]:
        row += [share_text(one.mass), *[ROLES[one.role]] * has_roles, VERDICTS[one.verdict]]
        row += [f"{one.hits:,}", f"{person.fit.best_table:,}", _program_cell(answer, one)]
    return row


def _program_cell(answer: PeopleAnswer, one: Leading | SharedProgram) -> Cell:
    return Styled(one.program, remark=gloss_for_people(answer, one.program, one.always))


def _notes(answer: PeopleAnswer) -> Iterator[str]:
    """Yield notes on how to read the tables."""
    result = answer.result
    led = [person for person in result.persons if person.leading]
    hits = sum(person.leading[0].hits for person in led)
    fits = [person.fit for person in led]
    if led:
        frequent, table = sum(fit.most_frequent for fit in fits), sum(fit.best_table for fit in fits)
        yield (
            f"Each person's leading program hits {hits:,} of {sum(fit.n_training for fit in fits):,} training rows in "
            f"all; chance hits {sum(fit.chance for fit in fits):,.0f}, each person's most frequent action "
            f"{frequent:,}, each person's best table {table:,}."
        )
    if result.frequencies is not None:
        odds = result.frequencies.log2_odds_of_difference
        yield (
            "Expected: expected frequency of a role among people, whatever its prior mass. "
            "Exceedance: probability that it is the most frequent role. Protected: the same, allowing for the "
            f"possibility that all roles are equally frequent (log2 odds that they differ: {odds:+.2f})."
        )
    unbeaten = sum(not person.fit.is_beaten for person in led)
    if unbeaten:
        some = f"For {unbeaten:,} of {answer.people_text}"
        yield f"{some} no program counted has more hits than the most frequent action."
    if result.shared:
        yield (
            "Shares: those of the maximum-likelihood mixture of programs over all people. People: those for whom a "
            "program is the likeliest one in it."
        )
    elif result.shared is None:
        yield "A program that learns may act differently for each person, so no shares of programs are given."
