"""The syntax of an expression: its text as a tree of names, constants and operations that mean nothing yet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any, Literal

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from metamodel.expression.faults import UNREADABLE, Fault
from metamodel.messages import Message, message

MAX_LENGTH = 10_000
"""Characters of an expression's text."""

MAX_DEPTH = 50
"""How deep an expression may be nested, parentheses included."""

KEPT_LENGTH = 200
"""Characters of a text whose syntax is kept."""

MAX_NODES = 1000
"""Names, constants and operations of one expression."""


AS = "AS "
"""What stands before a part of a name that is an entity: ``about AS deal.stage`` is `about`, `AS deal`, `stage`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Syntax:
    """Any piece: the character it begins at, how deep and how large it is."""

    at: int
    depth: int = 1
    size: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal_(Syntax):
    """A constant as it was written, without its quotes; ``kind`` ``date``, ``datetime`` and ``time`` are quoted too."""

    kind: Literal["text", "number", "duration", "boolean", "null", "date", "datetime", "time"]
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Name(Syntax):
    """A name, or names with points between."""

    parts: tuple[str, ...]
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Syntax):
    """An operator, by the name it has in the typed tree, on its operands."""

    operator: str
    operands: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionCall(Syntax):
    """A function or aggregate with what stands in its parentheses; ``name`` is in capitals."""

    name: str
    arguments: tuple[Syntax, ...]
    by: Syntax | None = None
    where: Syntax | None = None


def read_syntax(text: str) -> Syntax:
    """The syntax of ``text``; raises `Fault` (KBK1010) at the character that cannot stand there.

    That of a short text is kept: a model is resolved again after every change with nearly the same texts.
    """
    return _kept_syntax(text) if len(text) <= KEPT_LENGTH else _read_syntax(text)


@lru_cache(maxsize=4096)
def _kept_syntax(text: str) -> Syntax:
    return _read_syntax(text)


def _read_syntax(text: str) -> Syntax:
    if len(text) > MAX_LENGTH:
        raise Fault(
            UNREADABLE,
            MAX_LENGTH,
            message("the expression is longer than {limit} characters", limit=MAX_LENGTH),
        )
    try:
        found = _parser().parse(text)
    except UnexpectedInput as error:
        raise _unexpected(error, text) from None
    assert isinstance(found, Syntax)
    return found


def names_in(syntax: Syntax) -> Iterator[Name]:
    """Every name under a piece of syntax, in the order they are written."""
    match syntax:
        case Name():
            yield syntax
        case Operation(operands=inner):
            for one in inner:
                yield from names_in(one)
        case FunctionCall():
            for part in (*syntax.arguments, syntax.by, syntax.where):
                if part is not None:
                    yield from names_in(part)


@cache
def _parser() -> Lark:
    grammar = resources.files(__package__).joinpath("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", transformer=_Reader(), maybe_placeholders=True)


def _unexpected(error: UnexpectedInput, text: str) -> Fault:
    if isinstance(error, UnexpectedEOF) or (
        isinstance(error, UnexpectedToken) and error.token.type == "$END"
    ):
        if not text.strip():
            return Fault(UNREADABLE, 0, message("the expression is empty"))
        return Fault(UNREADABLE, len(text), message("the expression ends too early"))
    at: int = getattr(error, "pos_in_stream", None) or 0
    if isinstance(error, UnexpectedCharacters) and text[at] == "'":
        return Fault(UNREADABLE, at, message("this text is not closed by a quote"))
    found = str(error.token) if isinstance(error, UnexpectedToken) else text[at]
    return Fault(UNREADABLE, at, _hint(text, at) or message("“{found}” cannot stand here", found=found[:40]))


_OTHER_WORDS = {"==": "=", "!=": "<>", "&&": "AND"}


def _hint(text: str, at: int) -> Message | None:
    """What to write instead, where what stands there is known from other languages."""
    for pair in (text[at : at + 2], text[max(at - 1, 0) : at + 1]):
        if pair in _OTHER_WORDS:
            return message("“{found}” is written “{right}” here", found=pair, right=_OTHER_WORDS[pair])
    if text[at] in '"“”«»':
        return message("a text stands in single quotes: 'text'")
    if text[at].isalpha() and not text[at].isascii():
        return message(
            "“{found}”: names of fields and functions are Latin; a text stands in quotes: 'text'",
            found=text[at],
        )
    return None


def _measured(parts: Sequence[Syntax | None], at: int) -> dict[str, int]:
    there = [part for part in parts if part is not None]
    depth = 1 + max((part.depth for part in there), default=0)
    size = 1 + sum(part.size for part in there)
    if depth > MAX_DEPTH:
        raise Fault(
            UNREADABLE, at, message("the expression is nested deeper than {limit} levels", limit=MAX_DEPTH)
        )
    if size > MAX_NODES:
        raise Fault(UNREADABLE, at, message("the expression has more than {limit} parts", limit=MAX_NODES))
    return {"depth": depth, "size": size, "at": at}


def _operation(operator: str, *operands: Syntax) -> Operation:
    return Operation(operator=operator, operands=operands, **_measured(operands, operands[0].at))


def _not(operation: Syntax) -> Operation:
    return _operation("NOT", operation)


def _place(token: Token) -> int:
    return token.start_pos or 0


@v_args(inline=True)
class _Reader(Transformer[Any, Syntax]):
    """Builds syntax while the parser reduces, so that no depth of a text is a depth of calls."""

    def start(self, found: Syntax) -> Syntax:
        return found

    def any_of(self, *operands: Syntax) -> Syntax:
        return _operation("OR", *operands)

    def all_of(self, *operands: Syntax) -> Syntax:
        return _operation("AND", *operands)

    def negated(self, word: Token, operand: Syntax) -> Syntax:
        return Operation(operator="NOT", operands=(operand,), **_measured((operand,), _place(word)))

    def compared(self, left: Syntax, operator: Token, right: Syntax) -> Syntax:
        return _operation("<>" if operator == "!=" else str(operator), left, right)

    def among(self, left: Syntax, _in: Token, right: Syntax) -> Syntax:
        return _operation("IN", left, right)

    def not_among(self, left: Syntax, _not_: Token, _in: Token, right: Syntax) -> Syntax:
        return _not(_operation("IN", left, right))

    def list_of(self, *items: Syntax) -> Syntax:
        return _operation("LIST", *items)

    def between(self, value: Syntax, _between: Token, low: Syntax, high: Syntax) -> Syntax:
        return _operation("BETWEEN", value, low, high)

    def not_between(self, value: Syntax, _not_: Token, _between: Token, low: Syntax, high: Syntax) -> Syntax:
        return _not(_operation("BETWEEN", value, low, high))

    def infix(self, left: Syntax, operator: Token, right: Syntax) -> Syntax:
        return _operation(operator.upper(), left, right)

    def not_infix(self, left: Syntax, _not_: Token, operator: Token, right: Syntax) -> Syntax:
        return _not(_operation(operator.upper(), left, right))

    def empty(self, value: Syntax, _is: Token, _null: Token) -> Syntax:
        return _operation("IS_NULL", value)

    def not_empty(self, value: Syntax, _is: Token, _not_: Token, _null: Token) -> Syntax:
        return _not(_operation("IS_NULL", value))

    def distinct(self, left: Syntax, _is: Token, right: Syntax) -> Syntax:
        return _operation("IS_DISTINCT", left, right)

    def not_distinct(self, left: Syntax, _is: Token, _not_: Token, right: Syntax) -> Syntax:
        return _not(_operation("IS_DISTINCT", left, right))

    def joined(self, *operands: Syntax) -> Syntax:
        return _operation("||", *operands)

    def arithmetic(self, left: Syntax, operator: Token, right: Syntax) -> Syntax:
        return Operation(
            operator=str(operator), operands=(left, right), **_measured((left, right), _place(operator))
        )

    def minus(self, word: Token, operand: Syntax) -> Syntax:
        return Operation(operator="NEGATE", operands=(operand,), **_measured((operand,), _place(word)))

    def plus(self, _word: Token, operand: Syntax) -> Syntax:
        return operand

    def text(self, token: Token) -> Syntax:
        return Literal_(kind="text", text=token[1:-1].replace("''", "'"), at=_place(token))

    def number(self, token: Token) -> Syntax:
        return Literal_(kind="number", text=str(token), at=_place(token))

    def duration(self, token: Token) -> Syntax:
        return Literal_(kind="duration", text=str(token), at=_place(token))

    def true(self, token: Token) -> Syntax:
        return Literal_(kind="boolean", text="true", at=_place(token))

    def false(self, token: Token) -> Syntax:
        return Literal_(kind="boolean", text="false", at=_place(token))

    def null(self, token: Token) -> Syntax:
        return Literal_(kind="null", text="null", at=_place(token))

    def dated(self, word: Token, token: Token) -> Syntax:
        kind = word.lower()
        if kind not in ("date", "datetime", "time"):
            raise Fault(
                UNREADABLE, _place(token), message("“{found}” cannot stand here", found=str(token)[:40])
            )
        return Literal_(kind=kind, text=token[1:-1].replace("''", "'"), at=_place(word))  # type: ignore[arg-type]

    def nested(self, inner: Syntax) -> Syntax:
        return _operation("()", inner)

    def cast(self, path: Name, rest: Name) -> Syntax:
        entity, *more = rest.parts
        return replace(
            path, parts=(*path.parts, AS + entity, *more), places=(*path.places, *rest.places), size=2
        )

    def path(self, *parts: Token) -> Syntax:
        places = tuple(_place(part) for part in parts)
        return Name(parts=tuple(str(part) for part in parts), places=places, at=places[0], depth=1, size=1)

    def arguments(self, *arguments: Syntax) -> tuple[Syntax, ...]:
        return arguments

    def by(self, expression: Syntax) -> Syntax:
        return expression

    def where(self, expression: Syntax) -> Syntax:
        return expression

    def function(
        self, name: Token, arguments: tuple[Syntax, ...] | None, by: Syntax | None, where: Syntax | None
    ) -> Syntax:
        given = arguments or ()
        return FunctionCall(
            name=name.upper(),
            arguments=given,
            by=by,
            where=where,
            **_measured((*given, by, where), _place(name)),
        )
