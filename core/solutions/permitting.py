"""Who may change what of the configuration: all of it who may everything, roles below their own who may configure roles.

A role that is made or changed so never gives more than its maker has: each grant that is new must be provably within
one of theirs, with the same conditions or more, no more actions, fields, stages.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.access.actor import Actor
from core.access.grants import Grants, grants_of, make_grants
from core.access.managing import below, is_below, may_everything
from core.access.words import action_words
from core.errors import KubikError
from core.solutions.knowing import REST, ROLES, named_by
from core.solutions.plans import Target
from core.storage.workspace import Transaction
from metamodel.diff.changes import shape
from metamodel.errors import Problem
from metamodel.expression.tree import Call, Expression, Node
from metamodel.messages import Message, message
from metamodel.model import ACTIONS, Grant, Model, Role


def require_configure(tx: Transaction, actor: Actor) -> None:
    """Refuse who may not configure everything (KBK4002)."""
    if not may_everything(tx.model, actor):
        raise KubikError("KBK4002", message("you may not change the configuration"))


def may_configure_roles(tx: Transaction, actor: Actor) -> bool:
    """Whether the actor may change some roles at all."""
    if may_everything(tx.model, actor):
        return True
    role = tx.model.entities.get("role")
    given = role is not None and grants_of(tx.model, actor).may(role.uid, "configure")
    return given and bool(below(tx.model, actor))


def require_planning(tx: Transaction, actor: Actor) -> None:
    """Refuse who may change nothing of the configuration (KBK4002); what they may is asked of what they plan."""
    if not may_configure_roles(tx, actor):
        raise KubikError("KBK4002", message("you may not change the configuration"))


def require_within(tx: Transaction, actor: Actor, target: Target) -> None:
    """Refuse a change that is not the actor's to make (KBK4002), each role that is too much with its reason."""
    if may_everything(tx.model, actor):
        return
    require_planning(tx, actor)
    if target.moves or _but_roles(target.document.to_json()) != _but_roles(tx.model.document):
        raise KubikError("KBK4002", REST)
    faults = list(_faults(tx.model, target.model, actor))
    if faults:
        raise KubikError("KBK4002", faults[0].message if len(faults) == 1 else None, errors=faults)


def _but_roles(document: Mapping[str, Any]) -> dict[str, Any]:
    return {kind: items for kind, items in document.items() if kind != ROLES and items}


def _faults(old: Model, new: Model, actor: Actor) -> Iterator[Problem]:
    before = {item["uid"]: item for item in old.document[ROLES]}
    after = {item["uid"]: item for item in new.document[ROLES]}
    for uid in dict.fromkeys([*before, *after]):
        if before.get(uid) == after.get(uid):
            continue
        was, now = old.role_by_uid.get(uid), new.role_by_uid.get(uid)
        role = was or now
        assert role is not None
        for why in _of_role(old, new, was, now, actor):
            yield Problem(pointer=f"/{ROLES}/{role.name}", code="KBK4002", message=why)


def _of_role(old: Model, new: Model, was: Role | None, now: Role | None, actor: Actor) -> Iterator[Message]:
    """What of the change of one role is not the actor's to do."""
    if was is not None and not is_below(old, was.uid, actor.roles):
        yield message("{role}: this role is not below yours", role=was.label)
        return
    if now is None:
        return
    if now.everything or not is_below(new, now.uid, actor.roles):
        yield message(
            "{role}: a role you make stands below yours, and so does what it includes", role=now.label
        )
        return
    if was is not None and was.second_factor and not now.second_factor:
        yield message("{role}: only an administrator frees a role from the second factor", role=now.label)
    held = grants_of(old, actor)
    for entity, action in _given_more(old, new, was, now):
        added = _added(old, new, was, now, entity, action)
        if any(_asks_hidden(held, grant) for grant in added):
            yield message("{role}: a rule of it asks for what you may not read", role=now.label)
        if any(not _within(held, entity, action, grant) for grant in added):
            label = new.entity_by_uid[entity].label
            yield message(
                "{role}: gives more than you have: {entity}, {action}",
                role=now.label, entity=label, action=action_words(new, action),
            )  # fmt: skip


def _given_more(old: Model, new: Model, was: Role | None, now: Role) -> Iterator[tuple[str, str]]:
    """Entities and actions of which a role gives something that it did not give before."""
    for entity in new.entity_by_uid:
        named = [action.right for action in new.actions_of[entity]]
        for action in (*ACTIONS, *named):
            if _added(old, new, was, now, entity, action):
                yield entity, action


def _added(old: Model, new: Model, was: Role | None, now: Role, entity: str, action: str) -> list[Grant]:
    """The grants of an action that a role gives now and did not before, what child rows have by themselves included."""
    if new.entity_by_uid[entity].name == "file":
        return []
    after = _branches(make_grants(new, (now.uid,)), entity, action)
    before = _branches(make_grants(old, (was.uid,)), entity, action) if was is not None else ()
    known = [_said(grant) for grant in before]
    return [grant for grant in after if _said(grant) not in known]


def _branches(grants: Grants, entity: str, action: str) -> tuple[Grant, ...]:
    if action in ACTIONS:
        return grants.branches(entity, action) if grants.may(entity, action) else ()
    return tuple(g for g in grants.own.get(entity, ()) if action in g.actions)


def _said(grant: Grant) -> tuple[Any, ...]:
    """What a grant says of one action."""
    return shape(grant.rows), shape(grant.check), grant.stages, grant.fields


def _within(held: Grants, entity: str, action: str, grant: Grant) -> bool:
    """Whether a grant of an action lies within those that somebody has: of every field within one of them."""
    if held.everything:
        return True
    wanted = (action, "read") if action == "show" else (action,)
    around = [
        mine
        for each in wanted
        for mine in _branches(held, entity, each)
        if _implies(grant.rows, mine.rows)
        and _implies(grant.check, mine.check)
        and (mine.stages is None or (grant.stages is not None and grant.stages <= mine.stages))
    ]
    if not around or any(mine.fields is None for mine in around):
        return bool(around)
    covered = frozenset[str]().union(*(mine.fields or frozenset() for mine in around))
    return grant.fields is not None and grant.fields <= covered


def _asks_hidden(held: Grants, grant: Grant) -> bool:
    """Whether a rule names a field that its maker neither reads nor has in a rule of theirs: by how many records it
    leaves, and to whom, it would tell what stands there.
    """
    known = {each for own in held.own.values() for mine in own for each in named_by(mine)}
    return any(field not in held.readable(entity) for entity, field in named_by(grant) - known)


def _implies(given: Expression | None, limit: Expression | None) -> bool:
    """Whether a condition provably holds for no more than another: it has each of its parts."""
    if limit is None:
        return True
    parts = {shape(part) for part in _parts(given.root)} if given is not None else set()
    return all(shape(part) in parts for part in _parts(limit.root))


def _parts(node: Node) -> Iterator[Node]:
    if isinstance(node, Call) and node.function == "AND":
        for argument in node.arguments:
            yield from _parts(argument)
    else:
        yield node
