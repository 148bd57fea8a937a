"""The shape of a prior: its weight over length and time, as numbers, as text and as a picture."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from mesaprior.cli.report.figure import save_picture
from mesaprior.errors import UsageError

if TYPE_CHECKING:
    from mesaprior.priors.prior import FormulaPrior

SHADES = " ░▒▓█"
"""Weights in text, the least first."""

LINES, CHARACTERS = 16, 64
"""Size of the picture in text."""

RANGE = 256.0
"""Bits below the greatest weight at which the shades end, at most."""


@dataclass(frozen=True)
class Landscape:
    """The weights of a prior over two columns.

    Attributes
    ----------
    across, up : str
        Names of the columns along the axes.
    x, y : int64[X], int64[Y]
        Their values, ascending.
    log2_weight : float64[Y, X]
        -inf where the weight is 0.
    others : dict of str to int
        Values of the columns that are held.
    """

    across: str
    up: str
    x: np.ndarray
    y: np.ndarray
    log2_weight: np.ndarray
    others: Mapping[str, int]


def survey(
    prior: FormulaPrior, *, max_length: int, max_time: int, at: Mapping[str, int], width: int, height: int
) -> Landscape:
    """Weigh a grid of programs: lengths evenly, times by equal ratios.

    Parameters
    ----------
    prior : FormulaPrior
    max_length, max_time : int
        Where the axes end, at least 2.
    at : mapping of str to int
        Values of columns that are held; 1 for others that the prior reads. A prior that reads no length is drawn over
        the first size that it reads, such as gates. The inference time is the time, where it is not held.
    width, height : int
        Points along the axes, at most.

    Raises
    ------
    UsageError
        If a weight is none, or a column is held that the prior does not read or that is an axis.
    """
    sizes = [name for name in prior.columns if name not in ("time", "infer_time")]
    across = "length" if "length" in sizes or not sizes else sizes[0]
    up = "time"
    for name in at:
        if name not in prior.columns or name in (across, up):
            raise UsageError(
                f"--at {name} holds what is an axis here or is not read by {prior.name!r}; it reads "
                f"{', '.join(prior.columns) or 'nothing'}, and the axes are {across} and {up}."
            )
    x = np.unique(np.linspace(1, max_length, width).round().astype(np.int64))
    y = np.unique(np.geomspace(1, max_time, height).round().astype(np.int64))
    others = {name: 1 for name in prior.columns if name not in (across, up, "infer_time")} | dict(at)
    columns = {name: np.full(len(x) * len(y), value) for name, value in others.items()}
    columns |= {across: np.tile(x, len(y)), up: np.repeat(y, len(x))}
    columns.setdefault("infer_time", columns[up])
    log2_weight = np.broadcast_to(prior.log2_weight(columns), len(x) * len(y)).reshape(len(y), len(x))
    return Landscape(across, up, x, y, log2_weight, others)


def as_text(landscape: Landscape) -> list[str]:
    """Return the landscape as lines of text, the longest time first, and a line that says what the shades are."""
    shades, steps = _shades(landscape.log2_weight)
    lines = [
        f"{landscape.y[row]:>10,} │{''.join(SHADES[shade] for shade in shades[row])}"
        for row in reversed(range(len(landscape.y)))
    ]
    lines.append(f"{landscape.up:>10} └{'─' * len(landscape.x)}")
    ends = f"{landscape.x[0]}{landscape.across:^{max(1, len(landscape.x) - 4)}}{landscape.x[-1]}"
    lines.append(f"{'':>10}  {ends}")
    legend = [f"{SHADES[-1 - k]} from 2^{step:.4g}" for k, step in enumerate(steps)]
    lines.append(f"weights: {', '.join(legend)}, blank below or 0" if steps else "every weight shown is 0")
    return lines


def _shades(log2_weight: np.ndarray) -> tuple[np.ndarray, list[float]]:
    """Return the index of a shade for each weight, and the least log2 weight of each shade but the blank one."""
    finite = log2_weight[np.isfinite(log2_weight)]
    if not len(finite):
        return np.zeros(log2_weight.shape, dtype=np.int64), []
    top = float(finite.max())
    depth = min(RANGE, top - float(finite.min()))
    if depth == 0:
        # One weight everywhere, or 0: the darkest shade or the blank one.
        return np.where(np.isfinite(log2_weight), len(SHADES) - 1, 0), [top]
    n = len(SHADES) - 1
    steps = [top - depth * (k + 1) / n for k in range(n)]
    return np.sum([log2_weight >= step for step in steps], axis=0), steps


def draw(landscape: Landscape, prior: FormulaPrior, path: str) -> None:
    """Draw the landscape with lines of equal weight into a .png or .svg file, which appears when it is complete."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(figsize=(7.6, 4.8), layout="constrained")
    finite = np.isfinite(landscape.log2_weight)
    shown = np.where(finite, landscape.log2_weight, np.nan)
    top = float(np.nanmax(shown)) if finite.any() else 0.0
    floor = max(float(np.nanmin(shown)), top - RANGE) if finite.any() else -1.0
    axes.set(xlabel=f"{landscape.across}{_unit(landscape.across)}", ylabel="time (steps)")
    axes.set_yscale("log", base=2)
    mesh = axes.pcolormesh(landscape.x, landscape.y, np.maximum(shown, floor), cmap="viridis", shading="nearest")
    is_cut = bool((finite & (landscape.log2_weight < floor)).any())
    figure.colorbar(mesh, label="log2 weight (bits)", extend="min" if is_cut else "neither")
    if finite.any() and top > floor and min(shown.shape) > 1:
        levels = _levels(floor, top)
        lines = axes.contour(landscape.x, landscape.y, shown, levels, colors="white", linewidths=0.7, linestyles="-")
        axes.clabel(lines, fmt="%g", fontsize=7)
    held = "".join(f", {name} = {value}" for name, value in landscape.others.items())
    values = "".join(f", {name} = {value:g}" for name, value in prior.parameters.items())
    grey = "" if finite.all() else " (grey: weight 0)"
    axes.set_title(f"{prior.name}{values}{held}{grey}", fontsize=10, loc="left", wrap=True)
    axes.set_facecolor("0.85")
    save_picture(figure, path)


def _levels(floor: float, top: float) -> Sequence[float]:
    """Return round levels between two weights, ascending."""
    step = 2.0 ** math.ceil(math.log2((top - floor) / 12))
    return [level * step for level in range(math.ceil(floor / step), math.floor(top / step) + 1)]


def _unit(name: str) -> str:
    return " (bits)" if name == "length" else ""
