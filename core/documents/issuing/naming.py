"""The name of a document's files: by the pattern of its definition, in a form that every system can keep."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from core.access.actor import Actor
from core.access.grants import grants_of
from core.documents.gathering.reading import target_of
from core.i18n import texts
from core.query.issued import Source
from core.query.query import Link, LinkAny, Query
from core.query.read import read
from core.query.relations import choices_of
from core.storage.workspace import Transaction
from metamodel.documents import DocumentType
from metamodel.fields.base import Context
from metamodel.model import Entity, Field, Model

LONGEST = 120
"""Characters of a name without its ending."""

_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|]+')
_SPACES = re.compile(r"\s+")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|$)", re.IGNORECASE)
_LOOSE = " \t—–-,;:/·._"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The values of fields that stand in a name, as words (by uid), and the cells they are."""

    words: Mapping[str, str]
    made_of: tuple[Source, ...] = ()


def read_parts(tx: Transaction, actor: Actor, type_: DocumentType, id: int, language: str) -> Parts:
    """The fields of a record that its document's name is made of, as far as the actor may read them."""
    entity = tx.model.entity_by_uid[type_.entity]
    known = grants_of(tx.model, actor).readable(entity.uid)
    fields = [entity.by_uid[p.field] for p in type_.file_name if p.field is not None and p.field in known]
    item: Mapping[str, Any] = {}
    if fields:
        names = tuple(dict.fromkeys(field.name for field in fields))
        question = Query(entity=entity.name, fields=names, ids=(id,), limit=1)
        item = next(iter(read(tx, replace(actor, language=language), question).items), {})
    words = {f.uid: _words(tx, f, item[f.name], language) for f in fields if item.get(f.name) is not None}
    own = words.keys() - {"id"}
    if type_.number is None and not any(words.values()):  # its title names it
        own |= _title_fields(entity) & known.keys()
    made_of = (Source(entity=entity.uid, fields=frozenset(own), ids=(id,)),) if own else ()
    links = ((f, item[f.name]) for f in fields if f.uid in words)
    return Parts(words=words, made_of=(*made_of, *_titles(tx.model, links)))


def _title_fields(entity: Entity) -> frozenset[str]:
    """What a title is made of; whoever sees a record sees its id."""
    return frozenset(part.field for part in entity.title if part.field not in (None, "id"))


def _titles(model: Model, links: Iterable[tuple[Field, Any]]) -> Iterable[Source]:
    """The cells that titles of linked records are made of."""
    for field, link in links:
        if isinstance(link, Link) and link.id is not None:
            if isinstance(link, LinkAny):
                entity = model.entities[link.entity]
            else:
                entity = model.entity_by_uid[target_of(field) or ""]
            yield Source(entity=entity.uid, fields=_title_fields(entity), ids=(link.id,))


def _words(tx: Transaction, field: Field, value: Any, language: str) -> str:
    if isinstance(value, Link | LinkAny):  # one that shows nothing of itself is called by its number
        return value.title if value.id is not None and value.title != f"#{value.id}" else ""
    if field.result.kind == "choice":
        label = next((c.label for c in choices_of(tx.model, field) if c.name == value), None)
        return (label.in_language(language) if label else None) or str(value)
    if isinstance(value, date):
        return texts(language).date(value)
    written = field.type.format(
        field, value, Context(medium="text", language=language, zone=tx.workspace.zone.key)
    )
    return str(written or "")


def name_of(
    type_: DocumentType, parts: Parts, number: str | None, day: date, language: str, title: str
) -> str:
    """The name by the pattern; without one, or when nothing of it is filled, the document's label and its number, or for
    one without a number the ``title`` of its record."""
    found = ""
    for part in type_.file_name:
        if part.of_document == "number":
            found += number or ""
        elif part.of_document == "date":
            found += day.isoformat()
        else:
            found += parts.words.get(part.field or "", "") if part.field else part.text
    label = type_.label.in_language(language) or type_.name
    return safe_name(found) or safe_name(f"{label} {number or title}") or type_.name


def safe_name(written: str) -> str:
    """The name without what some system refuses: separators of paths, signs of control, names of devices, a dot at its end."""
    kinds = ((c, unicodedata.category(c)) for c in unicodedata.normalize("NFC", written))
    shown = "".join(" " if kind[0] in "ZC" else c for c, kind in kinds)
    name = _SPACES.sub(" ", _NOT_IN_NAMES.sub("-", shown)).strip()[:LONGEST].strip(_LOOSE)
    return f"_{name}" if _DEVICE.match(name) else name


def apart(names: Iterable[str]) -> list[str]:
    """The names of files that stand together, each once whatever the case of its letters: ``name (2).pdf``."""
    taken: set[str] = set()
    found = []
    for name in names:
        stem, point, ending = name.rpartition(".")
        one, count = name, 1
        while one.casefold() in taken:
            count += 1
            one = f"{stem} ({count}){point}{ending}"
        taken.add(one.casefold())
        found.append(one)
    return found
