"""The description of terms for the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mesaprior.errors import UsageError
from mesaprior.hypotheses.description import Description, File, Given, Integer, Integers, Option, Progress, Say
from mesaprior.hypotheses.terms.naming import COLUMNS, NAME, NOUN

if TYPE_CHECKING:
    from mesaprior.hypotheses.explained import Explained
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.terms.language import Language
    from mesaprior.hypotheses.terms.space import TermSpace

COMFORTABLE = 3_000_000
"""Where no bound is given, the longest one with at most this many programs is taken."""

LONGEST = 4096
"""Most bits that can be asked for; counting reaches its limits long before."""

LANGUAGE = Option(
    "--language",
    File(),
    "The term language; by default it is derived from the log.",
    metavar="FILE.toml",
)
CONSTANTS = Option(
    "--constants",
    Integers(),
    "Constants of the default language beside the actions, such as 4,10; other numbers cost more bits.",
    metavar="V,V,...",
)
MAX_BITS = Option("--max-bits", Integer(1, LONGEST), "Count every program of at most B bits.", metavar="B")
MAX_TIME = Option(
    "--max-time",
    Integer(1),
    "Leave out programs that take more than T steps, and stop Turing machines after T steps.",
    metavar="T",
    others=("--max-steps",),
    place=2,
)


class Terms(Description["TermSpace"]):
    """All terms of a language."""

    name = NAME
    noun = NOUN
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    space = "mesaprior.hypotheses.terms.space:TermSpace"
    options: ClassVar[tuple[Option, ...]] = (LANGUAGE, CONSTANTS, MAX_BITS, MAX_TIME)
    options_of_programs: ClassVar[tuple[str, ...] | None] = ("--language", "--constants")
    compared = "uniform,simplicity,bounded,levin,s_fast"
    suggested: ClassVar[tuple[tuple[str, str], ...]] = (
        ("levin", "--prior levin"),
        ("speed", "--prior speed --param alpha=2"),
        ("uniform", "--prior uniform"),
    )
    is_usual = True

    def of_options(self, log: ImitationLog, given: Given, say: Say) -> TermSpace:
        """Return the space of the given language, or of the default one of the log."""
        language = language_of(given.get("--language"), log, given.get("--constants"))
        language.check_log(log)
        return self.space_class()(language, bits_of(given, language, log, say), given.get("--max-time"))

    def title(self, space: TermSpace) -> str:
        """Return a phrase on their language."""
        return f"Programs of {space.language.source}"

    def sizes(self, space: TermSpace, log: ImitationLog) -> Sequence[str]:
        """Return the lengths."""
        return [str(length) for length in space.count_by_length(log)]

    def in_words(self, bounds: Mapping[str, Any]) -> str:
        """Return the bounds in a few words."""
        time = f", {bounds['max_time']} steps" if bounds.get("max_time") is not None else ""
        return f"{bounds.get('max_bits', '?')} bits{time}"

    def explain(self, text: str, log: ImitationLog, given: Given, progress: Progress) -> Explained:
        """Take a term apart, of any length."""
        from mesaprior.hypotheses.terms.explain import explain_term

        return explain_term(text, log, language_of(given.get("--language"), log, given.get("--constants")))


def language_of(language_file: str | None, log: ImitationLog, constants: Sequence[int] | None = None) -> Language:
    """Return the language of the file, or the default one of the log with these constants beside the actions.

    Raises
    ------
    UsageError
        If there are both a file and constants.
    """
    from mesaprior.hypotheses.terms.language import default_language, read_language

    if language_file and constants is not None:
        raise UsageError(
            f"--constants goes with the default language, and --language {language_file} is another; add the constants "
            "to that file, or leave one of the two options out."
        )
    return read_language(language_file) if language_file else default_language(log, constants=constants or ())


def bits_of(given: Given, language: Language, log: ImitationLog, say: Say) -> int:
    """Return the requested bound on bits, or one that is counted in seconds, with a note."""
    max_bits = given.get("--max-bits")
    if max_bits is None:
        max_bits = comfortable_bits(language, log)
        say(f"No --max-bits given: counting up to {max_bits} bits.")
    return max_bits


def comfortable_bits(language: Language, log: ImitationLog) -> int:
    """Return the longest bound with at most `COMFORTABLE` programs, or the shortest one with any."""
    from mesaprior.hypotheses.terms.space import TermSpace

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
