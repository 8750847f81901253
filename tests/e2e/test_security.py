"""Keys and eyes in a browser: a second factor from the square to the door, a session ended elsewhere, looking as another."""

from __future__ import annotations

import time

import pyotp
from playwright.sync_api import Page, expect

from tests.e2e.conftest import WORDS, Login, Person


def code(secret: str, step: int) -> str:
    """The code of a step of time, counted from now: none of the past, which a slow machine makes too old on its way."""
    return pyotp.TOTP(secret).generate_otp(int(time.time()) // 30 + step)


def sure(person: Person) -> None:
    """Nothing of the page was refused by its policy, nothing stands in anybody's way, in either theme."""
    assert person.barriers() == []
    person.page.emulate_media(color_scheme="dark")
    assert person.barriers(colours=True) == []
    person.page.emulate_media(color_scheme="light")
    assert person.violations() == []


def sign_in(page: Page, login: str) -> None:
    page.fill("#login", login)
    page.fill("#password", WORDS)
    page.keyboard.press("Enter")


def test_a_second_factor_stands_before_the_door_and_over_an_open_form(login: Login) -> None:
    igor = login("igor", width=390, height=844)
    page = igor.page
    igor.goto("/me/security")
    page.click("a[href='/me/security/factor']")
    page.wait_for_selector("svg.qr")
    sure(igor)
    secret = page.input_value("[name=secret]")
    page.fill("#code", "000000")
    page.keyboard.press("Enter")
    expect(page.locator("[role=alert]")).to_contain_text("Код не подходит")
    expect(page.locator("[name=secret]")).to_have_value(secret)  # the square that was read stays
    page.fill("#code", code(secret, 0))
    page.keyboard.press("Enter")
    page.wait_for_selector(".recovery")
    expect(page.locator(".recovery code")).to_have_count(10)
    codes = page.locator(".recovery code").all_inner_texts()
    sure(igor)
    other = login(None)
    sign_in(other.page, "igor")
    other.page.wait_for_url("**/sign-in/code*")
    expect(other.page.locator("#code")).to_be_focused()
    sure(other)
    other.page.keyboard.type(code(secret, 1))
    other.page.keyboard.press("Enter")
    other.page.wait_for_url(lambda url: "/sign-in" not in url)
    other.goto("/e/company/new")
    other.page.fill("#f-name", "Набрано до конца сеанса")
    igor.goto("/me/security")
    page.click("form[action='/me/security/sessions/end'] button")
    expect(page.locator("[role=status]").first).to_contain_text("отключены")
    other.page.click("[data-save]")
    other.page.fill("#again-login", "igor")
    other.page.fill("#again-password", WORDS)
    other.page.keyboard.press("Enter")
    expect(other.page.locator("#again-code")).to_be_focused()
    other.page.keyboard.type(codes[0])
    other.page.keyboard.press("Enter")
    other.page.wait_for_selector(".rec")
    expect(other.page.locator("h1")).to_contain_text("Набрано до конца сеанса")
    other.faults.clear()  # the refusals of the ended session are what this is about
    igor.faults.clear()


def test_who_looks_as_another_is_told_so_on_every_page_and_ends_it_there(login: Login) -> None:
    anna = login("anna")
    page = anna.page
    anna.goto("/people")
    page.get_by_role("link", name="Ковалёва Марина").first.click()
    page.click("form[action='/me/acting'] button")
    page.wait_for_selector(".acting.view")
    for path in ("/e/deal", "/e/company/1", "/e/deal?view=deals_board"):
        anna.goto(path)
        bar = page.locator(".acting.view")
        expect(bar).to_contain_text("Ковалёва Марина")
        assert anna.box(bar, bring=False)["y"] == 0
    anna.goto("/e/company/1")
    expect(page.locator("[data-edit], a[href$='/edit']")).to_have_count(0)
    assert anna.violations() == []
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator(".acting.view button")).to_be_in_viewport()
    assert anna.barriers(".acting") == []
    page.click(".acting.view button")
    page.wait_for_selector(".acting", state="detached")
    anna.goto("/me/security")
    expect(page.locator("h1")).to_have_text("Безопасность")
    marina = login("marina")
    marina.goto("/me/security")
    expect(marina.page.locator("main")).to_contain_text("Кто-то смотрел систему вашими глазами")
    anna.faults.clear()
