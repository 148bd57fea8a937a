"""How a situation is written on a tape, and an action read from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.log import ImitationLog

MOST_ACTIONS = 256


@dataclass(frozen=True)
class Encoding:
    """The bits of situations and of actions.

    Attributes
    ----------
    feature_bits : tuple of int
        Cells of each feature, in the log's order; the most significant bit stands left.
    n_actions : int
        A.
    """

    feature_bits: tuple[int, ...]
    n_actions: int

    @property
    def action_bits(self) -> int:
        """Cells that the action is read from: the one under the head and those right of it."""
        return (self.n_actions - 1).bit_length()

    def tapes(self, situations: np.ndarray) -> np.ndarray:
        """Return the bits of situations, ``int64[S, F]``, side by side: ``uint8[S, cells]``, at least one cell."""
        columns = [
            (situations[:, [f]] >> np.arange(bits - 1, -1, -1)) & 1 for f, bits in enumerate(self.feature_bits)
        ] or [np.zeros((len(situations), 1), dtype=np.int64)]
        return np.ascontiguousarray(np.hstack(columns), dtype=np.uint8)

    def action(self, cells: list[int]) -> int:
        """Return the action written in some cells, the most significant bit first."""
        value = 0
        for cell in cells:
            value = 2 * value + cell
        return value % self.n_actions


def encoding_of(log: ImitationLog, *, actions: int | None = None, domain: int | None = None) -> Encoding:
    """Return the encoding of the situations and actions of a log.

    Parameters
    ----------
    log : ImitationLog
    actions : int or None
        A; None for the largest action or rival, plus one, at least 2.
    domain : int or None
        M: every feature gets ceil(log2 M) bits. None for as many as its own values need, 0 up to its largest.

    Raises
    ------
    ContentError
        If an action or a feature of the log is too large.
    """
    found = max(2, log.largest_action + 1)
    A = found if actions is None else actions
    if found > A and log.largest_action >= A:
        raise ContentError(f"{log.source}: action {log.largest_action} is too large for {A} actions; raise the number.")
    if domain is None:
        sizes = log.feature_sizes
    else:
        for name, size in zip(log.features, log.feature_sizes, strict=True):
            if size > domain:
                raise ContentError(
                    f"{log.source}: feature {name!r} reaches {size - 1}, and the domain has the values 0 to "
                    f"{domain - 1}; raise the domain."
                )
        sizes = (domain,) * len(log.features)
    return Encoding(tuple(max(1, (size - 1).bit_length()) for size in sizes), A)


def check_encoding(actions: int | None, domain: int | None) -> None:
    """Refuse numbers of actions and values that no log can have.

    Raises
    ------
    UsageError
        If so.
    """
    for name, value in (("actions", actions), ("domain", domain)):
        if value is not None and not 2 <= value <= MOST_ACTIONS:
            raise UsageError(f"{name}={value} is out of range; give a number from 2 to {MOST_ACTIONS}.")
