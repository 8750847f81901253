"""Processes that render, kept as long as they behave: each is asked one document at a time, ended when it takes too long or
too much, and begun anew after some hundred documents."""

from __future__ import annotations

import hashlib
import queue
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.documents.gathering.data import Data
from core.documents.making.faults import read
from core.documents.rendering.facts import DocFacts
from core.documents.rendering.office import Office
from core.documents.rendering.overruns import Overruns
from core.documents.rendering.process import STARTING, Answer, Gone, Late, Process
from core.errors import KubikError
from metamodel.documents import TemplateFile
from metamodel.errors import Problem
from metamodel.fields.base import Context
from metamodel.fields.moments import write_day
from metamodel.messages import Message, message

Format = Literal["docx", "pdf"]
Source = Literal["docx", "html"]

SECONDS = 60.0
"""What one document may take."""

MEMORY = 1024 * 1024 * 1024
RECYCLED_AFTER = 200
MOST_WAITING = 24


@dataclass(slots=True)
class _Slot:
    """A place for one process, begun when it is needed."""

    process: Process | None = None


class Renderers:
    """Makes documents; from any thread, which waits for its turn. Nothing of it runs before the first document."""

    def __init__(
        self, *, children: int = 1, seconds: float = SECONDS, memory: int = MEMORY, waiting: int = MOST_WAITING,
        recycled_after: int = RECYCLED_AFTER,
    ) -> None:  # fmt: skip
        self._seconds, self._memory, self._recycled_after = seconds, memory, recycled_after
        self._room = threading.BoundedSemaphore(waiting + children)
        self._free: queue.LifoQueue[_Slot] = queue.LifoQueue()
        self._slots = tuple(_Slot() for _ in range(children))
        for slot in self._slots:
            self._free.put(slot)
        self._overruns = Overruns()
        self._office = Office()
        self._closed = False

    def formats_of(self, templates: Iterable[TemplateFile]) -> tuple[Format, ...]:
        """What can be made here of these templates: PDF of an HTML one, or of a Word one where LibreOffice is."""
        known = {each.format for each in templates}
        found: list[Format] = ["docx"] if "docx" in known else []
        if "html" in known or ("docx" in known and self._office.there):
            found.append("pdf")
        return tuple(found)

    def render(
        self,
        data: Data,
        template: bytes,
        format: Format,
        facts: DocFacts,
        language: str,
        source: Source,
        name: str,
    ) -> bytes:
        """The file of a document. ``source`` is the format of the template, ``name`` its file as people know it.

        Refuses: KBK5010 (the template and this record do not go together: with the place), KBK5011 (too many at once), KBK5012 (it takes too
        long or too much).
        """
        if source == "html" and format != "pdf":
            raise KubikError("KBK5010", message("“{name}” is made as a PDF only.", name=name))
        if source == "docx" and format == "pdf" and not self._office.there:
            words = message(
                "A PDF of “{name}” needs LibreOffice on the server, or a template in HTML.", name=name
            )
            raise KubikError("KBK5010", words)
        if not self._room.acquire(blocking=False):
            raise KubikError(
                "KBK5011", message("Too many documents are being made at once: try again in a minute.")
            )
        try:
            made = self._asked(data, template, facts, language, source, name)
            return self._office.pdf(made, name) if source == "docx" and format == "pdf" else made
        finally:
            self._room.release()

    def warm(self, source: Source = "docx", language: str = "ru") -> None:
        """Begin a process and load what it needs, so that the first person does not wait for it; nothing while all of
        them are at work."""
        try:
            slot = self._free.get_nowait()
        except queue.Empty:
            return
        try:
            self._ready(slot, source, language, "")
        finally:
            self._free.put(slot)

    def close(self) -> None:
        """End the processes."""
        self._closed = True
        for slot in self._slots:
            _end(slot)
        self._office.close()

    def _asked(
        self, data: Data, template: bytes, facts: DocFacts, language: str, source: Source, name: str
    ) -> bytes:
        key = hashlib.sha256(template).hexdigest()
        head = {
            "template": key, "source": source, "language": language, "values": data.values,
            "files": list(data.files), "doc": {
                "number": facts.number, "date": [facts.date.isoformat(), write_day(facts.date, Context(medium="text", language=language))], "name": facts.name, "version": facts.version,
                "preview": facts.preview,
            },
        }  # fmt: skip
        parts = list(data.files.values())
        self._overruns.check(key, name, self._seconds)
        slot = self._free.get()
        try:
            self._overruns.check(key, name, self._seconds)  # what was before may have been of this template
            answer, made = self._answered(slot, head, parts, template, name)
        except KubikError as error:
            if error.code == "KBK5012":
                self._overruns.failed(key)
            raise
        finally:
            self._free.put(slot)
        self._overruns.ended(key)
        if made:
            return made[0]
        raise _refused(answer, name)

    def _answered(
        self, slot: _Slot, head: dict[str, Any], parts: Sequence[bytes], template: bytes, name: str
    ) -> Answer:
        """A question to the process of a slot; the template goes along when it does not know it."""
        process = self._ready(slot, head["source"], head["language"], name)
        known = head["template"] in process.known
        try:
            answer, made = self._said(process, head, parts, None if known else template)
            if "need" in answer:
                answer, made = self._said(process, head, parts, template)
        except Late as error:
            slot.process = None
            raise too_long(name, self._seconds) from error
        except Gone as error:
            slot.process = None
            raise too_much(name) from error
        process.known.add(head["template"])
        process.made += 1
        if process.made >= self._recycled_after or "over" in answer or not process.alive:
            _end(slot)
        return answer, made

    def _said(
        self, process: Process, head: dict[str, Any], parts: Sequence[bytes], template: bytes | None
    ) -> Answer:
        sent = [*parts, template] if template is not None else parts
        return process.ask({**head, "with_template": template is not None}, sent, self._seconds)

    def _ready(self, slot: _Slot, source: str, language: str, name: str) -> Process:
        """The process of a slot, with the libraries for such a template loaded: that is no part of anybody's time."""
        if slot.process is not None and not slot.process.alive:
            _end(slot)
        try:
            if slot.process is None:
                if self._closed:
                    raise KubikError("KBK5011")
                slot.process = Process(self._memory)
            process = slot.process
            if (source, language) not in process.loaded:
                answer, _ = process.ask({"load": True, "source": source, "language": language}, (), STARTING)
                if "loaded" not in answer:
                    raise _refused(answer, name)
                process.loaded.add((source, language))
            return process
        except (Late, Gone) as error:
            slot.process = None
            raise KubikError("KBK5010", message("Documents cannot be made on this server now.")) from error


def _end(slot: _Slot) -> None:
    process, slot.process = slot.process, None
    if process is not None:
        process.end()


def too_long(name: str, seconds: float) -> KubikError:
    """The refusal of a document that is not ready in time."""
    words = message(
        "“{name}” was not ready within {seconds} s: look for a loop without end in it, or print fewer records.",
        name=name, seconds=round(seconds),
    )  # fmt: skip
    return KubikError("KBK5012", words)


def too_much(name: str) -> KubikError:
    """The refusal of a document that needs too much memory."""
    words = message(
        "“{name}” needs more memory than a document gets: look for a loop that grows a text, or print fewer records.",
        name=name,
    )  # fmt: skip
    return KubikError("KBK5012", words)


def _refused(answer: dict[str, Any], name: str) -> KubikError:
    """The refusal that a process answered with."""
    if "over" in answer:
        return too_much(name)
    fault = answer.get("fault")
    if fault is None:
        words = message("“{name}” cannot be made: {why}", name=name, why=str(answer.get("error", "")))
        return KubikError("KBK5010", words)
    place = read(fault["place"])
    why, near = read(fault["why"]), str(fault["near"])
    words = _placed(name, place, near, why)
    return KubikError("KBK5010", words, errors=(Problem(pointer="/template", code="KBK5010", message=words),))


def _placed(name: str, place: Message | None, near: str, why: Message) -> Message:
    if place is None:
        return message("{name}: {why}", name=name, why=why)
    if not near:
        return message("{name}, {place}: {why}", name=name, place=place, why=why)
    return message("{name}, {place}, at “{near}”: {why}", name=name, place=place, near=near, why=why)
