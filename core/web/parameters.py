"""Parameters of a call's query string: read strictly, each unknown or repeated one refused by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from core.errors import KubikError
from metamodel.errors import Problem, unknown
from metamodel.messages import Message, message

MAX_PARAMETERS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A parameter that an operation takes; ``schema`` is JSON Schema of its text or number."""

    name: str
    about: str
    schema: Mapping[str, Any] = field(default_factory=lambda: {"type": "string"})
    many: bool = False
    """Whether it may be repeated."""


def refuse(name: str, why: Message) -> KubikError:
    """KBK2009 for the parameter of that name."""
    return KubikError("KBK2009", why, errors=[Problem(pointer=f"?{name}", code="KBK2009", message=why)])


def read_parameters(query_string: bytes, known: Sequence[Parameter]) -> dict[str, str]:
    """The parameters of a query string as texts; several of a repeatable one are joined by a comma."""
    if not query_string:
        return {}
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except (UnicodeDecodeError, ValueError):
        raise KubikError("KBK2000", message("The query string is not well-formed UTF-8.")) from None
    by_name = {parameter.name: parameter for parameter in known}
    values: dict[str, str] = {}
    for name, value in pairs:
        parameter = by_name.get(name)
        if parameter is None:
            raise refuse(name[:100], unknown("there is no parameter “{name}” here", name[:100], by_name))
        if "\0" in value:
            raise refuse(name, message("The parameter “{name}” holds a NUL character.", name=name))
        if name in values and not parameter.many:
            raise refuse(name, message("The parameter “{name}” is given twice.", name=name))
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


def whole_number(values: Mapping[str, str], name: str, default: int, least: int, most: int) -> int:
    """A whole number between two limits, ``default`` when it is absent."""
    text = values.get(name)
    if text is None:
        return default
    if text.isascii() and text.isdigit() and len(text) <= 18 and least <= int(text) <= most:
        return int(text)
    why = message(
        "The parameter “{name}” must be a whole number from {least} to {most}.",
        name=name,
        least=least,
        most=most,
    )
    raise refuse(name, why)


def one_of(values: Mapping[str, str], name: str, allowed: Sequence[str]) -> str:
    """One of the allowed words, the first when it is absent."""
    text = values.get(name, allowed[0])
    if text not in allowed:
        why = message("The parameter “{name}” must be one of: {allowed}.", name=name, allowed=list(allowed))
        raise refuse(name, why)
    return text


def names(values: Mapping[str, str], name: str) -> tuple[str, ...] | None:
    """A list of names parted by commas; None when it is absent."""
    text = values.get(name)
    if text is None:
        return None
    parts = tuple(part.strip() for part in text.split(","))
    if text and not all(parts):
        raise KubikError(
            "KBK2002", message("“{text}” is not a list of names parted by commas.", text=text[:200])
        )
    return parts if text else ()
