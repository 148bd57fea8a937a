"""`mesaprior world`: worlds drawn from a seed, their logs and languages as files."""

from __future__ import annotations

import click

from mesaprior.cli.command import OUTPUT, Group, headed_option
from mesaprior.cli.commands.act import act
from mesaprior.cli.completion import FILE
from mesaprior.cli.files import check_file, write_text
from mesaprior.cli.one_world import one_world, world_of
from mesaprior.cli.options import format_option
from mesaprior.cli.report import show as show_report


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
    from mesaprior.inference.reports.worlds import report_worlds
    from mesaprior.inference.worlds.worlds import WORLDS, recipe

    show_report(report_worlds([recipe(name) for name in WORLDS]), form)


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
    from mesaprior.inference.reports.worlds import report_world

    show_report(report_world(world_of(name, seed, settings)), form)


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
