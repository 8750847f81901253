"""What stands beside records follows the oracle of rights, too: comments, files, timelines, lookups by name, warnings
of duplicates, and trials of writes, for generated roles on both databases.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core import query, records
from core.access.actor import Actor, system_actor
from core.errors import KubikError
from core.query.comments import comments
from core.query.opening import open_file
from core.query.options import named
from core.query.similar import similar
from core.query.timeline import timeline
from core.records import rehearse
from core.records.attachments import attachments
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.base import Context
from metamodel.model import Grant
from metamodel.text import fold
from tests.contracts.places import Person, Rights, judge, raw_rows, with_roles
from tests.contracts.test_rights import (
    CHECKED,
    MODEL,
    VALUES,
    Undo,
    asked,
    field_sets,
    parsed,
    plain,
    readers,
    role,
    writers,
)

SYSTEM = system_actor()
BESIDE = ("comment", "attachment")
NARROWING = (None, "about AS deal.owner = me", "about AS company.vip", "created_by = me", "id > 3")


@st.composite
def beside(draw: st.DrawFn) -> Person:
    """A reader of deals and companies, who may read comments and files in narrowed ways."""
    reader = draw(readers("deal"))
    given_too = list(reader.roles[0].grants)
    for name in BESIDE:
        entity = MODEL.entities[name]
        for _ in range(draw(st.sampled_from([0, 1, 1, 2]))):
            rows = parsed(entity, draw(st.sampled_from(NARROWING)))
            fields = draw(field_sets(entity))
            given_too.append(
                Grant(
                    entity=entity.uid,
                    actions=frozenset(("read",)),
                    rows=rows,
                    fields=fields,
                    check=None,
                    stages=None,
                )
            )
    return Person(reader.me, (role(tuple(given_too)),))


def code_of(action: Callable[[], Any]) -> str | None:
    try:
        action()
    except KubikError as error:
        return error.code
    return None


def furnished(tx: Transaction) -> None:
    """Comments and files on some deals and companies."""
    places = [("deal", row["id"]) for row in live(tx, "deal")[:5]]
    places += [("company", row["id"]) for row in live(tx, "company")[:3]]
    for number, (entity, id) in enumerate(places):
        about = {"entity": entity, "id": id}
        records.create(tx, SYSTEM, "comment", {"about": about, "text": f"ель {number}"})
        values = {"name": f"plan {number}.pdf", "size": 9, "type": "application/pdf", "hash": f"{number:064}"}
        file = records.create(tx, SYSTEM, "file", values).id
        records.create(tx, SYSTEM, "attachment", {"about": about, "file": {"id": file}})


def live(tx: Transaction, name: str) -> list[dict[str, Any]]:
    return [row for row in raw_rows(tx)[MODEL.entities[name].uid] if row["deleted_at"] is None]


@given(data=st.data())
@settings(CHECKED, max_examples=10)
def test_comments_files_and_timelines(busy: Workspace, data: st.DataObject) -> None:
    person = data.draw(beside())

    def look(tx: Transaction) -> None:
        furnished(tx)
        altered, actor = with_roles(tx, person)
        rights = judge(altered, person, raw_rows(altered))
        for name in ("deal", "company"):
            rows = rights.world.rows[MODEL.entities[name].uid]
            for row in data.draw(
                st.lists(st.sampled_from(rows[:8]), max_size=4, unique_by=lambda r: r["id"])
            ):
                beside_record(altered, actor, rights, name, row)
        opened(altered, actor, rights)
        raise Undo

    with pytest.raises(Undo):
        busy.write(look)


def beside_record(tx: Transaction, actor: Actor, rights: Rights, name: str, row: dict[str, Any]) -> None:
    entity = MODEL.entities[name]
    if not rights.sees(entity, row):
        for ask in (comments, attachments, lambda *call: timeline(*call, shown=lambda e: ())):
            assert code_of(lambda ask=ask: ask(tx, actor, name, row["id"])) == "KBK2006"  # type: ignore[misc]
        return
    seen = {each: expected(rights, each, entity.uid, row["id"]) for each in BESIDE}
    found = timeline(tx, actor, name, row["id"], shown=lambda e: (), limit=500).events
    assert {e.id for e in found if e.kind == "comment"} == seen["comment"]
    assert {e.id for e in found if e.kind == "file"} == seen["attachment"]
    may = {f.name for f in entity.fields if rights.reads(entity, row, f)}
    assert {n for e in found if e.kind in ("change", "move") for n in e.item["changes"]} <= may
    if rights.exists(MODEL.entities["comment"]):
        items = comments(tx, actor, name, row["id"]).items
        assert {item["id"] for item in items} == seen["comment"]
        by_id = {r["id"]: r for r in rights.world.rows[MODEL.entities["comment"].uid]}
        for item in items:
            for field in ("text", "mentions"):
                readable = rights.reads(
                    MODEL.entities["comment"], by_id[item["id"]], MODEL.entities["comment"].by_name[field]
                )
                assert (field in item) == readable, field
    if rights.exists(MODEL.entities["attachment"]):
        told, _ = attachments(tx, actor, name, row["id"])
        assert {item["attachment"] for item in told} == seen["attachment"]
        by_id = {r["id"]: r for r in rights.world.rows[MODEL.entities["attachment"].uid]}
        file = MODEL.entities["attachment"].by_name["file"]
        for item in told:
            readable = rights.reads(MODEL.entities["attachment"], by_id[item["attachment"]], file)
            assert (item["id"] is not None and "name" in item) == readable


def expected(rights: Rights, name: str, target: str, id: int) -> set[int]:
    """The records about a record that the person sees."""
    entity = MODEL.entities[name]
    return {
        r["id"]
        for r in rights.world.rows[entity.uid]
        if r["deleted_at"] is None
        and (r[entity.follows or ""].entity, r[entity.follows or ""].id) == (target, id)
        and rights.sees(entity, r)
    }


def opened(tx: Transaction, actor: Actor, rights: Rights) -> None:
    """A file is opened by whoever reads a cell that holds it, and by nobody else."""
    entity = MODEL.entities["attachment"]
    field = entity.by_name["file"]
    for row in rights.world.rows[entity.uid]:
        may = rights.exists(entity) and rights.reads(entity, row, field)
        found = code_of(lambda row=row: open_file(tx, actor, row[field.uid]))  # type: ignore[misc]
        assert found == (None if may else "KBK2006")


@given(data=st.data())
@settings(CHECKED, max_examples=15)
def test_lookups_by_name_and_warnings_of_duplicates(busy: Workspace, data: st.DataObject) -> None:
    person = data.draw(readers("deal"))
    company = MODEL.entities["company"]
    inn, name = company.by_name["inn"], company.by_name["name"]
    judged = replace(company, duplicates=((inn.uid,), (name.uid,)))
    with asked(busy, person) as (tx, actor, rights):
        rows = rights.world.rows[company.uid]
        seen = {r["id"] for r in rows if r["deleted_at"] is None and rights.sees(company, r)}
        if rights.has(MODEL.entities["deal"], MODEL.entities["deal"].by_name["company"]):
            texts = [r[f.uid] for r in rows for f in (inn, name) if r[f.uid]]
            found = named(tx, actor, "deal", "company", texts, {})
            for row in rows:
                titles = [link.id for link in found[row[name.uid]]]
                assert set(titles) <= seen
                assert (row["id"] in titles) == (row["id"] in seen and rights.reads(company, row, name))
                keys = {link.id for link in found[row[inn.uid]]}
                assert keys == (
                    {row["id"]} if row["id"] in seen and rights.reads(company, row, inn) else set()
                )
        if not rights.exists(company):
            return
        for row in rows:
            for field in (inn, name):
                same = [
                    r["id"]
                    for r in rows
                    if r["id"] in seen
                    and rights.reads(company, r, field)
                    and fold(r[field.uid]) == fold(row[field.uid])
                ]
                told = similar(tx, actor, judged, {field.uid: row[field.uid]}, None)
                assert [link.id for each in told for link in each.links] == sorted(same)[:3]


@pytest.mark.parametrize("name", ["deal", "company", "remark"])
@given(data=st.data())
@settings(CHECKED, max_examples=15)
def test_a_trial_shows_what_the_write_would(busy: Workspace, name: str, data: st.DataObject) -> None:
    """The cells that its writer would read after the write; nothing of a write that rights forbid; and nothing stays."""
    person = data.draw(writers(name))
    entity = MODEL.entities[name]
    possible = [f.name for f in entity.fields if f.name in VALUES and f.writable and f.name != "stage"]
    chosen = data.draw(st.lists(st.sampled_from(possible), max_size=2, unique=True))
    values = {n: data.draw(st.sampled_from(VALUES[n])) for n in chosen}
    with busy.read() as tx:
        row = data.draw(st.sampled_from(raw_rows(tx)[entity.uid]))["id"]

    def trial(tx: Transaction) -> None:
        altered, actor = with_roles(tx, person)
        before = raw_rows(altered)
        rights = judge(altered, person, before)
        fields = tuple(
            f.name
            for f in entity.fields
            if rights.has(entity, f) and f.type.name != "children" and f.name not in ("updated_at", "version")
        )
        tried: Any = None
        refused = None
        try:
            tried = rehearse(altered, actor, name, row, values, fields, context=Context())
        except KubikError as error:
            refused = error.code
        assert raw_rows(altered) == before, "a trial leaves nothing"
        item = tried.rows[""].item if tried is not None and tried.rows else None
        code = code_of(lambda: records.update(altered, actor, name, row, values))
        if code in ("KBK4002", "KBK2006", "KBK2003"):
            assert item is None and (refused is not None or not tried.rows), (code, refused)
        elif code is None:
            assert refused is None and tried.rows, refused
            try:
                after, _ = query.record(altered, actor, name, row, fields)
            except KubikError:
                assert item is None
            else:
                assert plain(item) == plain(after)
        raise Undo

    with pytest.raises(Undo):
        busy.write(trial)
