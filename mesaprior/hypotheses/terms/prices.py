"""Prices of tokens from their weights: a Huffman code instead of equal lengths."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction

from mesaprior.errors import UsageError
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.tokens import token_text
from mesaprior.priors import codes


def fit_bits(language: Language, weights: Mapping[str, float]) -> Language:
    """Return a language with the bits of an optimal prefix code for tokens of these weights.

    Parameters
    ----------
    language : Language
    weights : mapping of str to float
        Weight of each token, by `token_text`, from 0 and finite; 1 where it is not given. A name that several tokens
        have gives its weight to each of them.

    Returns
    -------
    Language
        The same tokens and steps; literal bits come on top, as ever.

    Raises
    ------
    UsageError
        If a name is that of no token, or a weight is out of range.

    References
    ----------
    D. A. Huffman, A method for the construction of minimum-redundancy codes, 1952.
    """
    texts = [token_text(token) for token in language.tokens]
    for name, weight in weights.items():
        if not 0 <= weight < math.inf:
            raise UsageError(f"weight of {name!r} = {weight:g} is out of range; write a finite number from 0 upwards.")
        if name not in texts:
            raise UsageError(
                f"weight of {name!r}: {language.source} has no such token; it has {', '.join(dict.fromkeys(texts))}."
            )
    bits = codes.huffman_bits([Fraction(weights.get(text, 1)) for text in texts])
    tokens = tuple(replace(token, bits=price) for token, price in zip(language.tokens, bits, strict=True))
    return replace(language, tokens=tokens)
