"""Contents of files, each kept once under the SHA-256 of what it holds, behind an interface that other stores can have.

A file arrives under a made-up name, is hashed and counted on the way, written through to the disk, then moved to its
place in one step: what stands there is whole. Nothing that a person calls a file ever becomes a path.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from core.errors import KubikError
from metamodel.messages import message

T = TypeVar("T")

HASH = re.compile(r"[0-9a-f]{64}")
DAY = 24 * 3600.0
HEAD = 64 * 1024
"""Bytes of a file's beginning that say what it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """Contents that are kept: their SHA-256 in hexadecimal, their bytes, and how they begin."""

    hash: str
    size: int
    head: bytes


class Incoming(Protocol):
    """A file on its way in; what is neither kept nor dropped is swept later."""

    size: int

    def write(self, data: bytes) -> None:
        """Add to it."""

    def keep(self) -> Stored:
        """Put it in its place, durably."""

    def drop(self) -> None:
        """Forget it; harmless when it is kept or forgotten already."""


class FileStore(Protocol):
    """Where contents are kept."""

    def receive(self) -> Incoming:
        """Begin a new file."""

    def open(self, hash: str) -> BinaryIO:
        """The contents, to be read from any place; KBK2006 when they are not there."""

    def size(self, hash: str) -> int | None:
        """How many bytes there are, None when the contents are not there."""

    def hashed(self, hash: str) -> str:
        """The SHA-256 of what is there now under that name."""

    def local(self, hash: str) -> Path:
        """A path under which other programs of this machine can read the contents."""

    def made(self, hash: str, name: str) -> Path:
        """Where something made from the contents may be kept, and made again when it is lost."""

    def all(self) -> Iterator[tuple[str, float]]:
        """Every hash that is kept, and how many seconds ago it was put there last."""

    def remove(self, hash: str, *, unless_younger: float) -> bool:
        """Drop contents for ever, unless they were put there again meanwhile."""

    def tidy(self, older: float) -> int:
        """Drop what was begun so many seconds ago and never kept."""


class FolderStore:
    """A store in a folder of this machine: ``ab/cd/abcd…``, beside it ``incoming`` and what is made from contents."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def receive(self) -> Incoming:
        return _IncomingFile(self)

    def open(self, hash: str) -> BinaryIO:
        try:
            return self.local(hash).open("rb")
        except FileNotFoundError:
            raise KubikError("KBK2006") from None

    def size(self, hash: str) -> int | None:
        try:
            return self.local(hash).stat().st_size
        except FileNotFoundError:
            return None

    def hashed(self, hash: str) -> str:
        with self.open(hash) as file:
            digest = hashlib.sha256()
            while piece := file.read(HEAD):
                digest.update(piece)
            return digest.hexdigest()

    def local(self, hash: str) -> Path:
        return self.folder / hash[:2] / hash[2:4] / _checked(hash)

    def made(self, hash: str, name: str) -> Path:
        return self.folder / "made" / hash[:2] / hash[2:4] / f"{_checked(hash)}.{name}"

    def all(self) -> Iterator[tuple[str, float]]:
        now = time.time()
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*")):
            if HASH.fullmatch(path.name):
                with suppress(FileNotFoundError):
                    yield path.name, now - path.stat().st_mtime

    def remove(self, hash: str, *, unless_younger: float) -> bool:
        """They step aside first: whoever sends the same contents at this moment finds a free place for them."""
        path, aside = self.local(hash), self._incoming()
        try:
            path.replace(aside)
        except FileNotFoundError:
            return False
        if time.time() - aside.stat().st_mtime < unless_younger:
            aside.replace(path)
            return False
        aside.unlink(missing_ok=True)
        for made in (self.folder / "made" / hash[:2] / hash[2:4]).glob(f"{hash}.*"):
            made.unlink(missing_ok=True)
        return True

    def tidy(self, older: float) -> int:
        count, now = 0, time.time()
        for path in (self.folder / "incoming").glob("*"):
            with suppress(FileNotFoundError):
                if now - path.stat().st_mtime > older:
                    path.unlink()
                    count += 1
        return count

    def _incoming(self) -> Path:
        folder = self.folder / "incoming"
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder / secrets.token_hex(16)


class _IncomingFile:
    """A file on its way into a folder."""

    def __init__(self, store: FolderStore) -> None:
        self.size = 0
        self._store = store
        self._hash = hashlib.sha256()
        self._head = b""
        self._path = store._incoming()
        self._file: BinaryIO | None = _full_or(lambda: self._path.open("xb", buffering=0))

    def write(self, data: bytes) -> None:
        file = self._open()
        _full_or(lambda: _write_all(file, data))
        self._hash.update(data)
        self.size += len(data)
        if len(self._head) < HEAD:
            self._head += data[: HEAD - len(self._head)]

    def keep(self) -> Stored:
        file, hash = self._open(), self._hash.hexdigest()
        _full_or(lambda: os.fsync(file.fileno()))
        file.close()
        self._file = None
        place = self._store.local(hash)
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._path.replace(place)
        _sync_folder(place.parent)
        return Stored(hash=hash, size=self.size, head=self._head)

    def drop(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None
            self._path.unlink(missing_ok=True)

    def _open(self) -> BinaryIO:
        if self._file is None:
            raise ValueError("the file was kept or dropped already")
        return self._file


def file_store(home: Path) -> FileStore:
    """The store of an installation."""
    return FolderStore(home / "files")


def _checked(hash: str) -> str:
    if not HASH.fullmatch(hash):
        raise ValueError("this is no SHA-256")
    return hash


def _write_all(file: BinaryIO, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[file.write(left) :]


def _full_or(action: Callable[[], T]) -> T:
    """A disk without space is said to people; anything else is a fault."""
    try:
        return action()
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise KubikError(
                "KBK5005", message("There is no room left for files on the server: tell its administrator.")
            ) from error
        raise


def _sync_folder(folder: Path) -> None:
    """Make a rename durable, where folders can be synced (not on Windows)."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
