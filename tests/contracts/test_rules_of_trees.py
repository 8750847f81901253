"""Rules that a tree hands down, over random trees: lists, counts and single records are what plain loops say.

Such rules are not asked of every row with every record of the tree (core/storage/expressions/trees.py), so whatever
they are made of must give what the same words give when they are read one after another.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from core import query, records
from core.access.actor import Actor, system_actor
from core.access.explain import explain
from core.errors import KubikError
from core.query import Query
from core.query.execute import Reader
from core.query.reach import Reach
from core.query.ways import Way
from core.storage.expressions import AllRows, compile_ids
from core.storage.install import install_model
from core.storage.workspace import Transaction, Workspace
from metamodel.expression import Expression, Scope, parse_expression
from metamodel.expression.types import BOOLEAN
from metamodel.fields.base import Context
from metamodel.identity import identify
from metamodel.labels import Label
from metamodel.model import Grant, Model, Role
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from tests import factories
from tests.conftest import DIALECTS, Databases
from tests.contracts.places import judge, raw_rows, with_roles
from tests.oracle.rights import Person
from tests.sites import settings

SHAPE: Mapping[str, str] = {
    "solution.yaml": "name: shelves\nlabel: Shelves\n",
    "entities/cabinet.yaml": "{name: cabinet, fields: [{name: name, type: text}]}\n",
    "entities/folder.yaml": """
        name: folder
        tree: parent
        fields:
          - {name: name, type: text}
          - {name: cabinet, type: link, to: cabinet, inverse: folders}
          - {name: parent, type: link, to: folder, inverse: inside}
          - {name: keeper, type: user, inverse: keeps}
          - {name: readers, type: users, inverse: reads}
          - {name: teams, type: links, to: group, inverse: opens}
          - {name: open, type: boolean}
    """,
    "entities/paper.yaml": """
        name: paper
        fields:
          - {name: name, type: text}
          - {name: folder, type: link, to: folder, inverse: papers}
          - {name: copied_to, type: link, to: folder, inverse: copies}
          - {name: cabinet, type: link, to: cabinet, inverse: loose}
    """,
}
MINE = "(keeper = me OR readers CONTAINS me OR SHARED() OR EXISTS(teams WHERE id IN my.groups))"
RULES: Mapping[str, tuple[str, ...]] = {
    "folder": (
        f"EXISTS(cabinet.folders WHERE {MINE} AND UNDER(this.id, id))",
        "EXISTS(cabinet.folders WHERE UNDER(this.id, id) AND open AND keeper = me)",
        "NOT EXISTS(cabinet.folders WHERE open AND UNDER(this.id, id))",
        "NOT EXISTS(cabinet.folders WHERE open AND NOT UNDER(this.parent, id))",
        "EXISTS(cabinet.folders WHERE open AND UNDER(this.parent, id))",
        "keeper = me OR EXISTS(cabinet.folders WHERE keeper = me AND UNDER(this.parent.parent, id))",
        "EXISTS(inside WHERE open AND UNDER(this.id, id))",
        "EXISTS(parent.inside WHERE open AND UNDER(this.parent, id))",
        "EXISTS(my.keeps WHERE open AND UNDER(this.id, id))",
        "EXISTS(cabinet.folders WHERE open AND name <> this.name AND UNDER(this.id, id))",
        "EXISTS(cabinet.folders WHERE UNDER(this.id, id) AND UNDER(id, this.parent))",
        "EXISTS(cabinet.folders WHERE UNDER(id, this.id) AND open)",
        "COUNT(cabinet.folders WHERE open AND UNDER(this.id, id)) > 1",
    ),
    "paper": (
        f"EXISTS(folder.cabinet.folders WHERE {MINE} AND UNDER(this.folder, id))",
        f"NOT EXISTS(folder.cabinet.folders WHERE {MINE} AND UNDER(this.folder, id))",
        "EXISTS(folder.cabinet.folders WHERE keeper = me AND UNDER(this.folder, id)) AND name <> 'b'",
        "folder IS NULL OR EXISTS(folder.cabinet.folders WHERE open AND UNDER(this.folder, id))",
        "EXISTS(cabinet.folders WHERE open AND UNDER(this.folder, id))",
        "EXISTS(folder.cabinet.folders WHERE open AND UNDER(this.copied_to, id))",
        "EXISTS(folder.cabinet.folders WHERE open AND UNDER(this.folder.parent, id))",
        "EXISTS(folder.inside WHERE open AND UNDER(this.copied_to, id))",
        "EXISTS(my.keeps WHERE UNDER(this.folder, id))",
        "EXISTS(my.reads WHERE open AND UNDER(this.folder, id))",
        "EXISTS(folder.cabinet.folders WHERE open AND name = this.name AND UNDER(this.folder, id))",
        "EXISTS(folder.cabinet.folders WHERE open AND name = this.folder.name AND UNDER(this.folder, id))",
        "EXISTS(folder.cabinet.folders WHERE EXISTS(papers WHERE name = 'a') AND UNDER(this.folder, id))",
        "EXISTS(folder.cabinet.folders WHERE EXISTS(papers WHERE name = this.name) AND UNDER(this.folder, id))",
        "EXISTS(folder.cabinet.folders WHERE EXISTS(papers WHERE name = this.this.name) AND open AND UNDER(this.folder, id))",
        "EXISTS(folder.cabinet.folders WHERE EXISTS(papers WHERE folder = this.this.folder) AND UNDER(this.folder, id))",
        "EXISTS(folder.cabinet.folders WHERE EXISTS(inside WHERE open AND UNDER(this.this.folder, id)) AND UNDER(this.folder, id))",
        "EXISTS(folder.cabinet.folders WHERE UNDER(this.folder, id) AND UNDER(this.copied_to, id) AND open)",
        "EXISTS(folder.cabinet.folders WHERE open AND (UNDER(this.folder, id) OR keeper = me))",
        "NOT (folder.readers CONTAINS me)",
    ),
}
ME = (1, 2, 3, None)
SYSTEM = system_actor()


def shelves() -> Model:
    return resolve(identify(factories.together(factories.system_document(), parse_files(SHAPE))), 1)


def add(tx: Transaction, entity: str, **values: Any) -> int:
    return records.create(tx, SYSTEM, entity, values, context=Context()).id


def fill(tx: Transaction) -> None:
    """Trees of two cabinets, some of whose folders went into the bin without what stands below them."""
    chance = random.Random(5)
    people = [add(tx, "user", login=f"user{n}", name=f"User {n}") for n in range(3)]
    outer = add(tx, "group", name="outer", groups=[add(tx, "group", name="inner", members=[people[1]])])
    cabinets = [add(tx, "cabinet", name=name) for name in "ab"]
    folders: list[int] = []
    for _ in range(24):
        parent = chance.choice([None, *folders]) if chance.random() < 0.3 else folders and folders[-1] or None
        made = add(
            tx, "folder", name=chance.choice("abc"), parent=parent, cabinet=chance.choice([*cabinets, None]),
            keeper=chance.choice([*people, *[None] * 9]), open=chance.choice([True, False, False, None]),
            readers=chance.sample(people, chance.choice([0, 0, 0, 1])), teams=chance.choice([[], [], [], [outer]]),
        )  # fmt: skip
        folders.append(made)
    for _ in range(40):
        place = {name: chance.choice([*folders, None]) for name in ("folder", "copied_to")}
        add(tx, "paper", name=chance.choice("abc"), cabinet=chance.choice([*cabinets, None]), **place)
    for folder in folders[::7]:
        add(tx, "share", about={"entity": "folder", "id": folder}, user=people[2])
    table = tx.tables[tx.model.entities["folder"].uid].table
    tx.connection.execute(sa.update(table).where(table.c.id.in_(folders[4::8])).values(deleted_at=tx.now))


@pytest.fixture(scope="module", params=DIALECTS)
def workspace(
    request: pytest.FixtureRequest, lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    made = Workspace.create(settings(lasting_database(request.param), tmp_path_factory.mktemp("shelves")))
    install_model(made, shelves())
    made.write(fill)
    yield made
    made.close()


def rule(model: Model, entity: str, text: str) -> Expression:
    return parse_expression(text, Scope(model=model, entity=model.entities[entity].uid, expect=BOOLEAN))


def roles(model: Model, entity: str, questions: Sequence[tuple[str, ...]]) -> list[Role]:
    """For each question a role that reads the records of an entity by its rules, a grant for each."""
    uid = model.entities[entity].uid

    def grant(text: str) -> Grant:
        return Grant(entity=uid, actions=frozenset({"read"}), rows=rule(model, entity, text))

    return [
        Role(uid=f"r{n}", name=f"r{n}", solution="test", label=Label(), grants=tuple(map(grant, texts)))
        for n, texts in enumerate(questions)
    ]


@pytest.mark.parametrize("entity", RULES)
def test_rules_along_a_tree_give_what_plain_loops_give(workspace: Workspace, entity: str) -> None:
    some = 0
    alone = [(text,) for text in RULES[entity]]
    questions = [*alone, *((one, other) for (one,), (other,) in itertools.pairwise(alone))][
        : len(alone) * 3 // 2
    ]
    with workspace.read() as outer:
        rows = raw_rows(outer)
        made = roles(outer.model, entity, questions)
        tx, actor = with_roles(outer, Person(None, tuple(made)))
        place = tx.model.entities[entity]
        every = [r for r in rows[place.uid] if r["deleted_at"] is None]
        for number, (texts, role) in enumerate(zip(questions, made, strict=True)):
            for me in (ME[number % 4], ME[(number + 1) % 4])[: len(texts) % 2 + 1]:
                here, who = (texts, me), replace(actor, user=me, roles=(role.uid,))
                rights = judge(tx, Person(me, (role,)), rows)
                expected = [r["id"] for r in every if rights.sees(place, r)]
                page = query.read(tx, who, Query(entity=entity, sort=("-id",), limit=1000, count="exact"))
                assert [i["id"] for i in page.items] == expected[::-1], here
                assert page.count == len(expected), here
                first = query.read(tx, who, Query(entity=entity, limit=3))
                assert [i["id"] for i in first.items] == expected[:3], here
                for row in every[number % 9 :: 9]:
                    assert opened(tx, who, entity, row["id"]) == (row["id"] in expected), (here, row)
                    told = explain(tx, who.roles, me, place, row["id"], "read")
                    assert told.allowed == (row["id"] in expected), (here, row)
                some += 0 < len(expected) < len(every)
    assert some > len(alone), "most rules tell records apart"


@pytest.mark.parametrize("way", ["free", "order", "among", "through"])
def test_what_is_empty_is_denied_by_not_on_every_way(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, way: Way
) -> None:
    """An empty cell makes a rule neither true nor false, also where the database is told to seek no index for it."""

    def forced(_: Reach, reader: Reader, *__: Any, **___: Any) -> tuple[Way, ...]:
        return (way,) * reader.compiler.grant_count()

    monkeypatch.setattr(Reach, "ways", forced)
    texts = (
        "NOT open",
        "(NOT open) IS NULL",
        "(NOT open) = (keeper = me)",
        "NOT parent.open",
        "NOT (parent.readers CONTAINS me)",
    )
    with workspace.read() as outer:
        rows, made = raw_rows(outer), roles(outer.model, "folder", [(text,) for text in texts])
        tx, actor = with_roles(outer, Person(2, tuple(made)))
        folder = tx.model.entities["folder"]
        for text, role in zip(texts, made, strict=True):
            rights = judge(tx, Person(2, (role,)), rows)
            expected = [
                r["id"] for r in rows[folder.uid] if r["deleted_at"] is None and rights.sees(folder, r)
            ]
            found = query.read(
                tx,
                replace(actor, user=2, roles=(role.uid,)),
                Query(entity="folder", sort=("id",), limit=1000),
            )
            assert [item["id"] for item in found.items] == expected, text
            assert 0 < len(expected) < len(rows[folder.uid]), text


def opened(tx: Transaction, actor: Actor, entity: str, id: int) -> bool:
    try:
        query.record(tx, actor, entity, id)
    except KubikError as refusal:
        assert refusal.code == "KBK2006", refusal
        return False
    return True


def test_papers_are_found_from_the_folders_that_decide_about_them(workspace: Workspace) -> None:
    """A rule that asks of a paper no more than where it lies is one about the index of its folder."""
    with workspace.read() as tx:
        rows = AllRows(tables=tx.tables, dialect=tx.dialect, zone=tx.workspace.zone)
        paper = rows.open(tx.model.entities["paper"].uid)
        found = {}
        for text in RULES["paper"]:
            made = compile_ids(rule(tx.model, "paper", text), rows.environment(paper))
            found[text] = made and tx.model.entities["paper"].by_uid[made[0]].name
    led = [RULES["paper"].index(text) for text, name in found.items() if name == "folder"]
    assert led == [0, 11, 12, 13, 15, 16]
