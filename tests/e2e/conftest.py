"""A served demonstration system and people at real browsers, watched for violations and for faults of scripts."""

from __future__ import annotations

import os
import re
import shutil
import signal
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import URLError

import pytest
from playwright.sync_api import Browser, ConsoleMessage, FloatRect, Locator, Page, Request, Route, expect

from core.access.actor import system_actor
from core.access.login import set_password
from core.access.passwords import hash_password
from core.query import Query, read
from core.settings import Settings
from core.solutions.start import initialize
from core.storage.workspace import Transaction
from tests.commands import free_port
from tests.warm import Warm

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

LOOK = """
async (element, bring) => {
    const place = () => { const { x, y, width, height } = element.getBoundingClientRect(); return { x, y, width, height }; };
    if (bring) element.scrollIntoViewIfNeeded();
    const before = place();
    await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    const now = place(), still = Object.keys(now).every((side) => now[side] === before[side]);
    return element.isConnected && now.width && now.height && still ? now : null;
}
"""
"""Where an element stands, when it stands there for two frames."""

MOMENT, QUIET = 20, 100
"""Milliseconds between two looks at what is loading, and without any until a page is quiet."""

PATIENCE = 20_000
"""Milliseconds for what a page is to show: as long as a busy machine takes; who finds it at once waits for nothing."""
expect.set_options(timeout=PATIENCE)

ROUTED = "/asked/by/tests"
"""What is asked to see whether a page's requests are heard of."""

SLOW = float(os.environ.get("KUBIK_TEST_SLOW", "1"))
"""How many times slower than this machine the pages think."""

WORDS = "kubik-demo"
"""Everybody's password."""

SERVE = """
import os, sys
os.setsid()
os.environ |= {"KUBIK_HOME": sys.argv[1], "KUBIK_LOG_LEVEL": "warning"}
sys.argv = ["kubik", "serve", "--port", sys.argv[2]]
from core.cli import main
main()
"""

Login = Callable[..., "Person"]


@dataclass
class Held:
    """Requests that are kept on their way until they are let go; what is asked after that passes."""

    page: Page
    first: bool
    kept: list[Route] = field(default_factory=list)
    passing: bool = False

    def keep(self, route: Route) -> None:
        """Keep a request, unless it comes behind the one that is kept, or behind those that went on."""
        if self.passing or (self.first and self.kept):
            route.continue_()
        else:
            self.kept.append(route)

    def go_on(self) -> None:
        """Let them go, as soon as there is one."""
        deadline = time.monotonic() + PATIENCE / 1000
        while not self.kept and time.monotonic() < deadline:
            self.page.wait_for_timeout(MOMENT)
        assert self.kept, "nothing was asked"
        self.passing = True
        for route in self.kept:
            route.continue_()


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

    def sign_in(self, login: str, words: str) -> None:
        """Sign in by the form alone: the page of it and the one behind it are not drawn."""
        form, ask = f"{self.url}/sign-in", self.page.request
        token = re.search(r'name="_csrf_token" value="([^"]+)"', ask.get(form).text())
        assert token is not None
        sent: dict[str, str | float | bool] = {"_csrf_token": token[1], "login": login, "password": words}
        assert ask.post(form, form=sent, max_redirects=0).status == 303

    def goto(self, path: str) -> None:
        """Open a page and wait until it is quiet."""
        self.page.goto(self.url + path)
        self.settle()

    def settle(self) -> None:
        """Wait until nothing has been loading for a moment (Playwright's own moment takes half a second)."""
        self.page.wait_for_load_state()
        deadline, quiet = time.monotonic() + PATIENCE / 1000, 0
        while quiet < QUIET and time.monotonic() < deadline:
            self.page.wait_for_timeout(MOMENT)
            quiet = 0 if self.loading else quiet + MOMENT

    def box(self, place: Locator, *, bring: bool = True) -> FloatRect:
        """Where an element stands in the window, brought into sight: looked at anew until nothing loads, it was
        not exchanged for another and stands still."""
        deadline = time.monotonic() + PATIENCE / 1000
        while time.monotonic() < deadline:
            self.settle()
            found: FloatRect | None = place.evaluate(LOOK, bring)
            if found is not None:
                return found
        raise AssertionError(f"{place} does not stand still")

    def hold(self, pattern: str | re.Pattern[str], *, first: bool = False) -> Held:
        """Keep requests to addresses on their way, all of them or the first alone."""
        held = Held(self.page, first)
        self.page.route(pattern, held.keep)
        self.routed()
        return held

    def routed(self) -> None:
        """Wait until requests take a new route: a busy page asks past it for a moment, and nobody hears of that."""
        if not self.page.url.startswith(self.url):
            return  # no page yet
        self.page.route(f"**{ROUTED}", lambda route: route.fulfill(status=204))
        deadline, asked = time.monotonic() + PATIENCE / 1000, 0
        while asked != 204 and time.monotonic() < deadline:
            asked = self.page.evaluate("(address) => fetch(address).then((answer) => answer.status)", ROUTED)
        assert asked == 204, "the page is not routed"

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
        if not self.page.evaluate("() => 'axe' in window"):  # half a megabyte, once for a page
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


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """What servers are forked from."""
    with Warm(tmp_path_factory.mktemp("warm"), "tests.e2e.serving") as made:
        yield made


@contextmanager
def serving(demo_home: Path, servers: Warm, folder: Path) -> Iterator[str]:
    """The address of a copy of the demonstration system, served by the command itself."""
    home = folder / "home"
    shutil.copytree(demo_home, home)
    port, log = free_port(), folder / "serve.log"
    server = servers.fork(SERVE, [str(home), str(port)], Path(os.devnull), log)
    url = f"http://127.0.0.1:{port}"
    try:
        wait_until_served(url, log)
        yield url
    finally:
        os.killpg(server, signal.SIGTERM)
        servers.wait(server)


@pytest.fixture(scope="module")
def shared_server(demo_home: Path, servers: Warm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What the tests of a module are served by."""
    with serving(demo_home, servers, tmp_path_factory.mktemp("served")) as url:
        yield url


@pytest.fixture
def served(
    request: pytest.FixtureRequest, demo_home: Path, servers: Warm, shared_server: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:  # fmt: skip
    """The server of the module; for a second try one of its own, where the first left no trace."""
    if getattr(request.node, "execution_count", 1) == 1:
        yield shared_server
        return
    with serving(demo_home, servers, tmp_path_factory.mktemp("served")) as url:
        yield url


def wait_until_served(url: str, log: Path) -> None:
    """Until the sign-in page answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{url}/sign-in", timeout=20):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    pytest.fail(f"the server does not answer: {log.read_text('utf-8')[-2000:]}")


@pytest.fixture
def login(browser: Browser, served: str) -> Iterator[Login]:
    """``login("marina", width=390, dark=True)``: a person signed in who goes to a page next, ``login(None)`` somebody
    at the sign-in page; faults of their pages fail the test at its end."""
    people: list[Person] = []
    with ExitStack() as closing:

        def enter(
            who: str | None, *, width: int = 1440, height: int = 900, dark: bool = False, scripts: bool = True,
            locale: str = "ru-RU", words: str = WORDS,
        ) -> Person:  # fmt: skip
            context = browser.new_context(
                viewport={"width": width, "height": height}, locale=locale, java_script_enabled=scripts,
                color_scheme="dark" if dark else "light", has_touch=width < 768,
            )  # fmt: skip
            closing.callback(context.close)
            context.set_default_timeout(PATIENCE)
            context.add_init_script(WATCH)
            person = Person(context.new_page(), served)
            if SLOW > 1:
                context.new_cdp_session(person.page).send("Emulation.setCPUThrottlingRate", {"rate": SLOW})
            people.append(person)
            watch(person)
            if who is None:
                person.goto("/sign-in")
            else:
                person.sign_in(who, words)
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
