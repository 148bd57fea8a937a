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
    "crowd",
    "people",
    "main",
)
"""Each imports from those before it only, and the names of all of them are distinct."""

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', flags=re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async |function |const |class )", flags=re.MULTILINE)


def script_of_page() -> str:
    """Return all modules as one: a page from disk cannot import files, so imports go and exports become plain names."""
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text_of(name))) for name in MODULES)


def text_of(module: str) -> str:
    """Return the text of a module."""
    return (files("mesaprior.cli.page") / "scripts" / f"{module}.js").read_text(encoding="utf-8")
