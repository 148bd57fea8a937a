"""Languages and programs as text. The refusals of the file format are tested at the command line."""

import tomllib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.terms.cells import cells_of, refit_point
from mesaprior.hypotheses.terms.language import default_constants, default_language, language_from_dict
from mesaprior.hypotheses.terms.program import format_program, length_of, parse_program, steps_of
from mesaprior.hypotheses.terms.space import TermSpace
from tests import naive, strategies
from tests.hypotheses.terms.test_engines_agree import log_of

LOG = log_of([{"p": 1, "c": 2, "action": 1, "split": "train"}, {"p": 0, "c": 0, "action": 0, "split": "deploy"}])


def language_of(*tokens, **sizes):
    return language_from_dict({"domain": 4, "actions": 2, "token": list(tokens)} | sizes)


P = {"kind": "feature", "name": "p"}


def test_defaults():
    language = language_of(P, {"kind": "candidate"}, {"kind": "argmax"}, {"kind": "if", "bits": 7, "steps": 0})
    assert (language.params, language.rounds) == (4, 4)
    assert [(token.bits, token.steps) for token in language.tokens] == [(2, 1), (2, 1), (2, 1), (7, 0)]
    assert language_of(P).tokens[0].bits == 1
    assert [token.bits for token in language_of(*[{"kind": "if"}] * 5).tokens] == [3] * 5


def test_a_definition_costs_its_tokens():
    language = language_of(P, {"kind": "binary", "name": "f", "define": "(add a (mul b 1))"}, {"kind": "if"})
    token = language.tokens[1]
    assert (token.bits, token.steps) == (2 * 5, 1)
    assert token.table.tolist() == [[(a + b) % 4 for b in range(4)] for a in range(4)]
    lazy = language_of(P, {"kind": "unary", "name": "g", "define": "(if (lt a 2) 3 (mod a 0))", "bits": 3}).tokens[1]
    assert (lazy.bits, lazy.table.tolist()) == (3, [3, 3, 2, 3])


def test_kraft_may_be_exactly_one():
    language_of(*[P | {"name": name, "bits": 2} for name in "pqrs"])
    with pytest.raises(ContentError, match="Kraft"):
        language_of(*[P | {"name": name, "bits": 2} for name in "pqrst"])


def test_nameless_tokens_may_stand_twice_and_are_distinct_programs():
    language = language_of(P, {"kind": "constant", "value": 1, "bits": 3}, {"kind": "constant", "value": 1, "bits": 2})
    census = TermSpace(language, 3).census(LOG)
    assert census.n_programs == 3
    program = parse_program("1", language, LOG)
    assert program.tokens == (2,)
    assert TermSpace(language, 3).explain("1", LOG).length == 2


def test_the_cheapest_of_alike_tokens_is_meant():
    ones = [{"kind": "constant", "value": 1, "bits": 4, "steps": steps} for steps in (3, 2, 2)]
    assert parse_program("1", language_of(P, *ones), LOG).tokens == (2,)


@given(strategies.languages())
def test_a_language_reads_back_from_its_text(data):
    language = language_from_dict(data)
    again = language_from_dict(tomllib.loads(language.to_toml()))
    assert again.digest == language.digest
    assert [(token.bits, token.steps) for token in language.tokens] == [
        (naive.token_bits(token, data), token.get("steps", 1)) for token in data["token"]
    ]


def test_the_digest_sees_every_price():
    digests = {language_of(P | change).digest for change in ({}, {"bits": 2}, {"steps": 2}, {"name": "c"})}
    digests |= {language_of(P, rounds=3).digest, language_of(P, params=3).digest, language_of(P, actions=3).digest}
    assert len(digests) == 7


OPERATORS = ("number", "y", "add", "eq", "lt", "dist", "if", "argmax", "argmin")


def test_the_default_language():
    language = default_language(LOG)
    assert (language.domain, language.actions) == (3, 2)
    assert [token.name for token in language.tokens] == ["p", "c", "0", "1", *OPERATORS]
    assert {(token.bits, token.steps) for token in language.tokens} == {(4, 1)}
    # Leaves of 4 bits and three numbers of 6; two searches, which may have y; four binary operators; if.
    leaves, inner = 4, 5
    assert TermSpace(language, 16).count_by_length(LOG) == {
        4: leaves,
        6: 3,
        8: 2 * inner,
        10: 2 * 3,
        12: 4 * leaves**2 + 2 * 2 * inner,
        14: 4 * 2 * leaves * 3 + 2 * 2 * 3,
        16: leaves**3 + 4 * 2 * leaves * 2 * inner + 4 * 3**2 + 2 * (4 * inner**2 + 2 * 2 * inner),
    }


def test_constants_of_the_default_language():
    wide = log_of([{"p": 9, "action": 1, "split": "train"}])
    assert [token.name for token in default_language(wide).tokens] == ["p", "0", "1", *OPERATORS]
    language = default_language(wide, constants=(7, 1, np.int64(4), 7))
    # A constant is a constant once, and the actions are constants already.
    assert [token.name for token in language.tokens] == ["p", "0", "1", "7", "4", *OPERATORS]
    assert language_from_dict(tomllib.loads(language.to_toml())).digest == language.digest
    assert default_language(wide, constants=()).digest == default_language(wide).digest
    with pytest.raises(UsageError, match=r"constants 10, -1, 300: outside the domain 0\.\.9"):
        default_language(wide, constants=(10, 4, -1, 300, 10))
    for constants in ((), (7, 4), (4, 7), (9,)):
        assert default_constants(default_language(wide, constants=constants), wide) == constants
    # Of another log, or with another price, it is not the default language.
    assert default_constants(default_language(wide, constants=(7,)), LOG) is None
    dearer = [token | {"bits": 5} for token in default_language(wide).to_dict()["token"]]
    assert default_constants(language_from_dict({"domain": 10, "actions": 2, "token": dearer}), wide) is None


LOOKUP = language_of(
    P, {"kind": "lookup", "feature": "c", "bits": 2}, {"kind": "binary", "name": "add"}, {"kind": "if"}
)


@pytest.mark.parametrize("text", ["p", "c[0 1 0]", "(add c[1 1 1] (if p c[0 0 1] p))"])
def test_lookups_read_back(text):
    program = parse_program(text, LOOKUP, LOG)
    assert format_program(program, LOOKUP) == text
    assert length_of(program, LOOKUP, LOG) == sum(2 + 3 * (index == 1) for index in program.tokens)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "column 1: the text is empty"),
        ("(add p", "column 1: this '\\(' is never closed"),
        ("(add p p))", "column 10: '\\)' stands after the end"),
        ("p p", "column 3: 'p' stands after the end"),
        ("(p)", "\\(p\\) has no argument"),
        ("()", "column 1: after '\\('"),
        ("(add p $)", "column 8: '\\$' cannot start"),
        ("c[0 1]", "takes 3 actions from 0 to 1, not \\[0 1\\]"),
        ("c[0 1 2]", "takes 3 actions"),
        ("(add p)", "'add' takes 2 arguments, not 1"),
        ("(" * 5000, "column"),
        ("(add " * 500 + "p", "nested deeper"),
        ("p[0 1]", "is not a token"),
        ("theta", "is not a token"),
    ],
)
def test_texts_that_are_no_programs(text, message):
    with pytest.raises(UsageError, match=message):
        parse_program(text, LOOKUP, LOG)


def test_times_saturate_without_wrapping():
    language = language_of(
        P, {"kind": "candidate"}, {"kind": "iterate"}, {"kind": "unary", "name": "f", "define": "a"}, rounds=2**31
    )
    program = parse_program("(iterate (iterate (iterate y)))", language, LOG)
    assert steps_of(program, language, 1) == (2**62, 2**62)
    census = TermSpace(language, 10).census(LOG)
    assert census.columns["time"].max() == 2**62
    reference = TermSpace(language, 10).census(LOG, engine="reference")
    assert np.array_equal(census.columns["time"], reference.columns["time"])


def test_refits_thin_out():
    points = [refit_point(k) for k in range(600)]
    assert points[:65] == list(range(65))
    assert set(points[65:128]) == {64}
    assert set(points[128:256]) == {128}
    assert set(points[256:512]) == {256}
    assert set(points[512:]) == {512}


@given(st.data())
def test_cells_are_those_of_the_naive_evaluator(data):
    language = data.draw(strategies.languages())
    rows = data.draw(strategies.logs(language))
    cells, row_cell = naive.cells(rows, language)
    ours = cells_of(log_of(rows), with_fit=naive.uses_fit(language))
    assert ours.row_cell.tolist() == row_cell
    assert len(ours.situation) == len(cells)


def test_a_plan_counts_exactly_and_a_census_that_fits_is_not_refused():
    space = TermSpace(default_language(LOG), 20)
    plan = space.check_memory(LOG)
    assert plan.count_by_length == space.count_by_length(LOG)
    assert plan.n_programs == space.census(LOG).n_programs
    assert plan.fitting_bits == plan.probe_bits == 20
