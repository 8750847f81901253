"""JSON values of fields: read exactly (no float inside, no key twice), written as one canonical text."""

from __future__ import annotations

import json
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal
from typing import Any

MOST_DEPTH = 60
"""Lists and objects inside one another; readers of other systems stop not far behind it."""


_EXACT = Context(prec=10_000, Emin=MIN_EMIN, Emax=MAX_EMAX)


class JsonFault(ValueError):
    """A text that is no JSON, or a value that is not kept: why, and the line and column where it is known."""

    def __init__(self, why: str, line: int | None = None, column: int | None = None) -> None:
        self.why, self.line, self.column = why, line, column
        super().__init__(why)


class JsonValue:
    """A JSON value as the engine holds it: its canonical text, by which it is equal to others, hashed, kept and sent."""

    __slots__ = ("text",)

    def __init__(self, value: Any) -> None:
        self.text = canonical(value)

    @classmethod
    def of_text(cls, text: str) -> JsonValue:
        """That of a text which is canonical already."""
        made = cls.__new__(cls)
        made.text = text
        return made

    @property
    def value(self) -> Any:
        """The value itself, made anew."""
        return read_json(self.text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JsonValue) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __str__(self) -> str:
        return self.text

    def __repr__(self) -> str:
        return f"JsonValue({self.text})"


def read_json(text: str) -> Any:
    """The value of a JSON text (RFC 8259), numbers with a point exact; raises `JsonFault`.

    NaN and infinities, a key that stands twice in one object and values deeper than `MOST_DEPTH` are refused.
    """
    try:
        value = json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_object)
    except json.JSONDecodeError as error:
        raise JsonFault(error.msg, error.lineno, error.colno) from error
    except RecursionError as error:
        raise JsonFault("nested too deeply") from error
    except ValueError as error:
        if isinstance(error, JsonFault):
            raise
        raise JsonFault("a number has too many digits") from error
    if text.count("[") + text.count("{") > MOST_DEPTH:
        canonical(value)
    return value


def canonical(value: Any, *, indent: int | None = None) -> str:
    """The text of a value: keys in the order of code points, no blanks (unless indented), numbers as shortest.

    Two values that are equal as JSON have the same text: 1.0, 1.00 and 1e0 are 1.
    """
    return "".join(_pieces(value, indent, 0))


def _pieces(value: Any, indent: int | None, depth: int) -> list[str]:
    if depth > MOST_DEPTH:
        raise JsonFault("nested too deeply")
    if isinstance(value, dict):
        items = [
            [
                _quoted(key),
                ":" if indent is None else ": ",
                *_pieces(value[key], indent, depth + 1),
            ]
            for key in sorted(value, key=str)
        ]
        return _bracketed("{", items, "}", indent, depth)
    if isinstance(value, (list, tuple)):
        return _bracketed("[", [_pieces(item, indent, depth + 1) for item in value], "]", indent, depth)
    if isinstance(value, bool) or value is None:
        return [{True: "true", False: "false", None: "null"}[value]]
    if isinstance(value, (int, float, Decimal)):
        return [_number(value)]
    return [_quoted(value)]


def _quoted(text: Any) -> str:
    if not isinstance(text, str):
        raise JsonFault("it holds what JSON has not")
    if not text.isascii() and any("\ud800" <= c <= "\udfff" for c in text):
        raise JsonFault("a text holds half of a character")
    return json.dumps(text, ensure_ascii=False)


def _bracketed(begin: str, items: list[list[str]], end: str, indent: int | None, depth: int) -> list[str]:
    if not items:
        return [begin, end]
    step = "" if indent is None else "\n" + " " * (indent * (depth + 1))
    found = [begin]
    for place, item in enumerate(items):
        found += [("," if place else "") + step, *item]
    return [*found, "" if indent is None else "\n" + " " * (indent * depth), end]


def _number(value: int | float | Decimal) -> str:
    if isinstance(value, int):
        return str(value)
    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    if not exact.is_finite():
        raise JsonFault("a number is not finite")
    if not exact:
        return "0"
    exact = exact.normalize(_EXACT)
    return f"{exact:f}" if -20 <= exact.adjusted() <= 20 else f"{exact:e}".replace("e+", "e")


def _no_constant(name: str) -> Any:
    raise JsonFault(f"{name} is no JSON value")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise JsonFault(f"the key “{twice}” stands twice")
    return made
