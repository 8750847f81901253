"""What a person or a program says of how a file is read, checked before anything reads it so."""

from __future__ import annotations

import codecs

from core.records.importing.formats.refusals import refused
from core.records.importing.formats.source import MOST_COLUMNS
from core.records.importing.hints import Hints
from metamodel.messages import message

NO_TEXTS = frozenset({"idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"})
"""Encodings of the language that no file of a table is in, and that fail in ways of their own."""


def check_hints(hints: Hints) -> None:
    """Refuse (KBK5001) marks that part no cells and encodings that are none."""
    if hints.encoding:
        try:
            "".encode(hints.encoding)  # refuses (LookupError) what turns bytes into bytes
            known = codecs.lookup(hints.encoding).name not in NO_TEXTS
        except (LookupError, ValueError):
            known = False
        if not known:
            raise refused(message("There is no encoding “{name}”.", name=hints.encoding[:50]))
    places = [each.place for each in hints.columns]
    places += [each.place for each in hints.replaced] + [each.place for each in hints.repaired]
    places += list(hints.joined or ())
    if any(not 0 <= place < MOST_COLUMNS for place in places):
        raise refused(message("The file has no such column."))
    quote = '"' if hints.quote is None else hints.quote
    marks = [*([hints.delimiter] if hints.delimiter else []), *([quote] if quote else [])]
    wrong = any(len(mark) != 1 or mark in "\r\n\0" for mark in marks) or (hints.delimiter or ",") == quote
    if wrong:
        raise refused(
            message("One character parts the cells of a text file, and another one may stand around them.")
        )
