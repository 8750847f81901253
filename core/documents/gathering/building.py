"""From the levels that were read to the values of one record, told with every cell they were made from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from core.access.actor import Actor
from core.documents.gathering.level import Branch, Item, Level
from core.documents.gathering.pictures import Pictures
from core.documents.gathering.reading import target_of, title_fields
from core.documents.gathering.sources import Cells
from core.documents.gathering.wire import Wire, Writer, record
from core.documents.needs import Member
from core.query.query import FileLink, Link, LinkAny
from core.query.relations import choices_of
from core.storage.workspace import Transaction
from metamodel.model import Entity, Field

Values = dict[str, Wire]


@dataclass(slots=True, kw_only=True)
class Building:
    """Builds the values of one record of a document."""

    tx: Transaction
    actor: Actor
    writer: Writer
    pictures: Pictures
    cells: Cells = field(default_factory=Cells)
    hidden: int = 0

    def record(self, branch: Branch, id: int) -> Wire:
        """A record that was read, with everything behind it."""
        level, title = branch.level, branch.titles.get(id)
        if title is not None:
            self._title(branch, level.entity, id)
        values = self.values(level, id) if id in level.items else empty(level)
        return record(level.entity.name, id, title.title if title is not None else None, values)

    def values(self, level: Level, id: int) -> Values:
        """The values of a record of a level, by the names that the template has for them."""
        item = level.items[id]
        self.hidden += level.tell(self.cells, id)
        return {
            name: self._value(level, id, item, name, each)
            for name, each in level.members.items()
            if name in level.named
        }

    def _value(self, level: Level, id: int, item: Item, name: str, each: Member) -> Wire:
        branches = level.branches.get(name, [])
        if each.inverse or each.field.type.name == "children":
            if each.inverse or level.shows(item, each.field):
                return ["list", [wire for branch in branches for wire in self._rows(branch, id, each)]]
            return ["list", []]
        value = item.get(each.field.name)
        if each.field.listed:
            return ["list", [self._link(branches, each.field, link) for link in value or ()]]
        if isinstance(value, Link | FileLink):
            return self._link(branches, each.field, value)
        return self._scalar(level, item, each.field, value)

    def _rows(self, branch: Branch, owner: int, each: Member) -> Iterable[Wire]:
        """The records of a list that belong to one record."""
        for id in (branch.rows or {}).get(owner, ()):
            if each.inverse:
                self.cells.add(branch.level.entity.uid, id, (each.field.uid,))
            yield self.record(branch, id)

    def _link(self, branches: list[Branch], asked: Field, link: Link | FileLink) -> Wire:
        """What a link leads to: a file, or a record by its title and what is read of it."""
        if isinstance(link, FileLink):
            return self.pictures.file(link, is_picture=asked.type.name == "image")
        uid = (
            self.tx.model.entities[link.entity].uid
            if isinstance(link, LinkAny) and link.id
            else target_of(asked)
        )
        if link.id is None or uid is None:
            self.hidden += 1
            return None
        branch = next(each for each in branches if each.level.entity.uid == uid)
        level = branch.level
        self._title(branch, level.entity, link.id)
        values = self.values(level, link.id) if link.id in level.items else empty(level)
        return record(level.entity.name, link.id, link.title, values)

    def _title(self, branch: Branch, entity: Entity, id: int) -> None:
        """Tell the cells that a title is made from."""
        if branch.titled is not None:
            if id in branch.titled.items:
                self.values(branch.titled, id)
        else:
            self.cells.add(entity.uid, id, title_fields(self.tx, self.actor, entity) or ())

    def _scalar(self, level: Level, item: Item, asked: Field, value: Any) -> Wire:
        choices = choices_of(self.tx.model, asked) if asked.result.kind in ("choice", "choices") else ()
        currency = asked.options.get("currency")
        named = asked.options.get("currency_field")
        if named is not None:
            found = item.get(str(named))
            currency = found.title if isinstance(found, Link) and found.id is not None else found
            if currency is not None and value is not None:
                self.cells.add(level.entity.uid, item["id"], (level.entity.by_name[str(named)].uid,))
        return self.writer.scalar(asked, value, choices, _code(currency))


def _code(currency: Any) -> str | None:
    """The code of a currency, from whatever field says it."""
    written = str(currency).strip().upper() if currency is not None else ""
    return written if len(written) == 3 and written.isascii() and written.isalpha() else None


def empty(level: Level) -> Values:
    """The values of a record that lends none: one in the bin, or one that may not be seen."""
    return {
        name: ["list", []] if _is_list(each) else None
        for name, each in level.members.items()
        if name in level.named
    }


def _is_list(each: Member) -> bool:
    return each.inverse or each.field.listed or each.field.type.name == "children"
