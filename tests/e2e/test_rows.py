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


def cell(person: Person) -> tuple[int, str, str]:
    """The cell with the focus: number of its row, column, what stands in it."""
    found: list[str] = person.page.evaluate(
        """() => { const field = document.activeElement, row = field.closest("tr.entry");
        return [row.querySelector(".no span").textContent, field.closest("td").dataset.cell, field.value]; }"""
    )
    return int(found[0]), found[1], found[2].replace("\N{NO-BREAK SPACE}", "")


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
        assert cell(person)[:2] == (number + 2, "product"), "Enter leads to the beginning of the next row"
    expect(page.locator("[data-count]")).to_have_text("20")
    for _ in range(3):
        keys.press("ArrowUp")
    keys.press("ArrowRight")
    assert cell(person) == (18, "quantity", "18")
    keys.press("Control+d")
    assert cell(person)[2] == "17", "as above"
    keys.press("Control+z")
    assert cell(person)[2] == "18"
    keys.type("999")
    keys.press("Escape")
    assert cell(person)[2] == "18", "restored"
    keys.press("F2")
    keys.press("ArrowLeft")
    assert cell(person)[1] == "quantity", "while a cell is edited, arrows move within its text"
    keys.press("Enter")
    keys.press("ArrowUp")
    keys.press("Alt+ArrowUp")
    assert cell(person)[0] == 17
    keys.press("Control+z")
    assert cell(person)[0] == 18
    keys.press("Space")
    assert page.locator("td.chosen").count() == 5
    keys.press("Control+d")
    assert cell(person)[:2] == (19, "product"), "a chosen row is duplicated"
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
    assert page.locator("input[name$='/product~text']").nth(3).input_value() == "Такого товара нет"
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
    person.goto(f"/e/deal/{made['id']}/edit")
    assert page.locator("tr.entry").count() == 201
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
    places = lambda: page.locator("tr.entry").evaluate_all("(rows) => rows.map((row) => row.dataset.row)")  # noqa: E731
    before = places()
    page.locator("tr.entry").first.hover()
    grip = page.locator("tr.entry").first.locator("[data-grip]").bounding_box()
    below = page.locator("tr.entry").nth(1).bounding_box()
    assert grip is not None and below is not None
    page.mouse.move(grip["x"] + 8, grip["y"] + 8)
    page.mouse.down()
    page.mouse.move(grip["x"] + 8, below["y"] + 10, steps=3)
    page.mouse.move(grip["x"] + 8, below["y"] + below["height"] - 2, steps=3)
    page.mouse.up()
    assert places()[:2] == [before[1], before[0]]
    page.locator("tr.entry").first.hover()
    page.locator("tr.entry").first.locator("[data-grip]").click()
    expect(page.locator("[role=menuitem]")).to_have_count(4)
    assert person.barriers() == []
    page.locator("[role=menuitem]").last.click()
    assert places()[0] == before[0]
    page.locator(".toast button.plain").last.click()
    assert places()[:2] == [before[1], before[0]]
    width = "() => document.querySelector('[data-rows] th.first').offsetWidth"
    edge, wide = page.locator("[data-rows] th.first .resize").bounding_box(), page.evaluate(width)
    assert edge is not None
    page.mouse.move(edge["x"] + 4, edge["y"] + 8)
    page.mouse.down()
    page.mouse.move(edge["x"] + 64, edge["y"] + 8, steps=3)
    page.mouse.up()
    assert page.evaluate(width) == wide + 60
    person.goto("/e/deal/6/edit")
    assert page.evaluate(width) == wide + 60, "the same list of another record"
