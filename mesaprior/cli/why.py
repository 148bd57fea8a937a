"""`mesaprior why`: one program, taken apart."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.options import (
    format_option,
    language_of,
    language_option,
    noise_of,
    noise_option,
    prior_of,
    prior_options,
    tolerance_option,
)

if TYPE_CHECKING:
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.terms.meaning import Explanation


@click.command()
@click.argument("program")
@click.option("--log", "log_file", required=True, metavar="LOG", help="The log that the program is asked about.")
@language_option
@prior_options
@noise_option
@tolerance_option
@format_option("table", "json", "csv")
def why(
    program: str,
    log_file: str,
    language_file: str | None,
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    form: str,
) -> None:
    """Take one program apart: bits, steps, predictions, lesions, prior and likelihood.

    \b
    Example:
      mesaprior why '(argmax (eq (move p y) c))' --log corridor.csv --language corridor.toml
    """
    import numpy as np

    from mesaprior.hypotheses.log import read_log
    from mesaprior.hypotheses.terms.meaning import explain
    from mesaprior.hypotheses.terms.program import parse_program
    from mesaprior.inference.noise import log2_likelihood
    from mesaprior.inference.roles import ROLES, VERDICTS, judge

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    log = read_log(log_file)
    language = language_of(language_file, log)
    language.check_log(log)
    explanation = explain(parse_program(program, language, log), language, log)
    judgement = judge(_census_of_one(explanation, log, language.actions), log, tolerance=tolerance)
    columns = {
        name: np.array([getattr(explanation, name)], dtype=np.int64) for name in ("length", "time", "infer_time")
    }
    intact = explanation.predictions["intact"]
    hits = int((intact[: log.n_training] == log.action[: log.n_training]).sum())
    misses = log.n_training - hits
    tallies = (np.array([hits]), np.array([misses]), np.array([0]))
    facts: dict[str, Any] = {
        "program": explanation.text,
        "length": explanation.length,
        "time": explanation.time,
        "infer_time": explanation.infer_time,
        "role": ROLES[judgement.role[0]],
        "verdict": VERDICTS[judgement.verdict[0]],
        "flags": explanation.flags,
        "hits": hits,
        "misses": misses,
        "log2_prior": _finite(prior.log2_weight(columns)[0]),
        "log2_likelihood": _finite(log2_likelihood(noise, *tallies, language.actions)[0]),
        "tokens": [
            dict(zip(("text", "bits", "literal_bits", "steps"), token, strict=True)) for token in explanation.tokens
        ],
        "predictions": {name: actions.tolist() for name, actions in explanation.predictions.items()},
    }
    if form == "json":
        click.echo(json.dumps(facts, allow_nan=False))
    elif form == "csv":
        click.echo("row,split,action,rival,intact,search_inverted,learning_inverted")
        for row in _rows(explanation, log):
            click.echo(",".join("" if value is None else str(value) for value in row))
    else:
        _render(facts, explanation, log, prior_name=prior.name, noise_name=str(noise))


def _census_of_one(explanation: Explanation, log: ImitationLog, n_actions: int) -> Any:
    """Return a census of this program alone, every row a cell of its own."""
    import numpy as np

    from mesaprior.hypotheses.census import Census
    from mesaprior.hypotheses.texts import Texts

    columns = {name: np.array([getattr(explanation, name)]) for name in ("length", "time", "infer_time")}
    return Census(
        space="terms",
        n_actions=n_actions,
        predictions=explanation.predictions["intact"][None, :].astype(np.int16),
        flags=np.array([[int(flag) for flag in explanation.flags.values()]], dtype=np.uint8),
        witness=Texts.of([explanation.text]),
        behaviour_id=np.zeros(1, dtype=np.int64),
        columns=columns,
        count=np.ones(1, dtype=np.uint64),
        row_cell=np.arange(log.n_rows),
    )


def _finite(value: Any) -> float | str:
    """Return a number for JSON; the logarithm of 0 is the string "-inf"."""
    return float(value) if abs(float(value)) != float("inf") else str(float(value))


def _rows(explanation: Explanation, log: ImitationLog) -> list[tuple[Any, ...]]:
    """Return for each row: number, split, action, rival (None where there is none) and the three predictions."""
    from mesaprior.hypotheses.log import NONE, SPLITS

    predictions = list(zip(*(actions.tolist() for actions in explanation.predictions.values()), strict=True))
    return [
        (
            row,
            SPLITS[log.split[row]],
            *(None if value == NONE else int(value) for value in (log.action[row], log.rival[row])),
            *predictions[row],
        )
        for row in range(log.n_rows)
    ]


def _render(
    facts: dict[str, Any], explanation: Explanation, log: ImitationLog, *, prior_name: str, noise_name: str
) -> None:
    from rich.table import Table

    from mesaprior.cli.render import console

    out = console()
    out.print(facts["program"], style="bold", markup=False)
    out.print(f"{facts['role']}, {facts['verdict']} · {facts['length']} bits · {facts['time']:,} steps "
              f"({facts['infer_time']:,} once fitted)", markup=False)  # fmt: skip
    out.print(
        f"log2 prior {_short(facts['log2_prior'])} ({prior_name}) · {facts['hits']} hits and {facts['misses']} misses "
        f"in training: log2 likelihood {_short(facts['log2_likelihood'])} (noise {noise_name})",
        markup=False,
    )
    raised = [
        name.replace("_", " on ").replace("train", "training rows").replace("later", "later rows")
        for name, on in facts["flags"].items()
        if on
    ]
    out.print(f"Turning it upside down changes: {', '.join(raised) or 'nothing, so it imitates'}.", markup=False)
    tokens = Table(title="Tokens", title_justify="left")
    for name in ("token", "bits", "literal bits", "steps"):
        tokens.add_column(name, justify="left" if name == "token" else "right", overflow="fold")
    for text, bits, literal_bits, steps in explanation.tokens:
        tokens.add_row(text, str(bits), str(literal_bits or ""), str(steps))
    out.print(tokens)
    table = Table(title="Predictions, each distinct row once", title_justify="left")
    for name in (*log.features, "split", "action", "rival", "predicts", "search inverted", "learning inverted"):
        table.add_column(name, justify="right")
    for values, style in _distinct_rows(explanation, log):
        table.add_row(*values, style=style)
    out.print(table)


def _distinct_rows(explanation: Explanation, log: ImitationLog) -> list[tuple[list[str], str]]:
    """Return each distinct row as text, with a style that marks misses; lesions are shown where they differ."""
    seen: dict[tuple[str, ...], str] = {}
    for row, (_, split, action, rival, intact, *lesions) in enumerate(_rows(explanation, log)):
        situation = [str(value) for value in log.situations[log.row_situation[row]].tolist()]
        shown = [str(lesion) if lesion != intact else "" for lesion in lesions]
        texts = [
            *situation,
            split,
            "" if action is None else str(action),
            "" if rival is None else str(rival),
            str(intact),
            *shown,
        ]
        seen.setdefault(tuple(texts), "red" if action is not None and action != intact else "")
    return [(list(texts), style) for texts, style in seen.items()]


def _short(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:.3f}"
