"""Hostile and damaged template files are refused with a reason that tells what to do, quickly and without being unpacked."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable

import pytest

from core.documents.reading import rewritten, tags_of
from core.documents.reading.sketch import Paragraph, sketch_of
from core.errors import KubikError
from core.i18n import texts
from metamodel.documents import Format
from tests.word import part, plain, repacked, word, words_in

RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{}</Relationships>'
)
RELATION = '<Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" Target="{}"{}/>'
OUTSIDE = ' TargetMode="External"'


def related(kind: str, target: str, mode: str = OUTSIDE, beside: str = "settings") -> bytes:
    return repacked(
        plain(), {f"word/_rels/{beside}.xml.rels": RELS.format(RELATION.format(kind, target, mode))}
    )


def bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"word/{number}.xml", b"\0" * (40 * 2**20))
    return made.getvalue()


def typed(kind: str) -> bytes:
    old = part(plain(), "[Content_Types].xml")
    return repacked(plain(), {"[Content_Types].xml": old.replace(
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", kind)})  # fmt: skip


def encrypted() -> bytes:
    data = bytearray(plain())
    at = data.find(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def filled(body: str) -> bytes:
    old = part(plain(), "word/document.xml")
    return repacked(plain(), {"word/document.xml": old.replace("<w:body>", f"<w:body>{body}")})


def _instruction(*runs: str) -> str:
    texts_ = "".join(f'<w:r><w:instrText xml:space="preserve">{run}</w:instrText></w:r>' for run in runs)
    return f'<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>{texts_}</w:p>'


ENTITY = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
HOSTILE = {
    "bomb": (bomb, "больше 100 МБ"),
    "macros": (lambda: repacked(plain(), {"word/vbaProject.bin": b"x"}), "макросы"),
    "docm": (lambda: typed("application/vnd.ms-word.document.macroEnabled.main+xml"), "макросы"),
    "dotx": (lambda: typed("application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml"), "шаблон Word"),
    "attached template": (lambda: related("attachedTemplate", "http://x/y.dotm"), "связан с другим шаблоном (http://x/y.dotm)"),
    "linked picture": (lambda: related("image", "http://x/y.png", beside="footer1"), "Картинка в файле стоит ссылкой"),
    "linked object": (lambda: related("oleObject", "file:///c:/x.xls"), "объект"),
    "embedded object": (lambda: related("oleObject", "embeddings/x.bin", ""), "встроенный объект"),
    "foreign piece": (lambda: related("aFChunk", "x.html", ""), "altChunk"),
    "another document": (lambda: related("subDocument", "x.docx"), "подключает другой документ"),
    "anything outside": (lambda: related("frame", "http://x"), "извне (http://x)"),
    "entities": (lambda: repacked(plain(), {"word/footnotes.xml": f"<?xml version='1.0'?>{ENTITY}<x>&a;</x>"}), "сущности"),
    "entities in another encoding": (
        lambda: repacked(plain(), {"word/x.xml": f"<?xml version='1.0' encoding='UTF-16'?>{ENTITY}<x>&a;</x>".encode("utf-16")}),
        "сущности",
    ),
    "picture by a field": (lambda: filled(_instruction("INCLUDE", 'PICTURE "http://x/y.png" \\d')), "INCLUDEPICTURE"),
    "another program by a field": (lambda: filled(_instruction("&#68;DEAUTO", " cmd x")), "DDEAUTO"),
    "another text by a field": (
        lambda: filled('<w:p><w:fldSimple w:dirty="1" w:instr=" includetext c:/x.docx"/></w:p>'), "INCLUDETEXT"),
    "relations in capitals": (
        lambda: repacked(plain(), {"word/_rels/x.xml.RELS": RELS.format(RELATION.format("frame", "http://x", OUTSIDE))}), "извне (http://x)"),
    "the same part twice": (lambda: repacked(plain(), {"WORD/document.xml": "<x/>"}), "повреждён"),
    "millions of elements": (lambda: filled("<w:p/>" * 400_000), "больше 300"),
    "password": (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "закрыт паролем"),
    "password of the zip": (encrypted, "закрыт паролем"),
    "path that leads out": (lambda: repacked(plain(), {"../x.xml": b"x"}), "повреждён"),
    "cut short": (lambda: plain()[:4000], "повреждён"),
    "no document": (lambda: repacked(plain(), {"[Content_Types].xml": "<Types/>"}), "не файл Word"),
    "a picture": (lambda: b"\x89PNG\r\n", "не файл Word"),
    "nothing": (lambda: b"", "пустой"),
    "too large": (lambda: b"PK" + b"\0" * (10 * 2**20), "больше 10 МБ"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_refused_by_its_reason_at_once(name: str) -> None:
    make, words = HOSTILE[name]
    data = make()
    began = time.process_time()
    with pytest.raises(KubikError) as refused:
        tags_of("docx", data)
    assert time.process_time() - began < 5
    assert refused.value.code == "KBK5008" and words in texts("ru").render(refused.value.detail)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        (b"<script>fetch('/')</script>", "стоит <script>"),
        (b"<p>x</p>\n<img src=http://x/y.png>", "Строка 2: страница берёт http://x/y.png"),
        (b"<link rel=stylesheet href='/x.css'>", "/x.css"),
        (b"<style>body { background: url(file:///etc/passwd) }</style>", "file:///etc/passwd"),
        (b"<style>@import 'x.css';</style>", "x.css"),
        (b"<iframe src=x></iframe>", "<iframe>"),
        ("<p>Привет</p>".encode("cp1251"), "UTF-8"),
    ],
)
def test_a_page_that_takes_anything_from_outside_is_refused_by_its_line(page: bytes, words: str) -> None:
    with pytest.raises(KubikError) as refused:
        tags_of("html", page)
    assert refused.value.code == "KBK5008" and words in texts("ru").render(refused.value.detail)


@pytest.mark.parametrize(
    ("format", "make"),
    [
        ("html", lambda: b"<img " * 40_000),
        ("html", lambda: b"<img src" * 20_000 + b"url(" * 20_000),
        ("html", lambda: b"<" * 2_000 + b"{{ a }}" * 4_000),
        ("docx", lambda: filled("<w:p>" + "<w:r><w:t>{{ a }}</w:t></w:r>" * 4_000 + "</w:p>")),
    ],
)
def test_no_template_holds_the_server_while_it_is_read(format: Format, make: Callable[[], bytes]) -> None:
    data = make()
    began = time.process_time()
    try:
        tags_of(format, data)
    except KubikError as refused:
        assert refused.code == "KBK5008"
    assert time.process_time() - began < 20


def test_fields_of_word_itself_and_links_to_click_on_are_taken() -> None:
    fields = _instruction(" PAGE ") + _instruction(' HYPERLINK "http://x/link" ') + _instruction(" NUMPAGES")
    assert tags_of("docx", filled(fields)) == ()


def test_links_to_click_on_and_pictures_inside_are_taken() -> None:
    assert tags_of("docx", related("hyperlink", "https://example.org")) == ()
    page = b'<a href="https://example.org">x</a><img src="data:image/png;base64,AA"><style>a{color:red}}</style>{{ name }}'
    assert [tag.text for tag in tags_of("html", page)] == ["{{ name }}"]


def test_tags_over_runs_in_every_part_are_read_and_written_with_their_look() -> None:
    box = (
        '<w:p><w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps">'
        "<w:txbxContent><w:p><w:r><w:t>{{ in_box }}</w:t></w:r></w:p></w:txbxContent></mc:Choice><mc:Fallback>"
        "<w:txbxContent><w:p><w:r><w:t>{{ in_box }}</w:t></w:r></w:p></w:txbxContent></mc:Fallback></mc:AlternateContent></w:r></w:p>"
    )
    data = word(
        "Итого {¦{ na¦me¦ }¦} руб.", table=[["{{ ce¦ll }}"]], header="{{ a¦bove }}", footer="{{ be¦low }}"
    )
    body = part(data)
    data = repacked(data, {"word/document.xml": body.replace("<w:body>", "<w:body>" + box)})
    tags = tags_of("docx", data)
    assert [(t.text, t.place.part, t.place.box, t.place.row, t.twin) for t in tags] == [
        ("{{ in_box }}", "body", True, None, False), ("{{ in_box }}", "body", True, None, True),
        ("{{ name }}", "body", False, None, False), ("{{ cell }}", "body", False, 1, False),
        ("{{ above }}", "header", False, None, False), ("{{ below }}", "footer", False, None, False),
    ]  # fmt: skip
    made = rewritten("docx", data, {tag.number: "{{ other }}" for tag in tags})
    assert words_in(made).count("{{ other }}") == 3 and "Итого {{ other }} руб." in words_in(made)
    assert "<w:t></w:t>" not in part(made) and "<w:t/>" not in part(made)
    assert words_in(made, "word/header1.xml") == words_in(made, "word/footer1.xml") == ["{{ other }}"]
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(io.BytesIO(made)) as new:
        assert old.namelist() == new.namelist()
        assert old.read("word/styles.xml") == new.read("word/styles.xml")
    line = next(
        b
        for b in sketch_of(made).body
        if isinstance(b, Paragraph) and b.pieces and b.pieces[0].text == "Итого "
    )
    assert [(p.text, p.tag is not None) for p in line.pieces] == [
        ("Итого ", False),
        ("{{ other }}", True),
        (" руб.", False),
    ]
