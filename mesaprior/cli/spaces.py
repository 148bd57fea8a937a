"""From the options that name a hypothesis space to the space, and from a stored census back to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mesaprior.cli.options import LONGEST, SpaceOptions, check_columns, language_of
from mesaprior.errors import UsageError
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.store import open_manifest
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.turing.policies.sizes import TuringSizes

if TYPE_CHECKING:
    from mesaprior.priors.prior import FormulaPrior

Space = TermSpace | TuringSizes

COMFORTABLE = 3_000_000
"""Where no bound is given, the longest one with at most this many programs is taken."""

COMFORTABLE_STATES = (1, 3)
"""Where no number of states is given, these sizes are counted; it takes seconds."""

_HOME = {"--language": "terms", "--max-bits": "terms", "--states": "turing"}
"""Options that belong to one space."""

_COLUMNS = {"terms": TermSpace.columns, "turing": TuringSizes.columns}


def space_of(log: ImitationLog, asked: SpaceOptions) -> Space:
    """Return the space that the options name; without a bound, one that is counted in seconds.

    Raises
    ------
    UsageError
        If an option belongs to another space.
    """
    name = asked.space or "terms"
    for option, home in _HOME.items():
        if asked.by_option[option] is not None and home != name:
            raise UsageError(
                f"{option} goes with --space {home}, and the space here is {name}; leave it out, or ask for "
                f"--space {home}."
            )
    return _machines(asked) if name == "turing" else _terms(log, asked)


def stored_space(name: str, language: Language | None, bounds: dict[str, Any]) -> Space:
    """Return the space that a census folder was counted from."""
    if language is None:
        return TuringSizes.of_bounds(bounds)
    return TermSpace(language, bounds["max_bits"], bounds["max_time"])


def check_prior(prior: FormulaPrior, source: str, asked: SpaceOptions) -> None:
    """Refuse a prior that reads what the space asked for, or that of a census folder, does not count.

    Raises
    ------
    UsageError
        If so.
    """
    is_folder = Path(source).is_dir()
    name = str(open_manifest(Path(source)).get("space")) if is_folder else asked.space or "terms"
    # A folder that says nothing sensible is refused when it is opened.
    name = name if name in _COLUMNS else "terms"
    check_columns(prior, name, _COLUMNS[name])


def comfortable_bits(language: Language, log: ImitationLog) -> int:
    """Return the longest bound with at most `COMFORTABLE` programs, or the shortest one with any."""
    bound = 64
    while True:
        total, best = 0, 0
        for length, n in TermSpace(language, bound).count_by_length(log).items():
            total += n
            if total > COMFORTABLE:
                return best or length
            best = length
        if bound >= LONGEST:
            return best or 1
        bound *= 4


def _terms(log: ImitationLog, asked: SpaceOptions) -> TermSpace:
    language = language_of(asked.language_file, log)
    language.check_log(log)
    max_bits = asked.max_bits
    if max_bits is None:
        max_bits = comfortable_bits(language, log)
        click.echo(f"No --max-bits given: counting up to {max_bits} bits.", err=True)
    return TermSpace(language, max_bits, asked.max_time)


def _machines(asked: SpaceOptions) -> TuringSizes:
    if asked.states is None:
        least, most = COMFORTABLE_STATES
        click.echo(f"No --states given: counting machines with {least} to {most} states.", err=True)
    return TuringSizes(*(asked.states or COMFORTABLE_STATES), asked.max_time)
