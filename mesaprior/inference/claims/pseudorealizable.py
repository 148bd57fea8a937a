"""Pseudorealizable: a teacher that is complex, in a world that is simple.

In each world the teacher takes the best-paying action by a law in nine situations, and the log shows eight of them once
each. A program can memorize (a lookup table, whose bits are those of a brain that holds all nine answers) or search the
law.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.logspace import log2_total
from mesaprior.inference.bayes.posterior import posterior_of
from mesaprior.inference.bayes.roles import IMITATOR
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import (
    Price,
    bound_cells,
    by_bound,
    crossing,
    log2_mass_fitting,
    price_of,
    up_to,
)
from mesaprior.inference.claims.claim import BASE, Cell, Claim, Findings, Parameter, Size, WorldStudy, along, jitter_of
from mesaprior.inference.claims.phrases import bits_text, place_text, worlds_text
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Figure, Line, Mark, Panel, line_of
from mesaprior.inference.worlds.world import World
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

ACTION_BITS = 2
"""Of four actions."""


def _size(n_worlds: int, situations: int, regimes: tuple[float, ...], laws: tuple[float, ...]) -> Size:
    observed = tuple(float(ACTION_BITS * n) for n in range(situations))
    return Size(
        n_worlds=n_worlds,
        max_bits=int(regimes[-1]),
        parameters=(
            Parameter("observed_bits", observed[-1], observed, "bits of answers that the log shows, n*log2(A)"),
            Parameter(
                "alpha", 0.0, (0.0, 0.5, 1.0, 2.0, 4.0), "exponent of time in the prior 2**-length * time**-alpha"
            ),
            Parameter("law_bits", laws[0], laws, "bits of each law, supplied as a table"),
            Parameter("max_bits", regimes[-1], regimes, "bits of the longest program that is counted"),
        ),
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one world at each price of the law, and update each prior on it, row by row."""
    alone, base = SlowerPrior(alpha=0.0), size.base("law_bits")
    counted = _count(seed, size, base)
    along_log = counted.cells(BASE, 0.0, alone)
    cells = [along_log[-1], *_series("observed_bits", along_log)]
    for alpha in size.values("alpha"):
        slower = counted.cells("alpha", alpha, SlowerPrior(alpha=alpha))
        cells += slower[-1:] if alpha else []
        cells += _series(SLOW, slower) if alpha == 1 else []
    for bound in size.values("max_bits")[:-1]:
        shorter = counted.cells("max_bits", bound, SlowerPrior(alpha=0.0, bound=bound))
        cells += [shorter[-1], *_series(_up_to(bound), shorter)]
    for law_bits in size.values("law_bits"):
        if law_bits != base:
            cells.append(_count(seed, size, law_bits).cells("law_bits", law_bits, alone)[-1])
    margins = by_bound(counted.census, counted.world.log, make_prior("simplicity"), lambda p: float(p.log2_odds[-1]))
    return WorldStudy(cells + bound_cells(margins, dict.fromkeys(cells[0].facts, math.nan)), counted.world.given)


SLOW = "observed bits, alpha = 1"
"""Series of the margin along the log under the prior with alpha = 1."""


def _up_to(bound: float) -> str:
    """Return the name of the series along the log without longer programs."""
    return f"observed bits, up to {bound:g}"


def _series(name: str, along_log: list[Cell]) -> list[Cell]:
    return [replace(cell, parameter=name, value=float(ACTION_BITS * n)) for n, cell in enumerate(along_log)]


@dataclass(frozen=True)
class SlowerPrior:
    """The exponent of time in the prior, and the length bound."""

    alpha: float
    bound: float = math.inf


@dataclass(frozen=True, eq=False)
class LawWorld:
    """A world, its census, and the prices of the two sides in the formula."""

    world: World
    census: Census
    planner: Price
    by_heart: Price

    def cells(self, parameter: str, value: float, asked: SlowerPrior) -> list[Cell]:
        """Return the cells at every prefix of the log."""
        census, log = up_to(self.census, asked.bound), self.world.log
        weighed = Weighed(census, make_prior("speed", {"alpha": asked.alpha}))
        result = posterior_of(weighed, Scored(census, log))
        n = np.arange(log.n_training + 1)
        # All tables that agree with what was seen weigh as one without the bits of what was not.
        table_bits = ACTION_BITS * len(log.situations)
        head = replace(self.by_heart, length=self.by_heart.length - table_bits)
        tie = self.planner.length - head.length + asked.alpha * math.log2(self.planner.time / head.time)
        has_both = max(self.planner.length, self.by_heart.length) <= asked.bound
        with np.errstate(divide="ignore"):
            by_role = np.log2(result.mass_by_role) + result.log2_evidence
        planners = log2_total(by_role[IMITATOR + 1 :])
        met = {
            "crossing": crossing([float(ACTION_BITS * k) for k in n], result.log2_odds.tolist()),
            "crossing_predicted": tie if has_both else math.nan,
        }
        more_planners = planners - log2_mass_fitting(self.planner, weighed, log.n_training)
        more_imitators = by_role[IMITATOR] - log2_mass_fitting(head, weighed, log.n_training) + ACTION_BITS * n
        return [
            Cell(
                parameter,
                value,
                float(result.log2_odds[k]),
                float(ACTION_BITS * k - tie) if has_both else math.nan,
                {"more_planners": float(more_planners[k]), "more_imitators": float(more_imitators[k]), **met},
            )
            for k in n.tolist()
        ]


def _count(seed: int, size: Size, law_bits: float) -> LawWorld:
    """Draw the world of a seed at a price of its laws, and count it."""
    situations = len(size.values("observed_bits"))
    world = make_world(
        "payoff-law",
        seed=seed,
        domain=16,
        situations=situations,
        seen=situations - 1,
        rows=situations - 1,
        law_bits=int(law_bits),
        jitter=jitter_of(seed),
    )
    census = obtain(TermSpace(world.language, size.max_bits), world.log, workers=1)
    planner, _, by_heart = (price_of(program.text, world.language, world.log) for program in world.programs)
    return LawWorld(world, census, planner, by_heart)


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the odds along the bits observed, in the three regimes and under a prior on time."""
    *left_out, everything = size.values("max_bits")
    names = {
        _up_to(bound): label for bound, label in zip(left_out, ("neither fits in", "the brain does not"), strict=True)
    }
    lines = [line_of(f"{label} ({name.rsplit(' ', 1)[1]} bits)", *along(table, name)) for name, label in names.items()]
    lines.append(line_of(f"both fit in ({everything:g} bits)", *along(table, "observed_bits")))
    lines.append(line_of("both, prior with alpha = 1", *along(table, SLOW)))
    places, predicted = along(table, "observed_bits", "predicted")
    formula = line_of("formula", places, predicted)
    return Figure(
        "Who remembers pays for each answer, who searches pays once: log2 odds of planners over imitators",
        (
            Panel(
                x="bits observed, n*log2(A)",
                y="log2 odds, bits",
                series=(*lines, Line(formula.label, formula.x, formula.y, is_dashed=True)),
                marks=(Mark("y", 0.0, ""),),
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say where planners overtake, by count and by formula, and the effect of the length bound."""
    at_one = ("alpha", 1.0)
    slow = place_text(findings.median("crossing", *at_one), "bits", none="nowhere along the log")
    least, middle, _ = findings.size.values("max_bits")
    without = [bits_text(findings.median("margin", "max_bits", bound)) for bound in (middle, least)]
    return (
        f"Planners lead at the end in {worlds_text(findings.share, findings.size.n_worlds)}; they overtake those who "
        f"remember {place_text(findings.median('crossing'), 'observed bits', none='nowhere along the log')} (median; "
        f"formula {findings.median('crossing_predicted'):.3g}), and under a prior with alpha = 1 {slow} (formula "
        f"{findings.median('crossing_predicted', *at_one):.3g}). With the brain out of the space ({middle:g} bits) the "
        f"odds at the end are {without[0]}, with both out ({least:g} bits) {without[1]}."
    )


CLAIM = Claim(
    name="pseudorealizable",
    argument="A teacher inside the space, but complex as a brain is, loses to a program that searches the simpler "
    "world that explains the brain.",
    worlds="A law of payoffs, drawn; the teacher takes what pays best in each of some situations, and each but one is "
    "seen once. Programs may call the law, remember, or do anything else that the language says.",
    given="The laws are supplied as tables, at a price that is swept.",
    untested=(
        "Teachers of the size of a brain: some bits of a lookup table stand for it, and the law that explains it is "
        "supplied at a price."
    ),
    margin="log2 odds of optimizers over imitators after all rows, in bits",
    rule=BY_SHARE,
    formula="observed bits - (bits of the planner - bits of the lookup without its table) - alpha*log2 of the ratio of "
    "their times",
    sizes={
        "small": _size(6, 8, (13.0, 19.0, 22.0), (4.0, 8.0)),
        "default": _size(32, 9, (15.0, 21.0, 24.0), (4.0, 8.0, 12.0)),
        "large": _size(128, 9, (15.0, 21.0, 28.0), (4.0, 8.0, 12.0, 16.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
)
