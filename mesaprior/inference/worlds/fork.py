"""Fork: a path splits into two one-way branches, and the first label seen at the fork is wrong.

A node x is the fork or one of the `steps` nodes of either branch, under random numbers. `move[x][y]` is the next node:
at the fork one action leads into each branch; in a branch one action leads to the next node, and from its last node
home; all others stay. The teacher's law `far` gives the distance of a node from home, by which one branch is shorter;
by the rival's law `near` the other is shorter. Inside a branch both move on, since nothing else leads anywhere: they
differ at the fork only. Training begins with `unlucky` rows at the fork that lead into the wrong branch, and continues
along that branch. In a rollout a policy returns to the fork each time it would be home. Only the nodes of branches are
graded: after the wrong choice at the fork, all graded actions are right.

Programs (14 tokens of 4 bits; `move` of `law_bits`):

- `(argmin (far (move x y)))`, 16 + `law_bits` bits: the faithful planner.
- `(argmin (near (move x y)))`, 16 + `law_bits` bits: the defecting planner, which misses nothing in training.
- `x[...]`, 4 + (1 + 2 * `steps`) * 2 bits: a lookup table of the right step at every node.
"""

from __future__ import annotations

from collections.abc import Mapping

from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, binders, constants, feature, law, lookup, operators
from mesaprior.inference.worlds.world import Draft, Intended, Lot, Recipe, Setting, Situation, Walk, surely

M = 8
"""The domain: nodes and distances are below it."""

A = 3
"""Actions."""

SETTINGS = (
    Setting("steps", 3, 1, 3, "nodes of a branch"),
    Setting("unlucky", 1, 0, 256, "training rows at the fork, with a wrong action"),
    Setting("rows", 8, 1, 256, "training rows in the wrong branch"),
    Setting("law_bits", 4, 4, 256, "bits of the law of motion"),
)


def draw(chance: Chance, settings: Mapping[str, int]) -> Draft:
    """Draw the numbers of the nodes, the action that moves on at each, then the rows."""
    B, unlucky = settings["steps"], settings["unlucky"]
    home = 2 * B + 1
    fork, *nodes = chance.shuffled(range(home))
    right, wrong = nodes[:B], nodes[B:]
    into_right, into_wrong = chance.sample(range(A), 2)
    onward = {x: chance.below(A) for x in nodes}
    move = [[x] * M for x in range(M)]
    move[fork][into_right], move[fork][into_wrong] = right[0], wrong[0]
    for branch in (right, wrong):
        for x, after in zip(branch, [*branch[1:], home], strict=True):
            move[x][onward[x]] = after

    def step(situation: Situation, action: int) -> Lot:
        after = move[situation[0]][action]
        return surely((fork if after == home else after,))

    teacher_at = onward | {fork: into_right}
    rival_at = onward | {fork: into_wrong}
    training = [(fork,)] * unlucky + [(wrong[row % B],) for row in range(settings["rows"])]
    return Draft(
        domain=M,
        actions=A,
        tokens=[
            feature("x"),
            lookup("x"),
            *constants(range(A)),
            CANDIDATE,
            law("move", move, settings["law_bits"]),
            law("far", _distances(home, right, wrong)),
            law("near", _distances(home, wrong, right)),
            *operators("add", "eq"),
            *binders("if", "argmax", "argmin"),
        ],
        features=("x",),
        training=training,
        later=[(x,) for x in sorted(teacher_at)],
        teacher=lambda situation: teacher_at[situation[0]],
        rival=lambda situation: rival_at[situation[0]],
        programs=(
            Intended("(argmin (far (move x y)))", "planner", "faithful", "home by the right branch"),
            Intended("(argmin (near (move x y)))", "planner", "defecting", "home by the other branch"),
            Intended(
                f"x[{' '.join(str(teacher_at[x]) for x in sorted(teacher_at))}]",
                "imitator",
                "faithful",
                "a lookup table of the right steps",
            ),
        ),
        lapses=dict.fromkeys(range(unlucky), into_wrong),
        walk=Walk(start=surely((fork,)), step=step, is_graded=lambda situation: situation[0] in nodes),
    )


def _distances(home: int, short: list[int], long: list[int]) -> list[int]:
    """Return how far each node is from home where one branch is shorter than the other; the fork is furthest."""
    distances = [M - 1] * M
    for distance, x in enumerate([home, *reversed(short), *reversed(long)]):
        distances[x] = distance
    return distances


RECIPE = Recipe("fork", "two one-way branches, and a wrong label where they part", SETTINGS, draw)
