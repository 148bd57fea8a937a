"""Ten thousand formulas that mean harm or are broken; run as a program, it reads them all and says what happened.

The report is one JSON object: how many were refused, texts that were not, the longest time that one took in seconds,
and what the interpreter was made to do meanwhile (events of its audit hooks: compile, exec, import, open, ...).
"""

import json
import random
import sys
import time
from collections.abc import Iterator

VALID = (
    "2**-length",
    "2**-length / time",
    "Max(1, time)",
    "Piecewise((2**-length, time <= T), (0, True))",
    "simplicity/2 + levin/2",
    "exp(-alpha*length)",
)

FRAGMENTS = {
    "attributes": ("length.real", "length.__class__", "(1).bit_length", "time.T.T", "2 .real", "speed.text"),
    "dunders": (
        "__import__('os')",
        "__builtins__",
        "().__class__.__bases__[0].__subclasses__()",
        "__name__(1)",
        "length.__init__.__globals__",
        "__debug__(2)",
        "''.__class__.__mro__",
    ),
    "calls": (
        "eval(1)",
        "exec(1)",
        "open(1)",
        "print(length)",
        "getattr(1, 2)",
        "globals()",
        "compile(1, 2, 3)",
        "factorial(10**9)",
        "Integral(length)",
        "length(time)",
        "input()",
        "exit()",
        "levin(1)",
        "range(10**9)",
    ),
    "strings": ("'length'", '"length"', "'''x'''", 'f"{length}"', "b'x'", "r'\\x41'", "`ls`", "'a'*10**9"),
    "lambdas": (
        "lambda: 1",
        "(lambda x: x)(length)",
        "[x for x in (1, 2)]",
        "{1: 2}",
        "(y := 3)",
        "1 if time else 2",
        "await time",
        "yield 1",
        "[1, 2][0]",
        "not time",
        "time in length",
        "1; 2",
        "@length",
        "length = 3",
        "import os",
        "1 # no",
    ),
    "huge powers": (
        "9**9**9**9",
        "10**10**10",
        "2**2**2**2**2**2",
        "(10**1000000)**1000000",
        "length**10**10",
        "exp(exp(exp(exp(9))))",
        "1e999",
        "9" * 400,
        "1e-999",
        "2**-9**9**9",
        "time**-99999999999",
        "(1 + 1/9)**(9**9**9)",
    ),
    "deep nesting": (
        "(" * 300 + "1" + ")" * 300,
        "-" * 400 + "1",
        "2**" * 200 + "1",
        "Max(1, " * 150 + "1" + ")" * 150,
        "exp(" * 200 + "0" + ")" * 200,
        "(" * 1900,
        "sqrt(" * 300 + "length",
        "1+" * 5000 + "1",
    ),
    "look-alikes": (
        "l\u0435ngth",
        "\uff54\uff49\uff4d\uff45(1)",
        "2\u2217\u2217length",
        "2**\u2212length",
        "length\u2044time",
        "\uff12**-length",
        "\u0661",
        "le\u200bngth",
        "length\u00a0/ time",
        "t\u0456me",
        "\u202elength",
        "\u00b2",
        "\u221atime",
        "2\u02c4length",
        "\x00",
        "\ud800",
        "length\u0301",
        "\ufeff1",
    ),
    "broken": ("", "(", ")", "2**", "1 +", "length length", "Piecewise(1)", "Min(1)", ",", "1,,2", "time <= 3", "=="),
}  # fmt: skip

PLACES = (
    "{}",
    "({})",
    "2*({})",
    "{} + length",
    "Min({}, 3)",
    "Piecewise(({}, time < 3), (0, True))",
    "2**-({})",
    "-{}",
)


def hostile_formulas(n: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Yield n pairs (kind, formula): fragments alone, put into formulas, put together, and cut into valid ones."""
    random_ = random.Random(seed)
    kinds = list(FRAGMENTS)
    for index in range(n):
        kind = kinds[index % len(kinds)]
        fragment = random_.choice(FRAGMENTS[kind])
        text = random_.choice(PLACES).format(fragment) if fragment else fragment
        if kind == "broken":
            # What is only broken could be mended by what is put around it.
            yield kind, text
            continue
        if random_.random() < 0.4:
            text = random_.choice([" + ", "*", "/", "**", " "]).join([random_.choice(VALID), text])
        if random_.random() < 0.2:
            other = random_.choice(FRAGMENTS[random_.choice(kinds)])
            text = f"({text}) - ({other})"
        # Cut into a formula, a power of constants could get a column for its exponent.
        if random_.random() < 0.3 and kind != "huge powers":
            valid = random_.choice(VALID)
            cut = random_.randrange(len(valid) + 1)
            text = valid[:cut] + text + valid[cut:]
        yield kind, text


def main() -> None:
    """Read ten thousand formulas under an audit hook and print the report."""
    from mesaprior.errors import UsageError
    from mesaprior.priors.columns import columns
    from mesaprior.priors.prior import make_prior

    # Which columns there are is looked up once in the descriptions of all spaces, whatever is read.
    columns()
    texts = [text for _, text in hostile_formulas(10_000)]
    events: list[str] = []
    is_watching = False

    def watch(event: str, _: object) -> None:
        if is_watching:
            events.append(event)

    sys.addaudithook(watch)
    refused, read, longest = 0, [], 0.0
    is_watching = True
    for text in texts:
        start = time.perf_counter()
        try:
            make_prior(text)
        except UsageError as error:
            refused += bool(str(error))
        else:
            read.append(text)
        longest = max(longest, time.perf_counter() - start)
    harmless, events = events, []
    eval("1 + 1")
    is_watching = False
    report = {"refused": refused, "read": read, "longest": longest, "events": harmless, "control": events}
    sys.stdout.write(json.dumps(report))


if __name__ == "__main__":
    main()
