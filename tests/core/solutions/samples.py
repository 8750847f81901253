"""A small solution to be changed in every way, and what tests ask of a workspace that holds it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from core.access.actor import system_actor
from core.records import create, update
from core.settings import Settings
from core.solutions.apply import apply
from core.solutions.packages import plan_document
from core.solutions.plans import Plan
from core.solutions.source import source_of
from core.storage.workspace import Workspace
from metamodel.fields.base import Context

SYSTEM = system_actor()

SHOP = {
    "solution.yaml": "name: shop\nlabel: {ru: Лавка, en: Shop}\n",
    "entities/good.yaml": """
name: good
label: {ru: Товар, en: Good}
title: "{name} {code}"
fields:
  - {name: name, type: text, required: true}
  - {name: code, type: text}
  - {name: note, type: text}
  - {name: price, type: money, currency: RUB}
  - {name: doubled, type: formula, formula: "price * 2"}
  - {name: above, type: link, to: good, inverse: parts}
  - name: kind
    type: choice
    choices: [{name: small}, {name: large}, {name: huge}]
stages:
  field: stage
  pipelines:
    - name: life
      stages: [{name: fresh}, {name: offer}, {name: sold, kind: won}]
""",
    "entities/sale.yaml": """
name: sale
fields:
  - {name: good, type: link, to: good, inverse: sales}
  - {name: count, type: integer}
""",
    "roles/seller.yaml": """
name: seller
grants:
  - {entity: good, actions: [read, update], stages: [fresh, offer], rows: "stage <> 'sold'", fields: all}
  - {entity: sale, actions: [read, create], fields: all}
""",
    "views/goods.yaml": """
name: goods
entity: good
columns: [name, code, price, kind, stage]
sort: [name]
""",
    "data/good.csv": "code,name,price,kind\nA-1,Ложка,10.50,small\nA-2,Вилка,20,large\n",
}


def shop(changes: Mapping[str, str | None] | None = None) -> Any:
    """The solution, some of its files replaced, added or (None) left out."""
    files = {**SHOP, **(changes or {})}
    return source_of({name: text.encode() for name, text in files.items() if text is not None})


def settings_for(database_url: str, home: Path) -> Settings:
    return Settings(home=home, database_url=database_url, time_zone="Europe/Moscow", secret_key=b"k" * 32)


def changed(workspace: Workspace, change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """The model's document with a change made to its definitions by name (``good``, ``goods`` …)."""
    with workspace.read() as tx:
        document = copy.deepcopy(dict(tx.model.document))
    named = {item["name"]: item for items in document.values() for item in items}
    change(named)
    return {kind: [item for item in items if not item.get("gone")] for kind, items in document.items()}


def planned(workspace: Workspace, change: Callable[[dict[str, Any]], Any], mapping: Any = None) -> Plan:
    return plan_document(workspace, SYSTEM, changed(workspace, change), mapping)


def applied(workspace: Workspace, change: Callable[[dict[str, Any]], Any], **how: Any) -> int:
    return apply(workspace, SYSTEM, planned(workspace, change).id, **how)


def field_of(entity: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in entity["fields"] if f["name"] == name)
    return found


def without(entity: dict[str, Any], *names: str) -> None:
    entity["fields"] = [f for f in entity["fields"] if f["name"] not in names]


def values(workspace: Workspace, entity: str, field: str) -> list[Any]:
    """What the live records hold in the column of a field, in the order of ids; choices by name."""
    with workspace.read() as tx:
        found = tx.model.entities[entity]
        place, definition = tx.tables[found.uid], found.by_name[field]
        column = place.columns[definition.uid].value
        rows = sa.select(column).where(place.table.c.deleted_at.is_(None)).order_by(place.table.c.id)
        held = list(tx.connection.execute(rows).scalars())
    if definition.type.name == "choices":
        return [definition.type.format(definition, v, Context(medium="json")) for v in held]
    if definition.choices:
        return [definition.choice(v).name if v is not None else None for v in held]  # type: ignore[union-attr]
    return held


def add(workspace: Workspace, entity: str = "good", **fields: Any) -> int:
    return workspace.write(lambda tx: create(tx, SYSTEM, entity, fields)).id


def write(workspace: Workspace, id: int, entity: str = "good", **fields: Any) -> None:
    workspace.write(lambda tx: update(tx, SYSTEM, entity, id, fields))


def version(workspace: Workspace) -> int:
    with workspace.read() as tx:
        return tx.model.version


def has_field(workspace: Workspace, entity: str, field: str) -> bool:
    with workspace.read() as tx:
        return field in tx.model.entities[entity].by_name
