"""What tests of every part share: databases of both kinds, a browser, and a verdict that cannot be empty.

`./kubik test` gives the PostgreSQL and the browser by KUBIK_TEST_POSTGRES_URL and KUBIK_TEST_CHROMIUM. For pytest
alone: `export KUBIK_TEST_POSTGRES_URL=$(.venv/bin/python -m scripts.postgres start)`. What is missing is a failure.
"""

from __future__ import annotations

import itertools
import os
import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql

from core.plugin_manager import start_plugins

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
)

# An installation's settings in the developer's environment must not reach the tests.
for _name in [
    name for name in os.environ if name.startswith("KUBIK_") and not name.startswith("KUBIK_TEST_")
]:
    del os.environ[_name]


start_plugins()  # before any test asks for a field type: some do while they are collected


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
            connection.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(source))
            )
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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium. Per module: while it is open, Playwright keeps an event loop in this thread."""
    path = os.environ.get("KUBIK_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if not path:
        pytest.fail("there is no browser: run ./kubik test, or set KUBIK_TEST_CHROMIUM", pytrace=False)
    from playwright.sync_api import sync_playwright  # half a second that other tests need not wait

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(BROWSER_ARGUMENTS))
        yield chromium
        chromium.close()


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
