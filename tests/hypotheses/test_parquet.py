"""Parquet is read without threads, which might still be at work when the interpreter ends."""

import ast
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import mesaprior
from mesaprior.hypotheses import parquet

READ = """
import os
import pyarrow.parquet
import mesaprior.hypotheses.log.reading
import mesaprior.hypotheses.store.reading
import mesaprior.hypotheses.store.tables
import pandas, pathlib, sys
from mesaprior.hypotheses.parquet import frame_of, parquet_rows, parquet_table

def n_threads():
    return len(os.listdir("/proc/self/task"))

path = pathlib.Path(sys.argv[1])
before = n_threads()
for source in (path, path.read_bytes()):
    assert parquet_rows(source) == len(frame_of(parquet_table(source))) == 1000
print(n_threads() - before)
"""


@pytest.fixture
def path(tmp_path):
    """A file of several columns and row groups."""
    columns = {f"c{k}": list(range(1000)) for k in range(8)} | {"text": [f"t{k}" for k in range(1000)]}
    pq.write_table(pa.table(columns), tmp_path / "table.parquet", row_group_size=100)
    return tmp_path / "table.parquet"


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="threads are counted as Linux lists them")
def test_reading_starts_no_thread(path):
    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "0\n", "")


def test_what_is_read_is_what_was_written(path):
    table = pq.read_table(path)
    for source in (path, path.read_bytes()):
        assert parquet.parquet_table(source) == table
        assert parquet.parquet_rows(source) == 1000
    assert parquet.frame_of(table).equals(table.to_pandas())
    with pytest.raises(pa.ArrowException):
        parquet.parquet_table(b"PAR1 and nothing else")


def test_nothing_else_reads_parquet():
    package = Path(mesaprior.__file__).parent
    found = {
        f"{path.relative_to(package).as_posix()}: {name}"
        for path in package.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (
            isinstance(node, ast.Attribute)
            and (name := node.attr) in ("ParquetFile", "ParquetDataset", "read_parquet", "to_pandas", "dataset")
        )
        or (
            isinstance(node, ast.Attribute)
            and (name := node.attr) == "read_table"
            and isinstance(node.value, ast.Name)
            and node.value.id == "pq"
        )
    }
    assert found == {"hypotheses/parquet.py: ParquetFile", "hypotheses/parquet.py: to_pandas"}
