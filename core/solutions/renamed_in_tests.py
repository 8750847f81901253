"""A rename reaches access tests: roles, entities, fields, stages, choices and actions that they name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from metamodel.model import ACTIONS

if TYPE_CHECKING:
    from core.solutions.renames import Follower


def rename_in_tests(follower: Follower, item: dict[str, Any]) -> None:
    """Write the names in a definition of tests as they are now."""
    for test in item["tests"]:
        uid = follower.entity_uid.get(test["entity"])
        test["entity"] = follower.name("entities", test["entity"])
        if "roles" in test:
            test["roles"] = [follower.name("roles", name) for name in test["roles"]]
        if "me" in test:
            test["me"] = _values(follower, follower.entity_uid.get("user"), test["me"])
        for fixture in test.get("with", ()):
            of = follower.entity_uid.get(fixture["entity"])
            fixture["entity"] = follower.name("entities", fixture["entity"])
            if "values" in fixture:
                fixture["values"] = _values(follower, of, fixture["values"])
        for key in ("record", "by"):
            if key in test:
                test[key] = _values(follower, uid, test[key])
        for key in ("allow", "deny"):
            _verdicts(follower, uid, test.get(key, {}))


def _verdicts(follower: Follower, entity: str | None, asked: dict[str, Any]) -> None:
    stages = follower.stages(entity)
    changes: dict[str, Callable[[str], str]] = {
        "actions": lambda name: name if name in ACTIONS else follower.name("actions", name),
        "read": lambda name: follower.field(entity, name),
        "write": lambda name: follower.field(entity, name),
        "move": lambda name: stages.get(name, name),
    }
    for key, change in changes.items():
        if key in asked:
            asked[key] = [change(name) for name in asked[key]]


def _values(follower: Follower, entity: str | None, values: Mapping[str, Any]) -> dict[str, Any]:
    """The same values under the new names of their fields; choices and child rows by theirs."""
    made = {}
    for name, value in values.items():
        uid = follower.field_uid.get(entity or "", {}).get(name, "")
        made[follower.field(entity, name)] = _value(follower, uid, value)
    return made


def _value(follower: Follower, field: str, value: Any) -> Any:
    choices = follower.choices.get(field, {})
    if isinstance(value, dict) and follower.now.leads.get(field) == "role":
        return _role(follower, value)
    if isinstance(value, list):
        child = follower.entity_uid.get(follower.now.leads.get(field, ""))
        return [
            _values(follower, child, each)
            if isinstance(each, dict) and child and "by" not in each
            else _value(follower, field, each)
            for each in value
        ]
    return choices.get(value, value) if isinstance(value, str) else value


def _role(follower: Follower, link: Mapping[str, Any]) -> dict[str, Any]:
    """A link to the record of a role, which bears the name of its definition."""
    by = link.get("by")
    if not isinstance(by, dict) or "name" not in by:
        return dict(link)
    return {**link, "by": {**by, "name": follower.name("roles", by["name"])}}
