"""What a census folder says about itself: the manifest at the end, and a note of what is being counted until then."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from mesaprior.errors import ContentError, Named
from mesaprior.hypotheses.log import LARGEST_VALUE, ImitationLog
from mesaprior.hypotheses.plan import MOST_SHARDS
from mesaprior.hypotheses.store.checksums import read_json, read_sealed
from mesaprior.hypotheses.store.keys import census_key, n_actions_of
from mesaprior.hypotheses.store.layout import SCHEMA, SHARD_TABLES, UNFINISHED, VECTOR_TABLES
from mesaprior.hypotheses.store.record import MANIFEST, part_file
from mesaprior.hypotheses.terms.label_codes import read_codes
from mesaprior.hypotheses.terms.language import Language, language_from_dict
from mesaprior.narrowing import is_table

_LANGUAGE_KEYS = ("domain", "actions", "params", "rounds", "token")

_KINDS = {
    "mesaprior": str,
    "engine": str,
    "space": str,
    "key": str,
    "bounds": dict,
    "n_shards": int,
    "language": (dict, type(None)),
    "log": dict,
}
_MANIFEST_KINDS = _KINDS | {"n_programs": int, "n_behaviours": int, "files": dict, "shards": list}


def note_of(
    log: ImitationLog,
    language: Language | None,
    *,
    bounds: dict[str, Any],
    engine: str,
    n_shards: int,
    space: str,
    adds_up: bool = False,
) -> dict[str, Any]:
    """Return what is being counted, as plain data: the content of `unfinished.json`.

    The parameters are those of `CensusWriter`.
    """
    about: dict[str, Any] = {"language": None, "actions": n_actions_of(None, log, bounds)}
    if language is not None:
        about = {"language": {"source": Path(language.source).name, "digest": language.digest} | language.to_dict()}
    return {
        "schema": SCHEMA,
        "mesaprior": version("mesaprior"),
        "engine": engine,
        "space": space,
        "bounds": bounds,
        "key": census_key(language, log, bounds, space),
        "n_shards": n_shards,
        **about,
        "log": {
            "source": Path(log.source).name,
            "digest": log.digest,
            "features": list(log.features),
            "codes": {column: dict(table) for column, table in log.codes.items()},
        },
        **({"adds_up": True} if adds_up else {}),
    }


def same_shards(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """Tell whether shards counted under two notes belong to one census.

    The log counts beside the key, since behaviours and flags depend on it; so does the version, which may cut the
    census into other shards.
    """
    if any(one.get(name) != other.get(name) for name in ("schema", "mesaprior", "engine", "key", "n_shards")):
        return False
    return one["log"].get("digest") == other["log"].get("digest")


def shard_facts(census: Any, files: dict[str, str]) -> dict[str, Any]:
    """Return what the manifest says of one shard; its files are given with their SHA-256."""
    facts = {"behaviours": census.n_behaviours, "rows": len(census.count), "programs": census.n_programs}
    if census.vectors is not None:
        facts |= {"vectors": len(census.vectors.intact), "vector_rows": len(census.vectors.count)}
    return facts | {"files": files}


def sizes_of(shards: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Return how many rows each table has in these shards together, as their facts say."""
    names = {"behaviours": "behaviours", "programs": "rows", "vectors": "vectors", "vector_programs": "vector_rows"}
    return {table: sum(facts.get(name, 0) for facts in shards) for table, name in names.items()}


def manifest_of(note: dict[str, Any], files: dict[str, str], shards: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the manifest of a finished census.

    Parameters
    ----------
    note : dict
        As `note_of` gives it.
    files : dict of str to str
        The files that all shards share, with their SHA-256.
    shards : sequence of dict
        As `shard_facts` gives them.
    """
    versions = {"python": platform.python_version(), "numpy": version("numpy"), "numba": version("numba")}
    head = {"schema": note["schema"], "mesaprior": note["mesaprior"]} | versions
    totals = {
        "n_programs": sum(shard["programs"] for shard in shards),
        "n_behaviours": sum(shard["behaviours"] for shard in shards),
    }
    middle = {name: note[name] for name in ("engine", "space", "bounds", "key")} | totals
    last = {name: note[name] for name in ("n_shards", "language", "actions", "log") if name in note}
    return head | middle | last | {"files": files, "shards": list(shards)}


def read_manifest(folder: Path) -> dict[str, Any]:
    """Read the manifest of a finished census.

    Raises
    ------
    ContentError
        If the census is unfinished, or the manifest is missing, damaged or of another version.
    """
    path = folder / MANIFEST
    if not path.is_file():
        unfinished = unfinished_at(folder)
        if unfinished is not None:
            raise ContentError(
                f"{folder}: this census is unfinished, {len(unfinished.done)} of {unfinished.n_shards} shards are "
                "done; ",
                Named("count it into this folder again", "give the same `mesaprior census` command again"),
                ", and it resumes from there.",
            )
        raise ContentError(
            f"{folder}: there is no {MANIFEST}, so this is no census or a half-written one; count it again."
        )
    manifest = read_json(path)
    if manifest is None or "schema" not in manifest:
        raise ContentError(f"{path}: this is not a manifest of a census; count it again.")
    if manifest["schema"] != SCHEMA:
        raise ContentError(
            f"{path}: the census has schema {manifest['schema']}, and this version reads {SCHEMA}; count it again."
        )
    manifest = read_sealed(path)
    if manifest is None:
        raise ContentError(f"{path}: this is not the manifest that was written: its SHA-256 differs; count it again.")
    _check_kinds(path, manifest, _MANIFEST_KINDS)
    if len(manifest["shards"]) != manifest["n_shards"]:
        raise ContentError(
            f"{path}: {len(manifest['shards'])} shards are listed where n_shards is {manifest['n_shards']}; "
            "count it again."
        )
    for facts in manifest["shards"]:
        if not is_table(facts):
            raise ContentError(f"{path}: the list of shards is not as it was written; count it again.")
        _check_kinds(path, facts, {"behaviours": int, "rows": int, "programs": int, "files": dict})
    return manifest


def facts_of_shards(manifest: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """Return what the manifest of a finished census says of each shard, by number."""
    facts: list[dict[str, Any]] = manifest["shards"]
    return dict(enumerate(facts))


def checksums_of(manifest: dict[str, Any]) -> list[dict[str, str]]:
    """Return the files that all shards of a finished census share, and then those of each shard, with their SHA-256."""
    return [manifest["files"], *(facts["files"] for facts in manifest["shards"])]


@dataclass(frozen=True)
class Unfinished:
    """A census that is not finished.

    Attributes
    ----------
    folder : Path
        Where its shards are.
    note : dict
        What is being counted, as `note_of` gives it.
    done : tuple of int
        Shards that are complete, as far as their records say.
    """

    folder: Path
    note: dict[str, Any]
    done: tuple[int, ...]

    @property
    def n_shards(self) -> int:
        """How many shards there will be."""
        return self.note["n_shards"]

    @property
    def key(self) -> str:
        """The key of the census."""
        return self.note["key"]


def unfinished_at(folder: Path) -> Unfinished | None:
    """Return the unfinished census in a folder, or None where there is none that this version could go on with."""
    note = read_sealed(folder / UNFINISHED)
    if note is None or (folder / MANIFEST).is_file() or note.get("schema") != SCHEMA:
        return None
    try:
        _check_kinds(folder / UNFINISHED, note, _KINDS)
    except ContentError:
        return None
    if not 1 <= note["n_shards"] <= MOST_SHARDS:
        return None
    done = tuple(k for k in range(note["n_shards"]) if (folder / part_file(k)).is_file())
    return Unfinished(folder, note, done)


def parts_left(folder: Path) -> list[Path]:
    """Return the tables that a finished census was added up from, where an interruption has left them there."""
    if (read_sealed(folder / UNFINISHED) or {}).get("adds_up") is not True:
        return []
    listed = {name for facts in read_manifest(folder)["shards"] for name in facts["files"]}
    tables = (path for name in (*SHARD_TABLES, *VECTOR_TABLES) for path in folder.glob(f"{name}-*.parquet"))
    return [path for path in tables if path.name not in listed]


def actions_of(note: dict[str, Any]) -> int:
    """Return A, as a manifest or note has it: the language's, or its own where there is no language."""
    return note["actions"] if note["language"] is None else note["language"]["actions"]


def language_of(note: dict[str, Any], place: Path) -> Language | None:
    """Return the language that a manifest or note holds; None where the space has none.

    Raises
    ------
    ContentError
        If it is not one, or not the one of its digest, or there is none where there must be.
    """
    data = note["language"]
    if data is None:
        if note["space"] == "terms" or not isinstance(note.get("actions"), int):
            raise ContentError(
                f"{place}: there is no language, and the space {note['space']!r} needs one; count it again."
            )
        return None
    try:
        content = {key: data[key] for key in _LANGUAGE_KEYS}
        content |= {"intervention": data["intervention"]} if "intervention" in data else {}
        language = language_from_dict(content, source=str(data["source"]))
    except KeyError as error:
        raise ContentError(f"{place}: the language has no {error.args[0]!r}; count it again.") from None
    if language.digest != data.get("digest"):
        raise ContentError(f"{place}: the language is not the one of its digest; count it again.")
    return language


def log_codes_of(note: dict[str, Any], place: Path) -> dict[str, dict[str, int]]:
    """Return the codes of the labels of the log that a manifest or note was written for.

    Raises
    ------
    ContentError
        If they are not as they were written.
    """
    codes = note["log"].get("codes", {})
    return read_codes(codes, f"{place}: the codes of the log", M=LARGEST_VALUE + 1, A=LARGEST_VALUE + 1)


def _check_kinds(path: Path, content: dict[str, Any], kinds: dict[str, Any]) -> None:
    """Refuse a manifest or note that lacks a key or has another kind of value there."""
    for name, kind in kinds.items():
        value = content.get(name)
        if name not in content or not isinstance(value, kind) or isinstance(value, bool):
            raise ContentError(f"{path}: {name!r} is missing or not as it was written; count it again.")
