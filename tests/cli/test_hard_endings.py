"""What happens when a run is cut short, when output cannot take it, and when the odds are one-sided."""

import json
import os
import shlex
import shutil
import subprocess
import sys

import numpy as np
import pytest
from rich.table import Table

from mesaprior.cli.progress import time_left
from mesaprior.cli.report.terminal import console
from mesaprior.hypotheses.phrases import share_text
from mesaprior.hypotheses.terms.space import TermSpace
from mesaprior.inference.bayes.posterior import posterior
from mesaprior.inference.bayes.roles import IMITATOR
from mesaprior.inference.figures.drawing import escape_dollars
from mesaprior.inference.sweeps.sweep import sweep_posterior
from tests.inference.small import SEARCHING, Program, make_census, make_log

ASK = ["infer", "log.csv", "--language", "mine.toml", "--max-bits", "12"]
ONLY_IMITATORS = """domain = 4
actions = 3
[[token]]
kind = "feature"
name = "p"
[[token]]
kind = "binary"
name = "add"
"""


def mesaprior(*arguments, **settings):
    """Run the command line in a process of its own."""
    settings = {"stdout": subprocess.PIPE, "env": os.environ | settings.pop("variables", {})} | settings
    return subprocess.run(
        [sys.executable, "-m", "mesaprior", *arguments], stderr=subprocess.PIPE, text=True, **settings
    )


@pytest.mark.parametrize("command", [ASK, ["census", *ASK[1:], "--out", "counted"]])
def test_ctrl_c_is_one_sentence_and_leaves_nothing(command, files, run, monkeypatch):
    def interrupted(*arguments, **options):
        raise KeyboardInterrupt

    before = sorted(files.iterdir())
    monkeypatch.setattr(TermSpace, "census", interrupted)
    monkeypatch.setattr(TermSpace, "shards", interrupted)
    result = run(*command, code=130)
    assert result.stdout == ""
    assert result.stderr == "Error: interrupted before the end; nothing half-written is left behind.\n"
    assert sorted(files.iterdir()) == before


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_an_encoding_that_lacks_our_signs_gets_others(encoding, files):
    # The first run may compile for long, and then tells its progress.
    mesaprior(*ASK)
    done = mesaprior(*ASK, variables={"PYTHONIOENCODING": encoding}, encoding=encoding)
    assert (done.returncode, done.stderr) == (0, "")
    assert "of the posterior after 3 training rows" in done.stdout
    line = next(line for line in done.stdout.splitlines() if line.startswith("log2 odds, optimizers"))
    bars = line.split("n = 0 ")[1].split()[0]
    assert len(bars) == 4
    assert set(bars) <= set("12345678")
    assert "?" not in done.stdout


@pytest.mark.parametrize("command", [ASK, ["census", *ASK[1:], "--out", "counted"], ["infer", "nowhere.csv"]])
def test_a_closed_standard_error_changes_no_answer(command, files):
    """The shell closes it: no file of ours may get its number, and nobody asks nothing whether it is a terminal."""
    expected = mesaprior(*command, variables={"MESAPRIOR_STORE": str(files / "one")})
    shutil.rmtree(files / "counted", ignore_errors=True)
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" "$@" 2>&-', sys.executable, "-m", "mesaprior", *command],
        stdout=subprocess.PIPE, text=True, env=os.environ | {"MESAPRIOR_STORE": str(files / "other")}, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (expected.returncode, expected.stdout)


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no full device here")  # noqa: PTH110
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_a_full_disk_is_one_sentence(form, files):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = mesaprior(*ASK, "--format", form, stdout=full)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: No space left on device")
    assert done.stderr.count("\n") == 1


HOSTILE = ["[/red]", "speed [m/s]", "[link=file:///]z", ":car:", "\x1b[31mt"]


@pytest.mark.parametrize("command", ["infer", "infer --predict", "why p", "safeguards", "reach"])
def test_labels_are_printed_as_they_are_written(command, files, run):
    rows = [f"{label},{HOSTILE[-1 - k]},,{'train' if k < 4 else 'deploy'}" for k, label in enumerate(HOSTILE)]
    (files / "odd.csv").write_text("\n".join(["p,action,rival,split", *rows]) + "\n")
    words = command.split()
    log = ["--log", "odd.csv"] if words[0] == "why" else ["odd.csv", "--max-bits", 8]
    result = run(words[0], *words[1:], *log)
    assert "\x1b" not in result.stdout
    if words[0] == "why":
        for label in HOSTILE:
            assert result.stdout.count(label.replace("\x1b", "\\x1b")) == 3


def test_the_console_knows_no_markup(capsys):
    text = "[/red] speed [m/s] [link=file:///]z[/link] :car: \x1b[31m"
    table = Table(text, title=text)
    table.add_row(text)
    out = console()
    out.print(text)
    out.print(table)
    out.print(text, markup=True, emoji=True)
    written = capsys.readouterr().out
    assert written.count("[/red] speed [m/s] [link=file:///]z[/link] :car: \\x1b[31m") == 5


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_a_dollar_in_a_name_is_drawn_as_it_is(ending, files, run):
    (files / "a$b_{$.csv").write_text((files / "log.csv").read_text())
    run("infer", "a$b_{$.csv", *ASK[2:], "--plot", f"odds.{ending}")
    picture = (files / f"odds.{ending}").read_bytes()
    assert picture
    if ending == "svg":
        assert b"<!-- a$b_{$, prior simplicity: " in picture


def test_exponents_along_an_axis_stay_raised():
    from matplotlib.figure import Figure

    figure = Figure()
    axes = figure.subplots()
    axes.set(xscale="log", xlim=(1, 1e6), title="a$b_{$")
    escape_dollars(figure)
    figure.canvas.draw()
    assert axes.title.get_text() == r"a\$b_{\$"
    assert any("10^{3}" in label.get_text() for label in axes.get_xticklabels())
    assert not any(r"\$" in label.get_text() for label in axes.get_xticklabels())


def test_a_picture_that_cannot_be_finished_leaves_the_old_one(files, run, monkeypatch):
    from matplotlib.figure import Figure

    (files / "odds.png").write_bytes(b"the old picture")
    before = sorted(files.iterdir())

    def full(figure, path, **options):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Figure, "savefig", full)
    result = run(*ASK, "--plot", "odds.png", code=1)
    assert result.stdout == ""
    assert "No space left on device" in result.stderr
    assert (files / "odds.png").read_bytes() == b"the old picture"
    assert sorted(files.iterdir()) == before


def test_what_a_killed_process_left_is_removed_and_nothing_else(files, run):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    left, others = files / f".{ended.pid}.odds.png", (".notes.odds.png", "odds.png.old")
    for name in (left.name, *others):
        (files / name).write_bytes(b"half")
    run(*ASK, "--plot", "odds.png")
    assert not left.exists()
    assert all((files / name).exists() for name in others)


def test_a_folder_is_no_picture(files, run, monkeypatch):
    (files / "odds.png").mkdir()
    monkeypatch.setattr(TermSpace, "census", None)
    assert "folder of this name" in run(*ASK, "--plot", "odds.png", code=2).stderr


def test_a_prior_of_another_space_is_refused_before_counting(files, run, monkeypatch):
    monkeypatch.setattr(TermSpace, "census", None)
    message = run(*ASK, "--prior", "circuit", code=2).stderr
    assert "'gates'" in message
    assert "length, time, infer_time" in message


def test_one_sided_odds_are_said_in_words(files, run):
    (files / "plain.toml").write_text(ONLY_IMITATORS)
    said = run("infer", "log.csv", "--language", "plain.toml", "--max-bits", 6).stdout
    assert "only imitators have any mass" in said
    assert (
        "Imitators keep the lead, but none of their mass is faithful on later rows: at n = 3 no optimizer has any mass"
        in said
    )
    assert "inf" not in said.replace("infer", "")
    assert "Advantage" not in said
    answer = json.loads(run("infer", "log.csv", "--language", "plain.toml", "--max-bits", 6, "--format", "json").stdout)
    assert answer["log2_odds"] == ["-inf"] * 4


def test_a_stored_census_in_the_default_language_says_that_it_leans(files, run):
    run("census", "log.csv", "--max-bits", 12, "--out", "default")
    run("census", *ASK[1:], "--out", "mine")
    assert "no payoff" in run("infer", "default").stdout
    assert "no payoff" not in run("infer", "mine").stdout


def test_next_steps_do_not_repeat_what_was_done(files, run):
    steps = run(*ASK, "--prior", "levin", "--plot", "odds.svg").stdout.split("Next:")[1]
    assert "mesaprior why" in steps
    assert "another prior: --prior levin" not in steps
    assert "--plot" not in steps
    run("census", *ASK[1:], "--out", "counted")
    assert "\nNext: another prior: --prior levin" in run("infer", "counted").stdout


def test_next_steps_ask_under_the_same_prior_noise_and_tolerance(files, run):
    asked = ("--prior", "speed", "--param", "alpha=2", "--noise", 0.05, "--tolerance", 0.25)
    steps = run(*ASK, *asked).stdout.split("Next: ")[1].splitlines()
    assert steps[0].endswith(" --prior speed --param alpha=2 --noise 0.05 --tolerance 0.25")
    assert steps[-1].endswith(" --max-bits 12 --noise 0.05 --tolerance 0.25")
    for step in (steps[0], steps[-1].removeprefix("      or ")):
        run(*shlex.split(step)[1:])
    formula = run(*ASK, "--prior", "2**-length / time").stdout.split("Next: ")[1].splitlines()[0]
    assert formula.endswith(" --prior '2**-length / time'")


@pytest.mark.parametrize(
    ("share", "text"),
    [
        *[(1, "100 %"), (1 - 2**-53, "100 %"), (1 - 2**-48, ">99.99 %"), (0.99996, ">99.99 %")],
        *[(0.9997, "99.97 %"), (0.999, "99.9 %"), (0.5, "50 %"), (0.00001, "<0.01 %"), (2**-60, "<0.01 %")],
    ],
)
def test_nearly_all_is_not_all(share, text):
    assert share_text(share) == text


@pytest.mark.parametrize("n_rows", [1, 7, 60, 600])
def test_all_of_a_posterior_is_all_however_it_adds_up(n_rows):
    # Imitators alone, in three verdicts, so that the whole is a sum of shares that are rounded.
    log = make_log([(row % 3, row % 2) for row in range(n_rows)], [(0, 0, 1), (1, 1, 0), (2, 0, 1)])
    predictions = [(0, 1, 0), (1, 0, 1), (0, 0, 1), (1, 1, 0)]
    programs = [Program(given, length=3 + 7 * k, count=k + 1) for k, given in enumerate(predictions)]
    census = make_census(log, programs, n_actions=2)
    found = posterior(census, log, "simplicity")
    assert set(found.mass_by_role[IMITATOR].tolist()) == {1.0}
    assert (found.mass_by_role[IMITATOR + 1 :] == 0).all()
    swept = sweep_posterior(census, log, "simplicity", {"n": range(n_rows + 1)})
    assert {share_text(float(mass)) for mass in swept.mass_by_role[:, IMITATOR]} == {"100 %"}
    # Where another role has anything it stays a sum.
    other = Program((0, 1, 0), SEARCHING, length=20)
    shared = posterior(make_census(log, [*programs, other], n_actions=2), log, "simplicity")
    assert np.array_equal(shared.mass_by_role, shared.mass.sum(axis=1))
    assert (shared.mass_by_role[IMITATOR + 1 :].sum(axis=0) > 0).all()


def test_no_time_is_estimated_before_it_means_anything():
    assert time_left(0.0, 8.0) == ""
    assert time_left(0.001, 8.0) == ""
    assert time_left(0.25, 10.0) == "30 s left"
    assert time_left(1.0, 10.0) == ""


@pytest.mark.parametrize("command", [ASK, [*ASK, "--format", "csv"], ["--help"], ["prior", "list"]])
def test_a_closed_standard_output_is_one_sentence(command, files):
    done = subprocess.run(
        ["sh", "-c", 'exec "$0" "$@" >&-', sys.executable, "-m", "mesaprior", *command],
        stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert done.stderr.startswith("Error: standard output is closed")
    assert done.stderr.count("\n") == 1


LONG = "x" * 5000


@pytest.mark.parametrize(
    "command",
    [[LONG], ["infer", LONG], ["infer", f"--{LONG}"], ["infer", "log.csv", f"--format={LONG}"], ["prior", "show", LONG],
     ["why", f"(argmax {LONG})", "--log", "log.csv"], ["infer", "log.csv", "--prior", f"2**-length {LONG}"]],
)  # fmt: skip
def test_no_argument_is_repeated_at_any_length(command, files):
    done = mesaprior(*command)
    assert done.returncode in (1, 2)
    assert len(done.stderr) < 2000
    assert "Traceback" not in done.stderr
