"""The report on the shape of a prior: its weights as data, and as shades in text."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mesaprior.hypotheses.tables import Table, numbers, words
from mesaprior.inference.provenance import prior_text
from mesaprior.inference.report import Records, Report
from mesaprior.inference.report_blocks import Block, Line
from mesaprior.inference.summaries.priors import summarize_landscape
from mesaprior.priors.landscape import RANGE, Landscape
from mesaprior.priors.prior import FormulaPrior

SHADES = " ░▒▓█"
"""Weights in text, the least first."""

LINES, CHARACTERS = 16, 64
"""Size of the picture in text."""


def report_landscape(prior: FormulaPrior, landscape: Landscape, in_text: Landscape) -> Report:
    """Return the report on the shape of a prior.

    Parameters
    ----------
    prior : FormulaPrior
    landscape : Landscape
        What programs get.
    in_text : Landscape
        What a person sees: the same with at most `LINES` times and `CHARACTERS` lengths.
    """
    header = (landscape.across, landscape.up, "log2_weight")

    def rows() -> Iterator[tuple[int, int, float]]:
        for y, weights in zip(landscape.y.tolist(), landscape.log2_weight.tolist(), strict=True):
            for x, weight in zip(landscape.x.tolist(), weights, strict=True):
                yield x, y, weight

    return Report(
        facts=lambda: [dict(zip(header, row, strict=True)) for row in rows()],
        records=lambda: Records(header, rows()),
        blocks=lambda: _blocks(prior, landscape, in_text),
    )


def _blocks(prior: FormulaPrior, whole: Landscape, landscape: Landscape) -> Iterator[Block]:
    """Yield what a landscape means, the part of it that is shown, the longest time first, and what the shades are."""
    shades, steps = _shades(landscape.log2_weight)
    held = "".join(f", {name} = {value}" for name, value in landscape.others.items())
    yield Line(f"{prior_text(prior)}{held}: the darker, the more a program weighs", "headline")
    yield Line(summarize_landscape(whole), "summary")
    yield Table(
        "",
        (
            *numbers(landscape.up, term="column of a landscape"),
            *words(f"{landscape.across} {landscape.x[0]} to {landscape.x[-1]}", term="weights across"),
        ),
        [
            (f"{landscape.y[row]:,}", "".join(SHADES[shade] for shade in shades[row]))
            for row in reversed(range(len(landscape.y)))
        ],
    )
    legend = ", ".join(f"{SHADES[-1 - k]} from 2^{step:.4g}" for k, step in enumerate(steps))
    yield Line(f"Weights: {legend}, blank below or 0." if steps else "Every weight shown is 0.", "note")


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
