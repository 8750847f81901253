"""Reports in a real browser: a newcomer puts one together, goes into its records and back; keys, a telephone, both themes."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e


def stands(person: Person, **parts: str) -> None:
    """The address has these parts."""

    def has(address: str) -> bool:
        found = parse_qs(urlsplit(address).query)
        return all(found.get(name, [""])[0] == part for name, part in parts.items())

    person.page.wait_for_url(has)


def zone(person: Person, name: str) -> Locator:
    return person.page.locator(f"[data-zone={name}]")


def chips(person: Person, name: str) -> Locator:
    return zone(person, name).locator("[data-chip]")


def test_a_newcomer_builds_sums_of_won_deals_by_industry_and_month(login: Login) -> None:
    anna = login("anna")
    page, keys = anna.page, anna.page.keyboard
    anna.goto("/e/deal/report")
    expect(page.get_by_role("heading", name="Что посчитать?")).to_be_visible()
    page.locator("[data-rfind]").fill("отрасль")
    page.locator(".rfield:visible", has_text="Компания → Отрасль").drag_to(
        zone(anna, "rows").locator(".rdrops")
    )
    expect(chips(anna, "rows")).to_contain_text("Компания → Отрасль")
    page.locator("[data-rfind]").fill("закрыть")
    keys.press("Enter")  # a date goes into columns by itself
    expect(chips(anna, "columns").locator(".rsaid")).to_have_text("по месяцам")
    page.locator(".rfield:visible", has_text="Сумма").first.click()
    expect(chips(anna, "values")).to_contain_text(["Сумма"])
    page.locator("[data-fadd]").click()
    page.locator(".fmenu[open] [data-ffind]").fill("стадия")
    keys.press("Enter")
    page.locator(".fmenu[open] [data-fop]").select_option("stage_won")
    page.locator(".fmenu[open] .ffoot .btn.primary").click()
    expect(zone(anna, "filter").locator(".fset")).to_contain_text("Стадия")
    stands(anna, rows="company.industry", columns="closes_on:month", values="sum(amount)")
    expect(page.locator(".rplot svg .mark-rect path").first).to_be_attached()
    expect(page.locator(".rtold")).to_contain_text(" из ")
    assert not anna.violations()
    assert not anna.barriers()
    page.emulate_media(color_scheme="dark")
    assert not anna.barriers(colours=True)

    # from figure to figure by keys, into the records, and back to the same one
    first = page.locator("table.pivot tbody td").first
    total = page.locator("table.pivot tr.tot td.rt a")
    first.locator("a").or_(first).first.focus()
    keys.press("Control+End")
    expect(total).to_be_focused()
    anna.settle()
    shown = total.inner_text()
    keys.press("Enter")
    anna.page.wait_for_url("**/e/deal?view=all**")
    anna.settle()
    expect(page.locator("#rows tfoot")).to_contain_text(shown.split("\N{NO-BREAK SPACE}")[0])
    page.go_back()
    anna.settle()
    expect(page.locator("table.pivot tr.tot td.rt a")).to_be_focused()


def test_fields_are_moved_by_keys_and_the_report_is_kept_under_a_name(login: Login) -> None:
    anna = login("anna")
    page, keys = anna.page, anna.page.keyboard
    anna.goto("/e/deal/report?rows=owner,stage&columns=closes_on:quarter&values=sum(amount),count")
    chips(anna, "rows").nth(1).locator("summary").focus()
    keys.press("Alt+ArrowUp")
    expect(chips(anna, "rows").first).to_contain_text("Стадия")
    expect(chips(anna, "rows").first.locator("summary")).to_be_focused()
    keys.press("Alt+ArrowDown")
    keys.press("Alt+ArrowDown")  # faster than the report can be drawn
    expect(chips(anna, "columns").first.locator("summary")).to_be_focused()
    stands(anna, rows="owner", columns="stage,closes_on:quarter")
    keys.press("Delete")
    expect(chips(anna, "columns")).to_have_count(1)
    chips(anna, "columns").locator("summary").click()
    assert not anna.barriers(".rchip details[open]")
    page.locator(".rchip details[open] .drop a", has_text="по годам").click()
    expect(chips(anna, "columns").locator(".rsaid")).to_have_text("по годам")
    page.locator("#menu-save > summary").click()
    page.locator("#report-new").fill("Годы по людям")
    keys.press("Enter")
    page.wait_for_url("**/reports/my-*")
    expect(page.get_by_role("heading", name="Годы по людям")).to_be_visible()
    anna.settle()
    page.locator("#menu-kinds > summary").click()
    page.locator("#menu-kinds a", has_text="Линии").click()
    expect(page.locator(".top .pill", has_text="Изменён")).to_be_visible()
    page.locator("[data-save]").click()
    page.wait_for_url("**/reports/my-*")
    expect(page.locator(".top .pill", has_text="Изменён")).to_have_count(0)
    anna.goto("/reports")
    expect(page.get_by_role("link", name="Годы по людям")).to_be_visible()
    assert not anna.barriers()
    assert not anna.violations()


def test_on_a_telephone_the_table_scrolls_alone_and_fields_are_in_a_sheet(login: Login) -> None:
    denis = login("denis", width=390, height=844)
    page = denis.page
    denis.goto("/reports/sales_by_month")
    expect(page.locator(".rplot svg")).to_be_attached()
    denis.settle()
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    box = page.locator("[data-rscroll]")
    assert box.evaluate("(box) => (box.scrollLeft = 200, box.scrollLeft)") > 0
    assert denis.box(page.locator("table.pivot tbody th").first, bring=False)["x"] < 2
    page.locator(".rsettings").click()
    expect(chips(denis, "rows").first).to_be_visible()
    assert not denis.barriers()
    page.locator("[data-rclose]").click()
    expect(chips(denis, "rows").first).to_be_hidden()
    assert not denis.violations()
