"""The formula language: what it reads, what it refuses, and where it says the mistake is."""

import os
import re
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesaprior.errors import UsageError
from mesaprior.priors.columns import columns
from mesaprior.priors.compiler import Program
from mesaprior.priors.formula import FUNCTIONS, MAX_CHARACTERS, MAX_NESTING, parse_formula
from tests.priors.formulas import Tree, text_of, trees


def operations(text: str) -> list[tuple[str, str | int]]:
    return [(step.op, step.argument) for step in parse_formula(text).code]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("1 - 2 - 3", "(1 - 2) - 3"),
        ("8 / 4 / 2", "(8 / 4) / 2"),
        ("2**3**2", "2**(3**2)"),
        ("-2**2", "-(2**2)"),
        ("2**-3**2", "2**(-(3**2))"),
        ("-2 + 3", "(-2) + 3"),
        ("-2 * 3", "(-2) * 3"),
        ("2 * -3 + 1", "(2 * (-3)) + 1"),
        ("2**-length / time", "(2**(-length)) / time"),
        ("--2", "-(-2)"),
        ("1 + 2 * 3 ** 4", "1 + (2 * (3**4))"),
        ("Min(1, 2, 3)", "Min(Min(1, 2), 3)"),
        ("((length))", "length"),
        ("\tlength\n+ 1 ", "length+1"),
        ("Piecewise((1, time < 1 | time < 2 & time < 3), (0, True))",
         "Piecewise((1, (time < 1) | ((time < 2) & (time < 3))), (0, True))"),
        ("Piecewise((1, time < 1 or time < 2 and time < 3), (0, True))",
         "Piecewise((1, time < 1 | time < 2 & time < 3), (0, True))"),
        ("Piecewise((1, time + 1 < 2 * T), (0, True))", "Piecewise((1, ((time + 1) < (2 * T))), (0, True))"),
    ],
)  # fmt: skip
def test_how_operators_bind(text: str, same: str):
    assert operations(text) == operations(same)


@settings(deadline=None)
@given(st.lists(st.integers(1, 5), min_size=1, max_size=6), st.data())
def test_arithmetic_binds_as_in_python(numbers: list[int], data: st.DataObject):
    signs = st.sampled_from(["+", "-", "*", "/", "**", " - -", "*-"])
    text = str(numbers[0])
    for number in numbers[1:]:
        # Two powers on end may be gigantic.
        sign = data.draw(signs if "**" not in text else signs.filter(lambda sign: sign != "**"))
        text += sign + str(number)
    want = eval(re.sub("([0-9]+)", r"Fraction(\1)", text), {"Fraction": Fraction})
    sign, log2_magnitude = Program(parse_formula(text), {}).run({"length": [1]})
    assert float(sign[0]) * 2.0 ** float(log2_magnitude[0]) == pytest.approx(float(want), rel=1e-12, abs=1e-12)


@settings(deadline=None)
@given(trees)
def test_every_formula_of_the_grammar_is_read(tree: Tree):
    formula = parse_formula(text_of(tree))
    assert formula.text == text_of(tree)
    assert formula.parameters == ()
    assert formula.columns == tuple(name for name in columns() if re.search(rf"\b{name}\b", formula.text))


def test_names_are_columns_or_parameters():
    formula = parse_formula("beta * 2**-(time + length) / beta ** alpha + l1 + _x9")
    assert formula.columns == ("length", "time", "l1")
    assert formula.parameters == ("beta", "alpha", "_x9")
    assert formula.place_of("alpha") == 38
    assert columns() == ("length", "time", "infer_time", "space", "gates", "depth", "weights", "l1", "l2")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("levin", "2**-length / time"),
        ("simplicity/2 + levin/2", "(2**-length)/2 + (2**-length / time)/2"),
        ("levin**(1/temperature)", "(2**-length / time)**(1/temperature)"),
        ("2*speed", "2*(2**-length * time**-alpha)"),
    ],
)
def test_names_of_the_catalogue_stand_for_their_formulas(text: str, same: str):
    assert operations(text) == operations(same)
    place = text.index("levin" if "levin" in text else "speed") + 1
    assert {step.place for step in parse_formula(text).code if step.argument == "time"} == {place}


def test_powers_of_modest_constants_are_read():
    for text in ("2**1048576", "length**-1048576", "1**9**9", "0.5**-5000 + time**(2**-5000)", "2**-(2*10**6*length)"):
        assert parse_formula(text).code


@pytest.mark.parametrize("text", ["0", "1", "007", "1.", ".5", "1.5e3", "1E-3", "2e+5", "0e999", "0.0", "1" * 300])
def test_numbers_mean_what_python_means(text: str):
    assert operations(text) == [("number", text)]


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", 1, "the formula is empty"),
        (" \n ", 1, "the formula is empty"),
        ("2**", 4, "the formula ends here"),
        ("2**-", 5, "the formula ends here"),
        ("(length", 8, "to close the parenthesis of column 1"),
        ("length)", 7, "expected an operator or the end"),
        ("2 length", 3, "expected an operator or the end"),
        ("2length", 2, "expected an operator or the end"),
        ("1_000", 2, "here stands '_000'"),
        ("0x10", 2, "here stands 'x10'"),
        ("2^length", 2, "a power is written **"),
        ("length²", 7, "a power is written **"),
        ("length // 2", 9, "here stands '/'"),
        ("length % 2", 8, "here stands '%'"),
        ("+length", 1, "expected a number, a name or a parenthesis"),
        ("1 + * 2", 5, "here stands '*'"),
        ("1, 2", 2, "here stands ','"),
        ("length = 1", 8, "here stands '='"),
        ("1 < time < 9", 10, "comparisons are not chained; join two of them as in (1 < time) & (time < 9)"),
        ("time <= 4", 1, "here stands a condition where a number must be"),
        ("2 * (time <= 4)", 5, "here stands a condition where a number must be"),
        ("1 + True", 5, "here stands a condition where a number must be"),
        ("-(1 < 2)", 2, "here stands a condition where a number must be"),
        ("Min(1, 1 < 2)", 8, "here stands a condition where a number must be"),
        ("Piecewise((1, 2))", 15, "here stands a number where a condition must be; write a comparison"),
        ("Piecewise((1, time & True))", 15, "here stands a number where a condition must be"),
        ("Piecewise((1, True | 2))", 22, "here stands a number where a condition must be"),
        ("Piecewise((True, True))", 12, "here stands a condition where a number must be"),
        ("Piecewise(1, 2)", 11, "expected '(' before a pair"),
        ("Piecewise()", 11, "expected '(' before a pair"),
        ("Piecewise((1, True),)", 21, "expected '(' before a pair"),
        ("Piecewise((1))", 13, "between the value and the condition"),
        ("Piecewise((1, True, 2))", 19, "to close a pair"),
        ("Piecewise((1, not True))", 15, "'not' cannot stand here"),
        ("False", 1, "'False' cannot stand here"),
        ("Min(1)", 6, "a second argument of Min"),
        ("Max()", 5, "expected a number"),
        ("Min(1, 2", 9, "to close Min of column 1"),
        ("log2(1, 2)", 7, "log2 takes one argument"),
        ("exp", 1, "exp is a function"),
        ("1 + Min", 5, "Min is a function"),
        ("log(3)", 1, "did you mean log2; the functions are ceil, exp, log2, Max, Min, Piecewise, sqrt"),
        ("2 * min(1, 2)", 5, "did you mean Min"),
        ("piecewise((1, True))", 1, "did you mean Piecewise"),
        ("length(3)", 1, "a product is written with *"),
        ("eval(1)", 1, "'eval' is not a function here"),
        ("True(1)", 1, "'True' is not a function here"),
        ("1e301", 1, "0 and numbers from 1e-300 to 1e+300 are allowed"),
        ("1 + 1e400", 5, "out of range"),
        ("1e-301", 1, "out of range"),
        ("1e-99999", 1, "out of range"),
        ("9" * 301, 1, "out of range"),
        ("9**9**9**9", 5, "the power here is too great"),
        ("2**-length + 10**10**10", 16, "at most 1,048,576 bits"),
        ("length**1048577", 7, "the power here is too great"),
        ("length**-(2*10**6)", 7, "the power here is too great"),
        ("exp(exp(exp(9)))", 1, "the power here is too great"),
        ("(2**10**6)**10**6", 11, "the power here is too great"),
        ("2**Max(9**9, 3)", 2, "the power here is too great"),
        ("2**(9**6*9**6)", 2, "the power here is too great"),
        ("2**Piecewise((9**9, True))", 2, "the power here is too great"),
        ("2**(1/(2**-30/2))", 2, "the power here is too great"),
        ("2**(10**9 + length - length) * 2**(1e9 - 5)", 33, "the power here is too great"),
        ("2**ceil(1e9)", 2, "the power here is too great"),
        ("2**log2(2**1048577)", 10, "the power here is too great"),
    ],
)
def test_the_place_and_the_words_of_mistakes(text: str, place: int, words: str):
    with pytest.raises(UsageError) as caught:
        parse_formula(text)
    message = str(caught.value)
    assert f", column {place}: " in message
    assert words in message
    assert message.endswith(".")
    assert "\n" not in message


HOSTILE = [
    ("__import__('os').system('true')", 1),
    ("(1).__class__", 4),
    ("().__class__", 2),
    ("length.real", 7),
    ("lambda: 1", 7),
    ("[1, 2][0]", 1),
    ("length[0]", 7),
    ("{1}", 1),
    ("'length'", 1),
    ('f"{length}"', 2),
    ("(x := 5)", 4),
    ("1 if length else 2", 3),
    ("[x for x in length]", 1),
    ("@length", 1),
    ("1; import os", 2),
    ("1 # length", 3),
    ("\\u0031", 1),
    ("length\x00", 7),
    ("length\u00a0+ 1", 7),
    ("\uff12**-length", 1),
    ("\u0661", 1),
    ("l\u0435", 2),
    ("\ud800", 1),
    ("λ", 1),
    ("1 + 🙂", 5),
    ("exp(open('x'))", 5),
    ("globals()", 1),
]


@pytest.mark.parametrize(("text", "place"), HOSTILE)
def test_nothing_but_arithmetic_is_read(text: str, place: int):
    with pytest.raises(UsageError, match=f", column {place}: ") as caught:
        parse_formula(text)
    str(caught.value).encode()


@pytest.mark.parametrize(
    ("before", "after", "step"),
    [("(", ")", 1), ("-", "", 1), ("1**", "", 3), ("Min(", ",1)", 4), ("ceil(", ")", 5)],
)
def test_deep_nesting_is_refused_at_its_place(before: str, after: str, step: int):
    deepest = max(n for n in range(1, MAX_NESTING + 1) if _is_read(before * n + "1" + after * n))
    assert deepest >= MAX_NESTING / 2 - 1
    for levels in (deepest + 1, 280):
        with pytest.raises(UsageError, match=f"deeper than the {MAX_NESTING} levels") as caught:
            parse_formula(before * levels + "1" + after * levels)
        place = int(re.search("column ([0-9]+)", str(caught.value))[1])
        assert deepest * step < place <= (deepest + 1) * step + 1


def _is_read(text: str) -> bool:
    try:
        parse_formula(text)
    except UsageError:
        return False
    return True


def test_long_texts():
    longest = "1" + "+1" * ((MAX_CHARACTERS - 1) // 2)
    program = Program(parse_formula(longest), {})
    _, log2_magnitude = program.run({"length": [1]})
    assert 2 ** log2_magnitude[0] == pytest.approx(len(longest) // 2 + 1)
    with pytest.raises(UsageError, match=f"has {MAX_CHARACTERS + 1} characters, and {MAX_CHARACTERS} are allowed"):
        parse_formula(" " * MAX_CHARACTERS + "1")


def test_a_long_text_is_shown_around_the_mistake():
    with pytest.raises(UsageError) as caught:
        parse_formula("1+" * 100 + "?" + "+1" * 100)
    assert "column 201: " in str(caught.value)
    assert "+?+" in str(caught.value)
    assert len(str(caught.value)) < 300


@settings(deadline=None, max_examples=500)
@given(
    st.one_of(
        st.text(max_size=30),
        st.lists(
            st.sampled_from([*columns(), *FUNCTIONS, *"+-*/(),<>&|!=1.", "**", "<=", "and", "or", "True", " ", "T"])
        ).map("".join),
    )
)
def test_any_text_is_read_or_refused_in_one_sentence(text: str):
    if _is_read(text):
        assert parse_formula(text).code
        return
    with pytest.raises(UsageError, match=r"column [0-9]+: .*\.$") as caught:
        parse_formula(text)
    assert "\n" not in str(caught.value)


def test_reading_imports_neither_numba_nor_sympy():
    code = (
        "import sys; import mesaprior.priors.catalogue, mesaprior.priors.prior as p;"
        "p.make_prior('levin'); p.make_prior('2**-length / time');"
        "print(sorted({'numba', 'sympy', 'pandas', 'scipy'} & set(sys.modules)))"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout == "[]\n"
