"""A Word file opened with care: its parts in memory, and a precise refusal of what may do harm."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape

from lxml import etree

from core.errors import KubikError
from metamodel.errors import Problem
from metamodel.messages import Message, message

MOST_OF_A_TEMPLATE = 10 * 2**20
"""Bytes of a template file."""

MOST_UNPACKED = 100 * 2**20
MOST_OF_A_PART = 50 * 2**20
MOST_PARTS = 3_000
MOST_ELEMENTS = 300_000
"""Elements of all parts together; a hundred full pages have some fifty thousand."""

_CODE = "KBK5008"

_RELATIONS = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_DOCTYPE = re.compile(rb"<\s*!\s*(DOCTYPE|ENTITY)", re.IGNORECASE)
_XML = (".xml", ".rels")


@dataclass(frozen=True, slots=True)
class Package:
    """The parts of a Word file by their names, in the order of the file; ``main`` is the name of the document itself.

    ``roles`` says of headers, footers, footnotes and endnotes which part they are.
    """

    parts: Mapping[str, bytes]
    main: str
    roles: Mapping[str, str]


def refusal(why: Message) -> KubikError:
    """The refusal of a file as a whole."""
    return KubikError(_CODE, why, [Problem(pointer="", code=_CODE, message=why)])


def within_limit(data: bytes) -> None:
    """Refuse a template that is too large (KBK5008)."""
    if len(data) > MOST_OF_A_TEMPLATE:
        raise refusal(
            message(
                "The template is larger than {most} MB: make its pictures smaller.",
                most=MOST_OF_A_TEMPLATE >> 20,
            )
        )
    if not data:
        raise refusal(message("The file is empty."))


def open_word(data: bytes) -> Package:
    """The parts of a Word file; KBK5008 with what is wrong and what to do about it."""
    within_limit(data)
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise refusal(
            message(
                "The file is of the old Word (.doc) or protected by a password: save it as .docx without one."
            )
        )
    if not data.startswith(b"PK"):
        raise refusal(message("This is no Word file (.docx)."))
    parts = _unpacked(data)
    _count_elements(parts)
    main = _main_part(parts)
    for name, content in parts.items():
        if name.lower().endswith(_XML):
            _refuse_declarations(name, content)
        if name.lower().endswith(".rels"):
            _check_relations(name, content)
        _check_fields(content)
        if name.lower() != name and name.lower() in parts:
            raise refusal(message("The file is damaged: open it in Word and save it again."))
    known = ("header", "footer", "footnotes", "endnotes")
    roles = {target: kind for kind, target in _relations_of(parts, main) if kind in known}
    return Package(parts, main, roles)


def _unpacked(data: bytes) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    total = 0
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = archive.infolist()
            if len(infos) > MOST_PARTS:
                raise _bomb()
            if sum(info.file_size for info in infos) > MOST_UNPACKED:
                raise _bomb()
            for info in infos:
                name = info.filename
                if info.flag_bits & 1:
                    raise refusal(message("The file is protected by a password: save it without one."))
                if name in parts or name.startswith("/") or "\\" in name or ".." in name.split("/"):
                    raise refusal(message("The file is damaged: open it in Word and save it again."))
                if info.is_dir():
                    continue
                if info.file_size > MOST_OF_A_PART:
                    raise _bomb()
                with archive.open(info) as packed:
                    content = packed.read(info.file_size + 1)
                total += len(content)
                if len(content) > info.file_size or total > MOST_UNPACKED:
                    raise _bomb()
                parts[name] = content
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, RuntimeError) as error:
        if isinstance(error, KubikError):
            raise
        raise refusal(message("The file is damaged: open it in Word and save it again.")) from error
    return parts


def _count_elements(parts: Mapping[str, bytes]) -> None:
    """Refuse what would be small on the disk and large as a tree, before any tree is made of it."""
    found = sum(
        content.count(b"<") - content.count(b"</")
        for name, content in parts.items()
        if name.lower().endswith(_XML)
    )
    if found > MOST_ELEMENTS:
        raise refusal(
            message(
                "The file has more than {most} paragraphs, cells and the like: make the template smaller.",
                most=MOST_ELEMENTS,
            )
        )


def _bomb() -> KubikError:
    return refusal(
        message(
            "Unpacked, the file is larger than {most} MB: such a file is not taken.", most=MOST_UNPACKED >> 20
        )
    )


def _main_part(parts: Mapping[str, bytes]) -> str:
    """The name of the document's own part, by what the file says its contents are."""
    types = parts.get("[Content_Types].xml")
    if types is None or "_rels/.rels" not in parts:
        raise refusal(message("This is no Word file (.docx)."))
    _refuse_declarations("[Content_Types].xml", types)
    _refuse_declarations("_rels/.rels", parts["_rels/.rels"])
    kinds = {item.get("PartName", ""): item.get("ContentType", "") for item in parse_part(types)}
    macros = any("macroEnabled" in kind or "vbaProject" in kind for kind in kinds.values())
    if macros or any(posixpath.basename(name).lower().startswith("vbaproject") for name in parts):
        raise refusal(message("The file has macros (.docm): save it as .docx, without them."))
    main = next((target for kind, target in _relations_of(parts, "") if kind == "officeDocument"), "")
    kind = kinds.get("/" + main, "")
    if main not in parts or kind != _WORD:
        if "wordprocessingml.template" in kind:
            raise refusal(message("This is a template of Word (.dotx): save it as a document (.docx)."))
        raise refusal(message("This is no Word file (.docx)."))
    if b"purl.oclc.org/ooxml" in parts[main][:4000]:
        raise refusal(message("The file is “Strict Open XML”: save it as an ordinary Word document (.docx)."))
    return main


def _refuse_declarations(name: str, content: bytes) -> None:
    """No part may declare a document type or entities, in whatever encoding."""
    plain = (
        content.replace(b"\0", b"")
        if content[:4].count(b"\0") or content[:2] in (b"\xff\xfe", b"\xfe\xff")
        else content
    )
    if _DOCTYPE.search(plain):
        raise refusal(
            message(
                "“{part}” in the file declares entities, which Word never does: such a file is not taken.",
                part=name[:100],
            )
        )


def parse_part(content: bytes) -> etree._Element:
    """A part as a tree: nothing outside is read, no entity is resolved; KBK5008 for what is no XML."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_pis=False
    )
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise refusal(message("The file is damaged: open it in Word and save it again.")) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise refusal(message("The file is damaged: open it in Word and save it again."))
    return root


def _relations_of(parts: Mapping[str, bytes], name: str) -> Iterator[tuple[str, str]]:
    """What a part leads to inside of the file: the last word of its kind, and the name of the other part."""
    folder, _, file = name.rpartition("/")
    content = parts.get(f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels")
    if content is None:
        return
    for item in parse_part(content).iter(_RELATIONS):
        target = item.get("Target", "")
        if item.get("TargetMode") != "External":
            path = posixpath.normpath(
                target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            )
            yield item.get("Type", "").rpartition("/")[2], path


def _check_relations(name: str, content: bytes) -> None:
    """A template leads nowhere outside but by links to click on, and holds nothing that runs."""
    for item in parse_part(content).iter(_RELATIONS):
        kind = item.get("Type", "").rpartition("/")[2]
        target = item.get("Target", "")[:200]
        if kind in _RUNNING:
            raise refusal(_RUNNING[kind])
        if item.get("TargetMode") == "External" and kind != "hyperlink":
            words = _OUTSIDE.get(kind) or message(
                "The file takes something from outside ({target}): remove it."
            )
            raise refusal(message(words.text, target=target))


def _check_fields(content: bytes) -> None:
    """No field takes in another file or speaks to another program when somebody opens the document."""
    if b"instr" not in content:
        return
    fields: list[str] = []
    for found in _FIELD.finditer(content):
        if found["begin"]:
            fields.append("")
        elif found["simple"] is not None:
            fields.append(found["simple"].decode(errors="replace"))
        elif fields:
            fields[-1] += (found["text"] or b"").decode(errors="replace")
    for each in fields:
        kind = unescape(each).split(maxsplit=1)[:1]
        if kind and kind[0].upper() in _REACHING:
            raise refusal(
                message(
                    "A field of the file takes something from outside ({field}): in Word, press Ctrl+Shift+F9 on it, what it"
                    " shows then stays as it is.",
                    field=kind[0].upper(),
                )
            )


_FIELD = re.compile(
    rb"""<(?:\w+:)?(?:(?P<begin>fldChar\b[^<>]*["']begin["'])|fldSimple\b[^<>]*instr\s*=\s*["'](?P<simple>[^<>]*)|instrText\b[^<>]*>(?P<text>[^<]*))"""
)
_REACHING = frozenset(
    (
        "DATABASE",
        "DDE",
        "DDEAUTO",
        "IMPORT",
        "INCLUDE",
        "INCLUDEPICTURE",
        "INCLUDETEXT",
        "LINK",
        "MACROBUTTON",
        "RD",
    )
)

_OUTSIDE: dict[str, Message] = {
    "attachedTemplate": message(
        "The file is tied to another template ({target}): in Word, choose Normal in “Developer, Document Template”."
    ),
    "image": message("A picture of the file is a link ({target}): insert the picture itself."),
    "oleObject": message("The file holds a linked object ({target}): remove it, or insert it as a picture."),
    "subDocument": message("The file takes another document in ({target}): insert its text."),
}
_RUNNING: dict[str, Message] = {
    "vbaProject": message("The file has macros (.docm): save it as .docx, without them."),
    "oleObject": message("The file holds an embedded object (OLE): remove it, or insert it as a picture."),
    "control": message("The file holds an ActiveX control: remove it."),
    "aFChunk": message("The file takes in a foreign piece (altChunk): insert its text."),
}
