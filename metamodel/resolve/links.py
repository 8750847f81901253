"""Where links lead, which rows belong to which record, what stands under an inverse name, what makes a tree."""

from __future__ import annotations

from collections.abc import Mapping

from metamodel.errors import unknown
from metamodel.expression.types import Type, link
from metamodel.messages import message
from metamodel.resolve.build import add_position
from metamodel.resolve.circles import circle
from metamodel.resolve.drafts import Drafts, EntityDraft, FieldDraft
from metamodel.resolve.faults import Faults
from metamodel.resolve.many_links import connect_any, connect_pairs

SYSTEM_TARGETS: Mapping[str, str] = {
    "user": "user", "users": "user", "department": "department", "file": "file", "image": "file", "files": "file",
}  # fmt: skip
"""The system's entity that fields of these types lead to."""

LISTED = frozenset(("links", "users", "files"))
"""Types of fields that lead to many records."""

LINKING = frozenset(("link", "links", *SYSTEM_TARGETS))
"""Types of fields that lead to records of one entity."""


def connect(drafts: Drafts, faults: Faults) -> None:
    """Set target, through, inverse and result of links, users and children; parent and tree of entities."""
    for field in drafts.all_fields():
        if field.type in LINKING:
            _link(drafts, field, faults)
    for field in drafts.all_fields():
        if field.type == "children":
            _children(drafts, field, faults)
    for field in drafts.all_fields():
        if field.type == "links" and "through" in field.options:
            connect_pairs(drafts, field, faults)
    connect_any(drafts, faults)
    _check_parents(drafts, faults)
    for draft in drafts.entities.values():
        if draft.parent is not None:
            if "position" in draft.by_name:
                field = draft.by_name["position"]
                faults.add(
                    field.spot.under("name"),
                    "KBK1003",
                    message("“{name}” is a reserved word", name="position"),
                )
            else:
                add_position(draft)
        _tree(draft, faults)
    _check_inverses(drafts, faults)


def _link(drafts: Drafts, field: FieldDraft, faults: Faults) -> None:
    system = SYSTEM_TARGETS.get(field.type)
    name = system or field.options["to"]
    target = drafts.entities.get(name)
    if target is None:
        spot = field.spot.under("type" if system else "to")
        faults.add(spot, "KBK1002", unknown("there is no entity “{name}”", name, drafts.entities))
        field.broken = True
        return
    if field.definition.required and field.options.get("on_delete") == "clear":
        why = message("a required link cannot be cleared when its record is deleted")
        faults.add(field.spot.under("on_delete"), "KBK1005", why)
    field.target = target.uid
    field.inverse = field.options.get("inverse")
    field.result = link(target.uid, many=field.type in LISTED)


def _children(drafts: Drafts, field: FieldDraft, faults: Faults) -> None:
    field.broken = True
    name = field.options["of"]
    child = drafts.entities.get(name)
    if child is None:
        why = unknown("there is no entity “{name}”", name, drafts.entities)
        faults.add(field.spot.under("of"), "KBK1002", why)
        return
    through = _through(field, child, faults)
    if through is None:
        return
    if child.parent is not None:
        why = message("the rows of “{entity}” already belong to another field", entity=child.name)
        faults.add(field.spot.under("of"), "KBK1005", why)
        return
    child.parent = through.uid
    field.broken = False
    field.target, field.through = child.uid, through.uid
    field.result = Type(kind="rows", entity=child.uid, many=True)


def _through(field: FieldDraft, child: EntityDraft, faults: Faults) -> FieldDraft | None:
    leading = [f for f in child.fields if f.type == "link" and f.target == field.entity.uid and not f.system]
    name = field.options.get("through")
    if name is None:
        if len(leading) == 1:
            return leading[0]
        why = message(
            "say by “through” which link of “{entity}” leads to “{to}”",
            entity=child.name,
            to=field.entity.name,
        )
        faults.add(field.spot, "KBK1005", why)
        return None
    found = child.by_name.get(name)
    if found is None:
        why = unknown("there is no field “{name}” in the entity of the rows", name, child.by_name)
        faults.add(field.spot.under("through"), "KBK1002", why)
        return None
    if found not in leading:
        if not found.broken:
            why = message("“{field}” is not a link to “{to}”", field=found.shown, to=field.entity.name)
            faults.add(field.spot.under("through"), "KBK1005", why)
        return None
    return found


def _check_parents(drafts: Drafts, faults: Faults) -> None:
    above = {
        draft.name: [drafts.entity_by_uid[target].name]
        for draft in drafts.entities.values()
        if draft.parent is not None and (target := draft.by_uid[draft.parent].target) is not None
    }
    for members in circle(above):
        draft = drafts.entities[members[0]]
        faults.circle(draft.spot, members)


def _tree(draft: EntityDraft, faults: Faults) -> None:
    name = draft.definition.tree
    if name is None:
        return
    spot = draft.spot.under("tree")
    field = draft.by_name.get(name)
    if field is None:
        faults.add(spot, "KBK1002", unknown("there is no field “{name}”", name, draft.by_name))
    elif field.type != "link" or field.target != draft.uid:
        if not field.broken:
            faults.add(
                spot, "KBK1005", message("“{field}” is not a link to the entity itself", field=field.shown)
            )
    else:
        draft.tree = field.uid


def _check_inverses(drafts: Drafts, faults: Faults) -> None:
    seen: dict[tuple[str, str], FieldDraft] = {}
    for field in drafts.all_fields():
        if field.inverse is None:
            continue
        for uid in field.targets or ((field.target,) if field.target else ()):
            target = drafts.entity_by_uid[uid]
            other = seen.setdefault((uid, field.inverse), field)
            taken = target.by_name.get(field.inverse) or (other if other is not field else None)
            if taken is not None:
                why = message(
                    "“{name}” is already the name of {other}",
                    name=f"{target.name}.{field.inverse}",
                    other=taken.shown,
                )
                faults.add(field.spot.under("inverse"), "KBK1003", why)
                break
