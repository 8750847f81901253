"""The workspace of these tests: one with the sample model."""

from __future__ import annotations

import pytest

from core.storage.workspace import Workspace


@pytest.fixture
def workspace(sampled: Workspace) -> Workspace:
    return sampled
