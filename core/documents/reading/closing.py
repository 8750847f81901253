"""Closing tags put into a Word template where they were forgotten: in a row, cell or paragraph of their own, or in the
same paragraph."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy

from lxml import etree

from core.documents.reading.docx import CELL, PARAGRAPH, ROW, TEXT, Found, trees_of, with_parts, written
from core.documents.reading.package import open_word

_OWN = {"tr": ROW, "tc": CELL, "p": PARAGRAPH}


def closed(data: bytes, closings: Mapping[int, str]) -> bytes:
    """The same file with a closing behind each of these tags (by number)."""
    changed: dict[str, bytes] = {}
    for tree in trees_of(open_word(data)):
        mine = [each for each in tree.found if each.tag.number in closings]
        for each in reversed(mine):
            _close(each, closings[each.tag.number])
        if mine:
            changed[tree.name] = written(tree.root)
    return with_parts(data, changed)


def _close(found: Found, text: str) -> None:
    prefix = next((prefix for prefix in _OWN if text.startswith("{%" + prefix + " ")), "")
    opening = found.line.slots[0].element
    own = _around(opening, _OWN.get(prefix, PARAGRAPH))
    if own is None:
        return
    if not prefix:
        found.line.slots[-1].write(f"{found.line.slots[-1].text}{text}")
        return
    made = deepcopy(own)
    texts = list(made.iter(TEXT))
    for each in texts[1:]:
        parent = each.getparent()
        if parent is not None:
            parent.remove(each)
    texts[0].text = text
    behind = next((each for each in own.itersiblings(own.tag)), own)
    behind.addnext(made)


def _around(element: etree._Element, name: str) -> etree._Element | None:
    return next((each for each in element.iterancestors(name)), None)
