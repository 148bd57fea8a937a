"""A census reduced to what the sliders of a page need, with every sum that they ask for still exact where it fits in.

Programs of one class (role, verdict, sleeper) whose tallies agree at every training prefix kept have equal likelihoods
there, whatever the noise: they are one *kind*. Within a kind, programs of equal length and time have equal weights
under every prior of the page: they are one *row*, with their number. A behaviour that is named is a kind of its own.

Sizes: B behaviours, P prefixes kept, K kinds, R rows, L lengths and T times that occur.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.census import ABSTAIN, Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.agreement import count_agreeing
from mesaprior.inference.bayes.checkpoints import checkpoints_of
from mesaprior.inference.page.packing import packed
from mesaprior.narrowing import is_table

KEPT = ((None, None), (64, None), (16, None), (None, 16), (16, 16), (None, 4), (16, 4), (8, 4), (2, 2))
"""What is kept, in the order in which it is tried until it fits in: so many prefixes, and so many different times for
each doubling, None standing for all of them."""

MOST_ROWS = 600_000
"""Rows that a browser weighs whenever a slider moves, at most."""

MOST_TALLIES = 1 << 28
"""Tallies of behaviours by prefix that are held at a time, at most."""

MOST_TERMS = 1 << 21
"""Kinds times prefixes: terms that a browser adds up whenever a slider moves, at most."""


@dataclass(frozen=True, eq=False)
class Kinds:
    """Behaviours of equal class and equal tallies, with named ones apart.

    Attributes
    ----------
    of_class, named : int64[K]
        As in `Reduced`.
    hits, misses : int[K, P - 1]
        As in `Reduced`.
    of_behaviour : int64[B]
        Kind of each behaviour.
    """

    of_class: NDArray[np.int64]
    named: NDArray[np.int64]
    hits: np.ndarray
    misses: np.ndarray
    of_behaviour: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rows:
    """Numbers of programs by the set that they belong to, length and time.

    Attributes
    ----------
    n_rows : int64[sets]
        How many rows each set has; the rows of a set follow each other, by length, then by time.
    lengths, times, length_id, time_id, count
        As in `Reduced`.
    """

    n_rows: NDArray[np.int64]
    lengths: np.ndarray
    times: NDArray[np.int64]
    length_id: NDArray[np.int64]
    time_id: NDArray[np.int64]
    count: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reduced:
    """A census reduced for a page.

    Attributes
    ----------
    n : int64[P]
        Numbers of training rows at which tallies are kept: ascending, from 0 to N.
    of_class : int64[K]
        Class of each kind, see `classes.class_of`.
    named : int64[K]
        Which of the named behaviours a kind is, -1 for those that are none.
    hits, misses : int64[K, P - 1]
        Training rows hit and missed between a prefix and the next one.
    n_rows : int64[K]
        How many rows each kind has; the rows of a kind follow each other.
    lengths : array[L]
        In bits, ascending.
    times : int64[T]
        In steps, ascending.
    length_id, time_id : int64[R]
    count : float64[R]
        Number of programs.
    times_an_octave : int or None
        How many different times are kept for each doubling; None where all are.
    """

    n: NDArray[np.int64]
    of_class: NDArray[np.int64]
    named: NDArray[np.int64]
    hits: NDArray[np.int64]
    misses: NDArray[np.int64]
    n_rows: NDArray[np.int64]
    lengths: np.ndarray
    times: NDArray[np.int64]
    length_id: NDArray[np.int64]
    time_id: NDArray[np.int64]
    count: NDArray[np.float64]
    times_an_octave: int | None = None

    @cached_property
    def packed(self) -> dict[str, Any]:
        """The record as plain data; tallies are by prefix, then by kind."""
        return {
            "n": self.n.tolist(),
            "of_class": packed(self.of_class),
            # Places from 1 upwards, so that 0 is none.
            "named": packed(self.named + 1),
            "hits": packed(self.hits.T),
            "misses": packed(self.misses.T),
            "n_rows": packed(self.n_rows),
            "lengths": packed(self.lengths),
            "times": packed(self.times),
            "length_id": packed(self.length_id),
            "time_id": packed(self.time_id),
            "count": packed(self.count),
        }

    @property
    def n_characters(self) -> int:
        """Characters that the packed record takes, but for a few."""
        return sum(len(str(part["data"])) for part in self.packed.values() if is_table(part))


def reduced_within(
    census: Census, log: ImitationLog, of_class: NDArray[np.int64], named: Sequence[int], *, most_characters: int
) -> Reduced:
    """Reduce a census to a size, keeping as many training prefixes as there is room for.

    Parameters
    ----------
    census : Census
        Counted on `log`.
    log : ImitationLog
    of_class : int64[B]
        Class of each behaviour.
    named : sequence of int
        Behaviours that stay apart from all others.
    most_characters : int
        Size to keep to. With no prefix but the first and the last one it is what it is.

    Returns
    -------
    Reduced
        Where everything fits in, with all prefixes on logs of up to 1,000 training rows, and 64 beyond. Else prefixes
        are left out first, and where that does not help, times are rounded; see `KEPT`.

    Notes
    -----
    Time is O(P * B + G log G) for G groups of the census; memory O(P * B).
    """
    found, tried = None, set[tuple[int, int | None]]()
    for asked, times_an_octave in KEPT:
        n = checkpoints_of(asked, log.n_training)
        # Short logs have no more prefixes than some of these.
        is_new = (len(n), times_an_octave) not in tried
        tried.add((len(n), times_an_octave))
        if not is_new or (len(n) * census.n_behaviours > MOST_TALLIES and len(n) > 2):
            continue
        found = reduced(census, log, of_class, named, n, times_an_octave=times_an_octave)
        is_quick = len(found.of_class) * len(n) <= MOST_TERMS and len(found.count) <= MOST_ROWS
        if is_quick and found.n_characters <= most_characters:
            break
    assert found is not None
    return found


def reduced(
    census: Census,
    log: ImitationLog,
    of_class: NDArray[np.int64],
    named: Sequence[int],
    n: NDArray[np.int64],
    *,
    times_an_octave: int | None = None,
) -> Reduced:
    """Reduce a census, keeping the tallies at these numbers of training rows, int64[P]; see `reduced_within`."""
    kinds = kinds_of(of_class, placed(named, census.n_behaviours), *tallies_between(census, log, n))
    rows = rows_of(
        kinds.of_behaviour[census.behaviour_id], census.columns, census.count, times_an_octave=times_an_octave
    )
    return Reduced(
        n=n,
        of_class=kinds.of_class,
        named=kinds.named,
        hits=kinds.hits,
        misses=kinds.misses,
        n_rows=rows.n_rows,
        lengths=rows.lengths,
        times=rows.times,
        length_id=rows.length_id,
        time_id=rows.time_id,
        count=rows.count,
        times_an_octave=times_an_octave,
    )


def placed(named: Sequence[int], n_behaviours: int) -> NDArray[np.int64]:
    """Return which of the named behaviours each one is, int64[B]; -1 for those that are none."""
    place = np.full(n_behaviours, -1, dtype=np.int64)
    place[np.asarray(named, dtype=np.int64)] = np.arange(len(named))
    return place


def kinds_of(of_class: NDArray[np.int64], place: NDArray[np.int64], hits: np.ndarray, misses: np.ndarray) -> Kinds:
    """Put behaviours together that are alike.

    Parameters
    ----------
    of_class, place : int64[B]
        See `class_of` and `placed`.
    hits, misses : int[B, P - 1]
        Training rows hit and missed between a prefix and the next one.
    """
    # Big-endian bytes compare as the numbers do.
    alike = np.hstack([_bytes(of_class[:, None]), _bytes(place[:, None] + 1), _bytes(hits), _bytes(misses)])
    _, first, kind_of = np.unique(
        np.ascontiguousarray(alike).view(f"V{alike.shape[1]}").reshape(-1), return_index=True, return_inverse=True
    )
    return Kinds(of_class[first], place[first], hits[first], misses[first], kind_of.reshape(-1))


def rows_of(
    set_of_group: NDArray[np.int64],
    columns: dict[str, np.ndarray],
    count: NDArray[np.uint64],
    *,
    times_an_octave: int | None = None,
) -> Rows:
    """Add up groups of programs of equal set, length and rounded time.

    Parameters
    ----------
    set_of_group : int64[G]
        Every number from 0 to the largest occurs.
    columns : dict of str to array[G]
        With ``length`` and ``time``.
    count : uint64[G]
    times_an_octave : int or None
        See `rounded`.
    """
    lengths, length_id = np.unique(columns["length"], return_inverse=True)
    times, time_id = np.unique(rounded(columns["time"], times_an_octave), return_inverse=True)
    rows, row_of_group = np.unique(
        (set_of_group * len(lengths) + length_id) * len(times) + time_id, return_inverse=True
    )
    number, rest = np.divmod(rows, len(lengths) * len(times))
    return Rows(
        n_rows=np.bincount(number),
        lengths=lengths,
        times=times,
        length_id=rest // len(times),
        time_id=rest % len(times),
        count=np.bincount(row_of_group, weights=count.astype(np.float64)).astype(np.float64),
    )


def rounded(times: NDArray[np.int64], times_an_octave: int | None) -> NDArray[np.int64]:
    """Return times rounded to so many for each doubling, int64[G]; as they are where that is None."""
    if times_an_octave is None:
        return times
    steps = np.rint(np.log2(np.maximum(times, 1)) * times_an_octave)
    return np.rint(np.exp2(steps / times_an_octave)).astype(np.int64)


def tallies_between(census: Census, log: ImitationLog, n: NDArray[np.int64]) -> tuple[np.ndarray, np.ndarray]:
    """Return the hits and misses of each behaviour between a prefix and the next one, int[B, P - 1] each."""
    steps = np.diff(n)
    dtype = np.min_scalar_type(int(steps.max(initial=0)))
    hits, misses = (np.zeros((census.n_behaviours, len(steps)), dtype=dtype) for _ in range(2))
    abstains = bool((census.predictions == ABSTAIN).any())
    for k, (start, stop) in enumerate(zip(n[:-1].tolist(), n[1:].tolist(), strict=True)):
        rows: int = stop - start
        cell = census.row_cell[start:stop]
        hits[:, k] = count_agreeing(census.predictions, cell, log.action[start:stop])
        misses[:, k] = rows - hits[:, k]
        if abstains:
            misses[:, k] -= count_agreeing(census.predictions, cell, np.full(rows, ABSTAIN)).astype(dtype)
    return hits, misses


def _bytes(values: np.ndarray) -> NDArray[np.uint8]:
    """Return rows of whole numbers from 0 upwards as bytes that compare as they do, uint8[B, width]."""
    dtype = np.min_scalar_type(int(values.max(initial=0)))
    return np.ascontiguousarray(values.astype(dtype.newbyteorder(">"))).view(np.uint8).reshape(len(values), -1)
