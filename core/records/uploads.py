"""A file that was sent becomes a record of the system's entity ``file``; its name is a text and nothing else."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from core.access.actor import Actor, system_actor
from core.query.held import FILE
from core.query.query import FileLink
from core.records.api import create
from core.storage.files import Stored
from core.storage.pictures import Measures
from core.storage.sniffing import PICTURES, media_type
from core.storage.workspace import Transaction, Workspace
from metamodel.fields.file import file_url

LONGEST_NAME = 255
_LONGEST_ENDING = 20
_NAMELESS = "file"


def clean_name(written: str) -> str:
    """The name as it is kept: composed, on one line, without characters that are not seen but turn others around."""
    text = unicodedata.normalize("NFC", written)
    kinds = ((c, unicodedata.category(c)) for c in text)
    shown = "".join(
        " " if k in ("Zl", "Zp", "Zs") or c in "\t\r\n" else c
        for c, k in kinds
        if k not in _UNSEEN or c in "\t\r\n"
    )
    name = " ".join(shown.split())
    if not name.strip(". "):
        return _NAMELESS
    if len(name) <= LONGEST_NAME:
        return name
    stem, point, ending = name.rpartition(".")
    if not point or len(ending) > _LONGEST_ENDING:
        return name[:LONGEST_NAME]
    return stem[: LONGEST_NAME - len(ending) - 1] + point + ending


_UNSEEN = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))


def measured(workspace: Workspace, stored: Stored, name: str) -> tuple[str, Measures | None]:
    """What kept contents are, and how large a picture of them is; done before the transaction, since it takes time."""
    kind = media_type(stored.head, name)
    if kind not in PICTURES:
        return kind, None
    return kind, workspace.pictures.measure(workspace.files.local(stored.hash))


def keep_file(
    tx: Transaction, actor: Actor, stored: Stored, name: str, kind: str, measures: Measures | None
) -> FileLink:
    """The record of a file that the actor has sent; it stands nowhere yet."""
    sender = replace(system_actor(), user=actor.user, person=actor.person, login=actor.login)
    values = {"name": name, "size": stored.size, "type": kind, "hash": stored.hash}
    if measures is not None:
        values |= {"width": measures.width, "height": measures.height}
    saved = create(tx, sender, FILE, values)
    return FileLink(saved.id, name, stored.size, kind, file_url(saved.id, name))
