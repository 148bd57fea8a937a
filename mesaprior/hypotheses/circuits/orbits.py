"""The orbits of functions under renaming and complementing of inputs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.circuits import kernels
from mesaprior.hypotheses.circuits.counting.kernels import write_forms, write_pair_forms
from mesaprior.hypotheses.circuits.kernels import DEPTH_BITS
from mesaprior.hypotheses.circuits.symmetries import symmetries

N_ORBITS = (2, 2, 4, 14, 222, 616_126)
"""Classes of functions of n inputs under renaming and complementing inputs and outputs (Harrison 1965)."""


class Members(NamedTuple):
    """The functions of several orbits.

    Attributes
    ----------
    function : uint64[M, c]
        Normal functions; more than one where they are renamed together.
    orbit : int64[M]
        Which orbit each is of, ascending.
    way : int64[M]
        A way to rename the inputs that leads there from the one function that stands for the orbit.
    """

    function: NDArray[np.uint64]
    orbit: NDArray[np.int64]
    way: NDArray[np.int64]


def members(n: int, representative: np.ndarray) -> Members:
    """Return all functions of orbits, ``uint64[k, c]``, from one representative of each."""
    group = symmetries(n)
    k, c = len(representative), representative.shape[1]
    image, way = np.zeros((len(group.table), c), dtype=np.uint64), np.zeros(len(group.table), dtype=np.int64)
    functions, ways, sizes = [np.zeros((0, c), dtype=np.uint64)], [np.zeros(0, dtype=np.int64)], np.zeros(k, np.int64)
    for orbit in range(k):
        sizes[orbit] = kernels.write_orbit(group, representative[orbit], image, way)
        functions.append(image[: sizes[orbit]].copy())
        ways.append(way[: sizes[orbit]].copy())
    return Members(np.concatenate(functions), np.repeat(np.arange(k), sizes), np.concatenate(ways))


def orbit_sizes(n: int, representative: np.ndarray) -> NDArray[np.int64]:
    """Return the number of normal functions, or of tuples of them, in each orbit, int64[k]; see `members`."""
    return np.bincount(members(n, representative).orbit, minlength=len(representative))


def orbit_forms(n: int, functions: np.ndarray) -> np.ndarray:
    """Return the canonical forms of normal functions, ``uint64[k, 1 or 2]``, under renaming of inputs."""
    forms = np.zeros_like(functions)
    if functions.shape[1] == 2:
        write_pair_forms(symmetries(n), functions, forms)
        return forms
    write_forms(symmetries(n), functions[:, 0] << np.uint64(DEPTH_BITS), forms[:, 0])
    return forms >> np.uint64(DEPTH_BITS)
