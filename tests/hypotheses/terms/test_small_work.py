"""A small census needs no compiler: NumPy and plain Python give what the kernels give, bit for bit."""

import math

import pytest
from hypothesis import given, note

from mesaprior import compiling
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from tests import strategies
from tests.hypotheses.terms.test_engines_agree import log_of
from tests.hypotheses.terms.test_merged import assert_identical
from tests.thorough import draws


def census_of(space, log, *, patience, workers=1):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(compiling, "PATIENCE", patience)
        return space.census(log, workers=workers)


@draws(120)
@given(example=strategies.examples(most=12_000, with_interventions=True))
def test_a_small_census_is_that_of_the_kernels(example):
    language, rows, max_bits = example
    note(f"{language} {rows} {max_bits}")
    log = log_of(rows)
    for max_time in (None, 40):
        space = TermSpace(language_from_dict(language), max_bits, max_time)
        compiled = census_of(space, log, patience=0)
        assert_identical(census_of(space, log, patience=math.inf), compiled)


def test_records_that_are_taken_in_bit_by_bit(monkeypatch):
    """Where bins and pieces are small, classes are found in many rounds, and tables grow in each."""
    from mesaprior.hypotheses.counting import bins
    from mesaprior.hypotheses.terms.merged import engine, vectorized

    tokens = [
        {"kind": "feature", "name": "p"},
        {"kind": "candidate"},
        {"kind": "constant", "value": 1},
        {"kind": "binary", "name": "add"},
        {"kind": "if"},
        {"kind": "argmax"},
    ]
    language = language_from_dict({"domain": 4, "actions": 4, "token": tokens})
    log = log_of([{"p": k % 4, "action": 3 - k % 4, "split": "train" if k < 3 else "test"} for k in range(4)])
    space = TermSpace(language, 21)
    expected = census_of(space, log, patience=0)
    for module, name, value in (
        (bins, "MOST_RECORDS", 300),
        (bins, "LEAST_RECORDS", 50),
        (engine, "BIN_COMBINATIONS", 20),
        (engine, "BIN_RECORDS", 2000),
        (vectorized, "_AT_ONCE", 1),
    ):
        monkeypatch.setattr(module, name, value)
    assert_identical(census_of(space, log, patience=math.inf), expected)
    assert_identical(census_of(space, log, patience=math.inf, workers=3), expected)
