"""Files that hang on a record of any kind, under its rights: records of the system's entity ``attachment``."""

from __future__ import annotations

from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.query.names import readable_entity
from core.query.query import FileLink, Leading, Query
from core.query.read import read, record
from core.records.api import create
from core.records.shapes import Saved
from core.storage.workspace import Transaction

ATTACHMENT = "attachment"
FIELDS = ("id", "version", "file", "created_at", "created_by")


def attachments(
    tx: Transaction, actor: Actor, entity: str, id: int, cursor: str | None = None, limit: int = 50
) -> tuple[list[dict[str, Any]], str | None]:
    """The files of a record that the actor sees, the newest first, and the cursor of the next page."""
    found = readable_entity(tx.model, grants_of(tx.model, actor), entity)
    record(tx, actor, entity, id, ("id",), deleted=True)
    leading = Leading(field=tx.model.entities[ATTACHMENT].follows or "", entity=found.uid, id=id, last=None)
    page = read(tx, actor, Query(
        entity=ATTACHMENT, fields=_fields(tx, actor), sort=("-created_at", "-id"), cursor=cursor, limit=limit, leading=leading,
    ))  # fmt: skip
    return [_told(item) for item in page.items], page.next


def attach(tx: Transaction, actor: Actor, entity: str, id: int, file: int) -> Saved:
    """Hang a file that the actor sent, or may read, on a record that they may change."""
    record(tx, actor, entity, id, ("id",))
    return create(tx, actor, ATTACHMENT, {"about": {"entity": entity, "id": id}, "file": {"id": file}})


def attachment(tx: Transaction, actor: Actor, entity: str, id: int, number: int) -> dict[str, Any]:
    """One of the files of a record; KBK2006 when it hangs elsewhere."""
    item, _ = record(tx, actor, ATTACHMENT, number, (*_fields(tx, actor), "about"))
    about = item.pop("about")
    if getattr(about, "entity", None) != entity or about.id != id:
        raise KubikError("KBK2006")
    return _told(item)


def _fields(tx: Transaction, actor: Actor) -> tuple[str, ...]:
    """What is read of an attachment: its file, where the actor may read that."""
    file = tx.model.entities[ATTACHMENT].by_name["file"]
    known = grants_of(tx.model, actor).readable(tx.model.entities[ATTACHMENT].uid)
    return FIELDS if file.uid in known else tuple(name for name in FIELDS if name != "file")


def _told(item: dict[str, Any]) -> dict[str, Any]:
    """An attachment as the API tells it: the members of its file, and who hung it there when."""
    hung = {"attachment": item["id"], "at": item["created_at"], "by": item["created_by"]}
    file = item.get("file")
    if not isinstance(file, FileLink):
        return {"id": None, "hidden": True, **hung}
    return {"id": file.id, "name": file.name, "size": file.size, "type": file.type, "url": file.url, **hung}
