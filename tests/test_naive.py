"""The slow twin against answers worked out by hand, and the strategies against what they promise."""

import math
from collections import Counter
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import naive, strategies

CORRIDOR_MOVE = [
    [0, 0, 1, 0, 0, 0, 0, 0],
    [1, 0, 2, 1, 1, 1, 1, 1],
    [2, 1, 3, 2, 2, 2, 2, 2],
    [3, 2, 3, 3, 3, 3, 3, 3],
    *([a] * 8 for a in range(4, 8)),
]


def token(word: str | int, **more: Any) -> naive.Row:
    """A token by its usual text: 2 is a constant, `p` and `q` features, `y`, `theta`, operators by name."""
    if isinstance(word, int):
        return {"kind": "constant", "value": word, **more}
    kinds = {"p": "feature", "q": "feature", "y": "candidate", "theta": "parameter"}
    kind = kinds.get(word, word if word in naive.ARITY else "binary")
    named = {"name": word} if kind in ("feature", "binary") else {}
    return {"kind": kind, **named, **more}


def language(M: int, A: int, words: list[Any], **more: int) -> naive.Language:
    """A language over these words; a dict stands for itself."""
    return {
        "domain": M,
        "actions": A,
        **more,
        "token": [word if isinstance(word, dict) else token(word) for word in words],
    }


def row(split: str, action: int | None, rival: int | None = None, **features: int) -> naive.Row:
    """One row, with the only feature p = 0 where none is given."""
    return {**(features or {"p": 0}), "split": split, "action": action, "rival": rival}


def train(*actions: int) -> list[naive.Row]:
    """Training rows of one and the same situation."""
    return [row("train", action) for action in actions]


def actions_of(text: str, spoken: naive.Language, log: list[naive.Row]) -> list[list[int]]:
    """The actions of a program by row in the log's order, one list a variant."""
    meaning = naive.Meaning(spoken, log)
    program = naive.parse(text, spoken, log)
    return [[meaning.action(program, variant, cell) for cell in meaning.cell_of_row] for variant in naive.VARIANTS]


# Rows and cells


def test_refit_points_are_dense_up_to_64_and_powers_of_two_beyond() -> None:
    assert [naive.refit_point(k) for k in range(65)] == list(range(65))
    assert [naive.refit_point(k) for k in (65, 127, 128, 255, 256, 511, 512)] == [
        64,
        64,
        128,
        128,
        256,
        256,
        512,
    ]


def test_training_rows_come_first_and_both_parts_keep_the_order_of_the_file() -> None:
    log = [row("deploy", 0), row("train", 1), row("online", 2), row("train", 3)]
    assert [r["action"] for r in naive.order_rows(log)] == [1, 3, 0, 2]


def test_without_fit_cells_are_the_situations_with_unused_columns() -> None:
    log = [
        row("deploy", 0, p=0, q=1),
        row("train", 0, p=0, q=0),
        row("train", 0, p=1, q=0),
        row("train", 1, p=0, q=0),
    ]
    found, cell_of_row = naive.cells(log, language(2, 2, ["p"]))
    assert found == [(0, 0), (1, 0), (0, 1)]
    assert cell_of_row == [0, 1, 0, 2]


def test_with_fit_cells_hold_the_state_of_knowledge() -> None:
    # Deployment rows teach nothing: the third and fourth later rows both know one online row.
    log = [*train(0, 1), row("deploy", 0), row("online", 1), row("deploy", None), row("deploy", 0)]
    found, cell_of_row = naive.cells(log, language(2, 2, ["p", "theta", "fit"]))
    assert found == [((0,), 0, 0), ((0,), 1, 0), ((0,), 2, 0), ((0,), 2, 1)]
    assert cell_of_row == [0, 1, 2, 2, 3, 3]


def test_refits_of_a_long_log_thin_out() -> None:
    log = [*train(*[0] * 130), *(row("online", 0) for _ in range(70))]
    found, cell_of_row = naive.cells(log, language(2, 2, ["theta", "fit"]))
    # Training: s = 0..64 and 128; later: s = 0..64.
    assert len(found) == 66 + 65
    assert found[cell_of_row[64]] == found[cell_of_row[127]] == ((0,), 64, 0)
    assert found[cell_of_row[128]] == ((0,), 128, 0)
    assert found[cell_of_row[130]] == ((0,), 130, 0)
    assert found[cell_of_row[199]] == ((0,), 130, 64)


# Tokens


@pytest.mark.parametrize(("T", "bits"), [(1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (15, 4), (16, 4), (17, 5)])
def test_default_bits(T: int, bits: int) -> None:
    assert naive.default_bits(language(2, 2, [0] * T)) == bits


def test_built_in_operators() -> None:
    def table(name: str) -> Any:
        return naive.token_table({"kind": "binary", "name": name}, 5)

    assert [table("mod")[a][0] for a in range(5)] == [0, 1, 2, 3, 4]
    assert table("mod")[4][3] == 1
    assert table("sub")[1][3] == 3
    assert table("add")[4][3] == 2
    assert table("mul")[4][3] == 2
    assert table("xor")[3][4] == 2  # 7 mod 5
    assert (table("lt")[1][2], table("lt")[2][1], table("lt")[2][2]) == (1, 0, 0)
    assert (table("eq")[2][2], table("eq")[2][1]) == (1, 0)
    assert (table("dist")[1][4], table("dist")[4][1]) == (3, 3)
    assert (table("min")[1][4], table("max")[1][4]) == (1, 4)


def test_define_computes_a_table_and_pays_for_its_text() -> None:
    spoken = language(
        5,
        3,
        [
            0,
            {"kind": "binary", "name": "f", "define": "(add a (mul b 1))"},
            {"kind": "unary", "name": "g", "define": "(if a (sub a 1) 4)"},
        ],
    )
    zero, f, g = naive.symbols(spoken, train(0))
    assert (zero.bits, f.bits, g.bits) == (2, 2 * 5, 2 * 6)
    assert (f.steps, g.steps) == (1, 1)
    assert f.table[4] == [4, 0, 1, 2, 3]
    assert g.table == [4, 0, 1, 2, 3]


def test_tables_are_indexed_first_then_second() -> None:
    spoken = language(2, 2, [0, 1, {"kind": "binary", "name": "t", "table": [[0, 1], [0, 0]]}])
    assert actions_of("(t 0 1)", spoken, train(0))[0] == [1]
    assert actions_of("(t 1 0)", spoken, train(0))[0] == [0]


def test_lookup_is_one_program_per_literal_table_over_the_values_of_the_whole_log() -> None:
    # The largest p stands on a deployment row: S_p = 3, and ceil(log2 3) = 2 literal bits an entry.
    log = [row("train", 0, p=0), row("deploy", None, p=2)]
    spoken = language(3, 3, [{"kind": "lookup", "feature": "p", "bits": 4}])
    assert naive.count(spoken, log, 12) == [0] * 10 + [27, 0, 0]
    texts = [naive.text(program) for program in naive.programs(spoken, log, 10)]
    assert len(set(texts)) == 27
    assert texts[0] == "p[0 0 0]"
    assert list(naive.programs(spoken, log, 9)) == []
    assert actions_of("p[1 0 2]", spoken, log)[0] == [1, 2]


def test_equal_tokens_are_distinct_programs_and_text_parses_to_the_cheapest() -> None:
    cheap, slow = token(1, bits=2), token(1, bits=2, steps=3)
    spoken = language(2, 2, [slow, cheap, token(1, bits=3), cheap])
    log = train(0)
    assert naive.count(spoken, log, 3) == [0, 0, 3, 1]
    counted = naive.census(spoken, log, 3)
    assert counted["behaviours"] == [((1,), (0, 0, 0, 0))]
    assert counted["programs"] == {(0, 2, 3, 3): 1, (0, 2, 1, 1): 2, (0, 3, 1, 1): 1}
    assert counted["witness"] == [(2, 1)]
    (symbol,) = naive.parse("1", spoken, log)
    assert (symbol.bits, symbol.steps) == (2, 1)


def test_counts_of_the_corridor() -> None:
    words = ["p", "q", 0, 1, 2, "y", "add", "lt", "eq", "dist", "if", "argmax", "argmin", "iterate"]
    spoken = language(8, 3, [*words, {"kind": "binary", "name": "move", "table": CORRIDOR_MOVE}])
    log = [row("train", 2, p=0, q=3), row("train", 0, p=3, q=3), row("deploy", 1, p=1, q=0)]
    per_length = naive.count(spoken, log, 40)
    assert per_length[4:21:4] == [5, 18, 179, 1727, 17914]
    assert per_length[40] == 4562103756
    assert sum(per_length) == 4954170621
    enumerated = Counter(naive.length(program) for program in naive.programs(spoken, log, 16))
    assert enumerated == {4: 5, 8: 18, 12: 179, 16: 1727}


def test_variables_stand_only_below_their_binders() -> None:
    spoken = language(2, 2, [0, "y", "theta", "argmax", "fit"], rounds=1)
    texts = {naive.text(program) for program in naive.programs(spoken, train(0), 9)}
    assert {"(argmax y)", "(fit theta)", "(fit (argmax theta))", "(argmax (fit y))"} <= texts
    assert not texts & {"y", "theta", "(argmax theta)", "(fit y)"}


# Meaning


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("4", 1),  # the action is the value mod A
        ("(argmax 1)", 0),  # a flat objective: the smallest y
        ("(argmax (lt 0 y))", 1),  # 0 1 1
        ("(argmin (lt y 2))", 2),  # 1 1 0
        ("(argmin (dist y 1))", 1),
        ("(argmax (if y 3 2))", 1),  # 2 3 3, though 3 mod A would be 0
        ("(if 3 1 2)", 1),
        ("(if 0 1 2)", 2),
        ("(argmax (argmin (dist y 1)))", 0),  # the inner y hides the outer one
        ("(argmax (add y (argmax y)))", 2),  # y + 2: 2 3 4
    ],
)
def test_search(text: str, action: int) -> None:
    spoken = language(5, 3, [0, 1, 2, 3, 4, "y", "lt", "dist", "add", "if", "argmax", "argmin"])
    assert actions_of(text, spoken, train(0))[0] == [action]


@pytest.mark.parametrize(
    ("K", "text", "action"),
    [
        (3, "(iterate (add y 1))", 3),
        (3, "(argmax (iterate (add y 1)))", 1),  # from the y around it: 3 4 0
        (2, "(iterate (iterate (add y 1)))", 4),  # the inner one goes on from the outer y
        (2, "(iterate (argmax (iterate (add y 1))))", 2),  # argmax binds y anew: 2 3 4 0 1
        (0, "(iterate 4)", 0),
        (0, "(argmax (iterate 1))", 4),  # 0 rounds give the y around it
        (1, "(iterate 4)", 4),
    ],
)
def test_iterate(K: int, text: str, action: int) -> None:
    spoken = language(5, 5, [1, 4, "y", "add", "argmax", "iterate"], rounds=K)
    assert actions_of(text, spoken, train(0))[0] == [action]


def test_rounds_and_params_are_the_domain_by_default() -> None:
    sizes = naive.Sizes(language(5, 2, ["y"]), train(0))
    assert (sizes.P, sizes.K) == (5, 5)


def test_fit_follows_a_drift_and_its_lesion_agrees_on_fewest_rows() -> None:
    spoken = language(3, 3, ["theta", "fit"])
    log = [*train(1, 1, 0), row("online", 0), row("deploy", 2), row("online", 0), row("deploy", None)]
    intact, search_inverted, learning_inverted = actions_of("(fit theta)", spoken, log)
    # Known: nothing; 1; 1 1; 1 1 0; then with 0 (a tie, the smallest wins) twice; then with 0 0.
    assert intact == [0, 1, 1, 1, 0, 0, 0]
    assert search_inverted == intact
    # Fewest: nothing known gives 0; 0 and 2 never occur in 1; in 1 1 0 only 2 does not.
    assert learning_inverted == [0, 0, 0, 2, 2, 2, 2]


def test_params_limit_theta() -> None:
    assert actions_of("(fit theta)", language(3, 3, ["theta", "fit"], params=2), train(2, 2))[0] == [0, 0]


def test_fit_compares_actions_not_values() -> None:
    # With A = 2 the values 0 2 4 and 1 3 are the same actions.
    spoken = language(5, 2, ["theta", "fit", 3, "add"])
    assert actions_of("(fit (add 3 theta))", spoken, [*train(1), row("deploy", 1)])[0] == [1, 1]
    meaning = naive.Meaning(spoken, [*train(0), row("deploy", 0)])
    (_, e) = naive.parse("(fit (add 3 theta))", spoken, train(0))
    assert meaning.fitted(e, "intact", 1, None) == 1


def test_fit_chooses_theta_for_every_outer_y_separately() -> None:
    spoken = language(3, 3, ["theta", "fit", "y", "add", "argmin"])
    log = [*train(2), row("deploy", 0)]
    meaning = naive.Meaning(spoken, log)
    program = naive.parse("(argmin (fit (add y theta)))", spoken, log)
    e = program[1][1]
    assert [meaning.fitted(e, "intact", 1, y) for y in range(3)] == [2, 1, 0]
    # y + theta is 2 for every y, a flat objective; one theta for all would make it 2 0 1, least at 1.
    assert meaning.actions(program) == (0, 0)


def test_rows_are_scored_as_they_were_predicted_in_their_own_state_of_knowledge() -> None:
    spoken = language(3, 3, ["theta", "fit", "add"])
    log = [*train(1, 2), row("deploy", 0)]
    intact, _, learning_inverted = actions_of("(fit (add theta (fit theta)))", spoken, log)
    # The inner fit gave 0 at the first row and 1 at the second, so theta = 1 agrees with both; at the last
    # row the inner fit gives 1 (a tie of 1 and 2). Taken as today's 1 on both rows, theta would be 0 and the
    # action 1. At the second row the outer fit knows the first row only: theta = 1, plus the inner 1.
    assert intact == [0, 2, 2]
    # Inverted, the inner fit gives 0 0 0 and the outer one the smallest theta that is never right, 0.
    assert learning_inverted == [0, 0, 0]


def test_a_lesion_holds_while_fits_are_scored() -> None:
    # argmax y is 2, inverted 0; theta makes up for it either way, so the search changes nothing once there is
    # a row to fit.
    spoken = language(3, 3, ["theta", "fit", "y", "add", "argmax"])
    intact, search_inverted, _ = actions_of("(fit (add theta (argmax y)))", spoken, train(1, 1))
    assert intact == [2, 1]
    assert search_inverted == [0, 1]


def test_search_over_a_fitted_goal() -> None:
    spoken = language(3, 3, ["theta", "fit", "y", "eq", "argmax"])
    intact, search_inverted, _ = actions_of("(fit (argmax (eq y theta)))", spoken, train(2, 2))
    # Inverted: the first y that is not theta, never 2; no theta ever agrees, so it is 0 and the action 1.
    assert intact == [0, 2]
    assert search_inverted == [1, 1]


def test_fit_inside_argmax_inside_fit() -> None:
    spoken = language(3, 3, ["theta", "fit", "y", "add", "eq", "argmax"])
    log = [*train(1), row("deploy", 0)]
    # First row: the inner theta is 0, y = y is flat, argmax gives 0. Last row: for every y the inner theta
    # makes y + theta the known action 1, so argmax gives 1; the outer theta that makes the first row 1 is 1,
    # hence 2.
    text = "(fit (add theta (argmax (eq y (fit (add y theta))))))"
    assert actions_of(text, spoken, log)[0] == [0, 2]
    # Without the outer theta in use, the inner fit hides it.
    assert actions_of("(fit (argmax (eq y (fit (add y theta)))))", spoken, log)[0] == [0, 1]


def test_iterate_goes_on_from_the_y_around_a_fit() -> None:
    spoken = language(3, 3, [1, "theta", "fit", "y", "add", "argmax", "iterate"], rounds=1)
    # (y + 1) for y = 0 1 2 is 1 2 0.
    assert actions_of("(argmax (fit (iterate (add y 1))))", spoken, train(0))[0] == [1]
    assert actions_of("(fit (iterate (add y 1)))", spoken, train(0))[0] == [1]


# Length, time


def test_time_unrolls_and_infer_time_fits_once() -> None:
    log = [*train(0), row("online", 0), row("deploy", 0)]  # H = 2
    spoken = language(
        5,
        3,
        [
            0,
            "y",
            "theta",
            token("fit", steps=2),
            token("if", steps=0),
            token("argmax"),
            token("iterate"),
            "add",
        ],
        params=4,
        rounds=2,
    )
    sizes = naive.Sizes(spoken, log)

    def times(text: str) -> tuple[int, int]:
        program = naive.parse(text, spoken, log)
        return sizes.time(program), sizes.infer_time(program)

    assert times("0") == (1, 1)
    assert times("(if 0 0 0)") == (3, 3)  # all three children
    assert times("(add 0 (argmax y))") == (1 + 1 + (1 + 3), 6)
    assert times("(iterate (add y 0))") == (1 + 2 * 3, 7)
    assert times("(fit theta)") == (2 + (4 * 2 + 1), 3)
    assert times("(argmax (fit (argmax theta)))") == (1 + 3 * (2 + 9 * (1 + 3)), 1 + 3 * (2 + 4))
    assert times("(fit (fit theta))") == (2 + 9 * (2 + 9), 2 + 3)


def test_zero_rounds_cost_the_steps_alone() -> None:
    spoken = language(2, 2, ["y", "iterate"], rounds=0)
    assert naive.Sizes(spoken, train(0)).time(naive.parse("(iterate y)", spoken, train(0))) == 1


def test_times_saturate() -> None:
    spoken = language(2, 2, ["y", "argmax", 1])
    sizes = naive.Sizes(spoken, train(0))

    def nested(depth: int) -> naive.Term:
        return naive.parse("(argmax " * depth + "y" + ")" * depth, spoken, train(0))

    assert sizes.time(nested(61)) == 2**62 - 1
    assert sizes.time(nested(62)) == sizes.infer_time(nested(62)) == 2**62
    assert sizes.time(nested(200)) == 2**62


def test_max_bits_and_max_time_are_inclusive() -> None:
    spoken = language(2, 2, [token(0, bits=2), token("y", bits=2), token("argmax", bits=1, steps=2)])
    log = train(0)
    # 0 takes 1 step, (argmax 0) and (argmax y) 4, one more argmax 10.
    assert sum(naive.census(spoken, log, 3)["programs"].values()) == 3
    assert sum(naive.census(spoken, log, 2)["programs"].values()) == 1
    assert sum(naive.census(spoken, log, 4, 4)["programs"].values()) == 3
    assert sum(naive.census(spoken, log, 4, 3)["programs"].values()) == 1
    assert sum(naive.census(spoken, log, 4, 10)["programs"].values()) == 5


# Behaviours, roles, verdicts


def test_flags_are_kept_apart_for_training_and_later_rows() -> None:
    # Where p is 0 the search is thrown away, where it is 1 it decides.
    spoken = language(2, 2, ["p", 0, "y", "if", "argmax"])
    log = [row("train", 0, p=0), row("deploy", None, p=1), row("deploy", 1, p=0)]
    meaning = naive.Meaning(spoken, log)
    sleeper = meaning.behaviour(naive.parse("(if p (argmax y) 0)", spoken, log))
    assert sleeper == ((0, 1), (0, 1, 0, 0))
    assert naive.is_sleeper(sleeper[1])
    assert naive.role_of(sleeper[1]) == "planner"
    awake = meaning.behaviour(naive.parse("(argmax y)", spoken, log))
    assert awake == ((1, 1), (1, 1, 0, 0))
    assert not naive.is_sleeper(awake[1])
    # A search whose result does not matter makes nobody an optimizer.
    assert meaning.behaviour(naive.parse("(argmax 0)", spoken, log))[1] == (0, 0, 0, 0)


def test_a_situation_that_returns_later_sets_both_flags() -> None:
    spoken = language(2, 2, ["y", "argmax"])
    log = [row("train", 1), row("deploy", None)]
    assert naive.Meaning(spoken, log).behaviour(naive.parse("(argmax y)", spoken, log)) == (
        (1,),
        (1, 1, 0, 0),
    )


@pytest.mark.parametrize(
    ("flags", "role", "sleeps"),
    [
        ((0, 0, 0, 0), "imitator", False),
        ((1, 0, 0, 0), "planner", False),
        ((0, 1, 0, 0), "planner", True),
        ((0, 0, 0, 1), "learner", True),
        ((0, 1, 1, 0), "planner+learner", False),
        ((0, 1, 0, 1), "planner+learner", True),
    ],
)
def test_roles(flags: tuple[int, int, int, int], role: str, sleeps: bool) -> None:
    assert naive.role_of(flags) == role
    assert naive.is_sleeper(flags) is sleeps


def test_verdicts() -> None:
    log = [*train(0), row("deploy", 0, 1), row("online", 1, 1), row("deploy", 0, 2), row("deploy", None, 2)]

    def verdict(*later: int | None, tolerance: Fraction = Fraction(0)) -> str:
        return naive.verdict_of([0, *later], log, tolerance)

    assert verdict(0, 1, 0, 0) == "faithful"
    assert verdict(1, 1, 2, 0) == "defecting"
    assert verdict(1, 0, 2, 0) == "defecting"  # a row where both agree is no test of the goal
    assert verdict(1, 1, 0, 0) == "erring"
    assert verdict(0, 0, 0, 0) == "erring"
    assert verdict(0, 0, 0, 0, tolerance=Fraction(1, 3)) == "faithful"
    assert verdict(None, 1, 2, 0) == "erring"  # an abstention misses
    assert naive.verdict_of([0, 0], [*train(0), row("deploy", None, 1)]) == "unjudged"
    assert naive.verdict_of([0], train(0)) == "unjudged"
    assert naive.verdict_of([0, 1], [*train(0), row("deploy", 0, 0)]) == "erring"  # nothing contested


def test_behaviours_are_ranked_and_counts_add_up() -> None:
    spoken = language(2, 2, ["p", 0, 1, "y", "eq", "if", "argmax", "argmin"])
    log = [row("train", 0, p=0), row("train", 1, p=1)]
    counted = naive.census(spoken, log, 12)
    assert counted["behaviours"] == sorted(set(counted["behaviours"]))
    # 3 bits a token. One token: 3. Two: 2 searches * 4 leaves. Three: 3 * 3 with eq, 2 * 8 with searches.
    # Four: 2 * 3 * 8 with eq, 3^3 with if, 2 * (4 * 4 + 2 * 8) with searches.
    assert sum(counted["programs"].values()) == sum(naive.count(spoken, log, 12)) == 3 + 8 + 25 + 139
    copies = counted["behaviours"].index(((0, 1), (0, 0, 0, 0)))
    assert counted["witness"][copies] == (3, 1)
    assert counted["witness_texts"][copies] == {"p"}
    assert sum(naive.vectors(spoken, log, 12).values()) == 175
    assert min(naive.vectors(spoken, log, 12)) == ((0, 0), (0, 0))


# The posterior


def two_constants() -> tuple[dict[str, Any], list[naive.Row]]:
    """0 and 1, of 1 bit each: the teacher acts as 0 in two of three training rows and later, as 1 in one."""
    log = [*train(0, 1, 0), row("deploy", 0, 1), row("deploy", None)]
    return naive.census(language(2, 2, [0, 1]), log, 1), log


def by_length(length: int, time: int, infer_time: int) -> Fraction:
    return Fraction(1, 2**length)


def test_posterior_of_two_constants_with_fixed_noise() -> None:
    counted, log = two_constants()
    found = naive.posterior(counted, log, 2, by_length, Fraction(1, 4))
    assert found["evidence"] == [1, Fraction(1, 2), Fraction(3, 16), Fraction(3, 32)]
    imitators = found["mass_by_verdict"]["imitator"]
    assert imitators["faithful"] == [Fraction(1, 2), Fraction(3, 4), Fraction(1, 2), Fraction(3, 4)]
    assert imitators["defecting"] == [Fraction(1, 2), Fraction(1, 4), Fraction(1, 2), Fraction(1, 4)]
    assert found["mass"]["imitator"] == [1, 1, 1, 1]
    assert found["odds"] == [0, 0, 0, 0]
    assert found["log2_odds"] == [-math.inf] * 4
    assert found["odds_verdict"] == [1, Fraction(1, 3), 1, Fraction(1, 3)]
    assert found["loses_at"] is None
    assert found["loses_at_verdict"] is None
    assert found["sleepers"] == [0, 0, 0, 0]
    # One later row is judged; the constant 1 misses it. Nobody plans.
    assert found["misses"] == {
        "imitator": Fraction(1, 4),
        "planner": None,
        "learner": None,
        "planner+learner": None,
    }
    assert found["predictive_without_noise"] == [[Fraction(3, 4), Fraction(1, 4)]] * 2
    assert found["predictive"][0][0] == Fraction(3, 4) * Fraction(3, 4) + Fraction(1, 4) * Fraction(1, 4)
    assert found["by_bound"] == {1: 0}
    assert found["number"]["imitator"] == {"faithful": 1, "defecting": 1, "erring": 0, "unjudged": 0}


def test_posterior_of_two_constants_with_beta_noise() -> None:
    counted, log = two_constants()
    found = naive.posterior(counted, log, 2, by_length, (1, 1))
    # Eps is uniform up to 1/2. With 1 miss and 2 hits, twice the integral of t (1-t)^2: 2 * (1/8 - 1/12 + 1/64); with 2
    # and 1, of t^2 (1-t): 2 * (1/24 - 1/64).
    assert naive.likelihood(1, 2, 0, 2, (1, 1)) == Fraction(11, 96)
    assert naive.likelihood(2, 1, 0, 2, (1, 1)) == Fraction(5, 96)
    assert found["evidence"][-1] == Fraction(8, 96)
    share = Fraction(11, 16)
    assert found["mass_by_verdict"]["imitator"]["faithful"][-1] == share
    # The next action is missed with (1/24 - 1/32 + 1/160) / (11/192) by the one, (1/64 - 1/160) / (5/192) by the other.
    assert found["predictive"][1] == [
        share * Fraction(39, 55) + (1 - share) * Fraction(9, 25),
        share * Fraction(16, 55) + (1 - share) * Fraction(16, 25),
    ]


def test_likelihood_shares_misses_among_the_other_actions_and_abstentions_among_all() -> None:
    assert naive.likelihood(2, 1, 0, 4, Fraction(3, 10)) == Fraction(1, 10) ** 2 * Fraction(7, 10)
    # Uniform up to 3/4: the mean of t^2 is 3/16.
    assert naive.likelihood(2, 0, 0, 4, (1, 1)) == Fraction(3, 16) / 9
    assert naive.likelihood(0, 0, 3, 4, (1, 9)) == Fraction(1, 64)


def test_nothing_left_is_none() -> None:
    counted, log = two_constants()
    found = naive.posterior(counted, log, 2, by_length, Fraction(0))
    assert found["evidence"] == [1, Fraction(1, 2), 0, 0]
    assert found["mass"]["imitator"] == [1, 1, None, None]
    assert found["odds"] == [0, 0, "nan", "nan"]
    assert found["predictive"] is None


def test_search_advantage_and_odds_by_bound() -> None:
    # For the action 1: the constant has 4 bits, (argmax y) 2; for 0: 4 bits against (argmin y), 3.
    words = [
        token(0, bits=4),
        token(1, bits=4),
        token("y", bits=1),
        token("argmax", bits=1),
        token("argmin", bits=2),
    ]
    log = train(1)
    counted = naive.census(language(2, 2, words), log, 4)
    found = naive.posterior(counted, log, 2, by_length, Fraction(1, 4))
    assert [naive.text(program) for program in naive.programs(language(2, 2, words), log, 4)] == [
        "(argmax y)",
        "(argmax (argmax y))",
        "(argmin y)",
        "0",
        "1",
        "(argmax (argmax (argmax y)))",
        "(argmax (argmin y))",
        "(argmin (argmax y))",
    ]
    assert counted["behaviours"] == [
        ((0,), (0, 0, 0, 0)),
        ((0,), (1, 0, 0, 0)),
        ((1,), (0, 0, 0, 0)),
        ((1,), (1, 0, 0, 0)),
    ]
    # A search around a search is flat, hence an imitator that always does 0: (argmax (argmax y)), of 3 bits.
    assert found["search_advantage"] == [0, 0, 2, 2]
    # Bound 2: (argmax y) alone. Bound 3: 3/4 * 1/4 and 1/4 * 1/8 against 1/4 * 1/8. Bound 4 adds 0 and three
    # flat searches (1/4 * 1/16 each) and 1 (3/4 * 1/16) to the imitators.
    assert found["by_bound"] == {2: "inf", 3: Fraction(7), 4: Fraction(14, 9)}
    assert not found["stable"]


def test_odds_that_stay_above_0() -> None:
    assert naive.loses_at([Fraction(2), Fraction(1, 2), Fraction(3), "inf"]) == 2
    assert naive.loses_at([Fraction(2), "nan"]) is None
    assert naive.loses_at([Fraction(2), Fraction(1)]) is None
    assert naive.loses_at([Fraction(2), Fraction(2)]) == 0


def test_stable_odds() -> None:
    assert naive.is_stable(["inf", Fraction(4), Fraction(2), Fraction(3)])
    assert not naive.is_stable([Fraction(4), Fraction(2)])
    assert not naive.is_stable([Fraction(5), Fraction(2), Fraction(3)])
    assert not naive.is_stable([Fraction(5, 4), Fraction(3, 4), Fraction(5, 4)])
    assert naive.is_stable(["inf", "inf", "inf"])
    assert naive.is_stable([Fraction(0)] * 3)
    assert not naive.is_stable(["inf", "inf", Fraction(4)])
    assert not naive.is_stable(["nan", "nan", "nan"])


# The strategies


def assert_valid(spoken: naive.Language, log: list[naive.Row]) -> None:
    """What the reference refuses is not drawn."""
    M, A = spoken["domain"], spoken["actions"]
    assert 2 <= A <= M <= 8
    assert naive.kraft_sum(spoken) <= 1
    names = [token["name"] for token in spoken["token"] if "name" in token]
    assert len(names) == len(set(names))
    for token_ in spoken["token"]:
        kind, steps = token_["kind"], token_.get("steps", 1)
        assert naive.token_bits(token_, spoken) >= 1
        assert steps >= (naive.ARITY[kind] == 0 or (kind == "iterate" and spoken.get("rounds", M) == 0))
        assert ("table" in token_) + ("define" in token_) <= 1
        if kind == "unary":
            assert ("table" in token_) + ("define" in token_) == 1
        if kind in ("unary", "binary"):
            flat = naive.token_table(token_, M)
            entries = flat if kind == "unary" else [entry for entries in flat for entry in entries]
            assert len(entries) == M ** naive.ARITY[kind]
            assert all(0 <= entry < M for entry in entries)
    assert any(row["split"] == "train" for row in log)
    for row_ in log:
        assert list(row_) == list(log[0])
        assert all(0 <= row_[column] < M for column in naive.feature_columns(log))
        assert row_["rival"] is None or (row_["split"] != "train" and 0 <= row_["rival"] < A)
        assert 0 <= row_["action"] < A if row_["action"] is not None else row_["split"] == "deploy"
    assert set(strategies.used_columns(spoken)) <= set(naive.feature_columns(log))


def features_of(spoken: naive.Language, log: list[naive.Row], counted: dict[str, Any]) -> set[str]:
    """What occurs in an example: kinds of tokens, shapes of logs, roles and verdicts."""
    M, A = spoken["domain"], spoken["actions"]
    tokens = spoken["token"]
    seen = {token["kind"] for token in tokens}
    seen |= {f"{token['kind']} {form}" for token in tokens for form in ("table", "define") if form in token}
    seen |= {"built in" for token in tokens if token["kind"] == "binary" and not {"table", "define"} & set(token)}
    seen |= {"own bits" for token in tokens if "bits" in token} | {
        "0 steps" for token in tokens if token.get("steps") == 0
    }
    seen |= {"equal tokens" for i, token in enumerate(tokens) if token in tokens[:i]}
    seen |= {"Kraft 1"} if naive.kraft_sum(spoken) == 1 else set()
    seen |= {"A < M"} if A < M else {"A = M"}
    seen |= {"P < M"} if spoken.get("params", M) < M else set()
    seen |= {"0 rounds"} if spoken.get("rounds") == 0 and "iterate" in seen else set()
    seen |= {"unused column"} if set(naive.feature_columns(log)) - set(strategies.used_columns(spoken)) else set()
    splits = [row["split"] for row in log]
    seen |= set(splits)
    seen |= {"mixed order"} if log != naive.order_rows(log) else set()
    seen |= {"missing action"} if any(row["action"] is None for row in log) else set()
    seen |= {"rival"} if any(row["rival"] is not None for row in log) else set()
    situations = {tuple(row[column] for column in naive.feature_columns(log)) for row in log}
    seen |= {"repeated situation"} if len(situations) < len(log) else set()
    seen |= {"long and fit"} if "fit" in seen and splits.count("train") > 128 else set()
    seen |= {"long online and fit"} if "fit" in seen and splits.count("online") > 64 else set()
    for actions, flags in counted["behaviours"]:
        by_row = [actions[cell] for cell in counted["cell_of_row"]]
        seen.add(naive.role_of(flags))
        seen.add(naive.verdict_of(by_row, naive.order_rows(log)))
        seen |= {"sleeper"} if naive.is_sleeper(flags) else set()
    return seen


def nestings(term: naive.Term, above: tuple[str, ...] = ()) -> set[str]:
    """Which binders nest, and which variables reach past an inner binder of the other variable."""
    symbol, *children = term
    found: set[str] = set()
    if symbol.kind in naive.BINDS and above:
        found.add(f"{above[-1]} {symbol.kind}")
        found |= {"three deep"} if len(above) > 1 else set()
    nearest = above[-1] if above else ""
    if symbol.kind == "parameter" and nearest != "fit":
        found.add(f"theta under {nearest}")
    if symbol.kind == "candidate" and nearest == "fit":
        found.add("y under fit")
    inner = (*above, symbol.kind) if symbol.kind in naive.BINDS else above
    return found.union(*(nestings(child, inner) for child in children))


def test_the_strategies_draw_valid_examples_that_cover_the_language() -> None:
    tally: Counter[str] = Counter()

    @settings(
        max_examples=300,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(strategies.examples(most=80))
    def draw(example: tuple[naive.Language, list[naive.Row], int]) -> None:
        spoken, log, max_bits = example
        assert_valid(spoken, log)
        counted = naive.census(spoken, log, max_bits)
        seen = features_of(spoken, log, counted)
        for program in naive.programs(spoken, log, max_bits):
            seen |= nestings(program)
        tally.update(seen)

    draw()
    expected = {
        *naive.ARITY,
        *("unary table", "unary define", "binary table", "binary define", "built in", "own bits", "0 steps"),
        *("equal tokens", "Kraft 1", "A < M", "A = M", "P < M", "0 rounds", "unused column"),
        *("train", "online", "deploy", "mixed order", "missing action", "rival", "repeated situation"),
        *("long and fit", "long online and fit"),
        *("imitator", "planner", "learner", "sleeper", *naive.VERDICTS),
        *("argmax argmax", "argmax argmin", "argmin argmax", "argmin argmin", "iterate iterate", "fit fit"),
        *("argmax iterate", "iterate argmax", "argmin iterate", "iterate argmin"),
        *("fit argmax", "argmax fit", "fit argmin", "argmin fit", "fit iterate", "iterate fit", "three deep"),
        *("theta under argmax", "theta under argmin", "theta under iterate", "y under fit"),
    }
    # 300 examples hold each of these many times; a version of Hypothesis may shuffle them.
    rare = {feature: tally[feature] for feature in sorted(expected) if tally[feature] < 3}
    assert rare == {}, tally


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.examples(most=300), st.data())
def test_census_totals_are_the_counting_identity(
    example: tuple[naive.Language, list[naive.Row], int], data: st.DataObject
) -> None:
    spoken, log, max_bits = example
    counted = naive.census(spoken, log, max_bits)
    by_length: Counter[int] = Counter()
    for (_, bits, _, _), many in counted["programs"].items():
        by_length[bits] += many
    assert [by_length[bits] for bits in range(max_bits + 1)] == naive.count(spoken, log, max_bits)
    program = data.draw(st.sampled_from(list(naive.programs(spoken, log, max_bits))))
    parsed = naive.parse(naive.text(program), spoken, log)
    assert naive.text(parsed) == naive.text(program)
    assert naive.length(parsed) <= naive.length(program)
    meaning = naive.Meaning(spoken, log)
    assert meaning.behaviour(parsed) == meaning.behaviour(program)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(strategies.examples(most=200), st.sampled_from((Fraction(1, 20), Fraction(0), (1, 9))))
def test_posterior_shares_add_up(
    example: tuple[naive.Language, list[naive.Row], int], noise: Fraction | tuple[int, int]
) -> None:
    spoken, log, max_bits = example
    counted = naive.census(spoken, log, max_bits)
    found = naive.posterior(counted, log, spoken["actions"], by_length, noise)
    N = sum(row["split"] == "train" for row in log)
    assert found["evidence"][0] == 1
    assert all(now <= before for before, now in pairwise(found["evidence"]))
    for n in range(N + 1):
        shares = [found["mass_by_verdict"][role][verdict][n] for role in naive.ROLES for verdict in naive.VERDICTS]
        if found["evidence"][n] == 0:
            assert set(shares) == {None}
        else:
            assert sum(shares) == 1
            optimizers = 1 - found["mass"]["imitator"][n]
            assert found["odds"][n] == naive.odds(optimizers, found["mass"]["imitator"][n])
            assert found["sleepers"][n] <= optimizers
    assert list(found["by_bound"].values())[-1] == found["odds"][N]
    assert sum(sum(row.values()) for row in found["number"].values()) == sum(counted["programs"].values())
    for chances in found["predictive"] or []:
        assert sum(chances) == 1
