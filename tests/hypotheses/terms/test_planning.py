"""Estimates before a census: sizes from shorter bounds, memory by its parts, and passes as the engine makes them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from mesaprior.errors import RunError
from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.plan import LEAST_RECORDS, Plan
from mesaprior.hypotheses.terms import planning, probing
from mesaprior.hypotheses.terms.language import default_language, language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace


def log_of(n_features, n_values, n_rows):
    """Return a log of a simple teacher over all combinations of some features."""
    import pandas as pd

    rng = np.random.default_rng(n_values)
    features = rng.integers(0, n_values, (n_rows, n_features))
    frame = pd.DataFrame(features, columns=[f"f{i}" for i in range(n_features)])
    frame["action"] = (features[:, 0] > features[:, -1]).astype(int)
    return log_from_frame(frame)


@pytest.mark.parametrize(("n_features", "n_values"), [(2, 4), (3, 4), (2, 8)])
def test_sizes_are_told_within_a_third_from_shorter_runs(n_features, n_values, monkeypatch):
    log = log_of(n_features, n_values, 300)
    space = TermSpace(default_language(log), 32)
    census = space.census(log)
    # As if longer runs took too long.
    monkeypatch.setattr(probing, "PROBE_SECONDS", 0.1)
    plan = space.plan(log)
    assert plan.probe_bits <= 28
    assert plan.n_programs == census.n_programs
    for told, counted in ((plan.n_classes, len(census.vectors.intact)), (plan.n_rows, len(census.vectors.count))):
        assert 2 / 3 < told / counted < 3 / 2
    assert replace(plan, available_bytes=0) == replace(space.plan(log), available_bytes=0)


def test_longer_runs_are_tried_where_programs_are_many(monkeypatch):
    log = log_of(2, 4, 50)
    bits = TermSpace(default_language(log), 36).plan(log).probe_bits
    monkeypatch.setattr(probing, "MANY", 10**6)
    assert TermSpace(default_language(log), 36).plan(log).probe_bits > bits


PLAN = Plan(
    max_bits=40,
    count_by_length={40: 10**9},
    n_programs=10**9,
    n_classes=10**6,
    n_rows=10**7,
    counting_seconds=100.0,
    answer_seconds=10.0,
    kept_bytes=10**9,
    arena_bytes=10**9,
    bin_bytes=4 * 10**9,
    handing_bytes=2 * 10**9,
    answer_bytes=3 * 10**9,
    available_bytes=10**10,
    probe_bits=20,
    fitting_bits=40,
    n_shards=8,
)


def test_memory_is_the_sum_of_what_is_there_at_a_time():
    assert PLAN.counting_bytes(8) == (1 + 4 + 1) * 10**9
    # Two of four shards at a time need as much as the records did.
    assert PLAN.counting_bytes(4) == (1 + 4 + 1) * 10**9
    assert replace(PLAN, arena_bytes=0).counting_bytes(4) == (1 + 4 + 1) * 10**9
    # All at once, the census is handed over beside the counts.
    assert PLAN.counting_bytes(1) == (1 + 4 + 2) * 10**9
    assert PLAN.least_bytes(8) == 10**9 + 2 * 10**9 // 8 + 4 * 10**9 // 8
    assert PLAN.least_bytes(10**6) == 10**9 + LEAST_RECORDS + 4000
    assert PLAN.fits
    assert PLAN.n_bytes == PLAN.counting_bytes(8)
    assert not replace(PLAN, available_bytes=29 * 10**8).fits


def test_less_memory_takes_more_passes_and_more_workers_less_time():
    assert PLAN.seconds(1) == 110
    assert PLAN.seconds(2) == pytest.approx(100 * 0.55 + 10)
    # Half of the shards, and then half of these.
    for gigabytes, passes in ((6, 1), (5, 2), (3, 4), (2, 8)):
        assert replace(PLAN, available_bytes=gigabytes * 10**9).seconds(1) == pytest.approx(100 * (1 + passes) / 2 + 10)


def test_a_census_is_refused_by_what_is_allowed_too():
    log = log_of(2, 4, 50)
    space = TermSpace(default_language(log), 40)
    plan = space.check_memory(log, 4, limit=10**10)
    assert plan.available_bytes == 10**10
    assert plan.fitting_bits == 40
    with pytest.raises(RunError, match=r"4 shards needs at least .* and 455 MB may be used; max_bits=\d+ would fit"):
        space.check_memory(log, 4, limit=455 * 10**6)
    with pytest.raises(RunError, match="and its posterior need at least"):
        space.check_memory(log, 4, limit=455 * 10**6, with_answer=True)


def test_what_is_free_bounds_what_is_allowed(monkeypatch):
    log = log_of(2, 4, 50)
    monkeypatch.setattr(planning, "available_memory", lambda: 10**9)
    assert TermSpace(default_language(log), 24).check_memory(log, limit=10**12).available_bytes == 10**9


def test_a_census_has_no_more_shards_than_different_things_to_write():
    tokens = [
        {"kind": "constant", "value": 0, "bits": 1},
        {"kind": "binary", "name": "min", "bits": 1},
    ]
    trees = language_from_dict({"domain": 2, "actions": 2, "token": tokens}, source="trees.toml")
    log = log_from_frame(pd.DataFrame({"p": [0], "action": [1]}), source="two.csv", own_codes=True)
    space = TermSpace(trees, 60)
    assert sum(space.count_by_length(log).values()) > 10**14
    assert space.n_shards(log) == space.plan(log).n_shards == 1
