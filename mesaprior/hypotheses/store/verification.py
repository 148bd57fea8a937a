"""Whether a census is what it was when it was written, and the census that it says it is."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mesaprior.errors import ContentError, Named, UsageError
from mesaprior.hypotheses.census import FLAGS, Census, exact_sum
from mesaprior.hypotheses.log import ImitationLog
from mesaprior.hypotheses.store.accounts import exact_counts, has_sound_predictions
from mesaprior.hypotheses.store.atomic_swap import current_folder
from mesaprior.hypotheses.store.checksums import read_sealed
from mesaprior.hypotheses.store.concatenation import first_and_last
from mesaprior.hypotheses.store.filling import census_of, vectors_of
from mesaprior.hypotheses.store.keys import census_key, has_vectors
from mesaprior.hypotheses.store.layout import (
    CENSUS,
    LOG,
    ROWS,
    SITUATIONS,
    census_record,
    table_file,
)
from mesaprior.hypotheses.store.manifest import (
    actions_of,
    language_of,
    parts_left,
    read_manifest,
    shard_facts,
    unfinished_at,
)
from mesaprior.hypotheses.store.reading import read_table, shard_table_names
from mesaprior.hypotheses.store.record import MANIFEST, Finding, part_file
from mesaprior.hypotheses.store.tables import log_of
from mesaprior.hypotheses.terms.language import Language

if TYPE_CHECKING:
    import pyarrow as pa


_FACTS = {
    "behaviours": "behaviours",
    "rows": "programs",
    "programs": "programs",
    "vectors": "vectors",
    "vector_rows": "vector_programs",
}
"""For each number in the manifest, the table that it is about."""


def verify(folder: str | Path) -> list[Finding]:
    """Check every file of a census folder, and that the counts are those of the language; nothing is changed.

    Returns
    -------
    list of Finding
        Empty where all is well.

    Raises
    ------
    UsageError
        If there is no such folder.

    Notes
    -----
    Cost: one shard is held in memory at a time, and everything is read once.
    """
    folder = current_folder(Path(folder))
    if not folder.is_dir():
        raise UsageError(
            f"{folder}: there is no such folder; give one ",
            Named("with a census", "that `mesaprior census` has written"),
            ".",
        )
    unfinished = unfinished_at(folder)
    if unfinished is not None:
        return _unfinished_findings(folder, unfinished.n_shards)
    try:
        manifest = read_manifest(folder)
        language = language_of(manifest, folder / MANIFEST)
    except ContentError as error:
        return [Finding(MANIFEST, None, _without_place(error, folder))]
    findings = _file_findings(folder, manifest, language)
    damaged = {finding.file for finding in findings}
    log = None
    if LOG not in damaged:
        log = log_of(read_table(folder, LOG, manifest["files"]), str(manifest["log"].get("source")))
        findings += _identity_findings(manifest, language, log)
    if log is None or not damaged.isdisjoint({ROWS, SITUATIONS}) or findings:
        # What the counts ought to be is known only where everything they depend on is.
        return findings
    return _content_findings(folder, manifest, language, log)


def _unfinished_findings(folder: Path, n_shards: int) -> list[Finding]:
    findings: list[Finding] = []
    for k in range(n_shards):
        name = part_file(k)
        if not (folder / name).is_file():
            findings.append(Finding(name, k, "the shard is missing: the census is unfinished"))
            continue
        record = read_sealed(folder / name)
        if record is None:
            findings.append(Finding(name, k, "the file is not the one that was written: its SHA-256 differs"))
            continue
        findings += census_record(folder).findings(record["files"] | record["shared"], k)
    # With every shard there, only the last step is.
    return findings or [Finding(MANIFEST, None, "the file is missing: the census is unfinished")]


def _file_findings(folder: Path, manifest: dict[str, Any], language: Language | None) -> list[Finding]:
    """Check that the files are exactly those that there must be, each with its SHA-256."""
    shared = {LOG, ROWS, SITUATIONS} if has_vectors(language) else {LOG, ROWS}
    parts: list[tuple[int | None, set[str], dict[str, str]]] = [(None, shared, manifest["files"])]
    for k, facts in enumerate(manifest["shards"]):
        parts.append((k, {table_file(name, k) for name in shard_table_names(language)}, facts["files"]))
    findings: list[Finding] = []
    for shard, expected, files in parts:
        for name in sorted(expected ^ files.keys()):
            place = "does not list it" if name in expected else "lists it, and the census has no such file"
            findings.append(Finding(name, shard, f"the manifest {place}"))
        findings += census_record(folder).findings({name: files[name] for name in files if name in expected}, shard)
    listed = set[str]().union(*(files.keys() for _, _, files in parts))
    stray = {path.name for path in folder.iterdir() if path.suffix == ".parquet" and CENSUS.is_ours(path.name)}
    # What a census was added up from is removed last, and does no harm until then.
    stray -= listed | {path.name for path in parts_left(folder)}
    findings += [Finding(name, None, "the file belongs to no shard") for name in sorted(stray)]
    return findings


def _identity_findings(manifest: dict[str, Any], language: Language | None, log: ImitationLog) -> list[Finding]:
    """Check that language, log and bounds are those of the key."""
    if log.digest != manifest["log"].get("digest"):
        return [Finding(LOG, None, "this is another log than the one that the manifest names")]
    try:
        if language is not None:
            language.check_log(log)
        key = census_key(language, log, manifest["bounds"], manifest["space"])
    except ContentError as error:
        return [Finding(LOG, None, str(error))]
    if key != manifest["key"]:
        return [Finding(MANIFEST, None, f"the key is not that of this language, log and bounds, which is {key}")]
    return []


def _content_findings(
    folder: Path, manifest: dict[str, Any], language: Language | None, log: ImitationLog
) -> list[Finding]:
    """Check ids, order and counts."""
    findings: list[Finding] = []
    try:
        row_cell = read_table(folder, ROWS, manifest["files"])["cell"].to_numpy()
    except ContentError as error:
        return [Finding(ROWS, None, str(error))]
    if len(row_cell) != log.n_rows or not _is_by_first_appearance(row_cell):
        return [Finding(ROWS, None, "the cells are not those of the log's rows, numbered by first appearance")]
    try:
        situations = read_table(folder, SITUATIONS, manifest["files"]) if has_vectors(language) else None
    except ContentError as error:
        return [Finding(SITUATIONS, None, str(error))]
    if situations is not None:
        rows = zip(*(situations[name].to_pylist() for name in situations.column_names), strict=True)
        # Without features there is one situation, and a table without columns has no rows.
        expected = map(tuple, log.situations.tolist()) if log.features else ()
        if tuple(situations.column_names) != log.features or sorted(rows) != sorted(expected):
            return [Finding(SITUATIONS, None, "the situations are not those of the log, each once")]
    interventions = () if language is None else language.intervention_names
    total: Counter[Any] = Counter()
    n_behaviours = 0
    last: list[int] | None = None
    for k, facts in enumerate(manifest["shards"]):
        files = facts["files"]
        try:
            tables = {name: read_table(folder, table_file(name, k), files) for name in shard_table_names(language)}
            findings += _id_findings(k, tables)
            sizes = {name: table.num_rows for name, table in tables.items()}
            pieces = {name: [table] for name, table in tables.items()}
            vectors = None
            if situations is not None:
                vectors = vectors_of([pieces], sizes, situations, interventions, actions_of(manifest))
            shard = census_of(
                [pieces],
                sizes,
                row_cell=row_cell,
                vectors=vectors,
                interventions=interventions,
                n_actions=actions_of(manifest),
                space=manifest["space"],
                bounds=manifest["bounds"],
            )
        except ContentError as error:
            findings.append(Finding(table_file("behaviours", k), k, str(error)))
            continue
        except (KeyError, ValueError, TypeError):
            findings.append(Finding(table_file("behaviours", k), k, "its tables are not laid out as they are written"))
            continue
        findings += _shard_findings(k, shard, facts, log)
        ends = first_and_last(shard)
        if ends is not None:
            if last is not None and ends[0] <= last:
                problem = "it begins at or before the end of the shards before it"
                findings.append(Finding(table_file("behaviours", k), k, problem))
            last = ends[1]
        total.update(shard.counted_by_length)
        n_behaviours += shard.n_behaviours
    findings += _total_findings(manifest, language, log, total, n_behaviours)
    return findings


def _id_findings(k: int, tables: dict[str, pa.Table]) -> list[Finding]:
    """Check the columns that number shards, behaviours and vectors."""
    findings: list[Finding] = []
    for name, table in tables.items():
        if (table["shard"].to_numpy() != k).any():
            findings.append(Finding(table_file(name, k), k, f"the column 'shard' is not {k} throughout"))
    for name, column in (("behaviours", "behaviour"), ("vectors", "vector")):
        if name in tables and not np.array_equal(tables[name][column].to_numpy(), np.arange(tables[name].num_rows)):
            findings.append(Finding(table_file(name, k), k, f"the column {column!r} does not count from 0"))
    return findings


def _shard_findings(k: int, shard: Census, facts: dict[str, Any], log: ImitationLog) -> list[Finding]:
    """Check one shard in itself and against the manifest."""
    behaviours, programs = table_file("behaviours", k), table_file("programs", k)
    findings: list[Finding] = []
    if not _ascend(np.column_stack([shard.predictions, shard.flags.astype(np.int16), *shard.changes.values()])):
        findings.append(Finding(behaviours, k, "the behaviours do not ascend by predictions, flags and changes"))
    if not has_sound_predictions(shard):
        findings.append(
            Finding(behaviours, k, f"a prediction is no action, or one of {', '.join(FLAGS)} is not 0 or 1")
        )
    n_training = log.n_training
    for name, column in shard.changes.items():
        most = n_training if name.endswith("_train") else log.n_rows - n_training
        if column.max(initial=0) > most or column.min(initial=0) < 0:
            findings.append(Finding(behaviours, k, f"{name} is not a number of rows, 0 to {most}"))
    for name, number in shard_facts(shard, {}).items():
        if name != "files" and number != facts.get(name):
            findings.append(Finding(table_file(_FACTS[name], k), k, f"it has {number} {name}, not {facts.get(name)}"))
    findings += _group_findings(programs, k, shard.behaviour_id, shard.columns, shard.count, shard.n_behaviours)
    vectors = shard.vectors
    if vectors is not None:
        file, counts = table_file("vectors", k), table_file("vector_programs", k)
        if not _ascend(np.hstack(list(vectors.variants.values()))):
            findings.append(Finding(file, k, "the vectors do not ascend"))
        findings += _group_findings(counts, k, vectors.vector_id, vectors.columns, vectors.count, len(vectors.intact))
        if _by_length(vectors.columns["length"], vectors.count) != shard.counted_by_length:
            findings.append(Finding(counts, k, f"its programs of each length are not as many as in {programs}"))
    return findings


def _group_findings(
    file: str, k: int, ids: np.ndarray, columns: dict[str, np.ndarray], count: np.ndarray, n: int
) -> list[Finding]:
    """Check that groups ascend by id and columns, that every id occurs, and that no count is 0."""
    findings: list[Finding] = []
    if not _ascend(np.column_stack([ids, *columns.values()])):
        findings.append(Finding(file, k, "the rows do not ascend by id and columns"))
    if not np.array_equal(np.unique(ids), np.arange(n)):
        findings.append(Finding(file, k, f"the ids are not exactly 0 to {n - 1}"))
    if (count == 0).any():
        findings.append(Finding(file, k, "a count is 0"))
    return findings


def _total_findings(
    manifest: dict[str, Any], language: Language | None, log: ImitationLog, total: Counter[Any], n_behaviours: int
) -> list[Finding]:
    """Check the totals against the manifest and against the space's own count of its programs."""
    findings: list[Finding] = []
    for name, number in (("n_programs", sum(total.values())), ("n_behaviours", n_behaviours)):
        if number != manifest[name]:
            findings.append(Finding(MANIFEST, None, f"{name} is {manifest[name]}, and the shards add up to {number}"))
    exact = exact_counts(manifest, language, log)
    if exact is not None:
        whose = "language" if language is not None else "space"
        for length in sorted(total.keys() | exact.keys()):
            expected = exact.get(length, 0)
            if total[length] != expected:
                problem = f"{total[length]} programs of {length} bits were counted, and the {whose} has {expected}"
                findings.append(Finding(MANIFEST, None, problem))
    return findings


def _ascend(rows: np.ndarray) -> bool:
    """Tell whether rows ascend strictly in lexicographic order."""
    if len(rows) < 2:
        return True
    before, after = rows[:-1], rows[1:]
    place = (before != after).argmax(axis=1)[:, None]
    return bool((np.take_along_axis(after, place, 1) > np.take_along_axis(before, place, 1)).all())


def _by_length(length: np.ndarray, count: np.ndarray) -> dict[int | float, int]:
    """Return how many programs there are of each length."""
    return {value.item(): exact_sum(count[length == value]) for value in np.unique(length)}


def _is_by_first_appearance(cells: np.ndarray) -> bool:
    """Tell whether numbers appear in their order, from 0."""
    distinct, first = np.unique(cells, return_index=True)
    return np.array_equal(distinct, np.arange(len(distinct))) and bool((np.diff(first) > 0).all())


def _without_place(error: ContentError, folder: Path) -> str:
    """Return a message without the path that it begins with."""
    text = str(error)
    for place in (f"{folder / MANIFEST}: ", f"{folder}: "):
        text = text.removeprefix(place)
    return text.rstrip(".")
