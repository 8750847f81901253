"""What somebody who may configure roles alone can name in them: what they may not read does not exist for them either.

Checked before anything else is said of a role, so that no refusal tells a hidden name from one that is nowhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from core.access.actor import Actor
from core.access.grants import Grants, grants_of
from core.access.managing import below, is_below, may_everything
from core.errors import KubikError
from core.query.filters import ReadableEntity, ReadableNames, readable_names
from core.storage.workspace import Transaction
from metamodel.definitions import Document, GrantDefinition, RoleDefinition
from metamodel.errors import Problem, ProblemsFound, unknown
from metamodel.expression import Scope, parse_expression
from metamodel.expression.names import DEPARTMENT, GROUP, ROLE, USER
from metamodel.expression.sharing import SHARE
from metamodel.expression.types import BOOLEAN
from metamodel.expression.uses import uses
from metamodel.messages import Message, message
from metamodel.model import ACTIONS, Grant, Model

ROLES = "roles"
"""The kind of definitions that may be changed without a right to all."""

EVERYWHERE = (USER, DEPARTMENT, GROUP, ROLE, SHARE)
"""Entities of every installation: their names are no secret, and the reader's own sets are made of them."""

REST = message("you may change roles alone")


def named_by(grant: Grant) -> set[tuple[str, str]]:
    """The fields (uids of entity and field) that the conditions of a grant ask for."""
    return {each for rule in (grant.rows, grant.check) if rule is not None for each in uses(rule)}


def require_roles_alone(tx: Transaction, actor: Actor, changes: Any) -> None:
    """Refuse who may change roles alone (KBK4002) when single changes are of anything else."""
    kinds = [each.get("kind") for each in changes or () if isinstance(each, Mapping)]
    if not may_everything(tx.model, actor) and any(kind != "role" for kind in kinds):
        raise KubikError("KBK4002", REST)


def require_known(tx: Transaction, actor: Actor, old: Document, wanted: Document) -> None:
    """Refuse who may change roles alone: another change (KBK4002), and names in roles that they do not know (KBK1002,
    KBK1011), in the words for what is not there."""
    if may_everything(tx.model, actor):
        return
    if _rest(old.to_json()) != _rest(wanted.to_json()):
        raise KubikError("KBK4002", REST)
    naming = _Naming(tx.model, actor)
    before = {role.uid: role for role in old.roles}
    problems = [
        problem
        for index, role in enumerate(wanted.roles)
        if role != before.get(role.uid)
        for problem in naming.of_role(role, before.get(role.uid), f"/{ROLES}/{index}")
    ]
    if problems:
        raise KubikError(
            problems[0].code, problems[0].message if len(problems) == 1 else None, errors=problems
        )


def _rest(document: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: items for kind, items in document.items() if kind != ROLES and items}


class _Naming:
    """The names that one person knows."""

    def __init__(self, model: Model, actor: Actor) -> None:
        self.model = model
        self.mine = actor.roles
        self.held = grants_of(model, actor)
        self.names = _names(model, self.held, [g for given in self.held.own.values() for g in given])
        role = model.entities["role"]
        every = self.held.may(role.uid, "read")
        known = {*actor.roles, *below(model, actor)}
        self.roles = [r.name for r in model.roles.values() if every or r.uid in known]

    def of_role(self, role: RoleDefinition, was: RoleDefinition | None, place: str) -> Iterator[Problem]:
        kept = {str(grant) for grant in was.grants} if was is not None else set()
        stays = {was.parent, *was.includes, was.name} if was is not None else set()
        known = [*self.roles, role.name]
        names = self._with_those_of(was)
        for pointer, name in (
            ("parent", role.parent),
            *((f"includes/{i}", n) for i, n in enumerate(role.includes)),
        ):
            if name is not None and name not in stays and name not in known:
                yield _nowhere(f"{place}/{pointer}", unknown("there is no role “{name}”", name, known))
        for index, grant in enumerate(role.grants):
            if str(grant) not in kept:
                yield from self._of_grant(grant, names, f"{place}/grants/{index}")

    def _with_those_of(self, was: RoleDefinition | None) -> ReadableNames:
        """What stands in a role below one's own already is known, too."""
        role = self.model.role_by_uid.get(was.uid) if was is not None else None
        if role is None or not is_below(self.model, role.uid, self.mine):
            return self.names
        return _names(self.model, self.held, [*(g for o in self.held.own.values() for g in o), *role.grants])

    def _of_grant(self, grant: GrantDefinition, names: ReadableNames, place: str) -> Iterator[Problem]:
        entity = names.entities.get(grant.entity)
        if entity is None:
            why = unknown("there is no entity “{name}”", grant.entity, names.entities)
            yield _nowhere(f"{place}/entity", why)
            return
        own = [a.name for a in self.model.actions.values() if a.entity == entity.uid and self.held.may_run(a)]
        for index, action in enumerate(grant.actions):
            if action not in ACTIONS and action not in own:
                why = unknown("“{name}” is no right and no action of the entity", action, [*ACTIONS, *own])
                yield _nowhere(f"{place}/actions/{index}", why)
        but = isinstance(grant.fields, Mapping)
        listed = grant.fields.get("all_but") if but else grant.fields
        for index, name in enumerate(listed if isinstance(listed, list | tuple) else ()):
            if name not in entity.by_name:
                where = f"fields/all_but/{index}" if but else f"fields/{index}"
                why = unknown("there is no field “{name}”", str(name), entity.by_name)
                yield _nowhere(f"{place}/{where}", why)
        for part, text in (("rows", grant.rows), ("check", grant.check)):
            yield from _of_rule(text, entity, names, f"{place}/{part}")


def _of_rule(text: str | None, entity: ReadableEntity, names: ReadableNames, place: str) -> Iterator[Problem]:
    try:
        if text is not None:
            parse_expression(text, Scope(model=names, entity=entity.uid, expect=BOOLEAN))
    except ProblemsFound as found:
        yield from (replace(problem, pointer=place) for problem in found.problems)


def _names(model: Model, held: Grants, grants: Sequence[Grant]) -> ReadableNames:
    """What may be read, and what stands in these grants."""
    said = {each for grant in grants for each in named_by(grant)}
    said |= {(grant.entity, uid) for grant in grants for uid in grant.fields or ()}
    written = {grant.entity for grant in grants}
    named, reached = {}, {}
    for name, readable in readable_names(model, held).entities.items():
        fields = model.entity_by_uid[readable.uid].fields
        more = {f.name: f for f in fields if (readable.uid, f.uid) in said}
        found = reached[readable.uid] = replace(readable, by_name={**readable.by_name, **more})
        if found.by_name or readable.uid in written or name in EVERYWHERE:
            named[name] = found
    return ReadableNames(entities=named, entity_by_uid=reached)


def _nowhere(pointer: str, why: Message) -> Problem:
    return Problem(pointer=pointer, code="KBK1002", message=why)
