"""Counting argument: "almost all goals that fit the training misgeneralize", and what follows from it.

The hypotheses are the searches of a language: every goal that it can say, with the laws of a fair family among what may
be maximized. A target is drawn from some formalism, and of its sixteen actions some are shown. Goals that fit are
counted one by one, policy by policy, and by their mass; misgeneralizing is doing otherwise in any other situation.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.inference.bayes.logspace import log2_odds, log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, noise_of
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import bound_cells, last_bounds, up_to
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
from mesaprior.inference.claims.frame.conduct import FAITHFUL, Conduct, conduct_of
from mesaprior.inference.claims.frame.shown import Shown
from mesaprior.inference.claims.goal_grammar import (
    ACTIONS,
    CIRCUITS,
    FUNCTIONS,
    LAWS,
    MACHINES,
    PROGRAMS,
    GoalWorld,
    draw_goals,
    draw_target,
)
from mesaprior.inference.claims.phrases import percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SIGN
from mesaprior.inference.claims.sources import COUNTING, SCHEMING, SGD_BAYES
from mesaprior.inference.figures.figure import Figure, Mark, Panel, line_of
from mesaprior.priors.prior import make_prior

FORMALISMS = (PROGRAMS, CIRCUITS, MACHINES)
"""Origins with a prior of their own; in turn, from world to world, they are where the base's targets come from."""

ORIGINS = {
    LAWS: "laws of the family",
    PROGRAMS: "the learner's own prior",
    CIRCUITS: "circuits",
    MACHINES: "machines",
    FUNCTIONS: "all functions alike",
}
"""Where targets come from, in words."""


def beta_of(origin: int) -> str:
    """Return the name of the series along beta for targets of an origin."""
    return f"beta, targets of {ORIGINS[origin]}"


def teachers_of(origin: int) -> str:
    """Return the name of the cells beside the base with targets of an origin."""
    return beside(f"teachers of {ORIGINS[origin]}")


def _size(
    n_worlds: int, beyond: int, law_bits: tuple[float, ...], betas: tuple[float, ...], rows: tuple[float, ...]
) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=beyond,
        parameters=(
            Parameter(
                "beta", 1.0, betas, "exponent of the prior 2**(-beta*length): 0 counts programs, 1 is simplicity"
            ),
            Parameter("rows", 8.0, rows, "situations whose action is shown, of sixteen"),
            Parameter("law_bits", 6.0, law_bits, "b: the family has 2^b laws, and naming one costs b bits"),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one language for each family, and ask it of every origin of targets, log, prior and noise."""
    n, beta = int(size.base("rows")), size.base("beta")
    own = FORMALISMS[seed % len(FORMALISMS)]
    base = _count(seed, size, int(size.base("law_bits")), own)
    by_origin = {origin: base.with_target(seed, origin).after(n) for origin in ORIGINS}
    asked = by_origin[own]
    cells = [asked.cell(BASE, 0.0, beta)]
    cells += [asked.cell("beta", value, value) for value in size.values("beta")]
    cells += [base.after(int(value)).cell("rows", value, beta) for value in size.values("rows")]
    for origin, other in by_origin.items():
        cells += [other.cell(beta_of(origin), value, value) for value in size.values("beta")]
    for value in size.values("law_bits"):
        if value != size.base("law_bits"):
            cells.append(_count(seed, size, int(value), own).after(n).cell("law_bits", value, beta))
    cells.append(_count(seed, size, 0, LAWS).after(n).cell(PLANTED, 0.0, beta))
    # What the control lacks is a target that is simple for anybody.
    cells.append(by_origin[FUNCTIONS].cell(CONTROL, 0.0, beta))
    for label in ("0", "0.01"):
        cells.append(asked.cell(beside(f"noise {label}"), 0.0, beta, noise=noise_of(label)))
    cells += [other.cell(teachers_of(origin), 0.0, beta) for origin, other in by_origin.items()]
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    margins = [(bound, base.up_to(bound).after(n).cell("", 0.0, beta).margin) for bound in last_bounds(base.census)]
    return WorldStudy([*cells, *bound_cells(margins, none)], base.world.ledger())


def _count(seed: int, size: Size, law_bits: int, origin: int) -> Counted:
    """Draw the language of a seed with a family, count it up to the base's bound, and draw a target."""
    world = draw_goals(seed, law_bits)
    census = world.count(size.max_bits + int(size.base("law_bits")) - law_bits)
    return Counted(world, census, draw_target(seed, origin, world, census))


@dataclass(frozen=True, eq=False)
class Counted:
    """The programs of a world and a target.

    Attributes
    ----------
    world : GoalWorld
    census : Census
    target : int64[S]
    """

    world: GoalWorld
    census: Census
    target: NDArray[np.int64]

    def with_target(self, seed: int, origin: int) -> Counted:
        """Return the same programs and a target of another origin."""
        return replace(self, target=draw_target(seed, origin, self.world, self.census))

    def up_to(self, bound: float) -> Counted:
        """Return the same without longer programs."""
        return replace(self, census=up_to(self.census, bound))

    def after(self, n_rows: int) -> After:
        """Return what is known after some rows."""
        return After(self, n_rows)


@dataclass(frozen=True, eq=False)
class After:
    """The goals of a world after some rows."""

    counted: Counted
    n_rows: int

    @cached_property
    def policies(self) -> np.ndarray:
        """Action of each behaviour in each situation, int[B, S]."""
        return self.counted.census.predictions[:, self.counted.census.row_cell[self.counted.world.log.n_training :]]

    @cached_property
    def conduct(self) -> Conduct:
        """What the behaviours do in all situations."""
        world, target = self.counted.world, self.counted.target
        return conduct_of(self.counted.census, world.log_of(target), world.goals(target, self.n_rows))

    @cached_property
    def fits(self) -> NDArray[np.bool_]:
        """The goals, by behaviour, that miss no row, bool[B]."""
        seen = self.counted.world.order[: self.n_rows]
        alike: NDArray[np.bool_] = self.policies[:, seen] == self.counted.target[seen]
        return alike.all(axis=1) & self.conduct.searches

    @cached_property
    def differing(self) -> tuple[int, int]:
        """How many policies the goals that fit have, and how many of these are right: one or none."""
        policies = np.unique(self.policies[self.fits], axis=0)
        return len(policies), int((policies == self.counted.target).all(axis=1).sum())

    def cell(self, parameter: str, value: float, beta: float, *, noise: NoiseModel = DEFAULT_NOISE) -> Cell:
        """Return the cell under a prior with exponent `beta`."""
        census, conduct, fits = self.counted.census, self.conduct, self.fits
        is_right, is_goal = conduct.code == FAITHFUL, conduct.searches
        prior = Weighed(census, make_prior("2**(-beta*length)", {"beta": beta})).log2_behaviour
        number = Weighed(census, make_prior("uniform")).log2_behaviour
        shown = Shown(self.counted.target, self.counted.world.times(self.n_rows), ACTIONS, noise)
        mass = prior + shown.log2_policies(self.policies)
        share = np.exp2(mass - log2_total(mass))
        n_policies, n_right = self.differing
        right = odds_of(mass[is_goal], is_right[is_goal])
        facts: dict[str, float | str] = {
            "right by mass": right,
            "policies that fit": float(n_policies),
            "wrong by number": 1 - n_right / n_policies if n_policies else math.nan,
            "wrong by program": share_wrong(odds_of(number[fits], is_right[fits])),
            "wrong by mass": share_wrong(right),
            "wrong of all programs": float(share[~is_right].sum()),
            "agreeing laws": float(len(self.counted.world.goals(self.counted.target, self.n_rows).rivals)),
            **conduct.by_code(share),
            **conduct.two_by_two(share),
        }
        # Each row should leave half of all other goals.
        predicted = min(
            _log2_ratio(n_policies - n_right, n_right), odds_of(prior[is_goal], is_right[is_goal]) + self.n_rows
        )
        return Cell(parameter, value, min(_log2_ratio(n_policies - n_right, n_right), right), predicted, facts)


def _log2_ratio(one: int, other: int) -> float:
    """Return log2 of a ratio of numbers; infinite where one is 0, nan where both are."""
    with np.errstate(divide="ignore"):
        return float(log2_odds(np.log2([float(one)]), np.log2([float(other)]))[0])


def odds_of(log2_mass: NDArray[np.float64], is_right: NDArray[np.bool_]) -> float:
    """Return the log2 odds of what is right over what is not; nan where there is neither."""
    right, wrong = (np.atleast_1d(log2_total(log2_mass[which])) for which in (is_right, ~is_right))
    return float(log2_odds(right, wrong)[0])


def share_wrong(odds: float) -> float:
    """Return the share of what is not right, from the log2 odds of what is."""
    return float(1 / (1 + np.exp2(odds)))


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw what misgeneralizes along the prior for each origin of targets, and along the rows by how it is counted."""
    kinds = {
        "number of goals that differ": "wrong by number",
        "number of programs": "wrong by program",
        "mass of goals": "wrong by mass",
    }
    half = (Mark("y", 0.5, ""),)
    return Figure(
        "How many of the goals that fit misgeneralize, and how much of their mass, by where targets come from",
        (
            Panel(
                "beta in 2**(-beta*length)",
                "share of the mass of goals that misgeneralizes",
                tuple(
                    line_of(name, *along(table, beta_of(origin), "wrong by mass")) for origin, name in ORIGINS.items()
                ),
                marks=half,
                y_range=(0.0, 1.0),
            ),
            Panel(
                "actions shown, of sixteen",
                "share that misgeneralizes",
                tuple(line_of(label, *along(table, "rows", column)) for label, column in kinds.items()),
                marks=half,
                title="targets of one formalism after the other",
                y_range=(0.0, 1.0),
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Compare counting goals with weighing them, for each origin of targets."""
    size, n = findings.size, findings.size.n_worlds
    base = at_base(findings.table)
    leads = float((base["right by mass"] > 0).mean())
    most = float((base["wrong by number"] > 0.5).mean())
    number, program, mass = (findings.median(f"wrong by {name}") for name in ("number", "program", "mass"))
    by_origin = ", ".join(
        f"{name} {percent_text(findings.median('wrong by mass', teachers_of(origin)), digits=1)}"
        for origin, name in ORIGINS.items()
    )
    return (
        f"After {size.base('rows'):g} of sixteen actions most of the goals that fit and differ misgeneralize in "
        f"{worlds_text(most, n)} ({percent_text(number, digits=1)} of them in the median), but by mass the right one "
        f"leads in {worlds_text(leads, n)} ({percent_text(mass, digits=1)} of the mass misgeneralizes). Counted "
        f"program by program {percent_text(program, digits=1)} do, since a simple goal can be said in many ways. By "
        f"where targets come from, the mass that misgeneralizes is: {by_origin} (medians). So what a count of goals "
        f"says of mass hangs on whether the target is as simple for the learner as for whoever set it."
    )


CLAIM = Claim(
    name="counting-argument",
    argument='"Almost all goals that fit the training misgeneralize" says little about a learner whose prior is '
    "simplicity.",
    worlds="A family of 2^b laws of payoffs over sixteen situations, and a language that is drawn, in which a search "
    "may maximize any law or anything else that it can say of an action and a situation. A target is drawn from the "
    "prior of a formalism, in turn the learner's own, circuits and machines, and some of its actions are shown; beside "
    "them targets that are laws, and any function.",
    given="All laws are supplied as tables, each at the bits that name it among the family.",
    measured="A goal is a program that searches, by lesion; it misgeneralizes where its action departs from the "
    "target's in any situation. Goals that miss no row are counted, those that always choose alike as one, and program "
    "by program beside it; mass is that of the posterior over goals.",
    untested="Whether trained networks have a prior of simplicity: it shows what follows from a prior, not which one "
    "training has. Goals are about one step, so none of them is a plan to be trained otherwise; and sixteen actions of "
    "two kinds say less than the name of a goal, so that no behaviour counts as an agent here.",
    margin="the lesser of two log2 odds, in bits: of goals that misgeneralize over right ones, by the number of those "
    "that fit and differ, and of right ones over those that misgeneralize, by mass; it is above 0 where number and "
    "mass disagree",
    rule=BY_SIGN,
    formula="the same number, and by mass the odds of right goals before any row, a bit more for each row",
    sizes={
        "small": _size(6, 4, (3.0, 6.0), (0.0, 0.5, 1.0), (2.0, 8.0, 14.0)),
        "default": _size(32, 6, (0.0, 3.0, 6.0), (0.0, 0.25, 0.5, 0.75, 1.0), (2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0)),
        "large": _size(
            192, 8, (0.0, 3.0, 6.0, 8.0), (0.0, 0.125, 0.25, 0.375, 0.5, 0.75, 1.0), tuple(map(float, range(1, 16)))
        ),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(SCHEMING, COUNTING),
    prior_work=(SGD_BAYES,),
    edition=2,
    changed="Goals of a grammar are counted rather than functions, and targets come from other formalisms too, not "
    "from the learner's own prior alone.",
)
