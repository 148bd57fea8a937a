"""What a program means, in plain Python: the readable twin of the kernels, used to explain single programs.

Nothing here is compiled, so a single program is answered at once. Cost: each subterm is evaluated at most once
for each variant, cell and value of the bound variables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from mesaprior.hypotheses.census import FLAGS, change_columns
from mesaprior.hypotheses.log import TRAIN, ImitationLog
from mesaprior.hypotheses.prediction import Prediction
from mesaprior.hypotheses.terms.cells import cells_of, history_rows
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.program import (
    Program,
    arguments_of,
    format_literal,
    format_program,
    length_of,
    steps_of,
    subterm_ends,
)
from mesaprior.hypotheses.terms.variants import INTACT, LEARNING_INVERTED, SEARCH_INVERTED, variants_of


class Meaning(Prediction):
    """A program on a log.

    Parameters
    ----------
    program : Program
    language : Language
    log : ImitationLog
        Checked against the language.
    """

    def __init__(self, program: Program, language: Language, log: ImitationLog):
        self._program = program
        self._language = language
        self._log = log
        variants = variants_of(language, with_all_lesions=True)
        self._meanings = dict(zip(variants.names, variants.meanings, strict=True))
        self._cells = cells_of(log, with_fit=language.has("fit"))
        self._ends = subterm_ends(program, language)
        self._history = history_rows(log).tolist()
        self._values: dict[tuple[str, int, int, int, int], int] = {}
        self._chosen: dict[tuple[str, int, int, int], int] = {}

    @property
    def predictions(self) -> dict[str, np.ndarray]:
        """Action of each variant on each row of the log, ``int64[R]``, by the variant's name."""
        return self._predictions

    @cached_property
    def _predictions(self) -> dict[str, np.ndarray]:
        actions: dict[str, np.ndarray] = {}
        for variant in self._meanings:
            by_cell = [
                self._value(variant, 0, cell, 0, 0) % self._language.actions
                for cell in range(len(self._cells.situation))
            ]
            actions[variant] = np.array(by_cell, dtype=np.int64)[self._cells.row_cell]
        return actions

    @property
    def flags(self) -> dict[str, bool]:
        """The lesion flags by name."""
        changed = self._changed(SEARCH_INVERTED) + self._changed(LEARNING_INVERTED)
        return {flag: number > 0 for flag, number in zip(FLAGS, changed, strict=True)}

    @property
    def changes(self) -> dict[str, int]:
        """On how many training and later rows each intervention changes the action, by the column of a census."""
        names = self._language.intervention_names
        changed = [number for name in names for number in self._changed(name)]
        return dict(zip(change_columns(names), changed, strict=True))

    def _changed(self, variant: str) -> tuple[int, int]:
        """Return on how many training rows and on how many later ones a variant differs from the intact one."""
        differs = self.predictions[variant] != self.predictions[INTACT]
        in_training = self._log.split == TRAIN
        return int(differs[in_training].sum()), int(differs[~in_training].sum())

    def values_of(self, y: int) -> np.ndarray:
        """Return the intact value in each cell, ``int64[C]``, of a term below something that binds y to this value."""
        return np.array([self._value(INTACT, 0, cell, y, 0) for cell in range(len(self._cells.situation))])

    @property
    def row_cell(self) -> np.ndarray:
        """Cell of each row of the log, ``int64[R]``."""
        return self._cells.row_cell

    def _value(self, variant: str, position: int, cell: int, y: int, theta: int) -> int:
        """Return the value of the subterm at a position; y and theta are 0 where nothing binds them."""
        key = (variant, position, cell, y, theta)
        if key not in self._values:
            self._values[key] = self._compute(*key)
        return self._values[key]

    def _compute(self, variant: str, position: int, cell: int, y: int, theta: int) -> int:
        token = self._meanings[variant][self._program.tokens[position]]
        arguments = list(arguments_of(position, token.arity, self._ends))

        def at(argument: int, y: int = y, theta: int = theta) -> int:
            return self._value(variant, arguments[argument], cell, y, theta)

        if token.kind == "candidate":
            return y
        if token.kind == "parameter":
            return theta
        if token.kind in ("feature", "lookup"):
            column = self._log.features.index(token.name)
            value = int(self._log.situations[self._cells.situation[cell], column])
            literal = self._program.literals[position]
            return value if literal is None else literal[value]
        if token.kind == "number":
            literal = self._program.literals[position]
            assert literal is not None  # a number never stands without its value
            return literal[0] if token.table is None else int(token.table[literal[0]])
        if token.table is not None:
            return int(token.table[tuple(at(argument) for argument in range(token.arity))])
        if token.kind == "if":
            return at(1) if at(0) != 0 else at(2)
        if token.kind in ("argmax", "argmin"):
            upwards = (token.kind == "argmax") != (variant == SEARCH_INVERTED)
            candidates = range(self._language.actions)
            return (max if upwards else min)(candidates, key=lambda candidate: at(0, y=candidate))
        if token.kind == "iterate":
            return self._iterate(lambda y: at(0, y=y), y)
        if token.kind == "fit":
            return at(0, theta=self._theta(variant, arguments[0], int(self._cells.knowledge[cell]), y))
        return token.value

    def _iterate(self, step: Callable[[int], int], y: int) -> int:
        path = [y]
        for _ in range(self._language.rounds):
            y = step(y)
            if y in path:
                # From here on the path goes round, so the remaining rounds are counted modulo its length.
                start = path.index(y)
                return path[start + (self._language.rounds - start) % (len(path) - start)]
            path.append(y)
        return y

    def _theta(self, variant: str, body: int, knowledge: int, y: int) -> int:
        """Return the parameter that a fit of the body chooses in a knowledge state, for one value of y."""
        key = (variant, body, knowledge, y)
        if key not in self._chosen:
            n_seen = int(self._cells.seen_training[knowledge] + self._cells.seen_online[knowledge])
            agreement = [0] * self._language.params
            for row in self._history[:n_seen]:
                cell = int(self._cells.row_cell[row])
                for theta in range(self._language.params):
                    action = self._value(variant, body, cell, y, theta) % self._language.actions
                    agreement[theta] += action == self._log.action[row]
            choose = min if variant == LEARNING_INVERTED else max
            self._chosen[key] = choose(range(self._language.params), key=agreement.__getitem__)
        return self._chosen[key]


@dataclass(frozen=True, eq=False)
class Explanation:
    """One program, taken apart.

    Attributes
    ----------
    text : str
        The program's canonical text.
    tokens : list of (str, int, int, int)
        For each token in prefix order: its text, bits, literal bits, and steps.
    length, time, infer_time : int
        Bits, steps, steps.
    predictions : dict of str to int64[R]
        Action of each variant on each row of the log.
    flags : dict of str to bool
        Lesion flags by name.
    changes : dict of str to int
        On how many training and later rows each intervention changes the action, by the column of a census.
    """

    text: str
    tokens: list[tuple[str, int, int, int]]
    length: int
    time: int
    infer_time: int
    predictions: dict[str, np.ndarray]
    flags: dict[str, bool]
    changes: dict[str, int]


def explain(program: Program, language: Language, log: ImitationLog) -> Explanation:
    """Take one program apart; nothing is compiled."""
    tokens: list[tuple[str, int, int, int]] = []
    for index, literal in zip(program.tokens, program.literals, strict=True):
        token = language.tokens[index]
        text = token.name if literal is None else format_literal(token, literal)
        tokens.append((text, token.bits, language.literal_bits(token, log), token.steps))
    meaning = Meaning(program, language, log)
    time, infer_time = steps_of(program, language, log.n_history)
    return Explanation(
        text=format_program(program, language),
        tokens=tokens,
        length=length_of(program, language, log),
        time=time,
        infer_time=infer_time,
        predictions=meaning.predictions,
        flags=meaning.flags,
        changes=meaning.changes,
    )
