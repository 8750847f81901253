"""A rename reaches actions: entities, fields, stages and expressions that they name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from metamodel.actions import Action, Step
from metamodel.expression import Expression

if TYPE_CHECKING:
    from core.solutions.renames import Follower


def rename_in_action(names: Follower, item: dict[str, Any], old: Action | None) -> None:
    """Write the action with the new names; ``old`` is the same one as it was."""
    about = names.entity_uid.get(item["entity"])
    item["entity"] = names.name("entities", item["entity"])
    names.expression(item, "when", old.when if old else None)
    form = old.form if old else None
    for written in item.get("inputs", ()):
        names.field_definition(
            f"{item['uid']}.input", written, form.by_uid.get(written["uid"]) if form else None
        )
        names.expression(written, "default", old.defaults.get(written["uid"]) if old else None)
    steps = old.steps if old else ()
    for index, written in enumerate(item["steps"]):
        _step(names, written, steps[index] if index < len(steps) else None, about)


def _step(names: Follower, written: dict[str, Any], old: Step | None, about: str | None) -> None:
    uid = about
    if "entity" in written:
        uid = names.entity_uid.get(written["entity"])
        written["entity"] = names.name("entities", written["entity"])
    if "document" in written:
        written["document"] = names.name("documents", written["document"])
    if old is not None and old.entity != uid and "document" not in written:
        old = None
    for key, expression in (
        ("if", old.condition if old else None),
        ("find", old.find if old else None),
        ("where", old.where if old else None),
    ):
        names.expression(written, key, expression)
    if "to" in written:
        written["to"] = names.stages(uid).get(written["to"], written["to"])
    if "sort" in written:
        written["sort"] = [names.path(uid, name) for name in written["sort"]]
    if "values" in written:
        written["values"] = _values(names, uid, written["values"], old.values if old else {})
    if "rows" in written:
        written["rows"] = {
            names.field(uid, name): _rows(names, uid, name, rows, old, about)
            for name, rows in written["rows"].items()
        }


def _rows(
    names: Follower, uid: str | None, name: str, written: dict[str, Any], old: Step | None, about: str | None
) -> dict[str, Any]:
    field = names.field_uid.get(uid or "", {}).get(name)
    was = next((rows for rows in old.rows if rows.field == field), None) if old else None
    child = names.entity_uid.get(names.now.leads.get(field or "", ""))
    names.expression(written, "where", was.where if was else None)
    return {
        **written,
        "of": names.rows(about, written["of"]),
        "values": _values(names, child, written["values"], was.values if was else {}),
    }


def _values(
    names: Follower, entity: str | None, written: Mapping[str, Any], old: Mapping[str, Expression]
) -> dict[str, Any]:
    made = dict(written)
    for name in written:
        names.expression(made, name, old.get(names.field_uid.get(entity or "", {}).get(name, "")))
    return {names.field(entity, name): text for name, text in made.items()}
