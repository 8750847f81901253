"""Which hidden records are led to is told by no question: what is out of sight is changed, and every answer is the same.

Conditions are made by putting values of links into all that the language asks of links; nothing here knows how they are
compiled. The administrator asks the same, to show that there is something to be told.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from core import query, records
from core.access.actor import Actor, system_actor
from core.query import Query
from core.query.pivot.asking import Axis, Measure, PivotQuery
from core.query.pivot.pivot import pivot
from core.query.query import Group
from core.query.similar import similar
from core.query.totals import totals
from core.settings import Settings
from core.storage.install import install_model
from core.storage.workspace import Transaction, Workspace
from metamodel.identity import identify
from metamodel.model import Model
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from tests import factories
from tests.conftest import DIALECTS
from tests.contracts.places import raw_rows
from tests.contracts.test_rights import Undo, plain

SYSTEM = system_actor()
OPEN, HIDDEN = (1, 3, 5), (2, 4, 6, 7)
"""The ids of companies and of regions that the reader sees, and of those they do not."""

DEFINITIONS = {
    "solution.yaml": "name: yard",
    "entities/region.yaml": """
        name: region
        tree: parent
        fields:
          - {name: name, type: text}
          - {name: open, type: boolean}
          - {name: parent, type: link, to: region}
    """,
    "entities/company.yaml": """
        name: company
        fields:
          - {name: name, type: text}
          - {name: open, type: boolean}
          - {name: region, type: link, to: region, inverse: companies}
          - {name: friends, type: links, to: company}
    """,
    "entities/part.yaml": """
        name: part
        fields:
          - {name: deal, type: link, to: deal}
          - {name: company, type: link, to: company}
    """,
    "entities/deal.yaml": """
        name: deal
        title: "{name} {company}"
        duplicates: [[company], [about]]
        fields:
          - {name: name, type: text}
          - {name: number, type: integer}
          - {name: company, type: link, to: company, inverse: deals}
          - {name: second, type: link, to: company, inverse: seconded}
          - {name: partners, type: links, to: company, inverse: partnered}
          - {name: about, type: link_any, to: [company, region], inverse: subjects}
          - {name: region, type: link, to: region}
          - {name: parts, type: children, of: part, through: deal}
          - {name: home, type: lookup, path: company.region}
          - {name: first_one, type: rollup, formula: "FIRST(parts.company BY id)"}
          - {name: chosen, type: formula, formula: "IF(name = 'a', company, second)"}
          - {name: same, type: formula, formula: "company = second"}
          - {name: kinds, type: rollup, formula: "COUNT_DISTINCT(parts.company)"}
    """,
    "extensions/user.yaml": """
        extends: user
        fields:
          - {name: firm, type: link, to: company}
    """,
    "roles/reader.yaml": """
        name: reader
        grants:
          - {entity: deal, actions: [read], fields: all}
          - {entity: part, actions: [read], fields: all}
          - {entity: user, actions: [read], fields: all}
          - {entity: company, actions: [read], rows: "open", fields: all}
          - {entity: region, actions: [read], rows: "open", fields: all}
    """,
}

COMPANIES = (
    "company",
    "second",
    "first_one",
    "chosen",
    "COALESCE(second, company)",
    "IF(number > 3, company, second)",
)
REGIONS = ("region", "home", "company.region", "COALESCE(region, home)")


def conditions() -> Iterator[str]:
    """What the language asks of links, with the values that there are."""
    for links, ids in ((COMPANIES, (1, 2, 4)), (REGIONS, (1, 2))):
        for link in links:
            yield f"{link} IS NULL"
            for id in ids:
                yield from (
                    f"{link} = {id}",
                    f"NOT ({link} = {id})",
                    f"{link} <> {id}",
                    f"{link} IN ({id}, 1)",
                )
                yield from (
                    f"{link} IS DISTINCT FROM {id}",
                    f"{id} = {link}",
                )
                yield from (f"IF({link} = {id}, 1, 2) = 1", f"number = IF({link} <> {id}, 3, 4)")
        for one, other in itertools.combinations(links, 2):
            yield from (f"{one} = {other}", f"{one} IS DISTINCT FROM {other}", f"{one} IN ({other}, 1)")
    for link in ("company", "second"):
        yield from (f"{link} = number", f"COUNT({link}.deals) > 1", f"EXISTS({link}.deals WHERE number > 3)")
        yield from (
            f"{link}.name = 'n1'",
            f"{link}.open",
            f"{link} = my.firm.id",
            f"{link}.region = my.firm.region",
            f"{link}.id = 2",
        )
        yield from (f"partners CONTAINS {link}", f"COUNT(parts WHERE company = this.{link}) > 0")
        yield from (f"about = {link}", f"about IS DISTINCT FROM {link}", f"about IN ({link}, 'company:1')")
        yield f"COUNT({link}.deals WHERE second = this.company) > 0"
    for id in (1, 2, 4):
        yield from (
            f"partners CONTAINS {id}",
            f"NOT partners CONTAINS {id}",
            f"EXISTS(partners WHERE id = {id})",
        )
        yield from (f"EXISTS(parts WHERE company = {id})", f"COUNT(parts WHERE company <> {id}) > 1")
        yield from (f"my.firm.region = {id}", f"my.firm.name = 'n{id}'", f"about AS company = {id}")
        for kind in ("company", "region"):
            yield from (
                f"about = '{kind}:{id}'",
                f"about <> '{kind}:{id}'",
                f"NOT about IN ('{kind}:{id}', 'region:1')",
            )
            yield from (
                f"about IS DISTINCT FROM '{kind}:{id}'",
                f"COALESCE(about, '{kind}:{id}') = '{kind}:{id}'",
            )
        for inner in REGIONS:
            yield from (f"UNDER({inner}, {id})", f"UNDER({id}, {inner})", f"NOT UNDER({inner}, {id})")
    yield from (
        "COUNT(my.firm.region.companies) > 0",
        "my.firm.friends CONTAINS company",
        "COUNT_DISTINCT(parts.company) > 1",
        "kinds = 2",
        "same",
        "NOT same",
        "COUNT(partners) > 1",
        "about IS NULL",
    )
    yield from (
        "UNDER(region, company.region)",
        "EXISTS(partners WHERE region = 2)",
        "COUNT(parts.company) > 1",
    )
    yield from (
        "about AS company IS NOT NULL",
        "about AS region IS NOT NULL",
        "about AS company.region = region",
    )


@pytest.fixture(scope="module", params=DIALECTS)
def yard(request: Any, lasting_database: Any, tmp_path_factory: Any) -> Iterator[Workspace]:
    """Deals that lead to companies and regions of which the reader sees half."""
    home = tmp_path_factory.mktemp("home")
    url = lasting_database(request.param)
    made = Workspace.create(Settings(home=home, database_url=url, secret_key=b"k" * 32, language="en"))
    install_model(made, yard_model())
    made.write(records.sync_roles)
    made.write(fill)
    yield made
    made.close()


def yard_model() -> Model:
    return resolve(identify(factories.together(factories.system_document(), parse_files(DEFINITIONS))), 1)


def fill(tx: Transaction) -> None:
    chance = random.Random(5)
    for id in range(1, 8):
        values = {"name": f"n{id}", "open": id in OPEN, "parent": (None, None, 1, 1, 2, 3, 4)[id - 1]}
        records.create(tx, SYSTEM, "region", {k: v for k, v in values.items() if v is not None})
    for id in range(1, 8):
        records.create(
            tx, SYSTEM, "company", {"name": f"n{id}", "open": id in OPEN, "region": chance.randint(1, 7)}
        )
    records.create(tx, SYSTEM, "user", {"login": "rita", "name": "Rita", "firm": 1})
    records.update(tx, SYSTEM, "company", 1, {"region": 2, "friends": [2, 3]})
    for number in range(1, 31):
        some = [chance.choice([None, *range(1, 8)]) for _ in range(3)]
        about = chance.choice(
            [None, {"entity": chance.choice(["company", "region"]), "id": chance.randint(1, 7)}]
        )
        values = {
            "name": chance.choice("ab"), "number": number % 8, "company": some[0], "second": some[1], "region": some[2],
            "about": about, "partners": chance.sample(range(1, 8), chance.choice([0, 1, 3])),
            "parts": [{"company": chance.choice([None, *range(1, 8)])} for _ in range(chance.choice([0, 1, 3]))],
        }  # fmt: skip
        records.create(tx, SYSTEM, "deal", {k: v for k, v in values.items() if v is not None})


def stir(tx: Transaction) -> None:
    """Everything that leads to a hidden record leads to another one, and what stands in hidden records is different."""
    chance = random.Random(6)
    stored = raw_rows(tx)

    def other(id: int | None) -> int | None:
        return chance.choice([h for h in HIDDEN if h != id]) if id in HIDDEN else id

    for id in HIDDEN:
        records.update(tx, SYSTEM, "company", id, {"name": f"x{id}", "region": chance.randint(1, 7)})
    for name in ("company", "part", "deal"):
        entity = tx.model.entities[name]
        for row in stored[entity.uid]:
            values: dict[str, Any] = {}
            for field in entity.fields:
                led = row.get(field.uid)
                if (
                    led is None
                    or field.system
                    or not (field.stored or field.listed)
                    or field.type.name == "children"
                ):
                    continue
                if field.type.name == "link" and field.name != "deal" and other(led) != led:
                    values[field.name] = other(led)
                elif field.type.name == "link_any" and led.id in HIDDEN:
                    values[field.name] = {
                        "entity": tx.model.entity_by_uid[led.entity].name,
                        "id": other(led.id),
                    }
                elif field.type.name == "links":
                    kept = [id for id in led if id in OPEN]
                    values[field.name] = [*kept, *chance.sample(HIDDEN, len(led) - len(kept))]
            if values:
                records.update(tx, SYSTEM, name, row["id"], values)


def questions(tx: Transaction, actor: Actor) -> dict[str, Callable[[], Any]]:
    """What somebody may ask of deals, by a name of the question."""
    deal = tx.model.entities["deal"]

    def ids(**more: Any) -> list[int]:
        found = query.read(tx, actor, Query(entity="deal", fields=("id",), limit=100, **more))
        return [item["id"] for item in found.items]

    def figures(field: str, *aggregates: str, by: bool = False) -> Any:
        values = tuple(Measure(aggregate=each, field=field) for each in aggregates)
        rows = (Axis(field=field),) if by else ()
        made = pivot(
            tx, actor, PivotQuery(entity="deal", rows=rows, values=values or (Measure(aggregate="count"),))
        )
        return plain((made.cells, made.grand_total))

    asked: dict[str, Callable[[], Any]] = {text: partial(ids, filter=text) for text in conditions()}
    links = ("company", "second", "home", "first_one", "chosen", "region")
    shown = Query(entity="deal", fields=(*links, "about", "partners", "kinds", "same"), limit=100)
    asked["shown"] = lambda: plain(query.read(tx, actor, shown).items)
    for name in links:
        uid = deal.by_name[name].uid
        asked[f"sorted {name}"] = partial(ids, sort=(f"-{name}", "number"))
        asked[f"totals {name}"] = partial(totals, tx, actor, Query(entity="deal"), uid)
        asked[f"group {name}"] = partial(ids, group=Group(field=uid, which="value", value=2))
    for name in (*links, "about", "parts.company", "company.region"):
        asked[f"pivot {name}"] = partial(figures, name, by=True)
        asked[f"figures {name}"] = partial(figures, name, "count", "count_distinct", "first", "last")
    for text in ("n2", "x2"):
        asked[f"search {text}"] = partial(ids, search=text)
        asked[f"drop-down {text}"] = partial(query.options, tx, actor, "deal", "company", text, {}, 20)
    for id in HIDDEN:
        asked[f"alike {id}"] = partial(similar, tx, actor, deal, {deal.by_name["company"].uid: id}, None)
    return asked


def test_a_link_to_any_record_is_compared_with_another_as_far_as_both_are_seen(yard: Workspace) -> None:
    with yard.read() as tx:
        deal, company = tx.model.entities["deal"], tx.model.entities["company"]
        user = next(r["id"] for r in raw_rows(tx)[tx.model.entities["user"].uid])
        reader = Actor(user=user, login="rita", roles=(tx.model.roles["reader"].uid,), language="en")
        about = deal.by_name["about"].uid
        led = {
            r["id"]: r[about].id
            for r in raw_rows(tx)[deal.uid]
            if r[about] and r[about].entity == company.uid
        }
        ask = Query(entity="deal", fields=("id",), filter="about = about AS company", limit=100)
        found = query.read(tx, reader, ask)
        assert [item["id"] for item in found.items] == [id for id, to in led.items() if to in OPEN] != []


def test_nothing_tells_which_hidden_record_is_led_to(yard: Workspace) -> None:
    def look(tx: Transaction) -> None:
        user = next(r["id"] for r in raw_rows(tx)[tx.model.entities["user"].uid])
        reader = Actor(user=user, login="rita", roles=(tx.model.roles["reader"].uid,), language="en")
        asked = questions(tx, reader)
        everything = dict(itertools.islice(questions(tx, SYSTEM).items(), 0, None, 9))
        before = {name: ask() for name, ask in asked.items()}
        known = {name: ask() for name, ask in everything.items()}
        stir(tx)
        telling = [name for name, ask in asked.items() if ask() != before[name]]
        assert not telling
        assert sum(ask() != known[name] for name, ask in everything.items()) > len(known) // 2
        raise Undo

    with pytest.raises(Undo):
        yard.write(look)
