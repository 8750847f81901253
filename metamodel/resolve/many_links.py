"""Links to one of several entities, and links to many records through an entity of pairs."""

from __future__ import annotations

from typing import Literal

from metamodel.definitions import FieldDefinition
from metamodel.errors import unknown
from metamodel.expression.types import Type
from metamodel.fields.link_any import ALL, OF_PARENT
from metamodel.messages import message
from metamodel.model import Via
from metamodel.resolve.drafts import Drafts, EntityDraft, FieldDraft
from metamodel.resolve.faults import Faults


def connect_any(drafts: Drafts, faults: Faults) -> None:
    """Set the targets of links to any record, and whose rights entities follow."""
    fields = [f for f in drafts.all_fields() if f.type == "link_any"]
    for field in fields:
        field.result = Type(kind="link_any", field=field.uid)
        field.inverse = field.options.get("inverse")
        if field.options.get("rights") == OF_PARENT:
            _follow(field, faults)
        elif "write_by" in field.options:
            why = message("“write_by” belongs to rights: of parent")
            faults.add(field.spot.under("write_by"), "KBK1005", why)
        if field.definition.required and field.options.get("on_delete") == "clear":
            why = message("a required link cannot be cleared when its record is deleted")
            faults.add(field.spot.under("on_delete"), "KBK1005", why)
    for field in fields:
        field.targets = _targets(drafts, field, faults)


def _follow(field: FieldDraft, faults: Faults) -> None:
    """The rights of the field's entity are those of what it leads to."""
    draft, spot = field.entity, field.spot.under("rights")
    if draft.parent is not None:
        faults.add(spot, "KBK1005", message("the rights of child rows follow their parent already"))
    elif draft.follows is not None:
        faults.add(spot, "KBK1005", message("rights follow one field, “{field}” says so already",
                                            field=draft.by_uid[draft.follows].shown))  # fmt: skip
    elif not field.definition.required:
        faults.add(spot, "KBK1005", message("rights can only follow a field that is required"))
    else:
        draft.follows = field.uid


def _targets(drafts: Drafts, field: FieldDraft, faults: Faults) -> tuple[str, ...]:
    written = field.options["to"]
    if written == ALL:
        return tuple(e.uid for e in drafts.entities.values() if e.follows is None and e.name != "file")
    found: list[str] = []
    for index, name in enumerate(written):
        spot = field.spot.under("to", index)
        target = drafts.entities.get(name)
        if target is None:
            faults.add(spot, "KBK1002", unknown("there is no entity “{name}”", name, drafts.entities))
        elif target.uid in found:
            faults.add(spot, "KBK1003", message("“{name}” stands twice", name=name))
        elif field.entity.follows == field.uid and target.follows is not None:
            why = message("the rights of “{entity}” follow another record themselves", entity=name)
            faults.add(spot, "KBK1005", why)
        else:
            found.append(target.uid)
    return tuple(found)


def on_delete(written: FieldDefinition) -> Literal["restrict", "clear", "cascade"]:
    """What becomes of a record when the one it leads to is deleted: what follows its rights goes with it."""
    usual = "cascade" if written.options.get("rights") == OF_PARENT else "restrict"
    said: Literal["restrict", "clear", "cascade"] = written.options.get("on_delete", usual)
    return said


def connect_pairs(drafts: Drafts, field: FieldDraft, faults: Faults) -> None:
    """Find the two links of the entity of pairs of a links field: one to each side."""
    name = field.options["through"]
    spot = field.spot.under("through")
    pairs = drafts.entities.get(name)
    if pairs is None:
        faults.add(spot, "KBK1002", unknown("there is no entity “{name}”", name, drafts.entities))
        field.broken, field.result = True, None
        return
    if field.target is None:
        return
    owner = _side(pairs, field.entity.uid, None, itself=field.target == field.entity.uid)
    target = _side(pairs, field.target, owner)
    if owner is None or target is None:
        shown = drafts.entity_by_uid[field.entity.uid if owner is None else field.target].name
        why = message("“{entity}” has no link to “{to}”, or several", entity=name, to=shown)
        faults.add(spot, "KBK1005", why)
        field.broken, field.result = True, None
        return
    if "inverse" in field.options or "on_delete" in field.options:
        key = "inverse" if "inverse" in field.options else "on_delete"
        why = message("“{key}” is said by the links of “{entity}”", key=key, entity=name)
        faults.add(field.spot.under(key), "KBK1005", why)
    field.inverse = None
    field.via = Via(entity=pairs.uid, owner=owner.uid, target=target.uid)


def _side(
    pairs: EntityDraft, entity: str, other: FieldDraft | None, *, itself: bool = False
) -> FieldDraft | None:
    """The one link of the pairs that leads there; of two to the same entity the first is the owner's."""
    leading = [
        f for f in pairs.fields
        if not f.system and f.target == entity and f.type in ("link", "user", "department") and f is not other
    ]  # fmt: skip
    return leading[0] if len(leading) == 1 or (len(leading) == 2 and other is None and itself) else None
