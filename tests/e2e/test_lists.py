"""Lists in a real browser: groups, order, a view of one's own, widths, thousands of rows with a bounded page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login

pytestmark = pytest.mark.e2e

FEW = "() => document.querySelectorAll('#rows tr').length < 900"
WIDTH = "() => document.querySelector('#rows th[data-field=amount]').offsetWidth"
PLACE = "() => document.querySelector('.scroll').scrollTop"


def test_a_view_is_grouped_sorted_saved_and_found_again(login: Login) -> None:
    anna = login("anna")
    page = anna.page
    anna.goto("/e/deal?view=deals_open")
    fold = page.locator("tbody.group [data-fold]").first
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "false")
    page.reload()  # at once: what was folded stays so, however long the server takes to know it
    expect(fold).to_have_attribute("aria-expanded", "false")
    page.locator("tbody.group [data-fold]").nth(1).click()
    page.click("#rows th[data-field='name'] a", modifiers=["Shift"])
    page.wait_for_url("**sort=closes_on%2Cname**")
    anna.settle()
    folds = page.locator("tbody.group [data-fold]")
    for at in range(2):  # the second was folded a moment before the list was sorted
        expect(folds.nth(at)).to_have_attribute("aria-expanded", "false")
    page.click("#menu-columns > summary")
    page.locator("#menu-columns [data-offer]").first.click()
    page.wait_for_url("**columns=**")
    page.keyboard.press("Escape")
    expect(page.locator(".saving .pill.amber")).to_be_visible()
    page.click("#menu-view > summary")
    page.fill("#view-new", "Моё")
    page.press("#view-new", "Enter")
    page.wait_for_url("**view=~**")
    anna.settle()
    expect(page.locator(".tabs a[aria-current='page']")).to_have_text("Моё")
    page.click("#menu-view > summary")
    page.locator("#menu-view label", has_text="Менеджер").click()
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.click("#menu-view button[value=share]")
    anna.settle()
    igor = login("igor")  # a shared link shows the same to a colleague, who cannot rename it
    igor.goto(page.url.removeprefix(anna.url))
    expect(igor.page.locator(".tabs a[aria-current='page']")).to_have_text("Моё")
    expect(igor.page.locator("#menu-view button[value=share]")).to_have_count(0)
    page.focus("#rows th[data-field='amount'] a")
    for _ in range(4):
        page.keyboard.press("Alt+Shift+ArrowRight")
    anna.settle()
    width = page.evaluate(WIDTH)
    page.reload()
    page.wait_for_function(f"width => Math.abs(({WIDTH})() - width) <= 2", arg=width)
    anna.settle()
    assert anna.violations() == []
    assert anna.barriers("#list") == []


def test_thousands_of_rows_scroll_with_a_bounded_page_and_the_place_is_found_again(login: Login) -> None:
    admin = login("admin")
    page = admin.page
    admin.goto("/")
    made = page.evaluate(
        """async () => {
          const token = document.querySelector('meta[name="csrf-token"]').content;
          const items = [...Array(3000).keys()].map((n) => ({name: `Метка ${String(n).padStart(5, "0")}`}));
          const answer = await fetch("/api/records/tag/batch", {method: "POST", body: JSON.stringify({create: items}),
            headers: {"Content-Type": "application/json", "X-CSRF-Token": token}});
          return answer.status;
        }"""
    )
    assert made == 200
    admin.goto("/e/tag?sort=name")
    page.wait_for_function("() => (document.querySelector('.scroll').scrollTop += 2500) > 30_000", polling=60)
    admin.settle()
    page.wait_for_function(FEW)
    top = page.evaluate(PLACE)
    page.reload()
    admin.settle()
    page.wait_for_function("top => Math.abs(document.querySelector('.scroll').scrollTop - top) < 80", arg=top)


def test_an_answer_to_what_was_typed_before_takes_nothing_and_overwrites_nothing(login: Login) -> None:
    anna = login("anna")
    page, keys = anna.page, anna.page.keyboard
    anna.goto("/e/deal?view=all")
    held = anna.hold(re.compile(r"/e/deal\?.*q="), first=True)
    page.locator("#list-search").focus()
    with page.expect_request(re.compile(r"/e/deal\?.*q=")):
        keys.type("стел")
    keys.type("лаж")
    held.go_on()
    page.wait_for_url(lambda url: unquote(url).endswith("q=стеллаж"))
    expect(page.locator("#list-search")).to_have_value("стеллаж")

    anna.goto("/e/deal/new")
    product = page.locator("tr.entry input.input").first
    product.focus()
    keys.type("сто")
    marked = page.locator(".options:not([hidden]) li[aria-selected='true']")
    expect(marked).to_have_count(1)
    before = marked.inner_text()
    held = anna.hold(re.compile(r"/options/product"), first=True)
    with page.expect_request(re.compile(r"/options/product")):
        page.locator("tr.entry input.input").first.fill("монтаж")
    expect(marked).to_have_count(0)
    keys.press("Tab")
    held.go_on()
    expect(product).to_have_value(re.compile("онтаж"))
    expect(product).not_to_have_value("монтаж")
    expect(product).not_to_have_value(before)


def test_an_order_of_columns_that_is_not_taken_goes_back(login: Login) -> None:
    anna = login("anna")
    page = anna.page
    anna.goto("/e/deal?view=all")
    heads = page.locator("#rows thead th[data-field]")
    before = heads.evaluate_all("(all) => all.map((head) => head.dataset.field)")
    asked = re.compile(r"/e/deal\?.*columns=")
    page.route(asked, lambda route: route.fulfill(status=403, body=""))
    anna.routed()
    heads.nth(1).locator("a").focus()
    page.keyboard.press("Alt+ArrowRight")
    page.locator(".toast [data-action='dismiss']").click()
    expect(page.locator(".toast")).to_have_count(0)
    page.click("#menu-columns > summary")
    lines = page.locator("#menu-columns .clist li")
    first, third = anna.box(lines.first), anna.box(lines.nth(2), bring=False)
    page.mouse.move(first["x"] + 40, first["y"] + 10)
    page.mouse.down()
    page.mouse.move(third["x"] + 40, third["y"] + third["height"] + 2, steps=4)
    expect(lines.nth(2)).to_have_attribute("data-name", before[0])
    page.mouse.up()
    expect(page.locator(".toast")).to_have_count(1)
    for at, name in enumerate(before):
        expect(lines.nth(at)).to_have_attribute("data-name", name)
    page.keyboard.press("Escape")
    page.unroute(asked)
    heads.nth(1).locator("a").focus()
    page.keyboard.press("Alt+ArrowRight")
    page.wait_for_url(asked)
    for at, name in enumerate([before[0], before[2], before[1], *before[3:]]):
        expect(heads.nth(at)).to_have_attribute("data-field", name)
