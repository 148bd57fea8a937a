"""The server: a fixed table of routes over HTTP on this machine, and headers that let a browser do nothing else.

It is the one of the standard library, with one thread for each connection. Every answer closes its connection, so what
follows a request in it is never read as another one.
"""

from __future__ import annotations

import json
import re
import secrets
import sys
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import BoundedSemaphore
from typing import Any, ClassVar

import click

from mesaprior.cli.explore.censuses import Censuses
from mesaprior.cli.explore.guard import HOST, LARGEST_BODY, Guard, RefusalError, length_of_body
from mesaprior.cli.explore.requests import read_asked
from mesaprior.cli.page.assembly import policy_of_served
from mesaprior.errors import MesapriorError, RunError

MOST_CONNECTIONS = 128
"""Connections that are open at a time; others wait."""

PATIENCE = 20.0
"""Seconds that a connection may say nothing."""

DRAINING = 0.5
"""Seconds that the body of a refused request is waited for."""

MOST_DRAINED = 4 * LARGEST_BODY
"""Bytes of the body of a refused request that are read, at most."""

TOKEN_BYTES = 24
"""Random bytes of a token."""

ROUTES = {"/": "GET", "/censuses": "GET", "/answer": "POST", "/odds": "POST"}
"""Every path that there is, and the one method that it takes."""

HEADERS = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every answer says besides its content policy."""

NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
"""The content policy of all answers but the page."""


class Server(ThreadingHTTPServer):
    """Answers questions about the censuses of a log.

    Parameters
    ----------
    censuses : Censuses
    port : int
        Where to listen; 0 for any free one.

    Raises
    ------
    RunError
        If the port is taken, or not ours to take.
    """

    daemon_threads = True
    request_queue_size = MOST_CONNECTIONS

    def __init__(self, censuses: Censuses, port: int = 0):
        self.censuses = censuses
        self._places = BoundedSemaphore(MOST_CONNECTIONS)
        try:
            super().__init__((HOST, port), Handler)
        except OSError as error:
            raise RunError(f"port {port} cannot be used ({error.strerror}); choose another one, or none.") from None
        self.guard: Guard = Guard(self.server_port, secrets.token_urlsafe(TOKEN_BYTES), ROUTES)
        self.page_policy: str = f"{policy_of_served()}; frame-ancestors 'none'"

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, once there is a place for it."""
        self._places.acquire()
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer, and give the place to the next one."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._places.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of who went away before the end of an answer, and anything else in a line."""
        error = sys.exception()
        if not isinstance(error, OSError):
            click.echo(f"Error: {type(error).__name__}: {error}", err=True)


class Handler(BaseHTTPRequestHandler):
    """Answers one request, and closes the connection."""

    server: Server  # pyright: ignore[reportIncompatibleVariableOverride]
    timeout: ClassVar[float] = PATIENCE  # pyright: ignore[reportIncompatibleVariableOverride]
    # What says no version gets an answer with headers, too.
    default_request_version = "HTTP/1.0"
    server_version = "mesaprior"
    sys_version = ""

    def answer(self) -> None:
        """Answer a request, whatever its method, or say why not."""
        try:
            fields = self.server.guard.check(self.command, self.path, self.headers)
            length = length_of_body(self.headers) if self.command == "POST" else 0
        except RefusalError as refusal:
            self._drain()
            self._refuse(refusal)
        else:
            self._answer(fields.get("census"), length)

    # The standard library finds the method of a request by these names, and answers 501 to all others.
    do_GET: Callable[[Any], None] = answer
    do_POST: Callable[[Any], None] = answer
    do_HEAD: Callable[[Any], None] = answer
    do_PUT: Callable[[Any], None] = answer
    do_PATCH: Callable[[Any], None] = answer
    do_DELETE: Callable[[Any], None] = answer
    do_OPTIONS: Callable[[Any], None] = answer
    do_TRACE: Callable[[Any], None] = answer
    do_CONNECT: Callable[[Any], None] = answer

    def _answer(self, key: str | None, length: int) -> None:
        """Answer a request that may be answered; whatever goes wrong becomes a sentence."""
        try:
            self._route(key, length)
        except RefusalError as refusal:
            self._refuse(refusal)
        except MesapriorError as error:
            self._send_json(HTTPStatus.UNPROCESSABLE_ENTITY, {"error": str(error)})
        except MemoryError:
            told = "there is not enough memory for this; choose a smaller census."
            self._send_json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": told})
        except (ConnectionError, TimeoutError):
            # Whoever asked has gone away.
            raise
        except Exception as error:
            # A mistake of ours: the page gets a sentence, and the terminal the kind of the mistake.
            click.echo(f"Error: {type(error).__name__}: {error}", err=True)
            told = "mesaprior failed at this question; the terminal that it runs in says more."
            self._send_json(HTTPStatus.INTERNAL_SERVER_ERROR, {"error": told})

    def _route(self, key: str | None, length: int) -> None:
        """Answer what is at the path, which is one of `ROUTES`."""
        censuses = self.server.censuses
        match self.path.partition("?")[0]:
            case "/answer":
                self._send_json(HTTPStatus.OK, censuses.answer(key, read_asked(self._body(length))))
            case "/odds":
                self._send_json(HTTPStatus.OK, censuses.odds(key, read_asked(self._body(length))))
            case "/censuses":
                self._send_json(HTTPStatus.OK, censuses.choices())
            case _:
                self._send(HTTPStatus.OK, "text/html", censuses.page(key), policy=self.server.page_policy)

    def _body(self, length: int) -> bytes:
        """Return the body, all of it."""
        body = self.rfile.read(length)
        if len(body) < length:
            raise RefusalError(HTTPStatus.BAD_REQUEST, "The body is shorter than Content-Length says.")
        return body

    def _drain(self) -> None:
        """Read the body of a request that is refused, or else the system may throw away the refusal with it."""
        announced = self.headers.get("Content-Length", "")
        if re.fullmatch("[0-9]{1,15}", announced, flags=re.ASCII):
            self.connection.settimeout(DRAINING)
            with suppress(OSError):
                self.rfile.read(min(int(announced), MOST_DRAINED))

    def _refuse(self, refusal: RefusalError) -> None:
        self._send(refusal.status, "text/plain", f"{refusal}\n", refusal.headers)

    def _send_json(self, status: HTTPStatus, content: Any) -> None:
        self._send(status, "application/json", json.dumps(content, allow_nan=False))

    def _send(
        self,
        status: HTTPStatus,
        kind: str,
        text: str,
        headers: dict[str, str] | None = None,
        policy: str = NOTHING,
    ) -> None:
        """Send an answer with all headers, and without its text where only these are asked for."""
        content = text.encode()
        self.send_response(status)
        own = {"Content-Type": f"{kind}; charset=utf-8", "Content-Length": str(len(content))}
        for name, value in {**own, **HEADERS, "Content-Security-Policy": policy, **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse what is no request, as the standard library found, with a sentence that repeats nothing of it."""
        self.close_connection = True
        self._send(HTTPStatus(code), "text/plain", f"{HTTPStatus(code).phrase}.")

    def log_message(self, format: str, *args: Any) -> None:
        """Write no log: addresses hold the token."""
