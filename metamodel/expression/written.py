"""A piece of syntax as text again: what was written, its names as they stand, nothing found or checked."""

from __future__ import annotations

from metamodel.expression.syntax import AS, FunctionCall, Literal_, Name, Operation, Syntax

_CHAINS = ("AND", "OR", "||")
_QUOTED = ("date", "datetime", "time")
_NEGATED = ("IN", "BETWEEN", "LIKE", "CONTAINS", "IS_NULL", "IS_DISTINCT")
_SMALL = ("TODAY", "NOW")


def syntax_text(syntax: Syntax) -> str:
    """The text of a piece; read again it is the same piece."""
    match syntax:
        case Literal_(kind="text"):
            return _quoted(syntax.text)
        case Literal_() if syntax.kind in _QUOTED:
            return f"{syntax.kind} {_quoted(syntax.text)}"
        case Literal_():
            return syntax.text
        case Name():
            return _name(syntax)
        case Operation(operator="()"):
            return f"({syntax_text(syntax.operands[0])})"
        case Operation():
            return _operation(syntax)
        case FunctionCall():
            return _function(syntax)
    raise AssertionError(syntax)


def bare(syntax: Syntax) -> Syntax:
    """A piece without the parentheses around it."""
    while isinstance(syntax, Operation) and syntax.operator == "()":
        syntax = syntax.operands[0]
    return syntax


def _operation(made: Operation) -> str:
    operator, operands = made.operator, [syntax_text(each) for each in made.operands]
    if operator in _CHAINS:
        return f" {operator} ".join(operands)
    match operator:
        case "NOT":
            return _negated(made.operands[0])
        case "NEGATE":
            return f"-{operands[0]}"
        case "LIST":
            return f"({', '.join(operands)})"
    return _compared(made, negated=False)


def _negated(inner: Syntax) -> str:
    if isinstance(inner, Operation) and inner.operator in _NEGATED:
        return _compared(inner, negated=True)
    return f"NOT {syntax_text(inner)}"


def _compared(made: Operation, *, negated: bool) -> str:
    value, *rest = [syntax_text(each) for each in made.operands]
    no = "NOT " if negated else ""
    match made.operator:
        case "IS_NULL":
            return f"{value} IS {no}NULL"
        case "IS_DISTINCT":
            return f"{value} IS {no}DISTINCT FROM {rest[0]}"
        case "BETWEEN":
            return f"{value} {no}BETWEEN {rest[0]} AND {rest[1]}"
    return f"{value} {no}{made.operator} {rest[0]}"


def _name(name: Name) -> str:
    text = ""
    for part in name.parts:
        text += f" {part}" if part.startswith(AS) else f".{part}" if text else part
    return text


def _function(call: FunctionCall) -> str:
    inner = ", ".join(syntax_text(each) for each in call.arguments)
    if call.by is not None:
        inner += f" BY {syntax_text(call.by)}"
    if call.where is not None:
        inner += f" WHERE {syntax_text(call.where)}"
    return f"{call.name.lower() if call.name in _SMALL else call.name}({inner})"


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
