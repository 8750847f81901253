"""The refusals of files that cannot be read, in words that say the way out."""

from __future__ import annotations

from core.errors import KubikError
from metamodel.messages import Message, message

CODE = "KBK5001"


def refused(why: Message) -> KubikError:
    """The whole file is refused for ``why``."""
    return KubikError(CODE, why)


def broken() -> KubikError:
    """A workbook that is cut short, damaged, or made by a program that does not keep to its format."""
    return refused(message(
        "The workbook is damaged or incomplete. Open it in your spreadsheet program, save it as XLSX and import that."
    ))  # fmt: skip


def locked() -> KubikError:
    """A workbook that a password encrypts."""
    return refused(message(
        "The workbook is protected by a password. Remove the password in your spreadsheet program, save it and "
        "import it again."
    ))  # fmt: skip


def swollen() -> KubikError:
    """An archive that unpacks to many times its size."""
    return refused(message(
        "The workbook unpacks to far more than a table needs, as harmful files do. Copy the rows into a new workbook "
        "and import that."
    ))  # fmt: skip


def too_wide(line: int, most: int) -> KubikError:
    """A line with more columns than any table has."""
    return refused(message(
        "Line {line} has more than {most} columns: this is probably not the table, or its delimiter is another one.",
        line=line, most=most,
    ))  # fmt: skip


def too_long(line: int) -> KubikError:
    """A cell of more text than a record may hold."""
    return refused(message("Line {line}: a cell holds more than 16 million characters.", line=line))


def empty() -> KubikError:
    """A file in which there is nothing."""
    return refused(message("The file is empty: there is no table in it."))


def no_sheet(name: str) -> KubikError:
    """A sheet is asked for that the workbook has not."""
    return refused(message("The workbook has no sheet “{name}”.", name=name[:100]))
