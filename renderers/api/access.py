"""Rights explained: whether a person may, and the grants that say so; for who manages that person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.access.actor import Actor
from core.access.explain import Explanation, Reason
from core.access.grants import Grants, grants_of
from core.access.managing import manages
from core.access.people import find_login, is_user
from core.access.roster import Way
from core.errors import KubikError
from core.query.names import readable_entity, readable_field
from core.query.read import visible_ids
from core.query.why import HeldRole, Why, explain_person, group_names, groups_of, reason_of
from core.records.moving import barred, stage_named
from core.storage.workspace import Transaction
from core.web.caller import reading, writing
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import Operation
from core.web.parameters import Parameter, refuse
from metamodel.errors import unknown
from metamodel.expression.print import print_expression
from metamodel.expression.tree import Expression
from metamodel.expression.uses import uses
from metamodel.messages import message
from metamodel.model import ACTIONS, Entity, Grant, Model
from metamodel.text import KEY_LENGTH, fold, number_of

HIDDEN = "…"
"""What stands for a rule that names fields which the reader may not read."""


def read_explanation(call: Call) -> Answer:
    """The verdict of one person, action and record, or of any record when none is named."""
    asked = call.query
    for needed in ("user", "entity"):
        if not asked.get(needed):
            raise refuse(needed, message("The parameter “{name}” is missing.", name=needed))
    if asked.get("to"):
        return writing(call, lambda transaction, actor: _answer(call, transaction, actor))  # a move is tried
    with reading(call) as (transaction, actor):
        return _answer(call, transaction, actor)


def _answer(call: Call, transaction: Transaction, actor: Actor) -> Answer:
    asked = call.query
    person = _person(transaction, actor, asked["user"])
    grants = grants_of(transaction.model, actor)
    entity = readable_entity(transaction.model, grants, asked["entity"])
    record = _record(transaction, actor, entity, asked.get("id"))
    action = _action(transaction.model, entity, asked.get("action") or "read")
    name = asked.get("field")
    field = None if name is None else readable_field(grants, entity, name, "?field").uid
    to = _stage(grants, entity, record, action, asked.get("to"))
    why = explain_person(transaction, person, entity, record, action, field)
    groups = group_names(transaction, actor, groups_of(why.roles))
    told = _Teller(model=transaction.model, grants=grants, groups=groups, language=call.language).told(why)
    if to is not None and record is not None and why.allowed and why.actor is not None:
        bar = barred(transaction, why.actor, entity, record, to)
        told |= {} if bar is None else {"allowed": False, "why": bar, "grants": []}
    shown = {"entity": entity.name, "id": record, "action": asked.get("action") or "read", "field": name}
    return answer_json({**_who(person, why), **shown, **({} if to is None else {"to": to}), **told})


def _person(tx: Transaction, actor: Actor, written: str) -> int:
    """The user named by id or login, whom the caller sees and manages: KBK4002 when they do not manage them, KBK2006 when
    they may not know that there is such a person.
    """
    person = number_of(written)
    users = tx.model.entities["user"]
    if person is None or not is_user(tx, person):
        found = find_login(tx, fold(written.strip())[:KEY_LENGTH])
        person = None if found is None else found[0]
    if person is None or not is_user(tx, person):
        raise KubikError("KBK2006", message("there is no such person"))
    if person != actor.user and not visible_ids(tx, actor, users, (person,)):
        raise KubikError("KBK2006", message("there is no such person"))
    if not manages(tx, actor, person):
        raise KubikError("KBK4002", message("Rights are explained to who manages this person."))
    return person


def _record(tx: Transaction, actor: Actor, entity: Entity, written: str | None) -> int | None:
    """The record, in the bin or not, which the caller must see themselves."""
    if written is None:
        return None
    record = number_of(written)
    if record is None:
        raise refuse("id", message("a number above zero is expected"))
    if not visible_ids(tx, actor, entity, (record,), "any"):
        raise KubikError("KBK2006", message("there is no record {id}", id=record))
    return record


def _action(model: Model, entity: Entity, written: str) -> str:
    """The right by its name: a built-in one, or to an action of the entity."""
    named = {action.name: action.right for action in model.actions_of[entity.uid]}
    if written not in ACTIONS and written not in named:
        why = unknown("“{name}” is no right and no action of the entity", written[:100], [*ACTIONS, *named])
        raise refuse("action", why)
    return named.get(written, written)


def _stage(
    grants: Grants, entity: Entity, record: int | None, action: str, written: str | None
) -> str | None:
    """The stage that a move of a record is to lead to, of those that the caller may know of."""
    if not written:
        return None
    if action != "move" or record is None:
        raise refuse("to", message("a stage is asked of the move of one record"))
    if entity.stages is None or entity.stages.field not in grants.readable(entity.uid):
        raise refuse("to", message("{entity}: records have no stages", entity=entity.label))
    try:
        stage_named(entity.stages, written)
    except KubikError as error:
        raise refuse("to", error.detail) from error
    return written


def _who(person: int, why: Why) -> dict[str, Any]:
    actor = why.actor
    login, name = (actor.login, actor.name) if actor is not None else (None, None)
    return {"user": {"id": person, "login": login, "name": name, "active": actor is not None}}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Teller:
    """Says a verdict to somebody: of fields that they may not read themselves nothing is named, in no rule either."""

    model: Model
    grants: Grants
    groups: Mapping[int, str]
    """The names of groups (ids) that they may know."""
    language: str

    def told(self, why: Why) -> dict[str, Any]:
        reasons = why.explanation.reasons
        return {
            "allowed": why.allowed,
            "why": why.why,
            "grants": [self.grant(reason) for reason in reasons if reason.gives] if why.allowed else [],
            "considered": [self.grant(reason) for reason in reasons],
            "roles": [self.role(held) for held in why.roles],
            **self.further(why.explanation),
        }

    def further(self, found: Explanation) -> dict[str, Any]:
        """What else has a part: the record that rights follow, and why a record is not seen that was to be written."""
        more = {"parent": found.parent, "sight": found.sight}
        return {name: None if each is None else self.part(each) for name, each in more.items()}

    def part(self, found: Explanation) -> dict[str, Any]:
        considered = [self.grant(reason) for reason in found.reasons]
        known = {"allowed": found.allowed, "why": reason_of(found), "considered": considered}
        return {**known, **self.further(found)}

    def role(self, held: HeldRole) -> dict[str, Any]:
        label = held.role.label.in_language(self.language)
        return {"role": held.role.name, "label": label, "from": [self.way(way) for way in held.ways]}

    def way(self, way: Way) -> dict[str, Any]:
        """How somebody came by a role; a group is named to who may know it."""
        known: dict[str, Any] = {"kind": way.kind}
        if way.role is not None:
            known["role"] = self.model.role_by_uid[way.role].name
        if way.group is not None and way.group in self.groups:
            known |= {"id": way.group, "name": self.groups[way.group]}
        return known

    def grant(self, reason: Reason) -> dict[str, Any]:
        stands = {
            "holds": reason.holds, "at_stage": reason.at_stage, "passes": reason.passes, "covers": reason.covers,
        }  # fmt: skip
        if reason.grant is None:
            return {"role": reason.role.name, "everything": True, **stands}
        grant, entity = reason.grant, self.model.entity_by_uid[reason.grant.entity]
        readable = self.grants.readable(entity.uid)
        named = [f.name for f in entity.fields if f.uid in (grant.fields or ()) and f.uid in readable]
        return {
            "role": reason.role.name,
            "everything": False,
            "entity": entity.name,
            "actions": sorted(_action_name(self.model, action) for action in grant.actions),
            "rows": self.rule(grant.rows),
            "check": self.rule(grant.check),
            "stages": _stages(entity, grant),
            "fields": "all" if grant.fields is None else named,
            **stands,
        }

    def rule(self, rule: Expression | None) -> str | None:
        """The text of a rule; three dots for one that names what the reader may not know of."""
        if rule is None:
            return None
        known = all(field in self.grants.readable(entity) for entity, field in uses(rule))
        return print_expression(rule, self.model) if known else HIDDEN


def _action_name(model: Model, right: str) -> str:
    return next((a.name for a in model.actions.values() if a.right == right), right)


def _stages(entity: Entity, grant: Grant) -> list[str] | None:
    if grant.stages is None or entity.stages is None:
        return None
    stages = [stage for pipeline in entity.stages.pipelines for stage in pipeline.stages]
    return [stage.name for stage in stages if stage.uid in grant.stages]


PARAMETERS = (
    Parameter(name="user", about="The person: an id or a login"),
    Parameter(name="entity", about="The entity"),
    Parameter(name="id", about="The record; without it whether there could be one"),
    Parameter(name="action", about="The right, read when it is not said, or the name of an action"),
    Parameter(name="field", about="A field of it"),
    Parameter(name="to", about="Of a move, the stage that it is to lead to"),
)

OPERATIONS = (
    Operation(
        method="GET", path="/api/access/explain", run=read_explanation, parameters=PARAMETERS,
        summary="Whether a person may, and the grants that say so", answer={"type": "object"},
    ),
)  # fmt: skip
