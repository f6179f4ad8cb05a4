"""Mutants of a module: one small change each, made by cosmic-ray. Runs no test.

Left out are changes of annotations, which nothing evaluates, of how a data class is made and of
whether an argument is given by name (mypy finds whoever breaks those), and changes that mean what
another one means already, such as `not a < b` and `a >= b`: counted twice they would only flatter
the figure.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

try:
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator, operator_names
except ImportError as error:
    raise SystemExit("mutants are made by cosmic-ray: make mutation installs it") from error

SAME_KIND = ("ReplaceBinaryOperator", "ReplaceComparisonOperator", "ReplaceUnaryOperator")
"""Kinds with an operator for each pair; of these, only the pairs below are made."""
PAIRS = (
    *("Add_Sub", "Sub_Add", "Mul_Div", "Div_Mul", "FloorDiv_Mul", "Mod_FloorDiv", "BitOr_BitAnd"),
    *("BitAnd_BitOr", "BitXor_BitAnd", "RShift_LShift", "LShift_RShift", "Pow_Mul"),
    *("Eq_NotEq", "NotEq_Eq", "Is_IsNot", "IsNot_Is"),
    *("Lt_LtE", "Lt_GtE", "LtE_Lt", "LtE_Gt", "Gt_GtE", "Gt_LtE", "GtE_Gt", "GtE_Lt"),
    *("USub_UAdd", "Delete_USub", "Delete_Not"),
)
"""Each comparison negated and moved by one, each other operator replaced by its opposite."""
ALONE = frozenset({"VariableInserter", "VariableReplacer"})
"""Operators that need arguments."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change."""

    operator: str
    line: int
    """In the original, from 1."""
    place: str
    """The class and function that holds the line; empty at the top of the module."""
    before: str
    after: str
    """The first line that differs, as it was and as it is."""
    code: str


def mutants(code: str) -> Iterator[Mutant]:
    """Yield all mutants of a module, in the order of operators and places."""
    seen = {_meaning(code)}
    for name in sorted(operator_names()):
        if not _chosen(name.partition("/")[2]):
            continue
        occurrence = 0
        while (changed := mutate_code(code, get_operator(name)(), occurrence)) is not None:
            occurrence += 1
            try:
                meaning = _meaning(changed)
            except SyntaxError:
                continue
            if meaning not in seen:
                seen.add(meaning)
                yield _mutant(name.partition("/")[2], code, changed)


def _chosen(name: str) -> bool:
    kind, _, pair = name.partition("_")
    return pair in PAIRS if kind in SAME_KIND else name not in ALONE


def _meaning(code: str) -> str:
    """Return what a module does: its tree without what is left out."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign | ast.arg):
            node.annotation = ast.Constant(None) if isinstance(node, ast.AnnAssign) else None
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        elif isinstance(node, ast.arguments):
            node.args = [*node.posonlyargs, *node.args, *node.kwonlyargs]
            node.defaults += [one for one in node.kw_defaults if one is not None]
            node.posonlyargs, node.kwonlyargs, node.kw_defaults = [], [], []
        elif isinstance(node, ast.ClassDef):
            node.decorator_list = [ast.Constant(None) for _ in node.decorator_list]
    return ast.dump(_Plain().visit(tree))


OPPOSITE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.GtE,
    ast.GtE: ast.Lt,
    ast.Gt: ast.LtE,
    ast.LtE: ast.Gt,
}


class _Plain(ast.NodeTransformer):
    """Says a negation in the simplest way."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        self.generic_visit(node)
        inner = node.operand
        if not isinstance(node.op, ast.Not):
            return node
        if isinstance(inner, ast.UnaryOp) and isinstance(inner.op, ast.Not):
            return inner.operand
        if isinstance(inner, ast.Compare) and len(inner.ops) == 1:
            return ast.Compare(inner.left, [OPPOSITE[type(inner.ops[0])]()], inner.comparators)
        return node


def _mutant(operator: str, code: str, changed: str) -> Mutant:
    old, new = code.splitlines(), changed.splitlines()
    at = next(at for at, line in enumerate(old) if new[at : at + 1] != [line])
    # A line taken out shows where the next one stands in its place.
    gone = len(new) < len(old)
    while gone and not old[at].strip():
        at += 1
    after = "" if gone else new[at].strip()
    return Mutant(
        operator, at + 1, _place(ast.parse(code), at + 1), old[at].strip(), after, changed
    )


def _place(tree: ast.AST, line: int) -> str:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            if first <= line <= (node.end_lineno or first):
                inner = _place(node, line)
                return f"{node.name}.{inner}" if inner else node.name
    return ""
