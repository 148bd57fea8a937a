"""Texts of machines: the notation of this package, and the standard text format of the busy beaver community."""

from __future__ import annotations

import re
from string import ascii_uppercase
from typing import NamedTuple

from mesaprior.errors import ContentError
from mesaprior.hypotheses.turing.machine import MOST_STATES, UNDEFINED, Machine

NAMES = ascii_uppercase[:MOST_STATES]
"""Names of the states."""

HALT = "Z"
"""The state that halts in the standard text format, where one is written."""

MOST_PROBLEMS = 6
"""Of more problems, the first ones are told."""

_ENTRY = re.compile(r"([01])([LR])([A-Z])|([01])-H|---", flags=re.ASCII)
_OTHER_SYMBOLS = re.compile(r"(?:[0-9][LR][A-Z]|[0-9]-H|---){3,}", flags=re.ASCII)
_OWN_HALT = re.compile(r"[01]-H", flags=re.ASCII)


class Reading(NamedTuple):
    """A machine, and its differences from its text.

    Attributes
    ----------
    machine : Machine
    moving_halts : tuple of str
        Every halting entry that moves in the text, as in ``1RZ in state B on 1``; here it halts where it stands.
    """

    machine: Machine
    moving_halts: tuple[str, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """The differences from the text, in sentences."""
        if not self.moving_halts:
            return ()
        halts = sorted({f"{entry[0]}-H" for entry in self.moving_halts})
        verb, does = "halts" if len(self.moving_halts) == 1 else "halt", "does" if len(halts) == 1 else "do"
        return (
            f"{', '.join(self.moving_halts)} {verb} without a move here, as {' and '.join(halts)} {does}: steps and "
            "what is written are the same, and the head stays on the last cell that it reads.",
        )


def format_machine(machine: Machine) -> str:
    """Return the text of a machine, such as ``1RB1LA_0LA1-H``.

    States A, B, ... are separated by underscores; of each, what it does on 0 and then on 1: the symbol written, the
    move and the next state, ``1-H`` for writing a 1 and halting there, ``---`` where it is undefined.
    """
    return _joined([format_entry(code, machine.n_states) for code in machine.table])


def format_standard(machine: Machine) -> str:
    """Return the same in the standard text format, such as ``1RB1LA_0LA1RZ``: halts are written as moves to Z.

    Notes
    -----
    In that format a halting step moves. To the right is written; whatever it is, steps and symbols are the same.
    """
    return _joined([format_entry(code, machine.n_states).replace("-H", "R" + HALT) for code in machine.table])


def format_entry(code: int, n: int) -> str:
    """Return the text of an entry of a machine with n states."""
    if code == UNDEFINED:
        return "---"
    if code >= 4 * n:
        return f"{code & 1}-H"
    return f"{code & 1}{'LR'[code >> 1 & 1]}{NAMES[code >> 2]}"


def parse_machine(text: str) -> Machine:
    """Read a machine from its text, in either notation; see `read_machine`."""
    return read_machine(text).machine


def read_machine(text: str) -> Reading:
    """Read a machine from its text, in the notation of `format_machine` or in the standard text format.

    Parameters
    ----------
    text : str
        States separated by underscores, with an entry for 0 and one for 1. An entry is a symbol, a move and a state,
        as in ``1RB``. It halts where it is ``0-H`` or ``1-H``; or, in a text without these, where its state is a
        letter beyond those there are, as in ``1RZ`` or ``1LH``. ``---`` is not defined: where it is read, the run
        halts and leaves the cell as it is.

    Raises
    ------
    ContentError
        If it is not the text of a machine; the message lists every fault.

    Notes
    -----
    Three characters an entry, so both notations can be distinguished entry by entry; they are not mixed in one text, so
    that in the first a state that is missing is noticed. The standard text format is that of bbchallenge.org (2022).
    """
    states = text.strip().split("_")
    problems: list[str] = []
    if len(states) > MOST_STATES:
        problems.append(f"it has {len(states)} states and may have {MOST_STATES}")
    is_own = _OWN_HALT.search(text) is not None
    table: list[int] = []
    moving: list[str] = []
    for name, state in zip(ascii_uppercase, states, strict=False):
        if len(state) != 6:
            problems.append(_row_problem(name, state))
            continue
        for symbol, word in enumerate((state[:3], state[3:])):
            place = f"state {name} on {symbol}"
            match = _ENTRY.fullmatch(word)
            if match is None:
                problems.append(f"{place} has the entry {word!r}")
                continue
            code = _code(match, len(states))
            table.append(code)
            if match[3] is not None and code >= 4 * len(states):
                moving.append(f"{word} in {place}")
                if is_own:
                    there = f"{len(states)} state{'s' * (len(states) > 1)}"
                    problems.append(f"{place} goes to state {match[3]} and there {_are(states)} {there}")
    if problems:
        raise ContentError(_told(text.strip(), problems, is_own=is_own))
    return Reading(Machine(tuple(table)), tuple(moving))


def _joined(words: list[str]) -> str:
    return "_".join(words[e] + words[e + 1] for e in range(0, len(words), 2))


def _code(match: re.Match[str], n: int) -> int:
    """Return the code of an entry of a machine with n states."""
    write, move, following, last = match.groups()
    if last is not None:
        return 4 * n + int(last)
    if write is None:
        return UNDEFINED
    state = ascii_uppercase.index(following)
    return 4 * n + int(write) if state >= n else 4 * state + 2 * (move == "R") + int(write)


def _are(states: list[str]) -> str:
    return "is" if len(states) == 1 else "are"


def _row_problem(name: str, state: str) -> str:
    """Return the error about a state that does not have two entries."""
    shown = state if len(state) <= 40 else f"{state[:40]}..."
    if len(state) % 3 == 0 and _OTHER_SYMBOLS.fullmatch(state):
        return f"state {name} has {len(state) // 3} entries ({shown!r}), and with the symbols 0 and 1 there are two"
    return f"state {name} is {shown!r}, not two entries of 3 characters"


def _told(text: str, problems: list[str], *, is_own: bool) -> str:
    """Return all errors as one sentence."""
    shown = text if len(text) <= 80 else f"{text[:80]}..."
    told = problems[:MOST_PROBLEMS]
    if len(problems) > MOST_PROBLEMS:
        told.append(f"and there are {len(problems) - MOST_PROBLEMS} more such places")
    halts = "1-H to halt" if is_own else "1-H or 1RZ to halt"
    return (
        f"{shown!r} is no machine: {'; '.join(told)}. Write two entries for each state, with underscores between the "
        f"states: a symbol, a move and a state as in 1RB, {halts}, or --- where it is undefined."
    )
