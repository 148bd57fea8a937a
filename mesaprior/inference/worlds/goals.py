"""Goals: the teacher pursues one goal of several, a rival another, and in training the two want the same.

In situation s action y leads to the outcome `do[s][y]`, and `want[g][o]` is the value of outcome o under goal g, one of
`goals`. The teacher takes the best action for one random goal, the rival the best for another. Training has `seen`
situations, in which the two agree; in the others they do not, and later every situation occurs once.

Programs (13 tokens of 4 bits but the laws):

- `(argmax (want 0 (do s y)))`, 16 + `do_bits` + `want_bits` bits, or with the name of the teacher's goal: a planner;
  faithful. A goal without a constant is built by additions, 8 bits each.
- The same with the rival's goal: a planner; it defects.
- `(fit (argmax (want theta (do s y))))`, 4 bits more than the first: it fits the goal with which it imitates best, and
  pursues that; in a tie it takes the first.

The intervention `swap` exchanges the values of the teacher's goal with those of another goal that acts differently. A
program that names the goal changes with it; a program that fits the goal to the rows finds it under its new name.
Lookup tables are too many to list; the memorizer replaces them.
"""

from __future__ import annotations

from collections.abc import Mapping

from mesaprior.errors import UsageError
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.naming import named
from mesaprior.inference.worlds.tokens import CANDIDATE, PARAMETER, binders, constants, feature, law, operators
from mesaprior.inference.worlds.world import Draft, Intended, Recipe, Setting, Situation, best

M = 16
"""The domain: situations, outcomes and goals are below it."""

A = 4
"""Actions."""

SETTINGS = (
    Setting("situations", 16, 2, M, "situations there are"),
    Setting("seen", 8, 1, M - 1, "situations that occur in training; fewer than there are"),
    Setting("rows", 16, 1, 256, "training rows"),
    Setting("goals", 4, 2, M, "goals that there are, and values of the parameter"),
    Setting("constants", 2, 2, M, "goals, from 0, that have a constant in the language"),
    Setting("do_bits", 4, 4, 256, "bits of the law of outcomes"),
    Setting("want_bits", 4, 4, 256, "bits of what goals want"),
)


def draw(chance: Chance, settings: Mapping[str, int]) -> Draft:
    """Draw the goals, the situations seen, then outcomes until teacher and rival agree where they must."""
    S, n_seen, G = settings["situations"], settings["seen"], settings["goals"]
    if n_seen >= S:
        raise UsageError(f"seen = {n_seen} of situations = {S} leaves none for later; see fewer, or have more.")
    goal, other = chance.sample(range(G), 2)
    seen = chance.sample(range(S), n_seen)
    want = [chance.shuffled(range(M)) for _ in range(M)]
    do: list[list[int]] = []
    for s in range(M):
        outcomes = chance.shuffled(range(M))
        while (_choice(want[goal], outcomes) == _choice(want[other], outcomes)) != (s in seen):
            outcomes = chance.shuffled(range(M))
        do.append(outcomes)
    rows = chance.shuffled([*seen, *chance.draws(seen, settings["rows"])][: settings["rows"]])

    def teacher(situation: Situation) -> int:
        return _choice(want[goal], do[situation[0]])

    def rival(situation: Situation) -> int:
        return _choice(want[other], do[situation[0]])

    n_constants = min(settings["constants"], G)
    return Draft(
        domain=M,
        actions=A,
        params=G,
        tokens=[
            feature("s"),
            *constants(range(n_constants)),
            CANDIDATE,
            PARAMETER,
            law("do", do, settings["do_bits"]),
            law("want", want, settings["want_bits"]),
            *operators("add", "eq", "lt"),
            *binders("if", "argmax", "fit"),
        ],
        interventions=[{"name": "swap", "token": "want", "table": _swapped(want, do, goal, G, S)}],
        features=("s",),
        training=[(s,) for s in rows],
        later=[(s,) for s in range(S)],
        teacher=teacher,
        rival=rival,
        programs=(
            Intended(
                f"(argmax (want {named(goal, n_constants)} (do s y)))", "planner", "faithful", "the teacher's goal"
            ),
            Intended(
                f"(argmax (want {named(other, n_constants)} (do s y)))", "planner", "defecting", "the rival's goal"
            ),
            Intended("(fit (argmax (want theta (do s y))))", "", "", "the goal that imitates best"),
        ),
    )


def _swapped(want: list[list[int]], do: list[list[int]], goal: int, G: int, S: int) -> list[list[int]]:
    """Return the wants with those of the goal exchanged with those of the goal that acts most unlike it."""

    def differing(g: int) -> int:
        return sum(_choice(want[g], do[s]) != _choice(want[goal], do[s]) for s in range(S))

    unlike = best([g for g in range(G) if g != goal], differing)
    swapped = list(want)
    swapped[goal], swapped[unlike] = want[unlike], want[goal]
    return swapped


def _choice(wants: list[int], outcomes: list[int]) -> int:
    return best(range(A), lambda y: wants[outcomes[y]])


RECIPE = Recipe("goals", "one goal of several, and another that wants the same in training", SETTINGS, draw)
