"""Commands over databases of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import Commands


@pytest.fixture
def kubik(tmp_path: Path, database_url: str) -> Commands:
    """The command line over an empty database of each kind."""
    return Commands(tmp_path / "home", database_url)


@pytest.fixture
def kubik_sqlite(tmp_path: Path) -> Commands:
    """The command line over SQLite alone, for what does not depend on the database."""
    return Commands(tmp_path / "home", f"sqlite:///{tmp_path}/kubik.db")
