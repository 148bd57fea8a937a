"""A server in a thread of the tests, on a little log, and a way to ask it."""

import http.client
import json
from contextlib import contextmanager
from threading import Thread

import pytest

from mesaprior.cli.explore.censuses import Censuses, Start
from mesaprior.cli.explore.server import Server
from mesaprior.hypotheses.log import read_log
from mesaprior.hypotheses.terms.language import read_language
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.noise import DEFAULT_NOISE
from mesaprior.inference.request import Question
from mesaprior.priors.prior import make_prior
from tests.cli.conftest import LANGUAGE
from tests.cli.page.conftest import log_of

MAX_BITS = 16


class Client:
    """Asks a server as its page does."""

    def __init__(self, server):
        self.server = server
        self.guard = server.guard
        self.own = f"127.0.0.1:{server.server_port}"

    def send(self, method, route="/", *, body=None, headers=None, **query):
        """Send a request with the right token, and return its status, headers and text."""
        query = {"token": self.guard.token} | query
        target = route + "?" + "&".join(f"{name}={value}" for name, value in query.items() if value is not None)
        connection = http.client.HTTPConnection(self.own, timeout=60)
        try:
            connection.request(method, target, body=body, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.headers, response.read().decode()
        finally:
            connection.close()

    def ask(self, prior="simplicity", noise="beta:1,9", n=30, code=200, census=None, route="/answer", **more):
        """Ask for numbers, and return what comes back."""
        body = json.dumps({"prior": prior, "noise": noise, "n": n, **more})
        status, _, text = self.send("POST", route, body=body, census=census)
        assert status == code, (status, text)
        return json.loads(text)


@contextmanager
def serving(folder, *, prior="simplicity", checkpoints=None):
    """Serve the census of the log in a folder."""
    language = read_language(folder / "mine.toml")
    log = read_log(folder / "log.csv", language=language)
    space = TermSpace(language, MAX_BITS)
    question = Question(census=space.census(log), log=log, space=space, is_default_language=False)
    start = Start(prior=make_prior(prior), noise=DEFAULT_NOISE, tolerance=0.0, checkpoints=checkpoints)
    with Server(Censuses(question, start)) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield Client(server)
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="session")
def walks(tmp_path_factory):
    """Return a folder with a log of 30 training rows and its language."""
    folder = tmp_path_factory.mktemp("walks")
    (folder / "log.csv").write_text(log_of(30))
    (folder / "mine.toml").write_text(LANGUAGE)
    return folder


@pytest.fixture(scope="package")
def client(walks):
    """Ask a server that all tests of this folder share."""
    with serving(walks) as client:
        yield client
