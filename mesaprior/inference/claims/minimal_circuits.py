"""Minimal circuits: whether the smallest circuit that fits is free of daemons, counted over all partial functions.

An input is two payoff bits and two context bits; a utility says what each of two goods is worth in a context. A partial
function leaves a few inputs open. Of its completions the smallest circuit takes one of the least, and a daemon is one
that is best for a utility other than what made the function. Four inputs have 65,536 functions, so the table of their
least gates is complete, and so is the count: for every partial function, every one that could have made it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.inference.claims.asking import bound_cells
from mesaprior.inference.claims.boolean_spaces import (
    SIZES_OF_INPUTS,
    Terms,
    depths_of,
    formulas_of,
    gates_of,
    generators,
    prior_of_circuits,
    terms_of,
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
    at_base,
    beside,
)
from mesaprior.inference.claims.completions import Least, Openings, Posterior, Weighing, expected_share, openings
from mesaprior.inference.claims.daemons import Anyone, Counts, Goals, Made, count_daemons, together
from mesaprior.inference.claims.five_inputs import LeastOfFive
from mesaprior.inference.claims.frame.conduct import TWO_BY_TWO
from mesaprior.inference.claims.phrases import bits_text, percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SIGN, CONFIDENCE_Z
from mesaprior.inference.claims.sources import MESA, MINIMAL_CIRCUITS, MINIMAL_DECEPTIVE
from mesaprior.inference.claims.utilities import Inputs, Utilities, draw_utilities, inputs_of, inputs_of_sizes, renamed
from mesaprior.inference.figures.figure import Figure, Line, Mark, Panel, line_of

INPUTS, MOST_OPEN = 4, 4

GATE_BOUNDS = (5, 6, 7)
"""Gates up to which circuits are known, for the cells at shorter bounds; no function of four inputs needs more."""

MANY_WORLDS = 128
"""From this number of worlds on, circuits of five inputs are asked too: finding those of eight gates takes long."""

FIVE_GATES, FIVE_OPEN = 8, 2

MADE = beside("rows made by a utility, against as many goal-free completions")
SHAPE = beside("rows made by a utility, against goal-free functions of the same shape")
FORMULA, DEPTH, TERMS = beside("least formula"), beside("least depth"), beside("shortest program, utilities as tokens")
GENERATORS = beside("shortest generator, inputs of 2 and 3 bits")
FIVE = beside("rows made by a utility, 5 inputs of which up to 2 are open, against as many goal-free completions")


def _size(n_worlds: int, law_bits: tuple[float, ...], slack: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=0,
        parameters=(
            Parameter("open", float(MOST_OPEN), (1.0, 2.0, 3.0, 4.0), "inputs of sixteen that may be open, at most"),
            Parameter("law_bits", 6.0, law_bits, "b: the family has 2^b utilities, and naming one costs b bits"),
            Parameter("lawless", 0.0, (0.0, 4.0, 8.0, 16.0), "inputs in which a utility pays by no worth of goods"),
            Parameter("slack", 0.0, slack, "gates more that halve the weight of a completion; 0 where the least count"),
            Parameter("inputs", float(INPUTS), (3.0, 4.0), "bits of an input, two of them payoffs"),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Draw a family, and count the daemons in every space, with other families, inputs and weights."""
    law_bits = int(size.base("law_bits"))
    here = _asking(seed, INPUTS, law_bits)
    gates = gates_of(INPUTS)
    base = here.ask(Least(gates))
    terms = terms_of(seed, here.family, law_bits, size.max_bits)
    by_terms = here.ask(Least(terms.cost), _mechanisms(terms, here.family.inputs))
    cells = [base.cell(BASE, 0.0, costs=gates, searching=by_terms.two_by_two)]
    cells += [base.up_to(int(k)).cell("open", k, costs=gates) for k in size.values("open") if k != MOST_OPEN]
    for name, value in size.departures():
        if name != "open":
            cells.append(_departing(seed, law_bits, name, value))
    control = _asking(seed, INPUTS, law_bits, lawless=2**INPUTS).ask(Least(gates))
    cells += [control.cell(CONTROL, 0.0, costs=gates), base.cell(PLANTED, 0.0, base.planted_margin)]
    cells += [base.cell(MADE, 0.0, base.made_margin), base.cell(SHAPE, 0.0, base.shape_margin)]
    others = ((FORMULA, formulas_of(INPUTS)), (DEPTH, depths_of(INPUTS)))
    cells += [here.ask(Least(costs)).cell(name, 0.0, costs=costs) for name, costs in others]
    cells.append(by_terms.cell(TERMS, 0.0, costs=terms.cost, searching=by_terms.two_by_two))
    for eps in (0.0, 0.01):
        cells.append(here.ask(_posterior(eps)).cell(beside(f"noise {eps:g}"), 0.0))
    cells.append(_over_sizes(seed, law_bits).cell(GENERATORS, 0.0))
    if size.n_worlds >= MANY_WORLDS:
        five = _asking(seed, 5, law_bits, most_open=FIVE_OPEN).ask(LeastOfFive(FIVE_GATES), {})
        cells.append(five.cell(FIVE, 0.0, five.made_margin))
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    bounds = [(float(bound), here.ask(_least_up_to(bound)).margin) for bound in GATE_BOUNDS]
    return WorldStudy([*cells, *bound_cells(bounds, none)], terms.given)


def _departing(seed: int, law_bits: int, name: str, value: float) -> Cell:
    """Measure the least gates with one parameter changed."""
    if name == "slack":
        return _asking(seed, INPUTS, law_bits).ask(_weighed_by_gates(value)).cell(name, value)
    n_bits = int(value) if name == "inputs" else INPUTS
    lawless = int(value) if name == "lawless" else 0
    asking = _asking(seed, n_bits, int(value) if name == "law_bits" else law_bits, lawless=lawless)
    costs = gates_of(n_bits)
    return asking.ask(Least(costs)).cell(name, value, costs=costs)


@cache
def _openings(may_be_open: range, most: int) -> Openings:
    return openings(may_be_open, most)


@cache
def _least_up_to(max_gates: int) -> Least:
    gates = gates_of(INPUTS)
    return Least(np.where(gates <= max_gates, gates, np.inf))


@cache
def _weighed_by_gates(slack: float) -> Posterior:
    return Posterior(np.exp2(-gates_of(INPUTS) / slack))


@cache
def _posterior(eps: float) -> Posterior:
    return Posterior(prior_of_circuits(INPUTS), eps)


@cache
def _following(n_bits: int) -> dict[str, NDArray[np.float64]]:
    every = np.arange(1 << (1 << n_bits), dtype=np.int64)
    return {"following": inputs_of(n_bits).follows(every).astype(np.float64)}


def _mechanisms(terms: Terms, inputs: Inputs) -> dict[str, NDArray[np.float64]]:
    """Return what part of each function's shortest programs searches or not, and acts for some utility or not."""
    agent = inputs.serves(np.arange(len(terms.cost), dtype=np.int64)).astype(np.float64)
    parts = (terms.searches * agent, terms.searches * (1 - agent), (1 - terms.searches) * agent)
    shares = dict(zip(TWO_BY_TWO, parts, strict=False))
    return shares | {"neither": (1 - terms.searches) * (1 - agent)} | _following(INPUTS)


def _asking(seed: int, n_bits: int, law_bits: int, *, lawless: int = 0, most_open: int = MOST_OPEN) -> Asking:
    """Draw the family of a world."""
    inputs = inputs_of(n_bits)
    family = draw_utilities(seed, inputs, law_bits, lawless=lawless)
    alike = renamed(family.goals, n_bits)
    goals = Goals(inputs, family.goals, alike[~inputs.serves(alike) & ~np.isin(alike, family.goals)])
    return Asking(family, goals, _openings(range(2**n_bits), most_open))


def _over_sizes(seed: int, law_bits: int) -> Measured:
    """Ask generators: all inputs of the smaller size are fixed, and some of the larger one are open."""
    log, bits = generators()
    inputs = inputs_of_sizes(log.situations)
    family = draw_utilities(seed, inputs, law_bits)
    first = 2 ** SIZES_OF_INPUTS[0]
    at = _openings(range(first, len(log.situations)), MOST_OPEN)
    return Asking(family, Goals(inputs, family.goals, np.array([], dtype=np.int64)), at).ask(Least(bits), {})


@dataclass(frozen=True, eq=False)
class Asking:
    """A family and the partial functions that are asked."""

    family: Utilities
    goals: Goals
    at: Openings

    def ask(self, weighing: Weighing, traits: Mapping[str, NDArray[np.float64]] | None = None) -> Measured:
        """Count what is taken of all completions; by default with who follows an exchange of payoffs."""
        n_bits = len(self.goals.inputs.context).bit_length() - 1
        asked = _following(n_bits) if traits is None else traits
        return Measured(self.goals, self.at, count_daemons(weighing, self.goals, self.at, asked))


@dataclass(frozen=True, eq=False)
class Measured:
    """What was counted, for k = 1, 2, ... open inputs."""

    goals: Goals
    at: Openings
    counts: list[Counts]

    @property
    def anyone(self) -> Anyone:
        """Over all partial functions, whoever made them."""
        return together([counts.anyone for counts in self.counts])

    @property
    def made(self) -> Made:
        """Over those that a goal made."""
        return together([counts.made for counts in self.counts])

    @property
    def margin(self) -> float:
        """How many times rarer daemons are than as many random functions, in bits."""
        return log2_ratio(self.anyone.at_random, self.anyone.daemons)

    @property
    def made_margin(self) -> float:
        """How many times less other goals are taken than as many goal-free completions, of rows that a goal made."""
        return log2_ratio(self.made.as_many, self.made.compared)

    @property
    def shape_margin(self) -> float:
        """The same against completions that are goals with bits renamed."""
        made = self.made
        return log2_ratio(made.alike_share * made.rivals, made.rival * made.alike)

    @property
    def planted_margin(self) -> float:
        """The same with one rival drawn until it agrees with the rows, and one goal-free completion."""
        return log2_ratio(self.made.drawn_free, self.made.drawn)

    @property
    def two_by_two(self) -> dict[str, float]:
        """What is taken of what goals make, by mechanism and behaviour."""
        return {name: self._trait(name) for name in TWO_BY_TWO}

    def up_to(self, most_open: int) -> Measured:
        """Return the same with fewer inputs open."""
        return Measured(self.goals, self.at, self.counts[:most_open])

    def cell(
        self,
        parameter: str,
        value: float,
        margin: float | None = None,
        *,
        costs: NDArray[np.float64] | None = None,
        searching: Mapping[str, float] | None = None,
    ) -> Cell:
        """Return the cell, with the margin over all partial functions where no other is given."""
        anyone, made = self.anyone, self.made
        rate, chance = anyone.daemons / anyone.partial, anyone.at_random / anyone.partial
        facts: dict[str, float | str] = {
            "goals": float(len(self.goals.best)),
            "partial_functions": anyone.partial,
            "rate": rate,
            "chance": chance,
            "surplus": rate - chance,
            "faithful": made.faithful / made.partial,
            "rival": made.rival / made.partial,
            "other_goal": made.other_goal / made.partial,
            "erring": made.free / made.partial,
            "rivals": made.rivals / made.partial,
            "following": self._trait("following"),
        }
        facts |= dict.fromkeys(TWO_BY_TWO, math.nan) if searching is None else searching
        predicted = math.nan if costs is None else self._predicted(costs)
        return Cell(parameter, value, self.margin if margin is None else margin, predicted, facts)

    def _trait(self, name: str) -> float:
        """Return the mean of a trait over what is taken of what goals make; nan where it was not asked."""
        return sum(counts.traits.get(name, math.nan) for counts in self.counts) / self.made.partial

    def _predicted(self, costs: NDArray[np.float64]) -> float:
        """Return the margin if all completions but the one that is asked about were random functions."""
        goals, n_goals = np.unique(costs[self.goals.best], return_counts=True)
        daemons = 0.0
        for fills in self.at.fills[: len(self.counts)]:
            n_choices, n_completions = fills.shape
            shares = [expected_share(cost, costs, n_completions) for cost in goals.tolist()]
            daemons += n_choices * (1 - 1 / n_completions) * float(n_goals @ np.array(shares))
        return log2_ratio(self.anyone.at_random, daemons)


def log2_ratio(one: float, other: float) -> float:
    """Return log2 of a ratio of two numbers of at least 0; infinite where one of them is 0, nan where both are."""
    if one == 0 or other == 0:
        return math.nan if one == other else math.inf if one else -math.inf
    return math.log2(one / other)


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw how often daemons are taken beside chance, and what turns it."""
    n_open, chance = along(table, "open", "chance")
    rate = line_of("goals", *along(table, "open", "rate"))
    random = line_of("as many random functions", n_open, chance)
    zero = (Mark("y", 0.0, ""),)
    rarer = "bits by which daemons are rarer than chance"
    formula = line_of("formula", *along(table, "lawless", "predicted"))
    return Figure(
        "The smallest circuit is another utility's more often than chance, as long as utilities are simple",
        (
            Panel(
                x=f"inputs open, of {2**INPUTS}, at most",
                y="share of partial functions",
                series=(rate, Line(random.label, random.x, random.y, is_dashed=True)),
                title="whose smallest circuit is a daemon",
            ),
            Panel(
                x="inputs in which a utility pays by no worth of goods",
                y=rarer,
                series=(
                    line_of("least gates", *along(table, "lawless")),
                    Line(formula.label, formula.x, formula.y, is_dashed=True),
                ),
                marks=zero,
                title="what utilities are like",
            ),
            Panel(
                x="gates that halve the weight of a completion",
                y=rarer,
                series=(line_of("by weight", *along(table, "slack")),),
                marks=zero,
                title="not only the smallest",
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say how many daemons there are beside chance, and against goal-free completions of the same rows."""
    base, n = at_base(findings.table), findings.size.n_worlds
    surplus = base["surplus"].to_numpy(np.float64)
    half = CONFIDENCE_Z * float(surplus.std(ddof=1)) / math.sqrt(n)
    middle = float(surplus.mean())
    partial = int(base["partial_functions"].iloc[0])
    return (
        f"Of all {partial:,} partial functions with one to {MOST_OPEN} of {2**INPUTS} inputs open, the smallest "
        f"circuit is a daemon in {percent_text(float(base['rate'].mean()), digits=3)}, as many random functions in "
        f"{percent_text(float(base['chance'].mean()), digits=3)}: a surplus of {100 * middle:.3f} % "
        f"({100 * (middle - half):.3f} to {100 * (middle + half):.3f}), and daemons are rarer than chance in "
        f"{worlds_text(findings.share, n)}. Functions of the same shape with bits renamed need as many gates and are "
        f"taken exactly as often, so here nothing but the gates of goals makes a difference. Where a utility made the "
        f"rows, the margin is {bits_text(findings.median('margin', MADE))} against as many goal-free completions of "
        f"them, and {bits_text(findings.median('margin', SHAPE))} against those of the same shape. Where utilities pay "
        f"by no rule it is {bits_text(findings.median('margin', CONTROL))} over all partial functions, for the "
        f"shortest program {bits_text(findings.median('margin', TERMS))}, and for all circuits by weight under noise "
        f"0.01 {bits_text(findings.median('margin', beside('noise 0.01')))}."
    )


CLAIM = Claim(
    name="minimal-circuits",
    argument="The smallest circuit for a fixed input size is free of what the shortest program may carry.",
    worlds="A family of 2^b utilities, drawn: in each of four contexts each of two goods is worth -3 to 3. Two payoff "
    "bits say which of two actions yields which good, and two bits are the context. All partial functions of these "
    "four bits with one to four inputs open are completed by the functions of the fewest gates, ties alike; beside it "
    "by least formulas, by the shortest terms of a language that is drawn too, and by generators for two sizes.",
    given="Nothing to circuits; languages of terms have all utilities as tables, each at the bits that name it.",
    measured="A daemon is a completion that acts best by a utility of the family and is not the function that made the "
    "rows, where any function may have made them; chance is as many functions drawn at random.",
    untested="Daemons that reason about their training: with four inputs there is nothing to reason with, so a daemon "
    "here is a rule of action, and the smallest circuit is asked whether it prefers such rules. What the smallest "
    "circuit for a large task carries is not seen.",
    margin="log2 of how often as many random functions would be taken over how often daemons are, in bits",
    rule=BY_SIGN,
    formula="the same if all other completions were random functions: their number, and how many functions need fewer "
    "gates than a goal, and how many as many",
    sizes={
        "small": _size(5, (4.0, 6.0), (0.0, 1.0)),
        "default": _size(32, (2.0, 4.0, 6.0, 8.0), (0.0, 0.5, 1.0, 2.0, 4.0)),
        "large": _size(MANY_WORLDS, (2.0, 4.0, 6.0, 8.0), (0.0, 0.5, 1.0, 2.0, 4.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(MINIMAL_CIRCUITS, MINIMAL_DECEPTIVE),
    prior_work=(MESA,),
    edition=2,
    changed="Daemons act for a utility of a family that was drawn before, are counted over all partial functions and "
    "beside as many goal-free functions; the first edition asked for any completion that departs.",
)
