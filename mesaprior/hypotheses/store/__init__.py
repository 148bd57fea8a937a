"""Censuses on disk: records of Parquet files, written shard by shard, and the store where they are found again.

The files are described in ``docs/reference/census.md``. Whatever interrupts a run, shards that were complete are
complete, and a census that was there is there.
"""

from mesaprior.hypotheses.store.answering import entries_for
from mesaprior.hypotheses.store.atomic_swap import check_writable
from mesaprior.hypotheses.store.censuses import CENSUSES, resolve_entry
from mesaprior.hypotheses.store.concatenation import concatenated
from mesaprior.hypotheses.store.entries import Entry, open_manifest
from mesaprior.hypotheses.store.keys import census_key
from mesaprior.hypotheses.store.kind import Removal
from mesaprior.hypotheses.store.manifest import Unfinished, unfinished_at
from mesaprior.hypotheses.store.merging import merge
from mesaprior.hypotheses.store.reading import StoredCensus, codes_of_census, open_census
from mesaprior.hypotheses.store.record import Finding
from mesaprior.hypotheses.store.resume import is_whole, resumable_at
from mesaprior.hypotheses.store.root import entry_path, find_census, store_root
from mesaprior.hypotheses.store.verification import verify
from mesaprior.hypotheses.store.writing import CensusWriter, save_census

__all__ = [
    "CENSUSES",
    "CensusWriter",
    "Entry",
    "Finding",
    "Removal",
    "StoredCensus",
    "Unfinished",
    "census_key",
    "check_writable",
    "codes_of_census",
    "concatenated",
    "entries_for",
    "entry_path",
    "find_census",
    "is_whole",
    "merge",
    "open_census",
    "open_manifest",
    "resolve_entry",
    "resumable_at",
    "save_census",
    "store_root",
    "unfinished_at",
    "verify",
]
