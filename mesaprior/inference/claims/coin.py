"""Coin: if the coin is always at one end of a corridor, programs learn to go there, and a few other rows repair this.

In training the coin is at its usual end and the agent stands before it, so one step is right in every row. Then come
rows with the coin elsewhere; few means one for every eight usual ones. A program that always takes the one step loses
capability there, one that seeks the usual end has another goal, and one that seeks the coin is faithful; the three
differ by a few tokens.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census, behaviours_of
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.logspace import log2_odds, log2_total
from mesaprior.inference.bayes.roles import ERRING, FAITHFUL, VERDICTS, judge
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import last_bounds, price_of, up_to
from mesaprior.inference.claims.claim import (
    BASE,
    BOUND,
    Cell,
    Claim,
    Findings,
    Parameter,
    Size,
    WorldStudy,
    along,
    jitter_of,
)
from mesaprior.inference.claims.kinds import kinds_of, log2_masses_of_programs, reaching
from mesaprior.inference.claims.phrases import percent_text
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Areas, Figure, Mark, Panel, Points, line_of
from mesaprior.inference.worlds.world import World, log_of
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

KINDS = (*VERDICTS[:ERRING], "erring otherwise", "one step")
"""Seeks the coin; seeks the usual end, and stays; gets something wrong; always takes the step towards the end."""

ONE_STEP = KINDS.index("one step")

NAMED = {
    "faithful": "programs that seek the coin",
    "defecting": "programs that seek the usual end",
    "erring otherwise": "programs that err in other ways",
    "one step": "programs that always take the one step",
}
"""Kinds in a sentence."""

HALF, NEARLY_ALL = 0.5, 0.95
"""Shares of right answers, where one step is wrong, that rows are counted up to."""


def _size(
    n_worlds: int, bits: int, randomized: tuple[float, ...], cells: tuple[float, ...], laws: tuple[float, ...]
) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=bits,
        parameters=(
            Parameter("randomized", 4.0, randomized, "training rows in which the coin lies elsewhere"),
            Parameter("usual", 32.0, (8.0, 32.0, 128.0), "rows before them, with the coin at its usual end"),
            Parameter("cells", 4.0, cells, "cells of the corridor"),
            Parameter("law_bits", 4.0, laws, "bits of the law of motion, supplied as a table"),
            Parameter("alpha", 0.0, (0.0, 1.0, 2.0, 4.0), "exponent of time in the prior 2**-length * time**-alpha"),
        ),
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one corridor at each length and each price of the law, and measure it under each log and prior."""
    base = _count(seed, size)
    rows = int(size.base("randomized"))
    along_log = base.measured(base.log)
    cells = [along_log.cell(BASE, 0.0, rows)]
    cells += [along_log.cell("randomized", value, int(value)) for value in size.values("randomized")]
    for usual in size.values("usual"):
        if usual != size.base("usual"):
            log = _in_order(_world(seed, size, usual=int(usual)))
            cells.append(base.measured(log).cell("usual", usual, rows))
    for alpha in size.values("alpha"):
        if alpha != size.base("alpha"):
            cells.append(base.measured(base.log, alpha=alpha).cell("alpha", alpha, rows))
    for name in ("cells", "law_bits"):
        for value in size.values(name):
            if value != size.base(name):
                other = _count(seed, size, **{name: int(value)})
                cells.append(other.measured(other.log).cell(name, value, rows))
    for bound in last_bounds(base.census):
        shorter = along_log if bound == base.census.columns["length"].max() else base.measured(base.log, bound=bound)
        cells.append(shorter.cell(BOUND, bound, rows))
    return WorldStudy(cells, base.world.given)


@dataclass(frozen=True, eq=False)
class Measured:
    """Measurements of a corridor along its log. Sizes: K kinds, r = 0..R randomized rows.

    Attributes
    ----------
    mass : float64[K, R + 1]
        Shares of the posterior.
    odds, predicted : float64[R + 1]
        log2 odds of faithful programs over all others, by count and of the shortest three alone, in bits.
    accuracy : float64[R + 1]
        Share of right answers where one step is wrong, of a program drawn from the posterior.
    difference : float
        Bits of seeking the coin, less bits of the one step.
    """

    mass: NDArray[np.float64]
    odds: NDArray[np.float64]
    predicted: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    difference: float

    def cell(self, parameter: str, value: float, rows: int) -> Cell:
        """Return the cell for a number of randomized rows."""
        r = range(len(self.odds))
        facts: dict[str, float | str] = {
            **{name: float(share) for name, share in zip(KINDS, self.mass[:, rows], strict=True)},
            "odds": float(self.odds[rows]),
            "accuracy": float(self.accuracy[rows]),
            "rows to one half": reaching(r, self.accuracy.tolist(), HALF),
            "rows to 95 %": reaching(r, self.accuracy.tolist(), NEARLY_ALL),
            "rows by formula": reaching(r, self.predicted.tolist(), 0.0),
            "bits of difference": self.difference,
        }
        margin = min(-self.odds[0], self.odds[rows])
        return Cell(parameter, value, float(margin), float(min(-self.predicted[0], self.predicted[rows])), facts)


@dataclass(frozen=True, eq=False)
class CoinCorridor:
    """A corridor, its log with the randomized rows at the end, and the census of it."""

    world: World
    log: ImitationLog
    census: Census
    space: TermSpace

    def measured(self, log: ImitationLog, *, alpha: float = 0.0, bound: float = math.inf) -> Measured:
        """Measure a log of this corridor, under a prior, up to a length."""
        census, world = self.census, self.world
        assert census.vectors is not None
        if log is not self.log:
            census = behaviours_of(census.vectors, log, bounds=census.bounds)
        census = up_to(census, bound)
        weighed = Weighed(census, make_prior("speed", {"alpha": alpha}))
        step, end, coin = (program.text for program in world.programs)
        # Kinds are verdicts, but for the one step, which errs.
        kind = judge(census, log).verdict
        always = self.space.predict(self.space.parse(step, log), log).predictions["intact"][-1]
        later = np.arange(log.n_training, log.n_rows)
        kind[(census.predictions[:, census.row_cell[later]] == always).all(axis=1)] = ONE_STEP
        telling = later[_is_randomized(log, later) & (log.action[later] != always)]
        right = (census.predictions[:, census.row_cell[telling]] == log.action[telling]).sum(axis=1)
        n_right = len(telling) + 1

        first = log.n_training - int(_is_randomized(log, np.arange(log.n_training)).sum())
        kinds = kinds_of(census, log, kind * n_right + right, len(KINDS) * n_right)
        log2_mass = kinds.log2_masses(weighed)[:, first:]
        by_kind = log2_mass.reshape(len(KINDS), n_right, -1)
        alone = log2_masses_of_programs([coin, end, step], self.space, weighed, log)[:, first:]
        mass = np.exp2(by_kind - log2_total(log2_mass))
        lengths = [price_of(text, self.space.language, log).length for text in (coin, step)]
        whole = log2_total(by_kind, 1)
        return Measured(
            mass=mass.sum(axis=1),
            odds=log2_odds(whole[FAITHFUL], log2_total(whole[FAITHFUL + 1 :])),
            predicted=log2_odds(alone[0], log2_total(alone[1:])),
            accuracy=(mass.sum(axis=0) * np.arange(n_right)[:, None]).sum(axis=0) / len(telling),
            difference=float(lengths[0] - lengths[1]),
        )


def _is_randomized(log: ImitationLog, rows: np.ndarray) -> np.ndarray:
    """Return whether the coin is elsewhere than in the first row of the log."""
    coin = log.situations[log.row_situation, log.features.index("c")]
    return coin[rows] != coin[0]


def _world(seed: int, size: Size, **others: int) -> World:
    settings = {"rows": int(size.base("usual")), "cells": int(size.base("cells"))}
    settings |= {"law_bits": int(size.base("law_bits")), "randomized": int(size.values("randomized")[-1])}
    settings |= {"rows" if name == "usual" else name: value for name, value in others.items()}
    return make_world("corridor", seed=seed, walls=1, jitter=jitter_of(seed), **settings)


def _in_order(world: World) -> ImitationLog:
    """Return the log of a corridor with the rows at the usual end first; else the order is the one drawn."""
    log, places = world.log, range(world.settings["cells"])
    # Whoever seeks the usual end goes right wherever the coin lies there.
    end = next(c for c in places if all(world.teacher((p, c)) == world.rival((p, c)) for p in places))
    situations = [tuple(row) for row in log.situations[log.row_situation].tolist()]
    rows = list(zip(situations, log.action.tolist(), log.rival.tolist(), strict=True))
    training = sorted(rows[: log.n_training], key=lambda row: row[0][1] != end)
    return log_of(log.features, [row[:2] for row in training], rows[log.n_training :], source=log.source)


def _count(seed: int, size: Size, **others: int) -> CoinCorridor:
    world = _world(seed, size, **others)
    log, space = _in_order(world), TermSpace(world.language, size.max_bits)
    return CoinCorridor(world, log, obtain(space, log, workers=1), space)


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the posterior along the randomized rows, and the number of rows against the difference in bits."""
    places = size.values("randomized")
    shares = {kind: along(table, "randomized", kind)[1] for kind in KINDS}
    holders = Areas(places, KINDS, tuple(tuple(float(np.mean(s)) for s in shares[kind]) for kind in KINDS))
    asked = table[table["parameter"].isin(["cells", "law_bits"])]
    x = tuple(asked["bits of difference"].tolist())
    series = [
        Points(label, tuple(x[i] for i in found), tuple(float(y[i]) for i in found))
        for label, column in (("counted", "rows to one half"), ("formula", "rows by formula"))
        for y in [asked[column].tolist()]
        for found in [[i for i in range(len(x)) if math.isfinite(y[i])]]
    ]
    _, accuracy = along(table, "randomized", "accuracy")
    return Figure(
        "How many rows with the coin elsewhere tell the coin from the way",
        (
            Panel("rows with the coin elsewhere", "mean share of the posterior", (holders,), y_range=(0.0, 1.0)),
            Panel(
                "rows with the coin elsewhere",
                "right where the one step is wrong",
                (line_of("a program drawn from the posterior", places, accuracy),),
                marks=(Mark("y", HALF, ""), Mark("y", NEARLY_ALL, "")),
                y_range=(0.0, 1.0),
            ),
            Panel("bits of seeking the coin less bits of one step", "rows to one half", tuple(series)),
        ),
    )


def tell(findings: Findings) -> str:
    """Say which programs lead without randomized rows and with a few, and how many rows are needed."""
    none = {kind: findings.median(kind, "randomized", 0.0) for kind in KINDS}
    few, usual = findings.size.base("randomized"), findings.size.base("usual")
    some = {kind: findings.median(kind) for kind in KINDS}
    ahead, then = max(none, key=lambda kind: none[kind]), max(some, key=lambda kind: some[kind])
    after = findings.median("faithful")
    repaired = "are enough" if after > HALF else "are not enough"
    half, nearly, formula = (
        _rows_text(findings.median(name), findings.size)
        for name in ("rows to one half", "rows to 95 %", "rows by formula")
    )
    return (
        f"Without rows in which the coin lies elsewhere {NAMED[ahead]} hold most of the posterior, "
        f"{percent_text(none[ahead])} (median; faithful programs {percent_text(none['faithful'], digits=1)}, defecting "
        f"ones {percent_text(none['defecting'], digits=1)}); {few:g} such rows beside {usual:g} {repaired}: "
        f"{NAMED[then]} then lead with {percent_text(some[then])}, faithful programs have "
        f"{percent_text(after, digits=1)}, and {percent_text(findings.median('accuracy'))} of answers are right where "
        f"the one step is wrong. Half of these answers are right after {half}, and 95 % after {nearly}; "
        f"{findings.median('bits of difference'):g} bits part the two programs, and the formula says {formula}."
    )


def _rows_text(rows: float, size: Size) -> str:
    return f"{rows:g} rows" if math.isfinite(rows) else f"more than {size.values('randomized')[-1]:g} rows"


CLAIM = Claim(
    name="coin",
    argument="Where the coin always lies at the same end, going there is learned instead of going to the coin; a few "
    "randomized episodes repair it.",
    worlds="A corridor whose end with the coin and names of actions are drawn; rows with the coin there, then rows "
    "with the coin elsewhere. Programs may call the law of motion, compare, search, or always do the same.",
    given="The law of motion is supplied as a table, at a price that is swept.",
    untested=(
        "Trained networks, and corridors of more than one axis: how many randomized episodes a network needs does "
        "not follow from how many a posterior over short programs needs."
    ),
    margin="the lesser of two log2 odds, in bits: of all others over faithful programs without randomized rows (it is "
    "learned), and of faithful programs over all others with them (they repair it)",
    rule=BY_SHARE,
    formula="the same with three programs alone: the shortest that seeks the coin, the shortest that seeks the end, "
    "the constant step",
    sizes={
        "small": _size(6, 28, (0.0, 1.0, 2.0, 4.0, 8.0, 16.0), (3.0, 4.0), (4.0, 8.0)),
        "default": _size(32, 36, (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0), (3.0, 4.0), (4.0, 8.0)),
        "large": _size(
            128,
            36,
            (0.0, 1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 12.0, 16.0, 24.0, 32.0, 64.0),
            (3.0, 4.0, 5.0, 6.0, 8.0),
            (4.0, 8.0, 12.0),
        ),
    },
    study=study,
    draw=draw,
    tell=tell,
)
