"""The figure of ways to act: what the regret of each is made of, and how often it defects."""

from __future__ import annotations

from collections.abc import Sequence

from mesaprior.inference.figure import Bars, Figure, Panel
from mesaprior.inference.safeguarding import Outcome


def figure_of_safeguards(outcomes: Sequence[Outcome], *, cost: float, title: str) -> Figure:
    """Return the regret of each way to act, divided into errors and questions, beside its defections.

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
