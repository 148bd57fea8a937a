"""The words that are read as splits of a log."""

from __future__ import annotations

from mesaprior.hypotheses.log.imitation_log import DEPLOY, ONLINE, TRAIN
from mesaprior.hypotheses.log.raw_table import MISSING

SPLIT_WORDS = (
    dict.fromkeys(("train", "training", "trn", "learn", "learning"), TRAIN)
    | {"online": ONLINE}
    | dict.fromkeys(
        ("deploy", "deployment", "test", "testing", "tst", "validation", "validate", "valid", "val", "dev"), DEPLOY
    )
    | dict.fromkeys(("holdout", "hold-out", "held-out", "heldout", "eval", "evaluation"), DEPLOY)
)
"""What words in a column of splits mean, in any letters."""


def split_of(text: str) -> int | None:
    """Return the split that a cell means, empty meaning training; None where it is not a split."""
    return TRAIN if text in MISSING else SPLIT_WORDS.get(text.casefold())
