"""The text of a term: ``(argmax (eq (move p y) c))``, and the little language of ``define``.

Nested lists of atoms are read here; what an atom means is up to the caller. A lookup such as ``p[0 1 1 2]``
is one atom.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mesaprior.hypotheses.terms.operators import BUILT_IN

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
"""What a name of a token or a used feature looks like."""

_PIECE = re.compile(r"\s*(?:(?P<mark>[()])|(?P<atom>[A-Za-z_][A-Za-z0-9_-]*(?:\[[^\]\[()]*\])?|[0-9]+))")

DEEPEST = 200
"""Deepest nesting that text may have; longer programs than this are far beyond any census."""


@dataclass(frozen=True)
class Node:
    """An atom with its arguments.

    Attributes
    ----------
    atom : str
        Name, number, or name with a literal in brackets.
    arguments : tuple of Node
        Empty for a bare atom.
    column : int
        Where the atom starts in the text, counted from 1.
    """

    atom: str
    arguments: tuple[Node, ...]
    column: int


def read(text: str) -> Node:
    """Read one term.

    Raises
    ------
    ValueError
        With a phrase that names the column, if the text is not exactly one term.
    """
    pieces: list[tuple[str, int]] = []
    position = 0
    end = len(text.rstrip())
    while position < end:
        match = _PIECE.match(text, position)
        if match is None:
            column = position + len(text[position:]) - len(text[position:].lstrip()) + 1
            raise ValueError(f"column {column}: {text[column - 1]!r} cannot start a name, a number or a bracket")
        pieces.append((match["mark"] or match["atom"], match.start(match.lastgroup or 0) + 1))
        position = match.end()
    if not pieces:
        raise ValueError("column 1: the text is empty where a term is expected")
    node, used = _node(pieces, 0, 0)
    if used < len(pieces):
        raise ValueError(f"column {pieces[used][1]}: {pieces[used][0]!r} stands after the end of the term")
    return node


def _node(pieces: list[tuple[str, int]], index: int, depth: int) -> tuple[Node, int]:
    piece, column = pieces[index]
    if depth > DEEPEST:
        raise ValueError(f"column {column}: brackets are nested deeper than {DEEPEST}")
    if piece == ")":
        raise ValueError(f"column {column}: ')' stands where a term is expected")
    if piece != "(":
        return Node(piece, (), column), index + 1
    if index + 1 >= len(pieces) or pieces[index + 1][0] in "()":
        raise ValueError(f"column {column}: after '(' the name of an operator is expected")
    head, head_column = pieces[index + 1]
    arguments: list[Node] = []
    index += 2
    while index < len(pieces) and pieces[index][0] != ")":
        node, index = _node(pieces, index, depth + 1)
        arguments.append(node)
    if index >= len(pieces):
        raise ValueError(f"column {column}: this '(' is never closed")
    if not arguments:
        raise ValueError(f"column {column}: ({head}) has no argument; write {head} without brackets")
    return Node(head, tuple(arguments), head_column), index + 1


def number_below(digits: str, end: int) -> int | None:
    """Return the number that a text of digits stands for, or None where that is not below `end` or it is no such text.

    Zeros in front are left out, and more digits than `end` has are not read, since Python refuses some thousands.
    """
    if not digits.isdecimal():
        return None
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= len(str(end)) and int(digits) < end else None


def read_definition(text: str, arity: int, M: int) -> tuple[Callable[[int, int], int], int]:
    """Read the text of a ``define``.

    Parameters
    ----------
    text : str
        A term over built-in operators, ``if``, constants 0..M-1 and the arguments ``a`` and
        ``b`` (a unary one has only ``a``).
    arity : int
        1 or 2.
    M : int
        The domain.

    Returns
    -------
    meaning : callable
        The value as a function of (a, b).
    n_tokens : int
        Number of tokens, arguments and numbers in the text.

    Raises
    ------
    ValueError
        With a phrase that names the column and what is allowed.
    """
    root = read(text)
    arguments = ("a", "b")[:arity]

    def check(node: Node) -> int:
        expected = 3 if node.atom == "if" else 2 if node.atom in BUILT_IN else 0
        if not expected and node.atom not in arguments:
            if not node.atom.isdecimal():
                known = ", ".join((*arguments, *BUILT_IN, "if"))
                raise ValueError(
                    f"column {node.column}: {node.atom!r} is not known in a definition; use {known} or a number"
                )
            if number_below(node.atom, M) is None:
                raise ValueError(f"column {node.column}: {node.atom[:40]} is outside the domain 0..{M - 1}")
        if len(node.arguments) != expected:
            raise ValueError(
                f"column {node.column}: {node.atom!r} takes {expected} arguments, not {len(node.arguments)}"
            )
        return 1 + sum(check(argument) for argument in node.arguments)

    def value(node: Node, a: int, b: int) -> int:
        if node.atom in arguments:
            return a if node.atom == "a" else b
        if node.atom == "if":
            return value(node.arguments[1 if value(node.arguments[0], a, b) else 2], a, b)
        if node.atom in BUILT_IN:
            first, second = (value(argument, a, b) for argument in node.arguments)
            return BUILT_IN[node.atom](first, second, M)
        return number_below(node.atom, M) or 0

    n_tokens = check(root)
    return (lambda a, b: value(root, a, b)), n_tokens
