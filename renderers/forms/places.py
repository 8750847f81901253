"""What a JSON Pointer leads to in a form: its field, what it is called, the link to it."""

from __future__ import annotations

from metamodel.messages import message
from metamodel.model import Entity, Field, Model
from renderers.forms.desk import Desk, html_id


def field_at(model: Model, entity: Entity, pointer: str) -> Field | None:
    """The field that a pointer names; None for the record as a whole, a row as a whole, and what is not there."""
    steps = pointer.split("/")[1:]
    for at, step in enumerate(steps):
        if at % 2:
            continue
        found = entity.by_name.get(step)
        if found is None or at == len(steps) - 1:
            return found
        if not found.target or not steps[at + 1].isdigit():
            return None
        entity = model.entity_by_uid[found.target]
    return None


def place(desk: Desk, entity: Entity, pointer: str) -> tuple[str, str | None]:
    """What a pointer is called on the form, and the link to it; neither for the record as a whole."""
    steps = pointer.split("/")[1:]
    words, known = "", 0
    for at in range(0, len(steps), 2):
        found = field_at(desk.model, entity, "/".join(["", *steps[: at + 1]]))
        if found is None:
            break
        label, known = desk.label(found), at + 1
        if at + 1 < len(steps) and steps[at + 1].isdigit() and found.type.name == "children":
            label = desk.texts.render(
                message("{list}, row {number}", list=label, number=int(steps[at + 1]) + 1)
            )
            known = at + 2
        words = f"{words}: {label}" if words else label
    return (words, f"#{html_id('/'.join(['', *steps[:known]]))}") if known else ("", None)


def order_of(pointer: str, places: dict[str, int]) -> tuple[int, ...]:
    """Where a pointer stands on the form: by the field of the record, then by the numbers of its rows."""
    steps = pointer.split("/")
    rows = [int(step) for step in steps[2::2] if step.isdigit()]
    return places.get("/".join(steps[:2]), len(places)), *rows
