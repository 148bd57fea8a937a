"""Languages drawn for a claim: which words there are besides those it needs, and what each costs.

A word is one token, or several that share a price, as the members of a family do. Each word that is not needed is
there with probability one half, so languages are thinner and wider. Prices are those of an optimal prefix code for
weights that are drawn: so a word is as often cheaper than its equal share as it is dearer, and all prices together
spend the whole of Kraft's sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, Entry, binders, constants, feature, operators
from mesaprior.priors import codes

CONCENTRATION = 2
"""Of the symmetric Dirichlet distribution of the weights; the smaller, the farther prices are apart."""

_FINE = 2**32
"""Places among which weights are cut."""


@dataclass(frozen=True)
class Word:
    """What a language may say with one choice.

    Attributes
    ----------
    entries : tuple of dict
        Tokens of a language file, without bits; they share the price.
    extra_bits : int
        That tell one of them from the others, on top of the word's price; 2^extra_bits is at least their number.
    is_needed : bool
        Whether every language has it.
    """

    entries: tuple[Entry, ...]
    extra_bits: int = 0
    is_needed: bool = True


def needed(*entries: Entry) -> list[Word]:
    """Return a word for each token, all of them needed."""
    return [Word((entry,)) for entry in entries]


def optional(*entries: Entry) -> list[Word]:
    """Return a word for each token, each of them in every other language."""
    return [Word((entry,), is_needed=False) for entry in entries]


def usual_words(*features: str) -> list[Word]:
    """Return the words that claims share: features, y and a search; constants, operators and a choice in some."""
    return [
        *needed(*(feature(name) for name in features), CANDIDATE, *binders("argmax")),
        *optional(
            *constants(range(3)),
            *operators("add", "sub", "xor", "eq", "lt", "dist", "min", "max"),
            *binders("if", "argmin"),
        ),
    ]


def drawn_tokens(seed: int, words: Sequence[Word], *, purpose: str = "language") -> list[Entry]:
    """Draw a language: which of the words it has, and its prices.

    Parameters
    ----------
    seed : int
    words : sequence of Word
    purpose : str

    Returns
    -------
    list of dict
        Tokens of a language file with their bits, in the order of the words.

    Notes
    -----
    Whether a word is there, and its weight, depend on the seed and its place among `words` alone: a claim that offers
    more members of a family, or none of another word's, changes no other draw. Weights are sums of `CONCENTRATION`
    gaps between cuts that are drawn among 2^32 places, which makes them Dirichlet without a logarithm whose last bit
    would depend on the machine.

    References
    ----------
    D. A. Huffman, A method for the construction of minimum-redundancy codes, 1952.
    """
    chance = Chance(seed, purpose)
    is_there = [bool(chance.below(2)) or word.is_needed for word in words]
    weights = _weights(chance, len(words))
    kept = [(word, weight) for word, weight, there in zip(words, weights, is_there, strict=True) if there]
    prices = codes.huffman_bits([weight for _, weight in kept])
    for word, _ in kept:
        assert len(word.entries) <= 2**word.extra_bits, "members of a word need bits that tell them apart"
    return [
        entry | {"bits": price + word.extra_bits}
        for (word, _), price in zip(kept, prices, strict=True)
        for entry in word.entries
    ]


def _weights(chance: Chance, n: int) -> list[int]:
    """Return n weights whose shares are Dirichlet with concentration `CONCENTRATION`, none of them 0."""
    cuts = sorted(chance.below(_FINE) for _ in range(n * CONCENTRATION - 1))
    gaps = [after - before for before, after in zip([0, *cuts], [*cuts, _FINE], strict=True)]
    return [1 + sum(gaps[i : i + CONCENTRATION]) for i in range(0, n * CONCENTRATION, CONCENTRATION)]
