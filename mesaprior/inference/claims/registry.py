"""The claims by name."""

from __future__ import annotations

import difflib
import importlib

from mesaprior.errors import UsageError
from mesaprior.inference.claims.claim import Claim

CLAIMS = {
    "pseudorealizable": "pseudorealizable",
    "bridge-rules": "bridge_rules",
    "extreme-penalty": "extreme_penalty",
    "inner-learner": "inner_learner",
    "optimize-to-imitate": "optimize_to_imitate",
    "minimal-circuits": "minimal_circuits",
    "two-generalizations": "two_generalizations",
    "coin": "coin",
    "counting-argument": "counting_argument",
    "treacherous-turn": "treacherous_turn",
    "deity": "deity",
    "superhuman-first": "superhuman_first",
    "fixed-goal": "fixed_goal",
    "top-set": "top_set",
}
"""For each claim the module here that has its `CLAIM`, in the order of the debate."""


def claim(name: str) -> Claim:
    """Return a claim.

    Raises
    ------
    UsageError
        If there is none of this name.
    """
    if name not in CLAIMS:
        near = difflib.get_close_matches(name, CLAIMS, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(CLAIMS)}."
        raise UsageError(f"{name[:60]!r} is no claim; {hint}")
    found: Claim = importlib.import_module(f"mesaprior.inference.claims.{CLAIMS[name]}").CLAIM
    return found
