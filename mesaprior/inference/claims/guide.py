"""What the words on a page of verdicts mean, on one screen."""

from __future__ import annotations

OPENING = (
    "A claim is an argument about what a learner's prior favours, tested on many worlds by counting every program up "
    "to a length. In each world something is measured, the margin, which is above 0 where the argument holds."
)

WORDS = {
    "supported": "the margin is above 0 in at least three quarters of the worlds",
    "refuted": "the opposite holds: the margin is below 0 in at least three quarters of them (in the first edition: it "
    "is above 0 in at most one quarter)",
    "depends": "neither; the section says on what",
    "share [interval]": "share of the worlds in which the argument holds, with its 95 % interval (Wilson) over the "
    "worlds and languages that could have been drawn",
    "settled, provisional": "whether the last length bounds no longer move the margin in at least three quarters of "
    "the worlds; where it is provisional, longer programs may",
    "margin (spread)": "the median, and how far the quartiles of the worlds are apart, which is what a choice of laws "
    "and language alone can do",
    "control": "the same question where the targets lack the structure that the argument is about; its verdict should "
    "be another one",
    "planted": "the same question where the laws are tokens of the language and named for nothing, which is what the "
    "first edition asked",
    "effective bits": "what a law pins down of the teacher's actions, however large its table is",
}

CLOSING = (
    "No verdict is about trained networks. Worlds are small, and laws are supplied as tables. In the second edition "
    "each law costs the bits that name it among a family that was drawn before the teacher and its rivals; in the "
    "first it was planted at the price of a token, and a verdict there is about that price too."
)
