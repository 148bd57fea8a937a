"""Situations as inputs of Boolean functions, and actions as their output bits: what circuits and networks see of a log.

Notes
-----
Sizes: n inputs, m outputs, S situations. Input number i of a function is the situation whose bits, the first input the
most significant, are i in binary; a truth table is a number whose bit i is the value at input i. The encodings are
written down in ``docs/reference/boolean.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import ContentError, Named, UsageError, setting
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.prediction import Prediction

ENCODINGS = ("binary", "one-hot")
"""Ways to write features with more than two values: in bits, or with one input for each value."""

MOST_ACTIONS = 4
"""Actions that Boolean spaces have room for: two output bits."""


@dataclass(frozen=True, eq=False)
class BooleanLog:
    """The situations and actions of a log in bits.

    Attributes
    ----------
    names : tuple of str
        Of the n inputs; the first is the most significant bit of an input number.
    inputs : int64[S]
        Number of the input that each situation is, 0 to 2^n - 1; distinct.
    n_actions : int
        A.
    """

    names: tuple[str, ...]
    inputs: NDArray[np.int64]
    n_actions: int

    @property
    def n_inputs(self) -> int:
        """The number of inputs."""
        return len(self.names)

    @property
    def n_outputs(self) -> int:
        """m, the bits of an action; the first output is the most significant, and the action is their value mod A."""
        return (self.n_actions - 1).bit_length()


class BooleanPrediction(Prediction):
    """What one Boolean function does on a log, in plain Python.

    Parameters
    ----------
    outputs : callable
        Returns the outputs, 0 or 1, at an input number, the most significant first.
    bits : BooleanLog
        The log in bits.
    log : ImitationLog
    """

    def __init__(self, outputs: Callable[[int], Sequence[int]], bits: BooleanLog, log: ImitationLog):
        self._outputs, self._bits, self._log = outputs, bits, log

    @cached_property
    def actions(self) -> list[int]:
        """The action in each situation."""
        return [
            int("".join(map(str, self._outputs(number))), 2) % self._bits.n_actions
            for number in self._bits.inputs.tolist()
        ]

    @property
    def predictions(self) -> dict[str, np.ndarray]:
        """Action on each row, ``int64[R]``."""
        return {"intact": np.array(self.actions, dtype=np.int64)[self._log.row_situation]}


def boolean_log(
    log: ImitationLog, *, noun: str, most_inputs: int, encoding: str | None = None, actions: int | None = None
) -> BooleanLog:
    """Write the situations of a log as inputs of Boolean functions.

    Parameters
    ----------
    log : ImitationLog
    noun : str
        What the functions are computed by, in the plural, for messages.
    most_inputs : int
        The most that they take.
    encoding : {"binary", "one-hot"} or None
        How features are written; None where every feature has the values 0 and 1 only, and is an input.
    actions : int or None
        A; None for the largest action or rival, plus one, at least 2.

    Raises
    ------
    UsageError
        If the numbers of actions or the encoding are none there are.
    ContentError
        If the log needs an encoding, or has too many inputs or actions; the message says what would do.
    """
    check_boolean(encoding, actions)
    A = max(2, log.largest_action + 1) if actions is None else actions
    if log.largest_action >= A or A > MOST_ACTIONS:
        raise ContentError(
            f"{log.source}: action {log.largest_action} is too large, {noun} here choose between at most "
            f"{MOST_ACTIONS if actions is None else A} actions, 0 to {(MOST_ACTIONS if actions is None else A) - 1}; "
            "use ",
            Named("terms or machines", "--space terms or turing"),
            ", or leave such rows out.",
        )
    if encoding is None:
        _check_binary(log, noun, most_inputs)
    widths = _widths(log, encoding)
    if sum(widths) > most_inputs:
        raise ContentError(
            f"{log.source}: its features are {sum(widths)} inputs{f' ({encoding})' * bool(encoding)}, and {noun} take "
            f"at most {most_inputs}; ",
            *_way_out(log, most_inputs, encoding),
            ".",
        )
    if not sum(widths):
        raise ContentError(f"{log.source}: there is no feature column, and {noun} need an input; add one.")
    names = [
        name if width == 1 else f"{name}{'=' if encoding == 'one-hot' else '.'}{k}"
        for name, width in zip(log.features, widths, strict=True)
        for k in (range(width) if encoding == "one-hot" else reversed(range(width)))
    ]
    inputs = np.zeros(len(log.situations), dtype=np.int64)
    for f, width in enumerate(widths):
        column = log.situations[:, f]
        bits = np.left_shift(1, width - 1 - column) if encoding == "one-hot" and width > 1 else column
        inputs = (inputs << width) | bits
    return BooleanLog(tuple(names), inputs, A)


def check_boolean(encoding: str | None, actions: int | None) -> None:
    """Refuse an encoding or a number of actions that no Boolean space has.

    Raises
    ------
    UsageError
        If so.
    """
    if encoding is not None and encoding not in ENCODINGS:
        raise UsageError(f"encoding={encoding!r} is none there is; take {' or '.join(ENCODINGS)}, or none.")
    if actions is not None and not 2 <= actions <= MOST_ACTIONS:
        raise UsageError(f"actions={actions} is out of range; give a number from 2 to {MOST_ACTIONS}.")


def _widths(log: ImitationLog, encoding: str | None) -> list[int]:
    """Return the inputs that each feature becomes; a feature with the values 0 and 1 is one under any encoding."""
    if encoding == "one-hot":
        return [1 if size <= 2 else size for size in log.feature_sizes]
    return [max(1, (size - 1).bit_length()) for size in log.feature_sizes]


def _check_binary(log: ImitationLog, noun: str, most_inputs: int) -> None:
    """Refuse a feature with other values than 0 and 1."""
    wide = np.argwhere(log.situations > 1)
    if len(wide) == 0:
        return
    situation, f = wide[0]
    row = int(np.flatnonzero(log.row_situation == situation)[0])
    raise ContentError(
        f"{log.source}, line {log.file_line[row]}: feature {log.features[f]!r} is {log.situations[situation, f]}, and "
        f"{noun} take inputs of 0 and 1; ",
        *_way_out(log, most_inputs, None),
        ".",
    )


def _way_out(log: ImitationLog, most_inputs: int, encoding: str | None) -> list[str | Named]:
    """Return which encoding would do, or that none does, as parts of a message."""
    fitting = {other: n for other in ENCODINGS if (n := sum(_widths(log, other))) <= most_inputs and other != encoding}
    if fitting:
        ways = [(setting("encoding", name), f" makes {n} inputs of them", " or ") for name, n in fitting.items()]
        return [part for way in ways for part in way][:-1]
    n = sum(_widths(log, "binary"))
    return [f"even in binary its features are {n} inputs, of at most {most_inputs}, so leave feature columns out"]
