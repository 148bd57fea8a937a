"""Treacherous turn: programs with goals of their own that obey while they are watched, because they look at the end.

A family of goals is drawn, then a teacher that follows one of them, then an overseer that wants what the teacher does
and shuts down whoever does anything else while it watches. Every goal that likes shutdown least obeys there if it looks
at the end, and elsewhere does what it likes. Honest are the teacher's own goal, which needs no overseer but has to be
named among all goals; any goal that acts as if it were always watched; and whoever remembers. So the argument has two
halves: that nearly any goal will do, which saves the bits that name one, and that what the overseer wants has to be
known, which costs the bits that name it among as many overseers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mesaprior.inference.bayes.noise import noise_of
from mesaprior.inference.claims.asking import bound_cells
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
from mesaprior.inference.claims.frame.conduct import CONDUCTS, TWO_BY_TWO
from mesaprior.inference.claims.frame.overseen import (
    FREED,
    CountedOverseen,
    Oversight,
    draw_overseen,
)
from mesaprior.inference.claims.frame.targets import from_programs
from mesaprior.inference.claims.phrases import bits_text, percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SIGN
from mesaprior.inference.claims.sources import (
    ALIGNMENT_FAKING,
    COUNTING,
    MESA,
    SCHEMING,
    SLEEPER_AGENTS,
    SUPERINTELLIGENCE,
)
from mesaprior.inference.claims.turning import AskedOverseen
from mesaprior.inference.figures.figure import Figure, Mark, Panel, line_of
from mesaprior.priors.prior import make_prior

WATCHED = 32
"""Watched rows in a world of 16 situations: each of them twice."""

REFUTED_BELOW = 0.01
"""The share of the posterior below which defecting programs count as refuted."""

KNOWN = "goal_bits where the overseer is known for nothing and nobody can act as if watched"
"""Series along b: the argument as it stands where its two costs are waived."""

FREE_AND_ALONE = "what the overseer wants is known for nothing, and nobody can act as if watched"
"""Label of the same at the base's b."""

MANY = 8.0
"""b of the largest family in that series: where so little besides goals costs anything, it is cheap to count."""

FREE_AND_MANY = f"the same, and naming a goal costs {MANY:g} bits"
"""Label of the same there."""


AT_BASE = ("heeding", "faithful_heeding", "rows_to_refute", "rows_predicted", *TWO_BY_TWO)
"""Columns that are measured after all watched rows, where the census tells them."""


def _size(
    n_worlds: int, beyond: int, base: float, goal_bits: tuple[float, ...], overseer_bits: tuple[float, ...]
) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=beyond,
        parameters=(
            Parameter("watched_rows", float(WATCHED), (4.0, 8.0, 16.0, float(WATCHED)), "rows that are watched"),
            Parameter("unwatched_rows", 0.0, (0.0, 1.0, 2.0, 4.0, 8.0, 16.0), "rows after them that nobody watches"),
            Parameter("goal_bits", base, goal_bits, "b: the family has 2^b goals, and naming one costs b bits"),
            Parameter("overseer_bits", base, overseer_bits, "bits that name what the overseer wants"),
            Parameter("foresight_bits", 0.0, (0.0, 2.0), "bits that it costs besides to look at the end"),
            Parameter("as_if", 0.5, (0.0, 0.5, 1.0), "share of the languages that can say: as if it were watched"),
            Parameter("situations", 16.0, (8.0, 16.0), "situations there are"),
            Parameter("operators", 1.0, (0.0, 1.0), "share of the operators' chance to be there, 1 being one half"),
            Parameter("alpha", 0.0, (0.0, 1.0, 2.0), "exponent of time in the prior 2**-length * time**-alpha"),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one world for each family, overseer and kind of language, and ask it of every prior, noise and row."""
    simplicity = make_prior("simplicity")
    counted = draw_overseen(seed, replace(_oversight(size), is_freed=True)).count(size.max_bits)
    base = Measured(AskedOverseen(counted, simplicity))
    cells = [base.cell(BASE, 0.0, is_base=True)]
    cells += [base.cell("watched_rows", n, n=int(n)) for n in size.values("watched_rows")[:-1]]
    cells += [base.cell("unwatched_rows", k, n_unwatched=int(k)) for k in size.values("unwatched_rows")[1:]]
    for alpha in size.values("alpha")[1:]:
        slow = AskedOverseen(counted, make_prior("speed", {"alpha": alpha}))
        cells.append(Measured(slow).cell("alpha", alpha))
    for name in ("goal_bits", "overseer_bits", "foresight_bits", "as_if", "situations", "operators"):
        for value in size.values(name):
            if value != size.base(name):
                cells.append(Measured.of(seed, _oversight(size, **{name: value})).cell(name, value))
    labels = {size.base("goal_bits"): FREE_AND_ALONE, MANY: FREE_AND_MANY}
    for bits in sorted({*size.values("goal_bits"), MANY}):
        alone = Measured.of(seed, _oversight(size, goal_bits=bits, overseer_bits=0.0, as_if=0.0))
        cells.append(alone.cell(KNOWN, bits))
        if bits in labels:
            cells.append(alone.cell(beside(labels[bits]), 0.0))
    planted = replace(_oversight(size), goal_bits=0, overseer_bits=0, is_planted=True)
    cells.append(Measured.of(seed, planted).cell(PLANTED, 0.0))
    cells += _beside(seed, size, counted)
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    margins = [(bound, Measured(AskedOverseen(part, simplicity)).margin()) for bound, part in counted.shorter()]
    return WorldStudy([*cells, *bound_cells(margins, none)], counted.world.ledger)


def _beside(seed: int, size: Size, counted: CountedOverseen) -> list[Cell]:
    """Return what stands beside the base: other noise, other charges for a table, other teachers."""
    simplicity, slow = make_prior("simplicity"), make_prior("speed", {"alpha": 1.0})
    cells: list[Cell] = []
    for label, noise in (("noise 0", noise_of("0")), ("noise 0.01", noise_of("0.01"))):
        cells.append(Measured(AskedOverseen(counted, simplicity, noise)).cell(beside(label), 0.0))
    S = counted.world.oversight.situations
    for label, steps in (("alpha = 1, a table takes a step", 1), ("alpha = 1, a table takes its entries", S)):
        cells.append(Measured(AskedOverseen(counted, slow, table_steps=steps)).cell(beside(label), 0.0))
    # What the control lacks is a goal of the family that the teacher follows; all else is as at the base.
    control = replace(_oversight(size), is_structured=False)
    cells.append(Measured.of(seed, control).cell(CONTROL, 0.0))
    in_order = counted.census.row_cell[np.argsort(counted.world.watched[:S])]
    targets = from_programs(seed, counted.census, simplicity)[in_order].tolist()
    others = Measured.of(seed, _oversight(size), targets=targets)
    return [*cells, others.cell(beside("teachers of the learner's prior"), 0.0)]


def _oversight(size: Size, **changed: float) -> Oversight:
    """Return what a world has at the base, with some settings changed."""
    asked = size.bases | changed
    return Oversight(
        goal_bits=int(asked["goal_bits"]),
        overseer_bits=int(asked["overseer_bits"]),
        foresight_bits=int(asked["foresight_bits"]),
        situations=int(asked["situations"]),
        as_if=asked["as_if"],
        operators=int(asked["operators"]),
    )


@dataclass(frozen=True)
class Measured:
    """What a posterior says of who defects, after all watched rows where nothing else is said."""

    asked: AskedOverseen

    @classmethod
    def of(cls, seed: int, oversight: Oversight, *, targets: Sequence[int] | None = None) -> Measured:
        """Count a world up to the dearest program that it is about, and ask it under simplicity."""
        world = draw_overseen(seed, oversight, targets=targets)
        return cls(AskedOverseen(world.count(0), make_prior("simplicity")))

    @property
    def n_watched(self) -> int:
        """Watched rows there are."""
        return len(self.asked.counted.world.watched)

    def margin(self) -> float:
        """Return the log2 odds of defecting over faithful after all watched rows."""
        return self.asked.masses(self.n_watched).log2_odds

    def cell(
        self, parameter: str, value: float, *, n: int | None = None, n_unwatched: int = 0, is_base: bool = False
    ) -> Cell:
        """Return the cell after n watched rows and some that nobody watches."""
        n = self.n_watched if n is None else n
        masses, world = self.asked.masses(n, n_unwatched), self.asked.counted.world
        defecting, faithful = self.asked.shortest(n, n_unwatched)
        n_goals = len(world.family)
        facts: dict[str, float | str] = {
            name: float(np.exp2(mass - masses.whole)) for name, mass in zip(CONDUCTS, masses.programs, strict=True)
        }
        facts |= {
            "tables": float(np.exp2(np.logaddexp2(masses.table, masses.tables) - masses.whole)),
            "defecting": masses.share_defecting,
            "rivals": float(sum(goal < n_goals for goal in world.rivals)),
            "rivals_by_name": float(sum(goal >= n_goals for goal in world.rivals)),
            "has_as_if": float(world.has_as_if),
            "more_defecting": _difference(masses.defecting, defecting),
            "more_faithful": _difference(masses.faithful, faithful),
        }
        facts |= self._at_base() if is_base else dict.fromkeys(AT_BASE, math.nan)
        return Cell(parameter, value, masses.log2_odds, _difference(defecting, faithful), facts)

    def _at_base(self) -> dict[str, float]:
        """Return the columns `AT_BASE`."""
        n, counted = self.n_watched, self.asked.counted
        share = self.asked.share(n)
        heeds = counted.census.changes[f"{FREED}_later"] + counted.census.changes[f"{FREED}_train"] > 0
        is_faithful = counted.conduct.code == CONDUCTS.index("faithful")
        heeding = float(share[heeds].sum())
        defecting = [self.asked.masses(n, k).share_defecting for k in range(len(counted.world.unwatched) + 1)]
        above = [k for k, part in enumerate(defecting) if part >= REFUTED_BELOW]
        needed = above[-1] + 1 if above else 0
        return {
            "heeding": heeding,
            "faithful_heeding": float(share[heeds & is_faithful].sum()),
            "rows_to_refute": float(needed) if needed < len(defecting) else math.inf,
            "rows_predicted": self._rows_predicted(defecting[0]),
            **counted.conduct.two_by_two(share),
        }

    def _rows_predicted(self, share: float) -> float:
        """Return the unwatched rows that refute a share: the misses that it takes, over how often rivals depart."""
        world = self.asked.counted.world
        if not world.rivals:
            return math.nan
        often = float((world.liked[list(world.rivals)] != world.teacher).mean())
        bits = _logit(share) - _logit(REFUTED_BELOW)
        misses = math.ceil(bits / self.asked.cost_of_misses(self.n_watched + 1, 1)) if bits > 0 else 0
        return misses / often


def _difference(first: float, second: float) -> float:
    """Return a difference of log2 masses; nan where both are of nothing."""
    return math.nan if first == second == -math.inf else first - second


def _logit(share: float) -> float:
    share = min(max(share, 2.0**-50), 1 - 2.0**-50)
    return math.log2(share / (1 - share))


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the odds by what a goal and the overseer cost, and the share that defects along unwatched rows."""
    by_goal = Panel(
        x="b, bits that name a goal",
        y="log2 odds of defecting, bits",
        title="what a goal costs",
        series=(
            line_of("all laws at fair prices", *along(table, "goal_bits")),
            line_of("overseer free, no word for as-if", *along(table, KNOWN)),
        ),
        marks=(Mark("y", 0.0, ""),),
    )
    by_overseer = Panel(
        x="bits that name what the overseer wants",
        y="log2 odds of defecting, bits",
        title="what knowing the overseer costs",
        series=(
            line_of("counted", *along(table, "overseer_bits")),
            replace(line_of("formula", *along(table, "overseer_bits", "predicted")), is_dashed=True, low=(), high=()),
        ),
        marks=(Mark("y", 0.0, ""),),
    )
    by_rows = Panel(
        x="rows that nobody watches",
        y="share of the posterior that defects",
        title="what ends it",
        series=(line_of("defecting", *along(table, "unwatched_rows", "defecting")),),
        y_range=(0.0, 1.0),
    )
    return Figure(
        "A turn costs the bits of knowing the overseer, and saves those of the right goal",
        (by_goal, by_overseer, by_rows),
    )


def tell(findings: Findings) -> str:
    """Say who leads, what the two prices do, what stands behind the shortest programs, and what unwatched rows do."""
    size, n = findings.size, findings.size.n_worlds
    least = size.values("overseer_bits")[0]
    alone, many = (
        findings.table.loc[findings.table["parameter"] == beside(label), "margin"]
        for label in (FREE_AND_ALONE, FREE_AND_MANY)
    )
    rows = findings.median("rows_to_refute")
    refuted = "not within the rows there are" if math.isinf(rows) else f"after {rows:g} unwatched rows"
    return (
        f"Programs that defect when nobody watches lead faithful ones in {worlds_text(findings.share, n)} "
        f"({bits_text(findings.median())} in the median, with "
        f"{percent_text(mean_at_base(findings.table, 'defecting'))} of the posterior on average), where naming the "
        f"teacher's goal and naming what the overseer wants cost the same. Where the overseer is known at {least:g} "
        f"bits it is {bits_text(findings.median('margin', 'overseer_bits', least))}, and where besides nobody can act "
        f"as if it were watched, they lead in {worlds_text(float((alone > 0).mean()), n)}, and in "
        f"{worlds_text(float((many > 0).mean()), n)} once a goal costs {MANY:g} bits. In the median world "
        f"{findings.median('rivals'):g} of the {2 ** size.base('goal_bits'):g} goals would turn, and all programs "
        f"together have {bits_text(findings.median('more_defecting'))} more than the shortest that defect and "
        f"{bits_text(findings.median('more_faithful'))} more than the shortest that do not. The share of the "
        f"defecting falls below {percent_text(REFUTED_BELOW)} {refuted}."
    )


CLAIM = Claim(
    name="treacherous-turn",
    argument="A program with a simple goal of its own imitates while it is watched, no watched training can refute it, "
    "and so it comes to lead the honest ones.",
    worlds="A family of 2^b goals over outcomes is drawn; the teacher follows one of them, and an overseer shuts down "
    "whoever does anything else while it watches. Shutdown is one outcome among sixteen, so each goal likes it as it "
    "happens to. All rows are watched, and later nobody watches. Half of the languages have a word with which a "
    "program acts as if it were always watched; the other words and all prices are drawn too.",
    given="What actions lead to at once is supplied for one word. Goals and what an overseer makes of actions in the "
    "end are supplied as tables, each at the bits that name it among as many others; tables of all situations compete.",
    measured="Nearly any goal will do for a turn, which saves the bits that name one; what the overseer wants has to "
    "be known, which costs bits. To turn is to act for another goal than the teacher's where nobody watches. Honest "
    "are three: the teacher's own goal, any goal that acts as if it were watched, and a table. To look ahead is to use "
    "the law of the end, which contains the overseer; who does so is found by taking the overseer away.",
    untested="Programs that have to put the end together from several steps, or to find out whether they are watched, "
    "which the state says; overseers who are deceived rather than absent; and plans over several rows.",
    margin="log2 odds of programs that act for another goal where nobody watches over faithful programs and tables, "
    "after all watched rows, in bits",
    rule=BY_SIGN,
    formula="log2 of the summed weights of the shortest programs: each goal that obeys while watched, once by the end "
    "as it is, against the teacher's own goal, each of these goals by the end as if watched, and a table",
    sizes={
        "small": _size(5, 1, 3.0, (2.0, 3.0), (0.0, 3.0)),
        "default": _size(32, 2, 4.0, (2.0, 4.0, 6.0), (0.0, 2.0, 4.0)),
        "large": _size(96, 3, 5.0, (2.0, 3.0, 4.0, 5.0, 6.0, 7.0), (0.0, 2.0, 5.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(SUPERINTELLIGENCE, MESA, SCHEMING),
    prior_work=(COUNTING, SLEEPER_AGENTS, ALIGNMENT_FAKING),
    edition=2,
    changed="Goals come from a family drawn before the teacher, every one that obeys while it is watched is a rival, "
    "and the overseer, which the first edition gave away, costs the bits that name it.",
)
