"""Between the form of a grant and its definition, and the kinds of roles that one may begin with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from core.access.grants import NO_ROW
from core.errors import KubikError
from core.i18n import Texts
from metamodel.messages import Message, message
from metamodel.model import Entity, Model
from metamodel.names import SYSTEM_SOLUTION

CELLS = ("read", "show", "create", "update")
"""Actions of which a set of fields must be said."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A form as it was sent."""

    pairs: Sequence[tuple[str, str]]

    def one(self, name: str) -> str:
        return next((value.strip() for key, value in self.pairs if key == name), "")

    def all(self, name: str) -> list[str]:
        return list(dict.fromkeys(value for key, value in self.pairs if key == name and value))


def grant_of(sent: Sent, entity: Entity) -> dict[str, Any]:
    """The grant of a form; names that do not exist are told by the plan."""
    actions = sent.all("actions")
    made: dict[str, Any] = {"entity": entity.name, "actions": actions}
    for key in ("rows", "check"):
        if sent.one(key):
            made[key] = sent.one(key)
    if entity.stages is not None and sent.one("which_stages") == "some":
        made["stages"] = sent.all("stages")
    how, fields = sent.one("how"), sent.all("fields")
    if how == "all_but":
        made["fields"] = {"all_but": fields} if fields else "all"
    elif how == "only":
        made["fields"] = fields
    elif set(actions) & set(CELLS):
        made["fields"] = "all"
    return made


def mark_of(grant: Mapping[str, Any]) -> str:
    """What a form knows a grant by: its number is another one's when others change the role."""
    return sha256(json.dumps(grant, sort_keys=True).encode()).hexdigest()[:16]


def told(error: KubikError, texts: Texts, keys: Iterable[str]) -> tuple[dict[str, str], str]:
    """What is wrong beside each part of a form, and what belongs to none."""
    known = set(keys)
    found: dict[str, str] = {}
    rest: list[str] = []
    for problem in error.errors:
        steps = problem.pointer.split("/")
        key = next((step for step in reversed(steps) if step in known), None)
        words = texts.render(problem.message)
        if key is not None:
            found.setdefault(key, words)
        else:
            rest.append(words)
    if not found and not rest:
        rest.append(texts.render(error.detail))
    return found, "; ".join(dict.fromkeys(rest))


# --- kinds of roles ---------------------------------------------------------------------------------------------------

TEMPLATES: Mapping[str, Message] = {
    "empty": message("Nothing yet: rules are added one by one"),
    "reads": message("Sees everything, changes nothing"),
    "own": message("Works with their own records only"),
    "department": message("Works with the records of their department and those below"),
    "branch": message(
        "Works with the records of their branch: the department above theirs with all below it"
    ),
}
_ALL = ["read", "create", "update", "move", "delete"]
_RULES = {
    "own": "{field} = me",
    "department": "{field}.department IN my.departments",
    "branch": "UNDER({field}.department, COALESCE(my.department.parent, my.department))",
}


def template_grants(model: Model, kind: str) -> list[dict[str, Any]]:
    """The grants of a role that begins as a template; what belongs to nobody is only read."""
    grants: list[dict[str, Any]] = []
    for entity in model.entities.values():
        if entity.off or entity.solution == SYSTEM_SOLUTION or entity.parent is not None or kind == "empty":
            continue
        rule = rule_of(model, entity, kind)
        if kind == "reads" or rule is None:
            grants.append({"entity": entity.name, "actions": ["read"], "fields": "all"})
            if follows_reading(entity):
                grants.append({
                    "entity": entity.name, "actions": ["create", "update", "delete"], "rows": NO_ROW, "check": NO_ROW,
                    "fields": "all",
                })  # fmt: skip
            continue
        actions = [a for a in _ALL if (a != "move" or entity.stages is not None) and a != "create"]
        grants.append(
            {"entity": entity.name, "actions": actions, "rows": rule, "check": rule, "fields": "all"}
        )
        grants.append({"entity": entity.name, "actions": ["create"], "check": rule, "fields": "all"})
    if kind != "empty":
        grants.append({"entity": "user", "actions": ["read"], "fields": ["name", "department"]})
        grants.append({"entity": "department", "actions": ["read"], "fields": "all"})
    return grants


def follows_reading(entity: Entity) -> bool:
    """Whether records of the entity are written by who only reads what they are about, unless a grant narrows that."""
    return entity.follows is not None and entity.by_uid[entity.follows].options.get("write_by") == "read"


def rule_of(model: Model, entity: Entity, kind: str) -> str | None:
    """The rule of a template for an entity, when something in it says whose a record is."""
    if kind not in _RULES:
        return None
    user = model.entities["user"]
    named = [f for f in entity.fields if f.type.name == "user" and not f.system and f.target == user.uid]
    field = next((f for f in named if f.name == "owner"), named[0] if named else None)
    return None if field is None else _RULES[kind].format(field=field.name)


def samples(model: Model, entity: Entity, texts: Texts) -> list[tuple[str, str]]:
    """Rules that are often wanted, as words and text."""
    words = {
        "own": message("own only"),
        "department": message("own department and below"),
        "branch": message("the branch"),
    }
    found = [(texts.render(words[kind]), rule_of(model, entity, kind)) for kind in _RULES]
    made = [(label, rule) for label, rule in found if rule is not None]
    if model.entities.get("share") is not None:
        made.append((texts.gettext("shared with the person"), "SHARED()"))
    return made
