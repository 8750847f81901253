"""Entities and their fields, resolved: titles, constraints, layouts, sort."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from metamodel.errors import unknown
from metamodel.expression.types import BOOLEAN
from metamodel.fields import field_types
from metamodel.messages import message
from metamodel.model import Constraint, Entity, Field, TitlePart
from metamodel.resolve.circles import circle
from metamodel.resolve.drafts import Drafts, EntityDraft, FieldDraft
from metamodel.resolve.expressions import Checker, FieldExpressions, field_expressions
from metamodel.resolve.faults import Faults, Spot
from metamodel.resolve.layouts import arrange
from metamodel.resolve.many_links import on_delete
from metamodel.resolve.naming import default_label
from metamodel.resolve.panels import timeline_of

_NO_EXPRESSIONS = FieldExpressions(
    required_if=None, read_only_if=None, visible_if=None, default=None, copy=None, narrowing=None
)
_TITLE_PART = re.compile(r"\{([^{}]*)\}")
NOT_IN_TITLES = ("children", "long_text", "boolean", "links", "users", "link_any", "files", "secret")


def column_name(uid: str, generation: int) -> str:
    """The physical name of a field's column: ``f_<uid>``, from its second generation on with the number behind."""
    return f"f_{uid}" if generation <= 1 else f"f_{uid}_{generation}"


def make_field(checker: Checker, draft: FieldDraft, columns: Mapping[str, int]) -> Field | None:
    """The resolved field; None when its own faults leave it without a type."""
    if draft.result is None:
        return None
    written = draft.definition
    expressions = _NO_EXPRESSIONS if draft.system or draft.of_stage else field_expressions(checker, draft)
    return Field(
        uid=draft.uid,
        name=draft.name,
        label=draft.label,
        type=field_types()[draft.type],
        result=draft.result,
        column=draft.name if draft.system else column_name(draft.uid, columns.get(draft.uid, 1)),
        help=written.help,
        options=written.options,
        required=written.required,
        unique=written.unique,
        indexed=written.indexed,
        read_only=written.read_only,
        personal=written.personal,
        search=written.search and not draft.system,
        system=draft.system,
        of_stage=draft.of_stage,
        required_if=expressions.required_if,
        read_only_if=expressions.read_only_if,
        visible_if=expressions.visible_if,
        default=expressions.default,
        copy=expressions.copy,
        narrowing=expressions.narrowing,
        computed=draft.computed,
        target=draft.target,
        targets=draft.targets,
        via=draft.via,
        through=draft.through,
        inverse=draft.inverse,
        on_delete=on_delete(written),
        choices=tuple(draft.choices),
    )


_NOT_COMPARED = (
    "children", "formula", "lookup", "rollup", "long_text", "rich_text", "json", "links", "users", "files", "file", "image",
    "secret", "boolean",
)  # fmt: skip


def make_entity(checker: Checker, draft: EntityDraft, fields: tuple[Field, ...]) -> Entity:
    """The resolved entity of a draft whose fields are resolved."""
    written = draft.definition
    label = written.label or default_label(draft.name)
    arranged = arrange(checker, draft)
    return Entity(
        uid=draft.uid,
        name=draft.name,
        solution=written.solution,
        label=label,
        label_many=written.label_many or label,
        icon=written.icon,
        help=written.help,
        title=_title(draft, checker.faults),
        fields=fields,
        stages=draft.stages,
        constraints=tuple(_constraint(checker, draft, written, spot) for written, spot in draft.constraints),
        layout=arranged.tabs,
        rail=arranged.rail,
        timeline=timeline_of(checker, draft),
        parent=draft.parent,
        follows=draft.follows,
        tree=draft.tree,
        default_sort=_sort(draft, checker.faults),
        duplicates=_duplicates(draft, checker.faults),
        search_links=_search_links(draft, checker.faults),
        menu=written.menu,
    )


def _title(draft: EntityDraft, faults: Faults) -> tuple[TitlePart, ...]:
    pattern = draft.definition.title
    if pattern is None:
        return (TitlePart(field=_title_field(draft).uid),)
    parts = []
    end = 0
    for found in _TITLE_PART.finditer(pattern):
        if found.start() > end:
            parts.append(TitlePart(text=pattern[end : found.start()]))
        end = found.end()
        field = draft.by_name.get(found[1])
        if field is None:
            why = unknown("there is no field “{name}”", found[1], draft.by_name)
            faults.add(draft.spot.under("title"), "KBK1002", why)
        elif field.type in NOT_IN_TITLES:
            why = message("“{field}” cannot stand in a title", field=field.shown)
            faults.add(draft.spot.under("title"), "KBK1005", why)
        else:
            parts.append(TitlePart(field=field.uid))
    if end < len(pattern):
        parts.append(TitlePart(text=pattern[end:]))
    if _TITLE_PART.search(pattern) is None:
        faults.add(
            draft.spot.under("title"),
            "KBK1005",
            message("a title names at least one field: {example}", example="{name}"),
        )
    return tuple(parts)


def _title_field(draft: EntityDraft) -> FieldDraft:
    """What an entity without a title is called by: its ``name`` or ``title``, its first text, or the record's id."""
    for name in ("name", "title"):
        if name in draft.by_name and draft.by_name[name].type == "text":
            return draft.by_name[name]
    texts = (f for f in draft.fields if f.type in ("text", "number_series"))
    return next(texts, draft.by_name["id"])


def check_titles(drafts: Drafts, entities: Mapping[str, Entity], faults: Faults) -> None:
    """Report circles of titles that are made of one another's."""
    leads: dict[str, list[str]] = {}
    for entity in entities.values():
        draft = drafts.entity_by_uid[entity.uid]
        parts = [draft.by_uid[part.field] for part in entity.title if part.field is not None]
        leads[entity.name] = [
            drafts.entity_by_uid[f.target].name
            for f in parts
            if f.result and f.result.kind == "link" and f.target
        ]
    for members in circle(leads):
        faults.circle(drafts.entities[members[0]].spot.under("title"), members)


def _constraint(checker: Checker, draft: EntityDraft, written: Any, spot: Spot) -> Constraint:
    check = checker.parse(
        written.check, spot.under("check"), entity=draft.uid, expect=BOOLEAN, allow=frozenset()
    )
    unique = []
    for index, name in enumerate(written.unique):
        field = draft.by_name.get(name)
        place = spot.under("unique", index)
        if field is None:
            checker.faults.add(place, "KBK1002", unknown("there is no field “{name}”", name, draft.by_name))
        elif field.type in ("children", "formula", "lookup", "rollup", "long_text"):
            why = message("“{field}” cannot be part of a unique rule", field=field.shown)
            checker.faults.add(place, "KBK1005", why)
        else:
            unique.append(field.uid)
    return Constraint(uid=written.uid, unique=tuple(unique), check=check, message=written.message)


def _duplicates(draft: EntityDraft, faults: Faults) -> tuple[tuple[str, ...], ...]:
    """Sets of fields by which a record is taken for another one."""
    sets: list[tuple[str, ...]] = []
    for index, names in enumerate(draft.definition.duplicates):
        uids = []
        for at, name in enumerate(names):
            spot, field = draft.spot.under("duplicates", index, at), draft.by_name.get(name)
            if field is None:
                faults.add(spot, "KBK1002", unknown("there is no field “{name}”", name, draft.by_name))
            elif field.type in _NOT_COMPARED:
                why = message("records are not compared by “{field}”", field=field.shown)
                faults.add(spot, "KBK1005", why)
            else:
                uids.append(field.uid)
        sets.append(tuple(uids))
    return tuple(each for each in sets if each)


def _search_links(draft: EntityDraft, faults: Faults) -> tuple[str, ...]:
    """The links whose titles are searched."""
    uids = []
    for index, name in enumerate(draft.definition.search):
        spot, field = draft.spot.under("search", index), draft.by_name.get(name)
        if field is None:
            faults.add(spot, "KBK1002", unknown("there is no field “{name}”", name, draft.by_name))
        elif field.type not in ("link", "user", "department"):
            why = message("“{field}” is not a link to one record", field=field.shown)
            faults.add(spot, "KBK1005", why)
        else:
            uids.append(field.uid)
    return tuple(uids)


def _sort(draft: EntityDraft, faults: Faults) -> tuple[str, ...]:
    for index, written in enumerate(draft.definition.sort):
        spot = draft.spot.under("sort", index)
        check_sort(check_path(draft, written.removeprefix("-"), spot, faults, single=True), spot, faults)
    return draft.definition.sort


def check_sort(field: FieldDraft | None, spot: Spot, faults: Faults) -> None:
    """The fault of sorting by a list of rows."""
    if field is not None and field.type == "children":
        faults.add(spot, "KBK1005", message("rows cannot be sorted by “{field}”", field=field.shown))


def check_path(
    draft: EntityDraft,
    path: str,
    spot: Spot,
    faults: Faults,
    *,
    drafts: Drafts | None = None,
    single: bool = False,
) -> FieldDraft | None:
    """The field at the end of a path of names; the fault of an unknown one, or of a step that is no link."""
    names = path.split(".")
    if single and len(names) > 1:
        faults.add(spot, "KBK1005", message("a field of the entity itself is expected"))
        return None
    entity = draft
    for index, name in enumerate(names):
        field = entity.by_name.get(name)
        if field is None:
            faults.add(spot, "KBK1002", unknown("there is no field “{name}”", name, entity.by_name))
            return None
        if index == len(names) - 1:
            return field
        if field.result is None or field.result.kind != "link" or field.target is None or drafts is None:
            if not field.broken:
                faults.add(spot, "KBK1005", message("“{field}” is not a link", field=field.shown))
            return None
        entity = drafts.entity_by_uid[field.target]
    return None
