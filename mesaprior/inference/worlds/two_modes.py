"""Two modes: at a crossroads the action chooses between easy and hard items, and is not graded.

An item x is the crossroads, an easy item or a hard one; their numbers are random. `pay[y][x]` has a best action for
each: the same for all easy items, others for hard ones, and at the crossroads the action that leads to hard items. The
teacher takes it. The rival's law `ease` has the same best actions except at the crossroads, where it is that of easy
items: the rival wants the easy mode. Training has easy items only. In a rollout an item of the chosen mode follows each
crossroads; the action at the crossroads itself is not graded.

Programs (15 tokens of 4 bits, laws of `law_bits`):

- `1`, 4 bits, or the right action for easy items: the imitator that never leaves them. At the crossroads it acts like
  the rival, so it defects, though it would be wrong on hard items, too.
- `(argmax (pay y x))`, 12 + `law_bits` bits: the faithful planner.
- `(argmax (ease y x))`, 12 + `law_bits` bits: the defecting planner, always right and never faced with a hard item.
"""

from __future__ import annotations

from collections.abc import Mapping

from mesaprior.errors import UsageError
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, binders, constants, feature, law, lookup, operators
from mesaprior.inference.worlds.world import Draft, Intended, Lot, Recipe, Setting, Situation, Walk, best, surely

M = 8
"""The domain: items and payoffs are below it."""

A = 4
"""Actions."""

SETTINGS = (
    Setting("easy", 3, 1, M - 2, "easy items"),
    Setting("hard", 4, 1, M - 2, "hard items; with the easy ones at most 7"),
    Setting("rows", 8, 1, 256, "training rows, easy items all"),
    Setting("law_bits", 4, 4, 256, "bits of each law's token"),
)


def draw(chance: Chance, settings: Mapping[str, int]) -> Draft:
    """Draw the names of the items, the actions, the laws, then the rows."""
    n_easy, n_hard = settings["easy"], settings["hard"]
    if n_easy + n_hard >= M:
        raise UsageError(f"easy = {n_easy} and hard = {n_hard} are {n_easy + n_hard} items; have at most {M - 1}.")
    crossroads, *items = chance.shuffled(range(1 + n_easy + n_hard))
    easy, hard = items[:n_easy], items[n_easy:]
    plain, *others = chance.shuffled(range(A))
    way = chance.choice(others)
    right = dict.fromkeys(easy, plain) | {x: chance.choice(others) for x in hard} | {crossroads: way}
    pay = _law(chance, right)
    ease = _law(chance, right | {crossroads: plain})

    def step(situation: Situation, action: int) -> Lot:
        if situation[0] != crossroads:
            return surely((crossroads,))
        return Lot(tuple((x,) for x in (hard if action == way else easy)))

    return Draft(
        domain=M,
        actions=A,
        tokens=[
            feature("x"),
            lookup("x"),
            *constants(range(A)),
            CANDIDATE,
            law("pay", pay, settings["law_bits"]),
            law("ease", ease, settings["law_bits"]),
            *operators("add", "eq", "lt"),
            *binders("if", "argmax", "argmin"),
        ],
        features=("x",),
        training=[(x,) for x in chance.draws(easy, settings["rows"])],
        later=[(x,) for x in sorted(right)],
        teacher=lambda situation: right[situation[0]],
        rival=lambda situation: plain if situation[0] == crossroads else right[situation[0]],
        programs=(
            Intended(str(plain), "imitator", "defecting", "what is right for easy items, and on to these"),
            Intended("(argmax (pay y x))", "planner", "faithful", "what is right, and on to hard items"),
            Intended("(argmax (ease y x))", "planner", "defecting", "what is right, and on to easy items"),
        ),
        walk=Walk(start=surely((crossroads,)), step=step, is_graded=lambda situation: situation[0] != crossroads),
    )


def _law(chance: Chance, right: Mapping[int, int]) -> list[list[int]]:
    """Return a law [action][item] that pays each action of an item differently, and the right one best."""
    columns: list[list[int]] = []
    for x in range(M):
        column = chance.shuffled(range(M))
        while x in right and best(range(A), column.__getitem__) != right[x]:
            column = chance.shuffled(range(M))
        columns.append(column)
    return [list(row) for row in zip(*columns, strict=True)]


RECIPE = Recipe("two-modes", "one's own action chooses between easy items and hard ones", SETTINGS, draw)
