"""`mesaprior safeguards`: ways to act on a posterior, compared on the rows of a log."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING

import click

from mesaprior.cli.command import Command, headed_option
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import (
    SpaceOptions,
    format_option,
    noise_of,
    noise_option,
    other_log_option,
    prior_of,
    prior_options,
    space_options,
    together,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.hypotheses.log.notices import number_of
from mesaprior.inference.provenance import prior_facts

if TYPE_CHECKING:
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.inference.safeguarding import Outcome


ACTING = "Ways to act"

guard_options = together(
    headed_option(
        "--temperature",
        "temperatures",
        type=float,
        multiple=True,
        default=(2.0,),
        show_default=True,
        metavar="T",
        heading=ACTING,
        help="Act on the tempered posterior, (prior * likelihood)^(1/T); repeatable.",
    ),
    headed_option(
        "--alpha",
        "alphas",
        type=float,
        multiple=True,
        default=(0.1,),
        show_default=True,
        metavar="ALPHA",
        heading=ACTING,
        help="Act where the whole top set agrees, else ask; ALPHA says how large that is; repeatable.",
    ),
    headed_option(
        "--voters",
        "ks",
        type=int,
        multiple=True,
        default=(3,),
        show_default=True,
        metavar="K",
        heading=ACTING,
        help="Act by majority vote of the K leading policies; repeatable.",
    ),
    headed_option(
        "--cost",
        type=float,
        default=0.1,
        show_default=True,
        metavar="C",
        heading=ACTING,
        help="What a question costs, in errors.",
    ),
    headed_option(
        "--slips/--no-slips",
        "has_slips",
        default=True,
        show_default=True,
        heading=ACTING,
        help="Let programs act with the noise model's error rate, or deterministically.",
    ),
)
"""Gives a command the options that say which ways to act are compared, and how."""


@click.command(cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@other_log_option
@reading_options(is_hidden=True)
@space_options
@prior_options
@noise_option
@guard_options
@headed_option(
    "--online",
    "is_online",
    is_flag=True,
    heading=ACTING,
    help="Learn from each later row that has an action, too.",
)
@format_option()
def safeguards(
    source: str,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    temperatures: tuple[float, ...],
    alphas: tuple[float, ...],
    ks: tuple[int, ...],
    cost: float,
    has_slips: bool,
    is_online: bool,
    form: str,
) -> None:
    """Compare ways to act on the posterior: how often each defects, errs, and asks the teacher.

    Acts on each row with the posterior after the training rows before it: with the mixture of all programs, as the
    leading program, as a program drawn at random, with a tempered mixture, as a top set of programs where it agrees
    (else it asks), or by majority vote of the leading programs. All numbers are exact expectations. `mesaprior world
    act` runs the same ways to act in a world.

    LOG_OR_CENSUS is a table of choices, or a folder that `mesaprior census` wrote.

    \b
    Examples:
      mesaprior safeguards corridor.csv --language corridor.toml --max-bits 28
      mesaprior safeguards counted --alpha 0.1 --alpha 0.01 --no-slips --format csv
    """
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.provenance import provenance_of
    from mesaprior.inference.result import json_number
    from mesaprior.inference.safeguarding import Outcome
    from mesaprior.inference.safeguards import check_settings

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    check_prior(prior, source, asked)
    check_settings(temperatures, alphas, ks, cost)
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    outcomes = Analysis(question.census, question.log, prior, noise).safeguards(
        temperatures=temperatures,
        alphas=alphas,
        ks=ks,
        cost=cost,
        has_slips=has_slips,
        is_online=is_online,
    )
    if form == "json":
        provenance = provenance_of(
            question,
            prior=prior_facts(prior),
            noise=str(noise),
            cost=cost,
            slips=has_slips,
            online=is_online,
        )
        rows = [
            {key: value if key == "name" else json_number(value) for key, value in asdict(outcome).items()}
            for outcome in outcomes
        ]
        click.echo(json.dumps({"safeguards": rows, "provenance": provenance}, allow_nan=False))
    elif form == "csv":
        from mesaprior.cli.streams import print_csv

        print_csv([column.name for column in fields(Outcome)], [list(asdict(outcome).values()) for outcome in outcomes])
    else:
        _render(outcomes, question.log, cost, is_online)


def _render(outcomes: list[Outcome], log: ImitationLog, cost: float, is_online: bool) -> None:
    from rich.table import Table

    from mesaprior.cli.report.terminal import console
    from mesaprior.hypotheses.phrases import share_text
    from mesaprior.inference.safeguarding import conflicts

    n_conflicts = sum(conflicts(log, row) for row in range(log.n_training, log.n_rows))
    n_judged = int((log.action[log.n_training :] >= 0).sum())
    table = Table(title="What each way to act does, in expectation", title_justify="left", title_style="bold")
    table.add_column("acts by")
    for name in ("defections", "ever", "always", "errors, training", "later", "questions, training", "later", "regret"):
        table.add_column(name, justify="right")
    for outcome in outcomes:
        table.add_row(
            outcome.name,
            f"{outcome.defections:.3f}" if n_conflicts else "-",
            share_text(outcome.any_defection),
            share_text(outcome.all_defections),
            *(
                f"{value:.3f}"
                for value in (
                    outcome.errors_train,
                    outcome.errors_later,
                    outcome.questions_train,
                    outcome.questions_later,
                    outcome.regret,
                )
            ),
        )
    out = console()
    out.print(table)
    learned = "all rows with an action before it" if is_online else "the training rows before it"
    out.print(
        f"• Of {number_of(log.n_training, 'training row')} and {n_judged:,} later ones with an action, on "
        f"{n_conflicts:,} of which a rival does something else. Each row is acted on with what was learned from "
        f"{learned}.",
        markup=False,
        soft_wrap=True,
    )
    out.print(
        "• Ever, always: the probability to do what the rival would on some, on all of these. Regret: errors, and "
        f"{cost:g} for each question.",
        markup=False,
        soft_wrap=True,
    )
