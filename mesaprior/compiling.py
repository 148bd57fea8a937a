"""Whether work is worth compiling kernels for.

A kernel takes about a second to be compiled, those that put programs together take far longer; the machine code is kept
for later runs. Work that plain Python or NumPy has done before that needs no compiler, and gives the same results.
Small work adds up, from run to run: once it took as long as compiling would have, the kernel is compiled after all. So
no user ever waits twice as long, in all, as with the better of the two.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

TYPICAL = 1.0
"""Seconds that it takes to compile a kernel, about."""

LOADING = 1 / 150
"""Share of that time which it takes to load machine code from the disk, about."""

STARTING = 0.1
"""Seconds of work that are done without the first machine code of a process; making Numba ready takes longer."""

WORTH_KEEPING = 0.02
"""Seconds of work from which on it is recorded for later runs."""

PATIENCE = 1.0
"""How many times as long as that work may take without kernels: 0 to use them always, infinity to use them never."""


class Watcher(Protocol):
    """Who wants to know of kernels that are compiled."""

    def begin(self) -> None:
        """Be told that a kernel begins to be compiled."""
        ...

    def end(self, seconds: float) -> None:
        """Be told that it was compiled, and how long that took."""
        ...


watcher: Watcher | None = None
"""Who is told."""

_spent: dict[Any, float] = {}
"""Seconds that work took without a kernel so far."""

_in_use: set[Any] = set()
"""Kernels that were found worth their machine code."""


def is_worth_compiling(kernel: Any, seconds: float, compiling: float = TYPICAL) -> bool:
    """Tell whether a kernel should do some work, rather than plain Python or NumPy.

    Parameters
    ----------
    kernel : Kernel
        Where several are needed, the one that takes longest to compile.
    seconds : float
        What the work takes without it, about.
    compiling : float
        What compiling takes, about.
    """
    if not hasattr(kernel, "is_at_hand"):
        # The compiler is switched off: a kernel is a plain function, and what there is.
        return True
    is_at_hand = kernel.is_at_hand
    enough = compiling
    if is_at_hand:
        # What other kernels are done without counts, too: the first of all makes Numba ready for the others.
        enough = compiling * LOADING + (0.0 if _in_use else max(0.0, STARTING - sum(_spent.values())))
    if kernel not in _spent:
        _spent[kernel] = 0.0 if is_at_hand else kernel.spent_before
    spent = _spent[kernel] + seconds
    if spent > PATIENCE * enough:
        _in_use.add(kernel)
        return True
    _spent[kernel] = spent
    if seconds > WORTH_KEEPING and not is_at_hand:
        kernel.remember(spent)
    return False


def suited(kernel: Any, seconds: float, compiling: float = TYPICAL) -> Callable[..., Any]:
    """Return what should do some work: a kernel, or the same function as plain Python; see `is_worth_compiling`."""
    return kernel if is_worth_compiling(kernel, seconds, compiling) else getattr(kernel, "plain", kernel)
