"""Roles in a real browser: the matrix by keyboard, a rule checked while it is typed, the plan, why over a card, a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login

pytestmark = pytest.mark.e2e
PATIENCE = 30_000
"""Milliseconds for a change of configuration, which runs the access tests."""


def test_a_rule_is_found_by_keys_changed_under_check_applied_and_taken_back(login: Login) -> None:
    admin = login("admin")
    page = admin.page
    page.set_default_timeout(PATIENCE)
    admin.goto("/roles/manager?entity=product")
    cells = page.locator(".matrix a[tabindex='0']")
    expect(cells.first).to_be_visible()
    page.locator(".matrix tr.current th a").focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowLeft"):
        page.keyboard.press(key)
    expect(page.locator(":focus")).to_have_attribute("aria-label", "Товар, видеть: все записи")
    page.keyboard.press("Enter")
    expect(page.locator(".rule.on")).to_contain_text("Видит: Товары, все")

    page.locator(".rules-head a.btn").click()
    page.get_by_label("удалять").check()
    rule = page.locator("#rule-rows")
    rule.fill("actve = true")
    expect(page.locator("[data-rule-said]").first).to_contain_text("символ 1: здесь нет поля «actve»")
    expect(rule).to_have_attribute("aria-invalid", "true")
    rule.fill("price > 100")
    expect(page.locator("[data-rule-said]").first).to_contain_text("больше 100")
    expect(rule).to_have_attribute("aria-invalid", "false")
    assert admin.barriers() == []
    page.keyboard.press("Control+s")
    expect(page.locator(".rule.comes")).to_contain_text("Видит, удаляет: Товары, где", timeout=PATIENCE)
    assert admin.barriers() == []
    page.keyboard.press("Control+s")
    page.wait_for_url("**done=1**", timeout=PATIENCE)
    expect(page.locator(".role-sheet .note")).to_contain_text("Изменение действует")
    expect(page.locator(".rules .rule")).to_have_count(2)
    page.get_by_role("button", name="Вернуть").click()
    page.wait_for_url("**/roles/manager", timeout=PATIENCE)
    admin.goto("/roles/manager?entity=product")
    expect(page.locator(".rules .rule")).to_have_count(1)
    assert admin.violations() == []


def test_why_opens_over_a_card_by_its_key_and_answers_on_a_phone(login: Login) -> None:
    anna = login("anna", width=390, height=844)
    page = anna.page
    page.set_default_timeout(PATIENCE)
    anna.goto("/e/deal/3")
    page.keyboard.press("Alt+w")
    page.keyboard.press("Alt+w")  # before the dialog has come
    dialog = page.locator("dialog.why-dialog")
    expect(dialog.locator("#why-user")).to_be_focused()
    dialog.locator("#why-user").select_option(label="Соколов Игорь Павлович")
    expect(dialog.locator(".verdict")).to_be_visible(timeout=PATIENCE)  # as soon as the question is whole
    expect(dialog.locator("#why-user")).to_be_focused()
    dialog.locator("#why-does").select_option("update")
    expect(dialog.locator(".verdict")).to_contain_text("Нельзя", timeout=PATIENCE)
    expect(dialog.locator(".verdict")).to_contain_text("только там, где Ответственный – сам сотрудник")
    assert anna.barriers() == []
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert anna.violations() == []
