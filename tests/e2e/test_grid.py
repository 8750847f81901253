"""Lists edited in a real browser: cells by keyboard, a range from a spreadsheet, hundreds at once with preview and undo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e

GRID = "/e/deal?view=all&sort=name&group=&columns=number,name,amount,probability,source,opened_on,closes_on"
MAKE = """
async (count) => {
  const token = document.querySelector('meta[name="csrf-token"]').content;
  const items = [...Array(count).keys()].map((n) => ({code: `Т-${String(n).padStart(4, "0")}`, name: `Зюзелка ${n}`, unit: "старое"}));
  const answer = await fetch("/api/records/product/batch", {method: "POST", body: JSON.stringify({create: items}),
    headers: {"Content-Type": "application/json", "X-CSRF-Token": token}});
  return answer.status;
}
"""
PASTE = """
(text) => {
  const data = new DataTransfer();
  data.setData("text/plain", text);
  document.activeElement.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}
"""
TEXTS = "(field) => [...document.querySelectorAll(`#rows tr[data-id] td[data-field='${field}']`)].map((cell) => cell.innerText.trim())"


def texts(page: Page, field: str) -> list[str]:
    found: list[str] = page.evaluate(TEXTS, field)
    return [text.replace(",00", "") for text in found]


def saved(person: Person) -> None:
    """Until no cell is on its way."""
    person.settle()
    person.page.wait_for_function("() => !document.querySelector('#rows [aria-busy], #rows .in-edit')")
    person.settle()


def test_cells_are_typed_pasted_and_taken_back_without_a_mouse(login: Login) -> None:
    anna = login("anna")
    page = anna.page
    anna.goto(GRID)
    page.locator("#rows tr[data-id] td[data-field='amount']").first.click()
    for amount in range(10):  # faster than the editor comes: what is typed meanwhile waits for it
        page.keyboard.type(f"{amount + 1} 500,5")
        page.keyboard.press("Enter")
    expect(page.locator("#rows tr[data-id] td[data-field='amount']").nth(9)).to_contain_text(
        "10\N{NO-BREAK SPACE}500,50"
    )
    saved(anna)
    assert [text.split(",")[0].replace("\N{NO-BREAK SPACE}", "") for text in texts(page, "amount")[:10]] == [
        f"{amount + 1}500" for amount in range(10)
    ]
    before = {field: texts(page, field)[:20] for field in ("amount", "probability", "opened_on", "closes_on")}
    page.locator("#rows tr[data-id] td[data-field='amount']").first.click()
    lines = [
        "\t".join(
            [f"{1000 + row},25", f"{row * 5}", "Сайт", f"{row + 1:02d}.03.2026", f"{row + 1:02d}.12.2026"]
        )
        for row in range(20)
    ]
    page.evaluate(PASTE, "\r\n".join(lines) + "\r\n")
    expect(page.locator("#rows tr[data-id] td[data-field='amount']").nth(19)).to_contain_text(
        "1\N{NO-BREAK SPACE}019,25"
    )
    saved(anna)
    assert set(texts(page, "source")[:20]) == {"Сайт"}
    expect(page.locator("#rows .not-saved")).to_have_count(0)
    assert anna.barriers("#list") == []
    page.keyboard.press("Control+z")
    expect(page.locator("#rows tr[data-id] td[data-field='closes_on']").first).to_have_text(
        before["closes_on"][0]
    )
    saved(anna)
    assert {field: texts(page, field)[:20] for field in before} == before
    page.keyboard.press("Escape")
    page.locator("#rows tr[data-id] td[data-field='amount']").first.click()
    page.evaluate(PASTE, "7\nxyz\nabc")
    refused = page.locator("#rows td.not-saved")
    expect(refused).to_have_text(["xyz", "abc"])
    page.keyboard.press("Control+z")
    expect(page.locator("#rows tr[data-id] td[data-field='amount']").first).to_have_text(before["amount"][0])
    expect(refused).to_have_count(0)  # what was refused goes with what was saved, and comes again with it
    saved(anna)
    assert texts(page, "amount")[:20] == before["amount"]
    page.keyboard.press("Control+y")
    expect(refused).to_have_text(["xyz", "abc"])
    page.keyboard.press("Control+z")
    expect(refused).to_have_count(0)
    saved(anna)
    page.locator("#rows tr[data-id] td[data-field='amount']").nth(2).click()
    page.keyboard.type("xyz")
    page.keyboard.press("Enter")
    wrong = page.locator("#rows td.not-saved[data-field='amount']")
    expect(wrong).to_have_text("xyz")
    wrong.click()
    page.keyboard.press("Escape")
    expect(page.locator("#rows td.not-saved")).to_have_count(0)
    assert anna.violations() == []


def test_hundreds_are_changed_with_a_preview_and_taken_back(login: Login) -> None:
    admin = login("admin", dark=True)
    page = admin.page
    admin.goto("/e/product")
    assert page.evaluate(MAKE, 300) == 200
    admin.goto("/e/product?view=all&q=Зюзелка&sort=name&columns=code,name,unit,price")
    held = admin.hold("**/e/product/cells")
    page.locator("#rows tr[data-id] td[data-field='unit']").first.click()
    page.keyboard.press("Space")  # chooses before it is known what stands in the cell
    page.locator("#rows td.choose input").nth(4).click(modifiers=["Shift"])
    expect(page.locator("[data-picked]")).to_contain_text("5")
    units = page.locator("#rows tr[data-id] td[data-field='unit']")
    for at in (1, 2):  # each is typed into its own cell, though neither widget has come
        units.nth(at).click()
        page.keyboard.type(f"new{at}")
    page.locator("#list-search").focus()
    held.go_on()
    expect(units.nth(2)).to_have_text("new2")
    expect(units.nth(1)).to_have_text("new1")
    expect(page.locator("#list-search")).to_be_focused()
    page.locator("[data-pick-all]").click()
    page.locator("[data-pick-list]").click()
    expect(page.locator("[data-picked]")).to_contain_text("300")
    assert admin.barriers("#list") == []
    page.locator("#bulk button[value='update']").first.click()
    page.locator("[data-bulk-add]").select_option("unit")
    page.locator("dialog .bulk-field input.input").fill("новое")
    page.keyboard.press("Enter")
    expect(page.locator("dialog .bulk-count")).to_contain_text("300")
    assert admin.barriers("dialog") == []
    page.locator("dialog [data-save]").click()
    expect(page.locator(".bulk-dialog")).to_have_count(0)
    page.locator(".toast .plain").last.hover()  # it stays as long as one is at it
    expect(page.locator("#rows tr[data-id] td[data-field='unit']").first).to_have_text("новое")
    page.locator(".toast .plain").last.click()
    expect(page.locator("#rows tr[data-id] td[data-field='unit']").first).to_have_text("старое")
    admin.goto("/e/product?view=all&q=Зюзелка&filter=unit%20%3D%20%27старое%27&columns=code,name,active")
    expect(page.locator("tfoot")).to_contain_text("298")
    ticked = page.locator("#rows tr[data-id] td[data-field='active']").first
    ticked.click()
    before = ticked.inner_text()
    page.keyboard.press("Space")
    expect(ticked).not_to_have_text(before)
    expect(page.locator("[data-picked]")).to_be_hidden()
    assert admin.violations() == []


def test_a_link_waits_until_what_was_typed_is_saved(login: Login) -> None:
    anna = login("anna")
    page = anna.page
    anna.goto(GRID)
    cells = page.locator("#rows tr[data-id] td[data-field='probability']")
    cells.first.click()
    for number in ("11", "12", "13"):
        page.keyboard.type(number)
        page.keyboard.press("Enter")
    page.locator("nav a[href='/e/company']").first.click()
    page.wait_for_url("**/e/company*")
    anna.goto(GRID)
    for at, number in enumerate(("11%", "12%", "13%")):
        expect(cells.nth(at)).to_have_text(number)


def test_on_a_phone_a_long_press_chooses_and_the_bar_stands_at_the_bottom(login: Login) -> None:
    anna = login("anna", width=390, height=844)
    page = anna.page
    anna.goto("/e/deal?view=all")
    row = page.locator("#rows tr[data-id]").nth(1)
    touch = {"pointerType": "touch", "bubbles": True, "isPrimary": True}
    row.locator("td.p-name").dispatch_event("pointerdown", touch)
    bar = page.locator("#bulk")
    expect(bar).to_be_visible()
    row.locator("td.p-name").dispatch_event("pointerup", touch)
    expect(page.locator("[data-picked]")).to_contain_text("1")
    box = anna.box(bar, bring=False)
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    assert box["y"] + box["height"] <= 844
    assert box["y"] > 500
    assert anna.barriers("#list") == []
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
