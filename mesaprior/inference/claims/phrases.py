"""Numbers of findings as parts of a sentence, also infinite and undefined ones."""

from __future__ import annotations

import math


def worlds_text(share: float, n_worlds: int) -> str:
    """Return a share of the worlds as a count: ``27 of 32 worlds``."""
    return f"{round(share * n_worlds)} of {n_worlds} worlds"


def bits_text(bits: float) -> str:
    """Return odds in bits, signed; infinite ones as such, undefined ones as ``undefined``."""
    if math.isnan(bits):
        return "undefined"
    if math.isinf(bits):
        return "infinite" if bits > 0 else "minus infinite"
    return f"{bits:+.1f} bits"


def place_text(place: float, unit: str, *, none: str = "nowhere within range") -> str:
    """Return a place along an axis, ``at 12.1 UNIT``, or `none` where there is none."""
    return f"at {place:.3g} {unit}" if math.isfinite(place) else none


def percent_text(share: float, *, digits: int = 0) -> str:
    """Return a share in percent, with a given number of digits after the point."""
    return "an undefined share" if math.isnan(share) else f"{100 * share:.{digits}f} %"
