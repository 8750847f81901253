"""The kinds of codes: what each can hold, its check digit, and its picture as SVG without styles."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import barcode as linear
import segno

from metamodel.errors import ValueRefused
from metamodel.messages import message

_PARTED = re.compile(r"[\s\u00a0\u202f-]+")
_HEIGHT, _QUIET = 50, 10
"""Of bars: their height, the empty modules on both sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A kind of code: the longest text, the pattern of what it holds, the digits it has when their number is fixed."""

    longest: int
    pattern: str
    digits: int | None
    draw: Callable[[str], str]


def read(kind: str, text: str) -> str:
    """The text that a code of that kind holds; raises `ValueRefused` (KBK3003) when it cannot hold it."""
    code = CODES[kind]
    if code.digits is None:
        if re.fullmatch(code.pattern, text) is None:
            why = message("This code holds Latin letters, digits and signs alone.")
            raise ValueRefused("KBK3003", why)
        return text
    return _digits(_PARTED.sub("", text), code.digits)


def _digits(text: str, length: int) -> str:
    for place, sign in enumerate(text, 1):
        if not "0" <= sign <= "9":
            raise ValueRefused(
                "KBK3003",
                message("A code has digits alone; “{sign}” stands at place {place}.", sign=sign, place=place),
            )
    if len(text) != length:
        raise ValueRefused(
            "KBK3003",
            message("The code has {length} digits, here are {found}.", length=length, found=len(text)),
        )
    key = check_digit(text[:-1])
    if key != text[-1]:
        raise ValueRefused(
            "KBK3003",
            message(
                "Check digit {place} is {found}, by the other digits of the code it should be {expected}.",
                place=length,
                found=text[-1],
                expected=key,
            ),
        )
    return text


def check_digit(digits: str) -> str:
    """The last digit of an EAN by those before it: weights 3 and 1 from the right (GS1 General Specifications, 7.9)."""
    total = sum(int(sign) * (1 if place % 2 else 3) for place, sign in enumerate(reversed(digits)))
    return str(-total % 10)


def _qr(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m", micro=False).save(
        out, kind="svg", xmldecl=False, omitsize=True, nl=False, border=2, dark="#000", light="#fff"
    )
    return out.getvalue().decode()


def _bars(name: str) -> Callable[[str], str]:
    def draw(text: str) -> str:
        return _linear(name, text)

    return draw


def _linear(name: str, text: str) -> str:
    """Bars of equal height; one path of rectangles, no styles, so that any policy lets it be."""
    modules = linear.get(name, text).build()[0]
    bars = "".join(
        f"M{_QUIET + found.start()} 4h{len(found[0])}v{_HEIGHT}h-{len(found[0])}z"
        for found in re.finditer("1+", modules)
    )
    width, height = len(modules) + 2 * _QUIET, _HEIGHT + 8
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<path fill="#fff" d="M0 0h{width}v{height}h-{width}z"/><path fill="#000" d="{bars}"/></svg>'
    )


@lru_cache(maxsize=500)
def picture(kind: str, text: str) -> str:
    """The code as SVG, black on white; what it cannot hold is refused as by `read`."""
    return CODES[kind].draw(read(kind, text))


CODES: dict[str, Code] = {
    "qr": Code(longest=1_000, pattern=r"[^\x00-\x1f]+", digits=None, draw=_qr),
    "ean13": Code(longest=40, pattern="[0-9]{13}", digits=13, draw=_bars("ean13")),
    "ean8": Code(longest=30, pattern="[0-9]{8}", digits=8, draw=_bars("ean8")),
    "code128": Code(longest=80, pattern=r"[\x20-\x7e]+", digits=None, draw=_bars("code128")),
    "code39": Code(longest=40, pattern=r"[0-9A-Z. $/+%-]+", digits=None, draw=_bars("code39")),
}
DEFAULT = "code128"
