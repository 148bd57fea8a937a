"""Results as Markdown: what a person reads at the terminal, as text that can be pasted."""

import pytest
from markdown_it import MarkdownIt

from mesaprior.hypotheses.tables import Table, texts
from mesaprior.inference.rendering import markdown
from mesaprior.inference.report_blocks import Line

ASK = ("log.csv", "--language", "mine.toml", "--max-bits", "14")
COMMANDS = {
    "prior list": (["prior", "list"], "| name | formula | meaning |"),
    "prior show": (["prior", "show", "levin"], "formula"),
    "prior check": (["prior", "check", "levin", "--examples", 5], "**levin obeys 12 of 12 laws"),
    "prior plot": (["prior", "plot", "levin", "--max-length", 5, "--max-time", 4], "| time | length 1 to 5 |"),
    "prior compare": (["prior", "compare", *ASK, "--prior", "levin", "--prior", "speed"], "## How far they differ"),
    "prior depth": (["prior", "depth", *ASK], "| shortest program | role | share | bits | s = 0 |"),
    "why": (
        ["why", "(move p c)", "--log", "log.csv", "--language", "mine.toml"],
        "## Predictions, each distinct row once",
    ),
    "why on a blank tape": (["why", "1RB1LB_1LA1-H", "--space", "turing", "--blank"], "It halts after 6 steps"),
    "strings": (["strings", "--states", 1], "| string | runs | bits | depth |"),
    "strings by steps": (["strings", "--states", 1, "--joint"], "| string | steps | runs |"),
    "how runs end": (["strings", "--states", 1, "--report", "halting"], "## How runs end"),
    "complexity": (["complexity", "0", "--states", 1], "| string | cells | runs | bits | depth |"),
    "circuits": (["circuits", "--inputs", 1], "| cost | by gates | classes | by formula | by depth |"),
    "a circuit": (["circuits", "--inputs", 3, "--function", "0x69"], "g1=x1^x2<br>g2="),
    "counts of circuits": (["circuits", "--inputs", 5, "--max-gates", 1], "| gates | functions | classes |"),
    "networks": (["networks", "--inputs", 1, "--hidden", 0], "## Most frequent functions"),
}


@pytest.mark.parametrize(("command", "part"), COMMANDS.values(), ids=COMMANDS)
def test_every_result_can_be_markdown(command, part, files, run):
    text = run(*command, "--format", "markdown").stdout
    assert part in text
    assert not set("┃│┏") & set(text)
    for paragraph in text.split("\n\n"):
        rows = [line.replace("\\|", "") for line in paragraph.splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) <= 1, paragraph


@pytest.mark.parametrize("text", ["g1=~x1&~x2; g1", "a&lt;b", "<b> *a* _b_ `c` [d](e)", "G_y*z**4 \\frac | 1"])
def test_what_is_written_is_what_is_read(text):
    """No sign of a program, a formula or a label is taken for a mark of Markdown."""
    reader = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    tokens = reader.parse(markdown([Line(text), Table("", texts("program"), [(text,)])]))
    read = [child for token in tokens if token.type == "inline" for child in token.children]
    assert {child.type for child in read} <= {"text", "text_special"}
    assert ["".join(c.content for c in t.children) for t in tokens if t.type == "inline"] == [text, "program", text]
