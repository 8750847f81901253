"""Heads of columns: how many cards there are, and what they add up to."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import TypeGuard
from urllib.parse import urlencode

from markupsafe import Markup

from core.i18n import Texts
from core.i18n.formats import money_pattern
from core.query.totals import FieldTotal, Total
from metamodel.messages import message
from metamodel.model import Field
from renderers.boards.cards import found_total
from renderers.boards.columns import Board, Place, key_of_choice
from renderers.boards.view import Head, Sum
from renderers.pages.cells import Cells
from renderers.pages.tones import tone_of

LARGE = 10_000
_TAGS = re.compile(r"<[^>]*>")


def head(board: Board, place: Place, counted: Sequence[Total] | None, cells: Cells, texts: Texts) -> Head:
    """The head of a column; without its figures while they are still being counted."""
    made = Head(
        key=place.key,
        label=place.label,
        tone=tone_of(place.tone) if place.choice is not None else None,
        create_href=_create(board, place),
    )
    if counted is None:
        waiting = (
            Sum(label=f.label.in_language(texts.language) or f.name, value=Markup("…")) for f in board.totals
        )
        return replace(made, sums=tuple(waiting))
    total = found_total(counted, place.group.value, hidden=place.group.which == "hidden")
    count = total.count if total is not None else 0
    nothing = FieldTotal()
    fields = [(f, total.fields[f.name] if total is not None else nothing) for f in board.totals]
    return replace(
        made,
        counted=True,
        count=texts.number(count),
        sums=tuple(sum_of(field, each, count, cells, texts) for field, each in fields),
        exact=_exact(*fields[0], texts) if fields else "",
    )


def sum_of(field: Field, total: FieldTotal, count: int, cells: Cells, texts: Texts) -> Sum:
    """The sums of a field, one behind another where its currencies differ; nothing is 0, not empty. Large ones stand in
    whole units, exact on hover.
    """
    by_currency = total.sums or {None: 0}
    drawn, exact = [], []
    for code in sorted(by_currency, key=lambda each: each or ""):
        result = replace(field.result, currency=code) if code else field.result
        drawer, amount = cells.draw(field, result, ""), by_currency[code]
        shown = amount.quantize(Decimal(1), ROUND_HALF_UP) if _large(amount) else amount
        drawn.append(Markup(drawer([shown])[0]))
        exact.append(_TAGS.sub("", drawer([amount])[0]))
    note = (
        texts.render(
            message(
                "filled in: {filled} of {all}", filled=texts.number(total.filled), all=texts.number(count)
            )
        )
        if total.filled < count
        else ""
    )
    label = field.label.in_language(texts.language) or field.name
    whole = "; ".join(filter(None, (" · ".join(exact), note)))
    return Sum(label=label, value=Markup(" · ").join(drawn), note=whole)


def _large(amount: Decimal | int) -> TypeGuard[Decimal]:
    """Whether what stands behind the point matters to nobody who looks at a board; the whole stands on hover."""
    return isinstance(amount, Decimal) and abs(amount) >= LARGE


def _exact(field: Field, total: FieldTotal, texts: Texts) -> str:
    """The first sum for the browser, as ``{"sum", "sign", "lead"}``; nothing where it is several."""
    if any(total.sums) or len(total.sums) > 1:
        return ""
    written = field.result.currency or field.options.get("currency")
    sign = texts.currency(written) if isinstance(written, str) else ""
    amount = total.sums.get(None, 0)
    lead = bool(sign) and money_pattern(texts.language).before
    return json.dumps(
        {"sum": f"{amount:f}" if isinstance(amount, Decimal) else str(amount), "sign": sign, "lead": lead}
    )


def _create(board: Board, place: Place) -> str | None:
    """The form of a new record of this column."""
    grants, entity = board.listing.grants, board.entity
    allowed = grants.may(entity.uid, "create") and entity.parent is None and not place.fixed
    if (
        not allowed
        or place.group.which != "value"
        or board.field.uid not in grants.writable(entity.uid, "create")
    ):
        return None
    value = key_of_choice(board.field, place.choice) if place.choice is not None else place.key
    return f"/e/{entity.name}/new?{urlencode({board.field.name: value})}"
