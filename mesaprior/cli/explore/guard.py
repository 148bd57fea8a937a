"""Who may ask, and what: everything that is refused before a request is answered.

The server listens on this machine only, but every page that is open in a browser here can send requests to it. So a
request has to name this server as its host, come from its own page if it comes from a page at all, and carry the token
that was printed when the server started.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from urllib.parse import parse_qs

HOST = "127.0.0.1"
"""The only address that the server listens at."""

LARGEST_BODY = 64 * 1024
"""Bytes of a body that is read, at most."""

MOST_FIELDS = 8
"""Fields of a query, at most."""


class RefusalError(Exception):
    """A request that is not answered.

    Attributes
    ----------
    status : HTTPStatus
    headers : dict of str to str
        What the answer says besides. The message is its text, and repeats nothing of the request.
    """

    def __init__(self, status: HTTPStatus, sentence: str, headers: dict[str, str] | None = None):
        super().__init__(sentence)
        self.status: HTTPStatus = status
        self.headers: dict[str, str] = headers or {}


@dataclass(frozen=True)
class Guard:
    """What a request has to say to be answered.

    Attributes
    ----------
    port : int
        Where the server listens.
    token : str
        Known to whoever started it.
    routes : mapping of str to str
        The method of each path that there is.
    """

    port: int
    token: str
    routes: Mapping[str, str]

    @property
    def address(self) -> str:
        """The address of the page, with the token."""
        return f"http://{HOST}:{self.port}/?token={self.token}"

    def check(self, method: str, target: str, headers: Message) -> dict[str, str]:
        """Return the fields of the query of a request that may be answered.

        Parameters
        ----------
        method, target : str
            As in the first line of the request.
        headers : email.message.Message

        Raises
        ------
        RefusalError
            If it may not.
        """
        self._check_host(headers)
        path, _, query = target.partition("?")
        fields = self._fields(query)
        if not hmac.compare_digest(fields.pop("token", "").encode(), self.token.encode()):
            raise RefusalError(
                HTTPStatus.FORBIDDEN, "The token is missing or wrong; open the address that mesaprior printed."
            )
        if path not in self.routes:
            raise RefusalError(HTTPStatus.NOT_FOUND, "There is nothing at this path.")
        if method != self.routes[path]:
            allowed = self.routes[path]
            raise RefusalError(
                HTTPStatus.METHOD_NOT_ALLOWED, f"This path takes {allowed} only.", headers={"Allow": allowed}
            )
        return fields

    def _check_host(self, headers: Message) -> None:
        """Refuse a request that was meant for another server, or sent by the page of one."""
        hosts, origins = headers.get_all("Host", []), headers.get_all("Origin", [])
        own = f"{HOST}:{self.port}"
        if hosts != [own]:
            raise RefusalError(HTTPStatus.FORBIDDEN, f"This server answers as {own} only.")
        if origins not in ([], [f"http://{own}"]):
            raise RefusalError(HTTPStatus.FORBIDDEN, "This server answers its own page only.")

    def _fields(self, query: str) -> dict[str, str]:
        """Return the fields of a query, each of which is there once."""
        try:
            found = parse_qs(query, keep_blank_values=True, max_num_fields=MOST_FIELDS)
        except ValueError:
            found = {"": ["", ""]}
        if any(len(values) > 1 for values in found.values()):
            raise RefusalError(HTTPStatus.BAD_REQUEST, "The query has a field twice, or too many of them.")
        return {name: values[0] for name, values in found.items()}


def length_of_body(headers: Message) -> int:
    """Return how many bytes of a body follow.

    Raises
    ------
    RefusalError
        If it is not said in one plain number, or they are too many.
    """
    lengths = headers.get_all("Content-Length", [])
    if "Transfer-Encoding" in headers or not lengths:
        raise RefusalError(HTTPStatus.LENGTH_REQUIRED, "A body has to say its length in Content-Length.")
    if len(lengths) > 1 or not (lengths[0].isascii() and lengths[0].isdigit() and len(lengths[0]) < 16):
        raise RefusalError(HTTPStatus.BAD_REQUEST, "Content-Length has to be one whole number.")
    if int(lengths[0]) > LARGEST_BODY:
        raise RefusalError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"A body can have {LARGEST_BODY:,} bytes at most; send fewer."
        )
    return int(lengths[0])
