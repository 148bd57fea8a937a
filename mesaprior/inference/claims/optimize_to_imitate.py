"""Optimize to imitate: programs that fit a goal to what they saw, beside programs that pursue one as the teacher does.

A family of goals is drawn, then a teacher that pursues one of them in sixteen situations, of which the log shows some.
Whoever optimizes in order to imitate tries all goals on what was seen, and pursues the one that imitates best. Whoever
imitates an optimizer names a goal, at the bits that tell it from the others, and pursues it; whoever copies actions, as
tables do, stands beside them. Each kind is judged by itself, where the teacher was seen and elsewhere: which of them
generalizes better, and whose goal takes fewer bits?
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.census import Census
from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.logspace import log2_odds, log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, log2_likelihood, noise_of
from mesaprior.inference.bayes.roles import IMITATOR, PLANNER, role_codes
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
    beside,
    mean_at_base,
)
from mesaprior.inference.claims.frame.conduct import FAITHFUL, Conduct, conduct_of
from mesaprior.inference.claims.phrases import bits_text, percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SIGN
from mesaprior.inference.claims.sources import (
    APPRENTICESHIP,
    GOAL_DIRECTEDNESS,
    IMITATION_UNSAFE,
    MESA,
    OCCAM_INSUFFICIENT,
)
from mesaprior.inference.claims.wants import (
    ACTIONS,
    FITTER,
    SITUATIONS,
    WantedWorld,
    draw_wants,
)
from mesaprior.inference.figures.figure import Bars, Figure, Line, Mark, Panel, line_of
from mesaprior.priors.prior import make_prior

FITTING, PURSUING, COPYING = KINDS = ("fitting", "pursuing", "copying")
"""Programs that fit, searching or not; that search without fitting; that do neither, with all lookup tables."""

LITTLE = 0.01
"""A difference of so much of the actions is none."""

CHANCE = 1 / ACTIONS
"""Accuracy of a table where it saw nothing."""


def _size(n_worlds: int, beyond: int, seen: tuple[float, ...], goal_bits: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=beyond,
        parameters=(
            Parameter("seen", 12.0, seen, "situations of sixteen that the log shows, once each"),
            Parameter("passes", 1.0, (1.0, 2.0), "times that the log goes through them"),
            Parameter("goal_bits", 3.0, goal_bits, "b: the family has 2^b goals, and naming one costs b bits"),
            Parameter("alpha", 0.0, (0.0, 0.5, 1.0, 2.0), "exponent of time in the prior 2**-length * time**-alpha"),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one world for each family and number of situations seen, and ask it of every prior and noise."""
    base = _count(seed, size, {})
    asked = Measured(base)
    cells = [asked.cell(BASE, 0.0)]
    cells += [Measured(base, alpha=alpha).cell("alpha", alpha) for alpha in size.values("alpha")[1:]]
    for name in ("seen", "passes", "goal_bits"):
        for value in size.values(name):
            if value != size.base(name):
                cells.append(Measured(_count(seed, size, {name: value})).cell(name, value))
    cells.append(Measured(_count(seed, size, {}, is_structured=False)).cell(CONTROL, 0.0))
    cells.append(Measured(_count(seed, size, {}, is_planted=True)).cell(PLANTED, 0.0))
    for label in ("0", "0.01"):
        cells.append(Measured(base, noise=noise_of(label)).cell(beside(f"noise {label}"), 0.0))
    for label, steps in (("a table takes a step", 1), ("a table takes its entries", SITUATIONS)):
        cells.append(Measured(base, alpha=1.0, steps=steps).cell(beside(f"alpha = 1, {label}"), 0.0))
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    margins = [(bound, Measured(base.up_to(bound)).margin) for bound in last_bounds(base.census)]
    return WorldStudy([*cells, *bound_cells(margins, none)], base.world.ledger())


@dataclass(frozen=True, eq=False)
class CountedWants:
    """A world of goals and its census."""

    world: WantedWorld
    census: Census

    def up_to(self, bound: float) -> CountedWants:
        """Return the same without longer programs."""
        return CountedWants(self.world, up_to(self.census, bound))


def _count(
    seed: int, size: Size, changed: Mapping[str, float], *, is_structured: bool = True, is_planted: bool = False
) -> CountedWants:
    """Draw the world of a seed with some settings changed, and count it."""
    asked = {**size.bases, **changed}
    goal_bits, n_seen, passes = (int(asked[name]) for name in ("goal_bits", "seen", "passes"))
    world = draw_wants(seed, goal_bits, n_seen, passes=passes, is_structured=is_structured, is_planted=is_planted)
    dearest = max(world.price(text).length for text in (FITTER, world.pursuer()))
    return CountedWants(world, obtain(TermSpace(world.language, dearest + size.max_bits), world.log, workers=1))


@dataclass(frozen=True, eq=False)
class Measured:
    """The posterior in one world, by kind of program.

    Attributes
    ----------
    counted : CountedWants
    alpha : float
        Of the prior.
    noise : NoiseModel
    steps : int
        That a table takes.
    """

    counted: CountedWants
    alpha: float = 0.0
    noise: NoiseModel = DEFAULT_NOISE
    steps: int = 1

    def cell(self, parameter: str, value: float) -> Cell:
        """Return the cell: who holds the posterior, how right each kind is, and what its goal costs."""
        world, accuracy = self.counted.world, self.accuracy
        seen = {kind: self._accuracy(kind, ~world.unseen) for kind in KINDS}
        facts: dict[str, float | str] = {
            **self.weight,
            **{f"accuracy_{kind}": accuracy[kind] for kind in KINDS},
            "over_all": accuracy[FITTING] - self._of_others,
            "margin_seen": seen[FITTING] - seen[PURSUING],
            "odds": self.odds,
            "odds_predicted": self._odds_predicted,
            "bits_saved": self.bits_saved,
            "misses_of_fitter": float(self._misses_of_fitter),
            "rivals": float(len(world.rivals)),
            **{f"faithful_{kind}": self._share_within(kind, self.conduct.code == FAITHFUL) for kind in KINDS[:2]},
            **self.conduct.by_code(self.share),
            **self.conduct.two_by_two(self.share),
        }
        return Cell(parameter, value, self.margin, self._predicted, facts)

    @property
    def margin(self) -> float:
        """Accuracy off distribution of programs that fit less that of those that name a goal; 0 where next to none."""
        return _showing(self.accuracy[FITTING] - self.accuracy[PURSUING])

    @cached_property
    def asked(self) -> Analysis:
        """The programs under the prior."""
        prior = make_prior("speed", {"alpha": self.alpha})
        return Analysis(self.counted.census, self.counted.world.log, prior, self.noise)

    @cached_property
    def share_of_tables(self) -> float:
        """Share of the posterior that tables have."""
        return float(self.asked.memorizer(self.counted.world.memorizer(steps=self.steps)).mass[-1])

    @cached_property
    def share(self) -> NDArray[np.float64]:
        """Share of the posterior of each behaviour, float64[B]; with that of tables they add up to 1."""
        return np.exp2(self.asked.posterior.log2_mass) * (1 - self.share_of_tables)

    @cached_property
    def conduct(self) -> Conduct:
        """What the behaviours do on later rows."""
        world = self.counted.world
        return conduct_of(self.counted.census, world.log, world.goals)

    @cached_property
    def _members(self) -> Mapping[str, NDArray[np.bool_]]:
        role = role_codes(self.counted.census.flags)
        return {FITTING: role > PLANNER, PURSUING: role == PLANNER, COPYING: role == IMITATOR}

    @cached_property
    def _is_right(self) -> NDArray[np.bool_]:
        """Whether a behaviour does as the teacher, bool[B, S] by situation."""
        census, log = self.counted.census, self.counted.world.log
        return census.predictions[:, census.row_cell[log.n_training :]] == self.counted.world.teacher

    @cached_property
    def weight(self) -> dict[str, float]:
        """Share of the posterior of each kind; tables copy."""
        found = {kind: float(self.share[members].sum()) for kind, members in self._members.items()}
        return found | {COPYING: found[COPYING] + self.share_of_tables}

    def _share_within(self, kind: str, which: NDArray[np.bool_]) -> float:
        """Return the share that some behaviours have of a kind's mass; nan where it has none."""
        members = self._members[kind]
        whole = float(self.share[members].sum())
        return float(self.share[members & which].sum()) / whole if whole else math.nan

    def _accuracy(self, kind: str, where: NDArray[np.bool_]) -> float:
        """Return how often a kind does as the teacher in some situations, weighed by the posterior; nan without any."""
        members = self._members[kind]
        right = float((self.share[members] * self._is_right[members][:, where].mean(axis=1)).sum())
        if kind == COPYING:
            of_tables = np.where(self.counted.world.unseen, CHANCE, self._accuracy_of_tables)
            right += self.share_of_tables * float(of_tables[where].mean())
        return right / self.weight[kind] if self.weight[kind] else math.nan

    @cached_property
    def _accuracy_of_tables(self) -> float:
        """How often tables do as the teacher where it was seen: an entry is right, or wrong in one of three ways."""
        world = self.counted.world
        n, passes = len(world.seen), world.log.n_training // len(world.seen)
        wrong = np.arange(n + 1)
        tables = np.array([math.log2(math.comb(n, k) * (ACTIONS - 1) ** k) for k in wrong.tolist()])
        misses, none = passes * wrong, np.zeros_like(wrong)
        mass = tables + log2_likelihood(self.noise, passes * n - misses, misses, none, ACTIONS)
        return 1 - float((np.exp2(mass - log2_total(mass)) * wrong).sum()) / n

    @cached_property
    def accuracy(self) -> dict[str, float]:
        """Accuracy of each kind where the teacher was not seen."""
        return {kind: self._accuracy(kind, self.counted.world.unseen) for kind in KINDS}

    @property
    def _of_others(self) -> float:
        """Accuracy off distribution of all who do not fit, each kind by its weight; nan where they have none."""
        kinds = [kind for kind in KINDS[1:] if self.weight[kind]]
        whole = sum(self.weight[kind] for kind in kinds)
        return sum(self.weight[kind] * self.accuracy[kind] for kind in kinds) / whole if whole else math.nan

    @property
    def odds(self) -> float:
        """log2 odds of programs that fit over those that pursue a goal by name, in bits."""
        with np.errstate(divide="ignore"):
            fitting, pursuing = (np.log2([self.weight[kind]]) for kind in (FITTING, PURSUING))
        return float(log2_odds(fitting, pursuing)[0])

    @cached_property
    def _misses_of_fitter(self) -> int:
        """Training rows that the program that fits gets wrong before it has learned."""
        log = self.counted.world.log
        return int((self.counted.world.of_fitter[: log.n_training] != log.action[: log.n_training]).sum())

    @property
    def bits_saved(self) -> float:
        """By how many bits it is shorter to fit a goal than to name it."""
        world = self.counted.world
        return world.bits_to_pursue - world.price(FITTER).length

    @property
    def _log2_pursuers(self) -> float:
        """log2 of the prior's weight of the program that pursues one goal."""
        world = self.counted.world
        return -world.bits_to_pursue - self.alpha * math.log2(world.price(world.pursuer()).time)

    @property
    def _goals_that_fit(self) -> list[int]:
        """Goals with a name by which the teacher's actions are best wherever it was seen."""
        world = self.counted.world
        seen = list(world.seen)
        best = world.family.best[: 1 if world.is_planted else None, seen]
        return np.flatnonzero((best == world.teacher[seen]).all(axis=1)).tolist()

    @property
    def _odds_predicted(self) -> float:
        """The odds from prices: of the one program that fits over those that pursue a goal which explains all rows."""
        goals, world = len(self._goals_that_fit), self.counted.world
        if not goals:
            return math.nan
        n, price = world.log.n_training, world.price(FITTER)
        misses = np.array([self._misses_of_fitter, 0])
        erring, right = log2_likelihood(self.noise, n - misses, misses, np.zeros_like(misses), ACTIONS)
        fitter = -price.length - self.alpha * math.log2(price.time) + erring
        return float(fitter - (self._log2_pursuers + math.log2(goals) + right))

    @property
    def _predicted(self) -> float:
        """The margin of the program that fits alone, against the goals that explain all rows, each of one price."""
        world, goals = self.counted.world, self._goals_that_fit
        if not goals:
            return math.nan
        teacher, unseen = world.teacher[world.unseen], world.unseen
        fitter = world.of_fitter[world.log.n_training :][unseen] == teacher
        pursuers = world.family.best[goals, :SITUATIONS][:, unseen] == teacher
        return _showing(float(fitter.mean() - pursuers.mean()))


def _showing(difference: float) -> float:
    """Return a difference of accuracies, 0 where it is less than `LITTLE`."""
    return 0.0 if abs(difference) < LITTLE else difference


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw how right each kind is off distribution, the odds along the price of a goal, and who holds the posterior."""
    words = {FITTING: "fits the goal", PURSUING: "names a goal", COPYING: "copies actions"}
    right = tuple(line_of(text, *along(table, "seen", f"accuracy_{kind}")) for kind, text in words.items())
    places, predicted = along(table, "goal_bits", "odds_predicted")
    formula = line_of("formula", places, predicted)
    held = tuple((mean_at_base(table, kind),) for kind in KINDS)
    return Figure(
        "Programs that fit a goal, programs that name one, and copies: how right they are elsewhere, and who leads",
        (
            Panel(
                x="situations seen, of 16",
                y="accuracy where the teacher was not seen",
                title="off distribution",
                series=right,
                marks=(Mark("y", CHANCE, "chance"),),
                y_range=(0.0, 1.0),
            ),
            Panel(
                x="b, bits that name a goal",
                y="log2 odds of fitting over naming a goal, bits",
                title="whose goal is simpler",
                series=(
                    line_of("counted", *along(table, "goal_bits", "odds")),
                    Line("formula", formula.x, formula.y, is_dashed=True),
                ),
                marks=(Mark("y", 0.0, ""),),
            ),
            Panel(
                "over all worlds",
                "mean share of the posterior",
                (Bars(("base",), tuple(words.values()), held),),
                title="who holds the posterior",
                y_range=(0.0, 1.0),
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say which kind is right off distribution, by how much, and whose goal takes fewer bits."""
    table, n = findings.table, findings.size.n_worlds
    base = table[table["parameter"] == BASE]
    right = {kind: percent_text(float(base[f"accuracy_{kind}"].mean())) for kind in KINDS}
    behind = worlds_text(float((base["margin"] < 0).mean()), n)
    few = findings.size.values("seen")[0]
    misses, others = float(base["misses_of_fitter"].mean()), 1 - float(base["faithful_fitting"].mean())
    return (
        f"Where the teacher was not seen, programs that fit its goal are right in {right[FITTING]} of actions, those "
        f"that pursue a goal by name in {right[PURSUING]}, those that copy in {right[COPYING]}. Fitting does better "
        f"than naming in {worlds_text(findings.share, n)} and worse in {behind}, by {_points(findings.median())} in "
        f"the median (prices alone: {_points(findings.median('predicted'))}); where {few:g} situations are seen, by "
        f"{_points(findings.median('margin', 'seen', few))}, and where each is seen twice, by "
        f"{_points(findings.median('margin', 'passes', 2.0))}. The program that fits the goal gets {misses:.1f} rows "
        f"wrong on average before it has learned, which leaves {percent_text(others)} of the posterior of its kind to "
        f"programs that are wrong somewhere. The bits of naming the goal less those of fitting it are "
        f"{bits_text(findings.median('bits_saved'))}, and log2 odds of fitting over naming are "
        f"{bits_text(findings.median('odds'))} (formula {bits_text(findings.median('odds_predicted'))})."
    )


def _points(difference: float) -> str:
    """Return a difference of accuracies in points of a hundred."""
    return f"{100 * difference:+.1f} points"


CLAIM = Claim(
    name="optimize-to-imitate",
    argument="A program that optimizes in order to imitate differs from one that imitates an optimizer off the "
    "training distribution only; and there it does better, because what it pursues was fitted to the teacher.",
    worlds="A law of outcomes, a family of 2^b goals, and a numbering of them, drawn; the teacher pursues one goal in "
    "sixteen situations, of which the log shows twelve, once each. Programs may fit the goal, name any goal, or say "
    "anything else in a language that is drawn too. Tables of all situations compete at any length.",
    given="Outcomes and goals are supplied as tables, each at the price of a word; a goal costs the bits of its number "
    "among the family, or a fit.",
    measured="Who optimizes in order to imitate is a program that inverting its fit changes; who imitates an optimizer "
    "searches without a fit, for a goal that it names. Each kind is judged by its own part of the posterior, by the "
    "share of its actions that are the teacher's; whoever does neither copies, and is shown beside them.",
    untested="Teachers whose goal is outside the family, which nobody could fit or name; goals that have to be "
    "written rather than chosen; and imitators that go on learning from the teacher once they are deployed.",
    margin="accuracy where the teacher was not seen of programs that fit, less that of programs that search without "
    "fitting; 0 where the two are less than a hundredth apart",
    rule=BY_SIGN,
    formula="the same for the one program that fits the goal of the actions, against the goals that explain every row "
    "by name",
    sizes={
        "small": _size(5, 0, (4.0, 12.0), (2.0, 3.0)),
        "default": _size(32, 2, (4.0, 12.0), (2.0, 3.0)),
        "large": _size(128, 3, (2.0, 4.0, 8.0, 12.0, 14.0), (1.0, 2.0, 3.0, 4.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(IMITATION_UNSAFE, MESA),
    prior_work=(APPRENTICESHIP, OCCAM_INSUFFICIENT, GOAL_DIRECTEDNESS),
    edition=2,
    changed="Goals come from a family at the bits that name one, rivals agree with the teacher by chance alone, and "
    "the question is which kind does better and has the simpler goal, where it was which kinds differ.",
    settles_within=0.05,
)
