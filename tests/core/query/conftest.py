"""One world of odd values on each kind of database, made once and only read."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.storage.workspace import Workspace
from tests.core.query.world import World, fill, make_workspace

DIALECTS = ("sqlite", "postgresql")


@pytest.fixture(scope="package", params=DIALECTS)
def place(request, lasting_database, tmp_path_factory) -> Iterator[tuple[Workspace, World]]:
    """A workspace and the same rows in Python."""
    world, rows = fill()
    workspace = make_workspace(
        lasting_database(request.param), tmp_path_factory.mktemp("home"), rows, world.model
    )
    yield workspace, world
    workspace.close()
