"""Filters in a real browser: by keyboard alone, as an expression, in groups, on a telephone, in the rules of roles."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e


def filter_of(address: str) -> str:
    return parse_qs(urlsplit(address).query).get("filter", [""])[0]


def is_filtered(person: Person, by: str) -> None:
    """The address says so."""
    person.page.wait_for_url(lambda url: filter_of(url) == by)


def popover(person: Person) -> Locator:
    return person.page.locator(".fmenu[open] .fdrop")


def chip(person: Person, words: str) -> Locator:
    return person.page.locator(".fset", has_text=words)


def test_conditions_are_put_in_by_keyboard_and_stand_in_the_address(login: Login) -> None:
    anna = login("anna")
    anna.goto("/e/deal?view=all")
    keys = anna.page.keyboard
    keys.press("KeyF")  # the physical key: in the Russian layout it types another letter
    expect(popover(anna).locator("[data-ffind]")).to_be_focused()
    keys.type("сумм")
    keys.press("Enter")
    expect(popover(anna).locator("#f-v0")).to_be_focused()
    keys.type("сто")
    keys.press("Enter")
    expect(popover(anna).locator("[aria-invalid=true]")).to_be_focused()
    keys.press("Control+a")
    keys.type("1 000 000,50")
    keys.press("Enter")
    expect(chip(anna, "от 1 000 000,50 ₽")).to_be_visible()
    expect(anna.page.locator("[data-fadd]")).to_be_focused()
    is_filtered(anna, "amount >= 1000000.5")

    keys.press("Enter")
    expect(popover(anna).locator("[data-ffind]")).to_be_focused()
    keys.type("компания")
    keys.press("ArrowDown")
    keys.press("ArrowRight")
    expect(popover(anna).locator(".fup")).to_be_visible()
    expect(popover(anna).locator("[data-ffind]")).to_be_focused()
    keys.type("отрасль")
    keys.press("Enter")
    expect(popover(anna).locator(".ftitle")).to_contain_text("Компания → Отрасль")
    keys.press("Escape")
    expect(popover(anna)).to_have_count(0)
    is_filtered(anna, "amount >= 1000000.5")

    chip(anna, "Сумма").locator("summary").click()
    popover(anna).locator("[data-fop]").select_option("between")
    popover(anna).locator("#f-v1").fill("2 000 000")
    assert not anna.barriers(".fmenu[open]")
    popover(anna).locator("#f-v1").press("Enter")
    expect(chip(anna, "от 1 000 000,50 ₽ до 2 000 000 ₽")).to_be_visible()
    anna.page.reload()
    expect(chip(anna, "Сумма")).to_be_visible()
    anna.page.go_back()
    expect(chip(anna, "Сумма")).not_to_contain_text("2 000 000")
    expect(chip(anna, "от 1 000 000,50 ₽")).to_be_visible()
    anna.settle()
    anna.page.locator(".filters").get_by_text("Сбросить").click()
    expect(anna.page.locator(".fset")).to_have_count(0)
    is_filtered(anna, "")
    assert not anna.violations()


def test_a_filter_is_the_same_as_an_expression_and_in_a_group(login: Login) -> None:
    anna = login("anna", dark=True)
    anna.goto("/e/deal?view=all&filter=owner = me AND amount > 5 AND stage IN ('offer')")
    chip(anna, "Сумма").locator("summary").click()
    popover(anna).get_by_text("«Или» с предыдущим").click()
    expect(anna.page.locator(".fgroup .fset")).to_have_count(2)
    is_filtered(anna, "(owner = me OR amount > 5) AND stage IN ('offer')")
    anna.page.get_by_label("Показать как выражение").click()
    area = popover(anna).locator("textarea")
    expect(area).to_have_value("(owner = me OR amount > 5) AND stage IN ('offer')")
    area.press("Control+End")
    area.press_sequentially(" AND созд")
    expect(popover(anna).locator(".options li").first).to_contain_text("created_at")
    expect(popover(anna).locator("[data-fsaid] mark")).to_have_text("с")
    area.press("Enter")
    area.press_sequentially(" >= today() - P1Y")
    expect(popover(anna).locator("[data-fsaid] .good-rule")).to_contain_text("запис")
    assert not anna.barriers(".fmenu[open]")
    area.press("Control+Enter")
    expect(anna.page.locator(".fset code")).to_have_text("created_at >= today() - P1Y")
    anna.goto("/e/deal?filter=somewhat = 1 AND amount > 5")
    expect(anna.page.locator(".empty")).to_contain_text("здесь нет поля «somewhat»")
    expect(anna.page.locator(".fset.wrong")).to_have_count(1)
    anna.page.locator(".fset.wrong .fx").click()
    expect(chip(anna, "Сумма")).to_be_visible()
    expect(anna.page.locator("#rows td.name").first).to_be_visible()


def test_a_telephone_has_one_button_with_their_number(login: Login) -> None:
    anna = login("anna", width=390)
    anna.goto("/e/deal?view=all&filter=amount > 5 AND owner IS NOT NULL")
    button = anna.page.locator("[data-fbutton]")
    expect(button).to_contain_text("2")
    button.click()
    expect(anna.page.locator(".fsheet")).to_be_visible()
    assert not anna.barriers(".fsheet")
    anna.page.locator("[data-fadd]").click()
    popover(anna).locator("[data-ffind]").fill("закрыть")
    popover(anna).locator(".flist a:visible").first.click()
    popover(anna).locator("[data-fop]").select_option("next")
    popover(anna).locator("[name=_n]").fill("3000")
    popover(anna).get_by_role("button", name="Применить").click()
    expect(button).to_contain_text("3")
    anna.page.wait_for_url(lambda url: "P3000D" in filter_of(url))


def test_a_rule_of_a_role_is_built_of_conditions(login: Login) -> None:
    admin = login("admin")
    admin.goto("/roles/manager/grant/10")
    area = admin.page.locator("#rule-rows")
    expect(admin.page.locator(".fbuilder .fset")).to_have_count(1)
    admin.page.locator(".fbuilder").first.locator("summary.chip").click()
    popover(admin).locator("[data-ffind]").fill("вероят")
    popover(admin).locator("[data-ffind]").press("Enter")
    popover(admin).locator("#f-v0").fill("50")
    popover(admin).locator("#f-v0").press("Enter")
    expect(area).to_have_value("owner = me AND probability >= 0.5")
    expect(admin.page.locator(".fbuilder").first.locator(".fset")).to_have_count(2)
    admin.page.locator(".fbuilder").first.locator(".fset .fx").first.click()
    expect(area).to_have_value("probability >= 0.5")
