"""Pages of the site that follow from the rest of the repository: one a command, one a README; and the glossary.

Sphinx loads this module as an extension. The pages are written to `docs/generated` when a build starts.
"""

import os
import re
import shutil
from collections.abc import Iterable
from pathlib import Path

import click
from docutils.nodes import Node
from pygments.lexers.special import TextLexer
from sphinx.application import Sphinx
from sphinx.directives.code import CodeBlock

from mesaprior.cli.main import SECTIONS, main
from mesaprior.inference.glossary import TOPICS

DOCS = Path(__file__).parent
ROOT = DOCS.parent
GENERATED = DOCS / "generated"
READMES = {
    ROOT / "examples" / "README.md": "examples/index",
    **{path: f"examples/{path.parent.name}" for path in sorted(ROOT.glob("examples/*/README.md"))},
    ROOT / "benchmarks" / "README.md": "benchmarks",
}
"""READMEs outside `docs` that have a page on the site, and its name."""
PLACE_OF_GLOSSARY = "<!-- the glossary -->"
WIDTH = 100
"""Characters in a line of a command's help."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Have the pages written when a build starts, and all pages completed when they are read."""
    app.connect("builder-inited", lambda app: write_pages())
    app.connect("source-read", complete)
    app.add_lexer("csv", TextLexer)
    app.add_directive("code-cell", Cell)
    return {"parallel_read_safe": True}


class Cell(CodeBlock):
    """A cell of a notebook that is kept as text: shown as Python, and not run."""

    def run(self) -> list[Node]:
        """Show the cell; its argument names the kernel."""
        self.arguments = ["python"]
        return super().run()


def write_pages() -> None:
    """Write them anew, so that no page is left of what is no longer there."""
    shutil.rmtree(GENERATED, ignore_errors=True)
    pages = {f"commands/{name}": text for name, text in command_pages().items()} | readme_pages()
    for name, text in pages.items():
        path = GENERATED / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def command_pages() -> dict[str, str]:
    """Return a page for every command, with the help that it prints, and `index`, which lists them."""
    root = click.Context(main, info_name="mesaprior", terminal_width=WIDTH, max_content_width=WIDTH)
    pages = {name: _command_page(name, main.get_command(root, name), root) for name in main.list_commands(root)}
    lines = ["# Commands", "", "What each command prints with `--help`.", ""]
    for section, commands in SECTIONS.items():
        lines += [f"## {section}", "", "| command | |", "|---|---|"]
        lines += [f"| [{name}]({name}.md) | {line} |" for name, line in commands.items()] + [""]
    return pages | {"index": "\n".join([*lines, *_contents(pages)])}


def _command_page(name: str, command: click.Command, root: click.Context) -> str:
    lines = [f"# mesaprior {name}", ""]
    for level, context in _with_subcommands(click.Context(command, parent=root, info_name=name), 1):
        if level > 1:
            lines += [f"{'#' * level} {context.command_path}", ""]
        lines += ["```text", context.command.get_help(context), "```", ""]
    return "\n".join(lines)


def _with_subcommands(context: click.Context, level: int) -> list[tuple[int, click.Context]]:
    found = [(level, context)]
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            found += _with_subcommands(click.Context(command, parent=context, info_name=name), level + 1)
    return found


def glossary() -> str:
    """Return the words of the results and what they mean, by topic."""
    lines: list[str] = []
    for topic, terms in TOPICS.items():
        lines += [f"## {topic}", "", "```{glossary}"]
        for term in terms:
            # A heading may be empty, and a colon between spaces would begin a classifier of Sphinx.
            names = [name.replace(" : ", "\N{NO-BREAK SPACE}: ") for name in (term.name, *term.also) if name]
            lines += [*names, f"  {term}", ""]
        lines += ["```", ""]
    return "\n".join(lines)


def readme_pages() -> dict[str, str]:
    """Return a page for every README that the pages of the site lead to; that of the examples lists theirs."""
    pages = {name: _moved(readme) for readme, name in READMES.items()}
    examples = [Path(name).name for name in pages if name.startswith("examples/") and name != "examples/index"]
    return pages | {"examples/index": "\n".join([pages["examples/index"], *_contents(examples)])}


def _moved(readme: Path) -> str:
    """Return the text of a README with its relative links, which lead from its page to where they led."""
    page = GENERATED / f"{READMES[readme]}.md"

    def moved(link: re.Match[str]) -> str:
        path, mark, anchor = link["target"].partition("#")
        target = (readme.parent / path).resolve()
        if target in READMES:
            target = GENERATED / f"{READMES[target]}.md"
        return f"]({os.path.relpath(target, page.parent)}{mark}{anchor})"

    return re.sub(r"\]\((?P<target>(?!\w+:|#)[^)\s]+)\)", moved, readme.read_text(encoding="utf-8"))


def complete(app: Sphinx, docname: str, source: list[str]) -> None:
    """Put the glossary in its place, and let links to READMEs lead to their pages on the site."""
    text = source[0].replace(PLACE_OF_GLOSSARY, glossary()) if PLACE_OF_GLOSSARY in source[0] else source[0]
    here = (DOCS / docname).parent
    for readme, name in READMES.items():
        path, page = os.path.relpath(readme, here), os.path.relpath(GENERATED / f"{name}.md", here)
        text = re.sub(rf"\]\({re.escape(path)}(?=[#)])", f"]({page}", text)
    source[0] = text


def _contents(pages: Iterable[str]) -> list[str]:
    return ["", "```{toctree}", ":hidden:", *pages, "```", ""]
