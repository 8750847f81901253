"""Forms at work: counted while one types, gone on with after the tab was closed, signed in over, made on the way."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import WORDS, Login
from tests.e2e.test_records import choose

COUNTED = """
() => { const number = (name) => Number(document.querySelector(name).value.replace(/\\s/g, "").replace(",", "."));
const [amount, price] = [number("#f-amount"), number("[data-rows='/items'] input[name$='/price']")];
return price > 0 && Math.abs(amount - 3 * price) < 0.01; }
"""
"""The amount is that of three, not of what stood there before."""


def test_a_form_is_counted_while_typing_and_outlives_its_tab_and_its_session(login: Login) -> None:
    anna = login("anna")
    anna.goto("/e/deal/new")
    page = anna.page
    page.fill("#f-name", "Недописанная сделка")
    choose(anna, "#f-company", "Транзит")
    row = page.locator("[data-rows='/items'] tr[data-row]").first
    product = row.locator("[data-combo] input.input")
    product.click()
    product.press_sequentially("Балка", delay=20)
    page.wait_for_selector(".options:not([hidden]) li[aria-selected='true']")
    product.press("Enter")
    row.locator("input[name$='/quantity']").fill("3")
    expect(row.locator("input[name$='/price']")).not_to_have_value("")
    page.wait_for_function(COUNTED)
    counted = page.input_value("#f-amount")
    page.fill("#f-amount", "5")
    line = page.locator("[data-follows='/amount']")
    expect(line).to_contain_text("Изменено вручную")
    line.locator("[data-refresh]").click()
    expect(page.locator("#f-amount")).to_have_value(counted)
    page.select_option("#f-stage", "lost")
    expect(page.locator("#f-lost_reason")).to_be_visible()
    expect(page.locator(".act .state")).to_contain_text("черновик")
    assert anna.barriers(".form-shell") == []
    page.goto("about:blank")  # the tab is closed without saving
    anna.goto("/e/deal/new")
    page.click(".drafts a")
    expect(page.locator("#f-name")).to_have_value("Недописанная сделка")
    expect(page.locator("#f-amount")).to_have_value(counted)
    page.fill("#f-lost_reason", "Нет бюджета")
    page.context.clear_cookies(name="kubik_session")
    page.click("[data-save]")
    page.fill("#again-login", "anna")
    page.fill("#again-password", WORDS)
    page.keyboard.press("Enter")
    page.wait_for_selector(".rec")
    expect(page.locator("h1")).to_contain_text("Недописанная сделка")
    anna.faults.clear()  # the refusals of the ended session are what this is about
    anna.goto("/drafts")
    expect(page.locator("main")).not_to_contain_text("Недописанная сделка")


def test_a_contact_is_made_out_of_the_drop_down_with_the_company_filled_in(login: Login) -> None:
    anna = login("anna", width=390, height=844)
    anna.goto("/e/deal/new")
    page = anna.page
    page.fill("#f-name", "Сделка с новым человеком")
    choose(anna, "#f-company", "Транзит")
    company = page.input_value("#f-company")
    contact = page.locator("#f-contact")
    contact.click()
    contact.press_sequentially("Новый Человек", delay=10)
    page.locator(".options:not([hidden]) .make", has_text="Новый Человек").click()
    page.wait_for_url("**/e/contact/new?**")
    expect(page.locator("#f-name")).to_have_value("Новый Человек")
    expect(page.locator("#f-company")).to_have_value(company)
    page.click("[data-save]")
    page.wait_for_url("**/e/deal/new?**")
    expect(page.locator("#f-name")).to_have_value("Сделка с новым человеком")
    expect(page.locator("#f-contact")).to_have_value("Новый Человек")
    assert anna.violations() == []
