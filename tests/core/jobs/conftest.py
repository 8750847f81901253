"""An empty workspace on each database in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.storage.workspace import Workspace
from tests.core.storage.samples import settings_for


@pytest.fixture
def workspace(database_url: str, tmp_path: Path) -> Iterator[Workspace]:
    made = Workspace.create(settings_for(database_url, tmp_path))
    yield made
    made.close()
