"""Small languages that once went wrong, each in an interpreter of its own where every index is checked."""

import json
import os
import subprocess
import sys

import pytest

CHECK = """
import json, sys, warnings
import numpy as np
np.seterr(over="ignore")
from tests.hypotheses.terms.test_engines_agree import assert_same, log_of
from mesaprior.hypotheses.terms.language import language_from_dict
from mesaprior.hypotheses.terms.space import TermSpace
language, rows, max_bits = json.loads(sys.argv[1])
space, log = TermSpace(language_from_dict(language), max_bits), log_of(rows)
assert_same(space.census(log), space.census(log, engine="reference"))
"""

P = {"kind": "feature", "name": "p", "bits": 2}
Y = {"kind": "candidate", "bits": 3}
ROW = {"p": 0, "split": "train", "action": 0}
CASES = {
    # Rows of narrow scopes after rows of wide ones: what is beyond their end must not become part of the key.
    "narrow after wide": (
        3,
        [
            {"kind": "feature", "name": "p"},
            {"kind": "binary", "name": "eq"},
            {"kind": "unary", "name": "f", "table": [0, 2, 0]},
            {"kind": "argmax"},
            {"kind": "candidate"},
        ],
        [ROW, ROW | {"p": 1}],
        18,
    ),
    # Levels all of whose terms are headed by a wrapping token, below a search of nothing.
    "nothing but wraps": (
        2,
        [
            P,
            {"kind": "unary", "name": "f", "table": [0, 0], "bits": 2},
            {"kind": "argmax", "bits": 2},
            {"kind": "argmin", "bits": 3},
            Y,
        ],
        [ROW],
        9,
    ),
    # Literals in every scope, below binders and operators, next to a constant.
    "numbers": (
        5,
        [
            {"kind": "number", "bits": 2},
            P,
            {"kind": "binary", "name": "lt", "bits": 3},
            {"kind": "unary", "name": "f", "table": [1, 2, 3, 4, 0], "bits": 3},
            {"kind": "argmax", "bits": 4},
            {"kind": "constant", "value": 4, "bits": 5},
            Y,
        ],
        [ROW, ROW | {"p": 4}],
        13,
    ),
    # Inner loops that are shorter than the number of emissions.
    "short inner loops": (
        2,
        [
            {"kind": "fit"},
            {"kind": "binary", "name": "min"},
            P | {"bits": 3},
            {"kind": "fit"},
            {"kind": "iterate", "bits": 3},
            {"kind": "argmax"},
            {"kind": "parameter"},
            Y,
        ],
        [ROW, ROW | {"p": 1}],
        17,
    ),
}

# Three iterations of 2^31 rounds take more steps than are counted: no more than any other time are they beyond a bound.
SLOW = [Y | {"bits": 1}, {"kind": "iterate", "bits": 2}]
for name, more, max_bits in (
    ("slow", [], 13),
    ("slow twice", [{"kind": "binary", "name": "add", "bits": 2}], 16),
    ("slow in two unlike halves", [{"kind": "binary", "name": "sub", "bits": 2}], 16),
    ("slow thrice", [{"kind": "if", "bits": 3}], 24),
):
    CASES[name] = (2, [*SLOW, *more], [ROW], max_bits)


@pytest.mark.parametrize("name", CASES)
def test_hard_cases(name):
    domain, tokens, rows, max_bits = CASES[name]
    question = json.dumps(
        [
            {"domain": domain, "actions": 2, "rounds": 2**31 if tokens[:2] == SLOW else domain, "token": tokens},
            rows,
            max_bits,
        ]
    )
    done = subprocess.run(
        [sys.executable, "-c", CHECK, question],
        env=os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
