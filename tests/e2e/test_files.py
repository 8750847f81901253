"""Files and secrets at real browsers: chosen, dropped, pasted, photographed, taken away, kept through a refusal."""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from core.settings import Settings
from tests.e2e.conftest import Login, Person
from tests.papers import PDF, papers_model, picture
from tests.sites import PASSWORD, install

DROP = """([selector, name, text, kind]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, {type: kind}));
    const target = document.querySelector(selector);
    for (const event of ["dragover", "drop"])
        target.dispatchEvent(new DragEvent(event, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""
PASTE = """([selector, name, text, kind]) => {
    const data = new DataTransfer();
    data.items.add(new File([Uint8Array.from(atob(text), (c) => c.charCodeAt(0))], name, {type: kind}));
    document.querySelector(selector).dispatchEvent(
        new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation of papers in place of the demonstration."""
    home = tmp_path_factory.mktemp("papers") / "home"
    install("", home, papers_model(), Settings(home=home, time_zone="Europe/Moscow"))
    return home


def enter(login: Login, who: str, **how: object) -> Person:
    """Somebody of the papers at a browser."""
    return login(who, words=PASSWORD, **how)


def given(name: str, content: bytes, kind: str = "application/octet-stream") -> dict[str, object]:
    return {"name": name, "mimeType": kind, "buffer": content}


def stand(page: Page, field: str, *names: str) -> None:
    expect(page.locator(f'[data-files="{field}"] .file-item a')).to_have_text(names)


def put(page: Page, field: str, *files: dict[str, object], way: str = ".file-input >> nth=0") -> None:
    page.set_input_files(f'[data-files="{field}"] {way}', list(files))  # type: ignore[arg-type]


def test_files_are_chosen_dropped_pasted_ordered_and_kept_through_a_refusal(login: Login) -> None:
    person = enter(login, "helen")
    page = person.page
    person.goto("/e/paper/new")
    put(page, "/doc", given("Договор №5.pdf", PDF))
    put(page, "/scans[]", given("a.txt", b"a"), given("b.txt", b"b"))
    text = base64.b64encode(b"c").decode()
    page.evaluate(DROP, ['[data-files="/scans[]"]', "c.txt", text, "text/plain"])
    stand(page, "/scans[]", "a.txt", "b.txt", "c.txt")
    image = base64.b64encode(picture()).decode()
    page.evaluate(PASTE, ['[data-files="/photo"]', "pasted.jpg", image, "image/jpeg"])
    expect(page.locator('[data-files="/photo"] .file-item img')).to_have_js_property("complete", True)
    page.locator('[data-files="/scans[]"] .file-item >> nth=1').locator("[data-up]").press("Alt+ArrowUp")
    stand(page, "/scans[]", "b.txt", "a.txt", "c.txt")
    held = person.hold("**/api/files")
    put(page, "/any", given("big.txt", b"x"))
    page.fill('input[name="/code"]', "s3cret-word")
    assert person.barriers(".file-field, .secret-field") == []

    page.click("[data-save]")
    expect(page.locator(".toasts")).to_contain_text("it is saved when they are there")
    held.go_on()
    expect(page.locator(".summary, #f-name-wrong").first).to_be_visible()
    stand(page, "/any", "big.txt")
    stand(page, "/doc", "Договор №5.pdf")
    stand(page, "/scans[]", "b.txt", "a.txt", "c.txt")
    expect(page.locator('input[name="/code"]')).to_have_value("")
    person.settle()
    assert "s3cret-word" not in page.content()
    page.fill("#f-name", "Router")
    page.fill('input[name="/code"]', "s3cret-word")
    page.locator('[data-files="/scans[]"] .file-item >> nth=0').locator("button").last.click()
    person.save()

    expect(page.locator('[data-name="scans"] .file-chip')).to_have_text(
        [re.compile("a.txt"), re.compile("c.txt")]
    )
    expect(page.locator('[data-name="photo"] img')).to_have_js_property("naturalWidth", 320)
    secret = page.locator('[data-name="code"] .secret')
    assert "s3cret-word" not in page.content()
    secret.get_by_role("button").first.click()
    expect(secret.locator("code")).to_have_text("s3cret-word")
    secret.get_by_role("button").first.click()
    expect(secret.locator("code")).to_have_count(0)
    assert person.barriers(".values") == [] and person.violations() == []


def test_a_phone_photographs_into_a_field(login: Login) -> None:
    person = enter(login, "helen", width=390, height=844, dark=True)
    page = person.page
    person.goto("/e/paper/new")
    page.fill("#f-name", "Photo")
    way = page.locator('[data-files="/photo"] [data-capture]')
    expect(way).to_have_attribute("capture", "environment")
    put(page, "/photo", given("IMG_0001.jpg", picture(3000, 2000), "image/jpeg"), way="[data-capture]")
    expect(page.locator('[data-files="/photo"] .file-item a')).to_have_text("IMG_0001.jpg")
    person.save()
    expect(page.locator('[data-name="photo"] img')).to_have_js_property("naturalWidth", 320)
    assert person.violations() == []


def test_without_scripts_files_go_along_with_the_form(login: Login) -> None:
    person = enter(login, "helen", scripts=False)
    page = person.page
    person.goto("/e/paper/new")
    put(page, "/doc", given("plain.pdf", PDF))
    put(page, "/scans[]", given("a.txt", b"a"), given("b.txt", b"b"))
    page.click("[data-save]")
    expect(page.locator(".summary, #f-name-wrong").first).to_be_visible()
    stand(page, "/doc", "plain.pdf")
    stand(page, "/scans[]", "a.txt", "b.txt")
    page.fill("#f-name", "Plain")
    page.uncheck('[data-files="/scans[]"] .file-item >> nth=0 >> input[type=checkbox]', force=True)
    put(page, "/photo", given("wrong.png", b"no picture"))
    page.click("[data-save]")
    expect(page.locator("#f-photo-wrong")).to_contain_text("wrong.png")
    put(page, "/photo", given("right.png", picture(kind="PNG")))
    page.click("[data-save]")
    expect(page.locator('[data-name="scans"] .file-chip')).to_have_count(1)
    expect(page.locator('[data-name="photo"] .thumb')).to_have_attribute("href", re.compile("right.png"))


def test_files_hang_on_a_card_and_are_taken_off_it(login: Login) -> None:
    person = enter(login, "helen")
    page = person.page
    person.goto("/e/paper/new")
    page.fill("#f-name", "Hung")
    person.save()
    page.click('[data-panels] [data-key="files"]')
    page.wait_for_selector('[data-pane="files"] .file-field')
    two: Any = [given("a.txt", b"a"), given("b.txt", b"b")]
    page.set_input_files('[data-pane="files"] .file-input >> nth=0', two)
    lines = page.locator('[data-pane="files"] .file-line')
    expect(lines).to_have_count(2)
    assert person.barriers('[data-pane="files"]') == []
    lines.first.get_by_role("button").click()
    expect(lines).to_have_count(1)
    assert person.violations() == []
