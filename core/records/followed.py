"""Records whose rights follow the record they lead to (`rights: of parent`): asked of that record at every write."""

from __future__ import annotations

from collections.abc import Iterable

from core.records.asking import visible_ids
from core.records.permit import before_write, given
from core.records.places import pointer_to
from core.records.shapes import Row
from core.records.statements import load
from core.records.work import Work
from metamodel.fields.link_any import AnyLink
from metamodel.messages import message
from metamodel.model import Entity


def permit_followed(work: Work, rows: Iterable[Row]) -> None:
    """Refuse rows whose record, the one they lead to before or after the write, may not be seen (KBK2006, or KBK3005
    of a new link) or may not be written (KBK4002).
    """
    asked: dict[str, list[tuple[Row, AnyLink]]] = {}
    for row in rows:
        for link in _links(row):
            asked.setdefault(link.entity, []).append((row, link))
    for uid, pairs in sorted(asked.items(), key=lambda item: item[0]):
        target = work.model.entity_by_uid.get(uid)
        ids = {link.id for _, link in pairs}
        seen = set[int]() if target is None else visible_ids(work, target, ids, life="any")
        asked_for = {work.grants.asked_of_followed(row.entity.uid, "update") for row, _ in pairs} - {"read"}
        writable = {
            action: set[int]() if target is None else updatable(work, target, seen, action)
            for action in asked_for
        }
        for row, link in pairs:
            action = work.grants.asked_of_followed(row.entity.uid, "update")
            if link.id not in seen:
                _refuse_unseen(work, row, link)
            elif action in writable and link.id not in writable[action]:
                why = message("{entity}: you may not change this record", entity=row.entity.label)
                work.refuse(row.pointer, "KBK4002", why)


def updatable(work: Work, entity: Entity, ids: Iterable[int], action: str = "update") -> set[int]:
    """Those of the records that a grant of updating, or of another action, stands on; of child rows those whose
    parent's does, too.
    """
    ids = set(ids)
    if work.grants.everything or not ids:
        return ids
    stored = load(work.tx, entity, ids)
    rows = [Row(entity=entity, action="keep", id=i, before=before) for i, before in stored.items()]
    holds = before_write(work, entity, rows)
    grants = given(work, entity, action)
    found = {row.id for row in rows if any(holds(row, grant, action) for grant in grants)}
    if entity.parent is None:
        return found
    link = work.grants.parent_link(entity.uid)
    assert link is not None
    parent, children = link
    if action == "update" and children.uid not in work.grants.writable(parent.uid, action):
        return set()
    above = {i: stored[i][entity.parent] for i in found}
    allowed = updatable(work, parent, above.values(), action)
    return {i for i, up in above.items() if up in allowed}


def _links(row: Row) -> set[AnyLink]:
    """What the row leads to, before the write and after it."""
    uid = row.entity.follows
    if uid is None or row.action == "keep":
        return set()
    both = (row.before.get(uid), row.sent.get(uid))
    return {link for link in both if isinstance(link, AnyLink)}


def _refuse_unseen(work: Work, row: Row, link: AnyLink) -> None:
    uid = row.entity.follows or ""
    if row.before.get(uid) == link:
        work.refuse(row.pointer, "KBK2006", message("there is no record {id}", id=row.id))
    else:
        why = message("there is no record {id}", id=link.id)
        work.refuse(pointer_to(row, row.entity.by_uid[uid].name), "KBK3005", why)
