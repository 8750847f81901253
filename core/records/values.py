"""What was sent, parsed: names to fields, values to the engine's own, lists of child rows to rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from core.records.named import led_to, look_up
from core.records.places import escaped, pointer_to
from core.records.shapes import BATCH_LIMIT, Ready, Retake, Row, Values
from core.records.work import Work
from metamodel.errors import ValueRefused, unknown
from metamodel.fields.link_any import AnyName
from metamodel.messages import message
from metamodel.model import Entity, Field
from metamodel.stages import Stage


def parse_row(work: Work, row: Row, raw: Values, *, passed_over: frozenset[str] = frozenset()) -> Row:
    """Fill ``row.sent`` and ``row.lists`` from what was written; faults are remembered with their pointers.

    ``passed_over`` are keys that are no fields here (`id` and `version` of an item of a batch).
    """
    known, plain = work.known(row.entity), work.plain(row.entity)
    for name, value in raw.items():
        if name in passed_over:
            continue
        if name in plain:
            parse_value(work, row, plain[name], value)
            continue
        found = known.get(name)
        pointer = pointer_to(row, name)
        if found is None:
            work.refuse(pointer, "KBK2003", no_field(work, row.entity, name))
        elif found.type.name == "children":
            _parse_list(work, row, found, value, pointer)
        elif _own_parent(row, found, value) or _brought_since(work, row, found, value):
            continue
        elif not found.writable:
            work.refuse(pointer, "KBK3004", message("“{field}” is kept by the system", field=found.label))
        else:
            parse_value(work, row, found, value)
    return row


def no_field(work: Work, entity: Entity, name: str) -> Any:
    """The words for a field that does not exist or may not be used: the same for both."""
    return unknown("there is no field “{name}”", name, work.known(entity))


def refuse_empty(work: Work, row: Row, field: Field) -> None:
    """The one wording for a required field without a value; one that the actor may not know has no name for them."""
    if not work.may_know(row.entity, field):
        why = message("{entity}: a field that you may not fill in is required", entity=row.entity.label)
        if all((told.pointer, told.message) != (row.pointer, why) for told in work.problems):
            work.refuse(row.pointer, "KBK3001", why)
        return
    work.refuse(
        f"{row.pointer}/{escaped(field.name)}",
        "KBK3001",
        message("“{field}” must be filled in", field=field.label),
    )


def parse_value(work: Work, row: Row, found: Field, raw: Any) -> None:
    if isinstance(raw, Retake):
        if found.copy is not None or found.default is not None:
            row.retaken |= {found.uid}
        return
    if isinstance(raw, Ready):
        value = raw.value
    elif (
        (found.target or found.targets)
        and isinstance(raw, Mapping)
        and raw.get("hidden") is True
        and raw.get("id") is None
    ):
        return  # what is read of a link the caller may not follow; sent back, it stays as it is
    elif (stage := _stage_written(row, found, raw)) is not None:
        value = stage.uid
    else:
        try:
            value = found.type.parse(found, raw, work.context)
        except ValueRefused as refusal:
            work.refuse(pointer_to(row, found.name), refusal.code, refusal.message)
            return
    if isinstance(value, AnyName):
        value = led_to(work, row, found, value)
        if value is None:
            return
    elif found.target:
        look_up(work, row, found, value)
    if found.via is not None:
        row.pairs[found.uid] = tuple(value or ())
    else:
        row.sent[found.uid] = value


def _stage_written(row: Row, found: Field, raw: Any) -> Stage | None:
    """The stage that was written with its pipeline, `service.won`; a bare name is looked for near the record."""
    stages = row.entity.stages
    if stages is None or found.uid != stages.field or not isinstance(raw, str):
        return None
    row.near = "." not in raw
    return None if row.near else stages.named(raw.strip())


def _parse_list(work: Work, row: Row, found: Field, raw: Any, pointer: str) -> None:
    """A list of child rows: with `id` they are changed, without created; their order is their position."""
    child = work.model.entity_by_uid[found.target or ""]
    if raw is None:
        raw = ()
    if isinstance(raw, str | bytes | Mapping) or not isinstance(raw, Sequence):
        work.refuse(pointer, "KBK3002", message("a list of rows is expected"))
        return
    if len(raw) > BATCH_LIMIT:
        work.refuse(pointer, "KBK3003", message("at most {count} rows at once", count=BATCH_LIMIT))
        return
    rows = row.lists.setdefault(found.uid, [])
    seen: set[int] = set()
    for index, item in enumerate(raw):
        place = f"{pointer}/{index}"
        if not isinstance(item, Mapping):
            work.refuse(place, "KBK3002", message("an object with the row's fields is expected"))
            continue
        record = _row_id(work, item, place)
        each = Row(entity=child, action="update" if record else "create", pointer=place, id=record, parent=row,
                   held_by=found, position=index + 1, in_list=True)  # fmt: skip
        if record and record in seen:
            work.refuse(f"{place}/id", "KBK3002", message("the row {id} stands in the list twice", id=record))
        if record and row.action == "create":
            work.refuse(f"{place}/id", "KBK3005", message("there is no row {id} here", id=record))
        seen.add(record)
        rows.append(parse_row(work, each, item, passed_over=frozenset(("id", "_hidden"))))


def _row_id(work: Work, item: Mapping[str, Any], place: str) -> int:
    raw = item.get("id")
    if raw is None or raw == "":
        return 0
    if isinstance(raw, str) and raw.isascii() and raw.isdigit() and work.context.medium != "json":
        raw = int(raw)
    if isinstance(raw, bool) or not isinstance(raw, int) or not 0 < raw < 2**63:
        work.refuse(f"{place}/id", "KBK3002", message("the number of a record is expected"))
        return 0
    return raw


def _brought_since(work: Work, row: Row, found: Field, raw: Any) -> bool:
    """Whether this is the moment at which a record that comes with a solution came to its stage; then it is noted."""
    stages = row.entity.stages
    if not work.brought or stages is None or found.uid != stages.since:
        return False
    row.since = raw.value if isinstance(raw, Ready) else found.type.parse(found, raw, work.context)
    return True


def _own_parent(row: Row, found: Field, raw: Any) -> bool:
    """Whether this is the link of a row of a list to the record it stands in, sent back as it was read."""
    if row.parent is None or found.uid != row.entity.parent:
        return False
    named = raw.get("id") if isinstance(raw, Mapping) else raw
    return row.parent.action != "create" and str(named) == str(row.parent.id)


__all__ = ["escaped", "no_field", "parse_row", "pointer_to", "refuse_empty"]
