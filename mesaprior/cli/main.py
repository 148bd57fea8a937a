"""The command group: commands are loaded when they are called, and errors become one sentence here."""

from __future__ import annotations

import difflib
import importlib
import re
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NoReturn

import click

from mesaprior.cli.command import CONTEXT, Group
from mesaprior.cli.failures import InterruptionError
from mesaprior.cli.streams import accept_every_character, give_errors_a_place, refuse_a_closed_output
from mesaprior.errors import MesapriorError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

SECTIONS = {
    "Ask": {
        "infer": "Find who holds the posterior after each training row",
        "report": "Write one page with live sliders for prior, noise and rows",
        "explore": "Serve that page with the full census behind it",
        "why": "Take one program apart: bits, steps, predictions, lesions",
        "reach": "Price searching, learning and defecting in extra bits",
        "sample": "Draw programs from the posterior, with their probabilities",
        "safeguards": "Compare ways to act on the posterior: errors, questions",
        "theorems": "Evaluate the inequalities of Bayesian learning on a log",
    },
    "Vary": {
        "sweep": "Compute the posterior odds over a grid of parameters",
        "crossover": "Find the parameter values at which the lead changes",
        "compare-spaces": "Compare what several hypothesis spaces make of one log",
        "prior": "List, show, check, plot and compare priors",
    },
    "Count": {
        "plan": "Tell the number of programs, time and memory in advance",
        "census": "Count every program once and keep the counts",
        "store": "List, verify, merge and remove censuses on disk",
        "export": "Print a table of a census as CSV",
    },
    "Formalisms": {
        "strings": "Count what all Turing machines of a size print",
        "complexity": "Estimate the complexity of strings from these machines",
        "circuits": "Find least gates, formulas and depths of Boolean functions",
        "networks": "Count the threshold networks of each Boolean function",
    },
    "Worlds": {
        "world": "Draw a random world with its log, or act in one",
        "ensemble": "Ask many random worlds the same question",
        "claims": "Test claims about learned optimizers on many random worlds",
    },
    "Data": {
        "prepare": "Turn a raw file into a log: lags, order, quantiles, codes",
        "language": "Print the default language of a log, ready to edit",
    },
}
"""The commands by section of the help, with their lines in it, which fit into 80 columns.

A command stands in the module of its name in `mesaprior.cli.commands`.
"""

LONGEST_ECHO = 300
"""Characters of an argument that a message repeats at most."""

COMMANDS = [name for commands in SECTIONS.values() for name in commands]


class LazyGroup(Group):
    """A group whose commands are imported when they are called, so that ``--help`` costs nothing.

    Attributes
    ----------
    typed : tuple of str
        The arguments of the command that runs.
    """

    typed: tuple[str, ...] = ()

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of the commands, in the order of the help."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        return getattr(importlib.import_module(f"mesaprior.cli.commands.{name}"), name)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or suggest one."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f"Did you mean {near[0]!r}?" if near else f"There are {', '.join(COMMANDS)}."
            raise click.UsageError(f"No such command {args[0]!r}. {hint}", ctx)
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands by section without importing them."""
        width = max(map(len, COMMANDS))
        for section, commands in SECTIONS.items():
            with formatter.section(section):
                formatter.write_dl([(name.ljust(width), line) for name, line in commands.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Complete the names of the commands without importing them."""
        from click.shell_completion import CompletionItem

        lines = [(name, line) for commands in SECTIONS.values() for name, line in commands.items()]
        names = [CompletionItem(name, help=line) for name, line in lines if name.startswith(incomplete)]
        return names + click.Command.shell_complete(self, ctx, incomplete)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and tell an interruption from other ends."""
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            # Click means the message to stay; whoever shows the error reads it from there.
            object.__setattr__(error, "message", cut_short(error.message, self.typed))
            raise
        except KeyboardInterrupt:
            raise InterruptionError("interrupted before the end; nothing half-written is left behind.") from None

    def main(self, args: Sequence[str] | None = None, *others: Any, **options: Any) -> NoReturn:
        """Run, and turn every error that a user can cause into one sentence and an exit code."""
        give_errors_a_place()
        refuse_a_closed_output()
        accept_every_character()
        self.typed = tuple(sys.argv[1:] if args is None else args)
        try:
            super().main(args, *others, **options)
        except MesapriorError as error:
            _stop(f"Error: {cut_short(error.typed(), self.typed)}", error.exit_code)
        except BrokenPipeError:
            # The reader went away (as with `| head`), which is its right.
            sys.stderr.close()
            sys.exit(1)
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            told = f"Error: {where}{error.strerror or error}; check the path, its permissions and the free space."
            _stop(cut_short(told, self.typed), 1)
        except MemoryError:
            _stop(
                "Error: there is not enough memory; ask for a smaller --max-bits (`mesaprior plan` says which fits).", 1
            )


def cut_short(message: str, arguments: Sequence[str]) -> str:
    """Return a message that repeats no argument of more than `LONGEST_ECHO` characters whole."""
    for argument in arguments:
        pieces = (argument, argument.partition("=")[2], *re.findall(r"[^\s()]+", argument))
        for piece in sorted(set(pieces), key=len, reverse=True):
            for shown in (piece, repr(piece)[1:-1]):
                if len(shown) > LONGEST_ECHO:
                    message = message.replace(shown, f"{shown[:LONGEST_ECHO]}...")
    return message


def _stop(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    sys.exit(code)


@click.group(cls=LazyGroup, context_settings=CONTEXT)
@click.version_option(package_name="mesaprior", message="mesaprior %(version)s")
def main() -> None:
    """Count every small program that could explain a log of choices, and find who holds the posterior.

    Is it programs that imitate the teacher, or programs that optimize inside?

    \b
    Start here:
      mesaprior infer LOG.csv --max-bits 24
      mesaprior language LOG.csv > mine.toml
      mesaprior infer LOG.csv --language mine.toml --prior levin
    """
