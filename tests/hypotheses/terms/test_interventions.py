"""Interventions: both engines against the naive evaluator, what is kept of them, and what is refused."""

import tomllib

import numpy as np
import pytest
from hypothesis import assume, event, given, note
from hypothesis import strategies as st

from mesaprior.errors import ContentError, RunError
from mesaprior.hypotheses.census import behaviours_of, sum_of_censuses
from mesaprior.hypotheses.conformance import check_space
from mesaprior.hypotheses.store import CensusWriter, open_census
from mesaprior.hypotheses.store.verification import verify
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.merged.sampling.groups import programs_at
from mesaprior.hypotheses.terms.neighbours import DROPPED, neighbours
from mesaprior.hypotheses.terms.program import format_program
from mesaprior.hypotheses.terms.space import TermSpace
from tests import naive, strategies
from tests.hypotheses.terms.test_engines_agree import assert_same, groups_of, log_of
from tests.hypotheses.terms.test_engines_agree import behaviours_of as marks_of
from tests.thorough import draws

PAY = [[1, 0, 2], [0, 2, 1], [2, 1, 0]]
OTHER = [[0, 2, 1], [1, 0, 2], [2, 2, 0]]
TOKENS = [
    {"kind": "feature", "name": "p"},
    {"kind": "binary", "name": "pay", "table": PAY},
    {"kind": "candidate"},
    {"kind": "argmax"},
    {"kind": "constant", "value": 1, "bits": 3},
    {"kind": "lookup", "feature": "p", "bits": 4},
    {"kind": "unary", "name": "next", "define": "(add a 1)", "bits": 4},
]
LEARNING = [{"kind": "fit", "bits": 3}, {"kind": "parameter", "bits": 3}]
GOAL = {"name": "goal", "token": "pay", "table": OTHER}
INTERVENTIONS = [
    GOAL,
    {"name": "code", "token": "p", "feature": "q"},
    {"name": "table", "token": "p[]", "feature": "q"},
    {"name": "back", "token": "next", "define": "(sub a 1)"},
    {"name": "two", "token": "1", "value": 2},
]
ROWS = [
    {"p": 0, "q": 1, "split": "train", "action": 2},
    {"p": 1, "q": 2, "split": "train", "action": 1},
    {"p": 1, "q": 2, "split": "train", "action": 1},
    {"p": 2, "q": 0, "split": "online", "action": 0},
    {"p": 0, "q": 1, "split": "deploy", "action": 1},
    {"p": 2, "q": 0, "split": "deploy", "action": None},
    {"p": 2, "q": 0, "split": "deploy", "action": None},
]


def plain(*, learning=False, interventions=INTERVENTIONS):
    """Return a small language as plain data; its interventions are of every kind."""
    tokens = TOKENS[:5] + LEARNING if learning else TOKENS
    own = [entry for entry in interventions if not learning or entry["token"] in ("p", "pay", "1")]
    return {"domain": 3, "actions": 3, "token": tokens} | ({"intervention": own} if own else {})


def space_of(max_bits=13, max_time=None, **others):
    return TermSpace(language_from_dict(plain(**others), source="small.toml"), max_bits, max_time)


@draws(60)
@given(example=strategies.examples(most=1000, with_interventions=True), data=st.data())
def test_engines_agree_with_the_naive_evaluator(example, data):
    language, rows, max_bits = example
    expected = naive.census(language, rows, max_bits)
    event(f"{len(expected['interventions'])} interventions, fit: {naive.uses_fit(language)}")
    event(f"some change: {any(any(marks[4:]) for _, marks in expected['behaviours'])}")
    times = sorted({time for _, _, time, _ in expected["programs"]})
    max_time = None
    if data.draw(st.integers(0, 2), label="with a time bound") == 0 and len(times) > 1:
        max_time = data.draw(st.sampled_from(times), label="max_time")
        expected = naive.census(language, rows, max_bits, max_time)
    space = TermSpace(language_from_dict(language), max_bits, max_time)
    for engine in ("merged", "reference"):
        note(engine)
        census = space.census(log_of(rows), engine=engine)
        assert marks_of(census) == expected["behaviours"]
        assert groups_of(census) == expected["programs"]
        assert list(census.interventions) == expected["interventions"]
        for witness, allowed in zip(census.witness, expected["witness_texts"], strict=True):
            assert witness in allowed


@draws(8)
@given(example=strategies.examples(with_fit=True, long=True, most=300, with_interventions=True))
def test_engines_agree_where_counts_have_many_digits(example):
    language, rows, max_bits = example
    assume(len(rows) > 128 and language["intervention"])
    expected = naive.census(language, rows, max_bits)
    space = TermSpace(language_from_dict(language), max_bits)
    for engine in ("merged", "reference"):
        census = space.census(log_of(rows), engine=engine)
        assert marks_of(census) == expected["behaviours"]
        assert groups_of(census) == expected["programs"]


@draws(25)
@given(example=strategies.examples(most=40_000, with_interventions=True))
def test_engines_agree_on_larger_bounds(example):
    language, rows, max_bits = example
    space, log = TermSpace(language_from_dict(language), max_bits), log_of(rows)
    merged = space.census(log)
    assert_same(merged, space.census(log, engine="reference"))
    assert_same(merged, space.census(log, workers=3))
    # What is told apart by changes adds up to what a language without interventions counts.
    bare = TermSpace(language_from_dict({**language, "intervention": []}), max_bits).census(log)
    coarse: dict = {}
    for (rank, *sizes), count in groups_of(merged).items():
        key = (*marks_of(merged)[rank][0], *marks_of(merged)[rank][1][:4], *sizes)
        coarse[key] = coarse.get(key, 0) + count
    marks = marks_of(bare)
    assert coarse == {(*marks[rank][0], *marks[rank][1], *sizes): n for (rank, *sizes), n in groups_of(bare).items()}


@pytest.mark.parametrize("learning", [False, True])
def test_a_space_with_interventions_conforms(learning):
    check_space(space_of(learning=learning), log_of(ROWS))


def test_one_program_at_a_time():
    space, log = space_of(), log_of(ROWS)
    found = space.explain("(argmax (pay p y))", log)
    assert list(found.predictions) == [
        "intact",
        "search_inverted",
        "learning_inverted",
        *(one["name"] for one in INTERVENTIONS),
    ]
    assert found.predictions["intact"].tolist() == [2, 1, 1, 0, 2, 0, 0]
    assert found.predictions["goal"].tolist() == [1, 2, 2, 0, 1, 0, 0]
    assert found.predictions["code"].tolist() == [1, 0, 0, 2, 1, 2, 2]
    assert found.changes["goal_train"] == 3
    assert found.changes["goal_later"] == 1
    assert found.changes["code_later"] == 4
    assert found.changes["two_train"] == found.changes["table_train"] == 0
    assert space.explain("p[2 1 0]", log).changes["table_train"] == 3
    assert space.explain("(next p)", log).changes["back_later"] == 4
    assert space.explain("1", log).changes["two_train"] == 3


def test_theta_is_chosen_anew_under_an_intervention():
    rows = [{"p": p, "q": 1 - p, "split": "train", "action": p} for p in (0, 1, 0, 1, 1)]
    tokens = [{"kind": "feature", "name": "p"}, {"kind": "binary", "name": "xor"}, *LEARNING]
    language = {
        "domain": 2,
        "actions": 2,
        "token": tokens,
        "intervention": [{"name": "code", "token": "p", "feature": "q"}],
    }
    space = TermSpace(language_from_dict(language), 12)
    found = space.explain("(fit (xor p theta))", log_of(rows))
    # With the other column theta is 1, which undoes the swap as soon as there is a row to learn from.
    assert found.changes == {"code_train": 1, "code_later": 0}


@pytest.mark.parametrize("learning", [False, True])
def test_shards_add_up_and_are_kept(tmp_path, learning):
    space, log = space_of(learning=learning), log_of(ROWS)
    whole = space.census(log)
    shards = list(space.shards(log, range(4), 4))
    assert_same(sum_of_censuses([shard for _, shard in shards]), whole)
    given = {"bounds": whole.bounds, "engine": "merged", "n_shards": 4}
    writer = CensusWriter(tmp_path / "kept", log, space.language, **given)
    for k, shard in shards[:2]:
        writer.write(k, shard)
    del writer
    writer = CensusWriter(tmp_path / "kept", log, space.language, **given)
    assert writer.missing == [2, 3]
    bare = space_of(learning=learning, interventions=[]).census(log)
    with pytest.raises(RunError, match="counted for something else"):
        writer.write(2, bare)
    for k, shard in shards[2:]:
        writer.write(k, shard)
    writer.finish()
    stored = open_census(tmp_path / "kept")
    assert_same(stored.census, whole)
    assert stored.language.digest == space.language.digest
    assert stored.census.interventions == space.language.intervention_names
    assert verify(tmp_path / "kept") == []


@draws(15)
@given(example=strategies.examples(with_fit=False, with_interventions=True), data=st.data())
def test_another_log_is_answered_from_a_kept_census(example, data):
    language, rows, max_bits = example
    space = TermSpace(language_from_dict(language), max_bits)
    vectors = space.census(log_of(rows)).vectors
    expected = naive.vectors(language, rows, max_bits)
    rows_of_vectors = zip(*(actions.tolist() for actions in vectors.variants.values()), strict=True)
    assert [tuple(map(tuple, one)) for one in rows_of_vectors] == list(expected)
    # Other splits, and as many rows of each situation as there happen to be.
    repeated = [row for row in rows for _ in range(data.draw(st.integers(1, 3)))]
    others = [row | {"split": data.draw(st.sampled_from(("train", "deploy"))), "rival": None} for row in repeated]
    others[0] = others[0] | {"split": "train"}
    others = [row | {"action": row["action"] if row["action"] is not None else 0} for row in others]
    log = log_of(others)
    derived = behaviours_of(vectors, log, bounds={"max_bits": max_bits, "max_time": None})
    assert_same(derived, space.census(log))
    assert marks_of(derived) == naive.census(language, others, max_bits)["behaviours"]


@pytest.mark.parametrize("learning", [False, True])
def test_programs_are_drawn_from_what_interventions_tell_apart(learning):
    space, log = space_of(11, learning=learning), log_of(ROWS)
    census = space.census(log)
    groups = [k for k, count in enumerate(census.count.tolist()) for _ in range(count)]
    numbers = [number for count in census.count.tolist() for number in range(count)]
    programs = programs_at(space, census, log, groups, numbers)
    assert len({(program.tokens, program.literals) for program in programs}) == census.n_programs
    for group, program in zip(groups, programs, strict=True):
        meaning = space.predict(program, log)
        behaviour = census.behaviour_id[group]
        assert {name: column[behaviour] for name, column in census.changes.items()} == meaning.changes, format_program(
            program, space.language
        )


def test_many_rows_are_counted_exactly():
    rows = [ROWS[0]] * 40_000 + [ROWS[1], ROWS[3]] + [ROWS[4]] * 70_000
    space, log = space_of(12), log_of(rows)
    census = space.census(log)
    assert_same(census, space.census(log, engine="reference"))
    assert census.changes["goal_train"].max() >= 40_000
    assert census.changes["goal_later"].max() >= 70_000
    assert_same(census + census, census.__class__(**{**vars_of(census), "count": 2 * census.count}))


def vars_of(census):
    return {name: getattr(census, name) for name in census.__dataclass_fields__}


def test_the_key_sees_interventions_and_nothing_changes_without():
    digests = {language_from_dict(plain(interventions=own)).digest for own in ([], [GOAL], [GOAL | {"name": "other"}])}
    digests |= {language_from_dict(plain(interventions=[GOAL | {"table": PAY}])).digest}
    assert len(digests) == 4
    assert "intervention" not in language_from_dict(plain(interventions=[])).to_dict()


@given(strategies.examples(with_interventions=True))
def test_a_language_reads_back_from_its_text(example):
    language = language_from_dict(example[0])
    again = language_from_dict(tomllib.loads(language.to_toml()))
    assert again.digest == language.digest
    assert again.to_toml() == language.to_toml()


def test_a_language_without_a_token_has_not_its_interventions():
    language = language_from_dict(plain())
    for neighbour in neighbours(language):
        if neighbour.language is None:
            continue
        left = language_from_dict(neighbour.language.to_dict())
        assert left.digest == neighbour.language.digest
        gone = {"pay": "goal", "p": "code", "p[]": "table", "next": "back", "1": "two"}.get(neighbour.token)
        names = [one["name"] for one in INTERVENTIONS if neighbour.kind != DROPPED or one["name"] != gone]
        assert list(left.intervention_names) == names


REFUSED = [
    ("goal", "intervention = 'goal' is no list of tables"),
    ([GOAL | {"name": "searching"}], "the name 'searching' is taken by the lesions"),
    ([GOAL | {"name": "intact"}], "the name 'intact' is taken by the lesions"),
    ([GOAL, GOAL], "intervention 2: the name 'goal' is taken by another intervention"),
    ([GOAL | {"name": "a goal"}], "name = 'a goal' is not a name"),
    ([GOAL | {"token": "pays"}], r"\(goal\): the language has no token 'pays'; did you mean 'pay'\?"),
    ([GOAL | {"token": "7"}], "the language has no token '7'; there are p, pay"),
    ([GOAL | {"token": 1}], "token = 1 is not the text of a token; write it in quotes"),
    ([{"name": "goal", "table": PAY}], "token = None is not the text of a token"),
    ([GOAL | {"token": "argmax"}], "the token 'argmax' has no other meaning to take"),
    ([GOAL | {"token": "y"}], "the token 'y' has no other meaning to take"),
    ([GOAL | {"token": "q"}], "'q' are 2 tokens, and an intervention is on one"),
    ([GOAL | {"define": "a"}], "it says both table and define; give one of them"),
    ([{"name": "goal", "token": "pay"}], "does not say what the token means instead; add `table` or `define`"),
    (
        [GOAL | {"bits": 3}],
        "'bits' is no key of such an intervention; beside name and token it has `table` or `define`",
    ),
    ([GOAL | {"token": "p"}], "'table' is no key of such an intervention; beside name and token it has `feature`"),
    ([GOAL | {"table": PAY[:2]}], "the table does not have 3 rows of 3 values"),
    ([GOAL | {"table": [[0, 1, 3], *PAY[1:]]}], "row 1, entry 3 of the table is 3; entries are integers from 0 to 2"),
    ([{"name": "goal", "token": "pay", "define": "(add a c)"}], "in define, "),
    ([{"name": "goal", "token": "1", "value": 3}], "value = 3 is not allowed; give an integer from 0 to 2"),
    ([{"name": "goal", "token": "p", "feature": 3}], "feature = 3 is not a name"),
]


@pytest.mark.parametrize(("interventions", "message"), REFUSED, ids=[message[:40] for _, message in REFUSED])
def test_interventions_that_are_refused(interventions, message):
    data = plain(interventions=[])
    twice = [{"kind": "lookup", "feature": "q", "bits": 6}] * 2
    with pytest.raises(ContentError, match=message) as caught:
        language_from_dict(data | {"token": TOKENS + twice, "intervention": interventions}, source="small.toml")
    assert str(caught.value).startswith("small.toml")


def test_logs_that_are_refused():
    space = space_of(8)
    with pytest.raises(ContentError, match="uses feature 'q', which the log lacks"):
        space.census(log_of([{name: row[name] for name in row if name != "q"} for row in ROWS]))
    with pytest.raises(ContentError, match=r"'table' the lookup of 'p' is read at 'q', whose values on .* are 0 to 1"):
        space.census(log_of([row | {"q": min(row["q"], 1)} for row in ROWS]))


def test_a_changed_number_of_rows_is_found(tmp_path):
    """A negative control: the comparison of censuses and their check by hand see a single change."""
    space, log = space_of(8), log_of(ROWS)
    one, other = space.census(log), space.census(log)
    other.changes["goal_later"][-1] += 1
    with pytest.raises(AssertionError):
        assert_same(one, other)
    assert np.array_equal(one.changes["goal_train"], other.changes["goal_train"])


def test_the_example_of_the_page():
    tokens = [{"kind": "feature", "name": "x"}, {"kind": "candidate"}, {"kind": "binary", "name": "eq"}]
    contrary = {"name": "contrary", "token": "eq", "define": "(eq (eq a b) 0)"}
    tiny = {"domain": 3, "actions": 3, "token": [*tokens, {"kind": "argmax"}]}
    log = log_of([{"x": x, "action": x, "split": split} for x, split in enumerate(("train", "train", "deploy"))])
    space = TermSpace(language_from_dict(tiny | {"intervention": [contrary]}), 8)
    found = space.explain("(argmax (eq x y))", log)
    assert found.predictions["contrary"].tolist() == [1, 0, 0]
    assert found.changes == {"contrary_train": 2, "contrary_later": 1}
    assert set(space.explain("x", log).changes.values()) == {0}
    census = space.census(log)
    changes = census.changes["contrary_train"] > 0
    assert census.count[changes[census.behaviour_id]].sum() == 7
    assert census.n_behaviours == TermSpace(language_from_dict(tiny), 8).census(log).n_behaviours == 7
