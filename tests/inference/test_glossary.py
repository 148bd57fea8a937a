"""The glossary says one thing of each word, in one sentence."""

from itertools import chain

from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.glossary import GLOSSARY, TOPICS, term_of


def test_no_heading_has_two_meanings():
    headings = [heading for term in chain.from_iterable(TOPICS.values()) for heading in (term.name, *term.also)]
    assert sorted(headings) == sorted(set(headings))


def test_a_definition_is_one_sentence():
    for term in GLOSSARY.values():
        assert term.definition[0].isupper() or term.definition.startswith(("log2", "-log2", "`")), term
        assert term.definition.endswith("."), term
        assert ". " not in term.definition, term
        assert not term.unit.endswith("."), term


def test_every_role_and_every_verdict_is_defined():
    assert {*ROLES, *VERDICTS} <= GLOSSARY.keys()


def test_a_heading_is_found_by_its_other_names():
    assert term_of("bits") is GLOSSARY["length"]
    assert term_of("no heading") is None
