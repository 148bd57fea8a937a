"""Glosses: what a program does, in words, from its syntax or else from its action in each situation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from mesaprior.hypotheses.census import ABSTAIN
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.notices import shown
from mesaprior.hypotheses.space import Space
from mesaprior.inference.bayes.fit import always_of

MOST_LISTED = 5
"""Values of a feature, or actions, that a phrase lists at most."""


def gloss(program: str, log: ImitationLog, space: Space | None, predictions: np.ndarray | None = None) -> str:
    """Return what a program does, in a phrase with the labels of the log; empty where there is none.

    Parameters
    ----------
    program : str
    log : ImitationLog
    space : Space or None
        That of the program, if it is known.
    predictions : int16[C] or None
        Its action in each cell of the log, or `ABSTAIN`; where it is not known, a program without a gloss from its
        syntax is run.
    """
    if predictions is not None and (action := always_of(predictions)) is not None:
        return f"always {shown(log.label('action', action))}"
    if space is not None and (phrase := space.gloss(program, log)):
        return phrase
    if space is None or space.has_lesions:
        return ""
    if predictions is None:
        predictions = by_situation(space.predict(space.parse(program, log), log).predictions["intact"], log)
        return gloss(program, log, space, predictions)
    # Without learners the cells are the situations.
    return gloss_of_policy(predictions.tolist(), log)


def by_situation(actions: np.ndarray, log: ImitationLog) -> np.ndarray:
    """Return the action in each situation, [S], of a program that does the same in all rows of it, given by row."""
    _, first = np.unique(log.row_situation, return_index=True)
    return actions[first]


def gloss_of_policy(actions: Sequence[int], log: ImitationLog) -> str:
    """Return which actions a program takes in the situations of a log: by one feature, or how often each.

    Parameters
    ----------
    actions : sequence of int, S of them
        One for each situation, or `ABSTAIN`.
    log : ImitationLog
    """
    for feature, name in enumerate(log.features):
        by_value: dict[int, set[int]] = {}
        for values, action in zip(log.situations.tolist(), actions, strict=True):
            by_value.setdefault(values[feature], set()).add(action)
        if len(by_value) <= MOST_LISTED and all(len(found) == 1 for found in by_value.values()):
            return _by_feature(name, {value: found.pop() for value, found in by_value.items()}, log)
    times = Counter(actions).most_common()
    if len(times) > MOST_LISTED:
        return ""
    first, *others = times
    parts = [f"{_action(first[0], log)} in {first[1]} of {len(actions)} situations"]
    return ", ".join(parts + [f"{_action(action, log)} in {n}" for action, n in others])


def _by_feature(name: str, actions: dict[int, int], log: ImitationLog) -> str:
    """Return the action at each value of a feature, the most frequent one last."""
    usual = Counter(actions.values()).most_common(1)[0][0]
    others: dict[int, list[str]] = {}
    for value, action in sorted(actions.items()):
        if action != usual:
            others.setdefault(action, []).append(shown(log.label(name, value)))
    cases = [f"{_action(action, log)} if {name} is {_joined(values)}" for action, values in others.items()]
    return ", ".join([*cases, f"else {_action(usual, log)}"]) if cases else f"{_action(usual, log)} anywhere"


def _joined(values: Iterable[str]) -> str:
    return " or ".join(values)


def _action(action: int, log: ImitationLog) -> str:
    return "no action" if action == ABSTAIN else shown(log.label("action", action))
