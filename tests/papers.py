"""A served installation whose records hold files, pictures and secrets, and the files that are sent to it."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

from PIL import Image

from metamodel.model import Model
from tests import factories
from tests.sites import Site

PAPERS = "/api/records/paper"

_PAPER = """
name: paper
label: {ru: Бумага, en: Paper}
label_many: {ru: Бумаги, en: Papers}
title: "{name}"
fields:
  - {name: name, type: text, required: true, label: {ru: Название, en: Name}}
  - {name: owner, type: user, default: me}
  - {name: doc, type: file, types: [application/pdf], max_size: 100 KB, label: {ru: Договор, en: Contract}}
  - {name: photo, type: image, label: {ru: Фото, en: Photo}}
  - {name: any, type: file, label: {ru: Любой файл, en: Any file}}
  - {name: scans, type: files, max_files: 3, label: {ru: Сканы, en: Scans}}
  - {name: hidden, type: file}
  - {name: code, type: secret, label: {ru: Пароль, en: Password}}
  - {name: has_code, type: formula, formula: "code IS NOT NULL"}
  - {name: lines, type: children, of: paper_line, through: paper}
"""
_LINE = """
name: paper_line
label: {ru: Строка, en: Line}
title: "{name}"
fields:
  - {name: paper, type: link, to: paper, required: true}
  - {name: name, type: text}
  - {name: picture, type: image}
  - {name: pin, type: secret}
"""
_HEAD = """
name: head
label: {ru: Руководитель, en: Head}
grants:
  - {entity: paper, actions: [read, update, delete], fields: all}
  - {entity: paper, actions: [create], fields: all}
  - {entity: paper, actions: [reveal], fields: [code]}
  - {entity: paper_line, actions: [read, create, update, delete], fields: all}
  - {entity: paper_line, actions: [reveal], fields: all}
  - {entity: user, actions: [read], fields: [login, name]}
"""
_MANAGER = """
name: manager
label: {ru: Менеджер, en: Manager}
parent: head
grants:
  - {entity: paper, actions: [read, update], rows: "owner = me", fields: {all_but: [hidden]}}
  - {entity: paper, actions: [create], fields: {all_but: [hidden]}}
  - {entity: user, actions: [read], fields: [login, name]}
"""
FILES = {
    "solution.yaml": "name: papers\nlabel: {ru: Бумаги, en: Papers}\n",
    "entities/paper.yaml": _PAPER,
    "entities/paper_line.yaml": _LINE,
    "roles/head.yaml": _HEAD,
    "roles/manager.yaml": _MANAGER,
    "menu.yaml": "items:\n  - {entity: paper}\n",
}


def papers_model() -> Model:
    """The model of the installation."""
    return factories.model({**dict.fromkeys(factories.SAMPLE), **FILES})


PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>'
HTML = b"<!doctype html><title>x</title><script>alert(document.cookie)</script>"


def picture(width: int = 600, height: int = 400, kind: str = "JPEG", exif: Image.Exif | None = None) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    made = Image.new("RGB", (width, height), (200, 30, 30))
    made.paste((30, 30, 200), (width // 2, 0, width, height))
    written = io.BytesIO()
    made.save(written, kind, **({"exif": exif} if exif else {}))
    return written.getvalue()


def bomb(side: int) -> bytes:
    """A PNG of a few kilobytes that says it is ``side`` x ``side`` pixels."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = zlib.compress(b"\0" * 1_000_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def send(site: Site, content: bytes, name: str = "x.pdf", who: str = "mark", kind: str = "image/png") -> Any:
    """The answer to a file that is sent; ``kind`` is what the sender claims."""
    return site.call("POST", "/api/files", who, files={"file": (name, content, kind)})


def sent(site: Site, content: bytes, name: str = "x.pdf", who: str = "mark") -> dict[str, Any]:
    """A file that was taken."""
    answer = send(site, content, name, who)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found
