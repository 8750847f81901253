"""Where a definition is used: each place in the document that names it, whatever it is called there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from core.errors import KubikError
from core.solutions.laid import laid_fields, laid_names, laid_sections
from core.solutions.renames import SLOTS
from core.solutions.use import Naming, Use
from core.solutions.used_by_actions import ActionWalker
from core.solutions.used_by_documents import DocumentWalker, template_uses
from core.solutions.used_by_reports import ReportWalker
from core.solutions.used_by_stages import StageWalker
from core.solutions.used_by_tests import TestWalker
from core.storage.workspace import Transaction
from metamodel.fields.base import siblings
from metamodel.messages import message
from metamodel.model import Entity, Field, Model, View
from metamodel.places import pointer


def where_used(model: Model, kind: str, name: str, tx: Transaction | None = None) -> tuple[Use, ...]:
    """The uses of a definition; of an entity those of its fields by others, too; with ``tx`` those by template files as
    well. KBK2006 when there is none."""
    uid = uid_of(model, kind, name)
    by_files = template_uses(tx, model) if tx is not None else ()
    return tuple(use for use in chain(all_uses(model), by_files) if uid in use.refers)


def uid_of(model: Model, kind: str, name: str) -> str:
    """The uid of a definition: entity, action, role, view, report, document, menu, solution by name; field `deal.amount`; choice or stage
    `deal.stage.won`."""
    found: Any = None
    plural = {"entity": "entities"}.get(kind, f"{kind}s")
    if kind in ("entity", "action", "role", "view", "report", "document", "menu", "solution"):
        found = getattr(model, plural).get(name)
    elif kind in ("field", "choice", "stage"):
        entity, _, rest = name.partition(".")
        field, _, choice = rest.partition(".")
        owner = model.entities.get(entity)
        found = owner.by_name.get(field) if owner else None
        if kind != "field" and found is not None:
            found = next((c for c in found.choices if c.name == choice), None)
    if found is None:
        raise KubikError("KBK2006", message("there is no {kind} “{name}”", kind=kind[:40], name=name[:200]))
    return str(found.uid)


def all_uses(model: Model) -> Iterator[Use]:
    """Every use in the model's document."""
    walker = Walker(model)
    document = model.document
    for kind in ("entities", "extensions"):
        for index, item in enumerate(document.get(kind, ())):
            yield from walker.entity(kind, index, item)
    actions = ActionWalker(model)
    for index, item in enumerate(document.get("actions", ())):
        yield from actions.action(index, item)
    for index, item in enumerate(document.get("roles", ())):
        yield from walker.role(index, item)
    for index, item in enumerate(document.get("views", ())):
        yield from walker.view(index, item)
    reports = ReportWalker(model)
    for index, item in enumerate(document.get("reports", ())):
        yield from reports.report(index, item)
    documents = DocumentWalker(model)
    for index, item in enumerate(document.get("documents", ())):
        yield from documents.document(index, item)
    for index, item in enumerate(document.get("menus", ())):
        yield from walker.menu(item["name"], ("menus", index), item)
    tests = TestWalker(model)
    for index, item in enumerate(document.get("tests", ())):
        yield from tests.tests(index, item)
    solutions = {s.name: s.uid for s in model.solutions.values()}
    for index, item in enumerate(document.get("solutions", ())):
        for number, name in enumerate(item.get("depends", ())):
            path = pointer(("solutions", index, "depends", number))
            yield Use(
                kind="solution", target=item["name"], pointer=path, refers=frozenset((solutions[name],))
            )


class Walker(Naming):
    def entity(self, kind: str, index: int, item: Mapping[str, Any]) -> Iterator[Use]:
        entity = self.model.entities[item.get("extends", item["name"])]
        name, at = entity.name, (kind, index)
        if "extends" in item:
            yield self.use("extension", item["name"], (*at, "extends"), entity.uid)
        for number, field in enumerate(item.get("fields", ())):
            yield from self.field(entity, entity.by_uid[field["uid"]], field, (*at, "fields", number))
        constraints = {c.uid: c for c in entity.constraints}
        for number, constraint in enumerate(item.get("constraints", ())):
            path = (*at, "constraints", number)
            found = constraints[constraint["uid"]]
            if found.unique:
                yield self.use("constraint", name, (*path, "unique"), *found.unique)
            yield from self.expression("constraint", name, (*path, "check"), found.check, entity.uid)
        if item.get("stages") is not None:
            yield from StageWalker(self.model).stages(entity, item["stages"], (*at, "stages"))
        yield from self.layout(entity, item, at)
        for number, sort in enumerate(item.get("sort", ())):
            yield self.use("sort", name, (*at, "sort", number), *self.path(entity, sort))
        for number, names in enumerate(item.get("duplicates", ())):
            uids = [entity.by_name[each].uid for each in names]
            yield self.use("duplicates", name, (*at, "duplicates", number), *uids)
        for number, each in enumerate(item.get("search", ())):
            yield self.use("search", name, (*at, "search", number), entity.by_name[each].uid)
        if "tree" in item:
            yield self.use("tree", name, (*at, "tree"), *self.path(entity, item["tree"]))
        if "title" in item:
            yield self.use("title", name, (*at, "title"), *(part.field for part in entity.title))

    def layout(self, entity: Entity, item: Mapping[str, Any], at: tuple[str | int, ...]) -> Iterator[Use]:
        """Fields in rows, conditions of sections, records that panels and the timeline show."""
        name = entity.name
        for spot, field_name in laid_fields(item):
            yield self.use("layout", name, (*at, *spot), *self.path(entity, field_name))
        conditions = {
            s.visible_if.text: s.visible_if for t in entity.layout for s in t.sections if s.visible_if
        }
        for spot, section in laid_sections(item):
            found = conditions.get(section.get("visible_if", ""))
            yield from self.expression("layout", name, (*at, *spot, "visible_if"), found, entity.uid)
        for spot, shown in laid_names(item):
            yield self.use(
                "timeline" if spot[0] == "timeline" else "layout",
                name,
                (*at, *spot),
                *self.rows(entity, shown),
            )

    def rows(self, entity: Entity, written: str) -> list[str]:
        """The uids of a path of links that ends with a name of rows."""
        *links, name = written.split(".")
        uids = self.path(entity, ".".join(links)) if links else []
        at: Entity | None = entity
        for uid in uids:
            at = self.model.entity_by_uid.get(at.by_uid[uid].target or "") if at else None
        found = self.model.inverse(at, name) if at else None
        return [*uids, found[0].uid, found[1].uid] if found else uids

    def field(
        self, entity: Entity, field: Field, item: Mapping[str, Any], at: tuple[str | int, ...]
    ) -> Iterator[Use]:
        target = f"{entity.name}.{field.name}"
        for place, uid in enumerate(field.targets if isinstance(item.get("to"), list) else ()):
            yield self.use("field", target, (*at, "to", place), uid)
        if field.via is not None:
            yield self.use(
                "field", target, (*at, "through"), field.via.entity, field.via.owner, field.via.target
            )
        for key in ("to", "of"):
            if key in item and field.target is not None:
                yield self.use("field", target, (*at, key), field.target)
        if "through" in item and field.via is None:
            yield self.use("field", target, (*at, "through"), field.through)
        if field.type.name == "user":
            yield self.use("field", target, (*at, "type"), field.target)
        for key in siblings(field.type):
            if key in item:
                yield self.use("field", target, (*at, key), *self.path(entity, item[key]))
        for key, attribute in SLOTS.items():
            if key in item:
                yield from self.expression("field", target, (*at, key), getattr(field, attribute), entity.uid)

    def role(self, index: int, item: Mapping[str, Any]) -> Iterator[Use]:
        role, name = self.model.roles[item["name"]], item["name"]
        if "parent" in item:
            yield self.use("role", name, ("roles", index, "parent"), role.parent)
        for place, included in enumerate(item.get("includes", ())):
            yield self.use("role", name, ("roles", index, "includes", place), self.model.roles[included].uid)
        for number, (written, grant) in enumerate(zip(item.get("grants", ()), role.grants, strict=True)):
            at = ("roles", index, "grants", number)
            entity = self.model.entity_by_uid[grant.entity]
            yield self.use("role", name, (*at, "entity"), entity.uid)
            yield from self.expression("role", name, (*at, "rows"), grant.rows, entity.uid)
            yield from self.expression("role", name, (*at, "check"), grant.check, entity.uid)
            if grant.stages:
                yield self.use("role", name, (*at, "stages"), *grant.stages)
            for place, right in enumerate(written.get("actions", ())):
                action = self.model.actions.get(right)
                if action is not None and action.entity == entity.uid:
                    yield self.use("role", name, (*at, "actions", place), action.uid)
            fields = written.get("fields")
            named = fields.get("all_but", ()) if isinstance(fields, Mapping) else fields
            for place, field_name in enumerate(named if isinstance(named, list | tuple) else ()):
                path = (*at, "fields", *(("all_but",) if isinstance(fields, Mapping) else ()), place)
                yield self.use("role", name, path, *self.path(entity, field_name))

    def view(self, index: int, item: Mapping[str, Any]) -> Iterator[Use]:
        view, at = self.model.views[item["name"]], ("views", index)
        entity = self.model.entity_by_uid[view.entity]
        yield self.use("view", view.name, (*at, "entity"), entity.uid)
        for key, paths in (("columns", view.columns), ("sort", view.sort)):
            for number, path in enumerate(paths):
                yield self.use("view", view.name, (*at, key, number), *self.path(entity, path))
        yield from self.board(view, at, item)
        for key, uid in {"from": view.starts, "to": view.ends, "color_by": view.color_by}.items():
            if uid is not None:
                yield self.use("view", view.name, (*at, key), uid)
        if view.parent is not None:
            yield self.use("view", view.name, (*at, "kind"), view.parent)
        yield from self.listed(view, at, entity)
        yield from self.expression("view", view.name, (*at, "filter"), view.filter, entity.uid)
        yield from self.roles("view", view.name, at, item)

    def listed(self, view: View, at: tuple[str | int, ...], entity: Entity) -> Iterator[Use]:
        """By what a list is grouped, what is told below its columns, what colours it."""
        for number, group in enumerate(view.group):
            yield self.use("view", view.name, (*at, "group", number), group.field)
        for number, told in enumerate(view.told or ()):
            yield self.use("view", view.name, (*at, "totals", number), told.field)
        for number, format in enumerate(view.formats):
            path = (*at, "formats", number)
            if format.column is not None:
                yield self.use("view", view.name, (*path, "column"), *self.path(entity, format.column))
            yield from self.expression("view", view.name, (*path, "when"), format.when, entity.uid)
            yield from self.expression("view", view.name, (*path, "value"), format.value, entity.uid)

    def board(self, view: View, at: tuple[str | int, ...], item: Mapping[str, Any]) -> Iterator[Use]:
        """What the columns of a board are, and what is summed up over them."""
        if view.group_by is None:
            return
        yield self.use("view", view.name, (*at, "group_by" if "group_by" in item else "kind"), view.group_by)
        for number, uid in enumerate(view.totals):
            yield self.use("view", view.name, (*at, "totals", number), uid)
        choices = self.model.entity_by_uid[view.entity].by_uid[view.group_by].choices
        for key in ("folded", "hidden"):
            for number, name in enumerate(item.get(key, ())):
                named = (choice.uid for choice in choices if choice.name == name)
                yield self.use("view", view.name, (*at, key, number), *named)

    def roles(
        self, kind: str, name: str, at: tuple[str | int, ...], item: Mapping[str, Any]
    ) -> Iterator[Use]:
        for number, role in enumerate(item.get("roles", ())):
            yield self.use(kind, name, (*at, "roles", number), self.model.roles[role].uid)

    def menu(self, name: str, at: tuple[str | int, ...], item: Mapping[str, Any]) -> Iterator[Use]:
        yield from self.roles("menu", name, at, item)
        for number, inner in enumerate(item.get("items", ())):
            path = (*at, "items", number)
            if "entity" in inner:
                yield self.use("menu", name, (*path, "entity"), self.model.entities[inner["entity"]].uid)
            if "view" in inner:
                yield self.use("menu", name, (*path, "view"), self.model.views[inner["view"]].uid)
            if "report" in inner:
                yield self.use("menu", name, (*path, "report"), self.model.reports[inner["report"]].uid)
            yield from self.menu(name, path, inner)
