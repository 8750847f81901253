"""Which records were chosen: named one by one, or all that a list holds, as its address says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from core.access.grants import Grants
from core.errors import KubikError
from core.query.query import Query
from core.records.bulk import MOST_NAMED, Choice
from core.storage.workspace import Transaction
from core.web.context import Visit
from metamodel.messages import message
from metamodel.model import Entity
from metamodel.text import number_of
from renderers.lists.asking import asked_list
from renderers.lists.listing import Listing, question

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """The records of a request: the list they were chosen in, and which of it."""

    entity: Entity
    grants: Grants
    listing: Listing
    state: str
    choice: Choice

    @property
    def hidden(self) -> tuple[tuple[str, str], ...]:
        """The same for the next step of a form."""
        ids = self.choice.ids
        named = ("all", "1") if ids is None else ("ids", ",".join(map(str, ids)))
        return (named, ("state", self.state))

    @property
    def back(self) -> str:
        """The list."""
        return f"/e/{self.entity.name}" + (f"?{self.state}" if self.state else "")

    def query(self) -> Query:
        """The question for these records."""
        if self.choice.ids is None:
            return question(self.listing)
        return Query(
            entity=self.entity.name,
            ids=self.choice.ids,
            deleted="only" if self.listing.address.bin else "none",
        )


def read_chosen(who: Visit, tx: Transaction, entity: str, pairs: Pairs) -> Chosen:
    """What a form says was chosen; KBK2000 when that is nothing, KBK2005 when too much is named one by one."""
    asked = dict(pairs)
    state = asked.get("state", "").removeprefix("?")
    here = asked_list(who, tx, entity, parse_qsl(state, keep_blank_values=True))
    if asked.get("all"):
        asks = question(here)
        choice = Choice(filter=asks.filter, search=asks.search)
    else:
        choice = Choice(ids=_named(pairs))
    return Chosen(entity=here.entity, grants=here.grants, listing=here, state=state, choice=choice)


def _named(pairs: Pairs) -> tuple[int, ...]:
    written = [text for name, text in pairs if name == "id"]
    written += [text for name, texts in pairs if name == "ids" for text in texts.split(",")]
    ids = tuple(dict.fromkeys(id for text in written if (id := number_of(text)) is not None))
    if not ids:
        raise KubikError("KBK2000", message("Choose records in the list first."))
    if len(ids) > MOST_NAMED:
        raise KubikError("KBK2005", message("At most {most} records are chosen one by one.", most=MOST_NAMED))
    return ids
