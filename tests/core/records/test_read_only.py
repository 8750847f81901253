"""Fields that are read-only under a condition, and lists that must have rows under one."""

from __future__ import annotations

import pytest

from tests.core.records.asserting import faults, refusal

SALE = """
name: sale
title: "{name}"
fields:
  - {name: name, type: text, read_only_if: "closed"}
  - {name: closed, type: boolean, default: "false"}
  - {name: confirmed, type: boolean, default: "false"}
  - {name: code, type: text, read_only_if: "code IS NOT NULL"}
  - {name: coded, type: formula, formula: "code IS NOT NULL"}
  - {name: mark, type: text, read_only_if: "coded"}
  - {name: lines, type: children, of: sale_line, required_if: "confirmed", read_only_if: "closed"}
"""
LINE = """
name: sale_line
fields:
  - {name: sale, type: link, to: sale, required: true}
  - {name: kind, type: text}
  - {name: reason, type: text, required_if: "kind = 'gift'", read_only_if: "kind = 'sent'"}
  - {name: price, type: money, read_only_if: "sale.closed"}
"""
CHANGES = pytest.mark.parametrize("changes", [{"entities/sale.yaml": SALE, "entities/sale_line.yaml": LINE}])


@CHANGES
def test_who_takes_the_condition_away_changes_the_field_in_the_same_save(office):
    sale = office.create("sale", {"name": "A", "closed": True}).id
    assert faults(refusal(office.update, "sale", sale, {"name": "B"})) == {("/name", "KBK3004")}
    office.update("sale", sale, {"name": "B", "closed": False})
    office.update("sale", sale, {"name": "C", "closed": True})
    assert office.stored("sale", sale)["name"] == "C", "it did not hold before the write"
    assert faults(refusal(office.update, "sale", sale, {"name": "D", "closed": True})) == {
        ("/name", "KBK3004")
    }
    assert faults(refusal(office.update, "sale", sale, {"name": "D", "confirmed": "?"})) >= {
        ("/confirmed", "KBK3002")
    }


@CHANGES
def test_a_locked_field_frees_nothing_by_its_own_new_value(office):
    sale = office.create("sale", {"code": "1", "mark": "x"}).id
    assert faults(refusal(office.update, "sale", sale, {"code": None})) == {("/code", "KBK3004")}
    told = faults(refusal(office.update, "sale", sale, {"code": None, "mark": "y"}))
    assert told == {("/code", "KBK3004"), ("/mark", "KBK3004")}, "nor another one by way of a computed field"
    fresh = office.create("sale", {"name": "A"}).id
    office.update("sale", fresh, {"code": "2", "mark": "z"})


@CHANGES
def test_rows_are_locked_and_required_each_by_its_own_condition(office):
    lines = [{"kind": "sent", "reason": "a", "price": 1}, {"kind": "gift", "reason": "b", "price": 2}]
    sale = office.create("sale", {"name": "A", "lines": lines}).id
    sent, gift = office.rows("sale_line")

    def save(*rows, **values):
        office.update(
            "sale", sale, {"lines": list(rows), **values}, if_version=office.stored("sale", sale)["version"]
        )

    error = refusal(save, {"id": sent, "reason": "x"}, {"id": gift, "reason": None})
    assert faults(error) == {("/lines/0/reason", "KBK3004"), ("/lines/1/reason", "KBK3001")}
    save({"id": sent, "reason": "x", "kind": None}, {"id": gift, "reason": "c"})
    office.update("sale", sale, {"closed": True})
    assert faults(refusal(office.update, "sale_line", gift, {"price": 3})) >= {("/price", "KBK3004")}
    assert ("/lines", "KBK3004") in faults(refusal(save, {"id": sent}, {"id": gift, "price": 3}))
    save({"id": sent}, {"id": gift}, confirmed=True)
    save({"id": gift, "price": 4}, closed=False)


@CHANGES
def test_a_list_that_is_required_under_a_condition_has_a_row(office):
    assert faults(refusal(office.create, "sale", {"confirmed": True})) == {("/lines", "KBK3001")}
    sale = office.create("sale", {"name": "A"}).id
    assert faults(refusal(office.update, "sale", sale, {"confirmed": True})) == {("/lines", "KBK3001")}
    version = office.stored("sale", sale)["version"]
    office.update("sale", sale, {"confirmed": True, "lines": [{"kind": "a"}]}, if_version=version)
    (line,) = office.rows("sale_line")
    office.update("sale", sale, {"name": "B"})
    version = office.stored("sale", sale)["version"]
    emptied = refusal(office.update, "sale", sale, {"lines": []}, if_version=version)
    assert faults(emptied) == {("/lines", "KBK3001")}
    assert faults(refusal(office.delete, "sale_line", line)) == {("", "KBK3001")}
    office.update("sale", sale, {"confirmed": False})
    office.delete("sale_line", line)
