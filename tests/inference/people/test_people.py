"""Each person's numbers are those of the person's own file; how rows interleave does not matter."""

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log import Reading, log_from_frame
from mesaprior.hypotheses.terms.language import default_language, language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.people.people import people
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import ROLES
from mesaprior.priors.prior import make_prior

BY_WHO = Reading(by=("who",))
PRIOR = make_prior("levin")

ROWS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 2), st.integers(0, 1), st.sampled_from(["train", "deploy"])),
    min_size=1,
    max_size=14,
).map(lambda rows: [*rows, ("a", 0, 0, "train"), ("b", 1, 1, "train"), ("c", 2, 0, "train")])


def frame_of(rows):
    return pd.DataFrame(rows, columns=["who", "x", "action", "split"])


@settings(max_examples=25)
@given(ROWS)
def test_each_person_is_asked_alone(rows):
    log = log_from_frame(frame_of(rows), reading=BY_WHO)
    language = default_language(log)
    space = TermSpace(language, 13)
    found = people(space.census(log), log, PRIOR)
    assert [person.name for person in found.persons] == ["a", "b", "c"]
    for person in found.persons:
        own = frame_of([row for row in rows if row[0] == person.name]).drop(columns="who")
        alone = log_from_frame(own, own_codes=True)
        census = space.census(alone)
        result = posterior(census, alone, PRIOR)
        assert person.n_training == alone.n_training
        assert person.log2_odds == pytest.approx(result.log2_odds, abs=1e-9, nan_ok=True)
        assert person.log2_odds_verdict == pytest.approx(result.log2_odds_verdict, abs=1e-9, nan_ok=True)
        assert person.mass == pytest.approx(result.mass[:, :, -1], abs=1e-9)
        assert person.loses_at == result.loses_at
        assert person.log2_evidence == pytest.approx(result.log2_evidence[-1], abs=1e-9)
        # The evidence of a role is the mean likelihood of its programs: evidence times share after over share before.
        for role in range(len(ROLES)):
            before, after = result.mass_by_role[role, [0, -1]]
            if before == 0:
                assert person.log2_evidence_by_role[role] == -np.inf
            else:
                expected = result.log2_evidence[-1] + np.log2(after) - np.log2(before)
                assert person.log2_evidence_by_role[role] == pytest.approx(expected, abs=1e-6)
        leading = person.leading[0]
        assert leading.mass == pytest.approx(np.exp2(result.log2_mass).max(), abs=1e-9)
        assert leading.hits + leading.misses == alone.n_training


@settings(max_examples=25)
@given(ROWS, st.randoms(use_true_random=False))
def test_how_rows_interleave_does_not_matter(rows, random):
    order = sorted(range(len(rows)), key=lambda row: rows[row][0])
    by_person = {name: iter([rows[row] for row in order if rows[row][0] == name]) for name in "abc"}
    names = [row[0] for row in rows]
    random.shuffle(names)
    interleaved = [next(by_person[name]) for name in names]
    concatenated = [rows[row] for row in order]
    results = []
    for own in (rows, interleaved, concatenated):
        log = log_from_frame(frame_of(own), reading=BY_WHO)
        census = TermSpace(default_language(log), 13).census(log)
        results.append(people(census, log, PRIOR))
    first = results[0]
    for other in results[1:]:
        assert repr([dataclasses.astuple(person) for person in first.persons]) == repr(
            [dataclasses.astuple(person) for person in other.persons]
        )
        assert repr(first.shared) == repr(other.shared)
        assert first.frequencies.protected.tolist() == other.frequencies.protected.tolist()


@pytest.mark.parametrize("names", ["AAAAAABBBBBB", "ABABABABABAB"])
def test_two_people_who_always_do_the_same_are_imitated(names):
    log = log_from_frame(frame_of([(name, 0, int(name == "B"), "train") for name in names]), reading=BY_WHO)
    found = people(TermSpace(default_language(log), 16).census(log), log, make_prior("simplicity"))
    assert [person.leading[0].always for person in found.persons] == [0, 1]
    assert all(person.log2_odds[-1] < -2 for person in found.persons)
    assert [(shared.always, round(shared.share, 3)) for shared in found.shared] == [(0, 0.5), (1, 0.5)]


def test_learners_are_counted_for_each_person():
    tokens = [
        {"kind": "parameter"},
        {"kind": "fit"},
        {"kind": "feature", "name": "x"},
        {"kind": "constant", "value": 1},
        {"kind": "binary", "name": "add"},
    ]
    language = language_from_dict({"domain": 3, "actions": 2, "token": tokens})
    rows = [("a", x, 1, "train") for x in (0, 1, 2, 0)] + [("b", x, x % 2, "train") for x in (0, 1, 2)]
    log = log_from_frame(frame_of(rows), reading=BY_WHO, language=language)
    space = TermSpace(language, 15)
    found = people(None, log, PRIOR, count=space.census)
    assert found.shared is None
    assert ROLES.index("learner") in found.compared
    for person in found.persons:
        own = frame_of([row for row in rows if row[0] == person.name]).drop(columns="who")
        alone = log_from_frame(own, language=language)
        assert person.log2_odds.tolist() == posterior(space.census(alone), alone, PRIOR).log2_odds.tolist()


def test_whoever_has_no_training_row_is_left_out():
    rows = [("a", 0, 0, "train"), ("b", 1, 1, "deploy"), ("c", 1, 0, "train"), ("c", 0, 1, "train")]
    log = log_from_frame(frame_of(rows), reading=BY_WHO)
    space = TermSpace(default_language(log), 10)
    found = people(space.census(log), log, PRIOR)
    assert ([person.name for person in found.persons], found.left_out) == (["a", "c"], ("b",))
    for shared in found.shared:
        assert shared.attributed.shape == (2,)
    # They are as if the others were not in the file; that they are there only makes the features larger.
    without = log_from_frame(frame_of([row for row in rows if row[0] != "b"]), reading=BY_WHO)
    again = people(TermSpace(default_language(without), 10).census(without), without, PRIOR)
    assert [p.log2_odds.tolist() for p in found.persons] == [p.log2_odds.tolist() for p in again.persons]
    assert [(one.program, one.share) for one in found.shared] == [(one.program, one.share) for one in again.shared]


def test_what_cannot_be_asked_of_people():
    log = log_from_frame(frame_of([("a", 0, 0, "train")]), reading=BY_WHO)
    census = TermSpace(default_language(log), 8).census(log)
    plain = log_from_frame(frame_of([("a", 0, 0, "train")]))
    with pytest.raises(UsageError, match="tells no people apart"):
        people(census, plain, PRIOR)
