"""What the files around the package say of it: pins, bounds, licence, citation, changes."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def pins(name: str) -> dict[str, str]:
    """Return the version of each package in a file of pins; every line is ``name==version``."""
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    found = [re.fullmatch(r"([A-Za-z0-9_.-]+)==([0-9][0-9a-z.]*)", line) for line in lines]
    assert all(found), f"{name} has a line that is no pin"
    return {canonicalize_name(pin[1]): pin[2] for pin in found if pin}


def requirements() -> list[Requirement]:
    """Return what the package needs, with all extras and groups."""
    optional = PROJECT["project"]["optional-dependencies"].values()
    lists = [PROJECT["project"]["dependencies"], *optional, *PROJECT["dependency-groups"].values()]
    return [Requirement(text) for one in lists for text in one if isinstance(text, str)]


def needed_packages() -> set[str]:
    """Return the names of all that is installed for the requirements, and for what they require in turn."""
    seen: set[tuple[str, str]] = set()
    waiting = requirements()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        new = {(name, extra) for extra in ("", *requirement.extras)} - seen
        if not new:
            continue
        seen |= new
        try:
            lines = metadata.requires(name) or []
        except metadata.PackageNotFoundError:
            # Groups that are not installed here, such as that of the documentation, are not looked into.
            continue
        below = [Requirement(line) for line in lines]
        waiting += [
            one for one in below if not one.marker or any(one.marker.evaluate({"extra": extra}) for _, extra in new)
        ]
    return {name for name, _ in seen}


def test_each_installed_pin_is_required_by_something():
    installed = {canonicalize_name(one.name) for one in metadata.distributions()}
    idle = (pins("constraints.txt").keys() & installed) - needed_packages() - {"pip"}
    assert not idle, "nothing needs these pins: " + ", ".join(sorted(idle))


def test_everything_that_is_required_is_pinned():
    loose = needed_packages() - pins("constraints.txt").keys()
    assert not loose, "not in constraints.txt: " + ", ".join(sorted(loose))


def test_a_package_that_nothing_needs_would_be_noticed():
    assert "lazy-importer" not in needed_packages()
    assert {"llvmlite", "py-cpuinfo2", "mpmath"} <= needed_packages()


def test_pins_are_within_the_bounds():
    pinned = pins("constraints.txt")
    for requirement in requirements():
        assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), str(requirement)


def test_the_lowest_versions_are_the_lower_bounds():
    tested = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["plot"]]
    bounds = {}
    for text in tested:
        requirement = Requirement(text)
        (bound,) = requirement.specifier
        assert bound.operator == ">="
        bounds[canonicalize_name(requirement.name)] = bound.version
    lowest = pins("constraints-lowest.txt")
    assert lowest.keys() == bounds.keys()
    for name, version in lowest.items():
        assert version == bounds[name] or re.fullmatch(rf"{re.escape(bounds[name])}(\.0)+", version), name


def test_the_citation_names_this_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= citation.keys()
    assert citation["version"] == PROJECT["project"]["version"]
    assert citation["license"] == PROJECT["project"]["license"]
    assert citation["authors"] == PROJECT["project"]["authors"]


def test_the_licence_is_the_one_that_is_named():
    assert PROJECT["project"]["license"] == "MIT"
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert text.startswith("MIT License\n")
    assert "the mesaprior authors" in text


def test_the_changes_of_this_version_are_told():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    versions = re.findall(r"^## \[(.+?)\]", text, flags=re.MULTILINE)
    assert versions[:1] == [PROJECT["project"]["version"]] or versions[:2] == [
        "Unreleased",
        PROJECT["project"]["version"],
    ]
    kinds = set(re.findall(r"^### (.+)$", text, flags=re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_every_target_of_the_makefile_is_listed():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = {name for line in re.findall(r"^\.PHONY: (.+)$", makefile, flags=re.MULTILINE) for name in line.split()}
    told = set(re.findall(r"^([a-z-]+):.*## ", makefile, flags=re.MULTILINE))
    assert told == phony
