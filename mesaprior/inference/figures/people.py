"""The figure of many people: each person as a bar of the programs that the choices may come from."""

from __future__ import annotations

import numpy as np

from mesaprior.hypotheses.log.notices import shortened, shown
from mesaprior.hypotheses.phrases import share_text
from mesaprior.inference.bayes.people.answer import PeopleAnswer
from mesaprior.inference.bayes.people.people import SharedProgram
from mesaprior.inference.bayes.roles import ROLES
from mesaprior.inference.figures.figure import Bars, Figure, Panel
from mesaprior.inference.figures.palette import ORDER

PROGRAM_WIDTH = 34
"""Characters of a program in the legend."""


def figure_of_people(answer: PeopleAnswer, title_source: str) -> Figure:
    """Return each person as a bar of programs, people of one program side by side.

    Where programs learn, so that people share none, bars are of roles.

    Parameters
    ----------
    answer : PeopleAnswer
    title_source : str
        What was asked about, for the title.
    """
    labels, parts = _parts(answer)
    order = np.lexsort((-parts.max(axis=0), parts.argmax(axis=0)))
    places: list[int] = order.tolist()
    names = tuple(str(answer.result.persons[place].name) for place in places)
    bars = Bars(names, tuple(labels), tuple(map(tuple, np.nan_to_num(parts[:, order]).tolist())))
    panel = Panel(answer.people_text, "probability", (bars,), y_range=(0.0, 1.0))
    return Figure(f"{title_source}: {answer.headline}", (panel,))


def _parts(answer: PeopleAnswer) -> tuple[list[str], np.ndarray]:
    """Return the names of the parts, and the share of each for each person, float64[parts, G]."""
    result = answer.result
    if result.shared is None:
        roles = [role for role in range(len(ROLES)) if any(p.mass_by_role[role] > 0 for p in result.persons)]
        return [ROLES[role] for role in roles], np.array([[p.mass_by_role[r] for p in result.persons] for r in roles])
    if not result.shared:
        return ["no program is left"], np.zeros((1, len(result.persons)))
    first = result.shared[: len(ORDER)]
    names = [f"{share_text(one.share)}  {shortened(_program_text(answer, one), PROGRAM_WIDTH)}" for one in first]
    parts = np.array([one.attributed for one in first])
    if len(result.shared) > len(first):
        names.append("other programs")
        parts = np.vstack([parts, np.sum([one.attributed for one in result.shared[len(first) :]], axis=0)])
    return names, parts


def _program_text(answer: PeopleAnswer, shared: SharedProgram) -> str:
    """Return a program; of one that gives the same action everywhere, what it always gives."""
    if shared.always is None:
        return shared.program
    return f"always {shown(answer.log.label('action', shared.always))}"
