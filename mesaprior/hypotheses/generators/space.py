"""The space of generators: terms that give a circuit for every number of inputs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal

import numpy as np

from mesaprior.errors import ContentError, RunError
from mesaprior.hypotheses.census import FLAGS, Census, Vectors, census_from_groups
from mesaprior.hypotheses.circuits.circuit import Circuit, Gate, Output
from mesaprior.hypotheses.generators.family import ENTRIES, FEATURES, GATES, Family, check_extra_gates, family_of
from mesaprior.hypotheses.generators.language import DEFAULT_LANGUAGE
from mesaprior.hypotheses.generators.naming import COLUMNS, NAME, NOUN
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.prediction import Prediction
from mesaprior.hypotheses.space import Progress, Space, digest
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.hypotheses.terms.meaning import Explanation, Meaning, explain
from mesaprior.hypotheses.terms.program import SATURATION, Program
from mesaprior.hypotheses.terms.space import TermSpace

BLOCK = 1 << 15
"""Generators whose circuits are computed at once."""


class GeneratorSpace(Space):
    """All generators up to a length: terms over the features n, i and k whose values are the entries of gates.

    A generator is asked for each entry of each gate of the circuit of each size; see `Family.actions`. What it does in
    a row of the log is the output of the circuit of its size, so what fits rows of small sizes says what is done in
    large ones.

    Parameters
    ----------
    max_bits : int
        Longest generators.
    language : Language or None
        Over the features `n`, `i` and `k`, without `fit` and `lookup`; None for the default one.
    extra_gates : int
        The circuit of n inputs has n - 1 + extra_gates gates.

    Raises
    ------
    ContentError
        If the language does not fit.
    UsageError
        If `extra_gates` is out of range.

    Notes
    -----
    Columns: ``length`` is that of the term. ``time`` is what it takes to write the largest circuit of the log down and
    to run it, 3 r t + r for r gates and a term of t steps, 2^62 at most; ``infer_time`` is r, what is left when the
    circuit is there. ``gates`` is r, the same for all.
    """

    name = NAME
    noun = NOUN
    columns: ClassVar[tuple[str, ...]] = COLUMNS
    engines: ClassVar[tuple[str, ...]] = ("merged",)

    def __init__(self, max_bits: int, language: Language | None = None, *, extra_gates: int = 0):
        check_extra_gates(extra_gates)
        self.generators: Language = DEFAULT_LANGUAGE if language is None else language
        _check_language(self.generators)
        self.max_bits = max_bits
        self.extra_gates = extra_gates
        self._terms = TermSpace(self.generators, max_bits)

    @classmethod
    def of_bounds(cls, bounds: dict[str, Any], language: Language | None = None) -> GeneratorSpace:
        """Return the space that has these bounds."""
        generators = bounds.get("generators")
        return cls(
            bounds["max_bits"],
            None if generators is None else language_from_dict(generators, source="generators"),
            extra_gates=bounds["extra_gates"],
        )

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds as plain data; the language only where it is not the default one."""
        is_default = self.generators.digest == DEFAULT_LANGUAGE.digest
        other = {} if is_default else {"generators": self.generators.to_dict()}
        return {"max_bits": self.max_bits, "extra_gates": self.extra_gates} | other

    def fingerprint(self) -> str:
        """Return a SHA-256 of the language and the bounds."""
        return digest({"space": self.name, "digest": self.generators.digest} | self.bounds)

    def count_by_length(self, log: ImitationLog) -> dict[int | float, int]:
        """Return the exact number of generators of each length."""
        return dict(self._terms.count_by_length(family_of(log, self.extra_gates).questions).items())

    def n_actions(self, log: ImitationLog) -> int:
        """Return 2: a circuit has one output."""
        return 2

    def n_reports(self, log: ImitationLog, *, engine: str | None = None) -> int:
        """Return the approximate total of the progress reports of `census`."""
        return self._terms.n_reports(family_of(log, self.extra_gates).questions)

    def census(
        self,
        log: ImitationLog,
        *,
        engine: Literal["merged"] = "merged",
        workers: int = 1,
        report: Progress | None = None,
    ) -> Census:
        """Count every generator on a log, exactly.

        Raises
        ------
        ContentError
            If the log has not the form that `family_of` asks for.
        RunError
            If no generator is within the bounds, or they would take more memory than there is.

        Notes
        -----
        Generators that write the same circuits are merged as terms; the circuits of a class are computed once. Cost:
        that of a census of terms over all entries of all gates.
        """
        family = family_of(log, self.extra_gates)
        self._terms.check_memory(family.questions)
        written = self._terms.census(family.questions, workers=workers, report=report)
        assert written.vectors is not None  # the language has no fit
        census = self._of_vectors(written.vectors, family, log)
        if census.n_programs != sum(self.count_by_length(log).values()):
            raise RunError(f"{census.n_programs} generators were counted, which is not all there are; report this.")
        return census

    def _of_vectors(self, vectors: Vectors, family: Family, log: ImitationLog) -> Census:
        """Return the census of the circuits given by the vectors."""
        V = len(vectors.intact)
        actions = np.empty((V, len(log.situations)), dtype=np.int16)
        for start in range(0, V, BLOCK):
            actions[start : start + BLOCK] = family.actions(vectors.intact[start : start + BLOCK])
        r = family.most_gates
        steps, G = vectors.columns["time"], len(vectors.count)
        return census_from_groups(
            space=self.name,
            n_actions=self.n_actions(log),
            predictions=actions,
            flags=np.zeros((V, len(FLAGS)), dtype=np.uint8),
            witness=vectors.witness,
            behaviour_id=vectors.vector_id,
            columns={
                "length": vectors.columns["length"].astype(np.float64),
                "time": _times(r, steps),
                "infer_time": np.full(G, r, dtype=np.int64),
                "gates": np.full(G, r, dtype=np.int64),
            },
            count=vectors.count,
            row_cell=log.row_situation,
            bounds=dict(self.bounds),
        )

    def mass_beyond(self, census: Census, log: ImitationLog) -> float:
        """Return the 2^-length mass of the generators that were not counted."""
        return self._terms.mass_beyond(census, family_of(log, self.extra_gates).questions)

    def length_beyond(self, log: ImitationLog) -> float:
        """Return the least length past the bound that any generator has, in bits."""
        return self._terms.length_beyond(family_of(log, self.extra_gates).questions)

    def parse(self, text: str, log: ImitationLog) -> Program:
        """Read a generator from its text, which is that of a term."""
        return self._terms.parse(text, family_of(log, self.extra_gates).questions)

    def explain(self, program: Program, log: ImitationLog) -> Explanation:
        """Take the term of a generator apart: bits and steps by token, and its circuits."""
        return explain(program, self.generators, family_of(log, self.extra_gates).questions)

    def measures(self, program: Program, log: ImitationLog) -> dict[str, int | float]:
        """Return the bits of the term, and the steps and gates of the largest circuit."""
        family = family_of(log, self.extra_gates)
        term, r = self._terms.measures(program, family.questions), family.most_gates
        time = int(_times(r, np.array([term["time"]], dtype=np.int64))[0])
        return {"length": float(term["length"]), "time": time, "infer_time": r, "gates": r}

    def format(self, program: Program) -> str:
        """Return the text of a generator."""
        return self._terms.format(program)

    def predict(self, program: Program, log: ImitationLog) -> Generated:
        """Return the plain-Python meaning of a generator on a log."""
        family = family_of(log, self.extra_gates)
        return Generated(self._terms.predict(program, family.questions), family, log)


@dataclass(frozen=True, eq=False)
class Generated(Prediction):
    """The circuits of one generator, in plain Python.

    Attributes
    ----------
    meaning : Meaning
        Of the term, on the questions.
    family : Family
    log : ImitationLog
    """

    meaning: Meaning
    family: Family
    log: ImitationLog

    @cached_property
    def circuits(self) -> dict[int, list[tuple[int, int, int]]]:
        """Gate number, left and right node of each gate, by number of inputs."""
        entries = iter(self.meaning.predictions["intact"].tolist())
        return {
            n: [
                (next(entries) % len(GATES), next(entries) % (n + i), next(entries) % (n + i))
                for i in range(self.family.n_gates(n))
            ]
            for n in self.family.sizes
        }

    def circuit(self, n: int) -> Circuit:
        """Return the circuit for n inputs; both arguments of a gate may be the same node, and in any order."""
        gates = tuple(Gate(left, right, GATES[gate]) for gate, left, right in self.circuits[n])
        return Circuit(n, gates, (Output(n + len(gates) - 1),))

    def output(self, n: int, bits: list[int]) -> int:
        """Return what the circuit of n inputs computes from its bits."""
        nodes = list(bits)
        for gate, left, right in self.circuits[n]:
            nodes.append(GATES[gate] >> (2 * nodes[left] + nodes[right]) & 1)
        return nodes[-1]

    @property
    def predictions(self) -> dict[str, np.ndarray]:
        """Action on each row, ``int64[R]``."""
        actions = [
            self.output(n, [number >> (n - 1 - j) & 1 for j in range(n)])
            for n, number in zip(self.family.row_size.tolist(), self.family.row_input.tolist(), strict=True)
        ]
        return {"intact": np.array(actions, dtype=np.int64)[self.log.row_situation]}


def _times(r: int, steps: np.ndarray) -> np.ndarray:
    """Return the steps of generating r gates by terms with these steps, ``int64[G]``, and of running them.

    Steps saturate as those of terms do, from which their product would wrap around.
    """
    factor = len(ENTRIES) * r
    most = (SATURATION - r) // factor
    return np.where(steps > most, SATURATION, factor * np.minimum(steps, most) + r).astype(np.int64)


def _check_language(language: Language) -> None:
    """Refuse a language that cannot describe circuits.

    Raises
    ------
    ContentError
        If so.
    """
    other = [name for name in language.used_features if name not in FEATURES]
    if other:
        raise ContentError(
            f"{language.source}: a generator sees {', '.join(FEATURES)} only, and not the feature {other[0]!r}; remove "
            "the token."
        )
    for kind in ("fit", "parameter", "lookup"):
        if language.has(kind):
            raise ContentError(
                f"{language.source}: a generator sees no history and is asked the same for every log, so it has no "
                f"{kind}; remove the token."
            )
    if language.interventions:
        raise ContentError(
            f"{language.source}: a generator is no policy, and its circuits have no other meaning to take; remove the "
            f"intervention {language.intervention_names[0]!r}."
        )
    if language.actions < language.domain or language.domain < len(GATES):
        raise ContentError(
            f"{language.source}: entries of gates are values, so a generator needs as many actions as its domain has "
            f"values, at least {len(GATES)}; it has {language.actions} and {language.domain}."
        )
