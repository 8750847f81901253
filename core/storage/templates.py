"""Template files of documents: bytes by their SHA-256, kept for as long as a version or a plan names them."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from core.errors import KubikError
from core.storage.workspace import Transaction
from metamodel.messages import message

UNNAMED = timedelta(days=2)
"""How long a file that nothing names stays: somebody uploaded it and is still writing the definition."""


def sha256_of(data: bytes) -> str:
    """What a template is found by."""
    return hashlib.sha256(data).hexdigest()


def template_bytes(tx: Transaction, sha256: str) -> bytes:
    """The bytes of a template. KBK2006 when there are none, or they are damaged."""
    table = tx.tables.own.template
    found = tx.connection.execute(sa.select(table.c.content).where(table.c.sha256 == sha256)).scalar()
    if found is None:
        raise KubikError("KBK2006", message("there is no template file {sha256}", sha256=sha256[:64]))
    data = bytes(found)
    if sha256_of(data) != sha256:
        raise KubikError("KBK2006", message("the template file {sha256} is damaged", sha256=sha256[:64]))
    return data


def keep_template(tx: Transaction, data: bytes) -> str:
    """Keep the bytes; their SHA-256. The same bytes are kept once; those that were damaged are whole again."""
    table, sha256 = tx.tables.own.template, sha256_of(data)
    held = tx.connection.execute(sa.select(table.c.content).where(table.c.sha256 == sha256)).scalar()
    if held is None:
        tx.connection.execute(table.insert().values(sha256=sha256, content=data, at=tx.now))
    else:
        whole = {} if bytes(held) == data else {"content": data}
        tx.connection.execute(table.update().where(table.c.sha256 == sha256).values(at=tx.now, **whole))
    return sha256


def touch_templates(tx: Transaction, named: Collection[str]) -> None:
    """Say that these files are named anew: they are not swept for some days."""
    table = tx.tables.own.template
    tx.connection.execute(table.update().where(table.c.sha256.in_(named)).values(at=tx.now))


def unnamed_templates(tx: Transaction) -> tuple[str, ...]:
    """The files that no version and no kept plan names, but for those of the last days."""
    own = tx.tables.own
    old = sa.select(own.template.c.sha256).where(own.template.c.at < tx.now - UNNAMED)
    found = set(tx.connection.execute(old).scalars())
    for key, naming in ((own.model.c.version, own.model.c.document), (own.plan.c.id, own.plan.c.target)):
        for one in tx.connection.execute(sa.select(key).order_by(key.desc())).scalars().all():
            if not found:
                return ()  # mostly the version in force names all there are: no other one is read
            naming_it = sa.select(naming).where(key == one)
            found.difference_update(_named(tx.connection.execute(naming_it).scalar_one()))
    return tuple(sorted(found))


def drop_templates(tx: Transaction, gone: Collection[str]) -> int:
    """Take those of these files away that were not named since; how many."""
    table = tx.tables.own.template
    statement = table.delete().where(table.c.sha256.in_(gone), table.c.at < tx.now - UNNAMED)
    return int(tx.connection.execute(statement).rowcount)


def damaged_templates(tx: Transaction, named: Iterable[str]) -> Iterator[str]:
    """Which of these files are missing or are not what they were."""
    for sha256 in dict.fromkeys(named):
        try:
            template_bytes(tx, sha256)
        except KubikError:
            yield sha256


def _named(value: Any) -> Iterator[str]:
    """The files that a document of the configuration, or a plan with one in it, names."""
    document = value.get("document", value)
    if isinstance(document, Mapping):
        for item in document.get("documents", ()):
            yield from (template["sha256"] for template in item["templates"] if "sha256" in template)
