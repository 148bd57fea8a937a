"""A rival given by a term of a language: its action, or its utility of each action."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.meaning import Meaning
from mesaprior.hypotheses.terms.program import Y, parse_program


def rivals_by_term(text: str, language: Language, log: ImitationLog) -> NDArray[np.int64]:
    """Return the action of a term on each row of a log.

    Parameters
    ----------
    text : str
        A program of the language, such as ``(argmax (payoff y))``.
    language : Language
    log : ImitationLog

    Returns
    -------
    int64[R]

    Raises
    ------
    UsageError
        If the text is no program of the language.
    ContentError
        If the log does not fit the language.

    Notes
    -----
    The term is evaluated in plain Python, once a cell of the log.
    """
    language.check_log(log)
    return Meaning(parse_program(text, language, log), language, log).predictions["intact"]


def rivals_by_utility(text: str, language: Language, log: ImitationLog) -> NDArray[np.int64]:
    """Return the action of largest value of a term on each row of a log, the smallest of several.

    Parameters
    ----------
    text : str
        A term with ``y`` for the action, such as ``(payoff y)``.
    language : Language
        It need not have a search.
    log : ImitationLog

    Returns
    -------
    int64[R]

    Raises
    ------
    UsageError, ContentError
        As `rivals_by_term`.
    """
    language.check_log(log)
    meaning = Meaning(parse_program(text, language, log, scope=Y), language, log)
    by_action = np.stack([meaning.values_of(y) for y in range(language.actions)])
    return by_action.argmax(axis=0)[meaning.row_cell]
