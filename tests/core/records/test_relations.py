"""Links to many records and to any record, as they are written and read again, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core import query, records
from core.access.actor import Actor, system_actor
from core.access.explain import explain
from core.errors import KubikError
from core.query import Query
from core.query.allowed import allowed
from core.records import Batch
from core.settings import Settings
from core.storage.check import check_storage
from core.storage.install import install_model
from core.storage.workspace import Transaction, Workspace
from tests import factories
from tests.conftest import DIALECTS

SYSTEM = system_actor()

MORE = {
    "entities/tag.yaml": """
        name: tag
        fields:
          - {name: name, type: text, required: true, unique: true}
          - {name: shown, type: boolean, default: "true"}
    """,
    "entities/use.yaml": """
        name: use
        title: "{note}"
        fields:
          - {name: note, type: link, to: note, required: true, on_delete: cascade, inverse: uses}
          - {name: product, type: link, to: product, required: true, on_delete: cascade}
          - {name: count, type: integer, default: "1"}
    """,
    "entities/note.yaml": """
        name: note
        title: "{text}"
        fields:
          - {name: text, type: text}
          - {name: about, type: link_any, to: [deal, company], inverse: papers, rights: of parent, required: true}
          - {name: see, type: link_any, to: all, on_delete: clear}
          - {name: tags, type: links, to: tag, inverse: papers, on_delete: clear, options: "shown"}
          - {name: people, type: users, inverse: papers}
          - {name: place, type: department}
          - {name: products, type: links, to: product, through: use}
    """,
    "roles/clerk.yaml": """
        name: clerk
        grants:
          - {entity: deal, actions: [read], fields: all}
          - {entity: deal, actions: [update], rows: "owner = me", fields: all}
          - {entity: company, actions: [read], rows: "owner = me", fields: all}
          - {entity: tag, actions: [read], rows: "name <> 'secret'", fields: all}
          - {entity: user, actions: [read], fields: [login, name]}
    """,
}
MODEL = factories.model(MORE)


@pytest.fixture(scope="module", params=DIALECTS)
def place(request: Any, lasting_database: Any, tmp_path_factory: Any) -> Iterator[Workspace]:
    home = tmp_path_factory.mktemp("home")
    workspace = Workspace.create(
        Settings(
            home=home, database_url=lasting_database(request.param), secret_key=b"k" * 32, time_zone="UTC"
        )
    )
    install_model(workspace, MODEL)
    workspace.write(records.sync_roles)
    workspace.write(_fill)
    yield workspace
    workspace.close()


def _fill(tx: Transaction) -> None:
    for login in ("ann", "bob", "eve"):
        records.create(tx, SYSTEM, "user", {"login": login, "name": login.title()})
    for name in ("new", "old", "secret", "odd"):
        records.create(tx, SYSTEM, "tag", {"name": name, "shown": name != "odd"})
    for name, owner in (("A", 1), ("B", 2)):
        records.create(tx, SYSTEM, "deal", {"name": name, "owner": owner})
        records.create(tx, SYSTEM, "company", {"name": name, "owner": owner})
    for code in ("p", "q"):
        records.create(tx, SYSTEM, "product", {"code": code, "name": code})


def clerk(user: int) -> Actor:
    return Actor(user=user, login="clerk", roles=(MODEL.roles["clerk"].uid,), language="en")


def make(place: Workspace, actor: Actor = SYSTEM, **values: Any) -> int:
    given = {"about": {"entity": "deal", "id": 1}, **values}
    return place.write(lambda tx: records.create(tx, actor, "note", given).id)


def read(place: Workspace, note: int, actor: Actor = SYSTEM, *fields: str) -> dict[str, Any]:
    with place.read() as tx:
        return query.record(tx, actor, "note", note, fields or None)[0]


def ids(links: Any) -> list[Any]:
    return [link.id for link in links]


def refused(code: str, action: Any) -> KubikError:
    with pytest.raises(KubikError) as caught:
        action()
    assert caught.value.code == code, caught.value
    return caught.value


def test_lists_keep_their_order_and_each_record_once_and_replace_as_a_whole(place: Workspace) -> None:
    note = make(place, tags=[2, {"id": 1}, 2], people=[{"by": {"login": "bob"}}, 1])
    item = read(place, note)
    assert ids(item["tags"]) == [2, 1] and ids(item["people"]) == [2, 1]
    assert [link.title for link in item["tags"]] == ["old", "new"]
    place.write(lambda tx: records.update(tx, SYSTEM, "note", note, {"tags": [1, 3]}))
    place.write(lambda tx: records.update(tx, SYSTEM, "note", note, {"people": []}))
    item = read(place, note)
    assert ids(item["tags"]) == [1, 3] and item["people"] == []
    assert item["version"] == 3
    same = place.write(lambda tx: records.update(tx, SYSTEM, "note", note, {"tags": [1, {"id": 3}]}))
    assert not same.changed
    with place.read() as tx:
        told = query.history(tx, SYSTEM, "note", note).items
    changes = [item["changes"].get("tags") for item in told]
    assert [(ids(c["from"]), ids(c["to"])) for c in changes if c] == [([2, 1], [1, 3]), ([], [2, 1])]


def test_who_writes_a_list_leaves_in_it_what_they_do_not_see(place: Workspace) -> None:
    note = make(place, tags=[1, 3, 2])
    ann = clerk(1)
    assert ids(read(place, note, ann)["tags"]) == [1, 2]
    unchanged = place.write(lambda tx: records.update(tx, ann, "note", note, {"tags": [1, 2]}))
    assert not unchanged.changed
    place.write(lambda tx: records.update(tx, ann, "note", note, {"tags": [2]}))
    assert ids(read(place, note)["tags"]) == [3, 2]
    place.write(lambda tx: records.update(tx, ann, "note", note, {"tags": [2, 1]}))
    assert ids(read(place, note)["tags"]) == [3, 2, 1]
    found = refused(
        "KBK3005", lambda: place.write(lambda tx: records.update(tx, ann, "note", note, {"tags": [3]}))
    )
    assert found.errors[0].pointer == "/tags"
    make_stale = {"tags": [2]}
    found = refused(
        "KBK3009",
        lambda: place.write(lambda tx: records.update(tx, ann, "note", note, make_stale, if_version=1)),
    )
    told = found.extra["changed"]["tags"]
    assert (ids(told["from"]), ids(told["to"])) == ([1, 2], [2, 1])


def test_only_what_the_field_offers_and_what_is_there_can_be_chosen(place: Workspace) -> None:
    refused("KBK3005", lambda: make(place, tags=[1, 4]))
    refused("KBK3005", lambda: make(place, tags=[999]))
    refused("KBK3002", lambda: make(place, tags="1"))
    refused("KBK3005", lambda: make(place, about={"entity": "product", "id": 1}))
    refused("KBK3005", lambda: make(place, about={"entity": "deal", "id": 999}))
    found = refused("KBK3005", lambda: make(place, tags=[1, {"by": {"name": "nobody"}}]))
    assert found.errors[0].pointer == "/tags/1"
    found = refused("KBK3005", lambda: make(place, about={"entity": "product", "id": 1}))
    assert "is not what this field leads to; expected one of: " in str(found.errors[0].message)
    refused("KBK3001", lambda: make(place, about=None))


def test_a_record_of_any_entity_is_read_with_its_entity_and_title(place: Workspace) -> None:
    note = make(place, about={"entity": "company", "id": 1})
    link = read(place, note)["about"]
    assert (link.entity, link.id, link.title) == ("company", 1, "A")
    hidden = make(place, see={"entity": "company", "id": 2})
    assert read(place, hidden, clerk(1))["see"].hidden
    with place.read() as tx:
        one = query.read(tx, SYSTEM, Query(entity="company", filter="EXISTS(papers)", fields=("id",))).items
        path = query.read(tx, SYSTEM, Query(entity="use", fields=("note.tags",))).items
    assert [item["id"] for item in one] == [1] and path == []


def test_what_follows_a_record_is_seen_and_written_as_that_record(place: Workspace) -> None:
    mine, theirs = make(place, text="mine"), make(place, text="theirs", about={"entity": "deal", "id": 2})
    far = make(place, text="far", about={"entity": "company", "id": 2})
    ann = clerk(1)
    with place.read() as tx:
        seen = {item["id"] for item in query.read(tx, ann, Query(entity="note", limit=1000)).items}
    assert {mine, theirs} <= seen and far not in seen
    place.write(lambda tx: records.update(tx, ann, "note", mine, {"text": "x"}))
    refused("KBK4002", lambda: place.write(lambda tx: records.update(tx, ann, "note", theirs, {"text": "x"})))
    refused("KBK2006", lambda: place.write(lambda tx: records.update(tx, ann, "note", far, {"text": "x"})))
    refused("KBK4002", lambda: place.write(lambda tx: records.delete(tx, ann, "note", theirs)))
    elsewhere = {"about": {"entity": "deal", "id": 2}}
    refused("KBK4002", lambda: place.write(lambda tx: records.update(tx, ann, "note", mine, elsewhere)))
    refused("KBK4002", lambda: make(place, ann, **elsewhere))
    refused("KBK3005", lambda: make(place, ann, about={"entity": "company", "id": 2}))
    made = make(place, ann, text="by ann")
    place.write(lambda tx: records.delete(tx, ann, "note", made))
    place.write(lambda tx: records.restore(tx, ann, "note", made))


def test_the_verdict_and_the_feed_follow_the_record(place: Workspace) -> None:
    note = make(place, text="told")
    ann, role = clerk(1), MODEL.roles["clerk"].uid
    entity = MODEL.entities["note"]
    with place.read() as tx:
        assert explain(tx, [role], 1, entity, note, "update").allowed
        assert not explain(tx, [role], 2, entity, note, "update").allowed
        assert explain(tx, [role], 2, entity, note, "read").allowed
        assert allowed(tx, ann, "note", note) == {"update", "move", "delete"}
        assert allowed(tx, clerk(2), "note", note) == set()
        start = query.changes(tx, ann, None, ["note"]).next
    away = {"about": {"entity": "company", "id": 2}}
    place.write(lambda tx: records.update(tx, SYSTEM, "note", note, away))
    with place.read() as tx:
        told = [(i["id"], i["change"]) for i in query.changes(tx, ann, start, ["note"]).items]
    assert told == [(note, "deleted")]


def test_deleting_empties_lists_and_takes_along_what_follows(place: Workspace) -> None:
    tag = place.write(lambda tx: records.create(tx, SYSTEM, "tag", {"name": "brief"}).id)
    deal = place.write(lambda tx: records.create(tx, SYSTEM, "deal", {"name": "short"}).id)
    about = {"entity": "deal", "id": deal}
    note, other = make(place, tags=[1, tag, 2], about=about), make(place, see=about)
    place.write(lambda tx: records.delete(tx, SYSTEM, "tag", tag))
    assert ids(read(place, note)["tags"]) == [1, 2] and read(place, note)["version"] == 2
    person = make(place, people=[3])
    refused("KBK3008", lambda: place.write(lambda tx: records.delete(tx, SYSTEM, "user", 3)))
    place.write(lambda tx: records.update(tx, SYSTEM, "note", person, {"people": []}))
    place.write(lambda tx: records.delete(tx, SYSTEM, "deal", deal))
    refused("KBK2006", lambda: read(place, note))
    assert read(place, other)["see"] is None
    place.write(lambda tx: records.restore(tx, SYSTEM, "deal", deal))
    assert ids(read(place, note)["tags"]) == [1, 2]


def test_a_list_through_an_entity_makes_and_deletes_its_pairs(place: Workspace) -> None:
    note = make(place, products=[2, 1])
    assert ids(read(place, note)["products"]) == [2, 1]
    with place.read() as tx:
        pairs = query.read(
            tx, SYSTEM, Query(entity="use", filter=f"note = {note}", fields=("id", "count"))
        ).items
    place.write(lambda tx: records.update(tx, SYSTEM, "use", pairs[0]["id"], {"count": 5}))
    place.write(lambda tx: records.update(tx, SYSTEM, "note", note, {"products": [2]}))
    with place.read() as tx:
        left = query.read(
            tx, SYSTEM, Query(entity="use", filter=f"note = {note}", fields=("id", "count"))
        ).items
        found = query.read(
            tx, SYSTEM, Query(entity="note", filter="products CONTAINS 2", fields=("id",))
        ).items
    assert [(item["id"], item["count"]) for item in left] == [(pairs[0]["id"], 5)]
    assert [item["id"] for item in found] == [note]
    refused("KBK4002", lambda: make(place, clerk(1), products=[1]))


def test_a_batch_writes_lists_of_many_records(place: Workspace) -> None:
    about = {"entity": "deal", "id": 1}
    items = [{"text": str(n), "about": about, "tags": [n % 2 + 1, 3]} for n in range(5)]
    made = place.write(lambda tx: records.batch(tx, SYSTEM, "note", Batch(create=items)))
    assert [ids(read(place, saved.id)["tags"]) for saved in made.create] == [
        [1, 3],
        [2, 3],
        [1, 3],
        [2, 3],
        [1, 3],
    ]
    wrong = Batch(create=[{"about": about}, {"about": about, "tags": [77]}])
    found = refused("KBK3005", lambda: place.write(lambda tx: records.batch(tx, SYSTEM, "note", wrong)))
    assert found.errors[0].pointer == "/create/1/tags"


def test_the_database_is_sound_with_all_of_it(place: Workspace) -> None:
    assert [str(fault) for fault in check_storage(place)] == []
