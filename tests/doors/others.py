"""What other people began: a job, an unfinished import, a saved view, put there beside everything that is asked."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from core.access.actor import Actor
from core.jobs.jobs import finish_now, start_job
from core.records.importing.unfinished import begin
from core.records.views import save_view
from core.records.views.state import State
from core.storage.workspace import Transaction
from tests.doors.visit import Visit


def other(visit: Visit) -> Actor:
    """An administrator who is not the one who asks."""
    user = visit.entity("user")
    login = "root" if visit.who != "root" else "dora"
    row = next(r for r in visit.rights.world.rows[user.uid] if r[user.by_name["login"].uid] == login)
    return Actor(user=row["id"], login=login, roles=(visit.rights.model.roles["administrator"].uid,))


def me(visit: Visit) -> Actor:
    """Who asks, as one who keeps files for themselves."""
    return Actor(user=visit.rights.person.me, login=visit.who)


def job_of_another(visit: Visit, kind: str) -> int:
    """The id of a job of that kind that somebody else began and that is done."""
    work, asker = visit.entity("work"), other(visit)

    def put(tx: Transaction) -> int:
        given = {"entity": work.uid, "name": "q.csv", "format": "csv"}
        job = start_job(tx, kind, given, by=asker.person)
        finish_now(tx, job, {"created": 1, "updated": 0, "entity": work.uid}, done=1)
        return job

    return visit.site.workspace.write(put)


def file_on_its_way(visit: Visit, by: Actor, entity: str, table: str) -> str:
    """The token of an import that is not begun yet."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "q.csv"
        path.write_text(table, encoding="utf-8")
        return begin(visit.site.workspace, by, path, "q.csv", entity).token


def view_of_another(visit: Visit, label: str) -> str:
    """The uid of a view that somebody else saved for themselves."""
    return visit.site.workspace.write(
        lambda tx: save_view(
            tx, other(visit), "work", label, "list", State(columns=("name",), filter="amount > 1")
        )
    )
