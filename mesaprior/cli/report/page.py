"""A folder of findings: for each claim its table, report and figure, and one page on all of them."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesaprior.cli.files import written_whole
from mesaprior.cli.report.figure import save_picture
from mesaprior.errors import ContentError, UsageError
from mesaprior.inference.claims.guide import CLOSING, OPENING, WORDS
from mesaprior.inference.claims.registry import CLAIMS
from mesaprior.inference.claims.reports import report_of, table_csv
from mesaprior.inference.figures.drawing import drawn

if TYPE_CHECKING:
    from mesaprior.inference.claims.claim import Findings

PAGE = "index.md"
"""The page on all claims of a folder."""

ENOUGH = 0.95
"""Share of the cells from which on a formula whose sign is that of the count suffices."""


class Ledger:
    """A folder with the findings of claims.

    Parameters
    ----------
    path : str
        It is made where it does not exist.

    Raises
    ------
    UsageError
        If it is no folder, or cannot be written to.
    """

    def __init__(self, path: str):
        self._folder = Path(path)
        if self._folder.exists() and not self._folder.is_dir():
            raise UsageError(f"--out {path}: there is a file of this name; name a folder.")
        self._folder.mkdir(parents=True, exist_ok=True)
        if not os.access(self._folder, os.W_OK):
            raise UsageError(f"--out {path}: the folder cannot be written to; choose another.")
        # What cannot be read is told before any work is done.
        for name in CLAIMS:
            self._report(name)

    def holds(self, name: str, size: str, versions: dict[str, str]) -> bool:
        """Tell whether the findings of a claim are there already, at a size and by these versions."""
        report = self._report(name)
        return report is not None and (report["size"], report["versions"]) == (size, versions)

    def add(self, findings: Findings, versions: dict[str, str]) -> None:
        """Write what a claim found, the report last: who finds it finds the rest."""
        name, report = findings.claim.name, report_of(findings)
        self._write(f"{name}.csv", table_csv(findings.table))
        save_picture(drawn(findings.figure), str(self._folder / f"{name}.svg"))
        self._write(f"{name}.json", json.dumps(report | {"versions": versions}, indent=1, allow_nan=False) + "\n")

    def write_page(self) -> Path:
        """Write the page on all claims that are there, in the order of the registry, and return its path."""
        reports = [report for report in map(self._report, CLAIMS) if report is not None]
        self._write(PAGE, page_of(reports))
        return self._folder / PAGE

    def _report(self, name: str) -> dict[str, Any] | None:
        return _report_in(self._folder, name)

    def _write(self, name: str, text: str) -> None:
        with written_whole(self._folder / name) as begun:
            begun.write_text(text, encoding="utf-8", newline="\n")


def read_ledger(path: str) -> list[tuple[dict[str, Any], str | None]]:
    """Return the reports of a folder in the order of the registry, each with its table as CSV.

    The table is None where it is not there, or not the one that the report is about.

    Raises
    ------
    UsageError
        If there is no such folder, or no report in it.
    ContentError
        If a report cannot be read.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise UsageError(f"{path} is no folder; name one that `mesaprior claims run --out` wrote.")
    reports = [report for report in (_report_in(folder, name) for name in CLAIMS) if report is not None]
    if not reports:
        raise UsageError(f"{path} holds no report of a claim; name a folder that `mesaprior claims run --out` wrote.")
    return [(report, _table_in(folder, report)) for report in reports]


def _report_in(folder: Path, name: str) -> dict[str, Any] | None:
    path = folder / f"{name}.json"
    if not path.exists():
        return None
    try:
        report: Any = json.loads(path.read_text(encoding="utf-8"))
        # What pages and `holds` ask of it has to be there.
        page_of([report])
        _ = report["size"], report["versions"], report["table_hash"]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        raise ContentError(f"{path}: this is no report of a claim; remove it, or name another folder.") from None
    return report


def _table_in(folder: Path, report: dict[str, Any]) -> str | None:
    try:
        content = (folder / f"{report['name']}.csv").read_bytes()
    except OSError:
        return None
    return content.decode("utf-8") if hashlib.sha256(content).hexdigest() == report["table_hash"] else None


def page_of(reports: Sequence[dict[str, Any]]) -> str:
    """Return the page: a guide, a table of verdicts, what changed, and each claim with all that one cites it for."""
    lines = [
        "# Verdicts on the claims",
        "",
        OPENING,
        "",
        "| word | what it means here |",
        "|---|---|",
        *(f"| {word} | {meaning} |" for word, meaning in WORDS.items()),
        "",
        CLOSING,
        "",
        "| claim | edition | verdict | share of worlds | margin (spread) | most sensitive to | first flip |",
        "|---|---|---|---|---|---|---|",
    ]
    lines += [_row(report) for report in reports]
    changed = [report for report in reports if report.get("changed")]
    if changed:
        lines += [
            "",
            "## What changed between the editions",
            "",
            "| claim | what the second edition asks |",
            "|---|---|",
        ]
        lines += [f"| [{report['name']}](#{report['name']}) | {report['changed']} |" for report in changed]
    for report in reports:
        lines += ["", *_section(report)]
    lines += ["", "Made by `mesaprior claims run --all --out DIR`, with the tables beside it."]
    return "\n".join(lines) + "\n"


def _row(report: dict[str, Any]) -> str:
    first, name = report["sensitivity"][0]["parameter"], report["name"]
    flips = [f"{found['parameter']} {_places(found)}" for found in report["sensitivity"] if found["flips"]]
    return (
        f"| [{name}](#{name}) | {report.get('edition', 1)} | {_verdict(report)} | {_share(report)} | {_margin(report)} "
        f"| {first} | {(flips or ['-'])[0]} |"
    )


def _verdict(report: dict[str, Any]) -> str:
    return ", ".join([report["verdict"], *([report["mark"]] if "mark" in report else [])])


def _margin(report: dict[str, Any]) -> str:
    spread = f" ({_short(report['spread'])})" if "spread" in report else ""
    return f"{_short(report['median_margin'])}{spread}"


def _section(report: dict[str, Any]) -> list[str]:
    name = report["name"]
    return [
        f"## {name}",
        "",
        f"*{report['argument']}*",
        "",
        f"**{_verdict(report)}**, {_share(report)} of {report['worlds']['number']} worlds. {report['sentences']}",
        "",
        f"![{report['figure']['title']}]({name}.svg)",
        "",
        *(f"- {title}: {text}" for title, text in _points(report) if text),
        f"- [Table]({name}.csv), [report]({name}.json). Cite as: {report['citation']}",
    ]


def _points(report: dict[str, Any]) -> list[tuple[str, str]]:
    """Return what a section says of a claim, point by point; a point without a text is left out."""
    formula = report["formula"]
    counted = "bits beyond the dearest that a world is about" if report.get("is_beyond") else "bits"
    flips = [
        f"`{found['parameter']}` ({found['meaning']}; base {found['base']:g}) at " + _places(found)
        for found in report["sensitivity"]
        if found["flips"]
    ]
    beside = [
        f"{line['label']}: {line['verdict']}, {_percent(line['share'])}, median {_short(line['median_margin'])}"
        for line in report.get("lines", [])
    ]
    ledger = "".join(f" {_ledger_entry(entry)}" for entry in report["given"]["ledger"])
    return [
        ("The argument is made in", _sources(report.get("sources", []))),
        ("Made computable", report.get("measured", "")),
        ("Does not test", report.get("untested", "")),
        ("Nearest published work", _sources(report.get("prior_work", []))),
        ("Worlds", f"{report['worlds']['what']} Programs of up to {report['max_bits']} {counted} are counted."),
        ("Margin", f"{report['margin']}; median {_margin(report)}. {report['rule']}"),
        ("Beside it", "; ".join(beside) + "." if beside else ""),
        ("Flips", f"{'; '.join(flips) or 'nowhere within the values asked'}."),
        ("Formula", f"{formula['text']}. {_formula(formula)}"),
        ("Settled along the length bound", f"in {_percent(report['stable_share'])} of the worlds."),
        ("Given", f"{report['given']['text']}{ledger}"),
    ]


def _sources(sources: Sequence[dict[str, Any]]) -> str:
    texts = [f"{one['authors']} ({one['year']}), *{one['title']}*, {one['where']}" for one in sources]
    return "; ".join(texts) + "." if texts else ""


def _formula(formula: dict[str, Any]) -> str:
    """Say how far the simple formula goes, and what counting adds."""
    agreement = formula["agreement"]
    said = (
        f"In {formula['cells']} cells: same sign in {_percent(agreement)}, median difference "
        f"{_short(formula['median_difference'])}, largest {_short(formula['largest_difference'])}."
    )
    if isinstance(agreement, str):
        return said
    return f"{said} {'For the sign it suffices.' if agreement >= ENOUGH else 'Counting decides what it misses.'}"


def _ledger_entry(entry: dict[str, Any]) -> str:
    charged = " to ".join(dict.fromkeys(str(entry[f"{end}_charged_bits"]) for end in ("least", "most")))
    pinned = f", pins down {entry['effective_bits']:g} bits of actions" if "effective_bits" in entry else ""
    return f"`{entry['name']}` hides {entry['literal_bits']} bits{pinned}, and is charged {charged}."


def _places(found: dict[str, Any]) -> str:
    return ", ".join(map(_short, found["flips"]))


def _share(report: dict[str, Any]) -> str:
    if "interval" not in report:
        return _percent(report["share"])
    low, high = report["interval"]
    return f"{_percent(report['share'])} [{_percent(low)}, {_percent(high)}]"


def _short(value: float | str) -> str:
    return f"{value:.3g}" if isinstance(value, int | float) else value


def _percent(share: float | str) -> str:
    return f"{100 * share:.0f} %" if isinstance(share, int | float) else "-"
