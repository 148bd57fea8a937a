"""What the page sends, from bytes to a question: every part is checked before anything is computed."""

from __future__ import annotations

import json
import math
from http import HTTPStatus
from typing import NoReturn

from mesaprior.cli.explore.guard import RefusalError
from mesaprior.inference.page.exploring import Asked
from mesaprior.narrowing import is_table

MOST_PARAMETERS = 50

LARGEST_WHOLE = 2**53

FIELDS = {"prior", "parameters", "noise", "n", "program"}


def read_asked(body: bytes) -> Asked:
    """Return what a body asks.

    Raises
    ------
    RefusalError
        If it is no JSON, or not the object that the page sends.
    """
    try:
        sent = json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        _refuse()
    if not is_table(sent) or not {"prior", "noise", "n"} <= set(sent) <= FIELDS:
        _refuse()
    return Asked(
        prior=_text(sent["prior"]),
        parameters=_parameters(sent.get("parameters", {})),
        noise=_text(sent["noise"]),
        n=_whole(sent["n"]),
        program=None if sent.get("program") is None else _whole(sent["program"]),
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else _refuse()


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < LARGEST_WHOLE:
        _refuse()
    return value


def _parameters(value: object) -> dict[str, float]:
    if not is_table(value) or len(value) > MOST_PARAMETERS:
        _refuse()
    return {_text(name): _number(number) for name, number in value.items()}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        _refuse()
    try:
        number = float(value)
    except OverflowError:
        _refuse()
    return number if math.isfinite(number) else _refuse()


def _refuse(_: object = None) -> NoReturn:
    """Refuse a body; also what JSON calls NaN or Infinity, which is none of its numbers."""
    raise RefusalError(HTTPStatus.BAD_REQUEST, "The body is not the JSON that the page sends.") from None
