"""Documents in a real browser: a manager issues an invoice and finds it on the card; on a phone, in the dark, for many."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e

NUMBER = re.compile(r"С-\d{4}-\d{4}")


def own_deals(person: Person, more: str = "true") -> list[int]:
    """Deals of the person themselves."""
    asked = f"/api/records/deal?fields=id&limit=5&filter=owner+%3D+me+AND+{more}"
    answer = person.page.request.get(f"{person.url}{asked}")
    return [item["id"] for item in answer.json()["items"]]


def choose(page: Page, label: str) -> None:
    """A document of the card's menu."""
    page.click(".top summary:has(+ .drop a[href*='/documents/'])")
    page.click(f".top .drop a[href*='/documents/']:has-text('{label}')")
    expect(page.locator("dialog.action .document-form")).to_be_visible()


def test_a_manager_issues_an_invoice_finds_it_on_the_card_and_nobody_else_gets_it(login: Login) -> None:
    marina = login("marina")
    deal, *_ = own_deals(marina)
    marina.goto(f"/e/deal/{deal}")
    page = marina.page
    choose(page, "Счёт")
    assert marina.barriers("dialog.action") == []
    expect(page.locator("dialog.action")).to_contain_text(NUMBER)
    with page.context.expect_page() as opened:
        page.click("dialog.action button[name=_step]")
    opened.value.close()
    page.uncheck("dialog.action input[value=docx]")
    page.uncheck("dialog.action input[value=pdf]")
    page.click("dialog.action [data-save]")
    expect(page.locator("dialog.action [role=alert]")).to_contain_text("Выберите формат")
    page.check("dialog.action input[value=docx]")
    page.click("dialog.action [data-save]")
    kept = page.locator(".rail .kept-line")
    expect(kept).to_have_count(1)
    expect(kept).to_contain_text(NUMBER)
    expect(kept).to_contain_text("Ковалёва")
    marina.settle()
    assert marina.barriers(".rail") == []
    with page.expect_download() as saved:
        kept.locator("a.btn", has_text="Word").click()
    assert re.fullmatch(r"Счёт С-\d{4}-\d{4}.*\.docx", saved.value.suggested_filename)
    href = kept.locator("a.title").get_attribute("href") or ""
    page.click("a[data-key=timeline]")
    expect(page.locator(".rail .event", has_text="оформление: Счёт")).to_be_visible()
    marina.goto(href)
    expect(page.locator("h1")).to_contain_text(NUMBER)
    assert marina.barriers("main") == []
    (open_deal, *_) = own_deals(
        marina, f"id+%3C%3E+{deal}+AND+stage+%3D+%27offer%27+AND+company+IS+NOT+NULL+AND+amount+%3E+0"
    )
    marina.goto(f"/e/deal/{open_deal}")
    page.click(".top summary:has(+ .drop form[action$='/run/bill'])")
    page.get_by_role("button", name="Выставить счёт").click()  # moves it on and issues the invoice
    expect(page.locator(".rail .kept-line")).to_have_count(1)
    expect(page.locator(".rail .kept-line")).to_contain_text(NUMBER)
    assert marina.violations() == []
    igor = login("igor", scripts=False)
    if deal not in own_deals(igor):
        igor.goto(href)
        expect(igor.page.locator("body")).to_contain_text("такой страницы, сущности или записи нет")
    igor.goto(f"/e/deal/{own_deals(igor)[0]}/documents/invoice")
    igor.page.click(".document-form [data-save]")
    expect(igor.page.locator(".rail .kept-line")).to_have_count(1)


def test_documents_on_a_phone_in_the_dark_and_of_many_at_once(login: Login) -> None:
    marina = login("marina", width=390, height=844, dark=True)
    first, *rest = own_deals(marina)[1:]
    marina.goto(f"/e/deal/{first}")
    choose(marina.page, "Счёт")
    assert marina.barriers("dialog.action") == []
    box = marina.box(marina.page.locator("dialog.action"), bring=False)
    assert box["x"] >= 0 and box["x"] + box["width"] <= 390
    marina.page.click("dialog.action [data-save]")
    expect(marina.page.locator(".kept-line")).to_have_count(1)
    anna = login("anna", locale="en-US")
    anna.goto("/e/deal")
    page = anna.page
    for at in range(2):
        page.locator("tbody [data-pick], tbody input[type=checkbox]").nth(at).check()
    page.click("#bulk button[formaction$='/documents']")
    page.wait_for_url("**/e/deal/documents*")
    assert anna.barriers("main") == []
    page.uncheck("input[value=pdf]")
    page.check("input[value=docx]")
    page.click("button.primary")
    with page.expect_download() as saved:
        page.click("a[href$='/file']")
    assert saved.value.suggested_filename.endswith(".zip")
    assert anna.barriers("main") == []
    assert rest and anna.violations() == []
