"""A served installation of the sample sales system, for tests of the web and the API: made once, copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from litestar.testing import TestClient

from core import records
from core.access.actor import system_actor
from core.access.login import set_password
from core.access.passwords import hash_password
from core.access.tokens import create_token
from core.settings import Settings
from core.storage.install import install_model
from core.storage.workspace import Transaction, Workspace
from core.web.app import Application, create_app
from metamodel.fields.base import Context
from metamodel.model import Model
from tests import factories
from tests.conftest import Databases

PASSWORD = "correct horse"
PEOPLE: Mapping[str, str] = {"admin": "administrator", "helen": "head", "mark": "manager", "nina": "manager"}
CONTEXT = Context()
ZONE = "Europe/Moscow"


def settings(database_url: str, home: Path, **more: Any) -> Settings:
    """Settings of a test's installation, its key a fixed one."""
    return Settings(
        home=home,
        database_url=database_url,
        secret_key=b"0" * 32,
        time_zone=ZONE,
        language="en",
        **more,
    )


def today() -> date:
    """The day of a test's installation, which may be another one than this machine's."""
    return datetime.now(ZoneInfo(ZONE)).date()


def install(
    url: str, home: Path, model: Model | None = None, given: Settings | None = None
) -> dict[str, str]:
    """The sample, or another model with its roles, with four people; their API tokens by login."""
    workspace = Workspace.create(given or settings(url, home))
    try:
        install_model(workspace, model or factories.model())
        workspace.write(records.sync_roles)
        hashed = hash_password(PASSWORD)

        def people(tx: Transaction) -> dict[str, str]:
            tokens = {}
            for login, role in PEOPLE.items():
                values = {
                    "login": login,
                    "name": login.title(),
                    "language": "en",
                    "roles": [{"role": {"by": {"name": role}}}],
                }
                saved = records.create(tx, system_actor(), "user", values, context=CONTEXT)
                set_password(tx, saved.id, hashed)
                tokens[login] = create_token(tx, saved.id, "test")
            return tokens

        return workspace.write(people)
    finally:
        workspace.close()


@dataclass(kw_only=True)
class Site:
    """A running application with clients for each person."""

    application: Application
    tokens: Mapping[str, str]
    client: TestClient[Application]
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def workspace(self) -> Workspace:
        return self.application.site.workspace

    def call(self, method: str, path: str, who: str | None = "admin", **more: Any) -> Any:
        """A call of the API in somebody's name; None is nobody's."""
        headers = {"authorization": f"Bearer {self.tokens[who]}"} if who else {}
        headers.update(more.pop("headers", {}))
        return self.client.request(method, path, headers=headers, **more)

    def get(self, path: str, who: str | None = "admin", **more: Any) -> Any:
        return self.call("GET", path, who, **more)

    def post(self, path: str, body: Any, who: str | None = "admin", **more: Any) -> Any:
        return self.call("POST", path, who, json=body, **more)

    def patch(self, path: str, body: Any, who: str | None = "admin", **more: Any) -> Any:
        return self.call("PATCH", path, who, json=body, **more)


@contextmanager
def running(database_url: str, home: Path, tokens: Mapping[str, str], **more: Any) -> Iterator[Site]:
    """The application over a copy of the installation."""
    given = settings(database_url, home, **more)
    application = create_app(given)
    with TestClient(application, base_url="http://testserver.local") as client:
        yield Site(application=application, tokens=tokens, client=client)


Installed = Callable[[str], tuple[str, Mapping[str, str]]]


def made_once(
    databases: Databases, homes: pytest.TempPathFactory, make: Callable[[str, Path], Mapping[str, str]]
) -> Installed:
    """The database that ``make`` fills and the tokens it answers, made for each kind of database when asked for."""
    made: dict[str, tuple[str, Mapping[str, str]]] = {}

    def get(dialect: str) -> tuple[str, Mapping[str, str]]:
        if dialect not in made:
            url = databases(dialect)  # type: ignore[arg-type]
            made[dialect] = url, make(url, homes.mktemp("home"))
        return made[dialect]

    return get
