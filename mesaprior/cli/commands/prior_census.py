"""`mesaprior prior compare` and `mesaprior prior depth`: what priors, and what is deep, make of one census."""

from __future__ import annotations

import json

import click

from mesaprior.cli.command import PRIOR, Command, headed_option
from mesaprior.cli.completion import FILE, PRIORS
from mesaprior.cli.options import (
    Parameter,
    SpaceOptions,
    format_option,
    noise_of,
    noise_option,
    other_log_option,
    prior_of,
    prior_options,
    priors_of,
    space_options,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.streams import print_csv


@click.command("compare", cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@headed_option(
    "--priors",
    "priors_text",
    type=PRIORS,
    metavar="A,B,C",
    heading=PRIOR,
    help="Priors by name, or formulas.  [default: uniform,simplicity,bounded,levin,s_fast; for networks "
    "uniform,simplicity,regularized]",
)
@headed_option(
    "--param",
    "parameters",
    type=Parameter(),
    multiple=True,
    heading=PRIOR,
    help="Set a parameter in all priors that have it; repeatable.",
)
@other_log_option
@reading_options(is_hidden=True)
@space_options
@noise_option
@tolerance_option
@format_option()
def compare_priors(
    source: str,
    priors_text: str | None,
    parameters: tuple[tuple[str, float], ...],
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    noise_text: str,
    tolerance: float,
    form: str,
) -> None:
    """Measure how far priors differ on one census.

    For each prior: who leads, by how much, and the effective number of programs under the posterior. For each pair:
    total variation before and after the log (0: the same, 1: nothing in common), the Kullback-Leibler divergence in
    bits both ways, and the rank correlation of the behaviours.

    \b
    Examples:
      mesaprior prior compare census/ --priors simplicity,levin,s_fast
      mesaprior prior compare corridor.csv --max-bits 24 --priors 'speed,2**-length/infer_time' --param alpha=2
    """
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior, space_name
    from mesaprior.hypotheses.registry import description
    from mesaprior.inference.comparison import compare
    from mesaprior.inference.result import json_number
    from mesaprior.inference.roles import ROLES

    priors_text = priors_text or description(space_name(source, asked)).compared
    priors, noise = priors_of(priors_text, parameters), noise_of(noise_text)
    for subject in priors:
        check_prior(subject, source, asked)
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    result = compare(question.census, question.log, priors, noise=noise, tolerance=tolerance)
    witness = question.census.witness
    if form == "table":
        from mesaprior.cli.report.posterior import render_comparison

        render_comparison(result, witness, has_lesions=question.space.has_lesions)
        return
    standings = [
        {
            "name": standing.name,
            "formula": subject.text,
            "parameters": dict(subject.parameters),
            "log2_odds": json_number(standing.log2_odds),
            "log2_odds_verdict": json_number(standing.log2_odds_verdict),
            "loses_at": standing.loses_at,
            "mass": {role: json_number(share) for role, share in zip(ROLES, standing.mass_by_role, strict=True)},
            "effective_programs": json_number(standing.effective_programs),
            "effective_behaviours": json_number(standing.effective_behaviours),
            "leader": None if standing.leader is None else witness[standing.leader],
            "leader_mass": json_number(standing.leader_mass),
        }
        for subject, standing in zip(priors, result.standings, strict=True)
    ]
    measures = ("total_variation_before", "total_variation", "kl", "kl_reverse", "rank_correlation")
    distances = [
        {"first": priors[distance.first].name, "second": priors[distance.second].name}
        | {name: json_number(getattr(distance, name)) for name in measures}
        for distance in result.distances
    ]
    if form == "json":
        facts = {"programs": question.census.n_programs, "behaviours": result.behaviours}
        click.echo(json.dumps(facts | {"priors": standings, "distances": distances}))
    else:
        print_csv(["first", "second", *measures], [list(distance.values()) for distance in distances])


@click.command("depth", cls=Command)
@click.argument("source", type=FILE, metavar="LOG_OR_CENSUS")
@click.option(
    "--significance",
    "significance_text",
    default="0,4,8,16",
    show_default=True,
    metavar="S,S,...",
    help="Bits by which a program may be longer than the shortest of its behaviour.",
)
@other_log_option
@reading_options(is_hidden=True)
@space_options
@prior_options
@noise_option
@click.option(
    "--top",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    metavar="K",
    help="How many leading behaviours to list.",
)
@format_option()
def depth(
    source: str,
    significance_text: str,
    other_log: str | None,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    top: int,
    form: str,
) -> None:
    """Give the logical depth of the leading behaviours.

    The depth of a behaviour at significance s is the least time of its programs that are at most s bits longer than
    its shortest (C. H. Bennett, 1988). A behaviour that stays slow at every significance is deep; one that a few more
    bits make fast is not. Depth does not depend on the prior: the prior and the log only choose which behaviours are
    listed.

    \b
    Example:
      mesaprior prior depth corridor.csv --max-bits 28 --significance 0,8,16
    """
    from mesaprior.cli.question import ask
    from mesaprior.cli.spaces import check_prior
    from mesaprior.errors import UsageError
    from mesaprior.inference.depth import logical_depth
    from mesaprior.inference.posterior import posterior
    from mesaprior.inference.result import json_number, top_behaviours
    from mesaprior.inference.roles import ROLES

    try:
        significance = [float(bits) for bits in significance_text.split(",")]
    except ValueError:
        raise UsageError(
            f"--significance {significance_text!r} is no list of numbers; write bits with commas, such as 0,4,8."
        ) from None
    subject, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    check_prior(subject, source, asked)
    question = ask(source, other_log=other_log, asked=asked, reading=reading, noise=noise)
    depths = logical_depth(question.census, significance)
    result = posterior(question.census, question.log, subject, noise=noise)
    leading = top_behaviours(result, question.census.witness, top)
    rows = [
        (
            question.census.witness[entry.behaviour],
            ROLES[result.role[entry.behaviour]],
            entry.mass,
            result.length[entry.behaviour].item(),
            depths[entry.behaviour].tolist(),
        )
        for entry in leading
    ]
    marks = [f"{bits:g}" for bits in significance]
    if form == "json":
        names = ("program", "role", "mass", "length", "depth")
        facts = [dict(zip(names, row, strict=True)) for row in rows]
        for fact, row in zip(facts, rows, strict=True):
            fact["mass"], fact["depth"] = json_number(row[2]), dict(zip(marks, row[4], strict=True))
        click.echo(json.dumps(facts))
    elif form == "csv":
        header = ["program", "role", "mass", "length", *(f"depth_{mark}" for mark in marks)]
        print_csv(header, [[program, role, mass, length, *steps] for program, role, mass, length, steps in rows])
    else:
        from mesaprior.cli.report.posterior import render_depths

        render_depths(rows, marks)
