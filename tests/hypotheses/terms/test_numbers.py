"""Numbers as literals: one program for each value, told by digits, dearer by the bits that write a value."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mesaprior.errors import ContentError, NoProgramError, UsageError
from mesaprior.hypotheses.conformance import check_space
from mesaprior.hypotheses.terms.interventions import TAKES
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.merged.sampling.groups import programs_at
from mesaprior.hypotheses.terms.neighbours import DROPPED, neighbours
from mesaprior.hypotheses.terms.prices import fit_bits
from mesaprior.hypotheses.terms.program import format_program, length_of, parse_program
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.terms.tokens import token_text
from mesaprior.priors import codes
from tests import naive, strategies
from tests.hypotheses.terms.test_engines_agree import assert_same, behaviours_of, groups_of, log_of

NUMBER = {"kind": "number"}
P = {"kind": "feature", "name": "p"}
LT = {"kind": "binary", "name": "lt"}
LEARNING = [{"kind": "fit", "bits": 3}, {"kind": "parameter", "bits": 3}]
# As many actions as values, and what is done is none of the constants and features.
ROWS = [
    {"p": p, "action": action, "split": split}
    for p, action, split in [(0, 3, "train"), (1, 3, "train"), (4, 2, "train"), (2, 3, "online"), (3, 0, "deploy")]
]
LOG = log_of(ROWS)


def plain(*tokens, domain=5, actions=5, **others):
    return {"domain": domain, "actions": actions, "token": list(tokens)} | others


def language_of(*tokens, **others):
    return language_from_dict(plain(*tokens, **others), source="small.toml")


def one(number, digits="number"):
    return {"name": "goal", "token": digits} | number


def test_bits_counts_and_texts():
    language = language_of(NUMBER | {"bits": 2, "steps": 3}, P | {"bits": 3}, LT | {"bits": 3})
    assert length_of(parse_program("4", language, LOG), language, LOG) == 2 + 3
    # Five values want three bits: 5 programs of 5 bits, and with two of them or of the feature 25 + 5 + 5 + 1 more.
    space = TermSpace(language, 13)
    assert space.count_by_length(LOG) == {3: 1, 5: 5, 9: 1, 11: 2 * 5, 13: 5 * 5}
    census = space.census(LOG)
    assert census.counted_by_length == space.count_by_length(LOG)
    assert {text for text in census.witness if text.isdigit()} == {"0", "1", "2", "3", "4"}
    found = space.explain("(lt 3 p)", LOG)
    assert found.tokens == [("lt", 3, 0, 1), ("3", 2, 3, 3), ("p", 3, 0, 1)]
    assert (found.length, found.time) == (11, 5)
    assert found.predictions["intact"].tolist() == [0, 0, 1, 0, 0]


@pytest.mark.parametrize(("domain", "bits"), [(2, 1), (3, 2), (4, 2), (5, 3), (255, 8), (256, 8)])
def test_literal_bits_write_every_value(domain, bits):
    language = language_of(NUMBER, P, domain=domain, actions=2)
    log = log_of([{"p": 1, "action": 1, "split": "train"}])
    assert codes.count_by_length(language.symbols(log), 9)[0][1 + bits] == domain
    check_space(TermSpace(language, 9), log)


@settings(max_examples=40)
@given(example=strategies.examples(most=20_000), data=st.data())
def test_a_number_is_one_constant_for_each_value(example, data):
    language, rows, _ = example
    assume(any(token["kind"] == "number" for token in language["token"]))
    # Prices are written down, since more tokens would change those by default.
    priced = [token | {"bits": naive.token_bits(token, language)} for token in language["token"]]
    tokens = []
    for token in priced:
        values = range(language["domain"]) if token["kind"] == "number" else ()
        more = {"kind": "constant", "bits": token["bits"] + naive.number_bits(language)}
        tokens += [token | more | {"value": value} for value in values] or [token]
    ours, plain = (language | {"token": own} for own in (priced, tokens))
    max_bits = strategies.bound(plain, rows, most=20_000)
    max_time = data.draw(st.one_of(st.none(), st.integers(1, 60)))
    log = log_of(rows)
    one, other = (TermSpace(language_from_dict(own), max_bits, max_time) for own in (ours, plain))
    assert one.count_by_length(log) == other.count_by_length(log)
    assert one.mass(log) == other.mass(log)
    assert one.length_beyond(log) == other.length_beyond(log)
    try:
        expected = other.census(log, engine="reference")
    except NoProgramError:
        return
    for engine in ("merged", "reference"):
        assert_same(one.census(log, engine=engine), expected)


PRICED = [
    # A number has three literal bits here, and the constant is meant where it is cheaper, or as cheap and quicker.
    ([{"kind": "constant", "value": 2, "bits": 4}, NUMBER | {"bits": 2}], {"2": 0, "1": 1}),
    ([{"kind": "constant", "value": 2, "bits": 6}, NUMBER | {"bits": 2}], {"2": 1, "1": 1}),
    ([NUMBER | {"bits": 2}, {"kind": "constant", "value": 2, "bits": 5}], {"2": 0}),
    ([{"kind": "constant", "value": 2, "bits": 5}, NUMBER | {"bits": 2}], {"2": 0}),
    ([{"kind": "constant", "value": 2, "bits": 5, "steps": 2}, NUMBER | {"bits": 2}], {"2": 1}),
    ([NUMBER | {"bits": 2, "steps": 2}, {"kind": "constant", "value": 2, "bits": 5}], {"2": 1}),
    ([NUMBER | {"bits": 2}, NUMBER | {"bits": 2}], {"2": 0}),
    ([NUMBER | {"bits": 3}, NUMBER | {"bits": 2}], {"2": 1}),
]


@pytest.mark.parametrize(("tokens", "meant"), PRICED)
def test_digits_are_read_as_the_cheapest_token(tokens, meant):
    language, data = language_of(*tokens, P | {"bits": 8}), plain(*tokens, P | {"bits": 8})
    for text, index in meant.items():
        program = parse_program(text, language, LOG)
        assert program.tokens == (index,)
        assert program.literals == ((int(text),) if language.tokens[index].kind == "number" else None,)
        assert format_program(program, language) == text
        assert naive.parse(text, data, ROWS)[0].token == index


def test_digits_that_are_no_number():
    language = language_of(NUMBER, P, LT)
    assert parse_program("(lt 004 00)", language, LOG).literals == (None, (4,), (0,))
    for text in ("5", "(lt 256 p)", "9" * 5000):
        with pytest.raises(UsageError, match=r"is not among the numbers 0\.\.4 of small.toml"):
            parse_program(text, language, LOG)
    with pytest.raises(UsageError, match=r"'number' is not a token of small.toml; there are 0\.\.4, p, lt"):
        parse_program("(lt number p)", language, LOG)
    with pytest.raises(UsageError, match="'4' takes 0 arguments, not 1"):
        parse_program("(4 p)", language, LOG)
    # Without the token it is as ever: no constant, no token.
    with pytest.raises(UsageError, match=r"'3' is not a token of small.toml; there are p, lt"):
        parse_program("3", language_of(P, LT), LOG)


def test_a_column_may_be_called_number():
    log = log_of([{"number": row["p"]} | {key: row[key] for key in row if key != "p"} for row in ROWS])
    language = language_of(NUMBER, {"kind": "feature", "name": "number"}, LT)
    assert [token_text(token) for token in language.tokens] == ["#", "number", "lt"]
    assert [token_text(token) for token in language_of(NUMBER, P, LT).tokens] == ["number", "p", "lt"]
    # A lookup's text has brackets, so it takes no name away.
    assert token_text(language_of(NUMBER, {"kind": "lookup", "feature": "number", "bits": 2}).tokens[0]) == "number"
    check_space(TermSpace(language, 9), log)
    assert "(lt number 2)" in TermSpace(language, 9).census(log).witness
    assert [token.bits for token in fit_bits(language, {"#": 9.0}).tokens] == [1, 2, 2]
    without = next(one for one in neighbours(language) if (one.kind, one.token) == (DROPPED, "number")).language
    assert [token_text(token) for token in without.tokens] == ["number", "lt"]


def test_every_key_but_bits_and_steps_is_refused():
    for key in ("name", "value", "feature", "table"):
        with pytest.raises(ContentError, match=rf"token 1 \(number\): '{key}' is not a key of this kind"):
            language_of(NUMBER | {key: 1})
    with pytest.raises(ContentError, match="steps = 0 is not allowed"):
        language_of(NUMBER | {"steps": 0})


SHIFTED = one({"define": "(add a 1)"})


@pytest.mark.parametrize("learning", [False, True])
@pytest.mark.parametrize("own", [SHIFTED, one({"table": [4, 4, 0, 1, 0]}), one({"define": "3"})])
def test_under_an_intervention_numbers_stand_for_others(own, learning):
    data = plain(
        NUMBER, P, {"kind": "binary", "name": "eq"}, {"kind": "argmax"}, {"kind": "candidate"},
        *(LEARNING if learning else []), intervention=[own],
    )  # fmt: skip
    space = TermSpace(language_from_dict(data), 14)
    check_space(space, LOG)
    census, expected = space.census(LOG), naive.census(data, ROWS, 14)
    assert behaviours_of(census) == expected["behaviours"]
    assert groups_of(census) == expected["programs"]
    assert any(marks[4] for _, marks in expected["behaviours"])
    if not learning:
        shards = [shard for _, shard in space.shards(LOG, range(3), 3)]
        assert sum(shard.n_programs for shard in shards) == census.n_programs


def test_what_an_intervention_makes_of_a_number():
    language = language_of(NUMBER, P, {"kind": "binary", "name": "add"}, intervention=[SHIFTED])
    found = TermSpace(language, 12).explain("(add p 4)", LOG)
    assert found.predictions["intact"].tolist() == [4, 0, 3, 1, 2]
    assert found.predictions["goal"].tolist() == [0, 1, 4, 2, 3]
    assert found.changes == {"goal_train": 3, "goal_later": 2}
    assert language_from_dict(language.to_dict()).digest == language.digest


THREE = {"kind": "constant", "value": 3}
REFUSED = [
    ([NUMBER], one({"value": 3}), "'value' is no key of such an intervention; .* it has `table` or `define`"),
    ([NUMBER], one({"table": [0, 1, 2, 3]}), "the table does not have 5 values"),
    ([NUMBER], one({"define": "(add a b)"}), "in define, column 8: 'b' is not known"),
    ([NUMBER], one({"define": "a", "table": [0] * 5}), "it says both table and define"),
    ([NUMBER], one({"define": "a"}, "3"), "the language has no token '3'; there are p, number"),
    ([NUMBER | {"bits": 3}] * 2, one({"define": "a"}), "'number' are 2 tokens"),
    ([NUMBER, THREE], one({"define": "a"}), "programs tell the token 'number' by digits, and a constant too"),
    ([NUMBER, THREE], one({"value": 1}, "3"), "programs tell the token '3' by digits, and a number too"),
]


@pytest.mark.parametrize(("tokens", "own", "message"), REFUSED)
def test_interventions_that_are_refused(tokens, own, message):
    assert "number" in TAKES
    with pytest.raises(ContentError, match=message):
        language_of(P, *tokens, intervention=[own])


def test_every_number_of_a_large_domain_is_counted_kept_and_drawn():
    tokens = [NUMBER | {"bits": 1}, P | {"bits": 3}, {"kind": "binary", "name": "add", "bits": 2}]
    language = language_of(*tokens, domain=256, actions=256)
    space, log = TermSpace(language, 20), log_of([{"p": p, "action": p, "split": "train"} for p in (0, 1, 200)])
    census = space.census(log)
    assert_same(census, space.census(log, engine="reference"))
    assert_same(census, space.census(log, workers=2))
    assert space.census(log, workers=2).witness == census.witness
    # G = z^3 + 256 z^9 + z^2 G^2: leaves of 3 bits and of 9, two more for each `add`, by the shapes of binary trees.
    assert census.counted_by_length == {3: 1, 8: 1, 9: 256, 13: 2, 14: 2 * 256, 18: 5, 19: 2 * 3 * 256, 20: 256**2}
    assert {"0", "9", "10", "99", "100", "255"} <= {text for text in census.witness if text.isdigit()}
    groups, numbers = zip(
        *[(group, number) for group, n in enumerate(census.count.tolist()) for number in range(min(n, 3))], strict=True
    )
    drawn = programs_at(space, census, log, groups, numbers)
    assert len({(program.tokens, program.literals) for program in drawn}) == len(drawn)
    for group, program in list(zip(groups, drawn, strict=True))[::97]:
        predictions = census.predictions[census.behaviour_id[group]][census.row_cell]
        assert np.array_equal(space.predict(program, log).predictions["intact"], predictions)
