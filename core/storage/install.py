"""A hand-made model put into a workspace at once: tables, document, version. For tests and benchmarks."""

from __future__ import annotations

from core.storage.ddl import create_entities
from core.storage.load import store_model
from core.storage.search.settling import settle
from core.storage.tables import Tables
from core.storage.views import remake_views
from core.storage.workspace import Transaction, Workspace
from metamodel.model import Model


def install_model(workspace: Workspace, model: Model) -> None:
    """Make the tables of ``model``, store it and keep it as the model in force (its version must be a new one)."""

    def install(tx: Transaction) -> None:
        tables = Tables(model, workspace.database.schema, workspace.database.dialect)
        tables = create_entities(tx.connection, tables, model.entities.values())
        settle(tx, tables)
        remake_views(tx.connection, tables)
        store_model(
            tx.connection,
            workspace.own,
            version=model.version,
            at=tx.now,
            by=None,
            document=model.document,
            columns={},
        )
        tx.after_commit.append(lambda: workspace.remember(model))

    workspace.write(install, exclusive=True)
