"""A served demonstration system and people at real browsers, watched for violations and for faults of scripts."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect

from core.access.actor import system_actor
from core.access.login import set_password
from core.access.passwords import hash_password
from core.query import Query, read
from core.settings import Settings
from core.solutions.start import initialize
from core.storage.workspace import Transaction

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", (event) =>
    window.violations.push(`${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}`));
"""
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
EXPECTED = ("status of 4",)
"""What a browser logs of a refusal that a test brought about."""

STILL = """
() => document.getAnimations().forEach((motion) => motion.effect.getTiming().iterations !== Infinity && motion.finish())
"""
"""Brings every passage of one colour into another to its end: axe would measure half of the way."""

MOMENT, QUIET = 20, 100
"""Milliseconds between two looks at what is loading, and without any until a page is quiet."""

PATIENCE = 20_000
"""Milliseconds for what a page is to show: as long as a busy machine takes; who finds it at once waits for nothing."""
expect.set_options(timeout=PATIENCE)

WORDS = "kubik-demo"
"""Everybody's password."""

Login = Callable[..., "Person"]


@dataclass
class Person:
    """Somebody at a browser."""

    page: Page
    url: str
    faults: list[str] = field(default_factory=list)
    loading: set[Request] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.page.on("request", self._begun)
        self.page.on("requestfinished", self._ended)
        self.page.on("requestfailed", self._ended)

    def _begun(self, request: Request) -> None:
        if "/events" not in request.url:  # a stream stays open as long as its page
            self.loading.add(request)

    def _ended(self, request: Request) -> None:
        self.loading.discard(request)

    def goto(self, path: str) -> None:
        """Open a page and wait until it is quiet."""
        self.page.goto(self.url + path)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing has been loading for a moment (Playwright's own moment takes half a second)."""
        self.page.wait_for_load_state()
        deadline, quiet = time.monotonic() + 8, 0
        while quiet < QUIET and time.monotonic() < deadline:
            self.page.wait_for_timeout(MOMENT)
            quiet = 0 if self.loading else quiet + MOMENT

    def save(self) -> None:
        """Press Save and wait for the card."""
        self.page.click("[data-save]")
        self.page.wait_for_selector(".rec")
        self.settle()

    def violations(self) -> list[str]:
        """What the browser refused by the Content-Security-Policy on this page."""
        found: list[str] = self.page.evaluate("() => window.violations")
        return found

    def barriers(self, parts: str = "", *, colours: bool = False) -> list[str]:
        """What axe finds on this page, or in the parts of it that a selector names; with ``colours`` only of those."""
        self.page.evaluate(AXE.read_text("utf-8") + ";0")
        self.page.evaluate(STILL)
        found: dict[str, Any] = self.page.evaluate(
            "([only, parts]) => axe.run(parts ? {include: [...document.querySelectorAll(parts)]} : document,"
            " {runOnly: only, resultTypes: ['violations']})",
            [
                {"type": "rule", "values": ["color-contrast"]}
                if colours
                else {"type": "tag", "values": RULES},
                parts,
            ],
        )
        return [
            f"{rule['id']}: {node['target']} {node.get('failureSummary', '')[:300]}"
            for rule in found["violations"]
            for node in rule["nodes"]
        ]


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration system, made once; tests get copies."""
    home = tmp_path_factory.mktemp("demo") / "home"
    workspace = initialize(Settings(home=home), ("crm",), demo=True, login="admin", password=WORDS)
    hashed = hash_password(WORDS)

    def give(tx: Transaction) -> None:
        for user in read(tx, system_actor(), Query(entity="user", fields=(), limit=100)).items:
            set_password(tx, user["id"], hashed)

    workspace.write(give)
    workspace.close()
    return home


@pytest.fixture(scope="module")
def served(demo_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a copy of the demonstration system, served by the command itself."""
    home = tmp_path_factory.mktemp("served") / "home"
    shutil.copytree(demo_home, home)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, "KUBIK_HOME": str(home), "KUBIK_LOG_LEVEL": "warning"}
    log = (home.parent / "serve.log").open("wb")
    command = [sys.executable, "-m", "core.cli", "serve", "--port", str(port)]
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
    )
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_served(url, server, home.parent / "serve.log")
        yield url
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=20)
        log.close()


def wait_until_served(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until the sign-in page answers; a server that ended says why."""
    deadline = time.monotonic() + 40
    while time.monotonic() < deadline:
        if server.poll() is not None:
            pytest.fail(f"the server ended: {log.read_text('utf-8')[-2000:]}")
        try:
            with urllib.request.urlopen(f"{url}/sign-in", timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    pytest.fail(f"the server does not answer: {log.read_text('utf-8')[-2000:]}")


@pytest.fixture
def login(browser: Browser, served: str) -> Iterator[Login]:
    """``login("marina", width=390, dark=True)``: a person signed in; faults of their pages fail the test at its end."""
    people: list[Person] = []
    with ExitStack() as closing:

        def enter(
            who: str | None, *, width: int = 1440, height: int = 900, dark: bool = False, scripts: bool = True,
            locale: str = "ru-RU",
        ) -> Person:  # fmt: skip
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale=locale, java_script_enabled=scripts,
                color_scheme="dark" if dark else "light", has_touch=width < 768,
            )  # fmt: skip
            closing.callback(context.close)
            context.set_default_timeout(PATIENCE)
            context.add_init_script(WATCH)
            person = Person(context.new_page(), served)
            people.append(person)
            watch(person)
            person.goto("/sign-in")
            if who is not None:
                person.page.fill("#login", who)
                person.page.fill("#password", WORDS)
                person.page.click("form[action='/sign-in'] button.primary")
                person.page.wait_for_url(lambda url: "/sign-in" not in url)
                person.settle()
            return person

        yield enter
    assert [fault for person in people for fault in person.faults] == []


def watch(person: Person) -> None:
    """Remember what scripts threw and what the browser complained of."""

    def logged(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(text in message.text for text in EXPECTED):
            person.faults.append(message.text)

    person.page.on("console", logged)
    person.page.on("pageerror", lambda error: person.faults.append(str(error)))
