"""The guesses that a text file needs before its first line can be read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from core.records.importing.hints import Hints
from core.records.importing.recognise.delimiter import delimiter_of, quote_of
from core.records.importing.recognise.encoding import encoding_of

SAMPLE = 128 * 1024
"""Bytes looked at to find the delimiter."""


def text_hints(path: Path, hints: Hints) -> Hints:
    """The hints with encoding, delimiter and quote decided."""
    encoding = hints.encoding or encoding_of(path)
    hints = replace(hints, encoding=encoding)
    if hints.format == "vcf" or (hints.delimiter is not None and hints.quote is not None):
        return hints
    text, whole = beginning(path, encoding)
    delimiter = hints.delimiter or delimiter_of(text, whole)
    quote = quote_of(text, delimiter) if hints.quote is None else hints.quote
    return replace(hints, delimiter=delimiter, quote=quote)


def beginning(path: Path, encoding: str) -> tuple[str, bool]:
    """The first of the text, and whether that is all of it."""
    with path.open("rb") as file:
        data = file.read(SAMPLE)
        whole = not file.read(1)
    try:
        text = data.decode(encoding, "replace")
    except LookupError:
        text = data.decode("utf-8", "replace")
    return text.removeprefix("\ufeff").replace("\0", ""), whole
