"""A process that writes until it is killed: run as a module with the home, the database and what to do."""

from __future__ import annotations

import sys
from pathlib import Path

from core import records
from core.access.actor import Actor
from core.records.importing import Options, run_import
from core.settings import Settings
from core.storage.workspace import Workspace
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
        saved = workspace.write(lambda tx, values=values: records.create(tx, root, "deal", values))
        print("saved", saved.id, count, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
