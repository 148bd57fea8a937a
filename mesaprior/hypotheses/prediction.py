"""The meaning of one program on a log, run by itself in plain Python."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import numpy as np

from mesaprior.hypotheses.census import FLAGS
from mesaprior.hypotheses.log import ImitationLog


class Prediction(ABC):
    """What one program does on a log; without a search or fit to invert, the predictions are all there is to say."""

    @property
    @abstractmethod
    def predictions(self) -> dict[str, np.ndarray]:
        """Action on each row, ``int64[R]``, by variant; the first one, ``intact``, is what the program does."""

    @property
    def flags(self) -> dict[str, bool]:
        """Lesion flags by name, see `census.FLAGS`."""
        return dict.fromkeys(FLAGS, False)

    @property
    def changes(self) -> dict[str, int]:
        """On how many training and later rows each intervention changes the action, by the column of a census."""
        return {}


class PlainPrediction(Prediction):
    """What a program does that takes the same action in a situation whenever it comes.

    Parameters
    ----------
    actions : sequence of int
        In the distinct situations of the log, ``[S]``.
    log : ImitationLog
    """

    def __init__(self, actions: Sequence[int] | np.ndarray, log: ImitationLog):
        self._actions, self._log = np.asarray(actions, dtype=np.int64), log

    @property
    def predictions(self) -> dict[str, np.ndarray]:
        """Action on each row, ``int64[R]``."""
        return {"intact": self._actions[self._log.row_situation]}
