"""Reports follow renames, are found where a field is used, and lose what is deleted, by a remedy that is told."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from core.solutions.renames import follow_renames
from core.solutions.settle import settle
from core.solutions.targets import read_document, with_posted
from core.solutions.uses import where_used
from metamodel.diff import diff
from metamodel.errors import ProblemsFound
from metamodel.export import export
from metamodel.model import Model
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from tests.factories import model

REPORT = """
    name: funnel
    label: {ru: Воронка, en: Funnel}
    entity: deal
    rows: [stage, "company.city", items.product]
    columns: ["closes_on:quarter", {field: amount, by: 100.5}]
    values: [count, sum(amount), {aggregate: sum, field: items.quantity}, count(activities.owner)]
    filter: "company.vip AND amount > 0"
    subtotals: true
    heat: true
    chart: {kind: funnel, value: 3}
    sort: {value: 2, descending: true}
    sort_columns: {value: 3}
    roles: [head]
"""
MENU = "items: [{label: {en: Work}, items: [{entity: deal}, {report: funnel}]}]"
OLD = model({"reports/funnel.yaml": REPORT, "menu.yaml": MENU})


def changed(change: Any) -> Any:
    document = copy.deepcopy(dict(OLD.document))
    change({item["name"]: item for item in document["entities"]}, document)
    return with_posted(read_document(OLD.document), document)


def field_of(entity: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(f for f in entity["fields"] if f["name"] == name)
    return found


def written(now: Model) -> dict[str, Any]:
    found: dict[str, Any] = now.document["reports"][0]
    return found


def test_a_report_is_exported_as_it_was_read_and_follows_renames_along_every_way() -> None:
    def rename(by: Any, document: Any) -> None:
        by["deal"]["name"] = "sale"
        field_of(by["deal"], "company")["name"] = "firm"
        field_of(by["deal"], "items")["name"] = "rows"
        field_of(by["company"], "city")["name"] = "town"
        field_of(by["deal_item"], "quantity")["name"] = "pieces"
        field_of(by["activity"], "deal")["inverse"] = "tasks"
        next(r for r in document["roles"] if r["name"] == "head")["name"] = "boss"
        document["reports"][0]["name"] = "tunnel"

    wanted = changed(rename)
    now = resolve(follow_renames(OLD, wanted), 2)
    report = written(now)
    assert [each["field"] for each in report["rows"]] == ["stage", "firm.town", "rows.product"]
    assert [each.get("field") for each in report["values"]] == [None, "amount", "rows.pieces", "tasks.owner"]
    assert report["filter"] == "firm.vip AND amount > 0" and report["roles"] == ["boss"]
    assert report["entity"] == "sale"
    places = next(menu for menu in now.document["menus"] if menu["solution"] == report["solution"])["items"][
        0
    ]["items"]
    assert places == [{"entity": "sale"}, {"report": "tunnel"}]
    assert [m.items[0].items[1].report for m in now.menus.values() if m.solution == report["solution"]] == [
        report["uid"]
    ]
    assert [c.kind for c in diff(OLD, now) if c.kind in ("report", "menu")] == ["report"]
    files = export(read_document(now.document), "sales")
    again = parse_files(files)
    assert export(again, "sales") == files and "reports/tunnel.yaml" in files


def test_what_a_report_names_is_found_and_what_goes_leaves_it() -> None:
    def pointers(kind: str, name: str) -> set[str]:
        return {use.pointer for use in where_used(OLD, kind, name) if use.kind == "report"}

    assert pointers("field", "deal.amount") == {
        "/reports/0/columns/1",
        "/reports/0/values/1",
        "/reports/0/filter",
    }
    assert pointers("field", "deal_item.quantity") == {"/reports/0/values/2"}
    assert pointers("entity", "activity") == {"/reports/0/values/3"}
    assert pointers("role", "head") == {"/reports/0/roles/0"}
    [place] = [use for use in where_used(OLD, "report", "funnel") if use.kind == "menu"]
    assert place.pointer.endswith("/items/0/items/1/report")

    def drop(*names: str) -> Any:
        def change(by: Any, document: Any) -> None:
            for name in names:
                entity, _, field = name.partition(".")
                by[entity]["fields"] = [f for f in by[entity]["fields"] if f["name"] != field]

        return settle(OLD.document, changed(change), 2, {})

    _, less, breaks = drop("company.city", "deal_item.quantity", "deal_item.amount")
    told = {b.pointer for b in breaks if b.kind == "report"}
    assert told == {"/reports/0/rows/1/field", "/reports/0/values/2/field"}
    report = less.reports["funnel"]
    assert [a.path for a in report.rows] == ["stage", "items.product"]
    assert report.chart is not None and report.chart.value == 2
    assert report.sort is None and report.sort_columns is not None and report.sort_columns.value == 2
    assert [v.path for v in report.values] == [None, "amount", "activities.owner"]

    _, gone, breaks = drop("company.vip")
    assert gone.reports == {} and any("filter" in b.pointer for b in breaks)
    assert all(
        item.report is None for menu in gone.menus.values() for group in menu.items for item in group.items
    )


def test_a_report_that_cannot_be_is_refused_at_its_place() -> None:
    for line, pointer in (
        ("rows: [nothing]", "rows[0].field"), ("rows: ['stage:month']", "rows[0].by"),
        ("values: [sum(name)]", "values[0].field"), ("values: [total]", "values[0].aggregate"),
        ("values: [sum]", "values[0]"), ("chart: {value: 1}", "chart.value"), ("sort: {value: 1}", "sort.value"), ("filter: nothing", "filter"),
        ("rows: [notes]\n    columns: ['items']\n    roles: [nobody]", "roles[0]"),
    ):  # fmt: skip
        text = f"name: bad\n    entity: deal\n    {line}\n"
        with pytest.raises(ProblemsFound) as found:
            model({"reports/bad.yaml": text.replace("\n    ", "\n")})
        assert any(pointer in str(p) or pointer in p.pointer for p in found.value.problems), (
            line, [str(p) for p in found.value.problems],
        )  # fmt: skip
