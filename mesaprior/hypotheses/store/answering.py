"""Which censuses of the store answer for a log: of whatever language, space and bounds."""

from __future__ import annotations

from pathlib import Path

from mesaprior.errors import MesapriorError
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.store.atomic_swap import current_folder
from mesaprior.hypotheses.store.censuses import CENSUSES
from mesaprior.hypotheses.store.entries import COMPLETE, Entry
from mesaprior.hypotheses.store.keys import census_key
from mesaprior.hypotheses.store.manifest import language_of, log_codes_of, read_manifest
from mesaprior.hypotheses.store.record import MANIFEST
from mesaprior.hypotheses.store.root import store_root


def entries_for(log: ImitationLog, *, root: str | Path | None = None) -> list[Entry]:
    """Return the finished censuses of the store that answer for a log, by space, language and number of programs.

    Parameters
    ----------
    log : ImitationLog
    root : str or Path, optional
        Folder of the store; `store_root` by default. It need not exist.

    Notes
    -----
    Only manifests are read. A census that was counted for another log answers where its key is the same: in languages
    without `fit`, over the same situations.
    """
    entries = CENSUSES.entries_in(Path(root if root is not None else store_root()))
    found = [entry for entry in entries if entry.state == COMPLETE and _answers(entry, log)]
    return sorted(found, key=lambda entry: (entry.space, entry.language, entry.programs or 0, entry.key))


def _answers(entry: Entry, log: ImitationLog) -> bool:
    """Tell whether a census answers for a log, by its manifest."""
    folder = current_folder(entry.folder)
    try:
        manifest = read_manifest(folder)
        language = language_of(manifest, folder / MANIFEST)
        codes = log_codes_of(manifest, folder / MANIFEST)
        # The key says nothing of what labels mean, and asks for features that a language looks up.
        if manifest["log"].get("features") != list(log.features) or codes != log.codes:
            return False
        return census_key(language, log, manifest["bounds"], manifest["space"]) == manifest["key"]
    except MesapriorError:
        return False
