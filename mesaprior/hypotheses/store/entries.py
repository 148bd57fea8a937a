"""An entry of the store: what is known of a census or a table of strings without reading its tables."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mesaprior.hypotheses import registry
from mesaprior.hypotheses.description import Description
from mesaprior.hypotheses.store.checksums import read_json
from mesaprior.hypotheses.store.layout import UNFINISHED
from mesaprior.hypotheses.store.record import MANIFEST

COMPLETE, UNFINISHED_STATE, DAMAGED, OTHER_SCHEMA = "complete", "unfinished", "damaged", "other schema"
"""States of an entry."""


@dataclass(frozen=True)
class Entry:
    """A folder of the store as a line of a list.

    Attributes
    ----------
    folder : Path
    state : str
        `complete`, `unfinished`, `damaged` or `other schema`; only manifests are looked at.
    key, language, log : str
        Key, and the names of the files that it was counted from; empty where they are not known. A space without a
        language has its name in place of one.
    bounds : dict of str to int or None
    programs, behaviours : int or None
        None where the census is not complete.
    shards_done, n_shards : int
    n_bytes : int
        Of its files on disk.
    space : str
        Name of the hypothesis space; empty where it is not known.
    """

    folder: Path
    state: str
    key: str
    language: str
    log: str
    bounds: dict[str, Any]
    programs: int | None
    behaviours: int | None
    shards_done: int
    n_shards: int
    n_bytes: int
    space: str = ""

    @property
    def name(self) -> str:
        """What names it in a list."""
        return self.folder.name

    @property
    def nouns(self) -> tuple[str, str]:
        """What its programs and its behaviours are called, in the plural."""
        spoken = registry.find(self.space)
        return "programs" if spoken is None else spoken.noun, "behaviours"

    @property
    def headline(self) -> str:
        """What it holds, or how far it is, in a sentence."""
        if self.state == UNFINISHED_STATE and self.n_shards:
            return f"Unfinished: {self.shards_done} of {self.n_shards} shards are done."
        if self.programs is None or self.behaviours is None:
            return f"{self.state.capitalize()}."
        programs, behaviours = self.nouns
        return f"{self.programs:,} {programs}, {self.behaviours:,} {behaviours}."

    @property
    def bounds_text(self) -> str:
        """The bounds in words; a dash where they are not known."""
        if not self.bounds:
            return "-"
        # The package that a census was counted with may be gone.
        return (registry.find(self.space) or Description()).in_words(self.bounds)

    def to_dict(self) -> dict[str, Any]:
        """Return the entry as plain data."""
        return vars(self) | {"folder": str(self.folder)}


def open_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest of a census, or what stands for it until it is finished; empty where neither is readable."""
    return read_json(folder / MANIFEST) or read_json(folder / UNFINISHED) or {}


def versions_of(note: dict[str, Any]) -> dict[str, str]:
    """Return the versions that a manifest says something was counted with."""
    return {name: note[name] for name in ("mesaprior", "python", "numpy", "numba") if name in note}
