"""From a table of choices to an analysis, in one call."""

from __future__ import annotations

import inspect
from difflib import get_close_matches
from numbers import Integral
from pathlib import Path
from typing import TYPE_CHECKING

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log import ImitationLog, Reading, log_from_frame, read_log
from mesaprior.hypotheses.terms.describe import comfortable_bits
from mesaprior.hypotheses.terms.language import Language, default_language, read_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.analysis import Analysis
from mesaprior.inference.bayes.checkpoints import Checkpoints, check_checkpoints
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, NoiseModel, noise_of
from mesaprior.inference.bayes.roles import check_tolerance
from mesaprior.inference.bayes.weights import Prior, prior_of
from mesaprior.priors.columns import check_columns

if TYPE_CHECKING:
    import pandas as pd

    from mesaprior.hypotheses.space import Space

NEEDED = ("bounds", "census", "columns", "has_lesions", "language", "name", "noun")
"""What a space has to have."""


def infer(
    log: ImitationLog | pd.DataFrame | str | Path,
    *,
    max_bits: int | None = None,
    language: Language | str | Path | None = None,
    space: Space | None = None,
    prior: Prior | str = "simplicity",
    noise: NoiseModel | str | float = DEFAULT_NOISE,
    tolerance: float = 0.0,
    reading: Reading | None = None,
    keep: bool = False,
    checkpoints: Checkpoints = None,
    **parameters: float,
) -> Analysis:
    """Count every program that could explain a log, and return the posterior over them.

    Parameters
    ----------
    log : ImitationLog or pandas.DataFrame or str or Path
        A log, a table of choices with one row per decision, or the path of one.
    max_bits : int, optional
        The longest program, in bits; by default as many as are counted in seconds.
    language : Language or str or Path, optional
        The language of the programs, or the path of one; by default one that is derived from the log.
    space : Space, optional
        The space to count, such as ``CircuitSpace(3)``, instead of the terms of a language up to `max_bits`.
    prior : Prior or str
        A string is the name of a prior of the catalogue, such as ``"speed"``, or a formula.
    noise : NoiseModel or str or float
        A number is the known share of misses; a text is as at the command line, such as ``"beta:1,9"``.
    tolerance : float
        Largest miss rate on later rows that is still faithful, 0..1.
    reading : Reading, optional
        Which columns of a table or a file are what.
    keep : bool
        Whether a census that takes long to count is kept in the store, where the next call finds it.
    checkpoints : int or "all" or None
        The number of training prefixes at which masses and odds are reported. By default all are, up to 1,000 training
        rows; beyond, 64, spaced logarithmically.
    **parameters : float
        Parameters of the prior, such as ``alpha=2``.

    Returns
    -------
    Analysis

    Raises
    ------
    UsageError
        If an argument is out of range, or two arguments conflict.
    ContentError
        If the table is no log, or does not fit the language.
    RunError
        If nothing is within the bound, or the count does not fit into memory.

    Notes
    -----
    If the store has a matching census, it is used. A census counted here is kept only with `keep`; see also
    `save_census`.

    Examples
    --------
    >>> import mesaprior as mp, pandas as pd
    >>> table = pd.DataFrame({"seen": [0, 1, 2, 1, 0], "action": [0, 1, 2, 1, 0]})
    >>> mp.infer(table, max_bits=10, prior="speed", alpha=2, noise=0.05).top(1).program[0]
    'seen'
    """
    check_tolerance(tolerance)
    check_checkpoints(checkpoints)
    prior, noise = _prior_of(prior, parameters), noise_of(noise)
    # Values from Python can be anything, whatever their annotation says.
    if max_bits is not None and (not isinstance(max_bits, Integral) or max_bits < 1):
        raise UsageError(f"max_bits={max_bits!r} leaves no program; give an integer of at least 1.")
    if space is not None:
        _refuse_beside_space(space, max_bits, language)
    if isinstance(language, str | Path):
        language = read_language(language)
    log = _log_of(log, language, reading)
    if log.group is not None:
        raise UsageError(
            "the log tells people apart, and one posterior is about all rows; ask mesaprior.people about each of them, "
            "or read the log without by=."
        )
    if space is None:
        language = language or default_language(log)
        language.check_log(log)
        space = TermSpace(language, comfortable_bits(language, log) if max_bits is None else int(max_bits))
    check_columns(prior, space.name, space.columns)
    if space.language is not None:
        # A share of misses above that of chance is refused now, and not after counting.
        noise.tables(0, space.language.actions)
    # Reading and counting are loaded where something is counted.
    from mesaprior.hypotheses.store.obtain import obtain

    census = obtain(space, log, keep=keep)
    return Analysis(census, log, prior, noise, tolerance, space=space, checkpoints=checkpoints)


def _prior_of(prior: Prior | str, parameters: dict[str, float]) -> Prior:
    """Return the prior that is asked for; an argument that is mistyped looks like a parameter of it."""
    try:
        return prior_of(prior, parameters)
    except UsageError:
        for name in parameters:
            if near := get_close_matches(name, inspect.signature(infer).parameters, 1):
                raise UsageError(
                    f"{name}= is no parameter of the prior and no argument of infer; did you mean {near[0]}=?"
                ) from None
        raise


def _refuse_beside_space(space: object, max_bits: int | None, language: object) -> None:
    """Refuse what is no space that can be kept, and what belongs to the space of terms beside any other."""
    if isinstance(space, str):
        raise UsageError(f"space={space!r} is a name; give the space itself, such as space=mesaprior.CircuitSpace(3).")
    lacking = [name for name in NEEDED if name not in dir(space)]
    if lacking:
        raise UsageError(
            f"space={type(space).__name__} has no {', '.join(lacking)}, so the store cannot know it; count it with "
            "space.census(log), and give the census to Analysis(census, log)."
        )
    for name, value in (("max_bits", max_bits), ("language", language)):
        if value is not None:
            raise UsageError(f"{name}= goes with terms, and space= has its own bounds; leave one of the two out.")


def _log_of(
    log: ImitationLog | pd.DataFrame | str | Path, language: Language | None, reading: Reading | None
) -> ImitationLog:
    """Return a log as it is, or read one from a table or a file."""
    if isinstance(log, ImitationLog):
        if reading is not None:
            raise UsageError("reading= says how a table is read, and this log is read already; leave it out.")
        return log
    if not isinstance(log, str | Path):
        if not hasattr(log, "columns"):
            raise UsageError(f"{type(log).__name__} is no table of choices; give a path, a DataFrame or a log.")
        return log_from_frame(log, language=language, reading=reading)
    if Path(log).is_dir():
        raise UsageError(
            f"{log} is a folder; open a census with open_census, and give what it holds to Analysis(census, log)."
        )
    return read_log(log, language=language, reading=reading)
