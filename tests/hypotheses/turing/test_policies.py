"""Machines as policies: against every machine run by itself on every situation."""

import itertools
import math
from collections import Counter

import numpy as np
import pandas as pd
import pytest

from mesaprior.errors import ContentError, UsageError
from mesaprior.hypotheses.census import ABSTAIN
from mesaprior.hypotheses.conformance import check_space
from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.turing.machine import n_machines
from mesaprior.hypotheses.turing.policies.encoding import Encoding, encoding_of
from mesaprior.hypotheses.turing.policies.one_size import OneSize
from mesaprior.hypotheses.turing.space import TuringSpace
from tests.hypotheses.turing import plain_machines


def log_of(*situations, actions=(0, 1), later=()):
    """Return a log of these situations, twice, the last ones in deployment."""
    rows = [dict(enumerate(situation)) for situation in (*situations, *situations[::-1], *later)]
    table = pd.DataFrame(rows).rename(columns=lambda f: f"f{f}")
    table["action"] = [actions[k % len(actions)] for k in range(len(rows))]
    table["split"] = ["train"] * (len(rows) - len(later)) + ["deploy"] * len(later)
    return log_from_frame(table, own_codes=True)


def bits_of(situation, widths):
    """Return the bits of a situation, the most significant first."""
    text = "".join(f"{value:0{width}b}" for value, width in zip(situation, widths, strict=True))
    return [int(bit) for bit in text]


def groups(census):
    """Return the counts by (actions, time, space)."""
    assert np.array_equal(census.columns["time"], census.columns["infer_time"])
    columns = (census.columns["time"].tolist(), census.columns["space"].tolist(), census.count.tolist())
    found = Counter()
    for behaviour, time, space, count in zip(census.behaviour_id.tolist(), *columns, strict=True):
        found[tuple(census.predictions[behaviour].tolist()), time, space] += count
    return found


CASES = [
    ([(0, 1)], (1, 1), 2),
    ([(0, 0), (1, 0), (0, 1), (1, 1)], (1, 1), 2),
    ([(1, 0, 1), (0, 1, 1), (0, 0, 0), (1, 1, 1), (1, 0, 0)], (1, 1, 1), 2),
    ([(2, 1), (0, 0), (3, 1)], (2, 1), 2),
    ([(3, 2), (0, 3), (2, 0)], (2, 2), 3),
    ([(1,), (0,)], (1,), 5),
]


@pytest.mark.parametrize(("situations", "widths", "n_actions"), CASES)
@pytest.mark.parametrize("max_steps", [4, 25])
def test_two_states_are_those_of_every_machine_run_by_itself(situations, widths, n_actions, max_steps):
    log = log_of(*situations, actions=range(n_actions))
    space = OneSize(2, max_steps, actions=n_actions)
    tapes = [bits_of(situation, widths) for situation in situations]
    assert encoding_of(log, actions=n_actions) == Encoding(widths, n_actions)
    assert groups(space.census(log)) == plain_machines.policies(2, max_steps, tapes, n_actions)


def test_one_state_is_that_of_every_machine_run_by_itself():
    situations = [(0, 1), (1, 1), (1, 0)]
    census = OneSize(1, 9).census(log_of(*situations))
    assert groups(census) == plain_machines.policies(1, 9, [list(s) for s in situations], 2)
    assert census.n_programs == 36


def test_three_states_are_those_of_every_machine_run_by_itself():
    situations = [(0, 1, 1), (1, 0, 0), (1, 1, 0), (0, 0, 1)]
    counts = OneSize(3, 40).counts(log_of(*situations))
    assert groups(counts.census) == plain_machines.policies_compiled(3, 40, [list(s) for s in situations])
    assert counts.census.n_programs == sum(counts.verdicts.values()) == 7529536


def test_the_oracle_in_python_and_compiled_agree():
    tapes = [[0, 1], [1, 1], [1, 0]]
    assert plain_machines.policies(2, 12, tapes, 2) == plain_machines.policies_compiled(2, 12, tapes)


@pytest.mark.parametrize("states", [1, 2, 3])
def test_the_space_passes_the_checks_of_every_space(states):
    situations = list(itertools.product((0, 1), repeat=3))
    for actions in ((0, 1), (2, 0, 1)):
        log = log_of(*situations, actions=actions, later=[(1, 1, 2), (0, 1, 0)])
        check_space(TuringSpace(states, states, 60), log)


def test_columns_are_those_of_single_machines():
    log = log_of((0, 1), (1, 1), (1, 0), (0, 0))
    space = OneSize(2, 50)
    census = space.census(log)
    assert tuple(census.columns) == TuringSpace.columns
    assert census.columns["length"].dtype == np.float64
    assert set(census.columns["length"].tolist()) == {4 * math.log2(10)} == {space.length}
    assert census.counted_by_length == space.count_by_length(log) == {4 * math.log2(10): 10000}
    assert not census.flags.any()
    assert (census.space, census.n_actions, census.bounds) == ("turing", 2, {"states": 2, "max_steps": 50})
    for behaviour, text in enumerate(census.witness):
        policy = space.predict(space.parse(text), log)
        times = census.columns["time"][census.behaviour_id == behaviour]
        assert policy.time == times.min()
        if ABSTAIN in census.predictions[behaviour]:
            assert policy.time == policy.space == 50
        assert policy.space in census.columns["space"][census.behaviour_id == behaviour]


@pytest.mark.parametrize("workers", [2, 3])
def test_nothing_depends_on_workers(workers):
    log = log_of(*itertools.product((0, 1), repeat=4))
    space = OneSize(3, 100)
    one, many = space.counts(log), space.counts(log, workers=workers)
    assert one.verdicts == many.verdicts
    assert one.census.witness == many.census.witness
    for name in ("predictions", "behaviour_id", "count"):
        assert np.array_equal(getattr(one.census, name), getattr(many.census, name))
    for name in TuringSpace.columns:
        assert np.array_equal(one.census.columns[name], many.census.columns[name])


def test_proofs_change_why_machines_abstain_and_nothing_else():
    log = log_of((0, 1, 0), (1, 1, 1), (1, 0, 0))
    none, some = (OneSize(3, 60, radius=radius).counts(log) for radius in (0, 4))
    assert groups(none.census) == groups(some.census)
    assert none.verdicts["halts"] == some.verdicts["halts"]
    assert none.verdicts["undecided"] > some.verdicts["undecided"]


def test_a_higher_bound_moves_nothing_but_the_undecided():
    log = log_of((0, 1, 0), (1, 1, 1), (1, 0, 0))
    lower, higher = (OneSize(3, max_steps).counts(log) for max_steps in (60, 600))
    assert higher.verdicts["undecided"] <= lower.verdicts["undecided"]
    assert higher.verdicts["halts"] - lower.verdicts["halts"] <= lower.verdicts["undecided"]


def test_a_log_without_features_is_a_blank_tape():
    log = log_from_frame(pd.DataFrame({"action": [0, 1, 1]}), own_codes=True)
    census = OneSize(2, 20).census(log)
    assert groups(census) == plain_machines.policies(2, 20, [[0]], 2)
    halting = dict.fromkeys((0, 1), 0)
    for (actions, _, _), count in groups(census).items():
        if actions[0] != ABSTAIN:
            halting[actions[0]] += count
    assert sum(halting.values()) == 3044


def test_many_situations_and_actions_fill_many_words():
    situations = list(itertools.product(range(8), range(8)))
    log = log_of(*situations, actions=range(130))
    census = OneSize(1, 30).census(log)
    assert census.n_programs == 36
    tapes = [bits_of(situation, (3, 3)) for situation in situations]
    assert groups(census) == plain_machines.policies(1, 30, tapes, 128)


def test_features_can_be_written_in_the_bits_of_a_domain():
    log = log_of((1, 0), (0, 2))
    assert encoding_of(log).feature_bits == (1, 2)
    assert encoding_of(log, domain=8, actions=4) == Encoding((3, 3), 4)
    tapes = encoding_of(log, domain=8).tapes(log.situations)
    assert tapes.tolist() == [[0, 0, 1, 0, 0, 0], [0, 0, 0, 0, 1, 0]]
    census = OneSize(2, 20, domain=8, actions=3).census(log)
    assert groups(census) == plain_machines.policies(2, 20, tapes.tolist(), 3)


def test_what_does_not_fit_is_refused():
    log = log_of((1, 0), (0, 5), actions=(0, 3))
    with pytest.raises(ContentError, match="action 3 is too large for 3 actions"):
        OneSize(2, 20, actions=3).census(log)
    with pytest.raises(ContentError, match="feature 'f1' reaches 5"):
        OneSize(2, 20, domain=5).census(log)
    for options in ({"actions": 1}, {"actions": 257}, {"domain": 1}):
        with pytest.raises(UsageError, match="is out of range"):
            OneSize(2, 20, **options)
    for states, max_steps in ((0, 9), (7, 9), (2, 0)):
        with pytest.raises(UsageError, match="is out of range"):
            OneSize(states, max_steps)
    space = OneSize(2, 20)
    with pytest.raises(ContentError, match="has 1 states"):
        space.parse("1RA1-H", log)
    # What is not defined halts, and leaves the cell as it is.
    assert space.format(space.parse("1RB---_1-H---", log)) == "1RB1-H_1-H1-H"
    assert space.format(space.parse("---1RZ_0LH---", log)) == "0-H1-H_0-H1-H"


def test_fingerprints_tell_spaces_apart():
    sizes = [(2, 2, 20), (3, 3, 20), (2, 3, 20), (2, 2, 21)]
    spaces = [TuringSpace(*size) for size in sizes]
    spaces += [TuringSpace(2, 2, 20, actions=3), TuringSpace(2, 2, 20, domain=3)]
    assert len({space.fingerprint() for space in spaces}) == len(spaces)
    assert TuringSpace(2, 2, 20).fingerprint() == spaces[0].fingerprint()
    assert n_machines(2) == 10000
