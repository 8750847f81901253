"""What rows carry of the record that decides about them: which of its links, and the columns that hold these."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from metamodel.expression.sharing import is_shared
from metamodel.expression.tree import Call, Me, MySet, Node, Path
from metamodel.model import Entity, Field, Grant, Model, Role
from metamodel.names import SYSTEM_SOLUTION

MOST = 4
"""Links of a record that are carried: each costs every write of what follows it."""


MANNER = 1
"""Goes up when it is kept true in another way: what was kept in an older one is ended, and all of it done again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """Rows of ``table`` carry some links of the record of ``entity`` (uid) that their column ``link`` leads to.

    ``sources`` are the columns of these links in the record's own table, ``target``. Of a link to ``any`` record they are
    empty where it leads to one of another entity, as they are where there is no such record.
    """

    table: str
    link: str
    any: bool
    entity: str
    target: str
    sources: tuple[str, ...]

    def column(self, source: str) -> str:
        """The column of ``table`` that holds what ``source`` does in the record."""
        return f"c_{self.entity}_{source.removeprefix('f_')}"

    @property
    def columns(self) -> tuple[str, ...]:
        """All of them, in the order of ``sources``."""
        return tuple(self.column(source) for source in self.sources)

    @property
    def name(self) -> str:
        """The name of what keeps them true: another one for whatever is kept otherwise."""
        said = f"{MANNER} {self.link} {self.any} {self.target} {','.join(self.sources)}"
        return f"c_{self.table.removeprefix('e_')}_{hashlib.sha256(said.encode()).hexdigest()[:10]}"


def carried_by(model: Model, entity: Entity, dialect: Literal["sqlite", "postgresql"]) -> tuple[Carried, ...]:
    """What rows of an entity carry: of each record that they may follow, the links that rules of reading ask it for.

    On SQLite nothing: it looks a record up in a third of the time. Comments, files and shares are read with their record,
    not as a list of all.
    """
    uid = entity.follows or entity.parent
    if dialect == "sqlite" or uid is None or entity.solution == SYSTEM_SOLUTION:
        return ()
    return tuple(_of_link(model, entity, entity.by_uid[uid]))


def _of_link(model: Model, entity: Entity, link: Field) -> Iterator[Carried]:
    for uid in link.targets if entity.follows is not None else (link.target,):
        target = model.entity_by_uid[uid or ""]
        sources = _sources(model, target)
        if 0 < len(sources) <= MOST:
            yield Carried(
                table=entity.table, link=link.column, any=entity.follows is not None,
                entity=target.uid, target=target.table, sources=sources,
            )  # fmt: skip


def _sources(model: Model, target: Entity) -> tuple[str, ...]:
    """The columns of the links by which rules give a record; of one that follows another none, which decides then."""
    if target.follows is not None or target.parent is not None:
        return ()
    asked = (_of_role(target, role) for role in model.roles.values())
    return tuple(sorted({target.by_uid[uid].column for links in asked for uid in links}))


def _of_role(target: Entity, role: Role) -> Iterator[str]:
    """The links by which a role gives a record; none where it gives some in another way: whoever has such a role is asked
    by looking the record up, whatever others they have."""
    grants = (g for g in role.grants if g.entity == target.uid and "read" in g.actions)
    asked = [asked_links(target, grant) for grant in grants]
    if all(asked):
        yield from frozenset[str]().union(*(links for links in asked if links))


def asked_links(entity: Entity, grant: Grant) -> frozenset[str] | None:
    """The links (field uids) of a record that are all a grant asks for: each whether it leads to the reader, or to one of
    what is theirs. None of a grant that asks anything else.

    Such a rule gives no record whose links are empty, so it needs no record to be there.
    """
    return None if grant.rows is None else _asked(entity, grant.rows.root)


def _asked(entity: Entity, node: Node) -> frozenset[str] | None:
    match node:
        case Call(function="AND" | "OR", arguments=parts):
            found = [_asked(entity, part) for part in parts]
            return frozenset[str]().union(*(f for f in found if f)) if all(found) else None
        case Call(function="=", arguments=(Path() as path, Me())):
            return _link(entity, path)
        case Call(function="IN", arguments=(Path() as path, MySet() as mine)) if not is_shared(mine):
            return _link(entity, path)
        case _:
            return None


def _link(entity: Entity, path: Path) -> frozenset[str] | None:
    """The stored link of the record itself that a path begins with."""
    if path.root != "row" or path.up or not path.steps or path.steps[0][0] != entity.uid:
        return None
    field = entity.by_uid[path.steps[0][1]]
    plain = field.stored and not field.listed and field.target is not None
    return frozenset((field.uid,)) if plain else None
