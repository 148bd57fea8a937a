"""The plain censuses beside ours: they count the same programs, and a single one that is off is noticed."""

from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks.plain import numba_census, numpy_census, ours
from benchmarks.plain.question import by_behaviour, difference, read_question
from benchmarks.plain.side_by_side import DisagreementError, check_same
from benchmarks.plain.webppl_census import counted_of

BITS = 16


@pytest.fixture(scope="module")
def question():
    return read_question()


@pytest.fixture(scope="module")
def wanted(question):
    return by_behaviour(ours.census(BITS), question)


def test_numpy_counts_what_we_count(question, wanted):
    found = by_behaviour(numpy_census.census(question, BITS), question)
    assert found.count.sum() == 1929
    assert difference(found, wanted) is None


def test_the_loop_counts_what_we_count(question, monkeypatch):
    """As plain Python, with a plain dictionary: compiling takes longer."""
    monkeypatch.setattr(numba_census, "Dict", SimpleNamespace(empty=lambda *_: {}))
    monkeypatch.setattr(numba_census, "evaluate", numba_census.evaluate.py_func)
    monkeypatch.setattr(numba_census, "count_all", numba_census.count_all.py_func)
    found = by_behaviour(numba_census.census(question, 12), question)
    assert difference(found, by_behaviour(ours.census(12), question)) is None


def test_masses_become_numbers_of_programs(question, wanted):
    """WebPPL tells shares of the mass under 2^-length, here worked out from our own counts."""
    census = ours.census(BITS)
    mass = census.count * np.exp2(-census.length)
    lengths = np.bincount(census.length, weights=census.count).astype(int).tolist()
    keys = [
        "".join(map(str, [*intact, *inverted])) + f" {length} {time}"
        for intact, inverted, length, time, _ in zip(*map(np.ndarray.tolist, census), strict=True)
    ]
    answer = {"keys": keys, "shares": (mass / mass.sum()).tolist(), "counted": lengths}
    found = by_behaviour(counted_of(answer, len(question.situations)), question)
    assert difference(found, wanted) is None
    answer["shares"][0] *= 1.5
    with pytest.raises(ValueError, match="no whole numbers"):
        counted_of(answer, len(question.situations))


@pytest.mark.parametrize("field", ["intact", "inverted", "length", "time", "count"])
def test_a_single_difference_is_told(wanted, field):
    changed = getattr(wanted, field).copy()
    changed.reshape(-1)[-1] += 1
    with pytest.raises(DisagreementError, match="WebPPL, enumerate does not count what mesaprior, 1 worker counts"):
        check_same(wanted._replace(**{field: changed}), wanted, "webppl", "merged-1", BITS)
    check_same(wanted, wanted, "webppl", "merged-1", BITS)


def test_a_group_that_is_missing_is_told(wanted):
    # The next group has its programs, so that their number is right.
    count = wanted.count[1:].copy()
    count[0] += wanted.count[0]
    missing = wanted._replace(**{name: getattr(wanted, name)[1:] for name in wanted._fields})._replace(count=count)
    assert difference(missing, wanted) == f"{len(count):,} groups here and {len(count) + 1:,} there"
