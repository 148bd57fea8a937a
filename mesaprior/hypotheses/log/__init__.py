"""The imitation log: the teacher's actions, row by row, and reading it from raw files."""

from mesaprior.hypotheses.log.building import log_from_frame, log_of_table, read_log
from mesaprior.hypotheses.log.columns import Reading
from mesaprior.hypotheses.log.imitation_log import DEPLOY, NONE, ONLINE, SPLITS, TRAIN, ImitationLog
from mesaprior.hypotheses.log.notices import FileError
from mesaprior.hypotheses.log.reading import read_table
from mesaprior.hypotheses.log.values import LARGEST_VALUE

__all__ = [
    "DEPLOY",
    "LARGEST_VALUE",
    "NONE",
    "ONLINE",
    "SPLITS",
    "TRAIN",
    "FileError",
    "ImitationLog",
    "Reading",
    "log_from_frame",
    "log_of_table",
    "read_log",
    "read_table",
]
