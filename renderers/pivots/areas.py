"""The areas of a report with their fields: what is said of each, and its menu; every line is a link, so that it works
without scripts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.i18n import Texts
from core.query.pivot.asking import MAX_AXES, MAX_MEASURES
from core.query.pivot.resolving import Figure, Key
from metamodel.messages import Message, message
from metamodel.reports import ReportSort
from metamodel.value_steps import DATE_STEPS
from renderers.lists.menus import NUMBER_STEPS
from renderers.pivots.address import Address, Area, AxisText, ValueText, sort_text
from renderers.pivots.asking import Asked
from renderers.pivots.fields import aggregates_for
from renderers.pivots.moving import moved
from renderers.pivots.view import Chip, Line, MenuPart, Zone
from renderers.pivots.words import aggregate_words, axis_label, step_words, value_field, value_label

LABELS: dict[Area, tuple[Message, str, Message, Message]] = {
    "rows": (message("Rows"), "layout-rows", message("What stands in lines: stage, owner, company…"), message("A field into rows")),
    "columns": (message("Columns"), "layout-columns", message("What stands side by side: month, kind…"), message("A field into columns")),
    "values": (message("Values"), "sum", message("What is counted: sum of an amount, number of records…"), message("A value")),
}  # fmt: skip


def zones_of(asked: Asked, texts: Texts) -> tuple[Zone, ...]:
    """Rows, columns and values as they are drawn."""
    return (
        _zone(asked, "rows", tuple(_axes(asked, "rows", asked.rows, asked.keys[0], texts)), MAX_AXES, texts),
        _zone(
            asked,
            "columns",
            tuple(_axes(asked, "columns", asked.columns, asked.keys[1], texts)),
            MAX_AXES,
            texts,
        ),
        _zone(asked, "values", tuple(_values(asked, texts)), MAX_MEASURES, texts),
    )


def _zone(asked: Asked, area: Area, chips: tuple[Chip, ...], most: int, texts: Texts) -> Zone:
    label, icon, hint, add = (each if isinstance(each, str) else texts.render(each) for each in LABELS[area])
    return Zone(name=area, label=label, icon=icon, hint=hint, add=add, chips=chips, full=len(chips) >= most)


def _axes(
    asked: Asked, area: Area, listed: Sequence[AxisText], keys: Sequence[Key], texts: Texts
) -> Iterator[Chip]:
    for at, (axis, key) in enumerate(zip(listed, keys, strict=True)):

        def other(changed: AxisText, at: int = at) -> str:
            return _with(asked, area, [*listed[:at], changed, *listed[at + 1 :]]).href()

        parts = []
        if steps := tuple(_steps(axis, key, other, texts)):
            parts.append(MenuPart(head=texts.gettext("Step"), lines=steps, one=True))
        parts.append(_orders(asked, area, at, axis, texts))
        yield Chip(
            at=f"{area}.{at}", label=axis_label(asked.ground, axis),
            said=step_words(axis.by, texts) if axis.by else "",
            menu=(*parts, *_moves(asked, area, at, len(listed), texts)),
            drop=_with(asked, area, [*listed[:at], *listed[at + 1 :]]).href(),
        )  # fmt: skip


def _orders(asked: Asked, area: Area, at: int, axis: AxisText, texts: Texts) -> MenuPart:
    """The order of the keys themselves, or by the totals of a value."""
    now, listed = asked.sort if area == "rows" else asked.sort_columns, asked.listed(area)

    def turned(down: bool) -> Address:
        return _with(asked, area, [*listed[:at], replace(axis, descending=down), *listed[at + 1 :]])

    def by_value(value: ValueText, figure: Figure, sort: ReportSort) -> Line:
        called = value_label(asked.ground, value, figure, texts)
        first = message("{value}: greatest first", value=called)
        words = first if sort.descending else message("{value}: smallest first", value=called)
        href = asked.address.with_sort(area, sort_text(asked.values, sort)).href()
        return Line(label=texts.render(words), href=href, on=sort == now)

    lines = [
        Line(
            label=texts.gettext("Descending") if down else texts.gettext("Ascending"),
            href=(turned(down) if now is None else turned(down).with_sort(area, "")).href(),
            on=now is None and axis.descending == down,
        )
        for down in (False, True)
    ]
    lines += [
        by_value(value, figure, ReportSort(value=place, descending=down))
        for place, (value, figure) in enumerate(zip(asked.values, asked.figures, strict=True))
        for down in (True, False)
    ]
    return MenuPart(head=texts.gettext("Order"), lines=tuple(lines), one=True)


def _steps(axis: AxisText, key: Key, other: object, texts: Texts) -> Iterator[Line]:
    assert callable(other)
    if key.kind in ("date", "datetime"):
        for step in reversed(DATE_STEPS):
            yield Line(
                label=step_words(step, texts),
                href=other(replace(axis, by=step)),
                on=(axis.by or "day") == step,
            )
    elif key.kind == "number" and not key.field.result.percent and key.field.type.name != "rating":
        yield Line(label=texts.gettext("each number"), href=other(replace(axis, by=None)), on=axis.by is None)
        for step in NUMBER_STEPS:
            yield Line(label=step_words(step, texts), href=other(replace(axis, by=step)), on=axis.by == step)


def _values(asked: Asked, texts: Texts) -> Iterator[Chip]:
    for at, (value, figure) in enumerate(zip(asked.values, asked.figures, strict=True)):

        def other(changed: ValueText, at: int = at) -> str:
            return _with(asked, "values", [*asked.values[:at], changed, *asked.values[at + 1 :]]).href()

        known = aggregates_for(figure.place.type if figure.place is not None else None)
        lines = tuple(
            Line(
                label=aggregate_words(replace(value, aggregate=name), figure, texts),
                href=other(replace(value, aggregate=name)), on=name == value.aggregate,
            )
            for name in known
        )  # fmt: skip
        parts = [MenuPart(head=texts.gettext("What is counted"), lines=lines, one=True)]
        parts.extend(_shown(asked, at, value, other, texts))
        rest = [*asked.values[:at], *asked.values[at + 1 :]]
        yield Chip(
            at=f"values.{at}", label=value_field(asked.ground, value), said=aggregate_words(value, figure, texts),
            menu=(*parts, *_moves(asked, "values", at, len(asked.values), texts)),
            drop=_with(asked, "values", rest).href() if rest else "",
        )  # fmt: skip


def _shown(asked: Asked, at: int, value: ValueText, other: object, texts: Texts) -> Iterator[MenuPart]:
    """Where a value stands: under every column or in totals alone."""
    assert callable(other)
    if not asked.columns or len(asked.values) < 2:
        return
    yield MenuPart(
        head=texts.gettext("Where it stands"), one=True,
        lines=(
            Line(label=texts.gettext("in every column"), href=other(replace(value, totals_only=False)), on=not value.totals_only),
            Line(label=texts.gettext("in totals only"), href=other(replace(value, totals_only=True)), on=value.totals_only),
        ),
    )  # fmt: skip


def _moves(asked: Asked, area: Area, at: int, count: int, texts: Texts) -> Iterator[MenuPart]:
    """To another place of the area, or to another area."""
    lines = []
    if at:
        lines.append(
            Line(
                label=texts.gettext("Higher"),
                href=moved(asked, area, at, area, at - 1).href(),
                icon="arrow-up",
            )
        )
    if at + 1 < count:
        lines.append(
            Line(
                label=texts.gettext("Lower"),
                href=moved(asked, area, at, area, at + 1).href(),
                icon="arrow-down",
            )
        )
    for other, (label, icon, _, _) in LABELS.items():
        if other != area and (found := moved(asked, area, at, other, None)) != asked.address:
            words = texts.render(message("Into: {area}", area=texts.render(label)))
            lines.append(Line(label=words, href=found.href(), icon=icon))
    if lines:
        yield MenuPart(head=texts.gettext("Move the field"), lines=tuple(lines))


def _with(asked: Asked, area: Area, listed: Sequence[AxisText | ValueText]) -> Address:
    return replace(asked.address, to="").with_area(area, listed)
