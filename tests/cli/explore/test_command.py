"""`mesaprior explore` as a command: what it prints, how it ends, what it refuses."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request

import pytest

from mesaprior.cli.explore.server import Server

ASKED = ("explore", "log.csv", "--language", "mine.toml", "--max-bits", "9")
ADDRESS = r"http://127\.0\.0\.1:[0-9]+/\?token=[\w-]{32}"


@pytest.fixture
def interrupted(monkeypatch):
    """Let somebody press Ctrl-C as soon as the server listens; return the addresses that were opened in a browser."""
    opened = []

    def press(server, poll_interval=0.5):
        with socket.create_connection(server.server_address, timeout=10):
            raise KeyboardInterrupt

    monkeypatch.setattr(Server, "serve_forever", press)
    monkeypatch.setattr("webbrowser.open", opened.append)
    return opened


def test_it_prints_an_address_and_ends_with_a_sentence(files, run, interrupted):
    told = run(*ASKED)
    assert re.match(ADDRESS + "\n", told.stdout)
    assert "Ctrl-C ends" in told.stdout
    assert told.stderr.endswith("Stopped; nothing is served any more.\n")
    assert interrupted == []


def test_a_census_folder_is_served_too(files, run, interrupted):
    run("census", *ASKED[1:], "--out", "counted")
    assert re.match(ADDRESS, run("explore", "counted", "--prior", "2**-length / (1 + time)").stdout)


def test_programs_get_the_address_and_the_process(files, run, interrupted):
    told = json.loads(run(*ASKED, "--format", "json").stdout)
    assert re.fullmatch(ADDRESS, told["address"])
    assert told["pid"] == os.getpid()


def test_a_browser_is_opened_only_where_that_is_asked_for(files, run, interrupted):
    told = run(*ASKED, "--open")
    assert interrupted == [told.stdout.splitlines()[0]]


def test_a_port_is_taken_once(files, run, interrupted):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        told = run(*ASKED, "--port", port, code=1).stderr
    assert f"port {port} cannot be used" in told
    assert f":{port}/" in run(*ASKED, "--port", port).stdout


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--by", "p"], "--by is for `mesaprior report`, whose page shows each person"),
        (["--port", "70000"], "--port"),
        (["--prior", "2**-lenth"], "did you mean length"),
    ],
)
def test_what_cannot_be_is_refused(files, run, asked, told):
    assert told in run(*ASKED, *asked, code=2).stderr


@pytest.mark.slow
def test_ctrl_c_ends_the_process(files):
    """The process itself: it is asked for its page, gets the signal of Ctrl-C, and ends without a failure."""
    env = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    command = [sys.executable, "-m", "mesaprior", *ASKED, "--format", "json"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        told = json.loads(started.stdout.readline())
        assert told["pid"] == started.pid
        with urllib.request.urlopen(told["address"]) as answer:
            assert answer.read().startswith(b"<!DOCTYPE html>")
        started.send_signal(signal.SIGINT)
        out, err = started.communicate(timeout=120)
    assert (started.returncode, out) == (0, "")
    assert err.endswith("Stopped; nothing is served any more.\n")
