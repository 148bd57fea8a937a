"""Settings that all tests share."""

import os

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
