"""Fixed goal: one goal everywhere, beside bundles of contextual goals that search, and beside heuristics.

In each environment the teacher takes what its goal likes best. Programs may search by one goal everywhere, search by
one goal in one kind of environment and by another in the other, go by the colour there, or everywhere, or remember.
Which of them holds the posterior is counted, and so is who takes the new option once there is one.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.logspace import log2_odds, log2_total, share
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, log2_likelihood, noise_of
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.claims.asking import bound_cells, crossing, last_bounds
from mesaprior.inference.claims.bundles import GOAL_AND_COLOUR, ONE_GOAL, TWO_GOALS, Bundles
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
    mean_at_base,
)
from mesaprior.inference.claims.environments import (
    ACTIONS,
    BY_ONE_GOAL,
    CLONE,
    DOMAIN,
    NEW,
    OTHERWISE,
    SEEN,
    WITHOUT_SEARCH,
    CountedEnvironments,
    Offer,
    draw_environments,
)
from mesaprior.inference.claims.frame.conduct import CONDUCTS, TWO_BY_TWO
from mesaprior.inference.claims.frame.ledger import ledger_of_members
from mesaprior.inference.claims.frame.targets import from_programs
from mesaprior.inference.claims.phrases import bits_text, percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SIGN
from mesaprior.inference.claims.sources import GOAL_MISGENERALIZATION, MESA, SHARDS
from mesaprior.inference.figures.figure import Areas, Bars, Figure, Line, Mark, Panel, line_of
from mesaprior.priors.prior import make_prior

SORTS = ("one_goal", "two_goals", "goal_and_colour", "heuristics", "tables", "other_searches")
"""Who shares the posterior: who searches by one goal everywhere; bundles; who does not search; who searches else."""

TAKING = ("one_goal", "two_goals", "goal_and_colour", "heuristics")
"""Sorts of which it is told how often they take the clone."""

TWICE = beside("a teacher of two goals, each environment seen twice")
"""Cells in which contextual goals have more to explain."""


def _size(
    n_worlds: int, beyond: int, law_bits: tuple[float, ...], misled: tuple[float, ...], *, base: float = 6.0
) -> Size:
    seen = tuple(float(n) for n in range(0, SEEN + 1, 3))
    return Size(
        n_worlds=n_worlds,
        max_bits=beyond,
        parameters=(
            Parameter("environments", seen[-1], seen, "E, environments seen, once each"),
            Parameter(
                "alpha", 0.0, (0.0, 0.5, 1.0, 2.0, 4.0), "exponent of time in the prior 2**-length * time**-alpha"
            ),
            Parameter("law_bits", base, law_bits, "b: there are 2^b goals, and naming one costs b bits"),
            Parameter("misled", 6.0, misled, f"environments of {SEEN} in which the colour names another option"),
            Parameter("goals", 1.0, (1.0, 2.0), "goals of the teacher: one, or one for each kind of environment"),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count a world for each family, colour and teacher, and ask it under every prior and noise."""
    base = _count(seed, size)
    asked = Asked(base)
    cells = [asked.cell(BASE, 0.0)]
    cells += [asked.cell("environments", n, int(n)) for n in size.values("environments")[:-1]]
    cells += [Asked(base, alpha=alpha).cell("alpha", alpha) for alpha in size.values("alpha")[1:]]
    for name in ("law_bits", "misled"):
        for value in size.values(name):
            if value != size.base(name):
                cells.append(Asked(_count(seed, size, **{name: value})).cell(name, value))
    cells += _by_goals(seed, size)
    cells.append(Asked(_count(seed, size, law_bits=0.0)).cell(PLANTED, 0.0))
    cells.append(Asked(_count(seed, size, goals=0.0)).cell(CONTROL, 0.0))
    cells += _beside(seed, base)
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    shorter = [(bound, float(Asked(base.up_to(bound)).odds[-1])) for bound in last_bounds(base.census)]
    given = ledger_of_members(base.world.language, base.world.family.name, base.world.effective_bits)
    return WorldStudy([*cells, *bound_cells(shorter, none)], given)


def _beside(seed: int, base: CountedEnvironments) -> list[Cell]:
    """Return what stands beside the base: other noise, other charges for a table, another teacher."""
    asked = {
        "noise 0": Asked(base, noise=noise_of("0")),
        "noise 0.01": Asked(base, noise=noise_of("0.01")),
        "alpha = 1, a table takes a step": Asked(base, alpha=1.0),
        "alpha = 1, a table takes its entries": Asked(base, alpha=1.0, table_steps=DOMAIN),
    }
    cells = [what.cell(beside(label), 0.0) for label, what in asked.items()]
    later = base.census.row_cell[base.world.log.n_training :]
    actions = from_programs(seed, base.census, make_prior("simplicity"))[later]
    other = Asked(base.with_targets(actions.tolist()), is_by_goal=False)
    return [*cells, other.cell(beside("teachers of the learner's prior"), 0.0)]


def _by_goals(seed: int, size: Size) -> list[Cell]:
    """Return the cells of a teacher with a goal for each kind of environment, each seen once, and twice."""
    counted = _count(seed, size, goals=2.0)
    return [Asked(counted).cell("goals", 2.0), Asked(counted.visited(2)).cell(TWICE, 0.0)]


def _count(seed: int, size: Size, **changed: float) -> CountedEnvironments:
    """Draw the world of a seed with some settings changed, and count it."""
    asked = size.bases | changed
    offer = Offer(int(asked["law_bits"]), int(asked["misled"]), int(asked["goals"]))
    return draw_environments(seed, offer).count(size.max_bits)


@dataclass(frozen=True, eq=False)
class Asked:
    """A counted world, asked under a prior and a noise.

    Attributes
    ----------
    counted : CountedEnvironments
    alpha : float
        Of the prior.
    noise : NoiseModel
    table_steps : int
        That a table takes.
    is_by_goal : bool
        Whether the teacher is what the world's offer says, not one that was put in its place.
    """

    counted: CountedEnvironments
    alpha: float = 0.0
    noise: NoiseModel = DEFAULT_NOISE
    table_steps: int = 1
    is_by_goal: bool = True

    @cached_property
    def analysis(self) -> Analysis:
        """The analysis of the programs counted."""
        prior = make_prior("speed", {"alpha": self.alpha})
        return Analysis(self.counted.census, self.counted.world.log, prior, noise=self.noise)

    @cached_property
    def bundles(self) -> Bundles:
        """The bundles, which are too long for the census."""
        return Bundles.of(self.counted.world, self.analysis.weighed, self.noise)

    @cached_property
    def log2_masses(self) -> Mapping[str, NDArray[np.float64]]:
        """Mass of each of `SORTS` along the log, float64[N + 1], on one scale."""
        counted = self.counted.kinds.log2_masses(self.analysis.weighed, noise=self.noise)
        tables = self.analysis.memorizer(self.counted.world.memorizer(steps=self.table_steps))
        bundles = self.bundles.log2_masses()
        return {
            "one_goal": np.logaddexp2(counted[BY_ONE_GOAL], bundles[ONE_GOAL]),
            "two_goals": bundles[TWO_GOALS],
            "goal_and_colour": bundles[GOAL_AND_COLOUR],
            "heuristics": counted[WITHOUT_SEARCH],
            "tables": tables.log2_odds + log2_total(counted),
            "other_searches": counted[OTHERWISE],
        }

    @cached_property
    def odds(self) -> NDArray[np.float64]:
        """One goal over everything else along the log, float64[N + 1]."""
        return self._over(*SORTS[1:])

    def cell(self, parameter: str, value: float, n: int = -1) -> Cell:
        """Return the cell after n rows, all of them where n is -1."""
        whole = log2_total(np.stack(list(self.log2_masses.values())))
        facts: dict[str, float | str] = {
            "over_bundles": float(self._over("two_goals", "goal_and_colour")[n]),
            "over_heuristics": float(self._over("heuristics", "tables")[n]),
            "crossing": crossing([float(k) for k in range(len(self.odds))], self.odds.tolist()),
            "rivals": float(len(self.counted.world.rivals)),
        }
        facts |= {sort: float(share(mass, whole)[n]) for sort, mass in self.log2_masses.items()}
        facts |= self._later(float(whole[n])) if n == -1 else dict.fromkeys(_LATER, math.nan)
        return Cell(parameter, value, float(self.odds[n]), self._predicted(len(self.odds) - 1 if n == -1 else n), facts)

    def _over(self, *others: str) -> NDArray[np.float64]:
        """Return the odds of one goal over some other sorts along the log."""
        masses = self.log2_masses
        return log2_odds(masses["one_goal"], log2_total(np.stack([masses[name] for name in others])))

    def _later(self, log2_whole: float) -> dict[str, float]:
        """Return what is done later: who takes the clone, and conduct and mechanism of the programs counted."""
        result: Posterior = self.analysis.posterior
        log2_mass = result.log2_mass + result.log2_evidence[-1]
        of_all = np.exp2(log2_mass - log2_whole)
        new = self.counted.census.row_cell[-NEW:]
        takes = (self.counted.census.predictions[:, new] == CLONE).mean(axis=1)
        found = {
            "taking_one_goal": _mean(takes, of_all * (self.counted.mechanism == BY_ONE_GOAL)),
            "taking_two_goals": self.bundles.share_taking(TWO_GOALS),
            "taking_goal_and_colour": self.bundles.share_taking(GOAL_AND_COLOUR),
            "taking_heuristics": _mean(takes, of_all * (self.counted.mechanism == WITHOUT_SEARCH)),
        }
        return found | self.counted.conduct.by_code(of_all) | self.counted.conduct.two_by_two(of_all)

    def _predicted(self, n: int) -> float:
        """Return the odds of the teacher's goal over the tables that fit and the colour, from their prices and hits."""
        world = self.counted.world
        if not self.is_by_goal or world.offer.goals != 1:
            return math.nan
        seen = world.log.situations[world.log.row_situation[:n], 0]
        hits = np.array([n, n, int((world.hue[seen] == world.teacher[seen]).sum())])
        likely = log2_likelihood(self.noise, hits, n - hits, np.zeros_like(hits), ACTIONS)
        goal, colour = world.price(world.one_goal()), world.price("hue")
        # Tables that agree with what was seen weigh as one without the bits of what was not.
        bits = np.array([goal.length, world.table_bits + math.log2(ACTIONS) * n, colour.length])
        steps = np.array([goal.time, self.table_steps, colour.time])
        mass = likely - bits - self.alpha * np.log2(steps)
        return float(log2_odds(mass[:1], log2_total(mass[1:]).reshape(1))[0])


_LATER = (*(f"taking_{sort}" for sort in TAKING), *CONDUCTS, *TWO_BY_TWO)
"""Columns of what is done later."""


def _mean(values: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    """Return a weighed mean, nan where nothing has weight."""
    return float(values @ weights / weights.sum()) if weights.sum() > 0 else math.nan


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw who holds the posterior along the environments, the odds along them and by the colour, and the clone."""
    labels = ("one goal", "two goals", "a goal and the colour", "heuristics", "tables", "other searches")
    places = along(table, "environments")[0]
    means = [[float(np.mean(found)) for found in along(table, "environments", sort)[1]] for sort in SORTS]
    shares = Areas(tuple(places), labels, tuple(tuple(mean) for mean in means))
    formula = line_of("formula", *along(table, "environments", "predicted"))
    by_rows = (
        line_of("one goal over all others", *along(table, "environments")),
        Line(formula.label, formula.x, formula.y, is_dashed=True),
    )
    return Figure(
        "One goal beats bundles once a teacher has one; a colour that never misleads beats both",
        (
            Panel("environments seen", "share of the posterior, mean", (shares,), y_range=(0.0, 1.0)),
            Panel("environments seen", "log2 odds, bits", by_rows, marks=(Mark("y", 0.0, ""),)),
            Panel(
                f"environments of {SEEN} in which the colour misleads",
                "log2 odds, bits",
                (line_of("one goal over all others", *along(table, "misled")),),
                marks=(Mark("y", 0.0, ""),),
            ),
            Panel("who is asked", "share of new environments", (_clone(table),), y_range=(0.0, 1.0)),
        ),
    )


def _clone(table: pd.DataFrame) -> Bars:
    """Return how often each sort takes the clone, in the mean over the worlds."""
    names = ("one goal", "two goals", "a goal and the colour", "heuristics")
    takes = tuple(float(at_base(table)[f"taking_{sort}"].mean()) for sort in TAKING)
    return Bars(names, ("takes the clone", "does not"), (takes, tuple(1 - share for share in takes)))


def tell(findings: Findings) -> str:
    """Say who holds the posterior where the teacher has one goal and where it has two, and who takes the clone."""
    table, n = findings.table, findings.size.n_worlds

    def share_of(sort: str, parameter: str, value: float) -> str:
        rows = table[(table["parameter"] == parameter) & (table["value"] == value)]
        return percent_text(float(rows[sort].mean()))

    taken = [percent_text(float(at_base(table)[f"taking_{sort}"].mean())) for sort in TAKING]
    never = findings.median("margin", "misled", 0.0)
    return (
        f"After {SEEN} environments one goal leads in {worlds_text(findings.share, n)} "
        f"({bits_text(findings.median())} in the median): {bits_text(findings.median('over_bundles'))} over bundles "
        f"and {bits_text(findings.median('over_heuristics'))} over heuristics and tables; the odds are "
        f"{bits_text(never)} where the colour never misleads. Of a teacher with a goal for each kind of environment, "
        f"bundles of two goals get {share_of('two_goals', 'goals', 2.0)} of the posterior, "
        f"{share_of('two_goals', TWICE, 0.0)} where each environment is seen twice, and one goal "
        f"{share_of('one_goal', 'goals', 2.0)}. The clone is taken by {taken[0]} of one goal, {taken[1]} of bundles "
        f"of two goals, {taken[2]} of those of a goal and the colour, and {taken[3]} of heuristics (means); one goal "
        f"that is not the teacher's holds "
        f"{percent_text(mean_at_base(table, 'rival') + mean_at_base(table, 'other_goal'))}."
    )


CLAIM = Claim(
    name="fixed-goal",
    argument="A fixed goal and a bundle of contextual goals and heuristics behave alike in training; once there are "
    "enough environments the prior prefers the fixed goal, and a new option tells them apart.",
    worlds="A family of 2^b goals, drawn; the teacher takes what one of them likes best in 24 environments, each seen "
    "once. Environments are of two kinds, and a colour names the teacher's option in three of four. Programs may "
    "search by any goal, by one goal in each kind, by a goal in one kind and the colour in the other, go by the "
    "colour, or say anything else in a language that is drawn too; tables of all environments compete at any length. "
    "Four later environments have one more option.",
    given="All goals are supplied as tables, each at the bits that name it among the family; kinds and colours are "
    "features.",
    measured="A fixed goal is a program that searches and does what is best for one goal of the family in all "
    "environments. A bundle searches by another goal, or goes by the colour, in the other kind of environment. A "
    "heuristic does not search. The clone is the new option, named so that the teacher's goal likes it best.",
    untested="Goals that are shaped while they are pursued, bundles of more than two parts, and contexts that have to "
    "be found out. As argued, contextual goals come from the way a learner is trained, which an exact posterior has "
    "not.",
    margin="log2 odds of one goal over everything else (bundles, heuristics, tables, other searches) after all "
    "environments, in bits",
    rule=BY_SIGN,
    formula="the teacher's goal against the tables that fit and the colour with its misses, from their prices",
    sizes={
        "small": _size(5, 0, (3.0, 5.0), (0.0, 6.0), base=3.0),
        "default": _size(32, 2, (3.0, 6.0, 8.0), (0.0, 6.0, 12.0)),
        "large": _size(128, 4, (3.0, 6.0, 8.0, 10.0), (0.0, 2.0, 4.0, 6.0, 9.0, 12.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(SHARDS, MESA),
    prior_work=(GOAL_MISGENERALIZATION,),
    edition=2,
    changed="Goals come from a family at the bits that name them, bundles are contextual goals that search, and the "
    "margin is one comparison.",
)
