"""What a field of a record is in a template: a value of a kind, a record, a list."""

from __future__ import annotations

from collections.abc import Callable

from core.documents.checking.shapes import ANYTHING, Reads, Record, Several, Shape, Value, either
from core.documents.needs import Member
from metamodel.model import Entity, Field, Model

_KINDS: dict[str, frozenset[str]] = {
    "number": frozenset({"number"}), "date": frozenset({"date"}), "datetime": frozenset({"date", "time"}),
    "time": frozenset({"time"}), "boolean": frozenset({"boolean"}), "text": frozenset({"text"}),
    "choice": frozenset({"text"}), "duration": frozenset({"text"}), "link_any": frozenset({"text"}),
}  # fmt: skip

_FILES = ("file", "image")


def shape_of(model: Model, found: Member, name: str, owner: Record) -> Shape:
    """What a member of a record is; reading it is noted with the record under ``name``."""
    field = found.field
    shown = f"{owner.shown}.{name}" if owner.shown else name

    def touch() -> None:
        owner.reads().value(name)

    def behind() -> Reads:
        return owner.reads().behind(name)

    target = found.entity if found.inverse else _target(model, field)
    if found.inverse or field.type.name == "children" or field.listed:
        if target is None:
            return Several(item=ANYTHING, shown=shown, touch=touch, records=False)
        return records(target, shown, behind, linked=field.listed and not found.inverse)
    if field.type.name == "files":
        return Several(
            item=Value(kinds=frozenset({"text"}), shown=shown, field=field, touch=touch),
            shown=shown,
            touch=touch,
        )
    if field.type.name in _FILES:
        kinds = frozenset({"picture"} if field.type.name == "image" else {"text"})
        return Value(kinds=kinds, shown=shown, field=field, touch=touch)
    if field.type.name == "json":
        return _touched_anything(touch)
    if field.result.kind == "link_any" and field.targets:
        several = [model.entity_by_uid[uid] for uid in field.targets if uid in model.entity_by_uid]
        return either(*(Record(entity=each, reads=behind, touch=touch, shown=shown) for each in several))
    if field.result.kind == "link" and target is not None:
        return Record(entity=target, reads=behind, touch=touch, shown=shown)
    if field.result.kind == "choices":
        item = Value(kinds=frozenset({"text"}), shown=shown, field=field, touch=touch)
        return Several(item=item, shown=shown, touch=touch, touch_items=touch)
    html = field.type.column_type(field).html
    return Value(
        kinds=_KINDS.get(field.result.kind, frozenset()), shown=shown, field=field, html=html, touch=touch
    )


def records(entity: Entity, shown: str, reads: Callable[[], Reads], *, linked: bool = False) -> Several:
    """A list of records."""

    def titled() -> None:
        reads().titled = True

    def touch() -> None:
        reads()

    item = Record(entity=entity, reads=reads, touch=titled, shown=shown)
    return Several(item=item, shown=shown, records=True, linked=linked, touch=touch, touch_items=titled)


def _touched_anything(touch: Callable[[], None]) -> Shape:
    """A json value: whatever is done with it, it is read whole."""
    touch()
    return ANYTHING


def _target(model: Model, field: Field) -> Entity | None:
    uid = field.target or field.result.entity
    return model.entity_by_uid.get(uid) if uid else None
