"""The configuration that a caller may see: whole for who configures, otherwise only what their screens show."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from typing import Any

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.documents.offering import may_have
from core.errors import KubikError
from core.query.names import readable_path
from core.records.reports import defined_reports, open_report
from metamodel.model import Entity, Model, View
from metamodel.reports import Report, axis_parts, value_parts

_ENTITY = ("name", "uid", "solution", "label", "label_many", "help", "icon", "menu")
_FIELD = (
    "name", "uid", "type", "label", "help", "required", "unique", "read_only", "personal", "choices", "of", "currency",
    "scale", "min", "max", "max_length", "format",
)  # fmt: skip
_SOLUTION = ("name", "uid", "label", "help", "version", "icon", "color")
_ACTION = ("name", "uid", "solution", "label", "help", "icon", "entity", "where", "rank", "order", "confirm")
_VIEW = (
    "name",
    "uid",
    "solution",
    "label",
    "help",
    "entity",
    "kind",
    "group_by",
    "from",
    "to",
    "color_by",
    "sort",
    "order",
)
_DOCUMENT = ("name", "uid", "solution", "label", "help", "icon", "entity", "language", "order")
_REPORT = ("name", "uid", "solution", "label", "help", "icon", "entity", "subtotals", "heat", "order")

Definition = Mapping[str, Any]


def visible_model(model: Model, actor: Actor) -> dict[str, Any]:
    """The document of ``GET /api/model``. No expression is given to who does not configure: it may name hidden
    fields; nor a solution or menu of which nothing is theirs."""
    grants = grants_of(model, actor)
    if grants.everything:
        return {"version": model.version, **model.document}
    seen = {
        e.name: e for e in model.entities.values() if grants.may(e.uid, "read") or grants.may(e.uid, "create")
    }
    views = [kept for view in model.document["views"] if (kept := _view(view, model, seen, grants, actor))]
    names = {view["name"] for view in views}
    reports = {report.name for report in defined_reports(model, actor)}
    made: dict[str, list[dict[str, Any]]] = {
        "entities": [_entity(entity, model, grants) for entity in seen.values()],
        "actions": [
            _action(each, model, grants)
            for each in model.document.get("actions", ())
            if each["entity"] in seen and grants.may_run(model.actions[each["name"]])
        ],
        "roles": [
            _only(each, ("name", "uid", "solution", "label"))
            for each in model.document["roles"]
            if model.roles[each["name"]].uid in actor.roles
        ],
        "views": views,
        "reports": [_report(each, model, grants) for each in defined_reports(model, actor)],
        "documents": [
            _only(each, _DOCUMENT)
            for each in model.document.get("documents", ())
            if may_have(grants, actor.roles, model.documents[each["name"]])
        ],
        "menus": [
            {
                **_only(menu, ("name", "uid", "solution")),
                "items": _items(menu.get("items", ()), set(seen), names, reports),
            }
            for menu in model.document["menus"]
            if _for_roles(model.menus[menu["name"]].roles, actor)
        ],
    }
    made["menus"] = [menu for menu in made["menus"] if menu["items"]]
    owners = {each.get("solution") for kind in made.values() for each in kind}
    solutions = [_only(each, _SOLUTION) for each in model.document["solutions"] if each["name"] in owners]
    return {"version": model.version, "solutions": solutions, **made}


def _only(definition: Definition, keys: Iterable[str]) -> dict[str, Any]:
    return {key: definition[key] for key in keys if key in definition}


def _for_roles(roles: frozenset[str] | None, actor: Actor) -> bool:
    return roles is None or bool(roles.intersection(actor.roles))


def _written(model: Model, entity: Entity) -> tuple[Definition, dict[str, Definition]]:
    """The definition of an entity and of its fields, those of extensions included, by uid."""
    definition = next(each for each in model.document["entities"] if each["uid"] == entity.uid)
    extended = [each for each in model.document.get("extensions", ()) if each["extends"] == entity.name]
    return definition, {
        field["uid"]: field for part in (definition, *extended) for field in part.get("fields", ())
    }


def _entity(entity: Entity, model: Model, grants: Grants) -> dict[str, Any]:
    definition, written = _written(model, entity)
    known = {
        *grants.readable(entity.uid),
        *grants.writable(entity.uid, "create"),
        *grants.writable(entity.uid, "update"),
    }
    fields = []
    for field in entity.fields:
        if field.uid in known and not field.system and field.uid in written:
            kept = _only(written[field.uid], _FIELD)
            if "of" in kept and not grants.may(field.target or "", "read"):
                del kept["of"]
            if field.target and grants.may(field.target, "read"):
                kept["to"] = model.entity_by_uid[field.target].name
            elif field.targets:
                led = (uid for uid in field.targets if grants.may(uid, "read"))
                kept["to"] = [model.entity_by_uid[uid].name for uid in led]
            fields.append(kept)
    found = {**_only(definition, _ENTITY), "fields": fields}
    if entity.stages is not None and entity.stages.field in known:
        found["stages"] = _stages(entity, model, known)
    return found


def _action(definition: Definition, model: Model, grants: Grants) -> dict[str, Any]:
    """A button that the caller has, and what it asks; not what it does, nor when."""
    inputs = []
    for field in model.actions[definition["name"]].form.fields:
        written = next(each for each in definition["inputs"] if each["uid"] == field.uid)
        kept = _only(written, _FIELD)
        if field.target and grants.may(field.target, "read"):
            kept["to"] = model.entity_by_uid[field.target].name
        inputs.append(kept)
    return {**_only(definition, _ACTION), "inputs": inputs}


def _stages(entity: Entity, model: Model, known: Container[str]) -> dict[str, Any]:
    """The block of stages as it is written, wherever it stands; of what stages require only fields the caller may know."""
    parts = (*model.document["entities"], *model.document.get("extensions", ()))
    stages = next(p["stages"] for p in parts if p.get("stages", {}).get("uid") == entity.stages.field)  # type: ignore[union-attr]
    names = {field.name for field in entity.fields if field.uid in known}
    pipelines = []
    for pipeline in stages["pipelines"]:
        kept = _only(pipeline, ("name", "uid", "label", "help"))
        kept["stages"] = [
            _only(stage, ("name", "uid", "label", "help", "color", "kind", "norm", "archived"))
            | ({"required": asked} if (asked := [n for n in stage.get("required", ()) if n in names]) else {})
            for stage in pipeline["stages"]
        ]
        if "moves" in pipeline:
            kept["moves"] = [_only(move, ("from", "to", "message")) for move in pipeline["moves"]]
        pipelines.append(kept)
    return {**_only(stages, ("field", "uid", "label", "help")), "pipelines": pipelines}


def _view(
    definition: Definition, model: Model, seen: Mapping[str, Entity], grants: Grants, actor: Actor
) -> dict[str, Any] | None:
    view: View = model.views[definition["name"]]
    entity = seen.get(definition["entity"])
    if entity is None or not _for_roles(view.roles, actor):
        return None
    kept = _only(definition, _VIEW)
    kept["columns"] = [name for name in definition["columns"] if _readable(model, grants, entity, name)]
    kept["sort"] = [
        name for name in definition.get("sort", ()) if _readable(model, grants, entity, name.lstrip("-"))
    ]
    if view.kind == "board":
        readable = grants.readable(entity.uid)
        if view.group_by not in readable:
            return None
        names = {uid: entity.by_uid[uid].name for uid in view.totals if uid in readable}
        kept |= {"totals": list(names.values())} if names else {}
    for key, uid in {
        "from": view.starts,
        "to": view.ends,
        "color_by": view.color_by,
        "parent": view.parent,
    }.items():
        if uid is not None and uid not in grants.readable(entity.uid):
            if key in ("from", "parent"):
                return None
            kept.pop(key, None)
    return kept


def _report(report: Report, model: Model, grants: Grants) -> dict[str, Any]:
    """A report with what the caller may have of it."""
    definition = next(each for each in model.document["reports"] if each["uid"] == report.uid)
    state = open_report(model, grants, report).state
    kept = {
        "rows": [axis_parts(text) for text in state.rows],
        "columns": [axis_parts(text) for text in state.columns],
        "values": [value_parts(text) for text in state.values],
    }
    chart = None if state.chart is None else {"kind": state.chart.kind, "value": state.chart.value}
    sorts = {
        name: {"value": sort.value, "descending": sort.descending}
        for name, sort in (("sort", state.sort), ("sort_columns", state.sort_columns))
        if sort is not None
    }
    return {**_only(definition, _REPORT), **kept, **({} if chart is None else {"chart": chart}), **sorts}


def _readable(model: Model, grants: Grants, entity: Entity, name: str) -> bool:
    """Whether the caller may read the column: every step of its path, the entities on the way included."""
    try:
        readable_path(model, grants, entity, name, "")
    except KubikError:
        return False
    return True


def _items(
    items: Iterable[Definition], entities: set[str], views: set[str], reports: set[str]
) -> list[dict[str, Any]]:
    """The places of a menu that lead somewhere for this caller; empty groups fall away."""
    found = []
    for item in items:
        inner = _items(item.get("items", ()), entities, views, reports)
        leads = item.get("entity") in entities or item.get("view") in views or item.get("report") in reports
        if leads or inner:
            kept = _only(item, ("label", "icon", "entity", "view", "report"))
            found.append({**kept, "items": inner} if inner else kept)
    return found
