"""The report on several priors, compared on one census."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.tables import Cell, Table, numbers, texts
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.roles import IMITATOR, ROLES
from mesaprior.inference.provenance import prior_text
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.reports.cells import odds_cell, program_cell
from mesaprior.inference.request import Question
from mesaprior.inference.robustness.comparison import Comparison, Distance, Standing
from mesaprior.inference.summaries.priors import summarize_comparison
from mesaprior.priors.prior import FormulaPrior

MEASURES = ("total_variation_before", "total_variation", "kl", "kl_reverse", "rank_correlation")
"""How far two priors lie apart, by name."""


def report_comparison(
    question: Question, priors: Sequence[FormulaPrior], comparison: Comparison, *, noise: NoiseModel
) -> Report:
    """Return the report on a comparison of priors.

    Parameters
    ----------
    question : Question
    priors : sequence of FormulaPrior
        Those that were compared, in order.
    comparison : Comparison
    noise : NoiseModel
    """
    witness = question.census.witness
    names = [prior.name for prior in priors]

    def distances() -> list[dict[str, Any]]:
        return [_facts_of_distance(distance, names) for distance in comparison.distances]

    def summary() -> str:
        titles = [prior_text(prior) for prior in priors]
        return summarize_comparison(comparison, titles, has_lesions=question.space.has_lesions)

    return Report(
        facts=lambda: {
            "programs": question.census.n_programs,
            "behaviours": comparison.behaviours,
            "priors": [
                _facts_of_standing(prior, standing, witness)
                for prior, standing in zip(priors, comparison.standings, strict=True)
            ],
            "distances": distances(),
            "summary": summary(),
        },
        records=lambda: Records.of_mappings(distances(), ("first", "second", *MEASURES)),
        blocks=lambda: _blocks(question, priors, comparison, noise, summary()),
    )


def _facts_of_standing(prior: FormulaPrior, standing: Standing, witness: Sequence[str]) -> dict[str, Any]:
    return {
        "name": standing.name,
        "formula": prior.text,
        "parameters": dict(prior.parameters),
        "log2_odds": standing.log2_odds,
        "log2_odds_verdict": standing.log2_odds_verdict,
        "loses_at": standing.loses_at,
        "mass": dict(zip(ROLES, standing.mass_by_role.tolist(), strict=True)),
        "effective_programs": standing.effective_programs,
        "effective_behaviours": standing.effective_behaviours,
        "leader": None if standing.leader is None else witness[standing.leader],
        "leader_mass": standing.leader_mass,
    }


def _facts_of_distance(distance: Distance, names: Sequence[str]) -> dict[str, Any]:
    pair = {"first": names[distance.first], "second": names[distance.second]}
    return pair | {name: getattr(distance, name) for name in MEASURES}


def _blocks(
    question: Question, priors: Sequence[FormulaPrior], comparison: Comparison, noise: NoiseModel, summary: str
) -> Iterator[Block]:
    titles = [prior_text(prior) for prior in priors]
    yield Line(summary, "summary")
    yield Line(
        f"{question.census.n_programs:,} {question.space.noun} counted in {comparison.behaviours:,} behaviours · "
        f"noise {noise} · {number_of(question.log.n_training, 'training row')}",
        "about",
    )
    yield _standings_table(question, titles, comparison)
    yield _distances_table(titles, comparison)
    yield from notes(
        "Odds are in bits, after all training rows. Among: as many equally likely programs would leave as much open.",
        "Total variation: 0 where both spread belief over the programs alike, 1 where they share none; before the "
        "data and after all training rows. KL: bits lost by coding with the second where the first is right.",
    )


def _standings_table(question: Question, titles: Sequence[str], comparison: Comparison) -> Table:
    """Return who leads under each prior; without lesions roles say nothing and are left out."""
    has_lesions = question.space.has_lesions
    odds, mass = (("optimizers : imitators",), ("imitators",)) if has_lesions else ((), ())
    return Table(
        "Who leads under each prior",
        (
            *texts("prior"),
            *numbers(*odds, "defecting : faithful", *mass, "among"),
            *texts("leader"),
            *numbers("its share"),
        ),
        [
            (
                title,
                *[odds_cell(standing.log2_odds)] * has_lesions,
                odds_cell(standing.log2_odds_verdict),
                *[share_text(float(standing.mass_by_role[IMITATOR]))] * has_lesions,
                "-" if math.isnan(standing.effective_programs) else f"{standing.effective_programs:,.1f}",
                _leader_cell(question, standing.leader),
                share_text(standing.leader_mass),
            )
            for title, standing in zip(titles, comparison.standings, strict=True)
        ],
    )


def _leader_cell(question: Question, leader: int | None) -> Cell:
    census, log = question.census, question.log
    if leader is None:
        return "-"
    return program_cell(census.witness[leader], log, question.space, census.predictions[leader])


def _distances_table(titles: Sequence[str], comparison: Comparison) -> Table:
    return Table(
        "How far they differ",
        (
            *texts("prior", "and prior"),
            *numbers("total variation before"),
            *numbers("after", term="total variation after"),
            *numbers("KL (bits)", "KL reversed", "rank correlation"),
        ),
        [
            (
                titles[distance.first],
                titles[distance.second],
                *(_measure_text(getattr(distance, name)) for name in MEASURES),
            )
            for distance in comparison.distances
        ],
    )


def _measure_text(number: float) -> str:
    """Return a measure with three digits behind the point."""
    if math.isnan(number):
        return "-"
    return "∞" if math.isinf(number) else f"{number:.3f}"
