"""What is done about a definition that names what goes away: nothing is ever widened by it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.solutions.remedied_documents import remedied_document
from core.solutions.remedied_reports import remedied_report
from metamodel.fields import field_types
from metamodel.fields.base import siblings
from metamodel.messages import Message, message
from metamodel.resolve import Fault


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """The removal of what stands at ``path`` of the definition ``at`` [``index``]; an empty path is all of it.

    ``title`` instead is a name taken out of the entity's title. ``kind`` and ``target`` are what people call it.
    """

    at: str
    index: int
    path: tuple[str | int, ...]
    kind: str
    target: str
    remedy: Message
    title: str | None = None


_LEFT_OUT = {
    "required_if": message("the requirement goes"),
    "read_only_if": message("the condition of read-only goes"),
    "visible_if": message("the condition of visibility goes"),
    "default": message("the default goes"),
    "copy": message("it no longer follows another field"),
    "options": message("the narrowing of what may be chosen goes"),
    "currency_field": message("the currency field goes"),
    "by": message("the date of the number goes"),
    "unique": message("the uniqueness goes"),
}
_OFF = message("the computed field is switched off: it leaves the entity until the change is undone")
_FIELD_GOES = message("the field goes, too")


def remedy(item: Mapping[str, Any], fault: Fault) -> Edit | None:
    """The edit that answers a fault of ``item``; None when only a person can decide."""
    match fault.kind:
        case "entities" | "extensions":
            return _of_entity(item, fault)
        case "actions":
            return _of_action(item, fault)
        case "roles":
            return _of_role(item, fault)
        case "views":
            return _of_view(item, fault)
        case "reports":
            return _of_report(item, fault)
        case "documents":
            return _of_document(item, fault)
        case "menus":
            return _of_menu(item, fault)
        case "tests":
            return _of_tests(item, fault)
    return None


def _made(
    fault: Fault, kind: str, target: str, words: Message, *path: str | int, title: str | None = None
) -> Edit:
    return Edit(
        at=fault.kind, index=fault.index, path=path, kind=kind, target=target, remedy=words, title=title
    )


def _of_entity(item: Mapping[str, Any], fault: Fault) -> Edit | None:
    name = item.get("extends", item["name"])
    match fault.path:
        case ("extends",):
            return _made(fault, "extension", item["name"], message("the extension goes"))
        case ("fields", int() as index, *rest):
            return _of_field(item["fields"][index], name, index, rest, fault)
        case ("constraints", int() as index, *_):
            return _made(fault, "constraint", name, message("the constraint goes"), "constraints", index)
        case ("stages", "pipelines", int() as index, *rest):
            return _of_pipeline(item["stages"]["pipelines"][index], name, index, rest, fault)
        case ("layout", *_) | ("rail", _) | ("timeline", _):
            return _of_layout(name, fault)
        case ("title",):
            missing = _missing_of(fault)
            whole = () if missing else ("title",)
            return _made(fault, "title", name, message("it leaves the title"), *whole, title=missing)
        case ("sort", int() as index):
            return _made(fault, "sort", name, message("it leaves the order"), "sort", index)
        case ("duplicates", int() as index, *_):
            words = message("records are not compared by it any more")
            return _made(fault, "duplicates", name, words, "duplicates", index)
        case ("search", int() as index):
            words = message("records are not found by its title any more")
            return _made(fault, "search", name, words, "search", index)
        case ("tree",):
            return _made(fault, "tree", name, message("the records are no tree any more"), "tree")
    return None


def _of_pipeline(
    pipeline: Mapping[str, Any], entity: str, index: int, rest: list[Any], fault: Fault
) -> Edit | None:
    """A requirement goes with its field; of a move what is left when a stage or a role goes never lets more happen: the
    last role takes the move with it, and so does its condition.
    """
    at = ("stages", "pipelines", index)
    match rest:
        case ["stages", int() as number, "required", int() as place]:
            target = f"{entity}.{pipeline['stages'][number]['name']}"
            words = message("the requirement goes")
            return _made(fault, "stage", target, words, *at, "stages", number, "required", place)
        case ["moves", int() as number, ("from" | "to" | "roles") as key, int() as place]:
            move, target = pipeline["moves"][number], f"{entity}.{pipeline['name']}"
            if len(move[key]) > 1:
                words = (
                    message("the role leaves the move")
                    if key == "roles"
                    else message("the stage leaves the move")
                )
                return _made(fault, "pipeline", target, words, *at, "moves", number, key, place)
            return _made(fault, "pipeline", target, message("the move goes"), *at, "moves", number)
        case ["moves", int() as number, *_]:
            target = f"{entity}.{pipeline['name']}"
            return _made(fault, "pipeline", target, message("the move goes"), *at, "moves", number)
    return None


def _of_layout(name: str, fault: Fault) -> Edit | None:
    match fault.path:
        case (*_, "visible_if"):
            return _made(fault, "layout", name, _LEFT_OUT["visible_if"], *fault.path)
        case (*_, "rows", int() as row, int() as place) | (*_, "rows", int() as row, int() as place, "field"):
            path = fault.path[: fault.path.index("rows")]
            return _made(fault, "layout", name, message("it leaves the layout"), *path, "rows", row, place)
        case (*_, "show", int()) | ("rail", int()):
            return _made(fault, "layout", name, message("it leaves the card"), *fault.path)
        case ("timeline", int()):
            return _made(fault, "timeline", name, message("it leaves the timeline"), *fault.path)
    return None


def _missing_of(fault: Fault) -> str | None:
    """The name a message of an unknown or unfit name is about."""
    inner = fault.message.parameters
    while isinstance(inner.get("base"), Message):
        inner = inner["base"].parameters
    found = inner.get("name") or inner.get("field")
    return str(found).rpartition(".")[2] if found else None


def _of_field(
    field: Mapping[str, Any], entity: str, index: int, rest: list[Any], fault: Fault
) -> Edit | None:
    target = f"{entity}.{field['name']}"
    if rest and rest[0] in ("formula", "path"):
        return _made(fault, "field", target, _OFF, "fields", index)
    if len(rest) == 2 and rest[0] == "to" and len(field["to"]) > 1:
        less = message("it leaves the entities that the field leads to")
        return _made(fault, "field", target, less, "fields", index, *rest)
    if not rest or rest[0] in ("to", "of", "through", "type"):
        return _made(fault, "field", target, _FIELD_GOES, "fields", index)
    words = _LEFT_OUT.get(str(rest[0]))
    if (
        words is None
        and field.get("type") in field_types()
        and rest[0] in siblings(field_types()[field["type"]])
    ):
        words = message("the option “{key}” goes", key=str(rest[0]))
    return None if words is None else _made(fault, "field", target, words, "fields", index, rest[0])


def _of_action(item: Mapping[str, Any], fault: Fault) -> Edit | None:
    """An action without one of its inputs, steps or values would do something else: it goes as a whole."""
    match fault.path:
        case ("inputs", int() as index, ("default" | "options") as key):
            return _made(fault, "action", item["name"], _LEFT_OUT[key], "inputs", index, key)
    return _made(fault, "action", item["name"], message("the action goes"))


def _of_role(item: Mapping[str, Any], fault: Fault) -> Edit | None:
    name = item["name"]
    match fault.path:
        case ("parent",):
            return _made(fault, "role", name, message("the role has no parent any more"), "parent")
        case ("includes", int() as index):
            return _made(fault, "role", name, message("it leaves the included roles"), "includes", index)
        case ("grants", int() as index, "fields", *rest):
            return _made(
                fault, "role", name, message("it leaves the field set"), "grants", index, "fields", *rest
            )
        case ("grants", int() as index, "actions", int() as place):
            if len(item["grants"][index]["actions"]) > 1:
                words = message("the right to the action leaves the grant")
                return _made(fault, "role", name, words, "grants", index, "actions", place)
            return _made(fault, "role", name, message("the grant goes"), "grants", index)
        case ("grants", int() as index, "stages", int() as place):
            if len(item["grants"][index]["stages"]) > 1:
                words = message("the stage leaves the grant")
                return _made(fault, "role", name, words, "grants", index, "stages", place)
            return _made(fault, "role", name, message("the grant goes"), "grants", index)
        case ("grants", int() as index, *_):
            return _made(fault, "role", name, message("the grant goes"), "grants", index)
    return None


def _of_view(item: Mapping[str, Any], fault: Fault) -> Edit | None:
    name = item["name"]
    match fault.path:
        case ("columns", int() as index):
            if len(item["columns"]) == 1:
                return _made(fault, "view", name, message("the view goes: it has no column left"))
            return _made(fault, "view", name, message("the column leaves the view"), "columns", index)
        case ("sort", int() as index):
            return _made(fault, "view", name, message("it leaves the order"), "sort", index)
        case ("filter",):
            return _made(fault, "view", name, message("the view goes: its filter cannot be asked any more"))
        case ("roles", int() as index):
            return _made(fault, "view", name, message("the role leaves the view"), "roles", index)
        case ("entity",) | ("kind",):
            return _made(fault, "view", name, message("the view goes"))
        case ("group_by",):
            return _made(fault, "view", name, message("the view goes: nothing groups its board any more"))
        case ("from",):
            return _made(fault, "view", name, message("the view goes: the field that makes it is gone"))
        case ("to",) | ("color_by",):
            return _made(
                fault, "view", name, message("the view loses what the field said"), str(fault.path[0])
            )
        case ("totals", int() as index):
            return _made(fault, "view", name, message("the total leaves the view"), "totals", index)
        case ("group", int() as index):
            if isinstance(item["group"], str) or len(item["group"]) == 1:
                return _made(fault, "view", name, message("the view is not grouped any more"), "group")
            return _made(fault, "view", name, message("the group leaves the view"), "group", index)
        case ("formats", int() as index, *_):
            return _made(fault, "view", name, message("the colour leaves the view"), "formats", index)
        case ("folded" | "hidden" as key, int() as index):
            words = message("the column is not set apart any more")
            return _made(fault, "view", name, words, key, index)
    return None


def _of_document(item: Mapping[str, Any], fault: Fault) -> Edit | None:
    path, words = remedied_document(item, fault.path)
    return None if words is None else _made(fault, "document", item["name"], words, *path)


def _of_report(item: Mapping[str, Any], fault: Fault) -> Edit | None:
    path, words = remedied_report(item, fault.path)
    return None if words is None else _made(fault, "report", item["name"], words, *path)


def _of_menu(item: Mapping[str, Any], fault: Fault) -> Edit | None:
    name = item["name"]
    match fault.path:
        case ("roles", int() as index):
            return _made(fault, "menu", name, message("the role leaves the menu"), "roles", index)
        case ("items", *rest) if rest and rest[-1] in ("entity", "view", "report"):
            return _menu_item(item, fault, list(fault.path[:-1]))
    return None


def _of_tests(item: Mapping[str, Any], fault: Fault) -> Edit | None:
    """What a test asks and what it asks it of make it up: without a part of that it goes; a single question may."""
    name = item["name"]
    match fault.path:
        case ("tests", int() as index, ("allow" | "deny") as key, str() as what, int() as place):
            if len(item["tests"][index][key][what]) > 1:
                words = message("it leaves the access test")
                return _made(fault, "tests", name, words, "tests", index, key, what, place)
            return _made(fault, "tests", name, message("the access test goes"), "tests", index)
        case ("tests", int() as index, *_):
            return _made(fault, "tests", name, message("the access test goes"), "tests", index)
    return None


def _menu_item(item: Mapping[str, Any], fault: Fault, path: list[Any]) -> Edit:
    """The item goes, with groups that would stay empty."""
    while True:
        siblings: Any = item
        for step in path[:-1]:
            siblings = siblings[step]
        if len(siblings) > 1 or len(path) <= 2:
            return _made(fault, "menu", item["name"], message("the item leaves the menu"), *path)
        path = path[:-2]
