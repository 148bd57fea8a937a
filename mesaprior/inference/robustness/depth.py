"""Logical depth: the least time of a behaviour's programs that are only a few bits longer than its shortest."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mesaprior.errors import UsageError
from mesaprior.hypotheses.census import Census
from mesaprior.inference.bayes.roles import shortest

_NEVER = np.iinfo(np.int64).max


def logical_depth(census: Census, significance: Sequence[float]) -> NDArray[np.int64]:
    """Return the least time among the nearly shortest programs of each behaviour.

    Parameters
    ----------
    census : Census
        With B behaviours and G groups.
    significance : sequence of float
        K numbers of bits, from 0 to inf, by which a program may be longer than its behaviour's shortest.

    Returns
    -------
    int64[B, K]
        Steps; non-increasing in the significance. At 0 the time of the witness, at inf the least time of all programs
        counted. A time of 2^62 stands for that many steps or more.

    Raises
    ------
    UsageError
        If a significance is negative or nan.

    Notes
    -----
    This is the plain form of depth, by excess length over the shortest program. The form that Bennett settles on asks
    how far a program can itself be compressed, which a census does not know. Programs beyond the bounds of the census
    are not seen, so the depth of the unbounded space may be smaller.

    Time is O(G * K), memory beyond the result O(G).

    References
    ----------
    C. H. Bennett, Logical depth and physical complexity, in R. Herken (ed.), The Universal Turing Machine: A
    Half-Century Survey, Oxford University Press, 1988, pp. 227-257.
    """
    for bits in significance:
        if not bits >= 0:
            raise UsageError(f"significance {bits!r} is no number of bits; give 0 or more, such as 0, 10 or inf.")
    behaviour, time = census.behaviour_id, census.columns["time"]
    least, _ = shortest(census)
    excess = census.columns["length"] - least[behaviour]
    # The shortest programs are within every significance, so each behaviour gets a time.
    depth = np.full((len(least), len(significance)), _NEVER, dtype=np.int64)
    for k, bits in enumerate(significance):
        near = excess <= bits
        np.minimum.at(depth[:, k], behaviour[near], time[near])
    return depth
