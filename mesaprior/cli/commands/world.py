"""`mesaprior world`: worlds drawn from a seed, their logs and languages as files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.command import OUTPUT, Group, headed_option
from mesaprior.cli.commands.act import act
from mesaprior.cli.completion import FILE
from mesaprior.cli.files import check_file, write_text
from mesaprior.cli.one_world import one_world, world_of
from mesaprior.cli.options import format_option
from mesaprior.cli.streams import print_csv

if TYPE_CHECKING:
    from mesaprior.inference.worlds.world import World


@click.group(cls=Group)
def world() -> None:
    """Draw random worlds, each with a language, a teacher and a log, and act in them.

    \b
    Examples:
      mesaprior world list
      mesaprior world show corridor --seed 3
      mesaprior world log corridor --seed 3 --out log.csv --language-out lang.toml
      mesaprior infer log.csv --language lang.toml --max-bits 24
      mesaprior world act fork --seed 3 --steps 10
    """


world.add_command(act)


@world.command("list")
@format_option()
def list_worlds(form: str) -> None:
    """List the worlds and their settings.

    \b
    Example:
      mesaprior world list
    """
    from mesaprior.inference.worlds.worlds import WORLDS, recipe

    families = [recipe(name) for name in WORLDS]
    if form == "json":
        facts = [
            {"name": family.name, "summary": family.summary, "settings": [vars(setting) for setting in family.settings]}
            for family in families
        ]
        click.echo(json.dumps(facts))
    elif form == "csv":
        rows = [[f.name, s.name, s.default, s.least, s.most, s.meaning] for f in families for s in f.settings]
        print_csv(["world", "setting", "default", "least", "most", "meaning"], rows)
    else:
        from rich.table import Table

        from mesaprior.cli.report.terminal import console

        table = Table("world", "what it is", "settings")
        for family in families:
            defaults = ", ".join(f"{setting.name}={setting.default}" for setting in family.settings)
            table.add_row(family.name, family.summary, defaults)
        console().print(table)


@world.command()
@one_world
@format_option()
def show(name: str, seed: int, settings: tuple[tuple[str, float], ...], form: str) -> None:
    """Show a world: its settings, its log and the programs it is about.

    \b
    Examples:
      mesaprior world show fork --seed 3
      mesaprior world show overseer --set unwatched=2 --format json
    """
    drawn = world_of(name, seed, settings)
    facts = _facts(drawn)
    if form == "json":
        click.echo(json.dumps(facts))
    elif form == "csv":
        print_csv(
            ["program", "bits", "role", "verdict", "meaning"], [list(entry.values()) for entry in facts["programs"]]
        )
    else:
        _render(facts)


@world.command()
@one_world
@headed_option(
    "--out",
    type=FILE,
    metavar="FILE.csv",
    heading=OUTPUT,
    help="The file for the log; by default it goes to standard output.",
)
@headed_option("--language-out", type=FILE, metavar="FILE.toml", heading=OUTPUT, help="The file for the language.")
def log(
    name: str, seed: int, settings: tuple[tuple[str, float], ...], out: str | None, language_out: str | None
) -> None:
    """Write the log of a world as CSV, and its language as TOML.

    \b
    Example:
      mesaprior world log corridor --seed 3 --out log.csv --language-out lang.toml
    """
    for path, ending, option in ((out, ".csv", "--out"), (language_out, ".toml", "--language-out")):
        if path is not None:
            check_file(path, option, [ending])
    drawn = world_of(name, seed, settings)
    if language_out is not None:
        write_text(language_out, drawn.language.to_toml())
    if out is not None:
        write_text(out, drawn.log_csv())
    else:
        click.echo(drawn.log_csv(), nl=False)


def _facts(drawn: World) -> dict[str, Any]:
    """Return what is said of a world, as plain data."""
    from mesaprior.hypotheses.terms.program import length_of, parse_program

    programs = [
        {
            "program": entry.text,
            "bits": length_of(parse_program(entry.text, drawn.language, drawn.log), drawn.language, drawn.log),
            "role": entry.role,
            "verdict": entry.verdict,
            "meaning": entry.meaning,
        }
        for entry in drawn.programs
    ]
    return {
        "name": drawn.name,
        "seed": drawn.seed,
        "description": drawn.description,
        "settings": drawn.settings,
        "training_rows": drawn.log.n_training,
        "later_rows": drawn.log.n_rows - drawn.log.n_training,
        "situations": len(drawn.log.situations),
        "lapses": list(drawn.lapses),
        "has_walk": drawn.walk is not None,
        "programs": programs,
        "given": drawn.given,
        "log": drawn.log.digest,
        "language": {"digest": drawn.language.digest} | drawn.language.to_dict(),
    }


def _render(facts: dict[str, Any]) -> None:
    """Print what is said of a world for a person."""
    from rich.table import Table

    from mesaprior.cli.report.terminal import console

    out = console()
    out.print(f"{facts['name']}, seed {facts['seed']}: {facts['description']}.", style="bold", markup=False)
    out.print(", ".join(f"{name}={value}" for name, value in facts["settings"].items()), style="dim", markup=False)
    out.print(
        f"{facts['training_rows']} training rows and {facts['later_rows']} later ones over {facts['situations']} "
        f"situations; {len(facts['language']['token'])} tokens."
        + (f" In {len(facts['lapses'])} training rows the action is not the teacher's." if facts["lapses"] else "")
        + (" A policy can act in it." if facts["has_walk"] else ""),
        markup=False,
        soft_wrap=True,
    )
    table = Table("program", "bits", "role", "verdict", "what it does")
    for entry in facts["programs"]:
        table.add_row(entry["program"], str(entry["bits"]), entry["role"], entry["verdict"], entry["meaning"])
    out.print(table)
    for entry in facts["given"]:
        out.print(
            f"• {entry['name']} is given as a table: {entry['literal_bits']} bits for {entry['charged_bits']}.",
            markup=False,
        )
