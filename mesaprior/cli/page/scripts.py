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
"""Each imports from those before it only, and the names of all of them are distinct."""

FROM_DISK, SERVED = ("start",), ("served",)
"""What comes last, and begins."""

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./(\w+)\.js";\n', flags=re.MULTILINE)
_EXPORT = re.compile(r"^export (?=async |function |const |class )", flags=re.MULTILINE)


def script_of_page(*, is_served: bool = False) -> str:
    """Return all modules as one: a page from disk cannot import files, so imports go and exports become plain names."""
    modules = (*MODULES, *(SERVED if is_served else FROM_DISK))
    return "\n".join(_EXPORT.sub("", _IMPORT.sub("", text_of(name))) for name in modules)


def text_of(module: str) -> str:
    """Return the text of a module."""
    return (files("mesaprior.cli.page") / "scripts" / f"{module}.js").read_text(encoding="utf-8")
