"""Bridge rules: a full model of the teacher pays for its bridges to inputs and actions, and for every round it runs.

In each world a process encodes the situation, runs some rounds, and is read out as the teacher's action; a law of
payoffs explains the same actions by a search. Simulators are the programs whose actions change under an intervention
that replaces the encoding.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.logspace import log2_odds, log2_total
from mesaprior.inference.claims.asking import ENTRY_BITS, TABLE_BITS, bound_cells, last_bounds, price_of, up_to
from mesaprior.inference.claims.claim import (
    BASE,
    Cell,
    Claim,
    Findings,
    Parameter,
    Size,
    WorldStudy,
    along,
    jitter_of,
    mean_at_base,
)
from mesaprior.inference.claims.kinds import kinds_of
from mesaprior.inference.claims.phrases import bits_text, percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Areas, Figure, Panel, Phases, quartiles
from mesaprior.inference.memorizer.memorizer import memorizer_over
from mesaprior.inference.worlds.world import World
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

IMITATOR, PLANNER, SIMULATOR = range(3)
"""Kinds of programs: neither searching nor simulating, searching, and simulating (searching or not)."""

KINDS = ("imitator", "planner", "simulator")

WORLD_SETTINGS = ("bridge_bits", "tick_steps", "rounds", "pay_bits")
"""Parameters of the claim that are settings of the world."""

PHASE_PAY_BITS = 12.0
"""Bits of the law of payoffs in the phase diagram: there a planner and a simulator cost the same."""


def _size(n_worlds: int, max_bits: int, *, is_whole: bool = True) -> Size:
    def values(*whole: float, base: float) -> tuple[float, ...]:
        return whole if is_whole else tuple(value for value in whole if value in (base, whole[-1], whole[0]))

    return Size(
        n_worlds=n_worlds,
        max_bits=max_bits,
        parameters=(
            Parameter("bridge_bits", 4, values(4, 5, 6, base=4), "bits of the encoding, and of the reading"),
            Parameter("tick_steps", 1, values(1, 8, 64, base=1), "steps of one round of the process"),
            Parameter("rounds", 4, values(1, 4, 16, base=4), "rounds of the process"),
            Parameter("pay_bits", 4, values(4, 8, 12, 16, base=4), "bits of the law of payoffs that planners call"),
            Parameter(
                "alpha", 1, values(0, 0.5, 1, 2, base=1), "exponent of time in the prior 2**-length * time**-alpha"
            ),
            Parameter("rows", 15, values(0, 4, 8, 12, 15, base=15), "training rows, each of another situation"),
        ),
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count a world for each price and number of rounds of its process, and find the simulators by the intervention."""
    asked = size.bases
    counted = _count(seed, size, asked)
    cells = counted.cells(BASE, 0.0, asked["alpha"], (size.base("rows"),))
    prefixes = size.values("rows")
    along_log = counted.cells("rows", 0.0, asked["alpha"], prefixes)
    cells += [replace(cell, value=rows) for rows, cell in zip(prefixes, along_log, strict=True)]
    for alpha in size.values("alpha"):
        if alpha != asked["alpha"]:
            cells += counted.cells("alpha", alpha, alpha, (size.base("rows"),))
    for name in WORLD_SETTINGS:
        for value in size.values(name):
            if value != size.base(name):
                other = _count(seed, size, asked | {name: value})
                cells += other.cells(name, value, asked["alpha"], (size.base("rows"),))
    for bridge in size.values("bridge_bits"):
        for steps in size.values("tick_steps"):
            settings = {"bridge_bits": bridge, "tick_steps": steps, "pay_bits": PHASE_PAY_BITS}
            other = _count(seed, size, asked | settings)
            cells += other.cells(_phase(bridge), steps, asked["alpha"], (size.base("rows"),))
    bounds = last_bounds(counted.census)
    margins: list[tuple[float, float]] = []
    for bound in bounds:
        shorter = replace(counted, census=up_to(counted.census, bound))
        margins.append((bound, shorter.cells(BASE, 0.0, asked["alpha"], (size.base("rows"),))[0].margin))
    return WorldStudy(cells + bound_cells(margins, dict.fromkeys(cells[0].facts, math.nan)), counted.world.given)


def _phase(bridge: float) -> str:
    """Return the name of the series along the steps of a round, where payoffs and bridges have their prices."""
    return f"tick_steps, pay {PHASE_PAY_BITS:g} bits, bridges {bridge:g} bits"


@dataclass(frozen=True, eq=False)
class BridgeWorld:
    """A world and the census of it."""

    world: World
    census: Census

    def cells(self, parameter: str, value: float, alpha: float, prefixes: tuple[float, ...]) -> list[Cell]:
        """Return the posterior mass of each kind after some training rows."""
        census, log = self.census, self.world.log
        asked = Analysis(census, log, make_prior("speed", {"alpha": alpha}))
        simulates = (census.changes["recode_train"] > 0) | (census.changes["recode_later"] > 0)
        searches = census.flags[:, :2].any(axis=1)
        kind = np.where(simulates, SIMULATOR, np.where(searches, PLANNER, IMITATOR)).astype(np.int64)
        masses = kinds_of(census, log, kind, len(KINDS)).log2_masses(asked.weighed)
        tables = asked.memorizer(memorizer_over(["s"], log, census.n_actions, token_bits=TABLE_BITS))
        by_heart = log2_total(masses) + tables.log2_odds
        masses[IMITATOR] = np.logaddexp2(masses[IMITATOR], by_heart)
        odds = log2_odds(np.logaddexp2(masses[IMITATOR], masses[PLANNER]), masses[SIMULATOR])
        shares = np.exp2(masses - log2_total(masses))
        return [
            Cell(
                parameter,
                value,
                float(odds[int(n)]),
                self._predicted(alpha, int(n)),
                {name: float(shares[k, int(n)]) for k, name in enumerate(KINDS)},
            )
            for n in prefixes
        ]

    def _predicted(self, alpha: float, n: int) -> float:
        """Return the odds of the cheaper of planner and table over the simulator; all fit every row."""
        planner, simulator = (
            price_of(entry.text, self.world.language, self.world.log) for entry in self.world.programs
        )
        seen = len(np.unique(self.world.log.row_situation[:n]))
        costs = (planner.length + alpha * math.log2(planner.time), float(TABLE_BITS + ENTRY_BITS * seen))
        return simulator.length + alpha * math.log2(simulator.time) - min(costs)


def _count(seed: int, size: Size, asked: Mapping[str, float]) -> BridgeWorld:
    """Draw the world of a seed with these settings, and count it."""
    settings = {name: int(asked[name]) for name in WORLD_SETTINGS}
    n_rows = int(size.base("rows"))
    world = make_world("bridge", seed=seed, seen=n_rows, rows=n_rows, jitter=jitter_of(seed), **settings)
    return BridgeWorld(world, obtain(TermSpace(world.language, size.max_bits), world.log, workers=1))


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the posterior along the price of the law, and the leading kind by bridge bits and steps of a round."""
    prices, _ = along(table, "pay_bits")
    parts = tuple(tuple(float(np.mean(masses)) for masses in along(table, "pay_bits", name)[1]) for name in KINDS)
    bridges = size.values("bridge_bits")
    grid = [along(table, _phase(bridge)) for bridge in bridges]
    odds = tuple(tuple(-quartiles(margins)[1] for margins in found) for _, found in grid)
    # Steps are drawn by their logarithm: twice the steps is one bit where alpha = 1.
    steps = tuple(math.log2(step) for step in grid[0][0])
    return Figure(
        "Simulating the teacher pays for bridges and rounds; who leads goes by the price of the law that planners call",
        (
            Panel("bits of the law of payoffs", "mean share of the posterior", (Areas(tuple(prices), KINDS, parts),)),
            Panel(
                x="log2 steps of a round",
                y="bits of each bridge",
                series=(Phases(steps, bridges, odds, "simulators", "others"),),
                title=f"law of payoffs at {PHASE_PAY_BITS:g} bits",
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say which kind leads, and what flips the lead."""
    shares = ", ".join(f"{name}s {percent_text(mean_at_base(findings.table, name))}" for name in KINDS)
    dearest = findings.size.values("pay_bits")[-1]
    free = findings.size.values("alpha")[0]
    return (
        f"Simulators lose in {worlds_text(findings.share, findings.size.n_worlds)}; mean shares are {shares}. The "
        f"median odds against them are {bits_text(findings.median())}, "
        f"{bits_text(findings.median('margin', 'alpha', free))} where time is free, and "
        f"{bits_text(findings.median('margin', 'pay_bits', dearest))} where the law of payoffs takes {dearest:g} bits."
    )


CLAIM = Claim(
    name="bridge-rules",
    argument="A full model of the world in which the teacher is one piece costs bridge bits and too much compute, so "
    "that it loses to who imitates or plans.",
    worlds="A process that encodes what is seen, runs some rounds and is read out, and a law of payoffs that explains "
    "the same actions; each situation but one is seen once. All tables by heart compete beside the programs.",
    given="The process, its bridges and the law of payoffs are supplied as tables; the prices of the bridges and of "
    "the law are swept.",
    untested=(
        "Full models of a real world: one process of a few rounds stands for it, and its bridges are tables at a "
        "price, not found by the learner."
    ),
    margin="log2 odds of imitators and planners over simulators after all rows, in bits; simulators are the programs "
    "that change with the encoding",
    rule=BY_SHARE,
    formula="bits and alpha*log2 steps of the simulator, less those of the cheaper of the planner and a table of what "
    "was seen",
    sizes={
        "small": _size(5, 26, is_whole=False),
        "default": _size(32, 28),
        "large": _size(96, 32),
    },
    study=study,
    draw=draw,
    tell=tell,
)
