"""Words of the screens of import: encodings, delimiters, orders of dates, steps, states."""

from __future__ import annotations

from core.web.context import Visit
from metamodel.messages import message
from renderers.importing.view import Step

ENCODINGS = {
    "utf-8": message("UTF-8"), "cp1251": message("Windows-1251"), "cp866": message("DOS (866)"),
    "koi8-r": message("KOI8-R"), "utf-16": message("UTF-16"), "utf-16-le": message("UTF-16 LE"),
    "utf-16-be": message("UTF-16 BE"), "cp1252": message("Windows-1252 (western)"),
}  # fmt: skip
DELIMITERS = {
    ";": message("semicolon"), ",": message("comma"), "\t": message("tab"), "|": message("vertical bar"),
}  # fmt: skip
DECIMALS = {",": message("comma"), ".": message("point")}
DATES = {"dmy": message("DD.MM.YYYY"), "mdy": message("MM/DD/YYYY"), "ymd": message("YYYY-MM-DD")}
STEPS = (message("File"), message("Columns"), message("Check"), message("Import"))
STATES = {
    "queued": (message("waits"), "blue"), "running": (message("is going on"), "blue"),
    "done": (message("done"), "green"), "failed": (message("broken off"), "red"),
    "cancelled": (message("stopped"), "grey"),
}  # fmt: skip


def steps(who: Visit, now: int, address: str = "") -> tuple[Step, ...]:
    """The four steps with that one (from 1) as the current."""
    hrefs = {1: "/imports", 2: address} if address else {}
    return tuple(
        Step(number=n, label=who.texts.render(label), state="done" if n < now else "now" if n == now else "later",
             href=hrefs.get(n, "") if n < now else "")
        for n, label in enumerate(STEPS, 1)
    )  # fmt: skip
