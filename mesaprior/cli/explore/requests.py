"""What the page sends, from bytes to a question: every part is checked before anything is computed."""

from __future__ import annotations

import json
import math
from http import HTTPStatus
from typing import Any, NoReturn, cast

from mesaprior.cli.explore.guard import RefusalError
from mesaprior.inference.page.exploring import Asked

MOST_PARAMETERS = 50
"""Values of parameters that are looked at."""

LARGEST_WHOLE = 2**53
"""Whole numbers from here on are refused: the page cannot tell them apart."""

NEEDED = {"prior", "noise", "n"}
"""What every question has."""

FIELDS = NEEDED | {"parameters", "program"}
"""What a question can have."""


def read_asked(body: bytes) -> Asked:
    """Return what a body asks.

    Raises
    ------
    RefusalError
        If it is no JSON, or not the object that the page sends.
    """
    try:
        sent = _object(json.loads(body, parse_constant=_refuse))
    except (ValueError, RecursionError):
        _refuse()
    if not NEEDED <= set(sent) <= FIELDS:
        _refuse()
    parameters = _object(sent.get("parameters", {}))
    if len(parameters) > MOST_PARAMETERS:
        _refuse()
    return Asked(
        prior=_text(sent["prior"]),
        parameters={name: _number(value) for name, value in parameters.items()},
        noise=_text(sent["noise"]),
        n=_whole(sent["n"]),
        program=None if sent.get("program") is None else _whole(sent["program"]),
    )


def _object(value: Any) -> dict[str, Any]:
    # An object of JSON has texts for names.
    return cast("dict[str, Any]", value) if isinstance(value, dict) else _refuse()


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _refuse()


def _whole(value: Any) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return value if is_whole and 0 <= value < LARGEST_WHOLE else _refuse()


def _number(value: Any) -> float:
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
