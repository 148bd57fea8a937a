"""A question about many people, and the answer."""

from __future__ import annotations

import math
from dataclasses import dataclass

from mesaprior.errors import Sentence
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.coding import listed
from mesaprior.hypotheses.space import Space
from mesaprior.inference.bayes.people.people import People
from mesaprior.inference.request import Request, warning_sentences


@dataclass(frozen=True, eq=False)
class PeopleAnswer:
    """What was asked about many people, and the answer.

    Attributes
    ----------
    about : Request
    n_programs : int
        How many programs were counted, for each person where they learn.
    n_actions : int
        A.
    result : People
    """

    about: Request
    n_programs: int
    n_actions: int
    result: People

    @property
    def log(self) -> ImitationLog:
        """The log of all people."""
        return self.about.log

    @property
    def space(self) -> Space:
        """The space in which was counted."""
        return self.about.space

    @property
    def warnings(self) -> list[Sentence]:
        """What is suspicious about the log, and who is left out."""
        sentences, left_out = warning_sentences(self.log, self.n_actions), self.result.left_out
        if left_out:
            has, is_left = ("has", "is") if len(left_out) == 1 else ("have", "are")
            sentences.append(Sentence((f"{listed(left_out)} {has} no training row and {is_left} left out.",)))
        return sentences

    @property
    def people_text(self) -> str:
        """How many people were asked: ``1 person``, ``266 people``."""
        n = len(self.result.persons)
        return "1 person" if n == 1 else f"{n:,} people"

    @property
    def headline(self) -> str:
        """For how many people imitators lead, and for how many optimizers, in one sentence."""
        finals = [float(person.log2_odds[-1]) for person in self.result.persons]
        imitated, optimized = sum(odds < 0 for odds in finals), sum(odds > 0 for odds in finals)
        if not self.space.has_lesions:
            return f"{self.people_text}, each with a posterior over {self.space.noun} of their own."
        lost = sum(math.isnan(odds) for odds in finals)
        if lost == len(finals):
            return (
                f"No program is left for any of {self.people_text}: each misses somewhere, and the noise allows no "
                "miss."
            )
        level = len(finals) - imitated - optimized - lost
        rest = f", for {level:,} neither do" * (level > 0) + f", and for {lost:,} no program is left" * (lost > 0)
        return f"Imitators lead for {imitated:,} of {self.people_text}, optimizers for {optimized:,}{rest}."
