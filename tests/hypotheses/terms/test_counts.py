"""What is counted is what the counting identity says: totals, known answers, masses."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.hypotheses.terms.language import language_from_dict, read_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.priors import codes
from tests import strategies
from tests.hypotheses.terms.test_engines_agree import log_of
from tests.test_examples import EXAMPLES

ROWS = [{"p": 1, "c": 2, "action": 1, "split": "train"}]


@settings(max_examples=60)
@given(example=strategies.examples())
def test_totals_are_the_coefficients_and_the_rest_is_the_mass_beyond(example):
    language, rows, max_bits = example
    language, log = language_from_dict(language), log_of(rows)
    symbols = language.symbols(log)
    space = TermSpace(language, max_bits)
    coefficients = codes.count_by_length(symbols, 4 * max_bits)[0]
    for engine in ("merged", "reference"):
        census = space.census(log, engine=engine)
        assert census.counted_by_length == {n: c for n, c in enumerate(coefficients[: max_bits + 1]) if c}
    mass = codes.total_mass(symbols)
    counted = codes.mass_of(census.counted_by_length)
    assert space.mass_beyond(census, log) == pytest.approx(float(mass.lower - counted), abs=1e-15)
    # Partial sums rise towards the solution and never pass it.
    partial = Fraction(0)
    for length, count in enumerate(coefficients):
        partial += Fraction(count, 2**length)
        assert partial <= mass.upper
    assert mass.upper - partial <= mass.upper - counted


def test_known_numbers_of_the_corridor():
    language = read_language(EXAMPLES / "corridor" / "corridor.toml")
    counts = TermSpace(language, 40).count_by_length(log_of(ROWS))
    assert list(counts) == list(range(4, 41, 4))
    assert list(counts.values())[:5] == [5, 18, 179, 1727, 17914]
    assert counts[40] == 4562103756
    assert sum(counts.values()) == 4954170621
    assert float(TermSpace(language, 4).mass(log_of(ROWS))) == pytest.approx(0.52877197, abs=5e-9)


LEAF = {"kind": "feature", "name": "p", "bits": 2}
CLOSED_FORMS = {
    # G = 1/4 + G^2/2, so G = 1 - sqrt(1/2).
    "one leaf and one binary": ([LEAF, {"kind": "binary", "name": "eq", "bits": 1}], 1 - 0.5**0.5),
    # G = 1/4 + G/2, so G = 1/2.
    "one leaf and one unary": ([LEAF, {"kind": "unary", "name": "f", "define": "a", "bits": 1}], 0.5),
    # G_y = 1/2 + G_y/4 = 2/3 and G = 1/4 + G_y/4 = 5/12.
    "a search": (
        [LEAF, {"kind": "candidate", "bits": 2}, {"kind": "argmax", "bits": 2}],
        5 / 12,
    ),
    # A lookup of two values with two actions: 4 tables of 2 + 2 bits, G = 4/16.
    # A number in a domain of two: 2 values of 2 + 1 bits, G = 2/8; its bits, 2, are those that Kraft's sum sees.
    "a number": ([{"kind": "number", "bits": 2}], 0.25),
    # G = 2/8 + G^2/2, so G = 1 - sqrt(1/2).
    "a number and one binary": (
        [{"kind": "number", "bits": 2}, {"kind": "binary", "name": "eq", "bits": 1}],
        1 - 0.5**0.5,
    ),
    "a lookup": ([{"kind": "lookup", "feature": "p", "bits": 2}], 0.25),
}


@pytest.mark.parametrize("name", CLOSED_FORMS)
def test_masses_in_closed_form(name):
    tokens, mass = CLOSED_FORMS[name]
    language = language_from_dict({"domain": 2, "actions": 2, "token": tokens})
    log = log_of([{"p": 1, "action": 1, "split": "train"}])
    space = TermSpace(language, 14)
    assert float(space.mass(log)) == pytest.approx(mass, rel=1e-15)
    census = space.census(log)
    assert space.mass_beyond(census, log) + float(codes.mass_of(census.counted_by_length)) == pytest.approx(mass)
    exact = space.mass(log).exact
    assert float(exact) == pytest.approx(mass, rel=1e-15)


@given(st.integers(1, 60))
def test_a_time_bound_leaves_the_slow_ones_beyond(max_time):
    language = read_language(EXAMPLES / "corridor" / "corridor.toml")
    log = log_of(ROWS)
    everything, bounded = TermSpace(language, 16), TermSpace(language, 16, max_time)
    fast = bounded.census(log)
    all_of_them = everything.census(log)
    assert fast.n_programs == int(all_of_them.count[all_of_them.columns["time"] <= max_time].sum())
    assert bounded.mass_beyond(fast, log) >= everything.mass_beyond(all_of_them, log)
