"""People in a browser: what a change means before it is saved, a handover and its undo, sharing; on a phone and in the dark."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.e2e.conftest import Login

pytestmark = pytest.mark.e2e


def choose(page: Page, field: str, text: str) -> None:
    """Type into a combobox and take the first that is offered."""
    page.locator(field).fill(text)
    page.locator(".options:visible li", has_text=text).first.click()


def test_a_head_sees_what_a_change_means_hands_over_and_takes_it_back(login: Login) -> None:
    head = login("anna")
    page = head.page
    head.goto("/people")
    expect(page.get_by_role("row", name=re.compile("Ковалёва.*Менеджер.*активен"))).to_have_count(1)
    page.get_by_role("link", name=re.compile("Ковалёва")).click()
    head.settle()
    expect(page.locator("#sight")).to_contain_text("Сделки")
    page.get_by_role("checkbox", name=re.compile("Менеджер")).uncheck()
    expect(page.locator("#sight .changed")).to_contain_text("меньше, чем раньше")
    expect(page.locator("#sight .diff.red").first).to_be_visible()
    assert head.barriers() == []
    page.get_by_role("link", name="Передать…").click()
    head.settle()
    choose(page, "#to", "Соколов")
    choose(page, "#to", "Орлов")
    page.get_by_role("checkbox", name="остаётся").first.check()
    assert head.barriers() == []
    page.get_by_role("button", name="Передать").click()
    expect(page.locator("#progress .outcome")).to_contain_text("Передано")
    expect(page.locator("#progress")).to_contain_text("Соколов Игорь Павлович")
    expect(page.locator("#progress")).to_contain_text("Орлов Денис Андреевич")
    page.get_by_role("button", name="Вернуть как было").click()
    expect(page.locator("#progress .outcome")).to_contain_text("Возвращ")
    page.emulate_media(color_scheme="dark")
    assert head.barriers(colours=True) == []
    page.get_by_role("link", name="К сотруднику").click()
    expect(page.locator(".marks")).to_contain_text("активен")
    assert head.violations() == []


def test_somebody_new_comes_by_a_link_and_a_deal_is_shared_from_a_phone(login: Login) -> None:
    admin = login("admin", width=390, height=844)
    page = admin.page
    admin.goto("/people/new")
    page.fill("#name", "Ольга Ким")
    page.fill("#login", "olga")
    page.get_by_role("checkbox", name=re.compile("Менеджер")).check()
    expect(page.locator("#sight")).to_contain_text("Компании")
    assert admin.barriers() == []
    page.get_by_role("button", name="Добавить и получить ссылку").click()
    expect(page.locator("#link")).to_have_value(re.compile(r"/join\?key="))
    assert admin.barriers() == []
    link = page.locator("#link").input_value()
    guest = login(None)
    guest.page.goto(link)
    expect(guest.page.locator("body")).to_contain_text("Ольга Ким")
    admin.goto("/e/deal/5")
    page.locator(".top details.menu > summary").last.click()
    page.get_by_role("link", name="Поделиться").click()
    dialog = page.get_by_role("dialog", name="Поделиться")
    choose(page, "#share-user", "Ольга Ким")
    expect(dialog.locator("#share-shows")).to_contain_text("Увидит запись, без полей")
    assert admin.barriers("dialog.action") == []
    dialog.get_by_role("button", name="Поделиться").click()
    expect(dialog.locator(".share-list li")).to_contain_text("Ольга Ким")
    dialog.get_by_role("button", name=re.compile("Отозвать")).click()
    expect(dialog.locator(".share-list li")).to_have_count(0)
    assert admin.violations() == []
