"""A number given to a record when it is saved first, in its own series."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from metamodel.errors import ValueRefused
from metamodel.fields.base import SIBLING, ColumnType, Context, FieldType
from metamodel.fields.operators import OF_TEXT
from metamodel.labels import Label
from metamodel.messages import message

if TYPE_CHECKING:
    from metamodel.model import Field

DEFAULT_FORMAT = "{seq}"
_PART = re.compile(r"\{(year|month|day|seq(?::0([1-9]))?)\}")


class NumberSeries(FieldType):
    """A text such as ``Д-2026-00017`` made of ``{year} {month} {day} {seq:05}``; ``restart`` begins again at 1."""

    name: ClassVar[str] = "number_series"
    label: ClassVar[Label] = Label(ru="Номер", en="Number")
    widget: ClassVar[str] = "readonly"
    cell: ClassVar[str] = "text"
    operators: ClassVar[tuple[str, ...]] = OF_TEXT
    options_schema: ClassVar[Mapping[str, Any]] = {
        "format": {"type": "string", "minLength": 1, "maxLength": 100},
        "by": {**SIBLING, "description": "the date field that the year, month and day are of"},
        "restart": {"enum": ["never", "year", "month", "day"]},
        "gapless": {"type": "boolean"},
    }

    def column_type(self, field: Field) -> ColumnType:
        return ColumnType(storage="text")

    def json_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "string"}

    def parse(self, field: Field, raw: Any, context: Context) -> Any:
        raise ValueRefused("KBK3004", message("The number is given by the system."))

    def format(self, field: Field, value: Any, context: Context) -> Any:
        return value if context.medium == "json" else value or ""


def format_fault(pattern: str) -> bool:
    """Whether ``pattern`` cannot number records: an unknown part, or no ``{seq}``."""
    rest = _PART.sub("", pattern)
    return "{" in rest or "}" in rest or not any(m[1].startswith("seq") for m in _PART.finditer(pattern))


def period_of(field: Field, day: date) -> str:
    """The period whose own count the series keeps on that day: empty, ``2026``, ``2026-11`` or ``2026-11-21``."""
    return period(field.options.get("restart", "never"), day)


def period(restart: str, day: date) -> str:
    """The period that day is in of a series that begins again every ``restart``."""
    return {"year": day.isoformat()[:4], "month": day.isoformat()[:7], "day": day.isoformat()}.get(
        restart, ""
    )


def number_text(field: Field, day: date, count: int) -> str:
    """The number of the ``count``-th record of its period."""
    return numbered(field.options.get("format", DEFAULT_FORMAT), day, count)


def number_texts(field: Field, day: date) -> Callable[[int], str]:
    """The numbers of the records of a period, by their count."""
    return numbers_of(field.options.get("format", DEFAULT_FORMAT), day)


def numbered(pattern: str, day: date, count: int) -> str:
    """The ``count``-th number of a series in that form."""
    return numbers_of(pattern, day)(count)


def numbers_of(pattern: str, day: date) -> Callable[[int], str]:
    """What writes the numbers of a series in that form on that day, many of them."""

    def part(found: re.Match[str]) -> str:
        if found[1].startswith("seq"):
            return f"{{:0{found[2] or 1}}}"
        return {"year": f"{day.year:04}", "month": f"{day.month:02}", "day": f"{day.day:02}"}[found[1]]

    # numbers hold no other braces: see `format_fault`
    form = _PART.sub(part, pattern)
    places = form.count("{")
    return form.format if places < 2 else lambda count: form.format(*[count] * places)
