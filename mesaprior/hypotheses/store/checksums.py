"""JSON files that carry a digest of themselves, so that no byte of them can change unnoticed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from mesaprior.hypotheses.store.layout import read_json

SEAL = "sha256"
"""Last key of a sealed object: SHA-256 of the file as it would be without this key."""


def sealed_text(content: dict[str, Any]) -> str:
    """Return an object as the text of a sealed JSON file."""
    return _text(content | {SEAL: hashlib.sha256(_text(content).encode()).hexdigest()})


def read_sealed(path: Path) -> dict[str, Any] | None:
    """Return the object in a sealed JSON file, without its seal, or None where it is not as it was written."""
    content = read_json(path)
    if content is None or content.pop(SEAL, None) is None:
        return None
    return content if path.read_bytes() == sealed_text(content).encode() else None


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2) + "\n"
