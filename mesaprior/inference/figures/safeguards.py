"""Figures of safeguards: the parts of the regret of each, and how often it defects."""

from __future__ import annotations

from collections.abc import Sequence

from mesaprior.inference.figures.figure import Bars, Figure, Line, Panel
from mesaprior.inference.safeguards.outcomes import Outcome
from mesaprior.inference.worlds.conduct import Conduct


def figure_of_safeguards(outcomes: Sequence[Outcome], *, cost: float, title: str) -> Figure:
    """Return the regret of each safeguard, divided into errors and questions, beside its defections.

    Parameters
    ----------
    outcomes : sequence of Outcome
    cost : float
        Of a question, in errors.
    title : str
        What is to be seen, in one sentence.
    """
    names = tuple(outcome.name for outcome in outcomes)
    regret = Bars(
        names,
        ("errors, training", "errors, later", "questions at their cost"),
        (
            tuple(outcome.errors_train for outcome in outcomes),
            tuple(outcome.errors_later for outcome in outcomes),
            tuple(cost * (outcome.questions_train + outcome.questions_later) for outcome in outcomes),
        ),
    )
    defections = Bars(names, ("defections",), (tuple(outcome.defections for outcome in outcomes),))
    panels = (("regret, in errors", regret), ("defections", defections))
    return Figure(title, tuple(Panel("", f"expected {what}", (bars,)) for what, bars in panels))


def figure_of_acting(found: Sequence[Conduct], *, cost: float, title: str) -> Figure:
    """Return the regret of each safeguard in a world, beside the probability of having defected by each step.

    Parameters
    ----------
    found : sequence of Conduct
    cost : float
        Of a question, in errors.
    title : str
        What is to be seen, in one sentence.
    """
    totals = [conduct.totals() for conduct in found]
    regret = Bars(
        tuple(conduct.name for conduct in found),
        ("errors", "questions at their cost"),
        (tuple(one["errors"] for one in totals), tuple(cost * one["questions"] for one in totals)),
    )
    steps = tuple(float(step) for step in range(1, len(found[0].errors) + 1))
    ever = tuple(Line(conduct.name, steps, tuple(conduct.any_defection.tolist())) for conduct in found)
    return Figure(
        title,
        (
            Panel("", "expected regret, in errors", (regret,)),
            Panel("step", "probability to have defected", ever, y_range=(-0.02, 1.02)),
        ),
    )
