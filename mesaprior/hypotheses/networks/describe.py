"""The description of threshold networks for the command line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from mesaprior.hypotheses.circuits.describe import ENCODING
from mesaprior.hypotheses.description import Description, Given, Option, Progress, Read, Say, Sizes
from mesaprior.hypotheses.networks.naming import COLUMNS, NAME, NOUN
from mesaprior.hypotheses.phrases import share_text

if TYPE_CHECKING:
    from mesaprior.hypotheses.census import Census
    from mesaprior.hypotheses.explained import Explained
    from mesaprior.hypotheses.log import ImitationLog
    from mesaprior.hypotheses.networks.space import NetworkSpace

COMFORTABLE = (0, 2)
"""Where no number of hidden units is given, these are counted; it takes seconds."""


def weights_of(text: str) -> tuple[int, ...]:
    """Return the weights that a text names; see `architecture.parse_weights`."""
    from mesaprior.hypotheses.networks.architecture import parse_weights

    return parse_weights(text)


WEIGHTS = Option(
    "--weights",
    Read(weights_of),
    "networks: the integers that weights and biases can be.  [default: -1,0,1]",
    metavar="W,W,...",
)


class Networks(Description["NetworkSpace"]):
    """All threshold networks with a given number of hidden units and weights from a set."""

    name = NAME
    noun = NOUN
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    space = "mesaprior.hypotheses.networks.space:NetworkSpace"
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "--hidden",
            Sizes(0, 20, "hidden units"),
            "networks: networks with H hidden units, or with L to H where it is L-H.",
            metavar="H",
        ),
        WEIGHTS,
        ENCODING,
    )
    size = "hidden"
    # A network whose weights are all 0 takes no time, and there is no dividing by that.
    compared = "uniform,simplicity,regularized"
    suggested: ClassVar[tuple[tuple[str, str], ...]] = (
        ("regularized", "--prior regularized"),
        ("uniform", "--prior uniform"),
        ("simplicity", "--prior simplicity"),
    )
    is_usual = True

    def of_options(self, log: ImitationLog, given: Given, say: Say) -> NetworkSpace:
        """Return the space; a log that networks cannot handle is refused first."""
        hidden = given.get("--hidden") or COMFORTABLE
        space = self._space(hidden, given)
        space.shapes(log)
        if given.get("--hidden") is None:
            say(f"No --hidden given: counting networks with {hidden[0]} to {hidden[1]} hidden units.")
        return space

    def _space(self, hidden: tuple[int, int], given: Given) -> NetworkSpace:
        chosen = {} if given.get("--weights") is None else {"weights": given["--weights"]}
        return self.space_class()(*hidden, **chosen, encoding=given.get("--encoding"))

    def title(self, space: NetworkSpace) -> str:
        """Return a phrase on their set of weights."""
        return f"Threshold networks, weights {_weights(space.bounds)}"

    def sizes(self, space: NetworkSpace, log: ImitationLog) -> Sequence[str]:
        """Return the numbers of hidden units."""
        return [str(hidden) for hidden in range(space.least, space.most + 1)]

    def typed(self, bounds: Mapping[str, Any]) -> str:
        """Return the options that ask for bounds again."""
        from mesaprior.hypotheses.networks.architecture import DEFAULT_WEIGHTS

        options = f"--hidden {_hidden(bounds)}"
        if tuple(bounds["weights"]) != DEFAULT_WEIGHTS:
            options += f" --weights {_weights(bounds)}"
        return options + (f" --encoding {bounds['encoding']}" if "encoding" in bounds else "")

    def in_words(self, bounds: Mapping[str, Any]) -> str:
        """Return bounds in a few words."""
        encoding = f", {bounds['encoding']}" if "encoding" in bounds else ""
        return f"{_hidden(bounds)} hidden, weights {_weights(bounds)}{encoding}"

    def notes(self, census: Census) -> Iterable[str]:
        """Say how many networks are constant, and what a prior over length means here."""
        from mesaprior.hypotheses.census import exact_sum

        constant = (census.predictions == census.predictions[:, :1]).all(axis=1)[census.behaviour_id]
        n = exact_sum(census.count[constant])
        yield (
            f"{n:,} of the networks ({share_text(n / census.n_programs)}) take the same action in every situation: "
            "networks with random weights lean to constants by themselves."
        )
        lengths = sorted(set(census.columns["length"].tolist()))
        if len(lengths) == 1:
            yield (
                f"All of the networks have {lengths[0]:.2f} bits, so priors over length alone are uniform; "
                "`regularized` is a prior over their weights."
            )
        else:
            listed = ", ".join(f"{length:.2f}" for length in lengths)
            yield (
                f"There are networks of {listed} bits; 2^-length is a code of how many hidden units there are, and "
                "uniform on their weights."
            )

    def legend(self, space: NetworkSpace, log: ImitationLog) -> Iterable[str]:
        """Explain the order of the weights."""
        yield f"Weights are in the order of the inputs, {', '.join(space.boolean(log).names)}."

    def explain(self, text: str, log: ImitationLog, given: Given, progress: Progress) -> Explained:
        """Take a network apart; without a given number of hidden units, the bits of that number count too."""
        from mesaprior.hypotheses.networks.explain import explain_network
        from mesaprior.hypotheses.networks.network import parse_network

        hidden = given.get("--hidden") or (0, max(COMFORTABLE[1], len(parse_network(text).hidden)))
        return explain_network(self._space(hidden, given), text, log)


def _hidden(bounds: Mapping[str, Any]) -> str:
    """Return the numbers of hidden units as they would be typed."""
    return f"{bounds['least_hidden']}-{bounds['hidden']}" if "least_hidden" in bounds else str(bounds["hidden"])


def _weights(bounds: Mapping[str, Any]) -> str:
    """Return the set of weights as it would be typed."""
    return ",".join(map(str, bounds["weights"]))
