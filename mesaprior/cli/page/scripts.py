"""The scripts of the page, as one: modules in the order in which they build on each other."""

from __future__ import annotations

import re
from importlib.resources import files

MODULES = (
    "logspace",
    "phrases",
    "payload",
    "noise",
    "model",
    "answer",
    "elements",
    "tree",
    "program",
    "view",
    "charts",
    "phase",
    "main",
)
"""Each uses names of those before it only, and all names are distinct."""


def script_of_page() -> str:
    """Return all modules as one: a page from disk cannot import files, so their exports become plain names."""
    folder = files("mesaprior.cli.page") / "scripts"
    texts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in MODULES]
    return "\n".join(re.sub(r"^export ", "", text, flags=re.MULTILINE) for text in texts)
