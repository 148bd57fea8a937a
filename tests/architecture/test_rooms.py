"""The architecture as tests: who may import whom, what kernels may know, what an import costs."""

import ast
import importlib
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import mesaprior

PACKAGE = Path(mesaprior.__file__).parent
ROOT = PACKAGE.parent
ROOMS = {"priors", "hypotheses", "inference", "cli"}


def imports_of(path: Path) -> set[str]:
    """Return the absolute names of all modules that a file imports, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_the_import_contracts_hold():
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_exactly_four_rooms():
    assert {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"} == ROOMS


def test_the_hypotheses_know_codes_and_no_other_part_of_the_priors():
    for path in (PACKAGE / "hypotheses").rglob("*.py"):
        for name in imports_of(path):
            if name.startswith("mesaprior.priors"):
                assert name in ("mesaprior.priors", "mesaprior.priors.codes"), (path.name, name)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("kernels.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_kernels_know_arrays_only(path):
    options = {"mesaprior._jit", "mesaprior._jit.njit", "mesaprior._jit.njit_in_place"}
    allowed = {"numpy", "math", "typing", "typing.NamedTuple"} | options
    # Kernels may be made of other kernels.
    others = {name for name in imports_of(path) if re.fullmatch(r"mesaprior(\.\w+)*\.kernels(\.\w+)?", name)}
    assert imports_of(path) - others <= allowed
    raises = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Raise)]
    assert not raises


def test_the_contract_on_kernels_lists_all_of_them():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    listed = next(contract for contract in contracts if contract["name"] == "Kernels know arrays only")
    found = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in PACKAGE.rglob("kernels.py")}
    assert set(listed["source_modules"]) == found


def test_compiled_functions_stand_in_kernels_only():
    for path in PACKAGE.rglob("*.py"):
        if path.name not in ("kernels.py", "_jit.py"):
            assert not {name for name in imports_of(path) if name.split(".")[0] == "numba"}, path.name
            assert "mesaprior._jit" not in imports_of(path), path.name


def test_no_drawer_modules():
    drawers = {"utils.py", "helpers.py", "common.py", "core.py"}
    assert not [path for path in PACKAGE.rglob("*.py") if path.name in drawers]


def test_public_names_are_sorted_and_importable():
    assert mesaprior.__all__ == sorted(mesaprior.__all__)
    for name in mesaprior.__all__:
        value = getattr(mesaprior, name)
        assert value.__doc__, name
    assert set(dir(mesaprior)) == set(mesaprior.__all__)
    with pytest.raises(AttributeError, match="no attribute 'missing'"):
        mesaprior.missing  # noqa: B018


def test_every_module_has_a_docstring_and_imports():
    for path in sorted(PACKAGE.rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        assert importlib.import_module(name.removesuffix(".__init__")).__doc__, name


def test_importing_the_package_costs_nothing():
    heavy = ("numpy", "numba", "pandas", "sympy", "pyarrow", "rich", "matplotlib")
    code = f"import sys, mesaprior; print([m for m in {heavy!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
