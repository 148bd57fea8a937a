"""Prefix codes of term languages: Kraft sums, and exact numbers of programs by length without enumeration.

A language is a list of `Symbol` here: the length of its code, its number of children, and the scopes in which it may
occur. A *scope* is the set of bound variables: 0 none, 1 y, 2 theta, 3 both (a bit mask). With G_v(z) the sum of
z^length over the terms of scope v,

    G_v(z) = sum over the symbols allowed in v of multiplicity * z^bits * product of the children's G(z),

and the coefficients of G_0 are the numbers of programs. A binder leads from a scope to one that contains it, so scopes
are solved innermost first: each then refers only to itself and to known scopes.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from mesaprior.errors import ContentError

INNERMOST_FIRST = (3, 2, 1, 0)
"""The scopes, each after all those that its binders lead to."""

# Names of where a symbol stands: the variables that must be bound there, and those it binds for its children.
_STANDS = {"any": (0, 0), "y": (1, 0), "theta": (2, 0), "binds_y": (0, 1), "binds_theta": (0, 2)}


class Symbol(NamedTuple):
    """One symbol of a language, for lengths and counts.

    Attributes
    ----------
    bits : int
        Length of its code in bits, at least 1, literals included.
    arity : int
        Number of children, 0..3.
    scope : str
        ``"any"``: stands everywhere. ``"y"``, ``"theta"``: stands where that variable is bound.
        ``"binds_y"``, ``"binds_theta"``: stands everywhere, and that variable is bound in its children.
    multiplicity : int
        How many heads of programs it stands for, at least 1: A**S_f for a lookup, M for a number, else 1.
    """

    bits: int
    arity: int
    scope: str = "any"
    multiplicity: int = 1


class Head(NamedTuple):
    """The key by which the heads of terms of one scope are grouped.

    Attributes
    ----------
    child : int
        Scope of the children; the term's own scope where the head binds nothing.
    arity : int
        Number of children, 0..3.
    bits : int
        Length of the head's code in bits, literals included.
    """

    child: int
    arity: int
    bits: int


def kraft_sum(bits: Iterable[int]) -> Fraction:
    """Return the sum of 2^-bits over codes of the given lengths; for a prefix code it is at most 1.

    Parameters
    ----------
    bits : iterable of int
        Length of each code in bits, at least 0.

    Returns
    -------
    Fraction
        The exact sum.

    References
    ----------
    L. G. Kraft, A device for quantizing, grouping, and coding amplitude-modulated pulses, MIT, 1949.
    """
    lengths = list(bits)
    longest = max(lengths, default=0)
    return Fraction(sum(1 << (longest - length) for length in lengths), 1 << longest)


def heads_by_scope(symbols: Iterable[Symbol]) -> list[dict[Head, int]]:
    """Count the possible heads of a term, for every scope.

    Parameters
    ----------
    symbols : iterable of Symbol
        The language.

    Returns
    -------
    list of dict of Head to int
        For scopes 0..3, the summed multiplicity of the symbols allowed there, grouped by `Head`.

    Raises
    ------
    ContentError
        If a symbol is out of range.
    """
    heads: list[dict[Head, int]] = [{}, {}, {}, {}]
    for symbol in symbols:
        bits, arity, stands, multiplicity = symbol
        if bits < 1 or not 0 <= arity <= 3 or stands not in _STANDS or multiplicity < 1:
            raise ContentError(
                f"{symbol} is no symbol of a language: bits and multiplicity must be at least 1, "
                f"arity 0 to 3, and scope one of {', '.join(_STANDS)}; correct it"
            )
        needed, bound = _STANDS[stands]
        for scope, of_scope in enumerate(heads):
            if scope & needed == needed:
                head = Head(scope | bound, arity, bits)
                of_scope[head] = of_scope.get(head, 0) + multiplicity
    return heads


def count_by_length(symbols: Iterable[Symbol], max_bits: int) -> list[list[int]]:
    """Count the terms of every scope by exact length, without enumerating them.

    Parameters
    ----------
    symbols : iterable of Symbol
        The language.
    max_bits : int
        The greatest length in bits, at least 0.

    Returns
    -------
    list of list of int
        ``[scope][length]``, 4 x (max_bits + 1): exact numbers of terms. ``[0]`` counts the programs. A scope
        that no program enters stays 0.

    Raises
    ------
    ContentError
        If a symbol is out of range.

    Notes
    -----
    Costs O(L * max_bits) products of integers, L the number of lengths that occur: pairs and triples of
    children are convolved once per scope, however many symbols there are.
    """
    heads = heads_by_scope(symbols)
    entered = {0}
    for scope in reversed(INNERMOST_FIRST):
        if scope in entered:
            entered |= {head.child for head in heads[scope]}
    # The greatest number of children that anything takes from a scope: higher powers of it are not needed.
    most = [0] * 4
    for head in (head for scope in entered for head in heads[scope]):
        most[head.child] = max(most[head.child], head.arity)

    # powers[v][k] is the series of G_v^k.
    powers = [[[1] + [0] * max_bits] + [[0] * (max_bits + 1) for _ in range(3)] for _ in heads]
    for scope in (scope for scope in INNERMOST_FIRST if scope in entered):
        _, terms, pairs, triples = powers[scope]
        occurring: list[int] = []
        for length in range(max_bits + 1):
            terms[length] = sum(
                multiplicity * powers[head.child][head.arity][length - head.bits]
                for head, multiplicity in heads[scope].items()
                if head.bits <= length
            )
            if terms[length]:
                occurring.append(length)
            if most[scope] >= 2:
                pairs[length] = sum(terms[i] * terms[length - i] for i in occurring if terms[length - i])
            if most[scope] >= 3:
                triples[length] = sum(terms[i] * pairs[length - i] for i in occurring if pairs[length - i])
    return [series[1] for series in powers]


def shortest(symbols: Iterable[Symbol]) -> list[int | None]:
    """Return the least length of a complete term of every scope.

    Parameters
    ----------
    symbols : iterable of Symbol
        The language.

    Returns
    -------
    list of int or None
        For scopes 0..3, in bits; None where there is no finite term.

    Raises
    ------
    ContentError
        If a symbol is out of range.
    """
    heads = heads_by_scope(symbols)
    least: list[int | None] = [None] * 4
    for scope in INNERMOST_FIRST:
        lengths: list[int] = []
        for child, arity, bits in heads[scope]:
            # A term with a child of its own scope is longer than that child, hence never the shortest.
            if arity == 0:
                lengths.append(bits)
            elif child != scope and (inner := least[child]) is not None:
                lengths.append(bits + arity * inner)
        least[scope] = min(lengths, default=None)
    return least
