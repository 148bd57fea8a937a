"""Settings that all tests share."""

import math
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Kernels compile on first use, so no example has a deadline.
settings.register_profile(
    "default",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("default")


@pytest.fixture(scope="session", autouse=True)
def no_store_of_the_user(tmp_path_factory):
    """Keep the store of whoever runs the tests out of them; commands that run in processes of their own inherit it."""
    patch = pytest.MonkeyPatch()
    patch.setenv("MESAPRIOR_STORE", str(tmp_path_factory.mktemp("store")))
    yield
    patch.undo()


@pytest.fixture(scope="session", autouse=True)
def compiled():
    """Compile the engines once, so that no test takes the progress of a long first run for something else.

    Tests are about the kernels; that small work does as well without them is tested by itself.
    """
    from mesaprior import compiling
    from mesaprior.cli import compiling as notices
    from mesaprior.cli import progress
    from mesaprior.hypotheses.log import read_log
    from mesaprior.hypotheses.terms.language import read_language
    from mesaprior.hypotheses.terms.space import TermSpace

    patch = pytest.MonkeyPatch()
    patch.setattr(compiling, "PATIENCE", 0)
    patch.setattr(notices, "QUIET_SECONDS", math.inf)
    # Nor does what a busy machine says of work that takes a while.
    patch.setattr(progress, "LINE_SECONDS", 10.0**6)
    corridor = Path(__file__).parent.parent / "examples" / "corridor"
    log = read_log(corridor / "corridor.csv")
    for name in ("corridor.toml", "corridor-learning.toml"):
        space = TermSpace(read_language(corridor / name), 12)
        space.census(log)
        space.census(log, engine="reference")
    yield
    patch.undo()
