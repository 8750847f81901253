"""Values as they stand in the fields of a form: texts that the same field's type reads back unchanged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from core.i18n import Texts, texts
from core.i18n.formats import format_number
from core.query.query import FileLink, Link, LinkAny, SecretState
from metamodel.fields.base import Context
from metamodel.fields.moments import write_day, write_instant
from metamodel.json_text import JsonValue
from metamodel.model import Field, Model
from renderers.forms.filled import Filled, FilledRow, Holder
from renderers.pages.cells import is_spelled
from renderers.pages.titles import title_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How texts are written: the reader's language and zone."""

    language: str
    zone: ZoneInfo

    @property
    def words(self) -> Texts:
        """What the screens say in that language."""
        return texts(self.language)

    @property
    def context(self) -> Context:
        """The same for `core.records`."""
        return Context(medium="form", language=self.language, zone=self.zone.key)


def text_of(field: Field, value: Any, manner: Manner) -> str:
    """A value of a page as the text in its field; empty for none."""
    if value is None or isinstance(value, Link) and value.id is None:
        return ""
    if isinstance(value, LinkAny):
        return f"{value.entity}:{value.id}"
    if isinstance(value, Link):
        return str(value.id)
    if isinstance(value, list) and field.listed:
        return "\n".join(str(link.id) for link in value)
    if isinstance(value, SecretState):
        return ""
    if isinstance(value, FileLink):
        return str(value.id)
    if is_spelled(field):
        return str(field.type.format(field, value, manner.context))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | Decimal):
        return number_text(
            value * 100 if field.result.percent else value, manner.language, money=field.type.name == "money"
        )
    if isinstance(value, datetime):
        return write_instant(value.astimezone(manner.zone).replace(second=0, microsecond=0), manner.context)
    if isinstance(value, date):
        return write_day(value, manner.context)
    if isinstance(value, tuple) and all(isinstance(each, str) for each in value):
        return "\n".join(value)
    if isinstance(value, time | timedelta | JsonValue) or field.type.name == "phone":
        return str(field.type.format(field, value, manner.context))
    return str(value)


def number_text(value: int | Decimal, language: str, *, money: bool) -> str:
    """``1 234,5``: grouped, without zeros that say nothing; money with kopecks has two digits."""
    if isinstance(value, int):
        return format_number(language, value)
    exact = value.normalize() if value else Decimal(0)
    digits = max(0, -int(exact.as_tuple().exponent))
    return format_number(language, value, max(digits, 2) if money and digits else digits)


def fill(fields: Iterable[Field], item: Mapping[str, Any], manner: Manner, model: Model) -> Filled:
    """A record as the content of a form, its child rows included; what the reader may not see is left out."""
    filled = Filled()
    _fill(filled, fields, item, manner, model)
    return filled


def _fill(
    holder: Holder, fields: Iterable[Field], item: Mapping[str, Any], manner: Manner, model: Model
) -> None:
    for field in fields:
        if field.name not in item:
            continue
        if field.type.name == "children":
            child = model.entity_by_uid[field.target or ""]
            inner = [f for f in child.fields if not f.system and f.writable and f.uid != child.parent]
            rows = holder.rows[field.name] = []
            for row in item[field.name]:
                rows.append(FilledRow(id=row.get("id")))
                _fill(rows[-1], inner, row, manner, model)
        else:
            put(holder, field, item[field.name], manner)


def put(holder: Holder, field: Field, value: Any, manner: Manner) -> None:
    """Puts one value, of a link its title too."""
    holder.values[field.name] = text_of(field, value, manner)
    title = _own_title(value)
    if title:
        holder.titles[field.name] = title
    elif isinstance(value, list) and field.listed and value:
        titles = (title_words(link.title, link.id, manner.words) for link in value)
        holder.titles[field.name] = "\n".join(title.replace("\n", " ") for title in titles)
    elif isinstance(value, Link) and value.id is not None:
        holder.titles[field.name] = title_words(value.title, value.id, manner.words)


SECRET_IS_SET = "set"


def _own_title(value: Any) -> str:
    """What a form keeps beside files, to name them again: id and name, a line each; of a secret that it is set."""
    if isinstance(value, SecretState):
        return SECRET_IS_SET if value.set else ""
    files = value if isinstance(value, list) else [value]
    return "\n".join(f"{file.id} {file.name}" for file in files if isinstance(file, FileLink))
