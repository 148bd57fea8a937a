"""How often the completion of a partial function is best for another utility, counted over all of them exactly.

Only partial functions that some goal completes have a daemon, so all are counted from the goals' side: for each goal
and each choice of open inputs. Sizes: S inputs, G goals, k open inputs, Q choices of them, V ways to differ in at most
as many as may be open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.claims.completions import Openings, Weighing
from mesaprior.inference.claims.utilities import Inputs

_AT_ONCE = 32
"""Goals that are counted in one step, which takes some tens of megabytes."""


@dataclass(frozen=True, eq=False)
class Goals:
    """The functions that are best for the utilities of a family, and those that look like them and are not.

    Attributes
    ----------
    inputs : Inputs
    best : int64[G]
        Ascending, each once.
    alike : int64[k]
        Functions of the same shape that are best for no utility at all, ascending.
    """

    inputs: Inputs
    best: NDArray[np.int64]
    alike: NDArray[np.int64]


@dataclass(frozen=True)
class Anyone:
    """Sums over all partial functions, each made by any of the functions that complete it, all alike.

    Attributes
    ----------
    partial : float
        Partial functions with a completion that is taken.
    daemons : float
        Expected number in which a goal is taken that is not what made it.
    at_random : float
        The same for as many functions, drawn at random, as there are goals.
    """

    partial: float
    daemons: float
    at_random: float


@dataclass(frozen=True)
class Made:
    """Sums over the partial functions that goals make, one for each goal and each choice of open inputs.

    Attributes
    ----------
    partial : float
    faithful, rival, other_goal, free : float
        Shares of the goal itself, of other goals, of what is best for a utility outside the family, and of what is
        best for none.
    compared, as_many : float
        Where some completion is best for no utility: shares of other goals, and of as many completions of that sort.
    drawn, drawn_free : float
        Where there are completions of either sort: the share of one that is best for some other utility, of the family
        or not, and of one that is best for none, each drawn.
    alike, alike_share : float
        Completions of the shape of goals that are best for no utility, and their shares.
    rivals : float
        Other goals among the completions.
    """

    partial: float
    faithful: float
    rival: float
    other_goal: float
    free: float
    compared: float
    as_many: float
    drawn: float
    drawn_free: float
    alike: float
    alike_share: float
    rivals: float


@dataclass(frozen=True)
class Counts:
    """What was counted with one number of open inputs.

    Attributes
    ----------
    anyone : Anyone
    made : Made
    traits : dict of str to float
        Sum of each trait over the completions taken of what goals make.
    """

    anyone: Anyone
    made: Made
    traits: dict[str, float]


def count_daemons(
    weighing: Weighing, goals: Goals, at: Openings, traits: Mapping[str, NDArray[np.float64]]
) -> list[Counts]:
    """Count the completions of all partial functions.

    Parameters
    ----------
    weighing : Weighing
        Which completions are taken.
    goals : Goals
    at : Openings
    traits : mapping of str to float64[2^S]
        Of each function.

    Returns
    -------
    list of Counts
        For k = 1, 2, ... open inputs.

    Notes
    -----
    The share of goals, summed over all partial functions, is that of each goal in what it makes, summed over goals; of
    the 2^k functions that make a partial function, alike, one is the goal itself. Cost: O(G * Q * 2^k) for each k.
    """
    chunks = [goals.best[i : i + _AT_ONCE] for i in range(0, len(goals.best), _AT_ONCE)]
    parts = [_count(weighing, goals, chunk, at, traits) for chunk in chunks]
    share_of_goals = len(goals.best) / 2.0 ** len(goals.inputs.context)
    found: list[Counts] = []
    for k, whole in enumerate(_wholes(weighing, at), 1):
        made, taken = zip(*(part[k - 1] for part in parts), strict=True)
        sums, is_other = together(made), 1 - 2.0**-k
        found.append(
            Counts(
                Anyone(whole, is_other * sums.faithful, is_other * share_of_goals * whole),
                sums,
                {name: float(sum(part[name] for part in taken)) for name in traits},
            )
        )
    return found


@lru_cache(maxsize=16)
def _wholes(weighing: Weighing, at: Openings) -> tuple[float, ...]:
    """Return what all completions have, which no goal changes; worlds that weigh alike share it."""
    return tuple(weighing.wholes(at))


def _count(
    weighing: Weighing,
    goals: Goals,
    makers: NDArray[np.int64],
    at: Openings,
    traits: Mapping[str, NDArray[np.float64]],
) -> list[tuple[Made, dict[str, float]]]:
    """Return for k = 1, 2, ... what is taken of all that some of the goals make."""
    near = makers[:, None] ^ at.departures
    is_goal, serves, is_alike = np.isin(near, goals.best), goals.inputs.serves(near), np.isin(near, goals.alike)
    trait = {name: table[near] for name, table in traits.items()}
    found: list[tuple[Made, dict[str, float]]] = []
    for fills in at.fills:
        share = weighing.shares(near, fills)

        def parts(which: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
            """Return how many completions are such, and their share, by partial function."""
            chosen = which[:, fills]  # noqa: B023 (called below, within the same turn)
            return chosen.sum(axis=-1), (share * chosen).sum(axis=-1)  # noqa: B023

        n_goals, of_goals = parts(is_goal)
        n_others, of_others = parts(serves & ~is_goal)
        n_free, of_free = parts(~serves & ~is_goal)
        n_alike, of_alike = parts(is_alike)
        faithful = share[..., 0]
        n_rivals, of_rivals, has_free = n_goals - 1, of_goals - faithful, n_free > 0
        free = of_free / np.maximum(n_free, 1)
        n_served = n_rivals + n_others
        is_drawn = has_free & (n_served > 0)
        drawn = (of_rivals + of_others) / np.maximum(n_served, 1)
        made = Made(
            partial=float(n_goals.size),
            faithful=float(faithful.sum()),
            rival=float(of_rivals.sum()),
            other_goal=float(of_others.sum()),
            free=float(of_free.sum()),
            compared=float(of_rivals[has_free].sum()),
            as_many=float((n_rivals * free).sum()),
            drawn=float(drawn[is_drawn].sum()),
            drawn_free=float(free[is_drawn].sum()),
            alike=float(n_alike.sum()),
            alike_share=float(of_alike.sum()),
            rivals=float(n_rivals.sum()),
        )
        taken = {name: float((share * values[:, fills]).sum()) for name, values in trait.items()}
        found.append((made, taken))
    return found


Sums = TypeVar("Sums", Anyone, Made)


def together(parts: Sequence[Sums]) -> Sums:
    """Return the sum of records, field by field."""
    numbers = [astuple(part) for part in parts]
    return type(parts[0])(*(sum(column) for column in zip(*numbers, strict=True)))
