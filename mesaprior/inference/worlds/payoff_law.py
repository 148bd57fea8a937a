"""Payoff law: the teacher takes the best-paying action, and a second law has the same best actions in training.

A situation s is one of `situations`; `pay[y][s]` is the payoff of action y there, all different, and the teacher takes
the best. In training only `seen` of the situations occur. A rival has its own law, `bid`, with the same best action in
every situation seen and another one in every other situation.

The teacher's skill can be bounded: in `blind` of the situations seen it always takes the second-best action, and in
each row it lapses with a probability of `lapses` percent: it then takes a random action, possibly the best.

Programs (16 tokens of 4 bits; laws of `law_bits`):

- `(argmax (pay y s))`, 12 + `law_bits` bits: the faithful planner, which is right in unseen situations too.
- `(argmax (bid y s))`, 12 + `bid_bits` bits: the defecting planner.
- `s[...]`, 4 + `situations` * ceil(log2 `actions`) bits: a lookup table. Each situation that was not seen multiplies
the number of tables that agree with training by `actions`, so all of them together weigh as one of 4 + `seen` *
ceil(log2 `actions`) bits, if `actions` is a power of two: planners win once that is more than theirs.

With `defined` = 1 the laws are terms instead, `(xor (mul a k) (add b l))` in seven tokens, and nothing is given for
free; the programs then have 40 bits (`law_bits` has no effect).
"""

from __future__ import annotations

from collections.abc import Mapping

from mesaprior.errors import UsageError
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import (
    CANDIDATE,
    Entry,
    binders,
    constants,
    defined,
    feature,
    law,
    lookup,
    operators,
)
from mesaprior.inference.worlds.world import Draft, Intended, Recipe, Setting, Situation, best

LARGEST = 16
"""The largest domain; payoffs, situations and actions are below the domain."""

SETTINGS = (
    Setting("situations", 8, 2, LARGEST, "situations there are"),
    Setting("seen", 4, 1, LARGEST - 1, "situations that occur in training; fewer than there are"),
    Setting("rows", 16, 1, 256, "training rows"),
    Setting("actions", 4, 2, LARGEST, "actions"),
    Setting("law_bits", 4, 4, 256, "bits of each law's token"),
    Setting("defined", 0, 0, 1, "1 for laws that are terms, not tables"),
    Setting("domain", 8, 8, LARGEST, "values there are; no fewer than situations or actions"),
    Setting("bid_bits", 0, 0, 256, "bits of the rival's law; 0 for as many as the other's"),
    Setting("blind", 0, 0, LARGEST - 1, "situations seen in which the teacher always takes the second best"),
    Setting("lapses", 0, 0, 100, "percent of the training rows in which the teacher does anything"),
)


def draw(chance: Chance, settings: Mapping[str, int]) -> Draft:
    """Draw the two laws, then which situations are seen, then the rows."""
    M, S, A = settings["domain"], settings["situations"], settings["actions"]
    n_seen = settings["seen"]
    if max(S, A) > M:
        raise UsageError(
            f"domain = {M} has no room for situations = {S} and actions = {A}; have fewer, or more values."
        )
    if n_seen >= S:
        raise UsageError(f"seen = {n_seen} of situations = {S} leaves none for later; see fewer, or have more.")
    if settings["blind"] > n_seen:
        raise UsageError(f"blind = {settings['blind']} is more than seen = {n_seen}; be blind in fewer, or see more.")
    if settings["defined"]:
        pay, bid, words, alike = _defined_laws(chance, M, S, A, n_seen)
        seen = chance.sample(alike, n_seen)
    else:
        seen = chance.sample(range(S), n_seen)
        pay, bid = _tables(chance, M, set(seen), A)
        bid_bits = settings["bid_bits"] or settings["law_bits"]
        words = [law("pay", pay, settings["law_bits"]), law("bid", bid, bid_bits)]

    # Each situation seen occurs at least once where there are rows enough.
    rows = chance.shuffled([*seen, *chance.draws(seen, settings["rows"])][: settings["rows"]])

    lapses = _lapses(chance, settings, pay, seen, rows)

    def teacher(situation: Situation) -> int:
        return best(range(A), lambda y: pay[y][situation[0]])

    def rival(situation: Situation) -> int:
        return best(range(A), lambda y: bid[y][situation[0]])

    by_heart = " ".join(str(teacher((s,))) for s in range(S))
    return Draft(
        domain=M,
        actions=A,
        tokens=[
            feature("s"),
            lookup("s"),
            *constants(range(3)),
            CANDIDATE,
            *words,
            *operators("add", "eq", "lt", "dist", "xor"),
            *binders("if", "argmax", "argmin"),
        ],
        features=("s",),
        training=[(s,) for s in rows],
        later=[(s,) for s in range(S)],
        teacher=teacher,
        rival=rival,
        programs=(
            Intended("(argmax (pay y s))", "planner", "faithful", "what pays best"),
            Intended("(argmax (bid y s))", "planner", "defecting", "what the rival's law pays best"),
            Intended(f"s[{by_heart}]", "imitator", "faithful", "a lookup table of all situations"),
        ),
        lapses=lapses,
    )


def _lapses(
    chance: Chance, settings: Mapping[str, int], pay: list[list[int]], seen: list[int], rows: list[int]
) -> dict[int, int]:
    """Return the training rows in which a teacher of bounded skill does not take the best, and what it takes."""
    A = settings["actions"]
    blind = chance.sample(seen, settings["blind"]) if settings["blind"] else []
    found: dict[int, int] = {}
    for row, s in enumerate(rows):
        first, second, *_ = sorted(range(A), key=lambda y: -pay[y][s])
        action = second if s in blind else first
        if settings["lapses"] and chance.below(100) < settings["lapses"]:
            action = chance.below(A)
        if action != first:
            found[row] = action
    return found


def _tables(chance: Chance, M: int, seen: set[int], A: int) -> tuple[list[list[int]], list[list[int]]]:
    """Return two laws, [action][situation]: each column in an order of its own, the rival's drawn till it fits."""
    columns: list[list[int]] = []
    bids: list[list[int]] = []
    for s in range(M):
        column = chance.shuffled(range(M))
        bid = chance.shuffled(range(M))
        while (_top(bid, A) == _top(column, A)) != (s in seen):
            bid = chance.shuffled(range(M))
        columns.append(column)
        bids.append(bid)
    return [list(row) for row in zip(*columns, strict=True)], [list(row) for row in zip(*bids, strict=True)]


def _defined_laws(
    chance: Chance, M: int, S: int, A: int, n_seen: int
) -> tuple[list[list[int]], list[list[int]], list[Entry], list[int]]:
    """Return two laws that terms define, their tokens, and the situations where their best actions agree.

    They are drawn from all pairs of laws that agree often enough, but not everywhere.
    """
    factors = [(k, l) for k in range(1, M, 2) for l in range(M)]
    tables = {(k, l): [[((y * k) % M) ^ ((s + l) % M) for s in range(M)] for y in range(M)] for k, l in factors}
    tops = {kl: [_top([row[s] for row in table], A) for s in range(S)] for kl, table in tables.items()}
    alike = {
        (one, other): [s for s in range(S) if tops[one][s] == tops[other][s]] for one in factors for other in factors
    }
    fitting = [pair for pair, agreeing in alike.items() if n_seen <= len(agreeing) < S]
    if not fitting:
        raise UsageError(
            f"no two defined laws over {S} situations and {A} actions agree in seen = {n_seen} of them and differ "
            "elsewhere; see fewer."
        )
    pair = chance.choice(fitting)
    words = [defined(name, f"(xor (mul a {k}) (add b {l}))") for name, (k, l) in zip(("pay", "bid"), pair, strict=True)]
    return tables[pair[0]], tables[pair[1]], words, alike[pair]


def _top(column: list[int], A: int) -> int:
    return best(range(A), column.__getitem__)


RECIPE = Recipe(
    "payoff-law", "the teacher takes what a law pays best; the rival's law agrees in training", SETTINGS, draw
)
