"""Cells of tables as texts: how each column is written is decided once, from its form and its field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from core.query.exporting import Export, ExportColumn, Manner
from core.storage.types import to_microseconds
from metamodel.errors import ValueRefused
from metamodel.expression.durations import span
from metamodel.fields.base import Context
from metamodel.fields.boolean import write_boolean
from metamodel.fields.choice import Choice
from metamodel.fields.choices import SEPARATOR
from metamodel.fields.html import html_of, plain_text
from metamodel.fields.moments import write_day
from metamodel.fields.numeric import write_number
from metamodel.fields.percent import write_percent
from metamodel.fields.phone import region_of, spelled
from metamodel.spreadsheet import HIDDEN
from metamodel.text import fold
from renderers.exporting.formats.memo import Memo
from renderers.exporting.formats.moments import LocalTimes

Column = Callable[[Sequence[Any]], Sequence[Any]]
"""Writes a whole column of values in their form."""

PERCENT = 2
"""Digits by which a share is moved to be percents."""


Finish = Callable[[str], str]
"""What a format does to a text before it stands in a cell."""


def as_it_is(text: str) -> str:
    """The finish of a format that needs none."""
    return text


def text_column(export: Export, column: ExportColumn, manner: Manner, finish: Finish = as_it_is) -> Column:
    """How the values of a column become texts; an empty one is "". ``finish`` is applied to whatever is not made of
    digits and known words alone.
    """
    made = _of_form(export, column, manner)
    return made or _of_texts(export, column, manner, finish)


def _of_form(export: Export, column: ExportColumn, manner: Manner) -> Column | None:
    """Of columns whose texts nothing has to be guarded in: numbers, dates and the like."""
    context = Context(medium="csv", language=manner.language, zone=manner.zone)
    match column.form:
        case "whole":
            return _each(str)
        case "units":
            return _units(column, manner)
        case "number" if _percent(column):
            return Memo(lambda value: write_percent(value, context), "").column
        case "number":
            return Memo(lambda value: write_number(value, context, grouped=False), "").column
        case "flag":
            return Memo(lambda value: write_boolean(bool(value), context), "").column
        case "iso" if manner.language != "ru":
            return _each(str)
        case "iso":
            return Memo(lambda day: f"{day[8:]}.{day[5:7]}.{day[:4]}", "").column
        case "day":
            return Memo(lambda day: write_day(day, context), "").column
        case "micros":
            return _each(LocalTimes(manner.language, manner.zone))
        case "moment":
            write = LocalTimes(manner.language, manner.zone)
            return _each(lambda moment: write(to_microseconds(moment)))
        case "clock":
            return Memo(lambda text: text[:5] if text.endswith(":00") else text, "").column
        case "seconds":
            return Memo(lambda seconds: str(span(seconds)), "").column
        case "any":
            return lambda values: [
                "" if v is None else HIDDEN if v.hidden else f"{v.entity}:{v.id}" for v in values
            ]
        case _:
            return None


def _of_texts(export: Export, column: ExportColumn, manner: Manner, finish: Finish) -> Column:
    """Of columns that hold what people typed or called."""
    field = column.field
    match column.form:
        case "text" if field.type.name == "phone":
            region = region_of(field)
            return Memo(lambda value: finish(spelled(value, region, manner.language)), "").column
        case "text" if field.type.name == "rich_text":
            write = plain_text if manner.plain else rich_cell
            return _each(lambda value: finish(write(value)))
        case "text" | "json":
            return _each(finish)
        case "choice":
            known = choice_texts(column, manner)
            return Memo(lambda uid: finish(known.get(uid, uid)), "").column
        case "choices":
            each = {
                uid: name if ";" in text else text
                for uid, (text, name) in _choice_names(column, manner).items()
            }
            return Memo(lambda uids: finish(SEPARATOR.join(each.get(uid, uid) for uid in uids)), "").column
        case "link":
            return _links(export, column, finish)
        case "list":
            naming = namer(export, column.target)
            return lambda values: [_listed(links, naming, finish) for links in values]
        case _:
            context = Context(medium="csv", language=manner.language, zone=manner.zone)
            return _each(lambda value: finish(str(field.type.format(field, value, context))))


def choice_texts(column: ExportColumn, manner: Manner) -> dict[str, str]:
    """The labels of choices by uid; the name of one whose label would be read as another."""
    return {uid: text for uid, (text, _) in _choice_names(column, manner).items()}


def _choice_names(column: ExportColumn, manner: Manner) -> dict[str, tuple[str, str]]:
    context = Context(medium="csv", language=manner.language)
    kind, found = Choice(), {}
    for choice in column.choices:
        label = choice.label.in_language(manner.language) or choice.name
        try:
            same = not column.field.choices or kind.parse(column.field, label, context) == choice.uid
        except ValueRefused:
            same = False
        found[choice.uid] = (label if same else choice.name, choice.name)
    return found


def rich_cell(html: str) -> str:
    """The words of a rich text when they say all of it, else its HTML."""
    words = plain_text(html)
    return words if html_of(words) == html else html


def namer(export: Export, target: str) -> Callable[[Any], str]:
    """How a link is named in a table: by its title, or by its number where the title would not lead back to it."""

    def name(link: Any) -> str:
        if link.hidden:
            return HIDDEN
        title = str(link.title)
        clear = title == title.strip() and title and fold(title) not in export.ambiguous(target)
        return title if clear else f"#{link.id}"

    return name


def _links(export: Export, column: ExportColumn, finish: Finish) -> Column:
    naming, target = namer(export, column.target), column.target

    def write(record: int) -> str:
        name = naming(export.links[target][record])
        return name if name is HIDDEN else finish(name)

    return Memo(write, "").column


def _listed(links: Sequence[Any] | None, naming: Callable[[Any], str], finish: Finish) -> str:
    names = [(link, naming(link)) for link in links or ()]
    return (
        finish(SEPARATOR.join(f"#{link.id}" if ";" in name else name for link, name in names))
        if names
        else ""
    )


def _units(column: ExportColumn, manner: Manner) -> Column:
    """Whole counts of the last digit as numbers with a decimal mark."""
    scale, point = column.scale, "," if manner.language == "ru" else "."
    if _percent(column):
        return Memo(lambda units: _percents(units, scale, point), "").column
    if scale == 0:
        return _each(str)
    one = 10**scale

    def write(units: int | None) -> str:
        if units is None:
            return ""
        if units >= one:
            text = str(units)
            return f"{text[:-scale]}{point}{text[-scale:]}"
        whole, part = divmod(abs(units), one)
        return f"{'-' if units < 0 else ''}{whole}{point}{part:0{scale}}"

    return lambda values: list(map(write, values))


def _percents(units: int, scale: int, point: str) -> str:
    whole, part = divmod(abs(units) * 10**PERCENT, 10**scale)
    digits = f"{part:0{scale}}".rstrip("0") if part else ""
    return f"{'-' if units < 0 else ''}{whole}{point if digits else ''}{digits}%"


def _percent(column: ExportColumn) -> bool:
    return column.field.type.name == "percent" or column.field.result.percent


def _each(write: Callable[[Any], str]) -> Column:
    return lambda values: ["" if value is None else write(value) for value in values]
