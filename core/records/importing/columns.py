"""The columns of a file fitted to fields: by name, by label in either language, or as the caller says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.access.grants import Grants
from core.errors import KubikError
from core.records.importing.recipe import Fill, Match, Missing
from core.records.values import escaped
from metamodel.errors import Problem, suggestion
from metamodel.messages import Message, message
from metamodel.model import Entity, Field, Model
from metamodel.spreadsheet import LINKED
from metamodel.text import fold


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of a file: where it stands, what it is called there, and the field it fills.

    ``by`` is the field of the linked entity by which a link is found (`company.name`), ``match`` and ``missing`` are as
    in `recipe.Fill`. Of a cell that is split at ``split`` it takes the ``part`` (1 is the first). ``stamp`` is a fact
    that the system keeps of every record (`created_at`). ``passed_over`` says why the column is not written.
    """

    place: int
    header: str
    field: Field | None = None
    by: Field | None = None
    match: Match = "exact"
    missing: Missing = "refuse"
    split: str | None = None
    part: int | None = None
    stamp: str | None = None
    passed_over: Message | None = None


def fit_columns(
    model: Model, grants: Grants, entity: Entity, header: Sequence[str], mapping: Mapping[str, str | None], *,
    brought: bool = False,
) -> tuple[Column, ...]:  # fmt: skip
    """Every column of the header with its field; what fits no field, or the same one twice, is refused (KBK5002).

    ``brought`` records come with a solution, which may say since when they are in their stage.
    """
    problems: list[Problem] = []
    columns: list[Column] = []
    for missing in mapping.keys() - set(header):
        problems.append(_problem(missing, message("the file has no column “{column}”", column=missing)))
    for place, name in enumerate(header):
        column = _fit(model, grants, entity, place, name, mapping, brought)
        if column is None:
            problems.append(_problem(name, _no_field(grants, entity, mapping.get(name) or name)))
        else:
            columns.append(column)
    taken: dict[str, Column] = {}
    for column in columns:
        if column.field is not None:
            other = taken.setdefault(column.field.uid, column)
            if other is not column:
                problems.append(_problem(column.header, message(
                    "the columns “{first}” and “{second}” are the same field", first=other.header,
                    second=column.header)))  # fmt: skip
    if problems:
        raise KubikError("KBK5002", errors=problems)
    return tuple(columns)


def fit_fill(
    model: Model, grants: Grants, entity: Entity, header: Sequence[str], fill: Fill, *, stamps: bool
) -> Column | Message:
    """The column of a recipe's fill, or why it cannot be: no such column or field, or one that may not be written."""
    if fill.column not in header:
        return message("the file has no column “{column}”", column=fill.column[:100])
    place = header.index(fill.column)
    field = _named(grants, entity, fill.field)
    if field is None:
        return _no_field(grants, entity, fill.field)
    if stamps and field.name in STAMPS:
        return Column(place=place, header=fill.column, field=field, stamp=field.uid)
    by = None
    if fill.by is not None:
        by = _by(model, grants, field, fill.by)
        if by is None or not by.stored:
            return _no_field(grants, entity, f"{fill.field}.{fill.by}")
    why = _unwritable(grants, entity, field)
    if why is not None:
        return Column(place=place, header=fill.column, passed_over=why)
    return Column(
        place=place, header=fill.column, field=field, by=by, match=fill.match, missing=fill.missing,
        split=fill.split, part=fill.part,
    )  # fmt: skip


STAMPS = ("created_at", "created_by", "updated_at", "updated_by")
"""What an import may say of a record in place of the system, to who has the right."""


def _by(model: Model, grants: Grants, field: Field, name: str) -> Field | None:
    """The field of that name of what a link leads to; of a link to any record, of the first entity that has one."""
    targets = [model.entity_by_uid[uid] for uid in (field.targets or (field.target,)) if uid]
    return next((found for target in targets if (found := _named(grants, target, name)) is not None), None)


def _fit(
    model: Model, grants: Grants, entity: Entity, place: int, name: str, mapping: Mapping[str, str | None],
    brought: bool,
) -> Column | None:  # fmt: skip
    if name in mapping and not mapping[name]:
        return Column(place=place, header=name, passed_over=message("left out as asked"))
    if LINKED in name and name not in mapping:
        return Column(place=place, header=name, passed_over=message("it is of a linked record"))
    wanted = mapping.get(name) or name
    if not wanted:
        return Column(place=place, header=name, passed_over=message("the column has no name"))
    field = _named(grants, entity, wanted)
    by = None
    if field is None and "." in wanted:
        first, _, second = wanted.partition(".")
        field = _named(grants, entity, first)
        by = _by(model, grants, field, second) if field is not None else None
        if by is None or field is None or not field.stored or not by.stored:
            return None
    if field is None:
        return None
    since = brought and entity.stages is not None and field.uid == entity.stages.since
    why = None if since else _unwritable(grants, entity, field)
    if why is not None:
        return Column(place=place, header=name, passed_over=why)
    return Column(place=place, header=name, field=field, by=by)


def _named(grants: Grants, entity: Entity, name: str) -> Field | None:
    """The field of that name or label, among those the actor may know."""
    known = [f for f in entity.fields if _known(grants, entity, f)]
    exact = next((f for f in known if f.name == name), None)
    if exact is not None:
        return exact
    wanted = fold(name.strip())
    named = [f for f in known if fold(f.name) == wanted]
    labelled = [f for f in known if wanted in (fold(f.label.ru or ""), fold(f.label.en or ""))]
    found = named or labelled
    return found[0] if len(found) == 1 else None


def _known(grants: Grants, entity: Entity, field: Field) -> bool:
    return field.uid in grants.readable(entity.uid) or field.uid in grants.writable(entity.uid, "create")


def _unwritable(grants: Grants, entity: Entity, field: Field) -> Message | None:
    if field.system or field.of_stage is not None:
        return message("kept by the system")
    if field.computed is not None or field.type.name == "number_series":
        return message("computed or numbered by the system")
    if field.type.name == "secret":
        return message("a secret is not taken from a file")
    if field.type.name == "children":
        return message("child rows are imported from a file of their own")
    if field.read_only:
        return message("read-only")
    if not any(field.uid in grants.writable(entity.uid, action) for action in ("create", "update", "move")):
        return message("you may not change this field")
    return None


def _no_field(grants: Grants, entity: Entity, name: str) -> Message:
    known = {f.name: f.name for f in entity.fields if _known(grants, entity, f)}
    for field in entity.fields:
        if field.name in known:
            known |= {text: field.name for text in (field.label.ru, field.label.en) if text}
    near = suggestion(name, known)
    base = message("“{column}” fits no field", column=name[:100])
    return message("{base} (did you mean “{near}”?)", base=base, near=known[near]) if near else base


def _problem(column: str, why: Message) -> Problem:
    return Problem(pointer=f"/mapping/{escaped(column)}", code="KBK5002", message=why)
