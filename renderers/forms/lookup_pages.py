"""What texts in link fields mean, asked for many cells at once: a block pasted from a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from core.access.actor import Actor
from core.access.grants import grants_of
from core.errors import KubikError
from core.query.options import named, options
from core.query.query import Link
from core.storage.workspace import Transaction
from core.web.context import AnyRequest, form_pairs, reading
from metamodel.messages import message
from metamodel.model import Entity
from renderers.forms.lookups import SHOWN, internal_values
from renderers.forms.texts import Manner
from renderers.pages.titles import title_words

MOST_ASKED = 5000
MOST_SEARCHED = 100
"""Texts that name no record exactly and are searched for one by one."""


class Asked(msgspec.Struct):
    """A text in a link field; ``values`` are the texts of the fields that narrow its options."""

    field: str
    text: str
    values: dict[str, str] = {}


@post("/e/{entity:str}/named", sync_to_thread=True, status_code=200, include_in_schema=False)
def named_records(request: AnyRequest, entity: FromPath[str]) -> Response[Any]:
    """For each text the record it names (`id`, `title`), or those it may mean (`candidates`), under the reader's rights.

    The form holds ``asked``: a list of `Asked` as JSON; the answer has ``items`` in the same order.
    """
    asked = read_asked(dict(form_pairs(request)).get("asked", ""))
    with reading(request) as (who, tx):
        owner = tx.model.entities.get(entity)
        grants = grants_of(tx.model, who.actor)
        if owner is None or not any(grants.may(owner.uid, how) for how in ("read", "create", "update")):
            raise KubikError("KBK2006")
        manner = Manner(language=who.language, zone=who.zone)
        found = find(tx, who.actor, owner, asked, manner)
        return Response({"items": [_answer(links, manner) for links in found]})


def read_asked(written: str) -> list[Asked]:
    """The questions; KBK2000 when they are not well-formed, or too many."""
    try:
        asked = msgspec.json.decode(written, type=list[Asked])
    except msgspec.MsgspecError:
        raise KubikError("KBK2000", message("The form is not well-formed.")) from None
    if len(asked) > MOST_ASKED:
        raise KubikError("KBK2005")
    return asked


def find(
    tx: Transaction, actor: Actor, owner: Entity, asked: Sequence[Asked], manner: Manner
) -> Iterator[list[Link]]:
    """The records for each question in order: one where the text names it, else those whose title holds the text."""
    known: dict[tuple[Any, ...], list[Link]] = {}
    groups: dict[tuple[Any, ...], dict[str, None]] = {}
    for each in asked:
        groups.setdefault(_group(each), {})[each.text] = None
    searched = 0
    for group, texts in groups.items():
        field, values = group[0], internal_values(owner, dict(group[1:]), manner)
        for text, links in named(tx, actor, owner.name, field, texts, values).items():
            if not links and text.strip() and searched < MOST_SEARCHED:
                searched += 1
                links = options(tx, actor, owner.name, field, text.strip(), values, SHOWN + 1)
            known[*group, text] = links
    return (known[*_group(each), each.text] for each in asked)


def _group(asked: Asked) -> tuple[Any, ...]:
    return asked.field, *sorted(asked.values.items())


def _answer(links: Sequence[Link], manner: Manner) -> Mapping[str, Any]:
    shown = [{"id": each.id, "title": title_words(each.title, each.id, manner.words)} for each in links]
    return shown[0] if len(shown) == 1 else {"candidates": shown[:SHOWN]}
