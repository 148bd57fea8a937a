"""The stubs in typings/ say nothing of a library that it does not have."""

import ast
import importlib
from pathlib import Path

import pytest

TYPINGS = Path(__file__).parents[2] / "typings"
STUBS = {
    ".".join(path.relative_to(TYPINGS).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted(TYPINGS.rglob("*.pyi"))
}


def named(body):
    """Return the names that statements of a stub define, those of classes with their members."""
    for statement in body:
        match statement:
            case ast.ClassDef(name=name, body=inner):
                yield (name,)
                yield from ((name, *rest) for rest in named(inner))
            # Before Python 3.12 this has no name.
            case ast.FunctionDef(name="__buffer__"):
                pass
            case ast.FunctionDef(name=name) | ast.AnnAssign(target=ast.Name(id=name)):
                yield (name,)


def missing(stub, library):
    """Return the names in the text of a stub that a library does not have."""
    for path in named(ast.parse(stub).body):
        found = library
        for name in path:
            if not hasattr(found, name):
                yield ".".join(path)
                break
            found = getattr(found, name)


@pytest.mark.parametrize("module", STUBS)
def test_libraries_have_what_their_stubs_name(module):
    assert not list(missing(STUBS[module].read_text(encoding="utf-8"), importlib.import_module(module)))


def test_what_a_library_lacks_would_be_noticed():
    stub = "class Path:\n    def exists(self): ...\n    def vanish(self): ...\ndef walk_away(): ...\n"
    assert list(missing(stub, importlib.import_module("pathlib"))) == ["Path.vanish", "walk_away"]
