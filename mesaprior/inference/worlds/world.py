"""The record of a world: a language with its laws, a log with a teacher and a rival, and its transitions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.language import Language
from mesaprior.inference.worlds.chance import Chance
from mesaprior.inference.worlds.tokens import Entry

Situation = tuple[int, ...]
"""The values of all features."""

Choose = Callable[[Situation], int]
"""An action for a situation."""


@dataclass(frozen=True)
class Setting:
    """A numeric setting of a world.

    Attributes
    ----------
    name : str
    default, least, most : int
    meaning : str
        A phrase, with the unit.
    """

    name: str
    default: int
    least: int
    most: int
    meaning: str


@dataclass(frozen=True)
class Intended:
    """A short program that a world is about; it competes with all others and gets no special treatment.

    Attributes
    ----------
    text : str
    role : str
        One of `mesaprior.inference.bayes.roles.ROLES`, which a test measures; empty where it depends on the draw.
    verdict : str
        One of `mesaprior.inference.bayes.roles.VERDICTS`, likewise.
    meaning : str
        What it does, in words.
    """

    text: str
    role: str
    verdict: str
    meaning: str


@dataclass(frozen=True)
class Lot:
    """A random situation: one of several, each with the same probability.

    Attributes
    ----------
    situations : tuple of tuple of int
        At least one; one that is listed twice is twice as likely.
    is_drawn : bool
        Whether a walk draws, even where there is one situation only: a draw moves the stream on.
    """

    situations: tuple[Situation, ...]
    is_drawn: bool = True

    def draw(self, chance: Chance) -> Situation:
        """Return one of them."""
        return chance.choice(self.situations) if self.is_drawn else self.situations[0]

    def shares(self) -> dict[Situation, Fraction]:
        """Return the probability of each; they add up to 1."""
        counts = Counter(self.situations)
        return {situation: Fraction(count, len(self.situations)) for situation, count in counts.items()}


def surely(situation: Situation) -> Lot:
    """Return a lot of one certain situation."""
    return Lot((situation,), is_drawn=False)


@dataclass(frozen=True)
class Walk:
    """The transitions of a world when a policy acts in it.

    Attributes
    ----------
    start : Lot
        The first situation.
    step : callable
        The next situation, from a situation and an action.
    is_graded : callable
        Whether the teacher's action is shown in a situation without asking.
    """

    start: Lot
    step: Callable[[Situation, int], Lot]
    is_graded: Callable[[Situation], bool]


@dataclass(frozen=True)
class Draft:
    """The draws of a world's module; `make_world` turns them into a `World`.

    Attributes
    ----------
    domain, actions : int
        M and A of the language.
    tokens : list of dict
        Of the language, in order.
    features : tuple of str
    training, later : list of tuple of int
        Situations of the rows, in order.
    teacher, rival : callable
        The right action, and the action of an agent with another goal.
    programs : tuple of Intended
    lapses : dict of int to int
        Training rows where the action is not the teacher's, and that action.
    params, rounds : int or None
        P and K of the language; the domain where None.
    online : list of tuple of int
        Situations of rows after training that learners still fit; they come before the later ones.
    interventions : list of dict
        Of the language, in order.
    walk : Walk or None
    """

    domain: int
    actions: int
    tokens: list[Entry]
    features: tuple[str, ...]
    training: list[Situation]
    later: list[Situation]
    teacher: Choose
    rival: Choose
    programs: tuple[Intended, ...]
    lapses: dict[int, int] = field(default_factory=dict[int, int])
    params: int | None = None
    rounds: int | None = None
    online: list[Situation] = field(default_factory=list[Situation])
    interventions: list[Entry] = field(default_factory=list[Entry])
    walk: Walk | None = None


@dataclass(frozen=True)
class Recipe:
    """A family of worlds.

    Attributes
    ----------
    name : str
    summary : str
        One line.
    settings : tuple of Setting
    draw : callable
        The draft from `Chance` and the values of the settings; it raises `UsageError` where they contradict each other.
    """

    name: str
    summary: str
    settings: tuple[Setting, ...]
    draw: Callable[[Chance, Mapping[str, int]], Draft]


@dataclass(frozen=True, eq=False)
class World:
    """A world that was drawn.

    Attributes
    ----------
    name : str
    seed : int
    settings : dict of str to int
        All of them, defaults included.
    description : str
        One line.
    language : Language
    log : ImitationLog
        Training rows, then online and deploy rows with the teacher's action and the rival's.
    teacher, rival : callable
        An action for a situation of the log, or one that acting can lead to.
    programs : tuple of Intended
    lapses : tuple of int
        Training rows where the action is not the teacher's.
    walk : Walk or None
        Its transitions when a policy acts in it; None where situations do not depend on actions.
    """

    name: str
    seed: int
    settings: dict[str, int]
    description: str
    language: Language
    log: ImitationLog
    teacher: Choose
    rival: Choose
    programs: tuple[Intended, ...]
    lapses: tuple[int, ...]
    walk: Walk | None

    @property
    def given(self) -> list[dict[str, Any]]:
        """What its language gives for free: the bits that supplied tables hide, as in `Language.ledger`."""
        return self.language.ledger()

    def log_csv(self) -> str:
        """Return the log as the text of a CSV file."""
        return self.log.to_frame().to_csv(index=False, lineterminator="\n")


def log_of(
    features: Sequence[str],
    training: Sequence[tuple[Situation, int]],
    later: Sequence[tuple[Situation, int, int]],
    *,
    source: str,
    online: Sequence[tuple[Situation, int, int]] = (),
) -> ImitationLog:
    """Build a log from (situation, action) in training and (situation, action, rival) online and later.

    Raises
    ------
    ContentError
        If a number is not allowed in a log.
    """
    import pandas as pd

    from mesaprior.hypotheses.log import log_from_frame

    rows = [(*situation, action, None, "train") for situation, action in training]
    rows += [(*situation, action, rival, "online") for situation, action, rival in online]
    rows += [(*situation, action, rival, "deploy") for situation, action, rival in later]
    return log_from_frame(
        pd.DataFrame(rows, columns=[*features, "action", "rival", "split"]), source=source, own_codes=True
    )


def best(candidates: Sequence[int], worth: Callable[[int], int]) -> int:
    """Return the candidate of largest value; in a tie the first, like searches in the language."""
    return max(candidates, key=worth)
