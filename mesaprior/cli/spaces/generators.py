"""Generators of circuits at the command line."""

from __future__ import annotations

from collections.abc import Iterable

from mesaprior.cli.options import SpaceOptions
from mesaprior.cli.spaces.formalism import WholeFormalism
from mesaprior.cli.spaces.terms import bits_of
from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.generators.family import family_of
from mesaprior.hypotheses.generators.language import DEFAULT_LANGUAGE
from mesaprior.hypotheses.generators.space import GeneratorSpace
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.language import read_language


def _of_options(log: ImitationLog, asked: SpaceOptions) -> GeneratorSpace:
    file, extra_gates = asked.get("--language"), asked.get("--extra-gates") or 0
    language = DEFAULT_LANGUAGE if file is None else read_language(file)
    questions = family_of(log, extra_gates).questions
    return GeneratorSpace(bits_of(asked, language, questions), language, extra_gates=extra_gates)


def _notes(census: Census) -> Iterable[str]:
    yield (
        f"A generator writes down a circuit for each size, of {int(census.columns['gates'][0])} gates at the largest; "
        "its bits are those of the term, and its steps those of writing and running the largest circuit."
    )


FORMALISM = WholeFormalism(
    name=GeneratorSpace.name,
    columns=GeneratorSpace.columns,
    options=("--language", "--max-bits", "--extra-gates"),
    of_options=_of_options,
    size="bits of the term",
    title=lambda space: f"Generators of circuits, n - 1 + {space.extra_gates} gates for n inputs",
    sizes=lambda space, log: [str(int(length)) for length in space.count_by_length(log)],
    typed=lambda bounds: f"--max-bits {bounds['max_bits']} --extra-gates {bounds['extra_gates']}",
    in_words=lambda bounds: f"{bounds['max_bits']} bits, {bounds['extra_gates']} extra gates",
    notes=_notes,
)
