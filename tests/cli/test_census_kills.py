"""A long census in a process of its own, killed or interrupted anywhere, ends in the same bytes."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from itertools import count

import pytest

from tests.hypotheses.small_census import content
from tests.test_examples import EXAMPLES

pytestmark = pytest.mark.skipif(os.name != "posix", reason="there are no such signals here")

N_SHARDS = 6
PATIENCE = 300
"""Seconds; kernels may have to be compiled."""

MACHINES = "machines"


def command(folder, what, n_shards=N_SHARDS):
    """Return the command that counts terms up to so many bits, or machines."""
    corridor = EXAMPLES / "corridor"
    log, language = str(corridor / "corridor.csv"), str(corridor / "corridor.toml")
    # Little memory makes a pass of every shard, so that there are many moments to be hit at.
    terms = ("--language", language, "--max-bits", str(what), "--max-memory", "1")
    machines = ("--space", "turing", "--states", "2-3", "--max-time", "100")
    return [
        *(sys.executable, "-m", "mesaprior", "census", log, *(machines if what == MACHINES else terms)),
        *("--shards", str(n_shards), "--workers", "2", "--out", str(folder)),
    ]


def begin(*what):
    """Start the command in a process of its own."""
    # A shell may have told those it starts to pass over Ctrl-C.
    return subprocess.Popen(
        command(*what),
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )


def wait_for(process, folder, pattern, n_files=1):
    """Wait until there are so many files of a pattern in a folder, or the process has ended."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and len(list(folder.glob(pattern))) < n_files:
        assert time.monotonic() < deadline
        time.sleep(0.001)


def counted(folder, *what):
    """Count without interruption; return how long it takes from the first file on, and what is said."""
    process = begin(folder, *what)
    wait_for(process, folder, "unfinished.json")
    start = time.monotonic()
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, said
    return time.monotonic() - start, said


def kill(folder, what, delay):
    """Count, and kill the process some time after its first file; return whether that hit it."""
    process = begin(folder, what)
    if delay < 0:
        time.sleep(-delay)
    else:
        wait_for(process, folder, "unfinished.json")
        time.sleep(delay)
    process.kill()
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, -signal.SIGKILL), said
    return process.returncode != 0


def kill_many(tmp_path, what, n_kills, seed):
    """Kill at random moments until there were so many hits, and complete the census now and then."""
    counted(tmp_path / "warm", what)
    seconds, _ = counted(tmp_path / "whole", what)
    whole = content(tmp_path / "whole")
    draw = random.Random(seed)
    hits, states = 0, set()
    for attempt in count():
        if hits >= n_kills:
            break
        assert attempt < 10 * n_kills
        folder = tmp_path / "cut"
        for _ in range(draw.randint(1, 3)):
            # Now and then before anything is written.
            delay = -draw.uniform(0, 1) if draw.random() < 0.1 else draw.uniform(0, seconds)
            hits += kill(folder, what, delay)
            states.add(len(list(folder.glob("shard-*.json"))) if folder.exists() else None)
        counted(folder, what)
        assert content(folder) == whole
        assert sorted(path.name for path in tmp_path.iterdir()) == ["cut", "warm", "whole"]
        shutil.rmtree(folder)
    return states


def test_killed_it_ends_in_the_same_bytes(tmp_path):
    kill_many(tmp_path, 24, 1, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("what", [28, MACHINES])
def test_killed_again_and_again_it_ends_in_the_same_bytes(what, tmp_path):
    states = kill_many(tmp_path, what, 50, seed=2)
    # The moments were such that some shards were done and others not.
    assert len(states & set(range(1, N_SHARDS))) >= 3


@pytest.mark.parametrize("what", [28, pytest.param(MACHINES, marks=pytest.mark.slow)])
def test_ctrl_c_is_one_sentence_and_the_same_command_goes_on(what, tmp_path):
    # Many shards, so that some are left however late the signal comes.
    n_shards = 40
    counted(tmp_path / "whole", what, n_shards)
    process = begin(tmp_path / "cut", what, n_shards)
    wait_for(process, tmp_path / "cut", "shard-*.json", 2)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=PATIENCE)
    done = len(list((tmp_path / "cut").glob("shard-*.json")))
    assert 2 <= done < n_shards, said
    lines = [line for line in said.splitlines() if "Counting" not in line]
    assert lines == [
        f"Error: interrupted; {done} of {n_shards} shards are done and kept in {tmp_path / 'cut'}, and the same "
        "command resumes from there."
    ]
    assert process.returncode == 130
    _, said = counted(tmp_path / "cut", what, n_shards)
    assert f"{done} of {n_shards} shards were done already." in said.splitlines()
    assert content(tmp_path / "cut") == content(tmp_path / "whole")
