"""What a card shows besides fields, and whose events its timeline gathers: names of rows that lead to the record."""

from __future__ import annotations

from collections.abc import Sequence

from metamodel.errors import unknown
from metamodel.expression.scope import names_of_rows, rows_named
from metamodel.labels import Label
from metamodel.layout import PANELS, Panel, PanelKind, TimelineSource
from metamodel.messages import message
from metamodel.resolve.drafts import Drafts, EntityDraft, FieldDraft
from metamodel.resolve.expressions import Checker
from metamodel.resolve.faults import Spot

SELF = "self"
_DEEPEST = 3


def panels_of(
    checker: Checker, draft: EntityDraft, names: Sequence[str], spot: Spot, label: Label | None = None
) -> tuple[Panel, ...]:
    """The panels of a list of names; the fault of a name that is neither a panel nor a list of records."""
    made = []
    for index, name in enumerate(names):
        kind: PanelKind | None = next((panel for panel in PANELS if panel == name), None)
        if kind is not None:
            made.append(Panel(kind=kind, label=label))
            continue
        rows = rows_named(checker.drafts, draft, name)
        if rows is not None:
            made.append(Panel(kind="rows", label=label, entity=rows.entity.uid, through=rows.through.uid))
        elif not _broken(checker.drafts, draft, name):
            known = (*PANELS, *names_of_rows(checker.drafts, draft))
            why = unknown("there is no panel and no list of records “{name}”", name, known)
            checker.faults.add(spot.under(index), "KBK1002", why)
    return tuple(made)


def timeline_of(checker: Checker, draft: EntityDraft) -> tuple[TimelineSource, ...]:
    """The sources of a timeline; of one that nobody wrote the record itself and what is about it by `link_any`."""
    if draft.timeline is None:
        return (TimelineSource(), *_about(checker.drafts, draft))
    made: list[TimelineSource] = []
    for path, spot in draft.timeline:
        source = TimelineSource() if path == SELF else _source(checker, draft, path, spot)
        if source is not None and source not in made:
            made.append(source)
    return tuple(made)


def _source(checker: Checker, draft: EntityDraft, path: str, spot: Spot) -> TimelineSource | None:
    *links, name = path.split(".")
    drafts, faults = checker.drafts, checker.faults
    if len(links) > _DEEPEST:
        faults.add(spot, "KBK1005", message("at most {most} links lead to events", most=_DEEPEST))
        return None
    at, steps = draft, []
    for step in links:
        field = at.by_name.get(step)
        if field is None:
            faults.add(spot, "KBK1002", unknown("there is no field “{name}”", step, at.by_name))
            return None
        if field.target is None or field.through is not None or field.type not in ("link", "user"):
            if not field.broken:
                faults.add(spot, "KBK1005", message("“{field}” is not a link", field=field.shown))
            return None
        steps.append(field.uid)
        at = drafts.entity_by_uid[field.target]
    rows = rows_named(drafts, at, name)
    if rows is None:
        if not _broken(drafts, at, name):
            known = (SELF, *names_of_rows(drafts, at)) if not steps else names_of_rows(drafts, at)
            faults.add(spot, "KBK1002", unknown("there is no list of records “{name}”", name, known))
        return None
    return TimelineSource(steps=tuple(steps), entity=rows.entity.uid, through=rows.through.uid)


def _leads(field: FieldDraft, draft: EntityDraft) -> bool:
    return field.target == draft.uid or draft.uid in field.targets


def _about(drafts: Drafts, draft: EntityDraft) -> tuple[TimelineSource, ...]:
    return tuple(
        TimelineSource(entity=field.entity.uid, through=field.uid)
        for field in drafts.all_fields()
        if field.type == "link_any" and field.inverse and _leads(field, draft)
    )


def _broken(drafts: Drafts, draft: EntityDraft, name: str) -> bool:
    """Whether a field by that name, or one that would give that inverse, has a fault of its own."""
    own = draft.by_name.get(name)
    if own is not None:
        return own.broken
    return any(field.broken and field.options.get("inverse") == name for field in drafts.all_fields())
