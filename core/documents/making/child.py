"""The process that renders: it is told a template and the values of a record, and answers with the file or with what is
wrong. It knows nothing of databases and people."""

from __future__ import annotations

import gc
import io
import os
import shutil
import sys
import tempfile
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, BinaryIO

from core.documents.making.environment import context_of
from core.documents.making.faults import TemplateFault, written
from core.documents.making.frames import Broken, receive, send
from core.documents.making.guard import Guard, be_nice
from core.documents.making.nothing import EMPTY
from core.documents.making.values import Day, Record, as_shown, value_of
from metamodel.messages import message

KEPT_BYTES = 64 * 1024 * 1024
LARGEST = 128 * 1024 * 1024
"""Bytes of a document."""


class Child:
    """Keeps templates and what they compiled to."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._templates: OrderedDict[str, bytes] = OrderedDict()
        self._makers: dict[tuple[str, str], Any] = {}

    def answer(self, asked: Mapping[str, Any], parts: list[bytes]) -> tuple[dict[str, Any], list[bytes]]:
        """The answer to one frame."""
        try:
            maker = self._maker(asked["source"], asked["language"])
        except TemplateFault as fault:
            return _told(fault), []
        if "load" in asked:
            return {"loaded": True}, []
        key = str(asked["template"])
        files = dict(zip(asked["files"], parts, strict=False))
        if asked["with_template"]:
            self._keep(key, parts[-1])
        if key not in self._templates:
            return {"need": "template"}, []
        self._templates.move_to_end(key)
        try:
            made = maker.render(key, self._templates[key], context(asked, files))
        except TemplateFault as fault:
            return _told(fault), []
        except MemoryError:
            return {"over": "memory"}, []
        if len(made) > LARGEST:
            return {"over": "size"}, []
        return {"made": True}, [made]

    def _keep(self, key: str, data: bytes) -> None:
        self._templates[key] = data
        while sum(map(len, self._templates.values())) > KEPT_BYTES and len(self._templates) > 1:
            self._templates.popitem(last=False)

    def _maker(self, source: str, language: str) -> Any:
        """What renders such templates; libraries are loaded when they are needed first."""
        if (source, language) not in self._makers:
            with self._guard.loading():
                self._makers[source, language] = _begun(source, language)
            gc.collect()
            gc.freeze()  # libraries stay: nobody looks through them again after every document
        return self._makers[source, language]


def _told(fault: TemplateFault) -> dict[str, Any]:
    return {"fault": {"why": written(fault.why), "place": written(fault.place), "near": fault.near}}


def _begun(source: str, language: str) -> Any:
    if source == "docx":
        from core.documents.making.word import Words

        return Words(language)
    try:
        from core.documents.making.pages import Pages
    except OSError as error:  # a library of the system is not there
        raise TemplateFault(
            message("a PDF needs Pango on the server: start ./kubik, which installs it")
        ) from error

    made = Pages(language)
    made.pdf("<p>Ёж</p>")  # fonts are found and libraries loaded once
    return made


def context(asked: Mapping[str, Any], files: Mapping[str, bytes]) -> dict[str, Any]:
    """What a template sees of what was sent."""
    values = asked["values"]
    record = value_of(values["record"], files)
    my = value_of(values.get("my"), files)
    facts = asked["doc"]
    written, shown = facts["date"]
    day = as_shown(Day.fromisoformat(written), shown)
    doc = {**facts, "date": day, "number": facts["number"] if facts["number"] is not None else EMPTY}
    more = {"doc": Record("doc", None, facts["name"], doc), "my": my}
    return context_of(record.values_of_record, record, more, values.get("called", ()))


def main(memory: int, folder: str) -> None:
    """Answer until there is nobody to ask; ``folder`` is the only one that is written to: fonts of templates go there."""
    asking, answering = _streams()
    be_nice()
    tempfile.tempdir = folder
    guard = Guard(memory, folder)
    child = Child(guard)
    guard.set()
    send(answering, {"ready": True})
    while True:
        try:
            asked, parts = receive(asking)
        except Broken:
            with guard.loading():
                shutil.rmtree(folder, ignore_errors=True)
            return
        try:
            answer, made = child.answer(asked, parts)
        except MemoryError:
            answer, made = {"over": "memory"}, []
        except Exception as error:  # whatever a library raises, this document cannot be made
            answer, made = {"error": f"{type(error).__name__}: {error}"[:300]}, []
        parts.clear()
        send(answering, answer, made)


def _streams() -> tuple[BinaryIO, BinaryIO]:
    """Standard input and output as ours alone: what a library prints goes to the standard error."""
    asking = os.fdopen(os.dup(0), "rb")
    answering = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdin = io.StringIO()
    if sys.platform == "win32":
        import msvcrt

        msvcrt.setmode(asking.fileno(), os.O_BINARY)
        msvcrt.setmode(answering.fileno(), os.O_BINARY)
    return asking, answering
