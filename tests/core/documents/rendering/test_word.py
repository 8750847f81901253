"""Word templates: tags wherever Word lets people write them, values of every kind, formatted text, pictures, notes."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from docx import Document
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from PIL import Image

from core.documents.rendering import Renderers
from core.errors import KubikError
from tests.core.documents.rendering.conftest import FACTS, data, texts, word

ITEMS: list[dict[str, Any]] = [
    {
        "title_": "Стойка",
        "name": "Стойка <42U> & «рельсы»",
        "price": Decimal("500.00"),
        "qty": ("number", "2", "2"),
    },
    {"title_": "Диск", "name": "Диск", "price": None, "qty": ("number", "3", "3")},
]


def made(
    renderers: Renderers, template: bytes, values: dict[str, Any], language: str = "ru", **more: Any
) -> bytes:
    return renderers.render(data(values, **more), template, "docx", FACTS, language, "docx", "invoice.docx")


def part(file: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        found = next(each for each in package.namelist() if re.fullmatch(name, each))
        return package.read(found).decode()


def words(xml: str) -> str:
    return " ".join("".join(re.findall(r"<w:t[ >][^<]*</w:t>|<w:t>[^<]*</w:t>", xml)).split()).replace(
        "</w:t>", "|"
    )


def test_a_preview_is_marked_as_a_draft_in_the_headers_of_every_page(renderers: Renderers) -> None:
    def sections(document: Any) -> None:
        first = document.sections[0]
        first.different_first_page_header_footer = True
        first.first_page_header.paragraphs[0].text = "{{ my.name }}"
        document.settings.odd_and_even_pages_header_footer = True
        document.add_section()
        own = document.add_section()
        own.header.is_linked_to_previous = False
        own.header.paragraphs[0].text = "{{ doc.number }}"

    template = word("{{ my.name }}", change=sections)
    issued, looked = (
        renderers.render(data({}), template, "docx", facts, "ru", "docx", "a.docx")
        for facts in (FACTS, replace(FACTS, preview=True))
    )
    with zipfile.ZipFile(io.BytesIO(issued)) as package:
        assert not any(b"WaterMark" in package.read(name) for name in package.namelist())
    document = Document(io.BytesIO(looked))
    for section in document.sections:
        headers = [section.header, section.even_page_header]
        headers += [section.first_page_header] if section.different_first_page_header_footer else []
        for header in headers:
            assert header.part.element.xml.count('string="ЧЕРНОВИК"') == 1
    assert texts(looked) == texts(issued)
    assert document.sections[0].first_page_header.paragraphs[0].text == "Анна"


def test_values_are_printed_as_on_a_screen_and_counted_exactly(renderers: Renderers) -> None:
    template = word(
        "{{ doc.number }} от {{ doc.date }}, {{ my.name }}, {{ my }}",
        "{{ amount }} {{ amount|money }} {{ record.amount }} {{ deal.amount }} {{ сделка.amount }}",
        "{{ amount * 2 }} {{ amount * 1.5 }} {{ amount / 3 }} {{ 7 / 2 }} {{ amount + nothing }} [{{ amount * nothing }}]",
        "{{ items|sum(attribute='price') }} {{ items|count }} {{ items[0].name }} [{{ items[5].name }}]",
        "{{ day }} {{ vip }} {{ items }} [{{ nothing }}] [{{ nothing.of.it }}] {{ (amount / 7)|round(2) }}",
        "{{ stage }} {% if stage == 'won' %}1{% endif %}{% if stage == 'Успех' %}2{% endif %}{% if stage != 'lost' %}3{% endif %}",
        "{{ papers.rows[0].n }} {{ papers['rows'][0]['цвет'] }} [{{ papers.missing.deep }}] {% for k, v in papers.items() %}{{ k }}{% endfor %}",
        "{% if nothing is none %}none{% endif %} {% if not nothing %}empty{% endif %} {{ nothing|default('—') }}",
    )
    values = {
        "amount": Decimal("1200.50"), "items": ITEMS, "nothing": None, "day": date(2026, 1, 5), "vip": True,
        "stage": ("choice", "won", "Успех"), "papers": ("json", '{"rows":[{"n":1.5,"цвет":"синий"}],"total":[1]}'),
    }  # fmt: skip
    space = "\N{NO-BREAK SPACE}"
    first, second, third, fourth, fifth, stage, papers, empty = texts(made(renderers, template, values))
    assert first == "С-2026-0007 от 21.11.2026, Анна, Анна"
    assert second == f"1{space}200,50 1{space}200,50{space}₽ " + " ".join([f"1{space}200,50"] * 3)
    assert third == f"2{space}401,00 1{space}800,75 400,166667 3,5 1{space}200,50 []"
    assert fourth == "500,00 2 Стойка <42U> & «рельсы» []"
    assert fifth == "05.01.2026 да Стойка, Диск [] [] 171,50"
    assert stage == "Успех 123" and papers == "1,5 синий [] rowstotal"
    assert empty == "none empty —"


def test_rows_columns_and_conditions_repeat_what_they_stand_in(renderers: Renderers) -> None:
    def tables(document: Any) -> None:
        table = document.add_table(rows=4, cols=3)
        for row, cells in enumerate(
            [("№", "Товар", "Цена"), ("{%tr for строка in items %}", "", ""), ("{{ loop.index }}", "{{ строка.name }}", "{{ строка.price }}"),
             ("{%tr endfor %}", "", "")]
        ):  # fmt: skip
            for column, text in enumerate(cells):
                table.cell(row, column).text = text
        wide = document.add_table(rows=2, cols=3)
        for column, text in enumerate(["{% colspan items|count %}Все", "", ""]):
            wide.cell(0, column).text = text
        for column, text in enumerate(["{%tc for i in items %}", "{{ i }}", "{%tc endfor %}"]):
            wide.cell(1, column).text = text

    paragraphs = (
        "{%p if items %}", "есть", "{%p else %}", "нет", "{%p endif %}",
        "{%p for i in items %}", "{{ i.name }}:{% for n in range(loop.index) %} {{ n }}{% endfor %}", "{%p endfor %}",
    )  # fmt: skip
    file = made(renderers, word(*paragraphs, change=tables), {"items": ITEMS})
    document = Document(io.BytesIO(file))
    assert [p.text for p in document.paragraphs] == ["есть", "Стойка <42U> & «рельсы»: 0", "Диск: 0 1"]
    rows = [[cell.text for cell in row.cells] for row in document.tables[0].rows]
    assert rows == [["№", "Товар", "Цена"], ["1", ITEMS[0]["name"], "500,00"], ["2", "Диск", ""]]
    assert [cell.text for cell in document.tables[1].rows[1].cells] == ["Стойка", "Диск"]
    assert 'w:gridSpan w:val="2"' in part(file, "word/document.xml")


def test_tags_split_over_runs_with_an_empty_text_between_are_whole(renderers: Renderers) -> None:
    def split(document: Any) -> None:
        paragraph = document.add_paragraph()
        for text in ("{", "{ кли", "", "ент.на", "звание }", "}"):
            paragraph.add_run(text).bold = text.startswith("ент")
        paragraph._p.insert(3, parse_xml(f"<w:r {nsdecls('w')}><w:t/></w:r>"))
        paragraph._p.insert(2, parse_xml(f'<w:proofErr {nsdecls("w")} w:type="spellStart"/>'))
        document.add_paragraph("{{ клиент.название }} и “{{ клиент['название'] }}”")

    assert texts(made(renderers, word(change=split), {"клиент": {"название": "ООО «Ёлка»"}})) == [
        "ООО «Ёлка»", "ООО «Ёлка» и “ООО «Ёлка»”",
    ]  # fmt: skip


BOX = (
    '<w:r {w} xmlns:v="urn:schemas-microsoft-com:vml"><w:pict><v:shape><v:textbox><w:txbxContent>'
    "<w:p><w:r><w:t>{{%p for i in items %}}</w:t></w:r></w:p><w:p><w:r><w:t>в рамке {{{{ i.</w:t></w:r><w:r><w:t>name }}}}</w:t></w:r></w:p>"
    "<w:p><w:r><w:t>{{%p endfor %}}</w:t></w:r></w:p></w:txbxContent></v:textbox></v:shape></w:pict></w:r>"
)
LOCKED = (
    "<w:sdt {w}><w:sdtContent><w:p><w:r><w:t>поле {{{{ name }}}}</w:t></w:r></w:p></w:sdtContent></w:sdt>"
)


def test_text_boxes_and_content_controls_are_rendered_where_they_stand(renderers: Renderers) -> None:
    def boxes(document: Any) -> None:
        document.add_paragraph("до ")._p.append(parse_xml(BOX.format(w=nsdecls("w"))))
        document.element.body.insert(0, parse_xml(LOCKED.format(w=nsdecls("w"))))

    xml = part(
        made(renderers, word("{{ name }}", change=boxes), {"name": "Ёлка", "items": ITEMS}),
        "word/document.xml",
    )
    assert [xml.count(f">{text}<") for text in ("поле Ёлка", "в рамке Диск", "Ёлка")] == [1, 1, 1]


def test_signs_of_whitespace_join_paragraphs_and_lose_no_words(renderers: Renderers) -> None:
    template = word(
        "первый",
        "{{ name }} {%- if name -%} слитно {%- endif %}",
        "{%- if name %} дальше",
        "{%- endif %}",
        "{# {{ нет }} #}конец",
    )
    assert texts(made(renderers, template, {"name": "Ёлка"})) == ["первый", "Ёлкаслитно дальше", "конец"]


def test_what_is_struck_out_in_a_tag_is_no_part_of_it_and_signs_of_whitespace_keep_tables(
    renderers: Renderers,
) -> None:
    def change(document: Any) -> None:
        struck = document.add_paragraph("{{ name.")
        struck._p.append(
            parse_xml(
                f"<w:del {nsdecls('w')} w:id='1' w:author='a'><w:r><w:delText>old.</w:delText></w:r></w:del>"
            )
        )
        struck.add_run("upper() }}")
        table = document.add_table(rows=3, cols=1)
        for row, text in enumerate(("{%tr for n in range(2) %}", "{{ n }}", "{%tr endfor %}")):
            table.cell(row, 0).text = text
        document.add_paragraph("{%- if name -%} после {%- endif -%}")
        document.add_table(rows=1, cols=1).cell(0, 0).text = "{%- if name -%}в ячейке{%- endif -%}"

    document = Document(io.BytesIO(made(renderers, word(change=change), {"name": "ёж"})))
    assert [p.text for p in document.paragraphs] == ["ЁЖ", "после"]
    assert [[c.text for r in t.rows for c in r.cells] for t in document.tables] == [["0", "1"], ["в ячейке"]]


def test_what_is_empty_stands_together_at_the_end_and_a_sum_of_money_is_money(renderers: Renderers) -> None:
    template = word(
        "{% for kind, rows in items|groupby('kind') %}[{{ kind }}: {{ rows|count }}]{% endfor %}",
        "{{ items|sort(attribute='kind')|map(attribute='name')|join }}",
        "{{ items|sort(attribute='kind', reverse=true)|map(attribute='name')|join }}",
        "{{ (items|sum(attribute='price') * 2)|round(0)|money }} {{ items[0].price / items[1].price }}",
    )
    rows = [("а", 2, "10.50"), ("б", None, "21.00"), ("в", 1, None), ("г", None, "0.02"), ("д", 2, "1")]
    items = [
        {"name": name, "kind": kind, "price": price and ("money", price, price, "RUB")}
        for name, kind, price in rows
    ]
    space = "\N{NO-BREAK SPACE}"
    assert texts(made(renderers, template, {"items": items})) == [
        "[1: 1][2: 2][: 2]", "вадбг", "адвбг", f"65,00{space}₽ 0,5",
    ]  # fmt: skip


def _with_notes(document: Any) -> None:
    section = document.sections[0]
    section.header.paragraphs[0].text = "{{ name }} — верх"
    section.footer.paragraphs[0].text = "{{ name }} — низ, {{ doc.number }}"
    document.add_section()
    note = f'<w:footnotes {nsdecls("w")}><w:footnote w:id="2"><w:p><w:r><w:t>Сноска {{{{ name }}}}</w:t></w:r></w:p></w:footnote></w:footnotes>'
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    footnotes = Part(PackURI("/word/footnotes.xml"), kind, note.encode(), document.part.package)
    document.part.relate_to(footnotes, RELATIONSHIP_TYPE.FOOTNOTES)
    document.core_properties.title = "Счёт {{ name }}"


def test_headers_footers_notes_and_properties_are_rendered_once(renderers: Renderers) -> None:
    values = {"name": "A & {{ doc.number }}"}
    file = made(renderers, word("{{ name }}", change=_with_notes), values)
    document = Document(io.BytesIO(file))
    assert document.paragraphs[0].text == "A & {{ doc.number }}", "what a record holds is no template"
    assert document.sections[0].header.paragraphs[0].text == "A & {{ doc.number }} — верх"
    assert document.sections[0].footer.paragraphs[0].text == "A & {{ doc.number }} — низ, С-2026-0007"
    assert "Сноска A &amp; {{ doc.number }}" in part(file, "word/footnotes.xml")
    assert document.core_properties.title == "Счёт A & {{ doc.number }}"


def test_formatted_text_becomes_paragraphs_and_plain_words_elsewhere(renderers: Renderers) -> None:
    html = (
        "<h2>Условия</h2><p>Срок <b>три <i>дня</i></b>, <a href='https://example.org/a?b=1&amp;c=2'>подробно</a></p>"
        "<ul><li>раз</li><li>два<ol><li>внутри</li></ol></li></ul><p>a<br>b</p><table><tr><th>Ц</th><td>1</td></tr></table>"
    )
    file = made(
        renderers,
        word("{{p notes }}", "{{ notes }}", "{{r notes }}", "{{p plain }}"),
        {"notes": ("html", html), "plain": "Слова"},
    )
    found = texts(file)
    assert found[:7] == [
        "Условия",
        "Срок три дня, подробно",
        "•\tраз",
        "•\tдва",
        "1.\tвнутри",
        "a\nb",
        "Ц\t1",
    ]
    assert found[7].startswith("Условия\n\nСрок три дня, подробно\n") and found[-1] == "Слова"
    document = Document(io.BytesIO(file))
    runs = {run.text: (run.bold, run.italic) for run in document.paragraphs[1].runs}
    assert runs["три "] == (True, None) and runs["дня"] == (True, True)
    assert [link.address for link in document.paragraphs[1].hyperlinks] == ["https://example.org/a?b=1&c=2"]


def test_lines_and_signs_that_word_does_not_take_are_no_danger(renderers: Renderers) -> None:
    values = {"text": "раз\nдва\tтри \x07\x0b\x00</w:t> &amp; <b>", "plain": "x"}
    assert texts(made(renderers, word("{{ text }}|{{ plain }}"), values)) == [
        "раз\nдва\tтри </w:t> &amp; <b>|x"
    ]


def _picture(kind: str, size: tuple[int, int] = (300, 150)) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", size, "red").save(made, kind)
    return made.getvalue()


def test_pictures_stand_in_text_and_header_in_the_size_asked_for(renderers: Renderers) -> None:
    def header(document: Any) -> None:
        document.sections[0].header.paragraphs[0].text = "{{ logo|size(height='10mm') }}"

    template = word('до {{ logo|size("30mm") }} после', "{{p photo }}", "[{{ gone }}]", change=header)
    values = {
        "logo": ("image", "1", "l.png"),
        "photo": ("image", "2", "p.webp"),
        "gone": ("image", "3", "gone.png"),
    }
    file = made(renderers, template, values, files={"1": _picture("PNG"), "2": _picture("WEBP")})
    document = Document(io.BytesIO(file))
    assert [p.text for p in document.paragraphs] == ["до  после", "", "[]"]
    sizes = [(round(shape.width.mm, 1), round(shape.height.mm, 1)) for shape in document.inline_shapes]
    assert sizes == [(30.0, 15.0), (50.8, 25.4)]
    assert 'cy="360000"' in part(file, r"word/header\d*\.xml")
    with zipfile.ZipFile(io.BytesIO(file)) as package:
        assert sum(name.startswith("word/media/") for name in package.namelist()) == 2, (
            "the same picture is kept once"
        )


@pytest.mark.parametrize(
    ("tag", "why"),
    [
        ("{{ amuont }}", "there is no “amuont” here"),
        ("{{ record.amuont }}", "there is no field “amuont” here (did you mean “amount”?)"),
        ("{{ amount.__class__.__mro__ }}", "“__class__” cannot be used in a document"),
        ("{{ amount.real.__init__ }}", "“__init__” cannot be used in a document"),
        ("{{ ''.__class__ }}", "“__class__” cannot be used in a document"),
        ("{{ name.format.__globals__ }}", "“__globals__” cannot be used in a document"),
        ("{{ 'a' * 10**9 }}", "a text is repeated too often"),
        ("{{ 9 ** 9 ** 9 }}", "too large"),
        ("{% for x in range(10**9) %}{% endfor %}", "a loop or a number is too large"),
        ("{{ name + amount }}", "“+” does not go with these two values"),
        ("{{ name|money }}", "“Ёлка” is not a number"),
        ("{% for x in amount %}{% endfor %}", "the value does not fit here"),
        ("{% if %}", "the tag cannot be read"),
        ("{% autoescape false %}{{ name }}{% endautoescape %}", "the tag cannot be read"),
        ("{% include 'other' %}", "the value does not fit here"),
        ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "the template calls itself without end"),
        ("{{ self.__init__.__globals__ }}", "“__init__” cannot be used in a document"),
    ],
)
def test_a_fault_is_told_with_its_part_and_the_words_around_it(
    renderers: Renderers, tag: str, why: str
) -> None:
    with pytest.raises(KubikError, match="KBK5010") as caught:
        made(renderers, word("Первый", f"Итого {tag} рублей"), {"amount": Decimal(1), "name": "Ёлка"})
    told = str(caught.value.detail)
    assert told.startswith("invoice.docx, text, at “Итого") and why in told
