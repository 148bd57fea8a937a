"""The bound of terms that is taken where nobody gives one."""

from __future__ import annotations

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.space import TermSpace

COMFORTABLE = 3_000_000
"""Where no bound is given, the longest one with at most this many programs is taken."""

LONGEST = 4096
"""Most bits that can be asked for; counting reaches its limits long before."""


def comfortable_bits(language: Language, log: ImitationLog) -> int:
    """Return the longest bound with at most `COMFORTABLE` programs, or the shortest one with any."""
    bound = 64
    while True:
        total, best = 0, 0
        for length, n in TermSpace(language, bound).count_by_length(log).items():
            total += n
            if total > COMFORTABLE:
                return best or length
            best = length
        if bound >= LONGEST:
            return best or 1
        bound *= 4
