"""The description of generators of circuits for the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mesaprior.hypotheses.description import Description, Given, Integer, Option, Progress, Say
from mesaprior.hypotheses.generators.naming import COLUMNS, NAME, NOUN
from mesaprior.hypotheses.terms.describe import LANGUAGE, MAX_BITS, bits_of

if TYPE_CHECKING:
    from mesaprior.hypotheses.census import Census
    from mesaprior.hypotheses.explained import Explained
    from mesaprior.hypotheses.generators.space import GeneratorSpace
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.terms.language import Language


class Generators(Description["GeneratorSpace"]):
    """All terms that give a circuit for every number of inputs."""

    name = NAME
    noun = NOUN
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    space = "mesaprior.hypotheses.generators.space:GeneratorSpace"
    options: ClassVar[tuple[Option, ...]] = (
        LANGUAGE,
        MAX_BITS,
        Option(
            "--extra-gates",
            Integer(0, 8),
            "generators: circuits of n - 1 + E gates for n inputs.  [default: 0]",
            metavar="E",
        ),
    )
    options_of_programs: ClassVar[tuple[str, ...] | None] = ("--language", "--extra-gates")
    size = "bits of the term"
    compared = "uniform,simplicity,bounded,levin,s_fast"
    suggested: ClassVar[tuple[tuple[str, str], ...]] = (
        ("levin", "--prior levin"),
        ("speed", "--prior speed --param alpha=2"),
        ("uniform", "--prior uniform"),
    )

    def of_options(self, log: ImitationLog, given: Given, say: Say) -> GeneratorSpace:
        """Return the space; the default bound depends on the language."""
        from mesaprior.hypotheses.generators.family import family_of

        language, extra_gates = _language_of(given), given.get("--extra-gates") or 0
        questions = family_of(log, extra_gates).questions
        return self.space_class()(bits_of(given, language, questions, say), language, extra_gates=extra_gates)

    def title(self, space: GeneratorSpace) -> str:
        """Return a phrase on the size of their circuits."""
        return f"Generators of circuits, n - 1 + {space.extra_gates} gates for n inputs"

    def sizes(self, space: GeneratorSpace, log: ImitationLog) -> Sequence[str]:
        """Return the lengths."""
        return [str(int(length)) for length in space.count_by_length(log)]

    def in_words(self, bounds: Mapping[str, Any]) -> str:
        """Return bounds in a few words."""
        return f"{bounds['max_bits']} bits, {bounds['extra_gates']} extra gates"

    def notes(self, census: Census) -> Iterable[str]:
        """Say what bits and steps are."""
        yield (
            f"A generator writes down a circuit for each size, of {int(census.columns['gates'][0])} gates at the "
            "largest; its bits are those of the term, and its steps those of writing and running the largest circuit."
        )

    def explain(self, text: str, log: ImitationLog, given: Given, progress: Progress) -> Explained:
        """Take a generator apart, of any length."""
        from mesaprior.hypotheses.generators.explain import explain_generator

        space = self.space_class()(1, _language_of(given), extra_gates=given.get("--extra-gates") or 0)
        return explain_generator(space, text, log)


def _language_of(given: Given) -> Language:
    """Return the language of the file named, or the default one."""
    from mesaprior.hypotheses.generators.language import DEFAULT_LANGUAGE
    from mesaprior.hypotheses.terms.language import read_language

    file = given.get("--language")
    return DEFAULT_LANGUAGE if file is None else read_language(file)
