"""One census for many people on a page: everybody's masses are those of `people`, whatever is merged."""

import numpy as np
import pandas as pd
import pytest

from mesaprior.hypotheses.deriving import behaviour_of_unit
from mesaprior.hypotheses.log import Reading, log_from_frame
from mesaprior.hypotheses.terms.language import default_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.hypotheses.turing.space import TuringSpace
from mesaprior.inference.bayes.classes import N_CLASSES, class_of
from mesaprior.inference.bayes.logspace import log2_sum
from mesaprior.inference.bayes.noise import DEFAULT_NOISE, log2_likelihood
from mesaprior.inference.bayes.people.people import each_person, people
from mesaprior.inference.bayes.scores import Scored
from mesaprior.inference.page.crowd import crowd_within, of_person
from mesaprior.priors.prior import make_prior

PRIOR = make_prior("levin")


def log_of(n_features=2):
    """Return a log of three people; the last one is in other situations than the first."""
    draw = np.random.default_rng(2)
    rows = []
    for k in range(36):
        x, z = draw.integers(2 + k % 3), draw.integers(2)
        rows.append(("abc"[k % 3], x, z, int((x + z) % 2), "train" if k < 27 else "deploy"))
    frame = pd.DataFrame(rows, columns=["who", "x", "z", "action", "split"])
    return log_from_frame(frame if n_features == 2 else frame.drop(columns="z"), reading=Reading(by=("who",)))


def crowd_of(log, census, *, count=None, most_characters=10**9):
    """Return the reduced census of all people, and what `people` finds."""
    kept, censuses = [], [] if census is None else [census]
    for _, _, own, rows in each_person(census, log, PRIOR, count):
        scored = Scored(own, rows)
        units = behaviour_of_unit(own, rows, rows) if census is None else behaviour_of_unit(census, log, rows)
        if census is None:
            censuses.append(own)
        kept.append(of_person(own, rows, class_of(scored.judgement), [0, own.n_behaviours - 1], units))
    crowd = crowd_within(kept, censuses, most_characters=most_characters)
    return crowd, people(census, log, PRIOR, count=count).persons


def shares(crowd, one, n_actions, p):
    """Return the share of each class at a prefix of a person, from what is reduced."""
    rows = crowd.rows
    columns = {"length": rows.lengths[rows.length_id], "time": rows.times[rows.time_id]}
    unit = log2_sum(
        np.log2(rows.count) + PRIOR.log2_weight(columns),
        np.repeat(np.arange(len(rows.n_rows)), rows.n_rows),
        len(rows.n_rows),
    )
    own = unit[one.first_unit : one.first_unit + len(one.kind_of_unit)]
    kind = log2_sum(own, one.kind_of_unit, len(one.of_class))
    hits, misses = (part[:, :p].sum(axis=1, dtype=np.int64) for part in (one.hits, one.misses))
    fit = log2_likelihood(DEFAULT_NOISE, hits, misses, one.n[p] - hits - misses, n_actions)
    mass = np.exp2(log2_sum(kind + fit, one.of_class, N_CLASSES)).reshape(4, 4, 2).sum(axis=2)
    return mass / mass.sum()


def check(crowd, persons, n_actions):
    """Check the masses of everybody at the last prefix."""
    for one, person in zip(crowd.persons, persons, strict=True):
        assert shares(crowd, one, n_actions, len(one.n) - 1) == pytest.approx(person.mass, rel=1e-9)


def test_everybodys_masses_are_those_of_their_own_census():
    log = log_of()
    census = TermSpace(default_language(log), 12).census(log)
    crowd, persons = crowd_of(log, census)
    check(crowd, persons, census.n_actions)
    assert crowd.rows.count.sum() == census.n_programs
    assert all(sorted(one.named[one.named >= 0]) == [0, 1] for one in crowd.persons)
    # What all have in common is there once.
    assert {one.first_unit for one in crowd.persons} == {0}


def test_without_a_language_behaviours_are_the_units():
    log = log_of(n_features=1)
    census = TuringSpace(1, 1).census(log)
    crowd, persons = crowd_of(log, census)
    check(crowd, persons, census.n_actions)


def test_where_each_has_a_census_units_are_their_own():
    log = log_of()
    space = TermSpace(default_language(log), 10)
    crowd, persons = crowd_of(log, None, count=space.census)
    check(crowd, persons, 2)
    assert len({one.first_unit for one in crowd.persons}) == 3


def test_without_room_prefixes_go_then_times_and_then_people():
    log = log_of()
    census = TermSpace(default_language(log), 12).census(log)
    whole, persons = crowd_of(log, census)
    check(whole, persons, census.n_actions)
    some, _ = crowd_of(log, census, most_characters=whole.n_characters - 1)
    assert len(some.persons) == 3
    assert some.n_characters < whole.n_characters
    least, _ = crowd_of(log, census, most_characters=1)
    assert len(least.persons) == 1
    assert least.times_an_octave == 2
    assert least.persons[0].n.tolist() == [0, 9]
    assert least.rows.count.sum() == census.n_programs
