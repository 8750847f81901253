"""Bar codes: a hand scanner, the camera, the picture on the card, finding by a scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from tests.e2e.conftest import Login, Person

pytestmark = pytest.mark.e2e

PARTS = ".scan-field, dialog.scan, .value .barcode"

FIELD = "#f-barcode"

SCAN = """(code) => {
    let at = performance.now();
    const key = (key) => {
        const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true });
        Object.defineProperty(event, "timeStamp", { value: (at += 5) });
        return document.activeElement.dispatchEvent(event);
    };
    [...code].forEach((each) => key(each));
    return !key("Enter");
}"""
"""Keys as fast as a scanner sends them, however busy the machine; whether Enter was kept from the form."""


def barriers(person: Person) -> list[str]:
    """What axe finds in the parts that are this page's subject."""
    return person.barriers(PARTS)


def test_a_scanner_fills_the_field_without_sending_the_form_and_finds_in_a_list(login: Login) -> None:
    person = login("admin")
    page = person.page
    person.goto("/e/product/new")
    page.fill("#f-code", "SCAN-1")
    page.fill("#f-name", "Сыр")
    page.fill(FIELD, "старое")
    assert page.evaluate(SCAN, "4600051000057")
    expect(page.locator(FIELD)).to_have_value("4600051000057")
    assert barriers(person) == []
    page.fill(FIELD, "4600051000058")
    page.click("[data-save]")
    expect(page.locator(f"{FIELD}-wrong")).to_contain_text("Контрольная цифра (место 13) — 8")
    page.fill(FIELD, "4600051000057")
    person.save()
    picture = page.locator(".value .barcode-picture")
    expect(picture).to_be_visible()
    expect(picture).not_to_have_js_property("naturalWidth", 0)
    person.goto("/e/product")
    page.evaluate("() => document.activeElement?.blur()")
    assert page.evaluate(SCAN, "4600051000057")
    page.wait_for_url("**q=4600051000057*")
    person.settle()
    expect(page.locator("#rows td.name")).to_have_text(["Сыр"])
    assert barriers(person) == []
    assert person.violations() == []


@pytest.mark.parametrize(("width", "dark"), [(1440, False), (390, True)], ids=["wide", "phone"])
def test_the_camera_opens_in_a_dialog_and_closes_by_escape(login: Login, width: int, dark: bool) -> None:
    person = login("admin", width=width, dark=dark)
    page = person.page
    person.goto("/e/product/new")
    button = page.locator(f"[data-scan={FIELD.removeprefix('#')}]")
    expect(button).to_be_visible()
    button.click()
    page.wait_for_function("() => document.querySelector('dialog.scan video')?.videoWidth > 0")
    assert barriers(person) == []
    page.keyboard.press("Escape")
    expect(page.locator("dialog.scan")).to_have_count(0)
    expect(button).to_be_focused()
    assert person.violations() == []
