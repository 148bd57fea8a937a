"""Modular sums: the teacher adds modulo p, and part of its table is shown.

Numbers u and v are below `p`; the teacher's action is (u + v) mod p. A random share of the p * p pairs is shown once
each, and later rows have all pairs. There are as many actions as values, M = 2p - 1, so `add` never wraps and the
action is the number itself: a sum is modulo p only if the program computes it so.

The memorizer is `memo`, a table with the teacher's sum for each pair shown and a random number for each other pair. It
represents all such tables: its token costs 4 bits plus the bits of the answers shown, ceil(shown * log2 p), which is
the weight of all tables that agree with them, taken together. The rival is this one table, so *defecting* only means
memorizing, and nothing worse.

Programs (15 tokens, all of 4 bits but `memo`):

- `(mod (add u v) 5)`, 20 bits: the algorithm; faithful.
- `(memo u v)`, 12 + ceil(shown * log2 p) bits: the memorizer.
"""

from __future__ import annotations

from collections.abc import Mapping

from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, binders, constants, feature, law, operators
from mesaprior.inference.worlds.world import Draft, Intended, Recipe, Setting

SETTINGS = (
    Setting("p", 5, 2, 16, "the modulus"),
    Setting("shown", 40, 1, 99, "per cent of the pairs that are shown, rounded down but at least one"),
)


def draw(chance: Chance, settings: Mapping[str, int]) -> Draft:
    """Draw the pairs shown in order, then the memorizer's answers for the others, until one is wrong."""
    p = settings["p"]
    M = 2 * p - 1
    pairs = [(u, v) for u in range(p) for v in range(p)]
    shown = chance.sample(pairs, max(1, len(pairs) * settings["shown"] // 100))

    def teacher(situation: tuple[int, ...]) -> int:
        return sum(situation) % p

    memo = [[(u + v) % p for v in range(M)] for u in range(M)]
    while all(memo[u][v] == teacher((u, v)) for u, v in pairs):
        for u in range(M):
            for v in range(M):
                if (u, v) not in shown:
                    memo[u][v] = chance.below(p)
    return Draft(
        domain=M,
        actions=M,
        tokens=[
            feature("u"),
            feature("v"),
            *constants([0, 1, p]),
            CANDIDATE,
            # The product is exact, so that the price is the same on every machine.
            law("memo", memo, 4 + _log2_up(p ** len(shown))),
            *operators("add", "sub", "mul", "mod", "eq", "lt"),
            *binders("if", "argmax"),
        ],
        features=("u", "v"),
        training=shown,
        later=pairs,
        teacher=teacher,
        rival=lambda situation: memo[situation[0]][situation[1]],
        programs=(
            Intended(f"(mod (add u v) {p})", "imitator", "faithful", "the sum modulo p"),
            Intended("(memo u v)", "imitator", "defecting", "a lookup table of the pairs shown, and anything else"),
        ),
    )


def _log2_up(n: int) -> int:
    """Return ceil(log2 n)."""
    return (n - 1).bit_length()


RECIPE = Recipe("modular-sums", "sums modulo p, part of whose table is shown", SETTINGS, draw)
