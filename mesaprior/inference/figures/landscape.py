"""The picture of a prior's weight over length and time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from mesaprior.inference.provenance import prior_text
from mesaprior.priors.landscape import RANGE, Landscape
from mesaprior.priors.prior import FormulaPrior


def draw_landscape(landscape: Landscape, prior: FormulaPrior) -> Any:
    """Return a figure of the weights with lines of equal weight."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.6, 4.8), layout="constrained")
    axes = figure.subplots()
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
    grey = "" if finite.all() else " (grey: weight 0)"
    axes.set_title(f"{prior_text(prior)}{held}{grey}", fontsize=10, loc="left", wrap=True)
    axes.set_facecolor("0.85")
    return figure


def _levels(floor: float, top: float) -> Sequence[float]:
    """Return round levels between two weights, ascending."""
    step = 2.0 ** math.ceil(math.log2((top - floor) / 12))
    return [level * step for level in range(math.ceil(floor / step), math.floor(top / step) + 1)]


def _unit(name: str) -> str:
    return " (bits)" if name == "length" else ""
