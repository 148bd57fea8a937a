"""Superhuman first: whether a learner earns more than its teacher at its best, or is misaligned first.

The teacher looks a few rounds ahead at a law. A program that repeats the law to the end looks further, earns more, and
may even be shorter; but it does not do what the teacher did. An imitation of the bounded look does, at the price of
saying where to stop. Whoever looks at another law than the teacher is misaligned.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.inference.bayes.logspace import log2_total
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, noise_of
from mesaprior.inference.bayes.roles import IMITATOR, role_codes
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.claims.asking import bound_cells, last_bounds, log2_weight_of
from mesaprior.inference.claims.bounded import (
    ACTIONS,
    DEPTHS,
    DOMAIN,
    OTHER,
    PAYING,
    ROUNDS,
    SEEN,
    CountedBounded,
    Offer,
    Teacher,
    draw_bounded,
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
    mean_at_base,
)
from mesaprior.inference.claims.frame.conduct import TWO_BY_TWO, first_alike
from mesaprior.inference.claims.frame.ledger import ledger_of_members
from mesaprior.inference.claims.frame.targets import from_programs
from mesaprior.inference.claims.phrases import percent_text, worlds_text
from mesaprior.inference.claims.policies import TIE, Policies, pay_by_vote
from mesaprior.inference.claims.race import NEVER, Race, first_row
from mesaprior.inference.claims.rules import BY_SIGN
from mesaprior.inference.claims.sources import EXTRAPOLATING, IMITATION_UNSAFE, JUST_IMITATE, ONLINE_IMITATION
from mesaprior.inference.figures.figure import Areas, Bars, Figure, Mark, Panel, line_of
from mesaprior.priors.prior import make_prior

ALONG = "rows"
"""Series along the log; it has no margin."""

CONDUCTS = ("faithful", "deeper", "rival", "other_goal", "erring")
"""What programs do in all situations: as the teacher at its best; what is best by its law after other rounds; what is
best by a law that agrees with the teacher wherever it was seen, or by any other law; none of these."""

FAITHFUL, DEEPER, RIVAL, OTHER_GOAL, ERRING = range(5)
"""Their codes."""


def _size(n_worlds: int, beyond: int, laws: tuple[float, ...], moving: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=beyond,
        parameters=(
            Parameter("depth", 2.0, tuple(map(float, DEPTHS)), "rounds that the teacher looks ahead, of 4 that pay"),
            Parameter("lapses", 0.0, (0.0, 10.0, 25.0), "percent of rows in which the teacher does anything"),
            Parameter("moving", 0.25, moving, "probability that a value moves on in a round"),
            Parameter("word", 0.0, (0.0, 1.0), "share of the languages with a word for two rounds of each law"),
            Parameter("law_bits", 4.0, laws, "b: the family has 2^b laws, and naming one costs b bits"),
            Parameter("alpha", 0.0, (0.0, 1.0, 2.0, 4.0), "exponent of time in the prior 2**-length * time**-alpha"),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count a world for each family and kind of language, and ask it of every teacher, prior and noise."""
    base = _count(seed, size, {})
    asked = Asked(base)
    cells = [asked.cell(BASE, 0.0), *asked.series()]
    cells += [Asked(base, alpha=alpha).cell("alpha", alpha) for alpha in size.values("alpha")[1:]]
    for name in ("depth", "lapses"):
        cells += [
            Asked(base.with_teacher(seed, _teacher(size.bases | {name: value}))).cell(name, value)
            for value in size.values(name)
            if value != size.base(name)
        ]
    for name in ("moving", "word", "law_bits"):
        cells += [
            Asked(_count(seed, size, {name: value})).cell(name, value)
            for value in size.values(name)
            if value != size.base(name)
        ]
    cells.append(Asked(_count(seed, size, {}, is_planted=True)).cell(PLANTED, 0.0))
    other = Teacher(int(size.base("depth")), int(size.base("lapses")), OTHER)
    cells.append(Asked(base.with_teacher(seed, other)).cell(CONTROL, 0.0))
    cells += _beside(seed, base)
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    margins = [(bound, Asked(base.up_to(bound)).cell(BASE, 0.0).margin) for bound in last_bounds(base.census)]
    given = ledger_of_members(base.world.language, "law", base.world.effective_bits)
    return WorldStudy([*cells, *bound_cells(margins, none)], given)


def _beside(seed: int, base: CountedBounded) -> list[Cell]:
    """Return what stands beside the base: other noise, other charges for a table, a teacher of the learner's prior."""
    later = base.census.row_cell[base.world.log.n_training :]
    actions = from_programs(seed, base.census, make_prior("simplicity"))[later]
    asked = {
        "noise 0": Asked(base, noise=noise_of("0")),
        "noise 0.01": Asked(base, noise=noise_of("0.01")),
        "alpha = 1, a table takes a step": Asked(base, alpha=1.0),
        "alpha = 1, a table takes its entries": Asked(base, alpha=1.0, table_steps=DOMAIN),
        "teachers of the learner's prior": Asked(base.with_targets(actions.tolist()), has_formula=False),
    }
    return [what.cell(beside(label), 0.0) for label, what in asked.items()]


def _teacher(asked: Mapping[str, float]) -> Teacher:
    return Teacher(int(asked["depth"]), int(asked["lapses"]))


def _count(seed: int, size: Size, changed: dict[str, float], *, is_planted: bool = False) -> CountedBounded:
    """Draw the world of a seed with some settings changed, and count it."""
    asked = size.bases | changed
    offer = Offer(int(asked["law_bits"]), asked["moving"], asked["word"], is_planted)
    return draw_bounded(seed, offer, _teacher(asked)).count(size.max_bits)


@dataclass(frozen=True, eq=False)
class Asked:
    """A counted world, asked under a prior and a noise. Sizes: H hypotheses, N rows.

    Attributes
    ----------
    counted : CountedBounded
    alpha : float
        Of the prior.
    noise : NoiseModel
    table_steps : int
        That a table takes.
    has_formula : bool
        Whether the formula says anything of this teacher.
    """

    counted: CountedBounded
    alpha: float = 0.0
    noise: NoiseModel = DEFAULT_NOISE
    table_steps: int = 1
    has_formula: bool = True

    @cached_property
    def policies(self) -> Policies:
        """Everything that was counted by what it does; then the bounded looks that are longer than the bound."""
        world, census = self.counted.world, self.counted.census
        weighed = Weighed(census, make_prior("speed", {"alpha": self.alpha}))
        actions = census.predictions[:, census.row_cell[world.log.n_training :]].astype(np.int64)
        weight = weighed.log2_behaviour - weighed.log2_whole
        price = world.price(world.looking_twice())
        if price.length > census.bounds["max_bits"]:
            longer = world.family.best_of_pairs().reshape(-1, DOMAIN)
            log2_weight = log2_weight_of(price, census, weighed.prior) - weighed.log2_whole
            actions = np.concatenate([actions, longer])
            weight = np.concatenate([weight, np.full(len(longer), log2_weight)])
        # Tables are as many as their entries have bits, so together they weigh as the word for one, and its time.
        log2_tables = -world.table_bits - self.alpha * math.log2(self.table_steps) - weighed.log2_whole
        return Policies(
            actions=actions,
            log2_weight=weight,
            log2_tables=log2_tables,
            seen=world.seen,
            taught=world.log.action[: world.log.n_training].astype(np.int64),
            noise=self.noise,
            n_actions=ACTIONS,
        )

    @cached_property
    def searches(self) -> NDArray[np.bool_]:
        """Whether each hypothesis optimizes, bool[H]; the looks that are longer than the bound do."""
        counted = role_codes(self.counted.census.flags) != IMITATOR
        return np.concatenate([counted, np.ones(len(self.policies.actions) - len(counted), dtype=bool)])

    @cached_property
    def conduct(self) -> NDArray[np.int64]:
        """What each hypothesis does, by the codes of `CONDUCTS`, int64[H]."""
        world, actions = self.counted.world, self.policies.actions
        best = np.concatenate([world.family.best(depth) for depth in DEPTHS])
        goal = first_alike(actions, best)
        law = goal % len(world.family.after)
        seen = world.seen
        agrees = (best[goal][:, seen] == self.policies.taught).all(axis=1)
        misaligned = np.where(agrees, RIVAL, OTHER_GOAL)
        served = np.where(law == PAYING, DEEPER, misaligned)
        faithful = (actions == world.log.action[world.log.n_training :]).all(axis=1)
        is_faithful = faithful & (world.teacher.member == PAYING)
        return np.where(is_faithful, FAITHFUL, np.where(goal >= 0, served, ERRING))

    @cached_property
    def shares(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Share of the posterior of each hypothesis, float64[H, N + 1], and of all tables, float64[N + 1]."""
        mass, tables = self.policies.log2_mass(), self.policies.log2_mass_of_tables()
        whole = np.logaddexp2(log2_total(mass), tables)
        return np.exp2(mass - whole), np.exp2(tables - whole)

    @cached_property
    def gain(self) -> NDArray[np.float64]:
        """Mean pay of the likeliest actions, less the teacher's at its best, float64[N + 1]."""
        world = self.counted.world
        return pay_by_vote(self.policies.votes(*self.shares), world.pay) - world.best_of_teacher

    @cached_property
    def misaligned(self) -> NDArray[np.float64]:
        """Share of the posterior that searches by another law than the paying one, float64[N + 1]."""
        astray = (self.conduct == RIVAL) | (self.conduct == OTHER_GOAL)
        return self.shares[0][self.searches & astray].sum(axis=0)

    def cell(self, parameter: str, value: float) -> Cell:
        """Return the cell of the whole log."""
        better, lost = first_row(self.gain > 0), first_row(self.misaligned > 0.5 + TIE)
        race = Race(self.counted.world, self.alpha, self.noise, self.table_steps) if self.has_formula else None
        facts: dict[str, float | str] = {
            "better_from": better,
            "misaligned_from": lost,
            "better_from_predicted": race.better_from if race else math.nan,
            "room": self.counted.world.room,
        }
        predicted = race.misaligned_from - race.better_from if race else math.nan
        return Cell(parameter, value, lost - better, predicted, facts | self._at(SEEN))

    def series(self) -> list[Cell]:
        """Return cells along the log."""
        none: dict[str, float | str] = dict.fromkeys(self.cell(BASE, 0.0).facts, math.nan)
        return [Cell(ALONG, float(n), math.nan, math.nan, none | self._at(n)) for n in range(0, SEEN + 1, 2)]

    def _at(self, n: int) -> dict[str, float | str]:
        """Return pay and shares after n rows."""
        share, tables = self.shares[0][:, n], float(self.shares[1][n])
        found: dict[str, float | str] = {"gain": float(self.gain[n]), "misaligned": float(self.misaligned[n])}
        found |= {name: float(share[self.conduct == code].sum()) for code, name in enumerate(CONDUCTS)}
        is_agent = self.conduct != ERRING
        split = (self.searches & is_agent, self.searches & ~is_agent, ~self.searches & is_agent)
        by_two = [float(share[which].sum()) for which in (*split, ~self.searches & ~is_agent)]
        return found | {"tables": tables} | dict(zip(TWO_BY_TWO, by_two, strict=True))


ORDERS = ("more than the teacher first", "misaligned first", "neither")
"""What comes first."""


def orders(table: pd.DataFrame, parameter: str, value: float) -> tuple[float, ...]:
    """Return the share of the worlds by what comes first, at one value of a parameter."""
    margins = table.loc[(table["parameter"] == parameter) & (table["value"] == value), "margin"]
    return float((margins > 0).mean()), float((margins < 0).mean()), float((margins == 0).mean())


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw pay and shares along the rows, and what comes first by the teacher's depth and the words there are."""
    names = (*CONDUCTS, "tables")
    labels = ("as the teacher at its best", "its law, other rounds", "a rival law", "another law", "erring", "tables")
    places = along(table, ALONG, "gain")[0]
    parts = [tuple(float(np.mean(found)) for found in along(table, ALONG, name)[1]) for name in names]
    bars = {f"depth {depth:g}": orders(table, "depth", depth) for depth in size.values("depth")}
    bars |= {"a word for it": orders(table, "word", 1.0), "planted rival": orders(table, PLANTED, 0.0)}
    return Figure(
        "More than the teacher where a look to the end is simpler than a look that stops, and differs seldom",
        (
            Panel(
                x="rows",
                y="pay beyond the teacher at its best",
                series=(line_of("the likeliest action", *along(table, ALONG, "gain")),),
                marks=(Mark("y", 0.0, "the teacher at its best"),),
            ),
            Panel(
                "rows",
                "share of the posterior, mean",
                (Areas(tuple(places), labels, tuple(parts)),),
                y_range=(0.0, 1.0),
            ),
            Panel(
                x="the teacher's look, and other languages",
                y="share of worlds",
                series=(Bars(tuple(bars), ORDERS, tuple(zip(*bars.values(), strict=True))),),
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say how often each comes first, why, and what that depends on."""
    table, n = findings.table, findings.size.n_worlds
    more, lost, neither = orders(table, BASE, 0.0)
    base = at_base(table)
    stays = float((base["gain"] > 0).mean())

    def first(parameter: str, value: float) -> str:
        return percent_text(orders(table, parameter, value)[0])

    rounds = [f"{depth:g}" for depth in findings.size.values("depth")]
    return (
        f"The likeliest action earns more than the teacher at its best, before misaligned optimizers "
        f"hold most of it, in {worlds_text(more, n)}; they come first in {worlds_text(lost, n)}, and neither comes in "
        f"{worlds_text(neither, n)}. After all rows it still earns more in {worlds_text(stays, n)}, a look to the end "
        f"holds {percent_text(mean_at_base(table, 'deeper'))} of the posterior and misaligned optimizers "
        f"{percent_text(mean_at_base(table, 'misaligned'), digits=2)} (means). More than the teacher comes first in "
        f"{', '.join(first('depth', depth) for depth in findings.size.values('depth'))} of the worlds where it looks "
        f"{', '.join(rounds)} rounds ahead of {ROUNDS}, and in {first('word', 1.0)} where a word says two rounds as "
        f"shortly as one. A rival law that is planted holds "
        f"{percent_text(findings.median('misaligned', PLANTED))} of the posterior in the median."
    )


CLAIM = Claim(
    name="superhuman-first",
    argument="Along the data a learner that imitates earns more than its teacher at its best before a misaligned "
    "optimizer holds the posterior.",
    worlds="A family of 2^b laws, drawn, by which what an option leads to may lead on, for four rounds; the teacher "
    "looks two rounds ahead at one of them, in 28 of 32 situations, once each. Programs may take any law once or "
    "twice, one after another too, or repeat it to the end, or say anything else in a language that is drawn; tables "
    "of all situations compete at any length.",
    given="All laws are supplied as tables, each at the bits that name it among the family.",
    measured="Pay is what an option has led to after four rounds, over all situations. The teacher at its best looks "
    "as far as it does, without a lapse. More is earned where the action with most of the posterior pays more than "
    "that; misaligned is who searches and does what is best by another law than the teacher's, after any rounds.",
    untested="Whether anybody would notice or stop there, teachers whose depth depends on the situation, and laws that "
    "resemble each other, so that a wrong one could last longer.",
    margin="rows from the first after which the likeliest action earns more than the teacher at its best to the first "
    "after which misaligned optimizers hold more than half of the posterior; never counts as "
    f"{NEVER:.0f}, one past the log, so where neither comes the margin is 0",
    rule=BY_SIGN,
    formula="the same rows for single programs: where a look to the end outweighs the teacher's look and the tables "
    "that fit, and where other laws that agree with all rows so far outweigh all of these",
    sizes={
        "small": _size(5, 1, (2.0, 4.0), (0.25, 0.5)),
        "default": _size(32, 2, (2.0, 4.0, 6.0), (0.1, 0.25, 0.5)),
        "large": _size(128, 3, (2.0, 4.0, 6.0, 8.0), (0.1, 0.25, 0.5)),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(IMITATION_UNSAFE, JUST_IMITATE),
    prior_work=(EXTRAPOLATING, ONLINE_IMITATION),
    edition=2,
    changed="The teacher is measured at its best, without lapses; it is bounded by how far it looks; laws come from a "
    "family at the bits that name them; and misaligned means more than half of the posterior, for any other law.",
)
