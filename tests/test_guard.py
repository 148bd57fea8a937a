"""The guard against getting slower: what it says of ratios that are given, and nothing is timed."""

import json
from pathlib import Path

import pytest

from benchmarks.ratios.comparing import ALLOWED, compare
from benchmarks.ratios.works import RATIOS

KEPT_FILE = Path(__file__).parent.parent / "benchmarks" / "ratios.json"

KEPT = {"census": 2.0, "sweep": 0.5, "help": 1.0}


class Script:
    """Gives the ratios that are written down for each attempt, and notes what it was asked."""

    def __init__(self, *attempts):
        self._attempts = attempts
        self.asked = []

    def __call__(self, names, attempt):
        self.asked.append(list(names))
        return {name: self._attempts[attempt][name] for name in names}


def slower(findings):
    return [finding.name for finding in findings if finding.is_slower]


def test_what_is_as_fast_as_it_was_is_measured_once():
    script = Script({"census": 2.4, "sweep": 0.5, "help": 0.1})
    findings = compare(KEPT, script, list(KEPT))
    assert slower(findings) == []
    assert script.asked == [["census", "sweep", "help"]]
    assert [finding.change for finding in findings] == pytest.approx([1.2, 1, 0.1])


def test_what_is_slower_each_time_is_told_and_nothing_else_is_measured_again():
    script = Script(*[{"census": 2.0, "sweep": ratio, "help": 1.0} for ratio in (0.9, 0.7, 0.8)])
    findings = compare(KEPT, script, list(KEPT))
    assert slower(findings) == ["sweep"]
    assert script.asked == [["census", "sweep", "help"], ["sweep"], ["sweep"]]
    assert (findings[1].measured, findings[1].attempts) == (0.7, 3)


def test_what_was_slow_once_is_not_told():
    script = Script({"census": 9.0, "sweep": 0.5, "help": 1.0}, {"census": 2.1})
    findings = compare(KEPT, script, list(KEPT))
    assert slower(findings) == []
    assert (findings[0].measured, findings[0].attempts) == (2.1, 2)


@pytest.mark.parametrize(("ratio", "is_slower"), [(2.0 * ALLOWED, False), (2.0 * ALLOWED + 0.01, True)])
def test_a_quarter_more_is_allowed_and_no_more(ratio, is_slower):
    (finding,) = compare(KEPT, Script(*[{"census": ratio}] * 3), ["census"])
    assert finding.is_slower is is_slower


def test_what_was_never_kept_is_told_as_such():
    (finding,) = compare({}, Script({"new": 100.0}), ["new"])
    assert (finding.kept, finding.change, finding.is_slower, finding.attempts) == (None, None, False, 1)


def test_what_is_kept_says_what_was_measured():
    kept = json.loads(KEPT_FILE.read_text(encoding="utf-8"))["ratios"]
    told = {name: (entry["ours"], entry["reference"]) for name, entry in kept.items()}
    assert told == {name: (ratio.ours.what, ratio.reference.what) for name, ratio in RATIOS.items()}
    for entry in kept.values():
        assert 0 < entry["least"] <= entry["ratio"] <= entry["greatest"]
