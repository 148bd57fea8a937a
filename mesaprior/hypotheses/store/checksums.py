"""JSON files that carry their own checksum, so that no byte of them can change unnoticed."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from mesaprior.narrowing import is_table

CHECKSUM = "sha256"
"""Last key of a sealed object: SHA-256 of the file as it would be without this key."""


def sealed_text(content: dict[str, Any]) -> str:
    """Return an object as the text of a sealed JSON file."""
    return _text(content | {CHECKSUM: hashlib.sha256(_text(content).encode()).hexdigest()})


def read_sealed(path: Path) -> dict[str, Any] | None:
    """Return the object in a sealed JSON file, without its checksum, or None where it is not as it was written."""
    content = read_json(path)
    if content is None or content.pop(CHECKSUM, None) is None:
        return None
    return content if path.read_bytes() == sealed_text(content).encode() else None


def read_json(path: Path) -> dict[str, Any] | None:
    """Return the object in a JSON file, or None where there is none."""
    try:
        content: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return content if is_table(content) else None


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2) + "\n"
