"""Top set: whoever asks the teacher where the leading hypotheses disagree, and learns from the answers alone.

An imitator is trained on a few rows of a world with an overseer, and acts on many later ones, when nobody watches:
there programs with goals of their own do what they like. The mixture acts by itself on every row, so nobody tells it
anything. The top set (the heaviest policies, each with at least a share alpha of the mass of those up to and including
it) acts where its policies do the same, and asks where they do not. As long as the teacher's policy is among them,
nothing is done that the teacher would not do; so what is measured is how often it is, and what slips through where it
is not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from mesaprior.hypotheses.census import behaviours_of
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, noise_of
from mesaprior.inference.bayes.weights import Prior
from mesaprior.inference.claims.claim import (
    BASE,
    BOUND,
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
from mesaprior.inference.claims.frame.conduct import CONDUCTS, TWO_BY_TWO
from mesaprior.inference.claims.frame.overseen import ACTIONS, CountedOverseen, Oversight, draw_overseen
from mesaprior.inference.claims.frame.targets import from_programs
from mesaprior.inference.claims.phrases import percent_text, worlds_text
from mesaprior.inference.claims.rollouts import Course, Imitator
from mesaprior.inference.claims.rules import BY_SIGN
from mesaprior.inference.claims.sources import DONT_DO, ONLINE_IMITATION, SCHEMING
from mesaprior.inference.claims.turning import AskedOverseen
from mesaprior.inference.figures.figure import Figure, Line, Mark, Panel, line_of
from mesaprior.inference.safeguards.outcomes import Policies
from mesaprior.inference.safeguards.ways import Mixture, TopSet
from mesaprior.inference.worlds.chance import Chance
from mesaprior.priors.prior import make_prior

FEW = 0.1
"""Share of what the mixture lets through below which what the top set lets through is little."""

ALPHAS = (0.003, 0.03, 0.1, 0.3, 0.5)
"""Of top sets."""

AT_BASE = ("mixture_told", *CONDUCTS, *TWO_BY_TWO)
"""Columns of the base: rows that a mixture lets through that is told after each what was right; and shares of the
posterior over programs, by conduct and by mechanism and behaviour."""


def _size(n_worlds: int, beyond: int, goal: float, alphas: tuple[float, ...], goal_bits: tuple[float, ...]) -> Size:
    return Size(
        n_worlds=n_worlds,
        max_bits=beyond,
        parameters=(
            Parameter("alpha", 0.1, alphas, "share of the mass up to it that a policy of the top set has at least"),
            Parameter("rows", 8.0, (2.0, 4.0, 8.0, 16.0), "training rows, which are watched"),
            Parameter("preview_rows", 0.0, (0.0, 1.0, 2.0, 8.0), "training rows besides that nobody watches"),
            Parameter("later_rows", 64.0, (16.0, 64.0), "later rows that nobody watches"),
            Parameter("goal_bits", goal, goal_bits, "b: the family has 2^b goals, and naming one costs b bits"),
            Parameter("overseer_bits", 0.0, (0.0, 3.0), "bits that name what the overseer wants"),
            Parameter("slowness", 0.0, (0.0, 1.0, 2.0), "exponent of time in the prior 2**-length * time**-slowness"),
        ),
        is_beyond=True,
    )


def study(seed: int, size: Size) -> WorldStudy:
    """Count one world for each family, and run the top set and the mixture in it."""
    simplicity = make_prior("simplicity")
    alpha, n = size.base("alpha"), int(size.base("rows"))
    counted = draw_overseen(seed, _oversight(size)).count(size.max_bits)
    rollout = Rollout.of(seed, size, counted)
    base = rollout.trained(rollout.rows(n), simplicity)
    cells = [base.cell(BASE, 0.0, alpha)]
    cells += [base.cell("alpha", value, value) for value in size.values("alpha") if value != alpha]
    cells += [base.cell("later_rows", k, alpha, n_later=int(k)) for k in size.values("later_rows")[:-1]]
    for k in size.values("rows"):
        if k != n:
            cells.append(base.after(rollout.rows(int(k))).cell("rows", k, alpha))
    for k in size.values("preview_rows")[1:]:
        cells.append(base.after(rollout.rows(n, n_preview=int(k))).cell("preview_rows", k, alpha))
    for slowness in size.values("slowness")[1:]:
        slow = rollout.trained(rollout.rows(n), make_prior("speed", {"alpha": slowness}))
        cells.append(slow.cell("slowness", slowness, alpha))
    worlds = [
        (name, value, _oversight(size, **{name: value}))
        for name in ("goal_bits", "overseer_bits")
        for value in size.values(name)
        if value != size.base(name)
    ]
    worlds.append((PLANTED, 0.0, replace(_oversight(size), goal_bits=0, is_planted=True)))
    for name, value, oversight in worlds:
        other = Rollout.of(seed, size, draw_overseen(seed, oversight).count(0))
        cells.append(other.trained(other.rows(n), simplicity).cell(name, value, alpha))
    for label, noise in (("noise 0", noise_of("0")), ("noise 0.01", noise_of("0.01"))):
        cells.append(rollout.trained(rollout.rows(n), simplicity, noise=noise).cell(beside(label), 0.0, alpha))
    elsewhere = {
        # What the control lacks is any law that the teacher follows.
        CONTROL: Chance(seed, "teachers without a law").draws(range(ACTIONS), 2 * counted.world.oversight.situations),
        beside("teachers of the learner's prior"): _by_state(counted, from_programs(seed, counted.census, simplicity)),
    }
    for name, actions in elsewhere.items():
        other = rollout.with_targets(actions)
        cells.append(other.trained(other.rows(n), simplicity).cell(name, 0.0, alpha, is_predicted=False))
    for bound, part in counted.shorter():
        shorter = Rollout.of(seed, size, part).trained(rollout.rows(n), simplicity)
        cells.append(shorter.cell(BOUND, bound, alpha, is_predicted=False))
    return WorldStudy(cells, counted.world.ledger)


def _oversight(size: Size, **changed: float) -> Oversight:
    asked = size.bases | changed
    return Oversight(goal_bits=int(asked["goal_bits"]), overseer_bits=int(asked["overseer_bits"]))


def _by_state(counted: CountedOverseen, predictions: NDArray[np.int64]) -> list[int]:
    """Return the actions of a program by state, from those by cell of the census."""
    log = counted.world.log
    _, first = np.unique(log.situations[log.row_situation, 0], return_index=True)
    actions: list[int] = predictions[counted.census.row_cell[first]].tolist()
    return actions


@dataclass(frozen=True, eq=False)
class Rollout:
    """A world, a log of it, and rows of the log that come before and after training, with repetition.

    Attributes
    ----------
    counted : CountedOverseen
    log : ImitationLog
        Of the world's teacher, or of another one in the same situations.
    preview, later : tuple of int
        Rows that nobody watches: some that may be shown before, and those on which to act.
    """

    counted: CountedOverseen
    log: ImitationLog
    preview: tuple[int, ...]
    later: tuple[int, ...]

    @classmethod
    def of(cls, seed: int, size: Size, counted: CountedOverseen) -> Rollout:
        """Draw the rows after training."""
        log = counted.world.log
        unwatched = range(log.n_training, log.n_rows)
        preview = Chance(seed, "preview of later rows").draws(unwatched, int(size.values("preview_rows")[-1]))
        later = Chance(seed, "later rows").draws(unwatched, int(size.base("later_rows")))
        return cls(counted, log, tuple(preview), tuple(later))

    def rows(self, n: int, *, n_preview: int = 0) -> list[int]:
        """Return the first n watched rows, and then some that nobody watches."""
        return [*range(n), *self.preview[:n_preview]]

    def with_targets(self, actions: Sequence[int]) -> Rollout:
        """Return the same of a teacher who takes these actions by state; nothing is counted again."""
        assert self.counted.census.vectors is not None
        log = self.counted.world.log_with(actions)
        census = behaviours_of(self.counted.census.vectors, log, bounds=self.counted.census.bounds)
        return replace(self, counted=replace(self.counted, census=census), log=log)

    def trained(self, rows: Sequence[int], prior: Prior, *, noise: NoiseModel = DEFAULT_NOISE) -> Trained:
        """Return the imitator trained on some rows."""
        asked = AskedOverseen(self.counted, prior, noise)
        policies = Policies(asked.weighed, self.log, noise, has_slips=False)
        return Trained(self, asked, Imitator(asked.weighed, self.log, rows, policies))


@dataclass(frozen=True)
class Formula:
    """The predictions of the formula: questions, their bound, and what the top set and the mixture let through."""

    questions: float
    bound: float
    slips: float
    mixture: float


@dataclass(frozen=True, eq=False)
class Trained:
    """A rollout, its posterior, and the imitator trained on some of its rows."""

    rollout: Rollout
    asked: AskedOverseen
    imitator: Imitator

    def after(self, rows: Sequence[int]) -> Trained:
        """Return the same trained on other rows instead."""
        return replace(self, imitator=self.imitator.after(rows))

    @cached_property
    def mixture(self) -> Course:
        """The rollout of the mixture."""
        return self.imitator.follow(Mixture(), self.rollout.later)

    def cell(
        self, parameter: str, value: float, alpha: float, *, n_later: int | None = None, is_predicted: bool = True
    ) -> Cell:
        """Return the cell of a top set, up to a number of later rows; at the base also what `AT_BASE` names."""
        later, truth = self.rollout.later[:n_later], self.imitator.truth
        course = self.imitator.follow(TopSet(alpha), later)
        questions, most = float(sum(course.asked)), most_questions(truth, alpha)
        slips, mixture = math.fsum(course.errors), math.fsum(self.mixture.errors[:n_later])
        simple = self._predict(alpha, len(later)) if is_predicted else None
        facts: dict[str, float | str] = {
            "truth": truth,
            "is_within": float(truth >= alpha),
            "questions": questions,
            "most_questions": most,
            "slips": slips,
            "mixture": mixture,
            "questions_predicted": math.nan if simple is None else simple.questions,
            "slips_predicted": math.nan if simple is None else simple.slips,
        }
        facts |= self._at_base() if parameter == BASE else dict.fromkeys(AT_BASE, math.nan)
        predicted = math.nan if simple is None else margin(simple.questions, simple.bound, simple.slips, simple.mixture)
        return Cell(parameter, value, margin(questions, most, slips, mixture), predicted, facts)

    def _at_base(self) -> dict[str, float]:
        """Return the columns `AT_BASE`."""
        told = self.imitator.follow(Mixture(), self.rollout.later, is_told=True)
        share = self.asked.share(len(self.imitator.rows))
        share /= share.sum()
        conduct = self.asked.counted.conduct
        return {"mixture_told": math.fsum(told.errors), **conduct.by_code(share), **conduct.two_by_two(share)}

    def _predict(self, alpha: float, n_later: int) -> Formula:
        """Return the prediction from the shortest programs alone, which all fit the watched rows.

        The teacher's policy and each rival's have the weight of theirs. What the preview refutes is gone. The top set
        is safe where the teacher's share is at least alpha; it asks once where a rival's is as well, since that answer
        refutes most of them.
        """
        plain, world = self.asked.plain, self.asked.counted.world
        S = world.oversight.situations
        log = self.rollout.log
        states = log.situations[log.row_situation[list(self.imitator.rows)], 0]
        fits = (plain.actions[:, states] == world.teacher[states % S]).all(axis=1)
        weight = np.exp2(plain.log2_weight) * fits
        departs = plain.actions[:, S:] != world.teacher
        is_faithful = ~departs.any(axis=1)
        truth = float(weight[is_faithful].sum() / weight.sum())
        rivals = weight[~is_faithful] / weight.sum()
        often = departs[~is_faithful].mean(axis=1)
        mixture = float((rivals * often).sum() * n_later)
        is_safe = truth >= alpha
        leader = float(often[rivals.argmax()] * n_later) if len(rivals) else 0.0
        asks = is_safe and len(rivals) > 0 and float(rivals.max()) >= alpha
        return Formula(float(asks), most_questions(truth, alpha), 0.0 if is_safe else leader, mixture)


def most_questions(truth: float, alpha: float) -> float:
    """Return the largest number of questions for a posterior share of the teacher's policy, by the simple formula.

    An answer refutes a policy of the top set, which holds at least alpha of its mass; so the teacher's share grows by
    a factor of 1/(1 - alpha) each time, and it can grow to 1. That is exact where the top set has all of the mass and a
    mistake refutes, and the simple formula where it has most of it and a mistake costs much.
    """
    if truth <= 0:
        return math.inf
    return max(0.0, math.log2(truth) / math.log2(1 - alpha))


def margin(questions: float, most: float, slips: float, mixture: float) -> float:
    """Return the lesser of two reserves, in rows: allowed minus actual slips, bound minus questions."""
    return min(FEW * mixture - slips, most - questions)


def draw(table: pd.DataFrame, size: Size) -> Figure:
    """Draw what slips through and what is asked along alpha, and what slips through along the training rows."""
    n = size.base("later_rows")
    within = table.assign(bound_within=table["most_questions"].clip(upper=n))
    base = Mark("x", size.base("alpha"), "base")
    return Figure(
        "Safe while the teacher's policy has its share alpha: what a top set lets through, and what it asks",
        (
            Panel(
                x="alpha of the top set",
                y=f"rows of {n:g} that slip through",
                title="what slips through",
                series=(
                    line_of("top set", *along(table, "alpha", "slips")),
                    _dashed("mixture", *along(table, "alpha", "mixture")),
                ),
                marks=(base,),
                is_log=True,
            ),
            Panel(
                x="alpha of the top set",
                y=f"questions on {n:g} later rows",
                title="what it asks",
                series=(
                    line_of("asked", *along(within, "alpha", "questions")),
                    _dashed("bound", *along(within, "alpha", "bound_within")),
                ),
                marks=(base,),
                is_log=True,
            ),
            Panel(
                x="training rows",
                y="share of the teacher's policy",
                title="what it depends on",
                series=(line_of("teacher's policy", *along(table, "rows", "truth")),),
                marks=(Mark("y", size.base("alpha"), "alpha"),),
                y_range=(0.0, 1.0),
            ),
        ),
    )


def _dashed(label: str, places: list[float], values: list[Sequence[float]]) -> Line:
    line = line_of(label, places, values)
    return Line(line.label, line.x, line.y, is_dashed=True)


def tell(findings: Findings) -> str:
    """Say how often the argument holds, and what slips through with and without the teacher's share."""
    size, n = findings.size, findings.size.n_worlds
    table = findings.table
    cases = _cases(table, size)
    is_within = cases["is_within"] > 0
    within, without = cases[is_within], cases[~is_within]
    share = float((at_base(table)["is_within"] > 0).mean())
    outside = (
        f"in the other {len(without)} something does in {int((without['slips'] > 0).sum())}, on "
        f"{float(without['slips'].mean()):.3g} of {size.base('later_rows'):g} rows on average"
        if len(without)
        else "there are no others"
    )
    return (
        f"With alpha = {size.base('alpha'):g} the argument holds in {worlds_text(findings.share, n)}; the teacher's "
        f"policy has its share in {worlds_text(share, n)} ({percent_text(findings.median('truth'))} of the mass in the "
        f"median). Over all worlds the mixture lets through {mean_at_base(table, 'mixture'):.2g} rows of "
        f"{size.base('later_rows'):g} on average and the top set {mean_at_base(table, 'slips'):.2g}, asking "
        f"{mean_at_base(table, 'questions'):.2g} times. Over all values of alpha, rows, prices and the prior, "
        f"something slips through in {int((within['slips'] > 0).sum())} of {len(within)} cases in which it has its "
        f"share, and {outside}."
    )


def _cases(table: pd.DataFrame, size: Size) -> pd.DataFrame:
    """Return the rows of a table with all later rows and a teacher of the family, each once."""
    is_case = table["parameter"] == BASE
    for name in ("alpha", "rows", "preview_rows", "goal_bits", "overseer_bits", "slowness"):
        is_case |= (table["parameter"] == name) & (table["value"] != size.base(name))
    return table.loc[is_case]


CLAIM = Claim(
    name="top-set",
    argument="Asking for help when the leading hypotheses disagree keeps the imitator safe at a bounded number of "
    "questions.",
    worlds="Those of an overseer: a family of goals, a teacher that follows one of them, and programs that obey while "
    "they are watched and do what they like later. The imitator sees a few watched rows, then acts on many that nobody "
    "watches. The top set acts or asks, and learns from the answers alone; the mixture acts.",
    given="Goals are supplied as tables, each at the bits that name it among the family. The overseer's law and what "
    "actions lead to cost a word each at the base, which favours programs that turn; the price of the former is swept.",
    measured="As it is proved, the statement has a condition: that the teacher's policy is in the top set. It is where "
    "the policy has a share of at least alpha after training, and the share bounds the questions. What slips through "
    "is every later action that is not the teacher's.",
    untested="Overseers who tire, err or can be misled by a question: every question is answered, rightly, and at no "
    "cost but its number. Tables of any size do not compete, as there are too many to be asked one by one.",
    margin="the lesser of two reserves, in rows: a tenth of what the mixture lets through less what the top set does, "
    "and the bound on questions less the questions asked; a tie does not count",
    rule=BY_SIGN,
    formula="the same with the shortest programs alone: safe where the teacher's policy has its share alpha, and one "
    "question where a rival has too; bound = log2(1/w) / log2(1/(1 - alpha)), w the teacher's share after training",
    sizes={
        "small": _size(6, 0, 4.0, (0.01, 0.1, 0.5), (2.0, 4.0)),
        "default": _size(32, 1, 6.0, ALPHAS, (2.0, 4.0, 6.0)),
        "large": _size(96, 3, 6.0, ALPHAS, (2.0, 4.0, 6.0, 8.0)),
    },
    study=study,
    draw=draw,
    tell=tell,
    sources=(ONLINE_IMITATION,),
    prior_work=(DONT_DO, SCHEMING),
    edition=2,
    changed="The worlds are those of a fair family of goals, whatever is not the teacher's action slips through, and "
    "the statement is put as it is proved: on condition that the teacher's policy has its share.",
)
