"""How the file is read, as a bar of guesses, and its first lines as they are, which prove it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.records.importing.formats.source import Line
from core.records.importing.recognise.texts import beginning
from core.web.context import Visit
from metamodel.messages import Message, message
from renderers.importing.desk import Desk
from renderers.importing.view import Guess, Option
from renderers.importing.words import DATES, DECIMALS, DELIMITERS, ENCODINGS

SHOWN_RAW = 5
LONGEST_RAW = 300


def guesses(who: Visit, desk: Desk) -> tuple[Guess, ...]:
    """The bar of how the file is read."""
    found = []
    for name, label, known, value in _asked(who, desk):
        options = known if value in known else {**known, value: value}
        found.append(
            Guess(
                name=name, label=who.texts.render(label), guessed=_HINTS.get(name, name) in desk.found.guessed,
                options=tuple(Option(value=k, label=words, on=k == value) for k, words in options.items()),
            )
        )  # fmt: skip
    return tuple(found)


_HINTS = {"sheet": "sheets"}
"""Guesses that the hints call otherwise."""


def _asked(who: Visit, desk: Desk) -> Iterator[tuple[str, Message, Mapping[str, str], str]]:
    """What of the reading is shown: its name and label, the words of its choices, the one that holds."""
    found, hints, render = desk.found, desk.found.hints, who.texts.render

    def words(choices: Mapping[str, Message]) -> dict[str, str]:
        return {key: render(each) for key, each in choices.items()}

    text = hints.format in ("csv", "vcf")
    if text and hints.encoding:
        yield "encoding", message("Encoding"), words(ENCODINGS), hints.encoding
    if hints.format == "csv":
        yield "delimiter", message("Delimiter"), words(DELIMITERS), hints.delimiter or ","
    if len(found.sheets) > 1:
        names = {
            s.name: render(message("{name} (hidden)", name=s.name)) if s.hidden else s.name
            for s in found.sheets
        }
        yield "sheet", message("Sheet"), names, (hints.sheets or ("",))[0]
    if text or any(c.decimal for c in found.columns):
        yield "decimal", message("Fractions after a"), words(DECIMALS), hints.decimal or ","
    if any(c.dates for c in found.columns):
        yield "dates", message("Dates"), words(DATES), hints.dates or "dmy"
    if hints.format not in ("vcf", "json"):
        lines = {str(n): message("line {number}", number=n) for n in range(1, 11)}
        yield (
            "header",
            message("Names of columns"),
            words({"0": message("none"), **lines}),
            str(hints.header or 0),
        )
    if found.totals:
        kept = {"1": message("passed over: {count}", count=len(found.totals)), "0": message("imported, too")}
        yield "totals", message("Rows of totals"), words(kept), "1" if hints.totals else "0"


def raw_lines(desk: Desk) -> tuple[tuple[int, str], ...]:
    """The file as it is, which proves the encoding; of a workbook its first lines."""
    if desk.found.hints.format == "csv":
        text, _ = beginning(desk.path, desk.found.hints.encoding or "utf-8")
        lines = text.splitlines()[:SHOWN_RAW]
        return tuple((n, line[:LONGEST_RAW]) for n, line in enumerate(lines, 1))
    head = (
        [desk.found.head] if desk.found.head is not None and desk.found.head not in desk.found.titles else []
    )
    lines_of: list[Line] = [*desk.found.titles, *head, *desk.found.sample]
    return tuple(
        (line.number, " | ".join(str(c) for c in line.cells if c is not None)[:LONGEST_RAW])
        for line in lines_of[:SHOWN_RAW]
    )
