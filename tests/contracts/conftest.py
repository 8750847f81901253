"""Places that contracts share: made once for each kind of database."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.storage.workspace import Workspace
from tests.conftest import DIALECTS
from tests.contracts.places import make_workspace


@pytest.fixture(scope="session", params=DIALECTS)
def busy(request, lasting_database, tmp_path_factory) -> Iterator[Workspace]:
    """The busy sales system; tests leave it as it is."""
    workspace = make_workspace(lasting_database(request.param), tmp_path_factory.mktemp("home"))
    yield workspace
    workspace.close()
