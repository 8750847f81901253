"""The form in which values travel: text and truth as they are, everything else a list that begins with its kind.

``["number", exact, shown]``, ``["money", exact, shown, currency]``, ``["date" | "datetime" | "time", ISO 8601, shown]`` (an instant
on the workspace's clock), ``["text", raw, shown]`` where the two differ, ``["choice", name, label]``, ``["html", HTML, words]``,
``["json", text]``, ``["image", key or null, name]``, ``["file", name, size, type]``, ``["list", values]``, ``["record", {entity, id,
title, values}]``. What is shown is what a screen shows in the language of the document.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from core.query.query import FileLink
from metamodel.fields.base import Context
from metamodel.fields.html import plain_text
from metamodel.json_text import JsonValue
from metamodel.model import Choice, Field

Wire = Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Writer:
    """Writes scalar values for documents of one language."""

    language: str
    zone: ZoneInfo

    @property
    def context(self) -> Context:
        return Context(medium="text", language=self.language, zone=self.zone.key)

    def scalar(self, field: Field, value: Any, choices: tuple[Choice, ...], currency: str | None) -> Wire:
        """The value of a field that leads to no record; choices come as their names."""
        match value:
            case None | bool():
                return value
            case JsonValue():
                return ["json", value.text]
            case tuple() | list():
                return ["list", [self._choice(choices, each) for each in value]]
            case str() if choices:
                return self._choice(choices, value)
            case str() if _is_html(field):
                return ["html", value, re.sub("\n{2,}", "\n", plain_text(value))]
            case FileLink():
                return ["file", value.name, value.size, value.type]
        shown = str(field.type.format(field, value, self.context))
        match value:
            case int() | Decimal() if field.type.name == "money" or field.result.currency or currency:
                return ["money", str(value), shown, currency or field.result.currency]
            case int() | Decimal():
                return ["number", str(value), shown]
            case datetime():
                local = value.astimezone(self.zone).replace(tzinfo=None)
                return ["datetime", local.isoformat(), shown]
            case date():
                return ["date", value.isoformat(), shown]
            case time():
                return ["time", value.isoformat(), shown]
        raw = str(value)
        return raw if shown == raw else ["text", raw, shown]

    def _choice(self, choices: tuple[Choice, ...], name: str) -> Wire:
        found = next((each for each in choices if each.name == name), None)
        label = found.label.in_language(self.language) if found is not None else None
        return ["choice", name, label or name]


def record(entity: str, id: int | None, title: str | None, values: dict[str, Wire]) -> Wire:
    """A record with what is read of it."""
    return ["record", {"entity": entity, "id": id, "title": title, "values": values}]


def _is_html(field: Field) -> bool:
    return field.type.column_type(field).html
