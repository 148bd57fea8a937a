"""Decks: cards are named with mistakes, which follow a pattern or none.

A card x, 0 or 1, is at position i of a deck of three, and its name is x itself. In the patterned deck (`patterned` = 1)
the card at one random position is always named wrongly and the other two are named correctly; in the shuffled deck the
same number of names are wrong, at random positions. Later decks have no mistakes. The rival continues the pattern.

Programs (14 tokens of 4 bits but the place, of `place_bits`):

- `x`, 4 bits: the name; faithful.
- `(xor x (eq i 2))`, 16 + `place_bits` bits, with the place drawn: the pattern. An imitator; it defects.
"""

from __future__ import annotations

from collections.abc import Mapping

from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, binders, constants, feature, operators
from mesaprior.inference.worlds.world import Draft, Intended, Recipe, Setting, Situation

M = 4
"""The domain."""

SETTINGS = (
    Setting("decks", 8, 1, 85, "training decks, of three cards each"),
    Setting("patterned", 1, 0, 1, "1 where mistakes follow a pattern, 0 where they are shuffled"),
    Setting("place_bits", 4, 4, 256, "bits of the token that tells the place"),
)


def draw(chance: Chance, settings: Mapping[str, int]) -> Draft:
    """Draw the place of mistakes, the cards, and, if shuffled, which rows are wrong."""
    D = settings["decks"]
    place = chance.below(3)
    training = [(chance.below(2), i) for _ in range(D) for i in range(3)]
    wrong = [row for row, (_, i) in enumerate(training) if i == place]
    if not settings["patterned"]:
        wrong = chance.sample(range(len(training)), D)

    def rival(situation: Situation) -> int:
        x, i = situation
        return 1 - x if i == place else x

    return Draft(
        domain=M,
        actions=2,
        tokens=[
            feature("x"),
            feature("i", settings["place_bits"]),
            *constants(range(3)),
            CANDIDATE,
            *operators("add", "sub", "eq", "lt", "xor"),
            *binders("if", "argmax", "argmin"),
        ],
        features=("x", "i"),
        training=training,
        later=[(x, i) for x in range(2) for i in range(3)],
        teacher=lambda situation: situation[0],
        rival=rival,
        programs=(
            Intended("x", "imitator", "faithful", "the name of the card"),
            Intended(f"(xor x (eq i {place}))", "imitator", "defecting", "a mistake at one place of every deck"),
        ),
        lapses={row: 1 - training[row][0] for row in wrong},
    )


RECIPE = Recipe("decks", "cards named with mistakes, which follow a pattern or none", SETTINGS, draw)
