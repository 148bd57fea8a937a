"""`mesaprior why`: one program, taken apart."""

from __future__ import annotations

import click
from click.core import ParameterSource

from mesaprior.cli.command import LOG, Command, headed_option
from mesaprior.cli.completion import FILE
from mesaprior.cli.options import (
    SpaceOptions,
    format_option,
    noise_of,
    noise_option,
    prior_of,
    prior_options,
    some_space_options,
    tolerance_option,
)
from mesaprior.cli.reading import ReadingOptions, reading_options
from mesaprior.cli.report import show
from mesaprior.errors import UsageError
from mesaprior.hypotheses import registry
from mesaprior.priors.columns import check_columns


@click.command(cls=Command)
@click.argument("program")
@headed_option(
    "--log", "log_file", type=FILE, metavar="LOG", heading=LOG, help="The log that the program is asked about."
)
@headed_option(
    "--blank",
    is_flag=True,
    heading=LOG,
    help="With --space turing: run the machine on a blank tape instead, for at most 10^8 steps, or --max-time.",
)
@reading_options(is_hidden=True)
@some_space_options(registry.options_of_programs())
@prior_options
@noise_option
@tolerance_option
@format_option()
def why(
    program: str,
    log_file: str | None,
    blank: bool,
    asked: SpaceOptions,
    reading: ReadingOptions,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    form: str,
) -> None:
    """Take one program apart: bits, steps, predictions, lesions, prior and likelihood.

    For a Turing machine it shows, in every situation, how many steps the machine takes, which cells it visits, and how
    it halts or why it never does; for a circuit the value of every gate; for a network the weighted sum of every unit;
    for a generator the circuit of each size. A machine may be written as 1RB1LB_1LA1-H or as 1RB1LB_1LA1RZ.

    \b
    Examples:
      mesaprior why '(argmax (eq (move p y) c))' --log corridor.csv --language corridor.toml
      mesaprior why 1RB0-H_0LA1-H --log corridor.csv --space turing
      mesaprior why 1RB1LC_1RC1RB_1RD0LE_1LA1LD_1RZ0LA --space turing --blank
      mesaprior why 'g1=x1&x2; 1 g1' --log corridor.csv --space circuits --encoding binary
      mesaprior why 'h(1 -1 | 0) h(-1 1 | 0) -> o(1 1 | 0)' --log bits.csv --space networks
      mesaprior why '(add k 1)' --log parity.csv --space generators
    """
    if blank:
        from mesaprior.cli.commands.blank_tape import explain_on_blank

        explain_on_blank(program, asked, _options_of_a_log(), form)
        return
    if log_file is None:
        raise UsageError(
            "--log is missing; give the log that the program is asked about, or --blank for a machine on a blank tape."
        )
    from mesaprior.cli.progress import progress
    from mesaprior.cli.reading import read_asked
    from mesaprior.inference.bayes.assessment import assess
    from mesaprior.inference.reports.explained import report_explained

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    described = registry.description(asked.space or registry.USUAL)
    for option in asked.given:
        if option not in described.program_option_names:
            raise UsageError(f"{option} does not go with a program of --space {described.name}; leave it out.")
    check_columns(prior, described.name, described.columns)
    log = read_asked(log_file, reading, asked.get("--language"))
    explained = described.explain(program, log, asked.given, progress)
    show(report_explained(assess(explained, log, prior, noise, tolerance)), form)


def _options_of_a_log() -> list[str]:
    """Return the options that were given and are about a log."""
    context = click.get_current_context()
    return [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name in ("log_file", "prior_text", "parameters", "noise_text", "tolerance")
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    ]
