"""Actions in a browser: a free lead is taken, converted in a dialog, an activity is done; without scripts as pages."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login

pytestmark = pytest.mark.e2e


def test_a_free_lead_is_taken_and_converted_in_a_dialog(login: Login) -> None:
    person = login("marina")
    page = person.page
    person.goto("/e/lead")
    page.get_by_role("button", name="Взять свободный лид").click()
    page.wait_for_url("**/e/lead/*")
    card = page.url
    expect(page.locator(".stages, .sheet")).to_contain_text(["В разборе"])
    page.get_by_role("link", name="Перевести в сделку").click()
    dialog = page.get_by_role("dialog", name="Перевести в сделку")
    expect(dialog.locator("[name='/deal_name']")).to_be_focused()
    assert person.barriers("dialog.action") == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("link", name="Перевести в сделку").press("Enter")
    dialog.locator("[name='/deal_name']").fill("")
    dialog.locator("[name='/amount']").fill("1200,50")
    dialog.get_by_role("button", name="Перевести в сделку").click()
    expect(dialog.locator(".wrong")).to_contain_text("Название сделки")
    expect(dialog.locator("[name='/amount']")).to_have_value(re.compile(r"1\s?200,50"))
    dialog.locator("[name='/deal_name']").fill("Стеллажи из лида")
    dialog.get_by_role("button", name="Перевести в сделку").click()
    page.wait_for_url("**/e/deal/*")
    expect(page.locator("h1")).to_contain_text("Стеллажи из лида")
    expect(page.locator(".sheet")).to_contain_text("1 200,50")
    page.get_by_role("link", name="Открыть запись").click()
    page.wait_for_url(card)
    expect(page.get_by_role("link", name="Перевести в сделку")).to_have_count(0)
    assert person.violations() == []


def test_an_activity_is_done_from_a_row_and_without_scripts(login: Login) -> None:
    person = login("igor")
    page = person.page
    person.goto("/e/activity")
    expect(page.locator("#rows tbody.more")).to_have_count(0)
    before = page.locator("td.acts a").count()
    page.locator("td.acts a").first.click()
    dialog = page.get_by_role("dialog", name="Сделано")
    expect(dialog.locator("[name='/next_subject']")).to_be_hidden()
    dialog.locator("[name='/result']").fill("Договорились")
    dialog.locator("[name='/next_at']").fill("30.11.2026 10:00")
    expect(dialog.locator("[name='/next_subject']")).to_be_visible()
    dialog.get_by_role("button", name="Сделано").click()
    page.wait_for_url("**/e/activity/*")
    expect(page.locator(".sheet")).to_contain_text("30.11.2026 10:00")
    person.goto("/e/activity")
    expect(page.locator("td.acts a")).to_have_count(before)

    plain = login("igor", scripts=False, width=390)
    plain.goto("/e/activity")
    address = page.locator("td.acts a").first.get_attribute("href")
    plain.goto(str(address))
    plain.page.get_by_role("button", name="Сделано").last.click()
    expect(plain.page.locator(".summary")).to_contain_text("Результат")
    plain.page.fill("[name='/result']", "Без скриптов")
    plain.page.get_by_role("button", name="Сделано").last.click()
    expect(plain.page.locator(".sheet")).to_contain_text("Без скриптов")
