"""A workspace with the system's solution and the shop, on each database in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from core.solutions.packages import install
from core.solutions.start import initialize
from core.storage.workspace import Workspace
from tests.core.solutions.samples import SYSTEM, settings_for, shop


@pytest.fixture(scope="session")
def shop_template(lasting_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """`shop_template(dialect)`: the URL of a closed database with the shop, to be copied."""
    made: dict[str, str] = {}

    def template(dialect: str) -> str:
        if dialect not in made:
            url = lasting_database(dialect)
            workspace = initialize(settings_for(url, tmp_path_factory.mktemp("home")))
            install(workspace, SYSTEM, shop())
            workspace.close()
            made[dialect] = url
        return made[dialect]

    return template


@pytest.fixture
def shop_url(dialect: Any, fresh_database: Any, shop_template: Any) -> str:
    """The URL of a database that holds the shop."""
    url: str = fresh_database(dialect, template=shop_template(dialect))
    return url


@pytest.fixture
def workspace(shop_url: str, tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace.open(settings_for(shop_url, tmp_path))
    yield opened
    opened.close()
