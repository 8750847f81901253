"""What stands below the columns of a list and in the heads of its groups: sums, averages, the least and the greatest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from markupsafe import Markup

from core.i18n import Texts
from core.query.totals import FieldTotal
from metamodel.messages import Message, message
from metamodel.model import Field, View, ViewTotal
from renderers.lists.columns import ListColumn
from renderers.pages.cells import Cells

_TAGS = re.compile(r"<[^>]*>")
LARGE = 10_000
Way = Literal["sum", "avg", "min", "max"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldColumn:
    """A column below which something is told."""

    column: ListColumn
    by: Way

    @property
    def field(self) -> Field:
        return self.column.field


WAYS: tuple[Way, ...] = ("sum", "avg", "min", "max")


def told_columns(
    view: View | None, columns: Sequence[ListColumn], asked: Sequence[str] | None = None
) -> tuple[ToldColumn, ...]:
    """Those that are asked for (``amount:avg``), those of a view, or the sums of all amounts, as far as their columns are
    shown."""
    own = [column for column in columns if len(column.path.fields) == 1]
    said = view.told if view is not None else None
    if asked is not None:
        said = _asked(own, asked)
    if said is None:
        return tuple(ToldColumn(column=column, by="sum") for column in own if _adds_up(column))
    found = {total.field: total for total in said}
    return tuple(
        ToldColumn(column=column, by=found[column.field.uid].by)
        for column in own
        if column.field.uid in found and can_be_told(column.field, found[column.field.uid])
    )


def _asked(columns: Sequence[ListColumn], asked: Sequence[str]) -> tuple[ViewTotal, ...]:
    by_name = {column.name: column.field for column in columns}
    found = []
    for text in asked:
        name, _, written = text.partition(":")
        way = next((way for way in WAYS if way == (written or "sum")), None)
        if name in by_name and way is not None:
            found.append(ViewTotal(field=by_name[name].uid, by=way))
    return tuple(found)


def told_texts(told: Iterable[ToldColumn]) -> tuple[str, ...]:
    """What is told, as an address and a saved view write it."""
    return tuple(f"{each.column.name}:{each.by}" for each in told)


def ways_of(field: Field) -> tuple[Way, ...]:
    """What can be told of a field; nothing of texts and links."""
    return tuple(way for way in WAYS if can_be_told(field, ViewTotal(field=field.uid, by=way)))


def _adds_up(column: ListColumn) -> bool:
    """Whether a sum of the column is what everybody expects: of money and of measures, not of ratings and years."""
    field, result = column.field, column.field.result
    if field.system or result.kind != "number" or result.percent or field.type.name == "rating":
        return False
    return column.kind == "money" or result.scale > 0


def can_be_told(field: Field, total: ViewTotal) -> bool:
    """Whether that can be told of a field."""
    if total.by in ("min", "max"):
        return field.result.kind in ("number", "date", "datetime")
    return field.result.kind == "number"


def asked_of(told: Iterable[ToldColumn]) -> tuple[list[str], list[str]]:
    """The fields (uids) that are added up, and those of which the ends are asked for."""
    each = list(told)
    summed = [one.field.uid for one in each if one.by in ("sum", "avg")]
    return summed, [one.field.uid for one in each if one.by in ("min", "max")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What is told: as HTML, and whole in words for a hover."""

    html: Markup
    hint: str


def figure(
    told: ToldColumn, total: FieldTotal | None, count: int, cells: Cells, texts: Texts
) -> Figure | None:
    """What stands below a column; nothing where no record has a value."""
    if total is None:
        return None
    field, words = told.field, WORDS[told.by]
    if told.by in ("min", "max"):
        value = total.least if told.by == "min" else total.greatest
        if value is None:
            return None
        drawn = cells.draw(field, field.result, "")([value])[0]
        return Figure(html=_named(texts, words, drawn), hint=texts.render(words))
    parts, exact = _amounts(told, total, cells)
    if not parts:
        return None
    note = (
        texts.render(
            message(
                "filled in: {filled} of {all}", filled=texts.number(total.filled), all=texts.number(count)
            )
        )
        if total.filled < count
        else ""
    )
    html = Markup('<span class="sep"> · </span>').join(parts)
    if told.by != "sum":
        html = _named(texts, words, html)
    return Figure(html=html, hint="; ".join(filter(None, (" · ".join(exact), note))))


def _amounts(told: ToldColumn, total: FieldTotal, cells: Cells) -> tuple[list[Markup], list[str]]:
    """The sums by currency as they are shown, and exact."""
    parts, exact, field = [], [], told.field
    for code in sorted(total.sums, key=lambda each: each or ""):
        result = replace(field.result, currency=code) if code else field.result
        amount = total.sums[code]
        if told.by == "avg":
            scale = Decimal(1).scaleb(-max(result.scale, 2))
            amount = (Decimal(amount) / total.filled).quantize(scale, ROUND_HALF_UP)
            result = replace(result, scale=max(result.scale, 2))
        drawer = cells.draw(field, result, "")
        parts.append(Markup(drawer([_whole(amount)])[0]))
        exact.append(_TAGS.sub("", drawer([amount])[0]))
    return parts, exact


def _whole(amount: Decimal | int) -> Decimal | int:
    """An amount without what stands behind its point where that matters to nobody."""
    large = isinstance(amount, Decimal) and abs(amount) >= LARGE
    return Decimal(amount).quantize(Decimal(1), ROUND_HALF_UP) if large else amount


WORDS: dict[Way, Message] = {
    "sum": message("sum"),
    "avg": message("average"),
    "min": message("least"),
    "max": message("greatest"),
}


def _named(texts: Texts, words: Message, html: Any) -> Markup:
    return Markup('<span class="told-by">{}</span> {}').format(texts.render(words), Markup(html))


def plain(html: str) -> str:
    """What is told without its marks."""
    return _TAGS.sub("", html.replace('<span class="unit">', "\N{NO-BREAK SPACE}"))


def together(totals: Sequence[FieldTotal]) -> FieldTotal:
    """What several groups tell together."""
    made = FieldTotal()
    for each in totals:
        made.filled += each.filled
        for code, amount in each.sums.items():
            made.sums[code] = made.sums[code] + amount if code in made.sums else amount
        made.least = min((v for v in (made.least, each.least) if v is not None), default=None)
        made.greatest = max((v for v in (made.greatest, each.greatest) if v is not None), default=None)
    return made
