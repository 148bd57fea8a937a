"""Settings that all tests share."""

import os

from hypothesis import HealthCheck, settings

# Kernels compile on first use, so no example has a deadline.
settings.register_profile(
    "default",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    derandomize=bool(os.environ.get("CI")),
)
settings.load_profile("default")
