"""The same hits on both databases and by every way of finding them, equal to a naive search over what may be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core import records
from core.access.actor import Actor, system_actor
from core.query.execute import decided
from core.query.query import Query
from core.query.read import count, read
from core.query.searching import deciding, everywhere
from core.records.indexing import job
from core.settings import Settings
from core.storage.install import install_model
from core.storage.search import building
from core.storage.workspace import Workspace
from tests.core.query.searching.samples import COMPANIES, QUERIES, model_changes, texts, write_sample
from tests.factories import model
from tests.oracle.searching import finds

DIALECTS = ("sqlite", "postgresql")

Place = tuple[Workspace, list[dict[str, Any]], Actor]


@pytest.fixture(scope="module", params=DIALECTS)
def sample(request, lasting_database, tmp_path_factory) -> Iterator[Place]:
    """The sample, and somebody who sees half of it."""
    settings = Settings(
        home=tmp_path_factory.mktemp("home"), database_url=lasting_database(request.param), time_zone="UTC"
    )
    workspace = Workspace.create(settings)
    made = model(model_changes())
    install_model(workspace, made)
    deals = write_sample(workspace)
    yield workspace, deals, Actor(user=1, login="clerk", roles=(made.roles["clerk"].uid,))
    workspace.close()


@pytest.fixture(params=("asked", "found", "behind"))
def way(request, sample, monkeypatch) -> str:
    """How records are found: each is asked, by the index of all of them, or by that of some while others wait."""
    workspace, _, _ = sample
    if request.param != "asked":
        monkeypatch.setattr(deciding, "SMALL", 0)
        monkeypatch.setattr(building, "TAIL", 0)
        monkeypatch.setattr(job, "TAIL", 0)
        job.run_index(workspace)
    if request.param == "behind" and workspace.database.dialect == "sqlite":
        job.rebuild(workspace)
        job.run_index(workspace)
        monkeypatch.setattr(building, "STEP", 25)
        job.rebuild(workspace)
        monkeypatch.setattr(job, "TAIL", 10_000)
        job.run_index(workspace)
        deal = next(p for p in _places(workspace) if p.entity == _uid(workspace, "deal"))
        workspace.write(lambda tx: building.index_step(tx, deal))
    return str(request.param)


def _uid(workspace: Workspace, entity: str) -> str:
    with workspace.read() as tx:
        return tx.model.entities[entity].uid


def _places(workspace: Workspace) -> list[Any]:
    with workspace.read() as tx:
        return list(tx.searched.values())


@pytest.mark.parametrize("person", ["system", "clerk"])
def test_a_search_of_deals_finds_what_a_naive_one_finds_in_what_may_be_read(sample, way, person):
    workspace, deals, clerk = sample
    actor = clerk if person == "clerk" else system_actor()
    seen = {d["id"]: t for d in deals if (t := texts(d, clerk=person == "clerk")) is not None}
    for text in QUERIES:
        with workspace.read() as tx:
            plain = [i for i in sorted(seen) if finds(text, seen[i], generous=False)]
            expected = (
                plain if len(plain) >= 3 else [i for i in sorted(seen) if finds(text, seen[i], generous=True)]
            )
            question = Query(entity="deal", fields=("id",), search=text, sort=("id",), limit=200)
            found = [item["id"] for item in read(tx, actor, question).items]
            assert found == expected, text
            assert count(tx, actor, question) == len(expected)
            decision = decided(tx, actor, question)
            assert decision is not None and decision.how.mode == ("asked" if way == "asked" else "found")


def test_pages_of_a_search_follow_one_another_in_the_order_of_the_list(sample, way):
    workspace, _, clerk = sample
    for actor in (clerk, system_actor()):
        for text in ("стеллаж", "п", "ромашка"):
            with workspace.read() as tx:
                whole = read(
                    tx, actor, Query(entity="deal", fields=("id",), search=text, sort=("-amount",), limit=200)
                )
                pages, cursor = [], None
                while True:
                    page = read(tx, actor, Query(entity="deal", fields=("id",), search=text, sort=("-amount",), limit=4,
                                                 cursor=cursor))  # fmt: skip
                    pages += page.items
                    if page.next is None:
                        break
                    cursor = page.next
                assert pages == whole.items


def test_everything_is_searched_at_once_what_is_called_just_so_first(sample):
    workspace, deals, clerk = sample
    with workspace.read() as tx:
        found = everywhere.search(tx, system_actor(), "ромашка ооо", limit=5)
        assert [(hit.entity.name, hit.title) for hit in found.items[:2]] == [
            ("company", COMPANIES[1]), ("company", COMPANIES[0])
        ]  # fmt: skip
        every, cursor = list(found.items), found.next
        while cursor is not None:
            page = everywhere.search(tx, system_actor(), "ромашка ооо", limit=5, cursor=cursor)
            every, cursor = [*every, *page.items], page.next
        keys = [(hit.entity.name, hit.id) for hit in every]
        assert len(keys) == len(set(keys))
        linked = {d["id"] for d in deals if d["at"] in (0, 1)}
        assert {i for name, i in keys if name == "deal"} == linked
        assert {hit.excerpt for hit in every if hit.entity.name == "deal"} == set(COMPANIES[:2])
        hidden = everywhere.search(tx, clerk, "ромашка", limit=100)
        assert {hit.excerpt for hit in hidden.items if hit.entity.name == "deal"} <= {COMPANIES[0]}
        assert [hit.title for hit in hidden.items if hit.entity.name == "company"] == [COMPANIES[0]]


def test_what_is_renamed_deleted_and_brought_back_is_found_as_it_is(sample):
    workspace, deals, _ = sample
    company = next(d["company"] for d in deals if d["at"] == 8)

    def hits(text: str, entity: str = "deal") -> set[int]:
        with workspace.read() as tx:
            return {
                i["id"]
                for i in read(tx, system_actor(), Query(entity=entity, fields=("id",), search=text)).items
            }

    def rename(name: str) -> None:
        workspace.write(lambda tx: records.update(tx, system_actor(), "company", company, {"name": name}))

    before = hits("яндекс")
    rename("Северсталь")
    assert (hits("яндекс"), hits("северсталью"), hits("северсталь", "company")) == (set(), before, {company})
    rename("Яндекс")
    assert hits("яндекс") == before
    gone = min(before)
    workspace.write(lambda tx: records.delete(tx, system_actor(), "deal", gone))
    assert hits("яндекс") == before - {gone}
    workspace.write(lambda tx: records.restore(tx, system_actor(), "deal", gone))
    assert hits("яндекс") == before
