"""Reachability: the extra bits needed to search, learn or defect while fitting the training rows."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mesaprior.hypotheses.census import Census, exact_sum
from mesaprior.hypotheses.log import NONE, ImitationLog
from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL, IMITATOR, ROLES, VERDICTS, role_codes, shortest
from mesaprior.inference.bayes.scores import Scored

if TYPE_CHECKING:
    from mesaprior.hypotheses.space import Space

KINDS = ("imitating", "searching", "learning", "defecting", "faithful")
"""What a program can be asked to be while it fits the training rows; the first is what the others are priced by."""

SEARCHES, LEARNS = ("argmax", "argmin"), ("fit",)
"""Kinds of tokens without which no term searches, or learns: they are what lesions invert."""

FOUND, BEYOND, IMPOSSIBLE, UNTOLD = "found", "beyond", "impossible", "untold"
"""Whether a program of a kind fits within the bound, may do so beyond it, cannot at any length, or cannot be told."""


@dataclass(frozen=True)
class Reached:
    """The shortest program of a kind that fits the training rows without a miss, and its price.

    Attributes
    ----------
    kind : str
        See `KINDS`.
    status : str
        One of `FOUND`, `BEYOND`, `IMPOSSIBLE`, `UNTOLD`.
    program : str or None
        Its text; of several, the one of least time, then the first in the order of texts. None where none is found,
        and so are length, time, role and verdict.
    length : int or float or None
        Bits.
    length_at_least : int or float or None
        The same where one is found; else the least bits of a program that was not counted, inf where the kind is
        impossible, None where nothing is known.
    time : int or None
        Steps.
    role, verdict : str or None
    programs : int
        How many programs of the kind fit within the bound, exactly.
    price_at_least, price_at_most : float or None
        Between these is its length less that of the shortest imitator that fits, in bits; equal where both are found,
        inf where the kind is impossible, None where nothing is known or where imitating is impossible as well.
    """

    kind: str
    status: str
    program: str | None
    length: int | float | None
    length_at_least: int | float | None
    time: int | None
    role: str | None
    verdict: str | None
    programs: int
    price_at_least: float | None
    price_at_most: float | None

    @property
    def price(self) -> float | None:
        """The price where it is known exactly, else None."""
        return self.price_at_least if self.price_at_least == self.price_at_most else None


def reach(
    census: Census,
    log: ImitationLog,
    *,
    length_beyond: float | None = None,
    impossible: frozenset[str] = frozenset(),
    untold: frozenset[str] = frozenset(),
    tolerance: float = 0.0,
) -> tuple[Reached, ...]:
    """Find the shortest program of each kind that fits the training rows without a miss.

    Parameters
    ----------
    census : Census
        Counted on `log`.
    log : ImitationLog
    length_beyond : float or None
        No program outside the census is shorter, in bits; inf where there is none. None where that is not known.
    impossible, untold : frozenset of str
        Kinds that no program of the space can be, and kinds that cannot be determined in it.
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.

    Returns
    -------
    tuple of Reached
        One for each of `KINDS`, in their order.

    Raises
    ------
    RunError, ContentError
        If the census is of other rows, or empty; see `posterior`.
    UsageError
        If `tolerance` is outside 0..1.

    Notes
    -----
    The result depends on neither prior nor noise. An imitator has no lesion flag on any row, a searching program has
    one of ``searching_train`` and ``searching_later``, a learning one likewise, whatever else they do; an abstention is
    a miss. The least length over the behaviours of a kind is exact, since each behaviour's flags and least length are.
    Time is O(G + B * C) for G groups, B behaviours and C cells.
    """
    scored = Scored(census, log, tolerance=tolerance)
    return reach_of(scored, length_beyond=length_beyond, impossible=impossible, untold=untold)


def reach_of(
    scored: Scored,
    *,
    length_beyond: float | None = None,
    impossible: frozenset[str] = frozenset(),
    untold: frozenset[str] = frozenset(),
) -> tuple[Reached, ...]:
    """Find the shortest program of each kind in a census that is scored on a log; see `reach`."""
    census, log, judgement = scored.census, scored.log, scored.judgement
    fits = scored.training.hits == log.n_training
    flags = census.flags.astype(bool)
    members = {
        "imitating": role_codes(census.flags) == IMITATOR,
        "searching": flags[:, 0] | flags[:, 1],
        "learning": flags[:, 2] | flags[:, 3],
        "defecting": judgement.verdict == DEFECTING,
        "faithful": judgement.verdict == FAITHFUL,
    }
    untold = untold | _unjudged(log)
    length, time = shortest(census)
    best = {kind: _best(np.flatnonzero(fits & members[kind]), length, time, census) for kind in KINDS}
    imitator = best["imitating"]
    imitator_length = None if imitator is None else length[imitator].item()

    def reached(kind: str) -> Reached:
        found = best[kind]
        if found is None:
            status = UNTOLD if kind in untold else IMPOSSIBLE if kind in impossible else BEYOND
            if status == BEYOND and length_beyond == math.inf:
                status = IMPOSSIBLE
            prices = _prices(status, None, imitator_length, length_beyond)
            least = {BEYOND: length_beyond, IMPOSSIBLE: math.inf, UNTOLD: None}[status]
            return Reached(kind, status, None, None, least, None, None, None, 0, *prices)
        counted = (fits & members[kind])[census.behaviour_id]
        return Reached(
            kind,
            FOUND,
            census.witness[found],
            length[found].item(),
            length[found].item(),
            int(time[found]),
            ROLES[int(judgement.role[found])],
            VERDICTS[int(judgement.verdict[found])],
            exact_sum(census.count[counted]),
            *_prices(FOUND, length[found].item(), imitator_length, length_beyond),
        )

    return tuple(reached(kind) for kind in KINDS)


def reach_in(scored: Scored, space: Space | None) -> tuple[Reached, ...]:
    """Find the shortest program of each kind, with what the space counted says of longer ones; see `reach`.

    Parameters
    ----------
    scored : Scored
        The census of `space` on a log.
    space : Space or None
        None where it is not known, and then nothing is said of longer programs.
    """
    if space is None:
        return reach_of(scored)
    return reach_of(scored, length_beyond=space.length_beyond(scored.log), **_limits(space))


def _limits(space: Space) -> dict[str, frozenset[str]]:
    """Return which kinds no program of a space can be, and which ones it does not tell."""
    if not space.has_lesions:
        return {"untold": frozenset({"searching", "learning"})}
    language = space.language
    if language is None:
        return {}
    kinds = {"searching": SEARCHES, "learning": LEARNS}
    return {"impossible": frozenset(kind for kind, tokens in kinds.items() if not language.has(*tokens))}


def _unjudged(log: ImitationLog) -> frozenset[str]:
    """Return the verdicts that no later row of a log can tell."""
    action, rival = log.action[log.n_training :], log.rival[log.n_training :]
    if not (action != NONE).any():
        return frozenset({"defecting", "faithful"})
    differ = (action != NONE) & (rival != NONE) & (action != rival)
    return frozenset() if differ.any() else frozenset({"defecting"})


def _best(found: np.ndarray, length: np.ndarray, time: np.ndarray, census: Census) -> int | None:
    """Return the behaviour whose witness is shortest, then quickest, then first by text."""
    if not len(found):
        return None
    found = found[length[found] == length[found].min()]
    found = found[time[found] == time[found].min()]
    places: list[int] = found.tolist()
    return min(places, key=lambda behaviour: census.witness[behaviour])


def _prices(
    status: str, length: float | None, imitator: float | None, beyond: float | None
) -> tuple[float | None, float | None]:
    """Return the least and the largest price that what was counted allows."""
    if status == IMPOSSIBLE:
        # Where no imitator of any length fits either, there is nothing to be dearer than.
        return (None, None) if imitator is None and beyond == math.inf else (math.inf, math.inf)
    if status == UNTOLD:
        return None, None
    if length is not None and imitator is not None:
        return length - imitator, length - imitator
    if beyond is None:
        return None, None
    if length is not None:
        # No imitator fits within the bound: one that does has at least as many bits as what was not counted.
        return None, length - beyond
    return (beyond - imitator, None) if imitator is not None else (None, None)
