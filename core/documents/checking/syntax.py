"""What is wrong with a tag by itself, in words of somebody who is no programmer, with what was likely meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from jinja2 import TemplateSyntaxError

from core.documents.checking.faults import Fault, Repair
from core.documents.checking.parsing import ENVIRONMENT
from core.documents.checking.written import Written
from core.documents.reading.tags import Tag, shortened
from metamodel.documents import Format
from metamodel.errors import suggestion
from metamodel.messages import Message, message

OPENING = {
    "for": "endfor", "if": "endif", "set": "endset", "with": "endwith", "filter": "endfilter", "macro": "endmacro",
    "call": "endcall", "raw": "endraw",
}  # fmt: skip
"""Words that open a block, and those that close it; ``set`` with ``=`` opens none."""

CLOSING = {closing: opening for opening, closing in OPENING.items()}
BRANCHES = {"else": ("if", "for"), "elif": ("if",)}
_OUTSIDE = ("include", "import", "from", "extends", "block")
_KNOWN = (*OPENING, *CLOSING, *BRANCHES)
_NAME = r"[^\W\d][\w.]*"
_SPACED = re.compile(rf"\s*({_NAME}(?:\s+{_NAME})+)\s*((?:\|.*)?)")
_EQUALS = re.compile(r"(?<![=!<>])=(?!=)")
_ROUND = re.compile("[«»„]")
_WRONG_SIGNS = {"&&": "and", "||": "or", "<>": "!="}
_PREFIXED = re.compile(r"(\{%|\{\{)\s+(tr|tc|p)\s")


def fault(
    tag: Tag, kind: str, why: Message, hint: Message | None = None, repair: Repair | None = None
) -> Fault:
    """A fault at a tag."""
    return Fault(
        kind=kind, message=why, tag=shortened(tag.text), number=tag.number, place=tag.place, hint=hint, repair=repair  # type: ignore[arg-type]
    )  # fmt: skip


def mended(tag: Tag, text: str) -> Repair:
    """The repair that writes a tag in another way."""
    return Repair(words=message("Change to {text}", text=shortened(text, 60)), texts={tag.number: text})


def tag_fault(tag: Tag) -> Fault | None:
    """A tag that is not whole: not closed, closed as another thing, a closing without an opening, changed while tracked."""
    if tag.kind == "unclosed":
        opening = tag.text[:2]
        closing = {"{{": "}}", "{%": "%}", "{#": "#}"}[opening]
        body = tag.text[2:].rstrip().rstrip("}%#").strip()
        repair = mended(tag, f"{opening} {body} {closing}") if body and len(body) < 100 else None
        why = message("The tag is not closed: {closing} is missing", closing=closing)
        return fault(tag, "syntax", why, message("A tag begins and ends in one paragraph."), repair)
    if tag.kind == "mixed":
        closing = "}}" if tag.text.startswith("{{") else "%}"
        why = message(
            "The tag opens with {opening} and must close with {closing}",
            opening=tag.text[:2],
            closing=closing,
        )
        return fault(tag, "syntax", why, None, mended(tag, tag.text[:-2] + closing))
    if tag.kind == "stray":
        why = message("{closing} stands here without the beginning of a tag", closing=tag.text)
        return fault(tag, "syntax", why, None, Repair(words=message("Remove"), texts={tag.number: ""}))
    if tag.edited:
        why = message("Words deleted with tracked changes stand within the tag")
        return fault(tag, "syntax", why, message("Accept the changes in Word and upload the file again."))
    if tag.kind != "comment" and tag.place.part == "endnotes":
        return fault(tag, "place", message("Tags in endnotes are not filled in"), message("Use a footnote."))
    return None


def syntax_fault(written: Written, format: Format, known: Iterable[str]) -> Fault | None:
    """What is wrong with how a whole tag is written."""
    tag = written.tag
    if not written.body:
        why = message("The tag is empty")
        return fault(tag, "syntax", why, None, Repair(words=message("Remove"), texts={tag.number: ""}))
    prefixed = _PREFIXED.match(tag.text)
    if prefixed is not None and format == "docx":
        text = tag.text.replace(prefixed[0], f"{prefixed[1]}{prefixed[2]} ", 1)
        why = message(
            "Between {opening} and {prefix} there is no space", opening=prefixed[1], prefix=prefixed[2]
        )
        return fault(tag, "syntax", why, None, mended(tag, text))
    if written.prefix and re.search(r"[%}]", written.source[2:-2]):
        why = message(
            "In a tag with {prefix} there can be no percent sign and no brace",
            prefix=f"{tag.text[:2]}{written.prefix}",
        )
        return fault(tag, "syntax", why)
    if written.word or tag.kind == "block" and not written.special:
        return _block_fault(written, known)
    return _parsed(written, written.source, known)


def _block_fault(written: Written, known: Iterable[str]) -> Fault | None:
    tag, word = written.tag, written.word
    if word in _OUTSIDE:
        why = message("Templates read no other files: “{word}” does nothing here", word=word)
        return fault(tag, "forbidden", why)
    if word == "autoescape":
        return fault(
            tag,
            "forbidden",
            message("What is filled in is always text, never markup: “autoescape” does nothing here"),
        )
    if word not in _KNOWN:
        return _unknown_word(written)
    if word in CLOSING:
        return _parsed(written, _opening_for(CLOSING[word]) + written.source, known)
    if word in BRANCHES:
        return _parsed(written, "{% if a %}" + written.source + "{% endif %}", known)
    if word == "for" and not re.search(r"\sin\s", written.body):
        why = message("A repetition is written {example}", example="{% for x in items %}")
        of = re.fullmatch(r"for\s+(\w+)\s+(?:of|из|в|from)\s+(\S+)", written.body)
        repair = mended(tag, tag.text.replace(written.body, f"for {of[1]} in {of[2]}")) if of else None
        return fault(tag, "syntax", why, None, repair)
    if word == "raw":
        return None
    ends = "" if word == "set" and "=" in written.body else "{% " + OPENING[word] + " %}"
    return _parsed(written, written.source + ends, known)


def stand_in(written: Written) -> Written | None:
    """What takes the place of a block's mistaken tag, so that the rest of the block is read all the same."""
    word = written.word
    if word not in _KNOWN:
        joined = written.body.replace(" ", "")
        word = (
            joined if joined in CLOSING else _RUSSIAN.get(word.casefold()) or suggestion(word, _KNOWN) or ""
        )
    if word not in _KNOWN or word == "set":
        return None
    source = "{% " + word + " %}"
    if word == "for":
        target = re.match(r"\w+\s+([^\W\d]\w*)", written.body)
        source = "{% for " + (target[1] if target else "x") + " in dict() %}"
    elif word in OPENING:
        source = _opening_for(word)
    return replace(written, word=word, source="{% if 1 %}" if word == "if" else source)


def _opening_for(word: str) -> str:
    return {
        "for": "{% for a in b %}", "if": "{% if a %}", "set": "{% set a %}", "with": "{% with %}",
        "filter": "{% filter upper %}", "macro": "{% macro a() %}", "call": "{% call a() %}", "raw": "{% raw %}",
    }[word]  # fmt: skip


def _unknown_word(written: Written) -> Fault:
    tag = written.tag
    joined = written.body.replace(" ", "")
    if joined in CLOSING:
        return fault(tag, "syntax", message("“{word}” is written together", word=joined), None,
                     mended(tag, tag.text.replace(written.body, joined)))  # fmt: skip
    near = _RUSSIAN.get(written.word.casefold()) or suggestion(written.word, _KNOWN)
    why = message("There is no tag “{word}”", word=written.word or shortened(written.body, 30))
    if near is None:
        hint = message(
            "A value stands in {value}, what decides in {block}.", value="{{ }}", block="{% if … %}"
        )
        return fault(tag, "syntax", why, hint)
    text = re.sub(rf"\b{re.escape(written.word)}\b", near, tag.text, count=1)
    return fault(tag, "syntax", why, message("Did you mean “{near}”?", near=near), mended(tag, text))


_RUSSIAN = {"если": "if", "иначе": "else", "конец": "endif", "для": "for", "каждый": "for"}


def _parsed(written: Written, source: str, known: Iterable[str]) -> Fault | None:
    try:
        ENVIRONMENT.parse(source)
    except TemplateSyntaxError as error:
        return _in_words(written, error, known)
    except RecursionError:
        return fault(written.tag, "syntax", message("The tag cannot be understood as it is written"))
    return None


def _in_words(written: Written, error: TemplateSyntaxError, known: Iterable[str]) -> Fault:
    tag, body = written.tag, written.body
    if _ROUND.search(tag.text):
        text = re.sub("[«»„]", '"', tag.text)
        return fault(tag, "syntax", message("Texts stand in straight quotes here"), None, mended(tag, text))
    for sign, word in _WRONG_SIGNS.items():
        if sign in body:
            text = re.sub(rf"\s*{re.escape(sign)}\s*", f" {word} ", tag.text)
            return fault(tag, "syntax", message("“{sign}” is written “{word}” here", sign=sign, word=word), None,
                         mended(tag, text))  # fmt: skip
    if written.word in ("if", "elif") and _EQUALS.search(body):
        text = _EQUALS.sub("==", tag.text)
        return fault(
            tag, "syntax", message("A comparison is written with two signs: =="), None, mended(tag, text)
        )
    spaced = _SPACED.fullmatch(body)
    if spaced is not None and not written.word:
        return _spaced(written, spaced, known)
    if body.count('"') % 2 or body.count("'") % 2:
        return fault(tag, "syntax", message("A quote is not closed"))
    for opening, closing in ("()", "[]"):
        if body.count(opening) != body.count(closing):
            return fault(tag, "syntax", message("A bracket is not closed: {sign}", sign=opening + closing))
    odd = re.search(r"unexpected char '(.)'", str(error.message))
    if odd is not None:
        return fault(tag, "syntax", message("The sign “{sign}” means nothing here", sign=odd[1]))
    return fault(tag, "syntax", message("The tag cannot be understood as it is written"),
                 message("A name, perhaps with names behind points and filters behind |, is expected."))  # fmt: skip


def _spaced(written: Written, found: re.Match[str], known: Iterable[str]) -> Fault:
    """A name with spaces in it: a label was written, perhaps."""
    tag, name = written.tag, found[1]
    joined = "_".join(name.split())
    near = suggestion(joined, known)
    text = tag.text.replace(name, near or joined)
    why = message("There is a space in the name “{name}”", name=name)
    hint = (
        message("Names have no spaces; did you mean “{near}”?", near=near)
        if near
        else message("Names have no spaces.")
    )
    return fault(tag, "syntax", why, hint, mended(tag, text) if near else None)
