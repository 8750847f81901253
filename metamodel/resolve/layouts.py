"""Layouts of cards and forms: the written one, what extensions add to it, or a generated one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from metamodel.errors import unknown
from metamodel.labels import Label
from metamodel.layout import WIDTH, LayoutSection, LayoutTab, Panel, Placed
from metamodel.layout_definitions import LayoutDefinition, PlacedDefinition, SectionDefinition
from metamodel.messages import message
from metamodel.resolve.drafts import EntityDraft, FieldDraft
from metamodel.resolve.expressions import Checker
from metamodel.resolve.faults import Faults, Spot
from metamodel.resolve.panels import panels_of

MAIN = Label(ru="Основное", en="Main")
MORE = Label(ru="Дополнительно", en="More")
WIDE = ("long_text", "rich_text", "json", "files", "children")
"""Types of fields that stand alone in a row of a generated layout."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arranged:
    """The tabs of an entity and what stands beside them."""

    tabs: tuple[LayoutTab, ...]
    rail: tuple[Panel, ...]


def arrange(checker: Checker, draft: EntityDraft) -> Arranged:
    """The tabs and the rail of an entity.

    Without a written rail, tabs that hold no fields stand beside the others; when no tab shows anything, the rail has
    the timeline, the files and the history.
    """
    tabs = _tabs(checker, draft)
    written = draft.definition.rail
    if written is not None:
        return Arranged(tabs=tabs, rail=panels_of(checker, draft, written, draft.spot.under("rail")))
    if draft.parent is not None:
        return Arranged(tabs=tabs, rail=(Panel(kind="history"),))
    beside = [tab for tab in tabs if tab.show and not tab.sections]
    rail = [_renamed(panel, tab) for tab in beside for panel in tab.show]
    if not any(tab.show for tab in tabs):
        rail = [Panel(kind="timeline"), Panel(kind="files"), Panel(kind="history")]
    return Arranged(tabs=tuple(tab for tab in tabs if tab not in beside), rail=tuple(rail))


def _renamed(panel: Panel, tab: LayoutTab) -> Panel:
    """A panel that was alone in its tab keeps the tab's label."""
    alone = len(tab.show) == 1
    return Panel(
        kind=panel.kind, label=tab.label if alone else None, entity=panel.entity, through=panel.through
    )


def _tabs(checker: Checker, draft: EntityDraft) -> tuple[LayoutTab, ...]:
    """The tabs as written. Fields that extensions add and no layout names stand in a tab of their own."""
    own = [tab for tab in draft.layout if tab[1].kind == "entities"]
    if not own and not draft.layout:
        return _generated(draft)
    tabs = [] if own else list(_generated(draft))
    placing = _Placing(draft=draft, faults=checker.faults)
    for written, spot in draft.layout:
        sections = tuple(_section(checker, placing, *each) for each in _written_sections(written, spot))
        show = panels_of(checker, draft, written.show, spot.under("show"))
        kept = tuple(section for section in sections if section.rows)
        tabs.append(LayoutTab(label=written.tab, sections=kept, show=show))
    rest = (
        [
            f
            for f in draft.fields
            if f.spot.kind == "extensions" and f.of_stage is None and f.uid not in placing.placed
        ]
        if own
        else []
    )
    if rest:
        tabs.append(LayoutTab(label=MORE, sections=(LayoutSection(rows=_in_rows(rest)),)))
    return tuple(tabs)


def _written_sections(written: LayoutDefinition, spot: Spot) -> list[tuple[SectionDefinition, Spot]]:
    """The sections of a tab: its own rows are one without a heading."""
    plain = SectionDefinition(columns=written.columns, rows=written.rows)
    inner = [(section, spot.under("sections", index)) for index, section in enumerate(written.sections)]
    return [(plain, spot), *inner] if written.rows else inner


@dataclass(slots=True)
class _Placing:
    """Fields being put into rows: each stands once."""

    draft: EntityDraft
    faults: Faults
    placed: set[str] = field(default_factory=set)

    def row(self, written: Sequence[PlacedDefinition], spot: Spot) -> tuple[Placed, ...]:
        made = []
        for index, item in enumerate(written):
            found = self.draft.by_name.get(item.field)
            at = spot.under(index) if item.width is None else spot.under(index, "field")
            if found is None:
                why = unknown("there is no field “{name}”", item.field, self.draft.by_name)
                self.faults.add(at, "KBK1002", why)
            elif found.uid in self.placed:
                why = message("“{name}” stands in the layout twice", name=item.field)
                self.faults.add(at, "KBK1005", why)
            else:
                self.placed.add(found.uid)
                made.append(Placed(field=found.uid, width=item.width))
        total = sum(item.width or 1 for item in written) if any(item.width for item in written) else 0
        if total > WIDTH:
            why = message("the fields of this row take {sum} sixths of the width", sum=total)
            self.faults.add(spot, "KBK1005", why)
        return tuple(made)


def _section(checker: Checker, placing: _Placing, written: SectionDefinition, spot: Spot) -> LayoutSection:
    rows = [placing.row(row, spot.under("rows", index)) for index, row in enumerate(written.rows)]
    return LayoutSection(
        label=written.label,
        help=written.help,
        collapsed=written.collapsed,
        visible_if=checker.condition(written.visible_if, spot.under("visible_if"), placing.draft.uid),
        columns=written.columns,
        rows=tuple(row for row in rows if row),
    )


def _generated(draft: EntityDraft) -> tuple[LayoutTab, ...]:
    fields = [f for f in draft.fields if not f.system and f.of_stage is None and f.uid != draft.parent]
    return (LayoutTab(label=MAIN, sections=(LayoutSection(rows=_in_rows(fields)),)),)


def _in_rows(fields: list[FieldDraft]) -> tuple[tuple[Placed, ...], ...]:
    """Two in a row; what needs the width alone."""
    rows: list[tuple[Placed, ...]] = []
    pair: list[Placed] = []
    for each in fields:
        if each.type in WIDE:
            rows += [tuple(pair)] if pair else []
            rows.append((Placed(field=each.uid),))
            pair = []
        else:
            pair.append(Placed(field=each.uid))
            if len(pair) == 2:
                rows.append(tuple(pair))
                pair = []
    return (*rows, tuple(pair)) if pair else tuple(rows)
