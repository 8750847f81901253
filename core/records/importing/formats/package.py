"""The zip around a workbook, read part by part under limits: nothing in it can fill the memory or the disk."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from xml.parsers import expat

from core.errors import KubikError
from core.records.importing.formats.refusals import broken, locked, swollen

MOST_PARTS = 20_000
MOST_UNPACKED = 4 * 1024**3
"""Bytes of one part: a sheet of a million rows and 20 columns has about one gigabyte."""
MOST_RATIO = 250
"""How many times larger than packed a large part may be; tables of real offices stay below 60."""
SMALL = 64 * 1024**2
"""Bytes below which the ratio does not matter."""
MOST_KEPT = 64 * 1024**2
"""Bytes of a part that is read at once (styles, names of sheets)."""
MOST_LISTED = 32 * 1024**2
"""Bytes of an XML part of which everything is remembered: lists of sheets, styles, relations."""
MOST_SHEETS = 2_000
CHUNK = 256 * 1024

Reading = Callable[[expat.XMLParserType], None]


class Taker(Protocol):
    """What the pieces of an XML part are given to."""

    def take(self, piece: bytes) -> None: ...

    def finish(self) -> None: ...


@dataclass(frozen=True, slots=True)
class _Plain:
    """Everything goes to the parser."""

    parser: expat.XMLParserType

    def take(self, piece: bytes) -> None:
        self.parser.Parse(piece, False)

    def finish(self) -> None:
        self.parser.Parse(b"", True)


class Package:
    """An opened zip; every part of it is refused (KBK5001) when it is encrypted, broken or swollen."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
            raise broken() from error
        infos = self._zip.infolist()
        if len(infos) > MOST_PARTS:
            self.close()
            raise swollen()
        self._parts = {info.filename.replace("\\", "/").lstrip("/").lower(): info for info in infos}

    def close(self) -> None:
        self._zip.close()

    def has(self, name: str) -> bool:
        return name.lower() in self._parts

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part, piece by piece."""
        info = self._parts.get(name.lower())
        if info is None:
            raise broken()
        if info.flag_bits & 1:
            raise locked()
        if info.file_size > MOST_UNPACKED or (
            info.file_size > SMALL and info.file_size > MOST_RATIO * max(info.compress_size, 1)
        ):
            raise swollen()
        try:
            with self._zip.open(info) as part:
                while chunk := part.read(CHUNK):
                    yield chunk
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            NotImplementedError,
            RuntimeError,
        ) as error:
            raise broken() from error

    def whole(self, name: str) -> bytes:
        """A part that is small by nature."""
        kept = bytearray()
        for chunk in self.chunks(name):
            kept += chunk
            if len(kept) > MOST_KEPT:
                raise swollen()
        return bytes(kept)

    def parse(self, name: str, prepare: Reading, most: int = MOST_LISTED) -> None:
        """The whole of an XML part through a parser that ``prepare`` gave its handlers; refused beyond ``most`` bytes."""
        for _ in self.parsing(name, prepare, most):
            pass

    def parsing(self, name: str, prepare: Reading, most: int = MOST_UNPACKED) -> Iterator[None]:
        """Feed an XML part to a parser, yielding after each piece."""

        def plainly(parser: expat.XMLParserType) -> _Plain:
            prepare(parser)
            return _Plain(parser)

        yield from self.reading(name, plainly, most)

    def reading(
        self, name: str, begin: Callable[[expat.XMLParserType], Taker], most: int = MOST_UNPACKED
    ) -> Iterator[None]:
        """Give an XML part to what ``begin`` makes of a parser, yielding after each piece."""
        taker = begin(safe_parser())
        size = 0
        with _readable():
            for chunk in self.chunks(name):
                size += len(chunk)
                if size > most:
                    raise swollen()
                taker.take(chunk)
                yield
            taker.finish()
            yield


def safe_parser() -> expat.XMLParserType:
    """A parser of XML without a document type: no entities of the file's own, nothing fetched."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = 64 * 1024
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser


def _no_doctype(*_: object) -> None:
    raise broken()


@contextmanager
def _readable() -> Iterator[None]:
    try:
        yield
    except KubikError:
        raise
    except (expat.ExpatError, ValueError, IndexError, UnicodeError, OverflowError) as error:
        raise broken() from error
