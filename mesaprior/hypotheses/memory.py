"""The memory that is available."""

from __future__ import annotations


def available_memory() -> int:
    """Return the bytes of memory that are free for this process, as far as the system tells."""
    # Takes a while to import, and only counting asks.
    import psutil

    return psutil.virtual_memory().available
