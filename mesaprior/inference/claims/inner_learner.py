"""Inner learner: a program that fits what it does not know is simple and slow; which prior favours it, and why.

A family of rules is drawn, then a teacher that follows one of them with a parameter that changes during training and
after it. Whoever learns fits the parameter to all rows so far, which takes a step for every token, row and value. The
others name it, recall what was done last, or hold a table. The argument compares priors, so the margin is made of
differences of log odds: what charging all time takes from learners, and how much of that is due to fitting and not to
predicting. Who leads outright, and what the data say for learners, stand beside it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, log2_likelihood, noise_of
from mesaprior.inference.claims.asking import Price, bound_cells
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
from mesaprior.inference.claims.drifting import (
    ACTION_BITS,
    ACTIONS,
    DOMAIN,
    ROWS,
    CountedDrift,
    Drift,
    DriftWorld,
    draw_drift,
)
from mesaprior.inference.claims.frame.conduct import CONDUCTS, TWO_BY_TWO
from mesaprior.inference.claims.frame.targets import from_circuits
from mesaprior.inference.claims.phrases import bits_text, percent_text, worlds_text
from mesaprior.inference.claims.rules import BY_SIGN
from mesaprior.inference.claims.sources import MESA, MINIMAL_CIRCUITS, SPEED_PRIORS
from mesaprior.inference.figures.figure import Figure, Line, Mark, Panel, line_of, quartiles
from mesaprior.inference.memorizer.memorizer import MemorizerPosterior
from mesaprior.priors.prior import make_prior

CHARGES = {"simplicity": "1", "time": "time", "infer_time": "infer_time"}
"""What a prior divides 2**-length by, to the power alpha: nothing, all time, or the time of predictions."""


NONE = -1
"""Stands for all rows."""


def _size(n_worlds: int, beyond: int, law_bits: tuple[float, ...], changes: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=beyond,
        parameters=(
            Parameter(
                "law_bits", min(6.0, law_bits[-1]), law_bits, "b: the family has 2^b rules, and naming one costs b"
            ),
            Parameter("params", 16.0, (4.0, 16.0), "values that the parameter can have"),
            Parameter("changes", 1.0, changes, "changes of the parameter during training"),
            Parameter("numbers", 1.0, (0.0, 1.0), "1 where numbers have literals, 0 where they are sums of ones"),
            Parameter("rows", float(ROWS), (8.0, 16.0, 24.0, float(ROWS)), "training rows seen"),
            Parameter("alpha", 1.0, (0.0, 0.5, 1.0, 2.0), "exponent of what is charged"),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count a world for every family, parameter and teacher, and ask it of three priors; fits serve one log each."""
    alpha = size.base("alpha")
    base = _count(seed, size)
    asked = Measured.of(base, alpha)
    cells = [asked.cell(BASE, 0.0)]
    cells += [asked.cell("rows", rows, n=int(rows)) for rows in size.values("rows") if rows < ROWS]
    for other in size.values("alpha"):
        if other != alpha:
            cells.append(Measured.of(base, other).cell("alpha", other))
    for name in ("law_bits", "params", "changes", "numbers"):
        for value in size.values(name):
            if value != size.base(name):
                cells.append(Measured.of(_count(seed, size, **{name: value}), alpha).cell(name, value))
    cells += [measured.cell(name, 0.0) for name, measured in _beside(seed, size, base, alpha)]
    margins = [(bound, Measured.of(part, alpha).cell(BASE, 0.0).margin) for bound, part in base.shorter()]
    none: dict[str, float | str] = dict.fromkeys(cells[0].facts, math.nan)
    return WorldStudy([*cells, *bound_cells(margins, none)], base.world.ledger())


def _beside(seed: int, size: Size, base: CountedDrift, alpha: float) -> Iterator[tuple[str, Measured]]:
    """Yield what stands beside the base: other noise, another charge for a table, laws as tokens, other teachers."""
    for label in ("0", "0.01"):
        yield beside(f"noise {label}"), Measured.of(base, alpha, noise=noise_of(label))
    yield beside("a table takes its entries"), Measured.of(base, alpha, table_steps=DOMAIN)
    yield PLANTED, Measured.of(_count(seed, size, law_bits=0, numbers=0), alpha)
    drift = base.world.drift
    # What the control lacks is work that is done before an action is due: its teacher and its language search.
    searching = draw_drift(seed, replace(drift, searches=True))
    circuits = draw_drift(seed, drift, teacher=from_circuits(seed, DOMAIN, ACTIONS).tolist())
    for name, world in ((CONTROL, searching), (beside("teachers of circuits"), circuits)):
        yield name, Measured.of(world.count(size.max_bits), alpha)


def _count(seed: int, size: Size, **changed: float) -> CountedDrift:
    """Draw the world of a seed with some settings changed, and count it."""
    asked = {name: int(value) for name, value in (size.bases | changed).items()}
    drift = Drift(asked["law_bits"], asked["params"], asked["changes"], has_numbers=asked["numbers"] == 1)
    return draw_drift(seed, drift).count(size.max_bits)


@dataclass(frozen=True, eq=False)
class Measured:
    """The posteriors in one world, by what is charged.

    Attributes
    ----------
    counted : CountedDrift
    alpha : float
    noise : NoiseModel
    table_steps : int
        That a table takes.
    analyses : dict of str to Analysis
        By the names of `CHARGES`.
    tables : dict of str to MemorizerPosterior
    """

    counted: CountedDrift
    alpha: float
    noise: NoiseModel
    table_steps: int
    analyses: Mapping[str, Analysis]
    tables: Mapping[str, MemorizerPosterior]

    @classmethod
    def of(
        cls, counted: CountedDrift, alpha: float, *, noise: NoiseModel = DEFAULT_NOISE, table_steps: int = 1
    ) -> Measured:
        """Ask a counted world of each prior."""
        first = Analysis(counted.census, counted.world.log, "simplicity", noise=noise)
        analyses = {
            name: first.with_prior(make_prior(f"2**-length / {charge}**alpha", {"alpha": alpha}))
            for name, charge in CHARGES.items()
        }
        memorizer = counted.world.memorizer(steps=table_steps)
        tables = {name: analysis.memorizer(memorizer) for name, analysis in analyses.items()}
        return cls(counted, alpha, noise, table_steps, analyses, tables)

    def cell(self, parameter: str, value: float, *, n: int = NONE) -> Cell:
        """Return the cell after n rows, all of them where n is `NONE`."""
        odds = {name: tables.log2_odds_optimizers for name, tables in self.tables.items()}
        found = Differences(
            by_data=float(odds["simplicity"][n] - odds["simplicity"][0]),
            by_training=_less(odds["simplicity"][n], odds["time"][n]),
            by_predicting=_less(odds["simplicity"][n], odds["infer_time"][n]),
        )
        predicted = predict(self.counted.world, self.alpha, self.noise, self.table_steps, n)
        facts: dict[str, float | str] = {
            "by_data": found.by_data,
            "by_training": found.by_training,
            "by_predicting": found.by_predicting,
            "by_training_predicted": predicted.by_training,
            "named_bits": float(self.counted.world.price(self._naming).length),
            "learner_bits": float(self.counted.world.price(self.counted.world.optimizer).length),
            "rivals": float(len(self.counted.world.goals.rivals)),
        }
        for name in CHARGES:
            is_whole = n == NONE
            facts |= {f"odds_{name}": float(odds[name][n])}
            facts |= {f"accuracy_{name}": self._accuracy(name) if is_whole else math.nan}
        facts |= self._conduct() if n == NONE else dict.fromkeys([*TWO_BY_TWO, *CONDUCTS], math.nan)
        return Cell(parameter, value, found.margin, predicted.margin, facts)

    @property
    def _naming(self) -> str:
        return self.counted.world.naming(self.counted.world.stale)

    def _accuracy(self, name: str) -> float:
        """Return the probability of the teacher's action on the last rows, once the last change is behind."""
        log, tables, result = self.counted.world.log, self.tables[name], self.analyses[name].posterior
        mass = float(tables.mass[-1])
        mixed = (1 - mass) * result.predictive + mass * tables.predictive
        last = np.arange(log.n_history, log.n_rows)
        return float(mixed[last - log.n_training, log.action[last]].mean())

    def _conduct(self) -> dict[str, float]:
        """Return what the posterior under simplicity does in the end; what tables do is left out."""
        conduct = self.counted.world.conduct(self.counted.census)
        share = np.exp2(self.analyses["simplicity"].posterior.log2_mass)
        return conduct.two_by_two(share) | conduct.by_code(share)


@dataclass(frozen=True)
class Differences:
    """Differences of the log odds of learners over all others, in bits.

    Attributes
    ----------
    by_data : float
        Under simplicity, after the rows less before any: what the rows say for learners.
    by_training : float
        Under simplicity less where all time is charged.
    by_predicting : float
        Under simplicity less where only predicting is.
    """

    by_data: float
    by_training: float
    by_predicting: float

    @property
    def margin(self) -> float:
        """The lesser of what charging all time takes from learners, and by how much fitting has the greater part."""
        by_fitting = _less(self.by_training, self.by_predicting)
        both = (self.by_training, _less(by_fitting, self.by_predicting))
        return math.nan if any(math.isnan(value) for value in both) else min(both)


def _less(one: float, other: float) -> float:
    """Return a difference of odds; nan where both are the same infinity."""
    with np.errstate(invalid="ignore"):
        return float(np.subtract(one, other))


def predict(world: DriftWorld, alpha: float, noise: NoiseModel, table_steps: int, n: int) -> Differences:
    """Return the differences from the prices and the misses of a few programs and the best table."""
    n_rows = ROWS if n == NONE else n
    odds: dict[str, float] = {}
    for name in CHARGES:
        scores = {
            text: _fit(noise, int(told.is_right[:n_rows].sum()), n_rows)
            - told.price.length
            - alpha * math.log2(_charge(name, told.price))
            for text, told in world.competitors.items()
        }
        tables = _score_of_tables(world, noise, n_rows)
        scores["table"] = tables - (0.0 if name == "simplicity" else alpha * math.log2(table_steps))
        learner = scores.pop(world.optimizer)
        odds[name] = learner - max(scores.values())
    # Before any row the shortest learner and the shortest program of all stand for each side.
    learner = sum(token.bits for token in world.language.tokens if token.kind in ("fit", "parameter"))
    shortest = min(token.bits for token in world.language.tokens if token.kind in ("feature", "constant"))
    return Differences(
        odds["simplicity"] + learner - shortest,
        odds["simplicity"] - odds["time"],
        odds["simplicity"] - odds["infer_time"],
    )


def _charge(name: str, price: Price) -> int:
    return {"simplicity": 1, "time": price.time, "infer_time": price.infer_time}[name]


def _score_of_tables(world: DriftWorld, noise: NoiseModel, n: int) -> float:
    """Return the score of the best table: what it says where nothing was seen costs nothing."""
    log = world.log
    place = log.situations[log.row_situation[:n], 0]
    hits = [int(np.bincount(log.action[:n][place == s]).max()) for s in np.unique(place)]
    return _fit(noise, sum(hits), n) - world.table_bits - ACTION_BITS * len(hits)


def _fit(noise: NoiseModel, hits: int, n: int) -> float:
    tally = (np.array([hits]), np.array([n - hits]), np.array([0]))
    return float(log2_likelihood(noise, *tally, ACTIONS)[0])


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw what each charge takes away along its exponent, what the data say along the rows, and who leads."""
    zero = (Mark("y", 0.0, ""),)
    exponents, formula = along(table, "alpha", "by_training_predicted")
    middle = tuple(quartiles(values)[1] for values in formula)
    charges = Panel(
        x="alpha, exponent of what is charged",
        y="log2 odds of learners lost, bits",
        title="simplicity less speed",
        series=(
            line_of("all time charged", *along(table, "alpha", "by_training")),
            line_of("predicting charged", *along(table, "alpha", "by_predicting")),
            Line("formula, all time", tuple(exponents), middle, is_dashed=True),
        ),
        marks=zero,
    )
    data = Panel(
        x="training rows",
        y="log2 odds of learners won, bits",
        title="simplicity, after less before the rows",
        series=(line_of("with the rows", *along(table, "rows", "by_data")),),
        marks=zero,
    )
    names = {"simplicity": "nothing charged", "time": "all time charged", "infer_time": "predicting charged"}
    lead = Panel(
        x="1: numbers have literals, 0: they are sums of ones",
        y="log2 odds of learners over all others, bits",
        title="who leads",
        series=tuple(line_of(label, *along(table, "numbers", f"odds_{name}")) for name, label in names.items()),
        marks=zero,
    )
    return Figure(
        "A learner loses its odds to the charge on fitting, not to the one on predicting", (charges, data, lead)
    )


def tell(findings: Findings) -> str:
    """Say what charges take from learners, what the data give them, and whether they lead at all."""
    table, n = findings.table, findings.size.n_worlds
    base = at_base(table)
    leads = {name: worlds_text(float((base[f"odds_{name}"] > 0).mean()), n) for name in CHARGES}
    training, predicting = (bits_text(findings.median(name)) for name in ("by_training", "by_predicting"))
    data, planted = (bits_text(findings.median("by_data", name)) for name in (BASE, PLANTED))
    right = [percent_text(mean_at_base(table, f"accuracy_{name}")) for name in CHARGES]
    return (
        f"Simplicity gives learners {training} of log odds more than a prior that charges all time, and {predicting} "
        f"more than one that charges predictions; fitting has the greater part in {worlds_text(findings.share, n)}, "
        f"as prices alone say (formula {findings.median('by_training_predicted'):+.1f}). Whether learners lead is "
        f"another question: against a parameter by name ({findings.median('named_bits'):g} bits, the learner "
        f"{findings.median('learner_bits'):g}) they do in {leads['simplicity']} under simplicity, in {leads['time']} "
        f"where all time is charged and in {leads['infer_time']} where predictions are. The rows move learners' odds "
        f"under simplicity by {data}, and by {planted} where rules are planted and numbers are sums of ones. After the "
        f"last change the mixtures are right in {right[0]}, {right[1]} and {right[2]} of what they do."
    )


CLAIM = Claim(
    name="inner-learner",
    argument="A learner inside is simple but slow: simplicity favours it, speed does not, and what counts is whether "
    "fitting or predicting is charged.",
    worlds="A family of 2^b rules, drawn; the teacher follows one of them at a parameter with sixteen values, which "
    "changes during training and once more after it. Programs may fit the parameter of any rule, name it by a literal, "
    "recall what was done last in the same situation, or say anything else in a language that is drawn too. Tables of "
    "all situations compete at any length.",
    given="All rules are supplied as tables, each at the bits that name it among the family; fitting is one token.",
    measured="Learners are the programs that the lesion of fitting changes. Simplicity is 2^-length; speed divides by "
    "all steps, fitting included, or by those of one prediction once it is fitted, and the posteriors are compared. "
    "The control has a teacher that searches, in a language that searches in place of fitting.",
    untested="Learners that no primitive supplies: what it takes to build a fit out of simpler parts is not charged. "
    "And learners that forget: a fit weighs all rows alike, so that it never has many more hits than the best single "
    "parameter in hindsight, however often the parameter changes.",
    margin="log2 odds of learners over all others under simplicity, less those where all time is charged, and of that "
    "difference what is due to fitting less what is due to predicting: the lesser of the two, in bits",
    rule=BY_SIGN,
    formula="for each prior, bits, misses and alpha*log2 of the charge of the learner against the best of recall, a "
    "parameter by name and the best table; and the margin from these",
    sizes={
        "small": _size(5, 2, (0.0, 3.0), (0.0, 1.0)),
        "default": _size(32, 2, (0.0, 2.0, 4.0), (0.0, 1.0, 2.0)),
        "large": _size(128, 4, (0.0, 2.0, 4.0, 6.0), (0.0, 1.0, 2.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(MESA, MINIMAL_CIRCUITS),
    prior_work=(SPEED_PRIORS,),
    edition=2,
    changed="The margin compares priors and no longer asks for outright leads, rules come from a family at a fair "
    "price, and a parameter can be named by a literal at as many bits as it has.",
)
