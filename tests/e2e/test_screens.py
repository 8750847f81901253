"""Every screen in both themes, both languages and on a phone: nothing refused by the policy, no barrier for anybody."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e

PAGES = (
    "/e/deal", "/e/deal?view=deals_closed", "/e/deal?view=all&f.stage=won&sort=-amount", "/e/deal?q=нетничего", "/e/deal?bin=1",
    "/e/city", "/e/deal/122", "/e/deal/122/edit", "/e/deal/new", "/e/company/1", "/e/user", "/e/nothing",
    "/e/deal?view=deals_board", "/people", "/people/2", "/departments", "/groups", "/roles", "/roles/manager?entity=deal",
    "/feed", "/personal", "/me/security", "/e/deal/5/history", "/e/deal/5/move?to=contract",
)  # fmt: skip
SEEN = "() => [...document.querySelectorAll('#rows td.name a')].map((link) => link.pathname)"
FURTHER = f"""
([seen, total]) => {{ const list = document.querySelector(".scroll"), top = list.scrollTop;
list.scrollTop += list.clientHeight;
return seen.length >= total || list.scrollTop > top || ({SEEN})().some((path) => !seen.includes(path)); }}
"""
"""A screen further; at the end it waits until something is there that was not seen."""
BARS = """
() => { const page = document.documentElement;
return [page.scrollWidth - page.clientWidth, page.scrollHeight - page.clientHeight]; }
"""


def barriers(person: Person) -> list[str]:
    """Barriers of what is shown now, and its contrast in the dark, too."""
    found = person.barriers()
    person.page.emulate_media(color_scheme="dark")
    found += [f"dark: {barrier}" for barrier in person.barriers(colours=True)]
    person.page.emulate_media(color_scheme="light")
    return found


def whole(person: Person, path: str) -> list[str]:
    """What is wrong with a page in its window: what the policy refused, and a page that is itself to be scrolled."""
    person.goto(path)
    wide, high = person.page.evaluate(BARS)
    beyond = [] if (wide, high) == (0, 0) else [f"{wide} pixels too wide, {high} too high"]
    return [f"{path}: {fault}" for fault in (*person.violations(), *beyond)]


@pytest.mark.parametrize("width", [1440, 390])
def test_axe_finds_nothing_the_policy_refuses_nothing_and_bars_stay_where_they_are(
    login: Login, width: int
) -> None:
    person = login("admin", width=width, height=844 if width < 768 else 900)
    assert [
        fault
        for path in PAGES
        for fault in (*whole(person, path), *(f"{path}: {barrier}" for barrier in barriers(person)))
    ] == []


def test_bars_stay_where_they_are_in_a_narrow_window(login: Login) -> None:
    person = login("admin", width=1024, height=768)
    assert [fault for path in PAGES for fault in whole(person, path)] == []


def test_axe_finds_nothing_at_the_door_and_in_what_opens(login: Login) -> None:
    person = login(None)
    assert barriers(person) == []
    person.page.fill("#login", "nobody")
    person.page.fill("#password", "nothing")
    person.page.click("form[action='/sign-in'] button.primary")
    expect(person.page.locator("#refused")).to_be_visible()
    assert barriers(person) == []
    person = login("marina")
    person.goto("/")
    person.page.click(".me > summary")
    assert barriers(person) == []
    person.page.keyboard.press("Escape")
    person.page.keyboard.press("?")
    expect(person.page.locator("#keys")).to_be_visible()
    assert barriers(person) == []
    person.page.keyboard.press("Escape")
    person.page.click(".chip-menu >> nth=0")
    assert barriers(person) == []
    person.goto("/e/deal/new")
    person.page.click("#f-company")
    person.page.wait_for_selector(".options:not([hidden]) li")
    assert barriers(person) == []
    person.page.click("[data-save]")
    person.page.wait_for_selector(".summary")
    assert barriers(person) == []
    assert person.violations() == []


def test_the_language_is_switched_and_stays(login: Login) -> None:
    person = login("timur")
    person.goto("/")
    expect(person.page.locator(".nav")).to_contain_text("Сделки")
    person.goto("/e/deal/new")
    person.page.click(".me > summary")
    person.page.click(".me button[value=en]")
    person.page.wait_for_selector("html[lang=en]")
    expect(person.page).to_have_url(re.compile("/e/deal/new$"))  # one comes back to where one was
    expect(person.page.locator("h1")).to_have_text("Deal: create")
    person.goto("/e/deal")
    expect(person.page.locator(".nav")).to_contain_text("Deals")
    expect(person.page.locator("#list")).to_contain_text(re.compile("Show more|Total"))
    person.page.click(".me > summary")
    person.page.click(".me button[value=ru]")
    person.page.wait_for_selector("html[lang=ru]")


def test_the_theme_is_chosen(login: Login) -> None:
    person = login("marina")
    person.goto("/")
    ground = "() => getComputedStyle(document.body).backgroundColor"
    light = person.page.evaluate(ground)
    person.page.click(".me > summary")
    person.page.click(".me button[value=dark]")
    person.page.wait_for_selector("html[data-theme=dark]")
    person.page.wait_for_function(f"light => ({ground})() !== light", arg=light)


def test_a_list_is_sorted_filtered_and_searched_by_its_address(login: Login) -> None:
    person = login("admin")
    person.goto("/e/deal?view=all")
    person.page.click("th a:has-text('Сумма')")
    person.page.wait_for_selector("th[aria-sort=descending]")
    expect(person.page).to_have_url(re.compile("sort=-amount"))
    person.page.click("th a:has-text('Сумма')")
    person.page.wait_for_selector("th[aria-sort=ascending]")
    person.settle()
    person.page.click(".chip-menu:has-text('Стадия') > summary")
    person.page.click(".chip-menu .drop a:has-text('Успех')")
    person.page.wait_for_url("**filter=*")
    person.settle()
    rows = person.page.locator("#rows tbody tr[data-id]")
    expect(rows.filter(has_not=person.page.locator(".pill.green"))).to_have_count(0)
    expect(rows).not_to_have_count(0)
    person.page.keyboard.press("/")
    expect(person.page.locator("#list-search")).to_be_focused()
    person.page.keyboard.insert_text("Гидравлические")  # one question: a rest amid a word makes two
    person.page.wait_for_url("**q=*")
    found = person.page.locator("#rows td.name")
    expect(found.filter(has_not_text="Гидравлические")).to_have_count(0)
    expect(found).not_to_have_count(0)
    expect(person.page.locator("#list-search")).to_be_focused()
    person.settle()
    names = found.all_inner_texts()
    person.page.reload()
    expect(found).to_have_text(names)  # the address holds the state
    person.settle()
    person.page.go_back()
    expect(person.page.locator("#list-search")).to_have_value("")
    assert person.violations() == []


def test_scrolling_brings_every_record_once(login: Login) -> None:
    person = login("admin")
    person.goto("/e/deal?view=all")
    foot = person.page.locator("#rows tfoot th span").first
    expect(foot).to_have_text(re.compile(r"\d"))
    total = int("".join(filter(str.isdigit, foot.inner_text())))
    assert total > 100
    seen: set[str] = set()
    while len(seen) < total:  # pages far from sight are parked out of the document
        there: list[str] = person.page.evaluate(SEEN)
        assert len(there) == len(set(there))
        seen |= set(there)
        person.page.wait_for_function(FURTHER, arg=[sorted(seen), total])
    assert len(seen) == total


def test_without_scripts_the_next_page_is_a_link(login: Login) -> None:
    person = login("admin", scripts=False)
    person.goto("/e/deal?view=all")
    names = person.page.locator("#rows td.name a")
    expect(names).to_have_count(50)
    first = [names.nth(at).get_attribute("href") for at in range(50)]
    person.page.click(".more a")
    expect(names.first).not_to_have_attribute("href", str(first[0]))
    person.settle()
    second = [names.nth(at).get_attribute("href") for at in range(names.count())]
    assert second and not {*first} & {*second}


def test_j_and_k_go_through_the_list_and_through_its_cards(login: Login) -> None:
    person = login("admin")
    person.goto("/e/deal")
    person.page.keyboard.press("j")
    person.page.keyboard.press("j")
    expect(person.page.locator("#rows td.name a").nth(1)).to_be_focused()
    person.page.keyboard.press("Enter")
    person.page.wait_for_selector(".rec")
    person.settle()
    second = person.page.url
    person.page.keyboard.press("j")
    person.page.wait_for_url(lambda url: url != second)
    person.settle()
    person.page.keyboard.press("k")
    person.page.wait_for_url(second)


def test_keys_are_physical_in_the_russian_layout(login: Login) -> None:
    person = login("marina")
    person.goto("/e/deal")
    person.page.evaluate(
        """() => document.body.dispatchEvent(
            new KeyboardEvent("keydown", {code: "KeyN", key: "т", bubbles: true, cancelable: true}))"""
    )
    person.page.wait_for_url("**/e/deal/new")


def test_a_phone_shows_two_lines_a_bar_of_places_and_saves_a_deal(login: Login) -> None:
    person = login("marina", width=390, height=844)
    person.goto("/e/deal")
    expect(person.page.locator(".tabbar")).to_be_visible()
    expect(person.page.locator(".side")).to_be_hidden()
    assert person.box(person.page.locator("#rows tbody tr[data-id]").first)["height"] >= 60
    person.page.click(".top [data-key=n]")
    person.page.wait_for_url("**/e/deal/new")
    person.page.fill("#f-name", "С телефона")
    person.page.click("tr.waiting .sum button")
    line = person.page.locator("dialog.sheet")
    line.locator("[data-combo] input.input").fill("Обучение персонала")
    person.page.wait_for_selector(".options:not([hidden]) li[aria-selected='true']")
    person.page.locator(".options:not([hidden]) li").first.click()
    line.locator("input[name$='/quantity']").fill("2")
    assert person.barriers() == [], "the sheet of a row"
    line.locator(".dlg-head .btn").click()
    expect(person.page.locator(".sum").first).to_contain_text("Обучение персонала")
    person.save()
    expect(person.page.locator("h1")).to_contain_text("С телефона")
    expect(person.page.locator(".kids tbody tr")).to_have_count(1)
    small = person.page.evaluate(
        """() => [...document.querySelectorAll(".tabbar a, .tabbar summary, .top .btn")]
            .filter((e) => e.offsetParent && e.getBoundingClientRect().height < 44).length"""
    )
    assert small == 0


def test_heads_and_figures_stand_whole_also_of_further_pages(login: Login) -> None:
    person = login("admin")
    for path in ("/e/deal", "/e/deal?view=all&sort=amount", "/e/company", "/e/product", "/e/activity"):
        person.goto(path)
        person.page.evaluate(
            "() => { const s = document.querySelector('.scroll'); s.scrollTop = s.scrollHeight; }"
        )
        person.settle()
        cut = person.page.evaluate(
            """() => [...document.querySelectorAll("#rows td.n, #rows th > a > span")]
            .filter((cell) => cell.scrollWidth > cell.clientWidth || cell.scrollHeight > cell.clientHeight)
            .map((cell) => cell.textContent)"""
        )
        assert cut == [], path


def test_one_shortcut_finds_words_in_any_form_and_layout(login: Login) -> None:
    anna = login("anna", dark=True)
    page = anna.page
    anna.goto("/e/city")
    found, text = page.locator("#palette-found"), page.locator("#palette-text")
    page.keyboard.press("Control+KeyK")
    expect(text).to_be_focused()
    expect(found).to_contain_text("Перейти или сделать")
    for typed, seen in (
        ("стеллажами", "Стеллажи"), ("hjvfirf", "Ромашка"), ("ИП", "ИП Кузнецова"), ("9000007952", "Городская больница"),
        ("ООО «Ромашка»", "Аптечная сеть «Ромашка»"),
    ):  # fmt: skip
        text.fill(typed)
        expect(found.locator("mark").first).to_be_attached()
        expect(found).to_contain_text(seen)
    assert anna.barriers("#palette") == []
    text.fill("ничегопохожего")
    expect(found).to_contain_text("ничего не найдено")
    text.fill("больница")
    expect(found.locator(".hline").first).to_contain_text("ольниц")
    second = found.locator(".hline").nth(1).get_attribute("href")
    held = anna.hold("**/search?part=results*", first=True)
    text.fill("больница ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")  # before anything is found
    held.go_on()
    page.wait_for_url(f"**{second}")
    anna.settle()
    page.keyboard.press("Control+KeyK")
    expect(found).to_contain_text("больница")  # what was looked for lately
    page.keyboard.press("Escape")
    expect(page.locator("#palette")).to_be_hidden()
    assert anna.violations() == []
