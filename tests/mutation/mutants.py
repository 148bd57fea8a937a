"""Mutants: the code of a module with one small mistake in the body of one function.

Messages, annotations, and what stands outside functions stay as they are.
"""

import ast
import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from types import CodeType

SWAPS = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.LShift: ast.RShift,
    ast.RShift: ast.LShift,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
    ast.Break: ast.Continue,
    ast.Continue: ast.Break,
}
"""What an operator or a jump is mistaken for."""

Spot = tuple[ast.AST, str, int | None]
"""Where a node stands: the node above, its field, and the place in that where it holds several."""

Change = Callable[[ast.AST], ast.AST]
"""Makes the mistake in a copy of a node."""


@dataclass(frozen=True)
class Mutant:
    """One mistake.

    Attributes
    ----------
    line : int
        Where the statement or the expression begins.
    function : str
        The qualified name of the outermost function around it.
    change : str
        The code before and after.
    code : code
        Of that function.
    """

    line: int
    function: str
    change: str
    code: CodeType


def n_mutants(source: str) -> int:
    """Return how many mutants a module has."""
    return sum(1 for _ in _mistakes(ast.parse(source)))


def mutant(source: str, path: str, number: int) -> Mutant:
    """Return one of the mutants of a module, numbered from 0 in the order of its text."""
    tree = ast.parse(source)
    function, (holder, field, place), change = next(islice(_mistakes(tree), number, None))
    node = _at(holder, field, place)
    mistaken = change(copy.deepcopy(node))
    before, after = (" ".join(ast.unparse(part).split()) for part in (node, mistaken))
    _put(holder, field, place, ast.copy_location(mistaken, node))
    code = compile(ast.fix_missing_locations(tree), path, "exec")
    return Mutant(node.lineno, function, f"{before} -> {after}", _code_named(code, function))


def _mistakes(tree: ast.Module) -> Iterator[tuple[str, Spot, Change]]:
    """Yield the function, the place and the change of each mutant."""
    for function, qualified in _functions(tree, ""):
        for spot in _spots(function):
            for change in _changes(_at(*spot)):
                yield qualified, spot, change


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[ast.FunctionDef, str]]:
    """Yield the outermost functions and the methods of classes, with their qualified names."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef):
            yield child, prefix + child.name
        elif isinstance(child, ast.ClassDef):
            yield from _functions(child, f"{prefix}{child.name}.")


def _spots(node: ast.AST) -> Iterator[Spot]:
    """Yield where the statements and the expressions in a node stand."""
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "args") and not isinstance(node, ast.Call):
            continue
        for place, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(child, ast.stmt | ast.expr) and not isinstance(child, ast.JoinedStr):
                yield node, field, place
                yield from _spots(child)
            elif isinstance(child, ast.AST) and not isinstance(child, ast.JoinedStr):
                yield from _spots(child)


def _at(holder: ast.AST, field: str, place: int | None) -> ast.AST:
    value = getattr(holder, field)
    return value if place is None else value[place]


def _put(holder: ast.AST, field: str, place: int | None, node: ast.AST) -> None:
    if place is None:
        setattr(holder, field, node)
    else:
        getattr(holder, field)[place] = node


def _changes(node: ast.AST) -> Iterator[Change]:
    """Yield the mistakes that can be made at a node."""
    match node:
        case ast.Compare(ops=[operator]) if type(operator) in SWAPS:
            yield lambda node: _with(node, ops=[SWAPS[type(operator)]()])
        case ast.BoolOp(op=operator) | ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in SWAPS:
            yield lambda node: _with(node, op=SWAPS[type(operator)]())
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield lambda node: node.operand
        case ast.Constant(value=bool(value)):
            yield lambda node: ast.Constant(not value)
        case ast.Constant(value=int(value) | float(value)):
            yield lambda node: ast.Constant(value + 1)
        case ast.If() | ast.While() | ast.IfExp():
            yield lambda node: _with(node, test=ast.UnaryOp(ast.Not(), node.test))
        case ast.Return(value=ast.expr()) if not _is_none(node.value):
            yield lambda node: ast.Return(ast.Constant(None))
        case ast.Break() | ast.Continue():
            yield lambda node: SWAPS[type(node)]()
    if isinstance(node, ast.AugAssign | ast.Raise) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)):
        yield lambda node: ast.Pass()


def _with(node: ast.AST, **fields: object) -> ast.AST:
    for name, value in fields.items():
        setattr(node, name, value)
    return node


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _code_named(code: CodeType, qualified: str) -> CodeType:
    """Return the code of the last function of this qualified name: of several, as of overloads, that one counts."""
    found = [part for part in _all_codes(code) if part.co_qualname == qualified]
    return found[-1]


def _all_codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for part in code.co_consts:
        if isinstance(part, CodeType):
            yield from _all_codes(part)
