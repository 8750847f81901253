"""Drafts: whoever may not know of an entity keeps none for it, and nobody comes to another person's."""

from __future__ import annotations

from datetime import timedelta

from core.records.drafts import KEPT, KEY, draft, drafts_of, drop_draft, keep_draft
from tests.core.records.asserting import refusal


def keep(office, by, key, entity, record=None):
    who, typed = office.people[by], {"typed": key}
    office.workspace.write(lambda tx: keep_draft(tx, who, key, entity, record, None, typed))


def test_a_draft_is_kept_for_what_one_may_write_or_see_under_a_key_of_ones_own(office):
    for entity, record, code in (
        ("nothing", None, "KBK2006"),
        ("role", None, "KBK2006"),
        ("role", 1, "KBK2006"),
        ("product", None, "KBK4002"),
    ):
        assert refusal(keep, office, "marina", "a", entity, record).code == code, (entity, record)
    for key in ("", "x" * (KEY + 1)):
        assert refusal(keep, office, "marina", key, "deal").code == "KBK2006"
    keep(office, "marina", "x" * KEY, "product", 1)
    assert refusal(keep, office, "igor", "x" * KEY, "deal").code == "KBK2006", "somebody's key is none"
    office.workspace.write(lambda tx: drop_draft(tx, office.people["igor"], "x" * KEY))
    with office.workspace.read() as tx:
        assert draft(tx, office.people["marina"], "x" * KEY) and not drafts_of(tx, office.people["igor"])


def test_drafts_are_found_by_entity_and_record_until_they_are_too_old(office):
    table, marina = office.workspace.own.draft, office.people["marina"]
    for key, entity, record in (("new", "deal", None), ("one", "deal", 1), ("firm", "company", 1)):
        keep(office, "marina", key, entity, record)

    def found(*question):
        with office.workspace.read() as tx:
            return sorted(each.key for each in drafts_of(tx, marina, *question))

    keep(office, "marina", "new", "deal")  # in the place of what was kept under that key
    assert found() == ["firm", "new", "one"] and found("deal", 1) == ["one"] and found("nothing") == []
    assert found("deal") == ["new"] and found("company") == [] and found("company", 1) == ["firm"]
    old = table.c.key.in_(["one", "firm"])
    office.workspace.write(
        lambda tx: tx.connection.execute(
            table.update().where(old).values(at=tx.now - KEPT - timedelta(seconds=1))
        )
    )
    assert found() == ["new"]
    keep(office, "marina", "next", "deal")
    with office.workspace.read() as tx:
        left = tx.connection.execute(table.select().with_only_columns(table.c.key)).scalars()
        assert sorted(left) == ["new", "next"], "what is too old goes"
