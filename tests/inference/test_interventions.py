"""What interventions say of the posterior, against exact fractions of a naive evaluator."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import ROLES
from mesaprior.inference.report import plain
from mesaprior.inference.reports.posterior_facts import posterior_facts
from tests import naive, strategies
from tests.hypotheses.terms.test_engines_agree import log_of
from tests.inference.test_end_to_end import NOISES, Weights, close
from tests.thorough import draws

PARTS = ("train", "later")


@draws(60)
@given(
    example=strategies.examples(most=500, with_interventions=True),
    weights=st.sampled_from([Weights(name) for name in ("uniform", "levin")]),
    noise=st.sampled_from(list(NOISES)),
)
def test_who_changes_under_each_intervention(example, weights, noise):
    language, rows, max_bits = example
    counted = naive.census(language, rows, max_bits)
    exact = naive.posterior(counted, rows, language["actions"], weights.exact, noise)
    log = log_of(rows)
    census = TermSpace(language_from_dict(language), max_bits).census(log)
    ours = posterior(census, log, weights, noise=NOISES[noise])
    assert [effect.name for effect in ours.interventions] == counted["interventions"]
    for effect in ours.interventions:
        for p, part in enumerate(PARTS):
            for r, role in enumerate(ROLES):
                expected = exact["interventions"][effect.name][part][role]
                pairs = zip(effect.mass[p, r], expected["mass"], strict=True)
                assert all(close(mine, theirs) for mine, theirs in pairs)
                assert close(effect.share_of_rows[p, r], expected["share_of_rows"])
                assert effect.number[p][r] == expected["number"]
    # The masses are those that a language without interventions gives.
    bare = TermSpace(language_from_dict(language | {"intervention": []}), max_bits).census(log)
    same = posterior(bare, log, weights, noise=NOISES[noise])
    np.testing.assert_allclose(ours.mass, same.mass, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(ours.log2_odds, same.log2_odds, rtol=1e-9, atol=1e-9)


def test_the_json_has_them_only_where_there_are_any():
    rows = [
        {"p": 0, "split": "train", "action": 1},
        {"p": 1, "split": "train", "action": 0},
        {"p": 0, "split": "deploy", "action": 1},
    ]
    language = {
        "domain": 2,
        "actions": 2,
        "token": [
            {"kind": "feature", "name": "p", "bits": 2},
            {"kind": "binary", "name": "pay", "table": [[0, 1], [1, 0]], "bits": 2},
            {"kind": "candidate", "bits": 2},
            {"kind": "argmax", "bits": 2},
        ],
    }
    goal = {"name": "goal", "token": "pay", "define": "(eq a b)"}
    log, weights = log_of(rows), Weights("simplicity")
    printed = []
    for interventions in ([], [goal]):
        census = TermSpace(language_from_dict(language | {"intervention": interventions}), 10).census(log)
        result = posterior(census, log, weights)
        facts = posterior_facts(result, census, log, mass_beyond=0.0, given=[], provenance={}, top=99)
        printed.append(plain(facts))
    bare, found = printed
    assert "interventions" not in bare
    assert list(found) == [*bare, "interventions"]
    assert list(found["interventions"]) == ["goal"]
    assert list(found["interventions"]["goal"]) == ["mass", "share_of_rows", "number"]
    for role in ROLES:
        assert len(found["interventions"]["goal"]["mass"]["train"][role]) == 3
    same = ("(pay p (argmax y))", "(pay (argmax y) p)")
    best = next(entry for entry in found["top"] if entry["program"] in same)
    assert best["role"] == "planner"
    assert best["interventions"] == {"goal": {"train": 1.0, "later": 1.0}}
    assert 0.5 < found["interventions"]["goal"]["share_of_rows"]["later"]["planner"] < 1
    assert all("interventions" not in entry for entry in bare["top"])
    # Without later rows there is nothing to have a share of.
    short = log_of(rows[:2])
    census = TermSpace(language_from_dict(language | {"intervention": [goal]}), 10).census(short)
    result = posterior(census, short, weights)
    printed = plain(posterior_facts(result, census, short, mass_beyond=0.0, given=[], provenance={}, top=1))
    assert printed["interventions"]["goal"]["share_of_rows"]["later"]["planner"] == "nan"
    assert printed["top"][0]["interventions"]["goal"]["later"] == "nan"
