"""Values that a reader spells as people do are found as they are kept: in searches and in comparisons."""

from __future__ import annotations

from contextlib import closing

import pytest

from core import records
from core.access.actor import system_actor
from core.query.query import Query
from core.query.read import read
from core.settings import Settings
from core.storage.install import install_model
from core.storage.workspace import Workspace
from tests import factories

PERSON = """
name: worker
title: "{name}"
fields:
  - {name: name, type: text}
  - {name: snils, type: text, format: snils}
  - {name: phone, type: phone}
  - {name: mail, type: email}
  - {name: boss, type: link, to: worker}
"""


@pytest.mark.parametrize(
    "spelled", [("112-233-445 95", "8 (495) 123-45-67"), ("11223344595", "+74951234567")]
)
def test_a_spelled_value_is_the_kept_one(database_url, tmp_path, spelled):
    snils, phone = spelled
    with closing(Workspace.create(Settings(home=tmp_path, database_url=database_url))) as workspace:
        install_model(workspace, factories.model({"entities/worker.yaml": PERSON}))

        def found(**asked):
            query = Query(entity="worker", fields=("name",), sort=("name",), **asked)
            with workspace.read() as tx:
                return [item["name"] for item in read(tx, system_actor(), query).items]

        def fill(tx):
            ann = {"name": "Ann", "snils": "112-233-445 95", "phone": "8 495 123 45 67", "mail": "a@b.ru"}
            boss = records.create(tx, system_actor(), "worker", ann).id
            records.create(tx, system_actor(), "worker", {"name": "Bob", "boss": boss})

        workspace.write(fill)
        assert found(search=snils) == ["Ann"]
        assert found(search=phone) == ["Ann"]
        assert found(search="123 no number") == []
        assert found(filter=f"phone = '{phone}' AND snils IN ('{snils}', 'x')") == ["Ann"]
        assert found(filter=f"NOT (boss.phone IS DISTINCT FROM '{phone}')") == ["Bob"]
        assert found(filter="phone = 'nonsense'") == []
