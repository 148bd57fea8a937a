"""Languages as bare symbols: the corridors, written out, and random small ones."""

from fractions import Fraction

from hypothesis import strategies as st

from mesaprior.priors.codes import Symbol

# The corridor's tokens, 4 bits each: two features, three constants, five binary ones, `if`, y, and binders.
LEAVES_AND_OPERATORS = [Symbol(4, 0)] * 5 + [Symbol(4, 2)] * 5 + [Symbol(4, 3), Symbol(4, 0, "y")]
CORRIDOR = LEAVES_AND_OPERATORS + [Symbol(4, 1, "binds_y")] * 3
CORRIDOR_LEARNING = [*CORRIDOR[:-1], Symbol(4, 0, "theta"), Symbol(4, 1, "binds_theta")]

NAMES = ("any", "y", "theta", "binds_y", "binds_theta")
SCOPES = (frozenset[str](), frozenset({"y"}), frozenset({"theta"}), frozenset({"y", "theta"}))


def allowed(symbols, bound):
    """Yield (symbol's place, symbol, variables bound in its children) for the symbols that may stand here."""
    for place, symbol in enumerate(symbols):
        if symbol.scope.startswith("binds_"):
            yield place, symbol, bound | {symbol.scope.removeprefix("binds_")}
        elif symbol.scope == "any" or symbol.scope in bound:
            yield place, symbol, bound


@st.composite
def symbols_of(draw, *, least_bits, most_bits, most):
    scopes = st.sampled_from(NAMES)
    symbols = []
    for _ in range(draw(st.integers(0, most))):
        scope = draw(scopes)
        arity = 0 if scope in ("y", "theta") else draw(st.integers(int(scope != "any"), 3))
        bits = draw(st.integers(least_bits, most_bits))
        symbols.append(Symbol(bits, arity, scope, draw(st.sampled_from([1, 1, 1, 2, 3]))))
    return symbols


@st.composite
def languages(draw):
    """Symbols that keep Kraft's inequality, often with equality."""
    kept, total = [], Fraction(0)
    for symbol in draw(symbols_of(least_bits=1, most_bits=5, most=9)):
        weight = Fraction(symbol.multiplicity, 2**symbol.bits)
        if total + weight <= 1:
            kept.append(symbol)
            total += weight
    if draw(st.booleans()) and total < 1:
        kept.append(Symbol(5, draw(st.sampled_from([0, 0, 1, 2, 3])), "any", int((1 - total) * 32)))
    return kept
