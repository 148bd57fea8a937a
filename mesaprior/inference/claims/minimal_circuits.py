"""Minimal circuits: whether the smallest circuit is free of what the shortest program may carry.

A log shows some of the inputs of a Boolean function. Programs, machines and circuits that fit it go on in ways of their
own, and every target and rival that agree on what was shown is asked for at once. Who is freer of a rival is a question
of which targets there are: over all functions alike no prior helps. So nature takes its targets from terms or from
circuits as a fair coin says, that neither is favoured, and the coin is swept.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pandas as pd

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.circuits.space import CircuitSpace
from mesaprior.hypotheses.terms.language import default_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.turing.policies.sizes import TuringSizes
from mesaprior.inference.claims.asking import LAST_BOUNDS, up_to
from mesaprior.inference.claims.claim import BASE, BOUND, Cell, Claim, Parameter, Size, WorldStudy, along, jitter_of
from mesaprior.inference.claims.completing import (
    Beliefs,
    Completed,
    Shown,
    all_inputs,
    beliefs_of,
    complete,
    targets_of,
)
from mesaprior.inference.claims.findings import Findings
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.claims.saying import percent_text
from mesaprior.inference.figure import Figure, Line, Mark, Panel, line_of
from mesaprior.inference.weights import Prior
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.worlds import dearer
from mesaprior.priors.prior import make_prior

SPACES = ("terms", "machines", "circuits")

PRIOR = "2**(-c*length) * (time + 1)**-alpha"
"""With c = 1 and alpha = 0 the catalogue's `simplicity`; a circuit without gates takes no time."""

MOST_STATES, MAX_STEPS, MAX_GATES = 3, 200, 6

MACHINES, ALIKE = "targets of machines", "all targets alike"
"""Series in which nature takes its targets from somewhere else."""


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
class Asked:
    """What is asked of a world: how many bits an input has, how many inputs are shown, prior and nature."""

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
    """Show some inputs, drawn, and let all spaces complete what was shown."""
    base = Asked(int(size.base("inputs")), int(size.base("rows")), 0.0, 1.0, size.base("circuits_share"))
    worlds = {n: _world(seed, int(n), size.max_bits) for n in size.values("inputs")}
    asked = {
        "rows": lambda value: replace(base, rows=int(value)),
        "circuits_share": lambda value: replace(base, nature=value),
        "inputs": lambda value: replace(base, inputs=int(value), rows=2 ** int(value) // 2),
        "alpha": lambda value: replace(base, alpha=value),
        "c": lambda value: replace(base, c=value),
    }
    cells = [worlds[base.inputs].cell(BASE, 0.0, base)]
    for parameter in size.parameters:
        for value in (value for value in parameter.values if value != parameter.base):
            there = asked[parameter.name](value)
            cells.append(worlds[there.inputs].cell(parameter.name, value, there))
    cells += [worlds[base.inputs].cell(name, 0.0, replace(base, nature=name)) for name in (MACHINES, ALIKE)]
    cells += worlds[base.inputs].bound_cells(base)
    return WorldStudy(cells, worlds[base.inputs].given)


@dataclass(frozen=True, eq=False)
class Counted:
    """The censuses of one world over all its inputs, by space, and the order in which inputs are shown."""

    censuses: dict[str, Census]
    order: tuple[int, ...]
    given: list[dict[str, object]]

    def cell(self, parameter: str, value: float, asked: Asked) -> Cell:
        """Ask all spaces."""
        believed = {space: beliefs_of(census, asked.prior) for space, census in self.censuses.items()}
        return self._cell(parameter, value, asked, believed)

    def bound_cells(self, asked: Asked) -> list[Cell]:
        """Ask again with shorter programs only."""
        believed = {space: beliefs_of(census, asked.prior) for space, census in self.censuses.items()}
        terms = self.censuses["terms"]
        shorter = {bound: up_to(terms, bound) for bound in np.unique(terms.columns["length"])[-LAST_BOUNDS:].tolist()}
        return [
            self._cell(BOUND, bound, asked, believed | {"terms": beliefs_of(census, asked.prior)})
            for bound, census in shorter.items()
        ]

    def _cell(self, parameter: str, value: float, asked: Asked, believed: dict[str, Beliefs]) -> Cell:
        unseen = self.order[asked.rows :]
        shown = Shown(self.order[: asked.rows], unseen, (len(unseen) + 1) // 2)
        targets = self._targets(asked.nature)
        done = {space: complete(believed[space], targets, shown) for space in SPACES}
        terms, circuits = done["terms"], done["circuits"]
        facts: dict[str, float | str] = {
            name: fact for space in SPACES for name, fact in _facts(space, done[space]).items()
        }
        facts["margin_of_mass"] = terms.mass.log2_odds - circuits.mass.log2_odds
        facts["searching"] = terms.searching_mass
        facts["searching_odds"] = terms.searching.log2_odds
        return Cell(
            parameter,
            value,
            terms.best.log2_odds - circuits.best.log2_odds,
            terms.heaviest.log2_odds - circuits.heaviest.log2_odds,
            facts,
        )

    def _targets(self, nature: float | str) -> np.ndarray:
        """Return how likely each function is as a target; the prior of nature is 2**-length."""
        if nature == ALIKE:
            n_functions = 2 ** len(self.order)
            return np.full(n_functions, 1 / n_functions)
        simplicity = make_prior("simplicity")
        drawn = {space: targets_of(beliefs_of(census, simplicity)) for space, census in self.censuses.items()}
        if nature == MACHINES:
            return drawn["machines"]
        assert isinstance(nature, float)
        return (1 - nature) * drawn["terms"] + nature * drawn["circuits"]


def _facts(space: str, done: Completed) -> dict[str, float]:
    """Return the columns of a space: what is faithful, defecting, erring, of the posterior and of the best."""
    facts: dict[str, float] = {}
    for name, sides in ((space, done.mass), (f"{space}_best", done.best)):
        facts[f"{name}_faithful"], facts[f"{name}_defecting"] = sides.faithful, sides.defecting
        facts[f"{name}_erring"] = 1 - sides.faithful - sides.defecting
        facts[f"{name}_odds"] = sides.log2_odds
    return facts


def _world(seed: int, n_inputs: int, max_bits: int) -> Counted:
    """Draw the order of the inputs and the prices of tokens, and count."""
    log = all_inputs(n_inputs)
    language = default_language(log)
    if jitter_of(seed):
        language = dearer(language, jitter_of(seed), Chance(seed, f"prices of minimal circuits of {n_inputs} inputs"))
        terms = TermSpace(language, max_bits).census(log)
    else:
        terms = _terms(n_inputs, max_bits)
    order = Chance(seed, f"inputs of minimal circuits of {n_inputs} inputs").shuffled(range(2**n_inputs))
    return Counted({"terms": terms} | _others(n_inputs), tuple(order), language.ledger())


@cache
def _terms(n_inputs: int, max_bits: int) -> Census:
    log = all_inputs(n_inputs)
    return TermSpace(default_language(log), max_bits).census(log)


@cache
def _others(n_inputs: int) -> dict[str, Census]:
    """Return the censuses that are the same in every world."""
    log = all_inputs(n_inputs)
    machines = TuringSizes(1, MOST_STATES, MAX_STEPS).census(log)
    return {"machines": machines, "circuits": CircuitSpace(MAX_GATES).census(log)}


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the odds of each space's single best along the rows, and who is freer along nature's coin."""
    names = {"terms": "shortest program", "machines": "shortest machine", "circuits": "smallest circuit"}
    along_rows = [line_of(names[space], *along(table, "rows", f"{space}_best_odds")) for space in SPACES]
    measured = line_of("the single best", *along(table, "circuits_share"))
    by_mass = line_of("all by their mass", *along(table, "circuits_share", "margin_of_mass"))
    formula = line_of("formula", *along(table, "circuits_share", "predicted"))
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
        ),
    )


def tell(findings: Findings) -> str:
    """Say what the best of either space is worth, how the mass differs, and what the rows do."""

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
        f"odds are {odds('searching')}."
    )


def _freer(margin: float) -> str:
    if not abs(margin) >= 0.005:
        return "neither is freer" if not math.isnan(margin) else "there is nothing to compare"
    return f"{'circuits' if margin > 0 else 'terms'} are freer by {abs(margin):.2f} bits"


CLAIM = Claim(
    name="minimal-circuits",
    argument="The smallest circuit for a fixed input size is free of what the shortest program may carry.",
    worlds="Half of all inputs of three bits are shown, drawn. Targets are all functions, as likely as a fair coin "
    "between terms and circuits makes them under 2^-length; a rival agrees with its target on what is shown, and "
    "departs from it in half of the other inputs, drawn. Terms of the default language, machines of up to three states "
    "and circuits of up to six gates complete what is shown.",
    given="Nothing: the default language has no laws, and each space has its own primitives.",
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
