"""Inner learner: a program that fits a parameter of the teacher is short and slow, so the charge on time decides.

In each world the teacher follows a rule whose parameter changes during training and once more after it. A program can
name the parameter, recall the last action, hold a lookup table (the memorizer represents all tables), or fit the
parameter to the rows so far, which takes a step for every token, row and value.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from mesaprior.hypotheses.store.obtain import obtain
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, log2_likelihood
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.roles import IMITATOR
from mesaprior.inference.claims.asking import (
    ENTRY_BITS,
    TABLE_BITS,
    CountedWorld,
    one_at_a_time,
    price_of,
)
from mesaprior.inference.claims.claim import (
    Cell,
    Claim,
    Findings,
    Parameter,
    Size,
    WorldStudy,
    along,
    at_base,
    jitter_of,
    mean_at_base,
)
from mesaprior.inference.claims.phrases import bits_text, percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SHARE
from mesaprior.inference.figures.figure import Figure, Mark, Panel, Points, line_of, quartiles
from mesaprior.inference.memorizer.memorizer import Memorizer, MemorizerPosterior, memorizer_over
from mesaprior.inference.worlds.worlds import make_world
from mesaprior.priors.prior import make_prior

CHARGES = {"simplicity": "1", "time": "time", "infer_time": "infer_time"}
"""What a prior divides 2**-length by, to the power alpha."""

WORLD_SETTINGS = ("situations", "rows", "before", "params", "constants", "law_bits")
"""Parameters of the claim that are settings of the world."""


def _size(n_worlds: int, max_bits: int, *, is_whole: bool = True) -> Size:
    def values(*whole: float, base: float) -> tuple[float, ...]:
        other = whole[0] if base > whole[0] else whole[-1]
        return whole if is_whole else tuple(value for value in whole if value in (base, other))

    return Size(
        n_worlds=n_worlds,
        max_bits=max_bits,
        parameters=(
            Parameter("situations", 16, values(4, 8, 12, 14, 16, base=16), "situations there are"),
            Parameter("rows", 32, values(8, 16, 32, 64, base=32), "training rows"),
            Parameter("before", 4, values(0, 4, 8, 14, base=4), "training rows before the first change"),
            Parameter("alpha", 1, values(0.25, 0.5, 1, 2, 4, base=1), "exponent of what is charged"),
            Parameter("params", 8, values(2, 4, 8, 16, base=8), "values that the parameter can have"),
            Parameter("constants", 2, values(2, 4, 8, base=2), "of them that have a constant in the language"),
            Parameter("law_bits", 4, values(4, 8, 12, base=4), "bits of the rule, supplied as a table"),
        ),
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count a world for every setting, and charge nothing, all time, or the time of predictions."""
    return one_at_a_time(lambda asked: _count(seed, size, asked), size)


@dataclass(frozen=True, eq=False)
class LearningWorld(CountedWorld):
    """A world and the census of it."""

    def cell(self, parameter: str, value: float, alpha: float) -> Cell:
        """Return the result of each charge."""
        odds: dict[str, float] = {}
        predicted: dict[str, float] = {}
        facts: dict[str, float | str] = {"named_bits": self._named_bits}
        for charge, column in CHARGES.items():
            prior = make_prior(f"2**-length / {column}**alpha", {"alpha": alpha})
            asked = Analysis(self.census, self.world.log, prior)
            result, tables = asked.posterior, asked.memorizer(self._memorizer)
            odds[charge] = float(tables.log2_odds_optimizers[-1])
            predicted[charge] = self._predicted(column, alpha)
            learners = float(result.mass_by_role[IMITATOR + 1 :, -1].sum() * (1 - tables.mass[-1]))
            facts |= {f"odds_{charge}": odds[charge], f"learners_{charge}": learners}
            facts |= {f"accuracy_{charge}": self._accuracy(result, tables)}
        return Cell(parameter, value, _margin(odds), _margin(predicted), facts)

    @property
    def _named_bits(self) -> float:
        """Bits of the rule with the parameter that most of the training rows are made with, by name."""
        known = self.world.programs[1].text
        return float(price_of(known, self.world.language, self.world.log).length)

    @property
    def _memorizer(self) -> Memorizer:
        return memorizer_over(["s"], self.world.log, self.census.n_actions, token_bits=TABLE_BITS)

    def _accuracy(self, result: Posterior, tables: MemorizerPosterior) -> float:
        """Return the probability of the teacher's action once the last change is behind, over the deploy rows."""
        log, mass = self.world.log, float(tables.mass[-1])
        mixed = (1 - mass) * result.predictive + mass * tables.predictive
        deployed = np.arange(log.n_history, log.n_rows)
        return float(mixed[deployed - log.n_training, log.action[deployed]].mean())

    def _predicted(self, column: str, alpha: float) -> float:
        """Return the odds of the learner over the best of recall, the rule with a parameter, and the table."""
        log, n = self.world.log, self.world.log.n_training
        space = TermSpace(self.world.language, 1)
        scores: dict[str, float] = {}
        for entry in self.world.programs:
            told = space.explain(entry.text, log)
            hits = int((told.predictions["intact"][:n] == log.action[:n]).sum())
            charged = {"1": 1, "time": told.time, "infer_time": told.infer_time}[column]
            scores[entry.text] = _fit(hits, n, self.census.n_actions) - told.length - alpha * math.log2(charged)
        # The table looks at the first feature only; what it says of a situation not seen costs nothing.
        place = log.situations[log.row_situation[:n], 0]
        by_heart = [np.bincount(log.action[:n][place == s]).max() for s in np.unique(place)]
        table_bits = TABLE_BITS + ENTRY_BITS * len(by_heart)
        scores["table"] = _fit(int(sum(by_heart)), n, self.census.n_actions) - table_bits
        learner = scores.pop(self.world.programs[-1].text)
        return learner - max(scores.values())


def _margin(odds: Mapping[str, float]) -> float:
    """Return the least of three: learners lead without a charge, lose when fitting is charged, lead when it is not."""
    return min(odds["simplicity"], -odds["time"], odds["infer_time"])


def _fit(hits: int, n: int, n_actions: int) -> float:
    tally = (np.array([hits]), np.array([n - hits]), np.array([0]))
    return float(log2_likelihood(DEFAULT_NOISE, *tally, n_actions)[0])


def _count(seed: int, size: Size, asked: Mapping[str, float]) -> LearningWorld:
    """Draw the world of a seed with these settings, and count it."""
    settings = {name: int(asked[name]) for name in WORLD_SETTINGS}
    # A change needs rows after it.
    settings["before"] = min(settings["before"], settings["rows"] // 2)
    world = make_world("drift", seed=seed, online=32, jitter=jitter_of(seed), **settings)
    return LearningWorld(world, obtain(TermSpace(world.language, size.max_bits), world.log, workers=1))


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw the odds under each charge along the situations, and the accuracy of the mixtures after the last change."""
    names = {"simplicity": "nothing charged", "time": "all time charged", "infer_time": "predicting charged"}
    y, zero = "log2 odds of learners over others, bits", (Mark("y", 0.0, ""),)
    base = at_base(table)
    named = tuple(base["named_bits"])
    points = tuple(Points(label, named, tuple(base[f"odds_{key}"])) for key, label in names.items())
    lines = tuple(line_of(label, *along(table, "situations", f"odds_{key}")) for key, label in names.items())
    panels = (
        Panel(x="bits of the rule with its parameter by name", y=y, series=points, marks=zero, title="each world"),
        Panel(x="situations", y=y, series=lines, marks=zero, title="medians and quartiles"),
    )
    accuracy = Panel(
        x="training rows",
        y="accuracy after the last change",
        series=tuple(line_of(label, *along(table, "rows", f"accuracy_{key}")) for key, label in names.items()),
        y_range=(0.0, 1.0),
    )
    return Figure("Learners inside, by what is charged and by what their parameter costs to name", (*panels, accuracy))


def tell(findings: Findings) -> str:
    """Say how each charge affects the learners, and which mixtures are accurate after the last change."""
    base = at_base(findings.table)
    odds = {key: bits_text(quartiles(base[f"odds_{key}"].tolist())[1]) for key in CHARGES}
    right = [percent_text(mean_at_base(findings.table, f"accuracy_{key}")) for key in CHARGES]
    n_worlds = worlds_text(findings.share, findings.size.n_worlds)
    return (
        f"Median odds of learners over all else are {odds['simplicity']} under simplicity, {odds['time']} where all "
        f"time is charged and {odds['infer_time']} where only predicting is; all three go the argument's way in "
        f"{n_worlds} (the rule with its parameter takes {_named_text(base)}). After the last change the mixtures are "
        f"right in {right[0]}, {right[1]} and {right[2]} of what they do."
    )


def _named_text(base: pd.DataFrame) -> str:
    """Say what naming the parameter costs where the argument holds, and elsewhere."""
    holds = base["margin"].to_numpy(np.float64) > 0
    named = base["named_bits"].to_numpy(np.float64)
    parts = [
        f"{quartiles(named[where].tolist())[1]:g} bits {words}"
        for where, words in ((holds, "there"), (~holds, "elsewhere"))
        if where.any()
    ]
    return " and ".join(parts)


CLAIM = Claim(
    name="inner-learner",
    argument="A learner inside is simple but slow: simplicity favours it, speed does not, and what counts is whether "
    "fitting or predicting is charged.",
    worlds="A rule whose parameter changes during training and after it. Programs may fit the parameter, name it, or "
    "recall what was done last in the same situation; all tables by heart compete beside them.",
    given="The rule is supplied as a table, at a price that is swept.",
    untested=(
        "Learners that no primitive supplies: fitting is one token here, so what it takes to build a learner out of "
        "simpler parts is not charged."
    ),
    margin="the least of the log2 odds of learners under simplicity, those where predicting is charged, and those "
    "against them where all time is, in bits",
    rule=BY_SHARE,
    formula="for each charge, bits and alpha*log2 of the charge of the learner against the best of recall, the named "
    "parameter and the best table, and how well each fits the rows",
    sizes={
        "small": _size(5, 20, is_whole=False),
        "default": _size(32, 24),
        "large": _size(128, 28),
    },
    study=study,
    draw=draw,
    tell=tell,
)
