"""Files of tables in the formats people have: each opened as a `Source` whose lines are read as they are asked for."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.records.importing.formats.asked import check_hints
from core.records.importing.formats.cards import CardsSource
from core.records.importing.formats.delimited import DelimitedSource
from core.records.importing.formats.documents import JsonSource
from core.records.importing.formats.kinds import ENDINGS, FORMATS, format_of
from core.records.importing.formats.legacy import LegacySource
from core.records.importing.formats.ods import OdsSource
from core.records.importing.formats.source import Cell, CellError, Line, Sheet, Source
from core.records.importing.formats.xlsx import XlsxSource
from core.records.importing.hints import Hints
from core.records.importing.recognise.texts import text_hints

__all__ = ["ENDINGS", "FORMATS", "Cell", "CellError", "Line", "Sheet", "Source", "open_source"]


def open_source(path: Path, name: str, hints: Hints | None = None) -> Source:
    """Open a file; what the hints leave open of format, encoding, delimiter and quote is found in it.

    ``name`` is what its person calls it. Refused with KBK5001 when it is none of the formats, empty, damaged,
    encrypted or harmful.
    """
    hints = hints or Hints()
    check_hints(hints)
    format = format_of(path, name)
    if hints.format in FORMATS and format in ("csv", "vcf", "json"):
        format = hints.format
    hints = replace(hints, format=format)
    if format == "xlsx":
        return XlsxSource(path, hints)
    if format == "ods":
        return OdsSource(path, hints)
    if format in ("xls", "xlsb"):
        return LegacySource(path, hints, format)
    if format == "json":
        return JsonSource(path, hints)
    hints = text_hints(path, hints)
    return CardsSource(path, hints) if format == "vcf" else DelimitedSource(path, hints)
