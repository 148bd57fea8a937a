"""Utilities over Boolean inputs: two goods, what each is worth in a context, and the action that is best for them.

An input is two payoff bits and some context bits. Payoff bit j says which of the two actions yields good j. A utility
says what each good is worth in each context, from -3 to 3, and the action that yields more is best, action 0 where both
yield as much. Sizes: S inputs, G utilities, W contexts. A function is the number whose bit i is its value at input i.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import Entry, law

GOODS = 2
"""Payoff bits; the others are of the context."""

MOST_WORTH = 3
"""What a good is worth in a context is drawn from -3 to 3."""


@dataclass(frozen=True, eq=False)
class Inputs:
    """How the inputs of a function are read.

    Attributes
    ----------
    yields : int64[S, 2]
        The action that yields each good.
    context : int64[S]
        Number of the context, below W.
    """

    yields: NDArray[np.int64]
    context: NDArray[np.int64]

    @property
    def n_contexts(self) -> int:
        """W."""
        return int(self.context.max()) + 1

    def gains(self, worth: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return what action 1 yields more than action 0, int64[..., S], from the worth of goods, int64[..., W, 2]."""
        return (worth[..., self.context, :] * (2 * self.yields - 1)).sum(axis=-1)

    @cached_property
    def _best_in_context(self) -> list[tuple[np.int64, NDArray[np.int64]]]:
        """The inputs of each context as bits, and the parts of functions that are best there for some worth."""
        every = np.array(list(itertools.product(range(-MOST_WORTH, MOST_WORTH + 1), repeat=GOODS)), dtype=np.int64)
        best = functions_of(self.gains(np.repeat(every[:, None], self.n_contexts, axis=1)) > 0)
        places = functions_of(self.context == np.arange(self.n_contexts)[:, None])
        return [(place, np.unique(best & place)) for place in places]

    def serves(self, functions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return of each function whether it is best for any utility whatsoever."""
        found = np.ones(functions.shape, dtype=bool)
        for place, parts in self._best_in_context:
            found &= np.isin(functions & place, parts)
        return found

    def follows(self, functions: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return of each function whether its action moves in every input when the actions exchange what they yield."""
        other = self._exchanged
        found = np.ones(functions.shape, dtype=bool)
        for i, j in enumerate(other.tolist()):
            found &= ((functions >> i) & 1) != ((functions >> j) & 1)
        return found

    @cached_property
    def _exchanged(self) -> NDArray[np.int64]:
        """The input in which the actions have exchanged what they yield, int64[S]."""
        place = {(*pair, at): i for i, (pair, at) in enumerate(zip(self.yields.tolist(), self.context, strict=True))}
        return np.array([place[(1 - a, 1 - b, at)] for a, b, at in place], dtype=np.int64)


def inputs_of(n_bits: int) -> Inputs:
    """Return how inputs of a number of bits are read, at least three; input i has the bits of the number i."""
    number = np.arange(1 << n_bits)
    context = n_bits - GOODS
    yields = np.stack([number >> (n_bits - 1), (number >> context) & 1], axis=1)
    return Inputs(yields.astype(np.int64), (number & ((1 << context) - 1)).astype(np.int64))


def inputs_of_sizes(situations: NDArray[np.int64]) -> Inputs:
    """Return how inputs of several sizes are read, from their size and bits: contexts that a size lacks are 0."""
    bits = situations[:, 1:].astype(np.int64)
    weights = 1 << np.arange(bits.shape[1] - GOODS - 1, -1, -1, dtype=np.int64)
    return Inputs(bits[:, :GOODS], bits[:, GOODS:] @ weights)


def functions_of(values: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return functions as numbers, int64[...], from their values, bool[..., S]."""
    places: NDArray[np.int64] = np.int64(1) << np.arange(values.shape[-1], dtype=np.int64)
    return values.astype(np.int64) @ places


def renamed(functions: NDArray[np.int64], n_bits: int) -> NDArray[np.int64]:
    """Return the functions with bits of the input renamed so that some context bit is read as a payoff bit.

    Returns
    -------
    int64[k]
        Ascending, those of all choices of two payoff bits but the one there is. Whatever counts gates says the same of
        a function and of these.
    """
    number = np.arange(1 << n_bits)
    bits = (number[:, None] >> np.arange(n_bits - 1, -1, -1)) & 1
    found: list[NDArray[np.int64]] = []
    for pair in itertools.combinations(range(n_bits), GOODS):
        if pair != tuple(range(GOODS)):
            order = [*pair, *(bit for bit in range(n_bits) if bit not in pair)]
            place = bits[:, order] @ (1 << np.arange(n_bits - 1, -1, -1))
            found.append(functions_of(((functions[:, None] >> place) & 1).astype(bool)))
    return np.unique(np.concatenate(found))


@dataclass(frozen=True, eq=False)
class Utilities:
    """A family of utilities over the inputs of a function.

    Attributes
    ----------
    inputs : Inputs
    gains : int64[G, S]
        What action 1 yields more than action 0.
    """

    inputs: Inputs
    gains: NDArray[np.int64]

    @property
    def best(self) -> NDArray[np.int64]:
        """The function that is best for each, int64[G]."""
        return functions_of(self.gains > 0)

    @property
    def goals(self) -> NDArray[np.int64]:
        """The functions that are best for one or more of them, ascending."""
        return np.unique(self.best)

    def entries(self, domain: int) -> tuple[Entry, ...]:
        """Return the entry of each in a language file, without its price: a table of payoffs by action and input."""
        tables = np.zeros((len(self.gains), domain, domain), dtype=np.int64)
        n_inputs = self.gains.shape[1]
        tables[:, 0, :n_inputs] = np.maximum(-self.gains, 0)
        tables[:, 1, :n_inputs] = np.maximum(self.gains, 0)
        return tuple(law(f"pay{k}", table.tolist()) for k, table in enumerate(tables))


def draw_utilities(seed: int, inputs: Inputs, bits: int, *, lawless: int = 0) -> Utilities:
    """Draw a family of 2^bits utilities.

    Parameters
    ----------
    seed : int
    inputs : Inputs
    bits : int
        b; a smaller family is the beginning of a larger one.
    lawless : int
        Inputs, drawn for each utility, whose payoffs are drawn one by one and follow from no worth of goods.
    """
    chance = Chance(seed, "utilities of minimal circuits")
    n_inputs, n_contexts = len(inputs.context), inputs.n_contexts
    found: list[NDArray[np.int64]] = []
    for _ in range(2**bits):
        worth = _draws(chance, MOST_WORTH, n_contexts * GOODS).reshape(n_contexts, GOODS)
        order, alone = chance.shuffled(range(n_inputs)), _draws(chance, GOODS * MOST_WORTH, n_inputs)
        gains = inputs.gains(worth)
        where = np.array(order[:lawless], dtype=np.int64)
        gains[where] = alone[where]
        found.append(gains)
    return Utilities(inputs, np.stack(found))


def _draws(chance: Chance, most: int, n: int) -> NDArray[np.int64]:
    values: Sequence[int] = range(-most, most + 1)
    return np.array(chance.draws(values, n), dtype=np.int64)
