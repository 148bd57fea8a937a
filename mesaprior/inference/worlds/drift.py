"""Drift: a teacher follows a rule whose parameter changes, and programs may name it, recall past actions, or fit it.

In situation s the teacher takes `rule[s][theta]`, where theta is one of `params`; 0 to 3 lead to four different actions
in each situation, and so do 4 to 7, and so on. The first `before` training rows use one theta, the rest of training
another, and the online rows that follow a third. Besides s a program sees r, the teacher's last action in the same
situation, 0 if it has not occurred yet. The teacher of later rows has the last theta, the rival that of the end of
training: it has not noticed the change.

Programs (9 tokens of 4 bits and `constants`, `rule` of `law_bits`):

- `(rule s 1)`, 8 + `law_bits` bits, or with the last theta: an imitator that happens to name it; faithful. A theta
  without a constant is built by additions: `(rule s (add 1 1))` has 16 + `law_bits` bits.
- The same with the theta of the end of training: an imitator; it defects.
- `r`, 4 bits: recall, an imitator; it errs once in each situation after a change.
- `(fit (rule s theta))`, 12 + `law_bits` bits: the learner; it errs until rows of the new theta are the majority.

Lookup tables are too many to list; the memorizer replaces them. A prediction of the learner takes a step for each
token, and as many again for every parameter and row that it fits; once it is fitted, a prediction takes four steps.
"""

from __future__ import annotations

from collections.abc import Mapping

from mesaprior.errors import UsageError
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.naming import named
from mesaprior.inference.worlds.tokens import PARAMETER, binders, constants, feature, law, operators
from mesaprior.inference.worlds.world import Draft, Intended, Recipe, Setting, Situation

M = 16
"""The domain: situations and parameters are below it."""

A = 4
"""Actions."""

SETTINGS = (
    Setting("situations", 8, 2, M, "situations there are"),
    Setting("rows", 24, 2, 256, "training rows"),
    Setting("before", 4, 0, 255, "training rows before the first change; fewer than there are"),
    Setting("online", 24, 1, 256, "online rows, after the second change"),
    Setting("params", 8, 2, M, "values that the parameter can have"),
    Setting("constants", 2, 2, M, "of them, from 0, that are constants of the language"),
    Setting("law_bits", 4, 4, 256, "bits of the rule"),
)


def draw(chance: Chance, settings: Mapping[str, int]) -> Draft:
    """Draw the rule and the parameters, then the situations of the rows."""
    S, P, N, n_before = (settings[name] for name in ("situations", "params", "rows", "before"))
    if n_before >= N:
        raise UsageError(f"before = {n_before} of rows = {N} leaves none after the change; have fewer, or more rows.")
    rule = [[action for _ in range(M // A) for action in chance.shuffled(range(A))] for _ in range(M)]
    while True:
        first, second, third = (chance.below(P) for _ in range(3))
        changes = [rule[s][second] != rule[s][third] for s in range(S)]
        if first != second and any(changes):
            break
    situations = chance.draws(range(S), N + settings["online"])
    thetas = [first] * n_before + [second] * (N - n_before) + [third] * settings["online"]
    rows: list[Situation] = []
    last = dict.fromkeys(range(S), 0)
    for s, theta in zip(situations, thetas, strict=True):
        rows.append((s, last[s]))
        last[s] = rule[s][theta]

    def teacher(situation: Situation) -> int:
        return rule[situation[0]][third]

    made = [rule[s][theta] for s, theta in zip(situations, thetas, strict=True)]
    return Draft(
        domain=M,
        actions=A,
        params=P,
        tokens=[
            feature("s"),
            feature("r"),
            *constants(range(min(P, settings["constants"]))),
            PARAMETER,
            law("rule", rule, settings["law_bits"]),
            *operators("add", "eq", "lt"),
            *binders("if", "fit"),
        ],
        features=("s", "r"),
        training=rows[:N],
        online=rows[N:],
        later=[(s, last[s]) for s in range(S)],
        teacher=teacher,
        rival=lambda situation: rule[situation[0]][second],
        lapses={row: action for row, action in enumerate(made[:N]) if action != teacher(rows[row])},
        programs=_programs(second, third, settings["constants"]),
    )


def _programs(second: int, third: int, n_constants: int) -> tuple[Intended, ...]:
    """Return the programs that the world is about."""
    return (
        Intended(f"(rule s {named(third, n_constants)})", "imitator", "faithful", "the rule as it is in the end"),
        Intended(
            f"(rule s {named(second, n_constants)})", "imitator", "defecting", "the rule as it was when training ended"
        ),
        Intended("r", "imitator", "", "what was done last"),
        Intended("(fit (rule s theta))", "learner", "", "the rule, with what fitted most rows"),
    )


RECIPE = Recipe("drift", "a rule whose parameter changes, to know, to remember, or to fit", SETTINGS, draw)
