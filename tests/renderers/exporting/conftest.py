"""A served installation whose manager may export their own deals that are not lost, amounts apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import factories
from tests.conftest import Databases, Dialect
from tests.sites import Installed, Site, install, made_once, running

MANAGER = (
    factories.SAMPLE["roles/manager.yaml"].rstrip()
    + """
          - {entity: deal, actions: [export], rows: "owner = me AND stage <> 'lost'", fields: {all_but: [amount, closes_on]}}
          - {entity: deal, actions: [export], rows: "owner = me AND stage = 'won'", fields: [closes_on]}
"""
)


@pytest.fixture(scope="session")
def exporting(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The database and the tokens, made once for each kind of database."""
    model = factories.model({"roles/manager.yaml": MANAGER})
    return made_once(lasting_database, tmp_path_factory, lambda url, home: install(url, home, model))


@pytest.fixture
def site(dialect: Dialect, exporting: Installed, fresh_database: Databases, tmp_path: Path) -> Iterator[Site]:
    """The sample, served."""
    template, tokens = exporting(dialect)
    with running(fresh_database(dialect, template=template), tmp_path, tokens) as found:
        yield found
