"""Creating records: defaults, required fields, types, links, hostile texts, what the journal keeps."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from tests.core.records.asserting import faults, refusal


def test_a_record_needs_only_its_required_fields_and_gets_its_defaults(office):
    saved = office.create("deal", {"name": "Racks"}, by="marina")
    row = office.stored("deal", saved.id)
    assert saved.version == 1
    assert row["name"] == "Racks"
    assert row["owner"] == office.people["marina"].user
    assert row["stage"] == office.model.entities["deal"].stages.first.uid
    assert row["opened_on"] is not None
    assert row["number"] == f"Д-{row['opened_on'].year}-00001"
    assert row["created_by"] == office.people["marina"].user
    assert row["created_at"] == row["updated_at"] <= datetime.now(UTC)


def test_every_fault_has_its_pointer(office):
    error = refusal(office.create, "deal", {"amount": "many", "stage": "nowhere", "closes_on": "2026-13-01"})
    assert faults(error) == {
        ("/amount", "KBK3002"),
        ("/stage", "KBK3002"),
        ("/closes_on", "KBK3002"),
        ("/name", "KBK3001"),
    }
    assert not office.rows("deal")


def test_numbers_stay_exact(office):
    saved = office.create("deal", {"name": "A", "amount": Decimal("1200.10")})
    assert office.stored("deal", saved.id)["amount"] == Decimal("1200.10")
    assert str(office.stored("deal", saved.id)["amount"]) == "1200.10"


@pytest.mark.parametrize(
    "text",
    [
        "'; DROP TABLE deal; --",
        "<script>alert(1)</script>",
        "{{ 7 * 7 }}",
        "%s %d {0}",
        "Ёлка\u200b𝔘",
        "NULL",
        "\\",
        "a\tb",
    ],
)
def test_hostile_texts_are_kept_as_they_are(office, text):
    saved = office.create("company", {"name": text})
    assert office.stored("company", saved.id)["name"] == text
    assert len(office.rows("company")) == 1


@pytest.mark.parametrize(
    "text", ["a\0b", "half \ud800 of one", "x" * 1001, "two\nlines", 7, True, ["x"], {"x": 1}]
)
def test_texts_that_no_text_can_be_are_refused(office, text):
    error = refusal(office.create, "company", {"name": text})
    assert {p.pointer for p in error.errors} == {"/name"}
    assert error.status == 422
    assert not office.rows("company")


def test_unknown_fields_are_refused_with_a_suggestion(office):
    error = refusal(office.create, "deal", {"nane": "A"}, by="marina")
    assert faults(error) == {("/nane", "KBK2003")}
    assert "name" in str(error.errors[0].message)


def test_a_field_out_of_sight_answers_as_one_that_does_not_exist(office):
    hidden = refusal(office.create, "activity", {"subject": "A", "nothing": 1}, by="marina")
    assert faults(hidden) == {("/nothing", "KBK2003")}
    office.create("deal", {"name": "A"}, by="marina")
    margin = refusal(office.update, "deal", 1, {"margin": 5}, by="marina")
    missing = refusal(office.update, "deal", 1, {"mergin": 5}, by="marina")
    assert faults(margin) == {("/margin", "KBK2003")}
    assert faults(missing) == {("/mergin", "KBK2003")}
    assert str(margin.errors[0].message).split("(")[0] == str(missing.errors[0].message).split("(")[
        0
    ].replace("mergin", "margin")


@pytest.mark.parametrize(
    "field", ["id", "version", "created_at", "number", "expected", "items_total", "city"]
)
def test_what_the_system_keeps_cannot_be_written(office, field):
    error = refusal(office.create, "deal", {"name": "A", field: 1})
    assert (f"/{field}", "KBK3004") in faults(error)


def test_links_are_given_by_id_by_object_or_by_a_unique_field(office):
    company = office.create("company", {"name": "Romashka", "inn": "7707083893"}).id
    for link in (company, {"id": company}, {"by": {"inn": "7707083893"}}):
        saved = office.create("deal", {"name": f"A {link}", "company": link})
        assert office.stored("deal", saved.id)["company"] == company
    error = refusal(office.create, "deal", {"name": "A", "company": {"by": {"inn": "1"}}})
    assert faults(error) == {("/company", "KBK3005")}
    error = refusal(office.create, "deal", {"name": "A", "company": {"by": {"name": "Romashka"}}})
    assert faults(error) == {("/company/by/name", "KBK2003")}


@pytest.mark.parametrize("id", [999, 2**63 - 1])
def test_a_link_to_nothing_is_refused(office, id):
    assert faults(refusal(office.create, "deal", {"name": "A", "company": id})) == {("/company", "KBK3005")}


def test_a_link_to_a_binned_record_is_refused(office):
    company = office.create("company", {"name": "Gone"}).id
    office.delete("company", company)
    assert faults(refusal(office.create, "deal", {"name": "A", "company": company})) == {
        ("/company", "KBK3005")
    }


def test_a_link_out_of_sight_is_refused_as_one_to_nothing(office):
    deal = office.create("deal", {"name": "Igor's"}, by="igor").id
    seen = refusal(office.create, "activity", {"subject": "A", "deal": deal}, by="marina")
    none = refusal(office.create, "activity", {"subject": "A", "deal": 999}, by="marina")
    assert faults(seen) == faults(none) == {("/deal", "KBK3005")}
    assert str(seen.errors[0].message).replace(str(deal), "999") == str(none.errors[0].message)


def test_only_records_of_the_options_may_be_chosen(office):
    old = office.create("product", {"code": "old", "name": "Old", "active": False}).id
    error = refusal(office.create, "deal", {"name": "A", "items": [{"product": old}]})
    assert faults(error) == {("/items/0/product", "KBK3005")}


def test_checks_and_conditional_requirements_hold(office):
    assert faults(refusal(office.create, "deal", {"name": "A", "amount": -1})) == {("/amount", "KBK3006")}
    assert faults(refusal(office.create, "deal", {"name": "A", "stage": "lost"})) == {
        ("/lost_reason", "KBK3001")
    }
    error = refusal(
        office.create, "deal", {"name": "A", "opened_on": "2026-05-02", "closes_on": "2026-05-01"}
    )
    assert faults(error) == {("/closes_on", "KBK3006")}
    assert not office.rows("deal")


def test_unique_values_are_told_at_the_field_and_never_reveal_whose(office):
    office.create("company", {"name": "A", "inn": "7707083893"})
    error = refusal(office.create, "company", {"name": "B", "inn": "7707083893"})
    assert (error.status, faults(error)) == (409, {("/inn", "KBK3007")})
    first = office.create("company", {"name": "C"}).id
    office.create("deal", {"name": "Ёлка", "company": first})
    error = refusal(office.create, "deal", {"name": "елка", "company": first})
    assert (error.status, [p.code for p in error.errors]) == (409, ["KBK3007"])
    office.create("deal", {"name": "Ёлка"})
    office.create("deal", {"name": "Ёлка"})


def test_the_journal_has_the_new_values(office):
    saved = office.create("deal", {"name": "A", "amount": "12.50", "opened_on": "2026-03-01"})
    ((kind, version, diff),) = office.journal("deal", saved.id)
    assert (kind, version) == ("created", 1)
    assert diff["name"] == [None, "A"]
    assert diff["amount"] == [None, "12.50"]
    assert diff["opened_on"] == [None, "2026-03-01"]
    assert diff["number"] == [None, "Д-2026-00001"]
    assert "margin" not in diff


def test_numbers_follow_their_period_and_have_no_gaps(office):
    for name, day in (("a", "2026-01-01"), ("b", "2025-12-31"), ("c", "2026-06-01")):
        office.create("deal", {"name": name, "opened_on": day})
    refusal(office.create, "deal", {"name": "refused", "amount": -5, "opened_on": "2026-06-01"})
    office.create("deal", {"name": "d", "opened_on": "2026-06-01"})
    assert [row["number"] for row in office.rows("deal").values()] == [
        "Д-2026-00001",
        "Д-2025-00001",
        "Д-2026-00002",
        "Д-2026-00003",
    ]


def test_a_new_record_stands_only_where_the_grant_lets_it(office):
    igor = office.people["igor"].user
    error = refusal(office.create, "deal", {"name": "A", "owner": igor}, by="marina")
    assert (error.code, error.status) == ("KBK4002", 403)
    error = refusal(office.create, "deal", {"name": "A", "probability": "0.5"}, by="marina")
    assert faults(error) == {("/probability", "KBK4002")}
    error = refusal(office.create, "product", {"code": "x", "name": "X"}, by="marina")
    assert error.status == 403
    error = refusal(office.create, "department", {"name": "X"}, by="marina")
    assert error.status == 404
    assert not office.rows("deal")


def test_a_stage_given_at_once_is_a_move_from_the_first(office):
    saved = office.create("deal", {"name": "A", "stage": "won"}, by="marina")
    assert (
        office.stored("deal", saved.id)["stage"]
        == office.model.entities["deal"].by_name["stage"].choice("won").uid
    )
