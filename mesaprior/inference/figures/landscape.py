"""The figure of a prior's weight over length and time."""

from __future__ import annotations

import numpy as np

from mesaprior.inference.figures.figure import Figure, Panel, Surface
from mesaprior.inference.provenance import prior_text
from mesaprior.priors.landscape import Landscape
from mesaprior.priors.prior import FormulaPrior


def figure_of_landscape(landscape: Landscape, prior: FormulaPrior) -> Figure:
    """Return the weights with lines of equal weight."""
    held = "".join(f", {name} = {value}" for name, value in landscape.others.items())
    grey = "" if np.isfinite(landscape.log2_weight).all() else " (grey: weight 0)"
    surface = Surface(
        tuple(map(float, landscape.x.tolist())),
        tuple(map(float, landscape.y.tolist())),
        tuple(map(tuple, landscape.log2_weight.tolist())),
        "log2 weight (bits)",
    )
    unit = " (bits)" if landscape.across == "length" else ""
    panel = Panel(f"{landscape.across}{unit}", "time (steps)", (surface,))
    return Figure(f"{prior_text(prior)}{held}{grey}", (panel,))
