"""Child tables in a real browser: worked by keyboard alone, blocks pasted from a spreadsheet, long and nested ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e

PASTE = """(text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    document.activeElement.dispatchEvent(
        new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
}"""
COPY = """() => {
    const data = new DataTransfer();
    document.activeElement.dispatchEvent(
        new ClipboardEvent("copy", { clipboardData: data, bubbles: true, cancelable: true }));
    return data.getData("text/plain");
}"""
WATCH = """() => { window.changed = 0; new MutationObserver((all) => window.changed += all.length)
    .observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true }); }"""
LONG = """(count) => fetch("/api/records/product?limit=1&fields=id").then((answer) => answer.json()).then(({ items }) =>
    fetch("/api/records/deal", { method: "POST", body: JSON.stringify({ name: "Длинная", items:
        Array.from({ length: count }, (_, n) => ({ product: items[0].id, quantity: n + 1, price: 10 })) }), headers: {
        "Content-Type": "application/json", "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content } }))
    .then((answer) => answer.json())"""


def is_at(person: Person, row: int, column: str, text: str | None = None) -> None:
    """The focus is in this cell, with this text in it."""
    page = person.page
    expect(page.locator("tr.entry:has(:focus) .no span").first).to_have_text(str(row))
    expect(page.locator("td[data-cell]:has(:focus)")).to_have_attribute("data-cell", column)
    if text is not None:
        expect(page.locator("td[data-cell] :focus")).to_have_value(text)


def test_a_clerk_fills_twenty_items_by_keyboard_alone_and_works_the_table_like_a_spreadsheet(
    login: Login,
) -> None:
    person = login("marina")
    person.goto("/e/deal/new")
    page, keys = person.page, person.page.keyboard
    page.fill("#f-name", "Двадцать позиций")
    page.locator("tr.entry input.input").first.focus()
    for number in range(20):
        keys.type("монтаж" if number % 2 else "стойка 3000")
        page.wait_for_selector(".options:not([hidden]) li[aria-selected='true']")
        keys.press("Tab")
        keys.type(str(number + 1))
        keys.press("Tab")
        keys.press("Tab")
        keys.type("5")
        keys.press("Enter")
        is_at(person, number + 2, "product")  # Enter leads to the beginning of the next row
    expect(page.locator("[data-count]")).to_have_text("20")
    expect(page.locator("tr.entry").nth(19).locator("input[name$='/price']")).not_to_have_value("")
    person.settle()
    for _ in range(3):
        keys.press("ArrowUp")
    keys.press("ArrowRight")
    is_at(person, 18, "quantity", "18")
    keys.press("Control+d")
    is_at(person, 18, "quantity", "17")  # as above
    keys.press("Control+z")
    is_at(person, 18, "quantity", "18")
    keys.type("999")
    keys.press("Escape")
    is_at(person, 18, "quantity", "18")  # restored
    keys.press("F2")
    keys.press("ArrowLeft")
    is_at(person, 18, "quantity")  # while a cell is edited, arrows move within its text
    keys.press("Enter")
    keys.press("ArrowUp")
    keys.press("Alt+ArrowUp")
    is_at(person, 17, "quantity")
    keys.press("Control+z")
    is_at(person, 18, "quantity")
    keys.press("Space")
    expect(page.locator("td.chosen")).to_have_count(5)
    keys.press("Control+d")
    is_at(person, 19, "product")  # a chosen row is duplicated
    keys.press("Control+z")
    keys.press("Shift+ArrowDown")
    keys.press("Shift+ArrowRight")
    assert page.evaluate(COPY).count("\t") == 2
    assert person.barriers() == []
    keys.press("Control+s")
    page.wait_for_selector(".rec")
    expect(page.locator(".kids tbody tr")).to_have_count(20)
    assert person.violations() == []


def test_fifteen_rows_are_pasted_in_one_step_and_what_does_not_fit_stays_marked(login: Login) -> None:
    person = login("marina")
    person.goto("/e/deal/new")
    page = person.page
    page.fill("#f-name", "Из таблицы")
    lines = [f"Монтаж\t{n + 1}\t{1000 + n},50 р.\t5%" for n in range(15)]
    lines[3] = "Такого товара нет\tмного\t7\t"
    title = page.evaluate(
        """() => fetch("/e/deal_item/options/product?q=Монтаж").then((answer) => answer.json())
        .then(({ items }) => items[0].title)"""
    )
    text = "\r\n".join(lines).replace("Монтаж", title)
    page.locator("tr.entry input.input").first.focus()
    page.evaluate(PASTE, text)
    expect(page.locator("[data-count]")).to_have_text("15")
    expect(page.locator("[data-misfit]")).to_have_count(2)
    expect(page.locator("tr.entry").nth(14).locator("[data-computed]")).to_have_text(
        "14\N{NO-BREAK SPACE}456,63₽"
    )
    expect(page.locator("input[name$='/product~text']").nth(3)).to_have_value("Такого товара нет")
    page.keyboard.press("Control+z")
    expect(page.locator("[data-count]")).to_have_text("0")
    page.keyboard.press("Control+y")
    expect(page.locator("[data-count]")).to_have_text("15")
    page.keyboard.press("Control+s")
    expect(page.locator(".summary li, .summary a")).not_to_have_count(0)
    expect(page.locator("tr.told")).to_have_count(1)
    wrong = page.locator("tr.entry").nth(3)
    wrong.locator("[data-remove]").click(force=True)
    page.keyboard.press("Control+s")
    page.wait_for_selector(".rec")
    expect(page.locator(".kids tbody tr")).to_have_count(14)


def test_a_key_typed_into_two_hundred_rows_is_the_work_of_one(login: Login) -> None:
    person = login("admin")
    page = person.page
    person.goto("/")
    made = page.evaluate(LONG, 200)
    person.hold("**/recalculate")  # its answer draws all rows, and comes between keys where a machine is slow
    person.goto(f"/e/deal/{made['id']}/edit")
    expect(page.locator("tr.entry")).to_have_count(201)
    page.locator("tr.entry input[name$='/quantity']").nth(120).focus()
    devtools = page.context.new_cdp_session(page)
    devtools.send("Performance.enable")

    def work() -> dict[str, float]:
        """What the page has laid out, styled and changed up to now."""
        found = {each["name"]: each["value"] for each in devtools.send("Performance.getMetrics")["metrics"]}
        return {name: found[name] for name in ("LayoutCount", "RecalcStyleCount")} | {
            "changed": page.evaluate("() => window.changed")
        }

    page.evaluate(WATCH)
    keys, before = "1234567890", work()
    for key in keys:
        page.keyboard.press(key)
    done = {name: (count - before[name]) / len(keys) for name, count in work().items()}
    assert done["changed"] > 0 and max(done.values()) < 20, done


def test_a_row_is_dragged_by_its_handle_and_taken_away_with_a_way_back(login: Login) -> None:
    person = login("admin")
    person.goto("/e/deal/5/edit")
    page = person.page
    entries = page.locator("tr.entry")

    def stand(*rows: str | None) -> None:
        for at, row in enumerate(rows):
            expect(entries.nth(at)).to_have_attribute("data-row", str(row))

    expect(page.locator("tr.waiting")).to_have_count(1)
    before = [entries.nth(at).get_attribute("data-row") for at in range(2)]
    entries.first.hover()
    grip = person.box(entries.first.locator("[data-grip]"))
    below = person.box(entries.nth(1), bring=False)
    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(grip["x"] + 8, below["y"] + 10, steps=3)
    page.mouse.move(grip["x"] + 8, below["y"] + below["height"] - 2, steps=3)
    page.mouse.up()
    stand(before[1], before[0])
    entries.first.hover()
    entries.first.locator("[data-grip]").click()
    expect(page.locator("[role=menuitem]")).to_have_count(4)
    assert person.barriers() == []
    page.locator("[role=menuitem]").last.click()
    stand(before[0])
    page.locator(".toast button.plain").last.click()
    stand(before[1], before[0])
    width = "() => document.querySelector('[data-rows] th.first').offsetWidth"
    edge, wide = person.box(page.locator("[data-rows] th.first .resize")), page.evaluate(width)
    page.mouse.move(edge["x"] + 4, edge["y"] + 8)
    page.mouse.down()
    page.mouse.move(edge["x"] + 64, edge["y"] + 8, steps=3)
    page.mouse.up()
    page.wait_for_function(f"wide => ({width})() === wide", arg=wide + 60)
    person.goto("/e/deal/6/edit")
    page.wait_for_function(f"wide => ({width})() === wide", arg=wide + 60)  # the same list of another record


def test_keys_pressed_before_the_suggestions_of_a_link_have_come_are_for_them(login: Login) -> None:
    person = login("marina")
    person.goto("/e/deal/new")
    page, keys = person.page, person.page.keyboard
    offered = page.evaluate(
        """() => fetch("/e/deal_item/options/product?q=стойка").then((answer) => answer.json())
        .then(({ items }) => items.map((item) => item.title))"""
    )
    field = page.locator("tr.entry input[name$='/product~text']").first
    field.focus()
    keys.insert_text("стойка")
    keys.press("ArrowDown")
    keys.press("Enter")
    is_at(person, 1, "product")  # they choose
    keys.press("Enter")
    is_at(person, 2, "product")  # what follows is for the rows
    expect(field).to_have_value(offered[1])
    expect(page.locator("tr.entry input[name$='/product']").first).not_to_have_value("")
