"""What a rival does, said by a term of a language."""

from __future__ import annotations

import numpy as np

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.language import Language
from mesaprior.hypotheses.terms.meaning import Meaning
from mesaprior.hypotheses.terms.program import parse_program


def rivals_by_term(text: str, language: Language, log: ImitationLog) -> np.ndarray:
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
