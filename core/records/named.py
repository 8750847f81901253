"""Links as they were written, brought to records: what is no id yet is looked up before anything else."""

from __future__ import annotations

from typing import Any

from core.records.places import pointer_to
from core.records.shapes import Row
from core.records.work import Lookup, Work
from metamodel.fields.link import LinkKey
from metamodel.fields.link_any import AnyLink, AnyName
from metamodel.messages import message
from metamodel.model import Field


def led_to(work: Work, row: Row, field: Field, written: AnyName) -> Any:
    """The record that a link to any record names: an `AnyLink`, or the `AnyName` of one that is looked up. An entity
    that the actor may not read does not exist; None when it was refused.
    """
    names = {
        work.model.entity_by_uid[uid].name: uid for uid in field.targets if work.grants.may(uid, "read")
    }  # fmt: skip
    uid = names.get(written.entity)
    if uid is None:
        why = message(
            "“{entity}” is not what this field leads to; expected one of: {known}",
            entity=written.entity[:100], known=", ".join(names),
        )  # fmt: skip
        work.refuse(f"{pointer_to(row, field.name)}", "KBK3005", why)
        return None
    if not isinstance(written.key, LinkKey):
        return AnyLink(uid, written.key)
    pointer = pointer_to(row, field.name)
    work.lookups.append(Lookup(row=row, field=field, key=written.key, pointer=pointer, target=uid))
    return written


def look_up(work: Work, row: Row, field: Field, value: Any) -> None:
    """Note what of a link, or of a list of them, was written by something else than an id."""
    listed = isinstance(value, tuple)
    for index, each in enumerate(value if listed else (value,)):
        if isinstance(each, LinkKey):
            place = pointer_to(row, field.name)
            pointer = f"{place}/{index}" if listed and work.context.medium == "json" else place
            work.lookups.append(
                Lookup(row=row, field=field, key=each, pointer=pointer, target=field.target or "")
            )


def settled(row: Row, field: Field, key: LinkKey, target: str, record: int) -> None:
    """Put the record that was found in the place of what named it."""
    if field.targets:
        row.sent[field.uid] = AnyLink(target, record)
        return
    values: dict[str, Any] = row.sent if field.via is None else row.pairs
    held = values.get(field.uid)
    if not isinstance(held, tuple):
        values[field.uid] = record
        return
    found = [record if each is key else each for each in held]
    values[field.uid] = tuple(dict.fromkeys(found)) if _ids(found) else tuple(found)


def _ids(found: list[Any]) -> bool:
    return all(isinstance(each, int) for each in found)
