"""What the server refuses, with which status, and what it says to whom: never a traceback, never what was sent."""

import collections
import json
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.cli.explore.conftest import serving
from tests.cli.explore.hostile import hostile_requests

HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def exchange(port, content):
    """Send bytes, and return everything that comes back."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        pieces = []
        while piece := connection.recv(1 << 16):
            pieces.append(piece)
    return b"".join(pieces)


def check_refused(client, n, seed):
    """Send n hostile requests, and check what comes back; return how many there were of each kind."""
    counts = collections.Counter()
    for kind, content, statuses in hostile_requests(n, client.server.server_port, client.guard.token, seed):
        told = exchange(client.server.server_port, content)
        head, _, body = told.decode("utf-8").partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        assert int(first.split()[1]) in statuses, (kind, content[:200], first, body[:200])
        headers = dict(line.split(": ", 1) for line in lines)
        assert HEADERS.items() <= headers.items()
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; frame-ancestors 'none'")
        assert headers["Content-Type"] in ("text/plain; charset=utf-8", "application/json; charset=utf-8")
        assert "Traceback" not in told.decode("utf-8")
        assert client.guard.token not in told.decode("utf-8")
        if kind == "formula":
            assert json.loads(body)["error"]
        counts[kind] += 1
    return counts


def test_three_hundred_hostile_requests_are_refused(client, capfd):
    assert min(check_refused(client, 300, seed=1).values()) == 30
    # The server is as it was, and has said nothing.
    assert client.ask()["n"][-1] == 30
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_ten_thousand_hostile_requests_are_refused(client, capfd):
    assert min(check_refused(client, 10_000, seed=2).values()) == 1000
    assert client.ask()["n"][-1] == 30
    assert capfd.readouterr() == ("", "")


def test_a_request_from_the_page_is_answered(client):
    """The control: what is refused otherwise is answered from the own host, origin and token."""
    headers = {"Origin": f"http://{client.own}"}
    status, told, text = client.send("GET", headers=headers)
    assert status == 200
    assert HEADERS.items() <= dict(told).items()
    policy = told["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert policy.endswith("connect-src 'self'; frame-ancestors 'none'")
    assert "eval" not in policy
    # The policy in the page is that of the header, but for what only headers can say.
    assert policy.removesuffix("; frame-ancestors 'none'") in text.replace("&#39;", "'")
    assert client.guard.token not in text
    assert client.send("GET", "/censuses", headers=headers)[0] == 200


def test_fifty_at_once_are_answered(client):
    priors = [f"2**-length * time**-{k / 10}" for k in range(10)]
    alone = [client.ask(prior) for prior in priors]
    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(client.ask, priors * 5))
    assert answers == alone * 5


def test_who_goes_away_leaves_no_trace(client, capfd):
    for content in (b"", b"GET / HT", b"POST /answer?token=" + client.guard.token.encode() + b" HTTP/1.1\r\n"):
        with socket.create_connection(("127.0.0.1", client.server.server_port)) as connection:
            connection.sendall(content)
    assert client.ask()["n"][-1] == 30
    assert capfd.readouterr() == ("", "")


def test_a_mistake_of_ours_is_a_sentence(client, capfd, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("no number")

    monkeypatch.setattr(client.server.censuses, "answer", fail)
    assert "the terminal" in client.ask(code=500)["error"]
    assert capfd.readouterr().err == "Error: ZeroDivisionError: no number\n"


def test_two_servers_have_tokens_of_their_own(client, walks):
    with serving(walks) as other:
        assert other.guard.token != client.guard.token
        assert len(other.guard.token) == 32
        assert other.send("GET", "/censuses", token=client.guard.token)[0] == 403
