"""What will be stored of new records, a list for each field: what was sent, defaults, stages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.records.columnar.made import Made, MadeAhead, TextsKey, made_of
from core.records.fill import default_of, defaulted
from core.records.moves import is_granted, listed, roles_below
from core.records.shapes import Ready, Values
from core.records.work import Work
from core.storage.search.words import Part
from metamodel.errors import ValueRefused
from metamodel.fields.base import JudgedTogether, siblings
from metamodel.model import Entity, Field
from metamodel.stages import Stages


class _Missing:
    """There is one of it in every process."""

    def __reduce__(self) -> str:
        return "MISSING"


MISSING: Any = _Missing()
"""In place of a value that was not sent."""


class Astray(Exception):
    """These rows may be refused (None: all of them have to be looked at): the general way tells what is wrong."""

    def __init__(self, rows: Iterable[int] | None = None) -> None:
        self.rows = None if rows is None else sorted(set(rows))
        super().__init__()


@dataclass(slots=True, kw_only=True)
class Columns:
    """New records while they are written. ``sent`` and ``values`` are lists by uid of the field, one value a record.

    ``astray`` are rows that may be refused, ``lacking`` what rows are taken without.
    """

    work: Work
    entity: Entity
    count: int
    sent: dict[str, list[Any]] = field(default_factory=dict)
    values: dict[str, list[Any]] = field(default_factory=dict)
    moved: dict[int, str] = field(default_factory=dict)
    """Rows beyond the first stage, each with the stage (uid) it was moved from."""
    ids: Sequence[int] = ()
    made: dict[str, Made] = field(default_factory=dict)
    """What was made of values, or ahead of them, by uid of the field."""
    texts: Mapping[TextsKey, list[str]] = field(default_factory=dict)
    """Texts of search that were made ahead."""
    astray: set[int] = field(default_factory=set)
    lacking: dict[int, list[str]] = field(default_factory=dict)

    def made_of(self, found: Field) -> Made:
        """What is made of the values of a field; of what was made ahead, if they are those values still."""
        values = self.values[found.uid]
        made = self.made.get(found.uid)
        if made is None or made.values is not values:
            if made is not None:
                self.texts = {key: some for key, some in self.texts.items() if found.uid not in key[1]}
            made = self.made[found.uid] = made_of(self.work.model, self.entity, found, values)
        return made

    def parts_of(self, uid: str) -> Sequence[Part | None]:
        """The parts of the searched texts of a field."""
        parts = self.made_of(self.entity.by_uid[uid]).parts
        if parts is None:
            del self.made[uid]
            parts = self.made_of(self.entity.by_uid[uid]).parts
        return parts or ()

    def texts_of(self, key: TextsKey) -> list[str] | None:
        """Texts of search that were made ahead, if they are of the values that the fields have still."""
        still = all(self.made[uid].values is self.values[uid] for uid in key[1] if uid in self.made)
        return self.texts.get(key) if still else None

    def lack(self, row: int, uid: str) -> None:
        """A row has nothing where something is required: refused, or noted."""
        if not self.work.incomplete:
            self.astray.add(row)
        elif uid not in self.lacking.setdefault(row, []):
            self.lacking[row].append(uid)

    def settle(self) -> None:
        """Give up when something may be refused."""
        if self.astray:
            raise Astray(self.astray)


Sent = dict[str, list[Any]]
"""What is sent of new records: a list for each field (uid), `MISSING` where nothing is."""


def sent_of(entity: Entity, items: Sequence[tuple[int | None, Values]]) -> Sent:
    """The rows turned into columns."""
    return {
        entity.by_name[name].uid: [_value(values.get(name, MISSING)) for _, values in items]
        for name in dict.fromkeys(name for _, values in items for name in values)
    }


def gather_columns(
    work: Work, entity: Entity, sent: Sent, count: int, stamps: Sequence[Mapping[str, Any]],
    made: MadeAhead,
) -> Columns:  # fmt: skip
    """The columns of so many rows, complete but for what needs the database."""
    columns = Columns(
        work=work, entity=entity, count=count, sent=dict(sent), made=dict(made.of), texts=made.texts
    )
    _read_stages(columns)
    now, person = work.tx.now, work.actor.person
    system = {"created_at": now, "created_by": person, "updated_at": now, "updated_by": person, "version": 1}
    for uid, value in system.items():
        columns.values[uid] = (
            [each.get(uid, value) for each in stamps] if stamps and uid != "version" else [value] * count
        )
    columns.values["deleted_at"] = [None] * count
    for uid, found_default in defaulted(work.model, entity).items():
        default = None if found_default is None else default_of(work, found_default)
        written = columns.sent.get(uid)
        if written is None:
            columns.values[uid] = [default] * count
        elif MISSING in written:
            columns.values[uid] = [default if value is MISSING else value for value in written]
        else:
            columns.values[uid] = written
    _enter_stages(columns)
    _judge(columns)
    return columns


def _value(written: Any) -> Any:
    return written.value if written.__class__ is Ready else written


def _read_stages(columns: Columns) -> None:
    """Stages are sent as they are written in the file."""
    stages = columns.entity.stages
    if stages is None or stages.field not in columns.sent:
        return
    found, known = columns.entity.by_uid[stages.field], {}
    sent = columns.sent[stages.field] = list(columns.sent[stages.field])
    for row, written in enumerate(sent):
        if not isinstance(written, str):
            continue
        if written not in known:
            stage = stages.named(written.strip()) if "." in written else None
            try:
                parsed = found.type.parse(found, written, columns.work.context)
                known[written] = stage.uid if stage is not None else parsed
            except ValueRefused:
                known[written] = stage.uid if stage is not None else MISSING
        if known[written] is MISSING:
            columns.astray.add(row)
        sent[row] = known[written]
    columns.settle()


def _enter_stages(columns: Columns) -> None:
    stages, now = columns.entity.stages, columns.work.tx.now
    if stages is None:
        return
    first = stages.first.uid
    held = [first if each is None else each for each in columns.values[stages.field]]
    columns.values[stages.field] = held
    if stages.since in columns.entity.by_uid:
        columns.values[stages.since] = [now] * columns.count
    sent = columns.sent.get(stages.field)
    if sent is not None:
        _move(columns, stages, sent)


def _move(columns: Columns, stages: Stages, sent: list[Any]) -> None:
    """Rows that are beyond the first stage of their pipeline were moved there: by the table of moves, if there is one."""
    work = columns.work
    held = roles_below(work.model, work.actor)
    for stage in {each for each in sent if each is not None and each is not MISSING}:
        source = stages.entered(stage).uid
        if stage == source:
            continue
        rows = [row for row, each in enumerate(sent) if each == stage]
        columns.moved |= dict.fromkeys(rows, source)
        found = None if work.actor.system else listed(stages, source, stage)
        if found is None:
            continue
        granted = [move for move in found if is_granted(move, held)]
        if not granted:
            columns.astray.update(rows)
        elif all(move.when is not None for move in granted):
            raise Astray  # its conditions are asked the general way


def _judge(columns: Columns) -> None:
    """Faults that need no database: read-only fields, choices that are archived."""
    for uid, sent in columns.sent.items():
        found = columns.entity.by_uid[uid]
        if found.read_only:
            columns.astray.update(row for row, value in enumerate(sent) if value is not MISSING)
        if found.choices:
            usable = {c.uid for c in found.choices if not c.archived}
            for row, value in enumerate(sent):
                if value is None or value is MISSING:
                    continue
                if not usable.issuperset(value if isinstance(value, tuple) else (value,)):
                    columns.astray.add(row)
    columns.settle()


def judge_together(columns: Columns) -> None:
    """Values that their type judges beside others of the row."""
    entity = columns.entity
    for found in entity.fields:
        kind = found.type
        if not isinstance(kind, JudgedTogether) or found.uid not in columns.values:
            continue
        named = {key: entity.by_name[found.options[key]] for key in siblings(kind) if key in found.options}
        if not any(each.uid in columns.sent for each in (found, *named.values())):
            continue
        others = {key: columns.values.get(each.uid) for key, each in named.items()}
        for row, value in enumerate(columns.values[found.uid]):
            if value is not None:
                beside = {key: None if some is None else some[row] for key, some in others.items()}
                if not _goes(kind, found, value, beside):
                    columns.astray.add(row)


def _goes(kind: JudgedTogether, found: Field, value: Any, beside: Mapping[str, Any]) -> bool:
    try:
        kind.judge(found, value, beside)
    except ValueRefused:
        return False
    return True
