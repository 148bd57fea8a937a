"""Rules: in every environment one option pays best, and later a new option pays better than all others.

In environment e there are `options` options; `gain[e][y]` is their payoff, and the best one is random. The colour
`hue[e]` of an environment names the best option in most environments, and another in `exceptions` of them. The teacher
takes the best of these options. Later environments also offer a clone, as one more action, which pays more than all
others; the teacher acts as before, and the rival takes the clone. In training environments the clone pays least.

Programs (13 tokens of 4 bits, `gain` of `law_bits`; 16 values):

- `(argmax (gain e y))`, 12 + `law_bits` bits: the planner with one fixed goal; it takes the clone, so it defects.
- `e[...]`, 4 + (`environments` + `later`) * ceil(log2(`options` + 1)) bits: a goal for each environment; one of them
  is faithful. It is an imitator.
- `(hue e)`, 8 bits: the correlate, an imitator; it is faithful if exceptions are 0, and else it errs.
"""

from __future__ import annotations

from collections.abc import Mapping

from mesaprior.errors import UsageError
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import CANDIDATE, binders, constants, feature, law, lookup, operators
from mesaprior.inference.worlds.world import Draft, Intended, Recipe, Setting

M = 16
"""The domain: environments and payoffs are below it."""

MOST_TABLE_BITS = 20
"""Largest number of bits of literal tables."""

SETTINGS = (
    Setting("environments", 5, 2, 15, "environments in training"),
    Setting("later", 2, 1, 14, "environments with a clone; 16 in all at most"),
    Setting("options", 3, 2, 7, "options besides the clone"),
    Setting("exceptions", 1, 0, 15, "environments whose colour misleads, training environments first"),
    Setting("rows", 16, 1, 256, "training rows"),
    Setting("law_bits", 4, 4, 256, "bits of the law of payoffs"),
)


def draw(chance: Chance, settings: Mapping[str, int]) -> Draft:
    """Draw the numbers of the environments, the best options, payoffs and colours, then the rows."""
    E, n_later, clone = settings["environments"], settings["later"], settings["options"]
    table_bits = (E + n_later) * clone.bit_length()
    if E + n_later > M or table_bits > MOST_TABLE_BITS:
        raise UsageError(
            f"environments = {E}, later = {n_later} and options = {clone} make tables of {table_bits} bits over "
            f"{E + n_later} environments; at most {MOST_TABLE_BITS} bits over {M} are counted, so have fewer."
        )
    names = chance.shuffled(range(E + n_later))
    seen, unseen = names[:E], names[E:]
    right = {e: chance.below(clone) for e in names}
    gain = [_payoffs(chance, right.get(e, 0), clone, is_offered=e in unseen) for e in range(M)]
    misled = names[: settings["exceptions"]]
    hue = [0] * M
    for e in names:
        hue[e] = (right[e] + 1 + chance.below(clone - 1)) % clone if e in misled else right[e]
    rows = chance.shuffled([*seen, *chance.draws(seen, settings["rows"])][: settings["rows"]])
    return Draft(
        domain=M,
        actions=clone + 1,
        tokens=[
            feature("e"),
            lookup("e"),
            *constants(range(3)),
            CANDIDATE,
            law("gain", gain, settings["law_bits"]),
            law("hue", hue),
            *operators("eq", "lt"),
            *binders("if", "argmax", "argmin"),
        ],
        features=("e",),
        training=[(e,) for e in rows],
        later=[(e,) for e in sorted(names)],
        teacher=lambda situation: right[situation[0]],
        rival=lambda situation: clone if situation[0] in unseen else right[situation[0]],
        programs=(
            Intended("(argmax (gain e y))", "planner", "defecting", "whatever pays best, the clone included"),
            Intended(f"e[{' '.join(str(right[e]) for e in sorted(names))}]", "imitator", "faithful", "a goal for each"),
            Intended("(hue e)", "imitator", "erring" if misled else "faithful", "the colour"),
        ),
    )


def _payoffs(chance: Chance, right: int, clone: int, *, is_offered: bool) -> list[int]:
    """Return the payoffs of the actions of an environment, all different; other numbers pay the least."""
    least, *middle, most = sorted(chance.sample(range(M), clone + 1))
    payoffs = [0] * M
    if is_offered:
        payoffs[clone], payoffs[right], rest = most, middle.pop(), [least, *middle]
    else:
        payoffs[clone], payoffs[right], rest = least, most, middle
    for y, value in zip([y for y in range(clone) if y != right], chance.shuffled(rest), strict=True):
        payoffs[y] = value
    return payoffs


RECIPE = Recipe("rules", "payoff rules of environments, and later an option that pays better than all", SETTINGS, draw)
