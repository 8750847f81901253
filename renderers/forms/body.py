"""The body of a form: the tabs of the layout with their sections, each field with what it may and what it asks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from metamodel.expression.tree import Expression
from metamodel.model import Entity, Field
from renderers.forms.conditions import Condition, condition_of, holds, names_in, written
from renderers.forms.desk import Desk, editable, html_id
from renderers.forms.following import words_of
from renderers.forms.layout import Cell, Group, Part, parts
from renderers.forms.rows import children
from renderers.forms.view import FormGroup, FormTab, Widget
from renderers.forms.widgets.control import control, locked


def tabs(desk: Desk, entity: Entity) -> tuple[FormTab, ...]:
    """The tabs of the layout that have a field in them; one alone needs no heading."""
    found = []
    laid = with_stage(entity, parts(entity, visible(desk, entity), desk.texts.language))
    for index, part in enumerate(laid):
        groups = tuple(_groups(desk, entity, part, f"part-{index + 1}"))
        if groups:
            wrong = sum(_wrong(w) for group in groups for w in group.widgets)
            found.append(FormTab(id=f"part-{index + 1}", label=part.label, groups=groups, wrong=wrong))
    if len(found) == 1:
        found = [replace(found[0], label="")]
    return tuple(found)


def with_stage(entity: Entity, laid: tuple[Part, ...]) -> tuple[Part, ...]:
    """The tabs, the stage put below the first row when the layout does not say where it stands."""
    if entity.stages is None or not laid or any(f.uid == entity.stages.field for p in laid for f in p.fields):
        return laid
    first = laid[0]
    stage = (Cell(field=entity.by_uid[entity.stages.field]),)
    group, *others = first.groups or (Group(rows=()),)
    group = replace(group, rows=(*group.rows[:1], stage, *group.rows[1:]))
    return (replace(first, groups=(group, *others)), *laid[1:])


def _groups(desk: Desk, entity: Entity, part: Part, identity: str) -> Iterator[FormGroup]:
    for index, group in enumerate(part.groups):
        rows = [_spread(desk, entity, row) for row in group.rows]
        widgets = tuple(beside(rows))
        if not widgets:
            continue
        shown = followed(desk, entity, group.visible_if)
        key = f"{identity}-{index + 1}"
        hidden = _hidden(desk, shown, key in desk.standing.hidden)
        yield FormGroup(
            id=key,
            label=group.label,
            help=group.help,
            collapsed=group.collapsed and not any(map(_wrong, widgets)),
            visible_if=written(shown),
            live=group.visible_if is not None and shown is None,
            hidden=hidden and not any(map(_wrong, widgets)),
            widgets=widgets,
        )


def section_conditions(desk: Desk, entity: Entity) -> dict[str, Expression]:
    """The conditions of sections that the form cannot follow by itself, by the id of the section."""
    laid = with_stage(entity, parts(entity, visible(desk, entity), desk.texts.language))
    return {
        f"part-{number + 1}-{index + 1}": group.visible_if
        for number, part in enumerate(laid)
        for index, group in enumerate(part.groups)
        if group.visible_if is not None and followed(desk, entity, group.visible_if) is None
    }


def _wrong(widget: Widget) -> int:
    """How many faults stand at a field."""
    return widget.wrong_rows or int(bool(widget.error))


def followed(desk: Desk, entity: Entity, expression: Expression | None) -> Condition | None:
    """The condition when the form can follow it by itself: all it names can be typed here."""
    condition = condition_of(entity, expression)
    if condition is None:
        return None
    here = all(editable(desk, entity, entity.by_name[name]) for name in names_in(condition))
    return condition if here else None


def _hidden(desk: Desk, shown: Condition | None, stands_hidden: bool) -> bool:
    if shown is None:
        return stands_hidden
    return not holds(shown, desk.filled.values, desk.texts.language)


def widget(desk: Desk, entity: Entity, each: Field) -> Widget | None:
    """The field as it is drawn; None when there is nothing to show (what cannot be typed into a new record)."""
    pointer, standing = f"/{each.name}", desk.standing
    if each.type.name == "children":
        made: Widget | None = children(desk, entity, each) if editable(desk, entity, each) else None
    elif not editable(desk, entity, each):
        made = locked(desk, each)
    else:
        made = control(desk, entity, each, desk.filled, pointer, html_id(pointer))
        made = replace(made, follows=words_of(desk, entity, each), by_hand=each.name in standing.by_hand)
    if made is None:
        return None
    shown = followed(desk, entity, each.visible_if)
    asked = followed(desk, entity, each.required_if)
    hidden = each.visible_if is not None and _hidden(desk, shown, each.name in standing.hidden)
    if asked is None:
        required = each.name in standing.asked
    else:
        required = bool(holds(asked, desk.filled.values, desk.texts.language))
    by_stage = asked is None and each.uid in asked_by_stages(entity)
    return replace(
        made,
        visible_if=written(shown),
        live_shown=each.visible_if is not None and shown is None,
        hidden=hidden and not _wrong(made),
        required_if="" if made.required else written(asked),
        live_asked=not made.required and (by_stage or (each.required_if is not None and asked is None)),
        required=made.required or ((by_stage or each.required_if is not None) and required),
        **_locks(desk, entity, each, made),
    )


def asked_by_stages(entity: Entity) -> frozenset[str]:
    """The fields (uids) that some stage requires."""
    pipelines = entity.stages.pipelines if entity.stages is not None else ()
    return frozenset(uid for pipeline in pipelines for stage in pipeline.stages for uid in stage.required)


def _locks(desk: Desk, entity: Entity, each: Field, made: Widget) -> dict[str, Any]:
    """Whether the field is read-only under a condition, which one, and whether it is now; a fault keeps it open."""
    if each.read_only_if is None or made.locked:
        return {}
    condition = followed(desk, entity, each.read_only_if)
    if condition is None:
        held = each.name in desk.standing.locked
    else:
        held = bool(holds(condition, desk.filled.values, desk.texts.language))
    return {"locks": True, "locked_if": written(condition), "held": held and not _wrong(made)}


def _spread(desk: Desk, entity: Entity, row: Sequence[Cell]) -> list[Widget]:
    made = [(widget(desk, entity, cell.field), cell.width) for cell in row]
    there = [(w, width) for w, width in made if w is not None]
    if any(width for _, width in there):
        return [
            replace(w, span=f"start span{width or 3}" if index == 0 else f"span{width or 3}")
            for index, (w, width) in enumerate(there)
        ]
    return spread([w for w, _ in there])


def spread(row: Sequence[Widget | None]) -> list[Widget]:
    """A row of the layout across the form: one alone is as wide as its kind wants, two and three share the row."""
    there = [made for made in row if made is not None]
    if len(there) == 1:
        return [replace(there[0], span="start span6" if there[0].wide else "start span3")]
    span = "span2" if len(there) % 3 == 0 else "span3"
    return [replace(made, span=f"start {span}" if index == 0 else span) for index, made in enumerate(there)]


def beside(rows: Iterable[list[Widget]]) -> Iterator[Widget]:
    """The rows one after another; two rows of which each has only a half left share one."""
    open_half = False
    for row in rows:
        half = len(row) == 1 and row[0].span == "start span3"
        yield from [replace(row[0], span="span3")] if half and open_half else row
        open_half = half and not open_half


def visible(desk: Desk, entity: Entity) -> set[str]:
    """The fields of a form: those that may be read, and in a new record those that may be set; none switched off."""
    readable = set(desk.grants.readable(entity.uid))
    if desk.action == "create":
        readable |= {f.uid for f in entity.fields if editable(desk, entity, f)}
    return {uid for uid in readable if not entity.by_uid[uid].off}
