"""What tests of every part share: databases of both kinds, a browser, and a verdict that cannot be empty.

`./kubik test` gives the PostgreSQL and the browser by KUBIK_TEST_POSTGRES_URL and KUBIK_TEST_CHROMIUM. For pytest
alone: `export KUBIK_TEST_POSTGRES_URL=$(.venv/bin/python -m scripts.postgres start)`. What is missing is a failure.
"""

from __future__ import annotations

import faulthandler
import gc
import itertools
import os
import shutil
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
import structlog
from hypothesis import HealthCheck, settings
from psycopg import sql
from structlog.dev import ConsoleRenderer, plain_traceback

from core.plugin_manager import start_plugins
from tests.thrift import save_work

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Dialect = Literal["sqlite", "postgresql"]
FreshDatabase = Callable[[Dialect], str]
DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql")

BROWSER_ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
)
"""Its camera shows a turning disc."""

# An installation's settings in the developer's environment must not reach the tests.
for _name in [
    name for name in os.environ if name.startswith("KUBIK_") and not name.startswith("KUBIK_TEST_")
]:
    del os.environ[_name]


# The same examples in every run, as many seconds as they take: a verdict hangs neither on dice nor on a busy machine.
settings.register_profile(
    "kubik", deadline=None, suppress_health_check=[HealthCheck.too_slow],
    derandomize=not os.environ.get("KUBIK_TEST_LONG"),
)  # fmt: skip
settings.load_profile("kubik")

# What structlog chooses by itself draws every local name of every frame of a fault: minutes, where a fault is what is tried.
structlog.configure(processors=[ConsoleRenderer(colors=False, exception_formatter=plain_traceback)])

start_plugins()  # before any test asks for a field type: some do while they are collected
save_work()


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The URL of a PostgreSQL superuser who may create databases."""
    url = os.environ.get("KUBIK_TEST_POSTGRES_URL")
    if not url:
        pytest.fail(
            "KUBIK_TEST_POSTGRES_URL is not set: run ./kubik test, "
            "or export KUBIK_TEST_POSTGRES_URL=$(.venv/bin/python -m scripts.postgres start)",
            pytrace=False,
        )
    return url


class Databases:
    """Makes empty databases (or copies of another one) and drops them again."""

    def __init__(self, folder: Path, postgres_url: Callable[[], str]) -> None:
        self._folder = folder
        self._postgres_url = postgres_url
        self._undo = ExitStack()
        self._numbers = itertools.count(1)
        self._prefix = f"kubik_test_{uuid.uuid4().hex[:12]}"

    def __call__(self, dialect: Dialect, *, template: str | None = None) -> str:
        """The URL of a new database; `template` is the URL of one nobody is connected to, to be copied."""
        name = f"{self._prefix}_{next(self._numbers)}"
        return self._sqlite(name, template) if dialect == "sqlite" else self._postgresql(name, template)

    def _sqlite(self, name: str, template: str | None) -> str:
        path = self._folder / f"{name}.db"
        if template is not None:
            shutil.copyfile(template.removeprefix("sqlite:///"), path)
        return f"sqlite:///{path}"

    def _postgresql(self, name: str, template: str | None) -> str:
        server = self._postgres_url()
        source = urlsplit(template).path.lstrip("/") if template else "template1"
        with psycopg.connect(server, autocommit=True) as connection:
            # Files copied cost an eighth of the processor's time of pages written into the log, the way since 15.
            copied = sql.SQL(" STRATEGY file_copy" if connection.info.server_version >= 150000 else "")
            names = (sql.Identifier(name), sql.Identifier(source))
            connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names) + copied)
        self._undo.callback(self._drop, server, name)
        return urlunsplit(urlsplit(server)._replace(path=f"/{name}"))

    @staticmethod
    def _drop(server: str, name: str) -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def close(self) -> None:
        self._undo.close()


@pytest.fixture
def fresh_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Databases]:
    """`fresh_database(dialect)`: the URL of an empty database that lives as long as the test."""
    databases = Databases(tmp_path, lambda: str(request.getfixturevalue("postgres_url")))
    yield databases
    databases.close()


@pytest.fixture(scope="session")
def lasting_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Databases]:
    """The same for what is made once and shared, as a template or read-only: lives as long as the session."""
    databases = Databases(
        tmp_path_factory.mktemp("databases"), lambda: str(request.getfixturevalue("postgres_url"))
    )
    yield databases
    databases.close()


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    """Each kind of database in turn."""
    return request.param


@pytest.fixture
def database_url(dialect: Dialect, fresh_database: Databases) -> str:
    """An empty database of each kind in turn."""
    return fresh_database(dialect)


_open_browser = ExitStack()
_opened: list[Browser] = []


@pytest.fixture
def browser() -> Browser:
    """A real Chromium, one for all tests in a row that ask for it."""
    if not _opened:
        path = (
            os.environ.get("KUBIK_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        )
        if not path:
            pytest.fail("there is no browser: run ./kubik test, or set KUBIK_TEST_CHROMIUM", pytrace=False)
        from playwright.sync_api import sync_playwright  # half a second that other tests need not wait

        playwright = _open_browser.enter_context(sync_playwright())
        _opened.append(playwright.chromium.launch(executable_path=path, args=list(BROWSER_ARGUMENTS)))
        _open_browser.callback(_opened.clear)
        _open_browser.callback(_opened[0].close)
    return _opened[0]


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    """Close the browser before a test without one: while it is open, Playwright keeps an event loop in this thread."""
    if "browser" not in getattr(nextitem, "fixturenames", ()):
        _open_browser.close()


LONGEST = (
    "e2e",
    "contracts",
    "docs",
    "scripts",
    "core/solutions",
    "core/cli",
    "core/records",
    "core/storage",
    "core",
)
"""Folders whose files take longest, in order: begun first, none is left alone at the end."""


DRAWN = (
    "renderers/api/",
    "renderers/exporting/",
    "renderers/importing/",
    "renderers/pivots/",
    "renderers/documents/",
)
"""Of what renders these are tried on both databases; pages are drawn from values that `tests/core` reads from both."""

SECOND_TRY = not any(os.environ.get(f"KUBIK_TEST_{name}") for name in ("LATE", "SLOW", "ONCE"))
"""A browser test that failed is tried once more and told with what failed, but where such failures are looked for
(docs/decisions/second-try.md)."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Put what takes longest first (the order within a file stays), and pages on SQLite alone but for a long run."""
    root = Path(__file__).parent

    def where(item: pytest.Item) -> str:
        return item.path.relative_to(root).as_posix()

    def place(item: pytest.Item) -> int:
        found = (rank for rank, start in enumerate(LONGEST) if where(item).startswith(f"{start}/"))
        return next(found, len(LONGEST))

    def is_twice(item: pytest.Item) -> bool:
        page = where(item).startswith(("renderers/", "core/web/")) and not where(item).startswith(DRAWN)
        return page and "postgresql" in getattr(getattr(item, "callspec", None), "params", {}).values()

    for item in items:
        if SECOND_TRY and item.get_closest_marker("e2e"):
            item.add_marker(pytest.mark.flaky(reruns=1))
    items.sort(key=place)
    if not os.environ.get("KUBIK_TEST_LONG"):
        twice = [item for item in items if is_twice(item)]
        config.hook.pytest_deselected(items=twice)
        items[:] = [item for item in items if not is_twice(item)]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage in what tests make, less often than Python would, and never in what was imported and collected."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 10, 10)
        gc.enable()


def pytest_unconfigure() -> None:
    """A thread that a test left behind keeps no process: a minute later its stack is told, and the process ends."""
    faulthandler.dump_traceback_later(60, exit=True, file=2)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """A run in which nothing ran has not passed, nor one before which a check failed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus != pytest.ExitCode.OK or reporter is None or hasattr(session.config, "workerinput"):
        return
    if session.config.option.collectonly:
        return
    if not any(reporter.stats.get(kind) for kind in ("passed", "xfailed")):
        session.exitstatus = pytest.ExitCode.NO_TESTS_COLLECTED
    elif os.environ.get("KUBIK_TEST_FAILED_CHECKS"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    failed = os.environ.get("KUBIK_TEST_FAILED_CHECKS")
    if failed:
        terminalreporter.section("checks that failed before the tests", red=True, bold=True)
        terminalreporter.write_line(f"{failed} (what they said stands above)")
