"""What a page holds of many people, as plain data: their programs once, and each person's rows, kinds and names."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.deriving import behaviour_of_unit
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import joined_by_commas, number_of
from mesaprior.inference.bayes.classes import class_of
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.people.answer import PeopleAnswer
from mesaprior.inference.bayes.people.people import each_person
from mesaprior.inference.bayes.roles import ROLES
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.page.content import yardsticks
from mesaprior.inference.page.crowd import Crowd, OfPerson, crowd_within, of_person
from mesaprior.inference.page.leaders import leaders
from mesaprior.inference.page.packing import deflated, packed
from mesaprior.inference.page.situations import Situations, situations_of
from mesaprior.inference.summaries.people import summarize_people
from mesaprior.priors.prior import FormulaPrior

MOST_NAMED_IN_ALL, LEAST_NAMED, MOST_NAMED = 12_000, 12, 2_000
"""Behaviours that are named: of all people together, about, and of each, at least and at most."""

MOST_PREDICTIONS = 1 << 20
"""Predictions of named behaviours, of all people together, at most."""

MOST_SITUATIONS_IN_ALL, LEAST_SITUATIONS, MOST_SITUATIONS = 20_000, 10, 400
"""Distinct training rows, and as many later ones, that are shown: of all people, and of each."""

MOST_CHARACTERS = 2_200_000
"""Size that the reduced censuses of all people keep to."""


def people_content(
    answer: PeopleAnswer,
    census: Census | None,
    by: Sequence[str],
    *,
    prior: FormulaPrior,
    noise: NoiseModel,
    tolerance: float,
    count: Callable[[ImitationLog], Census] | None = None,
) -> dict[str, Any]:
    """Return what a page holds of many people.

    Parameters
    ----------
    answer : PeopleAnswer
        For all of them, under the prior and the noise at which the sliders stand first.
    census : Census or None
        That all share; None where `count` counts one for each.
    by : sequence of str
        Columns that tell people apart.
    prior, noise, tolerance
        What was asked with.
    count : callable, optional
        As in `people`.
    """
    log, n_people = answer.log, len(answer.result.persons)
    most_named = int(np.clip(MOST_NAMED_IN_ALL // n_people, LEAST_NAMED, MOST_NAMED))
    most_shown = int(np.clip(MOST_SITUATIONS_IN_ALL // n_people, LEAST_SITUATIONS, MOST_SITUATIONS))
    kept: list[OfPerson] = []
    censuses: list[Census] = [] if census is None else [census]
    told: list[dict[str, Any]] = []
    texts: dict[str, int] = {}
    text_ids: list[np.ndarray] = []
    predictions: list[np.ndarray] = []
    for number, _, own, rows in each_person(census, log, prior, count):
        scored = Scored(own, rows, noise, tolerance)
        situations = situations_of(own, rows, most=most_shown)
        room = MOST_PREDICTIONS // (n_people * len(situations.cells))
        places = leaders(scored, max(1, min(most_named, room)))
        named: list[int] = places.tolist()
        if census is None:
            censuses.append(own)
        units = behaviour_of_unit(own, rows, rows) if census is None else behaviour_of_unit(census, log, rows)
        kept.append(of_person(own, rows, class_of(scored.judgement), named, units))
        text_ids.append(np.array([texts.setdefault(own.witness[b], len(texts)) for b in named]))
        predictions.append(own.predictions[np.ix_(places, situations.cells)].astype(np.int64).ravel() + 1)
        told.append(_person(log.groups[number], scored, situations, len(named)))
    crowd = crowd_within(kept, censuses, most_characters=MOST_CHARACTERS)
    n_kept = len(crowd.persons)
    return {
        "by": list(by),
        "asked": f" --by {shlex.quote(joined_by_commas(by))}",
        "left_out": list(answer.result.left_out),
        "persons": [facts | _places(one) for facts, one in zip(told[:n_kept], crowd.persons, strict=True)],
        "crowd": crowd.packed,
        # No text of a program has a line break.
        "texts": deflated("\n".join(texts).encode()),
        "text_ids": packed(np.concatenate(text_ids[:n_kept])),
        "predictions": packed(np.concatenate(predictions[:n_kept])),
        "merged": merged_sentences(answer, crowd, told),
        "summary": summarize_people(answer),
        "frequencies": _frequencies(answer),
        "shared": _shared(answer),
    }


def merged_sentences(answer: PeopleAnswer, crowd: Crowd, told: Sequence[dict[str, Any]]) -> list[str]:
    """Return what the page does not tell apart of people any more, as sentences."""
    n_kept, noun = len(crowd.persons), answer.space.noun
    said = [
        f"{noun[0].upper()}{noun[1:]} that are of one kind for every person (role, verdict, training tallies) are one "
        f"row with their number: {number_of(len(crowd.rows.count), 'row')} for all people. Masses and odds of each "
        "person are sums over all of them."
    ]
    fewest = min((one["n_named"] for one in told if one["n_named"] < one["n_behaviours"]), default=None)
    if fewest is not None:
        said.append(
            f"Of each person {fewest:,} behaviours are named, or all: those that lead under some of the priors tried. "
            "What the others predict for later rows is not on the page, so probabilities there are bounds."
        )
    if any(len(one.n) <= one.n[-1] for one in crowd.persons):
        said.append(
            "Tallies of some people are not kept at all numbers of training rows; between these nothing is said."
        )
    if crowd.times_an_octave is not None:
        said.append(
            f"Times are rounded to {crowd.times_an_octave} for each doubling, so priors that weigh time are not exact "
            f"for a person: a program is off by up to about alpha/{2 * crowd.times_an_octave} bits."
        )
    if n_kept < len(told):
        said.append(
            f"The first {n_kept:,} of {answer.people_text} are on the page; there is no room for the others, who count "
            "in the tables of frequencies and of shared programs."
        )
    return said


def _person(name: str, scored: Scored, situations: Situations, n_named: int) -> dict[str, Any]:
    """Return what is told of one person that no slider changes."""
    census, rows = scored.census, scored.log
    return {
        "name": name,
        "n_training": rows.n_training,
        "n_later": rows.n_rows - rows.n_training,
        "counted_roles": np.unique(scored.judgement.role).tolist(),
        "n_programs": str(census.n_programs),
        "n_behaviours": census.n_behaviours,
        "n_named": n_named,
        "n_cells": len(situations.cells),
        "situations": situations.plain(),
        "fit": yardsticks(scored),
    }


def _places(kept: OfPerson) -> dict[str, Any]:
    """Return where a person's part of the packed arrays begins and ends, by sizes."""
    is_all = len(kept.n) == kept.n[-1] + 1
    return {
        "n": None if is_all else kept.n.tolist(),
        "n_kinds": len(kept.of_class),
        "first_unit": kept.first_unit,
        "n_units": len(kept.kind_of_unit),
    }


def _frequencies(answer: PeopleAnswer) -> dict[str, Any] | None:
    """Return how frequent roles are, under the prior and the noise asked."""
    found = answer.result.frequencies
    if found is None:
        return None
    return {
        "roles": [ROLES[role] for role in answer.result.compared],
        "expected": found.expected.tolist(),
        "exceedance": found.exceedance.tolist(),
        "protected": found.protected.tolist(),
        "log2_odds_of_difference": float(found.log2_odds_of_difference),
    }


def _shared(answer: PeopleAnswer) -> list[dict[str, Any]] | None:
    """Return the mixture of programs, by share; None where programs learn."""
    if answer.result.shared is None:
        return None
    attributed = np.array([one.attributed for one in answer.result.shared])
    likeliest: list[int] = []
    if len(attributed):
        likeliest = attributed[:, ~np.isnan(attributed).any(axis=0)].argmax(axis=0).tolist()
    return [
        {
            "program": one.program,
            "role": one.role,
            "length": one.length,
            "share": one.share,
            "n_people": likeliest.count(place),
        }
        for place, one in enumerate(answer.result.shared)
    ]
