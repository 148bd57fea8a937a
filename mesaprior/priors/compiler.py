"""From a formula and the values of its parameters to the program that the kernel runs."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from mesaprior.priors import kernels
from mesaprior.priors.formula import Formula, Step

# What each step of a formula becomes; a number is a constant that is pushed.
_OPERATIONS: dict[str, tuple[int | float, ...]] = {
    "negate": (kernels.NEGATE,),
    "+": (kernels.ADD,),
    "-": (kernels.NEGATE, kernels.ADD),
    "*": (kernels.MULTIPLY,),
    "/": (kernels.DIVIDE,),
    "**": (kernels.POWER,),
    "log2": (kernels.LOG2,),
    "exp": (kernels.EXP,),
    "sqrt": (0.5, kernels.POWER),
    "Min": (kernels.MIN,),
    "Max": (kernels.MAX,),
    "<": (kernels.LESS,),
    "<=": (kernels.LESS_EQUAL,),
    ">": (kernels.GREATER,),
    ">=": (kernels.GREATER_EQUAL,),
    "==": (kernels.EQUAL,),
    "!=": (kernels.UNEQUAL,),
    "and": (kernels.AND,),
    "or": (kernels.OR,),
}


class Program:
    """A formula with values for its parameters, ready to run.

    Parameters
    ----------
    formula : Formula
    parameters : mapping of str to float
        A value for each parameter of the formula.
    """

    def __init__(self, formula: Formula, parameters: Mapping[str, float]) -> None:
        self.columns = formula.columns
        self._opcodes: list[int] = []
        self._arguments: list[int] = []
        self._constants: list[float] = []
        self._held = self._n_slots = 0
        for step in formula.code:
            self._lower(step, parameters)

    def run(self, columns: Mapping[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
        """Work out the formula on rows.

        Parameters
        ----------
        columns : mapping of str to array[G]
            Those that the formula reads, at least; whole numbers beyond 2^53 are rounded to float64.

        Returns
        -------
        sign : float64[G]
            -1, 0 or 1; nan where the value is undefined.
        log2_magnitude : float64[G]
            log2 of the magnitude; -inf where the value is 0, inf where it is infinite.

        Notes
        -----
        Exact up to rounding for values from 2^-(2^1020) to 2^(2^1020); beyond that they are 0 or infinite.
        """
        G = len(next(iter(columns.values()), ()))
        inputs = np.empty((len(self.columns), G))
        for index, name in enumerate(self.columns):
            inputs[index] = columns[name]
        sign, log2_magnitude = np.empty(G), np.empty(G)
        kernels.run_program(
            np.array(self._opcodes, dtype=np.int64),
            np.array(self._arguments, dtype=np.int64),
            np.array(self._constants, dtype=np.float64),
            inputs,
            self._n_slots,
            sign,
            log2_magnitude,
        )
        return sign, log2_magnitude

    def _lower(self, step: Step, parameters: Mapping[str, float]) -> None:
        if step.op == "column":
            self._emit(kernels.COLUMN, self.columns.index(str(step.argument)))
        elif step.op == "parameter":
            self._push(parameters[str(step.argument)])
        elif step.op == "number":
            self._push(float(step.argument))
        elif step.op == "true":
            self._push(1.0)
        elif step.op == "Piecewise":
            # Where no condition holds the value is undefined.
            self._emit(kernels.UNDEFINED)
            for _ in range(int(step.argument)):
                self._emit(kernels.SELECT)
        else:
            for operation in _OPERATIONS[step.op]:
                if isinstance(operation, float):
                    self._push(operation)
                else:
                    self._emit(operation)

    def _push(self, constant: float) -> None:
        self._constants.append(constant)
        self._emit(kernels.CONSTANT, len(self._constants) - 1)

    def _emit(self, operation: int, argument: int = 0) -> None:
        self._opcodes.append(operation)
        self._arguments.append(argument)
        if operation <= kernels.UNDEFINED:
            self._held += 1
        elif operation == kernels.SELECT:
            self._held -= 2
        elif operation > kernels.EXP:
            self._held -= 1
        self._n_slots = max(self._n_slots, self._held)


def describe_weight(sign: float, log2_magnitude: float) -> str:
    """Return a weight in words for a message: ``-3.5``, ``-2**1200``, ``undefined``, ``infinite``."""
    if math.isnan(sign):
        return "undefined"
    if log2_magnitude == math.inf:
        return "infinite"
    if abs(log2_magnitude) > 60:
        return f"{'-' * (sign < 0)}2**{log2_magnitude:.6g}"
    return f"{sign * 2.0**log2_magnitude:.6g}"
