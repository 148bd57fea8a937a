"""Requests that mean harm or are broken, each with the statuses that it may be refused with."""

import json
import random
from collections.abc import Iterator
from typing import NamedTuple

from tests.priors.hostile import hostile_formulas

ANY_PATH = ("/", "/answer", "/odds", "/censuses")

ASKING = ("/answer", "/odds")

HOSTS = (
    "evil.example",
    "127.0.0.1",
    "127.0.0.1:1",
    "127.0.0.1:{port}.evil.example",
    "evil.example:{port}",
    "user@127.0.0.1:{port}",
    "[::1]:{port}",
    "0.0.0.0:{port}",
    "127.1:{port}",
    "2130706433:{port}",
    "127.0.0.1:{port}\r\nHost: evil.example",
    "127.0.0.1:{port}\r\nHost: 127.0.0.1:{port}",
    "",
)

ORIGINS = (
    "null",
    "http://evil.example",
    "https://127.0.0.1:{port}",
    "http://127.0.0.1",
    "http://127.0.0.1:1",
    "http://127.0.0.1:{port}.evil.example",
    "http://127.0.0.1:{port}/",
    "file://",
    "http://127.0.0.1:{port}\r\nOrigin: http://evil.example",
    "",
)

TOKENS = (
    "",
    "token=",
    "token=x",
    "token={token}x",
    "token={short}",
    "token={swapped}",
    "Token={token}",
    "t=1&tok=2",
    "token=%00{token}",
    "token={token}%20",
    "token=\xff\xfe",
    "token[]={token}",
    "?token={token}",
)

QUERIES = (
    "token={token}&token={token}",
    "token={token}&token=x",
    "token={token}&" + "&".join(f"x{k}=1" for k in range(20)),
    "token={token}&census=1&census=2",
)

PATHS = (
    "/../../etc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/answer/",
    "/answer/../answer",
    "/Answer",
    "/index.html",
    "/.git/config",
    "/static/../../pyproject.toml",
    "/censuses/0123",
    "/answer%00",
    "/\xe9",
    "/favicon.ico",
    "answer",
    "*",
    "http://evil.example/answer",
    "http://[::1/answer",
    "/" + "a/" * 2000,
    "/answer;x=1",
    "/~root",
    "\\answer",
)

METHODS = ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT")

UNKNOWN = ("get", "GETT", "PROPFIND", "<script>", "G\x00T", "POST\u00e9")

LINES = (
    ("GET / HTTP/9.9", {505}),
    ("GET / HTTP/x", {400}),
    ("GET", {400}),
    ("GET / HTTP/1.1 x", {400}),
    ("\x16\x03\x01", {400}),
    ("GET /" + "a" * 70_000 + " HTTP/1.1", {414}),
)

BODIES = (
    "",
    "{",
    "null",
    "[]",
    "1",
    '"x"',
    "{}",
    "[" * 30_000,
    '{"a":' * 10_000,
    "1" * 60_000,
    '{"prior": "1", "noise": "0.1"}',
    '{"prior": 1, "noise": "0.1", "n": 3}',
    '{"prior": "1", "noise": 0.1, "n": 3}',
    '{"prior": "1", "noise": "0.1", "n": -1}',
    '{"prior": "1", "noise": "0.1", "n": 1.5}',
    '{"prior": "1", "noise": "0.1", "n": true}',
    '{"prior": "1", "noise": "0.1", "n": NaN}',
    '{"prior": "1", "noise": "0.1", "n": 1e400}',
    '{"prior": "1", "noise": "0.1", "n": 99999999999999999999}',
    '{"prior": "1", "noise": "0.1", "n": 3, "other": 1}',
    '{"prior": "1", "noise": "0.1", "n": 3, "parameters": []}',
    '{"prior": "1", "noise": "0.1", "n": 3, "parameters": {"a": "1"}}',
    '{"prior": "1", "noise": "0.1", "n": 3, "parameters": {"a": Infinity}}',
    '{"prior": "1", "noise": "0.1", "n": 3, "parameters": {"a": 1' + "0" * 400 + "}}",
    '{"prior": "1", "noise": "0.1", "n": 3, "program": "0"}',
    "\xff\xfe\x00",
    "prior=1&noise=0.1&n=3",
)

LENGTHS = (
    ("", {411}),
    ("Content-Length: x", {400}),
    ("Content-Length: -1", {400}),
    ("Content-Length: +2", {400}),
    ("Content-Length: 1_0", {400}),
    ("Content-Length: \xb2", {400}),
    ("Content-Length: 2, 2", {400}),
    ("Content-Length: 2\r\nContent-Length: 3", {400}),
    ("Content-Length: 65537", {413}),
    ("Content-Length: 999999999999999", {413}),
    ("Content-Length: " + "9" * 5000, {400}),
    ("Content-Length: 3000", {400}),
    ("Transfer-Encoding: chunked", {411}),
    ("Transfer-Encoding: chunked\r\nContent-Length: 2", {411}),
)


class Request(NamedTuple):
    """A request as bytes, and the statuses that are right for it."""

    kind: str
    content: bytes
    statuses: set[int]


def hostile_requests(n: int, port: int, token: str, seed: int = 1) -> Iterator[Request]:
    """Yield n requests to a server, of all kinds by turns."""
    random_ = random.Random(seed)
    formulas = hostile_formulas(n, seed)
    names = {"port": port, "token": token, "short": token[:-1], "swapped": token.swapcase()}
    own = f"Host: 127.0.0.1:{port}"
    good = f"token={token}"

    def request(line, *headers, body=""):
        return "\r\n".join([line, *headers, "", body]).encode("latin-1", "replace")

    def posted(body, *headers):
        content = body.encode("utf-8") if isinstance(body, str) else body
        head = request(
            f"POST {random_.choice(ASKING)}?{good} HTTP/1.1", own, *headers, f"Content-Length: {len(content)}"
        )
        return head + content

    for index in range(n):
        path = random_.choice(ANY_PATH)
        method = random_.choice(["GET", "POST"])
        kind = ("host", "origin", "token", "query", "path", "method", "line", "body", "length", "formula")[index % 10]
        if kind == "host":
            host = f"Host: {random_.choice(HOSTS).format(**names)}"
            made = request(f"{method} {path}?{good} HTTP/1.1", *random_.choice([[host], [host], []])), {403}
        elif kind == "origin":
            origin = f"Origin: {random_.choice(ORIGINS).format(**names)}"
            made = request(f"{method} {path}?{good} HTTP/1.1", own, origin), {403}
        elif kind == "token":
            made = request(f"{method} {path}?{random_.choice(TOKENS).format(**names)} HTTP/1.1", own), {403}
        elif kind == "query":
            made = request(f"{method} {path}?{random_.choice(QUERIES).format(**names)} HTTP/1.1", own), {400}
        elif kind == "path":
            made = request(f"{method} {random_.choice(PATHS)}?{good} HTTP/1.1", own), {404}
        elif kind == "method":
            isnt_known = random_.random() < 0.4
            chosen = random_.choice(UNKNOWN) if isnt_known else random_.choice(METHODS)
            made = request(f"{chosen} {path}?{good} HTTP/1.1", own), {501} if isnt_known else {405}
        elif kind == "line":
            line, statuses = random_.choice(LINES)
            made = request(line, own), statuses
            if random_.random() < 0.2:
                many = [f"X-{k}: 1" for k in range(150)]
                made = request(f"GET /?{good} HTTP/1.1", own, *many), {431}
        elif kind == "body":
            made = posted(random_.choice(BODIES)), {400}
        elif kind == "length":
            length, statuses = random_.choice(LENGTHS)
            made = (
                request(f"POST {random_.choice(ASKING)}?{good} HTTP/1.1", own, *[length] * bool(length), body="{}"),
                statuses,
            )
        else:
            _, formula = next(formulas)
            made = posted(json.dumps({"prior": formula, "noise": "beta:1,9", "n": 30})), {422}
        yield Request(kind, *made)
