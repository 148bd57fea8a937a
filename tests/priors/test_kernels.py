"""The kernels of priors: compiled, interpreted and bounds-checked they agree; rows do not depend on other rows."""

import os
import subprocess
import sys

import mpmath
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mesaprior.priors.compiler import Program
from mesaprior.priors.formula import parse_formula
from mesaprior.priors.kernels import BLOCK, log_of
from tests.priors.formulas import Tree, rows, text_of, trees

SCRIPT = """
import json, warnings
warnings.simplefilter("error")
import numpy as np
from mesaprior.priors.catalogue import catalogue
from mesaprior.priors.compiler import Program
from mesaprior.priors.formula import parse_formula
from mesaprior.priors.prior import make_prior
from mesaprior.priors.sweeps import sweep
rng = np.random.default_rng(3)
n = 300
columns = {"length": rng.integers(1, 60, n), "time": rng.integers(1, 2000, n), "gates": rng.integers(0, 9, n),
           "weights": rng.integers(0, 9, n), "infer_time": rng.integers(1, 9, n)}
columns["length"][:5] = 5000, 10000, 1, 2, 3
columns["length"][260:280] = 1020
columns["time"][-1] = 10**18
values = {"alpha": 1.5, "T": 64.0, "c": 0.5, "lam": 2.0, "temperature": 3.0, "w": 0.25}
texts = [entry.text for entry in catalogue()] + [
    "2**-length + 2**-time - 1/(length - 7)", "log2(length - 5)/0 + sqrt(3 - gates)", "Max(2**-length, 2**-time, 0)",
    "Piecewise((2**length, 2**-length <= 2**-60), (exp(-time), gates > 3 & length != 4))", "ceil(2**-length*time/3)",
    "1/(1 + time*2**length)", "1/(1 + time/2**-length)", "Min(exp(-length), 5) + 2**-time",
    "(gates - 4)**length * 2**-(length**2)", "0*2**(time**2) + (1/0)**gates", "ceil(log2(2**-length))",
]
out = []
for text in texts:
    sign, log2_magnitude = Program(parse_formula(text), values).run(columns)
    out.append([sign.tolist(), log2_magnitude.tolist()])
group = rng.integers(0, 3, n)
for name, parameter in (("speed", "alpha"), ("bounded", "T")):
    swept = sweep(make_prior(name), parameter, [0.5, 2.0], columns, np.log2(columns["time"]), group, 3, workers=2)
    out.append([swept.T.tolist()])
print(json.dumps(out))
"""


def test_compiled_interpreted_and_bounds_checked_runs_agree(tmp_path):
    import json

    answers = []
    for number, extra in enumerate(({}, {"NUMBA_DISABLE_JIT": "1"}, {"NUMBA_BOUNDSCHECK": "1"})):
        environment = os.environ | extra
        if extra:
            environment["NUMBA_CACHE_DIR"] = str(tmp_path / str(number))
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        answers.append(json.loads(done.stdout))
    assert len(answers[0]) > 20
    for other in answers[1:]:
        for one, two in zip(answers[0], other, strict=True):
            np.testing.assert_allclose(np.array(one), np.array(two), rtol=1e-14, atol=1e-15)


@given(trees, st.lists(rows, min_size=2, max_size=5), st.integers(0, 2 * BLOCK))
def test_a_row_is_the_same_beside_any_others(tree: Tree, drawn: list[dict[str, int]], before: int):
    # Next to rows without cases, with cases, and in another block: to the last bit.
    program = Program(parse_formula(text_of(tree)), {})
    alone = [program.run({name: np.array([row[name]]) for name in row}) for row in drawn]
    many = {name: np.array([drawn[0][name]] * before + [row[name] for row in drawn]) for name in drawn[0]}
    together = program.run(many)
    for part in range(2):
        want = np.concatenate([one[part] for one in alone])
        assert together[part][before:].tobytes() == want.tobytes()


@given(st.one_of(st.floats(2.0**-1020, 2.0**1020), st.integers(1, 2**53).map(float), st.floats(0.5, 2)))
def test_logarithms(x: float):
    with mpmath.workprec(200):
        exact = mpmath.log(mpmath.mpf(x), 2)
        assert abs(mpmath.mpf(log_of(x)) - exact) <= 2.5 * np.spacing(abs(float(exact)))


def test_logarithms_of_powers_of_two_are_exact():
    assert [log_of(2.0**k) for k in range(-1074, 1024)] == list(range(-1074, 1024))
    assert log_of(0.0) == -np.inf
    assert log_of(np.inf) == np.inf
    assert np.isnan(log_of(np.nan))


def test_a_row_next_to_one_without_a_linear_form():
    for text in ("Min(exp(-length), 5) + 2**-time", "Max(exp(-length), 2**-900) + 2**-time"):
        program = Program(parse_formula(text), {})
        length, time = np.arange(1, 200), np.full(199, 2000)
        alone = program.run({"length": length, "time": time})
        beside = program.run({"length": np.append(length, 5000), "time": np.append(time, 5)})
        assert beside[1][:-1].tobytes() == alone[1].tobytes()
