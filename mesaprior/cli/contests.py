"""The two sides that are weighed against each other in a sweep: by role, and by verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from mesaprior.hypotheses.phrases import share_text
from mesaprior.inference.sweeps.sweep import SweptPosterior


@dataclass(frozen=True, eq=False)
class Contest:
    """Odds over a grid, and whose they are.

    Attributes
    ----------
    challengers, others : str
        Who leads above 0 and below.
    odds : float64[...]
        Bits.
    """

    challengers: str
    others: str
    odds: np.ndarray

    @property
    def headline(self) -> str:
        """In how many cells who leads, and from where to where the odds go, in one sentence."""
        n = self.odds.size
        leads = [int((self.odds > 0).sum()), int((self.odds < 0).sum())]
        neither = n - sum(leads)
        parts = [
            f"{side} lead in {count:,} ({share_text(count / n)})"
            for side, count in zip((self.challengers, self.others), leads, strict=True)
        ]
        parts += [f"neither in {neither:,}"] if neither else []
        finite = self.odds[np.isfinite(self.odds)]
        scale = f"; the odds go from {finite.min():+.2f} to {finite.max():+.2f} bits" if len(finite) else ""
        return f"Of {n:,} cells {', '.join(parts)}{scale}."


def contests_of(swept: SweptPosterior, *, has_lesions: bool) -> list[Contest]:
    """Return what is weighed: by role where programs have lesions, and by verdict where anybody is judged.

    Parameters
    ----------
    swept : SweptPosterior
    has_lesions : bool
        Whether anything in the hypotheses can be turned upside down, so that roles say something.
    """
    return list(_contests(swept, has_lesions))


def _contests(swept: SweptPosterior, has_lesions: bool) -> Iterator[Contest]:
    if has_lesions:
        yield Contest("optimizers", "imitators", swept.log2_odds)
    if not has_lesions or not np.isnan(swept.log2_odds_verdict).all():
        yield Contest("defecting", "faithful", swept.log2_odds_verdict)
