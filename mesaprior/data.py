"""Data sets that come with the package: logs with their language, source and licence.

The files are those of ``examples/`` in the repository; a package that was built has a copy of that folder inside. What
each set shows is in the ``README.md`` beside its files.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesaprior.errors import UsageError
from mesaprior.hypotheses.log import ImitationLog, Reading, log_of_table, read_table
from mesaprior.hypotheses.log.preparing import Preparation, prepare
from mesaprior.hypotheses.terms.language import Language, read_language
from mesaprior.inference.infer import infer

if TYPE_CHECKING:
    from mesaprior.inference.analysis import Analysis

_PACKAGED, _REPOSITORY = Path(__file__).parent / "examples", Path(__file__).parent.parent / "examples"
EXAMPLES = _PACKAGED if _PACKAGED.is_dir() else _REPOSITORY
"""The folder that holds the files of all sets."""

DEMO_BITS = 28
"""The length bound of `demo` and of ``make demo``."""

STRATEGIES = (
    *("antititfortat", "aon2", "capri", "firstbydowning", "grudger", "hardtitfor2tats", "hardtitfortat"),
    *("riskyqlearner", "suspicioustitfortat", "titfor2tats", "titfortat", "twotitsfortat", "winstayloseshift"),
)
"""Names for `strategies`."""

OWN = "MIT, as mesaprior itself"
"""The licence of data that were made for this project."""


@dataclass(frozen=True)
class Dataset:
    """A file of choices, with what is needed to read it, to ask about it and to cite it.

    Attributes
    ----------
    path : Path
        The file, ending in ``.csv``.
    about : str
        What was chosen, by whom, in one sentence.
    citation : str
        Where the data come from.
    licence : str
        Under what terms they may be used.
    language_path : Path or None
        The language that goes with the file; None where the default language does.
    reading : Reading
        Which columns are what.
    preparation : Preparation or None
        What makes a log of a raw file; None where the file is a log.
    """

    path: Path
    about: str
    citation: str
    licence: str = OWN
    language_path: Path | None = None
    reading: Reading = field(default_factory=Reading)
    preparation: Preparation | None = None

    @cached_property
    def language(self) -> Language | None:
        """The language that goes with the file; None stands for the default one."""
        return None if self.language_path is None else read_language(self.language_path)

    @cached_property
    def log(self) -> ImitationLog:
        """The choices, read."""
        table, reading = read_table(self.path), self.reading
        if self.preparation is not None:
            table, reading = prepare(table, reading, self.preparation, language=self.language)
            # Lags stay within all groups; the first column names the people, and the others have served.
            person, *within = reading.by
            reading = replace(reading, by=(person,), drop=(*reading.drop, *within))
        return log_of_table(table, language=self.language, reading=reading)

    def infer(self, **settings: Any) -> Analysis:
        """Ask about the log in its language.

        Parameters
        ----------
        **settings
            As for `mesaprior.infer`, such as ``max_bits=24`` and ``prior="levin"``.

        Returns
        -------
        Analysis

        Raises
        ------
        UsageError, ContentError, RunError
            As `mesaprior.infer` does.
        """
        if "space" not in settings:
            settings.setdefault("language", self.language)
        return infer(self.log, **settings)


def corridor(*, learning: bool = False) -> Dataset:
    """Return nine steps of a teacher who walks to a coin in a corridor, and a rival who walks to the wall.

    Parameters
    ----------
    learning : bool
        Whether the language has programs that fit a model of the teacher.

    Examples
    --------
    >>> import mesaprior as mp
    >>> mp.data.corridor().log.n_training
    9
    """
    folder = EXAMPLES / "corridor"
    return Dataset(
        folder / "corridor.csv",
        about="A teacher walks to a coin in a corridor of four cells; a rival would walk to the wall.",
        citation="Made up for mesaprior.",
        language_path=folder / ("corridor-learning.toml" if learning else "corridor.toml"),
    )


def dilemma() -> Dataset:
    """Return 864 choices of 24 made-up people in the repeated prisoner's dilemma, each with a strategy of their own.

    Examples
    --------
    >>> import mesaprior as mp
    >>> len(mp.data.dilemma().log.groups)
    24
    """
    return Dataset(
        EXAMPLES / "dilemma" / "dilemma.csv",
        about="24 simulated people play the repeated prisoner's dilemma with changing partners, and slip now and then.",
        citation="Simulated for mesaprior by examples/dilemma/make_dilemma.py, seed 2011.",
        reading=Reading(action="choice", by=("id", "game")),
        preparation=Preparation(order="period", lags={"choice": 1, "other_choice": 1}),
    )


def frozen_lake() -> Dataset:
    """Return an optimal walk over a frozen lake of 4 x 4 cells, with all other cells as later rows."""
    folder = EXAMPLES / "frozenlake4"
    return Dataset(
        folder / "frozenlake4.csv",
        about="The optimal policy walks over a frozen lake with holes; later rows are all other cells.",
        citation="Made with Gymnasium 1.4.0, map 4x4 of FrozenLake, not slippery, by value iteration.",
        licence="MIT, the licence of Gymnasium",
        language_path=folder / "frozenlake4.toml",
    )


def moves() -> Dataset:
    """Return a teacher who wins and stays or loses and shifts, on rows where tit for tat would do the same."""
    return Dataset(
        EXAMPLES / "formalisms" / "moves.csv",
        about="Win-stay-lose-shift on training rows that do not tell it from tit for tat, its rival.",
        citation="Made from matches of the Axelrod library, version 4.14.0.",
        licence="MIT, the licence of the Axelrod library",
    )


def parity() -> Dataset:
    """Return the parity of three inputs, with that of four as later rows; for the space of generators."""
    return Dataset(
        EXAMPLES / "generators" / "parity.csv",
        about="The parity of up to three inputs, with that of four inputs as later rows.",
        citation="Computed for mesaprior.",
    )


def prices() -> Dataset:
    """Return a farmer who plants what a price list pays best, in a language that can change the list."""
    folder = EXAMPLES / "prices"
    return Dataset(
        folder / "prices.csv",
        about="A farmer plants on each kind of soil what the price list pays best.",
        citation="Made up for mesaprior.",
        language_path=folder / "prices.toml",
    )


def strategies(name: str = "titfortat") -> Dataset:
    """Return the moves of one strategy of the iterated prisoner's dilemma against five opponents.

    Parameters
    ----------
    name : str
        One of `STRATEGIES`.

    Raises
    ------
    UsageError
        If the name is not among them.

    Examples
    --------
    >>> import mesaprior as mp
    >>> print(mp.data.strategies("titfortat").infer(max_bits=12).top(1).program[0])
    op1
    """
    if name not in STRATEGIES:
        raise UsageError(f"name={name!r} is no strategy here; choose one of {', '.join(STRATEGIES)}.")
    folder = EXAMPLES / "ipd"
    return Dataset(
        folder / f"ipd-{name}.csv",
        about=f"The strategy {name} plays the iterated prisoner's dilemma; a situation is the last three joint moves.",
        citation="Made with the Axelrod library, version 4.14.0: matches of 35 turns, seeds from 100 on.",
        licence="MIT, the licence of the Axelrod library",
        language_path=folder / "ipd.toml",
    )


def demo() -> Analysis:
    """Count the 2,617,968 programs of up to 28 bits that could explain the walk of `corridor`, in seconds.

    Returns
    -------
    Analysis

    Examples
    --------
    >>> import mesaprior as mp
    >>> print(mp.demo().headline)
    Imitators hold 90 % of the posterior after 9 training rows: imitators lead optimizers by 3.18 bits (9.04 to 1).
    """
    return corridor().infer(max_bits=DEMO_BITS)
