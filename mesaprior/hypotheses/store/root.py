"""The store: one folder of censuses that are found again by their key."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from mesaprior.errors import ContentError
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.store.atomic_swap import current_folder
from mesaprior.hypotheses.store.keys import census_key
from mesaprior.hypotheses.store.manifest import read_manifest
from mesaprior.hypotheses.terms.language import Language

VARIABLE = "MESAPRIOR_STORE"
"""The environment variable that says where the store is."""

KEY_DIGITS = 16
"""An entry is named by so many digits of its key."""


def store_root() -> Path:
    """Return the folder of the store: `MESAPRIOR_STORE`, or else the user's place for data; it need not exist."""
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given)
    from platformdirs import user_data_path

    return user_data_path("mesaprior", appauthor=False) / "store"


def entry_path(
    language: Language | None,
    log: ImitationLog,
    bounds: dict[str, Any],
    space: str = "terms",
    *,
    root: str | Path | None = None,
) -> Path:
    """Return where the store keeps a census, whether or not it is there.

    Parameters
    ----------
    language, log, bounds, space
        As in `census_key`.
    root : str or Path or None
        Folder of the store; None for `store_root`.
    """
    key = census_key(language, log, bounds, space)
    return Path(root if root is not None else store_root()) / key[:KEY_DIGITS]


def find_census(
    language: Language | None,
    log: ImitationLog,
    bounds: dict[str, Any],
    space: str = "terms",
    *,
    root: str | Path | None = None,
) -> Path | None:
    """Return the finished census of the store that answers, or None; the parameters are those of `entry_path`.

    In a language without `fit`, or in a space without a language, it may have been counted for another log over the
    same situations: ``open_census(found, log=log)`` derives this one's.
    """
    path = current_folder(entry_path(language, log, bounds, space, root=root))
    try:
        manifest = read_manifest(path)
    except ContentError:
        return None
    return path if manifest["key"] == census_key(language, log, bounds, space) else None
