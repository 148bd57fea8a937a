"""The options of compiled kernels, in one place.

``cache`` keeps the machine code on disk between runs, ``nogil`` lets threads run side by side, and
``error_model="numpy"`` drops the checks for division by zero (the kernels test before they divide).
``fastmath`` is never used: log weights are -inf where a weight is 0.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property, update_wrapper
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit as _njit
from numba.core import event as _event

from mesaprior import compiling


class _Mode(threading.local):
    """Whether kernels that this thread calls run as plain Python."""

    is_plain = False


_MODE = _Mode()


class Kernel:
    """A function that is compiled on its first call, or runs as plain Python where the work is small.

    Either way the results are the same, bit for bit.

    Parameters
    ----------
    function : callable
        As it is written.
    compiled : callable
        As Numba compiles it.

    Attributes
    ----------
    py_func : callable
        The function as it is written.
    """

    def __init__(self, function: Callable[..., Any], compiled: Any):
        update_wrapper(self, function)
        self.py_func = function
        self._compiled = compiled
        # To other kernels this is the compiled function.
        self._numba_type_ = compiled._numba_type_

    def __call__(self, *arguments: Any) -> Any:
        """Run the machine code, compiled first where there is none for such arguments."""
        if _MODE.is_plain:
            return self.py_func(*arguments)
        return self._compiled(*arguments)

    def plain(self, *arguments: Any) -> Any:
        """Run the function, and all kernels that it calls, as plain Python.

        Python refuses some of what becomes infinite or nan in machine code. Then the machine code does the whole work
        anew, so a kernel that adds to what it is given is not to be run like this where that can happen.
        """
        was_plain, _MODE.is_plain = _MODE.is_plain, True
        try:
            # Integers wrap, and floats become infinite or nan, as in machine code.
            with np.errstate(all="ignore"):
                return self.py_func(*arguments)
        except (ArithmeticError, ValueError):
            _MODE.is_plain = False
            return self._compiled(*arguments)
        finally:
            _MODE.is_plain = was_plain

    @property
    def is_at_hand(self) -> bool:
        """Whether there is machine code, in this process or from an earlier one."""
        return bool(self._compiled.signatures) or self._is_kept

    @cached_property
    def _is_kept(self) -> bool:
        """Whether machine code of an earlier process stands on the disk."""
        return self._folder is not None and any(self._folder.glob(f"*.{self._name}.*.nbi"))

    @cached_property
    def spent_before(self) -> float:
        """Seconds that work took without this kernel in earlier processes, about; 0 where nothing is kept."""
        try:
            return float(self._tally.read_text(encoding="ascii")) if self._tally is not None else 0.0
        except (OSError, ValueError):
            return 0.0

    def remember(self, spent: float) -> None:
        """Keep for later processes what work took without this kernel, where there is a place to keep it."""
        if self._tally is not None:
            with suppress(OSError):
                self._tally.write_text(f"{spent:.3f}", encoding="ascii")

    @property
    def _name(self) -> str:
        return f"{self.py_func.__qualname__}-{self.py_func.__code__.co_firstlineno}"

    @property
    def _folder(self) -> Path | None:
        """Where Numba keeps the machine code."""
        folder = self._compiled.stats.cache_path
        return None if folder is None else Path(folder)

    @property
    def _tally(self) -> Path | None:
        return None if self._folder is None else self._folder / f"{self.py_func.__module__}.{self._name}.seconds"


class _Listener(_event.Listener):
    """Tells `compiling.watcher` of kernels that are compiled, one at a time, each with those that it calls."""

    def __init__(self):
        self._depth, self._start = 0, 0.0

    def on_start(self, event: Any) -> None:
        self._depth += 1
        if self._depth == 1:
            self._start = time.monotonic()
            if compiling.watcher is not None:
                compiling.watcher.begin()

    def on_end(self, event: Any) -> None:
        self._depth -= 1
        if self._depth == 0 and compiling.watcher is not None:
            compiling.watcher.end(time.monotonic() - self._start)


# Numba does not say which types this takes.
_events: Any = _event
_events.register("numba:compile", _Listener())


def njit(function: Callable[..., Any]) -> Any:
    """Return a function as a `Kernel`, whose machine code is kept where there is a place to keep it."""
    return _kernel(function)


def njit_in_place(function: Callable[..., Any]) -> Any:
    """Return the same for a function that works on the arrays that it is given and makes none.

    Nothing has to be counted then to know when an array can go. Numba counts with locked instructions whenever an array
    is taken out of a record or a call ends, and in short calls that takes more time than the work.
    """
    return _kernel(function, _nrt=False)


def _kernel(function: Callable[..., Any], **options: Any) -> Any:
    try:
        compiled = _njit(function, cache=True, nogil=True, error_model="numpy", **options)
    except (RuntimeError, OSError):
        # Neither the package's folder nor the user's can be written to: compile afresh in every run.
        compiled = _njit(function, nogil=True, error_model="numpy", **options)
    # With NUMBA_DISABLE_JIT there is nothing but the function itself.
    return function if compiled is function else Kernel(function, compiled)
