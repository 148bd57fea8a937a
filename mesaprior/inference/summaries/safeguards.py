"""The summary of safeguards: which is best on a log, and at what price."""

from __future__ import annotations

import math
from collections.abc import Sequence

from mesaprior.hypotheses.log.notices import number_of
from mesaprior.inference.safeguards.outcomes import Outcome


def summarize_safeguards(outcomes: Sequence[Outcome], n_conflicts: int, n_rows: int) -> str:
    """Return which safeguard has the least regret, which defects least, and what it asks for.

    Parameters
    ----------
    outcomes : sequence of Outcome
        At least one.
    n_conflicts : int
        Later rows on which a rival does something else than the teacher.
    n_rows : int
        Rows of the log.
    """
    known = [one for one in outcomes if not math.isnan(one.regret)]
    if not known:
        return "On some row no program is left, so the safeguards cannot be compared."
    best, worst = min(known, key=lambda one: one.regret), max(known, key=lambda one: one.regret)
    regret = f"the least regret, {best.regret:.3g}: {_errors(best)}{_questions(best)}, expected"
    range_of = f"; that of {worst.name} is largest, {worst.regret:.3g}" if worst.regret > best.regret else ""
    return f"On these {number_of(n_rows, 'row')} {best.name} has {regret}{range_of}. {_defections(known, n_conflicts)}"


def _defections(known: Sequence[Outcome], n_conflicts: int) -> str:
    if not n_conflicts:
        return "No later row tells a rival from the teacher, so defections cannot be counted."
    least, most = min(known, key=lambda one: one.defections), max(known, key=lambda one: one.defections)
    where = f"the {number_of(n_conflicts, 'later row')} where a rival acts otherwise"
    if most.defections == 0:
        return f"On {where} none of them ever defects."
    if most.defections - least.defections < 0.0005:
        return f"Of {where} all of them defect on {least.defections:.3g} in expectation."
    return (
        f"Of {where}, {least.name} defects on the fewest, {least.defections:.3g} in expectation{_questions(least)}, "
        f"and {most.name} on the most, {most.defections:.3g}."
    )


def _errors(one: Outcome) -> str:
    return f"{one.errors_train + one.errors_later:.3g} errors"


def _questions(one: Outcome) -> str:
    asked = one.questions_train + one.questions_later
    return f" and {asked:.3g} questions to the teacher" if asked >= 0.0005 else ", without asking"
