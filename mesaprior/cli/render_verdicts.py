"""The verdict of `infer` for a space without lesions: by what the hypotheses do later, since no role can be told."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from rich.table import Table

from mesaprior.cli.report.posterior import (
    console,
    fit_lines,
    print_headline,
    print_odds,
    print_warnings,
    program_text,
)
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.registry import description
from mesaprior.inference.odds import Partition, loses_by_verdict, partition_of
from mesaprior.inference.result import top_behaviours
from mesaprior.inference.roles import IMITATOR, UNJUDGED, VERDICTS

if TYPE_CHECKING:
    from mesaprior.inference.posterior import Posterior
    from mesaprior.inference.request import Question


def render_verdicts(
    question: Question,
    posterior: Posterior,
    *,
    prior_name: str,
    noise_name: str,
    mass_beyond: float | None,
    top: int,
) -> None:
    """Print the result of `infer`."""
    out = console()
    n, noun = posterior.n_training, question.space.noun
    sides = partition_of(posterior, has_lesions=False, noun=noun)
    print_headline(out, sides.headline, question, posterior)
    out.print(
        f"{posterior.programs:,} {noun} counted in {question.census.n_behaviours:,} behaviours · prior {prior_name} · "
        f"noise {noise_name} · {number_of(n, 'training row')}, {question.log.n_rows - n:,} later",
        style="dim",
        markup=False,
    )
    out.print()
    print_odds(out, posterior)
    out.print(_verdicts_table(posterior, sides, noun))
    out.print(_top_table(question, posterior, top))
    for line in (*fit_lines(question, posterior), *_notes(question, posterior, mass_beyond)):
        out.print(f"• {line}", markup=False, soft_wrap=True)
    print_warnings(out, question)


def _verdicts_table(posterior: Posterior, sides: Partition, noun: str) -> Table:
    table = Table(title="Who holds the posterior", title_justify="left", title_style="bold")
    table.add_column("verdict")
    for name in ("mass before", "mass", noun):
        table.add_column(name, justify="right")
    for verdict, name in enumerate(sides.names):
        number = sides.number[verdict]
        if number or verdict != UNJUDGED:
            before, after = (share_text(float(sides.mass[verdict, n])) for n in (0, -1))
            table.add_row(name, before, after, f"{number:,}")
    return table


def _top_table(question: Question, posterior: Posterior, top: int) -> Table:
    noun = question.space.noun
    title = f"Leading behaviours, each with a shortest of its {noun}"
    table = Table(title=title, title_justify="left", title_style="bold")
    for name in ("mass", "verdict", "hits", "bits", "steps"):
        table.add_column(name, justify="left" if name == "verdict" else "right")
    table.add_column(noun.removesuffix("s"), overflow="fold")
    witness = question.census.witness
    for entry in top_behaviours(posterior, witness, top):
        if entry.mass == 0:
            break
        b = entry.behaviour
        verdict, bits, steps = VERDICTS[posterior.verdict[b]], f"{posterior.length[b]:,.2f}", f"{posterior.time[b]:,}"
        hits = f"{posterior.hits[b]:,}"
        table.add_row(share_text(entry.mass), verdict, hits, bits, steps, program_text(question, b))
    return table


def _notes(question: Question, posterior: Posterior, mass_beyond: float | None) -> Iterable[str]:
    """Yield what one has to know to read the tables."""
    noun = question.space.noun
    yield (
        f"Roles need something to turn upside down, a search or a fit, and {noun} have nothing of the kind: whether "
        "they optimize cannot be told here, and the verdicts are what to read."
    )
    yield loses_by_verdict(posterior, noun)
    exact = posterior.exact
    if exact:
        fits = f"{exact.program} ({exact.length:.2f} bits)"
        yield f"One of the {noun} fits the training rows without error: {fits}."
    else:
        yield f"None of the {noun} fits the training rows without error."
    missed = float(posterior.misses[IMITATOR])
    if not np.isnan(missed):
        yield f"Later rows that are missed: {share_text(missed)}, expected."
    spoken = description(question.space.name)
    yield from spoken.legend(question.space, question.log)
    yield from spoken.notes(question.census)
    if mass_beyond is not None:
        yield f"{noun.capitalize()} beyond the bound hold {share_text(mass_beyond)} of the prior mass 2^-length."
