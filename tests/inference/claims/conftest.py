"""The findings of claims at their small size, worked out once for all tests and all processes that run them."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from functools import cache

import pytest
from filelock import FileLock

from mesaprior.inference.claims.claim import Findings
from mesaprior.inference.claims.registry import claim
from mesaprior.inference.claims.running import run_claim


@pytest.fixture(scope="session")
def findings(tmp_path_factory) -> Callable[[str], Findings]:
    """What a claim finds at its small size, by its name."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent

    @cache
    def found(name: str) -> Findings:
        path = folder / f"{name}.pickle"
        with FileLock(path.with_suffix(".lock")):
            if not path.exists():
                path.write_bytes(pickle.dumps(run_claim(claim(name), size="small", workers=2)))
        return pickle.loads(path.read_bytes())

    return found
