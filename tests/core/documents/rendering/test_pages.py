"""HTML templates as PDF: fonts with Cyrillic inside, pages counted, nothing taken from outside."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from PIL import Image

from core.documents.rendering import Renderers
from core.errors import KubikError
from metamodel.documents import TemplateFile
from tests.core.documents.rendering.conftest import FACTS, data, word

INVOICE = """<html><head><style>
  @page { @bottom-right { content: counter(page) "/" counter(pages) } }
</style></head><body><h1>Счёт {{ doc.number }} — {{ company.name }}</h1>{{ notes }}{{ logo|size("20mm") }}
<table><thead><tr><th>Товар</th></tr></thead>
{% for i in items %}<tr><td>{{ i.name }}</td><td>{{ i.price|money }}</td></tr>{% endfor %}</table></body></html>"""


def made(renderers: Renderers, page: str, values: dict[str, Any], **more: Any) -> bytes:
    return renderers.render(data(values, **more), page.encode(), "pdf", FACTS, "ru", "html", "invoice.html")


def streams(pdf: bytes) -> str:
    """Everything in a PDF that can be read as text."""
    found = [pdf.decode("latin-1")]
    for piece in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            found.append(zlib.decompressobj().decompress(piece).decode("latin-1"))
        except zlib.error:
            continue
    return "\n".join(found).replace(" /", "/").replace("/ ", "/")


def test_a_page_has_its_words_fonts_with_cyrillic_and_all_its_pages(renderers: Renderers) -> None:
    picture = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(picture, "PNG")
    values = {
        "company": {"name": "ООО «Ёлка» <&>"}, "notes": ("html", "<p>О <b>нас</b></p>"), "logo": ("image", "1", "l.png"),
        "items": [{"name": f"Строка {n}", "price": Decimal(n)} for n in range(100)],
    }  # fmt: skip
    pdf = made(renderers, INVOICE, values, files={"1": picture.getvalue()})
    text = streams(pdf)
    assert pdf.startswith(b"%PDF-") and len(re.findall(r"/Type/Page\b", text)) >= 2
    assert "/FontFile" in text and "/Subtype/Image" in text
    assert "<0401>" in text.upper().replace("U0401", "<0401>") or "0401" in text, "Ё is in the map of a font"


def test_a_preview_is_marked_as_a_draft_on_every_page(renderers: Renderers) -> None:
    page = b"<p>1</p><p style='break-before: page'>2</p>"
    plain, marked = (
        renderers.render(data({}), page, "pdf", replace(FACTS, preview=preview), "ru", "html", "a.html")
        for preview in (False, True)
    )
    fonts = [streams(each).count("/FontDescriptor") for each in (plain, marked)]
    assert fonts[0] < fonts[1], "the word has a font of its own: bold"


class _Counting(BaseHTTPRequestHandler):
    asked: list[str] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        return


@pytest.fixture
def outside() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Counting)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_page_takes_nothing_from_the_network_and_no_file(
    renderers: Renderers, outside: str, tmp_path: Path
) -> None:
    secret = tmp_path / "secret.svg"
    secret.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><text>SECRET</text></svg>'
    )
    page = (
        f'<link rel="stylesheet" href="{outside}/a.css"><img src="{outside}/b.png"><img src="{secret.as_uri()}">'
        f'<style>@import "{outside}/c.css"; @font-face {{ font-family: x; src: url({outside}/d.ttf) }} p {{ font-family: x }}</style>'
        f'<object data="{outside}/e"></object><p>{{{{ name }}}}</p><a rel="attachment" href="{secret.as_uri()}">x</a>'
    )
    pdf = made(renderers, page, {"name": "Ёлка"})
    assert _Counting.asked == [] and "SECRET" not in streams(pdf) and "EmbeddedFile" not in streams(pdf)


def test_a_fault_is_told_with_the_words_of_its_line(renderers: Renderers) -> None:
    with pytest.raises(
        KubikError, match=re.escape("invoice.html, page, at “Итого {{ amuont }}”: there is no “amuont” here")
    ):
        made(renderers, "<p>Раз</p>\n<p>Итого {{ amuont }}</p>", {"amount": 1})


def test_what_can_be_made_here_is_told(renderers: Renderers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    here = Renderers()
    page, letter = (TemplateFile(file=f"a.{kind}", sha256="", format=kind) for kind in ("html", "docx"))
    assert here.formats_of((page, letter)) == ("docx", "pdf") and here.formats_of((letter,)) == ("docx",)
    with pytest.raises(KubikError, match="needs LibreOffice"):
        here.render(data({}), word("x"), "pdf", FACTS, "ru", "docx", "a.docx")
    with pytest.raises(KubikError, match="PDF only"):
        here.render(data({}), b"<p>", "docx", FACTS, "ru", "html", "a.html")
    here.close()
