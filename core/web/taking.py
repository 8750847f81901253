"""Forms with files taken in as they come: files go to the disk in pieces, everything else stays small."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from litestar.types import Receive
from multipart import (  # type: ignore[import-untyped]
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,
)

from core.errors import KubikError
from core.storage.files import FileStore, Incoming, Stored
from core.storage.scanning import scan
from core.web.exchange import ClientGone
from core.web.guard import MULTIPART
from core.web.threads import REQUESTS
from metamodel.messages import message

CHUNK = 1024 * 1024
"""Bytes that are gathered before a thread works on them."""

MOST_TEXT = 8 * 1024 * 1024
MOST_PARTS = 60_000
MOST_FILES = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file of a form: what is kept of it, or why it was not taken (a key of `metamodel.fields.file.REASONS`)."""

    part: str
    file_name: str
    stored: Stored | None = None
    refused: str = ""


@dataclass(slots=True, kw_only=True)
class Taking:
    """A form on its way in, read by `feed` a piece at a time; ``parts`` are its fields in order, texts or uploads.

    ``permit`` is asked before the first file, with the texts that came before it: it raises what forbids the form.
    ``strict`` refuses a form with a file that is too large at once, instead of going on without the file.
    """

    store: FileStore
    boundary: str
    most: int
    strict: bool
    permit: Callable[[list[tuple[str, str]]], None]
    scanner: str | None = None
    parts: list[tuple[str, str] | Upload] = field(default_factory=list)
    _parser: Any = None
    _segment: MultipartSegment | None = None
    _file: Incoming | None = None
    _text: bytearray = field(default_factory=bytearray)
    _large: bool = False
    _text_size: int = 0
    _files: int = 0

    def __post_init__(self) -> None:
        self._parser = PushMultipartParser(self.boundary, max_segment_count=MOST_PARTS, strict=True)

    def feed(self, data: bytes) -> None:
        """Read on; what is no form is KBK2000."""
        try:
            for event in self._parser.parse(data):
                if event is None:
                    self._ended()
                elif isinstance(event, MultipartSegment):
                    self._begun(event)
                else:
                    self._went_on(event)
        except ParserLimitReached as error:
            raise KubikError("KBK2005") from error
        except MultipartError as error:
            raise KubikError("KBK2000", message("The form is not well-formed.")) from error

    def end(self) -> None:
        """The body is over; a form that is not is KBK2000."""
        if not self._parser.closed:
            self.feed(b"")

    def drop(self) -> None:
        """Forget what is half there."""
        if self._file is not None:
            self._file.drop()
            self._file = None

    @property
    def texts(self) -> list[tuple[str, str]]:
        """The fields that are no files."""
        return [part for part in self.parts if isinstance(part, tuple)]

    @property
    def uploads(self) -> list[Upload]:
        """The files."""
        return [part for part in self.parts if isinstance(part, Upload)]

    def _begun(self, segment: MultipartSegment) -> None:
        self._segment, self._large = segment, False
        if segment.filename:
            if self._files == 0:
                self.permit(self.texts)
            self._files += 1
            if self._files > MOST_FILES:
                raise KubikError("KBK2005", message("At most {count} files at once.", count=MOST_FILES))
            self._file = self.store.receive()

    def _went_on(self, data: bytes) -> None:
        if self._file is not None:
            if self._file.size + len(data) > self.most:
                self.drop()
                self._large = True
                if self.strict:
                    raise file_too_large(self.most)
                return
            self._file.write(data)
        elif not self._large:
            self._text_size += len(data)
            if self._text_size > MOST_TEXT:
                raise KubikError(
                    "KBK2005", message("The request is larger than {limit} bytes.", limit=MOST_TEXT)
                )
            self._text += data

    def _ended(self) -> None:
        segment, file = self._segment, self._file
        assert segment is not None
        if segment.filename:
            stored = None
            if file is not None and file.size:
                stored = file.keep()
            refused = "large" if self._large else "empty"
            if stored is not None:
                refused = scan(self.scanner, self.store.local(stored.hash))
                stored = None if refused else stored  # what nothing holds is swept
            self.drop()
            self.parts.append(
                Upload(part=segment.name, file_name=segment.filename, stored=stored, refused=refused)
            )
        elif segment.filename is None:
            self.parts.append((segment.name, self._written()))
        self._file, self._text = None, bytearray()

    def _written(self) -> str:
        try:
            return self._text.decode()
        except UnicodeDecodeError:
            raise KubikError("KBK2000", message("The form is not well-formed.")) from None


def boundary_of(content_type: str | None) -> str | None:
    """What parts the pieces of a form with files; None for any other body."""
    kind, options = parse_options_header(content_type or "")
    return options.get("boundary") or None if kind == MULTIPART else None


async def take(receive: Receive, taking: Taking) -> None:
    """Read the whole body into ``taking``, in threads and in bounded memory."""
    loop = asyncio.get_running_loop()
    waiting: list[bytes] = []
    size, more = 0, True
    try:
        while more:
            event: Any = await receive()
            if event["type"] == "http.disconnect":
                raise ClientGone
            if part := event.get("body", b""):
                waiting.append(part)
                size += len(part)
            more = event.get("more_body", False)
            if waiting and (size >= CHUNK or not more):
                await loop.run_in_executor(REQUESTS, taking.feed, b"".join(waiting))
                waiting, size = [], 0
        await loop.run_in_executor(REQUESTS, taking.end)
    finally:
        await loop.run_in_executor(REQUESTS, taking.drop)


def file_too_large(most: int) -> KubikError:
    """The refusal of a file over the limit of the installation."""
    return KubikError(
        "KBK2005",
        message("The file is larger than {limit} bytes, the most that this installation takes.", limit=most),
    )
