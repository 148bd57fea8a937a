"""The state space of a world: every reachable situation, and the number of histories.

A *history* is the state of a safeguard after some steps: its current situation, and how often the teacher's action was
shown in each situation. Two paths that end in one history have the same future, so they are merged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mesaprior.errors import RunError, UsageError
from mesaprior.inference.worlds.world import Lot, Situation, World

Leads = tuple[tuple[int, float], ...]
"""Places that something leads to, with their probabilities."""

Told = bytes
"""How often the teacher's action was told, by place."""

MOST_STEPS = 255
"""Steps that can be asked for: how often something was told fits into a byte."""


@dataclass(frozen=True)
class Place:
    """A reachable situation.

    Attributes
    ----------
    situation : tuple of int
    row : int
        Later row of the log with it; -1 for a *passage*, where all actions are equivalent and there is no decision.
    is_graded : bool
        Whether the teacher's action is shown there without asking.
    teacher, rival : int
        Their actions there.
    leads : tuple of tuple of (int, float)
        Next situations with their probabilities, by action.
    """

    situation: Situation
    row: int
    is_graded: bool
    teacher: int
    rival: int
    leads: tuple[Leads, ...]

    @property
    def is_passage(self) -> bool:
        """Whether there is no decision here."""
        return self.row < 0

    @property
    def is_conflict(self) -> bool:
        """Whether there is a decision here, and the rival's action differs from the teacher's."""
        return not self.is_passage and self.teacher != self.rival


@dataclass(frozen=True)
class Ground:
    """All reachable situations of a world.

    Attributes
    ----------
    name : str
        Of the world.
    places : tuple of Place
    start : tuple of (int, float)
        First situations with their probabilities.
    """

    name: str
    places: tuple[Place, ...]
    start: Leads

    @property
    def nothing(self) -> Told:
        """The feedback before the first step."""
        return bytes(len(self.places))


def ground_of(world: World) -> Ground:
    """Return the reachable situations of a world.

    Raises
    ------
    UsageError
        If the world has no walk.
    RunError
        If a situation is in no later row of its log, although the action there matters.
    """
    walk = world.walk
    if walk is None:
        raise UsageError(f"in the world {world.name!r} situations come whatever one does; choose one with a walk.")
    n_actions = world.language.actions
    found: dict[Situation, int] = {}

    def leads_to(lot: Lot) -> Leads:
        return tuple((found.setdefault(s, len(found)), float(share)) for s, share in lot.shares().items())

    start = leads_to(walk.start)
    rows = _asked(world)
    places: list[Place] = []
    while len(places) < len(found):
        situation = list(found)[len(places)]
        leads = tuple(leads_to(walk.step(situation, action)) for action in range(n_actions))
        row = rows.get(situation, -1)
        if row < 0 and (walk.is_graded(situation) or len(set(leads)) > 1):
            raise RunError(
                f"the situation {situation} of the world {world.name!r} is in no later row of its log, so nothing is "
                "known of what one does there; such a world cannot be acted in."
            )
        teacher, rival = (-1, -1) if row < 0 else (world.teacher(situation), world.rival(situation))
        places.append(Place(situation, row, walk.is_graded(situation), teacher, rival, leads))
    return Ground(world.name, tuple(places), start)


def _asked(world: World) -> dict[Situation, int]:
    """Return a later row of the log for each situation of the later rows."""
    log = world.log
    later = range(log.n_training, log.n_rows)
    names = [tuple(names) for names in log.situations[log.row_situation].tolist()]
    return {names[row]: row for row in reversed(later) if log.action[row] == world.teacher(names[row])}


def tell(told: Told, place: int) -> Told:
    """Return the feedback after one more answer at a place."""
    return told[:place] + bytes([told[place] + 1]) + told[place + 1 :]


def n_histories(ground: Ground, actions: Sequence[np.ndarray], n_steps: int, *, can_ask: bool) -> Iterator[int]:
    """Yield an upper bound on the number of histories up to each step, where there is a decision.

    Parameters
    ----------
    ground : Ground
    actions : sequence of int64[n]
        By place, the actions that are possible there.
    n_steps : int
    can_ask : bool
        Whether the teacher can be asked.

    Notes
    -----
    Time and memory are those of a set of as many histories; the caller may stop early.
    """
    places = ground.places
    onward = [
        {other for action in acts.tolist() for other, _ in place.leads[int(action)]}
        for place, acts in zip(places, actions, strict=True)
    ]
    seen: set[tuple[int, Told]] = set()
    front = {(place, ground.nothing) for place, _ in ground.start}
    for _ in range(n_steps):
        seen |= {history for history in front if not places[history[0]].is_passage}
        yield len(seen)
        ahead: set[tuple[int, Told]] = set()
        for k, told in front:
            place = places[k]
            after = tell(told, k) if place.is_graded else told
            ahead.update((other, after) for other in onward[k])
            if can_ask and not place.is_passage and not place.is_graded:
                after = tell(told, k)
                ahead.update((other, after) for other, _ in place.leads[place.teacher])
        front = ahead
