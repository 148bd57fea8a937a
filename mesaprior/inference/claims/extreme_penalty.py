"""Extreme penalty: whether a charge on time must be extreme to keep optimizers away, and what that costs.

There are two families of worlds. In one the teacher takes the best-paying action by a law, and programs search the law
or use a lookup table, which takes one step; one situation is held out. In the other a corridor has a coin, which is
elsewhere in some rows, and a program without search always takes the same step. A penalty is extreme if it charges more
than a bit for each doubling of the time, as Levin's does (alpha = 1). It harms if more answers are wrong at deployment
than without a penalty.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, log2_likelihood
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
from mesaprior.inference.claims.penalties import ALPHAS, NO_BOUND, Penalty, Weighed, weigh
from mesaprior.inference.claims.phrases import bits_text, percent_text
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Figure, Line, Mark, Panel, line_of
from mesaprior.inference.worlds.world import World
from mesaprior.inference.worlds.worlds import make_world

IN_CORRIDOR = "alpha, corridor"
"""Series of the corridor along the exponent."""

CORRIDOR_BITS = 28
"""Length bound of the census of the corridor."""


def _size(n_worlds: int, bits: int, situations: tuple[float, ...], laws: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=bits,
        parameters=(
            Parameter("alpha", 1.0, (0.0, 0.5, 1.0, 2.0, 4.0, 8.0), "exponent of time in the prior"),
            Parameter("T", NO_BOUND, (4.0, 8.0, 16.0, 32.0, NO_BOUND), "steps that no program may exceed"),
            Parameter("charge", 1.0, (1.0, 2.0), "times that length is charged; 2 with alpha = 1 is S_Fast"),
            Parameter("situations", situations[-1], situations, "situations, all but one of which are seen"),
            Parameter("corridor", 0.0, (0.0, 1.0), "0 for the law of payoffs, 1 for the corridor of the coin"),
            Parameter("law_bits", 4.0, laws, "bits of each law, supplied as a table"),
        ),
    )


def _measure(weighed: Weighed, penalty: Penalty, *, is_bound: bool = False) -> tuple[float, dict[str, float | str]]:
    """Return the margin of a penalty, and the facts; the least penalty is searched along the bound or the exponent."""
    least_alpha = weighed.least_alpha(penalty.charge)
    if is_bound:
        loosest = weighed.loosest_bound(penalty.alpha)
        least, wins = Penalty(penalty.alpha, loosest, penalty.charge), math.isfinite(loosest)
    else:
        wins = math.isfinite(least_alpha)
        least = Penalty(min(least_alpha, ALPHAS[-1]), charge=penalty.charge)
    none = Penalty(charge=penalty.charge)
    wrong = {name: weighed.expected(p, weighed.wrong) for name, p in (("none", none), ("least", least), ("", penalty))}
    # Where imitators win under none of the penalties tried, there is no least one to do harm.
    harm = _ratio(wrong["least"], wrong["none"]) if wins else math.nan
    odds = weighed.odds(penalty)
    return odds if odds <= 0 or odds <= harm else harm, {
        "odds": odds,
        "harm": harm,
        "least alpha": least_alpha,
        "accuracy": 1 - wrong[""],
        "accuracy without": 1 - wrong["none"],
        "accuracy at the least": 1 - wrong["least"],
        "defecting": weighed.expected(penalty, weighed.defects.astype(np.float64)),
        "defecting without": weighed.expected(none, weighed.defects.astype(np.float64)),
        "defecting at the least": weighed.expected(least, weighed.defects.astype(np.float64)),
    }


def _of_formula(facts: Mapping[str, float | str]) -> dict[str, float | str]:
    """Return the facts about the formula."""
    return {f"{name} by formula": facts[name] for name in ("odds", "harm", "least alpha")}


def _ratio(more: float, less: float) -> float:
    """Return log2 of a ratio of shares; inf over 0, and 0 where both are."""
    if more == less:
        return 0.0
    return math.log2(more / less) if less > 0 and more > 0 else math.copysign(math.inf, more - less)


@dataclass(frozen=True, eq=False)
class PenalizedWorld:
    """A world with all its programs, and with the few that the formula uses."""

    world: World
    census: Census
    all: Weighed
    few: Weighed

    def cell(self, parameter: str, value: float, penalty: Penalty) -> Cell:
        """Return the cell of a penalty."""
        margin, facts = _measure(self.all, penalty, is_bound=parameter == "T")
        predicted, by_formula = _measure(self.few, penalty, is_bound=parameter == "T")
        return Cell(parameter, value, margin, predicted, facts | _of_formula(by_formula))


def study(seed: int, size: Size) -> WorldStudy:
    """Count a law of payoffs at each price and number of situations, and a corridor, and charge time in each way."""
    base, alpha = _payoffs(seed, size), size.base("alpha")
    corridor = _corridor(seed)
    cells = [base.cell(BASE, 0.0, Penalty(alpha))]
    for value in size.values("alpha"):
        cells += [base.cell("alpha", value, Penalty(value)), corridor.cell(IN_CORRIDOR, value, Penalty(value))]
    cells += [base.cell("T", T, Penalty(alpha, T)) for T in size.values("T") if T != NO_BOUND]
    cells += [base.cell("charge", c, Penalty(alpha, charge=c)) for c in size.values("charge") if c != 1]
    cells.append(corridor.cell("corridor", 1.0, Penalty(alpha)))
    for name in ("situations", "law_bits"):
        for value in size.values(name):
            if value != size.base(name):
                cells.append(_payoffs(seed, size, **{name: int(value)}).cell(name, value, Penalty(alpha)))
    for bound in last_bounds(base.census):
        shorter = weigh(up_to(base.census, bound), base.world.log)
        margin, facts = _measure(shorter, Penalty(alpha))
        cells.append(Cell(BOUND, bound, margin, math.nan, facts | _of_formula(dict.fromkeys(facts, math.nan))))
    return WorldStudy(cells, base.world.given + corridor.world.given)


def _few(world: World, space: TermSpace, log2_counts: dict[str, float]) -> Weighed:
    """Group only the intended programs of a world, each with a given multiplicity, else once."""
    log = world.log
    later = np.arange(log.n_training, log.n_rows)
    unseen = later[~np.isin(log.row_situation[later], log.row_situation[: log.n_training])]
    rows: list[tuple[float, ...]] = []
    for program in world.programs:
        price = price_of(program.text, space.language, log)
        action = space.predict(space.parse(program.text, log), log).predictions["intact"]
        misses = np.array([int((action != log.action)[: log.n_training].sum())])
        hits, none = log.n_training - misses, np.zeros_like(misses)
        likelihood = float(log2_likelihood(DEFAULT_NOISE, hits, misses, none, space.language.actions)[0])
        log2_count = log2_counts.get(program.text, 0.0)
        # Of several tables that differ where nothing was seen, each answer there is as frequent as any.
        guesses = (1 - 1 / space.language.actions) * len(unseen) / len(later)
        wrong = guesses if log2_count else float((action != log.action)[later].mean())
        is_planner = program.role != "imitator"
        rows.append(
            (price.length, price.time, log2_count + likelihood, is_planner, program.verdict == "defecting", wrong)
        )
    length, time, mass, optimizes, defects, wrong = (np.array(column) for column in zip(*rows, strict=True))
    return Weighed(length * 1.0, time * 1.0, mass, optimizes.astype(bool), defects.astype(bool), wrong)


def _payoffs(seed: int, size: Size, **others: int) -> PenalizedWorld:
    settings = {name: int(size.base(name)) for name in ("situations", "law_bits")} | others
    seen = settings["situations"] - 1
    world = make_world("payoff-law", seed=seed, domain=16, seen=seen, rows=seen, jitter=jitter_of(seed), **settings)
    space = TermSpace(world.language, size.max_bits)
    census = obtain(space, world.log, workers=1)
    *_, by_heart = world.programs
    return PenalizedWorld(world, census, weigh(census, world.log), _few(world, space, {by_heart.text: 2.0}))


def _corridor(seed: int) -> PenalizedWorld:
    world = make_world("corridor", seed=seed, walls=1, rows=32, randomized=16, jitter=jitter_of(seed))
    space = TermSpace(world.language, CORRIDOR_BITS)
    census = obtain(space, world.log, workers=1)
    return PenalizedWorld(world, census, weigh(census, world.log), _few(world, space, {}))


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the odds and the accuracy at deployment along the exponent, in both families of worlds."""
    names = {"law of payoffs": "alpha", "corridor": IN_CORRIDOR}

    def lines(column: str) -> tuple[Line, ...]:
        return tuple(line_of(label, *along(table, name, column)) for label, name in names.items())

    places, predicted = along(table, "alpha", "odds by formula")
    formula = line_of("law of payoffs, formula", places, predicted)
    defecting = line_of("law of payoffs, defecting", *along(table, "alpha", "defecting"))
    axis = "alpha in 2**-length * time**-alpha"
    return Figure(
        "What a penalty on time takes from optimizers, and what it costs at deployment",
        (
            Panel(
                axis,
                "log2 odds of optimizers over imitators, bits",
                (*lines("odds"), Line(formula.label, formula.x, formula.y, is_dashed=True)),
                marks=(Mark("y", 0.0, ""),),
            ),
            Panel(
                axis, "share of right answers, or of the posterior", (*lines("accuracy"), defecting), y_range=(0.0, 1.0)
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say which penalty makes imitators win, and its effect at deployment."""

    def shares(name: str, parameter: str = BASE, value: float = 0.0) -> str:
        found = (findings.median(name + end, parameter, value) for end in (" without", " at the least"))
        return " to ".join(percent_text(share) for share in found)

    base, corridor = findings.size.base("alpha"), ("corridor", 1.0)
    least, least_corridor = (_alpha_text(findings.median("least alpha", *cells)) for cells in ((BASE, 0.0), corridor))
    return (
        f"With a law of payoffs and alpha = {base:g} the odds of optimizers over imitators are "
        f"{bits_text(findings.median('odds'))} (median), and imitators win {least}; from no penalty to "
        f"that one the right answers at deployment go from {shares('accuracy')}, and defecting programs from "
        f"{shares('defecting')} of the posterior. In the corridor the odds at alpha = {base:g} are "
        f"{bits_text(findings.median('odds', *corridor))}, imitators win {least_corridor}, and the right "
        f"answers go from {shares('accuracy', *corridor)}."
    )


def _alpha_text(alpha: float) -> str:
    return f"from alpha = {alpha:.3g} on" if math.isfinite(alpha) else f"at no alpha up to {ALPHAS[-1]:g}"


CLAIM = Claim(
    name="extreme-penalty",
    argument="A penalty on time keeps optimizers away only if it is extreme, and an extreme one harms generalization.",
    worlds="A law of payoffs, drawn, where programs search it or know situations by heart, and one situation is kept "
    "for later; and a corridor, where the coin lies elsewhere in a third of the rows.",
    given="The laws are supplied as tables, at a price that is swept.",
    untested=(
        "Penalties that act during training, such as regularization of a network: time is charged once, by the "
        "prior, and programs are run, not trained."
    ),
    margin="the lesser of two logarithms, in bits: odds of optimizers over imitators under the penalty, which is one "
    "that is not extreme at the base, and the ratio of wrong answers at deployment under the least penalty at which "
    "imitators win to those under none",
    rule=BY_SHARE,
    formula="the same with the programs alone that the world is about, of which tables stand for all that fit",
    sizes={
        "small": _size(6, 22, (6.0, 8.0), (4.0, 8.0)),
        "default": _size(32, 24, (5.0, 7.0, 9.0), (4.0, 8.0)),
        "large": _size(128, 28, (5.0, 7.0, 8.0, 9.0), (4.0, 8.0, 12.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
)
