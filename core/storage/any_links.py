"""Links to any record in SQL: `<uid of the entity>:<id>` as text, so that one index finds them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from metamodel.any_link import AnyLink, read_any

_PLAIN = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

BEHIND = ";"
"""The character behind the colon: `uid:` up to `uid;` holds every link to that entity."""


def _link(value: str | None) -> AnyLink | None:
    return None if value is None else read_any(value)


class AnyRef(TypeDecorator[AnyLink]):
    """A link to any record; in binary order whatever the database's own collation is."""

    impl = sa.Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(_PLAIN)

    def process_bind_param(self, value: AnyLink | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any] | None:
        return _link


ANY = AnyRef()

Value = sa.ColumnElement[Any]


def any_of(entity: str, record: Value) -> Value:
    """The link to a record of that entity (uid), null when there is no id."""
    text = sa.literal(f"{entity}:", sa.Text()).concat(sa.cast(record, sa.Text()))
    return sa.type_coerce(text, ANY)


def leads_to(link: Value, entity: str) -> sa.ColumnElement[bool]:
    """Whether a link leads to some record of that entity, so that an index of links finds it."""
    plain = _text(link)
    return sa.and_(plain >= _word(f"{entity}:"), plain < _word(f"{entity}{BEHIND}"))


def record_of(link: Value, entity: str, integer: Any) -> Value:
    """The id of the record of that entity that a link leads to, null when it leads elsewhere."""
    return sa.case((leads_to(link, entity), number_of(link, entity, integer)))


def number_of(link: Value, entity: str, integer: Any) -> Value:
    """The same of a link that is known to lead there; of another one it is any number, and PostgreSQL may refuse it."""
    return sa.cast(sa.func.substr(_text(link), len(entity) + 2, type_=sa.Text()), integer)


def _word(text: str) -> Value:
    """A text of ours written into the statement. PostgreSQL plans for everybody, and takes one row of two hundred to lie
    between two parameters: a page of what leads there then looked so dear that it cared little how titles are joined."""
    quoted = text.replace("'", "''")
    return sa.literal_column(f"'{quoted}'", _PLAIN)


def _text(link: Value) -> Value:
    """A link as the text it is kept as; a constant one is written here, its own type would no longer do it."""
    if isinstance(link, sa.BindParameter) and isinstance(link.value, AnyLink):
        return sa.literal(str(link.value), _PLAIN)
    return sa.type_coerce(link, _PLAIN)
