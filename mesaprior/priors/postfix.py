"""The postfix code of a formula."""

from __future__ import annotations

from typing import NamedTuple


class Step(NamedTuple):
    """One step of postfix code.

    Attributes
    ----------
    op : str
        ``number``, ``column``, ``parameter``, ``true``, ``negate``, an infix operator, ``ceil``, ``log2``, ``exp``,
        ``sqrt``, ``Min`` or ``Max`` of two, or ``Piecewise`` of `argument` pairs (value, condition).
    argument : str or int
        The number as written, the name, or how many pairs; "" otherwise.
    place : int
        Column in the text, from 1.
    """

    op: str
    argument: str | int
    place: int

    @property
    def n_operands(self) -> int:
        """How many values the step takes off the stack."""
        if self.op == "Piecewise":
            return 2 * int(self.argument)
        if self.op in ("number", "column", "parameter", "true"):
            return 0
        return 1 if self.op in ("negate", "ceil", "log2", "exp", "sqrt") else 2
