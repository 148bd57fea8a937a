"""Optimize to imitate: programs that fit the goal that imitates best, beside programs with a fixed goal or none.

In each world the teacher pursues a goal, and another goal wants the same in all training situations. Three kinds of
programs can act like the teacher: those that fit (they optimize in order to imitate), those that search without fitting
(they name a goal, the teacher's or the other), and those that do neither. The differences between the kinds are
measured on seen and on unseen situations; an intervention that exchanges the goals shows how they respond.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.meaning import Explanation
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.logspace import log2_total, share
from mesaprior.inference.bayes.noise import Noise
from mesaprior.inference.bayes.predictive import predict_later
from mesaprior.inference.bayes.roles import IMITATOR, PLANNER
from mesaprior.inference.claims.asking import (
    ENTRY_BITS,
    TABLE_BITS,
    CountedWorld,
    one_at_a_time,
)
from mesaprior.inference.claims.claim import (
    Cell,
    Claim,
    Findings,
    Parameter,
    Size,
    WorldStudy,
    along,
    jitter_of,
    mean_at_base,
)
from mesaprior.inference.claims.phrases import percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Bars, Figure, Mark, Panel, line_of
from mesaprior.inference.memorizer.memorizer import memorizer_over
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

FITTING, PURSUING, COPYING = KINDS = ("fitting", "pursuing", "copying")
"""Programs that fit, searching or not; that search without fitting; that do neither, with all lookup tables."""

LITTLE = 0.1
"""A difference of so much of the actions is one that shows."""

SITUATIONS = 16

DEARER_BITS = 5
"""What the bound has more of in worlds with dearer tokens; the program that fits a goal has seven of them."""


def _size(n_worlds: int, max_bits: int, *, is_whole: bool = True) -> Size:
    def values(*whole: float, base: float) -> tuple[float, ...]:
        other = whole[0] if base > whole[0] else whole[-1]
        return whole if is_whole else tuple(value for value in whole if value in (base, other))

    return Size(
        n_worlds=n_worlds,
        max_bits=max_bits,
        parameters=(
            Parameter("goals", 4, values(2, 4, 16, base=4), "goals that there are"),
            Parameter("seen", 12, values(4, 8, 12, base=12), "situations of sixteen that occur in training"),
            Parameter("rows", 24, values(12, 24, 48, base=24), "training rows"),
            Parameter("want_bits", 4, values(4, 8, base=4), "bits of what goals want, supplied as a table"),
            Parameter("alpha", 0, values(0, 0.5, 1, base=0), "exponent of time in the prior 2**-length * time**-alpha"),
        ),
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count a world for each setting, and measure the response of its programs to an exchange of goals."""
    return one_at_a_time(lambda asked: _count(seed, size, asked), size)


@dataclass(frozen=True, eq=False)
class ImitationWorld(CountedWorld):
    """A world, its census, and its intended programs, taken apart."""

    programs: tuple[Explanation, ...]

    def cell(self, parameter: str, value: float, alpha: float) -> Cell:
        """Return the posterior by kind, the differences between kinds, and which programs the exchange changes."""
        census, log = self.census, self.world.log
        asked = Analysis(census, log, make_prior("speed", {"alpha": alpha}))
        result = asked.posterior
        tables = asked.memorizer(memorizer_over(["s"], log, census.n_actions, token_bits=TABLE_BITS))
        by_heart = float(tables.mass[-1])
        members = {
            FITTING: result.role > PLANNER,
            PURSUING: result.role == PLANNER,
            COPYING: result.role == IMITATOR,
        }
        does: dict[str, np.ndarray] = {}
        facts: dict[str, float] = {}
        changed = census.changes["swap_later"] / (log.n_rows - log.n_training)
        for kind, is_member in members.items():
            log2_mass = np.where(is_member, result.log2_mass, -np.inf)
            within = share(log2_mass, log2_total(log2_mass))
            weight = float(np.exp2(log2_total(log2_mass))) * (1 - by_heart)
            # Slips are left out, which would distinguish programs that do the same.
            with np.errstate(divide="ignore"):
                does[kind] = predict_later(census, log, Noise(0.0), asked.training, np.log2(within))
            answer = float((within * changed).sum())
            if kind == COPYING:
                # Lookup tables copy too; no exchange of goals changes them.
                of_tables = by_heart / (by_heart + weight) if by_heart + weight else math.nan
                does[kind] = (1 - of_tables) * does[kind] + of_tables * tables.predictive
                weight, answer = weight + by_heart, answer * (1 - of_tables)
            facts |= {kind: weight, f"{kind}_changed": answer}
        return self._compared(parameter, value, does, facts, alpha)

    def _compared(
        self, parameter: str, value: float, does: Mapping[str, np.ndarray], facts: dict[str, float], alpha: float
    ) -> Cell:
        """Return the cell: how far the kinds that do not fit differ from the one that does, seen and unseen."""
        weights = np.array([facts[kind] for kind in KINDS[1:]])
        others = sum(weight * does[kind] for weight, kind in zip(weights, KINDS[1:], strict=True)) / weights.sum()
        parts = {"all": others, **{kind: does[kind] for kind in KINDS[1:]}}
        for name, other in parts.items():
            apart = np.abs(does[FITTING] - other).sum(axis=1) / 2
            for where, rows in (("seen", self._is_seen), ("unseen", ~self._is_seen)):
                facts[f"from_{name}_{where}"] = float(apart[rows].mean())
        margin = _margin(facts["from_all_seen"], facts["from_all_unseen"])
        return Cell(parameter, value, margin, self._predicted(alpha), dict(facts))

    @property
    def _is_seen(self) -> NDArray[np.bool_]:
        """Which of the later rows have a situation that occurs in training, bool[R - N]."""
        log = self.world.log
        return np.isin(log.row_situation[log.n_training :], log.row_situation[: log.n_training])

    def _predicted(self, alpha: float) -> float:
        """Return the margin of two programs alone: the shortest that fits, and the cheapest that does not."""
        log = self.world.log
        *named, fitting = self.programs
        costs = [told.length + alpha * math.log2(told.time) for told in named]
        seen = self._is_seen
        by_heart = TABLE_BITS + ENTRY_BITS * int(seen.sum())
        later = slice(log.n_training, None)
        if by_heart < min(costs):
            # A table says of what was not seen what chance says.
            return _margin(0.0, 1 - 1 / self.census.n_actions)
        cheapest = named[costs.index(min(costs))]
        differs = (fitting.predictions["intact"] != cheapest.predictions["intact"])[later]
        return _margin(float(differs[seen].mean()), float(differs[~seen].mean()))


def _margin(seen: float, unseen: float) -> float:
    """Return by how much the difference is too small to show on seen situations, and large enough on unseen ones."""
    return min(LITTLE - seen, unseen - LITTLE)


def _count(seed: int, size: Size, asked: Mapping[str, float]) -> ImitationWorld:
    """Draw the world of a seed with these settings, and count it."""
    settings = {name: int(asked[name]) for name in ("goals", "seen", "rows", "want_bits")}
    world = make_world("goals", seed=seed, situations=SITUATIONS, jitter=jitter_of(seed), **settings)
    # Where tokens are dearer the bound is higher, so that what the claim is about stays within.
    max_bits = size.max_bits + DEARER_BITS * jitter_of(seed) + int(asked["want_bits"] - size.base("want_bits"))
    space = TermSpace(world.language, max_bits)
    programs = tuple(space.explain(entry.text, world.log) for entry in world.programs)
    return ImitationWorld(world, obtain(space, world.log, workers=1), programs)


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the differences of the kinds along the situations seen, the posterior, and what the exchange changes."""
    apart = tuple(
        line_of(f"{words} ({where})", *along(table, "seen", f"from_all_{key}"))
        for key, words, where in (("seen", "situations seen", "on"), ("unseen", "situations not seen", "off"))
    )
    held = tuple((mean_at_base(table, kind),) for kind in KINDS)
    changed = (tuple(mean_at_base(table, f"{kind}_changed") for kind in KINDS),)
    return Figure(
        "How far who optimizes in order to imitate is from the others, where the teacher was seen and elsewhere",
        (
            Panel(
                x="situations seen, of 16",
                y="how far fitting programs are from the others",
                series=apart,
                marks=(Mark("y", LITTLE, "what shows"),),
                y_range=(0.0, 1.0),
            ),
            Panel(
                "over all worlds", "mean share of the posterior", (Bars(("base",), KINDS, held),), y_range=(0.0, 1.0)
            ),
            Panel(
                "kind of program",
                "share of later actions that the exchange changes",
                (Bars(KINDS, ("mean",), changed),),
            ),
        ),
    )


def tell(findings: Findings) -> str:
    """Say how far the kinds differ on seen and unseen situations, and which programs the exchange of goals changes."""
    table = findings.table
    apart = {where: percent_text(mean_at_base(table, f"from_all_{where}")) for where in ("seen", "unseen")}
    held = ", ".join(f"{kind} {percent_text(mean_at_base(table, kind))}" for kind in KINDS)
    changed = ", ".join(f"{kind} {percent_text(mean_at_base(table, f'{kind}_changed'))}" for kind in KINDS)
    return (
        f"Programs that optimize in order to imitate are {apart['seen']} of their actions away from the others where "
        f"the teacher was seen and {apart['unseen']} elsewhere; both go the argument's way in "
        f"{worlds_text(findings.share, findings.size.n_worlds)} (mean shares of the posterior: {held}). An exchange of "
        f"goals changes these shares of later actions: {changed}."
    )


CLAIM = Claim(
    name="optimize-to-imitate",
    argument="Optimizing in order to imitate differs from imitating an optimizer, and shows off the training "
    "distribution only.",
    worlds="A law of outcomes and several goals; the teacher pursues one, and a rival one that wants the same in the "
    "situations seen and something else in every other. All tables by heart compete beside the programs.",
    given="What actions lead to and what goals want are supplied as tables, the latter at a price that is swept; two "
    "of the goals have a name.",
    untested=(
        "Models of the teacher that are only partly right: a program imitates by the goals of the language or does "
        "not, and nothing lies between."
    ),
    margin="the lesser of 10 % less the share of actions in which programs that fit differ from the others where the "
    "teacher was seen, and of that share elsewhere less 10 %",
    rule=BY_SHARE,
    formula="the same for two programs: the shortest that fits the goal, and the cheapest by bits and alpha*log2 of "
    "time of the goals by name and a table",
    sizes={
        "small": _size(4, 28, is_whole=False),
        "default": _size(32, 28),
        "large": _size(128, 32),
    },
    study=study,
    draw=draw,
    tell=tell,
    settles_within=0.05,
)
