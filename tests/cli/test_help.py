"""The command line as a person meets it: sections, headings, completion, quiet and verbose."""

import re

import click
import pytest
from click.shell_completion import ShellComplete

from mesaprior.cli.command import OUTPUT, Command, Option, headed_option
from mesaprior.cli.main import COMMANDS, SECTIONS, main

LOG = "x,action\n0,0\n1,1\n0,0\n"


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MESAPRIOR_STORE", str(tmp_path / "store"))
    (tmp_path / "log.csv").write_text(LOG)
    return "log.csv"


def every_command(command=main, path=("mesaprior",)):
    """Yield each command with what is typed for it."""
    yield command, path
    if isinstance(command, click.Group):
        for name in command.list_commands(None):
            yield from every_command(command.get_command(None, name), (*path, name))


def help_of(path, width=80):
    """Return the help of a command in a terminal of a width, by its lines."""
    command, context = main, None
    for name in path:
        command = main if context is None else command.get_command(context, name)
        context = click.Context(
            command, parent=context, info_name=name, terminal_width=width, **command.context_settings
        )
    return command.get_help(context).splitlines()


def completions(words, incomplete):
    """Return what a shell is told to complete after some words."""
    return [item.value for item in ShellComplete(main, {}, "mesaprior", "_X").get_completions(words, incomplete)]


def test_commands_stand_in_sections_with_a_line_each():
    text = "\n".join(help_of(["mesaprior"]))
    for section, commands in SECTIONS.items():
        assert f"\n{section}:\n" in text
        for name, line in commands.items():
            assert f"\n  {name.ljust(14)}  {line}" in text, name
    assert len(COMMANDS) == len(set(COMMANDS)) == 25


@pytest.mark.parametrize("path", [path for _, path in every_command()], ids=" ".join)
def test_no_line_of_help_is_cut_or_too_wide(path):
    lines = help_of(path)
    assert not [line for line in lines if re.search(r"\w\.\.\.$", line) and not line.startswith("Usage:")]
    # Examples are to be copied as they stand.
    assert not [line for line in lines if len(line) > 80 and not line.startswith("    mesaprior ")]


def test_a_command_is_listed_by_its_whole_first_sentence():
    for command, path in every_command():
        if isinstance(command, click.Group) and len(path) > 1:
            listed = help_of(path)
            for name in command.list_commands(None):
                first = command.get_command(None, name).help.split("\n")[0].removesuffix(".")
                assert any(re.fullmatch(rf"  {name} +{re.escape(first)}\.", line) for line in listed), (path, name)


@pytest.mark.parametrize("path", [path for _, path in every_command()][1:], ids=" ".join)
def test_every_option_is_explained(path):
    command = next(command for command, other in every_command() if other == path)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert re.search(r"\.(  \[default: .*\])?$", parameter.help), parameter.help


def test_options_stand_under_headings_and_those_of_other_spaces_apart():
    lines = help_of(["mesaprior", "infer"])
    headings = [line for line in lines if re.fullmatch(r"[A-Z].*:", line)]
    assert headings == [
        "The log:",
        "The space:",
        "Other spaces:",
        "The prior and the noise:",
        "The answer:",
        "Counting:",
        "Output:",
    ]
    others = lines[lines.index("Other spaces:") : lines.index("The prior and the noise:")]
    named = {match[1] for line in others if (match := re.match(r"  (--[a-z-]+)", line))}
    assert named == {
        *("--states", "--max-gates", "--basis", "--circuits", "--hidden", "--weights", "--extra-gates", "--encoding"),
    }
    assert lines[lines.index("Output:") :][-1].startswith("  -h, --help")


def test_a_command_of_few_options_has_no_headings():
    lines = help_of(["mesaprior", "circuits"])
    assert "Options:" in lines
    assert "Output:" not in lines


def test_headings_are_few():
    headings = {
        parameter.heading
        for command, _ in every_command()
        for parameter in command.params
        if isinstance(parameter, Option)
    }
    assert len(headings) < 14, headings


@pytest.mark.parametrize("words", [["-q", "infer"], ["infer", "--quiet"]])
def test_quiet_says_nothing_but_the_answer(words, log, run):
    loud = run("infer", log, "--format", "json")
    assert "counting up to" in loud.stderr
    place = words.index("infer") + 1
    quiet = run(*words[:place], log, *words[place:], "--format", "json")
    assert quiet.stderr == ""
    assert quiet.stdout == loud.stdout


def test_quiet_keeps_errors(log, run):
    assert "no such file" in run("-q", "infer", "missing.csv", code=2).stderr
    assert "--space" in run("infer", log, "-q", "--space", "none", code=2).stderr


@pytest.mark.parametrize("words", [["-v", "infer"], ["infer", "--verbose"]])
def test_verbose_reports_times(words, log, run):
    assert not re.search(r"\d s\.", run("infer", log, "--max-bits", 12).stderr)
    place = words.index("infer") + 1
    said = run(*words[:place], log, *words[place:], "--max-bits", 13).stderr.splitlines()
    assert re.fullmatch(r"Counting [\d,]+ programs: \d+\.\d s\.", said[-3])
    assert re.fullmatch(r"Weighing the programs: \d+\.\d s\.", said[-2])
    assert re.fullmatch(r"In all: \d+\.\d s\.", said[-1])


def test_subcommands_are_quiet_too(log, run):
    told = [run(*words, "world", "log", "corridor", "--out", "made.csv").stderr for words in ((), ("-q",))]
    assert told == ["Wrote made.csv.\n", ""]


def test_names_complete():
    assert completions([], "in") == ["infer"]
    assert completions([], "s") == ["sample", "safeguards", "sweep", "store", "strings"]
    assert completions(["world"], "sh") == ["show"]
    assert completions(["infer", "log.csv", "--prior"], "sp") == ["speed"]
    assert completions(["strings", "--prior"], "lev") == ["levin"]
    assert completions(["prior", "show"], "unif") == ["uniform"]
    assert completions(["prior", "compare", "c", "--prior"], "levin,unif") == ["levin,uniform"]
    assert completions(["world", "show"], "corr") == ["corridor"]
    assert completions(["ensemble"], "fo") == ["fork"]
    assert completions(["claims", "run", "coin"], "counting") == ["counting-argument"]
    assert completions(["infer", "log.csv", "--space"], "t") == ["terms", "turing"]


def test_files_are_left_to_the_shell():
    for words in (["infer"], ["infer", "log.csv", "--language"], ["sweep", "log.csv", "--out"], ["prepare"]):
        items = ShellComplete(main, {}, "mesaprior", "_X").get_completions(words, "lo")
        assert [(item.type, item.value) for item in items] == [("file", "lo")], words
    items = ShellComplete(main, {}, "mesaprior", "_X").get_completions(["store", "verify"], "lo")
    assert [item.type for item in items] == ["dir"]


def test_columns_complete(tmp_path):
    """The columns of the file that was typed before are completed, in lists after each comma."""
    file = tmp_path / "choices.csv"
    file.write_text("who;round;my choice\n" + "ann;1;left\n" * 20_000, "utf-8")
    assert completions(["infer", str(file), "--action"], "m") == ["my choice"]
    assert completions(["infer", str(file), "--drop"], "who,r") == ["who,round"]
    assert completions(["infer", str(tmp_path / "no.csv"), "--action"], "") == []
    assert completions(["infer", "--action"], "m") == []


def test_an_old_name_of_an_option_is_taken_with_a_hint(capsys):
    """What scripts have is read as ever; what stands behind two hyphens is left alone."""

    @click.command(cls=Command)
    @headed_option("--new", heading=OUTPUT, old_names=("--old",))
    @click.argument("rest", nargs=-1)
    def asked(new, rest):
        click.echo(f"{new} {rest}")

    for arguments in (["--old", "x"], ["--old=x"]):
        asked.main(arguments, standalone_mode=False)
        out, err = capsys.readouterr()
        assert (out, err) == ("x ()\n", "Hint: --old is now called --new.\n")
    asked.main(["--old", "x", "--quiet"], standalone_mode=False)
    assert capsys.readouterr() == ("x ()\n", "")
    asked.main(["--", "--old"], standalone_mode=False)
    assert capsys.readouterr() == ("None ('--old',)\n", "")
    assert "--old" not in asked.get_help(click.Context(asked))


def test_lists_that_replace_each_other_are_told(log, run):
    hint = "Hint: --drop is given more than once, and only the last list counts; write --drop a,b,c.\n"
    refused = run("infer", log, "--drop", "p", "--drop=c", code=2).stderr
    assert refused.startswith(hint)
    refused = run("infer", log, "--drop", "p", "--noise", "0.1", "--noise", "0.2", code=2).stderr
    assert "Hint" not in refused


def test_names_with_spaces_need_quotes(log, run):
    refused = run("infer", log, "--action", "my", "choice", code=2).stderr
    assert "unexpected extra argument (choice); write a name that has spaces in quotes." in refused


def test_explain_says_what_columns_and_words_mean(log, run):
    plain, told = (run("infer", log, "--max-bits", 12, *words).stdout for words in ((), ("--explain",)))
    assert "  hits: Training rows on which it predicts the teacher's action" in told
    assert "\nWords:\n" in told
    assert "hits: " not in plain
    assert "- hits: " in run("infer", log, "--max-bits", 12, "--explain", "--format", "markdown").stdout


@pytest.mark.parametrize("form", ["json", "csv"])
def test_explanations_are_for_people(form, log, run):
    assert "--explain is for people" in run("infer", log, "--explain", "--format", form, code=2).stderr


def test_every_command_that_prints_a_result_explains_it():
    for name in main.list_commands(None):
        command = main.get_command(None, name)
        for one in getattr(command, "commands", {}).values() or [command]:
            options = {option for parameter in one.params for option in parameter.opts}
            assert ("--explain" in options) == ("--format" in options), name
