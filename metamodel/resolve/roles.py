"""Roles and their grants, resolved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metamodel.actions import Action
from metamodel.definitions import Document, GrantDefinition
from metamodel.errors import unknown
from metamodel.messages import message
from metamodel.model import ACTIONS, Grant, Role
from metamodel.names import SYSTEM_SOLUTION
from metamodel.resolve.circles import circle
from metamodel.resolve.drafts import EntityDraft
from metamodel.resolve.expressions import Checker
from metamodel.resolve.faults import Faults, Spot
from metamodel.resolve.naming import default_label

_NEED_FIELDS = frozenset(("read", "show", "create", "update"))


def make_roles(checker: Checker, document: Document, actions: Mapping[str, Action]) -> dict[str, Role]:
    """The roles by name; unknown parents, circles of parents and every fault of a grant are reported."""
    faults = checker.faults
    by_name = {role.name: role for role in document.roles}
    made: dict[str, Role] = {}
    for index, written in enumerate(document.roles):
        spot = Spot("roles", index, written)
        if written.name in made:
            faults.add(
                spot.under("name"), "KBK1003", message("there is another role “{name}”", name=written.name)
            )
            continue
        parent = by_name.get(written.parent) if written.parent is not None else None
        if written.parent is not None and parent is None:
            faults.add(
                spot.under("parent"), "KBK1002", unknown("there is no role “{name}”", written.parent, by_name)
            )
        for place, name in enumerate(written.includes):
            if name not in by_name:
                faults.add(
                    spot.under("includes", place),
                    "KBK1002",
                    unknown("there is no role “{name}”", name, by_name),
                )
            elif by_name[name].everything:
                why = message("the administrator's role is given to people alone, not included in another")
                faults.add(spot.under("includes", place), "KBK1005", why)
        if written.everything and written.solution != SYSTEM_SOLUTION:
            faults.add(
                spot.under("everything"),
                "KBK1005",
                message("only the system's administrator may do everything"),
            )
        grants = [_grant(checker, actions, g, spot.under("grants", i)) for i, g in enumerate(written.grants)]
        made[written.name] = Role(
            uid=written.uid, name=written.name, solution=written.solution,
            label=written.label or default_label(written.name), parent=parent.uid if parent else None,
            includes=tuple(dict.fromkeys(by_name[n].uid for n in written.includes if n in by_name)),
            second_factor=written.second_factor is not None,
            grants=tuple(g for g in grants if g is not None), everything=written.everything,
        )  # fmt: skip
    _check_circles(document, faults)
    return made


def _check_circles(document: Document, faults: Faults) -> None:
    places = {role.name: Spot("roles", index, role) for index, role in enumerate(document.roles)}
    leads = {role.name: [role.parent] for role in document.roles if role.parent in places and role.parent}
    for members in circle(leads):
        faults.circle(places[members[0]].under("parent"), members)
    held = {role.name: [name for name in role.includes if name in places] for role in document.roles}
    for members in circle(held):
        faults.circle(places[members[0]].under("includes"), members)


def _grant(
    checker: Checker, named: Mapping[str, Action], written: GrantDefinition, spot: Spot
) -> Grant | None:
    faults = checker.faults
    entity = checker.drafts.entities.get(written.entity)
    if entity is None:
        why = unknown("there is no entity “{name}”", written.entity, checker.drafts.entities)
        faults.add(spot.under("entity"), "KBK1002", why)
        return None
    if written.fields is None and _NEED_FIELDS.intersection(written.actions):
        why = message("say which fields: all, a list of names, or all_but a list of names")
        faults.add(spot, "KBK1001", why)
    return Grant(
        entity=entity.uid,
        actions=_actions(entity, named, written.actions, spot.under("actions"), faults),
        rows=checker.condition(written.rows, spot.under("rows"), entity.uid),
        check=checker.condition(written.check, spot.under("check"), entity.uid),
        stages=stage_uids(entity, written.stages, spot.under("stages"), faults),
        fields=_fields(entity, written.fields, spot.under("fields"), faults),
    )


def _actions(
    entity: EntityDraft, named: Mapping[str, Action], written: Sequence[str], spot: Spot, faults: Faults
) -> frozenset[str]:
    """The rights of a grant: built-in ones by name, those to an action of the entity by its uid."""
    own = {action.name: action.right for action in named.values() if action.entity == entity.uid}
    for index, name in enumerate(written):
        if name not in own and name not in ACTIONS:
            why = unknown("“{name}” is no right and no action of the entity", name, [*ACTIONS, *own])
            faults.add(spot.under(index), "KBK1002", why)
    return frozenset(own.get(name, name) for name in written)


def stage_uids(
    entity: EntityDraft, names: Sequence[str] | None, spot: Spot, faults: Faults
) -> frozenset[str] | None:
    """Uids of named stages, of every pipeline that has one of the name; None when none are named."""
    if names is None:
        return None
    if entity.stages is None:
        faults.add(spot, "KBK1005", message("the entity “{entity}” has no stages", entity=entity.name))
        return None
    stages = [stage for pipeline in entity.stages.pipelines for stage in pipeline.stages]
    found: set[str] = set()
    for index, name in enumerate(names):
        named = {stage.uid for stage in stages if stage.name == name}
        if not named:
            faults.add(
                spot.under(index),
                "KBK1002",
                unknown("there is no stage “{name}”", name, [s.name for s in stages]),
            )
        found |= named
    return frozenset(found)


def _fields(entity: EntityDraft, written: Any, spot: Spot, faults: Faults) -> frozenset[str] | None:
    """Uids of the fields that a grant covers; None is all. The system's own are read with the row, never listed."""
    if written is None:
        return frozenset()
    if written == "all":
        return None
    but = isinstance(written, dict)
    own = {f.name: f.uid for f in entity.fields if not f.system and f.of_stage is None}
    named = set()
    for index, name in enumerate(written["all_but"] if but else written):
        if name in own:
            named.add(own[name])
        elif name not in entity.by_name:
            place = spot.under("all_but", index) if but else spot.under(index)
            faults.add(place, "KBK1002", unknown("there is no field “{name}”", name, own))
        elif (stage := entity.by_name[name].of_stage) is not None:
            place = spot.under("all_but", index) if but else spot.under(index)
            why = message(
                "“{name}” goes with “{stage}”: name that", name=name, stage=entity.by_uid[stage].name
            )
            faults.add(place, "KBK1005", why)
    beside = {f.uid: f.of_stage for f in entity.fields if f.of_stage is not None}
    covered = frozenset(own.values()) - named if but else frozenset(named)
    return covered | {uid for uid, stage in beside.items() if stage in covered}
