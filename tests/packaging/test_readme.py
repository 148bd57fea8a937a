"""The README: its blocks run as they are written, in order and in one folder; what it shows is what comes out."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

import mesaprior as mp
from mesaprior.cli import main

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```$", README, flags=re.MULTILINE | re.DOTALL)


FILE_TYPED_IN = re.compile(r"^cat > (\S+) <<'END'\n(.*?)^END\n", flags=re.MULTILINE | re.DOTALL)
"""A file that the reader makes in the shell."""


def run_in_shell(text: str) -> str:
    """Run a block of commands as a shell does, but all in this process, and return what they print."""
    for file, content in FILE_TYPED_IN.findall(text):
        Path(file).write_text(content, encoding="utf-8")
    shown = ""
    for line in FILE_TYPED_IN.sub("", text).splitlines():
        command, _, file = line.partition(" > ")
        name, *arguments = shlex.split(command)
        assert name == "mesaprior", line
        done = CliRunner().invoke(main, arguments)
        assert done.exit_code == 0, (line, done.stderr)
        if file:
            Path(file).write_text(done.stdout, encoding="utf-8")
        else:
            shown += done.stdout
    return shown


def test_every_block_runs_as_written(tmp_path, monkeypatch, capsys):
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    shown = ""
    for language, text in BLOCKS:
        if language == "python":
            exec(compile(text, "README.md", "exec"), {})
            assert "Imitators hold 90.5 % of the posterior" in capsys.readouterr().out
        elif language == "sh" and not text.startswith("make "):
            shown += run_in_shell(text)
    for made in ("odds.png", "umbrella.html", "umbrella-log.csv", "umbrella.toml"):
        assert (tmp_path / made).stat().st_size > 0
    # What the text says of the two answers.
    assert re.search(r"planner +│ +0\.45 %", shown)
    assert re.search(r"95 % │ imitator │ unjudged │ +7 │ +4 │ +1 │ forecast", shown)
    assert "and 8 by the best table from situations to actions." in shown


def test_no_block_is_left_out():
    assert [language for language, _ in BLOCKS].count("sh") == 4
    assert {language for language, _ in BLOCKS} == {"sh", "python", ""}


def test_targets_are_those_of_the_makefile():
    targets = re.findall(
        r"^make ([a-z-]+)", "".join(text for language, text in BLOCKS if language == "sh"), re.MULTILINE
    )
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert targets == ["demo", "test"]
    for target in targets:
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE)


def test_what_it_shows_of_the_demo_is_what_the_demo_finds():
    (shown,) = [text for language, text in BLOCKS if not language]
    demo = mp.demo()
    headline, _, _, *rows = shown.splitlines()
    assert headline == demo.headline
    found = {one.program: one for one in demo.top(10).itertuples()}
    assert len(rows) == 4
    for row in rows:
        share, role, verdict, hits, bits, steps, program = re.split(r"  +", row.strip())[:7]
        one = found[program]
        assert (one.role, one.verdict, one.hits, one.bits, one.steps) == (
            role,
            verdict,
            int(hits),
            int(bits),
            int(steps),
        )
        assert 100 * one.mass == pytest.approx(float(share.removesuffix(" %")), rel=5e-3)


def test_the_picture_is_that_of_the_demo(tmp_path):
    mp.demo().plot(tmp_path / "demo.svg")
    # Matplotlib draws letters as outlines, and has each text in a comment beside them.
    drawn, kept = (
        re.findall(r"<!-- (.+?) -->", path.read_text(encoding="utf-8"))
        for path in (tmp_path / "demo.svg", ROOT / "docs" / "demo.svg")
    )
    assert "imitator  90\u00a0%" in kept
    assert drawn == kept, "the picture is out of date: make picture draws it again"


def test_links_lead_somewhere():
    links = re.findall(r"\]\(([^)#]+)", README)
    assert len(links) >= 10
    assert [link for link in links if not (ROOT / link).exists()] == []
