"""The machine-readable facts about many people: the object of ``infer --by --format json``, and a row a person."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from mesaprior.inference.bayes.people.answer import PeopleAnswer
from mesaprior.inference.bayes.people.people import Leading, People, Person
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.glossing import gloss
from mesaprior.inference.provenance import facts_of_codes
from mesaprior.inference.report import Records


def people_facts(answer: PeopleAnswer, by: Sequence[str], top: int) -> dict[str, Any]:
    """Return the facts about many people as plain data and arrays, with `top` leading behaviours of each."""
    result, language = answer.result, answer.space.language

    @cache
    def words(program: str, always: int | None) -> str:
        # Many people share a program.
        return gloss_for_people(answer, program, always)

    return {
        "by": list(by),
        "people": [_person_facts(person, top, words) for person in result.persons],
        "left_out": result.left_out,
        "role_frequencies": _frequencies(result),
        "programs_shared": None
        if result.shared is None
        else [
            {
                "program": shared.program,
                "length": shared.length,
                "role": ROLES[shared.role],
                "share": shared.share,
                "attributed": shared.attributed,
            }
            for shared in result.shared
        ],
        "programs": answer.n_programs,
        "given": language.ledger() if language is not None else [],
        "codes": facts_of_codes(answer.log, answer.n_actions),
        "warnings": [warning.typed() for warning in answer.warnings],
    }


def _frequencies(result: People) -> dict[str, Any] | None:
    """Return how frequent the roles are that are compared."""
    found, names = result.frequencies, [ROLES[role] for role in result.compared]
    if found is None:
        return None
    return {
        name: dict(zip(names, getattr(found, name), strict=True))
        for name in ("pseudo_counts", "expected", "exceedance", "protected")
    } | {"log2_odds_of_difference": float(found.log2_odds_of_difference)}


def _person_facts(person: Person, top: int, words: Callable[[str, int | None], str]) -> dict[str, Any]:
    fit, exact = person.fit, person.exact
    return {
        "name": person.name,
        "training_rows": person.n_training,
        "later_rows": person.n_later,
        # Of everybody whose rows were all looked at, the place of a number says after how many.
        **({} if len(person.n) == person.n_training + 1 else {"n": person.n}),
        "log2_odds": person.log2_odds,
        "log2_odds_verdict": person.log2_odds_verdict,
        "mass": dict(zip(ROLES, person.mass_by_role, strict=True)),
        "mass_by_verdict": {
            name: dict(zip(VERDICTS, person.mass[role], strict=True)) for role, name in enumerate(ROLES)
        },
        "loses_at": person.loses_at,
        "loses_at_verdict": person.loses_at_verdict,
        "misses": float(person.misses),
        "log2_evidence": float(person.log2_evidence),
        "log2_evidence_by_role": dict(zip(ROLES, person.log2_evidence_by_role, strict=True)),
        "misses_by_role": dict(zip(ROLES, person.misses_by_role, strict=True)),
        "programs": sum(map(sum, person.number)),
        "number": {name: dict(zip(VERDICTS, person.number[role], strict=True)) for role, name in enumerate(ROLES)},
        "by_bound": {
            str(bound): odds
            for bound, odds in zip(person.bounds.tolist(), person.log2_odds_by_bound.tolist(), strict=True)
        },
        "stable": person.is_stable,
        "predictive": {str(person.n_training + k): row for k, row in enumerate(person.predictive)},
        "exact": exact and {"program": exact.program, "length": exact.length, "role": ROLES[exact.role]},
        "fit": {
            "chance": fit.chance,
            "most_frequent": fit.most_frequent,
            "best_table": fit.best_table,
            "best_program": fit.best_program,
        },
        "top": [_leading_facts(leading, words(leading.program, leading.always)) for leading in person.leading[:top]],
    }


def _leading_facts(leading: Leading, words: str) -> dict[str, Any]:
    return {
        "program": leading.program,
        "length": leading.length,
        "time": leading.time,
        "role": ROLES[leading.role],
        "verdict": VERDICTS[leading.verdict],
        "mass": float(leading.mass),
        "hits": leading.hits,
        "misses": leading.misses,
        "search_advantage": leading.search_advantage,
        "gloss": words,
    }


def gloss_for_people(answer: PeopleAnswer, program: str, always: int | None) -> str:
    """Return what a program does, in words; for a person one action may be all that it gives."""
    predictions = None if always is None else np.array([always])
    return gloss(program, answer.log, answer.space, predictions)


def people_records(answer: PeopleAnswer) -> Records:
    """Return one row per person: odds, masses and evidence by role, baselines, the leading program if any is left."""
    header = ["name", "training_rows", "later_rows", "log2_odds", "log2_odds_verdict", "loses_at", "loses_at_verdict"]
    header += [*ROLES, "log2_evidence", *(f"log2_evidence_{role}" for role in ROLES)]
    header += ["chance", "most_frequent", "best_table"]
    header += ["hits", "misses", "program", "length", "role", "verdict", "mass"]
    rows: list[list[Any]] = []
    for person in answer.result.persons:
        losses = ["" if n is None else n for n in (person.loses_at, person.loses_at_verdict)]
        row: list[Any] = [person.name, person.n_training, person.n_later]
        row += [float(person.log2_odds[-1]), float(person.log2_odds_verdict[-1]), *losses]
        row += [*person.mass_by_role.tolist(), float(person.log2_evidence), *person.log2_evidence_by_role.tolist()]
        row += [person.fit.chance, person.fit.most_frequent, person.fit.best_table]
        for one in person.leading[:1]:
            row += [one.hits, one.misses, one.program, one.length, ROLES[one.role], VERDICTS[one.verdict]]
            row.append(float(one.mass))
        rows.append(row + [""] * (len(header) - len(row)))
    return Records(header, rows)
