"""QR codes as drawings in the page itself: no script, no style, nothing fetched."""

from __future__ import annotations

import segno
from markupsafe import Markup


def qr(text: str) -> Markup:
    """The drawing of a text, black on white in every theme: that is what cameras read."""
    made = segno.make(text, error="m", micro=False)
    return Markup(
        made.svg_inline(scale=5, border=3, dark="#000", light="#fff", svgclass="qr", lineclass=None)
    )
