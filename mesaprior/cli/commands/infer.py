"""`mesaprior infer`: the posterior over the programs of a log or a census."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from mesaprior.cli.command import Command
from mesaprior.cli.completion import FILE
from mesaprior.cli.family import family_option
from mesaprior.cli.goals import GoalOptions, goal_options
from mesaprior.cli.infer_request import InferRequest
from mesaprior.cli.memorizer import MemorizerOptions, memorizer_options
from mesaprior.cli.options import (
    SpaceOptions,
    checkpoints_option,
    format_option,
    is_noiseless,
    max_memory_option,
    noise_of,
    noise_option,
    other_log_option,
    plot_option,
    prior_of,
    prior_options,
    space_options,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.report import show
from mesaprior.errors import UsageError

if TYPE_CHECKING:
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.report import Report
    from mesaprior.inference.request import Question, Request


@dataclass(frozen=True)
class Additions:
    """The questions about one log in addition to its posterior.

    Attributes
    ----------
    goals : GoalOptions
    memorizer : MemorizerOptions
    is_family : bool
        Whether near-by languages are asked, too.
    is_predicting : bool
        Whether predictions for later rows are reported.
    """

    goals: GoalOptions
    memorizer: MemorizerOptions
    is_family: bool
    is_predicting: bool

    def check(self, asked: InferRequest, form: str) -> None:
        """Refuse what can be refused before anything is counted.

        Raises
        ------
        UsageError
            If something does not go with other options, or the prior reads what a table does not have.
        """
        outside_csv = ["--memorizer"] * (self.memorizer.features is not None) + ["--family"] * self.is_family
        if asked.reading.columns.by:
            for option in (*outside_csv, *["--predict"] * self.is_predicting, *self.goals.given):
                raise UsageError(f"{option} is about one log, and --by asks about many people; leave one of them out.")
        if form == "csv":
            for option in outside_csv:
                raise UsageError(
                    f"{option} has no place in the CSV of masses; take --format json or table, or leave it out."
                )
        if self.memorizer.features is not None:
            from mesaprior.inference.memorizer.memorizer import check_prior_of_tables

            check_prior_of_tables(asked.prior)


@click.command(cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@other_log_option
@reading_options()
@space_options
@prior_options
@noise_option
@tolerance_option
@max_memory_option
@click.option(
    "--top",
    type=click.IntRange(min=0),
    default=10,
    show_default=True,
    metavar="K",
    help="How many leading behaviours to list.",
)
@checkpoints_option
@plot_option("Plot the posterior against the number of training rows")
@goal_options
@memorizer_options
@family_option
@click.option(
    "--predict",
    "is_predicting",
    is_flag=True,
    help="Print the predictions for each later row, in the labels of the log.",
)
@format_option()
def infer(
    source: str,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    top: int,
    checkpoints: int | Literal["all"] | None,
    max_bytes: int | None,
    plot_file: str | None,
    goals: GoalOptions,
    memorizer: MemorizerOptions,
    is_family: bool,
    is_predicting: bool,
    form: str,
) -> None:
    """Find who holds the posterior after each training row.

    Counts every program of the language up to a length, weighs the programs by the prior, and updates on the training
    rows of the log. Reports whether imitators or optimizers hold the posterior, and what the leading programs do on
    later rows. Other spaces, such as the Turing machines of --space turing, have no roles: there the report is whether
    faithful or defecting programs hold the posterior.

    LOG_OR_CENSUS is a table of choices (.csv, .tsv, .txt or .parquet, or - for standard input) with one row per
    decision, or a folder that `mesaprior census` wrote, which answers at once. With --by, each person gets a posterior.

    \b
    Examples:
      mesaprior infer corridor.csv --language corridor.toml --max-bits 28
      mesaprior infer corridor.csv --prior speed --param alpha=2 --noise 0.05 --format json
      mesaprior infer corridor.csv --space turing --states 1-3
      mesaprior infer corridor.csv --language corridor.toml --max-bits 24 --family
      mesaprior infer corridor.csv --language corridor.toml --utility '(eq (move p y) c)'
      mesaprior infer corridor.csv --language corridor.toml --memorizer p,c
    """
    from mesaprior.cli.spaces import check_prior

    request = InferRequest(
        source=source,
        other_log=other_log,
        space=asked,
        reading=reading,
        prior=prior_of(prior_text, parameters),
        noise=noise_of(noise_text),
        tolerance=tolerance,
        top=top,
        plot_file=plot_file,
        checkpoints=checkpoints,
        max_bytes=max_bytes,
    )
    check_prior(request.prior, source, asked)
    additions = Additions(goals, memorizer, is_family, is_predicting)
    additions.check(request, form)
    show(_report_on_people(request) if reading.columns.by else _report_on_log(request, additions), form)


def _report_on_log(asked: InferRequest, additions: Additions) -> Report:
    """Answer about one log, with whatever else was asked of it."""
    from mesaprior.cli.progress import phase
    from mesaprior.cli.question import ask
    from mesaprior.cli.steps import steps_from_posterior
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.reports.joined import joined
    from mesaprior.inference.reports.posterior import report_posterior

    question = ask(
        asked.source,
        other_log=asked.other_log,
        asked=asked.space,
        reading=asked.reading,
        noise=asked.noise,
        max_bytes=asked.max_bytes,
        check=additions.memorizer.check,
    )
    analysis = Analysis(
        question.census,
        question.log,
        asked.prior,
        asked.noise,
        asked.tolerance,
        space=question.space,
        checkpoints=asked.checkpoints,
    )
    with phase("Weighing the programs"):
        found = analysis.posterior
    report = report_posterior(
        question,
        found,
        prior=asked.prior,
        noise=asked.noise,
        tolerance=asked.tolerance,
        top=asked.top,
    )
    others = _additional_reports(additions, question, analysis, asked.top)
    if asked.plot_file is not None:
        from mesaprior.cli.report.figure import write_picture
        from mesaprior.inference.figures.posterior import figure_of_posterior

        write_picture(figure_of_posterior(analysis.partition, analysis.title), asked.plot_file)
    _warn_of_noise(asked, question)
    return joined([report, *others]).with_steps(steps_from_posterior(question, analysis.posterior, asked))


def _additional_reports(additions: Additions, question: Question, analysis: Analysis, top: int) -> list[Report]:
    """Return the reports that follow the posterior, in order."""
    from mesaprior.cli.goals import goals_of
    from mesaprior.cli.memorizer import memorizer_of

    reports: list[Report] = []
    if additions.is_predicting:
        from mesaprior.inference.reports.predictions import report_predictions

        reports.append(report_predictions(question, analysis.posterior))
    goals = goals_of(additions.goals, question, analysis)
    if goals is not None:
        from mesaprior.inference.reports.goals import report_goals

        reports.append(report_goals(goals, question, analysis.posterior, top=top))
    memorizer = memorizer_of(additions.memorizer, question, analysis)
    if memorizer is not None:
        from mesaprior.inference.reports.memorizer import report_memorizer

        reports.append(report_memorizer(memorizer, question.log))
    if additions.is_family:
        from mesaprior.cli.family import family_of_question
        from mesaprior.inference.reports.family import report_family

        reports.append(report_family(family_of_question(analysis, question.space), question.space))
    return reports


def _report_on_people(asked: InferRequest) -> Report:
    """Answer for each person, and for all together."""
    from mesaprior.cli.people import ask_people
    from mesaprior.cli.steps import steps_from_people
    from mesaprior.inference.provenance import prior_text
    from mesaprior.inference.reports.people import report_people

    answer = ask_people(asked)
    _warn_of_noise(asked, answer.about)
    if asked.plot_file is not None:
        from mesaprior.cli.report.figure import write_picture
        from mesaprior.inference.figures.people import figure_of_people

        title = f"{Path(answer.log.source).stem}, prior {prior_text(asked.prior)}"
        write_picture(figure_of_people(answer, title), asked.plot_file)
    report = report_people(
        answer,
        asked.reading.columns.by,
        prior=asked.prior,
        noise=asked.noise,
        tolerance=asked.tolerance,
        top=asked.top,
    )
    return report.with_steps(steps_from_people(answer.about, asked))


def _warn_of_noise(asked: InferRequest, about: Request) -> None:
    """Say what a noise of 0 rules out: whatever must err before it learns."""
    if is_noiseless(asked.noise) and about.language is not None and about.language.has("fit"):
        from mesaprior.inference.bayes.roles import LEARNER, PLANNER_LEARNER, ROLES

        names = f"{ROLES[LEARNER]}s and {ROLES[PLANNER_LEARNER]}s"
        click.echo(
            f"Note: with noise 0, {names} that must err before they learn are ruled out; a noise above 0 keeps them.",
            err=True,
        )
