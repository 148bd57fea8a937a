"""Walkers: safeguards that move through a world history by history, and a single kept program."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np

from mesaprior.inference.safeguards.outcomes import Policies
from mesaprior.inference.safeguards.ways import Belief, Decision, Safeguard
from mesaprior.inference.worlds.conduct import Book, Masses
from mesaprior.inference.worlds.ground import Ground, Leads, Place, Told, tell


class Mind:
    """The posterior after some feedback."""

    def __init__(self, ground: Ground, policies: Policies, told: Told):
        self._ground, self._policies = ground, policies
        self.told = told
        self._belief: Belief | None = None

    def believe(self, place: int) -> Belief | None:
        """Return the posterior in a situation; None where no program is left."""
        places = self._ground.places
        row = places[place].row
        if self._belief is None:
            told = {places[k].row: count for k, count in enumerate(self.told) if count}
            self._belief = self._policies.believe(row, told)
            return self._belief
        return replace(self._belief, given=self._policies.given(row))


class Walker:
    """The histories of one safeguard, or of the teacher, with their probabilities."""

    def __init__(self, ground: Ground, name: str, guard: Safeguard | None):
        self.name = name
        self.book: Book = Book()
        self._ground, self._guard = ground, guard
        self.front: dict[Told, dict[int, Masses]] = {}
        self._ahead: dict[Told, dict[int, Masses]] = {}
        self._decisions: dict[tuple[Told, int], Decision] = {}
        self._follow(ground.nothing, ground.start, Masses(1.0, 0.0, 0.0, 1.0, 0.0))
        self.front, self._ahead = self._ahead, {}

    def act(self, mind: Mind) -> None:
        """Act in every possible situation with this posterior."""
        told = mind.told
        for k, masses in self.front.get(told, {}).items():
            place = self._ground.places[k]
            if place.is_passage:
                self._follow(told, place.leads[0], masses)
                continue
            decision = self._decide(mind, k)
            if decision is None:
                self.book.is_lost = True
                continue
            action, asks = decision.action.tolist(), decision.asks
            wrong = math.fsum(p for a, p in enumerate(action) if a != place.teacher)
            self.book.note(place, masses.all, masses.all * wrong, masses.all * action[place.rival], masses.all * asks)
            after = tell(told, k) if place.is_graded else told
            # Actions with equal transitions are merged, except the rival's where teacher and rival differ.
            together: dict[tuple[Leads, bool], list[float]] = {}
            for a, share in enumerate(action):
                if share > 0:
                    together.setdefault((place.leads[a], place.is_conflict and a == place.rival), []).append(share)
            for (leads, is_sided), shares in together.items():
                part = _onward(masses, math.fsum(shares), place, is_sided=is_sided, is_told=place.is_graded)
                self._follow(after, leads, part)
            if asks > 0:
                part = _onward(masses, asks, place, is_sided=False, is_told=True)
                self._follow(tell(told, k), place.leads[place.teacher], part)

    def go_on(self) -> None:
        """Take the step."""
        self.front, self._ahead = self._ahead, {}
        for at in self.front.values():
            for masses in at.values():
                self.book.note_masses(masses)
        self.book.turn_page()

    def _decide(self, mind: Mind, k: int) -> Decision | None:
        place = self._ground.places[k]
        if self._guard is None:
            return Decision((np.arange(len(place.leads)) == place.teacher).astype(np.float64))
        known = self._decisions.get((mind.told, k))
        if known is None:
            belief = mind.believe(k)
            if belief is None:
                return None
            known = self._decisions[mind.told, k] = self._guard.decide(belief)
        return known

    def _follow(self, told: Told, leads: Leads, masses: Masses) -> None:
        at = self._ahead.setdefault(told, {})
        last, part = 1.0, masses
        for place, share in leads:
            if share != last:
                last, part = share, masses.times(share)
            at[place] = at[place].plus(part) if place in at else part


def _onward(masses: Masses, share: Any, place: Place, *, is_sided: bool, is_told: bool) -> Masses:
    """Return the masses left in a situation where this share continues."""
    return masses.after(share, is_sided=is_sided, is_told=is_told) if place.is_conflict else masses.times(share)


def keep_one(ground: Ground, policies: Policies, n_steps: int) -> Book:
    """Return the conduct of a single program drawn after the training rows."""
    book = Book()
    beliefs = {k: policies.believe(p.row) for k, p in enumerate(ground.places) if not p.is_passage}
    first = next(iter(beliefs.values()))
    if first is None:
        book.is_lost = True
        return book
    everyone = np.arange(len(first.given))
    acts = {k: belief.probabilities(everyone) for k, belief in beliefs.items() if belief is not None}
    mass = np.exp2(first.log2_mass)
    nobody = np.zeros(len(mass))
    front = {k: Masses(share * mass, nobody, nobody, share * mass, nobody) for k, share in ground.start}
    for _ in range(n_steps):
        ahead: dict[int, Masses] = {}
        for k, masses in front.items():
            place = ground.places[k]
            moves = [(place.leads[0], masses)]
            if not place.is_passage:
                act = acts[k]
                wrong = np.delete(act, place.teacher, axis=1).sum(axis=1)
                visit, error, sided = (float((masses.all * part).sum()) for part in (1.0, wrong, act[:, place.rival]))
                book.note(place, visit, error, sided, 0.0)
                moves = [
                    (leads, _onward(masses, act[:, a], place, is_sided=a == place.rival, is_told=place.is_graded))
                    for a, leads in enumerate(place.leads)
                ]
            for leads, part in moves:
                for other, share in leads:
                    here = part.times(share)
                    ahead[other] = ahead[other].plus(here) if other in ahead else here
        front = ahead
        for masses in front.values():
            book.note_masses(Masses(*(float(part.sum()) for part in masses)))
        book.turn_page()
    return book
