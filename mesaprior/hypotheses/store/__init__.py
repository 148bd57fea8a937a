"""Censuses on disk: folders of Parquet files, written shard by shard, and the store where they are found again.

The files are described in ``docs/reference/census.md``. Whatever interrupts a run, shards that were complete are
complete, and a census that was there is there.
"""

from mesaprior.hypotheses.store.concatenation import concatenated
from mesaprior.hypotheses.store.keys import census_key
from mesaprior.hypotheses.store.manifest import Unfinished, unfinished_at
from mesaprior.hypotheses.store.places import check_writable
from mesaprior.hypotheses.store.reading import StoredCensus, open_census
from mesaprior.hypotheses.store.root import entry_path, find_census, store_root
from mesaprior.hypotheses.store.writing import CensusWriter, save_census

__all__ = [
    "CensusWriter",
    "StoredCensus",
    "Unfinished",
    "census_key",
    "check_writable",
    "concatenated",
    "entry_path",
    "find_census",
    "open_census",
    "save_census",
    "store_root",
    "unfinished_at",
]
