"""Links: found by a unique field, a title or another system's identifier; and whether what is linked may be chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set
from typing import Any

import sqlalchemy as sa

from core.query.matching import among_texts, contains, text_list
from core.query.title import is_single, title_of
from core.records.asking import column_type, parameters, relations, visible_ids
from core.records.lists import new_links
from core.records.marks import external_ids
from core.records.named import settled
from core.records.shapes import Row
from core.records.statements import one, prepared
from core.records.telling import judged
from core.records.values import escaped
from core.records.work import Lookup, Work
from core.storage.expressions import compile_condition
from metamodel.errors import ValueRefused, unknown
from metamodel.expression.tree import Path, walk
from metamodel.fields.link_any import AnyLink
from metamodel.messages import Message, message
from metamodel.model import Entity, Field
from metamodel.text import KEY_LENGTH, fold

MANY = 200
"""Values looked up by one statement."""

AT_ONCE = 5000
"""Texts looked up by one statement that may have to read the whole table."""


def find_links(work: Work) -> None:
    """Put ids where links were written by something else; what is not found, or found twice, is refused."""
    waiting: dict[tuple[str, str | None], list[Lookup]] = {}
    for lookup in work.lookups:
        waiting.setdefault((lookup.target, lookup.key.field), []).append(lookup)
    for (target, name), lookups in waiting.items():
        entity = work.model.entity_by_uid[target]
        if name == "ext":
            _find_external(work, entity, lookups)
        elif name is None:
            _find_by_text(work, entity, lookups)
        else:
            _find_by_field(work, entity, name, lookups)
    work.lookups.clear()


def check_links(work: Work) -> None:
    """Refuse links that were sent to records that are not there, in the bin, or out of the actor's sight."""
    waiting: dict[str, list[tuple[Row, Field, int]]] = {}
    for rows in work.by_entity("create", "update").values():
        fields = [f for f in rows[0].entity.fields if (f.target or f.targets) and not f.system]
        for row in rows:
            for field in fields:
                for target, record in _sent(row, field):
                    waiting.setdefault(target, []).append((row, field, record))
    for target, uses in sorted(waiting.items(), key=lambda item: item[0]):
        entity = work.model.entity_by_uid[target]
        seen = visible_ids(work, entity, {record for _, _, record in uses}, lock=work.locks_links)
        for row, field, record in uses:
            if record not in seen:
                _refuse(work, row, field, message("there is no record {id}", id=record))


def _sent(row: Row, field: Field) -> Iterable[tuple[str, int]]:
    """The records, each with the uid of its entity, that a field is now to lead to."""
    value = row.sent.get(field.uid)
    if value is None or value == row.before.get(field.uid):
        return ()
    if isinstance(value, AnyLink):
        return ((value.entity, value.id),)
    target = field.target or ""
    if field.listed:
        return tuple((target, record) for record in new_links(row, field.uid))
    mine = row.in_list and field.uid == row.entity.parent
    return () if mine or not field.stored else ((target, value),)


def check_narrowing(work: Work) -> None:
    """Refuse links outside the field's `options`, asked over all rows once the record is written."""
    for rows in work.by_entity("create", "update", "restore").values():
        for field in rows[0].entity.fields:
            if field.narrowing is None:
                continue
            inputs = {n.steps[0][1] for n in walk(field.narrowing.root)
                      if isinstance(n, Path) and n.root == "record" and n.steps} | {field.uid}  # fmt: skip
            asked = [
                row for row in rows
                if row.values.get(field.uid) is not None
                and any(row.before.get(uid) != row.values.get(uid) for uid in inputs)
                and judged(work, row, field.narrowing)
            ]  # fmt: skip
            allowed = may_be_chosen(work, rows[0].entity, field, [row.id for row in asked])
            for row in asked:
                if row.id not in allowed:
                    _refuse(
                        work,
                        row,
                        field,
                        message("“{field}”: this record may not be chosen here", field=field.label),
                    )


def may_be_chosen(work: Work, entity: Entity, field: Field, ids: Sequence[int]) -> set[int]:
    """Those of the records whose link in that field, or every one of its list, leads to what may be chosen."""
    narrowing = field.narrowing
    assert narrowing is not None

    def make() -> sa.Select[Any]:
        everything = relations(work).all
        own = everything.open(entity.uid)
        target = everything.open(field.target or "")
        fits = compile_condition(narrowing, everything.environment(target, record=own))
        asked = sa.select(own.alias.c.id).where(own.alias.c.id.in_(sa.bindparam("ids", expanding=True)))
        listed = work.tx.tables[entity.uid].lists.get(field.uid)
        if listed is None:
            return asked.where(target.alias.c.id == own.cell(field.uid).value, fits)
        pair = listed.alias()
        fitting: sa.Select[Any] = sa.select(sa.literal_column("1")).where(
            target.alias.c.id == pair.c.target, fits
        )
        astray: sa.Select[Any] = sa.select(sa.literal_column("1")).where(
            pair.c.record == own.alias.c.id, ~sa.exists(fitting.correlate(pair, own.alias))
        )
        return asked.where(~sa.exists(astray.correlate(own.alias)))

    statement = prepared(work.tx, ("narrowing", field.uid), make)
    found: set[int] = set()
    given = parameters(work)
    for start in range(0, len(ids), MANY):
        found.update(
            work.tx.connection.execute(statement, {**given, "ids": ids[start : start + MANY]}).scalars()
        )
    return found


def _find_external(work: Work, entity: Entity, lookups: list[Lookup]) -> None:
    known = external_ids(work.tx, entity.uid, {str(lookup.key.value) for lookup in lookups})
    seen = visible_ids(work, entity, known.values())
    for lookup in lookups:
        record = known.get(str(lookup.key.value))
        _settle(work, lookup, [record] if record in seen and record is not None else [])


def _find_by_field(work: Work, entity: Entity, name: str, lookups: list[Lookup]) -> None:
    """By a unique field of the target; in a file by any field, as long as exactly one record has the value."""
    field = entity.by_name.get(name)
    readable = work.grants.readable(entity.uid)
    usable = field is not None and field.uid in readable and field.stored
    if field is None or not usable or not (field.unique or work.context.medium == "csv"):
        known = [f.name for f in entity.fields if f.uid in readable and f.unique]
        why = unknown("there is no field “{name}”", name, known)
        if field is not None and usable:
            why = message(
                "“{name}” is not unique; a record is named by: {known}",
                name=name,
                known=", ".join([*known, "ext"]),
            )
        for lookup in lookups:
            work.refuse(f"{lookup.pointer}/by/{escaped(name)}", "KBK2003", why)
        return
    parsed: list[tuple[Lookup, Any]] = []
    for lookup in lookups:
        try:
            value = field.type.parse(field, lookup.key.value, work.context)
        except ValueRefused:
            _settle(work, lookup, [])  # what the field cannot hold, no record has
        else:
            parsed.append((lookup, value))
    by_value = records_with(work, entity, field, {v for _, v in parsed if v is not None})
    for lookup, value in parsed:
        _settle(work, lookup, by_value.get(_compared(field, value), []))


def _find_by_text(work: Work, entity: Entity, lookups: list[Lookup]) -> None:
    """A text of a file: a unique field's value, else the title, else the number of the record."""
    found = records_named(work, entity, {str(lookup.key.value) for lookup in lookups})
    for lookup in lookups:
        _settle(work, lookup, found.get(str(lookup.key.value), []))


def records_named(work: Work, entity: Entity, texts: Set[str]) -> dict[str, list[int]]:
    """The visible records that these texts name: by a unique field, else the title, else the number."""
    found: dict[str, list[int]] = {}
    readable = work.grants.readable(entity.uid)
    for field in entity.fields:
        if field.unique and field.uid in readable and field.type.column_type(field).storage == "text":
            by_value = records_with(work, entity, field, texts - found.keys())
            found |= {text: by_value[fold(text)] for text in texts - found.keys() if fold(text) in by_value}
    found |= _by_title(work, entity, texts - found.keys())
    numbers = {
        t for t in texts - found.keys() if t.isascii() and t.removeprefix("#").isdigit() and len(t) < 19
    }
    there = visible_ids(work, entity, {int(t.removeprefix("#")) for t in numbers})
    return found | {t: [int(t.removeprefix("#"))] for t in numbers if int(t.removeprefix("#")) in there}


def records_worded(work: Work, entity: Entity, texts: Iterable[str]) -> dict[str, list[int]]:
    """The visible records in whose titles all words of a text stand; of initials (`Иванов И. П.`) the first letters."""

    def make() -> sa.Select[Any]:
        row = relations(work).visible.open(entity.uid)
        title = title_of(row, work.context.language)
        condition = contains(work.tx.dialect, title, "word")
        if row.condition is not None:
            condition = sa.and_(row.condition, condition)
        whole = title.whole if title.whole is not None else title.key
        assert whole is not None
        return sa.select(row.alias.c.id, whole).where(condition).order_by(row.alias.c.id).limit(MANY)

    statement = prepared(work.tx, ("worded", entity.uid, work.grants.key, work.context.language), make)
    found: dict[str, list[int]] = {}
    for text in texts:
        words = _WORDS.findall(fold(text))
        if words:
            given = {**parameters(work), "word": max(words, key=len)}
            rows = work.tx.connection.execute(statement, given)
            found[text] = [record for record, title in rows if _has_words(_WORDS.findall(title), words)]
    return {text: ids for text, ids in found.items() if ids}


_WORDS = re.compile(r"\w+")


def _has_words(title: list[str], words: list[str]) -> bool:
    """Whether each word stands in the title, one of a single letter as the beginning of one."""
    left = list(title)
    for word in sorted(words, key=len, reverse=True):
        hit = next(
            (each for each in left if each == word or (len(word) == 1 and each.startswith(word))), None
        )
        if hit is None:
            return False
        left.remove(hit)
    return True


def records_with(work: Work, entity: Entity, field: Field, values: Iterable[Any]) -> dict[Any, list[int]]:
    """The visible records that have one of the values, by the value as it is compared (a text folded)."""
    text = field.type.column_type(field).storage == "text"
    wanted = sorted({_compared(field, v)[:200] if text else v for v in values})

    def make() -> sa.Select[Any]:
        row = relations(work).visible.open(entity.uid)
        cell = row.cell(field.uid)
        whole = sa.type_coerce(cell.value, column_type(field.result))
        compared = cell.value if cell.key is None else cell.key
        return sa.select(row.alias.c.id, whole).where(
            sa.true() if row.condition is None else row.condition,
            compared.in_(sa.bindparam("values", expanding=True)),
        )

    statement = prepared(work.tx, ("records with", field.uid, work.grants.key), make)
    found: dict[Any, list[int]] = {}
    given = parameters(work)
    for start in range(0, len(wanted), MANY):
        some = {**given, "values": wanted[start : start + MANY]}
        for record, value in work.tx.connection.execute(statement, some):
            found.setdefault(_compared(field, value), []).append(record)
    return found


def seen_values(
    work: Work, entity: Entity, fields: Sequence[Field], ids: Iterable[int]
) -> dict[int, tuple[Any, ...]]:
    """What stands in the fields of these records as far as the actor sees it: a masked cell is empty."""

    def make() -> sa.Select[Any]:
        row = relations(work).visible.open(entity.uid)
        cells = [
            sa.type_coerce(row.cell(each.uid).value, column_type(each.result)).label(f"value_{at}")
            for at, each in enumerate(fields)
        ]
        return sa.select(row.alias.c.id, *cells).where(
            sa.true() if row.condition is None else row.condition,
            row.alias.c.id.in_(sa.bindparam("ids", expanding=True)),
        )

    uids = tuple(each.uid for each in fields)
    statement = prepared(work.tx, ("seen values", uids, work.grants.key), make)
    found: dict[int, tuple[Any, ...]] = {}
    wanted, given = sorted(set(ids)), parameters(work)
    for start in range(0, len(wanted), MANY):
        some = {**given, "ids": wanted[start : start + MANY]}
        found |= {record: tuple(values) for record, *values in work.tx.connection.execute(statement, some)}
    return found


def _by_title(work: Work, entity: Entity, texts: Iterable[str]) -> dict[str, list[int]]:
    """The visible records of these titles, ё and case aside."""
    wanted: dict[str, list[str]] = {}
    for text in texts:
        wanted.setdefault(fold(text), []).append(text)
    dialect = work.tx.dialect

    def make() -> sa.Select[Any]:
        row = relations(work).visible.open(entity.uid)
        title = title_of(row, work.context.language)
        folded = title.whole if title.whole is not None else title.key
        assert folded is not None and title.key is not None
        looked_at = title.key if is_single(entity) else folded  # the key of a single text may have an index
        return sa.select(row.alias.c.id, folded).where(
            sa.true() if row.condition is None else row.condition,
            among_texts(dialect, looked_at, "values"),
        )

    key = ("by title", entity.uid, work.grants.key, work.context.language)
    found: dict[str, list[int]] = {}
    given = parameters(work)
    keys = sorted({each[:KEY_LENGTH] for each in wanted} if is_single(entity) else wanted)
    for start in range(0, len(keys), AT_ONCE):
        some = {**given, "values": text_list(dialect, keys[start : start + AT_ONCE])}
        for record, folded in one(work.tx, key, make, some):
            for text in wanted.get(folded, ()):
                found.setdefault(text, []).append(record)
    return found


def _compared(field: Field, value: Any) -> Any:
    return (
        fold(value) if isinstance(value, str) and field.type.column_type(field).storage == "text" else value
    )


def _settle(work: Work, lookup: Lookup, records: list[int]) -> None:
    value = str(lookup.key.value)[:100]
    if len(records) == 1:
        settled(lookup.row, lookup.field, lookup.key, lookup.target, records[0])
        return
    lookup.row.sent.pop(lookup.field.uid, None)
    lookup.row.pairs.pop(lookup.field.uid, None)
    why = message("there is no record “{value}”", value=value) if not records else message(
        "there are several records “{value}”", value=value)  # fmt: skip
    work.refuse(lookup.pointer, "KBK3005", why)


def _refuse(work: Work, row: Row, field: Field, why: Message) -> None:
    work.refuse(f"{row.pointer}/{escaped(field.name)}", "KBK3005", why)
