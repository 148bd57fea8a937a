"""Warnings about a log: columns that look like ids, never vary or determine the action; idle rivals."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from mesaprior.hypotheses.log.coding import listed
from mesaprior.hypotheses.log.imitation_log import NONE, ImitationLog
from mesaprior.hypotheses.log.names import is_called_id, is_called_time
from mesaprior.hypotheses.log.notices import Notice, notice, option, shown
from mesaprior.hypotheses.log.values import as_integer, as_number

FEW_ROWS = 8
"""In a log with fewer rows, a column with another value on every row is nothing special."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}.*|[0-9]{1,2}[./][0-9]{1,2}[./][0-9]{2,4}.*|[0-9]{1,2}:[0-9]{2}.*")


def warnings_of(log: ImitationLog, n_actions: int) -> list[Notice]:
    """Return the warnings about a log, as sentences with the options that fix each.

    Parameters
    ----------
    log : ImitationLog
    n_actions : int
        A: how many actions programs can give.

    Returns
    -------
    list of Notice
        Columns in their order, then the rows.
    """
    return [*_of_columns(log), *_of_rows(log, n_actions)]


def _of_columns(log: ImitationLog) -> Iterator[Notice]:
    """Yield the warnings about features, at most one sentence per column."""
    acted = log.action != NONE
    n_rows = log.n_rows
    for place, name in enumerate(log.features):
        column = log.situations[log.row_situation, place]
        values, number = np.unique(column, return_inverse=True)
        drop = option("drop", name)
        if len(values) == 1:
            if n_rows > 1:
                value = shown(log.label(name, int(values[0])))
                yield notice(
                    f"column {shown(name)} is {value} on every row, so it tells nothing; leave it out with ", drop
                )
        elif _is_id_or_time(log, name, len(values)):
            if _is_quantity(log, name):
                yield notice(
                    f"column {shown(name)} has {len(values)} different numbers, so programs can memorize rows with it; "
                    "cut it into quantiles by `mesaprior prepare` with ",
                    option("bins", f"{name}=3"),
                    ", or leave it out with ",
                    drop,
                )
                continue
            yield notice(
                f"column {shown(name)} looks like an id or a time: programs can memorize rows with it; leave it "
                "out with ",
                drop,
                *([", or tell people apart by it with ", option("by", name)] if is_called_id(name) else []),
            )
        elif len(values) < n_rows and _gives_away(number[acted], log.action[acted]):
            yield notice(
                f"column {shown(name)} alone determines the action on every row; if it was recorded after the choice, "
                "leave it out with ",
                drop,
            )


def _is_id_or_time(log: ImitationLog, name: str, n_values: int) -> bool:
    if n_values == log.n_rows >= FEW_ROWS:
        return True
    if is_called_id(name) or (is_called_time(name) and 2 * n_values > log.n_rows):
        return True
    labels = log.codes.get(name, {})
    return bool(labels) and all(_DATE.fullmatch(label) for label in labels)


def _is_quantity(log: ImitationLog, name: str) -> bool:
    """Return whether a column holds decimals, as measurements are."""
    labels = log.codes.get(name, {})
    numbers = [as_number(label) for label in labels]
    return None not in numbers and any(as_integer(label) is None for label in labels)


def _gives_away(value: np.ndarray, action: np.ndarray) -> bool:
    """Return whether rows with one value always have one action, where there are several actions."""
    if not len(action) or (action == action[0]).all():
        return False
    pairs = np.unique(value.astype(np.int64) * (int(action.max()) + 1) + action)
    return len(pairs) == len(np.unique(value))


def _of_rows(log: ImitationLog, n_actions: int) -> Iterator[Notice]:
    """Yield the warnings about actions, rivals and splits."""
    taken = set(np.unique(log.action[log.action != NONE]).tolist())
    never = [log.label("action", code) for code in range(n_actions) if code not in taken]
    if never and len(taken) > 1:
        yield notice(f"the teacher never takes {'the action' if len(never) == 1 else 'the actions'} {listed(never)}")
    if len(taken) == 1:
        yield notice(f"the teacher takes no action but {shown(log.label('action', taken.pop()))}")
    later = np.arange(log.n_training, log.n_rows)
    judged = later[log.action[later] != NONE]
    if not len(judged):
        yield notice(
            "no later row (split deploy or online) has an action, so no program is judged (unjudged): whether it is "
            "faithful or defecting is unknown; `mesaprior prepare` holds out a part with ",
            option("holdout", "0.2"),
        )
        return
    with_rival = judged[log.rival[judged] != NONE]
    if len(with_rival) and (log.rival[with_rival] == log.action[with_rival]).all():
        yield notice("the rival never differs from the action on later rows, so no program can be called defecting")
