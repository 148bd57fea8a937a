"""Compiled sums over hidden units, and exact counts of the networks that combine two such sums.

The input of an output before its bias, situation by situation, is the sum of the contributions of the hidden units: the
outgoing weight where the unit is 1, else 0. Such a vector is packed into few words: a situation has a field of 4 or 8
bits, and the word is the sum of the entries times the places of their fields, modulo 2^64, so adding vectors is adding
words. Letters: V vectors, W words of a vector, G rows, D situations, P symmetries, N norms, C choices of biases.
"""

# pyright: basic, reportIncompatibleMethodOverride=false

from typing import NamedTuple

import numpy as np

from mesaprior._jit import njit

# Ends of a call.
DONE = 0
FULL = 1
PAUSED = 2


class Sums(NamedTuple):
    """The joint contributions of some hidden units to the outputs, with their multiplicities.

    Attributes
    ----------
    vector : uint64[V, W]
        Distinct vectors.
    start : int64[V + 1]
        Rows of each vector.
    norm : int64[G]
        Number of the norms of the weights used.
    count : int64[G]
        Settings of the weights.
    first, second, symmetry : int64[G]
        Of the first way to make a row: its row among the sums added to, its row among those added, and the symmetry
        that then put it into the standard order.
    """

    vector: np.ndarray
    start: np.ndarray
    norm: np.ndarray
    count: np.ndarray
    first: np.ndarray
    second: np.ndarray
    symmetry: np.ndarray


class Fields(NamedTuple):
    """The positions of the entries of a vector.

    Attributes
    ----------
    word, shift : int64[k * D]
        Word and lowest bit of the field of each situation, output by output.
    middle : uint64[W]
        What makes all fields positive: half of a field's range in each.
    mask : uint64
        A field of ones.
    source : int64[P, k * D]
        For each symmetry the field that is moved to each place; the first symmetry moves nothing.
    """

    word: np.ndarray
    shift: np.ndarray
    middle: np.ndarray
    mask: np.uint64
    source: np.ndarray


class Found(NamedTuple):
    """Rows found so far, by vector and norm.

    Attributes
    ----------
    vector : uint64[rows, W]
    norm, count, first, second, symmetry : int64[rows]
        As in `Sums`.
    slots : int64[power of two]
        Open addressing, -1 where empty.
    place : int64[3]
        Rows in use, and the vectors to continue with.
    """

    vector: np.ndarray
    norm: np.ndarray
    count: np.ndarray
    first: np.ndarray
    second: np.ndarray
    symmetry: np.ndarray
    slots: np.ndarray
    place: np.ndarray


class Outputs(NamedTuple):
    """How a vector is turned into outputs.

    Attributes
    ----------
    word, shift : int64[2]
        Of each plane its word among those of an output, and the place of the highest bit of its first field; the fields
        of a plane are 8 bits apart.
    mask : uint64[2]
        The lowest bit of every field of a plane; no bit where there is no second plane.
    words : int
        Words of an output.
    offset : uint64[biases, words]
        Added to the words of an output for each bias: the highest bit of a field is then whether its unit is 1.
    choice : int64[C, k]
        Number of the bias of each output.
    situations : int
        D.
    norm_sum : int64[N, N, C]
        Number of the norms of a network by those of the two sums and by its biases.
    weights : int64[norms]
        Non-zero weights, by number of the norms.
    """

    word: np.ndarray
    shift: np.ndarray
    mask: np.ndarray
    words: int
    offset: np.ndarray
    choice: np.ndarray
    situations: int
    norm_sum: np.ndarray
    weights: np.ndarray


class Pieces(NamedTuple):
    """Rows of sums by their norms, to be combined. The norms ascend.

    Attributes
    ----------
    vector : uint64[G, W]
    count : int64[G]
    norm : int64[G]
    """

    vector: np.ndarray
    count: np.ndarray
    norm: np.ndarray


class Tally(NamedTuple):
    """Exact counts of networks.

    Attributes
    ----------
    behaviour : uint64[rows]
        The bits of the outputs, situation by situation.
    count : int64[norms, rows]
    least : int64[rows]
        Fewest non-zero weights.
    first, second, choice, part : int64[rows]
        A network that has so few, the first found: rows of the two pieces, the choice of biases, and the part of the
        work in which it was found.
    slots : int64[power of two]
        Open addressing, -1 where empty; none where each behaviour has its own row.
    place : int64[5]
        Rows in use; and to continue with, the ranges of rows and the next pair of rows.
    bits : uint64[k * biases]
    norms : int64[C]
        Scratch.
    """

    behaviour: np.ndarray
    count: np.ndarray
    least: np.ndarray
    first: np.ndarray
    second: np.ndarray
    choice: np.ndarray
    part: np.ndarray
    slots: np.ndarray
    place: np.ndarray
    bits: np.ndarray
    norms: np.ndarray


@njit
def _mix(h, word):
    """Return a hash of a word and of what came before."""
    h = (h ^ word) * np.uint64(0x9E3779B97F4A7C15)
    return h ^ (h >> np.uint64(29))


@njit
def _slot_of(vector, norm, n_slots):
    """Return the first slot to try for a row."""
    h = np.uint64(norm)
    for w in range(len(vector)):
        h = _mix(h, vector[w])
    return np.int64(h & np.uint64(n_slots - 1))


@njit
def reslot_found(found):
    """Fill empty slots (all -1) after they were enlarged."""
    n_slots = len(found.slots)
    for row in range(found.place[0]):
        slot = _slot_of(found.vector[row], found.norm[row], n_slots)
        while found.slots[slot] >= 0:
            slot = (slot + 1) & (n_slots - 1)
        found.slots[slot] = row


@njit
def _put_in_order(fields, moved, best, trial):
    """Write to `best` the smallest image of `moved` under the symmetries (all fields positive); return which."""
    W = len(moved)
    winner = np.int64(0)
    for w in range(W):
        best[w] = moved[w]
    for p in range(1, len(fields.source)):
        for w in range(W):
            trial[w] = np.uint64(0)
        for s in range(len(fields.word)):
            t = fields.source[p, s]
            field = (moved[fields.word[t]] >> np.uint64(fields.shift[t])) & fields.mask
            trial[fields.word[s]] |= field << np.uint64(fields.shift[s])
        for w in range(W):
            if trial[w] != best[w]:
                if trial[w] < best[w]:
                    winner = np.int64(p)
                    for u in range(W):
                        best[u] = trial[u]
                break
    return winner


@njit
def add_sums(one, other, fields, norm_sum, found, scratch):
    """Add every vector of one set to every vector of another, and put the result into the standard order.

    Parameters
    ----------
    one, other : Sums
    fields : Fields
        With one symmetry, vectors stay as they are.
    norm_sum : int64[N, N]
        Number of the norms of a row by those of its two parts.
    found : Found
        Its place is zero at first.
    scratch : uint64[3, W]

    Returns
    -------
    int
        `DONE`, or `FULL`: enlarge `found` and continue.
    """
    W = one.vector.shape[1]
    moved, best, trial = scratch[0], scratch[1], scratch[2]
    n_slots = len(found.slots)
    room = min(len(found.count), n_slots // 2)
    i, j = found.place[1], found.place[2]
    while i < len(one.vector):
        while j < len(other.vector):
            n_pairs = (one.start[i + 1] - one.start[i]) * (other.start[j + 1] - other.start[j])
            if found.place[0] + n_pairs > room:
                found.place[1], found.place[2] = i, j
                return FULL
            for w in range(W):
                moved[w] = one.vector[i, w] + other.vector[j, w] + fields.middle[w]
            symmetry = _put_in_order(fields, moved, best, trial)
            for w in range(W):
                best[w] -= fields.middle[w]
            for g in range(one.start[i], one.start[i + 1]):
                for k in range(other.start[j], other.start[j + 1]):
                    norm = norm_sum[one.norm[g], other.norm[k]]
                    count = one.count[g] * other.count[k]
                    slot = _slot_of(best, norm, n_slots)
                    while True:
                        row = found.slots[slot]
                        if row < 0:
                            row = found.place[0]
                            found.place[0] = row + 1
                            found.slots[slot] = row
                            for w in range(W):
                                found.vector[row, w] = best[w]
                            found.norm[row], found.count[row] = norm, count
                            found.first[row], found.second[row], found.symmetry[row] = g, k, symmetry
                            break
                        same = found.norm[row] == norm
                        for w in range(W):
                            same = same and found.vector[row, w] == best[w]
                        if same:
                            found.count[row] += count
                            break
                        slot = (slot + 1) & (n_slots - 1)
            j += 1
        j = np.int64(0)
        i += 1
    found.place[1], found.place[2] = i, j
    return DONE


@njit
def reslot_tally(tally):
    """Fill empty slots (all -1) after they were enlarged."""
    n_slots = len(tally.slots)
    for row in range(tally.place[0]):
        slot = np.int64(_mix(np.uint64(0), tally.behaviour[row]) & np.uint64(n_slots - 1))
        while tally.slots[slot] >= 0:
            slot = (slot + 1) & (n_slots - 1)
        tally.slots[slot] = row


@njit
def _gather(field, mask):
    """Return the lowest bits of eight fields side by side."""
    return ((field & mask) * np.uint64(0x0102040810204080)) >> np.uint64(56)


@njit
def _end_of(norm, start, stop):
    """Return the end of a run of equal norms."""
    end = start
    while end < stop and norm[end] == norm[start]:
        end += 1
    return end


@njit
def count_networks(one, other, stop, outputs, tally, part, budget):
    """Count the networks whose hidden units are those of two sums, by behaviour and norms.

    Parameters
    ----------
    one, other : Pieces
    stop : int
        Row of `one` to stop before.
    outputs : Outputs
    tally : Tally
        Its place holds the rows to begin with.
    part : int
        Number of this part of the work.
    budget : int
        Pairs of rows to examine in this call, about.

    Returns
    -------
    int
        `DONE`; `FULL`: enlarge the tally and continue; `PAUSED`: continue.

    Notes
    -----
    Rows are paired norm by norm, so that counts are added up in a small part of the table at a time.
    """
    # Tuples are taken apart first: to hand them on, or to look into them, costs more than all the rest.
    vector, counts, one_norm = one.vector, one.count, one.norm
    other_vector, other_counts, other_norm = other.vector, other.count, other.norm
    offset, choice, words, norm_sum = outputs.offset, outputs.choice, outputs.words, outputs.norm_sum
    word, last_word, mask, last_mask = outputs.word[0], outputs.word[1], outputs.mask[0], outputs.mask[1]
    shift, last_shift = np.uint64(outputs.shift[0]), np.uint64(outputs.shift[1])
    situations, weights = np.uint64(outputs.situations), outputs.weights
    behaviours, table, least, slots, place = tally.behaviour, tally.count, tally.least, tally.slots, tally.place
    bits, norms = tally.bits, tally.norms
    C, k = choice.shape
    biases = len(offset)
    n_slots, n_other = len(slots), len(other_norm)
    room = min(len(behaviours), n_slots // 2)
    i0, j0, i, j = place[1], place[2], place[3], place[4]
    while i0 < stop:
        i1 = _end_of(one_norm, i0, stop)
        while j0 < n_other:
            j1 = _end_of(other_norm, j0, n_other)
            for c in range(C):
                norms[c] = norm_sum[one_norm[i0], other_norm[j0], c]
            while i < i1:
                if budget <= 0:
                    place[1], place[2], place[3], place[4] = i0, j0, i, j
                    return PAUSED
                budget -= j1 - j0
                while j < j1:
                    if n_slots > 0 and place[0] + C > room:
                        place[1], place[2], place[3], place[4] = i0, j0, i, j
                        return FULL
                    count = counts[i] * other_counts[j]
                    for o in range(k):
                        at = o * words
                        x = vector[i, at + word] + other_vector[j, at + word]
                        y = vector[i, at + last_word] + other_vector[j, at + last_word]
                        for v in range(biases):
                            fires = _gather((x + offset[v, word]) >> shift, mask)
                            fires |= _gather((y + offset[v, last_word]) >> last_shift, last_mask) << np.uint64(8)
                            bits[o * biases + v] = fires << (situations * np.uint64(o))
                    for c in range(C):
                        behaviour = bits[choice[c, 0]]
                        if k > 1:
                            behaviour |= bits[biases + choice[c, 1]]
                        row = np.int64(behaviour)
                        if n_slots > 0:
                            slot = np.int64(_mix(np.uint64(0), behaviour) & np.uint64(n_slots - 1))
                            row = slots[slot]
                            while row >= 0 and behaviours[row] != behaviour:
                                slot = (slot + 1) & (n_slots - 1)
                                row = slots[slot]
                            if row < 0:
                                row = place[0]
                                place[0] = row + 1
                                slots[slot] = row
                                behaviours[row] = behaviour
                        norm = norms[c]
                        before = table[np.uintp(norm), np.uintp(row)]
                        table[np.uintp(norm), np.uintp(row)] = before + count
                        # Networks with the same norms as others before do not have fewer weights than these.
                        if before == 0 and weights[norm] < least[row]:
                            least[row] = weights[norm]
                            tally.first[row], tally.second[row], tally.choice[row] = i, j, c
                            tally.part[row] = part
                    j += 1
                j = j0
                i += 1
            j0 = j = j1
            i = i0
        i0 = i = i1
        j0 = j = np.int64(0)
    place[1], place[2], place[3], place[4] = i0, j0, i, j
    return DONE
