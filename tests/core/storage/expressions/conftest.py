"""Both databases with the world of expressions, made once for a file of tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.core.storage.expressions.world import Base, make_base


@pytest.fixture(scope="module")
def bases(lasting_database: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Base, Base]]:
    """SQLite and PostgreSQL."""
    home: Path = tmp_path_factory.mktemp("home")
    made = (
        make_base(lasting_database("sqlite"), home / "a"),
        make_base(lasting_database("postgresql"), home / "b"),
    )
    yield made
    for base in made:
        base.workspace.close()
