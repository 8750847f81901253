"""Names inside one entity: default labels, free names, names that stand twice."""

from __future__ import annotations

from typing import Any

from metamodel.labels import Label
from metamodel.messages import message
from metamodel.names import RESERVED_FIELDS
from metamodel.resolve.drafts import EntityDraft, FieldDraft
from metamodel.resolve.faults import Faults, Spot


def default_label(name: str) -> Label:
    """What a thing without a label is called: its name with spaces."""
    text = name.replace("_", " ").capitalize()
    return Label(ru=text, en=text)


def name_is_free(draft: EntityDraft, name: str, spot: Spot, faults: Faults) -> bool:
    """Whether a field of the entity may have that name; if not, the fault is reported."""
    if name in RESERVED_FIELDS:
        faults.add(spot, "KBK1003", message("“{name}” is a reserved word", name=name))
    elif name in draft.by_name:
        faults.add(
            spot,
            "KBK1003",
            message("the entity “{entity}” has another field “{name}”", entity=draft.name, name=name),
        )
    else:
        return True
    return False


def unique_names(items: Any, spot: Spot, faults: Faults) -> None:
    """Report each item of a list whose name an earlier one has."""
    seen: set[str] = set()
    for index, item in enumerate(items):
        if item.name in seen:
            faults.add(spot.under(index, "name"), "KBK1003", message("“{name}” stands twice", name=item.name))
        seen.add(item.name)


def add_field(draft: EntityDraft, field: FieldDraft) -> None:
    """Give the entity one more field."""
    draft.fields.append(field)
    draft.by_name[field.name] = field
    draft.by_uid[field.uid] = field
