"""A new installation: the workspace, the system's solution, the asked ones, the first administrator."""

from __future__ import annotations

import hashlib
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
from core.storage.upgrades import read_fact, write_fact
from core.storage.workspace import Transaction, Workspace
from metamodel.messages import message
from metamodel.names import SYSTEM_SOLUTION

SYSTEM = Path(__file__).parent.parent / "system"
EXAMPLES = Path(__file__).parent.parent.parent / "examples"

_SYSTEM_MARK = "system"
"""The fact that says from which files the installation has the system's solution."""


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
        _install_system(workspace, step)
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
    return source_of(_system_files())


def _system_files() -> dict[str, bytes]:
    return {path.relative_to(SYSTEM).as_posix(): path.read_bytes() for path in sorted(SYSTEM.rglob("*.yaml"))}


def _system_mark() -> str:
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in _system_files().items()}
    return hashlib.sha256(repr(sums).encode()).hexdigest()


def _install_system(workspace: Workspace, step: Told = lambda name: None) -> int:
    version = install(workspace, system_actor(), system_source(), step=step)
    mark = _system_mark()
    workspace.write(lambda tx: write_fact(tx.connection, tx.tables.own, _SYSTEM_MARK, mark))
    return version


def bring_system(workspace: Workspace) -> bool:
    """Give an installation that an earlier Kubik made the system's solution of this one; whether there was a change.

    It is an ordinary change of configuration: refused with its errors where a solution has taken a name that the
    system's needs, or where it would lose values. What was cut short goes on; of several processes one does it.
    """
    with workspace.read() as tx:
        version, known = tx.model.version, read_fact(tx.connection, tx.tables.own, _SYSTEM_MARK)
        if SYSTEM_SOLUTION not in tx.model.solutions or known == _system_mark():
            return False
    try:
        return _install_system(workspace) != version
    except KubikError as error:
        if error.code != "KBK1102":
            raise
        return (
            _install_system(workspace) != version
        )  # the model moved meanwhile: perhaps another process did it


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
