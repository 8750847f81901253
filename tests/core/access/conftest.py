"""A workspace with people, on each database in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.storage.workspace import Workspace
from tests.core.storage.samples import sample_workspace


@pytest.fixture
def workspace(database_url: str, tmp_path: Path) -> Iterator[Workspace]:
    made = sample_workspace(database_url, tmp_path)
    yield made
    made.close()
