"""The key of a census: what its counts depend on, as one digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.language import Language


def census_key(language: Language | None, log: ImitationLog, bounds: dict[str, Any], space: str = "terms") -> str:
    """Return a SHA-256, in hexadecimal digits, over all that the counts depend on.

    Without `fit` the teacher does not matter, so logs over the same situations have the same key; in a space without a
    language they must have as many actions too.

    Parameters
    ----------
    language : Language or None
        None for a space without one, such as Turing machines.
    log : ImitationLog
        It must have every feature that the language looks up.
    bounds : dict of str to int or None
        As in `Census`.
    space : str
        Name of the hypothesis space.
    """
    digest = None if language is None else language.digest
    content: dict[str, Any] = {"space": space, "language": digest, "bounds": bounds}
    if language is not None and language.has("fit"):
        content["log"] = log.digest
    else:
        content["features"] = list(log.features)
        content["situations"] = sorted(log.situations.tolist())
    if language is None:
        content["actions"] = n_actions_of(None, log, bounds)
    elif not language.has("fit"):
        looked_up = sorted({token.name for token in language.tokens if token.kind == "lookup"})
        content["sizes"] = {name: log.feature_sizes[log.features.index(name)] for name in looked_up}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()


def n_actions_of(language: Language | None, log: ImitationLog, bounds: dict[str, Any]) -> int:
    """Return A: that of the language, or without one the bound on it, or else as many as the log has, at least 2."""
    if language is not None:
        return language.actions
    return bounds.get("actions") or max(2, log.largest_action + 1)


def has_vectors(language: Language | None) -> bool:
    """Tell whether a census holds the action vectors over all situations: in languages without `fit`.

    Without a language it holds none: there is no search or fit to invert, so the behaviours are these vectors.
    """
    return language is not None and not language.has("fit")
