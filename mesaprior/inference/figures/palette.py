"""Colours of a figure: one for each role and verdict, and an order for everything else.

The colours are those of Okabe and Ito (2008), which people who see colours differently tell apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mesaprior.inference.bayes.roles import ROLES, VERDICTS

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY, AMBER, BLACK = "#56B4E9", "#E69F00", "#000000"

ORDER = (BLUE, VERMILION, GREEN, PURPLE, SKY, AMBER, BLACK)
"""Colours of series that mean nothing of their own, in their order."""

NEUTRAL = ("0.15", "0.5", BLACK)
"""The order in a figure that also has roles or verdicts, so that no colour means two things."""

REST = "#BBBBBB"
"""What is left over, and what stands for several."""

MARK = "0.35"
"""Lines across a panel, and their labels: no series has this colour."""

MEANINGS = dict(zip(ROLES, (BLUE, VERMILION, GREEN, PURPLE), strict=True)) | dict(
    zip(VERDICTS, (SKY, AMBER, "0.45", "0.75"), strict=True)
)
"""A role or a verdict has the same colour in every figure."""

MARKERS = "osD^vPX"
"""Shapes of points, so that series differ by more than their colour."""


def colours_of(labels: Sequence[str], order: Sequence[str] = ORDER) -> list[str]:
    """Return a colour for each label: its own where it is a role or a verdict, else the next that is not taken."""
    taken = {MEANINGS[label] for label in labels if label in MEANINGS}
    free = _cycle([colour for colour in order if colour not in taken] or list(order))
    return [MEANINGS[label] if label in MEANINGS else next(free) for label in labels]


def _cycle(colours: Sequence[str]) -> Iterator[str]:
    while True:
        yield from colours
