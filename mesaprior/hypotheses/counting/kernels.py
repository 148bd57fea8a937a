"""Compiled kernels of exact counting: distinct rows, and counts by class, time and infer_time.

Letters: m rows of a block or records, n classes, e counts. Kernels take arrays, write into arrays of the caller, and
return numbers; they check nothing and raise nothing.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit

# No step count grows beyond this.
SATURATION = 2**62

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


@njit
def hash_row(row):
    """Return a 64-bit hash of uint64 words."""
    h = _PRIME
    for word in row:
        h = (h ^ word) * _PRIME
        h ^= h >> _SHIFT
    return h


@njit
def intern(block, rows, hashes, slots, n_rows, ids):
    """Merge a block of rows into a table of distinct rows, and write the id of each.

    Parameters
    ----------
    block : uint64[m, words]
    rows : uint64[capacity, words]
        The distinct rows so far; room for m more is the caller's duty.
    hashes : uint64[capacity]
    slots : int64[power of two]
        Open addressing, -1 where empty; more than twice as many as rows.
    n_rows : int
        Distinct rows so far.
    ids : int64[m]
        Written: the index in `rows` of each row of the block.

    Returns
    -------
    int
        Distinct rows after the block. Rows are numbered by first appearance.
    """
    mask = len(slots) - 1
    n_words = block.shape[1]
    for k in range(len(block)):
        h = hash_row(block[k])
        slot = np.int64(h & np.uint64(mask))
        while True:
            found = slots[slot]
            if found < 0:
                slots[slot] = n_rows
                hashes[n_rows] = h
                for w in range(n_words):
                    rows[n_rows, w] = block[k, w]
                ids[k] = n_rows
                n_rows += 1
                break
            if hashes[found] == h:
                same = True
                for w in range(n_words):
                    if rows[found, w] != block[k, w]:
                        same = False
                        break
                if same:
                    ids[k] = found
                    break
            slot = (slot + 1) & mask
    return n_rows


@njit
def reslot(hashes, n_rows, slots):
    """Fill empty slots (all -1) from the hashes of distinct rows, after the slots were enlarged."""
    mask = len(slots) - 1
    for index in range(n_rows):
        slot = np.int64(hashes[index] & np.uint64(mask))
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = index


@njit
def add_steps(a, b):
    """Return a + b, saturating; both lie in 0..SATURATION."""
    return SATURATION if a >= SATURATION - b else a + b


@njit
def charge(steps, factor, below):
    """Return steps + factor * below, saturating; all are non-negative and at most SATURATION."""
    if below > 0 and factor > (SATURATION - steps) // below:
        return SATURATION
    return steps + factor * below


class Productions(NamedTuple):
    """How terms are put together, by production d of D.

    Attributes
    ----------
    arity : int64[D]
        0 to 3. One argument stands in column b of a record, two in a and b, three in c, a and b.
    space : int64[D]
        Whose classes the arguments are.
    steps, factor, infer_factor : int64[D]
        Charge of the head token: steps + factor * steps of the arguments.
    weight : int64[D]
        Terms of the same kind that a record stands for (2 for unequal halves of a commutative operator).
    emission : int64[D]
        The first of its emissions; a record names one of them.
    """

    arity: np.ndarray
    space: np.ndarray
    steps: np.ndarray
    factor: np.ndarray
    infer_factor: np.ndarray
    weight: np.ndarray
    emission: np.ndarray


class Emissions(NamedTuple):
    """What becomes of a value that was put together: ways to wrap it that end in the same result.

    Way v of emission e, start[e] <= v < start[e + 1], gives a term of `length` bits that charges
    steps + factor * time, and infer_steps + infer_factor * infer_time.
    """

    start: np.ndarray
    length: np.ndarray
    steps: np.ndarray
    factor: np.ndarray
    infer_steps: np.ndarray
    infer_factor: np.ndarray


class Entries(NamedTuple):
    """Exact counts by (time, infer_time), grouped by class: those of class g are start[g] .. end[g] - 1.

    Attributes
    ----------
    start, end : int64[n]
    least_time : int64[n]
        Least time of any program of the class.
    time, infer_time : int64[e]
        Steps.
    count : uint64[e]
    """

    start: np.ndarray
    end: np.ndarray
    least_time: np.ndarray
    time: np.ndarray
    infer_time: np.ndarray
    count: np.ndarray


class Rows(NamedTuple):
    """Exact counts by (length, time, infer_time), grouped by class as in `Entries`; sorted within each class."""

    start: np.ndarray
    end: np.ndarray
    length: np.ndarray
    time: np.ndarray
    infer_time: np.ndarray
    count: np.ndarray


class Best(NamedTuple):
    """The program of least time among the shortest of each class, as the record that made it.

    Attributes
    ----------
    length, time : int64[n]
    tile : int64[n]
        Number of the tile that the record came from; of several programs alike the one of the first tile is kept.
    made : int64[n, 5]
        Production, emission (counted from the production's first), and the arguments c, a, b.
    """

    length: np.ndarray
    time: np.ndarray
    tile: np.ndarray
    made: np.ndarray


class Tally(NamedTuple):
    """A small hash table from (length, time, infer_time) to a count, with its used slots in order of arrival.

    Attributes
    ----------
    length, time, infer_time : int64[power of two]
    count : uint64[power of two]
        0 where the slot is empty.
    used : int64[power of two]
    """

    length: np.ndarray
    time: np.ndarray
    infer_time: np.ndarray
    count: np.ndarray
    used: np.ndarray


# A record is a key and one more word: the run that it belongs to, its argument b and its emission.
# A run is what the records of one inner loop share: production and arguments c and a.
EMISSION_BITS = 10
ARGUMENT_BITS = 28
_EMISSION_MASK = np.uint64((1 << EMISSION_BITS) - 1)
_ARGUMENT_MASK = np.uint64((1 << ARGUMENT_BITS) - 1)
_RUN_SHIFT = np.uint64(EMISSION_BITS + ARGUMENT_BITS)
_EMISSION_SHIFT = np.uint64(EMISSION_BITS)


class Batch(NamedTuple):
    """Records as they are made, in the buffer of one worker.

    Attributes
    ----------
    record : uint64[capacity, W + 1]
        Keys of W words, and the last word.
    bin : int32[capacity]
    run : int64[capacity, 3]
        Production, c, a.
    n : int64[2]
        Records and runs so far.
    """

    record: np.ndarray
    bin: np.ndarray
    run: np.ndarray
    n: np.ndarray


@njit
def bin_of(word, splitters):
    """Return how many of the ascending splitters are at most this word."""
    low, n = 0, len(splitters)
    while n > 0:
        half = n >> 1
        if splitters[low + half] <= word:
            low += half + 1
            n -= half + 1
        else:
            n = half
    return low


@njit
def last_word(run, b, emission):
    """Return the last word of a record."""
    return (np.uint64(run) << _RUN_SHIFT) | (np.uint64(b) << _EMISSION_SHIFT) | np.uint64(emission)


@njit
def run_of(word):
    """Return the run that a record belongs to."""
    return np.int64(word >> _RUN_SHIFT)


@njit
def argument_of(word):
    """Return the argument b of a record."""
    return np.int64((word >> _EMISSION_SHIFT) & _ARGUMENT_MASK)


@njit
def scatter(batch, first_bin, run_base, out, starts):
    """Write the records of a batch sorted by bin, and where each bin begins.

    Parameters
    ----------
    batch : Batch
    first_bin : int
    run_base : int
        Added to the runs, which are numbered through many batches.
    out : uint64[n, W + 1]
    starts : int64[bins + 1]
        Zeros; written.
    """
    n, words = batch.n[0], batch.record.shape[1]
    for k in range(n):
        starts[batch.bin[k] - first_bin + 1] += 1
    for k in range(1, len(starts)):
        starts[k] += starts[k - 1]
    base = np.uint64(run_base) << _RUN_SHIFT
    for k in range(n):
        place = starts[batch.bin[k] - first_bin]
        starts[batch.bin[k] - first_bin] = place + 1
        for w in range(words - 1):
            out[place, w] = batch.record[k, w]
        out[place, words - 1] = batch.record[k, words - 1] + base
    for k in range(len(starts) - 1, 0, -1):
        starts[k] = starts[k - 1]
    starts[0] = 0


@njit
def hash_key(key, n_words):
    """Return a 64-bit hash of a key."""
    h = _PRIME
    for w in range(n_words):
        h = (h ^ key[w]) * _PRIME
        h ^= h >> np.uint64(32)
    return h


@njit
def intern_keys(arena, low, high, keys, slots, state, ids, last):
    """Number the distinct keys of the records of one bin, and write the class and the last word of each record.

    Parameters
    ----------
    arena : uint64[capacity, W + 1]
    low, high : int64[tiles]
        Where the records of this bin stand, tile by tile.
    keys : uint64[room, W]
        The distinct keys so far.
    slots : int32[power of two]
        Open addressing, -1 where empty.
    state : int64[4]
        In and out: distinct keys, tile, record within the tile, records done.
    ids : int32[m]
    last : uint64[m]

    Returns
    -------
    bool
        Whether all is done; else `keys` and `slots` want to be twice as large, and the call be repeated.
    """
    n_words = keys.shape[1]
    mask = np.uint64(len(slots) - 1)
    n, tile, done = state[0], state[1], state[3]
    while tile < len(low):
        k = max(low[tile], state[2])
        while k < high[tile]:
            if n == len(keys) or 2 * n >= len(slots):
                state[0], state[1], state[2], state[3] = n, tile, k, done
                return False
            slot = hash_key(arena[k], n_words) & mask
            while True:
                found = slots[slot]
                if found < 0:
                    slots[slot] = n
                    for w in range(n_words):
                        keys[n, w] = arena[k, w]
                    found = n
                    n += 1
                    break
                same = True
                for w in range(n_words):
                    if keys[found, w] != arena[k, w]:
                        same = False
                if same:
                    break
                slot = (slot + np.uint64(1)) & mask
            ids[done] = found
            last[done] = arena[k, n_words]
            done += 1
            k += 1
        tile += 1
        state[2] = 0
    state[0], state[1], state[3] = n, tile, done
    return True


@njit
def reslot_keys(keys, n, slots):
    """Fill empty slots (all -1) from n distinct keys, after the slots were enlarged."""
    mask = np.uint64(len(slots) - 1)
    for k in range(n):
        slot = hash_key(keys[k], keys.shape[1]) & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = k


@njit
def group_records(ids, start, order):
    """Write which records fall into each class, in order: order[start[c]] .. order[start[c + 1] - 1] are those of c.

    `start` is int64[n + 2], all zeros; its last entry is scratch.
    """
    for c in ids:
        start[c + 2] += 1
    for c in range(2, len(start)):
        start[c] += start[c - 1]
    # Each start moves up as its class fills, and ends where the next class begins.
    for r in range(len(ids)):
        c = ids[r]
        order[start[c + 1]] = r
        start[c + 1] += 1


@njit
def _tally(tally, n_used, length, time, infer_time, count):
    """Add a count under (length, time, infer_time); return the number of used slots."""
    mask = len(tally.count) - 1
    mixed = np.uint64(time) * _PRIME + (np.uint64(infer_time) << np.uint64(7)) + np.uint64(length)
    slot = np.int64((mixed ^ (mixed >> _SHIFT)) & np.uint64(mask))
    while True:
        if tally.count[slot] == 0:
            tally.length[slot] = length
            tally.time[slot] = time
            tally.infer_time[slot] = infer_time
            tally.count[slot] = count
            tally.used[n_used] = slot
            return n_used + 1
        if tally.time[slot] == time and tally.infer_time[slot] == infer_time and tally.length[slot] == length:
            tally.count[slot] += count
            return n_used
        slot = (slot + 1) & mask


@njit
def _is_before(tally, s, t):
    """Tell whether slot s comes before slot t in the order of (length, time, infer_time)."""
    if tally.length[s] != tally.length[t]:
        return tally.length[s] < tally.length[t]
    if tally.time[s] != tally.time[t]:
        return tally.time[s] < tally.time[t]
    return tally.infer_time[s] < tally.infer_time[t]


@njit
def _empty(tally, n_used, out, place):
    """Move the tally to the rows from `place` on, sorted, and leave it empty."""
    used = tally.used
    gap = 1
    while gap < n_used // 3:
        gap = 3 * gap + 1
    while gap > 0:
        for i in range(gap, n_used):
            slot = used[i]
            j = i
            while j >= gap and _is_before(tally, slot, used[j - gap]):
                used[j] = used[j - gap]
                j -= gap
            used[j] = slot
        gap //= 3
    for k in range(n_used):
        slot = used[k]
        out.length[place + k] = tally.length[slot]
        out.time[place + k] = tally.time[slot]
        out.infer_time[place + k] = tally.infer_time[slot]
        out.count[place + k] = tally.count[slot]
        tally.count[slot] = 0


@njit
def _drop(tally, n_used):
    """Leave the tally empty."""
    for k in range(n_used):
        tally.count[tally.used[k]] = 0


@njit
def accumulate(order, start, last, runs, productions, emissions, entries, base, old, tally, max_time, out, position):
    """Multiply the counts of arguments, add them up by (class, length, time, infer_time), and add the counts so far.

    Parameters
    ----------
    order : int64[m]
        Records grouped by class.
    start : int64[n + 1]
        Where the group of each class begins in `order`.
    last : uint64[m]
        Last word of each record.
    runs : int64[r, 3]
        Production, c and a of each run.
    productions : Productions
    emissions : Emissions
    entries : Entries
        Counts of the classes of all spaces, one space after the other.
    base : int64[spaces]
        First class of each space.
    old : Rows
        Counts so far of the classes before this batch; the others are new.
    tally : Tally
        Scratch, empty.
    max_time : int
        Programs with more time are dropped.
    out : Rows
        Written from position[1] on.
    position : int64[3]
        In and out: the class to go on with, the next free place of `out`, and a status (0 done, 1 `out` is full,
        2 `tally` is full). After growing what is full, call again.

    Notes
    -----
    Counts are at most the number of programs of the level, which the caller has checked to fit.
    """
    room = len(tally.count) // 2
    arity_of, space_of, weight_of = productions.arity, productions.space, productions.weight
    steps_of, factor_of, infer_factor_of = productions.steps, productions.factor, productions.infer_factor
    emission_of, way_start, way_length = productions.emission, emissions.start, emissions.length
    way_steps, way_factor = emissions.steps, emissions.factor
    way_infer_steps, way_infer_factor = emissions.infer_steps, emissions.infer_factor
    entry_start, entry_end = entries.start, entries.end
    entry_time, entry_infer_time, entry_count = entries.time, entries.infer_time, entries.count
    for cls in range(position[0], len(start) - 1):
        n_used = 0
        full = False
        if cls < len(old.start):
            if start[cls] == start[cls + 1]:
                # Nothing new: the rows stand sorted already.
                n_old = old.end[cls] - old.start[cls]
                if position[1] + n_old > len(out.time):
                    position[0], position[2] = cls, 1
                    return
                out.start[cls] = position[1]
                for e in range(old.start[cls], old.end[cls]):
                    place = position[1]
                    out.length[place] = old.length[e]
                    out.time[place] = old.time[e]
                    out.infer_time[place] = old.infer_time[e]
                    out.count[place] = old.count[e]
                    position[1] = place + 1
                out.end[cls] = position[1]
                continue
            for e in range(old.start[cls], old.end[cls]):
                n_used = _tally(tally, n_used, old.length[e], old.time[e], old.infer_time[e], old.count[e])
                if n_used > room:
                    full = True
                    break
        for place in range(start[cls], start[cls + 1]):
            if full:
                break
            word = last[order[place]]
            run = np.int64(word >> _RUN_SHIFT)
            d = runs[run, 0]
            arity = arity_of[d]
            steps, factor, infer_factor = steps_of[d], factor_of[d], infer_factor_of[d]
            weight = np.uint64(weight_of[d])
            e = emission_of[d] + np.int64(word & _EMISSION_MASK)
            first_way, end_way = way_start[e], way_start[e + 1]
            first = base[space_of[d]]
            c_start, c_end, a_start, a_end, b_start, b_end = 0, 1, 0, 1, 0, 1
            if arity >= 1:
                g = first + argument_of(word)
                b_start, b_end = entry_start[g], entry_end[g]
            if arity >= 2:
                g = first + runs[run, 2]
                a_start, a_end = entry_start[g], entry_end[g]
            if arity >= 3:
                g = first + runs[run, 1]
                c_start, c_end = entry_start[g], entry_end[g]
            for i in range(c_start, c_end):
                time_1, infer_1, count_1 = np.int64(0), np.int64(0), weight
                if arity >= 3:
                    time_1, infer_1, count_1 = entry_time[i], entry_infer_time[i], weight * entry_count[i]
                for j in range(a_start, a_end):
                    time_2, infer_2, count_2 = time_1, infer_1, count_1
                    if arity >= 2:
                        time_2 = add_steps(time_1, entry_time[j])
                        infer_2 = add_steps(infer_1, entry_infer_time[j])
                        count_2 = count_1 * entry_count[j]
                    for k in range(b_start, b_end):
                        time_3, infer_3, count_3 = time_2, infer_2, count_2
                        if arity >= 1:
                            time_3 = add_steps(time_2, entry_time[k])
                            infer_3 = add_steps(infer_2, entry_infer_time[k])
                            count_3 = count_2 * entry_count[k]
                        time = charge(steps, factor, time_3)
                        infer_time = charge(steps, infer_factor, infer_3)
                        for way in range(first_way, end_way):
                            whole = charge(way_steps[way], way_factor[way], time)
                            if whole <= max_time:
                                infer = charge(way_infer_steps[way], way_infer_factor[way], infer_time)
                                n_used = _tally(tally, n_used, way_length[way], whole, infer, count_3)
                        if n_used > room:
                            full = True
                            break
                    if full:
                        break
                if full:
                    break
        if full or position[1] + n_used > len(out.time):
            _drop(tally, n_used)
            position[0] = cls
            position[2] = 2 if full else 1
            return
        out.start[cls] = position[1]
        _empty(tally, n_used, out, position[1])
        position[1] += n_used
        out.end[cls] = position[1]
    position[0] = len(start) - 1
    position[2] = 0


@njit
def keep_best(ids, last, tiles, runs, productions, emissions, least_time, base, max_time, best):
    """Keep, for each class, the program of least time among the shortest; of several alike that of the first record.

    Parameters
    ----------
    ids : int32[m]
        Class of each record, tile by tile.
    tiles : int64[k, 2]
        Number of each tile and how many of the records are its.
    best : Best
        In and out.
    """
    arity_of, space_of, emission_of = productions.arity, productions.space, productions.emission
    steps_of, factor_of = productions.steps, productions.factor
    way_start, way_length, way_steps, way_factor = emissions.start, emissions.length, emissions.steps, emissions.factor
    best_length, best_time, best_tile, made = best.length, best.time, best.tile, best.made
    r = 0
    for t in range(len(tiles)):
        tile = tiles[t, 0]
        for _ in range(tiles[t, 1]):
            word = last[r]
            cls = ids[r]
            r += 1
            run, b = run_of(word), argument_of(word)
            d = runs[run, 0]
            e = emission_of[d] + np.int64(word & _EMISSION_MASK)
            arity = arity_of[d]
            first = base[space_of[d]]
            below = np.int64(0)
            if arity >= 1:
                below = least_time[first + b]
            if arity >= 2:
                below = add_steps(below, least_time[first + runs[run, 2]])
            if arity >= 3:
                below = add_steps(below, least_time[first + runs[run, 1]])
            time = charge(steps_of[d], factor_of[d], below)
            for way in range(way_start[e], way_start[e + 1]):
                length = way_length[way]
                if length > best_length[cls]:
                    continue
                whole = charge(way_steps[way], way_factor[way], time)
                if whole > max_time:
                    continue
                if length == best_length[cls]:
                    if whole > best_time[cls] or (whole == best_time[cls] and tile >= best_tile[cls]):
                        continue
                best_length[cls] = length
                best_time[cls] = whole
                best_tile[cls] = tile
                made[cls, 0] = d
                made[cls, 1] = way
                made[cls, 2] = runs[run, 1]
                made[cls, 3] = runs[run, 2]
                made[cls, 4] = b


@njit
def merge_rows(members, start, old, tally, out, position):
    """Add up the rows of classes that are one: group g has the classes members[start[g]] .. members[start[g + 1] - 1].

    The parameters are those of `accumulate`.
    """
    room = len(tally.count) // 2
    for g in range(position[0], len(start) - 1):
        n_used = 0
        full = False
        for m in range(start[g], start[g + 1]):
            cls = members[m]
            for e in range(old.start[cls], old.end[cls]):
                n_used = _tally(tally, n_used, old.length[e], old.time[e], old.infer_time[e], old.count[e])
                if n_used > room:
                    full = True
                    break
            if full:
                break
        if full or position[1] + n_used > len(out.time):
            _drop(tally, n_used)
            position[0] = g
            position[2] = 2 if full else 1
            return
        out.start[g] = position[1]
        _empty(tally, n_used, out, position[1])
        position[1] += n_used
        out.end[g] = position[1]
    position[0] = len(start) - 1
    position[2] = 0


@njit
def take_bytes(data, offsets, places, out, out_offsets):
    """Copy the runs of bytes at these places one after the other; `out_offsets` is given."""
    for k in range(len(places)):
        source, target = offsets[places[k]], out_offsets[k]
        for i in range(out_offsets[k + 1] - target):
            out[target + i] = data[source + i]


@njit
def steps_block(arity, steps, factor, infer_factor, tokens, sizes, scratch, times):
    """Write (time, infer_time) of programs in prefix notation, each from its last token to its first.

    Parameters
    ----------
    arity, steps, factor, infer_factor : int64[T]
        Of each token, see `Productions`.
    tokens : int64[m, positions]
    sizes : int64[m]
        Tokens of each program.
    scratch : int64[positions, 3]
    times : int64[m, 2]
        Written.
    """
    for n in range(len(tokens)):
        for k in range(sizes[n] - 1, -1, -1):
            t = tokens[n, k]
            end = k + 1
            below, infer_below = np.int64(0), np.int64(0)
            for _ in range(arity[t]):
                below = add_steps(below, scratch[end, 1])
                infer_below = add_steps(infer_below, scratch[end, 2])
                end = scratch[end, 0]
            scratch[k, 0] = end
            scratch[k, 1] = charge(steps[t], factor[t], below)
            scratch[k, 2] = charge(steps[t], infer_factor[t], infer_below)
        times[n, 0] = scratch[0, 1]
        times[n, 1] = scratch[0, 2]
