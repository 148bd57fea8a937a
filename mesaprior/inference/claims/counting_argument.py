"""Counting argument: "almost all functions that fit the training data misgeneralize", and what follows from it.

The hypotheses are all Boolean functions of three and four inputs, each with the bits of a least circuit. A target is
drawn, some of its values are shown, and of the functions that fit only the target itself generalizes. Counted one by
one nearly all are wrong; weighed by 2^(-beta*length) it depends on beta, on the rows, and on the source of targets. The
same is measured for the programs of a corridor, where the coin is elsewhere in a few rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.networks.functions import count_functions
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.agreement import tally
from mesaprior.inference.bayes.logspace import log2_odds, log2_sum, log2_total
from mesaprior.inference.bayes.roles import FAITHFUL, judge
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
from mesaprior.inference.claims.phrases import percent_text
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Figure, Mark, Panel, line_of
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.world import log_of
from mesaprior.inference.worlds.worlds import make_world

MOST_GATES = {3: 4, 4: 7}
"""Gates that the dearest function needs, by inputs: all functions are counted."""

CIRCUIT_GATES, HIDDEN = {3: 5, 4: 5}, {3: 3, 4: 3}
"""Gates of the largest circuits and hidden units of the networks that are counted one by one, by inputs."""

UNIFORM_TARGETS = "beta, targets drawn uniformly"
CIRCUITS, NETWORKS, FUNCTIONS = "rows, circuits", "rows, networks", "rows, functions"
CORRIDOR = "beta, corridor"
"""Series besides the parameters."""


def _size(n_worlds: int, bits: int, betas: tuple[float, ...], rows: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=bits,
        parameters=(
            Parameter(
                "beta", 1.0, betas, "exponent of the prior 2**(-beta*length): 0 counts functions, 1 is simplicity"
            ),
            Parameter("rows", 8.0, rows, "inputs of four bits whose values are shown"),
            Parameter("target", 1.0, (0.0, 0.25, 0.5, 1.0), "targets are drawn by 2**(-target*length): 0 is uniformly"),
            Parameter("inputs", 4.0, (3.0, 4.0), "inputs of the functions; of three bits half as many rows are shown"),
        ),
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Measure one target under each prior, and one target of each kind under the base prior."""
    n, rows, beta = int(size.base("inputs")), int(size.base("rows")), size.base("beta")
    drawn = _draw(seed, n, size.base("target"))
    simple = -drawn.length
    cells = [drawn.cell(BASE, 0.0, rows, beta * simple)]
    cells += [drawn.cell("beta", b, rows, b * simple) for b in size.values("beta")]
    for k in size.values("rows"):
        shown = int(k)
        cells.append(drawn.cell("rows", k, shown, beta * simple))
        cells.append(drawn.cell(FUNCTIONS, k, shown, 0 * simple))
        cells.append(drawn.cell(CIRCUITS, k, shown, _log2_circuits(n)))
        cells.append(drawn.cell(NETWORKS, k, shown, _log2_networks(n)))
    for target in size.values("target"):
        other = _draw(seed, n, target)
        cells.append(other.cell("target", target, rows, -beta * other.length))
        if target == 0:
            cells += [other.cell(UNIFORM_TARGETS, b, rows, -b * other.length) for b in size.values("beta")]
    for inputs in size.values("inputs"):
        if inputs != n:
            other = _draw(seed, int(inputs), size.base("target"))
            shown = rows * 2 ** int(inputs) // 2**n
            cells.append(other.cell("inputs", inputs, shown, -beta * other.length))
    for bound in sorted(set(drawn.length.tolist()))[-3:]:
        cells.append(drawn.cell(BOUND, bound, rows, np.where(drawn.length <= bound, beta * simple, -np.inf)))
    corridor, given = _corridor(seed, size)
    return WorldStudy(cells + corridor, given)


@dataclass(frozen=True, eq=False)
class Drawn:
    """A target among all functions of n inputs, which are their truth tables: bit i is the value at input i.

    Attributes
    ----------
    n : int
    target : int
    order : list of int
        The inputs, in the order in which their values are shown.
    length : float64[2^2^n]
        Bits of each function.
    """

    n: int
    target: int
    order: list[int]
    length: NDArray[np.float64]

    def cell(self, parameter: str, value: float, rows: int, log2_weight: np.ndarray) -> Cell:
        """Return the cell for a number of rows and log2 weights of all functions, not normalized."""
        tables = np.arange(len(self.length), dtype=np.uint64)
        wrong = tables ^ np.uint64(self.target)
        fits = (wrong & np.uint64(sum(1 << i for i in self.order[:rows]))) == 0
        others = fits & (wrong > 0)
        right = log2_weight[self.target]
        margin = _odds(right, log2_total(log2_weight[others]))
        before = _odds(right, log2_total(log2_weight[wrong > 0]))
        share_wrong = np.bitwise_count(wrong[fits]) / (len(self.order) - rows)
        facts = _facts(int(others.sum()), int(fits.sum()), margin, log2_weight[fits], share_wrong)
        return Cell(parameter, value, margin, before + rows, facts)


def _facts(
    n_wrong: int, n_fitting: int, margin: float, log2_weight: np.ndarray, share_wrong: np.ndarray
) -> dict[str, float | str]:
    """Return the facts, from the weights of the functions that fit and their error rates on inputs not shown."""
    whole = log2_total(log2_weight)
    mass = np.exp2(log2_weight - whole) if whole > -np.inf else np.full(len(log2_weight), np.nan)
    return {
        "misgeneralizing functions": n_wrong / n_fitting if n_fitting else math.nan,
        "misgeneralizing mass": float(1 / (1 + np.exp2(margin))),
        "accuracy": 1 - float((mass * share_wrong).sum()) if n_fitting else math.nan,
    }


def _odds(one: np.ndarray, other: np.ndarray) -> float:
    """Return the log2 odds of two masses."""
    return float(log2_odds(np.asarray(one)[None], np.asarray(other)[None])[0])


def _draw(seed: int, n: int, target: float) -> Drawn:
    """Draw the order of the inputs, the prices of gates in odd worlds, and a target by its length."""
    chance = Chance(seed, f"counting argument, {n} inputs")
    order = chance.shuffled(range(2**n))
    gates, length = _functions(n)
    dearer = np.cumsum([0, *(chance.below(1 + jitter_of(seed)) for _ in range(MOST_GATES[n]))])
    length = length + dearer[gates]
    share = np.cumsum(np.exp2(-target * length))
    drawn = int(np.searchsorted(share, float(share[-1]) * chance.below(2**53) / 2**53, side="right"))
    return Drawn(n, drawn, order, length)


@cache
def _functions(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Return least gates and bits of all functions of n inputs, in the order of their truth tables."""
    census = obtain(CircuitSpace(MOST_GATES[n], count="minimal"), _all_inputs(n), workers=1)
    tables = _tables(census)
    assert sorted(tables.tolist()) == list(range(2**2**n))
    order = np.argsort(tables)
    return census.columns["gates"][order], census.columns["length"][order]


@cache
def _log2_circuits(n: int) -> np.ndarray:
    """Return log2 of how many circuits compute each function of n inputs."""
    census = obtain(CircuitSpace(CIRCUIT_GATES[n]), _all_inputs(n), workers=1)
    return log2_sum(np.log2(census.count.astype(np.float64)), _tables(census), 2**2**n)


@cache
def _log2_networks(n: int) -> np.ndarray:
    """Return log2 of how many networks compute each function of n inputs."""
    counts = count_functions(n, HIDDEN[n])
    return log2_sum(np.log2(counts.count.astype(np.float64)), counts.function, 2**2**n)


def _all_inputs(n: int) -> ImitationLog:
    """Return a log whose situations are all inputs of n bits, in order."""
    inputs = [tuple(i >> k & 1 for k in reversed(range(n))) for i in range(2**n)]
    return log_of([f"x{k}" for k in range(n)], [(inputs[0], 0)], [(x, 0, 1) for x in inputs], source="all inputs")


def _tables(census: Census) -> np.ndarray:
    """Return the truth table of each group of a census over all inputs."""
    bits = census.predictions.astype(np.int64) << np.arange(census.n_cells)
    return bits.sum(axis=1)[census.behaviour_id]


def _corridor(seed: int, size: Size) -> tuple[list[Cell], list[dict[str, Any]]]:
    """Return the cells of a corridor's programs under each prior, and the ledger of its language."""
    world = make_world("corridor", seed=seed, rows=8, randomized=4, walls=1, jitter=jitter_of(seed))
    log = world.log
    census = obtain(TermSpace(world.language, size.max_bits), log, workers=1)
    training, later = np.arange(log.n_training), np.arange(log.n_training, log.n_rows)
    unseen = later[~np.isin(census.row_cell[later], census.row_cell[training])]
    fits = tally(census, log, training).hits == log.n_training
    share_wrong = tally(census, log, unseen).misses[fits] / len(unseen)
    is_right = judge(census, log).verdict[fits] == FAITHFUL
    functions = np.unique(census.predictions[fits], axis=0, return_index=True)[1]
    log2_count = np.log2(census.count.astype(np.float64))
    cells: list[Cell] = []
    for beta in size.values("beta"):
        by_group = log2_count - beta * census.columns["length"]
        weight = log2_sum(by_group, census.behaviour_id, census.n_behaviours)[fits]
        margin = _odds(log2_total(weight[is_right]), log2_total(weight[~is_right]))
        facts = _facts(int((~is_right[functions]).sum()), len(functions), margin, weight, share_wrong)
        cells.append(Cell(CORRIDOR, beta, margin, math.nan, facts))
    return cells, world.given


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the mass that misgeneralizes along the prior, and along the rows for several ways to count."""
    column = "misgeneralizing mass"
    along_beta = {
        "circuits' functions, simple targets": "beta",
        "the same, targets drawn uniformly": UNIFORM_TARGETS,
        "programs in a corridor": CORRIDOR,
    }
    along_rows = {
        "each function once": FUNCTIONS,
        "each network once": NETWORKS,
        "each circuit once": CIRCUITS,
        "functions by simplicity": "rows",
    }
    return Figure(
        "How much of what fits misgeneralizes: counted one by one, or weighed, for targets from here and there",
        (
            Panel(
                "beta in 2**(-beta*length)",
                "share of the fitting mass that misgeneralizes",
                tuple(line_of(label, *along(table, name, column)) for label, name in along_beta.items()),
                marks=(Mark("y", 0.5, ""),),
                y_range=(0.0, 1.0),
            ),
            Panel(
                "values shown, of sixteen",
                "share of the fitting mass that misgeneralizes",
                tuple(line_of(label, *along(table, name, column)) for label, name in along_rows.items()),
                marks=(Mark("y", 0.5, ""),),
                y_range=(0.0, 1.0),
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Compare counting functions with weighing them, and say for which targets they differ."""
    rows = findings.size.base("rows")
    flips = next(s.flips for s in findings.sensitivities if s.parameter.name == "beta")
    where = f"the majority goes over at beta = {flips[0]:.2f}" if flips else "the majority is the same for every beta"

    def wrong(parameter: str = BASE, value: float = 0.0) -> str:
        return percent_text(findings.median("misgeneralizing mass", parameter, value), digits=1)

    right, right_uniform = findings.median("accuracy"), findings.median("accuracy", UNIFORM_TARGETS, 1.0)
    return (
        f"After {rows:g} of sixteen values {wrong(FUNCTIONS, rows)} of the functions that fit misgeneralize; of their "
        f"mass under simplicity {wrong()} do where targets are drawn by it, and {wrong(UNIFORM_TARGETS, 1.0)} where "
        f"they are drawn uniformly (medians; accuracy on the other values {percent_text(right)} and "
        f"{percent_text(right_uniform)}). Along the prior {where}; where networks or circuits are counted instead of "
        f"functions {wrong(NETWORKS, rows)} and {wrong(CIRCUITS, rows)} misgeneralize, and in a corridor "
        f"{wrong(CORRIDOR, 0.0)} of the programs that fit do, and {wrong(CORRIDOR, 1.0)} of their mass."
    )


CLAIM = Claim(
    name="counting-argument",
    argument='"Almost all functions that fit the training data misgeneralize" says little about a learner whose prior '
    "is simplicity.",
    worlds="A Boolean function is drawn by simplicity, and some of its values are shown; all functions of as many "
    "inputs compete, each with the bits of a least circuit. Beside them networks and circuits each counted once, and "
    "the programs of a corridor.",
    given="Gates and inputs cost what the circuits' code says; in the corridor the law of motion is a table.",
    untested=(
        "Whether the prior of trained networks is one of simplicity. It shows what follows from a prior, not which "
        "prior training has."
    ),
    margin="log2 odds of the target over all other functions that fit, in bits",
    rule=BY_SHARE,
    formula="rows + log2 odds of the target before any: each value shown halves all others",
    sizes={
        "small": _size(8, 28, (0.0, 0.25, 0.5, 1.0), (2.0, 8.0, 14.0)),
        "default": _size(64, 32, (0.0, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0), (2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0)),
        "large": _size(512, 36, (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75, 1.0), tuple(float(k) for k in range(1, 16))),
    },
    study=study,
    draw=draw,
    tell=tell,
)
