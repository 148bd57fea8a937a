"""The key of a census: what its counts depend on, as one digest."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.terms.language import Language


def census_key(language: Language, log: ImitationLog, bounds: dict[str, Any], space: str = "terms") -> str:
    """Return a SHA-256, in hexadecimal digits, over all that the counts depend on.

    Without `fit` the teacher does not matter, so logs over the same situations have the same key.

    Parameters
    ----------
    language : Language
    log : ImitationLog
        It must have every feature that the language looks up.
    bounds : dict of str to int or None
        As in `Census`.
    space : str
        Name of the hypothesis space.
    """
    content: dict[str, Any] = {"space": space, "language": language.digest, "bounds": bounds}
    if language.has("fit"):
        content["log"] = log.digest
    else:
        looked_up = sorted({token.name for token in language.tokens if token.kind == "lookup"})
        content["features"] = list(log.features)
        content["situations"] = sorted(log.situations.tolist())
        content["sizes"] = {name: log.feature_sizes[log.features.index(name)] for name in looked_up}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode()).hexdigest()
