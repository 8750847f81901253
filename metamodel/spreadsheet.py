"""How cells of exported tables are written so that they are harmless in a spreadsheet and read back as they were.

A text that a spreadsheet would run as a formula (CSV injection, OWASP) gets one apostrophe before it, which reading
takes away again; a text that looks so already gets another one, so that every text comes back as it was.
"""

from __future__ import annotations

import re

HIDDEN = "***"
"""A cell that whoever exported may not see; when it is imported, it leaves the field of its record as it is."""

LINKED = " → "
"""What stands between the names of fields in the head of a column that was taken through a link."""

NOTHING = ("NULL", "null", r"\N", "#Н/Д", "#N/A", "N/A", "NaN", "None", "<NULL>", "(null)")
"""Words that stand in tables of other programs for an empty cell."""

SUSPECT = frozenset("=+-@\t\r'*Nn\\#<(")
"""First characters of texts that may have to be guarded: the others are never looked at again."""

_MEANT = rf"\*{{3}}$|(?:{'|'.join(map(re.escape, NOTHING))})$"
_GUARDED = re.compile(rf"'*(?:[=+\-@\t\r]|{_MEANT})")
_KEPT = re.compile(rf"'+[=+\-@\t\r]|'*(?:{_MEANT})")


def guarded(text: str) -> str:
    """The text as a table of plain texts may hold it."""
    return "'" + text if _GUARDED.match(text) else text


def kept(text: str) -> str:
    """The text as a table with types may hold it, which runs no text: only what would be read as something else is
    guarded."""
    return "'" + text if _KEPT.match(text) else text


def unguarded(cell: str) -> str:
    """The text that `guarded` wrote so; a cell that it did not write is left as it is."""
    return cell[1:] if cell[:1] == "'" and _GUARDED.match(cell, 1) else cell
