"""Purging: columns and tables that no definition names any more, dropped for ever because somebody asked for it."""

from __future__ import annotations

from core.access.actor import Actor
from core.solutions.permitting import require_configure
from core.storage.catalog import read_catalog
from core.storage.ddl import Leftover, leftovers, limit_waiting, purge
from core.storage.views import remake_views
from core.storage.workspace import Transaction, Workspace


def unreferenced(workspace: Workspace) -> tuple[Leftover, ...]:
    """What changes have left behind: undo needs it, nothing else does."""
    with workspace.read() as tx:
        return leftovers(read_catalog(tx.connection, tx.tables.schema), tx.tables)


def purge_unreferenced(workspace: Workspace, actor: Actor) -> tuple[Leftover, ...]:
    """Drop what is unreferenced, with its values: an undo that needed them brings fields back empty."""

    def action(tx: Transaction) -> tuple[Leftover, ...]:
        require_configure(tx, actor)
        limit_waiting(tx.connection)
        found = leftovers(read_catalog(tx.connection, tx.tables.schema), tx.tables)
        remake_views(tx.connection, tx.tables)
        purge(tx.connection, tx.tables, found)
        return found

    return workspace.write(action, exclusive=True)
