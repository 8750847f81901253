"""An expression's text turned into its checked, typed tree."""

from __future__ import annotations

from metamodel.expression.check import Checker
from metamodel.expression.convert import as_length, convert
from metamodel.expression.faults import MIXED, Fault
from metamodel.expression.nesting import check_nesting
from metamodel.expression.scope import Scope
from metamodel.expression.secrecy import check_secrets
from metamodel.expression.syntax import read_syntax
from metamodel.expression.tree import Expression, Node
from metamodel.messages import message


def parse_expression(text: str, scope: Scope) -> Expression:
    """The checked expression; raises `ProblemsFound` with KBK1010 (cannot be read), 1011 (no such name), 1012 (types)
    or 1013 (digits), its words naming the character, and `scope.NotYet` for a computed field not yet resolved.
    """
    try:
        root = Checker(scope).node(read_syntax(text))
        check_secrets(root)
        root = _expected(root, scope)
        check_nesting(root, scope.model)
        return Expression(text=text, root=root, entity=scope.entity)
    except Fault as fault:
        raise fault.problems() from None


def _expected(root: Node, scope: Scope) -> Node:
    if scope.expect is not None:
        return as_length(convert(root, scope.expect, scope.model))
    if root.type.kind == "duration":
        return as_length(root)
    if root.type.kind == "rows" or root.type.many:
        raise Fault(MIXED, root.at, message("the expression gives no single value"))
    return root
