"""The contents of pictures that a document prints: bounded, of large ones a small form."""

from __future__ import annotations

from dataclasses import dataclass, field

from core.access.actor import system_actor
from core.documents.gathering.wire import Wire
from core.query.held import FILE
from core.query.query import FileLink, Query
from core.query.read import read
from core.storage.workspace import Transaction, unnoted

LARGEST = 3 * 1024 * 1024
"""Bytes of a picture that is taken as it is."""

SMALL = 1280
"""Pixels of the longer side of the small form."""

MOST = 48 * 1024 * 1024
"""Bytes of all pictures of one document; further ones are not printed."""


@dataclass(slots=True, kw_only=True)
class Pictures:
    """Files of one document; a cell that the reader may read has led to each of them, which is the right to open it."""

    tx: Transaction
    wanted: dict[int, FileLink] = field(default_factory=dict)

    def file(self, link: FileLink, *, is_picture: bool) -> Wire:
        """A file on its way to the template."""
        if not is_picture:
            return ["file", link.name, link.size, link.type]
        self.wanted[link.id] = link
        return ["image", str(link.id), link.name]

    def contents(self) -> dict[str, bytes]:
        """The contents of the pictures that were met, by their key."""
        found: dict[str, bytes] = {}
        left = MOST
        for id, hash in self._hashes().items():
            data = self._bytes(hash, self.wanted[id].size)
            left -= len(data)
            if data and left >= 0:
                found[str(id)] = data
        return found

    def _hashes(self) -> dict[int, str]:
        hashes: dict[int, str] = {}
        ids = list(self.wanted)
        with unnoted(self.tx):
            for start in range(0, len(ids), 500):
                some = tuple(ids[start : start + 500])
                question = Query(entity=FILE, fields=("hash",), ids=some, limit=len(some))
                page = read(self.tx, system_actor(), question, life="any")
                hashes |= {item["id"]: item["hash"] for item in page.items}
        return hashes

    def _bytes(self, hash: str, size: int) -> bytes:
        workspace = self.tx.workspace
        if size > LARGEST:
            small = workspace.pictures.small(workspace.files, hash, SMALL)
            return small.read_bytes() if small is not None else b""
        with workspace.files.open(hash) as file:
            return file.read(LARGEST)
