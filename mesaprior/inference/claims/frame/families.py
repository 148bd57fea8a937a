"""Families of laws, drawn before anybody follows one of them, each member at the price of telling it from the others.

A family has 2^b members. The language offers all of them, each at the bits of an operator and b more, so that the
price of a law is what it takes to name it. Member 0 is the teacher's; that the teacher is one of them, and that the
number is 0, says nothing of the other members, since all are drawn alike. A rival is any other member whose best
actions are the teacher's wherever the teacher was seen. Often there is none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mesaprior.inference.worlds.tokens import Entry, law

TEACHER = 0
"""Number of the member that the teacher follows."""

MOST_BITS = 12
"""b of the largest family: 4,096 members, each a token."""


@dataclass(frozen=True, eq=False)
class LawFamily:
    """Laws of payoffs over actions and situations. Sizes: 2^b members, M values, A actions.

    Attributes
    ----------
    name : str
        Of the tokens, a number behind it for each member.
    pays : int64[2^b, M, M]
        Payoff by member, action and situation. In one situation the payoffs of all M values differ.
    actions : int
        A.
    """

    name: str
    pays: NDArray[np.int64]
    actions: int

    @property
    def bits(self) -> int:
        """b, what it takes to tell a member from the others."""
        return len(self.pays).bit_length() - 1

    @property
    def best(self) -> NDArray[np.int64]:
        """The best of the A actions, int64[2^b, M] by member and situation."""
        return self.pays[:, : self.actions].argmax(axis=1)

    def agreeing(self, situations: Sequence[int]) -> list[int]:
        """Return the members besides the teacher's that have its best action in all of these situations: its rivals."""
        best = self.best[:, list(situations)]
        alike: list[int] = np.flatnonzero((best == best[TEACHER]).all(axis=1)).tolist()
        return [member for member in alike if member != TEACHER]

    def token_name(self, member: int) -> str:
        """Return the name that a member has in the language."""
        return f"{self.name}{member}"

    def entries(self) -> tuple[Entry, ...]:
        """Return the entry of each member in a language file, without its price."""
        return tuple(law(self.token_name(member), table.tolist()) for member, table in enumerate(self.pays))

    def reply_entries(self, name: str) -> tuple[Entry, ...]:
        """Return the entries of unary operators that give a situation's best action by each member, without a search.

        What each pins down is what its law pins down of actions, so at as many bits it is the same gift.
        """
        return tuple(law(f"{name}{member}", best.tolist()) for member, best in enumerate(self.best))


def draw_laws(seed: int, purpose: str, bits: int, domain: int, actions: int, *, name: str = "pay") -> LawFamily:
    """Draw a family of laws: in each situation an order of all values, each order with the same probability.

    Parameters
    ----------
    seed : int
    purpose : str
        Families of one seed for several purposes are independent.
    bits : int
        b, 0..`MOST_BITS`. A smaller family is the beginning of a larger one, so that more bits add rivals and nothing
        else.
    domain, actions : int
        M and A.
    name : str

    """
    assert 0 <= bits <= MOST_BITS, bits
    # [member][situation][action], until it is turned round.
    ranks = random_orders(seed, f"laws: {purpose}", (2**bits, domain, domain))
    return LawFamily(name, np.ascontiguousarray(ranks.transpose(0, 2, 1)), actions)


def random_orders(seed: int, purpose: str, shape: tuple[int, ...]) -> NDArray[np.int64]:
    """Draw a random order of 0..n-1 along the last axis, n its size, int64 of this shape.

    Notes
    -----
    Orders are those of raw numbers of PCG64, seeded as in `Chance`; two of 64 bits in one row are never alike.
    """
    source = np.random.PCG64(np.random.SeedSequence([seed, *purpose.encode()]))
    drawn: NDArray[np.uint64] = np.asarray(source.random_raw(math.prod(shape)), dtype=np.uint64)
    return drawn.reshape(shape).argsort(axis=-1).argsort(axis=-1).astype(np.int64)
