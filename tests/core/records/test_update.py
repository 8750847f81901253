"""Changing records: versions, stale saves, grants before and after, what is read-only, moves."""

from decimal import Decimal

import pytest

from core import records
from core.records import statements
from tests.core.records.asserting import faults, refusal


def test_a_change_raises_the_version_and_says_what_changed(office):
    deal = office.create("deal", {"name": "A", "amount": 10, "owner": office.people["marina"].user}).id
    saved = office.update("deal", deal, {"name": "B", "amount": "12.5"}, by="anna")
    assert saved.version == 2
    row = office.stored("deal", deal)
    assert (row["name"], row["amount"], row["version"]) == ("B", Decimal("12.50"), 2)
    assert (row["created_by"], row["updated_by"]) == (office.people["root"].user, office.people["anna"].user)
    kind, version, diff = office.journal("deal", deal)[-1]
    assert (kind, version) == ("updated", 2)
    assert diff == {"name": ["A", "B"], "amount": ["10.00", "12.50"]}


def test_nothing_changed_is_nothing_written(office):
    deal = office.create("deal", {"name": "A", "amount": 10}).id
    saved = office.update("deal", deal, {"name": "A", "amount": "10.00"})
    assert (saved.version, saved.changed) == (1, False)
    assert len(office.journal("deal", deal)) == 1


def test_what_is_not_sent_stays(office):
    deal = office.create("deal", {"name": "A", "amount": 10, "source": "site"}).id
    office.update("deal", deal, {"source": None})
    row = office.stored("deal", deal)
    assert (row["name"], row["amount"], row["source"]) == ("A", Decimal(10), None)


def test_a_stale_save_tells_who_and_what(office):
    deal = office.create(
        "deal", {"name": "A", "amount": 10, "margin": 3, "owner": office.people["marina"].user}
    ).id
    office.update("deal", deal, {"amount": 20, "margin": 4}, by="root", if_version=1)
    error = refusal(office.update, "deal", deal, {"name": "B"}, by="marina", if_version=1)
    assert (error.status, error.code) == (412, "KBK3009")
    assert error.extra["version"] == 2
    assert error.extra["changed_by"] == {"id": office.people["root"].user, "title": "Root"}
    assert error.extra["changed"] == {"amount": {"from": Decimal("10.00"), "to": Decimal("20.00")}}
    assert error.extra["changed_at"].endswith("Z")
    assert office.stored("deal", deal)["name"] == "A"
    assert office.update("deal", deal, {"name": "B"}, by="marina", if_version=2).version == 3


def test_what_is_out_of_sight_does_not_exist(office):
    deal = office.create("deal", {"name": "A"}, by="igor").id
    for call in (office.update,):
        unseen = refusal(call, "deal", deal, {"name": "B"}, by="marina")
        missing = refusal(call, "deal", 999, {"name": "B"}, by="marina")
        assert (unseen.code, missing.code, unseen.status) == ("KBK2006", "KBK2006", 404)
        assert str(unseen.detail).replace(str(deal), "999") == str(missing.detail)
    assert refusal(office.delete, "deal", deal, by="marina").status == 404
    assert refusal(office.update, "nothing", 1, {}, by="marina").status == 404


def test_a_visible_record_that_may_not_be_written_is_forbidden(office):
    company = office.create("company", {"name": "A"}).id
    assert refusal(office.update, "company", company, {"name": "B"}, by="marina").status == 403
    assert refusal(office.delete, "company", company, by="marina").status == 403


def test_fields_outside_the_grant_are_forbidden_by_name(office):
    deal = office.create("deal", {"name": "A"}, by="marina").id
    error = refusal(
        office.update, "deal", deal, {"owner": office.people["igor"].user, "name": "B"}, by="marina"
    )
    assert (error.status, faults(error)) == (403, {("/owner", "KBK4002")})


def test_the_stage_before_the_write_decides(office):
    deal = office.create("deal", {"name": "A"}, by="marina").id
    office.update("deal", deal, {"stage": "won"}, by="marina")
    assert refusal(office.update, "deal", deal, {"name": "B"}, by="marina").status == 403
    assert refusal(office.update, "deal", deal, {"stage": "lead"}, by="marina").status == 403
    office.update("deal", deal, {"stage": "lead"}, by="anna")
    office.update("deal", deal, {"name": "B"}, by="marina")


def test_a_masked_cell_may_be_read_where_it_shows_and_is_refused_elsewhere(office):
    deal = office.create("deal", {"name": "A", "margin": 5, "owner": office.people["marina"].user}).id
    assert faults(refusal(office.update, "deal", deal, {"margin": 1}, by="marina")) == {
        ("/margin", "KBK2003")
    }
    office.update("deal", deal, {"stage": "won"})
    office.update("deal", deal, {"stage": "offer"}, by="root")
    assert office.stored("deal", deal)["margin"] == Decimal(5)


def test_the_row_after_the_write_must_pass_the_check(office):
    activity = office.create("activity", {"subject": "A"}, by="marina").id
    error = refusal(office.update, "activity", activity, {"owner": office.people["igor"].user}, by="marina")
    assert error.status == 403
    assert office.stored("activity", activity)["owner"] == office.people["marina"].user


def test_move_changes_the_stage_with_values(office):
    deal = office.create("deal", {"name": "A"}, by="marina").id

    def move(to, values=None):
        return office.workspace.write(
            lambda tx: records.move(tx, office.people["marina"], "deal", deal, to, values)
        )

    assert faults(refusal(move, "lost")) == {("/lost_reason", "KBK3001")}
    assert refusal(move, "nowhere").code == "KBK3011"
    move("lost", {"lost_reason": "price"})
    assert office.stored("deal", deal)["lost_reason"] == "price"


@pytest.mark.parametrize(
    "changes",
    [{"entities/note.yaml": """
        name: note
        title: "{name}"
        fields:
          - {name: name, type: text}
          - {name: locked, type: boolean}
          - {name: text, type: text, read_only_if: "locked"}
          - {name: code, type: text, read_only: true, default: "'x'"}
    """}],
)  # fmt: skip
def test_read_only_fields_stay(office):
    note = office.create("note", {"name": "A", "text": "first", "locked": True}).id
    assert office.stored("note", note)["code"] == "x"
    assert faults(refusal(office.update, "note", note, {"code": "y"})) == {("/code", "KBK3004")}
    assert faults(refusal(office.update, "note", note, {"text": "y"})) == {("/text", "KBK3004")}
    office.update("note", note, {"text": "first", "name": "B"})
    office.update("note", note, {"locked": False})
    office.update("note", note, {"text": "y"})


def test_upsert_by_a_unique_field_creates_then_changes(office):
    def put(value, values, by="root"):
        return office.workspace.write(
            lambda tx: records.upsert(tx, office.people[by], "company", "inn", value, values)
        )

    first = put("7707083893", {"name": "A"})
    second = put("7707083893", {"name": "B"})
    assert (first.created, second.created, first.id) == (True, False, second.id)
    assert office.stored("company", first.id)["inn"] == "7707083893"
    assert refusal(put, "7707083893", {"name": "C"}, by="marina").status == 403
    assert refusal(put, "not a number", {"name": "C"}).status in (404, 422)


def test_another_systems_identifier_finds_its_record(office):
    def put(value, values):
        return office.workspace.write(
            lambda tx: records.upsert(tx, office.people["root"], "company", "ext", value, values)
        )

    first = put("1C-77", {"name": "A"})
    assert put("1C-77", {"name": "B"}).id == first.id
    deal = office.create("deal", {"name": "D", "company": {"by": {"ext": "1C-77"}}}).id
    assert office.stored("deal", deal)["company"] == first.id


def test_statements_of_many_kinds_of_changes_are_not_kept_for_ever(office, monkeypatch):
    monkeypatch.setattr(statements, "KEPT", 20)
    deal = office.create("deal", {"name": "A"}).id
    for number in range(12):
        fields = [
            f for n, f in enumerate(("name", "probability", "closes_on", "source")) if (number + 1) >> n & 1
        ]
        values = {"name": f"N{number}", "probability": number, "closes_on": f"2030-01-{number + 1:02}"}
        office.update("deal", deal, {**{f: values.get(f, ("site", "call")[number % 2]) for f in fields}})
    assert office.stored("deal", deal)["name"] == "N10"
    assert len(office.model.derived["records"]) <= 20
