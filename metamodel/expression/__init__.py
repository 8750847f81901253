"""The expression language: parse an expression, print it again, see what it uses."""

from metamodel.expression.parse import parse_expression
from metamodel.expression.print import print_expression
from metamodel.expression.scope import NotYet, Scope
from metamodel.expression.tree import Expression, walk
from metamodel.expression.uses import uses

__all__ = ["Expression", "NotYet", "Scope", "parse_expression", "print_expression", "uses", "walk"]
