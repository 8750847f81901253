"""The target of a change: settled definitions, the columns of every field, the moves of values between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from core.errors import KubikError
from core.solutions.moving import with_choices
from core.solutions.plans import Move, Target
from core.solutions.renames import follow_renames
from core.solutions.settle import settle
from core.solutions.templates import settle_templates
from core.solutions.versions import Version, columns_now, last_with, versions
from core.storage.catalog import read_catalog
from core.storage.tables import generations
from core.storage.workspace import Transaction
from metamodel.convert import carries, same_column
from metamodel.definitions import Document
from metamodel.errors import Problem, unknown
from metamodel.messages import Message, message
from metamodel.model import Entity, Field, Model
from metamodel.resolve import resolve

Map = Mapping[str, Mapping[str, str]]
"""What takes the place of choices that go away: ``{"deal.stage": {"offer": "proposal"}}``."""


def aim(
    tx: Transaction, wanted: Document, *, mapping: Map | None = None, past: Version | None = None,
    summary: Mapping[str, Any], files: Mapping[str, bytes] | None = None,
) -> Target:  # fmt: skip
    """Where ``wanted`` leads from the model in force. ``past`` is the version whose columns are to be used again, ``files``
    are templates that come with it."""
    if tx.model.version:
        wanted = follow_renames(tx.model, wanted)
    present = columns_now(tx)
    document, model, breaks = settle(tx.model.document, wanted, tx.model.version + 1, present)
    templates = settle_templates(tx, document, model, files or {}, lenient=past is not None)
    document = templates.document
    planner = _Columns(tx, model, present, past)
    mapped = _read_map(tx.model, model, mapping or {})
    moves = planner.moves(mapped)
    columns = {uid: generation for uid, generation in planner.columns.items() if generation != 1}
    model = resolve(document, tx.model.version + 1, columns)
    return Target(
        base=tx.model.version, document=document, model=model, columns=columns, moves=moves,
        breaks=(*breaks, *templates.breaks), summary=summary, files={**(files or {}), **templates.files},
    )  # fmt: skip


def _read_map(old: Model, new: Model, mapping: Map) -> dict[str, dict[str, str]]:
    """The map by uids: field, then choice that goes away to choice that takes its place."""
    found: dict[str, dict[str, str]] = {}
    for place, names in mapping.items():
        entity, _, name = place.partition(".")
        field = old.entities[entity].by_name.get(name) if entity in old.entities else None
        now = _field_of(new, field.uid) if field else None
        at = "/map/" + place.replace("~", "~0").replace("/", "~1")
        if field is None or now is None or not field.choices:
            raise _wrong_map(at, message("there is no field with choices “{name}”", name=place[:100]))
        for gone, instead in names.items():
            before = next((c for c in field.choices if c.name == gone), None)
            after = next((c for c in now.choices if c.name == instead), None)
            if before is None:
                raise _wrong_map(
                    at, unknown("there is no choice “{name}”", gone[:100], [c.name for c in field.choices])
                )
            if after is None:
                raise _wrong_map(
                    at, unknown("there is no choice “{name}”", instead[:100], [c.name for c in now.choices])
                )
            if now.choice(before.uid) is None:
                found.setdefault(field.uid, {})[before.uid] = after.uid
    return found


def _wrong_map(at: str, why: Message) -> KubikError:
    return KubikError("KBK1002", why, [Problem(pointer=at, code="KBK1002", message=why)])


def _field_of(model: Model, uid: str) -> Field | None:
    return next((e.by_uid[uid] for e in model.entities.values() if uid in e.by_uid), None)


class _Columns:
    """Which generation of its column every field of the new model has."""

    def __init__(
        self, tx: Transaction, model: Model, present: Mapping[str, int], past: Version | None
    ) -> None:
        self.tx = tx
        self.model = model
        self.present = present
        self.past = past
        self.there = generations(read_catalog(tx.connection, tx.tables.schema))
        self.known = versions(tx) if past is not None else ()
        self.columns: dict[str, int] = {}

    def moves(self, mapped: Mapping[str, Mapping[str, str]]) -> tuple[Move, ...]:
        found: list[Move] = []
        for entity in self.model.entities.values():
            before = self.tx.model.entity_by_uid.get(entity.uid)
            for field in entity.fields:
                if field.system or not field.valued:
                    continue
                was = before.by_uid.get(field.uid) if before else None
                if was is None or not carries(was, field):
                    self.columns[field.uid] = self._returning(field)
                    continue
                self.columns[field.uid] = now = self.present.get(field.uid, 1)
                move = self._move(entity, was, field, now, mapped.get(field.uid, {}))
                if move is not None:
                    found.append(move)
                    self.columns[field.uid] = move.target
        return tuple(found)

    def _move(
        self, entity: Entity, was: Field, field: Field, now: int, mapped: Mapping[str, str]
    ) -> Move | None:
        if self.past is not None:
            then = self.past.columns.get(field.uid, 1)
            elsewhere = then != now or was.listed != field.listed
            if elsewhere and then in self.there[field.uid, field.listed]:
                return Move(field=field.uid, source=now, target=then, since=self._since(field.uid, then))
        if same_column(was, field):
            gone = [c.uid for c in was.choices if field.choice(c.uid) is None] if was.computed is None else []
            if not gone or not self._has_choices(entity, was, gone):
                return None
        asked = tuple(mapped)
        if entity.stages is not None and entity.stages.field == field.uid:
            gone = [c.uid for c in was.choices if field.choice(c.uid) is None]
            mapped = {**dict.fromkeys(gone, entity.stages.first.uid), **mapped}
        return Move(field=field.uid, source=now, target=self._next(field), mapped=mapped, asked=asked)

    def _has_choices(self, entity: Entity, field: Field, uids: list[str]) -> bool:
        place = self.tx.tables[entity.uid]
        held = sa.select(place.table.c.id).where(with_choices(place, field, uids))
        return self.tx.connection.execute(held.limit(1)).first() is not None

    def _returning(self, field: Field) -> int:
        """The column of a field that is new, or was there before: then its old one, when it still fits."""
        then = self.past.columns.get(field.uid, 1) if self.past is not None else None
        if then in self.there[field.uid, field.listed]:
            return then
        if not self._all(field):
            return 1
        last = last_with(self.tx, field.uid)
        was = _field_of(last[0], field.uid) if last else None
        if last is not None and was is not None and was.valued and same_column(was, field):
            return last[1]
        return self._next(field)

    def _all(self, field: Field) -> set[int]:
        return self.there[field.uid, False] | self.there[field.uid, True]

    def _next(self, field: Field) -> int:
        return max({*self._all(field), self.present.get(field.uid, 1)}) + 1

    def _since(self, uid: str, then: int) -> int:
        """The row of the journal at which the column that is taken back into use was left."""
        assert self.past is not None
        later = [v for v in self.known if v.number > self.past.number]
        left = next((v for v in later if v.columns.get(uid, 1) != then), later[0])
        return int(left.summary.get("journal", 0))
