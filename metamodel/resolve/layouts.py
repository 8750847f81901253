"""Layouts of cards and forms: the written one, what extensions add to it, or a generated one."""

from __future__ import annotations

from metamodel.errors import unknown
from metamodel.labels import Label
from metamodel.messages import message
from metamodel.model import LayoutTab
from metamodel.resolve.drafts import EntityDraft, FieldDraft
from metamodel.resolve.faults import Faults

MAIN = Label(ru="Основное", en="Main")
MORE = Label(ru="Дополнительно", en="More")
HISTORY = Label(ru="История", en="History")


def layout_of(draft: EntityDraft, faults: Faults) -> tuple[LayoutTab, ...]:
    """The tabs of an entity. Fields that extensions add and no layout names stand in a tab of their own."""
    own = [tab for tab in draft.layout if tab[1].kind == "entities"]
    if not own and not draft.layout:
        return _generated(draft)
    tabs = [] if own else list(_generated(draft))
    placed: set[str] = set()
    for written, spot in draft.layout:
        rows = []
        for row_index, names in enumerate(written.rows):
            row = []
            for index, name in enumerate(names):
                field = draft.by_name.get(name)
                place = spot.under("rows", row_index, index)
                if field is None:
                    faults.add(place, "KBK1002", unknown("there is no field “{name}”", name, draft.by_name))
                elif field.uid in placed:
                    faults.add(place, "KBK1005", message("“{name}” stands in the layout twice", name=name))
                else:
                    placed.add(field.uid)
                    row.append(field.uid)
            if row:
                rows.append(tuple(row))
        tabs.append(LayoutTab(label=written.tab, rows=tuple(rows), show=written.show))
    rest = [f for f in draft.fields if f.spot.kind == "extensions" and f.uid not in placed] if own else []
    if rest:
        tabs.append(LayoutTab(label=MORE, rows=_in_rows(rest)))
    return tuple(tabs)


def _generated(draft: EntityDraft) -> tuple[LayoutTab, ...]:
    fields = [f for f in draft.fields if not f.system and f.uid != draft.parent]
    history = () if draft.parent else (LayoutTab(label=HISTORY, show=("history",)),)
    return (LayoutTab(label=MAIN, rows=_in_rows(fields)), *history)


def _in_rows(fields: list[FieldDraft]) -> tuple[tuple[str, ...], ...]:
    """Two in a row; what needs the width, long text and child rows, alone."""
    rows: list[tuple[str, ...]] = []
    pair: list[str] = []
    for field in fields:
        if field.type in ("long_text", "children"):
            rows += [tuple(pair)] if pair else []
            rows.append((field.uid,))
            pair = []
        else:
            pair.append(field.uid)
            if len(pair) == 2:
                rows.append(tuple(pair))
                pair = []
    return (*rows, tuple(pair)) if pair else tuple(rows)
