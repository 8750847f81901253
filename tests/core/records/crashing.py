"""A process that writes until it is killed: run as a module with the home, the database and what to do."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

from core import records
from core.access.actor import Actor
from core.records.importing import Options, run_import
from core.settings import Settings
from core.storage.workspace import Transaction, Workspace
from tests import factories


def main(home: str, database_url: str, user: str, what: str, file: str = "") -> None:
    """Say ``ready``, then ``id number`` for every write that was acknowledged, or ``done position`` of an import."""
    workspace = Workspace.open(
        Settings(home=Path(home), database_url=database_url, time_zone="Europe/Moscow")
    )
    workspace.remember(factories.model())
    root = Actor(user=int(user), login="root", roles=(factories.model().roles["administrator"].uid,))
    print("ready", flush=True)
    if what == "import":
        run_import(
            workspace, root, "company", Path(file).read_bytes(), Options(origin="import"),
            lambda done, total: print("done", done, flush=True),
        )  # fmt: skip
        print("end", flush=True)
        return
    count = 0
    while True:
        count += 1
        values = {
            "name": f"deal {count}",
            "opened_on": "2026-01-01",
            "items": [{"product": 1, "quantity": count}],
        }
        saved = workspace.write(partial(_create, root, values))
        print("saved", saved.id, count, flush=True)


def _create(root: Actor, values: dict[str, Any], tx: Transaction) -> records.Saved:
    return records.create(tx, root, "deal", values)


if __name__ == "__main__":
    main(*sys.argv[1:])
