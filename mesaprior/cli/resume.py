"""Answers of an ensemble in a file, written as they finish, from which the same question resumes."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, Generic, TypeVar

from mesaprior.cli.files import check_file, written_whole
from mesaprior.errors import RunError, UsageError
from mesaprior.hypotheses.store.locking import Claim
from mesaprior.inference.bayes.roles import ROLES, VERDICTS
from mesaprior.inference.worlds.crossings import Crossed, Root
from mesaprior.inference.worlds.ensemble import Answer
from mesaprior.narrowing import is_table

T = TypeVar("T", bound=Answer | Crossed)


class AnswerFile(Generic[T]):
    """A file of answers to one question, which grows by a line an answer; the first line is the question.

    Parameters
    ----------
    path : str
    question : dict
        All that the answers depend on but the seed.
    read : callable
        The answer that the facts of a line make; it raises `ValueError` where they make none.

    Raises
    ------
    UsageError
        If the file cannot be written, holds anything else, or answers to another question.
    RunError
        If another process is writing to it.
    """

    def __init__(self, path: str, question: dict[str, Any], read: Callable[[Any], T]):
        check_file(path, "--keep")
        self._path = Path(path)
        try:
            # Held as long as this object: two that append would each know half of the answers.
            self._claim = Claim(self._path.absolute().parent, self._path, f".{self._path.name}.claim")
        except RunError:
            raise RunError(
                f"--keep {path}: another process is writing answers to this file; wait for it, or name another."
            ) from None
        self.answers: dict[int, T] = {}
        head = json.dumps(question, sort_keys=True)
        text = self._path.read_text(encoding="utf-8", errors="replace") if self._path.exists() else ""
        # What follows the last end of a line was being written when something stopped it.
        lines = text[: text.rfind("\n") + 1].splitlines()
        if (lines and lines[0] != head) or (not lines and not head.startswith(text)):
            raise UsageError(
                f"--keep {path}: the file holds something else than answers to this question by this version; name "
                "another, or remove it."
            )
        for number, line in enumerate(lines[1:], 2):
            try:
                answer = read(json.loads(line))
            except (ValueError, RecursionError):
                raise UsageError(
                    f"--keep {path}, line {number}: this is no answer; remove the line, or name another file."
                ) from None
            self.answers[answer.seed] = answer
        whole = "".join(f"{line}\n" for line in (lines or [head]))
        if whole != text:
            with written_whole(self._path) as temporary:
                temporary.write_text(whole, encoding="utf-8")

    def add(self, answer: T) -> None:
        """Write one more answer; JSON here has NaN and Infinity, as Python reads and writes them."""
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(answer)) + "\n")


def _checked(facts: object, kinds: dict[str, tuple[type, ...]]) -> dict[str, Any]:
    """Return facts that have exactly these keys, with values of these kinds."""
    if not is_table(facts) or facts.keys() != kinds.keys():
        raise ValueError("other keys")
    if not all(type(facts[name]) in kind for name, kind in kinds.items()):
        raise ValueError("other kinds")
    return facts


def read_answer(facts: Any) -> Answer:
    """Return the posterior of a world that was written as a line; raise `ValueError` where it is none."""
    masses = {"mass_by_role": len(ROLES), "mass_by_verdict": len(VERDICTS)}
    known = _checked(
        facts,
        {
            **dict.fromkeys(("seed", "programs"), (int,)),
            **dict.fromkeys(("log2_odds", "log2_odds_verdict", "leader_mass"), (float,)),
            **dict.fromkeys(("loses_at", "loses_at_verdict"), (int, type(None))),
            **dict.fromkeys(("leader", "leader_role", "leader_verdict"), (str,)),
            **dict.fromkeys(masses, (list,)),
            "is_stable": (bool,),
        },
    )
    if not all([type(mass) for mass in known[name]] == [float] * size for name, size in masses.items()):
        raise ValueError("other masses")
    fields: dict[str, Any] = {**known, **{name: tuple(known[name]) for name in masses}}
    return Answer(**fields)


def read_crossed(facts: Any) -> Crossed:
    """Return the crossovers of a world that were written as a line; raise `ValueError` where they are none."""
    known = _checked(
        facts,
        {
            **dict.fromkeys(("seed", "programs"), (int,)),
            **dict.fromkeys(("odds_low", "odds_high", "closest", "distance"), (float,)),
            "roots": (list,),
            "most_roots": (int, type(None)),
            "is_complete": (bool,),
        },
    )
    kinds: dict[str, tuple[type, ...]] = {
        "kind": (str,),
        **dict.fromkeys(("value", "until", "before", "after", "solution_value", "difference"), (float,)),
        "leads": (bool, type(None)),
        "solution": (str, type(None)),
    }
    roots = tuple(Root(**_checked(root, kinds)) for root in known["roots"])
    values = [root.value for root in roots]
    if values != sorted(values) or any(map(math.isnan, values)):
        raise ValueError("roots out of order")
    fields: dict[str, Any] = {**known, "roots": roots}
    return Crossed(**fields)
