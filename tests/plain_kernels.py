"""A plugin of pytest: kernels of the packages named in ``PLAIN`` run as plain Python, where coverage sees their lines.

The others are compiled as ever: a census by plain Python would take too long. With coverage on, it
is kept which tests run each line. Tests that would take long by plain Python are cut short, see `LONGEST`.
"""

import json
import os
import signal
import time
from pathlib import Path

import coverage
import numpy as np
import pytest
from hypothesis import Phase, settings

from mesaprior import _jit

PACKAGES = tuple(os.environ.get("PLAIN", "mesaprior.priors mesaprior.inference").split())

LONGEST = float(os.environ.get("LONGEST", "0"))
"""Seconds of processor time after which a test is cut short and counts as skipped; 0 for never."""

_compiled = _jit._kernel


def _kernel(function, **options):
    if not function.__module__.startswith(PACKAGES):
        return _compiled(function, **options)
    # Integers wrap, and floats become infinite or nan, as in machine code.
    return np.errstate(all="ignore")(function)


_jit._kernel = _kernel
_seconds = {}


without_shrinking = False
"""Whether a random test that fails is to say so at once."""


def _cut_short(*_):
    pytest.skip("takes too long without a compiler")


def pytest_configure():
    signal.signal(signal.SIGVTALRM, _cut_short)
    if without_shrinking:
        phases = (Phase.explicit, Phase.generate)
        settings.register_profile("at once", phases=phases, derandomize=True, report_multiple_bugs=False)
        settings.load_profile("at once")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    name = item.nodeid.partition("[")[0]
    if (running := coverage.Coverage.current()) is not None:
        running.switch_context(name)
    start = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, LONGEST)
    result = yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    _seconds[name] = _seconds.get(name, 0.0) + time.process_time() - start
    return result


def pytest_sessionfinish():
    if "DURATIONS" in os.environ:
        Path(os.environ["DURATIONS"]).write_text(json.dumps(_seconds), encoding="utf-8")
