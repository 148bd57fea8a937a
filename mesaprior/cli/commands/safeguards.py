"""`mesaprior safeguards`: ways to act on a posterior, compared on the rows of a log."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import Command, headed_option
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import (
    F,
    SpaceOptions,
    format_option,
    noise_of,
    noise_option,
    other_log_option,
    plot_option,
    prior_of,
    prior_options,
    space_options,
    together,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.report import show

if TYPE_CHECKING:
    from mesaprior.inference.safeguards.outcomes import Outcome

ACTING = "Ways to act"


@dataclass(frozen=True)
class Ways:
    """Which ways to act are compared, and how.

    Attributes
    ----------
    temperatures, alphas, ks, cost, has_slips
        As of `safeguards_on`.
    """

    temperatures: tuple[float, ...]
    alphas: tuple[float, ...]
    ks: tuple[int, ...]
    cost: float
    has_slips: bool

    def check(self) -> None:
        """Refuse numbers that are out of range, before anything is counted."""
        from mesaprior.inference.safeguards.ways import check_settings

        check_settings(self.temperatures, self.alphas, self.ks, self.cost)


_options = together(
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


def guard_options(function: F) -> F:
    """Give a command the options that say which ways to act are compared, and how, as one argument `ways`."""

    @wraps(function)
    def with_ways(*arguments: Any, **others: Any) -> Any:
        ways = Ways(**{field.name: others.pop(field.name) for field in fields(Ways)})
        return function(*arguments, ways=ways, **others)

    decorated: Callable[..., Any] = _options(with_ways)
    return decorated  # type: ignore[return-value]


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
@plot_option("Plot regret and defections")
@format_option()
def safeguards(
    source: str,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    ways: Ways,
    is_online: bool,
    plot_file: str | None,
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
    from mesaprior.cli.progress import progress
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior
    from mesaprior.hypotheses.log.notices import number_of
    from mesaprior.inference.analysis import Analysis
    from mesaprior.inference.provenance import prior_text as text_of
    from mesaprior.inference.reports.safeguards import report_safeguards

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    check_prior(prior, source, asked)
    ways.check()
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    analysis = Analysis(question.census, question.log, prior, noise)
    with progress(f"Acting on {number_of(question.log.n_rows, 'row')}", question.log.n_rows) as report:
        outcomes = analysis.safeguards(**asdict(ways), is_online=is_online, report=report)
    if plot_file:
        asked_text = f"{Path(question.log.source).stem}, prior {text_of(prior)}, noise {noise}"
        _plot(outcomes, ways.cost, f"{asked_text}: what each way to act does", plot_file)
    told = report_safeguards(
        question, outcomes, prior=prior, noise=noise, cost=ways.cost, has_slips=ways.has_slips, is_online=is_online
    )
    show(told, form)


def _plot(outcomes: list[Outcome], cost: float, title: str, plot_file: str) -> None:
    from mesaprior.cli.report.figure import write_picture
    from mesaprior.inference.figures.safeguards import figure_of_safeguards

    write_picture(figure_of_safeguards(outcomes, cost=cost, title=title), plot_file)
