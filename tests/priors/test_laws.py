"""The laws: each is broken by a formula that breaks nothing else but what is listed; a law that sleeps is noticed."""

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.priors.catalogue import catalogue
from mesaprior.priors.formula import parse_formula
from mesaprior.priors.laws import (
    LAWS,
    censuses,
    check,
    check_law,
    find_law,
    formulas,
    law_tests,
    lengths,
    programs,
    times,
)
from mesaprior.priors.laws.subject import Subject
from mesaprior.priors.prior import make_prior

EXAMPLES = 100

# For each law a formula that breaks it, what else it must break, and the smallest example.
BREAKERS = {
    "defined": ("2**-length * Piecewise((1, gates < 5))", set(), "length = 1, gates = 5: the weight is undefined"),
    "non-negative": (
        "2**-length * Piecewise((1, gates < 5), (-1, True))",
        set(),
        "length = 1, gates = 5: the weight is -0.5",
    ),
    "finite": (
        "2**-length / Piecewise((1, gates < 5), (0, True))",
        set(),
        "length = 1, gates = 5: the weight is infinite",
    ),
    "full support": (
        "Piecewise((2**-length, gates <= 10), (0, True))",
        set(),
        "length = 1, gates = 11: the weight is 0",
    ),
    # Weights that cannot be normalized are all 0, so they rule programs out.
    "constant factor": (
        "0*length",
        {"full support"},
        "length = 1: the weight is 0, so there is nothing to normalize",
    ),
    # Where a prefix changes no share, weights are exponential in length: a growing one is either not that or unbounded.
    "monotone in length": (
        "2**-length * Piecewise((2**-20, length < 10), (1, True))",
        {"common prefix"},
        "length = 1 to 10: the weight grows from 4.76837e-07 to 0.000976562",
    ),
    "monotone in time": (
        "2**-length * (2 - infer_time/time)",
        set(),
        "time = 1 to 2, length = 1, infer_time = 1: the weight grows from 0.5 to 0.75",
    ),
    "monotone in infer_time": (
        "2**-length * infer_time / time",
        set(),
        "infer_time = 1 to 2, length = 1, time = 2: the weight grows from 0.25 to 0.5",
    ),
    "monotone in size": (
        "2**-length * (2 - 1/(1 + gates))",
        set(),
        "gates = 0 to 1, length = 1: the weight grows from 0.5 to 0.75",
    ),
    "Kraft": (
        "2**(-length/2)",
        set(),
        "length = 67: the weight is 2^33.5 times 2^-length, and it is at most 2^32 times that for small programs "
        "(length = 64)",
    ),
    "common prefix": (
        "2**-length / length",
        set(),
        "length = 1 against length = 2: the weights are as 2^2 to 1, and the weights are as 2^1.58496 to 1 where both "
        "are 1 bit longer",
    ),
    "unit of time": (
        "2**-length * 2**(-time/T)",
        set(),
        "length = 1, time = 1 against length = 1, time = 2: the weights are as 2^0.000976562 to 1, and the weights are "
        "as 2^0.00195312 to 1 where every step takes 2",
    ),
}

# What the priors of the catalogue break.
BROKEN = {
    "uniform": {"Kraft"},
    "bounded": {"full support", "unit of time"},
    "bounded_soft": {"unit of time"},
    "s_phases": {"unit of time"},
    "capped": {"unit of time"},
    "capped_wide": {"unit of time"},
    "circuit": {"Kraft"},
    "regularized": {"Kraft"},
    "tempered": {"Kraft"},
    "mixture": {"unit of time"},
}
GIVEN = {"tempered": {"temperature": 2}, "mixture": {"w": 0.5}}


def broken(prior, laws=LAWS) -> dict[str, str]:
    findings = check(prior, laws=laws, max_examples=EXAMPLES)
    return {finding.law.name: finding.example for finding in findings if finding.example is not None}


def test_every_law_has_a_breaker():
    assert list(BREAKERS) == [law.name for law in LAWS]


@pytest.mark.parametrize("name", BREAKERS)
def test_a_breaker_breaks_its_law_and_only_what_follows(name: str):
    formula, follows, example = BREAKERS[name]
    found = broken(formula)
    assert set(found) == {name} | follows
    assert found[name] == example


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_a_law_that_sleeps_is_noticed(law):
    asleep = replace(law, breach=lambda subject, example: None)
    others = [
        asleep if other is law else other for other in LAWS if other is law or other.name in BREAKERS[law.name][1]
    ]
    found = broken(BREAKERS[law.name][0], others)
    assert set(found) != {law.name} | BREAKERS[law.name][1]


@pytest.mark.parametrize("law", LAWS, ids=lambda law: law.name)
def test_a_law_that_sees_too_much_is_noticed(law):
    strict = replace(law, breach=lambda subject, example: "always")
    assert set(broken("simplicity", [strict])) != BROKEN.get("simplicity", set())


@pytest.mark.parametrize("entry", catalogue(), ids=lambda entry: entry.name)
def test_what_the_priors_of_the_catalogue_break(entry):
    assert set(broken(make_prior(entry.name, GIVEN.get(entry.name)))) == BROKEN.get(entry.name, set())


def test_the_reference_says_what_the_catalogue_breaks():
    page = (Path(__file__).parents[2] / "docs" / "reference" / "priors.md").read_text()
    rows = [line.split("|")[1:-1] for line in page[page.index("## Laws") :].splitlines() if line.startswith("| `")]
    said = {law.strip(" `"): set(re.findall("`([a-z_]+)`", breakers)) for law, _, breakers in rows}
    assert said == {law.name: {name for name, laws in BROKEN.items() if law.name in laws} for law in LAWS}


@pytest.mark.parametrize(
    ("formula", "law", "example"),
    [
        # Far thresholds are found next to the numbers of the formula, and made as small as they can be.
        ("Piecewise((2**-length, time <= 123456789), (0, True))", "full support", "length = 1, time = 123456790: "),
        ("Piecewise((2**-length, time <= 2**45), (0, True))", "full support", f"length = 1, time = {2**45 + 1}: "),
        ("Piecewise((1, length <= T), (1/0, True)) * 2**-length", "finite", "length = 1025: "),
        ("2**-length * time**0.001", "monotone in time", "time = 1 to 2, length = 1: "),
        ("length**2 * 2**-length", "monotone in length", "length = 1 to 2: the weight grows from 0.5 to 1"),
        ("length * 2**-length", "Kraft", "length = 129: the weight is 2^7.0"),
        ("2**-length * time", "Kraft", "length = 1, time = 2049: the weight is 2^11.0"),
        ("1/length", "Kraft", "length = "),
        (
            "2**-length / (infer_time + 5)",
            "unit of time",
            "length = 1, infer_time = 1 against length = 1, infer_time = 2",
        ),
        ("2**-length + 2**-9000", "Kraft", "length = 9001: the weight is 2^1.58496"),
    ],
)
def test_what_is_found(formula: str, law: str, example: str):
    found = find_law(law)
    assert found is not None
    finding = check_law(found, formula)
    assert finding.example is not None
    assert finding.example.startswith(example)


def test_a_prior_over_many_columns():
    text = "2**-(length + gates + depth + l1) / (time * Max(1, space))"
    assert broken(text) == {}
    assert set(broken(f"({text}) * time**2")) == {"monotone in time", "Kraft"}
    assert set(broken(f"({text}) * 2**(2*depth)")) == {"monotone in size", "Kraft"}


def test_findings_are_the_same_every_time():
    assert broken("2**-length * (2 - 1/time)") == broken("2**-length * (2 - 1/time)")


class Floats:
    """A prior that is no formula, worked out in plain floats: it underflows."""

    columns = ("length",)

    def log2_weight(self, columns):
        with np.errstate(divide="ignore"):
            return np.log2(2.0 ** -columns["length"].astype(float))


def test_a_prior_that_is_no_formula():
    found = broken(Floats())
    assert set(found) == {"full support", "common prefix"}
    assert found["full support"] == "length = 1075: the weight is 0"


class Absent:
    """A prior that refuses, and one that says nan."""

    columns = ("length",)

    def __init__(self, refuses: bool) -> None:
        self.refuses = refuses

    def log2_weight(self, columns):
        if self.refuses:
            raise UsageError("no weights here.")
        return np.full(len(columns["length"]), np.nan)


@pytest.mark.parametrize("refuses", [True, False])
def test_a_prior_without_weights_is_undefined(refuses: bool):
    assert set(broken(Absent(refuses))) == {"defined"}


def test_the_first_laws_are_required():
    assert [law.name for law in LAWS if law.is_required] == ["defined", "non-negative", "finite"]


def test_two_lines_in_a_test_suite(tmp_path):
    (tmp_path / "test_mine.py").write_text(
        "from mesaprior.priors.laws import law_tests\n"
        "TestLevin = law_tests('levin')\n"
        "TestBounded = law_tests('bounded', excluding=['full support', 'unit of time'])\n"
        "TestWrong = law_tests('time * 2**-length')\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rf", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert "2 failed, 32 passed" in done.stdout, done.stdout
    assert "TestWrong::test_monotone_in_time" in done.stdout
    assert "TestWrong::test_kraft" in done.stdout
    assert "the weight grows from 0.5 to 1" in done.stdout


def test_laws_that_do_not_exist_cannot_be_excluded():
    with pytest.raises(UsageError, match="there is no law 'speed' to exclude; the laws are defined, non-negative"):
        law_tests("levin", excluding=["speed"])
    assert find_law("speed") is None


@given(formulas())
def test_formulas_are_formulas(text: str):
    assert parse_formula(text).text == text


@given(lengths(100, landmarks=[64, 1e9]), times())
def test_lengths_and_times(length: int, time: int):
    assert 1 <= length <= 100
    assert 1 <= time <= 10**18


@given(programs(("length", "time", "infer_time", "gates")))
def test_programs_predict_within_their_time(program: dict[str, int]):
    assert 1 <= program["infer_time"] <= program["time"]
    assert program["length"] >= 1
    assert program["gates"] >= 0


@given(censuses(min_size=2, max_size=5))
def test_censuses_are_columns(columns):
    assert set(columns) == {"length", "time", "infer_time"}
    assert {(column.dtype, len(column)) for column in columns.values()} == {(np.dtype(np.int64), len(columns["time"]))}
    assert 2 <= len(columns["time"]) <= 5
    assert (columns["infer_time"] <= columns["time"]).all()


@settings(max_examples=30)
@given(formulas(), st.data())
def test_laws_stand_any_formula(text: str, data: st.DataObject):
    # No law fails otherwise than by finding a breach, whatever the weights are.
    subject = Subject(make_prior(text))
    for law in LAWS:
        breach = law.breach(subject, data.draw(law.examples(subject)))
        assert breach is None or breach


@pytest.mark.parametrize("text", ["2**-length" + "+0" * 994, "(" * 24 + "2**-length" + ")" * 24])
def test_the_longest_and_deepest_formulas_are_held_to_the_laws(text: str):
    assert check_law(LAWS[4], text, max_examples=20).holds


def test_a_prior_may_change_near_its_numbers_and_near_the_powers_of_two_that_they_are_the_exponents_of():
    assert Subject(make_prior("2**-length / (time + alpha + 61)", {"alpha": 5})).landmarks == (2, 4, 5, 32, 61)
