"""Arrays as short texts, for a page that is opened from disk and has to carry its numbers with it."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import numpy as np

_WHOLE = tuple(np.dtype(name) for name in ("uint8", "uint16", "uint32"))


def packed(values: np.ndarray) -> dict[str, Any]:
    """Return numbers as plain data that a browser unpacks.

    Parameters
    ----------
    values : array[...]
        Numbers; whole ones from 0 to 2^32 - 1 take as few bytes as the largest needs, all others are doubles.

    Returns
    -------
    dict of str to Any
        ``type`` (``uint8``, ``uint16``, ``uint32`` or ``float64``), ``size`` (how many), and ``data``: all first bytes,
        then all second ones and so on, little-endian, deflated, in base 64. Grouped that way, they deflate to less.
    """
    flat = np.ascontiguousarray(values).reshape(-1)
    dtype = np.dtype("float64")
    if not len(flat) or (flat.min() >= 0 and flat.max() < 2**32 and bool((flat == np.floor(flat)).all())):
        dtype = next(one for one in _WHOLE if not len(flat) or flat.max() <= np.iinfo(one).max)
    little = flat.astype(dtype.newbyteorder("<"))
    by_place = little.view(np.uint8).reshape(-1, dtype.itemsize).T
    return {"type": dtype.name, "size": len(flat), "data": deflated(by_place.tobytes())}


def deflated(content: bytes) -> str:
    """Return bytes deflated, in base 64."""
    return base64.b64encode(zlib.compress(content)).decode("ascii")
