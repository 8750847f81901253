"""An installation as commands make it: the administrator comes last, so one that has one is whole."""

from __future__ import annotations

from collections.abc import Sequence

from core import query
from core.access.actor import system_actor
from core.errors import KubikError
from core.query.query import Query
from core.settings import Settings
from core.solutions.start import add_administrator, initialize
from core.storage.workspace import Transaction, Workspace

ADMINISTRATOR = "administrator"


def is_whole(given: Settings) -> bool:
    """Whether there is an installation with an administrator; one that was cut short is gone on with."""
    try:
        workspace = Workspace.open(given)
    except KubikError as error:
        if error.code != "KBK6002":
            raise
        return False
    try:
        with workspace.read() as tx:
            return _has_administrator(tx)
    finally:
        workspace.close()


def _has_administrator(tx: Transaction) -> bool:
    if "user_role" not in tx.model.entities:
        return False
    return (
        query.count(
            tx, system_actor(), Query(entity="user_role", filter=f"role.name = '{ADMINISTRATOR}'"), cap=1
        )
        > 0
    )


def make(given: Settings, solutions: Sequence[str], login: str, password: str, *, demo: bool) -> Workspace:
    """A whole installation, opened."""
    workspace = initialize(given, solutions, demo=demo)
    add_administrator(workspace, login, password)
    return workspace
