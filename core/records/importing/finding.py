"""Records that an import finds: what texts of a file name, and what the keys of a target tell apart."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.access.actor import Actor
from core.query.read import titles
from core.records.api import records_by_key
from core.records.importing.recipe import Match
from core.records.links import records_named, records_with, records_worded, seen_values
from core.records.work import Work
from metamodel.errors import ValueRefused
from metamodel.messages import Message, message
from metamodel.model import Entity, Field
from metamodel.text import fold

if TYPE_CHECKING:
    from core.storage.workspace import Transaction

MOST_KNOWN = 50_000
"""Names that are remembered from chunk to chunk."""

MOST_NAMED = 5
"""Candidates that a refusal names."""

Wanted = tuple[str, str | None, Match]
"""Entity (uid), name of the field that finds its records or none, and how."""


@dataclass(slots=True)
class Finder:
    """Finds records by texts, each text once; what was found is checked again by the write itself."""

    _known: dict[tuple[Wanted, str], int] = field(default_factory=dict)

    def named(self, work: Work, wanted: Wanted, texts: Iterable[Any]) -> dict[str, list[int]]:
        """The visible records of these texts; several where the text does not tell them apart."""
        asked = {str(text) for text in texts}
        found = {text: [self._known[wanted, text]] for text in asked if (wanted, text) in self._known}
        missing = asked - found.keys()
        if missing:
            fresh = _find(work, wanted, missing)
            self._remember(wanted, fresh)
            found |= fresh
        return found

    def forget(self) -> None:
        """Forget everything: what was found may not be there (a chunk that was rolled back made some of it)."""
        self._known.clear()

    def _remember(self, wanted: Wanted, fresh: dict[str, list[int]]) -> None:
        if len(self._known) + len(fresh) > MOST_KNOWN:
            self._known.clear()
        self._known |= {(wanted, text): ids[0] for text, ids in fresh.items() if len(ids) == 1}


def _find(work: Work, wanted: Wanted, texts: set[str]) -> dict[str, list[int]]:
    uid, name, match = wanted
    entity = work.model.entity_by_uid[uid]
    if name is not None:
        return _by_field(work, entity, entity.by_name[name], texts)
    found = records_named(work, entity, texts)
    if match == "words":
        found |= records_worded(work, entity, texts - found.keys())
    return found


def _by_field(work: Work, entity: Entity, by: Field, texts: set[str]) -> dict[str, list[int]]:
    if by.uid not in work.grants.readable(entity.uid):
        return {}
    parsed: dict[str, Any] = {}
    for text in texts:
        try:
            parsed[text] = by.type.parse(by, text, work.context)
        except ValueRefused:
            continue  # what the field cannot hold, no record has
    there = records_with(work, entity, by, {value for value in parsed.values() if value is not None})
    return {
        text: there[_compared(value)]
        for text, value in parsed.items()
        if value is not None and _compared(value) in there
    }


def matching(
    work: Work, entity: Entity, keys: Sequence[Field], values: Sequence[tuple[Any, ...]]
) -> dict[tuple[Any, ...], list[int]]:
    """The visible records that have all the values of the key fields together, by these values as they are compared."""
    first = keys[0]
    wanted = {compared_all(each) for each in values}
    if first.name == "id" or (len(keys) == 1 and first.unique):
        found = records_by_key(
            work.tx, work.actor, entity, first, [each[0] for each in values], context=work.context
        )
        return {(value,): [record] for value, record in found.items()}
    by_first = records_with(work, entity, first, {each[0] for each in values})
    if len(keys) == 1:
        return {(value,): ids for value, ids in by_first.items()}
    ids = {record for some in by_first.values() for record in some}
    matched: dict[tuple[Any, ...], list[int]] = {}
    for record, stored in sorted(seen_values(work, entity, keys, ids).items()):
        key = compared_all(stored)
        if key in wanted:
            matched.setdefault(key, []).append(record)
    return matched


def compared_all(values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Values as they are compared: texts folded."""
    return tuple(_compared(value) for value in values)


def _compared(value: Any) -> Any:
    return fold(value) if isinstance(value, str) else value


def several(tx: Transaction, actor: Actor, entity: Entity, text: str, ids: Sequence[int]) -> Message:
    """The refusal of a name that several records have: it names those that the actor sees."""
    known = titles(tx, actor, entity, list(ids[:MOST_NAMED]))
    named = [f"{known[record].title} (#{record})" for record in ids[:MOST_NAMED] if record in known]
    rest = len(ids) - len(named)
    listed = "; ".join(named)
    if rest:
        return message(
            "there are several records “{value}”: {candidates} and {count} more", value=text[:100],
            candidates=listed, count=rest,
        )  # fmt: skip
    return message("there are several records “{value}”: {candidates}", value=text[:100], candidates=listed)
