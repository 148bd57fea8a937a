"""The findings of claims at their small size, worked out once for all tests."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import pytest

from mesaprior.inference.claims.claim import Findings
from mesaprior.inference.claims.registry import claim
from mesaprior.inference.claims.running import run_claim


@cache
def _found(name: str) -> Findings:
    return run_claim(claim(name), size="small", workers=2)


@pytest.fixture
def findings() -> Callable[[str], Findings]:
    """What a claim finds at its small size, by its name."""
    return _found
