"""An XLSX workbook: its sheets and what their cells need to be understood."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from pathlib import Path

from core.records.importing.formats.numbers import FIRST_DAY, FIRST_DAY_1904
from core.records.importing.formats.package import MOST_SHEETS, Package
from core.records.importing.formats.refusals import empty, no_sheet, swollen
from core.records.importing.formats.source import Line, Sheet
from core.records.importing.formats.spill import Texts
from core.records.importing.formats.xlsx.sheet import read_sheet
from core.records.importing.formats.xlsx.strings import read_strings
from core.records.importing.formats.xlsx.styles import Styles, read_styles
from core.records.importing.hints import Hints


class XlsxSource:
    """A workbook of XML in a zip. Formulas give the values they had when it was saved; links to files are not read."""

    format = "xlsx"
    typed = True

    def __init__(self, path: Path, hints: Hints) -> None:
        self.hints = hints
        self._package = Package(path)
        self._texts: Texts | None = None
        self._styles: Styles | None = None
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        roots = _relations(self._package, "_rels/.rels", "")
        workbook = next(
            (part for kind, part in roots.values() if kind == "officeDocument"), "xl/workbook.xml"
        )
        folder, file = posixpath.split(workbook)
        relations = _relations(self._package, f"{folder}/_rels/{file}.rels", folder)
        parts = dict(relations.values())
        self._strings_part = parts.get("sharedStrings", "")
        self._styles_part = parts.get("styles", "")
        self._theme_part = parts.get("theme", "")
        self._first_day = FIRST_DAY
        self._parts: dict[str, str] = {}
        sheets: list[Sheet] = []

        def start(name: str, attributes: dict[str, str]) -> None:
            name = name.rpartition(" ")[2]
            if name == "workbookPr" and attributes.get("date1904") in ("1", "true"):
                self._first_day = FIRST_DAY_1904
            elif name == "sheet":
                if len(sheets) >= MOST_SHEETS:
                    raise swollen()
                key = next((value for each, value in attributes.items() if each.endswith(" id")), "")
                kind, part = relations.get(key, ("", ""))
                if kind == "worksheet" and attributes["name"] not in self._parts:
                    self._parts[attributes["name"]] = part
                    hidden = attributes.get("state", "visible") != "visible"
                    sheets.append(Sheet(name=attributes["name"], hidden=hidden))

        def prepare(parser: object) -> None:
            parser.StartElementHandler = start  # type: ignore[attr-defined]

        self._package.parse(workbook, prepare)
        if not sheets:
            raise empty()
        self.sheets = tuple(sheets)

    def lines(self, sheet: str | None = None) -> Iterator[Line]:
        """The rows of a sheet."""
        shown = next((each for each in self.sheets if not each.hidden), self.sheets[0])
        name = shown.name if sheet is None else sheet
        if name not in self._parts:
            raise no_sheet(name)
        if self._styles is None:
            self._styles = read_styles(self._package, self._styles_part, self._theme_part)
        if self._texts is None:
            present = self._package.has(self._strings_part)
            self._texts = read_strings(self._package, self._strings_part) if present else Texts()
        yield from read_sheet(
            self._package, self._parts[name], name, self._texts, self._styles, self._first_day
        )

    def close(self) -> None:
        """Let go of the file and of what was made of it."""
        if self._texts is not None:
            self._texts.close()
        self._package.close()


def _relations(package: Package, part: str, folder: str) -> dict[str, tuple[str, str]]:
    """By its key: what a related part is and where it lies; what lies outside the file is left out."""
    found: dict[str, tuple[str, str]] = {}
    if not package.has(part):
        return found

    def start(name: str, attributes: dict[str, str]) -> None:
        if name.endswith("Relationship") and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"{folder}/{target}")
            found[attributes.get("Id", "")] = (
                attributes.get("Type", "").rpartition("/")[2],
                path.lstrip("/"),
            )

    def prepare(parser: object) -> None:
        parser.StartElementHandler = start  # type: ignore[attr-defined]

    package.parse(part, prepare)
    return found
