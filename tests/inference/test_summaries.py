"""Paragraphs say what the numbers do, and name what one should know before trusting them."""

import math
from dataclasses import dataclass, replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings

from mesaprior.inference.bayes.noise import Noise
from mesaprior.inference.bayes.odds import BY_ROLE
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import IMITATOR
from mesaprior.inference.robustness.comparison import Comparison, Standing
from mesaprior.inference.robustness.reach import Reached
from mesaprior.inference.safeguards.outcomes import Outcome
from mesaprior.inference.summaries.depth import summarize_depth
from mesaprior.inference.summaries.ensemble import interval
from mesaprior.inference.summaries.posterior import summarize_posterior
from mesaprior.inference.summaries.priors import summarize_comparison, summarize_prior
from mesaprior.inference.summaries.reach import summarize_reach
from mesaprior.inference.summaries.safeguards import summarize_safeguards
from mesaprior.inference.summaries.sweep import summarize_sweep
from mesaprior.inference.summaries.world import summarize_world
from mesaprior.priors.prior import describe_prior
from tests.inference.small import SEARCHING, Program, cases, make_census, make_log

TRAINING = [(0, 1), (1, 0), (0, 1), (1, 0)]
LATER = [(0, 1, None), (1, 0, 1)]


@dataclass
class HandMade:
    """What a summary reads of a space."""

    noun: str = "programs"
    has_lesions: bool = True

    def gloss(self, text, log):
        return ""


def asked(census, log, *, has_lesions=True, is_default_language=False):
    space = HandMade(has_lesions=has_lesions)
    return SimpleNamespace(census=census, log=log, space=space, is_default_language=is_default_language)


def told(programs, *, training=TRAINING, later=LATER, mass_beyond=None, noise=None, **how):
    """Return the paragraph on hand-made programs, and the posterior that it is about."""
    log = make_log(training, later)
    census = make_census(log, programs, n_actions=2)
    found = posterior(census, log, "simplicity", **({} if noise is None else {"noise": noise}))
    return summarize_posterior(asked(census, log, **how), found, mass_beyond), found


@settings(max_examples=40)
@given(cases())
def test_the_side_that_is_said_to_be_likelier_is_ahead(case):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    found = posterior(census, log, "simplicity")
    text, odds = summarize_posterior(asked(census, log), found, None), float(found.log2_odds[-1])
    assert text.count(". ") <= 2
    if "times as likely" in text:
        assert ("come from an imitator as" in text) == (odds < 0)
        assert ("close to a tie" in text) == (abs(odds) < 1)
    if "no program with any mass is faithful" in text:
        assert found.mass_by_verdict[0, -1] == 0
    if "right on every training row and" in text:
        assert found.exact is not None


GOOD, BAD = Program((1, 0), length=4, text="good"), Program((1, 0), SEARCHING, length=7, text="bad")


def test_a_lead_is_told_as_a_ratio_with_the_leader():
    text, found = told([GOOD, BAD])
    assert float(found.log2_odds[-1]) == pytest.approx(-3)
    assert "8 times as likely to come from an imitator as from a program that searches for its action." in text
    assert "is good: it is right on every training row and is faithful on later rows." in text


def test_a_small_lead_is_called_a_tie():
    text, _ = told([GOOD, replace(BAD, length=4, count=1), replace(BAD, length=5)])
    assert "1.5 times as likely to come from a program that searches for its action as from an imitator" in text
    assert "close to a tie" in text


def test_level_odds_are_told_as_such():
    text, _ = told([GOOD, replace(BAD, length=4)])
    assert "the choices are as likely to come from an imitator as from a program that searches for its action." in text


def test_a_side_that_was_not_counted_is_no_finding():
    assert told([GOOD])[0].startswith("Only imitators were counted, so their lead says nothing")
    assert told([BAD])[0].startswith("Only optimizers were counted, so their lead says nothing")


def test_infinite_odds_are_told_as_weights_of_0():
    text, found = told([GOOD, Program((0, 0), SEARCHING, length=2)], noise=Noise(0))
    assert math.isinf(found.log2_odds[-1])
    assert text.startswith("Every program counted that searches for its action has weight 0, so whatever is left only")


def test_nothing_left_is_told_and_nothing_else():
    text, found = told([Program((0, 0)), Program((1, 1), SEARCHING)], noise=Noise(0))
    assert np.isnan(found.mass_by_role[IMITATOR, -1])
    assert text == (
        "Every one of the programs counted has weight 0 after these rows, by the prior or by the noise, so nothing can "
        "be said."
    )


def test_without_lesions_it_is_told_by_verdict():
    text, _ = told([GOOD, Program((1, 1), length=4)], has_lesions=False)
    assert "faithful on later rows" in text
    assert text.count("cannot be told") == 1
    unjudged, _ = told([GOOD], later=[(0, None, None)], has_lesions=False)
    assert unjudged.startswith("No later row has an action, so nothing shows which programs stay faithful.")


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"training": [(0, 1), (1, 1)]}, "The teacher takes one action throughout training"),
        ({"programs": [Program((1, 1))]}, "None of the programs counted beats always choosing '0'"),
        ({}, "The odds still move as longer programs are counted"),
        ({"has_lesions": False, "is_default_language": True}, "The default language holds no payoff"),
        ({"has_lesions": False, "mass_beyond": 0.0375}, "Longer programs, with 3.75 % of the prior mass 2^-length"),
        ({"has_lesions": False}, "The shortest that is right on every training row has 4 bits."),
    ],
)
def test_the_caveat_that_matters_most_is_named(how, words):
    text, _ = told(**({"programs": [GOOD, BAD]} | how))
    assert text.rsplit(". ", 1)[-1].startswith(words) or words in text


def outcome(name, defections, errors, questions=0.0):
    return Outcome(name, defections, 0.5, 0.1, errors, 0.0, questions, 0.0, errors + 0.1 * questions, 1.0)


def test_the_best_safeguard_is_named_with_what_it_asks():
    text = summarize_safeguards([outcome("mixture", 3, 5), outcome("top set 0.1", 1, 2, 4)], 6, 20)
    assert "20 rows top set 0.1 has the least regret, 2.4: 2 errors and 4 questions to the teacher, expected" in text
    assert (
        "Of the 6 later rows where a rival acts otherwise, top set 0.1 defects on the fewest, 1 in expectation" in text
    )
    alone = summarize_safeguards([outcome("mixture", 0, 5)], 0, 20)
    assert "without asking" in alone
    assert alone.endswith("so defections cannot be counted.")


def swept(odds, **axes):
    return SimpleNamespace(axes={name: np.array(values, dtype=float) for name, values in axes.items()}, log2_odds=odds)


@pytest.mark.parametrize(
    ("odds", "words"),
    [
        ([-3.0, -2.0], "Imitators lead wherever anyone does, from alpha = 0 to 1"),
        ([-1.0, 1.0], "imitators lead first, optimizers from about 0.5 on"),
        ([np.nan, np.nan], "Neither optimizers nor imitators lead anywhere"),
        ([np.inf, np.inf], "Wherever there is a lead it is infinite"),
        ([-1.0], "One cell alone does not show"),
    ],
)
def test_where_the_lead_changes_along_an_axis(odds, words):
    assert words in summarize_sweep(swept(np.array(odds), alpha=range(len(odds))), BY_ROLE)


def test_shares_of_a_grid():
    text = summarize_sweep(swept(np.array([[-1.0, 2.0], [-3.0, -4.0]]), alpha=[0, 1], n=[0, 1]), BY_ROLE)
    assert "optimizers lead in 25 % of the 4 cells and imitators in 75 %" in text
    assert "closest at alpha = 0, n = 0, with 1.00 bits (2 to 1)" in text


def reached(kind, price, status="found"):
    is_found = status == "found"
    bounds = (price, price) if is_found or math.isinf(price) else (price, None)
    return Reached(kind, status, "p" if is_found else None, 9, 9, 1, "imitator", "faithful", 1, *bounds)


def test_prices_are_told_with_what_they_weigh():
    kinds = [
        *(reached("imitating", 0), reached("searching", 3), reached("learning", math.inf, "impossible")),
        *(reached("defecting", -2), reached("faithful", 5, "beyond")),
    ]
    text = summarize_reach(kinds, HandMade())
    assert text.startswith("Searching costs 3 bits more than imitating, which has 8 times the weight under 2^-length")
    assert "learning is impossible" in text
    assert "defecting saves 2 bits over imitating and has 4 times the weight" in text
    assert "staying faithful costs at least 5 bits more than imitating" in text


def standing(name, odds):
    return Standing(name, 1.0, 1.0, odds, math.nan, np.zeros(4), None, 1.0, None)


@pytest.mark.parametrize(
    ("odds", "words"),
    [
        ((-1.0, -2.0), "Under all 2 priors imitators lead."),
        ((-1.0, 2.0), "The prior decides who wins: optimizers lead under b, imitators under a."),
        ((-1.0, math.nan), "Imitators lead under a, and neither side under the others."),
        ((math.nan, math.nan), "Under none of these priors do optimizers or imitators lead."),
    ],
)
def test_whether_priors_agree(odds, words):
    found = Comparison(tuple(map(standing, "ab", odds)), (), 1)
    assert summarize_comparison(found, ["a", "b"], has_lesions=True) == words


def test_the_interval_of_a_share_is_that_of_the_literature():
    # R. G. Newcombe, Two-sided confidence intervals for the single proportion (1998), table I, method 3.
    assert interval(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert interval(15 / 148, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert interval(0, 20) == pytest.approx((0, 0.1611), abs=5e-5)
    assert interval(1 / 29, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("uniform", "uniform is constant. It does not depend on length or running time."),
        ("circuit", "circuit weighs a program by its gates. It does not depend on length or running time."),
        ("simplicity", "weighs a program by its length. It does not depend on running time."),
        ("levin", "by its length and time. Its weights can be normalized on every prefix code"),
        ("2**-length / infer_time", "It charges no time for fitting"),
        ("2**-length * time**-beta", "Before it can be used, beta must be given a value. Over a census"),
    ],
)
def test_a_prior_is_told_by_what_it_reads(name, words):
    assert words in summarize_prior(describe_prior(name))


def test_depth_is_told_of_the_leader_and_of_the_deepest():
    text = summarize_depth(["a", "b", "c"], [[9, 2], [12, 7], [5, 5]], [0, 8])
    assert text == (
        "The leading behaviour, a, takes at least 9 steps by its shortest programs, and 2 steps by programs up to 8 "
        "bits longer. The deepest of the 3 shown is b: at least 7 steps even by programs up to 8 bits longer. More "
        "bits save steps for 2 of them."
    )
    # The significance may be given in any order.
    assert summarize_depth(["a", "b", "c"], [[2, 9], [7, 12], [5, 5]], [8, 0]) == text
    alone = summarize_depth(["a"], [[1, 1]], [4, 8])
    assert alone.endswith(
        "1 step by programs up to 4 bits longer than its shortest, and programs up to 8 bits longer are no faster."
    )
    assert "9 steps by its shortest programs, and 2 steps by programs of any length counted. " in summarize_depth(
        ["a", "b"], [[9, 2], [5, 5]], [0, math.inf]
    )
    assert summarize_depth([], [], [0]) == "No behaviour was asked for."


def listed(text, bits, verdict, role="imitator"):
    return {"program": text, "bits": bits, "role": role, "verdict": verdict}


def test_a_world_is_told_by_its_shortest_programs():
    good, worse, bad = listed("g", 12, "faithful"), listed("w", 20, "faithful"), listed("b", 9, "defecting", "planner")
    assert summarize_world([worse, good, bad]).startswith(
        "The shortest faithful program listed is g (imitator of 12 bits), the shortest defecting one b (planner of 9 "
        "bits): under 2^-length the defecting one has 8 times the weight."
    )
    assert "the faithful one has 2 times the weight" in summarize_world([good, listed("b", 13, "defecting")])
    assert "b (12 bits): under 2^-length they weigh the same" in summarize_world(
        [good, listed("b", 12, "defecting", role="")]
    )
    assert summarize_world([good, listed("u", 4, "")]).startswith(
        "None of the programs listed is sure to be defecting."
    )
