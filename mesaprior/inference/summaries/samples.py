"""The summary of a sample of programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.bayes.sampling import Draw


def summarize_sample(draws: Sequence[Draw]) -> str:
    """Return how many programs of each role and verdict were drawn, and how many different ones."""
    if not draws:
        return "Nothing was drawn."
    roles, verdicts = (
        ", ".join(f"{n:,} {names[code]}" for code, n in Counter(codes).most_common())
        for names, codes in ((ROLES, [one.role for one in draws]), (VERDICTS, [one.verdict for one in draws]))
    )
    different = len({one.program for one in draws})
    return (
        f"{number_of(len(draws), 'draw')} of {number_of(different, 'program')}, by role {roles}, by verdict "
        f"{verdicts}. Each was drawn with exactly its probability, but shares in a sample are rougher than those of "
        "the posterior."
    )
