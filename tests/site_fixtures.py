"""Fixtures that serve the sample installation on each kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Databases, Dialect
from tests.sites import Installed, Site, install, made_once, running


@pytest.fixture(scope="session")
def installed(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The database and the tokens of an installation made once for each kind of database."""
    return made_once(lasting_database, tmp_path_factory, install)


@pytest.fixture
def site(dialect: Dialect, installed: Installed, fresh_database: Databases, tmp_path: Path) -> Iterator[Site]:
    """The sample, served, with people admin, helen (head), mark and nina (managers)."""
    template, tokens = installed(dialect)
    with running(fresh_database(dialect, template=template), tmp_path, tokens) as found:
        yield found
