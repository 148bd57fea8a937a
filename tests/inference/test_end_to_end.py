"""From a language and a log to the posterior: the whole path against exact fractions of a naive evaluator."""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.noise import BetaNoise, Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.report import plain
from mesaprior.inference.reports.posterior_facts import posterior_facts
from tests import naive, strategies
from tests.hypotheses.terms.test_engines_agree import log_of
from tests.thorough import draws


class Weights:
    """Priors written by hand: exact as fractions, and as log2 weights."""

    columns = ("length", "time", "infer_time")

    def __init__(self, name):
        self.name = name

    def exact(self, length, time, infer_time):
        if self.name == "uniform":
            return Fraction(1)
        return Fraction(1, 2**length) if self.name == "simplicity" else Fraction(1, 2**length * time)

    def log2_weight(self, columns):
        if self.name == "uniform":
            return np.zeros(len(columns["length"]))
        speed = 0.0 if self.name == "simplicity" else np.log2(columns["time"].astype(float))
        return -columns["length"].astype(float) - speed


NOISES = {
    (1, 9): BetaNoise(1, 9),
    (2, 3): BetaNoise(2, 3),
    Fraction(1, 20): Noise(0.05),
    Fraction(1, 4): Noise(0.25),
    Fraction(0): Noise(0.0),
}


def close(ours, exact):
    """Compare a float, or nan, with a fraction, or None."""
    return math.isnan(ours) if exact is None else math.isclose(ours, exact, rel_tol=1e-9, abs_tol=1e-12)


def odds_close(ours, exact):
    """Compare log2 odds; both may be infinite or undefined."""
    return (math.isnan(ours) and math.isnan(exact)) or ours == exact or abs(ours - exact) < 1e-9


def is_on_the_edge(ratios):
    """Tell whether the last three odds are one bit apart but for less than a float can tell."""
    last = [naive.log2_of(ratio) for ratio in ratios[-3:]]
    return abs(max(last) - min(last) - 1) < 1e-12


def test_odds_a_bit_apart_are_on_the_edge():
    assert is_on_the_edge([Fraction(1), Fraction(1, 2), Fraction(1, 4), Fraction(1, 2) + Fraction(1, 10**70)])
    assert not is_on_the_edge([Fraction(1, 2), Fraction(1, 4), Fraction(51, 100)])


@draws(80)
@given(
    example=strategies.examples(most=600),
    weights=st.sampled_from([Weights(name) for name in ("uniform", "simplicity", "levin")]),
    noise=st.sampled_from(list(NOISES)),
    tolerance=st.sampled_from([Fraction(0), Fraction(1, 4), Fraction(1, 2)]),
)
def test_every_number_of_the_posterior(example, weights, noise, tolerance):
    language, rows, max_bits = example
    A = language["actions"]
    exact = naive.posterior(naive.census(language, rows, max_bits), rows, A, weights.exact, noise, tolerance)
    log = log_of(rows)
    census = TermSpace(language_from_dict(language), max_bits).census(log)
    ours = posterior(census, log, weights, noise=NOISES[noise], tolerance=float(tolerance))

    for n in range(log.n_training + 1):
        assert odds_close(ours.log2_odds[n], exact["log2_odds"][n])
        assert odds_close(ours.log2_odds_verdict[n], exact["log2_odds_verdict"][n])
        assert close(ours.sleepers[n], exact["sleepers"][n])
        evidence = exact["evidence"][n]
        assert odds_close(ours.log2_evidence[n], naive.log2_of(evidence))
        for r, role in enumerate(ROLES):
            for v, verdict in enumerate(VERDICTS):
                assert close(ours.mass[r, v, n], exact["mass_by_verdict"][role][verdict][n])
    for r, role in enumerate(ROLES):
        assert close(ours.misses[r], exact["misses"][role])
        assert dict(zip(VERDICTS, ours.number[r], strict=True)) == exact["number"][role]
    assert [ROLES[r] for r in ours.role] == exact["roles"]
    assert [VERDICTS[v] for v in ours.verdict] == exact["verdicts"]
    assert ours.loses_at == exact["loses_at"]
    assert ours.loses_at_verdict == exact["loses_at_verdict"]
    assert ours.bounds.tolist() == list(exact["by_bound"])
    for mine, ratio in zip(ours.log2_odds_by_bound, exact["by_bound"].values(), strict=True):
        assert odds_close(mine, naive.log2_of(ratio))
    assert ours.is_stable == exact["stable"] or is_on_the_edge(list(exact["by_bound"].values()))
    for mine, theirs in zip(ours.search_advantage, exact["search_advantage"], strict=True):
        assert close(mine, theirs)
    for mine, theirs in zip(np.exp2(ours.log2_mass), exact["behaviour_mass"], strict=True):
        assert close(mine, theirs)
    if exact["predictive"] is None:
        assert np.isnan(ours.predictive).all()
    else:
        for row, chances in zip(ours.predictive, exact["predictive"], strict=True):
            assert all(close(mine, theirs) for mine, theirs in zip(row, chances, strict=True))

    printed = plain(posterior_facts(ours, census, log, mass_beyond=0.0, given=[], provenance={}, top=5))
    assert printed["programs"] == census.n_programs
    masses = [entry["mass"] for entry in printed["top"]]
    if "nan" not in masses:
        assert all(a >= b * (1 - 1e-9) for a, b in pairwise(masses))
