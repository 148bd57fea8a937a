"""The description of Turing machines as policies for the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mesaprior.hypotheses.description import Description, Given, Option, Progress, Say, Sizes
from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.terms.describe import MAX_TIME
from mesaprior.hypotheses.turing.naming import COLUMNS, NAME, NOUN

if TYPE_CHECKING:
    from mesaprior.hypotheses.census import Census
    from mesaprior.hypotheses.explained import Explained
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.turing.space import TuringSpace

COMFORTABLE = (1, 3)
"""Where no number of states is given, these sizes are counted; it takes seconds."""


class Machines(Description["TuringSpace"]):
    """All machines with a given number of states."""

    name = NAME
    noun = NOUN
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    space = "mesaprior.hypotheses.turing.space:TuringSpace"
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "--states",
            Sizes(1, 6, "states"),
            "turing: machines with N states, or with L to N where it is L-N.",
            metavar="N",
        ),
        MAX_TIME,
    )
    options_of_programs: ClassVar[tuple[str, ...] | None] = ("--max-time",)
    size = "states"
    compared = "uniform,simplicity,bounded,levin,s_fast"
    suggested: ClassVar[tuple[tuple[str, str], ...]] = (
        ("levin", "--prior levin"),
        ("speed", "--prior speed --param alpha=2"),
        ("uniform", "--prior uniform"),
    )
    is_usual = True

    def of_options(self, log: ImitationLog, given: Given, say: Say) -> TuringSpace:
        """Return the space."""
        states = given.get("--states")
        if states is None:
            states = COMFORTABLE
            say(f"No --states given: counting machines with {states[0]} to {states[1]} states.")
        return self.space_class()(states[0], states[1], given.get("--max-time"))

    def title(self, space: TuringSpace) -> str:
        """Return a phrase on the bound on their runs."""
        return f"Turing machines, runs of at most {space.max_steps:,} steps"

    def sizes(self, space: TuringSpace, log: ImitationLog) -> Sequence[str]:
        """Return the numbers of states."""
        return [str(size.states) for size in space.sizes]

    def typed(self, bounds: Mapping[str, Any]) -> str:
        """Return the options that ask for bounds again."""
        return f"--states {_states(bounds)} --max-time {bounds['max_steps']}"

    def in_words(self, bounds: Mapping[str, Any]) -> str:
        """Return bounds in a few words."""
        return f"{_states(bounds)} states, {bounds['max_steps']} steps"

    def notes(self, census: Census) -> Iterable[str]:
        """Say how many machines abstain, and what a prior over length means here."""
        from mesaprior.hypotheses.census import ABSTAIN, exact_sum

        abstaining = (census.predictions == ABSTAIN).any(axis=1)[census.behaviour_id]
        if abstaining.any():
            n = exact_sum(census.count[abstaining])
            yield (
                f"{n:,} of the machines ({share_text(n / census.n_programs)}) do not halt within "
                f"{census.bounds['max_steps']:,} steps in some situation: they abstain there, which is a chance of one "
                f"in {census.n_actions} in training and a miss later."
            )
        lengths = sorted(set(census.columns["length"].tolist()))
        if len(lengths) == 1:
            yield f"All of the machines have {lengths[0]:.2f} bits, so priors over length alone are uniform."
        else:
            listed = ", ".join(f"{length:.2f}" for length in lengths)
            yield f"There are machines of {listed} bits; under 2^-length each of these sizes has the same mass."

    def explain(self, text: str, log: ImitationLog, given: Given, progress: Progress) -> Explained:
        """Take a machine apart, of any size."""
        from mesaprior.hypotheses.turing.explain import explain_machine

        return explain_machine(text, log, given.get("--max-time"), progress)


def _states(bounds: Mapping[str, Any]) -> str:
    """Return the numbers of states as they would be typed."""
    return f"{bounds['least_states']}-{bounds['states']}" if "least_states" in bounds else str(bounds["states"])
