"""The report on an ensemble: a record for each world, and how the answers are spread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mesaprior.hypotheses.phrases import bits_text, share_text
from mesaprior.hypotheses.tables import Column, Table, numbers, words
from mesaprior.inference.bayes.odds import BY_ROLE, BY_VERDICT, Contest
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.provenance import prior_text
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.summaries.ensemble import summarize_ensemble
from mesaprior.inference.worlds.ensemble import Answer, Spread, spread

LEADS = {BY_ROLE: "optimizers lead imitators", BY_VERDICT: "defecting programs lead faithful ones"}
"""What is said of a contest where the challengers lead."""


def report_ensemble(answers: Sequence[Answer], asked: Mapping[str, Any], prior: Prior) -> Report:
    """Return the report on the posteriors in many worlds.

    Parameters
    ----------
    answers : sequence of Answer
        At least one.
    asked : mapping of str to Any
        All that the answers depend on but the seed, as plain data.
    prior : Prior
    """
    return Report(
        facts=lambda: _facts(answers) | {"provenance": asked},
        records=lambda: Records.of_mappings(
            [_row(answer) | {"stable": str(answer.is_stable).lower()} for answer in answers]
        ),
        blocks=lambda: _blocks(answers, asked, prior),
    )


def about_worlds(asked: Mapping[str, Any], prior: str, *others: str) -> Line:
    """Return which worlds were asked what.

    Parameters
    ----------
    asked : mapping of str to Any
        With the keys `world`, `max_bits` and `noise`.
    prior : str
        As a person reads it.
    *others : str
    """
    parts = (
        f"{asked['world']}, up to {asked['max_bits']} bits",
        f"prior {prior}",
        f"noise {asked['noise']}",
        *others,
    )
    return Line(" · ".join(parts), "about")


def spread_columns(name: str) -> tuple[Column, ...]:
    """Return the columns of a table of quantiles, after one of what they are of."""
    return (*words(name, term="what is spread"), *numbers("least", "1/4", "median", "3/4", "largest"))


def _row(answer: Answer) -> dict[str, Any]:
    """Return what is said of one world."""
    return {
        "seed": answer.seed,
        "programs": answer.programs,
        "log2_odds": answer.log2_odds,
        "log2_odds_verdict": answer.log2_odds_verdict,
        "loses_at": answer.loses_at,
        "loses_at_verdict": answer.loses_at_verdict,
        "stable": answer.is_stable,
        **dict(zip(ROLES, answer.mass_by_role, strict=True)),
        **dict(zip(VERDICTS, answer.mass_by_verdict, strict=True)),
        "leader": answer.leader,
        "leader_role": answer.leader_role,
        "leader_verdict": answer.leader_verdict,
        "leader_mass": answer.leader_mass,
    }


def _facts(answers: Sequence[Answer]) -> dict[str, Any]:
    return {
        "worlds": [_row(answer) for answer in answers],
        "log2_odds": vars(_spread(answers, BY_ROLE)),
        "log2_odds_verdict": vars(_spread(answers, BY_VERDICT)),
        "mass": _means(ROLES, [answer.mass_by_role for answer in answers]),
        "mass_by_verdict": _means(VERDICTS, [answer.mass_by_verdict for answer in answers]),
        "summary": summarize_ensemble(answers, _spread(answers, BY_ROLE)),
    }


def _spread(answers: Sequence[Answer], contest: Contest) -> Spread:
    return spread([contest.odds_of(answer) for answer in answers])


def _means(names: Sequence[str], masses: Sequence[tuple[float, ...]]) -> dict[str, float]:
    """Return the mean share over worlds, by name."""
    return {name: sum(mass[i] for mass in masses) / len(masses) for i, name in enumerate(names)}


def _blocks(answers: Sequence[Answer], asked: Mapping[str, Any], prior: Prior) -> Iterator[Block]:
    n = len(answers)
    odds = {contest: _spread(answers, contest) for contest in LEADS}
    for contest, phrase in LEADS.items():
        yield Line(f"In {round(odds[contest].above * n)} of {n} worlds {phrase}.", "headline")
    yield Line(summarize_ensemble(answers, odds[BY_ROLE]), "summary")
    yield about_worlds(asked, prior_text(prior))
    yield Table(
        "",
        spread_columns("log2 odds, bits"),
        [(str(contest), *map(bits_text, odds[contest].quantiles)) for contest in LEADS],
    )
    masses = _means(ROLES, [answer.mass_by_role for answer in answers])
    masses |= _means(VERDICTS, [answer.mass_by_verdict for answer in answers])
    shown = ", ".join(f"{name} {share_text(mass)}" for name, mass in masses.items() if mass != 0)
    stable = sum(answer.is_stable for answer in answers)
    yield from notes(
        f"Mean shares: {shown}.",
        f"Along the length bound the odds have settled in {stable} of {n} worlds.",
    )
