"""The timeline gathers what a reader may see, newest first, page by page, whatever the source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from core import records
from core.access.actor import Actor, system_actor
from core.access.login import load_actor
from core.errors import KubikError
from core.query.timeline import TimelineEvent, timeline
from core.records.comments import add_comment
from core.storage.install import install_model
from core.storage.workspace import Transaction, Workspace
from metamodel.model import Entity
from tests import factories
from tests.conftest import Databases, Dialect
from tests.sites import settings

DEAL = (
    "timeline: [self, activities, company.activities]\n        layout: [{tab: Main, rows: [[name, company]]}]"
)
ADMIN = system_actor()


def shown(entity: Entity) -> tuple[str, ...]:
    return ("subject",) if entity.name == "activity" else ()


@pytest.fixture
def workspace(dialect: Dialect, fresh_database: Databases, tmp_path: Any) -> Iterator[Workspace]:
    text = factories.SAMPLE["entities/deal.yaml"].rstrip() + f"\n        {DEAL}\n"
    made = Workspace.create(settings(fresh_database(dialect), tmp_path))
    install_model(made, factories.model({"entities/deal.yaml": text}))
    made.write(records.sync_roles)
    yield made
    made.close()


def someone(tx: Transaction, login: str, role: str = "manager") -> int:
    values = {
        "login": login,
        "name": login.title(),
        "language": "en",
        "roles": [{"role": {"by": {"name": role}}}],
    }
    return records.create(tx, ADMIN, "user", values).id


@pytest.fixture
def world(workspace: Workspace) -> dict[str, int]:
    """A deal of Mark's with a comment, a move and activities of its own and of its company; half of them Nina's."""

    def fill(tx: Transaction) -> dict[str, int]:
        mark, nina = someone(tx, "mark"), someone(tx, "nina")
        company = records.create(tx, ADMIN, "company", {"name": "Firm"}).id
        values = {"name": "Racks", "company": company, "owner": mark, "amount": 5}
        deal = records.create(tx, ADMIN, "deal", values).id
        other = records.create(tx, ADMIN, "deal", {"name": "Other", "owner": nina}).id
        for number in range(6):
            owner = mark if number % 2 == 0 else nina
            records.create(tx, ADMIN, "activity", {"subject": f"own {number}", "deal": deal, "owner": owner})
            records.create(
                tx, ADMIN, "activity", {"subject": f"firm {number}", "company": company, "owner": owner}
            )
            records.create(
                tx, ADMIN, "activity", {"subject": f"other {number}", "deal": other, "owner": owner}
            )
        both = {"subject": "both", "deal": deal, "company": company, "owner": mark}
        records.create(tx, ADMIN, "activity", both)
        add_comment(tx, ADMIN, "deal", deal, "Hello @mark")
        records.move(tx, ADMIN, "deal", deal, "offer")
        return {"mark": mark, "nina": nina, "deal": deal, "company": company}

    return workspace.write(fill)


def told(event: TimelineEvent) -> str:
    return str(event.item.get("subject") or event.item.get("text") or event.kind)


def gathered(workspace: Workspace, actor: Actor, deal: int, limit: int, **more: Any) -> list[str]:
    """Every event of all pages."""
    with workspace.read() as tx:
        found, cursor = [], None
        while True:
            page = timeline(tx, actor, "deal", deal, shown=shown, cursor=cursor, limit=limit, **more)
            assert len(page.events) <= limit
            found += [told(event) for event in page.events]
            cursor = page.next
            if cursor is None:
                return found


def test_every_source_is_gathered_once_whatever_the_size_of_pages(
    workspace: Workspace, world: dict[str, int]
) -> None:
    whole = gathered(workspace, ADMIN, world["deal"], 100)
    expected = {f"{of} {n}" for of in ("own", "firm") for n in range(6)}
    assert set(whole) == {*expected, "both", "Hello @mark", "move", "change"}
    assert len(whole) == len(set(whole)), "an activity of the deal and of its company stands once"
    for limit in (1, 3, 7):
        assert sorted(gathered(workspace, ADMIN, world["deal"], limit)) == sorted(whole)
    assert gathered(workspace, ADMIN, world["deal"], 5, only=("comment",)) == ["Hello @mark"]


def test_a_reader_finds_only_what_they_may_see(workspace: Workspace, world: dict[str, int]) -> None:
    with workspace.read() as tx:
        mark, nina = load_actor(tx, world["mark"]), load_actor(tx, world["nina"])
    seen = gathered(workspace, mark, world["deal"], 4)
    mine = {f"{of} {n}" for of in ("own", "firm") for n in (0, 2, 4)}
    assert set(seen) == {*mine, "both", "Hello @mark", "move", "change"}
    with pytest.raises(KubikError) as refused:
        gathered(workspace, nina, world["deal"], 4)
    assert refused.value.code == "KBK2006"


def test_changes_tell_only_fields_that_may_be_read(workspace: Workspace, world: dict[str, int]) -> None:
    workspace.write(lambda tx: records.update(tx, ADMIN, "deal", world["deal"], {"margin": 7, "amount": 9}))
    with workspace.read() as tx:
        mark = load_actor(tx, world["mark"])
        page = timeline(tx, mark, "deal", world["deal"], shown=shown, only=("change",))
    assert set(page.events[0].item["changes"]) == {"amount"}


def test_a_cursor_is_good_for_its_own_question(workspace: Workspace, world: dict[str, int]) -> None:
    with workspace.read() as tx:
        page = timeline(tx, ADMIN, "deal", world["deal"], shown=shown, limit=2)
        with pytest.raises(KubikError) as refused:
            timeline(tx, ADMIN, "deal", world["deal"], shown=shown, only=("comment",), cursor=page.next)
    assert refused.value.code == "KBK2004"
