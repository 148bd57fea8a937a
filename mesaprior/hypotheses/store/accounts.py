"""Whether the numbers of a census are those of its space: they are known without counting, so none need be believed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mesaprior.errors import ContentError
from mesaprior.hypotheses.census import ABSTAIN, FLAGS, Census
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.registry import find, stored_space
from mesaprior.hypotheses.store.record import MANIFEST
from mesaprior.hypotheses.terms.language import Language


def check_accounts(
    folder: Path, census: Census, manifest: dict[str, Any], language: Language | None, log: ImitationLog
) -> None:
    """Refuse a census whose numbers cannot be those of its space, whatever its checksums say.

    Parameters
    ----------
    folder : Path
    census : Census
        As it was read from there.
    manifest : dict
    language : Language or None
    log : ImitationLog
        The log that it was counted for.

    Raises
    ------
    ContentError
        If a prediction is no action, a flag is neither 0 nor 1, or the programs of some length are more or fewer than
        there are.
    """
    if not has_sound_predictions(census):
        raise _refused(folder, f"a prediction is no action, or one of {', '.join(FLAGS)} is not 0 or 1")
    counted = census.counted_by_length
    total = sum(counted.values())
    if total != manifest["n_programs"]:
        raise _refused(folder, f"it has {total:,} programs, and its {MANIFEST} says {manifest['n_programs']:,}")
    expected = exact_counts(manifest, language, log)
    if expected is None:
        return
    for length in sorted(counted.keys() | expected.keys()):
        if counted.get(length, 0) != expected.get(length, 0):
            raise _refused(
                folder,
                f"it has {counted.get(length, 0):,} programs of {length} bits, and there are "
                f"{expected.get(length, 0):,}",
            )


def has_sound_predictions(census: Census) -> bool:
    """Tell whether every prediction is an action or none, and every flag is 0 or 1."""
    lowest, highest = census.predictions.min(initial=0), census.predictions.max(initial=0)
    return bool(lowest >= ABSTAIN and highest < census.n_actions and census.flags.max(initial=0) <= 1)


def exact_counts(
    manifest: dict[str, Any], language: Language | None, log: ImitationLog
) -> dict[int | float, int] | None:
    """Return how many programs of each length there are, known without counting; None where that is not known."""
    if find(manifest["space"]) is None:
        return None
    space = stored_space(manifest["space"], manifest["bounds"], language)
    return space.count_by_length(log) if space.is_settled else None


def _refused(folder: Path, what: str) -> ContentError:
    return ContentError(
        f"{folder}: this census was changed, or is not the one that it says it is: {what}; count it again."
    )
