"""Two cards that are one become one: values as chosen, everything that led to the other leads to it, and back again."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from core.records.marks import external_ids, set_external
from core.records.merging import BOTH, Order, merge, offered, unmerge
from tests import factories
from tests.core.records.asserting import refusal
from tests.core.records.conftest import Office

CHANGES: dict[str, str | None] = {
    "entities/company.yaml": factories.SAMPLE["entities/company.yaml"].rstrip()
    + """
          - {name: parent, type: link, to: company}
          - {name: partners, type: links, to: company}
          - {name: tags, type: choices, choices: [{name: vip}, {name: slow}, {name: far}]}
    """,
    "entities/note.yaml": """
        name: note
        label: Note
        fields:
          - {name: text, type: text}
          - {name: about, type: link_any, to: [company, deal]}
          - {name: companies, type: links, to: company}
    """,
    "roles/head.yaml": factories.SAMPLE["roles/head.yaml"].replace(
        "{entity: company, actions: [read, create, update, delete], fields: all}",
        "{entity: company, actions: [read, create, update, delete], fields: {all_but: [discount]}}",
    ),
}


@pytest.fixture
def changes() -> dict[str, str | None]:
    return CHANGES


def do(office: Office, order: Order, by: str = "root", entity: str = "company") -> Any:
    return office.workspace.write(lambda tx: merge(tx, office.people[by], entity, order))


def undo(office: Office, job: int, by: str = "root") -> Any:
    return office.workspace.write(lambda tx: unmerge(tx, office.people[by], job))


def world(office: Office) -> tuple[int, int, dict[str, int]]:
    """Two companies that are one, and what leads to the second."""
    stays = office.create("company", {"name": "Ромашка", "notes": "a", "tags": ["vip"]}).id
    goes = office.create(
        "company",
        {"name": "ООО «Ромашка»", "inn": "7707083893", "notes": "b", "tags": ["far", "vip"], "staff": 5},
    ).id
    product = office.create("product", {"code": "A", "name": "A"}).id
    made = {
        "deal": office.create(
            "deal", {"name": "Racks", "company": goes, "items": [{"product": product, "price": 5}]}
        ).id,
        "activity": office.create("activity", {"subject": "Call", "company": goes}).id,
        "note": office.create(
            "note", {"about": {"entity": "company", "id": goes}, "companies": [goes, stays]}
        ).id,
        "child": office.create("company", {"name": "Филиал", "parent": goes, "partners": [goes]}).id,
        "comment": office.create("comment", {"about": {"entity": "company", "id": goes}, "text": "Hello"}).id,
    }
    office.update("company", stays, {"parent": goes})
    uid = office.model.entities["company"].uid
    office.workspace.write(lambda tx: set_external(tx, uid, goes, "1C-7"))
    return stays, goes, made


def everything(office: Office) -> dict[str, Any]:
    """All rows of what a merge may touch, without who changed what last and versions."""
    kept = ("version", "updated_at", "updated_by", "deleted_at", "bin_id")
    found: dict[str, Any] = {}
    for name in ("company", "deal", "deal_item", "activity", "note", "comment"):
        rows = office.rows(name)
        found[name] = {i: {k: v for k, v in row.items() if k not in kept} for i, row in rows.items()}
    with office.workspace.read() as tx:
        for name, field in (("company", "partners"), ("note", "companies")):
            entity = office.model.entities[name]
            table = tx.tables[entity.uid].lists[entity.by_name[field].uid]
            found[f"{name}.{field}"] = sorted(tuple(row) for row in tx.connection.execute(table.select()))
        found["external"] = external_ids(tx, office.model.entities["company"].uid, ["1C-7"])
    return found


def test_values_links_and_names_of_other_systems_go_to_the_one_that_stays_and_come_back(
    office: Office,
) -> None:
    stays, goes, made = world(office)
    before = everything(office)
    merged = do(office, Order(ids=(stays, goes), stays=stays, take={"notes": BOTH, "name": goes}))
    assert merged.led == 5
    company = office.rows("company")
    assert goes not in company and stays in company
    one = company[stays]
    assert (one["name"], one["inn"], one["notes"], one["staff"]) == (
        "ООО «Ромашка»",
        "7707083893",
        "a\n\nb",
        5,
    )
    assert one["parent"] is None and company[made["child"]]["parent"] == stays
    assert office.rows("deal")[made["deal"]]["company"] == stays
    assert office.rows("activity")[made["activity"]]["company"] == stays
    assert str(office.rows("note")[made["note"]]["about"]).endswith(f":{stays}")
    assert str(office.rows("comment")[made["comment"]]["about"]).endswith(f":{stays}")
    after = everything(office)
    assert [row[:2] for row in after["note.companies"]] == [(made["note"], stays)]
    assert after["external"] == {"1C-7": stays}
    assert [kind for kind, _, _ in office.journal("company", goes)][-1] == "deleted"
    changed = office.journal("company", stays)[-1]
    assert changed[0] == "updated" and changed[2]["inn"] == [None, "7707083893"]

    returned = undo(office, merged.job)
    assert returned.left == () and everything(office) == before


def test_child_rows_move_with_their_deals_and_sums_follow(office: Office) -> None:
    product = office.create("product", {"code": "A", "name": "A"}).id
    rows = [{"product": product, "price": 5}, {"product": product, "price": 7}]
    stays = office.create("deal", {"name": "One", "items": rows[:1]}).id
    goes = office.create("deal", {"name": "Two", "items": rows[1:]}).id
    before = everything(office)
    merged = do(office, Order(ids=(stays, goes), stays=stays), entity="deal")
    assert {row["deal"] for row in office.rows("deal_item").values()} == {stays}
    assert office.rows("deal")[stays]["amount"] == Decimal("12.00")
    undo(office, merged.job, by="root")
    assert everything(office) == before


def test_what_the_person_does_not_see_is_led_on_and_nothing_is_told_of_it(office: Office) -> None:
    stays = office.create("company", {"name": "A", "discount": "0.1"}).id
    goes = office.create("company", {"name": "B", "discount": "0.5"}).id
    other = office.hire("outsider", "manager")
    hidden = office.create("deal", {"name": "Secret", "company": goes, "owner": other.user}).id
    shown = office.create("deal", {"name": "Known", "company": goes}, by="anna").id
    merged = do(office, Order(ids=(stays, goes), stays=stays), by="anna")
    assert merged.led == 1
    deals = office.rows("deal")
    assert deals[hidden]["company"] == deals[shown]["company"] == stays
    assert office.rows("company")[stays]["discount"] == Decimal("0.1000")
    assert refusal(undo, office, merged.job).code == "KBK5003"
    undo(office, merged.job, by="anna")
    assert office.rows("deal")[hidden]["company"] == goes


def test_a_hidden_record_that_cannot_be_led_on_is_not_told_of(office: Office) -> None:
    stays = office.create("company", {"name": "A"}).id
    goes = office.create("company", {"name": "B"}).id
    other = office.hire("outsider", "manager")
    for company in (stays, goes):
        office.create("deal", {"name": "Same", "company": company, "owner": other.user})
    before = everything(office)
    told = refusal(do, office, Order(ids=(stays, goes), stays=stays), by="anna")
    assert told.code == "KBK3006" and "Same" not in str(told) and "Deal" not in str(told)
    assert refusal(do, office, Order(ids=(stays, goes), stays=stays)).code == "KBK3007"
    assert everything(office) == before


def test_rights_numbers_and_versions_are_asked_first(office: Office) -> None:
    ids = [office.create("company", {"name": name}).id for name in "ABCDEF"]
    mine = office.create("deal", {"name": "Mine"}, by="marina").id
    also = office.create("deal", {"name": "Also"}, by="marina").id
    for order, by, entity, code in (
        (Order(ids=(ids[0],), stays=ids[0]), "root", "company", "KBK2009"),
        (Order(ids=tuple(ids), stays=ids[0]), "root", "company", "KBK2009"),
        (Order(ids=(ids[0], 999), stays=ids[0]), "root", "company", "KBK2006"),
        (Order(ids=(ids[0], ids[1]), stays=ids[2]), "root", "company", "KBK4002"),
        (Order(ids=(mine, also), stays=mine), "marina", "deal", "KBK4002"),
        (Order(ids=(ids[0], ids[1]), stays=ids[0], versions={ids[1]: 9}), "root", "company", "KBK3009"),
        (Order(ids=(ids[0], ids[1]), stays=ids[0], take={"discount": ids[1]}), "anna", "company", "KBK2000"),
        (Order(ids=(1, 2), stays=1), "root", "user", "KBK4002"),
    ):
        assert refusal(do, office, order, by=by, entity=entity).code == code, order
    with office.workspace.read() as tx:
        offer = offered(tx, office.people["root"], office.model.entities["company"], ids[:5])
    assert [f.name for f in offer.differing] == ["name"] and offer.usual(ids[1]) == {"name": ids[1]}
