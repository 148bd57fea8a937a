"""The versions of the packages that count."""

from __future__ import annotations

import platform
from importlib.metadata import version


def versions() -> dict[str, str]:
    """Return the versions that counts are made with, and that results are worked out with."""
    return {"python": platform.python_version()} | {name: version(name) for name in ("mesaprior", "numpy", "numba")}
