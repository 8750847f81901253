"""Reads the levels of what a template needs: along links, children, lists and records that link here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.documents.gathering.level import Branch, Level, fill, level_of
from core.documents.needs import Member, Needs
from core.errors import KubikError
from core.query.inverses import leading_ids
from core.query.plan import Life
from core.query.query import FileLink, Link, LinkAny
from core.query.read import titles
from core.storage.workspace import Transaction, unnoted
from metamodel.messages import message
from metamodel.model import Entity, Field

MOST_RECORDS = 20_000
"""Records that are read for documents at once, those behind links among them."""

NOTHING = Needs({})


@dataclass(slots=True)
class Reading:
    """Reads for one person; ``left`` is how many records may still be read."""

    tx: Transaction
    actor: Actor
    left: int = MOST_RECORDS

    def level(self, entity: Entity, needs: Needs, ids: Iterable[int], life: Life = "live") -> Level:
        """The records of these ids that the actor sees, with everything behind them."""
        wanted = list(dict.fromkeys(ids))
        self._count(len(wanted))
        made = level_of(self.tx, self.actor, entity, needs)
        if not wanted or not grants_of(self.tx.model, self.actor).may(entity.uid, "read"):
            return made
        fill(self.tx, self.actor, made, wanted, life)
        for name, each in made.members.items():
            inner = made.needs.fields[name]
            made.branches[name] = list(self._branches(made, each, inner))
        return made

    def whole(self, entity: Entity, needs: Needs, ids: Sequence[int]) -> Branch:
        """The records that documents are made for, with their titles when a template prints them."""
        level = self.level(entity, needs, ids)
        if not needs.titled:
            return Branch(level=level)
        printed = titles(self.tx, self.actor, entity, level.items)
        return Branch(level=level, titles=printed, titled=self._titled(entity, level.items))

    def _branches(self, level: Level, each: Member, inner: Needs | None) -> Iterable[Branch]:
        needs, model = inner or NOTHING, self.tx.model
        if each.entity is not None:
            most = self.left + 1
            ids = list(level.items)
            rows = leading_ids(self.tx, self.actor, each.entity, each.field, level.entity, ids, most)
            yield self._listed(each.entity, inner, rows)
        elif each.field.type.name == "children":
            rows = {
                id: [child["id"] for child in item.get(each.field.name) or ()]
                for id, item in level.items.items()
            }
            yield self._listed(model.entity_by_uid[each.field.target or ""], inner, rows)
        elif _leads(each.field):
            reached: dict[str, dict[int, bool]] = {}
            for item in level.items.values():
                for link in links_of(item.get(each.field.name)):
                    uid = (
                        model.entities[link.entity].uid
                        if isinstance(link, LinkAny)
                        else target_of(each.field)
                    )
                    if link.id is not None and uid is not None:
                        reached.setdefault(uid, {})[link.id] = link.deleted
            for uid, found in reached.items():
                entity = model.entity_by_uid[uid]
                live = [id for id, deleted in found.items() if not deleted] if needs.fields else []
                yield Branch(level=self.level(entity, needs, live), titled=self._titled(entity, found))

    def _listed(self, entity: Entity, inner: Needs | None, rows: Mapping[int, Sequence[int]]) -> Branch:
        """Records that stand in lists; their titles where they are printed."""
        ids = [id for some in rows.values() for id in some]
        level = self.level(entity, inner or NOTHING, ids)
        if inner is not None and inner.fields and not inner.titled:
            return Branch(level=level, rows=rows)
        printed = titles(self.tx, self.actor, entity, ids)
        return Branch(level=level, rows=rows, titles=printed, titled=self._titled(entity, ids))

    def _titled(self, entity: Entity, ids: Iterable[int]) -> Level | None:
        """What the titles of records are made from, None where `title_fields` says it for all of them."""
        if title_fields(self.tx, self.actor, entity) is not None:
            return None
        parts = (entity.by_uid[part.field].name for part in entity.title if part.field is not None)
        with unnoted(self.tx):  # the titles were noted
            return self.level(entity, Needs(dict.fromkeys(parts)), ids, "any")

    def _count(self, more: int) -> None:
        self.left -= more
        if self.left < 0:
            words = message("A document is made of at most {most} records.", most=MOST_RECORDS)
            raise KubikError("KBK2005", words)


def title_fields(tx: Transaction, actor: Actor, entity: Entity) -> frozenset[str] | None:
    """The fields (uids) whose cells the titles of all records that the actor sees are made from; None where that differs
    from record to record, or leads to other records."""
    coverage = grants_of(tx.model, actor).readable(entity.uid)
    uids = [part.field for part in entity.title if part.field is not None and part.field in coverage]
    parts = [entity.by_uid[uid] for uid in uids]
    if all(
        coverage[f.uid] == "always" and f.stored and f.result.kind not in ("link", "link_any") for f in parts
    ):
        return frozenset(uids)
    return None


def links_of(value: Any) -> Sequence[Link | FileLink]:
    """The links of a value, of one or of a list; those that may not be seen have no id."""
    several = value if isinstance(value, list | tuple) else (value,)
    return [each for each in several if isinstance(each, Link)]


def target_of(field: Field) -> str | None:
    """The entity (uid) that a link of any kind leads to."""
    return field.target or field.result.entity


def _leads(field: Field) -> bool:
    return field.listed or field.result.kind in ("link", "link_any")
