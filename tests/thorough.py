"""How many examples the dearest random tests draw: a quarter in the usual suite, all of them in `make test-slow`."""

import os

from hypothesis import settings

THOROUGH = bool(os.environ.get("THOROUGH"))


def draws(n: int) -> settings:
    """Return the settings of a random test that is to draw so many examples where there is time."""
    return settings(max_examples=n if THOROUGH else -(-n // 4))
