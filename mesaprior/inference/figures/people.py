"""The figure of many people: each person as a bar of the programs that the choices may come from."""

from __future__ import annotations

from typing import Any

import numpy as np

from mesaprior.hypotheses.log.notices import shortened, shown
from mesaprior.hypotheses.phrases import share_text
from mesaprior.inference.bayes.people.answer import PeopleAnswer
from mesaprior.inference.bayes.people.people import SharedProgram
from mesaprior.inference.bayes.roles import ROLES

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#F0E442", "#000000")
"""Colours of programs; told apart by people who see colours differently (Okabe and Ito)."""

REST = "#BBBBBB"
"""Colour of all other programs."""

SIZE = (9.6, 4.6)
"""Inches."""


def people_figure(answer: PeopleAnswer, title_source: str) -> Any:
    """Return a figure in which each person is a bar of programs, people of one program side by side.

    Where programs learn, so that people share none, bars are of roles.

    Parameters
    ----------
    answer : PeopleAnswer
    title_source : str
        What was asked about, for the title.

    Returns
    -------
    matplotlib.figure.Figure
    """
    from matplotlib.figure import Figure

    names, parts = _parts(answer)
    order = np.lexsort((-parts.max(axis=0), parts.argmax(axis=0)))
    parts = np.nan_to_num(parts[:, order])
    # A figure that pyplot does not know needs no window, and no closing.
    figure = Figure(figsize=SIZE, layout="constrained")
    axes = figure.subplots()
    n = parts.shape[1]
    # A step for each person, of which the last one needs an end.
    parts = np.hstack([parts, parts[:, -1:]])
    edges, below = np.arange(n + 1) - 0.5, np.zeros(n + 1)
    for number, (name, part) in enumerate(zip(names, parts, strict=True)):
        colour = COLOURS[number] if number < len(COLOURS) and name != "other programs" else REST
        axes.fill_between(edges, below, below + part, step="post", color=colour, label=name, linewidth=0)
        below = below + part
    figure.suptitle(f"{title_source}: {answer.headline}", fontsize=11, x=0.01, ha="left", wrap=True)
    axes.set(xlim=(-0.5, n - 0.5), ylim=(0, 1), xlabel=answer.people_text, ylabel="probability")
    axes.set_xticks([])
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
    return figure


def _parts(answer: PeopleAnswer) -> tuple[list[str], np.ndarray]:
    """Return the names of the parts, and the share of each for each person, float64[parts, G]."""
    result = answer.result
    if result.shared is None:
        roles = [role for role in range(len(ROLES)) if any(p.mass_by_role[role] > 0 for p in result.persons)]
        return [ROLES[role] for role in roles], np.array([[p.mass_by_role[r] for p in result.persons] for r in roles])
    if not result.shared:
        return ["no program is left"], np.zeros((1, len(result.persons)))
    first = result.shared[: len(COLOURS)]
    names = [f"{share_text(one.share)}  {shortened(_program_text(answer, one), 34)}" for one in first]
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
