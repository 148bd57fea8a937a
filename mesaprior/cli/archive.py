"""What the store keeps: censuses, and tables of strings; how each is found, described, verified and removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesaprior.hypotheses import store
from mesaprior.hypotheses.store.files import remove_census
from mesaprior.hypotheses.store.layout import is_census_folder
from mesaprior.hypotheses.store.locking import is_claimed
from mesaprior.hypotheses.turing.strings import entries as strings

if TYPE_CHECKING:
    from mesaprior.hypotheses.store import Entry, Finding, Removal


@dataclass(frozen=True)
class Kind:
    """Something that the store keeps in folders.

    Attributes
    ----------
    noun : str
    command : str
        What counts it again.
    is_at : callable
        Tells whether a folder holds one, in whatever state.
    entries_in : callable
        Describes all in a store.
    entry_at, verify, remove : callable
        Describe, check and remove the one in a folder.
    prune : callable
        Removes those that are of no use from a store.
    """

    noun: str
    command: str
    is_at: Callable[[Path], bool]
    entries_in: Callable[[Path], list[Entry]]
    entry_at: Callable[[Path], Entry]
    verify: Callable[[Path], list[Finding]]
    remove: Callable[[Path], int]
    prune: Callable[..., list[Removal]]


CENSUSES = Kind(
    noun="census",
    command="census",
    is_at=is_census_folder,
    entries_in=store.entries_in,
    entry_at=store.entry_at,
    verify=store.verify,
    remove=remove_census,
    prune=store.prune,
)
STRINGS = Kind(
    noun="table of strings",
    command="strings",
    is_at=strings.is_strings_folder,
    entries_in=strings.string_entries_in,
    entry_at=strings.string_entry_at,
    verify=strings.verify_strings,
    remove=strings.remove_table,
    prune=strings.prune_strings,
)
KINDS = (CENSUSES, STRINGS)


def kind_at(folder: Path) -> Kind:
    """Return what a folder holds; whatever is nothing of ours is refused as a census is."""
    return next((kind for kind in KINDS if kind.is_at(folder)), CENSUSES)


def entries_of(root: Path) -> list[Entry]:
    """Describe all that a store keeps."""
    return [entry for kind in KINDS for entry in kind.entries_in(root)]


def resolve(name: str, root: Path) -> Path:
    """Return the folder that a person means by a path, by a name in the store, or by the first digits of a key.

    Raises
    ------
    UsageError
        If there is none, or more than one.
    """
    if not Path(name).is_dir() and STRINGS.is_at(root / name):
        return root / name
    return store.resolve_entry(name, root)


def remove(folder: Path, *, dry_run: bool) -> int:
    """Remove what a folder holds; return how many bytes it takes.

    Raises
    ------
    ContentError
        If it holds nothing of ours.
    RunError
        If another process is counting it.
    """
    from mesaprior.errors import RunError

    kind = kind_at(folder)
    entry = kind.entry_at(folder)
    if is_claimed(folder):
        raise RunError(f"{folder}: another process is counting this {kind.noun}; wait for it, or stop it.")
    return entry.n_bytes if dry_run else kind.remove(folder)


def name_of(entry: Entry) -> str:
    """Return what names an entry in a list."""
    return f"{entry.folder.parent.name}/{entry.folder.name}" if entry.space == strings.SPACE else entry.folder.name


def further_facts(folder: Path) -> dict[str, Any]:
    """Return what a manifest says beside what an entry does, as plain data."""
    note = store.open_manifest(folder)
    versions = {name: note[name] for name in ("mesaprior", "python", "numpy", "numba") if name in note}
    if kind_at(folder) is STRINGS:
        names = ("rows", "verdicts", "most_steps", "most_ones")
        return {name: note[name] for name in names if name in note} | {"versions": versions}
    shards: list[dict[str, Any]] = [
        {name: facts[name] for name in ("behaviours", "rows", "programs")} for facts in note.get("shards", [])
    ]
    return {"engine": note.get("engine"), "versions": versions, "shards": shards}
