"""The scripts of the page, as one: modules in the order in which they build on each other."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
    "start",
)
"""Each imports from those before it only, and the names of all of them are distinct."""

MODULES_OF_SERVED = (*MODULES[:-1], "served")
"""Those of a page that is served, likewise: it begins in another way."""

MODULES_OF_CLAIMS = ("phrases", "elements", "charts", "claims")
"""Those of the page of claims, likewise."""

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', flags=re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async |function |const |class )", flags=re.MULTILINE)


def script_of_page(modules: Sequence[str] = MODULES) -> str:
    """Return modules as one: a page from disk cannot import files, so imports go and exports become plain names."""
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text_of(name))) for name in modules)


def text_of(module: str) -> str:
    """Return the text of a module."""
    return (files("mesaprior.cli.page") / "scripts" / f"{module}.js").read_text(encoding="utf-8")
