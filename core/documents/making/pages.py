"""HTML templates: Jinja over our own environment, then WeasyPrint, which takes nothing but what stands in the page itself."""

from __future__ import annotations

import base64
import logging
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

import weasyprint
from jinja2 import Template, TemplateSyntaxError
from markupsafe import Markup, escape
from weasyprint.text.ffi import ffi, fontconfig
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from core.documents.making.arithmetic import plain
from core.documents.making.draft import WORDS, is_preview
from core.documents.making.environment import DocumentEnvironment
from core.documents.making.faults import TemplateFault, near
from core.documents.making.placed import placed
from core.documents.making.values import Picture, Rich
from core.documents.making.word_pictures import fitting
from metamodel.messages import message

MOST_KEPT = 50
_MM = 36_000

BASE = weasyprint.CSS(
    string="""
    @page { size: A4; margin: 15mm }
    html { font-family: "Liberation Sans", "DejaVu Sans", sans-serif; font-size: 10pt }
    table { border-collapse: collapse }
    thead { display: table-header-group } tr { break-inside: avoid }
    """
)
"""How a page looks that says nothing of its own: every font of it knows Cyrillic."""

logging.getLogger("weasyprint").setLevel(logging.CRITICAL)


class Nothing(URLFetcher):  # type: ignore[misc]
    """Takes nothing from anywhere: only what an address itself holds (``data:``)."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        scheme, _, rest = url.partition(":")
        if scheme.lower() != "data":
            raise ValueError("documents take nothing from outside")
        kind, _, written = rest.partition(",")
        data = unquote_to_bytes(written)
        if kind.endswith(";base64"):
            data = base64.b64decode(b"".join(data.split()))
        return URLFetcherResponse(url, data, {"Content-Type": kind.removesuffix(";base64") or "text/plain"})


def _draft(word: str) -> weasyprint.CSS:
    """A pale word across each page."""
    return weasyprint.CSS(
        string=f"""html::after {{ content: "{word}"; position: fixed; top: 42%; left: 0; right: 0; text-align: center; transform: rotate(-30deg);
        font: 700 72pt/1 Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif; color: rgba(0, 0, 0, 0.07) }}"""
    )


DRAFT = {language: _draft(word) for language, word in WORDS.items()}


@dataclass(slots=True)
class Pages:
    """Renders HTML templates in one language."""

    language: str
    environment: DocumentEnvironment = field(init=False)
    fonts: FontConfiguration = field(default_factory=FontConfiguration)
    fetcher: Nothing = field(default_factory=Nothing)
    _kept: OrderedDict[str, tuple[str, Template]] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        if not _has_fonts(self.fonts):
            raise TemplateFault(
                message("the server has no fonts: install some with Cyrillic, such as DejaVu")
            )
        self.environment = DocumentEnvironment(self.language, self._printed)

    def render(self, key: str, data: bytes, context: dict[str, Any]) -> bytes:
        """The PDF of a template; ``key`` tells its bytes from others'. Refuses with `TemplateFault`."""
        return self.pdf(
            self.html(key, data, context), *([DRAFT[self.language]] if is_preview(context) else ())
        )

    def html(self, key: str, data: bytes, context: dict[str, Any]) -> str:
        """The page with its values."""
        source, template = self._template(key, data)
        with placed(source, message("page")):
            return template.render(context)

    def pdf(self, page: str, *more: weasyprint.CSS) -> bytes:
        """A page on paper, with more styles than its own."""
        document = weasyprint.HTML(string=page, url_fetcher=self.fetcher)
        made: bytes = document.write_pdf(stylesheets=[BASE, *more], font_config=self.fonts)
        return made

    def _template(self, key: str, data: bytes) -> tuple[str, Template]:
        kept = self._kept.get(key)
        if kept is None:
            source = data.decode("utf-8-sig")
            try:
                kept = source, self.environment.from_string(source)
            except TemplateSyntaxError as error:
                why = message("the tag cannot be read: {why}", why=str(error.message))
                raise TemplateFault(why, message("page"), near(source, error.lineno)) from error
            self._kept[key] = kept
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return kept

    def _printed(self, value: Any) -> Any:
        if isinstance(value, Markup):
            return value
        if isinstance(value, Picture):
            return _image(value)
        if isinstance(value, Rich):
            return Markup(value.html)
        text = plain(self.language, value)
        return Markup(escape(text).replace("\n", Markup("<br>\n"))) if "\n" in text else text


def _has_fonts(fonts: FontConfiguration) -> bool:
    """Whether the machine has any: without one Pango ends the process."""
    known = fontconfig.FcConfigGetFonts(fonts._config, 0)
    return bool(known != ffi.NULL and known.nfont > 0)


def _image(picture: Picture) -> Markup:
    """A picture that stands in the page itself."""
    data, width, height = fitting(picture)
    kind = "png" if data[:4] == b"\x89PNG" else "gif" if data[:3] == b"GIF" else "jpeg"
    address = f"data:image/{kind};base64,{base64.b64encode(data).decode()}"
    return Markup('<img src="{}" alt="{}" style="width:{:.1f}mm;height:{:.1f}mm">').format(
        address, picture.name, width / _MM, height / _MM
    )
