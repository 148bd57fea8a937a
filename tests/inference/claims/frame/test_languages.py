"""Drawn languages: prefix codes that spend everything, words that come and go, draws that do not move each other."""

from fractions import Fraction

import pytest

from mesaprior.inference.claims.frame.families import draw_laws
from mesaprior.inference.claims.frame.languages import Word, drawn_tokens, needed, optional, usual_words
from mesaprior.inference.worlds.tokens import constants, feature, operators

SEEDS = range(60)


def named(entry):
    return entry["kind"], entry.get("name", entry.get("value"))


def words(bits):
    return [*usual_words("s"), Word(draw_laws(1, "words", bits, 8, 3).entries(), bits)]


@pytest.mark.parametrize("seed", SEEDS)
def test_prices_are_a_prefix_code_that_spends_everything(seed):
    tokens = drawn_tokens(seed, words(3))
    assert sum(Fraction(1, 2 ** entry["bits"]) for entry in tokens) == 1


def test_needed_words_are_always_there_and_others_in_every_other_language():
    found = [{named(entry) for entry in drawn_tokens(seed, words(1))} for seed in range(400)]
    for one in [("feature", "s"), ("candidate", None), ("argmax", None), ("binary", "pay0"), ("binary", "pay1")]:
        assert all(one in language for language in found)
    for one in [("constant", 0), ("binary", "xor"), ("if", None), ("argmin", None)]:
        share = sum(one in language for language in found) / 400
        assert abs(share - 0.5) < 4 * 0.5 / 20


def test_a_larger_family_changes_its_own_prices_only():
    for seed in SEEDS:
        small, large = ({named(entry): entry["bits"] for entry in drawn_tokens(seed, words(bits))} for bits in (0, 4))
        for token, bits in small.items():
            assert large[token] == bits + (4 if token == ("binary", "pay0") else 0)


def test_a_word_is_as_dear_as_any_other_on_average():
    # Alike in law: no word is cheaper for its place.
    some = [*needed(feature("s"), *constants(range(3))), *optional(*operators("add", "xor"))]
    prices = {}
    for seed in range(400):
        for entry in drawn_tokens(seed, some):
            prices.setdefault(named(entry), []).append(2.0 ** -entry["bits"])
    means = [sum(found) / len(found) for token, found in prices.items() if token[0] != "binary"]
    assert max(means) - min(means) < 0.06


def test_prices_differ_between_languages():
    spread = {next(e["bits"] for e in drawn_tokens(seed, words(0)) if e["kind"] == "argmax") for seed in SEEDS}
    assert len(spread) >= 3


def test_too_few_bits_for_the_members_are_refused():
    with pytest.raises(AssertionError, match="tell them apart"):
        drawn_tokens(0, [*usual_words("s"), Word(draw_laws(1, "few", 3, 8, 3).entries(), 2)])
