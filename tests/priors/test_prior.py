"""Priors made from names and formulas: parameters, columns, weights that are none, and what is shown."""

import pickle
import re

import numpy as np
import pytest

from mesaprior.errors import UsageError
from mesaprior.priors.prior import FormulaPrior, describe_prior, make_prior

GROUPS = {"length": np.array([3, 4, 5]), "time": np.array([1, 2, 8]), "infer_time": np.array([1, 1, 1])}


def message(name_or_formula: str, parameters: dict[str, float] | None = None) -> str:
    with pytest.raises(UsageError) as caught:
        make_prior(name_or_formula, parameters)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_prior_of_the_catalogue():
    prior = make_prior(" speed ", {"alpha": 2})
    assert (prior.name, prior.text) == ("speed", "2**-length * time**-alpha")
    assert (prior.columns, prior.parameters) == (("length", "time"), {"alpha": 2.0})
    assert prior.log2_weight(GROUPS).tolist() == [-3, -6, -11]


def test_a_formula_is_a_prior_too():
    prior = make_prior("2**-length / beta", {"beta": 4})
    assert (prior.name, prior.text) == ("2**-length / beta", "2**-length / beta")
    assert prior.log2_weight(GROUPS).tolist() == [-5, -6, -7]
    assert make_prior("length").log2_weight(GROUPS)[1] == 2


def test_defaults_are_filled_in():
    assert make_prior("alpha + T + c + lam + x", {"x": 7, "c": 3}).parameters == {
        "alpha": 1, "T": 1024, "c": 3, "lam": 1, "x": 7,
    }  # fmt: skip
    assert make_prior("levin").parameters == {}


def test_a_weight_without_columns_is_given_to_every_group():
    assert make_prior("uniform").log2_weight(GROUPS).tolist() == [0, 0, 0]


def test_priors_compare_hash_and_pickle():
    prior = make_prior("speed", {"alpha": 2})
    assert prior == make_prior("speed", {"alpha": 2}) == pickle.loads(pickle.dumps(prior))
    assert prior != make_prior("speed")
    assert hash(prior) == hash(make_prior("speed", {"alpha": 2}))


@pytest.mark.parametrize(
    ("name", "near"),
    [("simplcity", "simplicity"), ("Levin", "levin"), ("bounded-soft", "bounded_soft"), ("lenght", "length")],
)
def test_names_nearly_right(name: str, near: str):
    said = message(name)
    assert said.startswith(f"prior {name!r} is not in the catalogue, did you mean {near}; the catalogue has uniform, ")
    assert "a formula such as 2**-length / time is a prior too" in said


def test_names_far_off():
    assert message("xyzzy").startswith("prior 'xyzzy' is not in the catalogue; the catalogue has uniform, simplicity,")


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("2**-lenght", 5, "'lenght' is no column and has no value, did you mean length"),
        ("2**-length / (1 + tmie)", 19, "'tmie' is no column and has no value, did you mean time"),
        ("2**-length * Alpha", 14, "'Alpha' is no column and has no value, did you mean alpha"),
        ("2**-length * zzz", 14, "'zzz' is no column and has no value; the columns are length, time, infer_time"),
        ("2**-length * zzz", 14, "zzz=VALUE"),
    ],
)
def test_parameters_without_a_value(text: str, place: int, words: str):
    said = message(text)
    assert f", column {place}: " in said
    assert words in said


@pytest.mark.parametrize(
    ("text", "parameters", "words"),
    [
        ("speed", {"alhpa": 2}, "no parameter 'alhpa', did you mean alpha; it has alpha"),
        ("speed", {"T": 2}, "no parameter 'T'; it has alpha"),
        ("levin", {"alpha": 2}, "'2**-length / time' has no parameters, and 'alpha' is given"),
        ("speed", {"length": 2}, "'length' names a column of the census"),
        ("speed", {"alpha": np.nan}, "alpha = nan is out of range"),
        ("speed", {"alpha": np.inf}, "alpha = inf is out of range"),
        ("speed", {"alpha": -1e301}, "0 and magnitudes from 1e-300 to 1e+300 are allowed"),
        ("speed", {"alpha": 1e-301}, "alpha=VALUE"),
    ],
)
def test_parameters_that_do_not_fit(text: str, parameters: dict[str, float], words: str):
    assert words in message(text, parameters)


def test_records_are_checked_like_names():
    with pytest.raises(UsageError, match="no parameter 'b'"):
        FormulaPrior("mine", "a * 2**-length", {"a": 1, "b": 2})


def test_a_column_that_is_missing():
    with pytest.raises(UsageError) as caught:
        make_prior("circuit").log2_weight(GROUPS)
    assert str(caught.value) == (
        "prior 'circuit' reads the column 'gates', and these hypotheses have only length, time, infer_time; use a "
        "prior over these, or another space."
    )


@pytest.mark.parametrize(
    ("text", "weight", "place"),
    [
        ("3.5 - time", "-4.5", "time = 8"),
        ("2**1200 - 2**(600*length)/2**length", "-2**1797", "length = 3"),
        ("2**-length / (time - 2)", "-0.125", "length = 3, time = 1"),
        ("1 / (8 - time)", "infinite", "time = 8"),
        ("-1 / (8 - time) / 0", "infinite", "time = 1"),
        ("log2(2 - time)", "infinite", "time = 2"),
        ("sqrt(4 - time)", "undefined", "time = 8"),
        ("0/0", "undefined", "every program"),
        ("Piecewise((1, length < 5))", "undefined", "length = 5"),
        ("alpha - length", "-2", "length = 3, alpha = 1"),
    ],
)
def test_weights_that_are_none(text: str, weight: str, place: str):
    want = f"prior {text!r} gives the weight {weight} at {place}; a weight must be a finite number from 0 upwards"
    with pytest.raises(UsageError, match=re.escape(want)):
        make_prior(text).log2_weight(GROUPS)


def test_what_is_shown():
    shown = describe_prior("levin")
    assert (shown.name, shown.text, shown.columns) == ("levin", "2**-length / time", ("length", "time"))
    assert shown.latex == r"\frac{2^{- \mathrm{length}}}{\mathrm{time}}"
    assert "1973" in shown.source
    assert "Kraft" in shown.normalizable
    own = describe_prior("2**-(lam*length)", {"lam": 2})
    assert (own.meaning, own.source, own.normalizable, own.parameters) == ("", "", "", {"lam": 2})
