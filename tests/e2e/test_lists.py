"""Lists in a real browser: groups, order, a view of one's own, widths, thousands of rows with a bounded page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login

pytestmark = pytest.mark.e2e

COUNT = "() => document.querySelectorAll('#rows tr').length"
PLACE = "() => document.querySelector('.scroll').scrollTop"


def test_a_view_is_grouped_sorted_saved_and_found_again(login: Login) -> None:
    anna = login("anna")
    page = anna.page
    anna.goto("/e/deal?view=deals_open")
    fold = page.locator("tbody.group [data-fold]").first
    fold.click()
    expect(fold).to_have_attribute("aria-expanded", "false")
    page.click("#rows th[data-field='name'] a", modifiers=["Shift"])
    page.wait_for_url("**sort=closes_on%2Cname**")
    anna.settle()
    expect(page.locator("tbody.group [data-fold]").first).to_have_attribute("aria-expanded", "false")
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
    width = page.evaluate("() => document.querySelector('#rows th[data-field=amount]').offsetWidth")
    page.reload()
    anna.settle()
    again = page.evaluate("() => document.querySelector('#rows th[data-field=amount]').offsetWidth")
    assert abs(again - width) <= 2
    assert anna.violations() == []
    assert anna.barriers("#list") == []


def test_thousands_of_rows_scroll_with_a_bounded_page_and_the_place_is_found_again(login: Login) -> None:
    admin = login("admin")
    page = admin.page
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
    for _ in range(60):
        page.evaluate("() => { document.querySelector('.scroll').scrollTop += 2500 }")
        page.wait_for_timeout(60)
    admin.settle()
    assert page.evaluate(PLACE) > 20_000
    assert page.evaluate(COUNT) < 900
    top = page.evaluate(PLACE)
    page.reload()
    admin.settle()
    page.wait_for_function("top => Math.abs(document.querySelector('.scroll').scrollTop - top) < 80", arg=top)
