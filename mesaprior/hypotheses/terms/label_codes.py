"""The tables of codes of a language: the number of each label of a column."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mesaprior.errors import ContentError
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.log.coding import coding_text
from mesaprior.hypotheses.log.notices import Notice, notice, shown
from mesaprior.hypotheses.log.values import canonical
from mesaprior.narrowing import is_mapping

Codes = Mapping[str, Mapping[str, int]]
"""The code of each label, by column."""


def read_codes(data: object, source: str, *, M: int, A: int) -> dict[str, dict[str, int]]:
    """Read the tables ``[codes.COLUMN]`` of a language file.

    Parameters
    ----------
    data : object
        What stands under ``codes`` in the file.
    source : str
        Name of the file, for messages.
    M, A : int
        The domain, and the number of actions: what codes of features and of actions are below.

    Raises
    ------
    ContentError
        If it is no table of tables, or a code is no integer in its range or stands twice in a column.
    """
    if not is_mapping(data):
        raise ContentError(f"{source}: codes are tables, [codes.COLUMN] with lines such as left = 0; write them so.")
    result: dict[str, dict[str, int]] = {}
    for column, table in data.items():
        place = f"{source}, [codes.{column}]"
        if column in ("rival", "split"):
            what = "rivals have the codes of actions" if column == "rival" else "splits are words"
            raise ContentError(f"{place}: {what}, so there is no such table; remove it.")
        if not is_mapping(table) or not table:
            raise ContentError(f"{place}: this is no table of labels; write lines such as left = 0.")
        size = A if column == "action" else M
        result[column] = {}
        for label, code in table.items():
            if isinstance(code, bool) or not isinstance(code, int) or not 0 <= code < size:
                raise ContentError(
                    f"{place}: {shown(label)} = {shown(code)}; a code is an integer from 0 to {size - 1}."
                )
            if code in result[column].values():
                raise ContentError(f"{place}: two labels have the code {code}; give each its own.")
            if any(canonical(label) == canonical(other) for other in result[column]):
                raise ContentError(f"{place}: {shown(label)} stands twice, written in two ways; remove one.")
            result[column][label] = code
        result[column] = dict(sorted(result[column].items(), key=lambda pair: pair[1]))
    return result


def telling_codes(codes: Codes) -> dict[str, dict[str, int]]:
    """Return the tables in which some label differs from its code."""
    return {
        column: dict(table)
        for column, table in codes.items()
        if any(label != str(code) for label, code in table.items())
    }


def code_faults(own: Codes, features: Sequence[str], log: ImitationLog, source: str) -> list[Notice]:
    """Return where the codes of a log differ from those of a language.

    Parameters
    ----------
    own : mapping
        The tables of the language.
    features : sequence of str
        The features that it reads; they are in the log.
    log : ImitationLog
    source : str
        Name of the language.

    Returns
    -------
    list of Notice
        The first label of each column that has another code, or, in a column without a table, the first number that is
        not its own code.
    """
    faults: list[Notice] = []
    for column in ("action", *features):
        table = log.codes.get(column)
        if table is None:
            continue
        wanted = {canonical(label): code for label, code in own.get(column, {}).items()}
        if column not in own:
            wanted = {label: int(label) for label in table if label.isdecimal() and label.isascii()}
        wrong = next((label for label, code in table.items() if wanted.get(canonical(label), code) != code), None)
        if wrong is not None:
            faults.append(
                notice(
                    f"{shown(wrong)} in column {shown(column)} has the code {table[wrong]}, and in {source} it is "
                    f"{wanted[canonical(wrong)]}; read the log with that language, or give the language a table "
                    f"[codes.{column}] with {coding_text(column, table).partition(': ')[2]}"
                )
            )
    return faults
