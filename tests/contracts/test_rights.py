"""Every door shows and lets change what the oracle of rights says, for generated roles, on both databases.

The oracle (tests/oracle/rights.py) judges raw rows in plain loops. Doors: list, count, fields, filter, sort, search,
one record, by key, drop-down, history, feed of changes, OpenAPI; create, update, delete, move, child rows.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from core import query, records
from core.access.actor import Actor
from core.errors import KubikError
from core.plugin_manager import collect, make_plugin_manager
from core.query import Query
from core.storage.workspace import Transaction, Workspace
from core.web.operations import Operation
from core.web.wire import encode
from metamodel.any_link import AnyLink
from metamodel.expression import Scope, parse_expression
from metamodel.expression.types import BOOLEAN
from metamodel.labels import Label
from metamodel.model import Entity, Field, Grant, Model, Role
from metamodel.text import fold
from renderers.api.openapi import openapi_document
from renderers.api.visible_model import visible_model
from tests.contracts.places import judge, raw_rows, wide_model, with_roles
from tests.oracle.evaluator import Row
from tests.oracle.rights import Person, Rights, Write, may_write

CHECKED = settings(
    max_examples=12, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
MODEL = wide_model()
MAIN = ("deal", "deal_item", "company", "activity", "product", "user", "remark", "talk")
WORDS = ("елка", "ель", "Заря", "коннор", "тайна", "тверь", "<b>бор", "a%b", "P1", "да")

RULES = {
    "deal": ["owner = me", "owner.department IN my.departments", "amount > 1000", "stage = 'won'", "company.vip",
             "company.owner = me", "items_total > 100", "EXISTS(items WHERE quantity > 1)", "margin IS NULL",
             "company.city = 'тверь'", "name LIKE 'ель%'", "watchers CONTAINS me", "goods IS NOT NULL",
             "EXISTS(goods WHERE price > 101)", "COUNT(remarks) > 0"],
    "remark": ["author = me", "about AS deal.owner = me", "about AS company.vip", "text LIKE 'е%'"],
    "talk": ["text LIKE 'з%'", "about AS deal IS NULL"],
    "deal_item": ["quantity > 1", "product.active", "deal.owner = me", "price > 101"],
    "company": ["owner = me", "vip", "city = 'ТВЕРЬ'", "deal_count > 2", "staff IS NOT NULL", "won_total > 0"],
    "activity": ["owner = me", "deal.owner = me", "status = 'done'", "company.vip", "deal.company.owner = me"],
    "product": ["active", "price > 101"],
    "user": ["id = me", "department IN my.departments", "login <> 'user1'"],
}  # fmt: skip

FILTERS = {
    "deal": ["amount > 1000", "margin IS NULL", "company.city = 'тверь'", "owner = me", "expected >= 1", "company IS NULL",
             "EXISTS(items WHERE price > 101)", "COUNT(activities) > 0", "source IN ('site')", "owner.name LIKE 'ель%'",
             "last_result = 'да'", "items_total > 0", "goods CONTAINS 2", "NOT goods CONTAINS 1", "watchers CONTAINS me",
             "goods IS NULL", "EXISTS(goods WHERE price > 101)", "NOT EXISTS(goods WHERE active)", "COUNT(goods) > 1",
             "COUNT(remarks) > 0", "JOIN(goods.code) = 'P1'", "EXISTS(remarks WHERE text LIKE 'е%')",
             "EXISTS(company.deals WHERE amount IS NOT NULL)", "COUNT(company.deals) > 1", "COUNT(owner.companies) > 0",
             "UNDER(owner.department, 2)", "UNDER(owner.department, my.department)", "my.department.name LIKE 'отдел%'",
             "COUNT_DISTINCT(activities.owner) > 0", "my.name LIKE '%2'"],
    "remark": ["about AS deal.amount > 0", "about IS NULL", "about AS company.vip", "about AS deal IS NOT NULL",
               "about AS deal.goods CONTAINS 1", "text LIKE 'е%' OR about AS deal.company.vip",
               "COUNT(about AS company.deals) > 0", "about = about", "about IS DISTINCT FROM about"],
    "talk": ["about AS deal.owner = me", "about AS deal.margin IS NULL"],
    "deal_item": ["quantity > 1", "product.price > 101", "deal.margin > 1", "amount IS NULL",
                  "COUNT(deal.activities) > 0", "COUNT(deal.company.deals) > 1", "COUNT(product.demand) > 0"],
    "company": ["vip", "won_total > 0", "deal_count = 0", "notes CONTAINS 'тай'", "inn = '7700000001'", "COUNT(deals) > 1"],
    "activity": ["deal.amount > 0", "status = 'done'", "company.name LIKE 'з%'", "result IS NULL",
                 "COUNT(deal.items) > 1", "COUNT(deal.company.deals) > 1"],
    "product": ["price > 101", "COUNT(sold) > 2", "COUNT(demand) > 0", "EXISTS(demand WHERE amount > 0)"],
    "user": ["department IS NULL", "login = 'user2'", "COUNT(companies) > 0"],
}  # fmt: skip


def parsed(entity: Entity, text: str | None) -> Any:
    return parse_expression(text, Scope(model=MODEL, entity=entity.uid, expect=BOOLEAN)) if text else None


def names_of(entity: Entity) -> list[str]:
    return [f.name for f in entity.fields if not f.system]


@st.composite
def rules(draw: st.DrawFn, entity: str) -> str | None:
    """No rule, one of the pool, or two put together."""
    pool = st.sampled_from(RULES[entity])
    match draw(st.integers(0, 5)):
        case 0 | 1:
            return None
        case 2 | 3:
            return draw(pool)
        case 4:
            return f"({draw(pool)}) {draw(st.sampled_from(['AND', 'OR']))} ({draw(pool)})"
        case _:
            return f"NOT ({draw(pool)})"


@st.composite
def field_sets(draw: st.DrawFn, entity: Entity) -> frozenset[str] | None:
    """All fields, some, or all but some."""
    if draw(st.integers(0, 2)) == 0:
        return None
    named = {entity.by_name[n].uid for n in draw(st.sets(st.sampled_from(names_of(entity)), max_size=6))}
    every = {f.uid for f in entity.fields if not f.system}
    return frozenset(named) if draw(st.booleans()) else frozenset(every - named)


@st.composite
def grants(draw: st.DrawFn, name: str, actions: tuple[str, ...]) -> Grant:
    entity = MODEL.entities[name]
    stages = None
    if (
        entity.stages is not None
        and set(actions) & {"update", "move", "delete"}
        and draw(st.integers(0, 3)) == 0
    ):
        every = [s.uid for p in entity.stages.pipelines for s in p.stages]
        stages = frozenset(draw(st.sets(st.sampled_from(every), min_size=1)))
    checked = set(actions) & {"create", "update", "move"} and draw(st.integers(0, 2)) == 0
    return Grant(
        entity=entity.uid, actions=frozenset(actions), stages=stages, fields=draw(field_sets(entity)),
        rows=parsed(entity, draw(rules(name))) if set(actions) != {"create"} else None,
        check=parsed(entity, draw(rules(name))) if checked else None,
    )  # fmt: skip


@st.composite
def readers(draw: st.DrawFn, main: str) -> Person:
    """Somebody who reads the main entity (and its parent) in some way, and others by chance."""
    given = [draw(grants(main, ("read",)))]
    for name in MAIN:
        for _ in range(draw(st.sampled_from([0, 1, 1, 2]))):
            given.append(draw(grants(name, draw(st.sampled_from([("read",), ("read",), ("show",)])))))
    return Person(draw(st.sampled_from([1, 2, 3, 4, 5, None])), (role(tuple(given)),))


def role(given: tuple[Grant, ...]) -> Role:
    return Role(uid="generated", name="generated", solution="test", label=Label(), grants=given)


@st.composite
def writers(draw: st.DrawFn, main: str) -> Person:
    """A reader who may also write the main entity in some ways."""
    reader = draw(readers(main))
    given = list(reader.roles[0].grants)
    if draw(st.booleans()):
        given.append(replace(draw(grants(main, ("read",))), fields=None, rows=None))
    for name in {main, "deal"}:
        for _ in range(draw(st.integers(0, 2))):
            kinds = [
                ("update",),
                ("update", "move"),
                ("create",),
                ("create", "update", "move", "delete"),
                ("delete",),
                ("move",),
            ]
            given.append(draw(grants(name, draw(st.sampled_from(kinds)))))
    return Person(reader.me, (role(tuple(given)),))


def refused(code: str, action: Callable[[], Any]) -> KubikError:
    try:
        answer = action()
    except KubikError as found:
        assert found.code == code, found
        return found
    raise AssertionError(f"{code} was expected, not {answer}")


def plain(answer: Any) -> Any:
    """An answer as a client reads it."""
    return json.loads(encode(answer), parse_float=Decimal)


def untitled(value: Any) -> Any:
    """A link without its title."""
    if isinstance(value, list):
        return [untitled(each) for each in value]
    return {k: v for k, v in value.items() if k != "title"} if isinstance(value, dict) else value


RAW: dict[Workspace, Any] = {}
"""The rows of a workspace that tests only read, read once."""


@contextlib.contextmanager
def asked(busy: Workspace, person: Person) -> Iterator[tuple[Transaction, Actor, Rights]]:
    """A snapshot, the actor, and the oracle over the same rows."""
    with busy.read() as tx:
        tx, actor = with_roles(tx, person)
        if busy not in RAW:
            RAW[busy] = raw_rows(tx)
        yield tx, actor, judge(tx, person, RAW[busy])


# --- reading


@pytest.mark.parametrize("name", MAIN)
@given(data=st.data())
@CHECKED
def test_lists_counts_cells_and_single_records(busy: Workspace, name: str, data: st.DataObject) -> None:
    person = data.draw(readers(name))
    entity = MODEL.entities[name]
    with asked(busy, person) as (tx, actor, rights):
        if not rights.exists(entity):
            refused("KBK2006", lambda: query.read(tx, actor, Query(entity=name)))
            refused("KBK2006", lambda: query.record(tx, actor, name, 1))
            return
        rows = rights.world.rows[entity.uid]
        live = [r for r in rows if r["deleted_at"] is None and rights.sees(entity, r)]
        binned = [r["id"] for r in rows if r["deleted_at"] is not None and rights.sees(entity, r)]
        page = query.read(tx, actor, Query(entity=name, limit=1000, count="exact"))
        assert [item["id"] for item in page.items] == [r["id"] for r in live]
        assert page.count == query.count(tx, actor, Query(entity=name)) == len(live)
        for item, row in zip(page.items, live, strict=True):
            same_cells(rights, entity, row, plain(item))
        bin_page = query.read(tx, actor, Query(entity=name, deleted="only", limit=1000, fields=()))
        assert [item["id"] for item in bin_page.items] == binned
        ids = {r["id"] for r in live}
        for row in data.draw(st.lists(st.sampled_from(rows), max_size=4, unique_by=lambda r: r["id"])):
            if row["id"] in ids:
                item, _ = query.record(tx, actor, name, row["id"])
                same_cells(rights, entity, row, plain(item))
            else:
                hidden = refused("KBK2006", partial(query.record, tx, actor, name, row["id"]))
                nothing = refused("KBK2006", lambda: query.record(tx, actor, name, 10**9))
                assert str(hidden.detail) == str(nothing.detail)


def same_cells(rights: Rights, entity: Entity, row: Row, item: dict[str, Any]) -> None:
    """The item has exactly the cells that may be read, with their values; the others it names."""
    possible = {f.name: f for f in entity.fields if rights.has(entity, f) and f.type.name != "children"}
    hidden = {n for n, f in possible.items() if not rights.reads(entity, row, f)}
    named = set(item.get("_hidden", ()))
    assert named == hidden, (named, hidden)
    expected = set(possible) - hidden - {"deleted_at", "position"}
    assert set(item) - {"_hidden"} == expected
    for name in expected:
        assert untitled(item[name]) == rights.shown(entity, row, possible[name]), (name, row["id"])


@pytest.mark.parametrize("name", MAIN)
@given(data=st.data())
@CHECKED
def test_fields_filters_sorts_and_searches(busy: Workspace, name: str, data: st.DataObject) -> None:
    person = data.draw(readers(name))
    entity = MODEL.entities[name]
    with asked(busy, person) as (tx, actor, rights):
        if not rights.exists(entity):
            return
        live = [
            r for r in rights.world.rows[entity.uid] if r["deleted_at"] is None and rights.sees(entity, r)
        ]
        for field in entity.fields:
            one_field(tx, actor, rights, entity, field, live)
        for text in data.draw(st.lists(st.sampled_from(FILTERS[name]), max_size=3, unique=True)):
            one_filter(tx, actor, rights, entity, text, live)
        for word in data.draw(st.lists(st.sampled_from(WORDS), max_size=2, unique=True)):
            page = query.read(
                tx, actor, Query(entity=name, search=word, fields=(), limit=1000, count="exact")
            )
            expected = [r["id"] for r in live if rights.finds(entity, r, word)]
            assert [item["id"] for item in page.items] == expected, word
            assert page.count == len(expected)


def one_field(
    tx: Transaction, actor: Actor, rights: Rights, entity: Entity, field: Field, live: Sequence[Row]
) -> None:
    """A field that does not exist for the person is refused everywhere as one that nobody has."""
    ask = {
        "fields": lambda n: query.read(tx, actor, Query(entity=entity.name, fields=(n,))),
        "sort": lambda n: query.read(tx, actor, Query(entity=entity.name, sort=(n,))),
        "filter": lambda n: query.read(tx, actor, Query(entity=entity.name, filter=f"{n} IS NULL")),
        "path": lambda n: query.read(tx, actor, Query(entity=entity.name, fields=(f"{n}.id",))),
        "by": lambda n: query.record_by(tx, actor, entity.name, n, "x"),
        "options": lambda n: query.options(tx, actor, entity.name, n, "", {}, 5),
    }
    if not rights.reaches(entity, field):
        for door, action in ask.items():
            hidden, nothing = words_of(action, field.name), words_of(action, "q" * len(field.name))
            assert hidden == nothing, (door, field.name)
        return
    if field.type.name == "children":
        return
    if not field.system and field.result.kind not in ("link", "link_any"):
        page = query.read(
            tx, actor, Query(entity=entity.name, fields=("id",), sort=(field.name,), limit=1000)
        )
        keys = {r["id"]: sort_key(rights, entity, r, field) for r in live}
        order = sorted((i for i in keys if keys[i] is not None), key=lambda i: (keys[i], i))
        order += sorted(i for i in keys if keys[i] is None)
        assert [item["id"] for item in page.items] == order, field.name


def words_of(action: Callable[[str], Any], name: str) -> tuple[str, str, list[tuple[str, str]]]:
    found = refused("KBK2003", lambda: action(name))
    return (
        found.code,
        str(found.detail).replace(name, "?").partition(" (did you mean")[0],
        [(p.pointer, p.code) for p in found.errors],
    )


def sort_key(rights: Rights, entity: Entity, row: Row, field: Field) -> Any:
    value = rights.seen.cell(entity, row, field.uid)
    if value is None:
        return None
    if field.result.kind == "text":
        return fold(value)[:200]
    if field.result.kind == "choice":
        return [c.uid for c in rights._choices(field)].index(value)
    return value


def one_filter(
    tx: Transaction, actor: Actor, rights: Rights, entity: Entity, text: str, live: Sequence[Row]
) -> None:
    """A filter keeps the rows on which it is true in what the person sees, or names what is not there for them."""
    expression = parsed(entity, text)
    ask = Query(entity=entity.name, filter=text, fields=(), limit=1000)
    if not all(rights.reaches(*used) for used in uses(expression.root, entity)):
        refused("KBK2003", lambda: query.read(tx, actor, ask))
        return
    expected = [r["id"] for r in live if rights.seen.holds(expression.root, entity, r)]
    assert [item["id"] for item in query.read(tx, actor, ask).items] == expected, text
    assert query.count(tx, actor, ask) == len(expected), text


def uses(node: Any, entity: Entity) -> Iterator[tuple[Entity, Field]]:
    """The fields that an expression names."""
    for step_entity, uid in getattr(node, "steps", ()):
        owner = MODEL.entity_by_uid[step_entity]
        yield owner, owner.by_uid[uid]
    if hasattr(node, "through"):
        child = MODEL.entity_by_uid[node.entity]
        holder = MODEL.entity_by_uid[node.owner or node.entity]
        yield holder, holder.by_uid[node.through]
        held = next((f for f in entity.fields if f.target == child.uid and f.through == node.through), None)
        if held is not None:
            yield entity, held
        entity = child
    for inner in (
        *getattr(node, "arguments", ()),
        *(getattr(node, n, None) for n in ("body", "where", "by", "of")),
    ):
        if inner is not None:
            yield from uses(inner, entity)


@given(data=st.data())
@CHECKED
def test_history_feed_drop_downs_and_keys(busy: Workspace, data: st.DataObject) -> None:
    person = data.draw(readers("deal"))
    with asked(busy, person) as (tx, actor, rights):
        feed(tx, actor, rights)
        keys(tx, actor, rights)
        deal = MODEL.entities["deal"]
        for row in data.draw(
            st.lists(st.sampled_from(rights.world.rows[deal.uid]), max_size=4, unique_by=lambda r: r["id"])
        ):
            if not rights.sees(deal, row):
                refused("KBK2006", partial(query.history, tx, actor, "deal", row["id"]))
                continue
            items = query.history(tx, actor, "deal", row["id"], limit=1000).items
            told = {name for item in items for name in item["changes"]}
            assert told <= {f.name for f in deal.fields if rights.reads(deal, row, f)}
            owners = [v for item in items for v in item["changes"].get("owner", {}).values() if v is not None]
            user = MODEL.entities["user"]
            known = {r["id"] for r in rights.world.rows[user.uid] if rights.sees(user, r)}
            assert all(link.id in known if link.id is not None else link.hidden for link in owners)
        for owner, field in (
            ("deal", "company"),
            ("activity", "deal"),
            ("deal", "owner"),
            ("deal_item", "product"),
        ):
            entity = MODEL.entities[owner]
            link = entity.by_name[field]
            if not rights.has(entity, link):
                continue
            target = MODEL.entity_by_uid[link.target or ""]
            found = query.options(tx, actor, owner, field, "", {}, 1000)
            may = [
                r for r in rights.world.rows[target.uid] if r["deleted_at"] is None and rights.sees(target, r)
            ]
            if link.narrowing is None:
                assert sorted(each.id or 0 for each in found) == [r["id"] for r in may]
            else:
                assert {each.id for each in found} <= {r["id"] for r in may}


def feed(tx: Transaction, actor: Actor, rights: Rights) -> None:
    """Whoever is told of is visible, or was and is `deleted`; of each visible record the last change is told."""
    items: list[dict[str, Any]] = []
    after = None
    while True:
        found = query.changes(tx, actor, after, limit=97)
        items += found.items
        if found.next == after:
            break
        after = found.next
    told: dict[tuple[str, int], str] = {(i["entity"], i["id"]): i["change"] for i in items}
    for (name, record), change in told.items():
        entity = tx.model.entities[name]
        row = next(r for r in rights.world.rows[entity.uid] if r["id"] == record)
        if rights.sees(entity, row):
            assert (change == "deleted") == (row["deleted_at"] is not None), (name, record, change)
        else:
            assert change == "deleted", (name, record, change)
    for name in MAIN:
        entity = tx.model.entities[name]
        for row in rights.world.rows[entity.uid]:
            if rights.sees(entity, row):
                assert (name, row["id"]) in told


def keys(tx: Transaction, actor: Actor, rights: Rights) -> None:
    """By its unique field a record is found where the row and that cell may be seen."""
    company = MODEL.entities["company"]
    inn = company.by_name["inn"]
    for row in rights.world.rows[company.uid]:
        ask = partial(query.record_by, tx, actor, "company", "inn", row[inn.uid], ("id",))
        if not rights.exists(company):
            refused("KBK2006", ask)
        elif not rights.has(company, inn):
            refused("KBK2003", ask)
        elif row["deleted_at"] is not None or not rights.reads(company, row, inn):
            refused("KBK2006", ask)
        else:
            assert ask()[0]["id"] == row["id"]


@given(data=st.data())
@settings(CHECKED, max_examples=15)
def test_the_description_names_nothing_that_is_not_there_for_its_reader(data: st.DataObject) -> None:
    person = data.draw(writers(data.draw(st.sampled_from(MAIN))))
    rights = Rights(world=judge_nothing(person).world, person=person)
    operations = [o for o in collect(make_plugin_manager(), "kubik_operations") if isinstance(o, Operation)]
    altered: Model = replace(MODEL, roles={**MODEL.roles, "generated": person.roles[0]})
    actor = Actor(user=person.me, login="somebody", roles=("generated",), language="en")
    document = openapi_document(altered, actor, operations, "/", "en")
    schemas = document["components"]["schemas"]
    for entity in MODEL.entities.values():
        listed = f"/api/records/{entity.name}" in document["paths"]
        reads = listed and "get" in document["paths"][f"/api/records/{entity.name}"]
        assert reads == rights.exists(entity), entity.name
        named = set(schemas.get(entity.name, {}).get("properties", ())) - {"_hidden"}
        may = {f.name for f in entity.fields if rights.has(entity, f)}
        assert named <= may, entity.name
        if reads:
            assert {f.name for f in entity.fields if rights.reaches(entity, f)} <= named
            keys = document["paths"][f"/api/records/{entity.name}/by/{{field}}/{{value}}"]["get"][
                "parameters"
            ][0]
            assert set(keys["schema"]["enum"]) == {
                f.name for f in entity.fields if f.unique and f.name in may
            } | {"ext"}


@given(data=st.data())
@settings(CHECKED, max_examples=30)
def test_the_model_names_nothing_that_is_not_there_for_its_reader(data: st.DataObject) -> None:
    person = data.draw(readers(data.draw(st.sampled_from(MAIN))))
    rights = judge_nothing(person)
    altered: Model = replace(MODEL, roles={**MODEL.roles, "generated": person.roles[0]})
    document = visible_model(
        altered, Actor(user=person.me, login="somebody", roles=("generated",), language="en")
    )
    for written in document["entities"]:
        entity = MODEL.entities[written["name"]]
        assert rights.exists(entity)
        writers = (
            entity.follows is not None and entity.by_uid[entity.follows].options.get("write_by") == "read"
        )
        may = {
            f.name for f in entity.fields if writers or rights.has(entity, f)
        }  # who writes a field knows of it
        assert {f["name"] for f in written["fields"]} <= may
        for field in written["fields"]:
            led = field.get("to", [])
            assert all(rights.exists(MODEL.entities[n]) for n in ([led] if isinstance(led, str) else led))
    for view in document["views"]:
        for name in (*view["columns"], *(each.lstrip("-") for each in view["sort"])):
            entity = MODEL.entities[view["entity"]]
            for part in name.split("."):
                field = entity.by_name[part]
                assert rights.reaches(entity, field), name
                entity = MODEL.entity_by_uid.get(field.target or "", entity)


def judge_nothing(person: Person) -> Rights:
    """The oracle over an empty world: for what grants say of themselves."""
    from zoneinfo import ZoneInfo

    from tests.oracle.evaluator import Oracle

    return Rights(Oracle(model=MODEL, rows={}, zone=ZoneInfo("UTC"), me=person.me), person)


# --- writing


class Undo(Exception):
    """Ends a write transaction with what it found."""


def tried(
    busy: Workspace, person: Person, action: Callable[[Transaction, Actor], Any]
) -> tuple[str | None, Any]:
    """What a write of the person answers and leaves; everything is taken back."""
    found: list[Any] = []

    def attempt(tx: Transaction) -> None:
        changed, actor = with_roles(tx, person)
        try:
            action(changed, actor)
        except KubikError as error:
            found.append((error.code, None))
            raise Undo from None
        found.append((None, raw_rows(tx)))
        raise Undo

    with pytest.raises(Undo):
        busy.write(attempt)
    code, rows = found[-1]
    return code, rows


VALUES: dict[str, list[Any]] = {
    "name": ["Ель новая"], "company": [1, 2, 5], "owner": [1, 2, 3, None], "amount": ["5000", "1"], "margin": ["1"],
    "closes_on": ["2031-01-01"], "source": ["site"], "stage": ["lead", "offer", "won"], "lost_reason": ["дорого"],
    "probability": ["0.5"], "vip": [True, False], "city": ["Тверь"], "staff": [3], "notes": ["x"], "discount": ["0.1"],
    "founded": ["2001-01-01"], "inn": ["7799999999"], "subject": ["ель"], "deal": [1, 4], "status": ["done"],
    "goods": [[1, 2], [4], [], [2, 1, 3]], "watchers": [[1], [3, 2], []], "text": ["ель"], "author": [1, 2],
    "about": [{"entity": "deal", "id": 1}, {"entity": "deal", "id": 4}, {"entity": "company", "id": 2}],
    "held_at": ["2026-03-01T10:00:00Z"], "result": ["да"], "product": [1, 2], "quantity": ["3"], "price": ["150"],
}  # fmt: skip
REQUIRED = {
    "deal": ["name"],
    "company": ["name"],
    "activity": ["subject"],
    "deal_item": ["deal", "product"],
    "remark": ["about"],
    "talk": ["about"],
}


@pytest.mark.parametrize("name", ["deal", "company", "activity", "deal_item", "remark", "talk"])
@given(data=st.data())
@settings(CHECKED, max_examples=30)
def test_writes_are_allowed_and_refused_as_the_oracle_says(
    busy: Workspace, name: str, data: st.DataObject
) -> None:
    person = data.draw(writers(name))
    entity = MODEL.entities[name]
    almighty = Person(person.me, (MODEL.roles["administrator"],))
    with asked(busy, person) as (_, _, rights):
        rows = rights.world.rows[entity.uid]
    possible = [f.name for f in entity.fields if f.name in VALUES and f.writable]
    chosen = data.draw(st.lists(st.sampled_from(possible), max_size=3, unique=True))
    values = {n: data.draw(st.sampled_from(VALUES[n])) for n in chosen}
    kind = data.draw(st.sampled_from(["create", "update", "update", "delete", "move"]))
    if kind == "move" and name != "deal":
        kind = "update"
    row = data.draw(st.sampled_from(rows))
    if kind == "create":
        values |= {n: data.draw(st.sampled_from(VALUES[n])) for n in REQUIRED[name]}
    if name == "deal_item" and kind == "update":
        values.pop("deal", None)
    if kind == "update" and not values:
        values = {"name": "Ель", "subject": "ель", "quantity": "3", "text": "ель"}
        values = {n: v for n, v in values.items() if n in entity.by_name}
    if kind == "create" and name == "deal" and data.draw(st.booleans()):
        values["stage"] = data.draw(st.sampled_from(["offer", "won"]))
    to = data.draw(st.sampled_from(["lead", "offer", "won"]))
    if kind == "move":
        values.pop("stage", None)

    def action(tx: Transaction, actor: Actor) -> Any:
        match kind:
            case "create":
                return records.create(tx, actor, name, values)
            case "update":
                return records.update(tx, actor, name, row["id"], values)
            case "move":
                return records.move(tx, actor, name, row["id"], to, values)
            case _:
                return records.delete(tx, actor, name, row["id"])

    wrong, left = tried(busy, almighty, action)
    code, mine = tried(busy, person, action)
    if wrong is not None:
        assert code is not None
        if code not in ("KBK2003", "KBK2006", "KBK4002", "KBK3005"):
            assert code == wrong
        return
    ids = {r["id"] for r in rows}
    after = next(
        (r for r in left[entity.uid] if (r["id"] not in ids if kind == "create" else r["id"] == row["id"])),
        None,
    )
    sent = {entity.by_name[n].uid for n in values} | (
        {entity.by_name["stage"].uid} if kind == "move" else set()
    )
    with asked(busy, person) as (tx, _, then):
        if keeps_hidden(then, entity, row, sent) and kind == "update":
            return  # what a writer does not see stays in the list: said by tests of records
        now = judge(tx, person, left)
        write = Write(
            entity, frozenset(sent), None if kind == "create" else row, None if kind == "delete" else after
        )
        allowed = judged(then, now, write, values)
    assert (code is None) == allowed, (kind, values, row["id"], code)
    if allowed:
        same_but_numbers(left, mine)


def judged(then: Rights, now: Rights, write: Write, values: dict[str, Any]) -> bool:
    """A child row's write is also one of its parent's list; links may lead only to what is visible."""
    entity = write.entity
    above = then.parent_of(entity)
    if above is not None:
        parent, held, link = above
        of = write.after or write.before or {}
        before, after = (
            next(r for r in w.world.rows[parent.uid] if r["id"] == of[link.uid]) for w in (then, now)
        )
        if not may_write(then, now, Write(parent, frozenset({held.uid}), before, after)):
            return False
        write = replace_sent(write, link.uid)
    if not may_write(then, now, write):
        return False
    if entity.follows is not None and not then.person.everything:
        for side, row in ((then, write.before), (then, write.after)):
            led = None if row is None else side.led_to(entity, row)
            if row is not None and (led is None or not may_attach(side, entity, *led)):
                return False
    for uid in write.sent:
        field = entity.by_uid[uid]
        value = (write.after or {}).get(uid)
        if value is None or value == (write.before or {}).get(uid):
            continue
        for target, record in links_of(field, value, (write.before or {}).get(uid)):
            chosen = next(r for r in then.world.rows[target] if r["id"] == record)
            if not then.sees(then.model.entity_by_uid[target], chosen):
                return False
    return True


def links_of(field: Field, value: Any, before: Any) -> list[tuple[str, int]]:
    """The records, each with the uid of its entity, that a value leads to and did not lead to before."""
    if isinstance(value, AnyLink):
        return [(value.entity, value.id)]
    if field.listed:
        return [(field.target or "", each) for each in value if each not in (before or ())]
    return [(field.target, value)] if field.target else []


def may_attach(rights: Rights, entity: Entity, target: Entity, row: Row) -> bool:
    """Whether something may be written that follows the rights of the row."""
    if not rights.sees(target, row):
        return False
    if entity.by_uid[entity.follows or ""].options.get("write_by") == "read":
        return True
    return any(rights.stands(g, target, row, "update") for g in rights.grants(target, "update"))


def keeps_hidden(rights: Rights, entity: Entity, row: Row, sent: set[str]) -> bool:
    """Whether a list that is written holds records that the writer does not see."""
    lists = [entity.by_uid[uid] for uid in sent if entity.by_uid[uid].listed]
    return any((row.get(f.uid) or ()) != (rights.seen.cell(entity, row, f.uid) or ()) for f in lists)


def replace_sent(write: Write, uid: str) -> Write:
    return Write(write.entity, write.sent - {uid}, write.before, write.after)


def same_but_numbers(left: dict[str, list[Row]], mine: dict[str, list[Row]]) -> None:
    """Two runs of one write leave the same, apart from the ids of new rows and the clock."""
    loose = {"id", "updated_at", "created_at", "position", "bin_id"}

    def kept(row: Row) -> Row:
        moments = {k: v is None for k, v in row.items() if k == "deleted_at" or k.endswith("_since")}
        return {k: v for k, v in row.items() if k not in loose} | moments

    for uid, rows in left.items():
        strip = [[kept(row) for row in some] for some in (rows, mine[uid])]
        for one, other in zip(*strip, strict=True):
            assert one == other
