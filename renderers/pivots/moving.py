"""Fields on their way: put into an area, moved within one or to another."""

from __future__ import annotations

from dataclasses import replace

from core.errors import KubikError
from core.query.pivot.asking import MAX_AXES, MAX_MEASURES
from renderers.pivots.address import Address, Area, AxisText, ValueText
from renderers.pivots.asking import COUNT, Asked
from renderers.pivots.fields import aggregates_for

RECORDS = "*"
"""What stands for the records themselves among fields."""


def moved(asked: Asked, area: Area, at: int, to: Area, place: int | None) -> Address:
    """A field in another place: of the same area, or of another; the address as it is where that cannot be."""
    listed = list(asked.listed(area))
    if not 0 <= at < len(listed):
        return asked.address
    taken = listed.pop(at)
    if area == to:
        listed.insert(len(listed) if place is None else max(0, min(place, len(listed))), taken)
        return replace(asked.address, to="").with_area(area, listed)
    turned = as_value(asked, taken) if to == "values" else as_axis(asked, taken)
    others = list(asked.listed(to))
    if turned is None or any(_same(turned, each) for each in others) or len(others) >= _most(to):
        return asked.address
    if area == "values" and not listed:
        listed = [COUNT]
    others.insert(len(others) if place is None else max(0, min(place, len(others))), turned)
    return replace(asked.address, to="").with_area(area, listed).with_area(to, others)


def without(asked: Asked, area: Area, at: int) -> Address:
    """The report without a field; without its last value it counts records."""
    listed = list(asked.listed(area))
    if at < len(listed):
        del listed[at]
    return asked.address.with_area(area, listed or ([COUNT] if area == "values" else []))


def put(asked: Asked, field: str, to: Area | None, place: int | None) -> Address:
    """A field into an area, into the one where it fits when none is named; the address as it is where it cannot be."""
    area = to or _fitting(asked, field)
    made: AxisText | ValueText | None
    if field == RECORDS:
        made = COUNT if area == "values" else None
    elif area == "values":
        made = as_value(asked, AxisText(field=field))
    else:
        made = as_axis(asked, ValueText(aggregate="count", field=field))
    if made is None:
        return asked.address
    listed = list(asked.listed(area))
    if (
        area == "values"
        and not asked.address.values
        and asked.base is None
        and listed == [COUNT]
        and made != COUNT
    ):
        listed = []  # nobody asked for the count that stands there at first
    if any(_same(made, each) for each in listed) or len(listed) >= _most(area):
        return asked.address
    listed.insert(len(listed) if place is None else max(0, min(place, len(listed))), made)
    return asked.address.with_area(area, listed)


def as_axis(asked: Asked, each: AxisText | ValueText) -> AxisText | None:
    """A field in rows or columns; None for what makes none."""
    if isinstance(each, AxisText):
        return each
    if each.field is None:
        return None
    try:
        key = asked.ground.key(each.field)
        by = key.by
        if key.kind in ("date", "datetime"):
            by = "month"
        elif key.kind == "number" and _stepped(key.place.type.scale, key.field.result.percent):
            by = "1000"
        return AxisText(field=each.field, by=asked.ground.key(each.field, by).by)
    except KubikError:
        return None


def _stepped(scale: int, percent: bool) -> bool:
    """Whether numbers are so many that each by itself would be a row."""
    return scale > 0 and not percent


def as_value(asked: Asked, each: AxisText | ValueText) -> ValueText | None:
    """A field in values: added up where it can be, else counted; None for what is neither."""
    if isinstance(each, ValueText):
        return each
    for aggregate in ("sum", "count_distinct", "count"):
        try:
            figure = asked.ground.figure(aggregate, each.field)
        except KubikError:
            continue
        if figure.place is not None and aggregate in aggregates_for(figure.place.type):
            return ValueText(aggregate=aggregate, field=each.field)
    return None


def _fitting(asked: Asked, field: str) -> Area:
    """Where a field goes when nobody says: amounts are added up, the first keys are rows, days columns."""
    if field == RECORDS:
        return "values"
    try:
        key = asked.ground.key(field)
    except KubikError:
        return "values"
    if key.kind == "number" or key.kind == "duration":
        return "values"
    if not asked.rows:
        return "columns" if key.kind in ("date", "datetime") and not asked.columns else "rows"
    return (
        "columns" if not asked.columns and (key.kind in ("date", "datetime", "choice", "boolean")) else "rows"
    )


def _most(area: Area) -> int:
    return MAX_MEASURES if area == "values" else MAX_AXES


def _same(one: AxisText | ValueText, other: AxisText | ValueText) -> bool:
    """Whether both say the same, whatever their step and order."""
    if isinstance(one, AxisText) and isinstance(other, AxisText):
        return one.field == other.field and one.by == other.by
    return one == other
