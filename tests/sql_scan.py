"""Find SQL that is put together from anything but constants, names of contracts and what a quoting helper returned.

Belongs here: reading the source. Does not belong here: what is let pass after all (the test says so, and why). A part
of a statement is followed through the assignments, loops and comprehensions of its function, into what a function of
the same module returns, and from a parameter to the calls of its function there.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

SINKS = {"execute", "executemany", "sql", "query", "from_query", "table", "view"}
"""Methods whose first argument is SQL, or the name of a table as SQL."""
NOT_DUCKDB = {"pa"}
"""`pa.table` makes a table of Arrow."""
HELPERS = {"quoted", "literal", "literal_struct", "bind", "rows_of"}
"""They return SQL that is safe for whatever they are given."""
OF_CONTRACTS = {"contract", "column", "columns", "registry", "FEEDS", "LANDING"}
"""What a contract says is part of the code."""
HARMLESS_CALLS = {
    "enumerate",
    "sorted",
    "zip",
    "len",
    "int",
    "range",
    "list",
    "tuple",
    "dict",
    "reversed",
    "map",
    "set",
}
STATEMENT = re.compile(
    r"^\s*(select\s.*\sfrom|insert\s+into|update\s+\S+\s+set|delete\s+from|create\s+(or\s+replace\s+)?(temp\s+)?"
    r"(table|view|schema|macro)|drop\s+(table|view|schema)|attach\s|copy\s.*\sto\s|with\s+\w+\s+as\s|from\s+[\w{\"]+|"
    r"alter\s+table|set\s+\w+\s*=|comment\s+on|load\s|install\s|call\s)",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Finding:
    """A part of a statement of which nothing says that it is safe."""

    function: str
    part: str
    line: int


@dataclass
class _Scope:
    """One function, or the module."""

    name: str
    node: ast.AST
    module: _Module
    bound: dict[str, list[ast.expr]] = field(default_factory=dict)
    parameters: list[str] = field(default_factory=list)


class _Module:
    def __init__(self, source: str):
        self.tree = ast.parse(source)
        self.scopes = [_Scope("<module>", self.tree, self)]
        self.functions: dict[str, _Scope] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                scope = _Scope(node.name, node, self, parameters=[argument.arg for argument in arguments])
                self.scopes.append(scope)
                self.functions[node.name] = scope
        for scope in self.scopes:
            for node in _own(scope.node):
                for target, value in _bindings(node):
                    for name in ast.walk(target):
                        if isinstance(name, ast.Name):
                            scope.bound.setdefault(name.id, []).append(value)

    def calls_of(self, name: str) -> Iterator[tuple[_Scope, ast.Call]]:
        for scope in self.scopes:
            for node in _own(scope.node):
                if isinstance(node, ast.Call) and _name_of(node.func) == name:
                    yield scope, node


def findings(source: str) -> list[Finding]:
    """Return what is spliced into the statements of a module without anything that makes it safe."""
    module = _Module(source)
    found = []
    for scope in module.scopes:
        for node in _own(scope.node):
            if not isinstance(node, ast.expr) or not _is_statement(node):
                continue
            parts = _argument(node) if isinstance(node, ast.Call) else node
            found += [
                Finding(scope.name, ast.unparse(part), part.lineno) for part in _unsafe(parts, scope, frozenset())
            ]
    return list(dict.fromkeys(found))


def _is_statement(node: ast.expr) -> bool:
    if isinstance(node, ast.Call):
        return (
            isinstance(node.func, ast.Attribute)
            and node.func.attr in SINKS
            and _name_of(node.func.value) not in NOT_DUCKDB
            and bool(node.args)
        )
    if isinstance(node, ast.JoinedStr):
        text = "".join(str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values)
        return STATEMENT.match(text) is not None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod | ast.Add):
        left = node.left
        return isinstance(left, ast.Constant) and isinstance(left.value, str) and bool(STATEMENT.match(left.value))
    return False


def _argument(call: ast.Call) -> ast.expr:
    first = call.args[0]
    return first.value if isinstance(first, ast.Starred) else first


def _unsafe(node: ast.expr, scope: _Scope, seen: frozenset[tuple[int, str]]) -> list[ast.expr]:
    """Return the smallest parts of an expression that are not known to be safe."""

    def all_of(parts: list[ast.expr]) -> list[ast.expr]:
        return [bad for part in parts for bad in _unsafe(part, scope, seen)]

    match node:
        case ast.Constant():
            return []
        case ast.JoinedStr(values=values):
            return all_of(values)
        case ast.FormattedValue(value=value):
            return _unsafe(value, scope, seen)
        case ast.BinOp(left=left, right=right):
            return all_of([left, right])
        case ast.IfExp(body=body, orelse=orelse):
            return all_of([body, orelse])
        case ast.BoolOp(values=values) | ast.Tuple(elts=values) | ast.List(elts=values) | ast.Set(elts=values):
            return all_of(values)
        case ast.Dict(keys=keys, values=values):
            return all_of([part for part in [*keys, *values] if part is not None])
        case ast.Starred(value=value) | ast.Subscript(value=value):
            return _unsafe(value, scope, seen)
        case ast.ListComp(elt=elt) | ast.GeneratorExp(elt=elt) | ast.SetComp(elt=elt):
            return _unsafe(elt, scope, seen)
        case ast.DictComp(key=key, value=value):
            return all_of([key, value])
        case ast.Attribute():
            return [] if _root_of(node) in OF_CONTRACTS else [node]
        case ast.Call():
            return _unsafe_call(node, scope, seen)
        case ast.Name(id=name):
            return _unsafe_name(node, name, scope, seen)
    return [node]


def _unsafe_call(node: ast.Call, scope: _Scope, seen: frozenset[tuple[int, str]]) -> list[ast.expr]:
    name = _name_of(node.func)
    arguments = [*node.args, *(keyword.value for keyword in node.keywords)]
    if name in HELPERS or _root_of(node.func) in OF_CONTRACTS:
        return []
    function = scope.module.functions.get(name)
    if function is not None and (isinstance(node.func, ast.Name) or _name_of(node.func.value) == "self"):
        mark = (id(function), "<returns>")
        if mark in seen:
            return []
        returned = [
            part.value
            for part in _own(function.node)
            if isinstance(part, ast.Return | ast.Yield) and part.value is not None
        ]
        return [bad for part in returned for bad in _unsafe(part, function, seen | {mark})]
    if isinstance(node.func, ast.Attribute) and name in {"join", "format", "strip", "items", "keys", "values", "get"}:
        return [bad for part in [node.func.value, *arguments] for bad in _unsafe(part, scope, seen)]
    if name == "map" and arguments and _name_of(arguments[0]) in HELPERS:
        return []
    if isinstance(node.func, ast.Name) and name in HARMLESS_CALLS:
        return [bad for part in arguments for bad in _unsafe(part, scope, seen)]
    return [node]


def _unsafe_name(node: ast.expr, name: str, scope: _Scope, seen: frozenset[tuple[int, str]]) -> list[ast.expr]:
    if name in OF_CONTRACTS:
        return []
    mark = (id(scope), name)
    if mark in seen:
        return []
    if name in scope.bound:
        return [node for value in scope.bound[name] if _unsafe(value, scope, seen | {mark})][:1]
    if name in scope.parameters:
        calls = list(scope.module.calls_of(scope.name)) if scope.name.startswith("_") else []
        if not calls:
            return [node]
        given = [(caller, _given(call, scope, name)) for caller, call in calls]
        return [node for caller, value in given if value is not None and _unsafe(value, caller, seen | {mark})][:1]
    outer = scope.module.scopes[0]
    if scope is not outer and name in outer.bound:
        return _unsafe_name(node, name, outer, seen)
    return [] if name.lstrip("_").isupper() else [node]


def _given(call: ast.Call, function: _Scope, parameter: str) -> ast.expr | None:
    """Return what a call gives for a parameter; None where it leaves the default."""
    for keyword in call.keywords:
        if keyword.arg == parameter:
            return keyword.value
    names = [name for name in function.parameters if name not in ("self", "cls")]
    place = names.index(parameter)
    return call.args[place] if place < len(call.args) else None


def _bindings(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    match node:
        case ast.Assign(targets=targets, value=value):
            yield from ((target, value) for target in targets)
        case ast.AnnAssign(target=target, value=value) if value is not None:
            yield target, value
        case ast.AugAssign(target=target, value=value) | ast.NamedExpr(target=target, value=value):
            yield target, value
        case ast.For(target=target, iter=iterated) | ast.comprehension(target=target, iter=iterated):
            yield target, iterated
        case ast.withitem(context_expr=value, optional_vars=target) if target is not None:
            yield target, value
        case ast.Call(func=ast.Attribute(value=ast.Name() as target, attr="append" | "extend" | "insert"), args=args):
            yield from ((target, value) for value in args)


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """Walk through a function without those within it."""
    todo = list(ast.iter_child_nodes(node))
    while todo:
        child = todo.pop()
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            todo += ast.iter_child_nodes(child)


def _name_of(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _root_of(node: ast.expr) -> str:
    """Return the name that an attribute hangs on: `contract` of `self.contract.table`."""
    while True:
        if isinstance(node, ast.Attribute):
            if node.attr in OF_CONTRACTS:
                return node.attr
            node = node.value
        elif isinstance(node, ast.Call):
            node = node.func
        elif isinstance(node, ast.Subscript):
            node = node.value
        else:
            return _name_of(node)
