"""A figure as Matplotlib draws it: the panels, their axes and marks. One style for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from mesaprior.errors import RunError
from mesaprior.inference.figures.axes import EMPTY, draw_marks, label_ends, scale_axes
from mesaprior.inference.figures.figure import Areas, Figure, Panel
from mesaprior.inference.figures.palette import NEUTRAL, ORDER
from mesaprior.inference.figures.series import draw_series

PANEL_WIDTH, HEIGHT = 5.6, 4.4
"""Inches of one of several panels side by side."""

STACKED = (8.4, 5.8)
"""Inches of panels below each other."""

ALONE = (7.6, 4.6)
"""Inches of a panel by itself."""

FIRST_HEIGHT = 1.8
"""The first of panels below each other is so many times as high as the others."""


def check_matplotlib(asker: str) -> None:
    """Refuse to draw where Matplotlib is not installed.

    Parameters
    ----------
    asker : str
        What needs it, as it is typed.

    Raises
    ------
    RunError
        If so.
    """
    from importlib.util import find_spec

    if find_spec("matplotlib") is None:
        raise RunError(
            f"{asker} needs Matplotlib, which is not installed; `pip install 'mesaprior[plot]'` installs it."
        )


def escape_dollars(figure: Any) -> None:
    """Have the texts of a finished figure drawn as they are written: a ``$`` in a name begins no mathematics.

    The numbers along axes stay as Matplotlib writes them, powers of ten with their exponents raised. To be called once.
    """
    from matplotlib.axis import Tick
    from matplotlib.text import Text

    numbers = {id(text) for tick in figure.findobj(Tick) for text in tick.findobj(Text)}
    for text in figure.findobj(Text):
        if id(text) not in numbers:
            # Texts that are wrapped are searched for mathematics whatever `parse_math` says.
            text.set_text(text.get_text().replace("$", r"\$"))


def drawn(figure: Figure, make: Callable[..., Any] | None = None) -> Any:
    """Return a figure as one of Matplotlib.

    Parameters
    ----------
    figure : Figure
    make : callable, optional
        Makes the empty one, such as ``pyplot.figure``; by default it needs no window and no closing.
    """
    from matplotlib.figure import Figure as Drawing

    n = len(figure.panels)
    size = STACKED if figure.is_stacked else ALONE if n == 1 else (PANEL_WIDTH * n, HEIGHT)
    drawing: Any = (make or Drawing)(figsize=size, layout="constrained")
    if figure.is_stacked:
        heights = [FIRST_HEIGHT, *[1.0] * (n - 1)]
        places = drawing.subplots(n, 1, sharex=True, height_ratios=heights, squeeze=False)[:, 0]
    else:
        places = drawing.subplots(1, n, squeeze=False)[0]
    drawing.suptitle(figure.title, fontsize=11, x=0.01, ha="left", wrap=True)
    has_meanings = any(isinstance(series, Areas) for panel in figure.panels for series in panel.series)
    for panel, place in zip(figure.panels, places, strict=True):
        _draw_panel(drawing, place, panel, NEUTRAL if has_meanings else ORDER)
        if figure.is_stacked and place is not places[-1]:
            place.set_xlabel("")
    return drawing


def _draw_panel(drawing: Any, axes: Any, panel: Panel, colours: Sequence[str]) -> None:
    """Draw what is in a panel, and then the labels, which are put where they hide nothing."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.set(xlabel=panel.x, ylabel=panel.y)
    axes.set_title(panel.title, fontsize=10)
    scale_axes(axes, panel)
    ends = draw_series(drawing, axes, panel, colours)
    if ends is None:
        axes.set(xticks=[], yticks=[])
        axes.text(0.5, 0.5, EMPTY, transform=axes.transAxes, ha="center", va="center", color="0.35")
        return
    label_ends(axes, ends + draw_marks(axes, panel))
