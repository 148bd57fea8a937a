"""The space of terms at the command line."""

from __future__ import annotations

import click

from mesaprior.cli.options import SpaceOptions, language_of
from mesaprior.cli.spaces.formalism import Formalism
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.describe import comfortable_bits
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.space import TermSpace


def bits_of(asked: SpaceOptions, language: Language, log: ImitationLog) -> int:
    """Return the bound on bits that is asked for, or one that is counted in seconds, with a note."""
    max_bits = asked.get("--max-bits")
    if max_bits is None:
        max_bits = comfortable_bits(language, log)
        click.echo(f"No --max-bits given: counting up to {max_bits} bits.", err=True)
    return max_bits


def _of_options(log: ImitationLog, asked: SpaceOptions) -> TermSpace:
    language = language_of(asked.get("--language"), log, asked.get("--constants"))
    language.check_log(log)
    return TermSpace(language, bits_of(asked, language, log), asked.get("--max-time"))


FORMALISM = Formalism(
    name=TermSpace.name,
    columns=TermSpace.columns,
    options=("--language", "--constants", "--max-bits", "--max-time"),
    of_options=_of_options,
)
