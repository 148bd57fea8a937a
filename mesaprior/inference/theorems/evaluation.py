"""All theorems on one census and one log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from mesaprior.errors import UsageError
from mesaprior.inference.bayes.posterior import Posterior
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.theorems.along_the_log import deterministic_theorems, log_theorems
from mesaprior.inference.theorems.expected import THRESHOLDS, expected_theorems
from mesaprior.inference.theorems.histories import WORK
from mesaprior.inference.theorems.hypothesis_class import class_of, log2_ratio
from mesaprior.inference.theorems.luck import luck_theorem
from mesaprior.inference.theorems.speed import speed_theorems
from mesaprior.inference.theorems.theorem import Theorem


@dataclass(frozen=True)
class Evaluation:
    """The evaluated theorems.

    Attributes
    ----------
    theorems : tuple of Theorem
    truth : str
        The witness of the hypothesis that is taken for the truth: the program without a miss in training, and where
        there is none the leading one.
    is_exact : bool
        Whether it gives every training action.
    log2_weight : float
        log2 of its prior weight w, bits.
    """

    theorems: tuple[Theorem, ...]
    truth: str
    is_exact: bool
    log2_weight: float

    @property
    def hold(self) -> bool:
        """Whether every theorem that was evaluated holds."""
        return all(theorem.holds is not False for theorem in self.theorems)


def evaluate(
    weighed: Weighed,
    scored: Scored,
    result: Posterior,
    *,
    thresholds: Sequence[Fraction] = THRESHOLDS,
    alphas: Sequence[Fraction] | None = None,
    work: int = WORK,
) -> Evaluation:
    """Evaluate the theorems on a census and a log.

    Parameters
    ----------
    weighed : Weighed
    scored : Scored
        Its noise is the slips of every hypothesis, the true one included; the bounds for a truth without slips are
        evaluated without.
    result : Posterior
        Of the two.
    thresholds, alphas : sequence of Fraction
        The c of Ville's inequality, the alpha of top sets; above 0, alpha at most 1. Without alphas, 1/10 and a
        power of two that is small enough for the bound on leaving to say something.
    work : int
        Bound on histories times hypotheses.

    Raises
    ------
    UsageError
        If a threshold or an alpha is out of range, or the prior does not fit.
    RunError
        If weights lie too far apart for exact integers.

    Notes
    -----
    See the modules of this package for costs, and ``docs/reference/theorems.md`` for the statements.
    """
    for name, values, most in (("threshold", thresholds, None), ("alpha", alphas or (), 1)):
        for value in values:
            if not value > 0 or (most is not None and value > most):
                allowed = "above 0" if most is None else "above 0 and at most 1"
                raise UsageError(f"{name} {value} is out of range; give a number {allowed}, such as 0.1.")
    census, log = scored.census, scored.log
    hypotheses = class_of(weighed, log, scored.noise)
    exact = hypotheses.exact()
    truth = hypotheses.leader() if exact is None else exact
    theorems = (
        *deterministic_theorems(hypotheses),
        *log_theorems(weighed, scored, hypotheses, truth, result),
        *expected_theorems(hypotheses, truth, thresholds=thresholds, alphas=alphas, work=work),
        luck_theorem(weighed, log),
        *speed_theorems(census, log),
    )
    mine = np.flatnonzero(hypotheses.member_of == truth)
    best = min(mine.tolist(), key=lambda b: (-result.log2_mass[b], result.length[b], b))
    return Evaluation(
        theorems,
        census.witness[best],
        exact is not None,
        log2_ratio(hypotheses.weight[truth], hypotheses.whole),
    )
