"""The check of an expression: syntax in, typed tree out; every name found, every type fitting."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal

from metamodel.errors import unknown
from metamodel.expression.aggregates import AGGREGATES, aggregate
from metamodel.expression.convert import LIMIT
from metamodel.expression.durations import parse_duration
from metamodel.expression.faults import DIGITS, MIXED, UNKNOWN, UNREADABLE, Fault
from metamodel.expression.functions import FUNCTIONS
from metamodel.expression.names import Frame, Names
from metamodel.expression.operators import typed
from metamodel.expression.scope import Scope
from metamodel.expression.sharing import SHARED, shared
from metamodel.expression.syntax import FunctionCall, Literal_, Name, Operation, Syntax
from metamodel.expression.tree import Constant, Node
from metamodel.expression.types import (
    BOOLEAN,
    DATE,
    DATETIME,
    DURATION,
    MAX_DIGITS,
    MAX_SCALE,
    NULL,
    TEXT,
    TIME,
    number,
)
from metamodel.messages import message


class Checker:
    """Checks pieces of one expression; inside an aggregate another one, with one more frame, goes on."""

    def __init__(self, scope: Scope, frames: tuple[Frame, ...] | None = None) -> None:
        if frames is None:
            entity = None if scope.entity is None else scope.model.entity_by_uid[scope.entity]
            frames = (Frame(entity=entity),)
        self.scope = scope
        self.frames = frames
        self.names = Names(scope, frames)

    def inside(self, frame: Frame) -> Checker:
        """The checker of what is asked of each row of an aggregate."""
        return Checker(self.scope, (*self.frames, frame))

    def node(self, syntax: Syntax) -> Node:
        """The typed node of a piece of syntax; raises `Fault`, or `NotYet` of the scope."""
        match syntax:
            case Literal_():
                return constant(syntax)
            case Name():
                return self.names.node(syntax)
            case Operation(operator="()"):
                return self.node(syntax.operands[0])
            case Operation():
                return self._operation(syntax)
            case FunctionCall():
                return self._function(syntax)
        raise AssertionError(syntax)

    def check_name(self, name: Name) -> None:
        """Raise what is wrong with a name, if anything."""
        self.names.node(name)

    def _operation(self, syntax: Operation) -> Node:
        operands = syntax.operands
        if syntax.operator == "IN" and isinstance(operands[1], Operation) and operands[1].operator == "LIST":
            operands = (operands[0], *operands[1].operands)
        elif syntax.operator == "IN" and not (right := self.node(operands[1])).type.many:
            raise Fault(
                MIXED, right.at, message("behind IN stands a list in parentheses, or a set as my.departments")
            )
        return typed(syntax.operator, [self.node(o) for o in operands], self.scope.model, syntax.at)

    def _function(self, syntax: FunctionCall) -> Node:
        if syntax.name in AGGREGATES:
            return aggregate(self, syntax)
        if syntax.name == SHARED:
            return shared(self, syntax)
        function = FUNCTIONS.get(syntax.name)
        if function is None:
            why = unknown("there is no function “{name}”", syntax.name, [*FUNCTIONS, *AGGREGATES, SHARED])
            raise Fault(UNKNOWN, syntax.at, why)
        for clause in (syntax.by, syntax.where):
            if clause is not None:
                raise Fault(UNREADABLE, clause.at, message("BY and WHERE belong to functions over rows"))
        if not function.least <= len(syntax.arguments) <= function.most:
            why = message("it is written {usage}", usage=function.usage)
            raise Fault(MIXED, syntax.at, why)
        arguments = [self.node(a) for a in syntax.arguments]
        return function.check(syntax.name, arguments, self.scope.model, syntax.at)


def constant(literal: Literal_) -> Constant:
    """The node of a constant; raises `Fault` for one that has no value (a 31st of February, too many digits)."""
    text, at = literal.text, literal.at
    match literal.kind:
        case "text":
            if "\0" in text:
                raise Fault(UNREADABLE, at, message("a text cannot hold the character NUL"))
            return Constant(value=text, type=TEXT, at=at)
        case "boolean":
            return Constant(value=text == "true", type=BOOLEAN, at=at)
        case "null":
            return Constant(value=None, type=NULL, at=at)
        case "number":
            return _number(text, at)
        case "duration":
            duration = parse_duration(text)
            if duration is None:
                raise Fault(UNREADABLE, at, message("“{text}” is not a duration", text=text))
            return Constant(value=duration, type=DURATION, at=at)
        case "date":
            try:
                if len(text) != 10:
                    raise ValueError(text)
                return Constant(value=date.fromisoformat(text), type=DATE, at=at)
            except ValueError:
                why = message("“{text}” is not a date: it is written as 2026-11-21", text=text)
                raise Fault(UNREADABLE, at, why) from None
        case "datetime":
            return _moment(text, at)
        case "time":
            return _clock(text, at)


def _number(text: str, at: int) -> Constant:
    whole, _, fraction = text.partition(".")
    value, scale = Decimal(text), len(fraction)
    if scale > MAX_SCALE or int(whole + fraction) >= LIMIT:
        why = message(
            "a number has at most {digits} digits, {scale} of them after the point",
            digits=MAX_DIGITS,
            scale=MAX_SCALE,
        )
        raise Fault(DIGITS, at, why)
    return Constant(value=value if scale else int(text), type=number(scale), at=at)


def _clock(text: str, at: int) -> Constant:
    try:
        if len(text) not in (5, 8):
            raise ValueError(text)
        return Constant(value=time.fromisoformat(text), type=TIME, at=at)
    except ValueError:
        raise Fault(
            UNREADABLE, at, message("“{text}” is not a time: it is written as 14:30", text=text)
        ) from None


def _moment(text: str, at: int) -> Constant:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is None or "T" not in text:
            raise ValueError(text)
        return Constant(value=found.astimezone(UTC), type=DATETIME, at=at)
    except (ValueError, OverflowError):
        why = message("“{text}” is not a moment: it is written as 2026-11-21T14:30:00+03:00", text=text)
        raise Fault(UNREADABLE, at, why) from None
