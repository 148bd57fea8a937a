"""The one question that the benchmarks share: the corridor, and its log."""

from pathlib import Path

import pytest

from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.language import read_language

CORRIDOR = Path(__file__).parent.parent / "examples" / "corridor"


@pytest.fixture(scope="session")
def corridor():
    """Return the language and the log of the corridor."""
    return read_language(CORRIDOR / "corridor.toml"), read_log(CORRIDOR / "corridor.csv")


@pytest.fixture(scope="session")
def corridor_learning():
    """Return the language of the corridor with learning, and the log."""
    return read_language(CORRIDOR / "corridor-learning.toml"), read_log(CORRIDOR / "corridor.csv")
