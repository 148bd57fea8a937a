"""`mesaprior why`: one program, taken apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

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
from mesaprior.errors import UsageError
from mesaprior.hypotheses import registry
from mesaprior.hypotheses.log.notices import printable
from mesaprior.priors.columns import check_columns

if TYPE_CHECKING:
    import numpy as np

    from mesaprior.hypotheses.explained import Explained
    from mesaprior.hypotheses.log import ImitationLog


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
    import numpy as np

    from mesaprior.cli.progress import progress
    from mesaprior.cli.reading import read_asked
    from mesaprior.inference.noise import log2_likelihood
    from mesaprior.inference.roles import ROLES, VERDICTS, judge

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    described = registry.description(asked.space or registry.USUAL)
    for option in asked.given:
        if option not in described.program_option_names:
            raise UsageError(f"{option} does not go with a program of --space {described.name}; leave it out.")
    check_columns(prior, described.name, described.columns)
    log = read_asked(log_file, reading, asked.get("--language"))
    explained = described.explain(program, log, asked.given, progress)
    census = _census_of_one(explained, log)
    judgement = judge(census, log, tolerance=tolerance)
    hits, misses, abstained = _tallies(explained, log)
    tallies = (np.array([hits]), np.array([misses]), np.array([abstained]))
    log2_chance = log2_likelihood(noise, *tallies, explained.n_actions)[0]
    facts: dict[str, Any] = {
        "program": explained.program,
        **explained.columns,
        "role": ROLES[judgement.role[0]],
        "verdict": VERDICTS[judgement.verdict[0]],
        "flags": explained.flags,
        **({"changes": explained.changes} if explained.changes else {}),
        "hits": hits,
        "misses": misses,
        "abstained": abstained,
        "log2_prior": _finite(prior.log2_weight(census.columns)[0]),
        "log2_likelihood": _finite(log2_chance),
        **explained.parts,
        "predictions": {name: _actions(actions) for name, actions in explained.predictions.items()},
    }
    if form == "json":
        click.echo(json.dumps(facts, allow_nan=False))
    elif form == "csv":
        from mesaprior.cli.streams import print_csv

        print_csv(("row", "split", "action", "rival", *explained.predictions), _rows(explained, log))
    else:
        _render(facts, explained, log, prior_name=prior.name, noise_name=str(noise))


def _options_of_a_log() -> list[str]:
    """Return the options that were given and are about a log."""
    context = click.get_current_context()
    return [
        parameter.opts[0]
        for parameter in context.command.params
        if parameter.name in ("log_file", "prior_text", "parameters", "noise_text", "tolerance")
        and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE
    ]


def _census_of_one(explained: Explained, log: ImitationLog) -> Any:
    """Return a census of this program alone, every row a cell of its own."""
    import numpy as np

    from mesaprior.hypotheses.census import Census
    from mesaprior.hypotheses.texts import Texts

    return Census(
        space="",
        n_actions=explained.n_actions,
        predictions=explained.predictions["intact"][None, :].astype(np.int16),
        flags=np.array([[int(flag) for flag in explained.flags.values()]], dtype=np.uint8),
        witness=Texts.of([explained.program]),
        behaviour_id=np.zeros(1, dtype=np.int64),
        columns={name: np.array([value]) for name, value in explained.columns.items()},
        count=np.ones(1, dtype=np.uint64),
        row_cell=np.arange(log.n_rows),
    )


def _tallies(explained: Explained, log: ImitationLog) -> tuple[int, int, int]:
    """Return the hits, misses and abstentions in training."""
    from mesaprior.hypotheses.census import ABSTAIN

    predicted = explained.predictions["intact"][: log.n_training]
    hits = int((predicted == log.action[: log.n_training]).sum())
    abstained = int((predicted == ABSTAIN).sum())
    return hits, log.n_training - hits - abstained, abstained


def _finite(value: Any) -> float | str:
    """Return a number for JSON; the logarithm of 0 is the string "-inf"."""
    return float(value) if abs(float(value)) != float("inf") else str(float(value))


def _actions(actions: np.ndarray) -> list[int | None]:
    """Return actions as plain data, None where there is none."""
    from mesaprior.hypotheses.census import ABSTAIN

    return [None if action == ABSTAIN else action for action in actions.tolist()]


def _rows(explained: Explained, log: ImitationLog) -> list[tuple[Any, ...]]:
    """Return for each row: number, split, action, rival (empty where there is none) and the predictions."""
    from mesaprior.hypotheses.log import NONE, SPLITS

    predictions = zip(*map(_actions, explained.predictions.values()), strict=True)
    return [
        (
            row,
            SPLITS[log.split[row]],
            *("" if value == NONE else int(value) for value in (log.action[row], log.rival[row])),
            *("-" if action is None else action for action in predicted),
        )
        for row, predicted in enumerate(predictions)
    ]


def _render(
    facts: dict[str, Any], explained: Explained, log: ImitationLog, *, prior_name: str, noise_name: str
) -> None:
    from rich.table import Table

    from mesaprior.cli.render_explained import as_rich
    from mesaprior.cli.report.terminal import console

    out = console()
    out.print(facts["program"], style="bold", markup=False)
    out.print(explained.headline(facts["role"], facts["verdict"]), markup=False)
    abstained = f" and {facts['abstained']} abstentions" if facts["abstained"] else ""
    out.print(
        f"log2 prior {_short(facts['log2_prior'])} ({prior_name}) · {facts['hits']} hits and {facts['misses']} misses"
        f"{abstained} in training: log2 likelihood {_short(facts['log2_likelihood'])} (noise {noise_name})",
        markup=False,
    )
    for line in explained.lines:
        out.print(line, markup=False)
    for table in explained.tables:
        out.print(as_rich(table))
    table = Table(title="Predictions, each distinct row once", title_justify="left")
    own_names = {name.removesuffix("_train") for name in explained.changes}
    others = [name if name in own_names else name.replace("_", " ") for name in explained.predictions][1:]
    for name in (*log.features, "split", "action", "rival", "predicts", *others):
        table.add_column(name, justify="right")
    for values, style in _distinct_rows(explained, log):
        table.add_row(*values, style=style)
    out.print(table)


def _distinct_rows(explained: Explained, log: ImitationLog) -> list[tuple[list[str], str]]:
    """Return each distinct row as text, with a style that marks misses; other variants are shown where they differ."""

    def label(action: Any) -> str:
        return printable(log.label("action", action)) if isinstance(action, int) else str(action)

    seen: dict[tuple[str, ...], str] = {}
    for row, (_, split, action, rival, intact, *others) in enumerate(_rows(explained, log)):
        values = log.situations[log.row_situation[row]].tolist()
        situation = [printable(log.label(name, value)) for name, value in zip(log.features, values, strict=True)]
        shown = [label(other) if other != intact else "" for other in others]
        texts = (*situation, split, *map(label, (action, rival, intact)), *shown)
        seen.setdefault(texts, "red" if action not in ("", intact) else "")
    return [(list(texts), style) for texts, style in seen.items()]


def _short(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3f}"
