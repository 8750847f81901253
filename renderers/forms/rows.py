"""Child rows in a form: their columns, the rows with what is wrong in them, patterns of new ones, sums; to any depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from decimal import Decimal
from functools import cached_property
from typing import Any

from markupsafe import Markup

from metamodel.expression.durations import Span
from metamodel.model import Entity, Field
from renderers.forms.desk import Desk, html_id
from renderers.forms.filled import MAX_DEPTH, FilledRow
from renderers.forms.lists import columns, lists_in, row_field_writable
from renderers.forms.row_conditions import written_conditions
from renderers.forms.row_frames import Places, ReadOnly, RowFrames, filled_in, named
from renderers.forms.sums import totals
from renderers.forms.view import FormHead, Told, Widget
from renderers.pages.columns import NUMERIC, Width, kind_of, least_width, width_of

NUMBER, BELOW, TOOLS = Width(css="w7", pixels=56), Width(css="w11", pixels=88), Width(css="w9", pixels=72)

Stored = Sequence[Mapping[str, Any]]
"""Child rows as they are stored, for what is only read of them."""


def new_place(depth: int) -> str:
    """What stands for the place of a row in the pattern of a new one; the browser puts a number there."""
    return f"__n{depth}__"


def children(desk: Desk, entity: Entity, each: Field) -> Widget:
    """Child rows edited in place, with those below them."""
    drawn = Drawn(desk=desk, field=each, path=(each.name,))
    made, wrong = drawn.rows(desk.filled.rows.get(each.name, []), _list(desk.shown.get(each.name)), ())
    base = drawn.widget((), len(desk.filled.rows.get(each.name, [])))
    return replace(
        base,
        error=desk.told.wrong.get(base.name, ""),
        theirs=desk.told.theirs.get(base.name, ""),
        html=made,
        wrong_rows=wrong,
        totals=totals(desk, drawn.fields, _list(desk.shown.get(each.name))),
        more={**base.more, "patterns": tuple(drawn.patterns())},
    )


def _list(value: object) -> Stored:
    return value if isinstance(value, list) else []


@dataclass(kw_only=True)
class Drawn:
    """The drawing of all lists of one name in a form."""

    desk: Desk
    field: Field
    path: tuple[str, ...]
    inner: list[Drawn] = dataclass_field(init=False)

    def __post_init__(self) -> None:
        lists = lists_in(self.desk.grants, self.child) if self.depth < MAX_DEPTH else []
        held = [f for f in lists if row_field_writable(self.desk.grants, self.child, f)]
        self.inner = [Drawn(desk=self.desk, field=f, path=(*self.path, f.name)) for f in held]

    @property
    def depth(self) -> int:
        return len(self.path)

    @cached_property
    def child(self) -> Entity:
        return self.desk.model.entity_by_uid[self.field.target or ""]

    @cached_property
    def fields(self) -> list[Field]:
        return columns(self.desk.grants, self.child)

    @cached_property
    def widths(self) -> list[Width]:
        kinds = [kind_of(self.desk.model, f.result, f.type.cell) for f in self.fields]
        wide = next((i for i, kind in enumerate(kinds) if kind in ("text", "link")), 0)
        return [width_of(kind, flexible=i == wide) for i, kind in enumerate(kinds)]

    @cached_property
    def frames(self) -> RowFrames:
        below = [each.field for each in self.inner]
        return RowFrames(desk=self.desk, child=self.child, fields=self.fields, below=below, path=self.path)

    def rows(self, rows: Sequence[FilledRow], stored: Stored, places: Places) -> tuple[Markup, int]:
        """The rows of one list with those below them, and in how many something is wrong."""
        by_id = {row.get("id"): at for at, row in enumerate(stored)}
        read_only = self._read_only(stored)
        parts, wrong = [], 0
        for index, row in enumerate(rows):
            at = by_id.get(row.id) if row.id else None
            below, below_wrong = self._below(row, stored[at] if at is not None else {}, (*places, str(index)))
            counts = [len(row.rows.get(each.field.name, [])) for each in self.inner]
            cells = read_only[at] if at is not None else {}
            text, told = self.frames.draw(row, (*places, str(index)), str(index + 1), cells, counts)
            parts += [text, self._told(told), below]
            wrong += bool(told or below_wrong)
        return Markup("".join(parts)), wrong

    def _below(self, row: FilledRow, stored: Mapping[str, Any], places: Places) -> tuple[str, int]:
        """The lists of a row, in a row of the table of their own; nothing while they are all empty."""
        if not any(row.rows.get(each.field.name) for each in self.inner):
            return "", 0
        blocks, wrong = [], 0
        for each in self.inner:
            rows, kept = row.rows.get(each.field.name, []), _list(stored.get(each.field.name))
            made, bad = each.rows(rows, kept, places)
            blocks.append(each.block(places, made, len(rows), bad, kept))
            wrong += bad
        return self._nest(places, blocks), wrong

    def _nest(self, places: Places, blocks: Sequence[Markup]) -> str:
        pointer = f"{named(self.path, places)}/{places[-1]}"
        return self.desk.cells.render("widgets/_nest.html", name=pointer, span=self.span, blocks=blocks)

    @property
    def span(self) -> int:
        """How many columns the table has."""
        return len(self.fields) + len(self.inner) + 2

    def _told(self, told: Sequence[Told]) -> str:
        return self.desk.cells.render("widgets/_told.html", told=told, span=self.span) if told else ""

    def _read_only(self, stored: Stored) -> list[dict[str, ReadOnly]]:
        """What is only read of stored rows, drawn a column at a time."""
        found: list[dict[str, ReadOnly]] = [{} for _ in stored]
        for each in self.fields:
            if row_field_writable(self.desk.grants, self.child, each):
                continue
            values = [row.get(each.name) for row in stored]
            for at, html in enumerate(self.desk.cells.draw(each, each.result, "")(values)):
                found[at][each.name] = ReadOnly(html=html, plain=plain(values[at]))
        return found

    def block(self, places: Places, rows: Markup, count: int, wrong: int = 0, stored: Stored = ()) -> Markup:
        """A list that stands in a row."""
        base = self.widget(places, count)
        sums = totals(self.desk, self.fields, stored)
        made = replace(
            base, html=rows, wrong_rows=wrong, totals=sums, error=self.desk.told.wrong.get(base.name, "")
        )
        return Markup(self.desk.cells.render("widgets/children.html", w=made))

    def widget(self, places: Places, count: int) -> Widget:
        """What the template of a list draws besides its rows."""
        pointer = named(self.path, places)
        each, language = self.field, self.desk.texts.language
        below = [BELOW for _ in self.inner]
        conditions, asks = written_conditions(self.desk, self.child, self.fields)
        return Widget(
            kind="children", name=pointer, id=html_id(pointer), label=self.desk.label(each), wide=True,
            help=each.help.in_language(language) if each.help else "", required=each.required,
            heads=tuple(self._head(f, w) for f, w in zip(self.fields, self.widths, strict=True)),
            row_label=self.child.label.in_language(language) or self.child.name,
            min_width=least_width([*self.widths, *below, NUMBER, TOOLS]),
            more={
                "conditions": conditions, "asks": asks and count > 0, "count": count, "path": ".".join(self.path), "depth": self.depth, "patterns": (),
                "below": [{"label": self.desk.label(inner.field), "width": BELOW.css} for inner in self.inner],
            },
        )  # fmt: skip

    def _head(self, each: Field, width: Width) -> FormHead:
        label = self.desk.label(each)
        numeric = kind_of(self.desk.model, each.result, each.type.cell) in NUMERIC
        required = each.required and each.default is None and each.copy is None
        hint = (each.help.in_language(self.desk.texts.language) if each.help else "") or label
        return FormHead(
            label=label, css="n" if numeric else "", width=width.css, required=required, hint=hint
        )

    def patterns(self) -> Iterator[dict[str, Any]]:
        """Patterns of a new row of this list, of the lists in it, and of those below."""
        places = tuple(new_place(depth) for depth in range(1, self.depth + 1))
        row, _ = self.frames.draw(FilledRow(), places, places[-1], {}, [0 for _ in self.inner])
        yield {"path": ".".join(self.path), "kind": "row", "html": Markup(filled_in(row, places))}
        if self.inner:
            blocks = [each.block(places, Markup(""), 0) for each in self.inner]
            yield {"path": ".".join(self.path), "kind": "nest", "html": Markup(self._nest(places, blocks))}
        for each in self.inner:
            yield from each.patterns()


def plain(value: Any) -> str:
    """A value that can be added up, exactly; a duration in seconds."""
    if isinstance(value, bool):
        return ""
    if isinstance(value, int | Decimal):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return str(value.total) if isinstance(value, Span) else ""
