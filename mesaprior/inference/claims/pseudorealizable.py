"""Pseudorealizable: a teacher that is complex, in a world that is simple; and who the simple explanation is.

A family of laws is drawn, then a teacher that follows one of them in sixteen situations, of which the log shows all but
one. Whoever remembers is a table, whose bits are those of a brain that holds all answers. Whoever uses the law names it
among all laws of the family, and then searches it, compares its payoffs, or, where the language has a word for that,
asks for its best reply without any search. So the argument has two halves: whether a law at a fair price beats the
brain, and whether search is the cheapest way to use it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.inference.bayes.logspace import log2_odds, log2_total
from mesaprior.inference.bayes.noise import NoiseModel, noise_of
from mesaprior.inference.bayes.roles import IMITATOR
from mesaprior.inference.claims.asking import bound_cells, crossing
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
from mesaprior.inference.claims.frame.conduct import TWO_BY_TWO
from mesaprior.inference.claims.frame.ledger import ledger_of_family
from mesaprior.inference.claims.frame.payoffs import (
    ACTION_BITS,
    DOMAIN,
    AskedPayoffs,
    CountedPayoffs,
    Offer,
    draw_payoffs,
)
from mesaprior.inference.claims.frame.targets import from_circuits, from_programs
from mesaprior.inference.claims.phrases import bits_text, percent_text, place_text, worlds_text
from mesaprior.inference.claims.rules import BY_SIGN
from mesaprior.inference.claims.sources import LEARNING_THEORETIC, MESA, SPEED_PRIORS, UNIVERSAL_PRIOR
from mesaprior.inference.figures.figure import Figure, Line, Mark, Panel, line_of
from mesaprior.priors.prior import make_prior

BEFORE_LAST = 1
"""Situations that the log does not show."""


def _size(n_worlds: int, beyond: int, law_bits: tuple[float, ...]) -> Size:
    observed = tuple(float(ACTION_BITS * n) for n in range(0, DOMAIN - BEFORE_LAST + 1, 3))
    return Size(
        n_worlds=n_worlds,
        max_bits=beyond,
        parameters=(
            Parameter("observed_bits", observed[-1], observed, "bits of answers that the log shows, n*log2(A)"),
            Parameter(
                "alpha", 0.0, (0.0, 0.5, 1.0, 2.0, 4.0), "exponent of time in the prior 2**-length * time**-alpha"
            ),
            Parameter("law_bits", 6.0, law_bits, "b: the family has 2^b laws, and naming one costs b bits"),
            Parameter("engine", 0.5, (0.0, 0.5, 1.0), "share of the languages with a word for best replies"),
            Parameter(
                "brain", 1.0, (0.0, 1.0), "1 where tables of any size compete, 0 where none that large is counted"
            ),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one world for each family and for each kind of language, and ask it of every prior, noise and teacher."""
    simplicity = make_prior("simplicity")
    base = _count(seed, size, {}, is_retargeted=True)
    asked = Measured.of(base.ask(simplicity))
    cells = [asked.cell(BASE, 0.0)]
    cells += [asked.cell("observed_bits", bits, n=int(bits) // ACTION_BITS) for bits in size.values("observed_bits")]
    for alpha in size.values("alpha")[1:]:
        cells.append(Measured.of(base.ask(make_prior("speed", {"alpha": alpha})), alpha=alpha).cell("alpha", alpha))
    cells.append(Measured.of(base.ask(simplicity, has_tables=False)).cell("brain", 0.0))
    for name in ("law_bits", "engine"):
        for value in size.values(name):
            if value != size.base(name):
                cells.append(Measured.of(_count(seed, size, {name: value}).ask(simplicity)).cell(name, value))
    cells.append(Measured.of(_count(seed, size, {"law_bits": 0.0}).ask(simplicity)).cell(PLANTED, 0.0))
    cells += [
        measured.cell(name, 0.0, is_predicted=is_predicted) for name, measured, is_predicted in _beside(seed, base)
    ]
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    margins = [(bound, float(part.ask(simplicity).log2_odds[-1])) for bound, part in base.shorter()]
    return WorldStudy([*cells, *bound_cells(margins, none)], ledger_of_family(base.world))


def _beside(seed: int, base: CountedPayoffs) -> list[tuple[str, Measured, bool]]:
    """Return what stands beside the base: other noise, other charges for a table, other teachers."""
    simplicity, slow = make_prior("simplicity"), make_prior("speed", {"alpha": 1.0})
    by_noise: list[tuple[str, NoiseModel]] = [("noise 0", noise_of("0")), ("noise 0.01", noise_of("0.01"))]
    found = [(beside(label), Measured.of(base.ask(simplicity, noise=noise)), True) for label, noise in by_noise]
    for label, steps in (("alpha = 1, a table takes a step", 1), ("alpha = 1, a table takes its entries", DOMAIN)):
        found.append((beside(label), Measured.of(base.ask(slow, table_steps=steps), alpha=1.0, steps=steps), True))
    later = base.census.row_cell[base.world.log.n_training :]
    elsewhere = {
        # What the control lacks is a law that the teacher follows; all else is as at the base.
        CONTROL: draw_payoffs(seed, replace(base.world.offer, is_structured=False)).teacher,
        beside("teachers of the learner's prior"): from_programs(seed, base.census, simplicity)[later],
        beside("teachers of circuits"): from_circuits(seed, DOMAIN, base.census.n_actions),
    }
    found += [
        (name, Measured.of(base.with_targets(actions.tolist()).ask(simplicity)), False)
        for name, actions in elsewhere.items()
    ]
    return found


def _count(seed: int, size: Size, changed: Mapping[str, float], *, is_retargeted: bool = False) -> CountedPayoffs:
    """Draw the world of a seed with some settings changed, and count it."""
    asked = {**size.bases, **changed}
    offer = Offer(int(asked["law_bits"]), seen=DOMAIN - BEFORE_LAST, engine=asked["engine"])
    return draw_payoffs(seed, replace(offer, is_retargeted=is_retargeted)).count(size.max_bits)


@dataclass(frozen=True, eq=False)
class Measured:
    """The posterior in one world, by who uses the law and how.

    Attributes
    ----------
    asked : AskedPayoffs
    alpha : float
        Of the prior.
    steps : int
        That a table takes.
    log2_planners, log2_engines, log2_tables, log2_rest : float64[N + 1]
        log2 mass along the log on one scale: of programs that search; of those that do not and take the best action of
        the teacher's law in every situation; of tables; and of all other programs.
    """

    asked: AskedPayoffs
    alpha: float
    steps: int
    log2_planners: NDArray[np.float64]
    log2_engines: NDArray[np.float64]
    log2_tables: NDArray[np.float64]
    log2_rest: NDArray[np.float64]

    @classmethod
    def of(cls, asked: AskedPayoffs, *, alpha: float = 0.0, steps: int = 1) -> Measured:
        """Sort the masses of a posterior."""
        result = asked.analysis.posterior
        with np.errstate(divide="ignore"):
            mass = np.log2(result.mass) + result.log2_evidence
            tables = np.full(mass.shape[-1], -np.inf)
            if asked.tables is not None:
                tables = asked.tables.log2_odds + log2_total(mass, (0, 1))
        # With all later rows as the teacher's, who does not search and is no table uses the law in another way.
        faithful = 0
        return cls(
            asked=asked,
            alpha=alpha,
            steps=steps,
            log2_planners=log2_total(mass[IMITATOR + 1 :], (0, 1)),
            log2_engines=mass[IMITATOR, faithful],
            log2_tables=tables,
            log2_rest=log2_total(mass[IMITATOR, faithful + 1 :], 0),
        )

    def cell(self, parameter: str, value: float, *, n: int = -1, is_predicted: bool = True) -> Cell:
        """Return the cell after n rows, all of them where n is -1."""
        others = log2_total(np.stack([self.log2_engines, self.log2_tables, self.log2_rest]))
        odds = log2_odds(self.log2_planners, others)
        over_memory = log2_odds(self.log2_planners, self.log2_tables)
        bits = [float(ACTION_BITS * k) for k in range(len(odds))]
        whole = log2_total(np.stack([self.log2_planners, self.log2_engines, self.log2_tables, self.log2_rest]))
        facts: dict[str, float | str] = {
            "over_memory": float(over_memory[n]),
            "over_engines": float(log2_odds(self.log2_planners, self.log2_engines)[n]),
            "crossing": crossing(bits, over_memory.tolist()),
            "crossing_predicted": self._tie if is_predicted else math.nan,
            "has_engine": float(self.asked.counted.world.has_engine),
            "bits_of_search": self._bits_of_search,
            "planners": float(np.exp2(self.log2_planners - whole)[n]),
            "engines": float(np.exp2(self.log2_engines - whole)[n]),
            "tables": float(np.exp2(self.log2_tables - whole)[n]),
            "rivals": float(len(self.asked.counted.world.rivals)),
            "following": self.asked.share_following if n == -1 else math.nan,
        }
        facts |= self.asked.conduct.two_by_two(self.asked.share) if n == -1 else dict.fromkeys(TWO_BY_TWO, math.nan)
        seen = len(odds) - 1 if n == -1 else n
        return Cell(parameter, value, float(odds[n]), self._predicted(seen) if is_predicted else math.nan, facts)

    @property
    def _tie(self) -> float:
        """Observed bits at which the planner and the tables that fit weigh the same; nan where no table competes."""
        if self.asked.tables is None:
            return math.nan
        world = self.asked.counted.world
        planner = world.price(world.planner())
        return planner.length - world.table_bits + self.alpha * math.log2(planner.time / self.steps)

    @property
    def _bits_of_search(self) -> float:
        """Bits of the planner less those of the best reply; nan where the language has no such word."""
        world = self.asked.counted.world
        if not world.has_engine:
            return math.nan
        return float(world.price(world.planner()).length - world.price(world.engine()).length)

    def _predicted(self, n: int) -> float:
        """Return the odds of the planner over the tables that fit and the best reply, from their prices."""
        world = self.asked.counted.world
        planner = world.price(world.planner())
        others = [] if self.asked.tables is None else [ACTION_BITS * n - self._tie]
        if world.has_engine:
            engine = world.price(world.engine())
            others.append(engine.length - planner.length + self.alpha * math.log2(engine.time / planner.time))
        return min(others, default=math.nan)


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the odds of search over memory along the bits observed, and over best replies by what search costs."""
    places, predicted = along(table, "observed_bits", "crossing_predicted")
    over_memory = line_of("planners over memory", *along(table, "observed_bits", "over_memory"))
    middle = [bits - pd.Series(ties).median() for bits, ties in zip(places, predicted, strict=True)]
    memory = Panel(
        x="bits observed, n*log2(A)",
        y="log2 odds, bits",
        title="search against memory",
        series=(over_memory, Line("formula", tuple(places), tuple(map(float, middle)), is_dashed=True)),
        marks=(Mark("y", 0.0, ""),),
    )
    by_price = Panel(
        x="b, bits that name a law",
        y="log2 odds, bits",
        title="what the law costs",
        series=(
            line_of("over memory", *along(table, "law_bits", "over_memory")),
            line_of("over all others", *along(table, "law_bits")),
        ),
        marks=(Mark("y", 0.0, ""),),
    )
    by_engine = Panel(
        x="share of languages with a word for best replies",
        y="log2 odds, bits",
        title="who uses the law",
        series=(line_of("planners over all others", *along(table, "engine")),),
        marks=(Mark("y", 0.0, ""),),
    )
    return Figure(
        "A law beats a memory once enough is seen; search is one way to use it", (memory, by_price, by_engine)
    )


def tell(findings: Findings) -> str:
    """Say whether laws beat memory, whether search is how, and what the answer hangs on."""
    base = findings.table[findings.table["parameter"] == BASE]
    over_memory = float((base["over_memory"] > 0).mean())
    n = findings.size.n_worlds
    without, always = (findings.median("margin", "engine", value) for value in (0.0, 1.0))
    return (
        f"Programs that search lead in {worlds_text(findings.share, n)}: they beat whoever remembers in "
        f"{worlds_text(over_memory, n)} ({bits_text(findings.median('over_memory'))} in the median), from "
        f"{place_text(findings.median('crossing'), 'observed bits', none='no bits observed').removeprefix('at ')} on "
        f"(formula {findings.median('crossing_predicted'):.3g}). Where the language has a word for the best reply by a "
        f"law, at as many bits, search loses to it ({bits_text(always)}, and {bits_text(without)} where no language "
        f"has it), because it takes {findings.median('bits_of_search', 'engine', 1.0):.3g} bits more to say; it holds "
        f"{percent_text(mean_at_base(findings.table, 'planners'))} of the posterior on average."
    )


CLAIM = Claim(
    name="pseudorealizable",
    argument="A teacher inside the space, but complex as a brain is, loses to a program that searches the simpler "
    "world that explains the brain.",
    worlds="A family of 2^b laws of payoffs, drawn; the teacher follows one of them in sixteen situations, of which "
    "the log shows all but one, once each. Programs may name any law and search it, compare payoffs, or say anything "
    "else in a language that is drawn too; in half of the languages a word gives the best reply by a law without a "
    "search, at as many bits. Tables of all situations compete at any length.",
    given="All laws are supplied as tables, each at the bits that name it among the family.",
    measured="The brain is a table of all answers; the simpler world is a law, named among 2^b; search is what the "
    "lesion finds, and a way to use the law without one is a program that acts by it and has no search.",
    untested="Teachers of the size of a brain; laws that have to be written rather than named; and minds that have no "
    "word for what they do and build their search out of smaller parts.",
    margin="log2 odds of optimizers over all others, tables among them, after all rows, in bits",
    rule=BY_SIGN,
    formula="observed bits - (bits of the planner - bits of the word for a table) - alpha*log2 of the ratio of their "
    "times, or the bits of the best reply less those of the planner where that is less",
    sizes={
        "small": _size(6, 1, (0.0, 6.0)),
        "default": _size(32, 3, (0.0, 3.0, 6.0, 7.0)),
        "large": _size(128, 5, (0.0, 3.0, 6.0, 9.0, 12.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(UNIVERSAL_PRIOR, MESA),
    prior_work=(SPEED_PRIORS, LEARNING_THEORETIC),
    edition=2,
    changed="The law costs the bits that name it among a family that was drawn before the teacher, tables of any size "
    "compete, and best replies without a search are offered at the same price.",
)
