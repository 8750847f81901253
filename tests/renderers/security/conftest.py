"""The sample installation for tests of pages, its heads changing the people of whom they are the head."""

from __future__ import annotations

import pytest

from tests import factories
from tests.conftest import Databases
from tests.site_fixtures import site
from tests.sites import Installed, install, made_once

__all__ = ["installed", "site"]

PEOPLE = '          - {entity: user, actions: [update], rows: "department IS NULL", fields: [name]}\n'


@pytest.fixture(scope="session")
def installed(lasting_database: Databases, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """Made once for each kind of database; a head changes who is in no department."""
    head = factories.SAMPLE["roles/head.yaml"].rstrip() + "\n" + PEOPLE
    model = factories.model({"roles/head.yaml": head})
    return made_once(lasting_database, tmp_path_factory, lambda url, home: install(url, home, model))
