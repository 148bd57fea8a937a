"""`mesaprior ensemble`: one question asked of many worlds."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.options import (
    LONGEST,
    Parameter,
    check_columns,
    format_option,
    noise_of,
    noise_option,
    prior_facts,
    prior_of,
    prior_options,
    tolerance_option,
    whole_numbers,
)
from mesaprior.cli.streams import print_csv
from mesaprior.errors import UsageError

if TYPE_CHECKING:
    from mesaprior.inference.worlds.ensemble import Answer, Spread

MOST_SEEDS = 100_000
"""Worlds that can be asked at once."""


class Seeds(click.ParamType):
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


@click.command()
@click.argument("name", metavar="NAME")
@click.option("--seeds", type=Seeds(), default="0:32", show_default=True, help="Seeds of the worlds.")
@click.option(
    "--max-bits",
    type=click.IntRange(1, LONGEST),
    default=24,
    show_default=True,
    metavar="B",
    help="Count every program of at most B bits.",
)
@click.option(
    "--set",
    "settings",
    type=Parameter(),
    multiple=True,
    help="A setting of the worlds (`mesaprior world list`); repeatable.",
)
@prior_options
@noise_option
@tolerance_option
@click.option(
    "--keep", metavar="FILE.jsonl", help="Write each answer there as soon as it is there; go on from what there is."
)
@click.option(
    "--workers",
    type=click.IntRange(min=1),
    default=None,
    metavar="W",
    help="Worlds at a time; as many as there are cores where not given. The answers do not depend on it.",
)
@format_option("table", "csv", "json")
def ensemble(
    name: str,
    seeds: range,
    max_bits: int,
    settings: tuple[tuple[str, float], ...],
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    noise_text: str,
    tolerance: float,
    keep: str | None,
    workers: int | None,
    form: str,
) -> None:
    """Ask many worlds one question, and say how the answers are spread.

    Draws a world of a family for each seed, counts every program of its language up to a length, and updates the prior
    on its log, as `mesaprior infer` does. Says in how many worlds optimizers lead imitators, and defecting programs
    faithful ones, and by how much.

    \b
    Examples:
      mesaprior ensemble corridor --seeds 0:32 --max-bits 24
      mesaprior ensemble overseer --set unwatched=2 --prior levin --format csv
    """
    from mesaprior.cli.progress import progress
    from mesaprior.hypotheses.terms.space import TermSpace
    from mesaprior.inference.worlds.ensemble import ensemble as answers_of
    from mesaprior.inference.worlds.worlds import settings_of_family

    prior, noise = prior_of(prior_text, parameters), noise_of(noise_text)
    check_columns(prior, TermSpace.name, TermSpace.columns)
    chosen = settings_of_family(name, whole_numbers(settings, "--set"))
    question = {
        "world": name,
        "settings": chosen,
        "max_bits": max_bits,
        "prior": prior_facts(prior),
        "noise": str(noise),
        "tolerance": tolerance,
        "versions": _versions(),
    }
    kept = Kept(keep, question) if keep else None
    answers: dict[int, Answer] = dict(kept.answers) if kept else {}
    missing = [seed for seed in seeds if seed not in answers]
    if len(missing) < len(seeds):
        click.echo(f"{len(seeds) - len(missing)} of {len(seeds)} worlds were asked already.", err=True)
    n_workers = _fitting_workers(name, missing[0], chosen, max_bits, workers or os.cpu_count() or 1) if missing else 1
    with progress(f"Asking {len(missing)} worlds", len(missing)) as report:
        for answer in answers_of(
            name,
            missing,
            chosen,
            prior,
            max_bits=max_bits,
            noise=noise,
            tolerance=tolerance,
            workers=n_workers,
        ):
            answers[answer.seed] = answer
            if kept:
                kept.add(answer)
            report(1)
    _print([answers[seed] for seed in seeds], question, form)


class Kept:
    """A file of answers to one question, which grows by a line an answer; the first line is the question.

    Parameters
    ----------
    path : str
    question : dict
        All that the answers depend on but the seed.

    Raises
    ------
    UsageError
        If the file holds anything else, or answers to another question.
    """

    def __init__(self, path: str, question: dict[str, Any]):
        self._path = Path(path)
        self.answers: dict[int, Answer] = {}
        head = json.dumps(question, sort_keys=True)
        text = self._path.read_text(encoding="utf-8", errors="replace") if self._path.exists() else ""
        # What follows the last end of a line was being written when something stopped it.
        lines = text[: text.rfind("\n") + 1].splitlines()
        if (lines and lines[0] != head) or (not lines and not head.startswith(text)):
            raise UsageError(
                f"--keep {path}: the file holds something else than answers to this question by this version; name "
                "another, or remove it."
            )
        for number, line in enumerate(lines[1:], 2):
            answer = _answer_of(line)
            if answer is None:
                raise UsageError(
                    f"--keep {path}, line {number}: this is no answer; remove the line, or name another file."
                )
            self.answers[answer.seed] = answer
        whole = "".join(f"{line}\n" for line in (lines or [head]))
        if whole != text:
            begun = self._path.with_name(f"{self._path.name}.new")
            begun.write_text(whole, encoding="utf-8")
            begun.replace(self._path)

    def add(self, answer: Answer) -> None:
        """Write one more answer; JSON here has NaN and Infinity, as Python reads and writes them."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(vars(answer)) + "\n")


def _answer_of(line: str) -> Answer | None:
    """Return the answer that a line of a file holds, or None where it holds anything else."""
    from mesaprior.inference.roles import ROLES, VERDICTS
    from mesaprior.inference.worlds.ensemble import Answer

    masses = {"mass_by_role": len(ROLES), "mass_by_verdict": len(VERDICTS)}
    kinds: dict[str, tuple[type, ...]] = {
        **dict.fromkeys(("seed", "programs"), (int,)),
        **dict.fromkeys(("log2_odds", "log2_odds_verdict", "leader_mass"), (float,)),
        **dict.fromkeys(("loses_at", "loses_at_verdict"), (int, type(None))),
        **dict.fromkeys(("leader", "leader_role", "leader_verdict"), (str,)),
        **dict.fromkeys(masses, (list,)),
        "is_stable": (bool,),
    }
    try:
        facts: Any = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(facts, dict) or facts.keys() != kinds.keys():
        return None
    if not all(type(facts[name]) in kind for name, kind in kinds.items()):
        return None
    if not all([type(mass) for mass in facts[name]] == [float] * size for name, size in masses.items()):
        return None
    fields: dict[str, Any] = {**facts, **{name: tuple(facts[name]) for name in masses}}
    return Answer(**fields)


def _fitting_workers(name: str, seed: int, settings: dict[str, int], max_bits: int, workers: int) -> int:
    """Return how many worlds fit into the memory at a time, going by the first; a long run says what each takes.

    Raises
    ------
    RunError
        If not even one fits.
    """
    from mesaprior.cli.counting import PROBED_FROM, say_sizes
    from mesaprior.hypotheses.terms.space import TermSpace
    from mesaprior.inference.worlds.worlds import make_world

    world = make_world(name, seed=seed, **settings)
    space = TermSpace(world.language, max_bits)
    n_programs = sum(space.count_by_length(world.log).values())
    if n_programs <= PROBED_FROM:
        return workers
    plan = space.check_memory(world.log)
    click.echo("In the first world, ", err=True, nl=False)
    say_sizes(n_programs, plan)
    return max(1, min(workers, plan.available_bytes // plan.n_bytes))


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    return {name: version(name) for name in ("mesaprior", "numpy", "numba")}


def _print(answers: Sequence[Answer], question: dict[str, Any], form: str) -> None:
    from mesaprior.inference.roles import ROLES, VERDICTS
    from mesaprior.inference.worlds.ensemble import spread

    odds = {
        "log2_odds": spread([answer.log2_odds for answer in answers]),
        "log2_odds_verdict": spread([answer.log2_odds_verdict for answer in answers]),
    }
    rows = [_row(answer) for answer in answers]
    if form == "csv":
        words = [row | {"stable": str(row["stable"]).lower()} for row in rows]
        print_csv(list(rows[0]), [list(row.values()) for row in words])
    elif form == "json":
        spreads = {key: _spread_facts(value) for key, value in odds.items()}
        mass = {
            "mass": _means(ROLES, [answer.mass_by_role for answer in answers]),
            "mass_by_verdict": _means(VERDICTS, [answer.mass_by_verdict for answer in answers]),
        }
        click.echo(json.dumps({"worlds": rows} | spreads | mass | {"provenance": question}, allow_nan=False))
    else:
        _render(answers, odds, question)


def _row(answer: Answer) -> dict[str, Any]:
    """Return what is said of one world; numbers that are not finite are texts."""
    from mesaprior.inference.result import json_number
    from mesaprior.inference.roles import ROLES, VERDICTS

    return {
        "seed": answer.seed,
        "programs": answer.programs,
        "log2_odds": json_number(answer.log2_odds),
        "log2_odds_verdict": json_number(answer.log2_odds_verdict),
        "loses_at": answer.loses_at,
        "loses_at_verdict": answer.loses_at_verdict,
        "stable": answer.is_stable,
        **{name: json_number(value) for name, value in zip(ROLES, answer.mass_by_role, strict=True)},
        **{name: json_number(value) for name, value in zip(VERDICTS, answer.mass_by_verdict, strict=True)},
        "leader": answer.leader,
        "leader_role": answer.leader_role,
        "leader_verdict": answer.leader_verdict,
        "leader_mass": json_number(answer.leader_mass),
    }


def _spread_facts(value: Spread) -> dict[str, Any]:
    from mesaprior.inference.result import json_number

    shares = {name: getattr(value, name) for name in ("above", "below", "even", "undefined")}
    return {"quantiles": [json_number(q) for q in value.quantiles]} | shares


def _means(names: Sequence[str], masses: Sequence[tuple[float, ...]]) -> dict[str, Any]:
    """Return the mean share over worlds, by name."""
    from mesaprior.inference.result import json_number

    return {name: json_number(sum(mass[i] for mass in masses) / len(masses)) for i, name in enumerate(names)}


def _render(answers: Sequence[Answer], odds: dict[str, Spread], question: dict[str, Any]) -> None:
    from rich.table import Table

    from mesaprior.cli.render import console
    from mesaprior.cli.words import bits_text, share_text
    from mesaprior.inference.roles import ROLES, VERDICTS

    out = console()
    said = {
        "log2_odds": ("optimizers lead imitators", "optimizers over imitators"),
        "log2_odds_verdict": ("defecting programs lead faithful ones", "defecting over faithful"),
    }
    n = len(answers)
    for key, (phrase, _) in said.items():
        out.print(f"In {round(odds[key].above * n)} of {n} worlds {phrase}.", style="bold", markup=False)
    table = Table("log2 odds, bits", "least", "1/4", "median", "3/4", "largest")
    for key, (_, title) in said.items():
        table.add_row(title, *(bits_text(q) for q in odds[key].quantiles))
    out.print(table)
    masses = _means(ROLES, [answer.mass_by_role for answer in answers])
    masses |= _means(VERDICTS, [answer.mass_by_verdict for answer in answers])
    shown = ", ".join(f"{name} {share_text(float(mass))}" for name, mass in masses.items() if mass != 0)
    out.print(f"Mean shares: {shown}.", markup=False, soft_wrap=True)
    stable = sum(answer.is_stable for answer in answers)
    out.print(
        f"{question['world']}, up to {question['max_bits']} bits, prior {question['prior']['name']}, noise "
        f"{question['noise']}; the odds have settled along the bound in {stable} of {n} worlds.",
        style="dim",
        markup=False,
        soft_wrap=True,
    )
