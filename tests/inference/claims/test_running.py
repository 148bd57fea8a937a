"""Worlds on threads and in processes: the same findings, one sentence where a process dies, none left behind."""

import multiprocessing
import os
import signal
import time
from dataclasses import replace

import pytest

from mesaprior.errors import RunError
from mesaprior.inference.claims.claim import BASE, Cell, Size, WorldStudy
from mesaprior.inference.claims.pools import studies_of
from mesaprior.inference.claims.registry import claim
from mesaprior.inference.claims.running import run_claim, table_of


def quick(seed, size):
    return WorldStudy([Cell(BASE, 0.0, float(seed), 0.0, {"bits": size.max_bits})], [])


def slow_after_the_first(seed, size):
    time.sleep(60.0 if seed else 0.0)
    return quick(seed, size)


def dying(seed, size):
    if seed == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return quick(seed, size)


def studying(study):
    return replace(claim("pseudorealizable"), study=study)


@pytest.mark.parametrize(("workers", "in_processes"), [(1, False), (3, False), (1, True), (2, True), (10**9, False)])
def test_worlds_come_in_the_order_of_the_seeds(workers, in_processes):
    size = Size(7, 20, ())
    studies = list(studies_of(studying(quick), size, workers=workers, in_processes=in_processes))
    assert table_of(studies, size)["margin"].tolist() == [0, 1, 2, 3, 4, 5, 6]


def test_processes_find_what_threads_find(findings):
    found = run_claim(claim("fixed-goal"), size="small", workers=2, in_processes=True)
    assert found.table.to_csv() == findings("fixed-goal").table.to_csv()


def test_process_that_is_killed_is_told_in_one_sentence():
    with pytest.raises(RunError, match="fewer workers"):
        list(studies_of(studying(dying), Size(6, 20, ()), workers=2, in_processes=True))


def test_who_stops_listening_leaves_no_process_behind():
    before = set(multiprocessing.active_children())
    studies = studies_of(studying(slow_after_the_first), Size(4, 20, ()), workers=2, in_processes=True)
    next(studies)
    begin = time.monotonic()
    with pytest.raises(ZeroDivisionError):
        for _ in studies_until_trouble(studies):
            pass
    studies.close()
    while set(multiprocessing.active_children()) - before and time.monotonic() - begin < 30:
        time.sleep(0.05)
    assert not set(multiprocessing.active_children()) - before


def studies_until_trouble(studies):
    """Raise as Ctrl-C would, while worlds are being measured."""
    signal.signal(signal.SIGALRM, lambda *_: 1 // 0)
    signal.setitimer(signal.ITIMER_REAL, 1.5)
    yield from studies
