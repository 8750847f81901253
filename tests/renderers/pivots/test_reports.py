"""Reports over HTTP: areas by links alone, figures as the engine has them, records behind them, refusals with ways out, files."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from html import unescape
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import sqlalchemy as sa

from core.access.actor import Actor
from core.access.grants import grants_of
from core.i18n import texts
from renderers.pages.shell import navigation
from tests import factories
from tests.renderers.surfing import Surfer, sign_in
from tests.sites import Site

REPORT = "/e/deal/report"
PILL = '<span class="pill amber">Changed'


@pytest.fixture
def deals(site: Site) -> None:
    """Deals of mark and nina in several stages and months."""
    for who, name, stage, amount, closes in (
        ("mark", "A", "lead", 100, "2030-01-10"), ("mark", "B", "lead", 50.5, "2030-02-01"),
        ("mark", "C", "offer", 7, "2030-01-31"), ("mark", "D", "offer", None, None), ("nina", "E", "lead", 1000, None),
    ):  # fmt: skip
        body = {"name": name, "stage": stage, "amount": amount, "closes_on": closes}
        assert site.post("/api/records/deal", body, who).status_code == 201


def lines(page: Any) -> list[list[str]]:
    """The rows of the table, each its head and its figures."""
    body = re.search(r"<tbody>(.*?)</tbody>", page.text, re.S)
    assert body is not None, page.text[:2000]
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", body[1], re.S)
    return [
        [unescape(re.sub(r"<[^>]+>", "", cell)).replace("\xa0", " ") for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)]
        for row in rows
    ]  # fmt: skip


def heads(page: Any) -> list[str]:
    found = re.findall(r"<th scope=\"col\w*\"[^>]*>(.*?)</th>", page.text)
    return [unescape(re.sub(r"<[^>]+>", "", each)) for each in found]


def chip_links(page: Any, chip: str) -> dict[str, str]:
    """The lines of a chip's menu with their addresses."""
    menu = re.search(rf'data-chip="{re.escape(chip)}">(.*?)</details></div>', page.text, re.S)
    assert menu is not None
    found = re.findall(r'<a href="([^"]+)"[^>]*>(.*?)</a>', menu[1], re.S)
    return {unescape(re.sub(r"<[^>]+>", "", words)).strip(): unescape(href) for href, words in found}


def state(href: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(href).query).items()}


def test_figures_are_the_engines_under_the_readers_rights(site: Site, deals: None) -> None:
    mark, head = sign_in(site, "mark"), sign_in(site, "admin")
    page = mark.get(f"{REPORT}?rows=stage&columns=closes_on:month&values=sum(amount),count!")
    assert heads(page) == ["Stage", "Jan 2030", "Feb 2030", "Not given", "Total, ₽", "Deals"]
    assert lines(page) == [
        ["Lead", "100.00", "50.50", "—", "150.50", "2"],
        ["Offer", "7.00", "—", "—", "7.00", "2"],
        ["In all", "107.00", "50.50", "—", "157.50", "4"],
    ]
    assert "only what your rights show you" in page.text
    whole = lines(head.get(f"{REPORT}?rows=owner,stage&values=count"))
    assert [line[1] for line in whole] == ["4", "2", "2", "1", "1", "5"]
    assert "Deals: 5 · counted in" in head.get(f"{REPORT}?rows=stage").text
    assert "Deals: 3 of 5 · counted in" in head.get(f"{REPORT}?rows=stage&filter=stage+%3D+'lead'").text


def test_a_figure_leads_to_its_records(site: Site, deals: None) -> None:
    mark = sign_in(site, "mark")
    page = mark.get(
        f"{REPORT}?rows=stage&columns=closes_on:month&values=sum(amount)&filter=amount+%3E+1+OR+amount+IS+NULL"
    )
    cells = re.findall(r'<td class="n[^"]*"><a href="([^"]+)">([^<]*)</a>', page.text)
    href = next(unescape(href) for href, text in cells if text == "7.00")
    listed = mark.get(href)
    assert re.findall(r'<td class="name[^>]*><a[^>]*>(.*?)</a>', listed.text) == ["C"]
    group = mark.get(f"{REPORT}?rows=closes_on:month,stage&values=count")
    jan = re.search(r'<tr class="sub".*?<td[^>]*><a href="([^"]+)">2</a>', group.text, re.S)
    assert jan is not None
    named = re.findall(r'<td class="name[^>]*><a[^>]*>(.*?)</a>', mark.get(unescape(jan[1])).text)
    assert sorted(named) == ["A", "C"]


def test_fields_are_put_moved_and_taken_out_by_links_alone(site: Site, deals: None) -> None:
    mark = sign_in(site, "mark")
    put = mark.get(f"{REPORT}/put?add=closes_on")
    assert put.status_code == 303
    assert state(put.headers["location"]) == {"columns": "closes_on:month"}
    put = mark.get(f"{REPORT}/put?columns=closes_on:month&add=amount")
    assert state(put.headers["location"])["values"] == "sum(amount)"
    put = mark.get(f"{REPORT}/put?rows=stage,owner&move=rows.1&to=rows&place=0")
    assert state(put.headers["location"]) == {"rows": "owner,stage"}
    assert (
        mark.get(f"{REPORT}/put?add=stage&to=filter")
        .headers["location"]
        .startswith("/e/deal/filters/edit?at=report")
    )
    far = re.findall(
        r'name="add" value="([^"]+)"', sign_in(site, "admin").get(f"{REPORT}/put?find=department").text
    )
    assert far[0] == "company.owner.department" and "company.owner" not in far
    page = mark.get(f"{REPORT}?rows=stage&columns=closes_on:month&values=sum(amount)")
    lines_of = chip_links(page, "columns.0")
    assert state(lines_of["by quarters"])["columns"] == "closes_on:quarter"
    assert state(lines_of["Descending"])["columns"] == "-closes_on:month"
    assert state(lines_of["Into: Rows"]) == {"rows": "stage,closes_on:month", "values": "sum(amount)"}
    assert state(chip_links(page, "values.0")["average"])["values"] == "avg(amount)"
    assert [line[0] for line in lines(mark.get(f"{REPORT}?rows=-stage"))] == ["Offer", "Lead", "In all"]
    fragment = mark.get(f"{REPORT}?rows=stage", **{"HX-Request": "true"})
    assert fragment.text.lstrip().startswith('<div id="list" ')
    filtered = mark.get("/e/deal/filters/text?at=report&rows=stage&filter=&_text=amount+%3E+50")
    assert urlsplit(filtered.headers["location"]).path == REPORT
    assert state(filtered.headers["location"])["rows"] == "stage"


def test_a_press_on_a_head_sorts_by_its_figures_and_the_order_is_kept(site: Site, deals: None) -> None:
    helen = sign_in(site, "admin")

    def pressed(page: Any, name: str) -> Any:
        head = re.search(rf'<th[^>]*><a href="([^"]+)"[^>]*><span>{name}', page.text)
        assert head is not None
        return helen.get(unescape(head[1]))

    page = helen.get(f"{REPORT}?rows=owner,stage&columns=closes_on:month&values=sum(amount),count!")
    assert [line[0] for line in lines(page)][:3] == ["Mark", "Lead", "Offer"]
    most = pressed(page, "Total")
    assert [line[0] for line in lines(most)] == ["Nina", "Lead", "Mark", "Lead", "Offer", "In all"]
    assert 'aria-sort="descending"' in most.text
    least = pressed(most, "Total")
    assert [line[0] for line in lines(least)] == ["Mark", "Offer", "Lead", "Nina", "Lead", "In all"]
    assert [line[0] for line in lines(pressed(least, "Total"))] == [line[0] for line in lines(page)]
    months = chip_links(page, "columns.0")["Amount: greatest first"]
    assert heads(helen.get(months))[1:4] == ["Not given", "Jan 2030", "Feb 2030"]
    kept = helen.post(
        "/e/deal/reports", [("label", "Best"), ("state", "rows=owner&values=count&sort=-count")]
    )
    assert [line[0] for line in lines(helen.get(kept.headers["location"]))] == ["Mark", "Nina", "In all"]
    counts = {"entity": "deal", "rows": [{"field": "stage"}], "values": [{"aggregate": "count"}]}
    assert site.post("/api/pivot", {**counts, "sort": {}}).json()["rows"] == [["offer"], ["lead"]]
    assert (
        site.post("/api/pivot", {**counts, "sort": {"value": 1}}).json()["errors"][0]["pointer"]
        == "/sort/value"
    )


def test_large_amounts_are_drawn_whole_and_told_exactly(site: Site, deals: None) -> None:
    assert site.post("/api/records/deal", {"name": "F", "stage": "won", "amount": 54321.9}).status_code == 201
    page = sign_in(site, "admin").get(f"{REPORT}?rows=stage&values=sum(amount)")
    assert lines(page)[0] == ["Lead", "1,151"] and 'title="1,150.50"' in page.text


def test_what_cannot_be_counted_is_said_with_ways_out(site: Site, deals: None) -> None:
    mark = sign_in(site, "mark")
    page = mark.get(f"{REPORT}?rows=stage,nosuch&values=sum(name)")
    assert page.status_code == 200 and "Opened in part" in page.text and "nosuch" in page.text
    assert [line[0] for line in lines(page)] == ["Lead", "Offer", "In all"]
    wrong = mark.get(f"{REPORT}?rows=stage&filter=nosuch+%3D+1+AND+amount+%3E+1")
    assert (
        wrong.status_code == 422
        and "This filter cannot be applied" in wrong.text
        and "Drop only what is wrong" in wrong.text
    )
    nothing = mark.get(f"{REPORT}?rows=stage&filter=amount+%3E+100000")
    assert "Nothing found" in nothing.text and "Drop search and filters" in nothing.text
    assert "What shall be counted?" in mark.get(REPORT).text
    assert mark.get("/e/nobody/report").status_code == 404
    assert mark.get("/reports/nosuch").status_code == 404


def test_too_many_cells_are_refused_with_wider_steps(
    site: Site, deals: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.query.pivot.pivot.MAX_CELLS", 3)
    page = sign_in(site, "mark").get(f"{REPORT}?rows=stage&columns=closes_on:month")
    assert page.status_code == 422
    assert (
        "This report cannot be counted" in page.text
        and "by quarters" in page.text
        and "Without Stage" in page.text
    )


def spec(page: Any) -> dict[str, Any]:
    found = re.search(r'data-vega="([^"]*)"', page.text)
    assert found is not None
    made: dict[str, Any] = json.loads(unescape(found[1]))
    return made


def test_charts_are_specifications_of_the_same_figures(site: Site, deals: None) -> None:
    head = sign_in(site, "admin")
    stacked = spec(head.get(f"{REPORT}?rows=owner&columns=closes_on:month&values=sum(amount)&chart=stacked"))
    assert {(row["k"], row["v"]) for row in stacked["data"]["values"]} == {
        ("Jan 2030", 107.0), ("Feb 2030", 50.5), ("Not given", 1000.0),
    }  # fmt: skip
    assert all(row["h"].startswith("/e/deal?view=all&filter=") for row in stacked["data"]["values"])
    assert "var(--chart-s1)" in json.dumps(stacked)
    funnel = spec(head.get(f"{REPORT}?rows=stage&values=count,sum(amount)&chart=funnel"))
    assert [(row["k"], row["f"], row["p"]) for row in funnel["data"]["values"]] == [
        ("Lead", "5 · 1,157.50 ₽", ""), ("Offer", "2 · 7.00 ₽", "40%"),
    ]  # fmt: skip
    months = head.get(f"{REPORT}?rows=owner&columns=closes_on:month&values=count&chart=funnel")
    assert [(row["k"], row["f"], row["p"]) for row in spec(months)["data"]["values"]] == [
        ("Jan 2030", "2", ""), ("Feb 2030", "1", ""), ("Not given", "2", ""),
    ], "nothing passes from one month into the next"  # fmt: skip
    offered = [f"{REPORT}?rows={field}&values={value}&chart=bar" for field, value in (
        ("stage", "count"), ("stage", "avg(amount)"), ("closes_on:month", "count"),
    )]  # fmt: skip
    assert ["chart=funnel" in head.get(href).text for href in offered] == [True, False, False]
    line = spec(
        head.get(f"{REPORT}?rows=closes_on:month&values=count&chart=line&filter=closes_on+IS+NOT+NULL")
    )
    assert [row["v"] for row in line["data"]["values"]] == [2.0, 1.0]
    assert spec(head.get(f"{REPORT}?rows=stage&chart=bar"))["config"]["locale"]["number"]["decimal"] == "."
    assert "data-vega" not in head.get(f"{REPORT}?rows=stage&chart=none").text


def test_a_chart_of_time_has_a_place_for_each_step_between_the_first_and_the_last(site: Site) -> None:
    for number, closes in enumerate(("2030-01-10", "2030-01-31", "2030-04-02", "2030-05-05", None)):
        body = {"name": str(number), "amount": number + 1, "closes_on": closes, "stage": "lead"}
        assert site.post("/api/records/deal", body).status_code == 201
    head = sign_in(site, "admin")
    months = [f"{month} 2030" for month in ("Jan", "Feb", "Mar", "Apr", "May")]

    def drawn(query: str) -> tuple[list[str], list[float | None]]:
        made = spec(head.get(f"{REPORT}?{query}"))
        across = made.get("encoding") or made["layer"][0]["encoding"]
        values = {row["k"]: row["v"] for row in made["data"]["values"]}
        return across["x"]["scale"]["domain"], [values.get(k) for k in across["x"]["scale"]["domain"]]

    counted = [2, 0, 0, 1, 1, 1]
    assert drawn("rows=closes_on:month&values=count&chart=bar") == ([*months, "Not given"], counted)
    assert drawn("rows=closes_on:month&values=count&chart=line") == ([*months, "Not given"], counted)
    stacked = "columns=closes_on:month&rows=stage&values=count&chart=stacked&filter=closes_on+IS+NOT+NULL"
    assert drawn(stacked) == (months, [2, None, None, 1, 1])
    means = "rows=closes_on:month&values=avg(amount)&chart=line&filter=closes_on+IS+NOT+NULL"
    assert drawn(means) == (months, [1.5, None, None, 3, 4]), "an average of nothing is a gap in the line"
    backwards = "rows=-closes_on:month&values=count&chart=bar&filter=closes_on+IS+NOT+NULL"
    assert drawn(backwards) == (months[::-1], counted[4::-1])
    by_size = "rows=closes_on:month&values=count&sort=count&filter=closes_on+IS+NOT+NULL"
    assert drawn(f"{by_size}&chart=line") == (months, counted[:5])
    assert drawn(f"{by_size}&chart=bar") == (["Apr 2030", "May 2030", "Jan 2030"], [1, 1, 2])
    assert len(drawn("rows=closes_on:day&values=count&chart=line")[0]) == 117
    body = {"name": "Far", "closes_on": "2230-01-01", "stage": "lead"}
    assert site.post("/api/records/deal", body).status_code == 201
    far = head.get(f"{REPORT}?rows=closes_on:month&values=count&chart=bar")
    assert "the latest 4 that have records are drawn" in far.text


def test_reports_are_kept_changed_shared_and_ended(site: Site, deals: None) -> None:
    helen, nina = sign_in(site, "admin"), sign_in(site, "nina")
    given = [("label", "By stage"), ("state", "rows=stage&values=sum(amount)&chart=bar")]
    kept = helen.post("/e/deal/reports", given).headers["location"]
    page = helen.get(kept)
    assert "By stage" in page.text and lines(page)[-1] == ["In all", "1,157.50"]
    assert "By stage" in helen.get("/reports").text and "By stage" not in nina.get("/reports").text
    assert nina.get(kept).status_code == 404
    name = kept.rpartition("/")[2]
    again = [("label", "Down"), ("state", "rows=-stage&columns=closes_on:month&values=sum(amount),count!")]
    down = helen.get(helen.post("/e/deal/reports", again).headers["location"])
    assert [line[0] for line in lines(down)] == ["Offer", "Lead", "In all"]
    assert heads(down)[-1] == "Deals"
    changed = helen.get(f"{REPORT}?report={name}&rows=owner")
    assert PILL in changed.text and "Drop changes" in changed.text
    assert PILL not in helen.get(f"{REPORT}?report={name}&rows=stage").text
    uid = name.removeprefix("my-")
    managers = re.search(r'name="role" value="([^"]+)"[^>]*> Manager', page.text)
    assert managers is not None
    helen.post(f"/e/deal/reports/{uid}", [("do", "share"), ("role", managers[1])])
    theirs = nina.get(kept)
    assert lines(theirs)[-1] == ["In all", "1,000"], "under her own rights"
    assert nina.post(f"/e/deal/reports/{uid}", [("do", "rename"), ("label", "Hers")]).status_code in (
        403,
        404,
    )
    helen.post(f"/e/deal/reports/{uid}", [("do", "rename"), ("label", "Stages")])
    assert "Stages" in helen.get("/reports").text
    assert helen.post(f"/e/deal/reports/{uid}", [("do", "delete")]).headers["location"] == "/reports"
    assert helen.get(kept).status_code == 404


def files(surfer: Surfer, query: str) -> tuple[list[list[str]], str]:
    """A report as CSV, and the sheet of its XLSX."""
    answer = surfer.get(f"{REPORT}/export?{query}&format=csv")
    assert answer.status_code == 200, answer.text
    table = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    book = surfer.get(f"{REPORT}/export?{query}&format=xlsx")
    return table, zipfile.ZipFile(io.BytesIO(book.content)).read("xl/worksheets/sheet1.xml").decode()


def test_files_have_typed_cells_and_are_recorded_under_the_right_to_export(site: Site, deals: None) -> None:
    assert (
        site.post("/api/records/deal", {"name": "=1+1", "stage": "offer", "amount": 3}, "admin").status_code
        == 201
    )
    admin = sign_in(site, "admin")
    table, sheet = files(
        admin, "rows=stage,name&columns=closes_on:month&values=sum(amount),count!&filter=amount+%3C+90"
    )
    assert table[0] == [
        "Stage", "Name", "Jan 2030 · Amount, ₽", "Feb 2030 · Amount, ₽", "Not given · Amount, ₽", "Total · Amount, ₽", "Total · Deals",
    ]  # fmt: skip
    assert table[1:4] == [
        ["Lead", "", "", "50.50", "", "50.50", "1"], ["Lead", "B", "", "50.50", "", "50.50", "1"],
        ["Offer", "", "7.00", "", "3.00", "10.00", "2"],
    ]  # fmt: skip
    assert ["Offer", "'=1+1", "", "", "3.00", "3.00", "1"] in table
    assert (
        '<pane xSplit="2" ySplit="2"' in sheet
        and "<v>50.5</v>" in sheet
        and 'outlineLevel="1"' in sheet
        and "<f>" not in sheet
    )
    with site.workspace.read() as tx:
        table_ = tx.tables.own.security
        noted = (
            tx.connection.execute(sa.select(table_.c.detail).where(table_.c.kind == "exported"))
            .scalars()
            .all()
        )
    assert list(noted) == ["deal, 3, csv", "deal, 3, xlsx"]
    mark = sign_in(site, "mark")
    assert mark.get(f"{REPORT}/export?rows=stage").status_code == 403
    assert "/report/export" not in mark.get(f"{REPORT}?rows=stage").text
    assert admin.get(f"{REPORT}/export?rows=stage&format=exe").status_code == 400


def test_a_menu_leads_to_a_report_of_those_who_have_it() -> None:
    report = "name: funnel\nlabel: {en: Funnel}\nentity: deal\nrows: [stage]\nroles: [head]"
    menu = "items: [{entity: deal}, {report: funnel}]"
    model = factories.model({"reports/funnel.yaml": report, "menu.yaml": menu})

    def places(role: str) -> list[str]:
        actor = Actor(user=1, login="root", roles=(model.roles[role].uid,))
        visit: Any = SimpleNamespace(actor=actor, language="en", texts=texts("en"))
        return [
            item.href for group in navigation(model, grants_of(model, actor), visit) for item in group.items
        ]

    assert [href for href in places("head") if "deal" in href or "funnel" in href] == [
        "/e/deal",
        "/reports/funnel",
    ]
    assert "/e/deal" in places("manager") and "/reports/funnel" not in places("manager")
