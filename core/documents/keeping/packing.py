"""Several documents as one zip."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from typing import BinaryIO

from core.documents.issuing.naming import apart
from core.query.issued import Issued
from core.storage.files import FileStore
from core.storage.zips import put, zipped


def packed(store: FileStore, documents: Sequence[Issued]) -> tuple[BinaryIO, int]:
    """The zip, ready to be read from its beginning, and its size; whoever sends it closes it."""
    files = [(each, file) for each in documents for file in each.files]
    names = apart(f"{each.name}.{file.format}" for each, file in files)

    def fill(archive: zipfile.ZipFile) -> None:
        for (_, file), name in zip(files, names, strict=True):
            put(archive, name, store.open(file.hash))

    return zipped(fill, zipfile.ZIP_STORED)  # the files are packed already
