"""The space of threshold networks: shapes of one or several sizes, as policies."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import add
from typing import Any, ClassVar, Literal

import numpy as np

from mesaprior.errors import ContentError, Named, UsageError, setting
from mesaprior.hypotheses.boolean import BooleanLog, BooleanPrediction, boolean_log, check_boolean
from mesaprior.hypotheses.census import FLAGS, Census, census_from_groups
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.networks.architecture import (
    DEFAULT_WEIGHTS,
    MOST_HIDDEN,
    MOST_INPUTS,
    Architecture,
    bits_of_hidden,
    check_weights,
    norms_of,
)
from mesaprior.hypotheses.networks.counting import PARTS, NetworkCounts, check_shape, count_networks
from mesaprior.hypotheses.networks.naming import COLUMNS, NAME, NOUN
from mesaprior.hypotheses.networks.network import Network, format_network, parse_network
from mesaprior.hypotheses.networks.witnesses import network_texts
from mesaprior.hypotheses.space import Progress, Space
from mesaprior.hypotheses.terms.language import Language


class NetworkSpace(Space):
    """All threshold networks with `least` to `most` hidden units and weights from a set, as policies.

    A situation is the input of a Boolean function (see `boolean.boolean_log`), and the action is the number that the
    outputs are, the most significant first, modulo A.

    Parameters
    ----------
    least : int
        Hidden units; with 0 the outputs read the inputs directly.
    most : int or None
        None for `least`; otherwise every number in between is counted, too.
    weights : sequence of int
        The values that a weight or a bias can have.
    encoding : {"binary", "one-hot"} or None
        How features with more than two values are written.
    actions : int or None
        A; None for the largest action or rival of a log, plus one, at least 2.

    Raises
    ------
    UsageError
        If a number is out of range.

    Notes
    -----
    Columns: ``length`` is log2 of how many networks have as many hidden units, plus the bits of that number where it is
    open (`architecture.bits_of_hidden`). ``time``, ``infer_time`` and ``weights`` are the weights and biases that are
    not 0, ``l1`` the sum of their absolute values and ``l2`` that of their squares. So 2^-length of all networks with
    as many hidden units sums to 1 where there is one such number, and to 2^-bits of the number where there are several.
    """

    name = NAME
    noun = NOUN
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    engines: ClassVar[tuple[str, ...]] = ("grouped",)

    def __init__(
        self,
        least: int,
        most: int | None = None,
        *,
        weights: Sequence[int] = DEFAULT_WEIGHTS,
        encoding: str | None = None,
        actions: int | None = None,
    ):
        most = least if most is None else most
        for name, number in (("least", least), ("most", most)):
            if not 0 <= number <= MOST_HIDDEN:
                raise UsageError(
                    Named(f"{name}={number}", f"--hidden {number}"),
                    f" is out of range; give a number of units from 0 to {MOST_HIDDEN}.",
                )
        if least > most:
            raise UsageError(
                Named(f"least={least}, most={most}", f"--hidden {least}-{most}"),
                " holds no size; write the smaller number first.",
            )
        check_boolean(encoding, actions)
        self.least = least
        self.most = most
        self.weights: tuple[int, ...] = check_weights(weights)
        self.encoding = encoding
        self.actions = actions

    @classmethod
    def of_bounds(cls, bounds: dict[str, Any], language: Language | None = None) -> NetworkSpace:
        """Return the space that has these bounds."""
        return cls(
            bounds.get("least_hidden", bounds["hidden"]),
            bounds["hidden"],
            weights=bounds["weights"],
            encoding=bounds.get("encoding"),
            actions=bounds.get("actions"),
        )

    @property
    def hidden(self) -> str:
        """The numbers of hidden units as they would be typed."""
        return str(self.most) if self.least == self.most else f"{self.least}-{self.most}"

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds as plain data; the least number of units, encoding and actions only where they matter."""
        given = {"encoding": self.encoding, "actions": self.actions}
        several = {} if self.least == self.most else {"least_hidden": self.least}
        return (
            several
            | {"hidden": self.most, "weights": list(self.weights)}
            | {name: value for name, value in given.items() if value is not None}
        )

    def shapes(self, log: ImitationLog) -> list[Architecture]:
        """Return the shapes that are counted on a log.

        Raises
        ------
        ContentError
            If the log has other inputs or actions than networks can take.
        UsageError
            If there are too many networks to be counted.
        """
        seen = self.boolean(log)
        shapes = [
            Architecture(seen.n_inputs, hidden, seen.n_outputs, self.weights)
            for hidden in range(self.least, self.most + 1)
        ]
        for shape in shapes:
            check_shape(shape)
        return shapes

    def length(self, shape: Architecture) -> float:
        """Return the bits of every network of a shape."""
        return shape.bits + (bits_of_hidden(shape.hidden) if self.least < self.most else 0)

    def count_by_length(self, log: ImitationLog) -> dict[int | float, int]:
        """Return the exact number of networks of each length, which is that of each number of hidden units."""
        counts: dict[int | float, int] = {}
        for shape in self.shapes(log):
            counts[self.length(shape)] = counts.get(self.length(shape), 0) + shape.n_networks
        return counts

    def n_actions(self, log: ImitationLog) -> int:
        """Return A, see `boolean.boolean_log`."""
        return self.boolean(log).n_actions

    def n_reports(self, log: ImitationLog, *, engine: str | None = None) -> int:
        """Return the total of the progress reports of `census`."""
        return PARTS * (self.most - self.least + 1)

    def mass_beyond(self, census: Census, log: ImitationLog) -> float:
        """Return the mass under 2^-length of the networks with other numbers of hidden units, if that is open."""
        if self.least == self.most:
            return 0.0
        return 1 - sum(2.0 ** -bits_of_hidden(hidden) for hidden in range(self.least, self.most + 1))

    def length_beyond(self, log: ImitationLog) -> float:
        """Return the least bits of a network with a number of hidden units that is not counted, where that is open."""
        if self.least == self.most:
            return math.inf
        seen = self.boolean(log)
        others = [*range(self.least), self.most + 1]
        return min(self.length(Architecture(seen.n_inputs, h, seen.n_outputs, self.weights)) for h in others)

    def census(
        self,
        log: ImitationLog,
        *,
        engine: Literal["grouped"] = "grouped",
        workers: int = 1,
        report: Progress | None = None,
    ) -> Census:
        """Count every network of the space on a log, exactly; see `counting.count_networks`.

        Raises
        ------
        ContentError
            If the log has other inputs or actions than networks can take.
        UsageError
            If there are too many networks to be counted.
        RunError
            If there is not enough memory.
        """
        inputs = self.boolean(log).inputs
        parts = [
            self._census(log, shape, count_networks(shape, inputs, workers=workers, report=report))
            for shape in self.shapes(log)
        ]
        return replace(reduce(add, parts), bounds=self.bounds)

    def _census(self, log: ImitationLog, shape: Architecture, counts: NetworkCounts) -> Census:
        seen = self.boolean(log)
        D = len(seen.inputs)
        situation = np.arange(D, dtype=np.uint64)
        value = np.zeros((len(counts.behaviour), D), dtype=np.int16)
        for output in range(shape.outputs):
            bit = (counts.behaviour[:, None] >> (situation + np.uint64(D * output))) & np.uint64(1)
            value = 2 * value + bit.astype(np.int16)
        behaviour, column = np.nonzero(counts.count)
        norms = norms_of(counts.norm[column])
        time = norms["weights"]
        return census_from_groups(
            space=self.name,
            n_actions=seen.n_actions,
            predictions=value % seen.n_actions,
            flags=np.zeros((len(value), len(FLAGS)), dtype=np.uint8),
            witness=network_texts(counts, shape),
            behaviour_id=behaviour,
            columns={
                "length": np.full(len(behaviour), self.length(shape)),
                "time": time,
                "infer_time": time.copy(),
                **norms,
            },
            count=counts.count[behaviour, column].astype(np.uint64),
            row_cell=log.row_situation,
            bounds=self.bounds,
        )

    def boolean(self, log: ImitationLog) -> BooleanLog:
        """Return a log in bits.

        Raises
        ------
        ContentError
            If it has too many inputs or actions, or needs an encoding.
        """
        return boolean_log(log, noun=self.noun, most_inputs=MOST_INPUTS, encoding=self.encoding, actions=self.actions)

    def parse(self, text: str, log: ImitationLog) -> Network:
        """Read a network from its text; see `network.format_network`.

        Raises
        ------
        ContentError
            If it is not the text of a network of the space.
        """
        network, seen = parse_network(text), self.boolean(log)
        strange = [weight for weight in network.weights if weight not in self.weights]
        if strange:
            raise ContentError(
                f"{text[:200]!r} has the weight {strange[0]}, and here they are from "
                f"{','.join(map(str, self.weights))}; name the set with ",
                setting("weights"),
                ".",
            )
        for what, found, expected in (
            ("inputs", network.n_inputs, str(seen.n_inputs)),
            ("outputs", len(network.outputs), str(seen.n_outputs)),
        ):
            if str(found) != expected:
                raise ContentError(f"{text[:200]!r} has {found} {what}, and the networks of this space {expected}.")
        if not self.least <= len(network.hidden) <= self.most:
            raise ContentError(
                f"{text[:200]!r} has {len(network.hidden)} hidden units, and the networks of this space {self.hidden} ",
                Named("(least, most).", "(--hidden)."),
            )
        return network

    def format(self, program: Network) -> str:
        """Return the text of a network."""
        return format_network(program)

    def predict(self, program: Network, log: ImitationLog) -> BooleanPrediction:
        """Return the plain-Python meaning of a network on a log."""
        bits = self.boolean(log)
        # A network takes its inputs one by one, the most significant bit of their number first.
        places = range(bits.n_inputs - 1, -1, -1)
        return BooleanPrediction(lambda number: program.run([number >> j & 1 for j in places]), bits, log)

    def shape_of(self, program: Network, log: ImitationLog) -> Architecture:
        """Return the shape of a network on a log."""
        seen = self.boolean(log)
        return Architecture(seen.n_inputs, len(program.hidden), seen.n_outputs, self.weights)

    def measures(self, program: Network, log: ImitationLog) -> dict[str, int | float]:
        """Return the bits of a network, its nonzero weights, and the sums of their absolute values and squares."""
        weights = program.weights
        n = sum(weight != 0 for weight in weights)
        return {
            "length": self.length(self.shape_of(program, log)),
            "time": n,
            "infer_time": n,
            "weights": n,
            "l1": sum(map(abs, weights)),
            "l2": sum(weight**2 for weight in weights),
        }
