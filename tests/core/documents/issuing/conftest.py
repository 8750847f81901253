"""A workspace with documents for each kind of database, made once and copied for each test; rendering is pretended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.documents.issuing import issue, preparing
from core.storage.workspace import Workspace
from tests import paperwork
from tests.conftest import Databases, Dialect
from tests.core.documents.issuing.pretended import Pretended
from tests.sites import Installed, made_once, settings


@pytest.fixture(scope="session")
def installed(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return made_once(lasting_database, tmp_path_factory, paperwork.fill)


@pytest.fixture
def place(
    installed: Installed, fresh_database: Databases, dialect: Dialect, tmp_path: Path
) -> Iterator[tuple[str, Path]]:
    template, _ = installed(dialect)
    yield fresh_database(dialect, template=template), tmp_path


@pytest.fixture
def workspace(place: tuple[str, Path]) -> Iterator[Workspace]:
    made = Workspace.open(settings(*place))
    yield made
    made.close()


@pytest.fixture
def pretended(monkeypatch: pytest.MonkeyPatch) -> Pretended:
    """Rendering that takes a moment and fails when it is told to."""
    made = Pretended()
    monkeypatch.setattr(issue, "render", made)
    monkeypatch.setattr(
        preparing,
        "formats_of",
        lambda workspace, type_: ("docx", "pdf") if type_.template("docx") else ("pdf",),
    )
    return made
