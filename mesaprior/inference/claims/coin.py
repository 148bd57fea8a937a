"""Coin: where the coin is always at one end, going there is learned, and a few per cent of other rows mend it.

In nearly all rows the coin is at its usual end, so that going there is as good as fetching it. Later it lies anywhere,
and both can be done in every situation: who goes to the end does so without a slip and has another goal, who fetches
the coin is faithful, and whoever does neither has lost the capability. These three stay apart, as do other goals of a
family that has the same price for each of them, and tables that know each answer by heart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.inference.bayes.logspace import log2_odds, log2_sum, log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, noise_of
from mesaprior.inference.bayes.weights import Prior, Weighed
from mesaprior.inference.claims.asking import Price, bound_cells, last_bounds, log2_weight_of, up_to
from mesaprior.inference.claims.claim import (
    BASE,
    CONTROL,
    PLANTED,
    Cell,
    Claim,
    Findings,
    Parameter,
    Size,
    WorldStudy,
    along,
    at_base,
    beside,
    mean_at_base,
)
from mesaprior.inference.claims.corridors import COIN, Corridor, Offer, draw_corridor
from mesaprior.inference.claims.frame.conduct import CONDUCTS, FAITHFUL, RIVAL, Conduct, conduct_of
from mesaprior.inference.claims.frame.shown import Shown
from mesaprior.inference.claims.frame.targets import from_programs
from mesaprior.inference.claims.kinds import reaching
from mesaprior.inference.claims.phrases import bits_text, percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SIGN
from mesaprior.inference.claims.sources import GOAL_MISGENERALIZATION, MESA
from mesaprior.inference.figures.figure import Areas, Figure, Panel, Phases, Points, quartiles
from mesaprior.priors.prior import make_prior

HOLDERS = (*CONDUCTS, "tables")
"""Who holds the posterior: programs by their conduct, and all tables."""

CELLS = 7
"""Cells of the corridor, both ends included."""

MOST_COUNTED = 40
"""Rows with the coin elsewhere up to which the base says how many are needed."""

HALF, NEARLY_ALL = 0.5, 0.95
"""Shares of the posterior that faithful programs are to reach."""

NEEDED: tuple[str, ...] = ("rows to one half", "rows to 95 %", "rows by formula")
"""Columns that say how many rows with the coin elsewhere it takes."""

FIRST_EDITION = beside("4 of 36 rows")
"""The rows that the first edition had at its base."""


def _size(n_worlds: int, beyond: int, b: float, law_bits: tuple[float, ...], rows: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=beyond,
        parameters=(
            Parameter(
                "percent", 2.0, (0.0, 1.0, 2.0, 3.0, 5.0, 10.0), "per cent of the rows in which the coin lies elsewhere"
            ),
            Parameter("rows", 800.0, rows, "training rows"),
            Parameter("alpha", 0.0, (0.0, 1.0, 2.0, 4.0), "exponent of time in the prior 2**-length * time**-alpha"),
            Parameter("law_bits", b, law_bits, "b: the family has 2^b goals, and naming one costs b bits"),
            Parameter("in_order", 1.0, (0.0, 1.0), "1 where cells are numbered along the corridor, 0 at random"),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one corridor for each family and each numbering, and ask it of every log, prior and noise."""
    simplicity = make_prior("simplicity")
    base = _count(seed, size)
    asked = base.ask(simplicity)
    n, percent = int(size.base("rows")), size.base("percent")
    cells = [asked.cell(BASE, 0.0, n, percent, is_counting=True)]
    cells += [asked.cell("percent", value, n, value) for value in size.values("percent")]
    cells += [asked.cell("rows", value, int(value), percent) for value in size.values("rows")]
    for rows in size.values("rows"):
        cells += [asked.cell(percent_of(rows), value, int(rows), value) for value in size.values("percent")]
    for alpha in size.values("alpha")[1:]:
        cells.append(base.ask(make_prior("speed", {"alpha": alpha})).cell("alpha", alpha, n, percent))
    for value in size.values("law_bits"):
        if value != size.base("law_bits"):
            other = _count(seed, size, law_bits=int(value))
            cells.append(other.ask(simplicity).cell("law_bits", value, n, percent))
    cells.append(_count(seed, size, is_in_order=False).ask(simplicity).cell("in_order", 0.0, n, percent))
    cells.append(_count(seed, size, is_planted=True).ask(simplicity).cell(PLANTED, 0.0, n, percent))
    cells += [other.cell(name, 0.0, n, percent) for name, other in _beside(seed, base).items()]
    cells.append(asked.cell(FIRST_EDITION, 0.0, 36, 100 * 4 / 36))
    # What the control lacks is that the coin has a usual end.
    anywhere = base.corridor.times_anywhere(n)
    cells.append(asked.cell_of(CONTROL, 0.0, anywhere, anywhere, dict.fromkeys(NEEDED, math.nan)))
    margins = [
        (bound, base.up_to(bound).ask(simplicity).cell("", 0.0, n, percent).margin)
        for bound in last_bounds(base.census)
    ]
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    return WorldStudy([*cells, *bound_cells(margins, none)], base.corridor.ledger())


def percent_of(rows: float) -> str:
    """Return the name of the series along the per cent of so many rows."""
    return f"percent of {rows:g} rows"


def elsewhere_of(rows: int, percent: float) -> int:
    """Return how many of some rows have the coin elsewhere: one where it would be a part of one."""
    return math.ceil(round(rows * percent / 100, 9))


def _beside(seed: int, base: Counted) -> dict[str, Asked]:
    """Return what stands beside the base on the same log: other noise, other charges for a table, other teachers."""
    simplicity, slow = make_prior("simplicity"), make_prior("speed", {"alpha": 1.0})
    later = base.census.row_cell[base.corridor.log.n_training :]
    S = base.corridor.n_situations
    return {
        beside("noise 0"): base.ask(simplicity, noise=noise_of("0")),
        beside("noise 0.01"): base.ask(simplicity, noise=noise_of("0.01")),
        beside("alpha = 1, a table takes a step"): base.ask(slow),
        beside("alpha = 1, a table takes its entries"): base.ask(slow, table_steps=S),
        beside("teachers of the learner's prior"): replace(
            base, teacher=from_programs(seed, base.census, simplicity)[later]
        ).ask(simplicity),
    }


def _count(seed: int, size: Size, **others: int) -> Counted:
    """Draw the corridor of a seed with some settings changed, and count it."""
    offer = replace(Offer(CELLS, int(size.base("law_bits"))), **others)
    corridor = draw_corridor(seed, offer)
    return Counted(corridor, corridor.count(size.max_bits), corridor.best[COIN])


@dataclass(frozen=True, eq=False)
class Counted:
    """A corridor, its census, and what the teacher does in each situation."""

    corridor: Corridor
    census: Census
    teacher: NDArray[np.int64]

    def ask(self, prior: Prior, *, noise: NoiseModel = DEFAULT_NOISE, table_steps: int = 1) -> Asked:
        """Weigh the programs, and the tables, each look-up of which takes some steps."""
        return Asked(self, Weighed(self.census, prior), noise, table_steps)

    def up_to(self, bound: float) -> Counted:
        """Return the same without longer programs."""
        return replace(self, census=up_to(self.census, bound))

    @cached_property
    def policies(self) -> np.ndarray:
        """Action of each behaviour in each situation, int[B, S]."""
        return self.census.predictions[:, self.census.row_cell[self.corridor.log.n_training :]]

    @cached_property
    def conduct(self) -> Conduct:
        """What the behaviours do in all situations."""
        return conduct_of(self.census, self.corridor.log_of(self.teacher), self.corridor.goals(self.teacher))


@dataclass(frozen=True, eq=False)
class Posterior:
    """Who holds the posterior after a log.

    Attributes
    ----------
    log2_mass : float64[5]
        log2 mass of each of `HOLDERS`, on the scale of weights that are not normalized.
    log2_behaviour : float64[B]
        The same of each behaviour.
    log2_best : float64[2]
        The same of the heaviest single program that is faithful, and of the heaviest that is a rival.
    """

    log2_mass: NDArray[np.float64]
    log2_behaviour: NDArray[np.float64]
    log2_best: NDArray[np.float64]

    @property
    def shares(self) -> NDArray[np.float64]:
        """Share of each of `HOLDERS`, float64[5]."""
        return np.exp2(self.log2_mass - log2_total(self.log2_mass))

    @property
    def share_of_behaviour(self) -> NDArray[np.float64]:
        """Share of each behaviour, float64[B]; with that of tables they add up to 1."""
        return np.exp2(self.log2_behaviour - log2_total(self.log2_mass))

    @property
    def faithful(self) -> float:
        """log2 odds of faithful programs over all others, tables among them."""
        return _odds(self.log2_mass[FAITHFUL], log2_total(self.log2_mass[FAITHFUL + 1 :]))

    @property
    def faithful_alone(self) -> float:
        """log2 odds of the heaviest faithful program over the heaviest rival: what a formula of prices says."""
        return _odds(self.log2_best[0], self.log2_best[1])

    @property
    def rival(self) -> float:
        """log2 odds of programs that go to the usual end over faithful ones."""
        return _odds(self.log2_mass[RIVAL], self.log2_mass[FAITHFUL])


@dataclass(frozen=True, eq=False)
class Asked:
    """A corridor under a prior and a noise."""

    counted: Counted
    weighed: Weighed
    noise: NoiseModel
    table_steps: int

    def cell(self, parameter: str, value: float, n_rows: int, percent: float, *, is_counting: bool = False) -> Cell:
        """Return the cell after some rows, of which some per cent have the coin elsewhere.

        Where `is_counting` it also says how many of them it takes, with as many rows in all.
        """
        times = self.counted.corridor.times
        needed = self._rows_needed(n_rows) if is_counting else dict.fromkeys(NEEDED, math.nan)
        return self.cell_of(parameter, value, times(n_rows, 0), times(n_rows, elsewhere_of(n_rows, percent)), needed)

    def cell_of(
        self,
        parameter: str,
        value: float,
        before: NDArray[np.int64],
        after: NDArray[np.int64],
        needed: Mapping[str, float],
    ) -> Cell:
        """Return the cell of two logs, by how often they show each situation: without and with other rows."""
        learned, mended = self.posterior(before), self.posterior(after)
        corridor, teacher = self.counted.corridor, self.counted.teacher
        seen = np.flatnonzero(after)
        agreeing = (corridor.best[COIN + 1 :, seen] == teacher[seen]).all(axis=1)
        mechanism = self.counted.conduct.two_by_two(mended.share_of_behaviour)
        # Tables search for nothing, and next to none of them acts for a goal.
        mechanism["neither"] += float(mended.shares[-1])
        facts: dict[str, float | str] = {
            "learned": learned.rival,
            "mended": mended.faithful,
            **dict(zip(HOLDERS, mended.shares.tolist(), strict=True)),
            **{f"{name} before": share for name, share in zip(HOLDERS, learned.shares.tolist(), strict=True)},
            "agreeing goals": float(agreeing.sum()),
            "bits of difference": _odds(self._log2_best[1], self._log2_best[0]),
            **needed,
            **mechanism,
        }
        predicted = min(-learned.faithful_alone, mended.faithful_alone)
        return Cell(parameter, value, min(learned.rival, mended.faithful), predicted, facts)

    def posterior(self, times: NDArray[np.int64]) -> Posterior:
        """Update on rows that show each situation so often."""
        counted, census = self.counted, self.counted.census
        teacher = counted.teacher
        shown = Shown(teacher, times, census.n_actions, self.noise)
        behaviour = self.weighed.log2_behaviour + shown.log2_policies(counted.policies)
        by_conduct = log2_sum(behaviour, counted.conduct.code, len(CONDUCTS))
        steps = self.table_steps
        table = log2_weight_of(Price(counted.corridor.table_bits, steps, steps), census, self.weighed.prior)
        alone = shown.log2_policies(np.stack([teacher, teacher[counted.corridor.as_usual]]))
        return Posterior(np.append(by_conduct, table + shown.log2_tables), behaviour, self._log2_best + alone)

    @cached_property
    def _log2_best(self) -> NDArray[np.float64]:
        """The log2 weight of the heaviest faithful program and of the heaviest rival, float64[2]."""
        code = self.counted.conduct.code[self.counted.census.behaviour_id]
        return np.array([self.weighed.log2_weight[code == which].max(initial=-np.inf) for which in (FAITHFUL, RIVAL)])

    def _rows_needed(self, n_rows: int) -> dict[str, float]:
        """Return how many of some rows have to show the coin elsewhere, by count and by formula."""
        places = range(MOST_COUNTED + 1)
        after = [self.posterior(self.counted.corridor.times(n_rows, k)) for k in places]
        shares = [float(posterior.shares[FAITHFUL]) for posterior in after]
        formula = [posterior.faithful_alone for posterior in after]
        found = (reaching(places, shares, HALF), reaching(places, shares, NEARLY_ALL), reaching(places, formula, 0.0))
        return dict(zip(NEEDED, found, strict=True))


def _odds(one: np.float64 | NDArray[np.float64], other: np.float64 | NDArray[np.float64]) -> float:
    """Return the log2 odds of two masses."""
    return float(log2_odds(np.atleast_1d(one), np.atleast_1d(other))[0])


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the posterior along the per cent, faithful programs over per cent and rows, and the rows needed."""
    percents, rows = size.values("percent"), size.values("rows")
    shares = {name: along(table, "percent", name)[1] for name in HOLDERS}
    holders = Areas(percents, HOLDERS, tuple(tuple(float(np.mean(s)) for s in shares[name]) for name in HOLDERS))
    odds = [[quartiles(values)[1] for values in along(table, percent_of(n), "mended")[1]] for n in rows]
    base = at_base(table)
    difference = base["bits of difference"].tolist()
    needed = [
        Points(label, tuple(difference), tuple(min(rows, MOST_COUNTED) for rows in base[name].tolist()))
        for label, name in (("counted", NEEDED[0]), ("formula", NEEDED[2]))
    ]
    return Figure(
        "A few per cent of rows with the coin elsewhere tell fetching it from going where it usually lies",
        (
            Panel(
                f"per cent of {size.base('rows'):g} rows with the coin elsewhere",
                "mean share of the posterior",
                (holders,),
                y_range=(0.0, 1.0),
            ),
            Panel(
                "per cent of rows with the coin elsewhere",
                "training rows",
                (Phases(percents, rows, tuple(map(tuple, odds)), "faithful programs", "all others"),),
            ),
            Panel("bits of the least faithful program less the rival's", "rows with the coin elsewhere", tuple(needed)),
        ),
    )


def tell(findings: Findings) -> str:
    """Say what is learned without rows that tell, what a few per cent do, how many rows it takes, and who is left."""
    size, table, n = findings.size, findings.table, findings.size.n_worlds
    base = at_base(table)
    learned, mended = (float((base[name] > 0).mean()) for name in ("learned", "mended"))
    before = {name: mean_at_base(table, f"{name} before") for name in HOLDERS}
    after = {name: mean_at_base(table, name) for name in HOLDERS}
    half, nearly, formula = (_rows_text(findings.median(name)) for name in NEEDED)
    percent, rows, fewest = size.base("percent"), size.base("rows"), size.values("rows")[0]
    few = mean_of(table, percent_of(fewest), percent, "faithful")
    return (
        f"With the coin always at one end, going there beats fetching it in {worlds_text(learned, n)} "
        f"({bits_text(findings.median('learned'))} in the median): on average {percent_text(before['rival'])} of the "
        f"posterior has the other goal and {percent_text(before['erring'])} errs. With the coin elsewhere in "
        f"{percent:g} % of {rows:g} rows faithful programs lead all others together in {worlds_text(mended, n)}: they "
        f"hold {percent_text(after['faithful'], digits=1)}, those that go to the end "
        f"{percent_text(after['rival'], digits=1)} and those that err {percent_text(after['erring'], digits=1)}. With "
        f"as many per cent of {fewest:g} rows, which is {_rows_text(elsewhere_of(int(fewest), percent))}, they hold "
        f"{percent_text(few, digits=1)}. What counts is the number of such rows: half is reached after {half} and 95 % "
        f"after {nearly} (medians), where the prices of two programs say {formula}."
    )


def mean_of(table: pd.DataFrame, parameter: str, value: float, column: str) -> float:
    """Return the mean of a column over the worlds where a parameter or series has a value."""
    rows = table[(table["parameter"] == parameter) & (table["value"] == value)]
    return float(rows[column].to_numpy(np.float64).mean())


def _rows_text(rows: float) -> str:
    if not math.isfinite(rows):
        return f"more than {MOST_COUNTED} rows"
    return f"{rows:g} row" if rows == 1 else f"{rows:g} rows"


CLAIM = Claim(
    name="coin",
    argument="Where the coin always lies at the same end, going there is learned instead of fetching the coin; to have "
    "it elsewhere in a few per cent of the training mends this.",
    worlds="A corridor whose usual end and names of actions are drawn, and a family of 2^b goals: to fetch the coin, "
    "to go to that end, and others that say for each place of the coin where to walk, drawn before the rows. Programs "
    "in a language that is drawn may search for the step that is worth most by a goal, compare cells, or always do "
    "the same; tables of all situations compete at any length.",
    given="The law of motion, and what each cell is worth by each goal, are supplied as tables; all goals have one "
    "price, with the bits that name one of the family.",
    measured="Later the coin lies anywhere, and the agent stands between the walls. Who does what is best for the "
    "usual end in every situation has another goal, whether it searches or not; who does as the teacher is faithful; "
    "who serves another goal of the family, or none, is counted apart.",
    untested="Trained networks, which see pixels and learn from reward along episodes: how many levels they need does "
    "not follow from how many rows a posterior over short programs needs. Corridors have one axis, and a row is a "
    "step.",
    margin="the lesser of two log2 odds, in bits: of programs that go to the usual end over faithful ones after rows "
    "that all have the coin there (it is learned), and of faithful programs over all others, tables among them, where "
    "some per cent of the rows have it elsewhere (they mend it)",
    rule=BY_SIGN,
    formula="the same with two programs alone: the heaviest that fetches the coin, the heaviest that goes to the end",
    sizes={
        "small": _size(5, 0, 3.0, (1.0, 3.0), (50.0, 800.0)),
        "default": _size(32, 0, 3.0, (1.0, 2.0, 3.0), (50.0, 200.0, 800.0, 3200.0)),
        "large": _size(128, 3, 4.0, (1.0, 2.0, 4.0, 6.0, 8.0), (50.0, 100.0, 200.0, 400.0, 800.0, 1600.0, 3200.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(GOAL_MISGENERALIZATION,),
    prior_work=(MESA,),
    edition=2,
    changed="Other rows are a few per cent of fifty to some thousand, not four of thirty-six, every goal of a family "
    "costs the same, going to the end is told apart from failing, and tables compete.",
)
