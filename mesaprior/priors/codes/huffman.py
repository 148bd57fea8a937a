"""Prefix codes made from weights: optimal lengths by Huffman's algorithm, and the canonical words of given lengths.

Such lengths can price the symbols of a language by their frequency.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from heapq import heapify, heappop, heappush
from numbers import Rational, Real

from mesaprior.errors import ContentError, UsageError


def huffman_bits(weights: Sequence[int | float | Fraction]) -> list[int]:
    """Return the code lengths of an optimal prefix code: none has a lower mean length.

    Parameters
    ----------
    weights : sequence of int, float or Fraction
        How often each symbol is used, in any unit; finite, at least 0. They need not sum to 1.

    Returns
    -------
    list of int
        Length of each symbol's code in bits, at least 1, in the order given. A single symbol, for which
        Huffman's own answer is 0, gets 1. Symbols of weight 0 get a code too.

    Raises
    ------
    UsageError
        If a weight is negative, infinite or not a number.

    Notes
    -----
    Weights are compared exactly. Of equal weights, symbols are merged before merged ones, and each kind in the
    order in which they came: this gives, of all optimal codes, one of least greatest length (Schwartz), and the
    same one each time. So 2^k equal weights get k bits each. Costs O(n log n) comparisons for n symbols.

    References
    ----------
    D. A. Huffman, A method for the construction of minimum-redundancy codes, Proceedings of the IRE 40, 1952.
    E. S. Schwartz, An optimum encoding with minimum longest code and total number of digits, Information and
    Control 7, 1964.
    """
    n = len(weights)
    if n == 1:
        _whole(weights)
        return [1]
    # Nodes are numbered as they are made, the symbols first, so that the numbers break ties.
    waiting = [(weight, node) for node, weight in enumerate(_whole(weights))]
    heapify(waiting)
    parent = [0] * (2 * n)
    for node in range(n, 2 * n - 1):
        (first, left), (second, right) = heappop(waiting), heappop(waiting)
        parent[left] = parent[right] = node
        heappush(waiting, (first + second, node))
    depth = [0] * (2 * n)
    for node in range(2 * n - 3, -1, -1):
        depth[node] = depth[parent[node]] + 1
    return depth[:n]


def canonical_code(bits: Sequence[int]) -> list[str]:
    """Return the code words of the canonical prefix code with the given lengths.

    Parameters
    ----------
    bits : sequence of int
        Length of each code word in bits, at least 1.

    Returns
    -------
    list of str
        Words of the characters 0 and 1, in the order of the lengths given. Sorted by length, and by place
        where lengths are equal, they rise as binary fractions, each the least that is left.

    Raises
    ------
    ContentError
        If a length is below 1, or the lengths break Kraft's inequality.

    References
    ----------
    E. S. Schwartz and B. Kallick, Generating a canonical prefix encoding, Communications of the ACM 7, 1964.
    """
    words = [""] * len(bits)
    following, before = 0, 0
    for place in sorted(range(len(bits)), key=bits.__getitem__):
        length = int(bits[place])  # NumPy's integers would wrap around where Python's grow
        if length < 1:
            raise ContentError(
                f"bits[{place}] = {length} is no length of a code word; write a whole number from 1 upwards"
            )
        word = following << (length - before)
        if word >> length:
            raise ContentError(
                f"no code word is left for bits[{place}] = {length}: the lengths break Kraft's inequality, by which "
                f"their 2^-bits may sum to at most 1; give some of them more bits"
            )
        words[place] = f"{word:0{length}b}"
        following, before = word + 1, length
    return words


def mean_bits(weights: Sequence[int | float | Fraction], bits: Sequence[int]) -> Fraction:
    """Return the expected length of a code word, each drawn in proportion to its weight.

    Parameters
    ----------
    weights : sequence of int, float or Fraction
        As in `huffman_bits`, and at least one of them above 0.
    bits : sequence of int
        Length of each code word in bits, as many as there are weights.

    Returns
    -------
    Fraction
        The exact mean in bits.

    Raises
    ------
    UsageError
        If a weight is out of range, all are 0, or there are more or fewer lengths than weights.
    """
    whole, total = _with_total(weights)
    if len(bits) != len(whole):
        raise UsageError(f"there are {len(whole)} weights and {len(bits)} lengths; give one length for each weight.")
    return Fraction(sum(weight * int(length) for weight, length in zip(whole, bits, strict=True)), total)


def entropy_bits(weights: Sequence[int | float | Fraction]) -> float:
    """Return the entropy of a symbol drawn in proportion to its weight.

    Parameters
    ----------
    weights : sequence of int, float or Fraction
        As in `huffman_bits`, and at least one of them above 0.

    Returns
    -------
    float
        In bits, 0 up to log2 of the number of symbols. No prefix code has a lower mean length, and the one of
        `huffman_bits` has one below entropy + 1; exactly that where a single symbol has all the weight.

    Raises
    ------
    UsageError
        If a weight is out of range, or all are 0.

    References
    ----------
    C. E. Shannon, A mathematical theory of communication, Bell System Technical Journal 27, 1948.
    """
    whole, total = _with_total(weights)
    return math.fsum(weight / total * _surprise(weight, total) for weight in whole if weight)


def _surprise(weight: int, total: int) -> float:
    """Return log2(total / weight), also where the two differ by less than the precision of a float."""
    if 2 * weight > total:
        return -math.log1p(-((total - weight) / total)) / math.log(2)
    return math.log2(total) - math.log2(weight)


def _with_total(weights: Sequence[int | float | Fraction]) -> tuple[list[int], int]:
    """Return the weights as integers, and their sum, which must not be 0."""
    whole = _whole(weights)
    total = sum(whole)
    if not total:
        raise UsageError(f"the {len(whole)} weights sum to 0; give at least one weight above 0.")
    return whole, total


def _whole(weights: Sequence[int | float | Fraction]) -> list[int]:
    """Return integers in exactly the proportions of the weights."""
    exact: list[Fraction] = []
    for place, weight in enumerate(weights):
        if isinstance(weight, Rational):
            exact.append(Fraction(int(weight.numerator), int(weight.denominator)))
        elif isinstance(weight, Real) and math.isfinite(weight):
            exact.append(Fraction(float(weight)))
        if len(exact) == place or exact[place] < 0:
            raise UsageError(f"weights[{place}] = {weight!r} is out of range; write a finite number from 0 upwards.")
    scale = math.lcm(*(weight.denominator for weight in exact))
    return [weight.numerator * (scale // weight.denominator) for weight in exact]
