"""Cards of a board: one shape for all of them, from the columns of the view."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from markupsafe import Markup

from core.access.grants import Grants
from core.i18n import Texts
from core.query.query import Link
from core.query.stage_times import length
from core.query.summing import currency
from core.query.totals import Total
from metamodel.messages import message
from metamodel.model import Entity, Field, Model
from renderers.boards.columns import Board
from renderers.boards.view import Bar, Card, Labelled
from renderers.lists.columns import ListColumn, result_of
from renderers.pages.cells import HIDDEN, Cells, Draw, quoted
from renderers.pages.people import person
from renderers.pages.titles import title_words

_TAGS = re.compile(r"<[^>]*>")
_LINKS = re.compile(r"</?a\b[^>]*>")
_FIGURES = ("money", "number", "percent")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
Items = Sequence[dict[str, Any]]


def clock_fields(entity: Entity, grants: Grants) -> tuple[str, ...]:
    """The stage and since when a record is in it; none without rights. What is due is not read: it is worked out here."""
    if entity.stages is None:
        return ()
    stage = entity.by_uid[entity.stages.field]
    since, readable = entity.by_uid.get(entity.stages.since), grants.readable(entity.uid)
    if since is None or not {stage.uid, since.uid} <= readable.keys():
        return ()
    return stage.name, since.name


def norm_of(entity: Entity, stage: str | None) -> timedelta | None:
    """The norm of the stage of that name; None where pipelines differ in it, or there is none."""
    if entity.stages is None:
        return None
    found = {s.norm for pipeline in entity.stages.pipelines for s in pipeline.stages if s.name == stage}
    norm = found.pop() if len(found) == 1 else None
    return None if norm is None else length(norm)


def asked_fields(board: Board) -> tuple[str, ...]:
    """What is read of each card."""
    listing = board.listing
    names = [
        *(column.name for column in listing.columns),
        board.field.name,
        *(field.name for field in board.totals[:1]),
        *clock_fields(listing.entity, listing.grants),
    ]
    return tuple(dict.fromkeys(names))


def cards(
    board: Board, items: Items, cells: Cells, texts: Texts, now: datetime, liftable: frozenset[int], back: str
) -> tuple[Card, ...]:
    """The cards of read records."""
    if not items:
        return ()
    drawn = {column.name: _drawn(column, items, cells, texts) for column in board.listing.columns}
    path = board.listing.address.path
    clock = clock_fields(board.entity, board.listing.grants)
    summed = _summed(board, cells.model)
    made = []
    for index, item in enumerate(items):
        record = item["id"]
        made.append(
            Card(
                id=record,
                href=f"{path}/{record}",
                move_href=f"{path}/{record}/place?{back}",
                fixed=record not in liftable,
                amount=_written(item.get(summed.name)) if summed is not None else "",
                bar=_bar(item.get(clock[1]), norm_of(board.entity, item.get(clock[0])), now, texts)
                if clock
                else None,
                **_parts(board, item, index, drawn, texts),
            )
        )
    return tuple(made)


def _written(amount: Decimal | int | None) -> str:
    """A number as the browser adds it up: all its digits, no exponent."""
    return "" if amount is None else f"{amount:f}" if isinstance(amount, Decimal) else str(amount)


def _summed(board: Board, model: Model) -> Field | None:
    """The field whose sum a card changes when it moves, where that is one sum in one currency."""
    first = next(iter(board.totals), None)
    return first if first is not None and currency(model, board.entity, first) is None else None


def _drawn(column: ListColumn, items: Items, cells: Cells, texts: Texts) -> list[str]:
    """The values of a column as HTML; the title and people as words and faces of their own."""
    values = [item.get(column.name, HIDDEN) for item in items]
    if column.is_name:
        if column.kind in ("link", "person"):
            return [quoted(_words(value, texts)) if value not in (None, HIDDEN) else "" for value in values]
        return cells.draw(column.field, result_of(column.path), "")(values)
    if column.kind == "person":
        return [_face(cells, value, texts) if isinstance(value, Link) else "" for value in values]
    drawer = _plain(cells.draw(column.field, result_of(column.path), ""))
    if column.kind not in _FIGURES:
        return drawer(values)
    return [drawer([value])[0] for value in values]  # the kopecks of one card are no matter of another


def _plain(drawer: Draw) -> Draw:
    """The same without links: a card is one place to press, and nothing in it is in the way of a finger."""
    return lambda values: [_LINKS.sub("", html) for html in drawer(values)]


def _face(cells: Cells, link: Link, texts: Texts) -> str:
    if link.hidden:
        return ""
    someone = person(link.id, title_words(link.title, link.id, texts))
    return cells.frame("_face", tone=someone.tone, initials=someone.initials, text=someone.name)


def _words(link: Link, texts: Texts) -> str:
    return "" if link.hidden else title_words(link.title, link.id, texts)


def _parts(
    board: Board, item: dict[str, Any], index: int, drawn: dict[str, list[str]], texts: Texts
) -> dict[str, Any]:
    """Where each value stands: name, what it belongs to, figure, date, person; the rest named below."""
    found: dict[str, Any] = {"more": ()}
    for column in board.listing.columns:
        html, label = (
            Markup(drawn[column.name][index]),
            column.field.label.in_language(texts.language) or column.name,
        )
        if column.is_name:
            found["title"] = html or Markup(quoted(texts.gettext("no title")))
            found["plain_title"] = _TAGS.sub("", str(found["title"]))
        elif column.kind == "person" and "person" not in found:
            found["person"] = html or None
        elif column.kind in _FIGURES and "figure" not in found:
            found["figure"] = html or None
            if not html and column.name not in item.get("_hidden", ()):
                found["missing"] = texts.render(message("{field}: not given", field=label))
        elif not html:
            continue
        elif column.kind in ("date", "datetime") and "date" not in found:
            found["date"] = Labelled(label=label, value=html)
        elif column.kind in ("link", "text") and "sub" not in found:
            found["sub"] = html
        else:
            found["more"] = (*found["more"], Labelled(label=label, value=html))
    return found


def _bar(since: datetime | None, norm: timedelta | None, now: datetime, texts: Texts) -> Bar | None:
    """Grey within the norm, amber over it, red over twice of it; nothing where the stage has no norm."""
    if since is None or not norm:
        return None
    spent = max(now - since, timedelta())
    if spent <= norm:
        return Bar(percent=max(2, int(100 * spent / norm)))
    unit, template = (DAY, "d") if norm >= DAY else (HOUR, "h")
    told = {"spent": int(spent / unit), "norm": round(norm / unit)}
    words = (
        message("{spent} d in the stage, the norm is {norm}", **told)
        if template == "d"
        else message("{spent} h in the stage, the norm is {norm}", **told)
    )
    return Bar(percent=100, tone="red" if spent > 2 * norm else "amber", words=texts.render(words))


def found_total(totals: Sequence[Total], value: Any, *, hidden: bool) -> Total | None:
    """The total of a group, None when it has no records."""
    return next((t for t in totals if t.value == value and t.hidden == hidden), None)
