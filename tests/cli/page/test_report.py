"""`mesaprior report` as a command: what it refuses, and what its file is."""

import re

import pytest

ASKED = ("report", "log.csv", "--language", "mine.toml", "--max-bits", "9")


def test_the_page_is_one_file(files, run):
    told = run(*ASKED, "--out", "page.html")
    assert "Wrote page.html." in told.stderr
    text = (files / "page.html").read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>")
    assert "Content-Security-Policy" in text
    assert len(text) < 5e6


def test_the_same_question_gives_the_same_bytes(files, run):
    run(*ASKED, "--out", "one.html")
    run(*ASKED, "--out", "two.html")
    assert (files / "one.html").read_bytes() == (files / "two.html").read_bytes()


def test_sliders_stand_where_they_were_asked_to(files, run):
    run(*ASKED, "--prior", "speed", "--param", "alpha=2.5", "--noise", "0.1", "--out", "page.html")
    text = (files / "page.html").read_text(encoding="utf-8")
    assert re.search(r'"prior":\{"weight":1.0,"alpha":2.5,"bound":"none"', text)
    assert re.search(r'"noise":\{"kind":"fixed","eps":0.1', text)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--out", "page.txt"], "give a name that ends so"),
        (["--out", "no/page.html"], "there is no folder"),
        (["--out", "page.html", "--prior", "2**-length / (1 + time)"], "none that the sliders of a page reach"),
        ([], "--out"),
    ],
)
def test_what_cannot_be_is_refused(files, run, asked, told):
    assert told in run(*ASKED, *asked, code=2).stderr
    assert not (files / "page.html").exists()


def test_a_missing_library_is_told_with_what_installs_it(files, run, monkeypatch):
    import importlib.util

    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == "altair" else found(name, *rest)
    )
    told = run(*ASKED, "--out", "page.html", code=1).stderr
    assert "pip install 'mesaprior[page]'" in told
