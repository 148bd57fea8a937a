"""The picture of `infer --plot`: mass by role along the training rows, and the odds below."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from mesaprior.cli.render import headline
from mesaprior.errors import RunError, UsageError
from mesaprior.inference.roles import ROLES

if TYPE_CHECKING:
    from mesaprior.inference.posterior import Posterior

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
"""Colours of the roles; told apart by people who see colours differently (Okabe and Ito)."""


def check_plot(path: str) -> None:
    """Refuse a picture that cannot be drawn, before any work is done.

    Raises
    ------
    UsageError
        If the file name ends in neither .png nor .svg, or its folder is missing.
    RunError
        If Matplotlib is not installed.
    """
    from importlib.util import find_spec

    if Path(path).suffix not in (".png", ".svg"):
        raise UsageError(f"--plot {path}: a picture is a .png or an .svg file; give its name such an ending.")
    if not Path(path).parent.is_dir():
        raise UsageError(f"--plot {path}: there is no folder {Path(path).parent}; make it first.")
    if find_spec("matplotlib") is None:
        raise RunError("--plot needs Matplotlib, which is not installed; `pip install 'mesaprior[plot]'` installs it.")


def plot_posterior(posterior: Posterior, path: str, *, title_source: str) -> None:
    """Draw mass by role along n, and log2 odds of optimizers over imitators below it."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot as plt

    n = np.arange(posterior.n_training + 1)
    present = [role for role in range(len(ROLES)) if sum(posterior.number[role])]
    masses = np.nan_to_num(posterior.mass_by_role)
    figure, (above, below) = plt.subplots(
        2, 1, figsize=(8, 5.6), sharex=True, height_ratios=(2.2, 1), layout="constrained"
    )
    above.stackplot(
        n,
        masses[present],
        colors=[COLOURS[role] for role in present],
        labels=[ROLES[role] for role in present],
        alpha=0.85,
    )
    above.set(ylabel="share of the posterior", ylim=(0, 1), xlim=(0, max(1, posterior.n_training)))
    above.legend(loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False, title="role")
    above.set_title(f"{title_source}: {headline(posterior)}", fontsize=9.5, loc="left", wrap=True)
    finite = np.where(np.isfinite(posterior.log2_odds), posterior.log2_odds, np.nan)
    below.axhline(0, color="0.6", linewidth=0.8)
    below.plot(n, finite, color="0.15", linewidth=1.4, marker="." if len(n) <= 40 else "")
    below.set(xlabel="training rows seen", ylabel="log2 odds\noptimizers : imitators")
    if posterior.loses_at is not None:
        below.axvline(posterior.loses_at, color=COLOURS[1], linewidth=1, linestyle="--")
        below.annotate(" the imitator loses", (posterior.loses_at, 0), fontsize=8, color=COLOURS[1], va="bottom")
    for axes in (above, below):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    plt.close(figure)
