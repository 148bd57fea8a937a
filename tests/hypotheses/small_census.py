"""A little census that the tests of the store write and damage."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from mesaprior.hypotheses.log import log_from_frame
from mesaprior.hypotheses.store import CensusWriter
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
from tests.hypotheses.sharding import split

ROWS = {"p": [0, 3, 2, 0, 1], "c": [3, 3, 1, 0, 3], "action": [2, 0, 1, 0, 2], "split": ["train"] * 3 + ["deploy"] * 2}
TOKENS = [
    {"kind": "feature", "name": "p"},
    {"kind": "feature", "name": "c"},
    {"kind": "candidate"},
    {"kind": "binary", "name": "dist"},
    {"kind": "binary", "name": "lt"},
    {"kind": "argmin"},
    {"kind": "constant", "value": 2},
]
LEARNING = [{"kind": "parameter"}, {"kind": "fit", "bits": 3}]
N_SHARDS = 3


@dataclass(frozen=True)
class Counted:
    """A census with all that it takes to write it."""

    census: Any
    log: Any
    language: Any
    shards: tuple

    def writer(self, folder, **others):
        """Return the writer of its shards."""
        given = {"bounds": self.census.bounds, "engine": "merged", "n_shards": len(self.shards)} | others
        return CensusWriter(folder, self.log, self.language, **given)

    def write(self, folder, only=None, **others):
        """Write all shards, or only these, and finish if none is missing."""
        writer = self.writer(folder, **others)
        for k in writer.missing:
            if only is None or k in only:
                writer.write(k, self.shards[k])
        if not writer.missing:
            writer.finish()
        return writer


@cache
def counted(*, max_bits=12, max_time=None, learning=False, actions=(2, 0, 1, 0, 2), n_shards=N_SHARDS):
    """Return a small census in shards."""
    tokens = TOKENS[:4] + LEARNING + TOKENS[5:6] if learning else TOKENS
    language = language_from_dict({"domain": 4, "actions": 3, "token": tokens}, source="small.toml")
    log = log_from_frame(pd.DataFrame(ROWS | {"action": list(actions)}), source="small.csv", own_codes=True)
    census = TermSpace(language, max_bits, max_time).census(log)
    return Counted(census, log, language, tuple(split(census, log, n_shards)))


def content(folder):
    """Return the bytes of every file of a folder by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}
