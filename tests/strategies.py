"""Hypothesis strategies for small random languages and logs that the slow twin can enumerate.

Plain data, as `tests.naive` takes it. `examples()` draws a language, a log over it and a length bound that
suit one another; `languages`, `logs` and `bound` are its parts.
"""

from typing import Any

from hypothesis import strategies as st

from tests import naive

Language = dict[str, Any]
Row = dict[str, Any]

COLUMNS = ("p", "q", "r-2")
# Which binders a language has; the pairs that nest in interesting ways come up more often.
THEMES = (
    (),
    ("argmax",),
    ("argmin",),
    ("iterate",),
    ("argmax", "argmin"),
    ("argmax", "iterate"),
    ("argmin", "iterate"),
    ("fit",),
    ("fit", "argmax"),
    ("fit", "argmax"),
    ("fit", "argmin"),
    ("fit", "iterate"),
    ("fit", "argmax", "argmin"),
    ("fit", "argmax", "iterate"),
)
NAMELESS = ("constant", "number", "candidate", "parameter", "lookup", "if", *naive.BINDS)
LITERAL_TABLES = 64  # a lookup in a drawn language has at most so many literal tables
LONGEST_BOUND = 24  # bits
AFFORDABLE = 30  # programs that even the longest log allows


def literal_entries(A: int) -> int:
    """The most values a looked-up feature may have, so that A^S_f stays small."""
    return max(S for S in range(1, 7) if A**S <= LITERAL_TABLES)


@st.composite
def defines(draw: st.DrawFn, M: int, arguments: tuple[str, ...]) -> str:
    """The text of a `define` with at most two levels of operators."""
    leaf = st.one_of(st.sampled_from(arguments), st.integers(0, M - 1).map(str))

    def grow(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        operator = st.sampled_from(sorted(naive.BUILT_IN))
        binary = st.tuples(operator, inner, inner).map(lambda parts: f"({' '.join(parts)})")
        choice = st.tuples(inner, inner, inner).map(lambda parts: f"(if {' '.join(parts)})")
        return st.one_of(binary, binary, choice)

    return draw(st.one_of(leaf, grow(leaf), grow(leaf), grow(st.one_of(leaf, grow(leaf)))))


@st.composite
def operators(draw: st.DrawFn, M: int) -> dict[str, Any]:
    """One token of kind unary, binary or if; its name is unique within its own form."""
    form = draw(
        st.sampled_from(("built in", "built in", "built in", "if", "table", "define", "unary table", "unary define"))
    )
    if form == "built in":
        name = draw(st.sampled_from(("eq", "dist", "add", *sorted(naive.BUILT_IN))))
        return {"kind": "binary", "name": name}
    if form == "if":
        return {"kind": "if"}
    if form == "table":
        entries = [byte % M for byte in draw(st.binary(min_size=M * M, max_size=M * M))]
        return {"kind": "binary", "name": "move", "table": [entries[M * a : M * a + M] for a in range(M)]}
    if form == "define":
        return {"kind": "binary", "name": "pay_off", "define": draw(defines(M, ("a", "b")))}
    if form == "unary table":
        entries = [byte % M for byte in draw(st.binary(min_size=M, max_size=M))]
        return {"kind": "unary", "name": "next-one", "table": entries}
    return {"kind": "unary", "name": "twice", "define": draw(defines(M, ("a",)))}


@st.composite
def languages(draw: st.DrawFn, with_fit: bool | None = None) -> Language:
    """A valid language of 3 to about 10 tokens; `with_fit` settles whether it can learn."""
    M = draw(st.sampled_from((2, 3, 3, 4, 4, 5, 5, 6, 8)))
    A = draw(st.integers(2, M))
    language: Language = {"domain": M, "actions": A}
    if draw(st.booleans()):
        language["params"] = draw(st.integers(1, M))
    rounds = draw(st.sampled_from((None, 0, 0, 1, 2, 3, 4, 5)))
    if rounds is not None:
        language["rounds"] = rounds
    K = language.get("rounds", M)

    read = draw(st.sampled_from(((), COLUMNS[:1], COLUMNS[:1], COLUMNS[1:2], COLUMNS[:2])))
    tokens: list[dict[str, Any]] = [{"kind": "feature", "name": column} for column in read]
    constants = st.lists(st.integers(0, M - 1), min_size=0 if tokens else 1, max_size=2)
    tokens += [{"kind": "constant", "value": value} for value in draw(constants)]
    if draw(st.integers(0, 4)) == 0:
        tokens.append({"kind": "lookup", "feature": draw(st.sampled_from(COLUMNS[:2]))})
    if draw(st.integers(0, 2)) == 0:
        tokens.append({"kind": "number"})
    names: set[str] = set()
    n_operators = draw(st.sampled_from((1, 1, 1, 2, 2, 0)))
    for operator in draw(st.lists(operators(M), min_size=n_operators, max_size=n_operators)):
        if operator.get("name") not in names:
            tokens.append(operator)
            names |= {operator["name"]} if "name" in operator else set()
    binders = draw(st.sampled_from([theme for theme in THEMES if with_fit in (None, "fit" in theme)]))
    tokens += [{"kind": binder} for binder in binders]
    # A variable without its binder is of no use, but allowed.
    idle = draw(st.integers(0, 9))
    if idle == 0 or set(binders) & {"argmax", "argmin", "iterate"}:
        tokens.append({"kind": "candidate"})
    if idle == 1 or "fit" in binders:
        tokens.append({"kind": "parameter"})

    for token in tokens:
        if draw(st.integers(0, 2)) == 0:
            token["bits"] = draw(st.integers(1, 6))
        if draw(st.integers(0, 2)) == 0:
            kind = token["kind"]
            least = 1 if naive.ARITY[kind] == 0 or (kind == "iterate" and K == 0) else 0
            token["steps"] = draw(st.integers(least, 3))
    if draw(st.integers(0, 4)) == 0:
        copied = [token for token in tokens if token["kind"] in NAMELESS]
        tokens += [dict(token) for token in copied[:1]]
    tokens = draw(st.permutations(tokens))
    language["token"] = tokens
    while naive.kraft_sum(language) > 1:
        cheapest = min(tokens, key=lambda token: naive.token_bits(token, language))
        cheapest["bits"] = naive.token_bits(cheapest, language) + 1
    return language


@st.composite
def interventions(draw: st.DrawFn, language: Language) -> list[dict[str, Any]]:
    """Up to three interventions on tokens of a language that an address can tell from the others."""
    M = language["domain"]
    texts = [naive_text(token) for token in language["token"]]
    kinds = ["feature", "lookup", "unary", "binary"]
    # Constants and numbers read alike in programs, and then neither can take another meaning.
    digits = {token["kind"] for token in language["token"]} & {"constant", "number"}
    kinds += digits if len(digits) == 1 else ()
    free = [
        token
        for token, text in zip(language["token"], texts, strict=True)
        if token["kind"] in kinds and texts.count(text) == 1
    ]
    found: list[dict[str, Any]] = []
    for name in ("goal", "b-2", "Searching")[: draw(st.integers(1, 3)) if free else 0]:
        token = draw(st.sampled_from(free))
        entry: dict[str, Any] = {"name": name, "token": naive_text(token)}
        if token["kind"] in ("feature", "lookup"):
            entry["feature"] = draw(st.sampled_from(COLUMNS))
        elif token["kind"] == "constant":
            entry["value"] = draw(st.integers(0, M - 1))
        elif draw(st.booleans()):
            entry["define"] = draw(defines(M, ("a", "b") if token["kind"] == "binary" else ("a",)))
        else:
            entries = st.lists(st.integers(0, M - 1), min_size=M, max_size=M)
            entry["table"] = draw(st.lists(entries, min_size=M, max_size=M) if token["kind"] == "binary" else entries)
        found.append(entry)
    return found


def naive_text(token: dict[str, Any]) -> str:
    """How an intervention names a token; brackets tell a lookup from a feature."""
    if token["kind"] == "lookup":
        return f"{token['feature']}[]"
    return str(token["value"]) if token["kind"] == "constant" else token.get("name", token["kind"])


def used_columns(language: Language) -> list[str]:
    """The columns that the language reads."""
    named = [token["name"] for token in language["token"] if token["kind"] == "feature"]
    looked_up = [token["feature"] for token in language["token"] if token["kind"] == "lookup"]
    instead = [entry["feature"] for entry in language.get("intervention", []) if "feature" in entry]
    return sorted({*named, *looked_up, *instead})


@st.composite
def logs(draw: st.DrawFn, language: Language, long: bool | None = None) -> list[Row]:
    """Rows in file order, splits mixed; a `long` log has so many history rows that refits thin out."""
    M, A = language["domain"], language["actions"]
    columns = used_columns(language)
    if not columns or draw(st.integers(0, 2)) == 0:
        columns.append(COLUMNS[2])
    columns = draw(st.permutations(columns))
    looked_up = {token["feature"] for token in language["token"] if token["kind"] == "lookup"}
    looked_up |= {entry["feature"] for entry in language.get("intervention", []) if entry["token"].endswith("[]")}
    largest = {column: min(M, literal_entries(A)) - 1 if column in looked_up else M - 1 for column in columns}
    if long is None:
        long = draw(st.integers(0, 6 if naive.uses_fit(language) else 30)) == 0
    situation = st.fixed_dictionaries({column: st.integers(0, largest[column]) for column in columns})
    situations = draw(st.lists(situation, min_size=1, max_size=2 if long else 4))
    action = st.integers(0, A - 1)
    optional_action = st.one_of(st.none(), action)

    def rows(splits: st.SearchStrategy[str]) -> st.SearchStrategy[Row]:
        def finish(parts: tuple[dict[str, int], str, int, int | None, int | None]) -> Row:
            features, split, acted, deployed, rival = parts
            return {
                **{column: features[column] for column in columns},
                "split": split,
                "action": deployed if split == "deploy" else acted,
                "rival": None if split == "train" else rival,
            }

        return st.tuples(st.sampled_from(situations), splits, action, optional_action, optional_action).map(finish)

    n_train = draw(st.integers(1, 3 if long else 8))
    n_later = draw(st.sampled_from((1, 2, 3, 0) if long else (0, 1, 2, 3, 4, 5, 6, 8)))
    train = draw(st.lists(rows(st.just("train")), min_size=n_train, max_size=n_train))
    split = st.sampled_from(("online", "online", "deploy"))
    later = draw(st.lists(rows(split), min_size=n_later, max_size=n_later))
    if long:
        grown = draw(st.sampled_from(("train", "later", "both")))
        # A short pattern over and over, then (drift) one action more, so that late refits change their mind.
        if grown != "later":
            train = repeated(train, draw(st.sampled_from((129, 131, 200, 257))), draw(st.integers(0, 130)), A)
        if grown != "train":
            later = [*draw(st.lists(rows(st.just("online")), min_size=1, max_size=1)), *later]
            n_long = len(later) * draw(st.sampled_from((66, 130)))
            later = repeated(later, n_long, draw(st.integers(0, 130)), A)
        step = draw(st.integers(1, 5))
        mixed = [*later[::step], *train, *(row for i, row in enumerate(later) if i % step)]
    else:
        mixed = draw(st.permutations(train + later))
    return [dict(row) for row in mixed]


def repeated(pattern: list[Row], n: int, drift: int, A: int) -> list[Row]:
    """The first n rows of the pattern over and over, every action from row `drift` on one more (mod A)."""
    rows = [dict(pattern[i % len(pattern)]) for i in range(n)]
    for row in rows[drift:]:
        if row["action"] is not None:
            row["action"] = (row["action"] + 1) % A
    return rows


def bound(language: Language, log: list[Row], *, most: int = 3000) -> int:
    """The largest max_bits with at most `most` programs, fewer where the log has many cells.

    It is at least the length of the shortest program, so that there is something to count.
    """
    n_cells = len(naive.cells(log, language)[0])
    P = language.get("params", language["domain"])
    # A fit looks at every cell known, for every theta, in every cell.
    affordable = 100_000 // (n_cells * (1 + P * n_cells) if naive.uses_fit(language) else n_cells)
    most = min(most, max(AFFORDABLE, affordable))
    per_length = naive.count(language, log, LONGEST_BOUND)
    shortest = next(bits for bits, programs in enumerate(per_length) if programs)
    fitting = [bits for bits in range(LONGEST_BOUND + 1) if sum(per_length[: bits + 1]) <= most]
    return max(shortest, *fitting)


@st.composite
def examples(
    draw: st.DrawFn,
    with_fit: bool | None = None,
    long: bool | None = None,
    most: int = 3000,
    with_interventions: bool = False,
) -> tuple[Language, list[Row], int]:
    """(language, log, max_bits) that fit together."""
    language = draw(languages(with_fit))
    if with_interventions:
        language["intervention"] = draw(interventions(language))
    log = draw(logs(language, long))
    for entry in list(language.get("intervention", [])):
        # A literal table has an entry for each value of the column that it is read at instead, and no more.
        own, other = {"feature": entry["token"].removesuffix("[]")}, {"feature": entry.get("feature")}
        is_on_lookup = entry["token"].endswith("[]")
        if is_on_lookup and naive.lookup_entries(own, log) != naive.lookup_entries(other, log):
            language["intervention"].remove(entry)
    return language, log, bound(language, log, most=most)
