"""An installation of the shapes of peers for each kind of database, served."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.access.actor import system_actor
from core.access.tokens import create_token
from core.query import Query, read
from core.solutions.start import initialize
from core.storage.workspace import Transaction
from tests.conftest import Databases, Dialect
from tests.sites import PASSWORD, Installed, Site, made_once, running, settings

PEERS = Path(__file__).parent / "peers"


@pytest.fixture(scope="session")
def installed_peers(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The database with the solution, and the token of its administrator, made when first asked for."""
    return made_once(lasting_database, tmp_path_factory, install)


def install(url: str, home: Path) -> dict[str, str]:
    """The solution with an administrator; their token by login."""
    workspace = initialize(settings(url, home), (str(PEERS),), login="admin", password=PASSWORD)

    def give(tx: Transaction) -> str:
        asked = Query(entity="user", fields=("id",), filter="login = 'admin'")
        [user] = read(tx, system_actor(), asked).items
        return create_token(tx, user["id"], "test")

    tokens = {"admin": workspace.write(give)}
    workspace.close()
    return tokens


@pytest.fixture
def peers(
    dialect: Dialect,
    installed_peers: Installed,
    fresh_database: Databases,
    tmp_path: Path,
) -> Iterator[Site]:
    """The shapes of peers, served, with the person admin."""
    template, tokens = installed_peers(dialect)
    with running(fresh_database(dialect, template=template), tmp_path, tokens) as found:
        yield found
