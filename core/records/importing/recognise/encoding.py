"""The encoding of a text file: UTF-8 when it is, UTF-16 by its bytes, else the Russian one that reads as Russian."""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from core.records.importing.recognise.letters import accented, russian, sample_of

ENCODINGS = ("utf-8", "cp1251", "cp866", "koi8-r", "utf-16", "utf-16-le", "utf-16-be", "cp1252")
"""What a person may choose among."""

SAMPLE = 64 * 1024
PIECE = 1024 * 1024
SURE = -1.5
"""The mean weight of letters (`letters.russian`) above which they were read right."""


def encoding_of(path: Path) -> str:
    """The encoding that reads the file."""
    with path.open("rb") as file:
        head = file.read(SAMPLE)
        wide = _wide(head)
        if wide is not None:
            return wide
        file.seek(0)
        if _is_utf8(file.read, iter_size=PIECE):
            return "utf-8"
        file.seek(0)
        sample = sample_of(file, SAMPLE)
    return _narrow(sample)


def _wide(head: bytes) -> str | None:
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    pairs = len(head) // 2
    if not pairs or head.startswith(codecs.BOM_UTF8) or 0 not in head:
        return None
    usual = frozenset((0x00, 0x04, 0x20, 0x21))  # high bytes of Latin, Cyrillic, punctuation and №, ₽
    for name, high in (("utf-16-le", head[1 : pairs * 2 : 2]), ("utf-16-be", head[0 : pairs * 2 : 2])):
        low = head[0 : pairs * 2 : 2] if name == "utf-16-le" else head[1 : pairs * 2 : 2]
        if sum(byte in usual for byte in high) >= 0.9 * pairs and high.count(0) > low.count(0):
            return name
    return None


def _is_utf8(read: object, iter_size: int) -> bool:
    """Whether all of it is UTF-8, or nearly all (then reading says which line is not)."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    wrong, letters, ended = 0, 0, False
    while not ended:
        data = read(iter_size)  # type: ignore[operator]
        ended = not data
        if data.isascii() and not decoder.getstate()[0]:
            continue
        text = decoder.decode(data, final=ended)
        wrong += text.count("\ufffd") - data.count("\ufffd".encode())  # one may be written in the file
        letters += sum(letter > "\x7f" for letter in text) if wrong else 0
        if wrong > 50 and wrong * 20 > letters:
            return False
    return wrong == 0 or wrong * 20 < letters


def _narrow(sample: bytes) -> str:
    """The one of the old encodings in which the sample reads best."""
    weights = {name: russian(sample.decode(name, "replace")) for name in ("cp1251", "cp866", "koi8-r")}
    weights["cp1252"] = accented(sample.decode("cp1252", "replace"))
    best = max(weights, key=lambda name: weights[name])
    if weights[best] >= SURE:
        return best
    guess = from_bytes(sample).best()
    return guess.encoding.replace("_", "-") if guess is not None else best
