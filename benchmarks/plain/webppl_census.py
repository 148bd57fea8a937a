"""The census by WebPPL: Infer by enumeration over a generator of programs, see `webppl/census.wppl`.

WebPPL gives the mass of what programs do under 2^-length; times 2^length, this is their number. It is installed by npm
into a folder outside of the repository, in one version.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

from benchmarks.plain.question import Counted, Question

VERSION = "0.9.15"
"""The version of WebPPL that is asked."""

SOURCE = Path(__file__).resolve().parent / "webppl"


class NoWebPPLError(Exception):
    """WebPPL cannot be had here; the message says why."""


def install(folder: Path) -> None:
    """Install WebPPL into a folder, unless it is there.

    Raises
    ------
    NoWebPPLError
        Without node or npm, without a network, or where the folder holds another version.
    """
    for program in ("node", "npm"):
        if shutil.which(program) is None:
            raise NoWebPPLError(f"there is no {program} on this machine; WebPPL runs on Node.js")
    if not _package(folder).exists():
        folder.mkdir(parents=True, exist_ok=True)
        command = ["npm", "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--ignore-scripts"]
        command += ["--fetch-retries", "1", "--fetch-retry-mintimeout", "1000"]
        try:
            done = subprocess.run([*command, f"webppl@{VERSION}"], capture_output=True, text=True, timeout=300)
        except subprocess.TimeoutExpired:
            raise NoWebPPLError("npm could not install it within 300 seconds; is there a network?") from None
        if done.returncode:
            # The first line of npm's has the code of the error, the last one where its log is.
            reason = (done.stderr.strip() or "npm gave no reason").splitlines()[0]
            raise NoWebPPLError(f"npm could not install it ({reason}); is there a network?")
    version = json.loads(_package(folder).read_text(encoding="utf-8"))["version"]
    if version != VERSION:
        raise NoWebPPLError(f"{folder} holds version {version}, and {VERSION} is asked for; give another folder")


def _package(folder: Path) -> Path:
    return folder / "node_modules" / "webppl" / "package.json"


def census(question: Question, max_bits: int, folder: Path) -> tuple[Counted, float, float]:
    """Count every program of at most `max_bits` bits; return the census, and seconds of processor and clock it took.

    These are of `Infer` alone: node has started and the model is compiled before.
    """
    with tempfile.TemporaryDirectory() as place:
        asked, answered = Path(place) / "question.json", Path(place) / "answer.json"
        told = {"M": question.M, "A": question.A, "K": question.K, "situations": question.situations}
        told |= {"max_bits": max_bits, "tokens": [token._asdict() for token in question.tokens]}
        asked.write_text(json.dumps(told), encoding="utf-8")
        command = ["node", str(_package(folder).parent / "webppl"), str(SOURCE / "census.wppl")]
        subprocess.run(
            [*command, "--require", str(SOURCE / "terms")],
            env=os.environ | {"TERMS_QUESTION": str(asked), "TERMS_ANSWER": str(answered)},
            check=True,
            stdout=subprocess.DEVNULL,
        )
        answer = json.loads(answered.read_text(encoding="utf-8"))
    return counted_of(answer, len(question.situations)), answer["processor"], answer["clock"]


def counted_of(answer: dict, S: int) -> Counted:
    """Return numbers of programs for shares of mass.

    Raises
    ------
    ValueError
        If a share is no whole number of programs.
    """
    parts = [key.split() for key in answer["keys"]]
    actions = np.array([[int(digit) for digit in actions] for actions, _, _ in parts], dtype=np.uint8)
    length = np.array([int(bits) for _, bits, _ in parts], dtype=np.int64)
    mass = sum(n * 2.0**-bits for bits, n in enumerate(answer["counted"]))
    exact = np.array(answer["shares"]) * mass * np.exp2(length)
    count = np.rint(exact).astype(np.int64)
    if (np.abs(exact - count) > 1e-3).any():
        raise ValueError("WebPPL's masses are no whole numbers of programs")
    time = np.array([int(time) for _, _, time in parts], dtype=np.int64)
    return Counted(actions[:, :S], actions[:, S:], length, time, count)
