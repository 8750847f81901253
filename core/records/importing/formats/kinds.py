"""Which format a file is of: by its first bytes, its name only where those say nothing."""

from __future__ import annotations

from pathlib import Path, PurePath

from core.records.importing.formats.package import Package
from core.records.importing.formats.refusals import broken, empty, locked, refused
from metamodel.messages import Message, message

HEAD = 4096
SEARCHED = 32 * 1024 * 1024
"""Bytes of an old document in which its parts are looked for."""
FORMATS = ("csv", "xlsx", "xls", "xlsb", "ods", "vcf", "json")
ENDINGS = (
    ".csv",
    ".tsv",
    ".txt",
    ".xlsx",
    ".xlsm",
    ".xls",
    ".xlsb",
    ".ods",
    ".vcf",
    ".json",
    ".jsonl",
    ".ndjson",
)
_COMPOUND = bytes.fromhex("d0cf11e0a1b11ae1")
_BEGINNING, _ENCRYPTED = b"\x09\x08", b"\x2f\0"
"""The records of an old workbook (MS-XLS 2.3) that begin a stream, and that say it is encrypted."""
_OTHERS: tuple[tuple[bytes, Message], ...] = (
    (b"%PDF", message("This is a PDF. Copy the table into a spreadsheet, save it as XLSX or CSV and import that.")),
    (b"Rar!", message("This is an archive. Unpack it and import the table that is in it.")),
    (b"7z\xbc\xaf", message("This is an archive. Unpack it and import the table that is in it.")),
    (b"\x1f\x8b", message("This is an archive. Unpack it and import the table that is in it.")),
    (b"\x89PNG", message("This is a picture: there is no table in it that could be read.")),
    (b"\xff\xd8\xff", message("This is a picture: there is no table in it that could be read.")),
)  # fmt: skip
_PAGE = message(
    "This is a web page or an XML table under the name of a workbook. Open it in your spreadsheet program, save it as "
    "XLSX and import that."
)


def format_of(path: Path, name: str) -> str:
    """One of `FORMATS`; what is none of them is refused (KBK5001) with the way out."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    if not head:
        raise empty()
    ending = PurePath(name.lower()).suffix
    for mark, why in _OTHERS:
        if head.startswith(mark):
            raise refused(why)
    if head.startswith(b"PK"):
        return _zipped(path)
    if head.startswith(_COMPOUND):
        return _compound(path)
    if ending in (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods"):
        return _misnamed(head, ending)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start[:15].upper().replace(b"\0", b"").startswith(b"BEGIN:VCARD"):
        return "vcf"
    if ending == ".vcf":
        raise refused(message("The file is no vCard: it does not begin with BEGIN:VCARD."))
    if ending in (".json", ".jsonl", ".ndjson") or (
        start.startswith((b"[{", b'{"')) and ending not in (".csv", ".tsv", ".txt")
    ):
        return "json"
    if start[:5].lower() in (b"<!doc", b"<html", b"<?xml"):
        raise refused(_PAGE)
    return "csv"


def _zipped(path: Path) -> str:
    package = Package(path)
    try:
        if package.has("mimetype") and b"opendocument.spreadsheet" in package.whole("mimetype"):
            return "ods"
        if package.has("xl/workbook.bin"):
            return "xlsb"
        if package.has("xl/workbook.xml") or (
            package.has("[Content_Types].xml") and b"sheet" in package.whole("[Content_Types].xml")
        ):
            return "xlsx"
    finally:
        package.close()
    raise refused(
        message("This is an archive or a document without a table. Import a workbook or a text table.")
    )


def _compound(path: Path) -> str:
    """An OLE file (MS-CFB) is an old workbook, or the envelope of an encrypted new one; its list of parts may stand last."""
    with path.open("rb") as file:
        data = file.read(SEARCHED)
        sector = 1 << min(int.from_bytes(data[30:32], "little"), 12)
        file.seek((int.from_bytes(data[48:52], "little") + 1) * sector)
        data += file.read(HEAD)
    if "EncryptedPackage".encode("utf-16-le") in data or _with_password(data, sector):
        raise locked()
    if "Workbook".encode("utf-16-le") in data or "Book".encode("utf-16-le") in data:
        return "xls"
    raise refused(
        message("This is an old document of another program: there is no table in it that could be read.")
    )


def _with_password(data: bytes, sector: int) -> bool:
    """Whether an old workbook says soon after its beginning that it is encrypted (MS-XLS 2.4.117), in whatever way."""
    for start in range(sector, len(data), sector):
        if data[start : start + 2] == _BEGINNING:
            at = start
            for _ in range(3):  # between the two stands at most that it is not to be written over
                at += 4 + int.from_bytes(data[at + 2 : at + 4], "little")
                if data[at : at + 2] == _ENCRYPTED:
                    return True
    return False


def _misnamed(head: bytes, ending: str) -> str:
    """Programs of banks and accountants name web pages and text tables `.xls`."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(b"<"):
        raise refused(_PAGE)
    if ending == ".xls":
        if head[:2] in (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00"):
            return "xls"  # the oldest workbooks have no envelope
        if b"\0" not in head:
            return "csv"
    raise broken()
