"""The grants of a role as they are written, and what their rules take in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from core.access.actor import Actor
from core.query.query import Query
from core.query.read import count
from core.storage.workspace import Transaction
from metamodel.model import Entity, Grant, Model, Role
from renderers.roles.words import Speaker


def rule_count(tx: Transaction, person: int, entity: Entity, grant: Grant) -> int:
    """How many records a rule and its stages take in for a person, over all rows, as rules are asked."""
    conditions = [f"({grant.rows.text})"] if grant.rows is not None else []
    if grant.stages is not None and entity.stages is not None:
        field = entity.by_uid[entity.stages.field]
        names = [c.name for c in field.choices if c.uid in grant.stages]
        conditions.append(
            f"{field.name} IN ({', '.join(repr(name) for name in names)})" if names else "false"
        )
    asking = Actor(user=person, login="", system=True)
    return count(tx, asking, Query(entity=entity.name, fields=(), filter=" AND ".join(conditions) or None))


def known(speaker: Speaker, grant: Grant) -> bool:
    """Whether the reader may know all that the rules of a grant name, and so read and change their texts."""
    return all(speaker.knows_all(rule) for rule in (grant.rows, grant.check) if rule is not None)


def written(tx: Transaction, role: Role) -> list[dict[str, Any]]:
    """The grants of a role as they are written."""
    found = next(item for item in tx.model.document["roles"] if item["uid"] == role.uid)
    return [dict(grant) for grant in found.get("grants", ())]


def written_fields(tx: Transaction, role: Role, number: int) -> tuple[str, tuple[str, ...]]:
    """How the set of fields of a grant was written: all, all_but or only, with uids."""
    return fields_of(tx.model, role, number)


def fields_of(model: Model, role: Role, number: int) -> tuple[str, tuple[str, ...]]:
    """The same of a role of any model."""
    found = next(item for item in model.document["roles"] if item["uid"] == role.uid)
    grant = found["grants"][number]
    entity, fields = model.entities[grant["entity"]], grant.get("fields")
    if fields == "all":
        return "all", ()
    names = fields["all_but"] if isinstance(fields, Mapping) else fields or ()
    uids = tuple(entity.by_name[name].uid for name in names if name in entity.by_name)
    return ("all_but" if isinstance(fields, Mapping) else "only"), uids


def written_rule(tx: Transaction, role: Role, number: int) -> str:
    """The texts of a grant's expressions, for who reads them."""
    grant = written(tx, role)[number]
    return "\n".join(f"{key}: {grant[key]}" for key in ("rows", "check") if key in grant)
