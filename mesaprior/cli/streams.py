"""Standard output for every character: one that its encoding lacks is replaced, and never an error."""

from __future__ import annotations

import codecs
import csv
import io
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeGuard

from mesaprior.errors import RunError

SUBSTITUTES = dict(zip("▁▂▃▄▅▆▇█░▒▓│└─·•", "12345678.:+|+--*", strict=True)) | {"∞": "infinite"}
"""What stands for the signs of the tables where an encoding lacks them; anything else becomes a question mark."""

HANDLER = "mesaprior.substitute"


def accept_every_character() -> None:
    """Let standard output replace the characters that its encoding lacks, as in a file on another system."""
    codecs.register_error(HANDLER, _substitute)
    if _encodes(sys.stdout):
        sys.stdout.reconfigure(errors=HANDLER)


def _encodes(stream: object) -> TypeGuard[io.TextIOWrapper]:
    """Return whether a stream encodes texts, so that it can be told what to do with a character that it lacks."""
    return isinstance(stream, io.TextIOWrapper)


def give_errors_a_place() -> None:
    """Open what takes nothing in the place of standard error where that was closed (``2>&-``).

    Nobody then asks whether nothing is a terminal, and no file that is written gets the number of standard error.
    """
    if sys.__stderr__ is None and not sys.stderr:
        sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


class ClosedOutput(io.TextIOBase):
    """What stands in for a standard output that was closed (``>&-``): it takes nothing, and says so."""

    def isatty(self) -> bool:
        """Tell that this is no terminal."""
        return False

    def write(self, text: str, /) -> int:
        """Refuse a text.

        Raises
        ------
        RunError
            Where there is anything to write.
        """
        if text:
            raise RunError(
                "standard output is closed, so nothing can be printed; open it, as in `mesaprior ... > FILE`."
            )
        return 0


def refuse_a_closed_output() -> None:
    """Let what is printed fail where standard output was closed, rather than vanish."""
    if sys.__stdout__ is None and not sys.stdout:
        sys.stdout = ClosedOutput()


def print_csv(header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Print a table as CSV; see `inert` for texts that a spreadsheet would run."""
    # Not at the top: this module is loaded with every command.
    from mesaprior.hypotheses.log.notices import inert

    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(map(inert, header))
    writer.writerows(map(inert, row) for row in rows)


def _substitute(error: UnicodeError) -> tuple[str, int]:
    """Return what to write for the characters that cannot be encoded, and where to go on."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end]
    return "".join(SUBSTITUTES.get(character, "?") for character in text), error.end
