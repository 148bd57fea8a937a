"""Which unfinished census a run would resume in a folder, and whether what is finished there is intact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mesaprior.errors import ContentError
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.store.atomic_swap import beside, current_folder
from mesaprior.hypotheses.store.layout import census_record
from mesaprior.hypotheses.store.manifest import (
    Unfinished,
    checksums_of,
    note_of,
    read_manifest,
    same_shards,
    unfinished_at,
)
from mesaprior.hypotheses.terms.language import Language


def resumable_at(
    folder: str | Path,
    log: ImitationLog,
    language: Language | None,
    *,
    bounds: dict[str, Any],
    engine: str,
    space: str = "terms",
) -> Unfinished | None:
    """Return the unfinished census that a `CensusWriter` of this folder would resume, or None.

    Parameters
    ----------
    folder, log, language, bounds, engine, space
        As in `CensusWriter`; the number of shards is that of the unfinished census.
    """
    folder = Path(folder).resolve()
    for place in (folder, beside(folder)):
        found = unfinished_at(place)
        if found is not None:
            note = note_of(log, language, bounds=bounds, engine=engine, n_shards=found.n_shards, space=space)
            if same_shards(found.note, note):
                return found
    return None


def is_whole(folder: str | Path) -> bool:
    """Tell whether a folder holds a finished census whose files all have their SHA-256."""
    place = current_folder(Path(folder))
    try:
        manifest = read_manifest(place)
    except ContentError:
        return False
    return all(census_record(place).is_intact(files) for files in checksums_of(manifest))
