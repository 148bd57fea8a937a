"""Options that several commands share, and the objects that they stand for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import click

from mesaprior.cli.command import (
    ANSWER,
    COUNTING,
    LOG,
    OTHER_SPACES,
    OUTPUT,
    PRIOR,
    SPACE,
    Decorator,
    ParamType,
    headed_option,
)
from mesaprior.cli.completion import A_PRIOR, FILE
from mesaprior.cli.report import FORMATS
from mesaprior.hypotheses import description as described
from mesaprior.hypotheses import registry
from mesaprior.hypotheses.description import Integer, Integers, OneOf, Option, Read, Text
from mesaprior.hypotheses.terms.describe import CONSTANTS, LANGUAGE

if TYPE_CHECKING:
    from mesaprior.inference.bayes.noise import Noise, NoiseModel
    from mesaprior.priors.prior import FormulaPrior

F = TypeVar("F", bound=Callable[..., Any])


class Parameter(ParamType):
    """A value of a prior's parameter, written ``NAME=VALUE``."""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        """Return (name, value)."""
        name, equals, number = str(value).partition("=")
        try:
            if not (equals and name.strip()) or "_" in number:
                raise ValueError
            return name.strip(), float(number)
        except ValueError:
            self.fail(f"{value!r} is not {self.name} with a number, such as alpha=2.", param, ctx)


class WholeNumber(click.IntRange):
    """A whole number, which may be written with an exponent, as in 1e8."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the number."""
        match = re.fullmatch(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?[eE]\+?([0-9]{1,2})", str(value).strip(), flags=re.ASCII)
        if match is not None:
            number = Fraction(f"{match[1]}.{match[2] or 0}") * 10 ** int(match[3])
            value = int(number) if number.denominator == 1 else value
        return super().convert(value, param, ctx)


class PrefixCount(ParamType):
    """The number of training prefixes that are reported: a number, or ``all``."""

    name = "K"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int | str:
        """Return the number, or ``all``."""
        text = str(value).strip()
        if text.casefold() == "all":
            return "all"
        if not re.fullmatch(r"[0-9]{1,9}", text, flags=re.ASCII) or int(text) < 2:
            self.fail(f"{text[:60]!r} is no number of checkpoints; give an integer of at least 2, or all.", param, ctx)
        return int(text)


class Sizes(ParamType):
    """Numbers of something: one, or the least and the most with a hyphen between.

    Parameters
    ----------
    least, most : int
        Of what can be asked for.
    noun : str
        What they are numbers of.
    """

    name = "N"

    def __init__(self, least: int, most: int, noun: str):
        self._least, self._most, self._noun = least, most, noun

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        """Return (least, most)."""
        match = re.fullmatch(r"([0-9]{1,4})(?:-([0-9]{1,4}))?", str(value).strip(), flags=re.ASCII)
        least, most = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not self._least <= least <= most <= self._most:
            self.fail(
                f"{str(value)[:60]!r} is no number of {self._noun}; give one from {self._least} to {self._most}, such "
                "as 3, or a range such as 1-3.",
                param,
                ctx,
            )
        return least, most


class ReadAs(ParamType):
    """The value that a function makes of the text; the function refuses invalid texts."""

    name = "TEXT"

    def __init__(self, function: Callable[[str], Any]):
        self._function = function

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return what the function makes of the text."""
        return self._function(value) if isinstance(value, str) else value


class Values(ParamType):
    """Whole numbers, with commas between them."""

    name = "V"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        """Return them in their order."""
        if not isinstance(value, str):
            return value
        texts = [text.strip() for text in value.split(",")]
        if wrong := [text[:40] for text in texts if not re.fullmatch(r"-?[0-9]{1,40}", text, flags=re.ASCII)]:
            self.fail(
                f"{', '.join(map(repr, wrong))}: not whole numbers; write some with commas, such as 4,10.", param, ctx
            )
        return tuple(int(text) for text in texts)


@dataclass(frozen=True)
class SpaceOptions:
    """The options that name a hypothesis space, as they were given.

    Attributes
    ----------
    space : str or None
        Name of the space; terms where there is none.
    given : dict of str to Any
        The values of the others by option; only those that were given.
    """

    space: str | None = None
    given: dict[str, Any] = field(default_factory=dict[str, Any])

    def get(self, option: str) -> Any:
        """Return the value of an option, or None where it was not given."""
        return self.given.get(option)


class Memory(ParamType):
    """An amount of memory: bytes, or a number with K, M, G or T, each a thousand times the one before."""

    name = "MEMORY"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number of bytes."""
        text = str(value).strip()
        match = re.fullmatch(r"([0-9]{1,15}(?:\.[0-9]{0,15})?)([KMGT]?)B?", text, flags=re.IGNORECASE | re.ASCII)
        n_bytes = int(Fraction(match[1]) * 1000 ** " KMGT".index(match[2].upper() or " ")) if match else 0
        if n_bytes < 1:
            self.fail(
                f"{text[:60]!r} is no amount of memory; give bytes, or a number with M or G, such as 8G.", param, ctx
            )
        return n_bytes


def together(*options: Callable[[F], F]) -> Callable[[F], F]:
    """Return one decorator for several options, in the order given."""

    def decorate(function: F) -> F:
        for option in reversed(options):
            function = option(function)
        return function

    return decorate


other_log_option: Decorator = headed_option(
    "--log",
    "other_log",
    type=FILE,
    metavar="LOG",
    heading=LOG,
    help="With a census folder: answer for this log instead of its own.",
)


def click_option(option: Option, argument: str) -> Callable[[F], F]:
    """Return what gives a command an option of a space, as an argument of this name."""
    kind: ParamType | type[str] = str
    match option.kind:
        case Integer(least, None):
            kind = WholeNumber(min=least)
        case Integer(least, most):
            kind = click.IntRange(least, most)
        case described.Sizes(least, most, noun):
            kind = Sizes(least, most, noun)
        case Integers():
            kind = Values()
        case OneOf(names):
            kind = click.Choice(names)
        case Read(function):
            kind = ReadAs(function)
        case described.File():
            kind = FILE
        case Text():
            pass
    is_usual = option.name in registry.description(registry.USUAL).option_names
    return headed_option(
        option.name,
        *option.others,
        argument,
        type=kind,
        metavar=option.metavar,
        default=None,
        heading=SPACE if is_usual else OTHER_SPACES,
        help=option.help,
    )


language_option: Decorator = click_option(LANGUAGE, "language_file")
constants_option: Decorator = click_option(CONSTANTS, "constants")
space_option: Decorator = headed_option(
    "--space",
    type=click.Choice(registry.names()),
    metavar="SPACE",
    heading=SPACE,
    help=f"The hypothesis space: {', '.join(registry.names()[:-1])} or {registry.names()[-1]}.  "
    f"[default: {registry.USUAL}]",
)


def _argument(option: str) -> str:
    """Return the name of the argument that an option of spaces is passed as, which no command has beside."""
    return f"space_{option.lstrip('-').replace('-', '_')}"


def some_space_options(names: Iterable[str]) -> Callable[[F], F]:
    """Return what gives a command the option `--space` and these of spaces, as one argument `asked`."""
    chosen = [option for option in registry.options().values() if option.name in set(names)]

    def decorate(function: F) -> F:
        @wraps(function)
        def with_space(*arguments: Any, space: str | None, **others: Any) -> Any:
            asked = SpaceOptions(space, _given(others, chosen))
            return function(*arguments, asked=asked, **others)

        first, *rest = (click_option(option, _argument(option.name)) for option in chosen)
        return together(first, space_option, *rest)(with_space)  # type: ignore[return-value]

    return decorate


space_options: Decorator = some_space_options(registry.options())
"""Gives a command all options that name a hypothesis space, as one argument `asked`."""


def bounds_options(function: F) -> F:
    """Give a command the options that bound hypothesis spaces, whichever they belong to, as one argument `given`."""
    chosen = registry.options().values()

    @wraps(function)
    def with_bounds(*arguments: Any, **others: Any) -> Any:
        given = _given(others, chosen)
        return function(*arguments, given=given, **others)

    return together(*(click_option(option, _argument(option.name)) for option in chosen))(with_bounds)  # type: ignore[return-value]


def _given(arguments: dict[str, Any], options: Iterable[Option]) -> dict[str, Any]:
    """Take these options of spaces out of the arguments of a command, and return those that were given."""
    values = {option.name: arguments.pop(_argument(option.name)) for option in options}
    return {option: value for option, value in values.items() if value is not None}


param_option: Decorator = headed_option(
    "--param",
    "parameters",
    type=Parameter(),
    multiple=True,
    heading=PRIOR,
    help="Set a parameter of the prior; repeatable.",
)
prior_options: Decorator = together(
    headed_option(
        "--prior",
        "prior_text",
        type=A_PRIOR,
        default="simplicity",
        show_default=True,
        metavar="NAME_OR_FORMULA",
        heading=PRIOR,
        help="A prior by name (`mesaprior prior list`), or a formula such as '2**-length / time'.",
    ),
    param_option,
)
noise_option: Decorator = headed_option(
    "--noise",
    "noise_text",
    default="beta:1,9",
    show_default=True,
    metavar="EPS",
    heading=PRIOR,
    help="The teacher's error rate, at most that of guessing: a number, or beta:a,b to integrate it out.",
)
tolerance_option: Decorator = headed_option(
    "--tolerance",
    type=click.FloatRange(0, 1),
    default=0.0,
    show_default=True,
    metavar="X",
    heading=ANSWER,
    help="The share of later rows that a faithful program may miss.",
)


max_memory_option: Decorator = headed_option(
    "--max-memory",
    "max_bytes",
    type=Memory(),
    default=None,
    metavar="M",
    heading=COUNTING,
    help="About how much memory to use, such as 8G. Counting takes more passes if it must; what would not fit is "
    "refused. No result depends on it.",
)
checkpoints_option: Decorator = headed_option(
    "--checkpoints",
    type=PrefixCount(),
    metavar="K",
    heading=ANSWER,
    help="Report masses and odds after K numbers of training rows, spaced logarithmically, or after all. By default "
    "after all up to 1,000 training rows, and after 64 beyond. Where the imitator loses is exact in any case.",
)


def format_option(*others: str) -> Callable[[F], F]:
    """Return the option that chooses how a result is printed: in the formats of every report, or also in others."""
    return headed_option(
        "--format",
        "form",
        type=click.Choice((*FORMATS, *others)),
        default=FORMATS[0],
        show_default=True,
        heading=OUTPUT,
        help="How to print the result.",
    )


def plot_option(help_text: str, *, old_names: Sequence[str] = ()) -> Callable[[F], F]:
    """Return the option `--plot`, as the argument `plot_file`; what cannot be drawn is refused before any work.

    Parameters
    ----------
    help_text : str
        What is drawn, without a full stop.
    old_names : sequence of str
        See `Option`.
    """
    return headed_option(
        "--plot",
        "plot_file",
        type=FILE,
        metavar="FILE",
        heading=OUTPUT,
        old_names=old_names,
        callback=_checked_picture,
        help=f"{help_text}, in a .png, .svg or .pdf file.",
    )


def _checked_picture(context: click.Context, option: click.Parameter, path: str | None) -> str | None:
    """Return the name of a picture that can be written."""
    if path is not None and not context.resilient_parsing:
        from mesaprior.cli.report.figure import check_picture

        check_picture(path, option.opts[0])
    return path


def prior_of(prior_text: str, parameters: tuple[tuple[str, float], ...]) -> FormulaPrior:
    """Return the prior that the options name."""
    from mesaprior.priors.prior import make_prior

    return make_prior(prior_text, parameters_of(parameters))


def swept_prior(
    prior_text: str,
    parameters: tuple[tuple[str, float], ...],
    examples: dict[str, float],
    option: str = "--over",
) -> FormulaPrior:
    """Return the prior that the options name, where some of its parameters vary and so have no value of their own.

    Parameters
    ----------
    prior_text : str
    parameters : tuple of (str, float)
        As given by --param.
    examples : dict of str to float
        A value of each thing that varies, whether it is a parameter of the prior or not.
    option : str
        What said that they vary.
    """
    from mesaprior.errors import UsageError
    from mesaprior.inference.sweeps.axes import prior_over
    from mesaprior.priors.prior import FormulaPrior

    given = parameters_of(parameters)
    for name in given:
        if name in examples:
            raise UsageError(f"{name!r} varies by {option} and is held by --param; leave one of the two out.")
    prior = prior_over(prior_text, examples, given)
    assert isinstance(prior, FormulaPrior)
    return prior


def weights_of(
    prior_text: str | None, parameters: tuple[tuple[str, float], ...], space: str, columns: Sequence[str]
) -> FormulaPrior | None:
    """Return the prior over these columns that the options name, or None where they name none."""
    if prior_text is None:
        if parameters:
            from mesaprior.errors import UsageError

            raise UsageError(f"--param {parameters[0][0]} belongs to a prior, and none is given; name one.")
        return None
    from mesaprior.priors.columns import check_columns

    prior = prior_of(prior_text, parameters)
    check_columns(prior, space, columns)
    return prior


def priors_of(priors_texts: Iterable[str], parameters: tuple[tuple[str, float], ...]) -> list[FormulaPrior]:
    """Return the priors of lists with commas; a parameter goes to each prior that has it."""
    from mesaprior.errors import UsageError
    from mesaprior.priors.prior import describe_prior, make_prior

    texts: list[str] = []
    for listed in priors_texts:
        texts += [text.strip() for text in split_at_commas(listed)]
        if not all(texts):
            raise UsageError(f"--prior {listed[:60]!r} names no prior between two commas; write a,b,c.")
    given = parameters_of(parameters)
    wanted = {text: describe_prior(text).parameters for text in texts}
    for name in given:
        if not any(name in names for names in wanted.values()):
            raise UsageError(f"--param {name!r} belongs to none of the priors {', '.join(texts)}; remove it.")
    return [make_prior(text, {name: given[name] for name in given if name in wanted[text]}) for text in texts]


def split_at_commas(text: str) -> list[str]:
    """Return the parts of a text between commas that stand in no parentheses."""
    parts, depth = [""], 0
    for character in text:
        depth += (character == "(") - (character == ")")
        if character == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts


def parameters_of(parameters: tuple[tuple[str, float], ...], option: str = "--param") -> dict[str, float]:
    """Return the values that an option gives, by name."""
    from mesaprior.errors import UsageError

    names = [name for name, _ in parameters]
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"{option} {name} is given {names.count(name)} times; give it once.")
    return dict(parameters)


def whole_numbers(values: tuple[tuple[str, float], ...], option: str) -> dict[str, int]:
    """Return the values of an option of ``NAME=VALUE`` pairs that must be whole numbers, by name."""
    from mesaprior.errors import UsageError

    for name, value in values:
        if not (0 <= value < 2**62 and value == int(value)):
            raise UsageError(f"{option} {name}={value:g} is no whole number from 0 upwards; give one.")
    return {name: int(value) for name, value in parameters_of(values, option).items()}


def check_noise_is_not_swept(names: Iterable[str]) -> None:
    """Refuse `--noise` on the command line where the noise is an axis: its values would take the place of it.

    Raises
    ------
    UsageError
        If so.
    """
    from click.core import ParameterSource

    from mesaprior.errors import UsageError

    source = click.get_current_context().get_parameter_source("noise_text")
    if "noise" in names and source is ParameterSource.COMMANDLINE:
        raise UsageError("--noise sets one noise, and --over noise goes through several; leave one of the two out.")


def noise_of(noise_text: str) -> NoiseModel:
    """Return the noise model that the option names."""
    from mesaprior.inference.bayes.noise import parse_noise

    return parse_noise(noise_text)


def check_noise(noise: NoiseModel, n_actions: int) -> None:
    """Refuse a noise model that does not fit the number of actions, before anything is counted.

    Raises
    ------
    UsageError
        If so.
    """
    noise.tables(0, n_actions)


def is_noiseless(noise: Noise | NoiseModel) -> bool:
    """Tell whether a single miss in training rules a program out."""
    return getattr(noise, "eps", None) == 0
