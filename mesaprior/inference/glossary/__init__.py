"""The glossary: what each word and each column heading of a result means, defined here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

from mesaprior.inference.glossary import acting, comparisons, formalisms, posterior, question
from mesaprior.inference.glossary.term import Term

__all__ = ["GLOSSARY", "TOPICS", "Term", "term_of"]

TOPICS: Mapping[str, tuple[Term, ...]] = MappingProxyType(
    {
        "The question": question.TERMS,
        "The posterior": posterior.TERMS,
        "Comparisons": comparisons.TERMS,
        "Acting, worlds and people": acting.TERMS,
        "Formalisms and files": formalisms.TERMS,
    }
)
"""All terms, by what they are about."""

GLOSSARY: Mapping[str, Term] = MappingProxyType({term.name: term for term in chain.from_iterable(TOPICS.values())})
"""Each term by its name."""

_HEADINGS = {heading: term for term in GLOSSARY.values() for heading in (term.name, *term.also)}


def term_of(heading: str) -> Term | None:
    """Return the term that a heading stands for, by its name or another one of it; None where there is none."""
    return _HEADINGS.get(heading)
