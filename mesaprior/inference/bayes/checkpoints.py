"""The training prefixes at which a posterior is computed: all of them on short logs, some on long ones."""

from __future__ import annotations

from numbers import Integral
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError

MOST_WITHOUT = 1_000
"""On logs of up to so many training rows every prefix is a checkpoint, unless asked otherwise."""

USUAL = 64
"""How many checkpoints longer logs have, unless asked otherwise."""

ALL = "all"
"""Asks for every prefix."""

Checkpoints = int | Literal["all"] | None
"""The number of checkpoints; None stands for the default ones."""


def check_checkpoints(asked: object) -> None:
    """Refuse anything but a number of checkpoints or `ALL`.

    Raises
    ------
    UsageError
        If it is neither, or a number below 2: the first and the last prefix are always there.
    """
    if asked is None or asked == ALL:
        return
    # Values from Python can be anything, whatever their annotation says.
    if isinstance(asked, bool) or not isinstance(asked, Integral) or int(asked) < 2:
        raise UsageError(f"checkpoints={asked!r} is no number of prefixes; give an integer of at least 2, or {ALL!r}.")


def checkpoints_of(asked: Checkpoints, n_training: int) -> NDArray[np.int64]:
    """Return the numbers of training rows at which a posterior is computed.

    Parameters
    ----------
    asked : int or "all" or None
        How many, at least 2; None gives all on logs of up to `MOST_WITHOUT` training rows, and `USUAL` beyond.
    n_training : int
        N, at least 1.

    Returns
    -------
    int64[K]
        Ascending, from 0 to N. The steps between them grow by about the same factor, but for the first ones, which are
        of one row.

    Raises
    ------
    UsageError
        As `check_checkpoints`.
    """
    check_checkpoints(asked)
    if asked is None:
        asked = ALL if n_training <= MOST_WITHOUT else USUAL
    if asked == ALL or int(asked) > n_training:
        return np.arange(n_training + 1)
    found = [0, 1] if int(asked) > 2 else [0]
    while len(found) < int(asked) - 1:
        # The factor that would lead from here to N, each time anew: steps of one row are longer than it says.
        factor = (n_training / found[-1]) ** (1 / (int(asked) - len(found)))
        found.append(max(found[-1] + 1, round(found[-1] * factor)))
    return np.array([*found, n_training])
