"""Cards in a real browser: values edited in place, two people at one value, comments, the list one came from, paper."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e


def new_deal(person: Person, name: str) -> str:
    """The address of the card of a new deal of that name."""
    person.goto("/e/deal/new")
    person.page.fill("#f-name", name)
    person.save()
    return re.sub(r"[?#].*", "", person.page.url).removeprefix(person.url)


def open_field(person: Person, name: str) -> None:
    """A value turned into its widget by the keyboard."""
    person.page.locator(f"[data-name={name}] .pen").focus()
    person.page.keyboard.press("Enter")
    person.page.wait_for_selector(f"[data-name={name}] form")


def test_values_are_edited_in_place_by_the_keyboard_and_by_two_people_at_once(login: Login) -> None:
    marina, anna = login("marina"), login("anna")
    card = new_deal(marina, "Правка на месте")
    page, value = marina.page, marina.page.locator("[data-name=probability] dd")
    page.locator("[data-name=amount] .pen").focus()
    page.keyboard.press("Enter")
    page.keyboard.type("1000")  # before there is a field to type into
    page.keyboard.press("Enter")
    expect(page.locator("#saved")).to_have_text(re.compile(r"Сохранено в \d\d:\d\d"))
    expect(page.locator(".figure")).to_have_text(re.compile(r"1\s000"))
    expect(page.locator("[data-name=amount] .pen")).to_be_focused()
    open_field(marina, "probability")
    page.keyboard.type("250")
    page.keyboard.press("Enter")
    expect(page.locator("[data-name=probability] .wrong")).to_contain_text("от 0 до 100")
    expect(page.locator("[data-name=probability] input.input")).to_have_value("250")
    assert marina.barriers() == []
    page.keyboard.press("Escape")
    expect(value).to_contain_text("20")
    anna.goto(card)
    for person in (marina, anna):
        open_field(person, "probability")
    anna.page.keyboard.type("40")
    anna.page.keyboard.press("Enter")
    expect(anna.page.locator("[data-name=expected] dd")).to_contain_text("400")
    page.keyboard.type("60")
    page.keyboard.press("Enter")
    expect(page.locator("[data-name=probability] .clash")).to_contain_text("Лебедева")
    assert marina.barriers() == []
    page.click("[data-name=probability] .clash input[value=theirs]")
    page.click("[data-name=probability] [data-keep]")
    expect(value).to_contain_text("40")
    expect(page.locator(".rail .feed")).to_contain_text("Лебедева")
    tabs = page.locator(".rail .tabs a")
    tabs.nth(1).click()
    tabs.first.click()  # the panel is the one that was pressed last
    expect(page.locator(".rail .pane")).to_have_attribute(
        "data-pane", str(tabs.first.get_attribute("data-key"))
    )
    assert marina.violations() == [] and anna.violations() == []


def test_a_comment_names_a_person_and_is_changed_and_taken_away(login: Login) -> None:
    marina = login("marina")
    new_deal(marina, "Обсуждение")
    page = marina.page
    page.click(".say textarea")
    page.keyboard.type("Посмотрите, @леб")
    page.wait_for_selector(".people:not([hidden]) li[aria-selected=true]")
    page.keyboard.press("Enter")
    page.keyboard.type("<b>скидку</b>")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".comment-text .mention")).to_contain_text("Лебедева")
    expect(page.locator(".comment-text")).to_contain_text("<b>скидку</b>")
    page.locator(".event.comment").hover()
    page.click(".event.comment .tools a")
    box = page.locator(".event.comment textarea")
    expect(box).to_be_focused()
    box.fill("Решено")
    box.press("Control+Enter")
    expect(page.locator(".comment-text")).to_have_text("Решено")
    page.click(".event.comment .quiet")
    expect(page.locator(".edits .before")).to_contain_text("скидку")
    assert marina.barriers() == []
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator(".event.comment").hover()
    page.click(".event.comment .tools button")
    expect(page.locator(".event.comment")).to_have_count(0)
    assert marina.violations() == []


def test_cards_lead_on_through_the_list_and_back_to_its_place(login: Login) -> None:
    marina = login("marina")
    marina.goto("/e/deal")
    page = marina.page
    links = [page.locator("#rows td.name a").nth(at).get_attribute("href") for at in range(2)]
    page.click("#rows td.name a >> nth=0")
    marina.settle()
    expect(page.locator("[data-place]")).to_have_text(re.compile(r"^1 из \d+$"))
    coming = marina.hold(f"**{links[1]}")
    with page.expect_request(f"**{links[1]}"):
        page.keyboard.press("j")
    page.keyboard.press("e")  # before the next card is there: no key of this one
    coming.go_on()
    page.wait_for_url(f"**{links[1]}")
    marina.settle()
    page.click("[data-back]")
    expect(page.locator(f'#rows td.name a[href="{links[1]}"]')).to_be_focused()


def test_a_phone_has_every_part_as_a_tab_and_paper_has_all_of_the_record(login: Login) -> None:
    marina = login("marina", width=390, height=844)
    marina.goto("/e/deal")
    page = marina.page
    page.click("#rows td.name a >> nth=0")
    marina.settle()
    expect(page.locator(".rail")).to_be_hidden()
    page.click(".sheet .tabs a[data-rail=timeline]")
    expect(page.locator(".say")).to_be_visible()
    assert marina.barriers() == []
    page.emulate_media(media="print")
    for hidden in (".rail", ".tabs", ".top", ".step", ".tabbar"):
        expect(page.locator(hidden).first).to_be_hidden()
    for part in page.locator(".part").all():
        expect(part).to_be_visible()
    assert marina.violations() == []


def test_a_picture_a_rating_and_a_telephone_are_changed_in_place(login: Login) -> None:
    admin = login("admin")
    page, keys = admin.page, admin.page.keyboard

    def opened(name: str) -> Locator:
        value = page.locator(f"[data-edit][data-name='{name}']")
        value.hover()
        value.locator(".pen").click()
        value.locator("form").wait_for()
        return value

    admin.goto("/e/contact/1")
    expect(page.locator("[data-name='position'] dd")).to_be_visible()  # a field of its own by that name
    photo = opened("photo")
    picture = BytesIO()
    Image.new("RGB", (64, 48), (90, 140, 200)).save(picture, "PNG")
    photo.locator("input[type=file]").first.set_input_files(
        {"name": "лицо.png", "mimeType": "image/png", "buffer": picture.getvalue()}
    )
    expect(photo.locator("dd img")).to_have_js_property("naturalWidth", 64)
    expect(photo.locator("form")).to_have_count(0)
    admin.goto("/e/company/1")
    phone = opened("phone")
    keys.type("8 495 765-43-21")
    keys.press("Enter")
    expect(phone.locator("dd a.ref")).to_have_attribute("href", "tel:+74957654321")
    notes = page.locator("[data-edit][data-name='notes']")
    # before there is a field to type into: an Enter is a line, and what stands there stays
    for typed in ("12\n34", "56"):
        notes.locator(".pen").focus()
        keys.press("Enter")
        keys.type(typed)
        expect(notes.locator("textarea")).to_have_value(re.compile(typed))
        keys.press("Control+Enter")
        expect(notes.locator("form")).to_have_count(0)
    expect(notes.locator("dd")).to_contain_text(re.compile("12.*34", re.S))
    expect(notes.locator("dd")).to_contain_text("56")
    admin.goto("/e/lead/20")
    interest = opened("interest")
    expect(interest.locator("input:checked")).to_be_focused()
    before = int(interest.locator("input:checked").input_value() or 0)
    keys.press("ArrowLeft")
    keys.press("ArrowLeft")
    expect(interest.locator("form")).to_have_count(1)
    keys.press("Enter")
    expect(interest.locator(".stars-shown")).to_have_attribute("aria-label", f"{before - 2} из 5")
