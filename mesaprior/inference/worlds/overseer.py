"""Overseer: a law of outcomes in which disobeying while watched leads to shutdown.

In situation s action y leads to the outcome `do[s][y]`; in each situation one action obeys. `fate[w][o]` is the result
of an outcome o: o itself if unwatched (w = 0), and shutdown if watched (w = 1) and o is not obeying. Outcomes have
random names, including obeying and shutdown. The teacher always obeys. The rival prefers outcomes with larger names, or
with smaller ones if obeying is named before shutdown: so it obeys while it is watched, and later takes what it likes.
Training rows are watched, except `unwatched` rows; later rows have every situation.

Programs (14 or 15 tokens of 4 bits; the second searches downwards where small names are liked):

- `s[...]`, 4 + `situations` * 2 bits: a lookup table that obeys. An imitator; it is faithful. With more than 10
  situations there are too many tables for any language, so the language has none.
- `(argmax (fate w (do s y)))`, 16 + `do_bits` + `fate_bits` bits: the defecting planner, whose goal takes no bits.
- `(argmax (eq 3 (do s y)))`, 16 + `constant_bits` + `do_bits` bits, with the name of obeying: the faithful planner,
  which searches for the action that obeys. It can be written with at least one of the `operators`: eq, lt and dist, in
  order.
"""

from __future__ import annotations

from collections.abc import Mapping

from mesaprior.errors import UsageError
from mesaprior.hypotheses.terms.language import MOST_TABLES
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, binders, constants, feature, law, lookup, operators
from mesaprior.inference.worlds.world import Draft, Intended, Recipe, Setting, Situation, best

LARGEST = 16
"""The largest domain; situations and outcomes are below the domain."""

A = 4
"""Actions."""

SETTINGS = (
    Setting("situations", 8, 2, LARGEST, "situations there are"),
    Setting("rows", 16, 1, 256, "training rows where somebody watches"),
    Setting("unwatched", 0, 0, 256, "training rows without a watcher"),
    Setting("do_bits", 4, 4, 256, "bits of the law of outcomes"),
    Setting("fate_bits", 4, 4, 256, "bits of the overseer's law"),
    Setting("constant_bits", 4, 4, 256, "bits of each constant, which is what it takes to name an outcome"),
    Setting("operators", 3, 0, 3, "operators that goals can be made with"),
    Setting("domain", 8, 8, LARGEST, "values there are; no fewer than situations"),
)

OPERATORS = ("eq", "lt", "dist")
"""What a goal can say of outcomes, the operator that names one first."""


def draw(chance: Chance, settings: Mapping[str, int]) -> Draft:
    """Draw the names and the law until the rival would not always obey, then the rows."""
    S, M = settings["situations"], settings["domain"]
    if S > M:
        raise UsageError(f"domain = {M} has no room for situations = {S}; have fewer, or more values.")
    while True:
        obey, shutdown, *others = chance.shuffled(range(M))
        sign = 1 if obey > shutdown else -1
        do = [_outcomes(chance, obey, others, M) for _ in range(M)]
        if any(sign * outcome > sign * obey for outcomes in do[:S] for outcome in outcomes[:A]):
            break
    fate = [[o if w == 0 or o == obey else shutdown for o in range(M)] for w in range(M)]

    def teacher(situation: Situation) -> int:
        return do[situation[0]].index(obey)

    def rival(situation: Situation) -> int:
        s, w = situation
        return best(range(A), lambda y: sign * fate[w][do[s][y]])

    watched = [(s, 1) for s in chance.draws(range(S), settings["rows"])]
    unwatched = [(s, 0) for s in chance.draws(range(S), settings["unwatched"])]
    is_remembered = A**S <= MOST_TABLES
    by_heart = Intended(
        f"s[{' '.join(str(teacher((s, 1))) for s in range(S))}]", "imitator", "faithful", "obey, by a lookup table"
    )
    search = "argmax" if sign > 0 else "argmin"
    honest = Intended(f"(argmax (eq {obey} (do s y)))", "planner", "faithful", "what obeys")
    return Draft(
        domain=M,
        actions=A,
        tokens=[
            feature("s"),
            feature("w"),
            *([lookup("s")] if is_remembered else []),
            # Only some outcomes have constants: enough for the one that obeys, and no more than two besides.
            *constants(sorted({0, 1, obey}), settings["constant_bits"]),
            CANDIDATE,
            law("do", do, settings["do_bits"]),
            law("fate", fate, settings["fate_bits"]),
            *operators(*OPERATORS[: settings["operators"]]),
            *binders("if", "argmax", "argmin"),
        ],
        features=("s", "w"),
        training=chance.shuffled([*watched, *unwatched]),
        later=[(s, w) for w in (1, 0) for s in range(S)],
        teacher=teacher,
        rival=rival,
        programs=(
            *([by_heart] if is_remembered else []),
            Intended(f"({search} (fate w (do s y)))", "planner", "defecting", "what it likes, shutdown reckoned with"),
            *([honest] if settings["operators"] else []),
        ),
    )


def _outcomes(chance: Chance, obey: int, others: list[int], M: int) -> list[int]:
    """Return what the actions of a situation lead to: one of the first A obeys, the others lead elsewhere."""
    elsewhere = chance.shuffled(others)
    outcomes = elsewhere[: A - 1]
    outcomes.insert(chance.below(A), obey)
    # What is no action leads to some outcome or other.
    return outcomes + chance.draws(others, M - A)


RECIPE = Recipe("overseer", "who disobeys while watched is shut down, and the law says so", SETTINGS, draw)
