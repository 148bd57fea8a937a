"""Channel and reasoner: data that are complex to describe, and a reasoner that might produce them on purpose.

The action at time t is `chan[t]`, random for each t; writing the channel down takes `channel_bits`. A reasoner that
wants to be mistaken for the channel infers the same actions: `aim[y][t]` is the value of an action for it, and its best
action is `chan[t]` at every time before `turn`, and another action from then on. The teacher is the channel, the rival
the reasoner. Training has the times before `turn`, in order; later rows have every time.

Programs (13 tokens of 4 bits but `chan`, `aim` and `argmax`; 16 values):

- `(chan t)`, 4 + `channel_bits` bits: the natural description, an imitator; faithful.
- `(argmax (aim y t))`, 8 + `aim_bits` + `search_bits` bits: the reasoner; a planner that defects.
- `(if (lt t 5) (argmax (aim y t)) (chan t))`, with the turn if it is a constant, adds the bits of its name, and is
  faithful: the honest use of a reasoner pays for the channel too.

With `row_bits` above 0 the reasoner itself never departs, and a law `late`, 1 from the turn on and 0 before, names the
row at that price. The rival is then the reasoner's action with its last bit flipped from there on:

- `(xor (late t) (argmax (aim y t)))`, 16 + `row_bits` + `aim_bits` + `search_bits` bits; a planner that defects.
- `(argmax (aim y t))` is faithful.

A search takes `thinking` steps besides those of its body; this is what priors on time charge for reasoning.
"""

from __future__ import annotations

from collections.abc import Mapping

from mesaprior.errors import UsageError
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, binders, constants, feature, law, operators
from mesaprior.inference.worlds.world import Draft, Intended, Recipe, Setting, Situation, best

M = 16
"""The domain: times and aims are below it."""

A = 4
"""Actions."""

SETTINGS = (
    Setting("times", 16, 2, M, "times there are"),
    Setting("turn", 11, 1, M - 1, "the first time at which the reasoner departs; below `times`"),
    Setting("channel_bits", 22, 4, 256, "bits of the channel's table"),
    Setting("aim_bits", 8, 4, 256, "bits of the reasoner's law"),
    Setting("search_bits", 4, 4, 256, "bits of argmax"),
    Setting("thinking", 1, 1, 1_000_000, "steps of argmax itself"),
    Setting("row_bits", 0, 0, 256, "bits of the law that names the turn; 0 where the aim has it"),
)


def draw(chance: Chance, settings: Mapping[str, int]) -> Draft:
    """Draw the channel, then the reasoner's aims at each time until they fit."""
    T = settings["times"]
    turn, row_bits = settings["turn"], settings["row_bits"]
    if turn >= T:
        raise UsageError(f"turn = {turn} is after all of the times = {T}; turn before the last, or have more times.")
    chan = chance.draws(range(A), M)
    columns: list[list[int]] = []
    for t in range(M):
        column = chance.shuffled(range(M))
        while (best(range(A), column.__getitem__) == chan[t]) != (t < turn or row_bits > 0):
            column = chance.shuffled(range(M))
        columns.append(column)

    def reasons(situation: Situation) -> int:
        return best(range(A), columns[situation[0]].__getitem__)

    late = [int(t >= turn) for t in range(M)]
    named = Intended("(xor (late t) (argmax (aim y t)))", "planner", "defecting", "the reasoner, then its opposite")
    return Draft(
        domain=M,
        actions=A,
        tokens=[
            feature("t"),
            *constants([0, 1, *([turn] if turn > 1 else [2])]),
            CANDIDATE,
            law("chan", chan, settings["channel_bits"]),
            law("aim", [list(row) for row in zip(*columns, strict=True)], settings["aim_bits"]),
            *([law("late", late, row_bits)] if row_bits else []),
            *operators("add", "eq", "lt", "xor"),
            *binders("if"),
            {"kind": "argmax", "bits": settings["search_bits"], "steps": settings["thinking"]},
        ],
        features=("t",),
        training=[(t,) for t in range(turn)],
        later=[(t,) for t in range(T)],
        teacher=lambda situation: chan[situation[0]],
        rival=lambda situation: reasons(situation) ^ (late[situation[0]] if row_bits else 0),
        programs=(
            Intended("(chan t)", "imitator", "faithful", "what happens, written down"),
            Intended(
                "(argmax (aim y t))", "planner", "faithful" if row_bits else "defecting", "what serves the reasoner"
            ),
            Intended(
                f"(if (lt t {turn}) (argmax (aim y t)) (chan t))",
                "planner",
                "faithful",
                "the reasoner until it departs, then what happens",
            ),
            *([named] if row_bits else []),
        ),
    )


RECIPE = Recipe("reasoner", "complex data, and a reasoner that produces them up to some time", SETTINGS, draw)
