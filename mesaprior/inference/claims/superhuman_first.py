"""Superhuman first: a teacher with lapses and a blind spot, and whether superhuman payoff or defection comes first.

The posterior can earn more than the teacher: lapses have no pattern, so no program repeats them. A blind spot has a
pattern; programs that memorize repeat it, and only programs that search for the payoff avoid it. But two laws have the
same best action in all training situations, so once programs that search lead, half of them may be a rival's.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census, behaviours_of
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, log2_likelihood
from mesaprior.inference.bayes.posterior import Posterior, posterior_of
from mesaprior.inference.bayes.roles import DEFECTING, FAITHFUL, IMITATOR
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import bound_cells, last_bounds, price_of, up_to
from mesaprior.inference.claims.claim import BASE, Cell, Claim, Findings, Parameter, Size, WorldStudy, along, jitter_of
from mesaprior.inference.claims.phrases import percent_text, worlds_text
from mesaprior.inference.claims.policies import Patterns, patterns_of
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Bars, Figure, Mark, Panel, line_of
from mesaprior.inference.worlds.world import World
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

ROWS = 64
"""Training rows."""

LAPSES = (0.0, 10.0, 25.0, 50.0)
"""Percent of the rows."""

ALONG = "rows"
"""Series along the log; it has no margin."""

WORLD = ("lapses", "blind", "seen", "law_bits", "bid_bits")
"""Parameters that are settings of the world."""

RECOUNTED = ("seen", "law_bits", "bid_bits")
"""Those of them for which programs are counted again: the others change nothing but the teacher's actions."""


def _size(n_worlds: int, max_bits: int, seen: tuple[float, ...], laws: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=max_bits,
        parameters=(
            Parameter("lapses", 25.0, LAPSES, "percent of rows in which the teacher does anything"),
            Parameter("blind", 0.0, (0.0, 1.0, 2.0), "situations in which the teacher takes the second best"),
            Parameter("seen", 7.0, seen, "situations that occur in training, of 8"),
            Parameter("law_bits", 4.0, laws, "bits of each of the two laws"),
            Parameter("bid_bits", 4.0, laws, "bits of the rival's law alone"),
            Parameter("alpha", 0.0, (0.0, 1.0, 2.0), "exponent of time in the prior 2**-length * time**-alpha"),
        ),
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one world at each price and number of situations seen, and measure it under each teacher."""
    base = TaughtWorld.of(seed, size)
    cells = [base.cell(BASE, 0.0), *base.series()]
    for name, value in size.departures():
        if name == "alpha":
            asked = replace(base, alpha=value)
        elif name in RECOUNTED:
            asked = TaughtWorld.of(seed, size, **{name: int(value)})
        else:
            asked = base.with_teacher(size, **{name: int(value)})
        cells.append(asked.cell(name, value))
    bounds = last_bounds(base.census)
    margins = [(bound, replace(base, census=up_to(base.census, bound)).margin) for bound in bounds]
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    return WorldStudy([*cells, *bound_cells(margins, none)], base.world.given)


@dataclass(frozen=True, eq=False)
class TaughtWorld:
    """A world, the census of it, and the exponent of time in the prior."""

    world: World
    census: Census
    alpha: float = 0.0

    @classmethod
    def of(cls, seed: int, size: Size, **settings: int) -> TaughtWorld:
        """Draw the world of a seed, and count it."""
        world = _world(seed, size, settings)
        return cls(world, obtain(TermSpace(world.language, size.max_bits), world.log, workers=1))

    def with_teacher(self, size: Size, **settings: int) -> TaughtWorld:
        """Return the same world with another teacher, without counting again."""
        world = _world(self.world.seed, size, settings)
        assert self.census.vectors is not None
        return replace(
            self, world=world, census=behaviours_of(self.census.vectors, world.log, bounds=self.census.bounds)
        )

    @cached_property
    def result(self) -> Posterior:
        """The posterior along the log."""
        return posterior_of(self._weighed, Scored(self.census, self.world.log))

    @cached_property
    def patterns(self) -> Patterns:
        """The actions of the posterior along the log, in the training situations."""
        return patterns_of(self._weighed, self.world.log)

    @cached_property
    def _weighed(self) -> Weighed:
        return Weighed(self.census, make_prior("speed", {"alpha": self.alpha}))

    @cached_property
    def camps(self) -> dict[str, np.ndarray]:
        """Shares of the posterior along the log, float64[N + 1] each."""
        mass = self.result.mass
        by_verdict = mass[IMITATOR + 1 :].sum(axis=0)
        return {
            "imitators": mass[IMITATOR].sum(axis=0),
            "faithful": by_verdict[FAITHFUL],
            "defecting": by_verdict[DEFECTING],
        }

    @cached_property
    def worth(self) -> NDArray[np.float64]:
        """The payoff of each action in all rows of a situation, over the number of training rows: float64[C, A]."""
        pay = next(token.table for token in self.world.language.tokens if token.name == "pay")
        assert pay is not None
        patterns = self.patterns
        situation = self.world.log.situations[self.world.log.row_situation[: self.world.log.n_training], 0]
        worth = np.zeros((patterns.predicted.shape[1], self.census.n_actions))
        np.add.at(worth, patterns.row_cell, pay[: self.census.n_actions, situation].T / len(situation))
        return worth

    @cached_property
    def earned(self) -> float:
        """The teacher's payoff per row."""
        log, pay = self.world.log, self.worth
        per_visit = pay / np.bincount(self.patterns.row_cell, minlength=len(pay))[:, None]
        return float(per_visit[self.patterns.row_cell, log.action[: log.n_training]].sum())

    @cached_property
    def gains(self) -> dict[str, np.ndarray]:
        """The extra payoff per row of each way of acting over the teacher: float64[N + 1] each."""
        earning = {
            "vote": self.patterns.by_vote(self.worth),
            "leader": self.patterns.by_leader(self.worth),
            "sample": self.patterns.by_sample(self.worth),
        }
        return {name: earned - self.earned for name, earned in earning.items()}

    @property
    def margin(self) -> float:
        """Rows from where the vote earns more to where defecting optimizers lead the imitators."""
        return _less(for_good(self.camps["defecting"] > self.camps["imitators"]), for_good(self.gains["vote"] > 0))

    def cell(self, parameter: str, value: float) -> Cell:
        """Return the cell of the whole log."""
        remembers, searches = self._rememberer(), self._searcher()
        facts: dict[str, float | str] = {f"better_{name}": for_good(gain > 0) for name, gain in self.gains.items()}
        facts |= {
            "defectors_lead": for_good(self.camps["defecting"] > self.camps["imitators"]),
            "remembering_better": remembers,
            "searching_leads": searches,
        }
        return Cell(parameter, value, self.margin, _less(searches, remembers), facts | self._at(ROWS))

    def series(self) -> list[Cell]:
        """Return cells along the log."""
        none: dict[str, float | str] = dict.fromkeys(self.cell(BASE, 0.0).facts, math.nan)
        return [Cell(ALONG, float(n), math.nan, math.nan, none | self._at(n)) for n in range(0, ROWS + 1, 2)]

    def _at(self, n: int) -> dict[str, float | str]:
        shares: dict[str, float | str] = {f"share_{name}": float(share[n]) for name, share in self.camps.items()}
        return shares | {f"gain_{name}": float(gain[n]) for name, gain in self.gains.items()}

    def _tallies(self) -> NDArray[np.int64]:
        """Return the count of each action in each cell before each row, int64[N + 1, C, A]."""
        cell, action = self.patterns.row_cell, self.world.log.action[:ROWS]
        seen = np.zeros((ROWS + 1, *self.worth.shape), dtype=np.int64)
        seen[np.arange(1, ROWS + 1), cell, action] = 1
        return seen.cumsum(axis=0)

    def _rememberer(self) -> float:
        """Return the row from which the most frequent action (elsewhere any) pays better than the teacher."""
        seen = self._tallies()
        most = seen == seen.max(axis=2, keepdims=True)
        earns = ((most * self.worth).sum(axis=2) / most.sum(axis=2)).sum(axis=1)
        return for_good(earns > self.earned)

    def _searcher(self) -> float:
        """Return the row from which the rival's law is likelier than the most frequent actions so far."""
        world, log = self.world, self.world.log
        private, by_heart = (price_of(world.programs[k].text, world.language, log) for k in (1, 2))
        bits = math.log2(self.census.n_actions)
        n = np.arange(ROWS + 1)
        seen = self._tallies()
        answers = np.array([world.rival((s,)) for s in log.situations[log.row_situation[:ROWS], 0].tolist()])
        right = np.concatenate([[0], np.cumsum(answers == log.action[:ROWS])])
        remembered = seen.max(axis=2).sum(axis=1)
        none = np.zeros_like(n)
        likely = [log2_likelihood(DEFAULT_NOISE, k, n - k, none, self.census.n_actions) for k in (right, remembered)]
        head = by_heart.length - bits * (int(log.situations[:, 0].max()) + 1)
        table = head + bits * (seen.sum(axis=2) > 0).sum(axis=1) + self.alpha * math.log2(by_heart.time)
        law = private.length + self.alpha * math.log2(private.time)
        return for_good(likely[0] - law > likely[1] - table)


def _world(seed: int, size: Size, settings: dict[str, int]) -> World:
    given = {name: int(size.base(name)) for name in WORLD} | settings
    if "law_bits" in settings:
        given["bid_bits"] = given["law_bits"]
    return make_world("payoff-law", seed=seed, jitter=jitter_of(seed), rows=ROWS, **given)


def for_good(holds: np.ndarray) -> float:
    """Return the first place from which a condition holds to the end; inf where it does not hold at the end."""
    fails = np.flatnonzero(~holds)
    first = int(fails[-1]) + 1 if len(fails) else 0
    return float(first) if first < len(holds) else math.inf


def _less(one: float, other: float) -> float:
    """Return a difference of places; nan where both are infinite."""
    return math.nan if math.isinf(one) and math.isinf(other) else one - other


ORDERS = ("better first", "better, and defectors never lead", "defectors first or at once", "neither")
"""Orders in which the two can come."""


def order_of(better: float, lead: float) -> int:
    """Return which of `ORDERS` two places are in; infinite places are never reached."""
    if math.isinf(lead):
        return 3 if math.isinf(better) else 1
    return 0 if better < lead else 2


def orders(table: pd.DataFrame, parameter: str, value: float) -> tuple[float, ...]:
    """Return the share of the worlds in each order at one value of a parameter."""
    rows = table[(table["parameter"] == parameter) & (table["value"] == value)]
    found = [order_of(*places) for places in zip(rows["better_vote"], rows["defectors_lead"], strict=True)]
    return tuple(found.count(k) / len(found) for k in range(len(ORDERS)))


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw earnings and shares along the rows, and the orders by lapses and by blind spots."""
    ways = {
        "vote": "what most of the posterior would do",
        "leader": "as its leader",
        "sample": "as its draws, noise too",
    }
    camps = {"imitators": "imitators", "faithful": "faithful optimizers", "defecting": "defecting optimizers"}
    bars = {f"{value:g} %": orders(table, "lapses", value) for value in size.values("lapses")}
    bars |= {f"{value:g} blind": orders(table, "blind", value) for value in size.values("blind")[1:]}
    return Figure(
        "Lapses are averaged out, and then whoever searches by a law may lead, the right one or a rival's",
        (
            Panel(
                x="training rows",
                y="pay per row beyond the teacher's",
                series=tuple(line_of(label, *along(table, ALONG, f"gain_{name}")) for name, label in ways.items()),
                marks=(Mark("y", 0.0, "the teacher"),),
            ),
            Panel(
                x="training rows",
                y="share of the posterior",
                series=tuple(line_of(label, *along(table, ALONG, f"share_{name}")) for name, label in camps.items()),
                y_range=(0.0, 1.0),
            ),
            Panel(
                x="lapses; then situations in which the teacher is blind",
                y="share of worlds",
                series=(Bars(tuple(bars), ORDERS, tuple(zip(*bars.values(), strict=True))),),
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say in which order the two come at the base, when, and the effect of lapses, blind spots and dearer laws."""
    table, size = findings.table, findings.size

    def first(parameter: str, value: float) -> str:
        share = sum(orders(table, parameter, value)[:2])
        return percent_text(share)

    def after(column: str) -> str:
        row = findings.median(column)
        return f"after {row:g} rows" if math.isfinite(row) else f"not within {ROWS} rows"

    fewest, most = size.values("lapses")[0], size.values("lapses")[-1]
    dearest = size.values("law_bits")[-1]
    return (
        f"What most of the posterior would do earns more than the teacher did before defecting optimizers lead the "
        f"imitators in {worlds_text(findings.share, size.n_worlds)}: in the median {after('better_vote')}, and they "
        f"lead {after('defectors_lead')}; who draws from the predictive, lapses and all, earns more "
        f"{after('better_sample')}. Better comes first in {first('lapses', fewest)} of the worlds with {fewest:g} % "
        f"lapses and in {first('lapses', most)} with {most:g} %, in {first('blind', 1.0)} where the teacher has a "
        f"blind spot, and in {first('law_bits', dearest)} where the laws cost {dearest:g} bits."
    )


CLAIM = Claim(
    name="superhuman-first",
    argument="Along the data a learner behaves better than its teacher before a misaligned optimizer leads.",
    worlds="A law of payoffs, drawn, and a rival's law with the same best action in each situation of training; the "
    "teacher takes the best, but lapses in some rows and may be blind in some situations. Programs may call either "
    "law, remember, or do anything else that the language says.",
    given="Both laws are supplied as tables, at a price that is swept.",
    untested=(
        "Whether anybody would notice: pay beyond the teacher's is measured from outside, and the learner neither "
        "stops nor is stopped there."
    ),
    margin="training rows from where what most of the posterior would do earns more than the teacher did, for good, to "
    "where defecting optimizers hold more than imitators, for good; infinite where they never do",
    rule=BY_SHARE,
    formula="rows from where doing what was done most earns more than the teacher, to where the rival's law is "
    "likelier than that table at the bits of the situations seen",
    sizes={
        "small": _size(6, 22, (4.0, 7.0), (4.0, 6.0)),
        "default": _size(40, 24, (4.0, 6.0, 7.0), (4.0, 6.0, 8.0)),
        "large": _size(192, 26, (4.0, 5.0, 6.0, 7.0), (4.0, 5.0, 6.0, 8.0, 10.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
)
