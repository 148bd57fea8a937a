"""Claims on the command line: what is printed, what is written, and what is refused."""

import csv
import hashlib
import importlib.util
import io
import json
import re
import sys
from pathlib import Path

import pytest

import mesaprior
from mesaprior.cli.report.page import page_of
from mesaprior.hypotheses.versions import versions
from mesaprior.inference.claims.registry import CLAIMS, claim
from mesaprior.inference.claims.running import run_claim

DOCS = Path(mesaprior.__file__).parent.parent / "docs"
NAME = "pseudorealizable"


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """A folder with the findings of one claim, as JSON, and what was said on the way."""
    from click.testing import CliRunner

    from mesaprior.cli import main

    folder = tmp_path_factory.mktemp("claims") / "ledger"
    result = CliRunner().invoke(
        main, ["claims", "run", NAME, "--size", "small", "--out", str(folder), "--format", "json"]
    )
    assert result.exit_code == 0, result.output
    return folder, json.loads(result.stdout), result.stderr


def test_list_and_show_say_what_there_is(run):
    assert [entry["name"] for entry in json.loads(run("claims", "list", "--format", "json").stdout)] == list(CLAIMS)
    rows = list(csv.DictReader(io.StringIO(run("claims", "list", "--format", "csv").stdout)))
    assert [row["name"] for row in rows] == list(CLAIMS)
    for name in CLAIMS:
        facts = json.loads(run("claims", "show", name, "--format", "json").stdout)
        shown = " ".join(run("claims", "show", name).stdout.split())
        assert " ".join(facts["rule"].split()) in shown
        assert all(parameter["name"] in shown for parameter in facts["sizes"]["default"]["parameters"])
        rows = list(csv.DictReader(io.StringIO(run("claims", "show", name, "--format", "csv").stdout)))
        assert [(row["size"], row["parameter"], float(row["value"])) for row in rows] == [
            (size, parameter["name"], value)
            for size, about in facts["sizes"].items()
            for parameter in about["parameters"]
            for value in parameter["values"]
        ]


def test_report_has_what_the_reference_says(written):
    _, printed, _ = written
    (report,) = printed["claims"]
    page = (DOCS / "reference" / "claims.md").read_text()
    described = page[page.index("has the keys") : page.index("A figure is")]
    assert all(f"`{key}`" in described for key in report), set(report) - set(re.findall(r"`(\w+)`", described))
    assert report["worlds"]["number"] == 6
    assert len(report["table"]["margin"]) == len(report["table"]["world"])


def test_hashes_are_of_what_they_say(written):
    folder, printed, _ = written
    (report,) = printed["claims"]
    text = (folder / f"{NAME}.csv").read_bytes()
    assert hashlib.sha256(text).hexdigest() == report["table_hash"]
    content = {key: value for key, value in report.items() if key not in ("hash", "citation", "table")}
    assert hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest() == report["hash"]
    assert report["hash"][:16] in report["citation"]


def test_folder_has_all_and_nothing_else(written):
    folder, printed, said = written
    assert sorted(path.name for path in folder.iterdir()) == [
        "index.md",
        *(f"{NAME}.{e}" for e in ("csv", "json", "svg")),
    ]
    kept = json.loads((folder / f"{NAME}.json").read_text())
    (report,) = printed["claims"]
    assert kept == {key: value for key, value in report.items() if key != "table"} | {"versions": versions()}
    page = (folder / "index.md").read_text()
    assert report["sentences"] in page
    assert report["citation"] in page
    assert f"| [{NAME}](#{NAME}) | 2 | {report['verdict']}, {report['mark']} |" in page
    assert "index.md" in said


def test_the_same_command_gives_the_same_bytes(written, run, tmp_path):
    folder, _, _ = written
    run("claims", "run", NAME, "--size", "small", "--out", tmp_path / "again", "--workers", 1)
    for path in folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name


def test_keep_leaves_out_what_is_there(written, run, monkeypatch):
    folder, _, _ = written
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "index.md").unlink()
    monkeypatch.setattr("mesaprior.inference.claims.running.run_claim", None)
    result = run("claims", "run", NAME, "--size", "small", "--out", folder, "--keep")
    assert "already" in result.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_csv_has_the_cells_of_all(run):
    rows = list(csv.DictReader(io.StringIO(run("claims", "run", NAME, "--size", "small", "--format", "csv").stdout)))
    assert list(rows[0]) == ["claim", "world", "parameter", "value", "margin", "predicted"]
    assert {row["world"] for row in rows} == {str(world) for world in range(6)}


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("run",), 2, "name the claims to run, or say --all"),
        (("run", NAME, "--all"), 2, "and not both"),
        (("run", "deitty"), 2, "is no claim"),
        (("show", "pseudo-realizable"), 2, "did you mean 'pseudorealizable'"),
        (("run", NAME, "--keep"), 2, "name the folder with --out"),
        (("run", NAME, "--out", ""), 2, "names no folder"),
        (("run", NAME, "--out", "taken"), 2, "there is a file of this name"),
        (("run", NAME, "--out", "other", "--keep"), 1, "this is no report of a claim"),
    ],
)
def test_refusals_are_one_sentence(run, folder, arguments, code, said):
    (folder / "taken").write_text("")
    (folder / "other").mkdir()
    (folder / "other" / f"{NAME}.json").write_text("[1")
    result = run("claims", *arguments, code=code)
    assert said in result.stderr
    assert result.stderr.count("\n") <= 4
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    "text",
    [
        "[1, 2]",
        '{"name": "coin", "size": "small", "versions": {}, "verdict": "x", "hash": "y"}',
        "[" * 100_000,
        "",
    ],
    ids=["list", "few keys", "deep", "empty"],
)
def test_a_broken_report_of_another_claim_is_told_before_any_world_is_asked(run, folder, text, monkeypatch):
    (folder / "there").mkdir()
    (folder / "there" / "coin.json").write_text(text)
    monkeypatch.setattr("mesaprior.inference.claims.running.run_claim", None)
    result = run("claims", "run", NAME, "--size", "small", "--out", "there", code=1)
    assert "coin.json: this is no report of a claim" in result.stderr
    assert [path.name for path in (folder / "there").iterdir()] == ["coin.json"]


def test_a_report_with_places_that_are_no_numbers_has_a_page(written):
    folder, _, _ = written
    report = json.loads((folder / f"{NAME}.json").read_text())
    report["sensitivity"][0]["flips"] = ["nan", 3]
    assert f"{report['sensitivity'][0]['parameter']} nan, 3" in page_of([report])


def test_claim_of_the_how_to_runs(folder):
    """The module of the page is a claim, and does what the page says of it."""
    page = (DOCS / "how-to" / "new-claim.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    (folder / "more_rows.py").write_text(code)
    spec = importlib.util.spec_from_file_location("more_rows", folder / "more_rows.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["more_rows"] = module
    try:
        spec.loader.exec_module(module)
        found = run_claim(module.CLAIM, size="small", workers=2)
        assert found.figure.panels
        assert "Whoever remembers leads in" in found.sentences
        (sensitivity,) = found.sensitivities
        # "Four situations are too few for a law to pay, and twelve are enough."
        assert sensitivity.medians[0] > 0 > sensitivity.medians[2]
        assert {line.label for line in found.lines} >= {"control", "planted", "noise 0"}
    finally:
        del sys.modules["more_rows"]


def test_python_of_the_reference_runs():
    page = (DOCS / "reference" / "claims.md").read_text()
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    names = {}
    exec(compile(code, "claims.md", "exec"), names)
    assert names["findings"].share == 0.5


def test_ledger_of_the_docs_is_whole_and_what_its_hashes_say():
    folder = DOCS / "claims"
    reports = []
    for name in CLAIMS:
        report = json.loads((folder / f"{name}.json").read_text())
        assert report["size"] == "default"
        assert report["worlds"]["number"] >= 32
        assert hashlib.sha256((folder / f"{name}.csv").read_bytes()).hexdigest() == report["table_hash"]
        content = {key: value for key, value in report.items() if key not in ("hash", "citation", "versions")}
        assert hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest() == report["hash"]
        assert (folder / f"{name}.svg").exists()
        reports.append(report)
    assert (folder / "index.md").read_text() == page_of(reports)
    known = {f"{name}.{ending}" for name in CLAIMS for ending in ("csv", "json", "svg")} | {"index.md"}
    assert {path.name for path in folder.iterdir()} == known


@pytest.mark.parametrize("name", CLAIMS)
def test_ledger_is_of_the_claims_as_they_are(name):
    report = json.loads((DOCS / "claims" / f"{name}.json").read_text())
    asked = claim(name)
    assert report["argument"] == asked.argument
    assert report["margin"] == asked.margin
    assert report["rule"] == asked.rule.text
    size = asked.sizes["default"]
    assert (report["worlds"]["number"], report["max_bits"]) == (size.n_worlds, size.max_bits)
    values = {parameter.name: list(parameter.values) for parameter in size.parameters}
    assert {found["parameter"]: found["values"] for found in report["sensitivity"]} == values
