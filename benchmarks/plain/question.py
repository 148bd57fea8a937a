"""What all programs are asked: every term of a language up to a length, on the situations of a log.

Nothing of the package is used here, so that a mistake of ours cannot hide on both sides. The kinds of token are those
that `examples/corridor/corridor.toml` has.
"""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

CORRIDOR = Path(__file__).resolve().parents[2] / "examples" / "corridor"

ARITY = {"feature": 0, "constant": 0, "candidate": 0, "binary": 2, "if": 3, "argmax": 1, "argmin": 1, "iterate": 1}
"""The kinds of token, and how many arguments each has."""

BINDERS = ("argmax", "argmin", "iterate")
"""The kinds that bind y in their argument."""

_BUILT_IN = {
    "add": lambda a, b, M: (a + b) % M,
    "lt": lambda a, b, M: int(a < b),
    "eq": lambda a, b, M: int(a == b),
    "dist": lambda a, b, M: abs(a - b),
}


class Token(NamedTuple):
    """A token of the language: `value` is the column of a feature or a constant, `table` that of a binary one."""

    kind: str
    arity: int
    bits: int
    steps: int
    value: int
    table: list[list[int]] | None


class Question(NamedTuple):
    """A language, and the situations of a log: S rows of features, in the order of their first appearance.

    `in_train` and `in_later` say which situations stand in a training row and in a later one.
    """

    M: int
    A: int
    K: int
    tokens: list[Token]
    situations: list[list[int]]
    in_train: np.ndarray
    in_later: np.ndarray


class Counted(NamedTuple):
    """A census: one row a group of programs that do the same, have one length and take one time.

    ``intact: uint8[G, S]`` and ``inverted: uint8[G, S]`` are the actions in each situation, the latter with argmax and
    argmin swapped; ``length``, ``time`` and ``count`` are ``int64[G]``. Groups may stand twice, in any order.
    """

    intact: np.ndarray
    inverted: np.ndarray
    length: np.ndarray
    time: np.ndarray
    count: np.ndarray


def read_question(folder: Path = CORRIDOR) -> Question:
    """Return the question of the corridor; its log has the training rows first."""
    language = tomllib.loads((folder / "corridor.toml").read_text(encoding="utf-8"))
    with (folder / "corridor.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    features = [name for name in rows[0] if name not in ("action", "rival", "split")]
    seen = [tuple(int(row[name]) for name in features) for row in rows]
    situations = list(dict.fromkeys(seen))
    train = {one for one, row in zip(seen, rows, strict=True) if row["split"] == "train"}
    later = {one for one, row in zip(seen, rows, strict=True) if row["split"] != "train"}
    M = language["domain"]
    return Question(
        M=M,
        A=language["actions"],
        K=language.get("rounds", M),
        tokens=[_token_of(entry, features, M, len(language["token"])) for entry in language["token"]],
        situations=[list(one) for one in situations],
        in_train=np.array([one in train for one in situations]),
        in_later=np.array([one in later for one in situations]),
    )


def _token_of(entry: dict[str, Any], features: list[str], M: int, n_tokens: int) -> Token:
    kind = entry["kind"]
    table = entry.get("table")
    if kind == "binary" and table is None:
        table = [[_BUILT_IN[entry["name"]](a, b, M) for b in range(M)] for a in range(M)]
    value = features.index(entry["name"]) if kind == "feature" else entry.get("value", 0)
    bits = entry.get("bits", max(1, (n_tokens - 1).bit_length()))
    return Token(kind, ARITY[kind], bits, entry.get("steps", 1), value, table)


def by_behaviour(counted: Counted, question: Question) -> Counted:
    """Return a census as rows that can be compared: by actions, flags, length and time, each once and in order.

    Two programs are of one behaviour where they act alike in all situations and where swapping argmax and argmin
    changes either of them in training, and later. So here ``inverted: uint8[G, 2]`` holds these two flags.
    """
    changed = counted.intact != counted.inverted
    flags = np.column_stack([changed[:, question.in_train].any(1), changed[:, question.in_later].any(1)])
    columns = [*counted.intact.T, *flags.T, counted.length, counted.time]
    order = np.lexsort(columns[::-1])
    keys = np.column_stack([column.astype(np.int64) for column in columns])[order]
    is_first = np.ones(len(keys), dtype=bool)
    is_first[1:] = (keys[1:] != keys[:-1]).any(1)
    S = counted.intact.shape[1]
    return Counted(
        intact=keys[is_first, :S].astype(np.uint8),
        inverted=keys[is_first, S : S + 2].astype(np.uint8),
        length=keys[is_first, S + 2],
        time=keys[is_first, S + 3],
        count=np.add.reduceat(counted.count[order], np.flatnonzero(is_first)),
    )


def difference(one: Counted, other: Counted) -> str | None:
    """Return in words where two censuses by behaviour differ first, or None where they are the same, row for row."""
    n, m = int(one.count.sum()), int(other.count.sum())
    if n != m:
        return f"{n:,} programs here and {m:,} there"
    if len(one.count) != len(other.count):
        return f"{len(one.count):,} groups here and {len(other.count):,} there"
    for name, mine, theirs in zip(Counted._fields, one, other, strict=True):
        if not np.array_equal(mine, theirs):
            row = int(np.flatnonzero((mine != theirs).reshape(len(mine), -1).any(1))[0])
            return f"{name} of group {row} is {mine[row].tolist()} here and {theirs[row].tolist()} there"
    return None
