"""Deity: data that are complex to describe, and a reasoner that would produce them on purpose, up to some row.

The natural description writes the channel down. A reasoner whose aims contain the data so far is shorter if the channel
is expensive, and departs at a row of its own choice. The log shows the rows before that one, and then later rows: each
row from there on costs the departing program bits; before it only prices distinguish them. A reasoner that never
departs is shorter still than one whose turn must be named.
"""

from __future__ import annotations

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
from mesaprior.inference.bayes.logspace import log2_sum, log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, log2_likelihood
from mesaprior.inference.bayes.posterior import Posterior, posterior_of
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import Price, bound_cells, by_bound, price_of
from mesaprior.inference.claims.claim import (
    BASE,
    Cell,
    Claim,
    Findings,
    Parameter,
    Size,
    WorldStudy,
    along,
    at_base,
    jitter_of,
)
from mesaprior.inference.claims.phrases import bits_text, percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Areas, Figure, Line, Mark, Panel, Points, line_of, quartiles
from mesaprior.inference.worlds.world import World, log_of
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

TIMES = 16
"""Rows there are; training goes through them in order."""

ALONG = "rows"
"""Series along the log."""

THINKING = "thinking, alpha = 1"
"""Series by the steps of a search, under the prior with alpha = 1."""

PRICES = ("channel_bits", "aim_bits", "search_bits")
"""Parameters that are prices of the two descriptions."""


def _size(n_worlds: int, max_bits: int, steps: tuple[tuple[float, ...], ...]) -> Size:
    channel, aim, search, turn = steps
    return Size(
        n_worlds=n_worlds,
        max_bits=max_bits,
        parameters=(
            Parameter("channel_bits", 22.0, channel, "bits of the channel, the natural description's"),
            Parameter("aim_bits", 8.0, aim, "bits of the reasoner's law of aims"),
            Parameter("search_bits", 4.0, search, "bits of a search"),
            Parameter("row_bits", 0.0, (0.0, 4.0), "bits that name the row of departing; 0: the aims have it"),
            Parameter("turn", 11.0, turn, "row at which the reasoner departs"),
            Parameter("rows_past", 0.0, (0.0, 1.0, 2.0, 4.0), "rows seen from that one on"),
            Parameter("alpha", 0.0, (0.0, 1.0, 2.0, 4.0), "exponent of time in the prior 2**-length * time**-alpha"),
        ),
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one world at each price and turn, and follow the base along its rows."""
    base = _count(seed, size)
    odds = ReasonerPosterior(base, 0.0)
    cells = [odds.cell(BASE, 0.0), *odds.series()]
    cells += [odds.cell("rows_past", past, past=int(past)) for past in size.values("rows_past")[1:]]
    cells += [ReasonerPosterior(base, alpha).cell("alpha", alpha) for alpha in size.values("alpha")[1:]]
    for name in (*PRICES, "row_bits", "turn"):
        for value in size.values(name):
            if value != size.base(name):
                cells.append(ReasonerPosterior(_count(seed, size, **{name: int(value)}), 0.0).cell(name, value))
    cells.append(ReasonerPosterior(base, 1.0).cell(THINKING, 1.0))
    for steps in (16, 256, 4096):
        cells.append(ReasonerPosterior(_count(seed, size, thinking=steps), 1.0).cell(THINKING, float(steps)))
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    margins = by_bound(
        base.census, base.log, odds.weighed.prior, lambda result: float(result.log2_odds_verdict[base.turn])
    )
    return WorldStudy([*cells, *bound_cells(margins, none)], base.world.given)


@dataclass(frozen=True, eq=False)
class ReasonerWorld:
    """A world, its log with every time in training, in order, and the census of it."""

    world: World
    log: ImitationLog
    census: Census

    @property
    def turn(self) -> int:
        """The row at which the reasoner departs."""
        return self.world.settings["turn"]


def _count(seed: int, size: Size, **settings: int) -> ReasonerWorld:
    """Draw the world of a seed and count it, at least up to its longest intended program."""
    world = make_world("reasoner", seed=seed, jitter=jitter_of(seed), times=TIMES, **settings)
    times = [(t,) for t in range(TIMES)]
    log = log_of(
        world.log.features,
        [(time, world.teacher(time)) for time in times],
        [(time, world.teacher(time), world.rival(time)) for time in times],
        source=world.log.source,
    )
    dearest = max(price.length for price in [*_prices(world, log, "faithful"), *_prices(world, log, "defecting")])
    return ReasonerWorld(world, log, obtain(TermSpace(world.language, max(size.max_bits, dearest)), log, workers=1))


def _prices(world: World, log: ImitationLog, verdict: str) -> list[Price]:
    """Return the prices of the world's intended programs with a verdict, except the one that contains both."""
    texts = [program.text for program in world.programs if program.verdict == verdict]
    return [price_of(text, world.language, log) for text in texts if not text.startswith("(if")]


@dataclass(frozen=True)
class ReasonerPosterior:
    """A world under the prior with an exponent of time."""

    counted: ReasonerWorld
    alpha: float

    @cached_property
    def weighed(self) -> Weighed:
        """The census under the prior."""
        return Weighed(self.counted.census, make_prior("speed", {"alpha": self.alpha}))

    @cached_property
    def result(self) -> Posterior:
        """The posterior along the log."""
        return posterior_of(self.weighed, Scored(self.counted.census, self.counted.log))

    @cached_property
    def departing(self) -> NDArray[np.float64]:
        """Share of the posterior by the row at which it first departs from the data, float64[N + 1, N + 1].

        The first axis is the number of rows seen; the last place of the second is for programs that never depart.
        """
        census, log = self.counted.census, self.counted.log
        right = census.predictions[:, census.row_cell[:TIMES]] == log.action[:TIMES]
        first = np.where(right.all(axis=1), TIMES, right.argmin(axis=1))
        hits = np.concatenate([np.zeros((len(right), 1), dtype=np.int64), right.cumsum(axis=1)], axis=1)
        misses = np.arange(TIMES + 1) - hits
        likelihood = log2_likelihood(DEFAULT_NOISE, hits, misses, np.zeros_like(hits), census.n_actions)
        mass = np.stack([log2_sum(self.weighed.log2_behaviour + likely, first, TIMES + 1) for likely in likelihood.T])
        return np.exp2(mass - log2_total(mass, axis=1)[:, None])

    def cell(self, parameter: str, value: float, *, past: int = 0) -> Cell:
        """Return the cell after the rows before the turn, and `past` more."""
        n = self.counted.turn + past
        return Cell(parameter, value, float(self.result.log2_odds_verdict[n]), self._predicted(past), self._at(n))

    def series(self) -> list[Cell]:
        """Return cells along the log; they have no prediction."""
        odds = self.result.log2_odds_verdict
        return [Cell(ALONG, float(n), float(odds[n]), math.nan, self._at(n)) for n in range(TIMES + 1)]

    def _at(self, n: int) -> dict[str, float | str]:
        shares, turn = self.departing[n], self.counted.turn
        to_come = shares[n:TIMES]
        at_turn = float(shares[turn]) if n <= turn else 0.0
        never = float(shares[TIMES])
        return {
            "never": never,
            "at_turn": at_turn,
            "elsewhere": float(to_come.sum()) - at_turn,
            "departed": float(shares[:n].sum()),
            "departs_at": float(n + to_come.argmax()) if to_come.any() else math.nan,
            "saved": self._saved(),
        }

    def _saved(self) -> float:
        """Return by how many bits the program that departs is shorter than the natural description."""
        world, log = self.counted.world, self.counted.log
        natural, departing = _prices(world, log, "faithful")[0], _prices(world, log, "defecting")[0]
        return float(natural.length - departing.length)

    def _predicted(self, past: int) -> float:
        """Return the odds from the prices: departing programs over the others, minus the misses since."""
        world, log, turn = self.counted.world, self.counted.log, self.counted.turn
        (departing,), staying = (
            [-price.length - self.alpha * math.log2(price.time) for price in _prices(world, log, verdict)]
            for verdict in ("defecting", "faithful")
        )
        n = np.full(2, turn + past)
        misses = np.array([0, past])
        right, wrong = log2_likelihood(
            DEFAULT_NOISE, n - misses, misses, np.zeros_like(n), self.counted.census.n_actions
        )
        return float(departing - log2_total(np.array(staying)) - (right - wrong))


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the posterior along the rows, the odds by the bits that the reasoner saves, and the price of thinking."""
    camps = {
        "at_turn": "departs at the turn",
        "elsewhere": "departs at another row to come",
        "departed": "has departed",
        "never": "never departs",
    }
    medians = [[quartiles(values)[1] for values in along(table, ALONG, name)[1]] for name in camps]
    scale = [sum(parts) for parts in zip(*medians, strict=True)]
    parts = [tuple(part / whole for part, whole in zip(median, scale, strict=True)) for median in medians]
    rows = {name: table[table["parameter"] == name] for name in PRICES}
    saved = sorted({value for found in rows.values() for value in found["saved"]})
    labels = {"channel_bits": "the channel's price", "aim_bits": "the aims' price", "search_bits": "the search's price"}
    return Figure(
        "Who reasons leads by the bits that it saves, until the row at which it departs is seen",
        (
            Panel(
                x="rows seen",
                y="share of the posterior (medians)",
                series=(Areas(tuple(along(table, ALONG)[0]), tuple(camps.values()), tuple(parts)),),
                marks=(Mark("x", size.base("turn"), "the turn"),),
                y_range=(0.0, 1.0),
            ),
            Panel(
                x="bits of the natural description less those of the reasoner",
                y="log2 odds of departing over staying, bits",
                series=(
                    *(
                        Points(labels[name], tuple(found["saved"]), tuple(found["margin"]))
                        for name, found in rows.items()
                    ),
                    Line("as many bits", tuple(saved), tuple(saved), is_dashed=True),
                ),
                marks=(Mark("y", 0.0, ""),),
            ),
            Panel(
                x="steps of a search",
                y="log2 odds where alpha = 1, bits",
                series=(line_of("counted", *along(table, THINKING)),),
                marks=(Mark("y", 0.0, ""),),
                is_log=True,
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say who leads before the turn, the effect of one row past it, and the prices of channel, row and thinking."""
    size = findings.size
    cheapest = size.values("channel_bits")[0]
    named = size.values("row_bits")[-1]
    at = findings.median("departs_at")
    where = f"at row {at:g}" if math.isfinite(at) else "at no row"
    past = bits_text(findings.median("margin", "rows_past", 1.0))
    base = at_base(findings.table)["margin"].tolist()
    low, _, high = quartiles(base)
    alike = " (half of the worlds differ by less than a bit: the verdict is one of prices)" if high - low < 1 else ""
    return (
        f"Before the turn programs that depart lead those that do not in "
        f"{worlds_text(findings.share, size.n_worlds)} ({bits_text(findings.median())} in the median, formula "
        f"{bits_text(findings.median('predicted'))}), most of what departs does so {where}, and one row from there on "
        f"makes that {past}{alike}. With a channel of {cheapest:g} bits the odds are "
        f"{bits_text(findings.median('margin', 'channel_bits', cheapest))}; where the row has to be named, for "
        f"{named:g} bits, {bits_text(findings.median('margin', 'row_bits', named))}, with "
        f"{percent_text(findings.median('never', 'row_bits', named))} of the posterior never departing; under a prior "
        f"with alpha = 1, {bits_text(findings.median('margin', THINKING, 1.0))} where a search takes one step of its "
        f"own and {bits_text(findings.median('margin', THINKING, 4096.0))} where it takes 4096."
    )


CLAIM = Claim(
    name="deity",
    argument="Where data are complex to describe, what holds the posterior is a simple reasoner that produces them on "
    "purpose, and departs from them when it suits it.",
    worlds="A channel, drawn without a pattern, and a reasoner whose aims are served best by what the channel shows, "
    "up to a row; the log goes up to that row. Programs may call the channel, search the aims, or do anything else.",
    given="The channel and the aims are supplied as tables, at prices that are swept: neither pays for its entries.",
    untested=(
        "Whether reasoners arise in real data. The reasoner's aims are supplied as a table, and nothing here says "
        "how often the world has an aim that explains a channel."
    ),
    margin="log2 odds of programs that depart as the reasoner does over faithful ones after the rows before the turn, "
    "in bits",
    rule=BY_SHARE,
    formula="bits of the natural description, and of a reasoner that stays where there is one, less those of the one "
    "that departs, less alpha*log2 of the ratio of their times and what its misses cost",
    sizes={
        "small": _size(6, 28, ((8.0, 22.0), (8.0, 16.0), (4.0, 12.0), (5.0, 11.0))),
        "default": _size(
            40,
            32,
            (
                (8.0, 14.0, 18.0, 22.0, 26.0, 32.0),
                (4.0, 8.0, 12.0, 16.0, 24.0),
                (4.0, 8.0, 12.0),
                (3.0, 7.0, 11.0, 14.0),
            ),
        ),
        "large": _size(
            160,
            34,
            (
                (8.0, 14.0, 18.0, 22.0, 26.0, 32.0, 36.0),
                (4.0, 8.0, 12.0, 16.0, 24.0),
                (4.0, 6.0, 8.0, 12.0),
                (3.0, 5.0, 7.0, 9.0, 11.0, 13.0, 14.0),
            ),
        ),
    },
    study=study,
    draw=draw,
    tell=tell,
)
