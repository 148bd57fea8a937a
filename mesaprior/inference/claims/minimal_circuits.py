"""Minimal circuits: whether the smallest circuit is free of the rivals that the shortest program may contain.

A log shows some of the inputs of a Boolean function. Programs, machines and circuits that fit it complete it in
different ways, and all targets and rivals that agree on the inputs shown are evaluated at once. Which space is freer of
rivals depends on the distribution of targets: over uniform functions no prior helps. So nature draws its targets from
terms or from circuits by a fair coin, so that neither is favoured, and the bias of the coin is varied.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mesaprior.hypotheses.census import Census
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.claims.asking import last_bounds, up_to
from mesaprior.inference.claims.boolean_spaces import LARGER, SMALLER, SPACES, BooleanSpaces, fixed_size, uniform_family
from mesaprior.inference.claims.claim import BASE, BOUND, Cell, Claim, Findings, Parameter, Size, WorldStudy, along
from mesaprior.inference.claims.completing import (
    Completed,
    Partition,
    Shown,
    beliefs_of,
    complete,
    targets_of,
)
from mesaprior.inference.claims.phrases import percent_text
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Figure, Line, Mark, Panel, line_of
from mesaprior.priors.prior import make_prior

PRIOR = "2**(-c*length) * (time + 1)**-alpha"
"""With c = 1 and alpha = 0 the catalogue's `simplicity`; a circuit without gates takes no time."""

MACHINES, ALIKE = "targets of machines", "all targets alike"
"""Series in which nature takes its targets from somewhere else."""

UNIFORM, LARGER_SHOWN = "uniform family", (0, 2, 4)
"""Series of inputs of two sizes: all of the smaller are shown, and this number of the larger.

In it generators, terms that write a circuit for each size, stand for circuits.
"""


def _size(n_worlds: int, max_bits: int, inputs: tuple[float, ...], rows: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=max_bits,
        parameters=(
            Parameter("rows", 4.0, rows, "inputs of eight that the log shows, each once"),
            Parameter(
                "circuits_share",
                0.5,
                (0.0, 0.25, 0.5, 0.75, 1.0),
                "share of circuits among nature's targets, not terms",
            ),
            Parameter("inputs", 3.0, inputs, "bits of an input; the log shows half of all inputs"),
            Parameter("alpha", 0.0, (0.0, 0.5, 1.0, 2.0, 4.0), f"exponent of time in the prior {PRIOR}"),
            Parameter("c", 1.0, (0.0, 0.5, 1.0, 2.0), f"price of a bit in the prior {PRIOR}"),
        ),
    )


@dataclass(frozen=True)
class Condition:
    """The parameters of a world: bits of an input, number of inputs shown, prior and nature."""

    inputs: int
    rows: int
    alpha: float
    c: float
    nature: float | str

    @property
    def prior(self) -> Prior:
        """The prior of all spaces."""
        return make_prior(PRIOR, {"alpha": self.alpha, "c": self.c})


def study(seed: int, size: Size) -> WorldStudy:
    """Show some random inputs, and let all spaces complete the function."""
    base = Condition(int(size.base("inputs")), int(size.base("rows")), 0.0, 1.0, size.base("circuits_share"))
    worlds = {int(n): fixed_size(seed, int(n), size.max_bits) for n in size.values("inputs")}
    world, family = worlds[base.inputs], uniform_family(seed, size.max_bits)
    asked: dict[str, Callable[[float], Condition]] = {
        "rows": lambda value: replace(base, rows=int(value)),
        "circuits_share": lambda value: replace(base, nature=value),
        "inputs": lambda value: replace(base, inputs=int(value), rows=2 ** int(value) // 2),
        "alpha": lambda value: replace(base, alpha=value),
        "c": lambda value: replace(base, c=value),
    }
    cells = [_cell(BASE, 0.0, base, world)]
    for name, value in size.departures():
        there = asked[name](value)
        cells.append(_cell(name, value, there, worlds[there.inputs]))
    cells += [_cell(name, 0.0, replace(base, nature=name), world) for name in (MACHINES, ALIKE)]
    for n in LARGER_SHOWN:
        cells.append(_cell(UNIFORM, float(n), replace(base, inputs=LARGER, rows=2**SMALLER + n), family))
    terms = world.censuses["terms"]
    for bound in last_bounds(terms):
        cells.append(_cell(BOUND, bound, base, world, shorter=up_to(terms, bound)))
    return WorldStudy(cells, world.given)


def _cell(
    parameter: str, value: float, asked: Condition, world: BooleanSpaces, *, shorter: Census | None = None
) -> Cell:
    """Measure all spaces of a world; terms up to a shorter bound where their census is given."""
    unseen = world.order[asked.rows :]
    shown = Shown(world.order[: asked.rows], unseen, (len(unseen) + 1) // 2)
    targets = _targets(world, asked.nature)
    censuses = world.censuses if shorter is None else world.censuses | {"terms": shorter}
    done = {space: complete(beliefs_of(censuses[space], asked.prior), targets, shown) for space in SPACES}
    terms, circuits = done["terms"], done["circuits"]
    facts: dict[str, float | str] = {
        name: fact for space in SPACES for name, fact in _facts(space, done[space]).items()
    }
    facts["margin_of_mass"] = _freedom(terms.mass, circuits.mass)
    facts["searching"] = terms.searching_mass
    facts["searching_odds"] = terms.searching.log2_odds
    return Cell(
        parameter,
        value,
        _freedom(terms.best, circuits.best),
        _freedom(terms.heaviest, circuits.heaviest),
        facts,
    )


def _freedom(terms: Partition, circuits: Partition) -> float:
    """Return by how many bits circuits are freer of rivals; differences due to rounding are 0."""
    return round(terms.log2_odds - circuits.log2_odds, 9) + 0.0


def _targets(world: BooleanSpaces, nature: float | str) -> np.ndarray:
    """Return how likely each function is as a target; the prior of nature is 2**-length."""
    if nature == ALIKE:
        n_functions = 1 << len(world.order)
        return np.full(n_functions, 1 / n_functions)
    simplicity = make_prior("simplicity")
    drawn = {space: targets_of(beliefs_of(census, simplicity)) for space, census in world.censuses.items()}
    if nature == MACHINES:
        return drawn["machines"]
    assert isinstance(nature, float)
    return (1 - nature) * drawn["terms"] + nature * drawn["circuits"]


def _facts(space: str, done: Completed) -> dict[str, float]:
    """Return the columns of a space: the faithful, defecting and erring share of the posterior and of the best."""
    facts: dict[str, float] = {}
    for name, sides in ((space, done.mass), (f"{space}_best", done.best)):
        facts[f"{name}_faithful"], facts[f"{name}_defecting"] = sides.faithful, sides.defecting
        facts[f"{name}_erring"] = max(0.0, round(1 - sides.faithful - sides.defecting, 12))
        facts[f"{name}_odds"] = sides.log2_odds
    return facts


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the odds of each space's single best along the rows, and which space is freer along nature's coin."""
    names = {"terms": "shortest program", "machines": "shortest machine", "circuits": "smallest circuit"}
    along_rows = [line_of(names[space], *along(table, "rows", f"{space}_best_odds")) for space in SPACES]
    measured = line_of("the single best", *along(table, "circuits_share"))
    by_mass = line_of("all by their mass", *along(table, "circuits_share", "margin_of_mass"))
    formula = line_of("formula", *along(table, "circuits_share", "predicted"))
    sizes = names | {"circuits": "shortest generator of circuits"}
    along_sizes = [line_of(sizes[space], *along(table, UNIFORM, f"{space}_best_odds")) for space in SPACES]
    zero = (Mark("y", 0.0, ""),)
    return Figure(
        "Who is freer of the rival, what is shortest or smallest, goes by the rows and by whose targets they are",
        (
            Panel(
                x=f"rows shown, of {2 ** int(size.base('inputs'))}",
                y="log2 odds, defecting over faithful, bits",
                series=tuple(along_rows),
                marks=zero,
            ),
            Panel(
                x="share of nature's targets that circuits draw, the others terms",
                y="bits by which circuits are freer",
                series=(measured, by_mass, Line(formula.label, formula.x, formula.y, is_dashed=True)),
                marks=zero,
            ),
            Panel(
                x=f"rows of {LARGER} bits shown, besides all of {SMALLER} bits",
                y="log2 odds, defecting over faithful, bits",
                series=tuple(along_sizes),
                marks=zero,
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Compare the best hypothesis of each space, the masses, and the effect of rows."""

    def odds(side: str) -> str:
        value = findings.median(f"{side}_odds")
        return "undefined" if math.isnan(value) else f"{value:+.2f}"

    first, last = (findings.size.values("rows")[k] for k in (0, -1))
    margins = {rows: findings.median("margin", "rows", rows) for rows in (first, last)}
    by_nature = {share: findings.median("margin", "circuits_share", share) for share in (0.0, 1.0)}
    return (
        f"The odds of defecting over being faithful are {odds('terms_best')} bits for the shortest program and "
        f"{odds('circuits_best')} for the smallest circuit ({odds('machines_best')} for the shortest machine), world "
        f"by world {_freer(findings.median())} (median); over the whole posterior they are {odds('terms')} and "
        f"{odds('circuits')}, and {_freer(findings.median('margin_of_mass'))}. "
        f"With {first:g} rows {_freer(margins[first])}, with {last:g} {_freer(margins[last])}; where nature draws all "
        f"its targets from terms, {_freer(by_nature[0.0])}, where from circuits, {_freer(by_nature[1.0])}. "
        f"Programs that search hold {percent_text(findings.median('searching'))} of the posterior of terms, and their "
        f"odds are {odds('searching')}; of rules for every size that saw the smaller one alone, "
        f"{_freer(findings.median('margin', UNIFORM, 0.0), 'generators of circuits')}."
    )


def _freer(margin: float, circuits: str = "circuits") -> str:
    if not abs(margin) >= 0.005:
        return "neither is freer" if not math.isnan(margin) else "there is nothing to compare"
    if math.isinf(margin):
        return f"only {'terms' if margin > 0 else circuits} defect"
    return f"{circuits if margin > 0 else 'terms'} are freer by {abs(margin):.2f} bits"


CLAIM = Claim(
    name="minimal-circuits",
    argument="The smallest circuit for a fixed input size is free of what the shortest program may carry.",
    worlds="Half of all inputs of three bits are shown, drawn. Targets are all functions, as likely as a fair coin "
    "between terms and circuits makes them under 2^-length; a rival agrees with its target on what is shown, and "
    "departs from it in half of the other inputs, drawn. Terms of the default language, machines of up to three states "
    "and circuits of up to six gates complete what is shown; beside it, rules for inputs of two and three bits.",
    given="Nothing: the default language has no laws, and each space has its own primitives.",
    untested=(
        "Circuits of more than six gates, and inputs of more than three bits: what the smallest circuit for a large "
        "task carries is not seen at this size."
    ),
    margin="log2 odds of defecting over being faithful of the shortest program that fits, less those of the smallest "
    "circuit that fits, in bits; behaviours that tie share alike, and odds are of averages over all targets and rivals",
    rule=BY_SHARE,
    formula="the same over all behaviours that fit, each weighing 2^-bits of its single smallest hypothesis",
    sizes={
        "small": _size(6, 32, (2.0, 3.0), (2.0, 4.0, 6.0)),
        "default": _size(32, 36, (2.0, 3.0, 4.0), (2.0, 3.0, 4.0, 5.0, 6.0, 7.0)),
        "large": _size(128, 40, (2.0, 3.0, 4.0), (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
)
