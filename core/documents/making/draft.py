"""The mark of a preview, which has no number and is kept by nobody: a pale word across each page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from core.documents.making.values import Record

WORDS = {"ru": "ЧЕРНОВИК", "en": "DRAFT"}

_NAMES = (
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:o="urn:schemas-microsoft-com:office:office"'
)
_WATERMARK = """<w:r {names}><w:rPr><w:noProof/></w:rPr><w:pict>
<v:shapetype id="_x0000_t136" coordsize="21600,21600" o:spt="136" adj="10800" path="m@7,l@8,m@5,21600l@6,21600e"><v:formulas>
<v:f eqn="sum #0 0 10800"/><v:f eqn="prod #0 2 1"/><v:f eqn="sum 21600 0 @1"/><v:f eqn="sum 0 0 @2"/><v:f eqn="sum 21600 0 @3"/>
<v:f eqn="if @0 @3 0"/><v:f eqn="if @0 21600 @1"/><v:f eqn="if @0 0 @2"/><v:f eqn="if @0 @4 21600"/><v:f eqn="mid @5 @6"/>
<v:f eqn="mid @8 @5"/><v:f eqn="mid @7 @8"/><v:f eqn="mid @6 @7"/><v:f eqn="sum @6 0 @5"/></v:formulas>
<v:path textpathok="t" o:connecttype="custom" o:connectlocs="@9,0;@10,10800;@11,21600;@12,10800" o:connectangles="270,180,90,0"/>
<v:textpath on="t" fitshape="t"/><o:lock v:ext="edit" text="t" shapetype="t"/></v:shapetype>
<v:shape id="PowerPlusWaterMarkObject{number}" o:spid="_x0000_s{identity}" type="#_x0000_t136" o:allowincell="f" fillcolor="silver" stroked="f"
 style="position:absolute;margin-left:0;margin-top:0;width:{width}pt;height:96pt;rotation:315;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin">
<v:fill opacity=".4"/><v:textpath style="font-family:&quot;Arial&quot;;font-size:1pt;font-weight:bold" string="{word}"/></v:shape></w:pict></w:r>"""
"""As Word itself writes a watermark: behind the text, in the middle of the page, taking no room."""
_LETTER = 58
_THIN = (
    f'<w:p {_NAMES}><w:pPr><w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/></w:pPr></w:p>'
)
"""A paragraph that takes no room."""


def is_preview(context: Mapping[str, Any]) -> bool:
    """Whether what is made of these values is to be looked at only."""
    facts = context.get("doc")
    return isinstance(facts, Record) and bool(facts.values_of_record.get("preview"))


def mark(document: Any, language: str) -> None:
    """Put the mark into the headers of a Word document (of python-docx), which are made where there are none."""
    from docx.oxml import parse_xml

    word = WORDS.get(language, WORDS["en"])
    for number, header in enumerate(_headers(document), 1):
        paragraphs = [each for each in header if each.tag.endswith("}p")]
        if not paragraphs:
            header.append(parse_xml(_THIN))
            paragraphs = [header[-1]]
        run = _WATERMARK.format(
            names=_NAMES, number=number, identity=2048 + number, width=_LETTER * len(word), word=word
        )
        paragraphs[0].append(parse_xml(run))


def _headers(document: Any) -> Iterator[Any]:
    """The headers of all sections; those that had to be made for the mark are empty."""
    from docx.opc.constants import RELATIONSHIP_TYPE

    known = {each.rId for each in document.part.rels.values()}
    both = document.settings.odd_and_even_pages_header_footer
    for section in document.sections:
        needed = [section.header]
        needed += [section.first_page_header] if section.different_first_page_header_footer else []
        needed += [section.even_page_header] if both else []
        for header in needed:
            _ = header.part  # made where neither this section has one nor those before it
    for each in list(document.part.rels.values()):
        if each.reltype == RELATIONSHIP_TYPE.HEADER:
            element = each.target_part.element
            if each.rId not in known:
                for child in list(element):
                    element.remove(child)
            yield element
