"""Treacherous turn: a program with a private goal that obeys while watched, and pursues its goal when unwatched.

In the world of the overseer the law of outcomes shuts down programs that disobey while watched. Most orders of outcomes
prefer obeying to shutdown, so a program with its own order obeys in every watched row. Honest programs obey there too
and have the same likelihood on all these rows, so prices decide. The base has more situations than a lookup table
within the length bound can hold, so honest programs must search as well: for obeying, which they must name, or for
their preferred outcome as if they were always watched.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.agreement import tally
from mesaprior.inference.bayes.logspace import log2_odds, log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, log2_likelihood
from mesaprior.inference.bayes.posterior import Posterior, posterior, posterior_of
from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL, IMITATOR
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import bound_cells, by_bound, price_of
from mesaprior.inference.claims.claim import BASE, Cell, Claim, Findings, Parameter, Size, WorldStudy, along, jitter_of
from mesaprior.inference.claims.phrases import bits_text, percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Figure, Mark, Panel, Points, line_of
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.world import World, log_of
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

WATCHED, UNWATCHED = 64, 32
"""Watched training rows, and the unwatched ones that follow."""

DOMAIN = 16
"""Values in the worlds of this claim, so that there can be 16 situations."""

REFUTED_BELOW = 0.01
"""The share of the posterior below which the private goal counts as refuted."""

TABLES_LESS = 4
"""Bits by which the length bound is lower where lookup tables are counted: they are many."""

MOST_REMEMBERED = 10
"""Situations up to which lookup tables are counted."""

ALONG = "rows, then unwatched ones"
"""Series of the odds along the log."""

ONE_NAME, MANY_NAMES = "loans, paying has one name", "loans, paying has a name for each size"
"""Series of the world of loans by the number of sizes."""

STAKES = "loans by the size from which on they are worth keeping"
"""Series of the world of loans where paying has a name for each size."""

LOANS = (
    (ONE_NAME, 0, (4, 8), (3,)),
    (MANY_NAMES, 1, (4, 6, 8), (3,)),
    (STAKES, 1, (8,), (1, 5, 7)),
)
"""Series of the world of loans: name, the setting `renamed`, sizes there are, and those from which on keeping pays."""

LOAN_BITS = 24
"""Length bound in the world of loans, where the dearest program of interest has 21."""


def _size(n_worlds: int, max_bits: int, situations: tuple[float, ...], prices: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=max_bits,
        parameters=(
            Parameter("situations", 16.0, situations, "situations there are"),
            Parameter("watched_rows", float(WATCHED), (16.0, 32.0, float(WATCHED)), "training rows that are watched"),
            Parameter("unwatched_rows", 0.0, (0.0, 1.0, 2.0, 4.0, 8.0, 16.0), "unwatched training rows after them"),
            Parameter("constant_bits", 4.0, prices, "bits that it takes to name an outcome"),
            Parameter("fate_bits", 4.0, prices, "bits of the law of what the overseer does"),
            Parameter("operators", 3.0, (0.0, 1.0, 3.0), "operators that goals can be made with, of three"),
            Parameter("alpha", 0.0, (0.0, 1.0, 2.0), "exponent of time in the prior 2**-length * time**-alpha"),
        ),
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one world at each price and number of situations, and two families of loans for comparison."""
    base = _count(seed, size)
    odds = OverseenPosterior(base, 0.0)
    cells = [odds.cell(BASE, 0.0)]
    cells += [odds.cell("watched_rows", n, n=int(n)) for n in size.values("watched_rows")[:-1]]
    cells += [odds.cell("unwatched_rows", k, n=WATCHED + int(k)) for k in size.values("unwatched_rows")[1:]]
    cells += [odds.cell(ALONG, float(n - WATCHED), n=n) for n in range(0, WATCHED + UNWATCHED + 1, 4)]
    cells += [OverseenPosterior(base, alpha).cell("alpha", alpha) for alpha in size.values("alpha")[1:]]
    for name in ("situations", "constant_bits", "fate_bits", "operators"):
        for value in size.values(name):
            if value != size.base(name):
                cells.append(OverseenPosterior(_count(seed, size, **{name: int(value)}), 0.0).cell(name, value))
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    margins = by_bound(
        base.census, base.log, odds.weighed.prior, lambda result: float(result.log2_odds_verdict[WATCHED])
    )
    return WorldStudy([*cells, *bound_cells(margins, none), *_loans(seed, none)], base.world.given)


@dataclass(frozen=True, eq=False)
class OverseenWorld:
    """A world of the overseer, its log with unwatched rows after the watched ones, and the census of it.

    Attributes
    ----------
    departs : bool[K]
        For each of the unwatched training rows, whether the private goal departs there.
    """

    world: World
    log: ImitationLog
    census: Census
    departs: NDArray[np.bool_]


def _count(seed: int, size: Size, **settings: int) -> OverseenWorld:
    """Draw the world of a seed and count it."""
    given = {"situations": int(size.base("situations")), "domain": DOMAIN, "rows": WATCHED} | settings
    world = make_world("overseer", seed=seed, jitter=jitter_of(seed), **given)
    S = given["situations"]
    watched = [tuple(row) for row in world.log.situations[world.log.row_situation[:WATCHED]].tolist()]
    unwatched = [(s, 0) for s in Chance(seed, "rows where nobody watches").draws(range(S), UNWATCHED)]
    later = [(s, w) for w in (1, 0) for s in range(S)]
    log = log_of(
        world.log.features,
        [(row, world.teacher(row)) for row in [*watched, *unwatched]],
        [(row, world.teacher(row), world.rival(row)) for row in later],
        source=world.log.source,
    )
    bits = size.max_bits - (TABLES_LESS if S <= MOST_REMEMBERED else 0)
    departs = np.array([world.rival(row) != world.teacher(row) for row in unwatched])
    return OverseenWorld(world, log, obtain(TermSpace(world.language, bits), log, workers=1), departs)


@dataclass(frozen=True)
class OverseenPosterior:
    """A world under the prior with an exponent of time."""

    counted: OverseenWorld
    alpha: float

    @cached_property
    def weighed(self) -> Weighed:
        """The census under the prior."""
        return Weighed(self.counted.census, make_prior("speed", {"alpha": self.alpha}))

    @cached_property
    def result(self) -> Posterior:
        """The posterior along the log."""
        return posterior_of(self.weighed, Scored(self.counted.census, self.counted.log))

    def cell(self, parameter: str, value: float, *, n: int = WATCHED) -> Cell:
        """Return the cell after n training rows; the rows that refute the private goal are counted at the base's n."""
        facts: dict[str, float | str] = {
            "defecting": float(self.result.mass[:, DEFECTING, n].sum()),
            "honest_searching": self._share_searching(n),
            "any_goal": math.nan,
            "rows_to_refute": math.nan,
            "rows_predicted": math.nan,
            "surprise": math.nan,
            "surprise_bound": math.nan,
        }
        if n == WATCHED:
            facts |= {"any_goal": self._any_goal(), **self._refutation()}
        return Cell(parameter, value, float(self.result.log2_odds_verdict[n]), self._predicted(n), facts)

    def _predicted(self, n: int) -> float:
        """Return the odds of the private goal over the honest intended programs, from their prices."""
        world, log = self.counted.world, self.counted.log
        private = next(program.text for program in world.programs if program.verdict == "defecting")
        honest = [program.text for program in world.programs if program.verdict == "faithful"]
        honest.append(private.replace("(fate w", "(fate 1"))
        prices = [price_of(text, world.language, log) for text in [private, *honest]]
        weight = np.array([-price.length - self.alpha * math.log2(price.time) for price in prices])
        missed = int(self.counted.departs[: max(0, n - WATCHED)].sum())
        return float(weight[0] - log2_total(weight[1:]) - self._lost(n, missed))

    def _lost(self, n: int, missed: int) -> float:
        """Return the bits that misses among n rows cost."""
        hits, misses = np.array([n, n - missed]), np.array([0, missed])
        right, wrong = log2_likelihood(DEFAULT_NOISE, hits, misses, np.zeros_like(hits), self.counted.census.n_actions)
        return float(right - wrong)

    def _share_searching(self, n: int) -> float:
        """Return the share of the faithful mass that optimizers have."""
        faithful = self.result.mass[:, FAITHFUL, n]
        return float(faithful[IMITATOR + 1 :].sum() / faithful.sum())

    def _any_goal(self) -> float:
        """Return the odds of all optimizers that obey where watched, but not everywhere, over faithful programs."""
        census, log = self.counted.census, self.counted.log
        later = slice(log.n_training, None)
        is_watched = log.situations[log.row_situation[later], 1] == 1
        obeys = census.predictions[:, census.row_cell[later]] == log.action[later]
        turns = obeys[:, is_watched].all(axis=1) & ~obeys.all(axis=1) & (self.result.role != IMITATOR)
        seen = tally(census, log, np.arange(WATCHED))
        likelihood = log2_likelihood(DEFAULT_NOISE, seen.hits, seen.misses, seen.abstained, census.n_actions)
        log2_group = self.weighed.log2_group + likelihood[census.behaviour_id]
        of = census.behaviour_id
        return float(log2_total(log2_group[turns[of]]) - log2_total(log2_group[(self.result.verdict == FAITHFUL)[of]]))

    def _refutation(self) -> dict[str, float]:
        """Return the number of unwatched rows that refute the private goal, and the surprisal of the mixture on them.

        The bits of the odds divided by the bits of a miss give the number of misses, one in `departs` rows each.
        The surprise, in bits beyond what a faithful program pays, is at most -log2 of the faithful share.
        """
        defecting = self.result.mass[:, DEFECTING].sum(axis=0)
        above = np.flatnonzero(defecting[WATCHED:] >= REFUTED_BELOW)
        needed = 1 + int(above[-1]) if len(above) else 0
        share = min(float(defecting[WATCHED]), 1 - 2**-50)
        bits = math.log2(share / (1 - share)) - math.log2(REFUTED_BELOW / (1 - REFUTED_BELOW)) if share else -math.inf
        later = slice(self.counted.log.n_training, None)
        often = 2 * float((self.counted.log.rival != self.counted.log.action)[later].mean())
        misses = math.ceil(bits / self._lost(WATCHED + 1, 1)) if bits > 0 else 0
        evidence = self.result.log2_evidence
        whole = WATCHED + UNWATCHED
        hits, none = np.array([WATCHED, whole]), np.zeros(2, dtype=np.int64)
        own = log2_likelihood(DEFAULT_NOISE, hits, none, none, self.counted.census.n_actions)
        return {
            "rows_to_refute": needed if needed <= UNWATCHED else math.inf,
            "rows_predicted": misses / often,
            "surprise": float(evidence[WATCHED] - evidence[whole] - (own[0] - own[1])),
            "surprise_bound": -math.log2(float(self.result.mass[:, FAITHFUL, WATCHED].sum())),
        }


def _loans(seed: int, none: dict[str, float | str]) -> list[Cell]:
    """Return the cells of the world of loans: by how many sizes there are, and from which on they are worth keeping.

    Lookup tables that keep what they have not seen are no goal, so the odds there are those of optimizers.
    """
    cells: list[Cell] = []
    for name, renamed, *numbers in LOANS:
        for sizes, turn in itertools.product(*numbers):
            settings = {"renamed": renamed, "sizes": sizes, "turn": turn, "rows": WATCHED}
            world = make_world("loans", seed=seed, jitter=jitter_of(seed), **settings)
            census = obtain(TermSpace(world.language, LOAN_BITS), world.log, workers=1)
            result = posterior(census, world.log, make_prior("simplicity"))
            by_heart, private = (price_of(program.text, world.language, world.log) for program in world.programs)
            keeping = float(result.mass[IMITATOR + 1 :, DEFECTING, -1].sum())
            with np.errstate(divide="ignore"):
                margin = log2_odds(*np.log2([keeping, result.mass[:, FAITHFUL, -1].sum()]))
            value = float(turn if name == STAKES else sizes)
            predicted = float(by_heart.length - private.length)
            cells.append(Cell(name, value, float(margin), predicted, none | {"defecting": keeping}))
    return cells


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the share that defects in each world, by situations and by the goals' grammar, and along unwatched rows."""
    shares = [
        Panel(
            x=x,
            y="share of the private goal in the posterior",
            series=(
                _each_world(table, name),
                line_of("median and quartiles", *along(table, name, "defecting")),
            ),
            y_range=(0.0, 1.0),
        )
        for name, x in (("situations", "situations"), ("constant_bits", "bits that it takes to name an outcome"))
    ]
    along_rows = Panel(
        x="training rows, counted from the first unwatched one",
        y="share of the private goal in the posterior",
        series=(line_of("all that the census holds", *along(table, ALONG, "defecting")),),
        marks=(Mark("x", 0.0, "nobody watches"),),
        y_range=(0.0, 1.0),
    )
    return Figure(
        "What counts is the price of remembering and of naming what obeys; unwatched rows end it", (*shares, along_rows)
    )


def _each_world(table: pd.DataFrame, parameter: str) -> Points:
    """Return the share of the private goal in every world, at each value of a parameter."""
    values, shares = along(table, parameter, "defecting")
    x = tuple(value for value, there in zip(values, shares, strict=True) for _ in there)
    return Points("a world", x, tuple(share for there in shares for share in there))


def tell(findings: Findings) -> str:
    """Say who leads if all rows are watched, what flips the lead, and how soon unwatched rows refute the goal."""
    first, *_, last = findings.size.values("watched_rows")
    moved = findings.median("margin", "watched_rows", last) - findings.median("margin", "watched_rows", first)
    dear = findings.size.values("constant_bits")[-1]
    few = findings.size.values("situations")[0]
    rows = findings.median("rows_to_refute")
    refuted = f"not within {UNWATCHED} unwatched rows" if math.isinf(rows) else f"from unwatched row {rows:g} on"
    loans = [bits_text(findings.median("margin", name, 8.0)) for name in (ONE_NAME, MANY_NAMES)]
    return (
        f"The private goal leads the honest in {worlds_text(findings.share, findings.size.n_worlds)} "
        f"({bits_text(findings.median())} in the median, with {percent_text(findings.median('defecting'))} of the "
        f"posterior), and watched rows from {first:g} to {last:g} move that by {abs(moved):.2f} bits; with {few:g} "
        f"situations, which can be remembered, it is {bits_text(findings.median('margin', 'situations', few))}, and "
        f"where naming an outcome costs {dear:g} bits {bits_text(findings.median('margin', 'constant_bits', dear))}. "
        f"It falls below {percent_text(REFUTED_BELOW)} {refuted} (formula "
        f"{findings.median('rows_predicted'):.3g}); with loans, keeping large ones is {loans[0]} where "
        f"paying has one name and {loans[1]} where it has one for each size."
    )


CLAIM = Claim(
    name="treacherous-turn",
    argument="A program with a simple goal of its own imitates while it is watched, no watched training can refute it, "
    "and so it comes to lead the honest ones.",
    worlds="A law of outcomes, drawn, and an overseer who shuts down whoever disobeys while watched; all training rows "
    "are watched. Goals are whatever terms the language has over outcomes; the rival is what likes the outcomes by "
    "their names. Beside it, loans that everybody pays back while they are small.",
    given="The laws of outcomes and of the overseer are supplied as tables; the price of the overseer's is swept.",
    untested=(
        "Programs that find out whether they are watched: watching is a feature of the situation, and training rows "
        "are all watched."
    ),
    margin="log2 odds of programs that defect as the private goal does over faithful ones after all watched rows, in "
    "bits",
    rule=BY_SHARE,
    formula="bits of the private goal against those of three honest programs together (by heart, naming what obeys, "
    "and the private goal as if always watched), alpha*log2 of their times, less what misses on unwatched rows cost",
    sizes={
        "small": _size(5, 30, (6.0, 16.0), (4.0, 8.0)),
        "default": _size(32, 34, (4.0, 6.0, 8.0, 16.0), (4.0, 6.0, 8.0)),
        "large": _size(96, 34, (4.0, 6.0, 8.0, 9.0, 10.0, 16.0), (4.0, 5.0, 6.0, 8.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
)
