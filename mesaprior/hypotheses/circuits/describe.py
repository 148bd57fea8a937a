"""The description of Boolean circuits for the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mesaprior.hypotheses.circuits.naming import COLUMNS, NAME, NOUN
from mesaprior.hypotheses.description import Description, Given, Integer, OneOf, Option, Progress, Say
from mesaprior.hypotheses.phrases import inputs_text

if TYPE_CHECKING:
    from mesaprior.hypotheses.census import Census
    from mesaprior.hypotheses.circuits.space import CircuitSpace
    from mesaprior.hypotheses.explained import Explained
    from mesaprior.hypotheses.log import ImitationLog

COMFORTABLE = {1: {1: 0, 2: 6, 3: 6, 4: 6, 5: 4}, 2: {1: 0, 2: 4, 3: 4, 4: 3, 5: 2}}
"""Gates where no number is given, by output bits and inputs; they are counted in seconds."""

ENCODING = Option(
    "--encoding",
    OneOf(("binary", "one-hot")),
    "circuits, networks: how a feature with more than two values becomes Boolean inputs.",
    place=1,
)


class Circuits(Description["CircuitSpace"]):
    """All circuits of a bounded number of two-input gates, or all functions with their least circuits."""

    name = NAME
    noun = NOUN
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    space = "mesaprior.hypotheses.circuits.space:CircuitSpace"
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "--max-gates",
            Integer(0, 99),
            "circuits: circuits of at most G gates.",
            metavar="G",
        ),
        Option(
            "--basis",
            OneOf(("full", "aig")),
            "circuits: all ten two-input gates, or AND and OR with complements free.  [default: full]",
        ),
        Option(
            "--circuits",
            OneOf(("all", "minimal")),
            "circuits: every circuit, or every function once with its least gates.  [default: all]",
        ),
        ENCODING,
    )
    options_of_programs: ClassVar[tuple[str, ...] | None] = ("--basis", "--encoding")
    size = "gates"
    # A circuit without gates takes no time, and there is no dividing by that.
    compared = "uniform,simplicity,circuit"
    suggested: ClassVar[tuple[tuple[str, str], ...]] = (
        ("circuit", "--prior circuit"),
        ("uniform", "--prior uniform"),
        ("simplicity", "--prior simplicity"),
    )
    is_usual = True

    def of_options(self, log: ImitationLog, given: Given, say: Say) -> CircuitSpace:
        """Return the space; the default bound depends on the inputs and outputs."""

        def space(max_gates: int) -> CircuitSpace:
            return self.space_class()(
                max_gates,
                basis=given.get("--basis") or "full",
                count=given.get("--circuits") or "all",
                encoding=given.get("--encoding"),
            )

        max_gates = given.get("--max-gates")
        if max_gates is None:
            bits = space(0).boolean(log)
            max_gates = COMFORTABLE[bits.n_outputs][bits.n_inputs]
            say(f"No --max-gates given: counting up to {max_gates} gates.")
        return space(max_gates)

    def title(self, space: CircuitSpace) -> str:
        """Return a phrase on the gates and on what is counted."""
        return f"Circuits of two-input gates, {space.basis.name} basis, {space.count} counted"

    def sizes(self, space: CircuitSpace, log: ImitationLog) -> Sequence[str]:
        """Return the numbers of gates."""
        return [str(r) for r in range(len(space.count_by_length(log)))]

    def typed(self, bounds: Mapping[str, Any]) -> str:
        """Return the options that ask for bounds again."""
        encoding = f" --encoding {bounds['encoding']}" if "encoding" in bounds else ""
        return f"--max-gates {bounds['max_gates']} --basis {bounds['basis']} --circuits {bounds['count']}{encoding}"

    def in_words(self, bounds: Mapping[str, Any]) -> str:
        """Return bounds in a few words."""
        return f"{bounds['max_gates']} gates, {bounds['basis']} basis, {bounds['count']} counted"

    def notes(self, census: Census) -> Iterable[str]:
        """Say what is counted, and how the mass is distributed over sizes."""
        if census.bounds["count"] == "minimal":
            yield "Each function is counted once, with the gates of a least circuit and the bits of that circuit."
            return
        sizes = len(set(census.columns["gates"].tolist()))
        yield (
            f"Every straight-line circuit is counted, also those that could do with fewer gates; of the {sizes} sizes "
            "each has half the mass of the one before under 2^-length."
        )

    def legend(self, space: CircuitSpace, log: ImitationLog) -> Iterable[str]:
        """Say what the inputs are."""
        yield inputs_text(space.boolean(log).names)

    def explain(self, text: str, log: ImitationLog, given: Given, progress: Progress) -> Explained:
        """Take a circuit apart; the bound on gates does not matter, since lengths do not depend on it."""
        from mesaprior.hypotheses.circuits.explain import explain_circuit
        from mesaprior.hypotheses.circuits.space import MOST_GATES

        space = self.space_class()(MOST_GATES, basis=given.get("--basis") or "full", encoding=given.get("--encoding"))
        return explain_circuit(space, text, log)
