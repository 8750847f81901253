"""Messages as JSON: kept without a language, rendered in that of whoever reads them later."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from metamodel.labels import Label
from metamodel.messages import Message


def write_message(words: Message) -> dict[str, Any]:
    """A message as JSON."""
    return {
        "text": words.text,
        "parameters": {name: _write(value) for name, value in words.parameters.items()},
    }


def read_message(written: Mapping[str, Any]) -> Message:
    """The message that `write_message` wrote."""
    return Message(written["text"], {name: _read(value) for name, value in written["parameters"].items()})


def _write(value: Any) -> Any:
    match value:
        case Message():
            return {"message": write_message(value)}
        case Label():
            return {"label": {"ru": value.ru, "en": value.en}}
        case Decimal():
            return {"number": str(value)}
        case datetime():
            return value.isoformat()
        case date():
            return {"date": value.isoformat()}
        case list() | tuple():
            return [_write(each) for each in value]
        case int() | str() | None:
            return value
        case _:
            return str(value)


def _read(value: Any) -> Any:
    match value:
        case {"message": written}:
            return read_message(written)
        case {"label": label}:
            return Label(**label)
        case {"number": number}:
            return Decimal(number)
        case {"date": day}:
            return date.fromisoformat(day)
        case list():
            return [_read(each) for each in value]
        case _:
            return value
