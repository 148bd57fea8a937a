"""The robustness card: every member against a naive census of its language, and the posterior's own odds."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import RunError
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.neighbours import DOUBLED, DROPPED, HALVED, neighbours
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.bayes.weights import Weighed
from mesaprior.inference.robustness.family import (
    BOUND,
    MAIN,
    VERDICT,
    Family,
    Member,
    Standing,
    bound_members,
    essential_reason,
    shorter_bounds,
    standings,
)
from mesaprior.inference.robustness.relatives import family_of, n_relatives
from mesaprior.priors.prior import make_prior
from tests import naive, strategies
from tests.hypotheses.terms.test_engines_agree import log_of
from tests.inference.small import SIMPLICITY, cases, make_census
from tests.inference.test_end_to_end import odds_close
from tests.thorough import draws

LEVIN = make_prior("2**-length / time")


def asked(census, log, prior, tolerance=0.0):
    return Weighed(census, prior), Scored(census, log, tolerance=tolerance)


def plain_neighbours(data):
    """Return (kind, place, language as data, whether Kraft's inequality holds), from data with all prices."""
    tokens = data["token"]
    for kind in (DROPPED, DOUBLED, HALVED):
        for place, token in enumerate(tokens):
            if kind == DROPPED:
                changed = [other for index, other in enumerate(tokens) if index != place]
            else:
                bits = token["bits"] * 2 if kind == DOUBLED else math.ceil(token["bits"] / 2)
                changed = [*tokens[:place], token | {"bits": bits}, *tokens[place + 1 :]]
            holds = sum(Fraction(1, 2 ** other["bits"]) for other in changed) <= 1
            yield kind, place, data | {"token": changed}, bool(changed) and changed != tokens and holds


@given(example=strategies.examples())
def test_neighbours_are_all_languages_with_one_change(example):
    language = language_from_dict(example[0])
    ours = list(neighbours(language))
    plain = list(plain_neighbours(language.to_dict()))
    assert len(ours) == len(plain) == 3 * len(language.tokens)
    for neighbour, (kind, _, data, holds) in zip(ours, plain, strict=True):
        assert neighbour.kind == kind
        assert (neighbour.language is not None) == holds
        assert bool(neighbour.reason) != holds
        if neighbour.language is not None:
            assert neighbour.language.to_dict() == data
            # What is changed by hand must be a language that can be read.
            assert language_from_dict(data).digest == neighbour.language.digest


@draws(12)
@given(example=strategies.examples(most=120), data=st.data())
def test_members_against_a_naive_census(example, data):
    language, rows, max_bits = example
    log = log_of(rows)
    whole = language_from_dict(language)
    neighbour = data.draw(st.sampled_from([one for one in neighbours(whole) if one.language is not None]))
    plain = neighbour.language.to_dict()
    space = TermSpace(neighbour.language, max_bits)
    per_length = naive.count(plain, rows, max_bits)
    assert space.count_by_length(log) == {bits: n for bits, n in enumerate(per_length) if n}
    if not 0 < sum(per_length) <= 3000:
        return
    counted = naive.census(plain, rows, max_bits)
    exact = naive.posterior(
        counted, rows, language["actions"], lambda bits, time, _: Fraction(1, 2**bits * time), (1, 9)
    )
    (ours,) = standings(*asked(space.census(log), log, LEVIN), [math.inf])
    assert ours.programs == sum(per_length)
    assert odds_close(ours.log2_odds, exact["log2_odds"][-1])
    assert odds_close(ours.log2_odds_verdict, exact["log2_odds_verdict"][-1])
    said = [[actions[cell] for cell in counted["cell_of_row"]] for actions, _ in counted["behaviours"]]
    training = log.action[: log.n_training].tolist()
    misses = [sum(a != b for a, b in zip(row, training, strict=False)) for row in said]
    assert ours.fewest_misses == min(misses)


@given(cases(), st.sampled_from([0.0, 0.3]))
def test_standings_are_those_of_the_posterior_at_each_bound(case, tolerance):
    log, programs, n_actions = case
    census = make_census(log, programs, n_actions=n_actions)
    lengths = sorted({program.length for program in programs})
    ours = standings(*asked(census, log, SIMPLICITY, tolerance), [*lengths, math.inf])
    for length, standing in zip([*lengths, math.inf], ours, strict=True):
        mine = [program for program in programs if program.length <= length]
        expected = posterior(make_census(log, mine, n_actions=n_actions), log, SIMPLICITY, tolerance=tolerance)
        assert odds_close(standing.log2_odds, expected.log2_odds[-1])
        assert odds_close(standing.log2_odds_verdict, expected.log2_odds_verdict[-1])
        assert standing.programs == expected.programs
    assert shorter_bounds(census) == lengths[:-1][::-1][:3]
    own, members = bound_members(*asked(census, log, SIMPLICITY, tolerance))
    assert own == ours[-1] or math.isnan(own.log2_odds_verdict)
    assert [member.bits for member in members] == shorter_bounds(census)
    assert {member.kind for member in members} <= {BOUND}


def member(change, odds, verdict=0.0):
    return Member(DROPPED, change, change, None, Standing(1, 0, odds, verdict))


def test_the_spread_by_hand():
    nan, inf = math.nan, math.inf
    family = Family(
        Standing(1, 0, -2.0, inf),
        (member("a", -3.0, inf), member("b", 1.0, nan), member("c", -inf, -1.0), member("d", nan), member("e", -2.5)),
    )
    spread = family.spread(MAIN)
    assert (spread.own, spread.least, spread.most, spread.undefined) == (-2.0, -inf, 1.0, 1)
    assert spread.same_sign == 3 / 5
    assert [move.member.change for move in spread.moves] == ["c", "b", "a", "e", "d"]
    assert [move.difference for move in spread.moves[:4]] == [-inf, 3.0, -1.0, -0.5]
    assert math.isnan(spread.moves[4].difference)
    verdict = family.spread(VERDICT)
    assert (verdict.least, verdict.most, verdict.same_sign) == (-1.0, inf, 1 / 5)
    assert [move.difference for move in verdict.moves if move.member.change == "a"] == [0.0]
    empty = Family(Standing(1, 0, nan, nan), ()).spread(MAIN)
    assert np.isnan([empty.own, empty.least, empty.most, empty.same_sign]).all()


def test_level_odds_have_a_sign_of_their_own():
    family = Family(Standing(1, 0, 0.0, 0.0), (member("a", 0.0), member("b", 0.1)))
    assert family.spread(MAIN).same_sign == 0.5


def test_what_is_essential_is_counted():
    own = Standing(10, 0, 0.0, 0.0)
    assert essential_reason(own, None) == "no program is left"
    assert essential_reason(own, Standing(3, 0, 1.0, 1.0)) is None
    assert "the best misses 2" in str(essential_reason(own, Standing(3, 2, 1.0, 1.0)))
    # Where nothing fits, what is as near as before is not missed.
    assert essential_reason(Standing(10, 2, 0.0, 0.0), Standing(3, 2, 1.0, 1.0)) is None


@pytest.mark.parametrize(("tokens", "names"), [
    ([{"kind": "constant", "value": 1}, {"kind": "constant", "value": 1}], ["1 (token 1)", "1 (token 2)"]),
    ([{"kind": "lookup", "feature": "p"}, {"kind": "feature", "name": "p"}], ["p[]", "p"]),
    ([{"kind": "number"}, {"kind": "constant", "value": 1}], ["number", "1"]),
    ([{"kind": "number", "bits": 2}] * 2, ["number (token 1)", "number (token 2)"]),
    ([{"kind": "number"}, {"kind": "feature", "name": "number"}], ["#", "number"]),
])  # fmt: skip
def test_tokens_are_told_apart(tokens, names):
    language = language_from_dict({"domain": 2, "actions": 2, "token": tokens})
    found = [neighbour for neighbour in neighbours(language) if neighbour.kind == DROPPED]
    assert [neighbour.token for neighbour in found] == names
    assert [neighbour.change for neighbour in found] == [f"without {name}" for name in names]


def test_workers_change_nothing_and_reports_add_up():
    language = language_from_dict(
        {"domain": 3, "actions": 2, "token": [
            {"kind": "feature", "name": "x"}, {"kind": "constant", "value": 1}, {"kind": "candidate"},
            {"kind": "binary", "name": "eq"}, {"kind": "argmax"},
        ]}
    )  # fmt: skip
    rows = [{"x": x, "action": x % 2, "rival": None, "split": "train"} for x in range(3)]
    rows.append({"x": 2, "action": 0, "rival": 1, "split": "deploy"})
    log, space = log_of(rows), TermSpace(language, 12)
    census, reports = space.census(log), []
    one = family_of(*asked(census, log, LEVIN), space, report=reports.append)
    two = family_of(*asked(census, log, LEVIN), space, workers=2)
    assert [member.change for member in one.members] == [member.change for member in two.members]
    assert one.essential == two.essential
    for odds in (MAIN, VERDICT):
        assert np.array_equal(
            [getattr(member.standing, odds) for member in one.members],
            [getattr(member.standing, odds) for member in two.members],
            equal_nan=True,
        )
    assert sum(reports) == n_relatives(space)


def test_a_member_that_is_too_much_spoils_no_other(monkeypatch):
    language = language_from_dict(
        {"domain": 2, "actions": 2, "token": [
            {"kind": "feature", "name": "x", "bits": 2}, {"kind": "constant", "value": 1, "bits": 3},
            {"kind": "binary", "name": "eq", "bits": 3},
        ]}
    )  # fmt: skip
    log = log_of([{"x": x, "action": x, "rival": None, "split": "train"} for x in range(2)])
    space = TermSpace(language, 12)
    census = space.census(log)
    whole = family_of(*asked(census, log, LEVIN), space)

    def refuse(self, log, *_, **__):
        raise RunError("a census needs more memory than there is.")

    monkeypatch.setattr(TermSpace, "check_memory", refuse)
    # Only the languages in which something is cheaper have more programs.
    monkeypatch.setattr("mesaprior.hypotheses.store.counting.PROBED_FROM", census.n_programs)
    family = family_of(*asked(census, log, LEVIN), space)
    large = {member.change for member in whole.members if member.standing.programs > census.n_programs}
    assert large
    assert {member.change for member in family.members} == {member.change for member in whole.members} - large
    assert {change for change, reason in family.left_out if "more memory" in reason} == large


def test_a_language_of_one_token_has_nothing_to_drop():
    language = language_from_dict({"domain": 2, "actions": 2, "token": [{"kind": "feature", "name": "x"}]})
    log = log_of([{"x": x, "action": x, "rival": None, "split": "train"} for x in range(2)])
    space = TermSpace(language, 3)
    family = family_of(*asked(space.census(log), log, LEVIN), space)
    assert [member.change for member in family.members] == ["x at 2 bits"]
    assert family.essential == (("x", "no program is left"),)
    assert family.left_out == (("x at 1 bit", "it has the least price already"),)
