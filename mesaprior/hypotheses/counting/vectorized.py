"""The counting kernels in NumPy, for work that is done before kernels would be compiled.

The results are those of the kernels, bit for bit. Letters: m records, n classes, e counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.counting.kernels import (
    ARGUMENT_BITS,
    EMISSION_BITS,
    SATURATION,
    Batch,
    Best,
    Emissions,
    Entries,
    Productions,
    Rows,
)

_RUN_SHIFT = np.uint64(EMISSION_BITS + ARGUMENT_BITS)
_EMISSION_SHIFT = np.uint64(EMISSION_BITS)
_EMISSION_MASK = np.uint64((1 << EMISSION_BITS) - 1)
_ARGUMENT_MASK = np.uint64((1 << ARGUMENT_BITS) - 1)


def ranges(starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Return starts[0], ..., ends[0] - 1, starts[1], ..., one range after the other, int64."""
    sizes = np.maximum(ends - starts, 0)
    return np.arange(int(sizes.sum())) + np.repeat(starts - np.cumsum(sizes) + sizes, sizes)


def numbered(columns: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """Return a number for each row, by first appearance.

    Parameters
    ----------
    columns : list of array[m]
        At least one.

    Returns
    -------
    ids : int64[m]
    first : int64[n]
        Where each distinct row appears first, ascending.
    """
    order = np.lexsort(columns[::-1])
    is_new = np.ones(len(order), dtype=np.bool_)
    is_new[1:] = np.any([column[order[1:]] != column[order[:-1]] for column in columns], axis=0)
    # Sorting is stable: the first of equal rows is the one that appears first.
    first = order[is_new]
    rank = np.empty(len(first), dtype=np.int64)
    rank[np.argsort(first)] = np.arange(len(first))
    ids = np.empty(len(order), dtype=np.int64)
    ids[order] = rank[np.cumsum(is_new) - 1]
    return ids, np.sort(first)


def bins_of(words: np.ndarray, splitters: np.ndarray) -> np.ndarray:
    """Return the bins of first words of keys, as `kernels.bins_of`."""
    return np.searchsorted(splitters, words, side="right")


def last_words(run: np.ndarray, argument: np.ndarray, emission: np.ndarray) -> np.ndarray:
    """Return the last words of records, as `kernels.last_word`."""
    run, argument, emission = (part.astype(np.uint64) for part in (run, argument, emission))
    return (run << _RUN_SHIFT) | (argument << _EMISSION_SHIFT) | emission


def arguments_of(
    last: np.ndarray, runs: np.ndarray, inner_of: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Return production and arguments c, a and b of records, int64[m] each, from their last words."""
    d, first, second = runs[(last >> _RUN_SHIFT).astype(np.int64)].astype(np.int64).T
    argument = ((last >> _EMISSION_SHIFT) & _ARGUMENT_MASK).astype(np.int64)
    inner = inner_of[d]
    return (
        d,
        np.where(inner == 0, argument, first),
        np.where(inner == 0, first, np.where(inner == 1, argument, second)),
        np.where(inner == 2, argument, second),
    )


def scatter(batch: Batch, first_bin: int, run_base: int, out: np.ndarray, starts: np.ndarray) -> None:
    """Write the records of a batch sorted by bin, and where each bin begins, as `kernels.scatter`."""
    n = int(batch.n[0])
    bins = batch.bin[:n] - first_bin
    out[:n] = batch.record[:n][np.argsort(bins, kind="stable")]
    out[:n, -1] += np.uint64(run_base) << _RUN_SHIFT
    starts[1:] = np.cumsum(np.bincount(bins, minlength=len(starts) - 1))


def intern_keys(
    arena: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    keys: np.ndarray,
    state: np.ndarray,
    ids: np.ndarray,
    last: np.ndarray,
) -> bool:
    """Give numbers to the distinct keys of records, as `kernels.intern_keys`; they are found by sorting."""
    n, done = int(state[0]), int(state[3])
    records = arena[ranges(low, high)[done:]]
    known = np.concatenate([keys[:n], records[:, :-1]])
    found, first = numbered(list(known.T))
    return take_in(found[n:], first[n:] - n, records, keys, records[:, :-1], state, ids, last)


def take_in(
    found: NDArray[np.int64],
    first: NDArray[np.int64],
    records: NDArray[np.uint64],
    keys: np.ndarray,
    new_keys: np.ndarray,
    state: np.ndarray,
    ids: np.ndarray,
    last: np.ndarray,
    values: np.ndarray | None = None,
    new_values: np.ndarray | None = None,
) -> bool:
    """Write the numbers of records, and what is new, as far as there is room; tell whether that was all.

    Parameters
    ----------
    found : int64[m]
        Number of each record.
    first : int64[k]
        Where each number that is new appears first.
    records : uint64[m, W + 1]
    keys, values : array[room, ...]
        Of the classes.
    new_keys, new_values : array[m, ...]
        Of the records.
    state, ids, last
        As in `kernels.intern_keys`.
    """
    n, done = int(state[0]), int(state[3])
    first = first[: len(keys) - n]
    too_many = found >= len(keys)
    m = int(np.argmax(too_many)) if too_many.any() else len(found)
    keys[n : n + len(first)] = new_keys[first]
    if values is not None and new_values is not None:
        values[n : n + len(first)] = new_values[first]
    ids[done : done + m] = found[:m]
    last[done : done + m] = records[:m, -1]
    state[0], state[3] = n + len(first), done + m
    return m == len(found)


def _sum_up(
    cls: np.ndarray,
    n: int,
    length: np.ndarray,
    time: np.ndarray,
    infer_time: np.ndarray | None,
    count: np.ndarray,
) -> Rows:
    """Return the rows of n classes: counts added up by (length, time, infer_time), sorted."""
    columns = [cls, length, time] + ([] if infer_time is None else [infer_time])
    order = np.lexsort(columns[::-1])
    is_new = np.ones(len(order), dtype=np.bool_)
    is_new[1:] = np.any([column[order[1:]] != column[order[:-1]] for column in columns], axis=0)
    first = order[is_new]
    ends = np.cumsum(np.bincount(cls[first], minlength=n))
    return Rows(
        np.concatenate([[0], ends[:-1]]).astype(np.int64)[:n],
        ends,
        length[first].astype(np.int32),
        time[first],
        np.empty(0, dtype=np.int64) if infer_time is None else infer_time[first],
        np.add.reduceat(count[order], np.flatnonzero(is_new)) if len(order) else np.empty(0, dtype=np.uint64),
    )


def _add(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Return a + b, saturating, as `kernels.add_steps`."""
    return np.where(a >= SATURATION - b, SATURATION, a + b)


def _charge(steps: np.ndarray, factor: np.ndarray, most: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Return steps + factor * below, saturating, as `kernels.charge_below`."""
    return np.where(below > most, SATURATION, steps + factor * below)


class Counting:
    """What records refer to.

    Parameters
    ----------
    runs : int32[r, 3]
    productions : Productions
    emissions : Emissions
    entries : Entries
    base : int64[spaces]
    max_time : int
    with_infer : bool
        As in `bins.Ledger`.
    """

    def __init__(
        self,
        runs: np.ndarray,
        productions: Productions,
        emissions: Emissions,
        entries: Entries,
        base: np.ndarray,
        max_time: int,
        with_infer: bool,
    ):
        self._runs, self._productions, self._emissions = runs, productions, emissions
        self._entries, self._base = entries, base
        self._max_time, self._with_infer = max_time, with_infer

    def add_up(
        self,
        ids: NDArray[np.int32],
        last: NDArray[np.uint64],
        n: int,
        old: Rows,
        best: Best,
        tile_start: NDArray[np.int64],
        tile_number: NDArray[np.int64],
    ) -> Rows:
        """Return the rows of n classes after some records, and keep the best program of each in `best`.

        It is what `kernels.look_up`, `multiply_out`, `add_up` and `read_records` do one after the other.

        Parameters
        ----------
        ids : int32[m]
        last : uint64[m]
        n : int
        old : Rows
        best : Best
        tile_start, tile_number : int64[k]
            As in these kernels.
        """
        record, way, time, infer_time, count = self._products(last)
        cls = ids[record].astype(np.int64)
        length = self._emissions.length[way]
        n_old = len(old.start)
        of_old = np.repeat(np.arange(n_old), old.end - old.start)
        places = ranges(old.start, old.end)
        rows = _sum_up(
            np.concatenate([of_old, cls]),
            n,
            np.concatenate([old.length[places].astype(np.int64), length]),
            np.concatenate([old.time[places], time]),
            np.concatenate([old.infer_time[places], infer_time]) if self._with_infer else None,
            np.concatenate([old.count[places], count.astype(np.uint64)]),
        )
        # The first record that makes a program of the least length and time of its class.
        least = rows.start[cls]
        makes = np.flatnonzero((length == rows.length[least]) & (time == rows.time[least]))
        classes, place = np.unique(cls[makes], return_index=True)
        chosen = record[makes[place]]
        tile = tile_number[np.searchsorted(tile_start, chosen, side="right") - 1]
        is_better = np.ones(len(classes), dtype=np.bool_)
        known = np.flatnonzero(classes < n_old)
        known = known[old.start[classes[known]] < old.end[classes[known]]]
        before, now = old.start[classes[known]], rows.start[classes[known]]
        is_better[known] = (rows.length[now] != old.length[before]) | (rows.time[now] != old.time[before])
        better = is_better | (tile < best.tile[classes])
        best.tile[classes[better]] = tile[better]
        self._read(last[chosen[better]], classes[better], rows, best.made)
        return rows

    def _products(self, last: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Return record, way, time, infer_time and count of all products of records within the time bound."""
        productions, emissions, entries = self._productions, self._emissions, self._entries
        d, *arguments = arguments_of(last, self._runs, productions.inner)
        e = productions.emission[d] + (last & _EMISSION_MASK).astype(np.int64)
        arity, first = productions.arity[d], self._base[productions.space[d]]
        # Entries of c, a and b; one that counts for nothing where there is no such argument.
        starts: list[NDArray[np.int64]] = []
        sizes: list[NDArray[np.int64]] = []
        for least_arity, argument in zip((3, 2, 1), arguments, strict=True):
            there = np.flatnonzero(arity >= least_arity)
            g = first[there] + argument[there]
            start, size = np.full(len(last), -1), np.ones(len(last), dtype=np.int64)
            start[there], size[there] = entries.start[g], entries.end[g] - entries.start[g]
            starts.append(start)
            sizes.append(size)
        n_ways = emissions.start[e + 1] - emissions.start[e]
        n = n_ways * sizes[0] * sizes[1] * sizes[2]
        record = np.repeat(np.arange(len(last)), n)
        place, way = np.divmod(ranges(np.zeros_like(n), n), n_ways[record])
        way += emissions.start[e[record]]
        place, of_b = np.divmod(place, sizes[2][record])
        of_c, of_a = np.divmod(place, sizes[1][record])
        time = infer_time = np.zeros(len(record), dtype=np.int64)
        count = productions.weight[d[record]]
        for start, at in zip(starts, (of_c, of_a, of_b), strict=True):
            is_there = start[record] >= 0
            entry = np.zeros((len(record), 3), dtype=np.int64)
            entry[:, 2] = 1
            entry[is_there] = entries.entry[start[record[is_there]] + at[is_there]]
            time, infer_time = _add(time, entry[:, 0]), _add(infer_time, entry[:, 1])
            count = count * entry[:, 2]
        d = d[record]
        time = _charge(productions.steps[d], productions.factor[d], productions.most[d], time)
        time = _charge(emissions.steps[way], emissions.factor[way], emissions.most[way], time)
        infer_time = _charge(productions.steps[d], productions.infer_factor[d], productions.infer_most[d], infer_time)
        infer_time = _charge(
            emissions.infer_steps[way], emissions.infer_factor[way], emissions.infer_most[way], infer_time
        )
        kept = np.flatnonzero(time <= self._max_time)
        return record[kept], way[kept], time[kept], infer_time[kept], count[kept]

    def _read(self, last: np.ndarray, classes: np.ndarray, rows: Rows, made: np.ndarray) -> None:
        """Write how the best programs of some classes are put together, as `kernels.read_records`."""
        productions, emissions, least_time = self._productions, self._emissions, self._entries.least_time
        d, *arguments = arguments_of(last, self._runs, productions.inner)
        arity, first = productions.arity[d], self._base[productions.space[d]]
        below = np.zeros(len(last), dtype=np.int64)
        for least_arity, argument in zip((3, 2, 1), arguments, strict=True):
            there = np.flatnonzero(arity >= least_arity)
            below[there] = _add(below[there], least_time[first[there] + argument[there]])
        time = _charge(productions.steps[d], productions.factor[d], productions.most[d], below)
        e = productions.emission[d] + (last & _EMISSION_MASK).astype(np.int64)
        n_ways = emissions.start[e + 1] - emissions.start[e]
        way = ranges(emissions.start[e], emissions.start[e + 1])
        of = np.repeat(np.arange(len(last)), n_ways)
        best = rows.start[classes[of]]
        whole = _charge(emissions.steps[way], emissions.factor[way], emissions.most[way], time[of])
        fits = np.flatnonzero((emissions.length[way] == rows.length[best]) & (whole == rows.time[best]))
        whose, place = np.unique(of[fits], return_index=True)
        made[classes[whose], 1] = way[fits[place]]
        made[classes, 0] = d
        for column, argument in enumerate(arguments, 2):
            made[classes, column] = argument


def merged_rows(rows: Rows, members: np.ndarray, start: np.ndarray) -> Rows:
    """Add up the rows of classes that are one, as `kernels.merge_rows`."""
    group = np.repeat(np.arange(len(start) - 1), np.diff(start))
    low, high = rows.start[members], rows.end[members]
    places = ranges(low, high)
    return _sum_up(
        np.repeat(group, high - low),
        len(start) - 1,
        rows.length[places].astype(np.int64),
        rows.time[places],
        rows.infer_time[places],
        rows.count[places],
    )
