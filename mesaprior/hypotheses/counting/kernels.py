"""Compiled kernels of exact counting: distinct rows, and counts by class, time and infer_time.

Letters: m rows of a block or records, n classes, e counts. Kernels take arrays, write into arrays of the caller, and
return numbers; they check nothing and raise nothing.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit_in_place

# No step count grows beyond this.
SATURATION = 2**62

_PRIME = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


@njit_in_place
def hash_row(row):
    """Return a 64-bit hash of uint64 words."""
    h = _PRIME
    for word in row:
        h = (h ^ word) * _PRIME
        h ^= h >> _SHIFT
    return h


@njit_in_place
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


@njit_in_place
def reslot(hashes, n_rows, slots):
    """Fill empty slots (all -1) from the hashes of distinct rows, after the slots were enlarged."""
    mask = len(slots) - 1
    for index in range(n_rows):
        slot = np.int64(hashes[index] & np.uint64(mask))
        while slots[slot] >= 0:
            slot = (slot + 1) & mask
        slots[slot] = index


@njit_in_place
def add_steps(a, b):
    """Return a + b, saturating; both lie in 0..SATURATION."""
    return SATURATION if a >= SATURATION - b else a + b


@njit_in_place
def charge(steps, factor, below):
    """Return steps + factor * below, saturating; all are non-negative and at most SATURATION."""
    if below > 0 and factor > (SATURATION - steps) // below:
        return SATURATION
    return steps + factor * below


def most_below(steps: int, factor: int) -> int:
    """Return the largest number for which steps + factor * number does not saturate; SATURATION where none does."""
    return SATURATION if factor == 0 else (SATURATION - min(steps, SATURATION)) // factor


@njit_in_place
def charge_below(steps, factor, most, below):
    """Return steps + factor * below, saturating; `charge` without the division."""
    return SATURATION if below > most else steps + factor * below


class Productions(NamedTuple):
    """How terms are put together, by production d of D.

    Attributes
    ----------
    arity : int64[D]
        0 to 3. Arguments are called c, a and b; where there are fewer, the first ones are missing.
    inner : int64[D]
        Which argument a record names itself: 0 for c, 1 for a, 2 for b. The other two stand in its run, in order.
    space : int64[D]
        Whose classes the arguments are.
    steps, factor, infer_factor : int64[D]
        Charge of the head token: steps + factor * steps of the arguments.
    most, infer_most : int64[D]
        Steps of the arguments beyond which that saturates, see `most_below`.
    weight : int64[D]
        Terms of the same kind that a record stands for (2 for unequal halves of a commutative operator).
    emission : int64[D]
        The first of its emissions; a record names one of them.
    """

    arity: np.ndarray
    inner: np.ndarray
    space: np.ndarray
    steps: np.ndarray
    factor: np.ndarray
    infer_factor: np.ndarray
    most: np.ndarray
    infer_most: np.ndarray
    weight: np.ndarray
    emission: np.ndarray


class Emissions(NamedTuple):
    """What becomes of a value that was put together: ways to wrap it that end in the same result.

    Way v of emission e, start[e] <= v < start[e + 1], gives a term of `length` bits that charges
    steps + factor * time, and infer_steps + infer_factor * infer_time; `most` and `infer_most` as in `Productions`.
    """

    start: np.ndarray
    length: np.ndarray
    steps: np.ndarray
    factor: np.ndarray
    most: np.ndarray
    infer_steps: np.ndarray
    infer_factor: np.ndarray
    infer_most: np.ndarray


class Entries(NamedTuple):
    """Exact counts by (time, infer_time), grouped by class: those of class g are start[g] .. end[g] - 1.

    Attributes
    ----------
    start, end : int64[n]
    least_time : int64[n]
        Least time of any program of the class.
    entry : int64[e, 3]
        Time, infer_time and count; what is read together stands together.
    """

    start: np.ndarray
    end: np.ndarray
    least_time: np.ndarray
    entry: np.ndarray


class Rows(NamedTuple):
    """Exact counts by (length, time, infer_time), grouped by class as in `Entries`; sorted within each class.

    Attributes
    ----------
    start, end : int64[n]
    length : int32[e]
        Bits.
    time : int64[e]
    infer_time : int64[e]
        Empty while counting where it does not differ from time at all.
    count : uint64[e]
    """

    start: np.ndarray
    end: np.ndarray
    length: np.ndarray
    time: np.ndarray
    infer_time: np.ndarray
    count: np.ndarray


class Best(NamedTuple):
    """The program of least time among the shortest of each class, as the record that made it.

    Its length and time are those of the first row of the class.

    Attributes
    ----------
    tile : int32[n]
        Number of the tile that the record came from; of several programs alike the one of the first tile is kept.
    made : int32[n, 5]
        Production, way, and the arguments c, a, b.
    """

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


# A record is a key and one more word: the run that it belongs to, one argument and its emission.
# A run is what the records of one inner loop share: production and the other two arguments.
EMISSION_BITS = 10
ARGUMENT_BITS = 28
_EMISSION_MASK = np.uint64((1 << EMISSION_BITS) - 1)
_ARGUMENT_MASK = np.uint64((1 << ARGUMENT_BITS) - 1)
_RUN_SHIFT = np.uint64(EMISSION_BITS + ARGUMENT_BITS)
_EMISSION_SHIFT = np.uint64(EMISSION_BITS)

# Emissions of a production that a record can tell apart.
MOST_EMISSIONS = 1 << EMISSION_BITS

# Runs that can be numbered, but for those of a few tiles.
MOST_RUNS = (1 << (64 - EMISSION_BITS - ARGUMENT_BITS)) - (1 << 22)


class Batch(NamedTuple):
    """Records as they are made, in the buffer of one worker.

    Attributes
    ----------
    record : uint64[capacity, W + 1]
        Keys of W words, and the last word.
    bin : int32[capacity]
    run : int32[capacity, 3]
        Production and two arguments.
    n : int64[2]
        Records and runs so far.
    """

    record: np.ndarray
    bin: np.ndarray
    run: np.ndarray
    n: np.ndarray


@njit_in_place
def bins_of(keys, n, splitters, bins):
    """Write for n keys how many of the ascending splitters are at most their first word.

    Nothing here depends on a comparison but numbers, so that many searches are under way at a time.
    """
    for k in range(n):
        word = keys[k, 0]
        low, left = np.int64(0), np.int64(len(splitters))
        while left > 0:
            half = (left + 1) >> 1
            low += half if splitters[low + half - 1] <= word else np.int64(0)
            left -= half
        bins[k] = low


@njit_in_place
def last_word(run, argument, emission):
    """Return the last word of a record."""
    return (np.uint64(run) << _RUN_SHIFT) | (np.uint64(argument) << _EMISSION_SHIFT) | np.uint64(emission)


@njit_in_place
def run_of(word):
    """Return the run that a record belongs to."""
    return np.int64(word >> _RUN_SHIFT)


@njit_in_place
def argument_of(word):
    """Return the argument that a record names itself."""
    return np.int64((word >> _EMISSION_SHIFT) & _ARGUMENT_MASK)


@njit_in_place
def arguments_in_order(inner, argument, first, second):
    """Return c, a and b of a record, from the one that it names and the two of its run."""
    if inner == 2:
        return first, second, argument
    if inner == 1:
        return first, argument, second
    return argument, first, second


@njit_in_place
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
    record, bins = batch.record, batch.bin
    for k in range(n):
        starts[bins[k] - first_bin + 1] += 1
    for k in range(1, len(starts)):
        starts[k] += starts[k - 1]
    base = np.uint64(run_base) << _RUN_SHIFT
    for k in range(n):
        bin_number = bins[k] - first_bin
        place = starts[bin_number]
        starts[bin_number] = place + 1
        for w in range(words - 1):
            out[place, w] = record[k, w]
        out[place, words - 1] = record[k, words - 1] + base
    for k in range(len(starts) - 1, 0, -1):
        starts[k] = starts[k - 1]
    starts[0] = 0


@njit_in_place
def hash_key(key, n_words):
    """Return a 64-bit hash of a key."""
    h = _PRIME
    for w in range(n_words):
        h = (h ^ key[w]) * _PRIME
        h ^= h >> np.uint64(32)
    return h


@njit_in_place
def intern_keys(arena, low, high, keys, slots, state, ids, last):
    """Give numbers to the distinct keys of the records of one bin; write the class and last word of each record.

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
            if n == len(keys) or 3 * n >= 2 * len(slots):
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


@njit_in_place
def reslot_keys(keys, n, slots):
    """Fill empty slots (all -1) from n distinct keys, after the slots were enlarged."""
    mask = np.uint64(len(slots) - 1)
    for k in range(n):
        slot = hash_key(keys[k], keys.shape[1]) & mask
        while slots[slot] >= 0:
            slot = (slot + np.uint64(1)) & mask
        slots[slot] = k


@njit_in_place
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


@njit_in_place
def _is_before(tally, s, t):
    """Tell whether slot s comes before slot t in the order of (length, time, infer_time)."""
    if tally.length[s] != tally.length[t]:
        return tally.length[s] < tally.length[t]
    if tally.time[s] != tally.time[t]:
        return tally.time[s] < tally.time[t]
    return tally.infer_time[s] < tally.infer_time[t]


@njit_in_place
def _sort(tally, n_used):
    """Bring the used slots into the order of (length, time, infer_time)."""
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


@njit_in_place
def _empty(tally, n_used, old, first, end, with_infer, out, place):
    """Write the tally and the sorted rows first .. end - 1 of `old` as sorted rows from `place` on.

    The tally is left empty. Returns the place after the last row.
    """
    _sort(tally, n_used)
    used, lengths, times, infer_times, counts = tally.used, tally.length, tally.time, tally.infer_time, tally.count
    old_length, old_time, old_count = old.length, old.time, old.count
    # Where infer_time is time, nobody looks at what stands here.
    old_infer_time = old.infer_time if with_infer else old.time
    out_length, out_time, out_infer_time, out_count = out.length, out.time, out.infer_time, out.count
    e = first
    for k in range(n_used + 1):
        slot = used[k] if k < n_used else np.int64(0)
        length, time, infer_time = np.int64(lengths[slot]), times[slot], infer_times[slot]
        count = counts[slot]
        while e < end:
            if k < n_used:
                # What stands before the slot's row goes first, and what is equal to it is added.
                if old_length[e] != length:
                    if old_length[e] > length:
                        break
                elif old_time[e] != time:
                    if old_time[e] > time:
                        break
                elif with_infer and old_infer_time[e] != infer_time:
                    if old_infer_time[e] > infer_time:
                        break
                else:
                    count += old_count[e]
                    e += 1
                    break
            out_length[place] = old_length[e]
            out_time[place] = old_time[e]
            if with_infer:
                out_infer_time[place] = old_infer_time[e]
            out_count[place] = old_count[e]
            place += 1
            e += 1
        if k < n_used:
            out_length[place] = length
            out_time[place] = time
            if with_infer:
                out_infer_time[place] = infer_time
            out_count[place] = count
            place += 1
            counts[slot] = np.uint64(0)
    return place


@njit_in_place
def _drop(tally, n_used):
    """Leave the tally empty."""
    for k in range(n_used):
        tally.count[tally.used[k]] = 0


class Products(NamedTuple):
    """Counts of single records, grouped by class: those of class c are start[c] .. end[c] - 1.

    Attributes
    ----------
    start, end : int64[n]
    product : int64[e, 3 or 4]
        Time, count, length (above) and record (below) in one word, and infer_time where it differs from time at all.
        What belongs to one product stands together, since products are written here and there.
    """

    start: np.ndarray
    end: np.ndarray
    product: np.ndarray


_RECORD_BITS = 32
_RECORD_MASK = (1 << _RECORD_BITS) - 1


class Arguments(NamedTuple):
    """What records refer to, looked up: entries of the arguments, production and emission of each record.

    Attributes
    ----------
    place : int64[m, 3]
        First entries of c, a and b.
    n : int32[m, 3]
        How many entries they have; 1 where there is no such argument.
    made : int32[m, 2]
        Production and emission.
    """

    place: np.ndarray
    n: np.ndarray
    made: np.ndarray


@njit_in_place
def look_up(ids, last, runs, productions, emissions, entries, base, arguments, start):
    """Look up what records refer to, and add up how many counts those of each class multiply out to.

    This is little work for each record, so that many of its cache misses are waited for together.

    Parameters
    ----------
    start : int64[n + 1]
        Zeros; written: where the products of each class begin.
    """
    arity_of, space_of, emission_of = productions.arity, productions.space, productions.emission
    inner_of = productions.inner
    way_start, entry_start, entry_end = emissions.start, entries.start, entries.end
    place, n_of, made = arguments.place, arguments.n, arguments.made
    for r in range(len(ids)):
        word = last[r]
        run = run_of(word)
        d = runs[run, 0]
        e = emission_of[d] + np.int64(word & _EMISSION_MASK)
        made[r, 0], made[r, 1] = d, e
        n = way_start[e + 1] - way_start[e]
        arity = arity_of[d]
        first = base[space_of[d]]
        c, a, b = arguments_in_order(inner_of[d], argument_of(word), np.int64(runs[run, 1]), np.int64(runs[run, 2]))
        c_n, a_n, b_n = 1, 1, 1
        if arity >= 1:
            g = first + b
            place[r, 2] = entry_start[g]
            b_n = entry_end[g] - entry_start[g]
        if arity >= 2:
            g = first + a
            place[r, 1] = entry_start[g]
            a_n = entry_end[g] - entry_start[g]
        if arity >= 3:
            g = first + c
            place[r, 0] = entry_start[g]
            c_n = entry_end[g] - entry_start[g]
        n_of[r, 0], n_of[r, 1], n_of[r, 2] = c_n, a_n, b_n
        start[ids[r] + 1] += n * c_n * a_n * b_n
    for c in range(1, len(start)):
        start[c] += start[c - 1]


@njit_in_place
def multiply_out(ids, arguments, productions, emissions, entries, max_time, with_infer, out):
    """Multiply the counts of the arguments of each record, and put the products where those of its class belong.

    The products of a class then stand together, in the order of the records. `out.end` holds the starts at first,
    and moves on.

    Notes
    -----
    Counts are at most the number of programs of the level, which the caller has checked to fit.
    """
    arity_of, weight_of = productions.arity, productions.weight
    steps_of, factor_of, infer_factor_of = productions.steps, productions.factor, productions.infer_factor
    most_of, infer_most_of = productions.most, productions.infer_most
    way_start, way_length = emissions.start, emissions.length
    way_steps, way_factor = emissions.steps, emissions.factor
    way_infer_steps, way_infer_factor = emissions.infer_steps, emissions.infer_factor
    way_most, way_infer_most = emissions.most, emissions.infer_most
    entry = entries.entry
    from_entry, n_of, made = arguments.place, arguments.n, arguments.made
    out_end, product = out.end, out.product
    for r in range(len(ids)):
        d, e = made[r, 0], made[r, 1]
        arity = arity_of[d]
        steps, factor, infer_factor = steps_of[d], factor_of[d], infer_factor_of[d]
        most, infer_most = most_of[d], infer_most_of[d]
        weight = weight_of[d]
        first_way, end_way = way_start[e], way_start[e + 1]
        c_place, a_place, b_place = from_entry[r, 0], from_entry[r, 1], from_entry[r, 2]
        cls = ids[r]
        place = out_end[cls]
        for i in range(n_of[r, 0]):
            time_1, infer_1, count_1 = np.int64(0), np.int64(0), weight
            if arity >= 3:
                time_1, infer_1, count_1 = entry[c_place + i, 0], entry[c_place + i, 1], weight * entry[c_place + i, 2]
            for j in range(n_of[r, 1]):
                time_2, infer_2, count_2 = time_1, infer_1, count_1
                if arity >= 2:
                    time_2 = add_steps(time_1, entry[a_place + j, 0])
                    infer_2 = add_steps(infer_1, entry[a_place + j, 1])
                    count_2 = count_1 * entry[a_place + j, 2]
                for k in range(n_of[r, 2]):
                    time_3, infer_3, count_3 = time_2, infer_2, count_2
                    if arity >= 1:
                        time_3 = add_steps(time_2, entry[b_place + k, 0])
                        infer_3 = add_steps(infer_2, entry[b_place + k, 1])
                        count_3 = count_2 * entry[b_place + k, 2]
                    time = charge_below(steps, factor, most, time_3)
                    for way in range(first_way, end_way):
                        whole = charge_below(way_steps[way], way_factor[way], way_most[way], time)
                        if whole <= max_time:
                            product[place, 0] = whole
                            product[place, 1] = count_3
                            product[place, 2] = (way_length[way] << _RECORD_BITS) | r
                            if with_infer:
                                infer_time = charge_below(steps, infer_factor, infer_most, infer_3)
                                product[place, 3] = charge_below(
                                    way_infer_steps[way], way_infer_factor[way], way_infer_most[way], infer_time
                                )
                            place += 1
        out_end[cls] = place


@njit_in_place
def add_up(products, with_infer, old, best, tile_start, tile_number, tally, out, chosen, position):
    """Add up the products of each class by (length, time, infer_time), and keep the best program of each.

    Parameters
    ----------
    products : Products
    with_infer : bool
        Whether infer_time differs from time at all.
    old : Rows
        Counts so far of the classes before these products; the others are new.
    best : Best
        In and out: the program of least time among the shortest; of several alike that of the first record.
    tile_start, tile_number : int64[k]
        The first record of each tile, and the number of the tile.
    tally : Tally
        Scratch, empty.
    out : Rows
        Written from position[1] on.
    chosen : int32[n]
        Written: the record of the best program, -1 where it is an earlier one.
    position : int64[3]
        In and out: the class to go on with, the next free place of `out`, and a status (0 done, 1 `out` is full,
        2 `tally` is full). After growing what is full, call again.
    """
    room = len(tally.count) // 2
    start, end, product = products.start, products.end, products.product
    infer_column = 3 if with_infer else 0
    n_old = len(old.start)
    old_starts, old_ends, old_length = old.start, old.end, old.length
    old_time, old_infer_time, old_count = old.time, old.infer_time, old.count
    out_start, out_end, out_length = out.start, out.end, out.length
    out_time, out_infer_time, out_count = out.time, out.infer_time, out.count
    for cls in range(position[0], len(start)):
        n_used = np.int64(0)
        full = False
        for e in range(start[cls], end[cls]):
            length, time, infer_time = product[e, 2] >> _RECORD_BITS, product[e, 0], product[e, infer_column]
            n_used = _tally(tally, n_used, length, time, infer_time, np.uint64(product[e, 1]))
            if n_used > room:
                full = True
                break
        old_start, old_end = np.int64(0), np.int64(0)
        if cls < n_old:
            old_start, old_end = old_starts[cls], old_ends[cls]
        first = position[1]
        if full or first + n_used + old_end - old_start > len(out_time):
            _drop(tally, n_used)
            position[0] = cls
            position[2] = 2 if full else 1
            return
        place = first
        if n_used == 0:
            # Most classes get nothing new in most calls.
            for e in range(old_start, old_end):
                out_length[place] = old_length[e]
                out_time[place] = old_time[e]
                if with_infer:
                    out_infer_time[place] = old_infer_time[e]
                out_count[place] = old_count[e]
                place += 1
        else:
            place = _empty(tally, n_used, old, old_start, old_end, with_infer, out, first)
            length, time = out_length[first], out_time[first]
            is_better = old_start == old_end or length != old_length[old_start] or time != old_time[old_start]
            _choose(products, cls, length, time, is_better, best, tile_start, tile_number, chosen)
        out_start[cls], out_end[cls] = first, place
        position[1] = place
    position[0] = len(start)
    position[2] = 0


@njit_in_place
def _choose(products, cls, length, time, is_better, best, tile_start, tile_number, chosen):
    """Keep the first record that makes a program of this length and time, the least of the class.

    If that is no better than what was known, only a record of an earlier tile is.
    """
    for e in range(products.start[cls], products.end[cls]):
        if products.product[e, 2] >> _RECORD_BITS == length and products.product[e, 0] == time:
            record = products.product[e, 2] & _RECORD_MASK
            low = np.searchsorted(tile_start, record, side="right") - 1
            tile = tile_number[low]
            if is_better or tile < best.tile[cls]:
                best.tile[cls] = tile
                chosen[cls] = record
            return


@njit_in_place
def read_records(last, classes, runs, productions, emissions, least_time, base, rows, made):
    """Write how the best programs of some classes are put together (see `Best`), from the last words of their records.

    Of the ways of a record the first is meant that gives the length and time of the best program from the fastest
    arguments.
    """
    for k in range(len(classes)):
        cls = classes[k]
        word = last[k]
        run = run_of(word)
        d = runs[run, 0]
        c, a, b = arguments_in_order(
            productions.inner[d], argument_of(word), np.int64(runs[run, 1]), np.int64(runs[run, 2])
        )
        first = base[productions.space[d]]
        arity = productions.arity[d]
        below = np.int64(0)
        if arity >= 1:
            below = least_time[first + b]
        if arity >= 2:
            below = add_steps(below, least_time[first + a])
        if arity >= 3:
            below = add_steps(below, least_time[first + c])
        time = charge(productions.steps[d], productions.factor[d], below)
        best = rows.start[cls]
        e = productions.emission[d] + np.int64(word & _EMISSION_MASK)
        for way in range(emissions.start[e], emissions.start[e + 1]):
            whole = charge(emissions.steps[way], emissions.factor[way], time)
            if emissions.length[way] == rows.length[best] and whole == rows.time[best]:
                made[cls, 1] = way
                break
        made[cls, 0] = d
        made[cls, 2] = c
        made[cls, 3] = a
        made[cls, 4] = b


@njit_in_place
def merge_rows(members, start, old, with_infer, tally, out, position):
    """Add up the rows of classes that are one: group g has the classes members[start[g]] .. members[start[g + 1] - 1].

    The parameters are those of `add_up`.
    """
    room = len(tally.count) // 2
    zero = np.int64(0)
    for g in range(position[0], len(start) - 1):
        n_used = np.int64(0)
        full = False
        for m in range(start[g], start[g + 1]):
            cls = members[m]
            for e in range(old.start[cls], old.end[cls]):
                n_used = _tally(tally, n_used, np.int64(old.length[e]), old.time[e], old.infer_time[e], old.count[e])
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
        position[1] = _empty(tally, n_used, old, zero, zero, with_infer, out, position[1])
        out.end[g] = position[1]
    position[0] = len(start) - 1
    position[2] = 0


@njit_in_place
def take_rows(rows, classes, with_infer, out):
    """Copy the rows of some classes one after the other; `out` has just the room."""
    row_start, row_end = rows.start, rows.end
    from_length, from_time, from_infer_time, from_count = rows.length, rows.time, rows.infer_time, rows.count
    out_start, out_end = out.start, out.end
    to_length, to_time, to_infer_time, to_count = out.length, out.time, out.infer_time, out.count
    place = 0
    for k in range(len(classes)):
        cls = classes[k]
        out_start[k] = place
        for e in range(row_start[cls], row_end[cls]):
            to_length[place] = from_length[e]
            to_time[place] = from_time[e]
            if with_infer:
                to_infer_time[place] = from_infer_time[e]
            to_count[place] = from_count[e]
            place += 1
        out_end[k] = place


@njit_in_place
def take_bytes(data, offsets, places, out, out_offsets):
    """Copy the runs of bytes at these places one after the other; `out_offsets` is given."""
    for k in range(len(places)):
        source, target = offsets[places[k]], out_offsets[k]
        for i in range(out_offsets[k + 1] - target):
            out[target + i] = data[source + i]


@njit_in_place
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
