"""A zip that is made to be sent: in memory while it is small, on the disk when it grows."""

from __future__ import annotations

import shutil
import tempfile
import zipfile
from collections.abc import Callable
from typing import Any, BinaryIO

IN_MEMORY = 8 * 1024 * 1024
"""Bytes of a zip that are made in memory; a larger one is made on the disk."""


def zipped(
    fill: Callable[[zipfile.ZipFile], None], packing: int = zipfile.ZIP_DEFLATED
) -> tuple[BinaryIO, int]:
    """The zip that ``fill`` fills, ready to be read from its beginning, and its size; whoever sends it closes it."""
    whole: Any = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    try:
        with zipfile.ZipFile(whole, "w", packing) as archive:
            fill(archive)
    except BaseException:
        whole.close()
        raise
    size = whole.tell()
    whole.seek(0)
    return whole, size


def put(archive: zipfile.ZipFile, name: str, content: BinaryIO) -> None:
    """A file of the zip from where its content is read; closes that."""
    with content, archive.open(name, "w", force_zip64=True) as target:
        shutil.copyfileobj(content, target)
