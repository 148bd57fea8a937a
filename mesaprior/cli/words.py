"""Numbers as a person reads them: odds, times, memory, and a line of blocks for a series."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mesaprior.errors import MesapriorError

BLOCKS = "▁▂▃▄▅▆▇█"
"""Eighths of a line, lowest first."""

WIDEST = 60
"""Characters of a sparkline at most; longer series are thinned out evenly."""


def odds_text(bits: float, winner: str, loser: str) -> str:
    """Return log2 odds in words: who is ahead of whom, in bits and as a ratio."""
    if math.isnan(bits):
        return f"neither {winner} nor {loser} have any mass"
    if math.isinf(bits):
        return f"only {winner if bits > 0 else loser} have any mass"
    if abs(bits) < 0.005:
        return f"{winner} and {loser} are level"
    ahead, behind = (winner, loser) if bits > 0 else (loser, winner)
    return f"{ahead} lead {behind} by {abs(bits):.2f} bits ({ratio_text(abs(bits))} to 1)"


def ratio_text(bits: float) -> str:
    """Return 2**bits as a short number."""
    if bits >= 40:
        return f"2^{bits:.0f}"
    ratio = 2.0**bits
    return f"{ratio:,.0f}" if ratio >= 100 else f"{ratio:.3g}"


def bits_text(bits: float) -> str:
    """Return a number of bits, signed."""
    if math.isnan(bits):
        return "-"
    if math.isinf(bits):
        return "∞" if bits > 0 else "-∞"
    return f"{bits:+.2f}"


def duration_text(seconds: float) -> str:
    """Return a time in the unit that fits."""
    if seconds < 1:
        return "under a second"
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def bytes_text(n_bytes: float) -> str:
    """Return an amount of memory in the unit that fits."""
    return f"{n_bytes / 1e9:.3g} GB" if n_bytes >= 1e9 else f"{n_bytes / 1e6:.3g} MB"


def sparkline(values: Sequence[float]) -> tuple[str, float, float]:
    """Return a series as a line of blocks, and its least and largest finite value (nan where there is none).

    Infinite values stand at the ends of the scale, undefined ones as a dot.
    """
    step = max(1, math.ceil(len(values) / WIDEST))
    thinned = [*values[:-1:step], values[-1]]
    finite = [value for value in thinned if math.isfinite(value)]
    low, high = (min(finite), max(finite)) if finite else (math.nan, math.nan)

    def block(value: float) -> str:
        if math.isnan(value):
            return "·"
        if math.isinf(value):
            return BLOCKS[-1] if value > 0 else BLOCKS[0]
        place = 0.5 if high == low else (value - low) / (high - low)
        return BLOCKS[round(place * (len(BLOCKS) - 1))]

    return "".join(map(block, thinned)), low, high


def error_text(error: Exception) -> str:
    """Return an error of ours, or of the system, as one sentence."""
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror or error}."
    return error.typed() if isinstance(error, MesapriorError) else str(error)
