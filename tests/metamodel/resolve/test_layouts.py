"""Layouts resolve into tabs of sections of rows, what stands beside them, and the sources of the timeline."""

from __future__ import annotations

import pytest

from metamodel.errors import ProblemsFound
from metamodel.export import export
from metamodel.identity import identify
from metamodel.layout import Panel, TimelineSource
from metamodel.model import Entity, Model
from metamodel.parse import parse_files
from metamodel.resolve import resolve
from tests import factories

FIRM = "{name: firm, fields: [{name: name, type: text}, {name: kind, type: text}]}"
NOTE = "{name: note, fields: [{name: text, type: text}, {name: firm, type: link, to: firm, inverse: notes}]}"
FIELDS = (
    "{name: name, type: text}, {name: about, type: text}, {name: firm, type: link, to: firm, inverse: orders}"
)


def resolved(order: str) -> Model:
    """The model of an entity `order` with these keys besides its fields, of `firm` and of `note`."""
    written = f"{{name: order, fields: [{FIELDS}], {order}}}"
    files = {"solution.yaml": "name: s", "entities/order.yaml": written, "entities/firm.yaml": FIRM}
    files["entities/note.yaml"] = NOTE
    return resolve(factories.together(factories.system_document(), parse_files(files)), 1)


def order(keys: str) -> Entity:
    return resolved(keys).entities["order"]


def faults(keys: str) -> dict[str, str]:
    with pytest.raises(ProblemsFound) as found:
        order(keys)
    return {p.pointer: p.code for p in found.value.problems}


def test_a_tab_has_its_own_rows_and_sections_with_widths_columns_and_conditions() -> None:
    tab = order(
        "layout: [{tab: Main, rows: [[name]], sections: [{label: More, help: Why, collapsed: true, columns: 3, "
        "visible_if: \"name = 'x'\", rows: [[{field: about, width: 4}, firm]]}]}]"
    ).layout[0]
    plain, more = tab.sections
    assert (plain.label, plain.rows[0][0].width) == (None, None)
    assert (str(more.label), str(more.help), more.collapsed, more.columns) == ("More", "Why", True, 3)
    assert more.visible_if is not None
    assert [placed.width for placed in more.rows[0]] == [4, None]
    assert len(list(tab.fields)) == 3


def test_what_stands_beside_is_what_is_written_or_tabs_without_fields_or_the_usual() -> None:
    usual = (Panel(kind="timeline"), Panel(kind="files"), Panel(kind="history"))
    assert order("menu: true").rail == usual
    assert order("layout: [{tab: Main, rows: [[name]]}]").rail == usual
    beside = order("layout: [{tab: Main, rows: [[name]]}, {tab: Feed, show: [comments]}]")
    assert [(p.kind, str(p.label)) for p in beside.rail] == [("comments", "Feed")]
    assert len(beside.layout) == 1
    below = order("layout: [{tab: Main, rows: [[name]], show: [history]}]")
    assert (below.rail, below.layout[0].show) == ((), (Panel(kind="history"),))
    written = order("rail: [], layout: [{tab: Main, rows: [[name]]}, {tab: Feed, show: [timeline]}]")
    assert (written.rail, len(written.layout)) == ((), 2)
    assert factories.model().entities["deal_item"].rail == (Panel(kind="history"),)


def test_panels_and_the_timeline_name_rows_that_lead_to_the_record() -> None:
    model = resolved("rail: [timeline], timeline: [self, firm.notes, firm.orders]")
    order, firm, note = (model.entities[name] for name in ("order", "firm", "note"))
    to_firm = order.by_name["firm"].uid
    assert order.timeline == (
        TimelineSource(),
        TimelineSource(steps=(to_firm,), entity=note.uid, through=note.by_name["firm"].uid),
        TimelineSource(steps=(to_firm,), entity=order.uid, through=to_firm),
    )
    assert firm.timeline == (TimelineSource(),)


@pytest.mark.parametrize(("keys", "pointer", "code"), [
    ("layout: [{tab: A, rows: [[{field: nmae, width: 2}]]}]", "layout[0].rows[0][0].field", "KBK1002"),
    ("layout: [{tab: A, sections: [{rows: [[name], [name]]}]}]", "layout[0].sections[0].rows[1][0]", "KBK1005"),
    ("layout: [{tab: A, rows: [[{field: name, width: 5}, {field: about, width: 2}]]}]", "layout[0].rows[0]", "KBK1005"),
    ("layout: [{tab: A, sections: [{visible_if: nope, rows: [[name]]}]}]", "layout[0].sections[0].visible_if", "KBK1011"),
    ("layout: [{tab: A, show: [timelin]}]", "layout[0].show[0]", "KBK1002"),
    ("rail: [timeline, order]", "rail[1]", "KBK1002"),
    ("timeline: [self, activities]", "timeline[1]", "KBK1002"),
    ("timeline: [name.notes]", "timeline[0]", "KBK1005"),
    ("timeline: [frm.notes]", "timeline[0]", "KBK1002"),
    ("layout: [{tab: A, rows: [[{field: name, width: 7}]]}]", "layout[0].rows[0][0].width", "KBK1001"),
    ("layout: [{tab: A, columns: 4, rows: [[name]]}]", "layout[0].columns", "KBK1001"),
])  # fmt: skip
def test_a_fault_of_a_layout_is_told_at_its_place(keys: str, pointer: str, code: str) -> None:
    assert faults(keys) == {pointer: code}


def test_a_layout_is_exported_as_it_was_written() -> None:
    keys = (
        "layout: [{tab: A, rows: [[name, {field: about, width: 4}]], sections: [{label: B, rows: [[firm]]}], "
        "show: [files]}], rail: [], timeline: [self]"
    )
    files = {"solution.yaml": "name: s", "entities/firm.yaml": FIRM}
    files["entities/order.yaml"] = f"{{name: order, fields: [{FIELDS}], {keys}}}"
    document = identify(parse_files(files))
    again = parse_files(export(document, "s"))
    assert again.entities == document.entities
    assert "{field: about, width: 4}" in export(document, "s")["entities/order.yaml"]
