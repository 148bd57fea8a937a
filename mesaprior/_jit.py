"""The one place where the options of compiled kernels are written.

``cache`` keeps the machine code on disk between runs, ``nogil`` lets threads run side by side, and
``error_model="numpy"`` drops the checks for division by zero (the kernels test before they divide).
``fastmath`` is never used: log weights are -inf where a weight is 0.
"""

from numba import njit as _njit

njit = _njit(cache=True, nogil=True, error_model="numpy")
