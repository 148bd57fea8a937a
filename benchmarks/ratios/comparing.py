"""What got slower: ratios as they were kept, beside those of now. Nothing is timed here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

ALLOWED = 1.25
"""A ratio that is more than this many times what was kept is slower."""

Measure = Callable[[Sequence[str], int], Mapping[str, float]]
"""Measures the ratios of these names, once more than before where the number is above 0: `measure(names, attempt)`."""


@dataclass(frozen=True)
class Finding:
    """One ratio, our seconds over those of a reference: as kept, as measured, and whether it is slower every time.

    `kept` is None for a ratio that was never kept. `measured` is the least of all attempts.
    """

    name: str
    kept: float | None
    measured: float
    attempts: int
    is_slower: bool

    @property
    def change(self) -> float | None:
        """How many times what was kept was measured."""
        return None if self.kept is None else self.measured / self.kept


def compare(kept: Mapping[str, float], measure: Measure, names: Sequence[str], attempts: int = 3) -> list[Finding]:
    """Measure ratios, those again that look slow, and say which are slower than kept in every attempt.

    Parameters
    ----------
    kept : mapping of str to float
        Above 0.
    measure : callable
    names : sequence of str
        What is measured; in this order it is told.
    attempts : int
        How often a ratio is measured at most, at least 1.

    Returns
    -------
    list of Finding
        One for each name.
    """
    least: dict[str, float] = {}
    tried = dict.fromkeys(names, 0)
    suspects = list(names)
    for attempt in range(attempts):
        if not suspects:
            break
        for name, ratio in measure(suspects, attempt).items():
            least[name] = min(ratio, least.get(name, ratio))
            tried[name] += 1
        suspects = [name for name in suspects if _is_slower(kept.get(name), least[name])]
    return [Finding(name, kept.get(name), least[name], tried[name], name in suspects) for name in names]


def _is_slower(kept: float | None, measured: float) -> bool:
    return kept is not None and measured > ALLOWED * kept
