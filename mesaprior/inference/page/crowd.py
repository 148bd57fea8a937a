"""One census reduced for many people: the programs once, and for each person which of them are of one kind.

A *unit* is a set of programs that behave alike in every situation of the log, so a person's behaviours are sets of
units. Units that are of one kind for everybody, see `reduction.py`, are one; they have rows, with numbers of programs
by length and time, and each person has the kind of every unit. Where programs learn, each person has their own units.

Sizes: B behaviours of a person, P prefixes kept, K kinds, U units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.deriving import unit_of_group
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.checkpoints import checkpoints_of
from mesaprior.inference.page.packing import packed
from mesaprior.inference.page.reduction import KEPT, MOST_ROWS, Rows, kinds_of, placed, rows_of, tallies_between

MOST_LINKS = 1 << 22
"""Units times people: what a browser adds up to say who leads for everybody, at most."""


@dataclass(frozen=True, eq=False)
class OfPerson:
    """What is kept of one person.

    Attributes
    ----------
    n : int64[P]
        Numbers of training rows at which tallies are kept.
    of_class, named : int64[K]
        As in `Reduced`; `named` counts the person's own named behaviours.
    hits, misses : int[K, P - 1]
    kind_of_unit : int64[U]
    first_unit : int
        The person's first unit, among those of all sets of programs.
    """

    n: NDArray[np.int64]
    of_class: NDArray[np.int64]
    named: NDArray[np.int64]
    hits: np.ndarray
    misses: np.ndarray
    kind_of_unit: NDArray[np.int64]
    first_unit: int = 0

    @property
    def idle(self) -> np.ndarray:
        """Training rows neither hit nor missed between a prefix and the next one, int64[K, P - 1]."""
        return np.diff(self.n) - self.hits.astype(np.int64) - self.misses.astype(np.int64)

    def coarser(self, n: NDArray[np.int64]) -> OfPerson:
        """Return what is left where tallies are kept at the places nearest to these numbers of training rows only."""
        place = np.unique(np.abs(self.n[:, None] - n[None, :]).argmin(axis=0))
        if len(place) == len(self.n):
            return self
        hits, misses = (np.add.reduceat(part, place[:-1], axis=1, dtype=np.int64) for part in (self.hits, self.misses))
        kinds = kinds_of(self.of_class, self.named, hits, misses)
        return replace(
            self,
            n=self.n[place],
            of_class=kinds.of_class,
            named=kinds.named,
            hits=kinds.hits,
            misses=kinds.misses,
            kind_of_unit=kinds.of_behaviour[self.kind_of_unit],
        )


@dataclass(frozen=True, eq=False)
class Crowd:
    """A census reduced for many people.

    Attributes
    ----------
    persons : tuple of OfPerson
        Fewer than were asked about where not all fit in.
    rows : Rows
        Of all units.
    times_an_octave : int or None
        See `Reduced`.
    """

    persons: tuple[OfPerson, ...]
    rows: Rows
    times_an_octave: int | None

    @cached_property
    def packed(self) -> dict[str, Any]:
        """The record as plain data: arrays of all persons follow each other; tallies are by prefix, then by kind."""
        persons, rows = self.persons, self.rows
        return {
            "lengths": packed(rows.lengths),
            "times": packed(rows.times),
            "n_rows": packed(rows.n_rows),
            "length_id": packed(rows.length_id),
            "time_id": packed(rows.time_id),
            "count": packed(rows.count),
            "kind_of_unit": packed(np.concatenate([one.kind_of_unit for one in persons])),
            "of_class": packed(np.concatenate([one.of_class for one in persons])),
            # Places from 1 upwards, so that 0 is none.
            "named": packed(np.concatenate([one.named for one in persons]) + 1),
            "hits": packed(np.concatenate([one.hits.T.ravel() for one in persons])),
            # Rows neither hit nor missed are few, so they take less room than the misses that follow from them.
            "idle": packed(np.concatenate([one.idle.T.ravel() for one in persons])),
        }

    @property
    def n_characters(self) -> int:
        """Characters that the packed record takes, but for a few."""
        return sum(len(part["data"]) for part in self.packed.values())

    @property
    def n_links(self) -> int:
        """Units times people, each with their own."""
        return sum(len(one.kind_of_unit) for one in self.persons)


def of_person(
    own: Census,
    rows: ImitationLog,
    of_class: NDArray[np.int64],
    named: Sequence[int],
    behaviour_of_unit: NDArray[np.int64],
) -> OfPerson:
    """Return what there is to keep of a person.

    Parameters
    ----------
    own : Census
        The person's, on `rows`.
    rows : ImitationLog
    of_class : int64[B]
    named : sequence of int
        Behaviours that stay apart from all others.
    behaviour_of_unit : int64[units]
    """
    n = checkpoints_of(None, rows.n_training)
    kinds = kinds_of(of_class, placed(named, own.n_behaviours), *tallies_between(own, rows, n))
    return OfPerson(n, kinds.of_class, kinds.named, kinds.hits, kinds.misses, kinds.of_behaviour[behaviour_of_unit])


def crowd_within(persons: Sequence[OfPerson], censuses: Sequence[Census], *, most_characters: int) -> Crowd:
    """Reduce censuses for many people to a size.

    Parameters
    ----------
    persons : sequence of OfPerson
    censuses : sequence of Census
        The one that everybody shares, or one for each person.
    most_characters : int
        Size to keep to.

    Returns
    -------
    Crowd
        Where everything fits in, with all prefixes; else prefixes are left out first, then times are rounded, see
        `KEPT`; and where nothing helps the last people are left out, but for the first one.
    """
    kept = list(persons)
    while True:
        crowd = _fitting(kept, censuses, most_characters)
        if crowd is not None:
            return crowd
        if len(kept) == 1:
            return _crowd([_coarser(one, KEPT[-1][0]) for one in kept], censuses, KEPT[-1][1])
        kept = kept[: -(-len(kept) // 2)]


def _fitting(persons: Sequence[OfPerson], censuses: Sequence[Census], most_characters: int) -> Crowd | None:
    """Return the finest crowd of all these people that keeps to a size, None where none does."""
    tried: set[tuple[int, int | None]] = set()
    for asked, times_an_octave in KEPT:
        chosen = [_coarser(one, asked) for one in persons]
        # Short logs have no more prefixes than some of these.
        so_far = (sum(len(one.n) for one in chosen), times_an_octave)
        if so_far in tried:
            continue
        tried.add(so_far)
        crowd = _crowd(chosen, censuses, times_an_octave)
        is_quick = crowd.n_links <= MOST_LINKS and len(crowd.rows.count) <= MOST_ROWS
        if is_quick and crowd.n_characters <= most_characters:
            return crowd
    return None


def _coarser(one: OfPerson, asked: int | None) -> OfPerson:
    return one.coarser(checkpoints_of(asked, int(one.n[-1])))


def _crowd(persons: Sequence[OfPerson], censuses: Sequence[Census], times_an_octave: int | None) -> Crowd:
    """Merge the units of each set of programs that are alike for everybody, and add up their rows."""
    groups = [unit_of_group(census) for census in censuses[: len(persons)]]
    sharing = [persons] if len(groups) == 1 else [[one] for one in persons]
    found: list[OfPerson] = []
    unit_of: list[np.ndarray] = []
    begin = 0
    for members, (unit_id, _, _) in zip(sharing, groups, strict=True):
        unit, first = _alike_for_all([one.kind_of_unit for one in members])
        found += [replace(one, kind_of_unit=one.kind_of_unit[first], first_unit=begin) for one in members]
        unit_of.append(unit[unit_id] + begin)
        begin += len(first)
    rows = rows_of(
        np.concatenate(unit_of),
        {name: np.concatenate([columns[name] for _, columns, _ in groups]) for name in ("length", "time")},
        np.concatenate([count for _, _, count in groups]),
        times_an_octave=times_an_octave,
    )
    return Crowd(tuple(found), rows, times_an_octave)


def _alike_for_all(kinds: Iterable[NDArray[np.int64]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the number of the class of each unit, alike for everybody, and the first unit of each class."""
    first = code = np.zeros(0, dtype=np.int64)
    for kind in kinds:
        joint = kind if not len(code) else code * (int(kind.max()) + 1) + kind
        _, first, code = np.unique(joint, return_index=True, return_inverse=True)
    return code.reshape(-1), first
