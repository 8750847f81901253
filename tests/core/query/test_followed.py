"""Records that follow the rights of another one: whichever way they are found, those are seen whose record is."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from typing import Any

import pytest

from core.access.actor import Actor
from core.query import Query, read
from core.query.execute import Reader
from core.query.reach import Reach
from core.query.ways import Way
from core.storage.workspace import Workspace
from metamodel.any_link import AnyLink
from tests.core.query.conftest import DIALECTS
from tests.core.query.test_explain import put
from tests.core.query.world import make_workspace
from tests.factories import SAMPLE, model

DEALS, REMARKS = 60, 400
BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
ROLES = {
    "own": ["owner = me"],
    "tree": ["owner.department IN my.departments"],
    "grouped": ["squad IN my.groups"],
    "several": ["owner = me", "squad IN my.groups"],
    "early": ["owner.department IN my.departments AND amount < 30"],
}
"""Grants of reading deals; `…_all` may besides read every company."""


def files() -> dict[str, str]:
    """The sample with a list of remarks on deals and companies."""
    deal = SAMPLE["entities/deal.yaml"].replace("- {unique: [company, name]}", "")
    squad = "- {name: squad, type: link, to: group, on_delete: clear}"
    made = {
        "entities/deal.yaml": deal.replace("- {name: opened_on", f"{squad}\n          - {{name: opened_on"),
        "entities/remark.yaml": """
            name: remark
            title: "{text}"
            fields:
              - {name: text, type: text}
              - {name: about, type: link_any, to: [deal, company], rights: of parent, required: true}
        """,
    }
    for name, rules in ROLES.items():
        grants = [f'{{entity: deal, actions: [read], rows: "{rule}", fields: all}}' for rule in rules]
        grants.append("{entity: remark, actions: [read], fields: all}")
        made[f"roles/{name}.yaml"] = _role(name, grants)
        company = "{entity: company, actions: [read], fields: all}"
        made[f"roles/{name}_all.yaml"] = _role(f"{name}_all", [*grants, company])
    return made


def _role(name: str, grants: list[str]) -> str:
    return f"name: {name}\ngrants:\n" + "".join(f"  - {grant}\n" for grant in grants)


@pytest.fixture(scope="module", params=DIALECTS)
def place(request, lasting_database, tmp_path_factory) -> Iterator[tuple[Workspace, dict[str, list[Any]]]]:
    """A workspace and what was put into it: people in departments, groups, deals and remarks in no order."""
    chance = random.Random(5)
    rows: dict[str, list[Any]] = {
        "department": [{"id": i, "name": f"О{i}", "parent": i // 2 or None} for i in range(1, 8)],
        "user": [
            {"id": i, "login": f"u{i}", "name": f"Имя {i}", "department": chance.choice([*range(1, 8), None])}
            for i in range(1, 13)
        ],
        "group": [{"id": i, "name": f"Г{i}"} for i in range(1, 5)],
        "company": [{"id": i, "name": f"К{i}", "inn": f"77000000{i:02}"} for i in range(1, 21)],
        "deal": [
            {"id": i, "name": f"С{i}", "owner": chance.choice([*range(1, 13), None]), "amount": i,
             "squad": chance.choice([1, 2, 3, 4, None]), "deleted_at": chance.choice([None, None, BEGIN])}
            for i in range(1, DEALS + 1)
        ],
    }  # fmt: skip
    sales = model(files())
    workspace = make_workspace(lasting_database(request.param), tmp_path_factory.mktemp("home"), [], sales)
    deal, company = (sales.entities[name].uid for name in ("deal", "company"))
    rows["remark"] = [
        {"id": i, "text": f"Р{i}", "created_at": BEGIN + dt.timedelta(minutes=chance.randrange(99)),
         "about": AnyLink(company, chance.randint(1, 20)) if i % 9 == 0 else AnyLink(deal, chance.randint(1, DEALS))}
        for i in range(1, REMARKS + 1)
    ]  # fmt: skip
    rows["member"] = [
        {"user": user, "group": group} for user in range(1, 13) for group in {user % 5, user % 3} - {0}
    ]

    def fill(tx: Any) -> None:
        for name in ("department", "user", "group", "company", "deal", "remark"):
            put(tx, name, [{"created_at": BEGIN, "deleted_at": None, **row} for row in rows[name]])
        tree = tx.model.entities["department"].uid
        for below in range(1, 8):
            above = below
            while above:
                tx.connection.execute(
                    tx.tables.own.closure.insert().values(entity=tree, ancestor=above, descendant=below)
                )
                above //= 2
        tx.connection.execute(tx.tables.own.member.insert(), rows["member"])

    workspace.write(fill)
    yield workspace, rows
    workspace.close()


def _seen_deals(rows: dict[str, list[Any]], role: str, me: int) -> set[int]:
    """The ids of the deals that a role shows, by its rules in Python."""
    place = {user["id"]: user["department"] for user in rows["user"]}
    groups = {row["group"] for row in rows["member"] if row["user"] == me}

    def below(department: int | None) -> bool:
        while department is not None and department != place[me]:
            department = department // 2 or None
        return department is not None

    rules = {
        "owner = me": lambda deal: deal["owner"] == me,
        "owner.department IN my.departments": lambda deal: below(place.get(deal["owner"])),
        "squad IN my.groups": lambda deal: deal["squad"] in groups,
        "owner.department IN my.departments AND amount < 30": lambda deal: (
            below(place.get(deal["owner"])) and deal["amount"] < 30
        ),
    }
    return {deal["id"] for deal in rows["deal"] for rule in ROLES[role] if rules[rule](deal)}


@pytest.mark.parametrize("way", ["free", "order", "among", "through", "grant"])
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("companies", [False, True])
def test_what_follows_is_seen_with_its_record_whichever_way_it_is_found(
    place, monkeypatch, way, role, companies
):
    workspace, rows = place

    def forced(reach: Reach, reader: Reader, *_: Any) -> tuple[Way, ...]:
        possible = way != "grant" or workspace.database.dialect == "postgresql"
        return (way if possible else "free",) * reader.compiler.grant_count()

    monkeypatch.setattr(Reach, "ways", forced)
    found = 0
    for me in range(1, 13):
        seen = _seen_deals(rows, role, me)
        name = f"{role}_all" if companies else role
        with workspace.read() as tx:
            deal = tx.model.entities["deal"].uid
            expected = [
                (row["created_at"], row["id"])
                for row in rows["remark"]
                if (row["about"].id in seen if row["about"].entity == deal else companies)
            ]
            actor = Actor(user=me, login="x", roles=(tx.model.roles[name].uid,))
            question = Query(entity="remark", fields=("id",), sort=("-created_at",), limit=1000)
            assert [item["id"] for item in read(tx, actor, question).items] == [
                id for _, id in sorted(expected, reverse=True)
            ]
        found += len(expected)
    assert found > 12 * (REMARKS // 9 if companies else 1)
