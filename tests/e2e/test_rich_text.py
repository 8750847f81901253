"""The editor of rich texts: typed, pressed, pasted, undone, saved, read; nothing refused, no barrier."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e

PARTS = ".rich-box, .rich"

EDITOR = ".rich-edit[role=textbox]"
AREA = "textarea[data-rich]"
WORD = """<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p{color:red}</style></head>
<body style='tab-interval:35.4pt'><!--StartFragment--><p class=MsoNormal style='margin-bottom:0cm'><b><span
style='font-size:14.0pt'>Договор<o:p></o:p></span></b></p><p class=MsoListParagraphCxSpFirst
style='mso-list:l0 level1 lfo1'><![if !supportLists]><span style='mso-list:Ignore'>·<span>&nbsp;</span></span>
<![endif]>Первый</p><p class=MsoListParagraphCxSpLast style='mso-list:l0 level2 lfo1'><span
style='mso-list:Ignore'>o<span>&nbsp;</span></span>Вложенный</p><p onclick="x()">Обычный <span
style='font-weight:bold'>жирный</span> <a href="javascript:alert(1)">плохая</a> <a href="https://kubik.example"
onmouseover="x()">хорошая</a></p><img src="data:image/png;base64,AAAA"><script>alert(1)</script></body></html>"""
PASTE = """([selector, html]) => { const data = new DataTransfer(); data.setData("text/html", html);
document.querySelector(selector).dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true})) }"""


def opened(person: Person) -> None:
    person.goto("/e/deal/new")
    person.page.wait_for_selector(EDITOR)
    person.box(person.page.locator(EDITOR))


def barriers(person: Person) -> list[str]:
    """What axe finds in the parts that are this page's subject."""
    return person.barriers(PARTS)


def test_a_text_is_typed_with_formatting_saved_and_read(login: Login) -> None:
    person = login("admin")
    opened(person)
    page, keys = person.page, person.page.keyboard
    expect(page.locator(EDITOR)).to_have_attribute("aria-label", "Примечание")
    page.click(EDITOR)
    keys.type("## Главное")
    keys.press("Enter")
    keys.type("Слово **важное** и ")
    keys.press("Control+b")
    keys.type("жир")
    keys.press("Control+b")
    keys.press("Enter")
    keys.type("- раз")
    keys.press("Enter")
    keys.type("два")
    keys.press("Tab")
    for _ in range(3):
        keys.press("Enter")
    keys.type("> цитата")
    written = (
        "<h2>Главное</h2><p>Слово <strong>важное</strong> и <strong>жир</strong></p><ul><li><p>раз</p><ul><li><p>два</p>"
        "</li></ul></li></ul><blockquote><p>цитата</p></blockquote>"
    )
    expect(page.locator(AREA)).to_have_value(written)
    expect(page.locator("[data-tool=quote]")).to_have_attribute("aria-pressed", "true")
    assert barriers(person) == []
    page.fill("#f-name", "С текстом")
    person.save()
    expect(page.locator(".rich h2")).to_have_text("Главное")
    expect(page.locator(".rich li li")).to_have_text("два")
    assert barriers(person) == []
    assert person.violations() == []


def test_the_toolbar_is_one_stop_and_the_link_asks_for_its_address(login: Login) -> None:
    person = login("admin", dark=True)
    opened(person)
    page, keys = person.page, person.page.keyboard
    page.click(EDITOR)
    keys.press("Shift+Tab")
    expect(page.locator("[data-tool=bold]")).to_be_focused()
    keys.press("ArrowRight")
    expect(page.locator("[data-tool=italic]")).to_be_focused()
    keys.press("End")
    expect(page.locator("[data-tool=redo]")).to_be_focused()
    keys.press("Escape")
    expect(page.locator(EDITOR)).to_be_focused()
    keys.insert_text("сюда")  # at once: what is typed with a rest is taken back in parts
    keys.press("Control+a")
    keys.press("Control+k")
    expect(page.locator(".rich-link input")).to_be_focused()
    assert barriers(person) == []
    keys.type("kubik.example")
    keys.press("Enter")
    expect(page.locator(AREA)).to_have_value(
        '<p><a href="https://kubik.example" rel="noopener nofollow">сюда</a></p>'
    )
    expect(page.locator(EDITOR)).to_be_focused()
    keys.press("Control+z")
    keys.press("Control+z")
    expect(page.locator(AREA)).to_have_value("")
    assert person.violations() == []


def test_what_is_pasted_from_word_is_cleaned(login: Login) -> None:
    person = login("admin", width=390)
    opened(person)
    person.page.click(EDITOR)
    person.page.evaluate(PASTE, [EDITOR, WORD])
    expect(person.page.locator(AREA)).to_have_value(
        "<p><strong>Договор</strong></p><ul><li><p>Первый</p><ul><li><p>Вложенный</p></li></ul></li></ul><p>Обычный "
        '<strong>жирный</strong> плохая <a href="https://kubik.example" rel="noopener nofollow">хорошая</a></p>'
    )
    assert barriers(person) == []
    assert person.violations() == []
    assert person.page.evaluate("() => document.documentElement.scrollWidth - window.innerWidth") <= 0


def test_without_scripts_the_text_is_written_as_it_is(login: Login) -> None:
    person = login("admin", scripts=False)
    person.goto("/e/deal/new")
    person.page.fill("#f-name", "Без скриптов")
    person.page.fill("#f-notes", "Первая строка\n\nВторая")
    person.page.click("[data-save]")
    expect(person.page.locator(".rich p")).to_have_text(["Первая строка", "Вторая"])


def test_on_a_card_the_editor_has_the_focus_and_is_saved_and_left_by_its_keys(login: Login) -> None:
    person = login("admin")
    page, keys = person.page, person.page.keyboard
    person.goto("/e/deal")
    page.click("tbody a[href^='/e/deal/']")
    page.wait_for_selector(".rec")
    person.settle()
    value = page.locator("[data-edit][data-name='notes']")
    value.hover()
    value.locator(".pen").click()
    expect(value.locator(EDITOR)).to_be_focused()
    keys.press("Control+b")
    keys.type("Срочно")
    keys.press("Control+Enter")
    expect(value.locator("dd .rich strong")).to_have_text("Срочно")
    value.locator(".pen").press("Enter")
    expect(value.locator(EDITOR)).to_be_focused()
    keys.type("!")
    keys.press("Escape")
    expect(value.locator(EDITOR)).to_have_count(0)
    expect(value.locator("dd .rich")).not_to_contain_text("!")
