"""Programs by number: every number of a group gives another program of it, so all numbers together give all of them."""

from collections import Counter, defaultdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.errors import RunError
from mesaprior.hypotheses.census import behaviours_of
from mesaprior.hypotheses.terms.grid import Grid
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.merged.sampling.groups import programs_at, signatures_of
from mesaprior.hypotheses.terms.merged.sampling.unranking import Group, Unranker
from mesaprior.hypotheses.terms.program import format_program
from mesaprior.hypotheses.terms.space import TermSpace
from tests import naive, strategies
from tests.hypotheses.terms.test_engines_agree import log_of
from tests.thorough import draws

TWINS = {
    "domain": 3,
    "actions": 3,
    "rounds": 2,
    "token": [
        {"kind": "feature", "name": "p"},
        {"kind": "constant", "value": 1},
        {"kind": "constant", "value": 1},
        {"kind": "candidate"},
        {"kind": "binary", "name": "eq"},
        {"kind": "if"},
        {"kind": "argmax"},
        {"kind": "iterate"},
    ],
}
ROWS = [{"p": value, "action": value, "split": "train"} for value in range(3)] + [
    {"p": 1, "action": 2, "split": "deploy"}
]


def naive_groups(language, rows, max_bits, max_time=None):
    """Return the texts of the programs of each group, with how many programs have each; of twins each counts."""
    meaning = naive.Meaning(language, rows)
    found = defaultdict(Counter)
    for program in naive.programs(language, rows, max_bits, max_time):
        size = naive.length(program), meaning.time(program), meaning.infer_time(program)
        found[(*meaning.behaviour(program), *size)][naive.text(program)] += 1
    return found


def key_of(census, group):
    """Return a group as `naive_groups` names it."""
    behaviour = census.behaviour_id[group]
    size = (int(census.columns[name][group]) for name in ("length", "time", "infer_time"))
    return (tuple(census.predictions[behaviour].tolist()), tuple(census.flags[behaviour].tolist()), *size)


def assert_all_programs(space, census, log, expected, *, workers=1):
    """Ask for every number of every group, and compare with all programs."""
    asked = [(group, number) for group in range(len(census.count)) for number in range(int(census.count[group]))]
    groups, numbers = zip(*asked, strict=True)
    programs = programs_at(space, census, log, groups, numbers, workers=workers)
    found = defaultdict(list)
    for group, program in zip(groups, programs, strict=True):
        found[key_of(census, group)].append(program)
    assert found.keys() == expected.keys()
    for key, members in found.items():
        assert len(set(members)) == len(members)
        assert Counter(format_program(program, space.language) for program in members) == expected[key]


@draws(60)
@given(example=strategies.examples(most=1500), data=st.data())
def test_numbers_and_programs_belong_together(example, data):
    language, rows, max_bits = example
    expected = naive_groups(language, rows, max_bits)
    times = sorted({key[3] for key in expected})
    max_time = None
    if data.draw(st.booleans(), label="with a time bound") and len(times) > 1:
        max_time = data.draw(st.sampled_from(times), label="max_time")
        expected = naive_groups(language, rows, max_bits, max_time)
    space, log = TermSpace(language_from_dict(language), max_bits, max_time), log_of(rows)
    assert_all_programs(space, space.census(log), log, expected)


@draws(25)
@given(example=strategies.examples(most=20_000), data=st.data())
def test_draws_from_larger_bounds_are_in_their_groups(example, data):
    language, rows, max_bits = example
    space, log = TermSpace(language_from_dict(language), max_bits), log_of(rows)
    census = space.census(log)
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32), label="seed"))
    groups = rng.choice(len(census.count), 10, p=census.count / census.count.sum()).tolist()
    numbers = [int(rng.integers(0, census.count[group])) for group in groups]
    programs = programs_at(space, census, log, groups, numbers)
    assert programs == programs_at(space, census, log, groups, numbers, workers=3)
    for group, program in zip(groups, programs, strict=True):
        meaning = space.predict(program, log)
        behaviour = census.behaviour_id[group]
        assert np.array_equal(meaning.predictions["intact"], census.predictions[behaviour][census.row_cell])
        assert [int(flag) for flag in meaning.flags.values()] == census.flags[behaviour].tolist()


def test_alike_tokens_make_different_programs():
    space, log = TermSpace(language_from_dict(TWINS), 15), log_of(ROWS)
    census = space.census(log)
    assert_all_programs(space, census, log, naive_groups(TWINS, ROWS, 15))
    assert_all_programs(space, census, log, naive_groups(TWINS, ROWS, 15), workers=2)


def test_a_census_of_another_log_over_the_same_situations():
    space, log = TermSpace(language_from_dict(TWINS), 12), log_of(ROWS)
    rows = [{"p": value, "action": 0, "split": split} for value, split in ((2, "train"), (0, "online"))]
    other = log_of(rows)
    census = behaviours_of(space.census(log).vectors, other, bounds=space.bounds)
    assert_all_programs(space, census, other, naive_groups(TWINS, rows, 12))
    parts = signatures_of(census, Grid(space.language, other), range(len(census.count)))
    assert [sum(part.count for part in group) for group in parts] == census.count.tolist()
    with pytest.raises(RunError, match="situations that the census lacks"):
        programs_at(space, space.census(other), log, [0], [0])


def test_a_count_that_is_not_so_is_noticed():
    space, log = TermSpace(language_from_dict(TWINS), 9), log_of(ROWS)
    census = space.census(log)
    grid = Grid(space.language, log)
    (part, *_) = signatures_of(census, grid, [0])[0]
    wrong = Group(part.signature, part.length, part.time, part.infer_time, part.count + 1)
    with pytest.raises(RunError, match="on the way down"):
        Unranker(grid, 9).programs([(wrong, 0)])
    census.count[0] += np.uint64(1)
    with pytest.raises(RunError, match="store verify"):
        programs_at(space, census, log, [0], [0])


def test_nothing_asked_for():
    space, log = TermSpace(language_from_dict(TWINS), 9), log_of(ROWS)
    assert programs_at(space, space.census(log), log, [], []) == []
