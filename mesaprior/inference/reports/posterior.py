"""The report on a posterior: who holds it, the leading behaviours, and notes on how to read them.

Where programs have lesions, masses are by role, elsewhere by verdict.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import number_of, shown
from mesaprior.hypotheses.phrases import share_text, sparkline
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.tables import Cell, Table, numbers, texts, words
from mesaprior.inference.bayes.leading import leading
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.odds import Partition, partition_of
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.result import to_frame
from mesaprior.inference.bayes.roles import ROLES, UNJUDGED, VERDICTS
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.provenance import facts_of_codes, prior_facts, prior_text, provenance_of
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, Series, notes
from mesaprior.inference.reports.cells import length_text, program_cell
from mesaprior.inference.reports.posterior_facts import posterior_facts
from mesaprior.inference.reports.posterior_notes import posterior_notes
from mesaprior.inference.request import Question
from mesaprior.inference.summaries.posterior import summarize_posterior


def report_posterior(
    question: Question,
    posterior: Posterior,
    *,
    prior: Prior,
    noise: NoiseModel,
    tolerance: float,
    top: int = 10,
) -> Report:
    """Return the report on a posterior.

    Parameters
    ----------
    question : Question
    posterior : Posterior
        Of its census on its log.
    prior, noise, tolerance
        Those of the posterior.
    top : int
        Leading behaviours to list, at least 0.
    """
    space, census, log = question.space, question.census, question.log

    def summary() -> str:
        return summarize_posterior(question, posterior, space.mass_beyond(census, log))

    def facts() -> dict[str, Any]:
        told = posterior_facts(
            posterior,
            census,
            log,
            mass_beyond=space.mass_beyond(census, log),
            given=question.language.ledger() if question.language else [],
            provenance=provenance_of(question, prior=prior_facts(prior), noise=str(noise), tolerance=tolerance),
            codes=facts_of_codes(log, census.n_actions),
            warnings=[warning.typed() for warning in question.warnings],
            top=top,
            space=space,
        )
        return told | {"summary": summary()}

    return Report(
        facts=facts,
        records=lambda: Records.of_frame(to_frame(posterior)),
        blocks=lambda: _blocks(question, posterior, prior, noise, top, summary()),
    )


def _blocks(
    question: Question, posterior: Posterior, prior: Prior, noise: NoiseModel, top: int, summary: str
) -> Iterator[Block]:
    space, census, log = question.space, question.census, question.log
    parts = partition_of(posterior, has_lesions=space.has_lesions, noun=space.noun)
    if not posterior.fit.is_beaten:
        yield Line(_unbeaten_sentence(posterior, log, space.noun), "headline")
    yield Line(parts.headline, "headline")
    yield Line(summary, "summary")
    yield Line(about_posterior(posterior, census, log, space.noun, prior, noise), "about")
    yield from _odds(posterior)
    yield _table_by_role(posterior, space.noun) if space.has_lesions else _table_by_verdict(parts, space.noun)
    yield leading_table(posterior, census, log, top, space)
    if posterior.interventions:
        yield _interventions_table(posterior)
    yield from notes(*posterior_notes(question, posterior, space.mass_beyond(census, log)))
    for warning in question.warnings:
        yield Line(warning, "warning")


def about_posterior(
    posterior: Posterior, census: Census, log: ImitationLog, noun: str, prior: Prior, noise: NoiseModel
) -> str:
    """Return the question in one line."""
    n = posterior.n_training
    return (
        f"{posterior.programs:,} {noun} counted in {census.n_behaviours:,} behaviours · prior {prior_text(prior)} · "
        f"noise {noise} · {number_of(n, 'training row')}, {log.n_rows - n:,} later"
    )


def leading_table(
    posterior: Posterior,
    census: Census,
    log: ImitationLog,
    top: int,
    space: Space | None,
) -> Table:
    """Return the behaviours of most mass, each with a shortest program; those without mass are left out.

    Parameters
    ----------
    posterior : Posterior
    census, log
        Those of the posterior.
    top : int
        How many, at least 0.
    space : Space or None
        That of the programs, if it is known.
    """
    noun, has_lesions = ("programs", True) if space is None else (space.noun, space.has_lesions)
    rows: list[list[Cell]] = []
    for behaviour, one in leading(posterior, census.witness, top).items():
        if one.mass == 0:
            break
        advantage = float(posterior.search_advantage[behaviour])
        rows.append(
            [
                share_text(one.mass),
                *[one.role] * has_lesions,
                one.verdict,
                f"{one.hits:,}",
                length_text(one.bits),
                f"{one.steps:,}",
                program_cell(one.program, log, space, census.predictions[behaviour]),
                *["-" if math.isnan(advantage) else f"{advantage:+g}"] * has_lesions,
            ]
        )
    program = noun.removesuffix("s")
    columns = (
        *numbers("mass"),
        *words(*["role"] * has_lesions, "verdict"),
        *numbers("hits", "bits", "steps"),
        *texts(program, term="program"),
        *numbers(*["advantage"] * has_lesions),
    )
    return Table(f"Leading behaviours, each with a shortest {program}", columns, rows)


def _unbeaten_sentence(posterior: Posterior, log: ImitationLog, noun: str) -> str:
    """Return that nothing counted beats the most frequent action."""
    fit = posterior.fit
    always = f"always {shown(log.label('action', fit.most_frequent_action))}"
    if fit.most_frequent == fit.n_training:
        return f"The teacher does one thing in training, {always}: nothing can do better."
    return (
        f"No {noun.removesuffix('s')} counted beats the most frequent action, {always}: {fit.most_frequent:,} of "
        f"{number_of(fit.n_training, 'training row')}."
    )


def _odds(posterior: Posterior) -> Iterator[Series]:
    """Yield the two odds along n; none of which a side never has any mass."""
    # Checkpoints are spaced by the logarithm of n.
    N = posterior.n_training
    ends = None if len(posterior.n) == N + 1 else ("n = 0", f"{N} (n on a log scale)")
    for name, odds in (
        ("optimizers over imitators", posterior.log2_odds),
        ("defecting over faithful", posterior.log2_odds_verdict),
    ):
        _, least, _ = sparkline(odds.tolist())
        if not math.isnan(least):
            # Names of one width, so that the two lines can be compared row by row.
            yield Series(f"log2 odds, {name:<25}", odds, ends=ends)


def _table_by_role(posterior: Posterior, noun: str) -> Table:
    judged = [v for v in range(len(VERDICTS)) if v != UNJUDGED or any(row[UNJUDGED] for row in posterior.number)]
    rows: list[list[Cell]] = []
    for role, name in enumerate(ROLES):
        programs = sum(posterior.number[role])
        if programs:
            masses = [posterior.mass_by_role[role, -1], *(posterior.mass[role, verdict, -1] for verdict in judged)]
            shares = (share_text(float(share)) for share in (*masses, posterior.misses[role]))
            rows.append([name, *shares, f"{programs:,}"])
    columns = (
        *numbers("mass", *(VERDICTS[verdict] for verdict in judged), "later misses"),
        *numbers(noun, term="programs"),
    )
    return Table("Who holds the posterior", (*words("role"), *columns), rows)


def _table_by_verdict(parts: Partition, noun: str) -> Table:
    rows: list[list[Cell]] = []
    for verdict, name in enumerate(parts.names):
        if parts.number[verdict] or verdict != UNJUDGED:
            before, after = (share_text(float(parts.mass[verdict, n])) for n in (0, -1))
            rows.append([name, before, after, f"{parts.number[verdict]:,}"])
    return Table(
        "Who holds the posterior",
        (*words("verdict"), *numbers("mass before", "mass"), *numbers(noun, term="programs")),
        rows,
    )


def _interventions_table(posterior: Posterior) -> Table:
    rows: list[list[Cell]] = []
    for effect in posterior.interventions:
        for role, name in enumerate(ROLES):
            if any(posterior.number[role]):
                shares = (*effect.mass[:, role, -1], *effect.share_of_rows[:, role])
                rows.append([effect.name, name, *(share_text(float(share)) for share in shares)])
    columns = numbers("mass that changes, training", "mass, later", "rows that change, training", "rows, later")
    return Table("Who changes under each intervention", (*words("intervention", "role"), *columns), rows)
