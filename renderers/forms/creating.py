"""New records that begin with something: a copy of another one, values of an address, a link field that asked for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from core.access.grants import grants_of
from core.query.read import record, titles
from metamodel.expression.tree import Call, Constant, Node, Path
from metamodel.model import Entity, Field, Model
from metamodel.text import number_of
from renderers.forms.desk import editable, may_make
from renderers.forms.draft_forms import holder_at
from renderers.forms.filled import Filled, FilledRow, Holder, Sent
from renderers.forms.form import merged_fields
from renderers.forms.lists import every_name
from renderers.forms.place import Place
from renderers.forms.places import field_at
from renderers.forms.texts import fill
from renderers.pages.titles import title_words

NOT_COPIED = ("number_series", "secret", "file", "files", "image")
"""Types whose values belong to one record alone."""
LONGEST = 300


def copied(place: Place, identity: int) -> Filled:
    """What a copy of a record begins with: what the person may read there and set here, child rows too.

    Not numbers of series, unique values, secrets and files; the stage is the first one.
    """
    tx, actor, entity = place.tx, place.who.actor, place.entity
    names = every_name(tx.model, grants_of(tx.model, actor), entity)
    item, _ = record(tx, actor, entity.name, identity, names)
    desk = place.desk(Filled())
    fields = [
        f for f in merged_fields(tx.model, entity) if editable(desk, entity, f) and _copyable(entity, f)
    ]
    filled = fill(fields, item, place.manner, tx.model)
    for each in fields:
        if each.type.name == "children":
            for row in filled.rows.get(each.name, ()):
                _as_new(row, tx.model.entity_by_uid[each.target or ""], tx.model)
    return filled


def _copyable(entity: Entity, each: Field) -> bool:
    of_stage = entity.stages is not None and entity.stages.field == each.uid
    alone = any(c.unique == (each.uid,) for c in entity.constraints)
    return not (each.unique or of_stage or alone or each.type.name in NOT_COPIED)


def _as_new(row: FilledRow, entity: Entity, model: Model) -> None:
    row.id = None
    for each in entity.fields:
        if not _copyable(entity, each):
            row.values.pop(each.name, None)
            row.titles.pop(each.name, None)
        elif each.type.name == "children":
            for inner in row.rows.get(each.name, ()):
                _as_new(inner, model.entity_by_uid[each.target or ""], model)


def prefilled(place: Place, given: Mapping[str, str], filled: Filled) -> None:
    """Puts the values of an address (``?company=5&name=Rack``) into the fields that the person may set."""
    desk = place.desk(filled)
    for name, text in given.items():
        each = place.entity.by_name.get(name)
        if each is None or not editable(desk, place.entity, each) or len(text) > LONGEST:
            continue
        if each.type.widget != "link":
            filled.values[name] = text
        elif each.target and number_of(text) is not None:
            target = place.tx.model.entity_by_uid[each.target]
            link = titles(place.tx, place.who.actor, target, (int(text),))[int(text)]
            if not link.hidden and link.id is not None:
                filled.values[name] = text
                filled.titles[name] = title_words(link.title, link.id, place.who.texts)


def new_address(place: Place, sent: Sent, pointer: str, draft: str) -> str | None:
    """Where the record is made that a link field asked for; None when it may not be.

    The text typed becomes what names it; what narrows the field's options is filled in.
    """
    model, desk = place.tx.model, place.desk(sent.filled)
    where, _, name = pointer.removesuffix("[]").rpartition("/")
    holder = holder_at(sent.filled, where)
    owner = _owner(model, place.entity, where)
    link = owner.by_name.get(name) if owner is not None else None
    if holder is None or link is None or link.target is None or not may_make(desk, link):
        return None
    target = model.entity_by_uid[link.target]
    given = dict(_narrowed(model, link, target, holder))
    typed = holder.typed.get(name, "").strip()
    named = _naming(target)
    if typed and named is not None:
        given.setdefault(named.name, typed[:LONGEST])
    return f"/e/{target.name}/new?{urlencode({**given, '_for': f'{draft}:{pointer}'})}"


def _owner(model: Model, entity: Entity, where: str) -> Entity | None:
    if not where:
        return entity
    listed = field_at(model, entity, where.rpartition("/")[0])
    return model.entity_by_uid.get(listed.target or "") if listed is not None else None


def _naming(target: Entity) -> Field | None:
    """The field that names a record: the first text of its title that can be typed."""
    named = [target.by_uid[part.field] for part in target.title if part.field in target.by_uid]
    return next((f for f in named if f.writable and f.type.widget in ("text", "long_text")), None)


def _narrowed(model: Model, link: Field, target: Entity, holder: Holder) -> Iterator[tuple[str, str]]:
    """Equalities of the field's narrowing that say what the new record must have."""
    if link.narrowing is None:
        return
    for node in _every(link.narrowing.root):
        if not isinstance(node, Call) or node.function not in ("=", "IN") or len(node.arguments) != 2:
            continue
        left, right = node.arguments
        for own, other in ((left, right), (right, left)):
            field = _own(target, own)
            text = "" if field is None else _required(model, field, other, holder)
            if field is not None and text:
                yield field.name, text


def _required(model: Model, field: Field, other: Node, holder: Holder) -> str:
    """The text that a field must have to be equal to the other side: a field of the record being edited, a constant."""
    if isinstance(other, Path) and other.root == "record" and len(other.steps) == 1:
        entity_uid, uid = other.steps[0]
        return holder.values.get(model.entity_by_uid[entity_uid].by_uid[uid].name, "")
    if not isinstance(other, Constant):
        return ""
    if isinstance(other.value, bool):
        return "true" if other.value else "false"
    if not isinstance(other.value, str):
        return ""
    choice = field.choice(other.value) if field.choices else None
    return choice.name if choice is not None else other.value


def _every(node: Node) -> Iterator[Node]:
    """The conditions that all must hold."""
    if isinstance(node, Call) and node.function == "AND":
        for inner in node.arguments:
            yield from _every(inner)
    else:
        yield node


def _own(target: Entity, node: Any) -> Field | None:
    if not isinstance(node, Path) or node.root != "row" or node.up or len(node.steps) != 1:
        return None
    field = target.by_uid.get(node.steps[0][1])
    return field if field is not None and field.writable else None
