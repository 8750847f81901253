"""`kill -9` while writing: what was acknowledged is there, nothing is there in part, the database is sound."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.storage.check import check_storage
from core.storage.ddl import grow
from core.storage.workspace import Workspace
from metamodel.model import Model
from tests.core.storage.samples import make_field, sample_model
from tests.core.storage.test_ddl import changed, steps_of, tables_of
from tests.warm import Warm

WRITER = """
import sys
from pathlib import Path
from core.storage.workspace import Workspace
from tests.core.storage.samples import sample_model, settings_for
from tests.core.storage.test_check import insert
from tests.core.storage.test_types import save

workspace = Workspace.open(settings_for(sys.argv[1], Path(sys.argv[2])))
workspace.remember(sample_model())

def action(tx):
    deal = save(tx, {"dealname": "Ёлка " * 50})
    for _ in range(3):
        insert(tx, "dealitem", deal=deal)
    return deal

while True:
    print(workspace.write(action), flush=True)
"""

GROWER = """
import sys
from pathlib import Path
from core.storage.ddl import grow
from core.storage.workspace import Workspace
from tests.core.storage.samples import settings_for
from tests.core.storage.test_crash import larger
from tests.core.storage.test_ddl import tables_of

workspace = Workspace.open(settings_for(sys.argv[1], Path(sys.argv[2])))
model = larger()
print("begin", flush=True)
grow(workspace.database, tables_of(workspace, model), model.entities.values(), lambda step: print(step.kind, flush=True))
"""


def larger() -> Model:
    """The sample model with more columns and indexes."""
    model = sample_model()
    for name in ("department", "role", "user", "deal"):
        model = changed(model, name, *(make_field(name, f"more{n}", "text", indexed=True) for n in range(4)))
    return model


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system knows no kill -9")
def test_what_was_acknowledged_survives_the_end_of_the_process(
    workspace: Workspace, warm: Warm, tmp_path: Path
) -> None:
    acknowledged: list[int] = []
    for round_ in range(2):
        writers = [warm.begin(WRITER, [workspace.settings.database, str(tmp_path)]) for _ in range(2)]
        for writer in writers:
            acknowledged += [int(writer.out.readline()) for _ in range(3 + round_)]
        for writer in writers:
            acknowledged += map(int, writer.kill())
    with workspace.read() as tx:
        deals = set(tx.connection.execute(sa.select(tx.tables["deal"].table.c.id)).scalars())
        parent = tx.tables["dealitem"].columns["dealitemdeal"].value
        items = {
            row[0]: row[1]
            for row in tx.connection.execute(sa.select(parent, sa.func.count()).group_by(parent))
        }
    assert len(acknowledged) > 10
    assert set(acknowledged) <= deals
    assert items == dict.fromkeys(deals, 3)
    assert list(map(str, check_storage(workspace, whole=True))) == []


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system knows no kill -9")
def test_growing_that_was_killed_goes_on(workspace: Workspace, warm: Warm, tmp_path: Path) -> None:
    tables = tables_of(workspace, larger())
    for patience in (0.0, 0.01, 0.03):
        grower = warm.begin(GROWER, [workspace.settings.database, str(tmp_path)])
        assert grower.out.readline() == "begin\n"
        time.sleep(patience)
        grower.kill()
        assert list(map(str, check_storage(workspace))) == [], "the model in force lacks nothing"
    grow(workspace.database, tables, tables.model.entities.values())
    assert steps_of(workspace, tables) == []
