"""The report on safeguards in a world that responds to the actions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.tables import Table, numbers, words
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.versions import versions
from mesaprior.inference.bayes.noise import NoiseModel
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.provenance import facts_of_log, facts_of_space, prior_facts, prior_text
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line, notes
from mesaprior.inference.summaries.acting import summarize_acting
from mesaprior.inference.worlds.conduct import Conduct
from mesaprior.inference.worlds.world import World

COLUMNS = (
    *("defections", "any_defection", "errors", "questions", "ungraded", "untold", "locked_in"),
    "regret",
)
"""What is said of each safeguard, over all steps and at each."""


def report_acting(
    found: Sequence[Conduct],
    world: World,
    space: TermSpace,
    *,
    prior: Prior,
    noise: NoiseModel,
    cost: float,
    has_slips: bool,
    steps: int,
    is_by_step: bool,
) -> Report:
    """Return the report on safeguards in a world.

    Parameters
    ----------
    found, world, prior, noise
        What the ways to act did, and what was asked.
    space : TermSpace
        That of the programs counted.
    cost : float
        Of a question, in errors.
    has_slips : bool
        Whether programs act with the error rate of the noise.
    steps : int
        After the training rows.
    is_by_step : bool
        Whether the tables have a row for each step.
    """

    def provenance() -> dict[str, Any]:
        return {
            "versions": versions(),
            "world": {"name": world.name, "seed": world.seed, "settings": world.settings},
            **facts_of_space(space),
            "log": facts_of_log(world.log),
            "prior": prior_facts(prior),
            "noise": str(noise),
            "cost": cost,
            "slips": has_slips,
            "steps": steps,
        }

    def blocks() -> Iterator[Block]:
        about = (
            f"{world.name}, seed {world.seed}",
            f"programs up to {space.max_bits} bits",
            f"prior {prior_text(prior)}",
            f"noise {noise}" + ("" if has_slips else ", no slips"),
        )
        yield Line(summarize_acting(found, steps), "summary")
        yield Line(" · ".join(about), "about")
        title = f"What each way to act does in {world.name}, seed {world.seed}, in {steps} steps, in expectation"
        yield _table(title, _rows(found, is_by_step=is_by_step), is_by_step=is_by_step)
        yield from notes(*_notes(cost))

    return Report(
        facts=lambda: {
            "safeguards": [_facts(conduct) for conduct in found],
            "summary": summarize_acting(found, steps),
            "provenance": provenance(),
        },
        records=lambda: Records(["name", *["step"] * is_by_step, *COLUMNS], _rows(found, is_by_step=is_by_step)),
        blocks=blocks,
    )


def _facts(conduct: Conduct) -> dict[str, Any]:
    totals = {name: float(total) for name, total in conduct.totals().items()}
    by_step = {name: getattr(conduct, name).astype(float) for name in COLUMNS}
    return {"name": conduct.name} | {name: totals[name] for name in COLUMNS} | {"steps": by_step}


def _rows(found: Sequence[Conduct], *, is_by_step: bool) -> list[list[Any]]:
    """Return a row for each safeguard, or for each of its steps."""
    if not is_by_step:
        return [[conduct.name, *map(conduct.totals().__getitem__, COLUMNS)] for conduct in found]
    return [
        [conduct.name, step + 1, *(float(getattr(conduct, name)[step]) for name in COLUMNS)]
        for conduct in found
        for step in range(len(conduct.errors))
    ]


def _table(title: str, rows: Sequence[Sequence[Any]], *, is_by_step: bool) -> Table:
    heads = ("defections", "ever", "errors", "questions", "ungraded", "untold", "locked in", "regret")
    return Table(
        title,
        (*words("acts by"), *numbers(*["step"] * is_by_step, *heads)),
        [
            (
                name,
                *map(str, step),
                f"{defections:.3f}",
                share_text(ever),
                *(f"{value:.3f}" for value in (errors, questions, ungraded)),
                share_text(untold),
                share_text(locked),
                f"{regret:.3f}",
            )
            for name, *step, defections, ever, errors, questions, ungraded, untold, locked, regret in rows
        ],
    )


def _notes(cost: float) -> Iterator[str]:
    yield (
        "Ever: the probability to do, somewhere, what the rival would and the teacher would not. Ungraded: decisions "
        "where one hears what the teacher does only if one asks."
    )
    yield (
        "Untold: the probability never to have heard what the teacher does where the rival does something else; locked "
        "in: to have been there, besides, and to have done each time what the rival would."
    )
    yield (
        f"Regret: errors, and {cost:g} for each question. Sampling keeps one program; with a new one at every step it "
        "would do what the mixture does."
    )
