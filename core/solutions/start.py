"""A new installation: the workspace, the system's solution, the asked ones, the first administrator."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import sqlalchemy as sa

from core.access.actor import system_actor
from core.access.login import hash_password, set_password
from core.errors import KubikError
from core.records import create
from core.settings import Settings
from core.solutions.apply import Told
from core.solutions.packages import install
from core.solutions.source import Source, read_solution, source_of
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import message

SYSTEM = Path(__file__).parent.parent / "system"
EXAMPLES = Path(__file__).parent.parent.parent / "examples"


def initialize(
    settings: Settings,
    solutions: Sequence[str] = (),
    *,
    demo: bool = False,
    login: str | None = None,
    password: str | None = None,
    name: str | None = None,
    step: Told = lambda name: None,
) -> Workspace:
    """Make an installation: nothing that is there already is made again, so what was cut short goes on.

    ``solutions`` are names of examples or paths. ``login`` is the first administrator's; without a ``password`` they
    cannot sign in until one is set. Refuses a solution that cannot be read before anything is made (KBK1105).
    """
    sources = [read_solution(find_solution(each)) for each in solutions]
    workspace = Workspace.create(settings)
    try:
        install(workspace, system_actor(), system_source(), step=step)
        if login is not None:
            add_administrator(workspace, login, password, name)
            step("administrator")
        for source in sources:
            install(workspace, system_actor(), source, demo=demo, step=step)
    except BaseException:
        workspace.close()
        raise
    return workspace


def system_source() -> Source:
    """The system's own solution."""
    files = {
        path.relative_to(SYSTEM).as_posix(): path.read_bytes() for path in sorted(SYSTEM.rglob("*.yaml"))
    }
    return source_of(files)


def find_solution(name: str) -> Path:
    """The folder or zip of a solution: a path, or the name of an example."""
    example = EXAMPLES / name
    if "/" not in name and "\\" not in name and example.is_dir():
        return example
    path = Path(name)
    if not path.exists():
        known = sorted(p.name for p in EXAMPLES.iterdir() if p.is_dir()) if EXAMPLES.is_dir() else []
        raise KubikError(
            "KBK1105",
            message(
                "there is no solution “{name}”: a path, or one of {known}", name=name, known=", ".join(known)
            ),
        )
    return path


def add_administrator(workspace: Workspace, login: str, password: str | None, name: str | None = None) -> int:
    """A user with the administrator's role; one of that login who is there gets the password only. The user's id."""
    hashed = hash_password(password) if password is not None else None

    def action(tx: Transaction) -> int:
        user = tx.model.entities["user"]
        place = tx.tables[user.uid]
        key = place.columns[user.by_name["login"].uid].value
        found = tx.connection.execute(
            sa.select(place.table.c.id).where(key == login, place.table.c.deleted_at.is_(None))
        ).scalar()
        if found is None:
            roles = [{"role": {"by": {"name": "administrator"}}}]
            values = {"login": login, "name": name or login, "roles": roles}
            found = create(tx, system_actor(), "user", values).id
        if hashed is not None:
            set_password(tx, found, hashed)
        return int(found)

    return workspace.write(action)
