"""A workspace with the sample model of storage, copied from one that is made once for each database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.storage.workspace import Workspace
from tests.conftest import Databases, Dialect
from tests.core.storage.samples import sample_model, sample_workspace, settings_for
from tests.warm import Warm

WARM = ("psycopg", "tests.core.solutions.samples", "tests.core.records.crashing", "tests.core.records.dying")


@pytest.fixture(scope="session")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warm]:
    """What processes that are to be killed are forked from."""
    with Warm(tmp_path_factory.mktemp("warm"), *WARM) as made:
        yield made


@pytest.fixture(scope="session")
def sample_template(
    lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Dialect], str]:
    """`sample_template(dialect)`: the URL of a database with the sample model, to be copied."""
    made: dict[Dialect, str] = {}

    def template(dialect: Dialect) -> str:
        if dialect not in made:
            url = lasting_database(dialect)
            sample_workspace(url, tmp_path_factory.mktemp("template")).close()
            made[dialect] = url
        return made[dialect]

    return template


@pytest.fixture
def sampled(
    dialect: Dialect, fresh_database: Databases, sample_template: Callable[[Dialect], str], tmp_path: Path
) -> Iterator[Workspace]:
    """A workspace in which the sample model is in force, on each database in turn."""
    workspace = Workspace.open(
        settings_for(fresh_database(dialect, template=sample_template(dialect)), tmp_path)
    )
    workspace.remember(sample_model())
    yield workspace
    workspace.close()
