"""The browser of the tests is a real one."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser


@pytest.mark.e2e
def test_browser_runs_scripts_and_reads_russian(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<title>Ёлка</title><p id=a>1</p>")
    assert page.title() == "Ёлка"
    assert page.evaluate("() => document.getElementById('a').textContent") == "1"
    page.close()
