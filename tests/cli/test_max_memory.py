"""`mesaprior infer --max-memory`: counted within it, or refused before anything is counted."""

import pytest

from mesaprior.hypotheses.store import obtain as obtaining
from mesaprior.hypotheses.terms.space import TermSpace
from tests.cli.test_bad_input import one_sentence

INFER = ["infer", "log.csv", "--language", "mine.toml", "--max-bits", "15"]


def test_no_result_depends_on_it(files, run):
    assert run(*INFER, "--max-memory", "2G", "--format", "csv").stdout == run(*INFER, "--format", "csv").stdout


def test_what_would_not_fit_is_refused_before_it_is_counted(files, run, monkeypatch):
    def counted(*_arguments, **_options):
        raise AssertionError("something was counted")

    with monkeypatch.context() as patch:
        patch.setattr(obtaining, "_counted", counted)
        one_sentence(run(*INFER, "--max-memory", "50M", code=1), "15 bits", "50 MB may be used", "posterior")


def test_it_reaches_the_engine_where_the_census_is_cut(files, run, monkeypatch):
    asked = []
    shards = TermSpace.shards

    def watched(self, *arguments, **options):
        asked.append(options["max_bytes"])
        return shards(self, *arguments, **options)

    monkeypatch.setattr(TermSpace, "shards", watched)
    monkeypatch.setattr(obtaining, "is_long", lambda space, log: True)
    run(*INFER, "--max-memory", "1.5G")
    assert asked == [1_500_000_000]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["infer", "log.csv", "--space", "turing", "--states", "1"], ["--space terms", "turing"]),
        (["infer", "counted"], ["counted already", "leave it out"]),
    ],
)
def test_where_there_is_nothing_to_bound_it_is_refused(arguments, words, files, run):
    if arguments[1] == "counted":
        run("census", *INFER[1:], "--out", "counted")
    one_sentence(run(*arguments, "--max-memory", "1G", code=2), "--max-memory", *words)
