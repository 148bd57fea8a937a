"""The command group: commands are loaded when they are called, and errors become one sentence here."""

from __future__ import annotations

import difflib
import importlib
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from mesaprior.cli.streams import accept_every_character
from mesaprior.errors import MesapriorError

COMMANDS = {
    "infer": ("mesaprior.cli.infer", "Say who holds the posterior, at every training prefix."),
    "census": ("mesaprior.cli.census", "Count every program once and keep the counts in a folder."),
    "sample": ("mesaprior.cli.sample", "Draw programs from the posterior, each with its exact probability."),
    "reach": ("mesaprior.cli.reach", "Say what searching, learning and defecting cost in bits, training rows fitted."),
    "plan": ("mesaprior.cli.plan", "Say how many programs a bound holds, and what time and memory they take."),
    "store": ("mesaprior.cli.store", "List, check, merge and tidy up censuses on disk."),
    "export": ("mesaprior.cli.export", "Print a table of a census as CSV."),
    "language": ("mesaprior.cli.language", "Print the default language of a log, fit its prices, look at its code."),
    "prepare": ("mesaprior.cli.prepare", "Turn a raw file into a log: lags, order, quantiles, held-out rows, codes."),
    "why": ("mesaprior.cli.why", "Take one program apart: bits, steps, predictions, lesions."),
    "strings": ("mesaprior.cli.strings", "Count what all Turing machines of a size print."),
    "circuits": ("mesaprior.cli.circuits", "Say what Boolean functions cost: least gates, formulas, depths."),
    "networks": ("mesaprior.cli.networks", "Count the threshold networks that compute each Boolean function."),
    "complexity": ("mesaprior.cli.complexity", "Say how many bits strings have, by the machines that print them."),
    "sweep": ("mesaprior.cli.sweep", "Work out the odds over a grid of parameters."),
    "crossover": ("mesaprior.cli.crossover", "Find where the odds are 0, and explain it by the leading programs."),
    "compare-spaces": ("mesaprior.cli.compare_spaces", "Ask one log of several hypothesis spaces, side by side."),
    "theorems": ("mesaprior.cli.theorems", "Evaluate the inequalities of Bayesian learning on a census and its log."),
    "safeguards": ("mesaprior.cli.safeguards", "Compare ways to act on the posterior: who defects, errs, asks."),
    "world": ("mesaprior.cli.world", "Make worlds: languages with laws, teachers and logs, drawn from a seed."),
    "ensemble": ("mesaprior.cli.ensemble", "Ask many worlds one question, and say how the answers are spread."),
    "claims": ("mesaprior.cli.claims", "Settle arguments of the debate over many worlds, by exact counting."),
    "prior": ("mesaprior.cli.prior", "List, show, check, draw and compare priors."),
}
"""For each command its module, where a command of the same name stands, and its line in the help."""


class InterruptionError(MesapriorError):
    """Somebody pressed Ctrl-C (exit code 130, as shells give it)."""

    exit_code = 130


class LazyGroup(click.Group):
    """A group whose commands are imported when they are called, so that ``--help`` costs nothing."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        return getattr(importlib.import_module(COMMANDS[cmd_name][0]), cmd_name.replace("-", "_"))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or suggest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(COMMANDS)}."
            raise click.UsageError(f"No such command {args[0]!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and tell an interruption from other ends."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise InterruptionError("interrupted before the end; nothing half-written is left behind.") from None

    def main(self, args: Sequence[str] | None = None, *others: Any, **options: Any) -> NoReturn:
        """Run, and turn every error that a user can cause into one sentence and an exit code."""
        accept_every_character()
        try:
            super().main(args, *others, **options)
        except MesapriorError as error:
            _stop(f"Error: {error.typed()}", error.exit_code)
        except BrokenPipeError:
            # The reader went away (as with `| head`), which is its right.
            sys.stderr.close()
            sys.exit(1)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            _stop(f"Error: {where}{error.strerror or error}; check the path, its permissions and the free space.", 1)
        except MemoryError:
            _stop(
                "Error: there is not enough memory; ask for a smaller --max-bits (`mesaprior plan` says which fits).", 1
            )


def _stop(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="mesaprior", message="mesaprior %(version)s")
def main() -> None:
    """Count every small program that could explain a log of choices, and say who holds the posterior.

    The programs that plainly imitate the teacher, or the ones that optimize inside?

    \b
    Start here:
      mesaprior infer LOG.csv --max-bits 24
      mesaprior language LOG.csv > mine.toml
      mesaprior infer LOG.csv --language mine.toml --prior levin
    """
