"""Boards in a real browser: a card moved by mouse, keyboard, menu and finger, with a missing field asked; two people."""

from __future__ import annotations

import datetime as dt
import re
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import Locator, expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e
BOARD = "/e/deal?view=deals_board"


def board(person: Person) -> None:
    """Open the board and wait for its scripts."""
    person.page.emulate_media(reduced_motion="reduce")
    person.goto(BOARD)
    person.page.wait_for_selector(".bname[tabindex='0']")
    person.settle()


def column(person: Person, key: str) -> Locator:
    return person.page.locator(f".bcol[data-column={key}]")


def card(person: Person, record: str) -> Locator:
    return person.page.locator(f".bcard[data-card='{record}']")


def stands_in(person: Person, record: str, key: str) -> None:
    expect(column(person, key).locator(f"[data-card='{record}']")).to_have_count(1)


def count(person: Person, key: str) -> int:
    shown = column(person, key).locator(".bcount")
    expect(shown).to_have_text(re.compile(r"^\d+$"))
    return int(shown.inner_text())


def drag(person: Person, record: str, key: str) -> None:
    """Press on a card, carry it over a column; what follows drops it."""
    start, end = person.box(card(person, record)), person.box(column(person, key), bring=False)
    person.page.mouse.move(start["x"] + 60, start["y"] + 25)
    person.page.mouse.down()
    person.page.mouse.move(start["x"] + 80, start["y"] + 35, steps=3)
    person.page.mouse.move(end["x"] + min(100, end["width"] / 2), end["y"] + 300, steps=5)


def said(person: Person) -> Locator:
    return person.page.locator("[data-said]")


def swipe(person: Person, start: tuple[float, float], end: tuple[float, float], *, rest: bool) -> None:
    """A finger that goes, at once or after it rested until the card is lifted, and leaves."""
    devtools: Any = person.page.context.new_cdp_session(person.page)
    if not rest:  # no time goes by meanwhile: a busy machine would let the finger rest
        person.page.clock.install()
        person.page.clock.pause_at(dt.datetime.now() + dt.timedelta(hours=1))
    touch = "Input.dispatchTouchEvent"
    devtools.send(touch, {"type": "touchStart", "touchPoints": [{"x": start[0], "y": start[1]}]})
    if rest:
        person.page.wait_for_selector(".bcard.ghost, .centry.ghost")
    for step in range(1, 9):
        x, y = (a + (b - a) * step / 8 for a, b in zip(start, end, strict=True))
        devtools.send(touch, {"type": "touchMove", "touchPoints": [{"x": x, "y": y}]})
        person.page.wait_for_timeout(25)  # a flick would scroll on by itself
    devtools.send(touch, {"type": "touchEnd", "touchPoints": []})
    if not rest:
        person.page.clock.resume()


def test_a_card_goes_by_mouse_keyboard_and_menu_and_what_is_missing_is_asked(login: Login) -> None:
    anna, admin = login("anna"), login("admin", dark=True)
    board(anna)
    late = admin.hold("**/api/events*")
    board(admin)
    lacking = column(anna, "lead").locator(".bcard", has=anna.page.locator(".bmissing")).first
    deal = str(lacking.get_attribute("data-card"))
    before, contracts = count(anna, "lead"), count(anna, "contract")
    widths = anna.page.locator(".bcol:not(.folded)").evaluate_all("all => all.map(each => each.offsetWidth)")
    assert max(widths) - min(widths) <= 1, "what stands in a column makes it no wider"

    drag(anna, deal, "contract")
    expect(column(anna, "contract").locator(".bdrop")).to_contain_text("Договор")
    anna.page.mouse.up()
    dialog = anna.page.locator("dialog[open]")
    expect(dialog.locator("#f-amount")).to_be_focused()
    stands_in(anna, deal, "lead")
    dialog.locator("[data-close]").last.click()
    stands_in(anna, deal, "lead")
    expect(card(anna, deal).locator(".bname")).to_be_focused()

    drag(anna, deal, "contract")
    anna.page.mouse.up()
    dialog.locator("#f-amount").fill("1000")
    dialog.locator("[data-save]").click()
    stands_in(anna, deal, "contract")
    expect(column(anna, "contract").locator(".bcount")).to_have_text(str(contracts + 1))
    anna.page.locator(".toast").last.hover()  # it stays as long as one is at it
    late.go_on()
    stands_in(admin, deal, "contract")  # the other one's board follows, also what was before it listened
    expect(column(admin, "lead").locator(".bcount")).to_have_text(str(before - 1))
    anna.page.locator(".toast .plain").click()
    stands_in(anna, deal, "lead")
    stands_in(admin, deal, "lead")

    drag(anna, deal, "lost")
    expect(column(anna, "lost")).to_have_class(re.compile(r"\bover\b"))
    tint = "each => getComputedStyle(each).backgroundColor"
    assert column(anna, "lost").evaluate(tint) != column(anna, "won").evaluate(tint), (
        "folded, and under the card"
    )
    anna.page.keyboard.press("Escape")
    anna.page.mouse.up()

    drag(anna, deal, "offer")
    anna.page.keyboard.press("Escape")
    anna.page.mouse.up()
    stands_in(anna, deal, "lead")
    expect(said(anna)).to_contain_text("снова в «Обращение»")

    column(anna, "lead").locator(".bname").first.focus()
    anna.page.keyboard.press("ArrowDown")
    second = str(column(anna, "lead").locator(".bcard").nth(1).get_attribute("data-card"))
    expect(card(anna, second).locator(".bname")).to_be_focused()
    anna.page.keyboard.press("Space")
    anna.page.keyboard.press("ArrowRight")
    expect(said(anna)).to_contain_text("Квалификация")
    anna.page.keyboard.press("Escape")
    stands_in(anna, second, "lead")
    anna.page.keyboard.press("Space")
    anna.page.keyboard.press("ArrowRight")
    anna.page.keyboard.press("Enter")
    stands_in(anna, second, "qualified")
    expect(card(anna, second).locator(".bname")).to_be_focused()

    anna.page.keyboard.press("KeyM")
    menu = anna.page.locator(".bmenu [role=menuitem]")
    expect(menu.first).to_have_text("Обращение")
    expect(menu.first).to_be_focused()
    moving = anna.hold("**/place")
    anna.page.keyboard.press("Enter")
    stands_in(anna, second, "lead")
    expect(card(anna, second).locator(".bname")).to_be_focused()
    anna.page.keyboard.press(
        "Enter"
    )  # the page of the card waits for the move, which would be lost with this one
    moving.go_on()
    anna.page.wait_for_url(f"**/e/deal/{second}")
    stage = anna.page.locator(".stages .now span").first
    expect(stage).to_have_text("Обращение")
    assert stage.evaluate("each => each.scrollWidth <= each.clientWidth"), "the stage of now is not cut"
    assert anna.violations() == [] and admin.violations() == []


def test_who_may_not_move_lifts_nothing_and_long_columns_stay_light(login: Login) -> None:
    marina = login("marina")
    marina.goto("/")
    token = marina.page.locator("meta[name=csrf-token]").get_attribute("content")
    rows = [{"name": f"Много {n:04}", "stage": "offer", "amount": n} for n in range(300)]
    made = marina.page.request.post(
        f"{marina.url}/api/records/deal/batch", data={"create": rows}, headers={"X-CSRF-Token": str(token)}
    )
    assert made.status == 200
    board(marina)
    offers = column(marina, "offer")
    seen = 0
    while offers.locator(".chunk:last-of-type").get_attribute("data-next") != "":
        offers.locator(".cards").evaluate("cards => cards.scrollTop += 1800")
        marina.settle()
        seen = max(seen, marina.page.locator(".bcard").count())
    assert offers.locator(".chunk").count() >= 15 and seen < 260
    column(marina, "lost").locator(".bunfold").press("Enter")
    expect(column(marina, "lost").locator(".bfold")).to_be_focused()
    marina.page.keyboard.press("Enter")
    expect(column(marina, "lost").locator(".bunfold")).to_be_focused()
    column(marina, "won").click()
    fixed = column(marina, "won").locator(".bcard").first
    expect(fixed).to_have_attribute("data-fixed", "")
    record = str(fixed.get_attribute("data-card"))
    drag(marina, record, "lead")
    expect(marina.page.locator(".bcard.ghost, .bdrop")).to_have_count(0)
    marina.page.mouse.up()
    stands_in(marina, record, "won")


def test_a_finger_lifts_after_a_rest_and_a_phone_shows_one_column(login: Login) -> None:
    igor = login("igor", width=390, height=844)
    board(igor)
    column(igor, "lost").locator("h2 .ell").evaluate("each => each.textContent = 'Отказались '.repeat(12)")
    assert column(igor, "lost").evaluate("each => each.offsetWidth") == 390, "however long a stage is called"
    deal = str(column(igor, "lead").locator(".bcard").first.get_attribute("data-card"))
    box = igor.box(card(igor, deal))
    swipe(
        igor, (box["x"] + 60, box["y"] + 25), (box["x"] + 60, box["y"] - 35), rest=False
    )  # that was scrolling
    expect(igor.page.locator(".bcard.ghost, .bdrop")).to_have_count(0)
    stands_in(igor, deal, "lead")
    box = igor.box(card(igor, deal))
    chip = igor.box(igor.page.locator("[data-chip=qualified]"), bring=False)
    swipe(igor, (box["x"] + 60, box["y"] + 25), (chip["x"] + 30, chip["y"] + 20), rest=True)
    igor.page.touchscreen.tap(chip["x"] + 30, chip["y"] + 20)  # at once: it is no click of the drop
    stands_in(igor, deal, "qualified")
    expect(igor.page.locator("[data-chip=qualified]")).to_have_attribute("aria-current", "")
    card(igor, deal).locator(".bmove").tap()
    igor.page.locator(".bmenu [role=menuitem]").first.tap()
    stands_in(igor, deal, "lead")
    expect(igor.page.locator("[data-chip=qualified]")).to_have_attribute("aria-current", "")


def test_what_changes_far_from_sight_comes_back_once_and_as_it_is(login: Login) -> None:
    admin = login("admin")
    admin.goto("/")
    token = {"X-CSRF-Token": str(admin.page.locator("meta[name=csrf-token]").get_attribute("content"))}
    ask, records = admin.page.request, f"{admin.url}/api/records/deal"
    rows = [{"name": f"Далеко {n:04}", "stage": "offer", "amount": n} for n in range(240)]
    assert ask.post(f"{records}/batch", data={"create": rows}, headers=token).status == 200
    board(admin)
    offers = column(admin, "offer")
    first = offers.locator(".chunk").first.locator(".bcard")
    changed, gone = (str(first.nth(at).get_attribute("data-card")) for at in range(2))
    while offers.locator(".chunk:last-of-type").get_attribute("data-next") != "":
        offers.locator(".cards").evaluate("cards => cards.scrollTop += 1800")
        admin.settle()
    expect(card(admin, changed)).to_have_count(0)
    for act in (
        lambda: ask.patch(f"{records}/{changed}", data={"name": "Далеко, но видно"}, headers=token),
        lambda: ask.delete(f"{records}/{gone}", headers=token),
    ):
        with admin.page.expect_request(re.compile("heads")):
            assert act().ok
    offers.locator(".cards").evaluate("cards => cards.scrollTop = 0")
    expect(card(admin, changed)).to_have_count(1)
    expect(card(admin, changed)).to_contain_text("Далеко, но видно")
    expect(card(admin, gone)).to_have_count(0)
