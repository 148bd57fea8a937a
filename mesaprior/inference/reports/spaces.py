"""The report on spaces compared: who holds the posterior in each, how they agree, and on which functions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.tables import Table, numbers, texts, words
from mesaprior.hypotheses.versions import versions
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.odds import BY_VERDICT
from mesaprior.inference.bayes.roles import UNJUDGED, VERDICTS
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.provenance import facts_of_log, facts_of_space, prior_facts, prior_text
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.reports.cells import odds_cell, program_cell
from mesaprior.inference.robustness.spaces import Agreement, Answer, SpacesCompared
from mesaprior.inference.summaries.spaces import summarize_spaces

MOST_SITUATIONS = 16
"""Functions over more situations than this are shortened."""

COLUMNS = ("space", "prior", "programs", *VERDICTS, "log2_odds_verdict", "leader", "leader_mass")
"""Header of the records."""


def report_spaces(
    result: SpacesCompared,
    log: ImitationLog,
    spaces: Sequence[Space],
    priors: Mapping[str, Prior],
    *,
    noise: NoiseModel,
    tolerance: float,
) -> Report:
    """Return the report on spaces compared.

    Parameters
    ----------
    result : SpacesCompared
    log : ImitationLog
    spaces : sequence of Space
        In the order of the answers.
    priors : mapping of str to Prior
        That of each space by its name.
    noise : NoiseModel
    tolerance : float
    """
    situations = [dict(zip(log.features, row, strict=True)) for row in log.situations.tolist()]

    def provenance() -> dict[str, Any]:
        return {
            "versions": versions(),
            "log": facts_of_log(log),
            "spaces": {
                space.name: facts_of_space(space) | {"prior": prior_facts(priors[space.name])} for space in spaces
            },
            "noise": str(noise),
            "tolerance": tolerance,
        }

    def blocks() -> Iterator[Block]:
        yield Line(headline(result), "headline")
        yield Line(summarize_spaces(result), "summary")
        yield Line(f"{priors_text(result, priors)} · noise {noise}", "about")
        yield _verdicts_table(result, log, spaces)
        yield _correlations_table(result)
        yield from _functions(result, situations)
        yield from notes(*_notes(result))

    return Report(
        facts=lambda: _facts(result, situations) | {"provenance": provenance()},
        records=lambda: Records(COLUMNS, [_record(answer) for answer in result.answers]),
        blocks=blocks,
    )


def headline(result: SpacesCompared) -> str:
    """Return in one sentence whether the spaces agree on who holds the posterior, and the price of the choice."""
    leaders = [_leading_verdict(answer.mass_by_verdict) for answer in result.answers]
    if len(set(leaders)) == 1:
        every = "both" if len(leaders) == 2 else f"all {len(leaders)}"
        agreed = f"In {every} spaces {leaders[0]} programs hold the posterior"
    else:
        names = {
            leader: [a.space for a, b in zip(result.answers, leaders, strict=True) if b == leader] for leader in leaders
        }
        held = ", ".join(f"{leader} programs in {' and '.join(spaces)}" for leader, spaces in names.items())
        agreed = f"Who holds the posterior depends on the space: {held}"
    if math.isnan(result.price):
        return f"{agreed}."
    if math.isinf(result.price):
        return f"{agreed}; the choice of the space is worth more than any number of bits, one rules a side out."
    return f"{agreed}; the choice of the space is worth up to {result.price:.2f} bits."


def priors_text(result: SpacesCompared, priors: Mapping[str, Prior]) -> str:
    """Return the priors as a person reads them: one for all spaces, or that of each."""
    named = {answer.space: prior_text(priors[answer.space]) for answer in result.answers}
    if len(set(named.values())) == 1:
        return f"prior {next(iter(named.values()))} in all spaces"
    return f"priors: {', '.join(f'{space} {prior}' for space, prior in named.items())}"


def _leading_verdict(mass: np.ndarray) -> str:
    return "no" if np.isnan(mass).any() else VERDICTS[int(np.argmax(mass))]


def _facts(result: SpacesCompared, situations: Sequence[dict[str, int]]) -> dict[str, Any]:
    return {
        "spaces": [_facts_of_answer(answer) for answer in result.answers],
        "common_functions": result.common,
        "rank_correlation_before": result.before,
        "rank_correlation": result.after,
        "shared_functions": result.n_shared,
        "situations": situations,
        "best": [vars(one) for one in result.best],
        "worst": [vars(one) for one in result.worst],
        "price": result.price,
        "summary": summarize_spaces(result),
    }


def _facts_of_answer(answer: Answer) -> dict[str, Any]:
    return {
        "space": answer.space,
        "prior": answer.prior,
        "programs": answer.programs,
        "behaviours": answer.behaviours,
        "functions": len(answer.functions.actions),
        "abstaining": answer.functions.abstaining,
        "mass_by_verdict": dict(zip(VERDICTS, answer.mass_by_verdict, strict=True)),
        "log2_odds": answer.log2_odds,
        "log2_odds_verdict": answer.log2_odds_verdict,
        "loses_at_verdict": answer.loses_at_verdict,
        "leader": answer.leader,
        "leader_length": float(answer.leader_length),
        "leader_mass": answer.leader_mass,
        "leader_verdict": answer.leader_verdict,
    }


def _record(answer: Answer) -> list[Any]:
    return [
        answer.space,
        answer.prior,
        answer.programs,
        *answer.mass_by_verdict.tolist(),
        answer.log2_odds_verdict,
        answer.leader or "",
        answer.leader_mass,
    ]


def _verdicts_table(result: SpacesCompared, log: ImitationLog, spaces: Sequence[Space]) -> Table:
    verdicts = [v for v in range(len(VERDICTS)) if v != UNJUDGED or any(a.mass_by_verdict[v] for a in result.answers)]
    return Table(
        "Who holds the posterior",
        (
            *words("space"),
            *numbers("programs", "functions", *(VERDICTS[v] for v in verdicts), "odds"),
            *texts("leading program"),
            *numbers("its share"),
        ),
        [
            (
                answer.space,
                f"{answer.programs:,}" if answer.programs < 1e10 else f"{answer.programs:.3g}",
                f"{len(answer.functions.actions):,}",
                *(share_text(float(answer.mass_by_verdict[v])) for v in verdicts),
                odds_cell(answer.log2_odds_verdict),
                program_cell(answer.leader, log, space),
                share_text(answer.leader_mass),
            )
            for answer, space in zip(result.answers, spaces, strict=True)
        ],
    )


def _correlations_table(result: SpacesCompared) -> Table:
    names = [answer.space for answer in result.answers]

    def cell(first: int, second: int) -> str:
        if second <= first:
            return ""
        before, after = _rho(result.before[first, second]), _rho(result.after[first, second])
        return f"{before} / {after} ({result.common[first, second]:,})"

    return Table(
        "Rank correlation of functions",
        (*words("", term="space"), *numbers(*names[1:], term="rank correlation of spaces")),
        [(names[first], *(cell(first, second) for second in range(1, len(names)))) for first in range(len(names) - 1)],
    )


def _functions(result: SpacesCompared, situations: Sequence[dict[str, int]]) -> Iterator[Block]:
    """Yield the functions that the spaces agree on most and least."""
    if not result.best:
        yield from notes("No function is expressed by all spaces within their bounds.")
        return
    for how, found in (("most", result.best), ("least", result.worst)):
        yield Table(
            f"Where the spaces agree {how}",
            (
                *texts("actions"),
                *numbers(*(answer.space for answer in result.answers), term="mass in a space"),
                *numbers("spread"),
            ),
            [(_actions(one), *(f"{mass:.2f}" for mass in one.log2_mass), f"{one.spread:.2f}") for one in found],
        )
    features = ", ".join(situations[0])
    shown = ", ".join("".join(str(v) for v in row.values()) for row in situations[:MOST_SITUATIONS])
    dots = " ..." if len(situations) > MOST_SITUATIONS else ""
    yield from notes(f"Actions stand in the order of the situations ({features}): {shown}{dots}.")


def _actions(one: Agreement) -> str:
    text = " ".join(str(action) for action in one.actions[:MOST_SITUATIONS])
    return text + " ..." * (len(one.actions) > MOST_SITUATIONS)


def _rho(value: float) -> str:
    return "-" if math.isnan(value) else f"{value:+.2f}"


def _notes(result: SpacesCompared) -> Iterator[str]:
    yield f"The odds of {BY_VERDICT} programs are those after all training rows."
    yield (
        f"A function says which action is taken in each situation of the log; {result.n_shared:,} of them are "
        "expressed in all spaces. Where the spaces agree: log2 of the share of the prior mass that each gives to a "
        "function; the spread is how many bits lie between the largest and the least."
    )
    yield (
        "Rank correlation of the masses of functions: before / after the data, and in parentheses how many functions "
        "the two spaces have in common."
    )
    for answer in result.answers:
        abstaining = answer.functions.abstaining
        if abstaining:
            yield (
                f"{answer.space}: programs with {share_text(abstaining)} of the prior give no action in some "
                "situation, and compute no function."
            )
    if all(math.isnan(answer.log2_odds_verdict) for answer in result.answers):
        yield (
            "No program is faithful or defecting in any space: later rows with a rival's action are what tells them "
            "apart."
        )
