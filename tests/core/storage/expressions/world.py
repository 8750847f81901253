"""A small model for expressions, its rows, and how an expression is asked of a database and of the oracle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from core.settings import Settings
from core.storage.expressions import AllRows, compile_condition, compile_value
from core.storage.install import install_model
from core.storage.tables import Tables, encode_values
from core.storage.workspace import Workspace
from metamodel.expression import Expression, Scope, parse_expression
from metamodel.expression.types import Type
from metamodel.identity import identify
from metamodel.model import Entity, Model
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from tests.factories import system_document, together
from tests.oracle.evaluator import Oracle

NOW = datetime(2026, 11, 21, 22, 30, tzinfo=UTC)

FILES: Mapping[str, str] = {
    "solution.yaml": "name: world",
    "entities/company.yaml": """
        name: company
        label: Company
        fields:
          - {name: name, type: text}
          - {name: city, type: text}
          - {name: size, type: integer}
          - {name: active, type: boolean}
          - {name: rating, type: decimal, scale: 9}
          - {name: owner, type: user, inverse: companies}
          - {name: department, type: link, to: department}
          - {name: founded, type: date}
          - {name: kind, type: choice, choices: [{name: small}, {name: large}, {name: huge}]}
          - {name: total, type: rollup, formula: "SUM(deals.amount)"}
          - {name: slogan, type: formula, formula: "name || '!'"}
    """,
    "entities/deal.yaml": """
        name: deal
        label: Deal
        fields:
          - {name: name, type: text}
          - {name: note, type: long_text}
          - {name: amount, type: money}
          - {name: rate, type: decimal, scale: 7}
          - {name: share, type: percent}
          - {name: count, type: integer}
          - {name: hot, type: boolean}
          - {name: closes_on, type: date}
          - {name: met_at, type: datetime}
          - {name: calls_at, type: time}
          - {name: worked, type: duration}
          - {name: tags, type: choices, choices: [{name: vip}, {name: far}, {name: slow}]}
          - {name: story, type: rich_text}
          - {name: source, type: choice, choices: [{name: site}, {name: call}, {name: expo}]}
          - {name: owner, type: user, inverse: deals}
          - {name: company, type: link, to: company, inverse: deals}
          - {name: before, type: link, to: deal, inverse: later}
          - {name: currency, type: choice, choices: [{name: RUB}, {name: USD}]}
          - {name: price, type: money, currency_field: currency}
          - {name: cost, type: money, currency_field: currency}
          - {name: buyers, type: links, to: company, inverse: bought}
          - {name: team, type: users, inverse: works}
          - {name: items, type: children, of: item, through: deal}
          - {name: expected, type: formula, formula: "amount * rate"}
          - {name: city, type: lookup, path: company.city}
          - {name: items_total, type: rollup, formula: "SUM(items.price)"}
          - {name: took_total, type: rollup, formula: "SUM(items.took)"}
          - {name: last_item, type: rollup, formula: "LAST(items.name BY price WHERE quantity > 0)"}
          - {name: loud, type: formula, formula: "UPPER(name || ' ' || company.name)"}
    """,
    "entities/item.yaml": """
        name: item
        label: Item
        fields:
          - {name: deal, type: link, to: deal}
          - {name: name, type: text}
          - {name: price, type: money}
          - {name: quantity, type: decimal, scale: 3}
          - {name: company, type: link, to: company, inverse: sold}
          - {name: sold_on, type: date}
          - {name: took, type: duration}
          - {name: about, type: link_any, to: [deal, company], inverse: notes}
          - {name: sum, type: formula, formula: "ROUND(price * quantity, 2)"}
    """,
}

ENTITIES = ("department", "user", "role", "user_role", "company", "deal", "item")


@cache
def world() -> Model:
    """The model: companies, deals with items, and the system's people."""
    files = {
        path: text.replace("name: RUB", "name: rub").replace("name: USD", "name: usd")
        for path, text in FILES.items()
    }
    return resolve(identify(together(system_document(), parse_files(files))), 1)


def parsed(text: str, entity: str = "deal", expect: Type | None = None, **more: Any) -> Expression:
    """An expression about an entity of the world."""
    model = world()
    return parse_expression(
        text, Scope(model=model, entity=model.entities[entity].uid, expect=expect, **more)
    )


def values_of(entity: Entity, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row by field names as a row by uids."""
    by_uid = {entity.by_name[name].uid: value for name, value in row.items() if name != "id"}
    return {**by_uid, "id": row["id"]}


@dataclass(frozen=True, kw_only=True, eq=False)
class Base:
    """A database with the world's tables."""

    workspace: Workspace
    tables: Tables

    @property
    def dialect(self) -> Literal["sqlite", "postgresql"]:
        return self.workspace.database.dialect

    def fill(self, connection: sa.Connection, rows: Mapping[str, list[dict[str, Any]]]) -> None:
        """Put rows (by entity uid, then field uid) in place of what is there."""
        model = self.tables.model
        for uid, some in rows.items():
            entity = model.entity_by_uid[uid]
            table = self.tables[uid].table
            connection.execute(table.delete())
            encoded = [encode_values(self.tables, entity, row) for row in some]
            names = sorted({name for row in encoded for name in row})
            if encoded:
                connection.execute(table.insert(), [{n: row.get(n) for n in names} for row in encoded])
            for field, pairs in self.tables[uid].lists.items():
                connection.execute(pairs.delete())
                listed = [
                    {"record": row["id"], "target": target, "position": place}
                    for row in some
                    for place, target in enumerate(row.get(field) or ())
                ]
                if listed:
                    connection.execute(pairs.insert(), listed)
        closure = self.tables.own.closure
        department = model.entities["department"]
        connection.execute(closure.delete())
        oracle = Oracle(model=model, rows=rows, zone=ZoneInfo("UTC"))
        below = [
            {"entity": department.uid, "ancestor": d["id"], "descendant": under}
            for d in rows.get(department.uid, [])
            for under in oracle.below(department, d["id"])
        ]
        if below:
            connection.execute(closure.insert(), below)

    def values(
        self,
        connection: sa.Connection,
        expression: Expression,
        zone: ZoneInfo,
        me: int | None = None,
        **more: Any,
    ) -> dict[int, Any]:
        """The value for every live row of its entity."""
        rows = AllRows(tables=self.tables, dialect=self.dialect, zone=zone)
        row = rows.open(expression.entity or "")
        cell = compile_value(expression.root, rows.environment(row, **more))
        select = sa.select(row.cell("id").value, cell.value.label("value")).where(row.condition)  # type: ignore[arg-type]
        found = connection.execute(select, self.parameters(zone, me))
        return {row[0]: row[1] for row in found}

    def kept(
        self, connection: sa.Connection, expression: Expression, zone: ZoneInfo, me: int | None = None
    ) -> set[int]:
        """The ids of the live rows that the condition keeps."""
        rows = AllRows(tables=self.tables, dialect=self.dialect, zone=zone)
        row = rows.open(expression.entity or "")
        condition = compile_condition(expression, rows.environment(row))
        select = sa.select(row.cell("id").value).where(row.condition, condition)  # type: ignore[arg-type]
        return set(connection.execute(select, self.parameters(zone, me)).scalars())

    @staticmethod
    def parameters(zone: ZoneInfo, me: int | None) -> dict[str, Any]:
        return {"me": me, "now": NOW, "today": NOW.astimezone(zone).date()}


def make_base(url: str, home: Path) -> Base:
    """A new workspace in which the world is the model in force."""
    settings = Settings(home=home, database_url=url, time_zone="Europe/Moscow", secret_key=b"k" * 32)
    workspace = Workspace.create(settings)
    install_model(workspace, world())
    return Base(
        workspace=workspace, tables=Tables(world(), workspace.database.schema, workspace.database.dialect)
    )


def oracle_of(rows: Mapping[str, list[dict[str, Any]]], zone: ZoneInfo, me: int | None = None) -> Oracle:
    return Oracle(model=world(), rows=rows, zone=zone, me=me, now=NOW)
