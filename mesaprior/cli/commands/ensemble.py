"""`mesaprior ensemble`: one question asked of many worlds."""

from __future__ import annotations

import os
import re
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import COUNTING, Command, ParamType, headed_option
from mesaprior.cli.completion import A_WORLD, FILE
from mesaprior.cli.many_worlds import ManyWorlds
from mesaprior.cli.options import (
    Parameter,
    check_noise,
    format_option,
    noise_of,
    noise_option,
    plot_option,
    prior_of,
    prior_options,
    swept_prior,
    tolerance_option,
    whole_numbers,
)
from mesaprior.cli.report import show
from mesaprior.cli.values import parse_over
from mesaprior.errors import UsageError
from mesaprior.hypotheses.terms.describe import LONGEST
from mesaprior.priors.columns import check_columns

if TYPE_CHECKING:
    from mesaprior.inference.figures.figure import Figure
    from mesaprior.inference.report import Report
    from mesaprior.priors.prior import FormulaPrior

WORLDS = "The worlds"

MOST_SEEDS = 100_000
"""Worlds that can be asked at once."""


class Seeds(ParamType):
    """Seeds from one to before another, written ``FIRST:END``, or a single one."""

    name = "FIRST:END"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> range:
        """Return them."""
        if isinstance(value, range):
            return value
        match = re.fullmatch(r"([0-9]{1,9})(?::([0-9]{1,9}))?", str(value).strip(), flags=re.ASCII)
        seeds = range(int(match[1]), int(match[2]) if match[2] else int(match[1]) + 1) if match else range(0)
        if not 0 < len(seeds) <= MOST_SEEDS:
            self.fail(
                f"{str(value)[:60]!r} names no seeds, or more than {MOST_SEEDS:,}; give the first and the one after "
                "the last, such as 0:32.",
                param,
                ctx,
            )
        return seeds


@click.command(cls=Command)
@click.argument("name", type=A_WORLD, metavar="NAME")
@headed_option(
    "--seeds", type=Seeds(), default="0:32", show_default=True, heading=WORLDS, help="The seeds of the worlds."
)
@headed_option(
    "--max-bits",
    type=click.IntRange(1, LONGEST),
    default=24,
    show_default=True,
    metavar="B",
    heading=WORLDS,
    help="Count every program of at most B bits.",
)
@headed_option(
    "--set",
    "settings",
    type=Parameter(),
    multiple=True,
    heading=WORLDS,
    help="Change a setting of the worlds (`mesaprior world list`); repeatable.",
)
@prior_options
@noise_option
@tolerance_option
@click.option(
    "--crossover",
    "over_text",
    metavar="NAME[=LOW:HIGH]",
    help="Find in each world where the odds are 0, along a parameter of the prior, noise, a, b, n or max_bits.",
)
@click.option(
    "--verdict", "by_verdict", is_flag=True, help="With --crossover: weigh defecting against faithful programs."
)
@headed_option(
    "--keep",
    type=FILE,
    metavar="FILE.jsonl",
    heading=COUNTING,
    help="Append answers to this file as they finish, and resume from it.",
)
@headed_option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    metavar="W",
    heading=COUNTING,
    help="How many worlds at a time; by default one for each core. The answers do not depend on it.",
)
@plot_option("Plot the odds, or with --crossover the first crossovers, of all worlds")
@format_option()
def ensemble(
    name: str,
    seeds: range,
    max_bits: int,
    settings: tuple[tuple[str, float], ...],
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    over_text: str | None,
    by_verdict: bool,
    keep: str | None,
    workers: int | None,
    plot_file: str | None,
    form: str,
) -> None:
    """Ask many random worlds the same question, and show the spread of the answers.

    Draws a world for each seed, counts every program of its language up to a length, and updates the prior on its log,
    as `mesaprior infer` does. The answer is in how many worlds optimizers lead imitators, and defecting programs lead
    faithful ones, and by how much. With --crossover it is at which value of a parameter the lead changes in each world.

    \b
    Examples:
      mesaprior ensemble corridor --seeds 0:32 --max-bits 24
      mesaprior ensemble rater --prior speed --crossover alpha=0:8 --verdict
      mesaprior ensemble overseer --set unwatched=2 --prior levin --format csv
    """
    if by_verdict and over_text is None:
        raise UsageError("--verdict says whose odds --crossover looks at; give --crossover as well, or leave it out.")
    noise, chosen = noise_of(noise_text), _settings(name, settings)
    n_actions = _n_actions(name, seeds[0], chosen)
    check_noise(noise, n_actions)
    worlds = ManyWorlds(name, seeds, chosen, max_bits, noise, tolerance, keep, workers or os.cpu_count() or 1)
    if over_text is None:
        report = _posteriors(worlds, _prior(prior_of(prior_text, parameters)), plot_file)
    else:
        over, low, high, prior = _what_varies(over_text, prior_text, parameters, n_actions)
        report = _crossovers(worlds, over, low, high, prior, plot_file, by_verdict=by_verdict)
    show(report, form)


def _posteriors(worlds: ManyWorlds, prior: FormulaPrior, plot_file: str | None) -> Report:
    """Ask for the posterior in each world."""
    from mesaprior.cli.resume import read_answer
    from mesaprior.inference.provenance import prior_facts
    from mesaprior.inference.provenance import prior_text as text_of
    from mesaprior.inference.reports.ensemble import report_ensemble
    from mesaprior.inference.worlds.ensemble import ensemble as answers_of

    asked = worlds.question({"prior": prior_facts(prior), "noise": str(worlds.noise)})
    answers = worlds.ask(partial(answers_of, prior=prior), asked, read_answer)
    if plot_file:
        from mesaprior.inference.figures.ensemble import figure_of_ensemble

        _plot(figure_of_ensemble(answers, title=f"{worlds.name}, prior {text_of(prior)}"), plot_file)
    return report_ensemble(answers, asked, prior)


def _crossovers(
    worlds: ManyWorlds,
    over: str,
    low: float | None,
    high: float | None,
    prior: FormulaPrior,
    plot_file: str | None,
    *,
    by_verdict: bool,
) -> Report:
    """Ask for the crossovers in each world."""
    from mesaprior.cli.resume import read_crossed
    from mesaprior.inference.bayes.odds import contest_of
    from mesaprior.inference.provenance import prior_facts
    from mesaprior.inference.provenance import prior_text as text_of
    from mesaprior.inference.reports.crossings import report_crossings
    from mesaprior.inference.sweeps.axes import NOISE
    from mesaprior.inference.worlds.crossings import crossings

    contest = contest_of(by_verdict=by_verdict)
    asked = worlds.question(
        {"prior": prior_facts(prior, [over]), "noise": "varied" if over == NOISE else str(worlds.noise)}
    )
    asked |= {"crossover": {"parameter": over, "low": low, "high": high, "of": str(contest)}}
    ask = partial(crossings, prior=prior, over=over, low=low, high=high, by_verdict=by_verdict)
    found = worlds.ask(ask, asked, read_crossed)
    if plot_file:
        from mesaprior.inference.figures.ensemble import figure_of_crossings

        title = f"{worlds.name}, prior {text_of(prior, [over])}: where the odds of {contest} pass 0"
        _plot(figure_of_crossings(found, over, title=title), plot_file)
    return report_crossings(found, asked, prior, contest)


def _plot(figure: Figure, plot_file: str) -> None:
    from mesaprior.cli.report.figure import write_picture

    write_picture(figure, plot_file)


def _settings(name: str, settings: tuple[tuple[str, float], ...]) -> dict[str, int]:
    """Return all settings of the worlds."""
    from mesaprior.inference.worlds.worlds import settings_of_family

    return settings_of_family(name, whole_numbers(settings, "--set"))


def _n_actions(name: str, seed: int, settings: dict[str, int]) -> int:
    """Return the number of actions in the worlds of a family."""
    from mesaprior.inference.worlds.worlds import make_world

    return make_world(name, seed=seed, **settings).language.actions


def _prior(prior: FormulaPrior) -> FormulaPrior:
    """Return a prior that reads what is counted, and refuse another."""
    from mesaprior.hypotheses.terms.space import TermSpace

    check_columns(prior, TermSpace.name, TermSpace.columns)
    return prior


def _what_varies(
    text: str, prior_text: str, parameters: tuple[tuple[str, float], ...], n_actions: int
) -> tuple[str, float | None, float | None, FormulaPrior]:
    """Return what varies in a crossover, the ends of its range, and the prior.

    Raises
    ------
    UsageError
        If it is a price, or nothing says what range to look at.
    """
    from mesaprior.inference.crossovers.crossover import usual_range
    from mesaprior.inference.sweeps.axes import MAX_BITS, ROWS

    over, low, high = parse_over(text, "--crossover")
    if ":" in over:
        raise UsageError(
            f"--crossover {over[:60]!r}: every price of a token counts all worlds anew; look at one world, written by "
            "`mesaprior world log`, with `mesaprior crossover --over`."
        )
    usual = usual_range(over, n_actions)
    if low is None and usual is not None:
        low, high = usual
    if low is None and over not in (ROWS, MAX_BITS):
        raise UsageError(f"--crossover {over[:60]!r} needs a range; write {over[:60]}=0:10, for example.")
    return over, low, high, _prior(swept_prior(prior_text, parameters, {over: low or 0.0}, "--crossover"))
