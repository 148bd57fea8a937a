"""The versions of the packages that count."""

from __future__ import annotations

import platform
from importlib.metadata import version


def versions() -> dict[str, str]:
    """Return the versions that counts and results depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in ("mesaprior", "numpy", "numba")}
