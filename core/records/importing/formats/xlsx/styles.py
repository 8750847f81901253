"""What the looks of cells say of their values: dates, spans, percents, codes with leading zeros, colours, bold."""

from __future__ import annotations

import colorsys
import re
from dataclasses import dataclass, field
from xml.parsers import expat

from core.records.importing.formats.package import Package

_ZEROS = re.compile(r"0{2,20}")
_IN_BRACKETS = re.compile(r"\[(?!(?:h+|m+|s+)\])[^\]]*\]|\"[^\"]*\"|\\.|_.", re.IGNORECASE)
_SPAN = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)
_BUILT_IN_DATES = {14: "date", 15: "date", 16: "date", 17: "date", 18: "time", 19: "time", 20: "time", 21: "time",
                   22: "moment", 45: "time", 46: "span", 47: "time"} | dict.fromkeys([*range(27, 37), *range(50, 59)], "date")  # fmt: skip
_THEME_ORDER = ("lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6",
                "hlink", "folHlink")  # fmt: skip


@dataclass(slots=True)
class Styles:
    """By the number of a style: `kinds` of its numbers (`date`, `moment`, `time`, `span`, a width of zeros), the
    `colors` behind it, whether it is bold."""

    kinds: dict[str, str | int] = field(default_factory=dict)
    colors: dict[str, str] = field(default_factory=dict)
    bold: set[str] = field(default_factory=set)


def kind_of(pattern: str) -> str | int | None:
    """What a number format makes of a number; None: a number."""
    first = pattern.split(";")[0]
    if _ZEROS.fullmatch(first):
        return len(first)
    if _SPAN.search(first):
        return "span"
    bare = (
        _IN_BRACKETS.sub("", first)
        .lower()
        .replace("general", "")
        .replace("am/pm", "")
        .replace("основной", "")
    )
    days = "y" in bare or "d" in bare or "г" in bare or "д" in bare
    hours = "h" in bare or "s" in bare or "ч" in bare
    if days or (not hours and "m" in bare and not set(bare) & set("0#?")):
        return "moment" if hours else "date"
    return "time" if hours else None


def read_styles(package: Package, part: str, theme: str) -> Styles:
    """The styles of a workbook; one without them has none."""
    if not package.has(part):
        return Styles()
    reader = _Reader()
    package.parse(part, reader.prepare)
    palette = _theme_colors(package, theme) if reader.themed and package.has(theme) else {}
    styles = Styles()
    for number, (pattern, font, fill) in enumerate(reader.formats):
        key = str(number)
        kind = (
            kind_of(reader.patterns[pattern]) if pattern in reader.patterns else _BUILT_IN_DATES.get(pattern)
        )
        if kind is not None:
            styles.kinds[key] = kind
        color = _color(reader.fills[fill], palette) if 0 <= fill < len(reader.fills) else None
        if color is not None and color != "#ffffff":
            styles.colors[key] = color
        if 0 <= font < len(reader.fonts) and reader.fonts[font]:
            styles.bold.add(key)
    return styles


class _Reader:
    def __init__(self) -> None:
        self.patterns: dict[int, str] = {}
        self.fonts: list[bool] = []
        self.fills: list[dict[str, str] | None] = []
        self.formats: list[tuple[int, int, int]] = []
        self.themed = False
        self._within: list[str] = []

    def prepare(self, parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        parent = self._within[-1] if self._within else ""
        self._within.append(name)
        if name == "numFmt" and parent == "numFmts":
            self.patterns[int(attributes["numFmtId"])] = attributes.get("formatCode", "")
        elif name == "font" and parent == "fonts":
            self.fonts.append(False)
        elif name == "b" and parent == "font" and self.fonts:
            self.fonts[-1] = attributes.get("val", "1") not in ("0", "false")
        elif name == "fill" and parent == "fills":
            self.fills.append(None)
        elif name == "fgColor" and parent == "patternFill" and self.fills and "fills" in self._within:
            self.fills[-1] = attributes
            self.themed = self.themed or "theme" in attributes
        elif name == "xf" and parent == "cellXfs":
            number, font, fill = (int(attributes.get(key, 0)) for key in ("numFmtId", "fontId", "fillId"))
            self.formats.append((number, font, fill))

    def _end(self, _: str) -> None:
        self._within.pop()


def _theme_colors(package: Package, part: str) -> dict[int, str]:
    found: dict[int, str] = {}
    within: list[str] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        if within and within[-1] in _THEME_ORDER and name in ("srgbClr", "sysClr"):
            value = attributes.get("lastClr") or attributes.get("val", "")
            if re.fullmatch(r"[0-9A-Fa-f]{6}", value):
                found.setdefault(_THEME_ORDER.index(within[-1]), value.lower())
        within.append(name)

    def prepare(parser: expat.XMLParserType) -> None:
        parser.StartElementHandler = start
        parser.EndElementHandler = lambda _: within.pop()

    package.parse(part, prepare)
    return found


def _color(given: dict[str, str] | None, palette: dict[int, str]) -> str | None:
    if given is None:
        return None
    color: str | None = None
    if "rgb" in given:
        color = given["rgb"][-6:].lower()
    elif "theme" in given:
        color = palette.get(int(given["theme"]))
    elif "indexed" in given and int(given["indexed"]) < 64:
        from openpyxl.styles.colors import COLOR_INDEX

        color = COLOR_INDEX[int(given["indexed"])][-6:].lower()
    if color is None or not re.fullmatch(r"[0-9a-f]{6}", color):
        return None
    return _tinted(color, float(given.get("tint", 0)))


def _tinted(color: str, tint: float) -> str:
    if not tint:
        return f"#{color}"
    red, green, blue = (int(color[n : n + 2], 16) / 255 for n in (0, 2, 4))
    hue, light, depth = colorsys.rgb_to_hls(red, green, blue)
    light = light * (1 + tint) if tint < 0 else light * (1 - tint) + tint
    parts = colorsys.hls_to_rgb(hue, min(max(light, 0.0), 1.0), depth)
    return "#" + "".join(f"{round(part * 255):02x}" for part in parts)
