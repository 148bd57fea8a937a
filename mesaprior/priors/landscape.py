"""The shape of a prior: its weight over length and time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import Named, UsageError
from mesaprior.priors.prior import FormulaPrior

RANGE = 256.0
"""Bits below the greatest weight beyond which a picture shows weights alike, at most."""


@dataclass(frozen=True)
class Landscape:
    """The weights of a prior over two columns.

    Attributes
    ----------
    across, up : str
        Names of the columns along the axes.
    x, y : int64[X], int64[Y]
        Their values, ascending.
    log2_weight : float64[Y, X]
        -inf where the weight is 0.
    others : dict of str to int
        Values of the columns that are held.
    """

    across: str
    up: str
    x: np.ndarray
    y: np.ndarray
    log2_weight: NDArray[np.float64]
    others: Mapping[str, int]


def survey(
    prior: FormulaPrior, *, max_length: int, max_time: int, at: Mapping[str, int], width: int, height: int
) -> Landscape:
    """Weigh a grid of programs: lengths evenly, times by equal ratios.

    Parameters
    ----------
    prior : FormulaPrior
    max_length, max_time : int
        Where the axes end, at least 2.
    at : mapping of str to int
        Values of columns that are held; 1 for others that the prior reads. A prior that reads no length is drawn over
        the first size that it reads, such as gates. The inference time is the time, where it is not held.
    width, height : int
        Points along the axes, at most.

    Raises
    ------
    UsageError
        If a weight is no finite number from 0 upwards, or a column is held that the prior does not read or that is an
        axis.
    """
    sizes = [name for name in prior.columns if name not in ("time", "infer_time")]
    across = "length" if "length" in sizes or not sizes else sizes[0]
    up = "time"
    for name in at:
        if name not in prior.columns or name in (across, up):
            raise UsageError(
                Named(f"at={name!r}", f"--at {name}"),
                f" holds what is an axis here or is not read by {prior.name!r}; it reads "
                f"{', '.join(prior.columns) or 'nothing'}, and the axes are {across} and {up}.",
            )
    x = np.unique(np.linspace(1, max_length, width).round().astype(np.int64))
    y = np.unique(np.geomspace(1, max_time, height).round().astype(np.int64))
    others = {name: 1 for name in prior.columns if name not in (across, up, "infer_time")} | dict(at)
    columns = {name: np.full(len(x) * len(y), value) for name, value in others.items()}
    columns |= {across: np.tile(x, len(y)), up: np.repeat(y, len(x))}
    columns.setdefault("infer_time", columns[up])
    log2_weight = np.broadcast_to(prior.log2_weight(columns), len(x) * len(y)).reshape(len(y), len(x))
    return Landscape(across, up, x, y, log2_weight, others)
