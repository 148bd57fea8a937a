"""From a formula to the program that the kernel runs, and its results. Numba is imported where a program runs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from mesaprior.priors.formula import Formula

_PUSHES = ("CONSTANT", "COLUMN", "UNDEFINED")
_IN_PLACE = ("NEGATE", "LOG2")

# What each step of a formula becomes; a number is a constant that is pushed first.
_LOWERED: dict[str, tuple[str | float, ...]] = {
    "negate": ("NEGATE",),
    "+": ("ADD",),
    "-": ("NEGATE", "ADD"),
    "*": ("MULTIPLY",),
    "/": ("DIVIDE",),
    "**": ("POWER",),
    "log2": ("LOG2",),
    "sqrt": (0.5, "POWER"),
    "Min": ("MIN",),
    "Max": ("MAX",),
    "<": ("LESS",),
    "<=": ("LESS_EQUAL",),
    # Both sides negated change places.
    "==": ("EQUAL",),
    "!=": ("UNEQUAL",),
    "and": ("AND",),
    "or": ("OR",),
}
