"""The picture of `infer --plot`: who holds the posterior along the training rows, and the odds below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mesaprior.cli.report.figure import save_picture
from mesaprior.inference.picture import SIZE, draw_posterior

if TYPE_CHECKING:
    from mesaprior.inference.odds import Partition


def plot_posterior(sides: Partition, path: str, *, title_source: str) -> None:
    """Draw the mass of each side along n, and the log2 odds of the two that are weighed below it, into a file."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    figure = plt.figure(figsize=SIZE, layout="constrained")
    draw_posterior(figure, sides, title_source=title_source)
    save_picture(figure, path)
