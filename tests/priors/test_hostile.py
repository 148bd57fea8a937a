"""Ten thousand formulas that mean harm: each is refused, and nothing of it is run."""

import collections
import json
import os
import subprocess
import sys

import pytest

from tests.priors import hostile


def test_hostile_formulas_are_refused_and_run_nothing():
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, hostile.__file__]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    report = json.loads(done.stdout)
    assert report["read"] == []
    assert report["refused"] == 10_000
    # Nothing was compiled, executed, imported or opened; what would have been seen if it were, the control shows.
    assert report["events"] == []
    assert report["control"] == ["compile", "exec"]


def test_what_the_formulas_are():
    texts = list(hostile.hostile_formulas(10_000))
    counts = collections.Counter(kind for kind, _ in texts)
    assert set(counts) == set(hostile.FRAGMENTS)
    assert min(counts.values()) > 1000
    assert len({text for _, text in texts}) > 5000
    assert texts == list(hostile.hostile_formulas(10_000))


@pytest.mark.parametrize("text", hostile.VALID)
def test_what_they_are_cut_into_is_valid(text: str):
    from mesaprior.priors.prior import make_prior

    assert make_prior(text).text == text
