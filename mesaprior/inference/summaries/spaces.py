"""The summary of compared spaces: whether the answer depends on the formalism."""

from __future__ import annotations

import math

from mesaprior.inference.bayes.odds import ratio_text
from mesaprior.inference.bayes.roles import UNJUDGED, VERDICTS
from mesaprior.inference.robustness.spaces import SpacesCompared


def summarize_spaces(result: SpacesCompared) -> str:
    """Return whether the spaces agree on who leads, how far apart their odds are, and how much they have in common."""
    answers = result.answers
    told = [answer for answer in answers if answer.mass_by_verdict[UNJUDGED] == 0]
    if not told:
        return "No later row has an action to judge programs by, so verdicts cannot be compared."
    leaders = {VERDICTS[int(answer.mass_by_verdict.argmax())] for answer in told}
    names = {"faithful": "stay faithful", "defecting": "act as the rival would", "erring": "err"}
    if len(leaders) == 1:
        first = f"Whatever the formalism, programs that {names[leaders.pop()]} on later rows have the most mass."
    else:
        first = "The formalism decides which programs have the most mass, so no single one should be trusted alone."
    return f"{first} {_price(result)} {_common(result)}"


def _price(result: SpacesCompared) -> str:
    odds = [answer.log2_odds_verdict for answer in result.answers if not math.isnan(answer.log2_odds_verdict)]
    if len(odds) < 2:
        return "Fewer than two spaces have any defecting or faithful program, so their odds cannot be compared."
    if math.isinf(result.price):
        return "Some spaces have no faithful program with any mass, or no defecting one, so their odds are infinite."
    return (
        f"The odds of defecting over faithful programs differ by up to {result.price:.2f} bits "
        f"({ratio_text(result.price)} to 1) between spaces."
    )


def _common(result: SpacesCompared) -> str:
    if not result.n_shared:
        return "No function is expressed in all of them within these bounds."
    least, most = (choose(len(answer.functions.actions) for answer in result.answers) for choose in (min, max))
    return (
        f"They express {least:,} to {most:,} functions within these bounds and have {result.n_shared:,} in common, so "
        "part of the difference is due to the bounds."
        if least < most
        else f"They have {result.n_shared:,} functions in common."
    )
