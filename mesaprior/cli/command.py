"""The base of all commands: options under headings, and how much is written to standard error."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager, nullcontext, redirect_stderr
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

if TYPE_CHECKING:
    ParamType = click.ParamType[Any, Any]
else:
    # It takes no arguments in older versions of Click.
    ParamType = click.ParamType

LOG = "The log"
SPACE = "The space"
OTHER_SPACES = "Other spaces"
PRIOR = "The prior and the noise"
ANSWER = "The answer"
COUNTING = "Counting"
OUTPUT = "Output"

CONTEXT: dict[str, Any] = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
"""Settings of the outermost command, which its subcommands inherit."""

FEW = 14
"""A command of at most so many options needs no headings."""

_QUIET, _VERBOSE, _EXPLAIN = "mesaprior.quiet", "mesaprior.verbose", "mesaprior.explain"

READ_BY_PROGRAMS = ("json", "csv")
"""Formats that have no room for explanations."""


class Option(click.Option):
    """An option that stands under a heading in the help.

    Parameters
    ----------
    *arguments
        As of `click.Option`.
    heading : str
        Options of a command that have none of their own stand under `ANSWER`.
    old_names : sequence of str
        Former names: still accepted, with a hint, and not shown in the help.
    **settings
        As of `click.Option`.
    """

    def __init__(self, *arguments: Any, heading: str, old_names: Sequence[str] = (), **settings: Any):
        super().__init__(*arguments, **settings)
        self.heading = heading
        self.old_names: tuple[str, ...] = tuple(old_names)


F = TypeVar("F", bound=Callable[..., Any])


class Decorator(Protocol):
    """What gives a command one or several options."""

    def __call__(self, function: F, /) -> F:
        """Return the command with the options."""
        ...


def headed_option(*arguments: Any, **settings: Any) -> Decorator:
    """Return an option with a heading; the parameters are those of `Option`."""
    return click.option(*arguments, cls=Option, **settings)


def _remember(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    """Take note of how much is to be said, whether that stands before the command or after it."""
    if value:
        context.meta[f"mesaprior.{parameter.name}"] = True


def _loudness_options() -> list[click.Parameter]:
    settings: dict[str, Any] = {"is_flag": True, "expose_value": False, "callback": _remember, "heading": OUTPUT}
    return [
        Option(["-q", "--quiet"], help="Print nothing but errors on standard error.", **settings),
        Option(["-v", "--verbose"], help="Report how long each step took.", **settings),
    ]


def _explain_option() -> Option:
    return Option(
        ["--explain"],
        is_flag=True,
        expose_value=False,
        callback=_remember,
        heading=OUTPUT,
        help="Explain the columns below each table, and the other terms at the end.",
    )


def is_explaining() -> bool:
    """Tell whether the running command has to explain its columns and words."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(_EXPLAIN))


class Command(click.Command):
    """A command with its options under headings in the help, and with the options for quiet and verbose output.

    One that prints a result in a format can explain it.
    """

    def __init__(self, *arguments: Any, **settings: Any):
        super().__init__(*arguments, **settings)
        if any(parameter.name == "form" for parameter in self.params):
            self.params.append(_explain_option())
        self.params.extend(_loudness_options())

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options under their headings, in the order of the first option of each; the output comes last."""
        help_option = self.get_help_option(ctx)
        options = [parameter for parameter in self.get_params(ctx) if isinstance(parameter, click.Option)]
        shown = [(option, record) for option in options if (record := option.get_help_record(ctx))]
        if len(shown) <= FEW:
            super().format_options(ctx, formatter)
            return
        sections: dict[str, list[tuple[str, str]]] = {}
        for option, record in shown:
            own = OUTPUT if option is help_option else ANSWER
            sections.setdefault(option.heading if isinstance(option, Option) else own, []).append(record)
        for heading in sorted(sections, key=lambda heading: heading == OUTPUT):
            with formatter.section(heading):
                formatter.write_dl(sections[heading])

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; an option by its old name is taken for the new one, with a hint."""
        renamed = {
            old: option.opts[0] for option in self.params if isinstance(option, Option) for old in option.old_names
        }
        new_args: list[str] = []
        hints: list[str] = []
        for place, argument in enumerate(args):
            if argument == "--":
                new_args += args[place:]
                break
            name, equals, value = argument.partition("=")
            if name in renamed:
                hints.append(f"Hint: {name} is now called {renamed[name]}.")
            new_args.append(renamed.get(name, name) + equals + value)
        hints += _repetitions(self.params, args)
        try:
            rest = super().parse_args(ctx, new_args)
            form = ctx.params.get("form")
            if ctx.meta.get(_EXPLAIN) and form in READ_BY_PROGRAMS:
                raise click.UsageError(
                    f"--explain is for people, and --format {form} is read by programs; leave one of them out.", ctx
                )
            return rest
        except click.UsageError as error:
            if error.message.startswith("Got unexpected extra argument"):
                raise click.UsageError(f"{error.message}; write a name that has spaces in quotes.", ctx) from None
            raise
        finally:
            # Whether to be quiet is known once the options are read.
            if not (ctx.resilient_parsing or ctx.meta.get(_QUIET)):
                for hint in hints:
                    click.echo(hint, err=True)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, quiet or verbose."""
        with _loudness(ctx):
            return super().invoke(ctx)


def _repetitions(options: Sequence[click.Parameter], arguments: Sequence[str]) -> list[str]:
    """Return a hint for each list with commas that is given several times, since the last one replaces the others."""
    given = [argument.partition("=")[0] for argument in arguments]
    return [
        f"Hint: {option.opts[0]} is given more than once, and only the last list counts; write {option.opts[0]} a,b,c."
        for option in options
        if str(option.type.name).endswith(",...") and sum(name in option.opts for name in given) > 1
    ]


class Group(click.Group):
    """A group of such commands."""

    command_class: type[click.Command] | None = Command

    def __init__(self, *arguments: Any, **settings: Any):
        super().__init__(*arguments, **settings)
        self.params.extend(_loudness_options())


@contextmanager
def _loudness(ctx: click.Context) -> Generator[None]:
    """Keep notes and progress from standard error, or say at the end how long a command took.

    Errors are said by whoever called the command, and so are never kept from anybody.
    """
    from mesaprior.cli.compiling import compiling_told

    with redirect_stderr(io.StringIO()) if ctx.meta.get(_QUIET) else nullcontext(), timed("In all"), compiling_told():
        yield


@contextmanager
def timed(step: str) -> Generator[None]:
    """Report how long a step of the command took, with --verbose."""
    start = time.monotonic()
    yield
    context = click.get_current_context(silent=True)
    if context is not None and context.meta.get(_VERBOSE):
        click.echo(f"{step}: {time.monotonic() - start:.1f} s.", err=True)
