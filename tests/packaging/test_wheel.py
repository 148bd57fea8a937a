"""The package as people get it: built from the archive of its source, installed, and run in another folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from zipfile import ZipFile

import pytest

ROOT = Path(__file__).parents[2]
QUICK = ("tests/test_data.py", "tests/priors/test_formula.py", "tests/golden/test_golden.py")

pytestmark = pytest.mark.slow


def run(*command: str | Path, folder: Path) -> str:
    """Run a command in a folder, with nothing of this repository on the path of modules."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """The unpacked archive of the source."""
    folder = tmp_path_factory.mktemp("source")
    run(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder, folder=ROOT)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    """The wheel, built from that archive and not from the repository."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, folder=source)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def python(wheel, tmp_path_factory):
    """The interpreter of a new environment that has the wheel, and borrows the libraries from this one."""
    folder = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", folder, folder=folder)
    interpreter = folder / "bin" / "python"
    run(interpreter, "-m", "pip", "install", "--quiet", "--no-deps", wheel, folder=folder)
    (packages,) = folder.glob("lib/python*/site-packages")
    # What is installed in the environment itself comes first.
    borrowed = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "borrowed.pth").write_text("\n".join(borrowed) + "\n", encoding="utf-8")
    return interpreter


def test_the_wheel_has_code_data_and_licence(wheel):
    names = ZipFile(wheel).namelist()
    for name in ("mesaprior/py.typed", "mesaprior/examples/corridor/corridor.csv", "mesaprior/examples/ipd/ipd.toml"):
        assert name in names
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith("tests/")]
    assert wheel.stat().st_size < 4_000_000


def test_the_demo_runs_in_another_folder(python, tmp_path):
    where = run(python, "-c", "import mesaprior; print(mesaprior.__file__)", folder=tmp_path)
    assert Path(where.strip()).is_relative_to(python.parents[1])
    shown = run(python, "-c", "import mesaprior; print(mesaprior.demo().headline)", folder=tmp_path)
    assert shown.startswith("Imitators hold 90 % of the posterior")
    log = next(python.parents[1].glob("lib/*/site-packages/mesaprior/examples/corridor/corridor.csv"))
    command = [python.with_name("mesaprior"), "infer", log, "--language", log.with_suffix(".toml"), "--max-bits", "24"]
    assert "posterior after 9 training rows" in run(*command, folder=tmp_path)


def test_the_archive_has_what_its_tests_need(python, source, tmp_path):
    # Without the package beside the tests, it is the installed one that is tested.
    folder = tmp_path / "elsewhere"
    shutil.copytree(source, folder, ignore=shutil.ignore_patterns("mesaprior"))
    shown = run(python, "-m", "pytest", "-q", "-p", "no:benchmark", *QUICK, folder=folder)
    assert " passed" in shown
