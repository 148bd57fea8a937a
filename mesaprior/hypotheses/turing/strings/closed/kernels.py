"""Compiled kernel of closed sets of local views of three cells to each side, a machine word for each entry.

Letters and codes as in `turing.kernels`. A view is an entry, which is a state and the cell under the head, with the
three cells to its left and to its right, each as a number, the nearest cell lowest. The views of an entry are a word:
its bit 8 * left + right.
"""

# pyright: basic

import numpy as np

from mesaprior._jit import njit_in_place

# Cells to each side.
RADIUS = 3

# Every second bit, and so on.
_EVEN_BITS = np.uint64(0x5555555555555555)
_EVEN_PAIRS = np.uint64(0x3333333333333333)
_EVEN_NIBBLES = np.uint64(0x0F0F0F0F0F0F0F0F)
_EVEN_BYTES = np.uint64(0x00FF00FF00FF00FF)
_EVEN_SHORTS = np.uint64(0x0000FFFF0000FFFF)
_LOW_HALF = np.uint64(0x00000000FFFFFFFF)
# The lowest bit of every byte, and one byte.
_LOWEST_BITS = np.uint64(0x0101010101010101)
_BYTE = np.uint64(255)
_0, _1, _2, _4, _8, _16, _32 = (np.uint64(k) for k in (0, 1, 2, 4, 8, 16, 32))


@njit_in_place
def _lefts(views):
    """Return which left windows there are: their whole bytes."""
    some = views | ((views >> _4) & _EVEN_NIBBLES)
    some |= (some >> _2) & _EVEN_PAIRS
    some |= (some >> _1) & _EVEN_BITS
    return (some & _LOWEST_BITS) * _BYTE


@njit_in_place
def _rights(views):
    """Return which right windows there are: their bits in every byte."""
    some = views | (views >> _32)
    some |= some >> _16
    some |= some >> _8
    return (some & _BYTE) * _LOWEST_BITS


@njit_in_place
def _push_left(views, write):
    """Return the views after a symbol came to the left window; what was farthest there is forgotten."""
    views = (views | (views >> _32)) & _LOW_HALF
    views = (views | (views << _16)) & _EVEN_SHORTS
    views = (views | (views << _8)) & _EVEN_BYTES
    return views << (_8 * write)


@njit_in_place
def _push_right(views, write):
    """Return the views after a symbol came to the right window."""
    views = (views | (views >> _4)) & _EVEN_NIBBLES
    views = (views | (views << _2)) & _EVEN_PAIRS
    views = (views | (views << _1)) & _EVEN_BITS
    return views << write


@njit_in_place
def _pop_right(views):
    """Return the views of even right windows after their nearest cell went, and anything came into view far off."""
    views &= _EVEN_BITS
    views = (views | (views >> _1)) & _EVEN_PAIRS
    views = (views | (views >> _2)) & _EVEN_NIBBLES
    return views | (views << _4)


@njit_in_place
def _pop_left(views):
    """Return the views of even left windows after their nearest cell went, and anything came into view far off."""
    views &= _EVEN_BYTES
    views = (views | (views >> _8)) & _EVEN_SHORTS
    views = (views | (views >> _16)) & _LOW_HALF
    return views | (views << _32)


@njit_in_place
def is_closed(table, n, views):
    """Return whether a machine is proved never to stop on a blank tape by a closed set of views.

    Parameters
    ----------
    table : int64[2 * n]
    n : int
    views : uint64[2 * n]
        Scratch.

    Notes
    -----
    The answer is that of `turing.kernels.is_closed` with three cells to each side (fewer prove nothing that three do
    not prove), about ten times faster.
    """
    for e in range(2 * n):
        views[e] = _0
    views[0] = _1
    # The windows that stand anywhere.
    on_left, on_right = _BYTE, _LOWEST_BITS
    closed, again = True, True
    while again and closed:
        again = False
        for e in range(2 * n):
            if views[e] == _0:
                continue
            code = table[e]
            if code >= 4 * n:
                closed = False
                break
            write = np.uint64(code & 1)
            k = np.uintp(2 * (code >> 2))
            if code & 2:
                left = on_left | _lefts(views[e])
                again |= left != on_left
                on_left = left
                moved = _push_left(views[e], write)
                zero = views[k] | (_pop_right(moved) & on_right)
                one = views[k + np.uintp(1)] | (_pop_right(moved >> _1) & on_right)
            else:
                right = on_right | _rights(views[e])
                again |= right != on_right
                on_right = right
                moved = _push_right(views[e], write)
                zero = views[k] | (_pop_left(moved) & on_left)
                one = views[k + np.uintp(1)] | (_pop_left(moved >> _8) & on_left)
            again |= zero != views[k] or one != views[k + np.uintp(1)]
            views[k], views[k + np.uintp(1)] = zero, one
    return closed
