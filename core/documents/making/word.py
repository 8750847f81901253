"""Word templates: docxtpl over our own environment; what a template's text becomes for Jinja is made once and kept."""

from __future__ import annotations

import io
import re
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from html import unescape
from typing import Any

from docx.opc.part import Part
from docxtpl import DocxTemplate
from jinja2 import Template, TemplateSyntaxError
from lxml import etree
from markupsafe import Markup, escape

from core.documents.making.arithmetic import plain
from core.documents.making.draft import is_preview, mark
from core.documents.making.environment import DocumentEnvironment
from core.documents.making.faults import TemplateFault, near
from core.documents.making.nothing import Empty
from core.documents.making.placed import placed
from core.documents.making.runs import paragraphs, runs
from core.documents.making.values import Picture, Rich
from core.documents.making.word_pictures import drawing
from metamodel.messages import Message, message

MOST_KEPT = 200
"""Parts of templates whose compiled form is kept."""

_NOTES = (
    "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.endnotes+xml",
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_TAGS_BETWEEN = re.compile(r"(?<={)(<[^>]*>)+(?=[\{%\#])|(?<=[%\}\#])(<[^>]*>)+(?=\})", re.DOTALL)
_TAG = re.compile(r"{%(?:(?!%}).)*%}|{#(?:(?!#}).)*#}|{{(?:(?!}}).)*}}", re.DOTALL)
_TIGHT_BEFORE = re.compile(r"(?<=[^\s>])\s*\{%-(?=\s)")
_TIGHT_AFTER = re.compile(r"(?<=\s)-%\}\s*(?=[^\s<])")
"""Signs of whitespace inside of a text; at its ends they join it with the paragraph before or behind, and docxtpl takes all
that stands between."""
_JOINED_BEFORE = re.compile(r"(</w:t>(?:(?!</w:t>).)*?)\{%-", re.DOTALL)
_JOINED_BEHIND = re.compile(r"-%\}((?:(?!<w:t[ >]|\{%|\{\{).)*?<w:t[^>]*?>)", re.DOTALL)
_CELL = re.compile(r"</?w:(?:tc|tr|tbl|sectPr)[ >]")
"""What stands before and behind such signs, which is taken as well: no cell goes with it, nor its row and table."""
_DELETED = re.compile(r"<w:delText\b[^>]*>[^<]*</w:delText>")
"""What somebody has struck out with changes tracked is no part of a tag."""
_WHOLE = re.compile(r"{{(p|r)\s+([^}%]*)}}")
_PARTS: Mapping[str, Message] = {
    "document": message("text"),
    "header": message("header"),
    "footer": message("footer"),
    "footnotes": message("footnotes"),
    "endnotes": message("endnotes"),
    "properties": message("properties of the document"),
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """A part of a template: its text for Jinja, and what that compiled to."""

    source: str
    template: Template


@dataclass(slots=True)
class Words:
    """Renders Word templates in one language."""

    language: str
    environment: DocumentEnvironment = field(init=False)
    rendering: WordTemplate | None = None
    _kept: OrderedDict[tuple[str, str], Prepared] = field(default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self.environment = DocumentEnvironment(self.language, self._printed)
        self.environment.filters |= {"__p__": self._paragraphs, "__r__": self._runs}

    def render(self, key: str, data: bytes, context: dict[str, Any]) -> bytes:
        """The document of a template; ``key`` tells its bytes from others'. Refuses with `TemplateFault`."""
        self.rendering = template = WordTemplate(io.BytesIO(data), self, key)
        try:
            template.render(context, self.environment)
            if is_preview(context):
                mark(template.docx, self.language)
            made = io.BytesIO()
            template.docx.save(made)
            return made.getvalue()
        finally:
            self.rendering = None

    def prepared(self, key: str, part: str, source: Callable[[], str]) -> Prepared:
        """A part of a template, compiled once."""
        kept = self._kept.get((key, part))
        if kept is None:
            text = re.sub(r"<w:p([ >])", r"\n<w:p\1", source())
            try:
                template = self.environment.from_string(text)
            except TemplateSyntaxError as error:
                why = message("the tag cannot be read: {why}", why=str(error.message))
                raise TemplateFault(why, part_name(part), near(text, error.lineno)) from error
            kept = self._kept[key, part] = Prepared(text, template)
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end((key, part))
        return kept

    def _printed(self, value: Any) -> Any:
        if isinstance(value, Markup):
            return value
        if isinstance(value, Picture):
            return self._picture(value)
        return _CONTROL.sub("", plain(self.language, value))

    def _picture(self, value: Picture) -> Markup:
        assert self.rendering is not None
        drawn = drawing(value, self.rendering.current_rendering_part)
        return Markup(f'</w:t></w:r><w:r>{drawn}</w:r><w:r><w:t xml:space="preserve">')

    def _paragraphs(self, value: Any) -> Markup:
        """What stands in a paragraph of its own: paragraphs of a formatted text, a picture, words."""
        if isinstance(value, Rich):
            assert self.rendering is not None
            return Markup(paragraphs(value.html, self.rendering))
        if isinstance(value, Empty):
            return Markup("<w:p/>")
        return Markup(f"<w:p>{self._runs(value)}</w:p>")

    def _runs(self, value: Any) -> Markup:
        """What stands in a run of its own."""
        if isinstance(value, Rich):
            assert self.rendering is not None
            return Markup(runs(value.html, self.rendering))
        if isinstance(value, Picture):
            assert self.rendering is not None
            return Markup(f"<w:r>{drawing(value, self.rendering.current_rendering_part)}</w:r>")
        return Markup(f'<w:r><w:t xml:space="preserve">{escape(self._printed(value))}</w:t></w:r>')


class WordTemplate(DocxTemplate):  # type: ignore[misc]
    """One rendering of one template."""

    def __init__(self, data: io.BytesIO, words: Words, key: str) -> None:
        super().__init__(data)
        self._words, self._key = words, key

    def patch_xml(self, src_xml: str) -> str:
        """As docxtpl has it, after tags that a text box or spelling marks split over runs are put together, and values
        that stand for whole paragraphs or runs are marked as such."""
        joined = _TAGS_BETWEEN.sub("", src_xml)
        joined = _TAG.sub(lambda found: _without_markup(found[0]), joined)
        joined = _TIGHT_BEFORE.sub("{%", joined)
        joined = _TIGHT_AFTER.sub("%}", joined)
        joined = _JOINED_BEFORE.sub(
            lambda found: f"{found[1]}{{%" if _CELL.search(found[1]) else found[0], joined
        )
        joined = _JOINED_BEHIND.sub(
            lambda found: f"%}}{found[1]}" if _CELL.search(found[1]) else found[0], joined
        )
        patched: str = super().patch_xml(joined)
        return patched

    def build_xml(self, context: dict[str, Any], jinja_env: Any = None) -> str:
        return self._rendered("document", self.docx._part, self.get_xml, context)

    def build_headers_footers_xml(
        self, context: dict[str, Any], uri: str, jinja_env: Any = None
    ) -> Iterator[tuple[str, bytes]]:
        kind = uri.rpartition("/")[2]
        for key, part in self.get_headers_footers(uri):
            text = self._rendered(f"{kind} {part.partname}", part, partial(self.get_part_xml, part), context)
            yield key, text.encode()

    def render_footnotes(self, context: dict[str, Any], jinja_env: Any = None) -> None:
        """Notes once each, those at the end too: docxtpl renders them for each section again, values and all."""
        for part in self.docx.part.package.iter_parts():
            if part.content_type in _NOTES:
                kind = "footnotes" if part.content_type == _NOTES[0] else "endnotes"
                text = self._rendered(kind, part, partial(_decoded, part), context)
                if hasattr(part, "_element"):
                    part._element = etree.fromstring(text.encode(), _parser())
                else:
                    part._blob = text.encode()

    def render_properties(self, context: dict[str, Any], jinja_env: Any = None) -> None:
        """Title, subject and the like, where they hold tags."""
        known = self.docx.core_properties
        for name in ("title", "subject", "author", "comments", "identifier", "language"):
            text = getattr(known, name)
            if "{{" in text or "{%" in text:
                made = self._rendered(
                    f"properties {name}", None, partial(escape, text), context, patched=False
                )
                setattr(known, name, unescape(made)[:255])

    def fix_tables(self, xml: str) -> Any:
        """As docxtpl has it, for what is well-formed; anything else is a fault of the template."""
        try:
            etree.fromstring(xml, _parser())
        except etree.XMLSyntaxError as error:
            if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
                raise MemoryError from error
            raise TemplateFault(_torn(), part_name("document"), near(xml, error.lineno)) from error
        return super().fix_tables(xml)

    def _rendered(
        self,
        part_id: str,
        part: Any,
        source: Callable[[], str],
        context: dict[str, Any],
        *,
        patched: bool = True,
    ) -> str:
        """A part of the template with its values."""

        def text() -> str:
            return str(self.patch_xml(source()) if patched else source())

        prepared = self._words.prepared(self._key, part_id, text)
        self.current_rendering_part = part
        with placed(prepared.source, part_name(part_id)):
            made = prepared.template.render(context)
        made = re.sub(r"\n<w:p([ >])", r"<w:p\1", made)
        for hidden, shown in (("{_{", "{{"), ("}_}", "}}"), ("{_%", "{%"), ("%_}", "%}")):
            made = made.replace(hidden, shown)
        return str(self.resolve_listing(made)) if patched else made


def part_name(part: str) -> Message:
    """What people call a part of a document."""
    return _PARTS.get(part.partition(" ")[0], _PARTS["document"])


def _without_markup(tag: str) -> str:
    """A tag as one text; a value that stands for a whole paragraph or run says so by a filter."""
    joined = re.sub(r"<[^>]*>", "", _DELETED.sub("", tag))
    return _WHOLE.sub(lambda found: f"{{{{{found[1]} ({found[2].strip()})|__{found[1]}__ }}}}", joined)


def _decoded(part: Part) -> str:
    return part.blob.decode("utf-8")


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)


def _torn() -> Message:
    return message(
        "a tag opens in one paragraph, row or cell and closes in another: {paragraph} stands in a paragraph of its own, "
        "{row} in a row of its own",
        paragraph="{%p … %}",
        row="{%tr … %}",
    )
