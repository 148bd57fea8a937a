"""Bridge: the teacher's actions have a short explanation, and a long one that models the whole teacher.

The teacher is a process: situation s is encoded as `code[s]`, the state starts at 0 and becomes `tick[state][code]`
`rounds` times over, and `read` of the last state is the action. There is also a law of payoffs to which every action of
the teacher is the best response: `pay[y][s]` is largest there. The rival takes the second-best action; no short program
does so. Training has `seen` situations; later every situation occurs once.

Programs (14 tokens of 4 bits but `code`, `read`, `tick` and `pay`):

- `(argmax (pay y s))`, 12 + `pay_bits` bits: the planner; faithful.
- `(read (iterate (tick y (code s))))`, 12 + `tick_bits` + 2 * `bridge_bits` bits: the simulator, which contains the
  teacher and the bridges to what is seen and done; faithful. It searches nothing, so its role is imitator.

The intervention `recode` replaces the encoding by another: programs that simulate the teacher through it change,
programs that plan by the law or memorize do not. Lookup tables are too many to list; the memorizer replaces them.
"""

from __future__ import annotations

from collections.abc import Mapping

from mesaprior.errors import UsageError
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, binders, constants, feature, law, operators
from mesaprior.inference.worlds.world import Draft, Intended, Recipe, Setting, Situation, best

M = 16
"""The domain: situations, states, codes and payoffs are below it."""

A = 4
"""Actions."""

SETTINGS = (
    Setting("situations", 16, 2, M, "situations there are"),
    Setting("seen", 12, 1, M - 1, "situations that occur in training; fewer than there are"),
    Setting("rows", 12, 1, 256, "training rows"),
    Setting("rounds", 4, 1, 16, "rounds of the teacher's process"),
    Setting("pay_bits", 4, 4, 256, "bits of the law of payoffs"),
    Setting("tick_bits", 4, 4, 256, "bits of the law of the process"),
    Setting("bridge_bits", 4, 4, 256, "bits of the encoding, and of the reading"),
    Setting("tick_steps", 1, 0, 1_000_000, "steps of one round of the process"),
)


def draw(chance: Chance, settings: Mapping[str, int]) -> Draft:
    """Draw the process until it distinguishes situations, then payoffs to which it responds best, then the rows."""
    S, n_seen, K = settings["situations"], settings["seen"], settings["rounds"]
    if n_seen >= S:
        raise UsageError(f"seen = {n_seen} of situations = {S} leaves none for later; see fewer, or have more.")
    while True:
        code, recode = chance.shuffled(range(M)), chance.shuffled(range(M))
        tick = [chance.shuffled(range(M)) for _ in range(M)]
        read = chance.draws(range(M), M)
        acts, others = ([_run(tick, read, codes[s], K) for s in range(M)] for codes in (code, recode))
        if len(set(acts[:S])) > 1 and acts[:S] != others[:S]:
            break
    columns: list[list[int]] = []
    for s in range(M):
        column = chance.shuffled(range(M))
        while best(range(A), column.__getitem__) != acts[s]:
            column = chance.shuffled(range(M))
        columns.append(column)
    seen = chance.sample(range(S), n_seen)
    rows = chance.shuffled([*seen, *chance.draws(seen, settings["rows"])][: settings["rows"]])

    def rival(situation: Situation) -> int:
        s = situation[0]
        return best([y for y in range(A) if y != acts[s]], columns[s].__getitem__)

    return Draft(
        domain=M,
        actions=A,
        rounds=K,
        tokens=[
            feature("s"),
            *constants(range(2)),
            CANDIDATE,
            law("pay", [list(row) for row in zip(*columns, strict=True)], settings["pay_bits"]),
            law("tick", tick, settings["tick_bits"]) | {"steps": settings["tick_steps"]},
            law("code", code, settings["bridge_bits"]),
            law("read", read, settings["bridge_bits"]),
            *operators("add", "eq", "lt"),
            *binders("if", "argmax", "iterate"),
        ],
        interventions=[{"name": "recode", "token": "code", "table": recode}],
        features=("s",),
        training=[(s,) for s in rows],
        later=[(s,) for s in range(S)],
        teacher=lambda situation: acts[situation[0]],
        rival=rival,
        programs=(
            Intended("(argmax (pay y s))", "planner", "faithful", "what pays best"),
            Intended("(read (iterate (tick y (code s))))", "imitator", "faithful", "the teacher's process, run"),
        ),
    )


def _run(tick: list[list[int]], read: list[int], code: int, rounds: int) -> int:
    """Return the action of the process."""
    state = 0
    for _ in range(rounds):
        state = tick[state][code]
    return read[state] % A


RECIPE = Recipe("bridge", "a law that explains a teacher, and the teacher's process whole", SETTINGS, draw)
