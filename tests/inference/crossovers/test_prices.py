"""Crossovers along the price of a token: as many censuses, each counted anew."""

import pytest

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.noise import Noise
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.crossovers.prices import MOST_CENSUSES, Price, find_price_crossovers
from mesaprior.priors.prior import make_prior

TOKENS = [
    {"kind": "feature", "name": "x"},
    {"kind": "candidate"},
    {"kind": "binary", "name": "eq"},
    {"kind": "argmax"},
    {"kind": "constant", "value": 0},
    {"kind": "constant", "value": 2},
]
PRIOR, NOISE = make_prior("levin"), Noise(0.01)


@pytest.fixture
def space():
    tokens = [entry | {"bits": 5 if entry["kind"] in ("feature", "argmax") else 3} for entry in TOKENS]
    return TermSpace(language_from_dict({"domain": 3, "actions": 3, "token": tokens}), 20)


@pytest.fixture
def log(tmp_path, space):
    (tmp_path / "log.csv").write_text("x,action,split\n0,2,\n1,2,\n2,2,\n1,2,deploy\n")
    return read_log(tmp_path / "log.csv", language=space.language)


@pytest.mark.parametrize("what", ["bits", "steps"])
def test_each_price_is_a_census_of_its_own(space, log, what):
    counted = []

    def count(one, of_log):
        counted.append(one)
        return one.census(of_log)

    price = Price(what, "argmax")
    found = find_price_crossovers(space, log, PRIOR, price, low=2, high=9, noise=NOISE, count=count)
    odds = []
    for value in range(2, 10):
        language = price.language(space.language, value)
        (changed,) = [token for token in language.tokens if token.kind == "argmax"]
        assert getattr(changed, what) == value
        census = TermSpace(language, 20).census(log, engine="reference")
        odds.append(float(posterior(census, log, PRIOR, noise=NOISE).log2_odds[-1]))
    assert len(counted) == 8
    assert (found.odds_low, found.odds_high) == pytest.approx((odds[0], odds[-1]))
    want = [k + 2 for k in range(1, 8) if odds[k] * odds[k - 1] < 0]
    assert [crossing.zero.value for crossing in found.crossings] == want
    assert found.is_complete


@pytest.mark.parametrize("what", ["bits", "steps"])
def test_the_price_of_numbers_is_that_of_every_literal(space, log, what):
    """Where the constants are numbers, the price of each is that of the token, and its two literal bits."""
    data = space.language.to_dict()
    others = [token for token in data["token"] if token["kind"] != "constant"]
    numbers, constants = (
        [{"kind": "number", "bits": 3}],
        [{"kind": "constant", "value": value, "bits": 5} for value in range(3)],
    )
    ours = TermSpace(language_from_dict(data | {"token": others + numbers}), 20)
    found = find_price_crossovers(ours, log, PRIOR, Price(what, "number"), low=2, high=9, noise=NOISE)
    odds = []
    for value in range(2, 10):
        changed = [token | {what: value + 2 * (what == "bits")} for token in constants]
        census = TermSpace(language_from_dict(data | {"token": others + changed}), 20).census(log)
        odds.append(float(posterior(census, log, PRIOR, noise=NOISE).log2_odds[-1]))
    assert (found.odds_low, found.odds_high) == pytest.approx((odds[0], odds[-1]))
    assert odds[0] != odds[-1]
    want = [k + 2 for k in range(1, 8) if odds[k] * odds[k - 1] < 0]
    assert [crossing.zero.value for crossing in found.crossings] == want


def test_a_dear_search_loses(space, log):
    found = find_price_crossovers(space, log, PRIOR, Price("bits", "2"), low=2, high=14, noise=NOISE)
    # (argmax y) always gives 2, as does the constant, which leads while it is cheap.
    assert [crossing.leads for crossing in found.crossings] == [True]


@pytest.mark.parametrize(
    ("price", "low", "high", "error", "parts"),
    [
        (Price("bits", "argmin"), 1, 2, UsageError, ["'argmin'", "x, y, eq, argmax, 0, 2"]),
        (Price("bits", "argmax"), 3, 2, UsageError, ["3 to 2"]),
        (Price("steps", "argmax"), 1, 1 + MOST_CENSUSES, UsageError, [str(MOST_CENSUSES)]),
        (Price("bits", "argmax"), 0, 2, ContentError, ["bits"]),
    ],
)
def test_what_is_refused(space, log, price, low, high, error, parts):
    with pytest.raises(error) as caught:
        find_price_crossovers(space, log, PRIOR, price, low=low, high=high)
    for part in parts:
        assert part in str(caught.value)


def test_a_price_that_makes_no_code_is_refused(log):
    language = language_from_dict({"domain": 3, "actions": 3, "token": [entry | {"bits": 3} for entry in TOKENS]})
    with pytest.raises(ContentError, match=r"bits:y = 1.*Kraft"):
        find_price_crossovers(TermSpace(language, 12), log, PRIOR, Price("bits", "y"), low=1, high=3)


def test_too_many_programs_are_refused(space, log):
    large = TermSpace(space.language, 60)
    with pytest.raises(UsageError, match="programs, and 50,000,000"):
        find_price_crossovers(large, log, PRIOR, Price("steps", "argmax"), low=1, high=60)
