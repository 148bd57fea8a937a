"""One network: its weights, its text, and its outputs in plain Python."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from mesaprior.errors import ContentError

_INTEGER = r"[+-]?[0-9]{1,3}"
_UNIT = rf"\(\s*((?:{_INTEGER}(?:\s+|(?=\|)))*)\|\s*({_INTEGER})\s*\)"
_HIDDEN = re.compile(r"\s*h" + _UNIT, flags=re.ASCII)
_OUTPUT = re.compile(r"\s*o" + _UNIT, flags=re.ASCII)
_ARROW = re.compile(r"\s*->")
_EXAMPLE = "write it as in h(1 -1 | 0) h(0 1 | -1) -> o(1 1 | 0), or as in o(1 -1 | 0) where there is no hidden unit"


@dataclass(frozen=True)
class Network:
    """A network of threshold units: each is 1 where its weighted sum plus its bias is above 0, else 0.

    Attributes
    ----------
    hidden : tuple of tuple of int
        Of each hidden unit the weights from the inputs, then the bias.
    outputs : tuple of tuple of int
        Of each output the weights from the hidden units (from the inputs, where there are none), then the bias.
    """

    hidden: tuple[tuple[int, ...], ...]
    outputs: tuple[tuple[int, ...], ...]

    @property
    def n_inputs(self) -> int:
        """The number of inputs."""
        return len((self.hidden or self.outputs)[0]) - 1

    @property
    def weights(self) -> tuple[int, ...]:
        """All weights and biases."""
        return tuple(chain(*self.hidden, *self.outputs))

    def sums(self, inputs: Sequence[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Return the weighted sums, biases included, of the hidden units and of the outputs at inputs of 0 and 1."""
        hidden = tuple(_sum(unit, inputs) for unit in self.hidden)
        seen = tuple(int(total > 0) for total in hidden) if hidden else inputs
        return hidden, tuple(_sum(unit, seen) for unit in self.outputs)

    def run(self, inputs: Sequence[int]) -> tuple[int, ...]:
        """Return the outputs at inputs of 0 and 1."""
        return tuple(int(total > 0) for total in self.sums(inputs)[1])


def _sum(unit: Sequence[int], seen: Sequence[int]) -> int:
    *weights, bias = unit
    return sum(weight * value for weight, value in zip(weights, seen, strict=True)) + bias


def format_network(network: Network) -> str:
    """Return the text of a network, such as ``h(1 -1 | 0) h(0 1 | -1) -> o(1 1 | 0)``.

    Of each unit the weights, then a bar and the bias; hidden units, an arrow and the outputs, or the outputs alone.
    """
    hidden = [format_unit("h", unit) for unit in network.hidden]
    outputs = [format_unit("o", unit) for unit in network.outputs]
    return " ".join([*hidden, "->", *outputs] if hidden else outputs)


def format_unit(kind: str, unit: Sequence[int]) -> str:
    """Return the text of a unit, its bias last; the kind is ``h`` or ``o``."""
    *weights, bias = unit
    return f"{kind}({' '.join(map(str, weights))} | {bias})"


def parse_network(text: str) -> Network:
    """Read a network from its text; see `format_network`.

    Raises
    ------
    ContentError
        If it is not the text of a network.
    """
    hidden, place = _units(_HIDDEN, text, 0)
    if hidden:
        arrow = _ARROW.match(text, place)
        if arrow is None:
            raise ContentError(f"{text[:200]!r}: an arrow is missing at {text[place:][:20]!r}; {_EXAMPLE}.")
        place = arrow.end()
    outputs, place = _units(_OUTPUT, text, place)
    if not outputs or text[place:].strip():
        raise ContentError(f"{text[:200]!r} is no network, from {text[place:][:20]!r} on; {_EXAMPLE}.")
    for kind, units, expected in (("h", hidden, None), ("o", outputs, len(hidden) or None)):
        sizes = [len(unit) - 1 for unit in units]
        wrong = next((size for size in sizes if size != (expected or sizes[0])), None)
        if wrong is not None:
            raise ContentError(
                f"{text[:200]!r}: a unit {kind} has {wrong} weights and not {expected or sizes[0]}, as many as the "
                f"others have or as there are units before; {_EXAMPLE}."
            )
    return Network(hidden, outputs)


def _units(pattern: re.Pattern[str], text: str, place: int) -> tuple[tuple[tuple[int, ...], ...], int]:
    """Return the consecutive units at a position of the text, and where they end."""
    units: list[tuple[int, ...]] = []
    while (match := pattern.match(text, place)) is not None:
        units.append((*map(int, match[1].split()), int(match[2])))
        place = match.end()
    return tuple(units), place
