"""Boolean circuits of two-input gates as a hypothesis space."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal

import numpy as np

from mesaprior.errors import ContentError, RunError, UsageError, setting
from mesaprior.hypotheses.boolean import BooleanLog, BooleanPrediction, boolean_log, check_boolean
from mesaprior.hypotheses.census import FLAGS, Census, census_from_groups
from mesaprior.hypotheses.circuits import code
from mesaprior.hypotheses.circuits.circuit import Circuit, format_circuit, parse_circuit
from mesaprior.hypotheses.circuits.computed import Computed, all_circuits, minimal_circuits
from mesaprior.hypotheses.circuits.gates import Basis, basis_of
from mesaprior.hypotheses.circuits.least.search import work_of
from mesaprior.hypotheses.circuits.naming import COLUMNS, NAME, NOUN
from mesaprior.hypotheses.circuits.orbits import orbit_sizes
from mesaprior.hypotheses.circuits.projecting import behaviours
from mesaprior.hypotheses.circuits.symmetries import MOST_INPUTS
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.space import Space
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.threads import Progress

COUNTS = ("all", "minimal")
"""What is counted: every straight-line circuit, or every function once, with its least gates."""

MOST_GATES = 99
"""Gates of a circuit that has a text."""


class CircuitSpace(Space):
    """All circuits of a bounded number of two-input gates, or all functions that they compute.

    Parameters
    ----------
    max_gates : int
        0 to `MOST_GATES`; how many can be counted depends on the inputs of a log.
    basis : {"full", "aig"}
        All ten gates, or those that are AND or OR of nodes or complements.
    count : {"all", "minimal"}
        Every straight-line circuit with that many gates, even if fewer would do; or every function once, with the gates
        of a least circuit.
    encoding, actions
        See `boolean.boolean_log`.

    Raises
    ------
    UsageError
        If a number or a name is out of range.

    Notes
    -----
    A circuit with r gates has the length of the prefix code in `code`; ``time``, ``infer_time`` and ``gates`` are r,
    ``depth`` is the largest number of gates on a path from an input to an output. Where functions are counted once,
    their length is that of a least circuit, and their depth that of the circuit shown.
    """

    name = NAME
    noun = NOUN
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    engines: ClassVar[tuple[str, ...]] = ("sets",)

    def __init__(
        self,
        max_gates: int,
        *,
        basis: str = "full",
        count: str = "all",
        encoding: str | None = None,
        actions: int | None = None,
    ):
        if not 0 <= max_gates <= MOST_GATES:
            raise UsageError(
                setting("max_gates", max_gates), f" is out of range; give a number from 0 to {MOST_GATES}."
            )
        if count not in COUNTS:
            raise UsageError(f"count={count!r} is nothing that is counted; take {' or '.join(COUNTS)}.")
        check_boolean(encoding, actions)
        self.max_gates = max_gates
        self.basis: Basis = basis_of(basis)
        self.count = count
        self.encoding = encoding
        self.actions = actions
        self._computed: dict[tuple[int, int], Computed] = {}

    @classmethod
    def of_bounds(cls, bounds: dict[str, Any], language: Language | None = None) -> CircuitSpace:
        """Return the space that has these bounds."""
        return cls(
            bounds["max_gates"],
            basis=bounds["basis"],
            count=bounds["count"],
            encoding=bounds.get("encoding"),
            actions=bounds.get("actions"),
        )

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds as plain data; the encoding and the number of actions only if given."""
        given = {"encoding": self.encoding, "actions": self.actions}
        return {"max_gates": self.max_gates, "basis": self.basis.name, "count": self.count} | {
            name: value for name, value in given.items() if value is not None
        }

    def boolean(self, log: ImitationLog) -> BooleanLog:
        """Return a log in bits.

        Raises
        ------
        ContentError
            If it has too many inputs or actions, or needs an encoding.
        """
        return boolean_log(log, noun=self.noun, most_inputs=MOST_INPUTS, encoding=self.encoding, actions=self.actions)

    def count_by_length(self, log: ImitationLog) -> dict[int | float, int]:
        """Return the exact number of circuits of each length, by the product of the choices; all of one size have one.

        Where functions are counted once, there is no product, and they are found first.
        """
        bits = self.boolean(log)
        n, m = bits.n_inputs, bits.n_outputs
        counts: dict[int | float, int] = {}
        if self.count == "all":
            for r in range(self._most_gates(n) + 1):
                counts[code.length_of(n, m, self.basis, r)] = code.n_circuits(n, m, self.basis, r)
            return counts
        computed = self._compute(n, m, 1, None)
        sizes = orbit_sizes(n, computed.functions)
        for r in np.unique(computed.size).tolist():
            n_tuples = sum(sizes[computed.orbit[computed.size == r]].tolist()) << m
            counts[code.length_of(n, m, self.basis, r)] = n_tuples
        return counts

    def n_actions(self, log: ImitationLog) -> int:
        """Return A, see `boolean.boolean_log`."""
        return self.boolean(log).n_actions

    def n_reports(self, log: ImitationLog, *, engine: str | None = None) -> int:
        """Return the total of the progress reports of `census`."""
        bits = self.boolean(log)
        is_searched = self.count == "minimal" and bits.n_outputs == 1
        return work_of(bits.n_inputs, self.max_gates) if is_searched else self.max_gates

    def census(
        self,
        log: ImitationLog,
        *,
        engine: Literal["sets"] = "sets",
        workers: int = 1,
        report: Progress | None = None,
    ) -> Census:
        """Count every circuit of the space on a log, exactly.

        Parameters
        ----------
        log : ImitationLog
        workers : int
            Threads; nothing depends on it.
        report : Progress or None
            Called with numbers that add up to `n_reports`.

        Raises
        ------
        ContentError
            If the log has too many inputs or actions, or needs an encoding.
        UsageError
            If circuits of that many gates cannot be counted for that many inputs.
        RunError
            If the circuits counted are not all there are: an error of the program.

        Notes
        -----
        Cost: see `counting.engine.count_circuits`, `counting.pairs.count_pairs` and `least.search.least_circuits`. It
        does not depend on the log, but for the number of inputs and of output bits.
        """
        bits = self.boolean(log)
        n, m = bits.n_inputs, bits.n_outputs
        computed = self._compute(n, m, workers, report)
        done = behaviours(computed, bits)
        length = np.array([code.length_of(n, m, self.basis, r) for r in range(self._most_gates(n) + 1)])
        census = census_from_groups(
            space=self.name,
            n_actions=bits.n_actions,
            predictions=done.predictions,
            flags=np.zeros((len(done.predictions), len(FLAGS)), dtype=np.uint8),
            witness=done.witness,
            behaviour_id=done.behaviour_id,
            columns={
                "length": length[done.size],
                "time": done.size,
                "infer_time": done.size.copy(),
                "gates": done.size.copy(),
                "depth": done.depth,
            },
            count=done.count,
            row_cell=log.row_situation,
            bounds=self.bounds,
        )
        if census.counted_by_length != self.count_by_length(log):
            raise RunError("the circuits counted are not all there are; report this.")
        return census

    def mass_beyond(self, census: Census, log: ImitationLog) -> float | None:
        """Return the mass under 2^-length of larger circuits; None where functions are counted once."""
        return code.mass_beyond(self.boolean(log).n_inputs, self.max_gates) if self.count == "all" else None

    def length_beyond(self, log: ImitationLog) -> float:
        """Return the bits of the least circuits with more gates than the bound, inf where there are none."""
        bits = self.boolean(log)
        if bits.n_inputs < 2:
            return math.inf
        return code.length_of(bits.n_inputs, bits.n_outputs, self.basis, self.max_gates + 1)

    def parse(self, text: str, log: ImitationLog) -> Circuit:
        """Read a circuit from its text; see `circuit.format_circuit`.

        Raises
        ------
        ContentError
            If it is not the text of a circuit of the space.
        """
        bits = self.boolean(log)
        circuit = parse_circuit(text, bits.n_inputs)
        if len(circuit.outputs) != bits.n_outputs:
            m = len(circuit.outputs)
            raise ContentError(
                f"{text!r} has {m} {'output' if m == 1 else 'outputs'}, and the {bits.n_actions} actions of the log "
                f"need {bits.n_outputs}; write so many at the end, with a space between."
            )
        if len(circuit.gates) > self.max_gates:
            raise ContentError(f"{text!r} has {len(circuit.gates)} gates, and the space up to {self.max_gates}.")
        if any(gate.table not in self.basis.tables for gate in circuit.gates):
            raise ContentError(
                f"{text!r} has a gate that is not in the basis {self.basis.name!r}; take ",
                setting("basis", "full"),
                ".",
            )
        last = bits.n_inputs + len(circuit.gates) - 1
        ends = [output.is_complemented for output in circuit.outputs if output.node == last]
        if circuit.gates and (not ends or ends[0]):
            raise ContentError(
                f"{text!r}: the first output that is the last gate is it without a complement, and there is one; "
                "complement the gate instead, or leave gates after the last output out."
            )
        return circuit

    def format(self, program: Circuit) -> str:
        """Return the text of a circuit."""
        return format_circuit(program)

    def predict(self, program: Circuit, log: ImitationLog) -> BooleanPrediction:
        """Return the plain-Python meaning of a circuit on a log."""
        return BooleanPrediction(program.values, self.boolean(log), log)

    def measures(self, program: Circuit, log: ImitationLog) -> dict[str, int | float]:
        """Return the bits, gates and depth of a circuit."""
        bits, r = self.boolean(log), len(program.gates)
        length = code.length_of(bits.n_inputs, bits.n_outputs, self.basis, r)
        return {"length": length, "time": r, "infer_time": r, "gates": r, "depth": program.depth}

    def _most_gates(self, n: int) -> int:
        """Return the most gates of circuits with n inputs: with one input there is no pair of nodes."""
        return self.max_gates if n >= 2 else 0

    def _compute(self, n: int, m: int, workers: int, report: Progress | None) -> Computed:
        """Return the functions of circuits, computed once."""
        if (n, m) not in self._computed:
            count = all_circuits if self.count == "all" else minimal_circuits
            self._computed[n, m] = count(n, m, self.basis, self._most_gates(n), workers=workers, report=report)
        return self._computed[n, m]
