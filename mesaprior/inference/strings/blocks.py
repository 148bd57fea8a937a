"""The complexity of strings of any length: looked up whole, or by the block decomposition method."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import fsum, isfinite, log2
from typing import Literal, NamedTuple

import numpy as np

from mesaprior.errors import RunError, UsageError, setting
from mesaprior.inference.strings.complexity import StringPrior

DEFAULT_BLOCK = 12
"""Cells of a block by default, as in the published tables: of 12 cells, 5 states print nearly all."""

MOST_TOLD = 5
"""Blocks that an error names, at most."""


class Block(NamedTuple):
    """A block of a string.

    Attributes
    ----------
    string : str
    times : int
        How often it occurs.
    bits : float
        Its own bits, as in the table.
    """

    string: str
    times: int
    bits: float


@dataclass(frozen=True)
class StringComplexity:
    """How many bits a string has.

    Attributes
    ----------
    string : str
    count : int
        Runs that print all of it.
    bits : float
        inf where it is looked up and nothing prints it.
    depth : int or None
        Least steps of any run that prints all of it.
    method : str
        ``table`` where the bits are those of the whole string, ``blocks`` where they are a sum over blocks.
    blocks : tuple of Block
        By first appearance; empty with ``table``.
    """

    string: str
    count: int
    bits: float
    depth: int | None
    method: Literal["table", "blocks"]
    blocks: tuple[Block, ...]


def string_complexities(
    weighed: StringPrior, strings: Sequence[str], *, block: int | None = None
) -> list[StringComplexity]:
    """Return the complexity of strings of any length, in bits.

    Parameters
    ----------
    weighed : StringPrior
    strings : sequence of str
        Of 0 and 1, none empty.
    block : int or None
        Strings of more cells are cut into blocks of so many, whether or not the table has them. None: those of more
        than `DEFAULT_BLOCK` cells that the table does not have, into blocks of so many.

    Returns
    -------
    list of StringComplexity
        One for each string, in order.

    Raises
    ------
    UsageError
        If a string or the block size is invalid.
    RunError
        If blocks have no finite bits; of those of all strings the first ones are named.

    Notes
    -----
    Block decomposition (Zenil et al. 2018): a string is cut from the left into blocks that do not overlap. The last
    one is shorter where the length is no multiple, and counts with bits of its own. Bits are the sum over the distinct
    blocks of their bits and log2 of how often they occur. Time is linear in the length.
    """
    if block is not None and block < 1:
        raise UsageError(setting("block", block), " is out of range; give a number of cells from 1 upwards.")
    check_strings(strings)
    size = DEFAULT_BLOCK if block is None else block
    cut = {
        string: Counter(string[i : i + size] for i in range(0, len(string), size))
        for string in strings
        if len(string) > size and (block is not None or string not in weighed.places)
    }
    _check_blocks(weighed, cut, size)
    return [_complexity(weighed, string, cut.get(string)) for string in strings]


def check_strings(strings: Sequence[str]) -> None:
    """Refuse anything but non-empty strings of 0 and 1.

    Raises
    ------
    UsageError
        If so.
    """
    for string in strings:
        if not string or set(string) - {"0", "1"}:
            raise UsageError(f"{string[:60]!r} is no string of 0 and 1; write one such as 0101.")


def _complexity(weighed: StringPrior, string: str, times: Counter[str] | None) -> StringComplexity:
    """Return the complexity of a string, given how often each of its blocks stands there, or None for the table."""
    place = weighed.places.get(string)
    count, depth = (0, None) if place is None else (int(weighed.count[place]), int(weighed.depth[place]))
    if times is None:
        return StringComplexity(string, count, weighed.bits_of(string), depth, "table", ())
    blocks = tuple(Block(block, n, weighed.bits_of(block)) for block, n in times.items())
    # The sum is rounded once, so that the order of the blocks does not matter.
    bits = fsum(term for block in blocks for term in (block.bits, log2(block.times)))
    return StringComplexity(string, count, bits, depth, "blocks", blocks)


def _check_blocks(weighed: StringPrior, cut: dict[str, Counter[str]], size: int) -> None:
    """Refuse blocks without finite bits."""
    lacking = list(
        dict.fromkeys(block for times in cut.values() for block in times if not isfinite(weighed.bits_of(block)))
    )
    if not lacking:
        return
    who = "has any weight" if any(block in weighed.places for block in lacking) else "was counted"
    named = ", ".join(block if len(block) <= 60 else f"{block[:60]}..." for block in lacking[:MOST_TOLD])
    more = f" and {len(lacking) - MOST_TOLD} more" if len(lacking) > MOST_TOLD else ""
    safe = _all_printed(weighed)
    smaller = (setting("block", safe), f", since every string of up to {safe} cells has bits, or ") if safe else ()
    raise RunError(
        f"no run that {who} prints {'the block' if len(lacking) == 1 else 'the blocks'} {named}{more}, so there is no "
        f"finite sum over blocks of {size} cells; take ",
        *smaller,
        "machines of more states.",
    )


def _all_printed(weighed: StringPrior) -> int:
    """Return the most cells such that all strings of so many, and of fewer, have finite bits."""
    lengths = np.diff(weighed.strings.offsets)[np.isfinite(weighed.bits)]
    printed = np.bincount(lengths, minlength=2)
    size = 0
    while size + 1 < len(printed) and printed[size + 1] == 1 << (size + 1):
        size += 1
    return size
