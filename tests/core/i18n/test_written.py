"""A kept message says in a language what it would have said at once."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

from core.i18n import texts
from core.i18n.written import read_message, write_message
from metamodel.labels import Label
from metamodel.messages import message


def test_a_kept_message_says_what_it_would_have_said_at_once() -> None:
    words = message(
        "{why}: {many}, {day}, {at}, {number}, {count}, {label}",
        why=message("there is no record {id}", id=7), many=["{day}", Label(ru="Счёт", en="Invoice"), Decimal("1.5")],
        day=dt.date(2031, 2, 3), at=dt.datetime(2031, 2, 3, 4, 5), number=Decimal("1234.5"), count=3,
        label=Label(ru="Сделка", en="Deal"),
    )  # fmt: skip
    kept = read_message(json.loads(json.dumps(write_message(words))))
    for language in ("ru", "en"):
        assert texts(language).render(kept) == texts(language).render(words)
