"""The verdict of `infer` for a person at the terminal: a headline, who holds what, and what to do next."""

from __future__ import annotations

import math
import shlex
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from rich.console import Console
from rich.table import Table
from rich.text import Text

from mesaprior.cli.files import typed_path
from mesaprior.cli.report.terminal import console
from mesaprior.hypotheses.log.notices import number_of, printable, shown
from mesaprior.hypotheses.phrases import bits_text, share_text, sparkline
from mesaprior.hypotheses.terms.language import default_constants
from mesaprior.inference.fit import always_of
from mesaprior.inference.odds import partition_of
from mesaprior.inference.result import kept_lead, summarize, top_behaviours
from mesaprior.inference.roles import LEARNER, PLANNER_LEARNER, ROLES, UNJUDGED, VERDICTS

if TYPE_CHECKING:
    from mesaprior.inference.posterior import Posterior
    from mesaprior.inference.request import Question, Request


def render_posterior(
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
    n = posterior.n_training
    census = question.census
    print_headline(out, partition_of(posterior).headline, question, posterior)
    out.print(
        f"{posterior.programs:,} programs counted in {census.n_behaviours:,} behaviours · prior {prior_name} · "
        f"noise {noise_name} · {number_of(n, 'training row')}, {question.log.n_rows - n:,} later",
        style="dim",
        markup=False,
    )
    out.print()
    print_odds(out, posterior)
    out.print(_roles_table(posterior))
    out.print(_top_table(question, posterior, top))
    if posterior.interventions:
        out.print(_interventions_table(posterior))
    for line in (*fit_lines(question, posterior), *_notes(question, posterior, mass_beyond)):
        out.print(f"• {line}", markup=False, soft_wrap=True)
    print_warnings(out, question)


def print_headline(out: Console, headline: str, question: Question, posterior: Posterior) -> None:
    """Print who holds the posterior; before it, that nothing counted beats the most frequent action, if so."""
    fit = posterior.fit
    if not fit.is_beaten:
        always = f"always {shown(question.log.label('action', fit.most_frequent_action))}"
        if fit.most_frequent == fit.n_training:
            out.print(
                f"The teacher does one thing in training, {always}: nothing can do better.", style="bold", markup=False
            )
        else:
            out.print(
                f"No {question.space.noun.removesuffix('s')} counted beats the most frequent action, {always}: "
                f"{fit.most_frequent:,} of {number_of(fit.n_training, 'training row')}.",
                style="bold",
                markup=False,
                soft_wrap=True,
            )
    out.print(headline, style="bold", markup=False)


def program_text(question: Question, behaviour: int) -> Text:
    """Return the program of a behaviour; what gives one action everywhere is said in its label."""
    census, log = question.census, question.log
    text = Text(printable(census.witness[behaviour]))
    always = always_of(census.predictions[behaviour])
    if always is not None:
        text.append(f"  always {shown(log.label('action', always))}", style="dim")
    return text


def fit_lines(question: Question, posterior: Posterior) -> Iterable[str]:
    """Yield the yardsticks for hits in training."""
    fit = posterior.fit
    yield (
        f"Hits are of {number_of(fit.n_training, 'training row')}: chance has {fit.chance:,.4g}, always "
        f"{shown(question.log.label('action', fit.most_frequent_action))} has {fit.most_frequent:,}, the best program "
        f"counted has {fit.best_program:,}, and the best table from situations to actions has {fit.best_table:,}."
    )


def print_warnings(out: Console, question: Question) -> None:
    """Print what is suspicious about the log."""
    for warning in question.warnings:
        out.print(f"! {warning}", style="yellow", markup=False, soft_wrap=True)


def print_odds(out: Console, posterior: Posterior) -> None:
    """Print the odds along n as lines of blocks, and an empty line; nothing where a side never has any mass."""
    is_any = False
    for name, odds in (
        ("optimizers over imitators", posterior.log2_odds),
        ("defecting over faithful", posterior.log2_odds_verdict),
    ):
        line, low, high = sparkline(odds.tolist())
        if math.isnan(low):
            continue
        is_any = True
        scale = f"  {low:+.2f} to {high:+.2f} bits"
        out.print(f"log2 odds, {name:<26} n = 0 {line} {posterior.n_training}{scale}", markup=False)
    if is_any:
        out.print()


def _roles_table(posterior: Posterior) -> Table:
    table = Table(title="Who holds the posterior", title_justify="left", title_style="bold")
    table.add_column("role")
    table.add_column("mass", justify="right")
    judged = [v for v in range(len(VERDICTS)) if v != UNJUDGED or any(row[UNJUDGED] for row in posterior.number)]
    for verdict in judged:
        table.add_column(VERDICTS[verdict], justify="right")
    table.add_column("later misses", justify="right")
    table.add_column("programs", justify="right")
    for role, name in enumerate(ROLES):
        programs = sum(posterior.number[role])
        if not programs:
            continue
        table.add_row(
            name,
            share_text(float(posterior.mass_by_role[role, -1])),
            *(share_text(float(posterior.mass[role, verdict, -1])) for verdict in judged),
            share_text(float(posterior.misses[role])),
            f"{programs:,}",
        )
    return table


def _top_table(question: Question, posterior: Posterior, top: int) -> Table:
    table = Table(title="Leading behaviours, each with a shortest program", title_justify="left", title_style="bold")
    for name in ("mass", "role", "verdict", "hits", "bits", "steps"):
        table.add_column(name, justify="left" if name in ("role", "verdict") else "right")
    table.add_column("program", overflow="fold")
    table.add_column("advantage", justify="right")
    witness = question.census.witness
    for entry in top_behaviours(posterior, witness, top):
        if entry.mass == 0:
            break
        b = entry.behaviour
        advantage = float(posterior.search_advantage[b])
        table.add_row(
            share_text(entry.mass),
            ROLES[posterior.role[b]],
            VERDICTS[posterior.verdict[b]],
            f"{posterior.hits[b]:,}",
            f"{posterior.length[b]:,}",
            f"{posterior.time[b]:,}",
            program_text(question, b),
            "-" if math.isnan(advantage) else f"{advantage:+g}",
        )
    return table


def _interventions_table(posterior: Posterior) -> Table:
    table = Table(title="Who changes under each intervention", title_justify="left", title_style="bold")
    for name in ("intervention", "role"):
        table.add_column(name)
    for name in ("mass that changes, training", "later", "rows that change, training", "later"):
        table.add_column(name, justify="right")
    for effect in posterior.interventions:
        for role, name in enumerate(ROLES):
            if any(posterior.number[role]):
                masses = (share_text(float(mass)) for mass in effect.mass[:, role, -1])
                rows = (share_text(float(rows)) for rows in effect.share_of_rows[:, role])
                table.add_row(effect.name, name, *masses, *rows)
    return table


def _notes(question: Question, posterior: Posterior, mass_beyond: float | None) -> Iterable[str]:
    """Yield what one has to know to read the tables."""
    yield _loses_sentence(posterior)
    exact = posterior.exact
    if exact:
        fits = f"{exact.program} ({exact.length} bits, {ROLES[exact.role]})"
        yield f"A counted program fits the training rows without error: {fits}."
    else:
        yield "No counted program fits the training rows without error."
    by_bound = ", ".join(
        f"{bits_text(float(odds))} at {bound}"
        for bound, odds in zip(posterior.bounds[-4:], posterior.log2_odds_by_bound[-4:], strict=True)
    )
    settled = "stable" if posterior.is_stable else "not stable"
    longer = "" if posterior.is_stable else "; a larger --max-bits may change them"
    yield f"The odds are {settled} in the length bound: {by_bound} bits of length{longer}."
    if not np.isnan(posterior.search_advantage).all():
        yield (
            "Advantage: bits that the shortest optimizer saves over the shortest imitator with the same actions on "
            "every row (- where only one of the two was counted)."
        )
    if mass_beyond is not None:
        yield f"Programs beyond the bound hold {share_text(mass_beyond)} of the prior mass 2^-length."
    if posterior.interventions:
        yield (
            "Under an intervention one token means something else. Mass that changes is of the whole posterior; rows "
            "that change are the share to expect of the programs of that role."
        )
    sleepers = float(posterior.sleepers[-1])
    if sleepers > 0:
        yield f"Sleepers, optimizers that nothing in training gives away, hold {share_text(sleepers)}."
    ledger = question.language.ledger() if question.language else []
    if ledger:
        given = ", ".join(
            f"{entry['name']} ({entry['literal_bits']} bits for {entry['charged_bits']})" for entry in ledger
        )
        yield f"Given for free: the tables of {given}."
    if question.is_default_language:
        yield (
            "The default language holds no payoff, so it leans towards imitators; `mesaprior language` prints it, "
            "ready to edit."
        )


def _loses_sentence(posterior: Posterior) -> str:
    """Return where the honest imitator loses; one-sided odds are said in words."""
    n, last = posterior.loses_at, posterior.n_training
    if not math.isinf(float(posterior.log2_odds[-1])):
        return summarize(posterior).sentence
    if n is None:
        return kept_lead(posterior, f"at n = {last} no optimizer has any mass")
    return f"The honest imitator loses at n = {n} of {number_of(last, 'training row')}, and ends without any mass."


def print_next_steps(question: Question, posterior: Posterior, prior_name: str, *, is_plotted: bool) -> None:
    """Print commands and options that lead on from a result."""
    out = console()
    out.print()
    for index, step in enumerate(_next_steps(question, posterior, prior_name, is_plotted)):
        out.print(f"{'      or' if index else 'Next:'} {step}", style="dim", markup=False, soft_wrap=True)


def _next_steps(question: Question, posterior: Posterior, prior_name: str, is_plotted: bool) -> Iterable[str]:
    """Yield commands and options that lead on from here."""
    from mesaprior.hypotheses.registry import description

    if question.space.has_lesions and not question.is_folder:
        best = top_behaviours(posterior, question.census.witness, 1)[0].behaviour
        program = shlex.quote(posterior.exact.program if posterior.exact else question.census.witness[best])
        source = typed_path(question.source)
        yield f"mesaprior why {program} --log {source}{question.reading}{_language_options(question)}"
    yield another_step(prior_name, is_plotted, dict(description(question.space.name).suggested))
    yield f"mesaprior prior compare {asked_again(question)}"


def asked_again(question: Request) -> str:
    """Return the source of a question as another command takes it, with how it was read and counted."""
    source = typed_path(question.source)
    if question.is_folder:
        return f"{source}{question.reading}"
    from mesaprior.hypotheses.registry import USUAL, description

    name = question.space.name
    named = "" if name == USUAL else f" --space {name}"
    bounds = description(name).typed(question.space.bounds)
    return f"{source}{question.reading}{_language_options(question)}{named} {bounds}".rstrip()


def _language_options(question: Request) -> str:
    """Return the options that name the language of a question again, each with a space before it."""
    if question.language is None:
        return ""
    if not question.is_default_language:
        return f" --language {shlex.quote(question.language.source)}"
    constants = default_constants(question.language, question.log)
    return f" --constants {','.join(map(str, constants))}" if constants else ""


def another_step(prior_name: str, is_plotted: bool, suggested: Mapping[str, str]) -> str:
    """Return the options that lead on from here; priors are suggested by name with their options."""
    another = ", ".join([option for name, option in suggested.items() if name != prior_name][:2])
    return f"another prior: {another}" + ("" if is_plotted else "; a picture: --plot odds.png")


def learner_warning(question: Request) -> str | None:
    """Return a warning where a noise of 0 rules out whatever must err before it learns."""
    if question.language is None or not question.language.has("fit"):
        return None
    names = f"{ROLES[LEARNER]}s and {ROLES[PLANNER_LEARNER]}s"
    return f"Note: with noise 0, {names} that must err before they learn are ruled out; a noise above 0 keeps them."
