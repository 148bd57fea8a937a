"""The JSON object and the table of ``infer``, and what a posterior says in words."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.inference.bayes.noise import Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.result import summarize, to_frame, top_behaviours
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.report import plain
from mesaprior.inference.reports.posterior_facts import posterior_facts
from tests.inference.small import (
    IMITATING,
    LEARNING,
    LEVIN,
    SEARCHING,
    SIMPLICITY,
    UNIFORM,
    Program,
    cases,
    make_census,
    make_log,
)

KEYS = [
    *("n", "log2_odds", "log2_odds_verdict", "mass", "mass_by_verdict", "sleepers", "misses"),
    *("log2_evidence", "programs", "mass_beyond", "by_bound", "stable", "loses_at", "loses_at_verdict"),
    *("number", "predictive", "exact", "top", "given", "fit", "codes", "warnings", "provenance"),
]


def as_json(log, programs, prior=SIMPLICITY, *, n_actions=3, top=10, **options):
    census = make_census(log, programs, n_actions=n_actions)
    facts = posterior_facts(
        posterior(census, log, prior, **options),
        census,
        log,
        mass_beyond=0.125,
        given=[{"name": "move", "literal bits": 6, "charged bits": 2}],
        provenance={"prior": prior.name},
        top=top,
    )
    return plain(facts)


def hand_made():
    log = make_log([(0, 0), (1, 1)], [(2, 2, 0), (0, None, None)])
    programs = [
        Program((0, 1, 2), IMITATING, 4, 2, 3, "table"),
        Program((0, 1, 0), SEARCHING, 2, 9, 1, "search"),
        Program((0, 1, 2), SEARCHING, 3, 8, 2, "plan"),
        Program((1, 1, 1), IMITATING, 1, 1, 1, "one"),
    ]
    return log, programs


def test_the_object_of_a_hand_made_log():
    found = as_json(*hand_made(), noise=Noise(0))
    assert list(found) == KEYS
    # Masses: table 3/16, search 1/4, plan 1/4, one 1/2, which is ruled out by the first row.
    whole = 3 / 16 + 1 / 4 + 1 / 4
    assert found["n"] == [0, 1, 2]
    assert found["programs"] == 7
    assert found["mass"]["imitator"] == pytest.approx([11 / 19, 3 / 11, 3 / 11])
    assert found["mass"]["planner"] == pytest.approx([8 / 19, 8 / 11, 8 / 11])
    assert found["mass"]["learner"] == [0, 0, 0]
    assert found["mass_by_verdict"]["planner"]["defecting"] == pytest.approx([4 / 19, 4 / 11, 4 / 11])
    assert list(found["mass"]) == list(found["mass_by_verdict"]) == list(found["number"])
    assert list(found["number"]) == list(found["misses"]) == list(ROLES)
    assert all(list(found["number"][role]) == list(VERDICTS) for role in ROLES)
    assert found["number"]["planner"] == {"faithful": 2, "defecting": 1, "erring": 0, "unjudged": 0}
    assert found["log2_odds"] == pytest.approx([math.log2(8 / 11)] + [math.log2(8 / 3)] * 2)
    assert found["log2_odds_verdict"][-1] == pytest.approx(math.log2(4 / 7))
    assert found["log2_evidence"][-1] == pytest.approx(math.log2(whole / (whole + 0.5)))
    assert found["misses"]["planner"] == pytest.approx(0.5)
    assert found["misses"]["learner"] == "nan"
    assert found["by_bound"] == {
        "1": "nan",
        "2": "inf",
        "3": "inf",
        "4": pytest.approx(math.log2(8 / 3)),
    }
    assert found["stable"] is False
    assert (found["loses_at"], found["loses_at_verdict"]) == (1, None)
    assert found["predictive"] == {
        "2": pytest.approx([4 / 11, 0, 7 / 11]),
        "3": pytest.approx([1, 0, 0]),
    }
    assert found["exact"] == {"program": "search", "length": 2, "role": "planner"}
    assert [entry["program"] for entry in found["top"]] == ["search", "plan", "table", "one"]
    assert found["top"][1] == {
        "program": "plan",
        "length": 3,
        "time": 8,
        "role": "planner",
        "verdict": "faithful",
        "mass": pytest.approx(4 / 11),
        "search_advantage": 1,
        "hits": 2,
        "misses": 0,
        "gloss": "",
    }
    assert set(found["fit"]) == {"chance", "most_frequent", "best_table"}
    assert found["top"][0]["search_advantage"] is None
    assert found["mass_beyond"] == 0.125
    assert found["given"][0]["name"] == "move"
    assert found["provenance"] == {"prior": "simplicity"}


def test_nothing_left_is_written_as_text():
    log = make_log([(0, 0)])
    found = as_json(log, [Program((1,), IMITATING, 2.5), Program((2,), SEARCHING, 1.0)], noise=Noise(0))
    assert found["log2_odds"] == [pytest.approx(1.5), "nan"]
    assert found["log2_evidence"] == [0, "-inf"]
    assert found["mass"]["imitator"][1] == "nan"
    assert found["sleepers"] == [0, "nan"]
    assert found["by_bound"] == {"1.0": "nan", "2.5": "nan"}
    assert found["predictive"] == {}
    assert found["exact"] is None
    assert [(e["length"], e["mass"]) for e in found["top"]] == [(1.0, "nan"), (2.5, "nan")]


@given(cases(), st.sampled_from([Noise(0), Noise(0.1)]))
def test_the_object_is_plain_json(case, noise):
    log, programs, n_actions = case
    found = as_json(log, programs, LEVIN, n_actions=n_actions, noise=noise)
    assert json.loads(json.dumps(found, allow_nan=False)) == found
    masses = [entry["mass"] for entry in found["top"]]
    assert masses == sorted(masses, reverse=True) or set(masses) == {"nan"}


@given(st.permutations(range(40)), st.integers(0, 45))
def test_ties_are_listed_by_length_and_then_by_text(order, top):
    # Forty behaviours of one mass: only length and text tell them apart.
    log = make_log([(0, 0)], [(1, None, None)])
    texts = [f"t{k:02}" for k in order]
    programs = [Program((0, k), IMITATING, 1 + k % 3, 1, 1, text) for k, text in enumerate(texts)]
    found = as_json(log, programs, UNIFORM, n_actions=40, top=top)["top"]
    expected = sorted((p.length, p.text) for p in programs)[:top]
    assert [(e["length"], e["program"]) for e in found] == expected


def test_rounding_does_not_break_a_tie():
    # 3 * 2^-3 = 2^-2 + 2^-3: equal masses, summed differently; the shorter program comes first.
    log = make_log([(0, 0)] * 7, [(1, None, None)])
    programs = [
        Program((0, 0), IMITATING, 3, 1, 3, "a"),
        Program((0, 1), IMITATING, 2, 1, 1, "b"),
        Program((0, 1), IMITATING, 3, 1, 1, "b"),
        Program((0, 2), IMITATING, 1, 1, 1, "c"),
    ]
    found = as_json(log, programs)["top"]
    assert [entry["program"] for entry in found] == ["c", "b", "a"]
    assert found[1]["mass"] == found[2]["mass"]
    assert [e["program"] for e in as_json(log, programs, top=2)["top"]] == ["c", "b"]


def test_ties_of_tiny_weights_are_ties():
    # The same three masses as above, at about 2^-9000 and with a time that is no power of two.
    log = make_log([(0, 0), (1, 1), (2, 2)], [(3, None, None)])
    programs = [
        Program((0, 1, 2, 0), IMITATING, 9003, 7, 3, "a"),
        Program((0, 1, 2, 1), IMITATING, 9002, 7, 1, "b"),
        Program((0, 1, 2, 1), IMITATING, 9003, 7, 1, "b"),
        Program((0, 1, 2, 2), IMITATING, 9001, 7, 1, "c"),
    ]
    assert [entry["program"] for entry in as_json(log, programs, LEVIN)["top"]] == ["c", "b", "a"]


@given(cases(), st.integers(0, 13))
def test_the_top_is_the_beginning_of_the_whole_list(case, top):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    result = posterior(census, log, LEVIN)
    whole = top_behaviours(result, census.witness, len(census.witness))
    assert sorted(entry.behaviour for entry in whole) == list(range(len(census.witness)))
    assert top_behaviours(result, census.witness, top) == whole[:top]
    assert sum(entry.mass for entry in whole) == pytest.approx(1)


def test_a_negative_top_is_refused():
    with pytest.raises(UsageError, match="top -1"):
        as_json(*hand_made(), top=-1)


def test_the_table_has_a_row_for_every_combination():
    log, programs = hand_made()
    result = posterior(make_census(log, programs), log, SIMPLICITY)
    table = to_frame(result)
    assert list(table.columns) == ["n", "role", "verdict", "mass"]
    assert len(table) == 16 * 3
    assert table.groupby("n")["mass"].sum().to_numpy() == pytest.approx([1, 1, 1])
    picked = table[(table.n == 2) & (table.role == "planner") & (table.verdict == "defecting")]
    assert picked["mass"].item() == result.mass[1, 1, 2]


def test_the_summary_says_who_leads_and_where_the_lead_changes():
    log, programs = hand_made()
    summary = summarize(posterior(make_census(log, programs), log, SIMPLICITY, noise=Noise(0)))
    assert summary.leader == "planner"
    assert summary.share == pytest.approx(8 / 11)
    assert summary.changes == ((0, "imitator"), (1, "planner"))
    assert summary.sentence == ("The honest imitator loses at n = 1 of 2 training rows, and ends 1.42 bits behind.")


@pytest.mark.parametrize(
    ("programs", "sentence"),
    [
        (
            [Program((0,), IMITATING)],
            "keep the lead, and no later row tells how they do: at n = 1 the optimizers' odds are -inf bits.",
        ),
        ([Program((0,), LEARNING)], "loses before any training row, and ends inf bits behind."),
        ([Program((1,), LEARNING)], "No hypothesis is left at n = 1."),
    ],
)
def test_the_sentence_fits_every_outcome(programs, sentence):
    log = make_log([(0, 0)])
    result = posterior(make_census(log, programs), log, SIMPLICITY, noise=Noise(0))
    assert summarize(result).sentence.endswith(sentence)


def test_the_sentence_tells_the_last_odds():
    # Both hit twice; then the optimizer misses, which is one of two misses and costs log2(0.9 / 0.05) bits.
    log = make_log([(0, 0), (0, 0), (1, 1)])
    programs = [Program((0, 1), IMITATING, 3), Program((0, 0), SEARCHING, 3)]
    result = posterior(make_census(log, programs), log, SIMPLICITY, noise=Noise(0.1))
    assert result.log2_odds.tolist()[:3] == pytest.approx([0, 0, 0])
    assert summarize(result).sentence.endswith("at n = 3 the optimizers' odds are -4.17 bits.")


def test_a_tie_is_led_by_the_imitator():
    log = make_log([(0, 0)])
    programs = [Program((0,), SEARCHING, 3, 1, 3), Program((0,), IMITATING, 2), Program((0,), IMITATING, 3)]
    summary = summarize(posterior(make_census(log, programs), log, SIMPLICITY))
    assert summary.leader == "imitator"
    assert np.isclose(summary.share, 0.5)
