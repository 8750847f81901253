"""A process that writes until it is killed: run as a module with the home, the database and what to do."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import Any

from core import records
from core.access.actor import Actor
from core.records.importing import Options, Report, chunks, run_import
from core.records.importing.recipe import Fill, Recipe, Target
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
    if what == "columns":
        import_columns(workspace, root, Path(file))
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


def import_columns(workspace: Workspace, root: Actor, file: Path, *, told: bool = True) -> Report:
    """The same with a recipe, columns from the file to the database, a second process beside this one."""
    fills = tuple(Fill(column=name, field=name) for name in ("name", "inn"))
    recipe = Recipe(targets=(Target(entity="company", fields=fills),), language="ru")
    chunks.WORTH, chunks.BEFORE, chunks.FIRST = 300, 200, 100
    return run_import(
        workspace, root, "", file, None, lambda done, total: print("done", done, flush=True) if told else None,
        name=file.name, recipe=recipe,
    )  # fmt: skip


def _create(root: Actor, values: dict[str, Any], tx: Transaction) -> records.Saved:
    return records.create(tx, root, "deal", values)


if __name__ == "__main__":
    main(*sys.argv[1:])
