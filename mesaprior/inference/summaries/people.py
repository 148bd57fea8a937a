"""The summary of many people: the most frequent role, and the most widely shared program."""

from __future__ import annotations

import math

from mesaprior.hypotheses.phrases import share_text
from mesaprior.inference.bayes.people.answer import PeopleAnswer
from mesaprior.inference.bayes.roles import ROLES
from mesaprior.inference.glossing import gloss


def summarize_people(answer: PeopleAnswer) -> str:
    """Return which role is most frequent and how sure that is, which program most share, and for whom none fits."""
    result = answer.result
    led = [person for person in result.persons if person.leading]
    if not led:
        return "No program is left for anyone, so nothing can be said."
    told = [_frequent(answer), _shared(answer)]
    unbeaten = sum(not person.fit.is_beaten for person in led)
    if unbeaten:
        some = f"{unbeaten:,} of {answer.people_text}" if len(result.persons) > 1 else "this person"
        told.append(f"For {some} no program counted is better than always taking one action.")
    return " ".join(filter(None, told))


def _frequent(answer: PeopleAnswer) -> str:
    found = answer.result.frequencies
    if found is None:
        return ""
    place = int(found.expected.argmax())
    role, sure = ROLES[answer.result.compared[place]], float(found.protected[place])
    how = "" if found.log2_odds_of_difference > 0 else ", though the data do not show that roles differ in frequency"
    return (
        f"The most frequent role is {role}: {share_text(float(found.expected[place]))} of people are expected to have "
        f"it, and it is the most frequent one with probability {share_text(sure)}{how}."
    )


def _shared(answer: PeopleAnswer) -> str:
    if not answer.result.shared:
        return ""
    first = answer.result.shared[0]
    if math.isnan(first.share):
        return ""
    words = gloss(first.program, answer.log, answer.space)
    named = f"{first.program} ({words})" if words else first.program
    return f"The most widely shared program is {named}, with a share of {share_text(first.share)}."
