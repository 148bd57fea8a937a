"""Theorems on expectations when a hypothesis of the class, with the noise model's errors, produces the actions."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from fractions import Fraction

from mesaprior.inference.theorems.histories import WORK, Expectations, expectations, ln_ratio
from mesaprior.inference.theorems.hypothesis_class import HypothesisClass
from mesaprior.inference.theorems.theorem import Theorem, failing

THRESHOLDS = (Fraction(1, 2), Fraction(1, 10), Fraction(1, 100))
"""The c at which Ville's inequality is evaluated where none is given."""

ALPHA = Fraction(1, 10)
"""The larger alpha of top sets where none is given."""

_HUTTER = "M. Hutter, Universal Artificial Intelligence, 2005"
_BLACKWELL = "R. J. Solomonoff, Complexity-based induction systems, 1978; M. Hutter, Universal Artificial Intelligence"
_VILLE = "J. Ville, Étude critique de la notion de collectif, 1939"
_TOP_SET = "M. K. Cohen, M. Hutter and N. Nanda, Fully general online imitation learning, 2021"


def expected_theorems(
    hypotheses: HypothesisClass,
    truth: int,
    *,
    thresholds: Sequence[Fraction] = THRESHOLDS,
    alphas: Sequence[Fraction] | None = None,
    work: int = WORK,
) -> list[Theorem]:
    """Evaluate the theorems that are about expectations under the truth.

    Parameters
    ----------
    hypotheses : HypothesisClass
    truth : int
        The hypothesis that is taken for the truth.
    thresholds, alphas : sequence of Fraction
        Where Ville's inequality and the theorems on top sets are evaluated; see `usual_alphas` for None.
    work : int
        Bound on the work; see `expectations`.
    """
    if alphas is None:
        alphas = usual_alphas(hypotheses, truth)
    found = expectations(hypotheses, truth, thresholds=thresholds, alphas=alphas, work=work)
    # ln(1/w), from the weights as they stand.
    surprise = ln_ratio(hypotheses.whole, hypotheses.weight[truth])
    where = _where(found, hypotheses)
    theorems = [
        Theorem("total probability", "sum of mu(x) = 1", "", "=", found.probability, 1.0, where),
        Theorem("chain rule", "sum of E KL(mu || xi) = E ln(mu/xi)", _HUTTER, "=", found.kl, found.log_ratio, where),
        Theorem("expected KL", "sum of E KL(mu || xi) <= ln(1/w)", _BLACKWELL, "<=", found.kl, surprise, where),
        Theorem(
            "expected squared distance",
            "D = sum of E sum_a (xi(a) - mu(a))^2 <= ln(1/w)",
            _HUTTER,
            "<=",
            found.squared,
            surprise,
            where,
        ),
        _binary(hypotheses, found, surprise, where),
        Theorem(
            "error bound",
            "E_xi - E_mu <= 2 D + 2 sqrt(E_mu D)",
            _HUTTER,
            "<=",
            found.errors_xi - found.errors_mu,
            2 * found.squared + 2 * math.sqrt(found.errors_mu * found.squared),
            f"{where}; E_mu = {found.errors_mu:.6g}, E_xi = {found.errors_xi:.6g}",
        ),
        Theorem("the truth errs least", "E_mu <= E_xi", "", "<=", found.errors_mu, found.errors_xi, where),
    ]
    return [*theorems, *_ville(found, thresholds, where), *_top_sets(hypotheses, truth, found, alphas, where)]


def _ville(found: Expectations, thresholds: Sequence[Fraction], where: str) -> Iterator[Theorem]:
    """Yield Ville's inequality at each threshold."""
    for c, chance in zip(thresholds, found.fallen, strict=True):
        statement = f"P(the posterior of mu ever falls below w * {c}) <= {c}"
        yield Theorem(f"Ville, c = {c}", statement, _VILLE, "<=", chance, float(c), where)


def _top_sets(
    hypotheses: HypothesisClass, truth: int, found: Expectations, alphas: Sequence[Fraction], where: str
) -> Iterator[Theorem]:
    """Yield the theorems on the top set at each alpha."""
    weight = hypotheses.weight[truth] / hypotheses.whole
    rows = zip(alphas, found.excess, found.left, found.asked, strict=True)
    for alpha, excess, left, asked in rows:
        name, statement = f"top set, alpha = {alpha}", "min over the top set <= mu(a), while mu is in it"
        asks = f"{where}; asks {asked:.6g} times in expectation"
        if excess == -math.inf:
            yield failing(name, statement, _TOP_SET, "the truth is in the top set of no history")
        else:
            yield Theorem(name, statement, _TOP_SET, "<=", excess, 0.0, asks)
        statement, most = "P(mu ever leaves the top set) <= alpha / w", float(alpha) / weight if weight else math.inf
        yield Theorem(f"leaving the top set, alpha = {alpha}", statement, _TOP_SET, "<=", left, most, where)


def usual_alphas(hypotheses: HypothesisClass, truth: int) -> tuple[Fraction, ...]:
    """Return `ALPHA`, and a power of two at which the truth leaves the top set with probability at most 1/2."""
    weight, whole = hypotheses.weight[truth], hypotheses.whole
    # The largest power of two that is no more than half the weight.
    bits = 1
    while weight << (bits - 1) < whole:
        bits += 1
    return (ALPHA, Fraction(1, 2**bits))


def _binary(hypotheses: HypothesisClass, found: Expectations, surprise: float, where: str) -> Theorem:
    """Return the sharper bound on squared errors that holds where there are two actions."""
    statement = "sum of E (xi(1) - mu(1))^2 <= ln(1/w) / 2"
    if hypotheses.n_actions != 2:
        fails = f"it is about two actions, and there are {hypotheses.n_actions}"
        return failing("binary squared error", statement, _BLACKWELL, fails)
    # Both actions are off by as much.
    return Theorem("binary squared error", statement, _BLACKWELL, "<=", found.squared / 2, surprise / 2, where)


def _where(found: Expectations, hypotheses: HypothesisClass) -> str:
    """Return what was evaluated, in words."""
    rows = f"the first {found.n_rows} of {len(hypotheses.row_cell)} training rows"
    if found.n_rows == len(hypotheses.row_cell):
        rows = f"all {found.n_rows} training rows"
    return (
        f"{rows}, every sequence of actions ({found.n_histories:,} histories), {hypotheses.n_hypotheses:,} hypotheses"
    )
