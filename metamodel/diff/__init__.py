"""The changes between two models, found by uid: what is added, removed, renamed, retyped, ruled otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from metamodel.actions import Action
from metamodel.diff.changes import Change, Effect, Kind, shape
from metamodel.diff.fields import field_changes
from metamodel.documents import DocumentType
from metamodel.messages import Message, message
from metamodel.model import Constraint, Entity, Model, Solution, View
from metamodel.reports import Report, ReportAxis
from metamodel.stages import Pipeline

__all__ = ["Change", "diff"]

Named = TypeVar("Named", bound=Any)

_WORDS: Mapping[str, Mapping[Effect, Message]] = {
    "solution": {
        "added": message("a new solution {name}"),
        "removed": message("the solution {name} goes away"),
        "renamed": message("the solution {old} is now called {name}"),
        "changed": message("the solution {name} changes"),
    },
    "entity": {
        "added": message("a new entity {name} ({label})"),
        "removed": message("the entity {name} ({label}) goes away with its records"),
        "renamed": message("the entity {old} is now called {name}"),
    },
    "action": {
        "added": message("a new action {name} ({label})"),
        "removed": message("the action {name} ({label}) goes away"),
        "renamed": message("the action {old} is now called {name}"),
        "changed": message("the action {name} ({label}) changes"),
    },
    "role": {
        "added": message("a new role {name} ({label})"),
        "removed": message("the role {name} ({label}) goes away"),
        "renamed": message("the role {old} is now called {name}"),
    },
    "view": {
        "added": message("a new view {name} ({label})"),
        "removed": message("the view {name} ({label}) goes away"),
        "renamed": message("the view {old} is now called {name}"),
        "changed": message("the view {name} ({label}) changes"),
    },
    "report": {
        "added": message("a new report {name} ({label})"),
        "removed": message("the report {name} ({label}) goes away"),
        "renamed": message("the report {old} is now called {name}"),
        "changed": message("the report {name} ({label}) changes"),
    },
    "document": {
        "added": message("a new document {name} ({label})"),
        "removed": message("the document {name} ({label}) goes away"),
        "renamed": message("the document {old} is now called {name}"),
        "changed": message("the document {name} ({label}) changes"),
    },
    "menu": {
        "added": message("a new menu {name}"),
        "removed": message("the menu {name} goes away"),
        "renamed": message("the menu {old} is now called {name}"),
        "changed": message("the menu {name} changes"),
    },
    "tests": {
        "added": message("new access tests {name}"),
        "removed": message("the access tests {name} go away"),
        "renamed": message("the access tests {old} are now called {name}"),
        "changed": message("the access tests {name} change"),
    },
}
_ENTITY_ASPECTS: Mapping[str, Message] = {
    "label": message("the label"),
    "label_many": message("the label of many"),
    "help": message("the help"),
    "icon": message("the icon"),
    "menu": message("its place in the menu"),
    "title": message("the title of its records"),
    "layout": message("the layout"),
    "rail": message("what stands beside its card"),
    "timeline": message("whose events its timeline gathers"),
    "default_sort": message("the order of its records"),
    "duplicates": message("by what a record is taken for another one"),
    "search_links": message("which links its search follows"),
    "tree": message("the tree"),
    "parent": message("what its records belong to"),
}


def diff(old: Model | None, new: Model) -> tuple[Change, ...]:
    """Every change from ``old`` (None: nothing installed) to ``new``, in an order that reads as a review."""
    return (
        *_things("solution", *map(_unswitched, (old.solutions if old else {}, new.solutions))),
        *_switched(old, new),
        *_entities(old, new),
        *_things("action", *map(_all_on, (old.actions if old else {}, new.actions))),
        *_roles(old, new),
        *_things("view", _views(old), _views(new)),
        *_things("report", *map(_by_steps, (old.reports if old else {}, new.reports))),
        *_things("document", *map(_documents_on, (old.documents if old else {}, new.documents))),
        *_things("menu", old.menus if old else {}, new.menus),
        *_things("tests", old.tests if old else {}, new.tests),
    )


def _pairs(old: Mapping[str, Named], new: Mapping[str, Named]) -> Iterator[tuple[Named | None, Named | None]]:
    """Things of both by uid: the new ones in their order, then those that are gone."""
    before = {item.uid: item for item in old.values()}
    for item in new.values():
        yield before.pop(item.uid, None), item
    for gone in before.values():
        yield gone, None


def _made(kind: Kind, effect: Effect, item: Any, words: Message, **more: Any) -> Change:
    label = getattr(item, "label", item.name)
    filled = message(words.text, name=item.name, label=label, old=more.get("before"))
    entity = item.uid if kind == "entity" else None
    for key in ("before", "after"):
        if isinstance(more.get(key), _ViewByUids):
            more[key] = more[key].view
    return Change(
        kind=kind, effect=effect, target=item.name, message=filled, uid=item.uid, entity=entity, **more
    )


def _presence(kind: Kind, was: Any, now: Any) -> Iterator[Change]:
    words = _WORDS[kind]
    if was is None:
        yield _made(kind, "added", now, words["added"], after=now)
    elif now is None:
        yield _made(kind, "removed", was, words["removed"], before=was)
    elif was.name != now.name:
        yield _made(kind, "renamed", now, words["renamed"], before=was.name, after=now.name)


def _things(kind: Kind, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Change]:
    for was, now in _pairs(old, new):
        yield from _presence(kind, was, now)
        if was is not None and now is not None and _without_name(was) != _without_name(now):
            yield _made(kind, "changed", now, _WORDS[kind]["changed"], before=was, after=now)


def _unswitched(solutions: Mapping[str, Solution]) -> dict[str, Solution]:
    """The solutions as if each of their parts were on: what is switched is told by itself."""
    return {
        name: replace(s, parts=tuple(replace(p, on=True) for p in s.parts)) for name, s in solutions.items()
    }


def _all_on(actions: Mapping[str, Action]) -> dict[str, Action]:
    return {name: replace(action, off=False) for name, action in actions.items()}


def _documents_on(documents: Mapping[str, DocumentType]) -> dict[str, DocumentType]:
    return {name: replace(each, off=False) for name, each in documents.items()}


def _by_steps(reports: Mapping[str, Report]) -> dict[str, Report]:
    """The reports without what names they are written with, so that a renamed field does not look like another one."""

    def axes(those: tuple[ReportAxis, ...]) -> tuple[ReportAxis, ...]:
        return tuple(replace(each, path="") for each in those)

    return {
        name: replace(
            report, off=False, filter_text=None, rows=axes(report.rows), columns=axes(report.columns),
            values=tuple(replace(each, path=None) for each in report.values),
        )
        for name, report in reports.items()
    }  # fmt: skip


def _switched(old: Model | None, new: Model) -> Iterator[Change]:
    """The parts of solutions that are switched."""
    for was, now in _pairs(old.solutions if old else {}, new.solutions):
        parts = {part.name: part for part in was.parts} if was is not None else {}
        for part in now.parts if now is not None else ():
            before = parts.get(part.name)
            if now is None or before is None or before.on == part.on:
                continue
            why = message(
                "the part {part} ({label}) comes back to the screens", part=part.name, label=part.label
            )
            if not part.on:
                why = message(
                    "the part {part} ({label}) leaves the screens; its data stays",
                    part=part.name,
                    label=part.label,
                )
            yield Change(
                kind="solution", effect="changed", target=f"{now.name}.{part.name}", message=why, uid=now.uid,
                aspect="part", before=before.on, after=part.on,
            )  # fmt: skip


def _without_name(item: Any) -> Any:
    made = shape(item)
    return tuple(part for part in made if part != item.name) if isinstance(made, tuple) else made


def _views(model: Model | None) -> dict[str, Any]:
    """Views with their columns and sort by uids, so that a renamed field does not look like another column."""
    if model is None:
        return {}
    return {name: _ViewByUids(model, view) for name, view in model.views.items()}


class _ViewByUids:
    """A view in a form that compares by uids."""

    def __init__(self, model: Model, view: View) -> None:
        self.view, self.name, self.uid, self.label = view, view.name, view.uid, view.label
        self.meaning = (
            view.solution, view.label, view.entity, view.kind, shape(view.filter), view.order, view.roles,
            view.group_by, view.starts, view.ends, view.color_by, view.parent, view.totals, view.folded, view.hidden, view.group, view.told, view.frozen,
            tuple(
                (f.column and _path(model, view.entity, f.column), f.color, f.fill, shape(f.when), shape(f.value), f.start, f.end)
                for f in view.formats
            ),
            tuple(_path(model, view.entity, path) for path in view.columns),
            tuple((path[:1] == "-", _path(model, view.entity, path.removeprefix("-"))) for path in view.sort),
        )  # fmt: skip

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ViewByUids) and self.meaning == other.meaning

    def __hash__(self) -> int:
        return hash(self.uid)


def _path(model: Model, entity_uid: str, path: str) -> tuple[str, ...]:
    uids = []
    entity = model.entity_by_uid[entity_uid]
    for name in path.split("."):
        field = entity.by_name[name]
        uids.append(field.uid)
        if field.target is not None:
            entity = model.entity_by_uid[field.target]
    return tuple(uids)


def _entities(old: Model | None, new: Model) -> Iterator[Change]:
    for was, now in _pairs(old.entities if old else {}, new.entities):
        yield from _presence("entity", was, now)
        if was is None or now is None:
            continue
        for aspect, words in _ENTITY_ASPECTS.items():
            before, after = getattr(was, aspect), getattr(now, aspect)
            if shape(before) != shape(after):
                why = message("the entity {name}: {aspect} changes", name=now.name, aspect=words)
                yield _entity_change(now, why, aspect, before, after)
        yield from field_changes(was, now, old, new)
        yield from _pipelines(was, now)
        yield from _constraints(was, now)


def _entity_change(entity: Entity, why: Message, aspect: str, before: Any, after: Any) -> Change:
    return Change(
        kind="entity", effect="changed", target=entity.name, message=why, uid=entity.uid, entity=entity.uid,
        aspect=aspect, before=before, after=after,
    )  # fmt: skip


def _pipelines(was: Entity, now: Entity) -> Iterator[Change]:
    before = {p.uid: p for p in was.stages.pipelines} if was.stages else {}
    after = {p.uid: p for p in now.stages.pipelines} if now.stages else {}
    for uid in (*after, *(uid for uid in before if uid not in after)):
        old, new = before.get(uid), after.get(uid)
        shown = new or old
        if shown is None or (old and new and _said(old) == _said(new)):
            continue
        effect: Effect = "added" if old is None else "removed" if new is None else "changed"
        why = {
            "added": message("a new pipeline {name}", name=shown.name),
            "removed": message("the pipeline {name} goes away", name=shown.name),
            "changed": message("the pipeline {name} changes", name=shown.name),
        }[effect]
        yield Change(
            kind="pipeline", effect=effect, target=f"{now.name}.{shown.name}", message=why, uid=uid, entity=now.uid,
            before=old, after=new,
        )  # fmt: skip


def _said(pipeline: Pipeline) -> Any:
    """What a pipeline says besides its stages."""
    return pipeline.name, shape((pipeline.label, pipeline.help, pipeline.moves))


def _constraints(was: Entity, now: Entity) -> Iterator[Change]:
    before = {c.uid: c for c in was.constraints}
    after = {c.uid: c for c in now.constraints}
    for uid in (*after, *(uid for uid in before if uid not in after)):
        old, new = before.get(uid), after.get(uid)
        if old is not None and new is not None and shape(old) == shape(new):
            continue
        effect: Effect = "added" if old is None else "removed" if new is None else "changed"
        words = _rule_in_words(now if new else was, new or old)
        why = {
            "added": message("a new rule of {entity}: {rule}", entity=now.name, rule=words),
            "removed": message("the rule of {entity} goes away: {rule}", entity=now.name, rule=words),
            "changed": message("the rule of {entity} changes: {rule}", entity=now.name, rule=words),
        }[effect]
        aspect = "unique" if (new or old) and (new or old).unique else "check"  # type: ignore[union-attr]
        yield Change(
            kind="constraint", effect=effect, target=f"{now.name}.{uid}", message=why, uid=uid, entity=now.uid,
            aspect=aspect, before=old, after=new,
        )  # fmt: skip


def _rule_in_words(entity: Entity, constraint: Constraint | None) -> Message:
    if constraint is not None and constraint.check is not None:
        return message("{text}", text=constraint.check.text)
    names = (
        [entity.by_uid[uid].name for uid in constraint.unique if uid in entity.by_uid] if constraint else []
    )
    return message("{names} together are unique", names=", ".join(names))


def _meaning(aspect: Any, old: Model | None, new: Model) -> Any:
    """What a role's property says; of the fields of grants only those of both models, as a new one is told by itself."""
    if old is None or not isinstance(aspect, tuple) or any(isinstance(each, str) for each in aspect):
        return shape(aspect)
    both = _field_uids(old) & _field_uids(new)
    return tuple(shape(replace(g, fields=g.fields & both) if g.fields is not None else g) for g in aspect)


def _field_uids(model: Model) -> set[str]:
    return {uid for entity in model.entities.values() for uid in entity.by_uid}


def _roles(old: Model | None, new: Model) -> Iterator[Change]:
    for was, now in _pairs(old.roles if old else {}, new.roles):
        yield from _presence("role", was, now)
        if was is None or now is None:
            continue
        for aspect, words in (
            ("label", message("the label")),
            ("parent", message("who manages it")),
            ("includes", message("which roles it includes")),
            ("second_factor", message("whether it asks for a second factor")),
            ("everything", message("whether it may do everything")),
            ("grants", message("its grants")),
        ):
            before, after = getattr(was, aspect), getattr(now, aspect)
            if _meaning(before, old, new) != _meaning(after, old, new):
                why = message("the role {name}: {aspect} change", name=now.name, aspect=words)
                yield Change(
                    kind="role", effect="changed", target=now.name, message=why, uid=now.uid, aspect=aspect,
                    before=before, after=after,
                )  # fmt: skip
