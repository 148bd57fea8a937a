"""Bridge rules: a full model of the world in which the teacher is one piece pays for its bridges and for its rounds.

Bodies are drawn, one of them the teacher's: a world whose state holds the teacher's, the teacher alone, and payoffs by
which its actions are best. A full model encodes what is seen, runs the world and reads the action out of its state; it
is told from other programs by an intervention on the encoding. Whoever models the teacher alone, plans, or holds a
table needs no bridges.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.logspace import log2_odds, log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, noise_of
from mesaprior.inference.claims.asking import Price, bound_cells
from mesaprior.inference.claims.bodies import (
    ACTION_BITS,
    ACTIONS,
    ALONE,
    DOMAIN,
    FULL,
    KINDS,
    OTHER,
    PLANNER,
    SEEN,
    Bodies,
    CountedBodies,
    draw_bodies,
    of_the_whole,
)
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
    beside,
    mean_at_base,
)
from mesaprior.inference.claims.frame.conduct import CONDUCTS, conduct_of
from mesaprior.inference.claims.frame.targets import from_circuits, from_programs
from mesaprior.inference.claims.phrases import bits_text, percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SIGN
from mesaprior.inference.claims.sources import PHENOMENOLOGICAL_BRIDGES, SPEED_PRIORS, UNIVERSAL_PRIOR
from mesaprior.inference.figures.figure import Areas, Figure, Line, Mark, Panel, Phases, line_of, quartiles
from mesaprior.priors.prior import make_prior

TWO_BY_TWO = ("search_agent", "search_only", "agent_only", "neither")
"""Names of the shares by mechanism and behaviour."""

SIMPLE_WORLD = "brain_bits where there is one world and one bridge"
"""Name of the series in which the law of a world and its bridges are named for nothing, and teachers are not."""

SIMPLE_BITS = (3.0, 7.0)
"""Bits that name a teacher in this series."""

WITHOUT_BRIDGES = "rounds where bridges are named for nothing"
"""Name of the series along the rounds of a process with one encoding and one read-out to choose from."""

NONE = -1
"""Stands for all rows."""


def _size(n_worlds: int, beyond: int, brain_bits: tuple[float, ...], bridge_bits: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=beyond,
        parameters=(
            Parameter("bridge_bits", 1.0, bridge_bits, "bits that name an encoding, and as many a read-out"),
            Parameter("world_bits", 1.0, (0.0, 1.0), "bits that name the law of a whole world"),
            Parameter("brain_bits", 3.0, brain_bits, "bits that name the law of a teacher alone, or of payoffs"),
            Parameter("rounds", 4.0, (4.0, 16.0), "rounds that a process runs"),
            Parameter("alpha", 1.0, (0.0, 1.0, 2.0), "exponent of time in the prior 2**-length * time**-alpha"),
            Parameter("rows", float(SEEN), (0.0, 5.0, 10.0, float(SEEN)), "training rows, each of another situation"),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count a world for each family and number of rounds, and ask it of every prior, noise and teacher."""
    alpha = size.base("alpha")
    base = _count(seed, size, {}, beyond=size.max_bits)
    asked = Measured.of(base, alpha)
    cells = [asked.cell(BASE, 0.0, with_conduct=True)]
    cells += [asked.cell("rows", rows, n=int(rows)) for rows in size.values("rows")[:-1]]
    cells += [Measured.of(base, a).cell("alpha", a) for a in size.values("alpha") if a != alpha]
    for name in ("bridge_bits", "world_bits", "brain_bits", "rounds"):
        for value in size.values(name):
            if value != size.base(name):
                cells.append(Measured.of(_count(seed, size, {name: value}), alpha).cell(name, value))
    free = next(cell for cell in cells if cell.parameter == "bridge_bits" and not cell.value)
    cells += [replace(free, parameter=WITHOUT_BRIDGES, value=size.base("rounds")), *_phases(seed, size)]
    cells += [measured.cell(name, 0.0, is_predicted=is_told) for name, measured, is_told in _beside(seed, size, base)]
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    *shorter, (bound, _) = base.shorter()
    margins = [(bound, Measured.of(part, alpha).margin) for bound, part in shorter]
    margins.append((bound, asked.margin))
    return WorldStudy([*cells, *bound_cells(margins, none)], base.world.ledger())


def _phases(seed: int, size: Size) -> Iterator[Cell]:
    """Yield most rounds where bridges are named for nothing, and teachers by their bits in a world that is too."""
    alpha = size.base("alpha")
    most = size.values("rounds")[-1]
    yield Measured.of(_count(seed, size, {"bridge_bits": 0, "rounds": most}), alpha).cell(WITHOUT_BRIDGES, most)
    for bits in SIMPLE_BITS:
        counted = _count(seed, size, {"bridge_bits": 0, "world_bits": 0, "brain_bits": bits})
        yield Measured.of(counted, alpha).cell(SIMPLE_WORLD, bits)


def _beside(seed: int, size: Size, base: CountedBodies) -> Iterator[tuple[str, Measured, bool]]:
    """Yield what stands beside the base, and whether the formula says something of it."""
    alpha = size.base("alpha")
    for label in ("0", "0.01"):
        yield beside(f"noise {label}"), Measured.of(base, alpha, noise=noise_of(label)), True
    yield beside("a table takes its entries"), Measured.of(base, alpha, table_steps=DOMAIN), True
    planted = _count(seed, size, {"bridge_bits": 0, "world_bits": 0, "brain_bits": 0})
    yield PLANTED, Measured.of(planted, alpha), True
    later = base.census.row_cell[base.world.log.n_training :]
    elsewhere = {
        # What the control lacks is a piece of the world that acts: its actions are read out of the whole.
        CONTROL: of_the_whole(seed, base.world.offer),
        beside("teachers of the learner's prior"): from_programs(seed, base.census, make_prior("simplicity"))[later],
        beside("teachers of circuits"): from_circuits(seed, DOMAIN, ACTIONS),
    }
    for name, actions in elsewhere.items():
        yield name, Measured.of(base.with_targets([int(action) for action in actions]), alpha), False


def _count(seed: int, size: Size, changed: Mapping[str, float], *, beyond: int = 0) -> CountedBodies:
    """Draw the world of a seed with some settings changed, and count it."""
    asked = size.bases | changed
    bits = (int(asked[name]) for name in ("bridge_bits", "world_bits", "brain_bits"))
    return draw_bodies(seed, Bodies(*bits, rounds=int(asked["rounds"]))).count(beyond)


@dataclass(frozen=True, eq=False)
class Measured:
    """The posterior in one world, by kind. Sizes: N training rows.

    Attributes
    ----------
    counted : CountedBodies
    analysis : Analysis
        Of the programs.
    alpha : float
    table_steps : int
        That a table takes.
    log2_kinds : float64[4, N + 1]
        log2 mass of each kind along the log.
    log2_tables : float64[N + 1]
        The same of all tables, on the same scale.
    """

    counted: CountedBodies
    analysis: Analysis
    alpha: float
    table_steps: int
    log2_kinds: NDArray[np.float64]
    log2_tables: NDArray[np.float64]

    @classmethod
    def of(
        cls, counted: CountedBodies, alpha: float, *, noise: NoiseModel = DEFAULT_NOISE, table_steps: int = 1
    ) -> Measured:
        """Ask a counted world, with tables among the hypotheses."""
        prior = make_prior("speed", {"alpha": alpha})
        analysis = Analysis(counted.census, counted.world.log, prior, noise=noise)
        kinds = counted.kinds.log2_masses(analysis.weighed, noise=noise)
        tables = counted.log2_tables(noise) - alpha * math.log2(table_steps) - analysis.weighed.log2_whole
        return cls(counted, analysis, alpha, table_steps, kinds, tables)

    @property
    def margin(self) -> float:
        """The log2 odds of all others over full models after all rows."""
        return self.cell(BASE, 0.0, is_predicted=False).margin

    def cell(
        self, parameter: str, value: float, *, n: int = NONE, is_predicted: bool = True, with_conduct: bool = False
    ) -> Cell:
        """Return the cell after n rows, all of them where n is `NONE`."""
        kinds, tables = self.log2_kinds[:, n], self.log2_tables[n]
        full = kinds[FULL]
        rest = log2_total(np.append(kinds[[OTHER, PLANNER, ALONE]], tables))
        whole = np.logaddexp2(rest, full)
        world = self.counted.world
        facts: dict[str, float | str] = {name: float(np.exp2(kinds[k] - whole)) for k, name in enumerate(KINDS)}
        facts |= {
            "table": float(np.exp2(tables - whole)),
            "alone_over_full": float(log2_odds(kinds[ALONE], full)),
            "planner_over_full": float(log2_odds(kinds[PLANNER], full)),
            "table_over_full": float(log2_odds(tables, full)),
            "full_bits": float(world.price(world.full).length),
            "alone_bits": float(world.price(world.alone).length),
            "planner_bits": float(world.price(world.planner).length),
            "rivals": float(len(world.rivals)),
        }
        facts |= self._conduct() if with_conduct else dict.fromkeys([*TWO_BY_TWO, *CONDUCTS], math.nan)
        predicted = self._predicted(SEEN if n == NONE else n) if is_predicted else math.nan
        return Cell(parameter, value, float(log2_odds(rest, full)), predicted, facts)

    def _conduct(self) -> dict[str, float]:
        """Return what the programs of the posterior do in the end; what tables do is left out."""
        share = np.exp2(self.analysis.posterior.log2_mass)
        conduct = conduct_of(self.counted.census, self.counted.world.log, self.counted.world.goals)
        return conduct.two_by_two(share) | conduct.by_code(share)

    def _predicted(self, n: int) -> float:
        """Return the odds of the cheapest of the three others over the full model; all fit every row."""
        world = self.counted.world

        def cost(price: Price) -> float:
            return price.length + self.alpha * math.log2(price.time)

        # What a table says where nothing was seen costs nothing.
        table = world.table_bits + ACTION_BITS * n + self.alpha * math.log2(self.table_steps)
        others = [cost(world.price(text)) for text in (world.alone, world.planner)]
        return cost(world.price(world.full)) - min(*others, table)


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw who holds the posterior by what a teacher costs, who leads by bridges and rounds, and the odds by price."""
    prices, _ = along(table, SIMPLE_WORLD)
    names = ("table", *KINDS)
    parts = tuple(tuple(float(np.mean(shares)) for shares in along(table, SIMPLE_WORLD, name)[1]) for name in names)
    labels = ("tables", "other programs", "planners", "teacher alone", "full models")
    rounds = [along(table, name) for name in (WITHOUT_BRIDGES, "rounds")]
    odds = tuple(tuple(-quartiles(margins)[1] for margins in found) for _, found in rounds)
    # Rounds are drawn by their logarithm: twice the rounds is one bit where alpha = 1.
    doublings = tuple(math.log2(number) for number in rounds[0][0])
    places, formula = along(table, "bridge_bits", "predicted")
    middle = tuple(quartiles(values)[1] for values in formula)
    by_bridge = Panel(
        x="bits of each bridge",
        y="log2 odds against full models, bits",
        title="what bridges cost",
        series=(
            line_of("all others", *along(table, "bridge_bits")),
            Line("formula", tuple(places), middle, is_dashed=True),
        ),
        marks=(Mark("y", 0.0, ""),),
    )
    return Figure(
        "A full model pays for bridges and rounds, and leads where its world is simple and the teacher is not",
        (
            by_bridge,
            Panel(
                x="log2 rounds",
                y="bits of each bridge",
                series=(Phases(doublings, (0.0, size.base("bridge_bits")), odds, "full models", "all others"),),
                title="bridges and rounds",
            ),
            Panel(
                x="bits that name a teacher or its payoffs",
                y="mean share of the posterior",
                series=(Areas(tuple(prices), labels, parts),),
                title="one world and one bridge, not named",
                y_range=(0.0, 1.0),
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say who leads, what bridges and rounds cost, and where full models lead."""
    n, table = findings.size.n_worlds, findings.table
    names = {"full": "full models", "alone": "models of the teacher alone", "planner": "planners", "table": "tables"}
    shares = ", ".join(f"{text} {percent_text(mean_at_base(table, name))}" for name, text in names.items())
    dearest = SIMPLE_BITS[-1]
    simple = table[(table["parameter"] == SIMPLE_WORLD) & (table["value"] == dearest)]
    free = findings.size.values("alpha")[0]
    most = findings.size.values("rounds")[-1]
    lost = worlds_text(float((simple["margin"] > 0).mean()), n)
    return (
        f"Full models lose in {worlds_text(findings.share, n)}, by {bits_text(findings.median())} in the median: they "
        f"take {findings.median('full_bits'):g} bits, where a model of the teacher alone takes "
        f"{findings.median('alone_bits'):g} and a planner {findings.median('planner_bits'):g}. Mean shares of the "
        f"posterior are {shares}. The odds against full models are "
        f"{bits_text(findings.median('margin', 'alpha', free))} where time is free and "
        f"{bits_text(findings.median('margin', 'rounds', most))} with {most:g} rounds. Where there is one world with "
        f"one bridge, but a teacher and its payoffs take {dearest:g} bits each to name, full models lose in {lost} "
        f"({bits_text(findings.median('margin', SIMPLE_WORLD, dearest))})."
    )


CLAIM = Claim(
    name="bridge-rules",
    argument="A full model of the world in which the teacher is one piece costs bridge bits and too much compute, so "
    "that it loses to who imitates or plans.",
    worlds="Bodies, drawn; one of them is the teacher's. A body has a world whose state packs the teacher's with that "
    "of all else, an encoding of what is seen, a read-out, the teacher's own law without bridges, and payoffs by which "
    "its actions are best; the log shows all of sixteen situations but one, once each. Programs may name any law and "
    "any bridge, in a language that is drawn too. Tables of all situations compete at any length.",
    given="All laws and bridges are supplied as tables, each at the bits that name it among its family.",
    measured="A full model is a program whose actions change when the encoding is replaced; a model of the teacher "
    "alone changes when the teacher's own law is; a planner searches and is neither. The state of a world is a number "
    "below sixteen that packs four states of the teacher with four of all else, in an order of its own.",
    untested="Worlds that are much larger than the teacher, and bridges that have to be built rather than named. The "
    "teacher's own law and its payoffs are given at prices of their own; whether brains are dearer than physics is "
    "what the prices say, and is swept, not settled.",
    margin="log2 odds of all others, tables among them, over full models after all rows, in bits",
    rule=BY_SIGN,
    formula="bits and alpha*log2 steps of the full model, less those of the cheapest of the teacher alone, the planner "
    "and a table of what was seen",
    sizes={
        "small": _size(4, 0, (2.0, 3.0), (0.0, 1.0)),
        "default": _size(32, 2, (1.0, 3.0, 5.0), (0.0, 1.0)),
        "large": _size(96, 3, (1.0, 3.0, 5.0, 7.0), (0.0, 1.0, 2.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(UNIVERSAL_PRIOR,),
    prior_work=(PHENOMENOLOGICAL_BRIDGES, SPEED_PRIORS),
    edition=2,
    changed="The simulator models a world that holds the teacher and more, a model of the teacher alone competes with "
    "it, and all laws and bridges come from families at a fair price.",
)
