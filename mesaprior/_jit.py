"""The one place where the options of compiled kernels are written.

``cache`` keeps the machine code on disk between runs, ``nogil`` lets threads run side by side, and
``error_model="numpy"`` drops the checks for division by zero (the kernels test before they divide).
``fastmath`` is never used: log weights are -inf where a weight is 0.
"""

from collections.abc import Callable
from typing import Any

from numba import njit as _njit


def njit(function: Callable[..., Any]) -> Any:
    """Compile a function on its first call, and keep the machine code where there is a place to keep it."""
    try:
        return _njit(function, cache=True, nogil=True, error_model="numpy")
    except (RuntimeError, OSError):
        # Neither the package's folder nor the user's can be written to: compile afresh in every run.
        return _njit(function, nogil=True, error_model="numpy")
