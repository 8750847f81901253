"""A workspace with a contact and copies of what it holds, made once for each database and copied for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from core.storage.workspace import Workspace
from tests import sites
from tests.conftest import Databases, Dialect
from tests.core.records.erasing.test_erasure import MODEL, fill
from tests.factories import model

Filled = Callable[[Dialect], str]


@pytest.fixture(scope="session")
def filled(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    """A database of that kind with everything that `fill` puts there, to be copied."""

    @cache
    def made(dialect: Dialect) -> str:
        url, home = lasting_database(dialect), tmp_path_factory.mktemp("home")
        sites.install(url, home, model(MODEL))
        opened = Workspace.open(sites.settings(url, home))
        fill(opened)
        opened.close()
        return url

    return made


@pytest.fixture
def copied(
    filled: Filled, fresh_database: Databases, dialect: Dialect, tmp_path: Path
) -> Iterator[Workspace]:
    """A copy of it."""
    opened = Workspace.open(sites.settings(fresh_database(dialect, template=filled(dialect)), tmp_path))
    yield opened
    opened.close()
