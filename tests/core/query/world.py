"""A small sales system full of odd values, kept in Python as well, with an oracle that knows no SQL.

`sees` and `reads` answer from the raw rows which rows and cells a person has: the rules of roles are pairs of an
expression and a Python predicate written by hand.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from core.access.actor import Actor
from core.records.indexing.job import rebuild, run_index
from core.settings import Settings
from core.storage.install import install_model
from core.storage.tables import encode_values
from core.storage.workspace import Transaction, Workspace
from metamodel.expression import Scope, parse_expression
from metamodel.expression.types import BOOLEAN
from metamodel.labels import Label
from metamodel.model import Entity, Grant, Model, Role
from metamodel.text import fold
from tests.factories import SAMPLE, model

Row = dict[str, Any]
MOMENT = dt.datetime(2026, 3, 1, 12, 0, tzinfo=dt.UTC)

NAMES = [
    "Ёлка", "елка", "Ель", "ёж", "Еж", "Яблоко", "яков", "alpha", "Alpha", "ALPHA beta", "Zeta", "№ 7", "a%b_c",
    "О'Коннор", "日本", "𝔄stral", "пробел ", " пробел", "x" * 205 + "б", "x" * 205 + "а", "y" * 300, None,
]  # fmt: skip
CITIES = ["Москва", "москва", "Орёл", "Орел", "г" * 200 + "б", "г" * 200 + "а", None]
RESULTS = ["договорились", "Перезвонить", None]


@dataclass
class World:
    """The rows of every entity by id, as the engine has them, and who stands in whose department."""

    model: Model
    rows: dict[str, dict[int, Row]] = field(default_factory=dict)

    def get(self, entity: str, id: int | None) -> Row | None:
        """A live row."""
        row = self.rows[entity].get(id) if id is not None else None
        return row if row is not None and row["deleted_at"] is None else None

    def following(self, entity: str, row: Row | None, *names: str) -> Any:
        """The value at the end of a path of links over all live rows."""
        for name in names:
            if row is None:
                return None
            value = row[name]
            target = self.model.entities[entity].by_name[name].target
            if target is None or name == names[-1]:
                return value
            entity = self.model.entity_by_uid[target].name
            row = self.get(entity, value)
        return None

    def below(self, department: int | None) -> set[int]:
        """The department and all under it."""
        if department is None:
            return set()
        found: set[int] = {department}
        before: set[int] = set()
        while found != before:
            before = set(found)
            found |= {i for i, d in self.rows["department"].items() if d["parent"] in found}
        return found


def fill(seed: int = 7, deals: int = 90) -> tuple[World, list[tuple[str, Row]]]:
    """A world and its rows in the order in which they are to be written."""
    random_ = random.Random(seed)
    changed = SAMPLE["entities/deal.yaml"].replace("- {unique: [company, name]}", "")
    world = World(model=model({"entities/deal.yaml": changed}))
    order: list[tuple[str, Row]] = []

    def add(entity: str, id: int, /, *, deleted: bool = False, **values: Any) -> None:
        moment = MOMENT + dt.timedelta(hours=random_.randrange(30))
        row = {
            "id": id, "created_at": moment, "updated_at": moment, "version": 1, "position": None,
            "created_by": random_.choice([None, 1, 2, 3]), "updated_by": None,
            "deleted_at": MOMENT if deleted else None, **values,
        }  # fmt: skip
        world.rows.setdefault(entity, {})[id] = row
        order.append((entity, row))

    for id, parent in enumerate([None, 1, 1, 2, None], start=1):
        add("department", id, name=f"Отдел {id}", parent=parent, head=None)
    for id, department in enumerate([1, 2, 4, 3, 5, None], start=1):
        add("user", id, login=f"user{id}", name=random_.choice(NAMES), department=department, active=True)
    for id in range(1, 13):
        add(
            "company", id, deleted=id % 6 == 0, name=random_.choice(NAMES), inn=str(7700000000 + id),
            owner=1 if id == 6 else random_.choice([1, 2, 3, 4, None]), city=random_.choice(CITIES), vip=random_.choice([True, False, None]),
            discount=random_.choice([None, Decimal("0.20")]), staff=random_.choice([None, -3, 0, 12]),
            founded=random_.choice([None, dt.date(1999, 12, 31)]), notes=None,
        )  # fmt: skip
    for id in range(1, 7):
        add(
            "product", id, deleted=id == 6, code=f"P{id}", name=random_.choice(NAMES), price=Decimal(id * 100) / 3 // 1,
            weight=None, active=id % 2 == 0,
        )  # fmt: skip
    stages = world.model.entities["deal"].by_name["stage"].choices
    sources = world.model.entities["deal"].by_name["source"].choices
    for id in range(1, deals + 1):
        name = random_.choice(NAMES)
        add(
            "deal", id, deleted=random_.random() < 0.08, number=f"Д-2026-{id % 40:05}" if id % 9 else None, name=name,
            company=random_.choice([*range(1, 13), None, None]), owner=random_.choice([1, 2, 3, 4, 5, 6, None]),
            amount=random_.choice([None, Decimal("0.00"), Decimal("1200.10"), Decimal("-5.25"), Decimal("999999999999.99")]),
            probability=random_.choice([None, Decimal("0.20"), Decimal("1.00")]),
            opened_on=random_.choice([None, dt.date(2026, 1, 31), dt.date(2025, 12, 1)]),
            closes_on=random_.choice([None, dt.date(2026, 6, 30), dt.date(2026, 2, 28)]),
            lost_reason=random_.choice([None, "дорого", "Дорого"]), source=random_.choice([None, *(c.uid for c in sources)]),
            margin=random_.choice([None, Decimal("10.00"), Decimal("77.77")]), stage=random_.choice(stages).uid,
        )  # fmt: skip
    item = 0
    for deal in world.rows["deal"].values():
        for position in range(random_.choice([0, 0, 1, 2, 3])):
            item += 1
            add(
                "deal_item", item, deleted=deal["deleted_at"] is not None or random_.random() < 0.1, deal=deal["id"],
                product=random_.randrange(1, 7), quantity=Decimal(random_.choice(["1.000", "2.500", "0.333"])),
                price=random_.choice([None, Decimal("10.05"), Decimal("99.99")]),
            )  # fmt: skip
            world.rows["deal_item"][item]["position"] = 10 - position
    statuses = world.model.entities["activity"].by_name["status"].choices
    for id in range(1, 60):
        add(
            "activity", id, subject=random_.choice(NAMES), deal=random_.choice([None, *range(1, deals + 1)]),
            company=random_.choice([None, *range(1, 13)]), owner=random_.choice([None, 1, 2, 3]),
            status=random_.choice([None, *(c.uid for c in statuses)]), result=random_.choice(RESULTS),
            held_at=random_.choice([None, MOMENT, MOMENT + dt.timedelta(minutes=id)]),
        )  # fmt: skip
    return world, order


def make_workspace(database_url: str, home: Path, rows: list[tuple[str, Row]], sales: Model) -> Workspace:
    """A workspace that holds these rows as they are: written by the storage, past every rule."""
    workspace = Workspace.create(
        Settings(home=home, database_url=database_url, secret_key=b"k" * 32, time_zone="Europe/Moscow")
    )
    install_model(workspace, sales)
    workspace.write(lambda tx: insert(tx, rows))
    rebuild(workspace)
    run_index(workspace)
    return workspace


def insert(tx: Transaction, rows: list[tuple[str, Row]]) -> None:
    for name, row in rows:
        entity = tx.model.entities[name]
        place = tx.tables[entity.uid]
        values = {entity.by_name[n].uid: v for n, v in row.items() if n != "id" and n in entity.by_name}
        encoded = encode_values(tx.tables, entity, values)
        tx.connection.execute(place.table.insert().values(id=row["id"], **encoded))
    departments = {row["id"]: row["parent"] for name, row in rows if name == "department"}
    for id in departments:
        above: int | None = id
        while above is not None:
            closure = tx.tables.own.closure.insert().values(
                entity=tx.model.entities["department"].uid, ancestor=above, descendant=id
            )
            tx.connection.execute(closure)
            above = departments[above]


def base(**values: Any) -> Row:
    """A row as somebody just wrote it."""
    return {
        "created_at": MOMENT, "updated_at": MOMENT, "version": 1, "created_by": None, "updated_by": None,
        "deleted_at": None, **values,
    }  # fmt: skip


# --- roles made of rules that both sides understand

Predicate = Callable[[World, Row, int | None], bool]


def _choice(world: World, entity: str, name: str, uid: str | None) -> str | None:
    found = world.model.entities[entity].by_name[name].choice(uid) if uid else None
    return found.name if found else None


def _more(value: Any, than: Any) -> bool:
    return value is not None and value > than


RULES: Mapping[str, list[tuple[str | None, Predicate]]] = {
    "deal": [
        (None, lambda w, r, me: True),
        ("owner = me", lambda w, r, me: me is not None and r["owner"] == me),
        (
            "owner.department IN my.departments",
            lambda w, r, me: (
                w.following("deal", r, "owner", "department")
                in w.below(w.following("user", w.get("user", me), "department"))
            ),
        ),
        ("amount > 100", lambda w, r, me: _more(r["amount"], 100)),
        ("stage = 'won'", lambda w, r, me: _choice(w, "deal", "stage", r["stage"]) == "won"),
        (
            "company.owner = me",
            lambda w, r, me: me is not None and w.following("deal", r, "company", "owner") == me,
        ),
        (
            "closes_on IS NULL OR name = 'ЁЛКА'",
            lambda w, r, me: r["closes_on"] is None or _same(r["name"], "ёлка"),
        ),
        (
            "company.city = 'МОСКВА'",
            lambda w, r, me: _same(w.following("deal", r, "company", "city"), "москва"),
        ),
        ("NOT owner = me", lambda w, r, me: me is not None and r["owner"] is not None and r["owner"] != me),
        ("amount > 1000000000000", lambda w, r, me: False),
    ],
    "company": [
        (None, lambda w, r, me: True),
        ("owner = me", lambda w, r, me: me is not None and r["owner"] == me),
        ("vip", lambda w, r, me: r["vip"] is True),
        ("city = 'орел'", lambda w, r, me: _same(r["city"], "орел")),
    ],
    "user": [
        (None, lambda w, r, me: True),
        ("id = me", lambda w, r, me: me is not None and r["id"] == me),
    ],
    "deal_item": [
        (None, lambda w, r, me: True),
        ("quantity > 1", lambda w, r, me: _more(r["quantity"], 1)),
    ],
    "product": [(None, lambda w, r, me: True), ("active", lambda w, r, me: r["active"] is True)],
    "activity": [
        (None, lambda w, r, me: True),
        ("owner = me", lambda w, r, me: me is not None and r["owner"] == me),
        (
            "deal.owner = me",
            lambda w, r, me: me is not None and w.following("activity", r, "deal", "owner") == me,
        ),
    ],
}


def _same(text: str | None, folded: str) -> bool:
    return text is not None and fold(text) == fold(folded)


@dataclass(frozen=True)
class Rule:
    """A grant as the oracle has it."""

    entity: str
    actions: frozenset[str]
    index: int
    fields: frozenset[str] | None

    def holds(self, world: World, row: Row, me: int | None) -> bool:
        return RULES[self.entity][self.index][1](world, row, me)

    def covers(self, name: str) -> bool:
        return self.fields is None or name in self.fields


@dataclass(frozen=True)
class Person:
    """Who asks: their id, and what their one role grants (None: everything)."""

    me: int | None
    rules: tuple[Rule, ...] | None


def actor_in(tx: Transaction, person: Person) -> tuple[Transaction, Actor]:
    """The transaction with a model in which the role of the person exists, and the actor that has it."""
    role = Role(
        uid="generated", name="generated", solution="test", label=Label(), everything=person.rules is None,
        grants=tuple(_grant(tx.model, rule) for rule in person.rules or ()),
    )  # fmt: skip
    altered = replace(tx.model, roles={**tx.model.roles, "generated": role})
    actor = Actor(user=person.me, login="generated", roles=("generated",), language="ru")
    return replace(tx, model=altered), actor


def _grant(sales: Model, rule: Rule) -> Grant:
    entity = sales.entities[rule.entity]
    text = RULES[rule.entity][rule.index][0]
    scope = Scope(model=sales, entity=entity.uid, expect=BOOLEAN)
    return Grant(
        entity=entity.uid, actions=rule.actions, rows=parse_expression(text, scope) if text else None,
        fields=None if rule.fields is None else frozenset(entity.by_name[n].uid for n in rule.fields),
    )  # fmt: skip


# --- the oracle

PARENTS = {"deal_item": ("deal", "items"), "user_role": ("user", "roles")}
ALWAYS = ("id", "version", "created_at", "created_by", "updated_at", "updated_by", "deleted_at", "position")


def is_parent(entity: str, name: str) -> bool:
    """Whether the field leads a child row to its parent, as everybody who sees it knows."""
    return entity in PARENTS and PARENTS[entity][0] == name


@dataclass
class Oracle:
    """What a person sees of a world."""

    world: World
    person: Person

    def _rules(self, entity: str, *actions: str) -> list[Rule]:
        found = [r for r in self.person.rules or () if r.entity == entity and r.actions & set(actions)]
        if self.person.rules is None or (not found and entity in PARENTS):
            return [Rule(entity, frozenset(actions), 0, None)]
        return found

    def sees(self, entity: str, row: Row) -> bool:
        """Whether the row, in the bin or not, is one the person may see."""
        if not any(r.holds(self.world, row, self.person.me) for r in self._rules(entity, "read")):
            return False
        if entity not in PARENTS or self.person.rules is None:
            return True
        parent, children = PARENTS[entity]
        owner = self.world.rows[parent][row[parent]]
        return self.reads(parent, owner, children)

    def reads(self, entity: str, row: Row, name: str) -> bool:
        """Whether the person may read that cell."""
        if not self.sees(entity, row):
            return False
        if name in ALWAYS or is_parent(entity, name):
            return True
        rules = self._rules(entity, "read")
        if self.person.rules is not None:
            rules = rules + [r for r in self.person.rules if r.entity == entity and "show" in r.actions]
        return any(r.covers(name) and r.holds(self.world, row, self.person.me) for r in rules)

    def could_read(self, entity: str, name: str) -> bool:
        """Whether the field exists for the person at all."""
        given = self._rules(entity, "read")
        if entity in PARENTS and not self.could_read(*PARENTS[entity]):
            return False
        if not given:
            return False
        if name in ALWAYS or is_parent(entity, name):
            return True
        shown = (
            []
            if self.person.rules is None
            else [r for r in self.person.rules if r.entity == entity and "show" in r.actions]
        )
        return any(r.covers(name) for r in given + shown)

    def value(self, entity: str, row: Row, name: str) -> Any:
        """The value as the engine has it, None where it may not be read; formulas of what may be read."""
        if not self.reads(entity, row, name):
            return None
        computed = COMPUTED.get((entity, name))
        return computed(self, row) if computed else row[name]

    def linked(self, entity: str, id: int | None) -> Row | None:
        """The live record of a link, if it may be seen."""
        row = self.world.get(entity, id)
        return row if row is not None and self.sees(entity, row) else None

    def rows_of(self, entity: str, through: str, id: int) -> list[Row]:
        """Live visible rows whose readable link leads to a record."""
        return [
            r
            for r in self.world.rows[entity].values()
            if r["deleted_at"] is None and self.sees(entity, r) and self.value(entity, r, through) == id
        ]

    def title(self, entity: str, row: Row) -> str:
        """The title by the rule of the entity, parts that may not be read left out."""
        made = TITLES[entity](self, row)
        return made if made else f"#{row['id']}"

    def shown(self, entity: str, row: Row, name: str) -> Any:
        """The value as a page has it."""
        value = self.value(entity, row, name)
        field = self.world.model.entities[entity].by_name[name]
        if value is None:
            return None
        if field.result.kind == "choice":
            return next(c.name for c in field.choices if c.uid == value)
        if field.result.kind == "link":
            target = self.world.model.entity_by_uid[field.target or ""].name
            linked = self.world.rows[target][value]
            if not self.sees(target, linked):
                return {"id": None, "hidden": True}
            found = {"id": value, "title": self.title(target, linked)}
            return {**found, "deleted": True} if linked["deleted_at"] else found
        return value


def _expected(oracle: Oracle, row: Row) -> Decimal | None:
    amount, probability = (oracle.value("deal", row, n) for n in ("amount", "probability"))
    if amount is None or probability is None:
        return None
    scale = oracle.world.model.entities["deal"].by_name["expected"].result.scale
    return (amount * probability).quantize(Decimal(1).scaleb(-scale))


def _city(oracle: Oracle, row: Row) -> str | None:
    company = oracle.linked("company", oracle.value("deal", row, "company"))
    return None if company is None else oracle.value("company", company, "city")


def _deal_count(oracle: Oracle, row: Row) -> int:
    return len(oracle.rows_of("deal", "company", row["id"]))


COMPUTED: Mapping[tuple[str, str], Callable[[Oracle, Row], Any]] = {
    ("deal", "expected"): _expected,
    ("deal", "city"): _city,
    ("company", "deal_count"): _deal_count,
}

TITLES: Mapping[str, Callable[[Oracle, Row], str]] = {
    "company": lambda o, r: (
        o.value("company", r, "name") if o.value("company", r, "name") is not None else ""
    ),
    "user": lambda o, r: o.value("user", r, "name") if o.value("user", r, "name") is not None else "",
    "department": lambda o, r: o.value("department", r, "name") or "",
    "deal": lambda o, r: _joined(o.value("deal", r, "number"), o.value("deal", r, "name")),
    "product": lambda o, r: _joined(o.value("product", r, "code"), o.value("product", r, "name")),
}


def _joined(first: str | None, second: str | None) -> str:
    parts = (first or "") + (" " if second is not None else "") + (second or "")
    return parts.lstrip(" \t—–-,;:/·.")


def sort_key(oracle: Oracle, entity: str, row: Row, name: str) -> tuple[Any, ...]:
    """The values by which a row is sorted by that field, each None when empty."""
    value = oracle.value(entity, row, name)
    field = oracle.world.model.entities[entity].by_name[name]
    if field.result.kind == "link":
        target = oracle.world.model.entity_by_uid[field.target or ""].name
        linked = None if value is None else oracle.world.rows[target][value]
        if linked is None or not oracle.sees(target, linked):
            return None, None
        return fold(oracle.title(target, linked))[:200], value
    if value is None:
        return (None,)
    if field.result.kind == "text":
        return (fold(value)[:200],)
    if field.result.kind == "choice":
        return ([c.uid for c in field.choices].index(value),)
    return (value,)


def in_order(oracle: Oracle, entity: str, rows: list[Row], sort: tuple[str, ...]) -> list[int]:
    """The ids of the rows in that order: empty values last, ties by id in the direction of the last key."""
    ordered = sorted(rows, key=lambda r: r["id"], reverse=bool(sort) and sort[-1].startswith("-"))
    for key in reversed(sort):
        name, descending = key.removeprefix("-"), key.startswith("-")
        for part in reversed(
            range(2 if oracle.world.model.entities[entity].by_name[name].result.kind == "link" else 1)
        ):
            filled = [r for r in ordered if sort_key(oracle, entity, r, name)[part] is not None]
            empty = [r for r in ordered if sort_key(oracle, entity, r, name)[part] is None]
            filled.sort(key=lambda r: sort_key(oracle, entity, r, name)[part], reverse=descending)
            ordered = filled + empty
    return [row["id"] for row in ordered]


__all__ = ["Entity", "Oracle", "Person", "Rule", "World", "actor_in", "fill", "in_order", "make_workspace"]
