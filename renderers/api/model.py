"""The model over HTTP: what is configured, what a change would do, doing it, taking it back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from core.access.actor import Actor
from core.errors import KubikError
from core.i18n import Texts, texts
from core.query import titles
from core.solutions.apply import apply
from core.solutions.packages import plan_changes, plan_document
from core.solutions.permitting import require_configure, require_planning
from core.solutions.plans import Break, Plan, PlannedChange
from core.solutions.undo import list_versions, plan_restore
from core.solutions.uses import where_used
from core.web.caller import reading
from core.web.conditions import etag
from core.web.exchange import Answer, Call, answer_json
from core.web.operations import MAX_BATCH, Operation
from metamodel.errors import Problem
from metamodel.messages import Message, message
from renderers.api.records import known_members
from renderers.api.visible_model import visible_model

_PLAN = re.compile("[0-9a-z]{1,64}")
_ENVELOPE = ("changes", "map")


def read_model(call: Call) -> Answer:
    """The configuration that the caller may see; its version is the ETag."""
    with reading(call) as (transaction, actor):
        document = visible_model(transaction.model, actor)
    return answer_json(document, 200, etag(document["version"]))


def configurer(call: Call) -> Actor:
    """The caller, when they may configure everything; plans open their own transactions."""
    with reading(call) as (transaction, actor):
        require_configure(transaction, actor)
    return actor


def planner(call: Call) -> Actor:
    """The caller, when they may plan changes of some kind, be it of roles alone."""
    with reading(call) as (transaction, actor):
        require_planning(transaction, actor)
    return actor


def plan_model(call: Call) -> Answer:
    """What a posted model, or single changes, would do."""
    body, actor = call.json_object(), planner(call)
    mapping = body.get("map")
    if mapping is not None and not _is_mapping(mapping):
        raise wrong("/map", message("An object of targets is expected, each an object of old and new names."))
    if "changes" in body:
        known_members(body, _ENVELOPE)
        plan = plan_changes(call.site.workspace, actor, body["changes"], mapping)
    else:
        posted = {name: value for name, value in body.items() if name not in ("map", "version")}
        plan = plan_document(call.site.workspace, actor, posted, mapping)
    return answer_json(described(plan, texts(call.language)))


def _is_mapping(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    return all(
        isinstance(each, dict) and all(isinstance(name, str) for name in each.values())
        for each in value.values()
    )


def wrong(pointer: str, why: Message) -> KubikError:
    """KBK2000 at a place of the body."""
    return KubikError("KBK2000", why, errors=[Problem(pointer=pointer, code="KBK2000", message=why)])


def apply_model(call: Call) -> Answer:
    """Carry a plan out."""
    body, actor = call.json_object(), planner(call)
    known_members(body, ("plan", "accept", "accept_loss"))
    plan, accept, all_of_it = body.get("plan"), body.get("accept", []), body.get("accept_loss", False)
    if not isinstance(plan, str):
        raise wrong("/plan", message("The id of a plan is expected."))
    if not _PLAN.fullmatch(plan):
        raise KubikError("KBK2006")
    if not isinstance(accept, list) or not all(isinstance(each, str) for each in accept):
        raise wrong("/accept", message("A list is expected."))
    if not isinstance(all_of_it, bool):
        raise wrong("/accept_loss", message("True or false is expected."))
    version = apply(call.site.workspace, actor, plan, accept=accept, accept_loss=all_of_it)
    return answer_json({"version": version}, 200, etag(version))


def read_versions(call: Call) -> Answer:
    """Who changed the configuration when, and how, the last change first."""
    actor, spoken = configurer(call), texts(call.language)
    lines = list_versions(call.site.workspace, actor)
    with reading(call) as (transaction, actor):
        user = transaction.model.entities["user"]
        people = titles(transaction, actor, user, {line.by for line in lines if line.by is not None})
    items = [
        {
            "version": line.number,
            "at": line.at,
            "by": None if line.by is None else people[line.by],
            "kind": line.kind,
            "name": line.name,
            "changes": [spoken.render(change) for change in line.changes],
        }
        for line in lines
    ]
    return answer_json({"items": items})


def restore_version(call: Call) -> Answer:
    """The plan that leads to an earlier version again."""
    number = call.identifier("n")
    return answer_json(
        described(plan_restore(call.site.workspace, configurer(call), number), texts(call.language))
    )


def read_uses(call: Call) -> Answer:
    """Where a definition is used."""
    configurer(call)
    with reading(call) as (transaction, _):
        uses = where_used(transaction.model, call.values["kind"], call.values["name"], transaction)
    return answer_json(
        {"items": [{"kind": use.kind, "target": use.target, "pointer": use.pointer} for use in uses]}
    )


def described(plan: Plan, spoken: Texts) -> dict[str, Any]:
    """A plan as the API tells it."""
    return {
        "plan": plan.id,
        "version": plan.base,
        "changes": [described_change(c, spoken) for c in plan.changes],
    }


def described_change(change: PlannedChange, spoken: Texts) -> dict[str, Any]:
    """One change of a plan."""
    loss: Mapping[str, Any] | None = None
    if change.loss is not None:
        loss = {"id": change.loss.id, "values": change.loss.values, "examples": list(change.loss.examples)}
    found = {
        "kind": change.kind,
        "target": change.target,
        "effect": spoken.render(change.effect),
        "rows": change.rows,
        "loss": loss,
        "breaks": [described_break(each, spoken) for each in change.breaks],
    }
    if change.forbids is not None:
        found["forbids"] = spoken.render(change.forbids)
    return found


def described_break(found: Break, spoken: Texts) -> dict[str, Any]:
    """A use of what goes away, and what is done about it."""
    return {
        "kind": found.kind, "target": found.target, "pointer": found.pointer, "remedy": spoken.render(found.remedy),
    }  # fmt: skip


OBJECT = {"type": "object"}

OPERATIONS = (
    Operation(
        method="GET", path="/api/model", run=read_model, summary="The configuration that the caller may see",
        answer=OBJECT,
    ),
    Operation(
        method="POST", path="/api/model/plan", run=plan_model, about="configure",
        summary="What a change of configuration would do", request=OBJECT, answer=OBJECT, body_limit=MAX_BATCH,
    ),
    Operation(
        method="POST", path="/api/model/apply", run=apply_model, about="configure", summary="Carry a plan out",
        request=OBJECT, answer=OBJECT,
    ),
    Operation(
        method="GET", path="/api/model/versions", run=read_versions, about="configure",
        summary="Versions of the configuration", answer=OBJECT,
    ),
    Operation(
        method="POST", path="/api/model/versions/{n}/restore", run=restore_version, about="configure",
        summary="Plan the way to an earlier version", answer=OBJECT,
    ),
    Operation(
        method="GET", path="/api/model/uses/{kind}/{name}", run=read_uses, about="configure",
        summary="Where a definition is used", answer=OBJECT,
    ),
)  # fmt: skip
