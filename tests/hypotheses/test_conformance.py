"""The public conformance check passes on the space of terms, and notices a broken space."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings

from mesaprior.hypotheses.conformance import check_space
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from tests import strategies
from tests.hypotheses.terms.test_engines_agree import log_of

LANGUAGE = {
    "domain": 4,
    "actions": 3,
    "token": [
        {"kind": "feature", "name": "p"},
        {"kind": "candidate"},
        {"kind": "lookup", "feature": "p"},
        {"kind": "binary", "name": "dist"},
        {"kind": "argmin"},
        {"kind": "if"},
    ],
}
ROWS = [
    {"p": 2, "action": 2, "split": "train"},
    {"p": 1, "action": 1, "split": "train"},
    {"p": 0, "action": 0, "split": "deploy"},
]


@settings(max_examples=25)
@given(example=strategies.examples())
def test_terms_conform(example):
    language, rows, max_bits = example
    check_space(TermSpace(language_from_dict(language), max_bits), log_of(rows))


class Broken(TermSpace):
    """A space with one defect, to see that it is found."""

    defect = ""

    def census(self, log, *, engine="merged", **options):
        census = super().census(log, engine=engine, **options)
        if self.defect == "engines" and engine == "reference":
            count = census.count.copy()
            count[0] += np.uint64(1)
            return dataclasses.replace(census, count=count)
        if self.defect == "witness":
            return dataclasses.replace(census, witness=census.witness[::-1])
        return census

    def count_by_length(self, log):
        counts = super().count_by_length(log)
        return counts | {max(counts): counts[max(counts)] + 1} if self.defect == "totals" else counts

    def format(self, program):
        return super().format(program).upper() if self.defect == "format" else super().format(program)


@pytest.mark.parametrize(
    ("defect", "message"),
    [
        ("engines", "engines merged and reference differ in count"),
        ("totals", "the totals by length are not those of the counting identity"),
        ("witness", "does not predict the behaviour"),
        ("format", "reads back as"),
    ],
)
def test_a_broken_space_is_noticed(defect, message):
    space = Broken(language_from_dict(LANGUAGE), 15)
    check_space(space, log_of(ROWS))
    space.defect = defect
    with pytest.raises(AssertionError, match=message):
        check_space(space, log_of(ROWS))
