"""The check of templates: planted faults are found at their place with what was meant, right templates have none."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.documents.checking import Checked, check
from core.documents.checking.repairing import repaired
from core.documents.starter import starter_template
from core.i18n import texts
from metamodel.identity import identify
from metamodel.labels import Label
from metamodel.resolve import resolve
from tests.factories import model, system_document, together
from tests.word import word, words_in

MODEL = model()
DEAL = MODEL.entities["deal"]
ROOT = Path(__file__).parents[4]


def looked(*paragraphs: str, **more: object) -> Checked:
    return check(MODEL, DEAL, "docx", word("First", *paragraphs, **more))  # type: ignore[arg-type]


PLANTED = {
    "{{ nane }}": ("unknown", "Нет поля «nane»", "Возможно, имелось в виду «name»?", "{{ name }}"),
    "{{ deal.con¦pany.inn }}": ("unknown", "Сделка: нет поля «conpany»", "Сделка: есть похожее — «Company», company.",
                                "{{ deal.company.inn }}"),
    "{{ company.inm }}": ("unknown", "Компания: нет поля «inm»", "есть похожее — «ИНН», inn.", "{{ company.inn }}"),
    "{{ inn }}": ("unknown", "Нет поля «inn»", "Возможно, имелось в виду «company.inn».", None),
    "{{ doc.numer }}": ("unknown", "у «doc» нет «numer»", "«number»", "{{ doc.number }}"),
    "{{ имя поля }}": ("syntax", "В имени «имя поля» пробел", "В именах не бывает пробелов.", None),
    "{{ company.name": ("syntax", "Тег не закрыт: не хватает }}", "в одном абзаце", "{{ company.name }}"),
    "{{ company.name }": ("syntax", "Тег не закрыт: не хватает }}", "в одном абзаце", "{{ company.name }}"),
    "name }}": ("syntax", "}} стоит здесь без начала тега", "", ""),
    "{% if stage = 'won' %}x{% endif %}": ("syntax", "двумя знаками: ==", "", "{% if stage == 'won' %}"),
    "{% if stage == 'wonn' %}x{% endif %}": ("unknown", "нет значения «wonn»", "«won»", "{% if stage == 'won' %}"),
    "{% fro i in items %}{% endfor %}": ("syntax", "Нет тега «fro»", "«for»", "{% for i in items %}"),
    "{% for i in items %}{{ i.amount }}": ("block", "Повтор не закрыт: нет endfor", "не соберётся", None),
    "{% if amount %}x{% endfor %}": ("block", "«if» закрывается тегом «endif», а не «endfor»", "", "{% endif %}"),
    "{% for i in company %}x{% endfor %}": ("loop", "«company» — не список", "company.deals", None),
    "{{ items }}": ("list", "«items» — список: его печатают повтором", "{%tr for x in items %}", None),
    "{{ amount|monney }}": ("filter", "Нет фильтра «monney»", "«money»", "{{ amount|money }}"),
    "{{ name|number }}": ("filter", "«number» — это для значений вида «число», а «name» — текст", "", None),
    "{{ amount|money('RUB', 2, 3) }}": ("filter", "«money»", "", None),
    "{{ ''.__class__.__mro__ }}": ("forbidden", "Имена, которые начинаются с _", "", None),
    "{% include 'x.docx' %}": ("forbidden", "Шаблон не читает других файлов", "", None),
    "{{ amount|safe }}": ("filter", "Нет фильтра «safe»", "Есть: money", None),
    "{{ loop.index }}": ("unknown", "«loop» есть только внутри повтора", "", None),
    "{{p name }}": ("place", "для оформленного текста", "", "{{ name }}"),
    "{%tr for i in items %}": ("place", "стоит вне таблицы", "", "{% for i in items %}"),
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED)
def test_a_planted_fault_is_found_at_its_place_with_what_was_meant(planted: str) -> None:
    kind, title, hint, mended = PLANTED[planted]
    found = looked("{{ name }}", planted, "{{ amount|money }}")
    russian = texts("ru")
    fault = next(f for f in found.faults if f.kind == kind)
    assert title in russian.render(fault.message) and hint in russian.render(fault.hint)
    assert (
        fault.place.paragraph == 3
        and fault.place.near
        and russian.render(fault.place.words()) == "текст, абзац 3"
    )
    assert all(f.place.paragraph == 3 for f in found.faults)
    if mended is not None:
        assert fault.repair is not None and list(fault.repair.texts.values()) == [mended]
    assert texts("en").render(fault.words()).startswith("text, paragraph 3: ")


def test_faults_of_tables_and_margins_are_told_by_table_row_and_part() -> None:
    found = looked(
        table=[["{% for i in items %}", ""], ["{{ i.pric }}", "{{ i.amount }}"], ["{% endfor %}", ""]],
        header="{{ dc.number }}", footer="{{ total }}",
    )  # fmt: skip
    russian = texts("ru")
    told = {f.tag: (f.kind, russian.render(f.place.words())) for f in found.faults}
    assert told == {
        "{% for i in items %}": ("place", "текст, таблица 1, строка 1"),
        "{{ i.pric }}": ("unknown", "текст, таблица 1, строка 2"),
        "{{ dc.number }}": ("unknown", "верхний колонтитул, абзац 1"),
        "{{ total }}": ("unknown", "нижний колонтитул, абзац 1"),
    }
    data = word("x", table=[["{%tr for i in items %} {{ name }}"], ["{{ i.amount }}"], ["{%p endfor %}"]])
    kinds = [(f.kind, f.tag) for f in check(MODEL, DEAL, "docx", data).faults]
    assert ("block", "{%p endfor %}") in kinds and ("place", "{%tr for i in items %}") in kinds


def test_faults_are_mended_one_press_after_another_and_the_look_stays() -> None:
    data = word(
        "{{ deal.con¦pany.inn }}", "{%p if amount %}", "Да", "{% for a in activities %}{{ a.subject }}",
        table=[["{% for i in items %}", ""], ["{{ i.pric }}", "{{ i.amount }}"], ["{% endfor %}", ""], ["{%tr for i in items %}", ""], ["{{ i.price }}", ""]],
    )  # fmt: skip
    for _ in range(10):
        fault = next((f for f in check(MODEL, DEAL, "docx", data).faults if f.repair), None)
        if fault is None or fault.repair is None:
            break
        data = repaired("docx", data, fault.repair)
    assert check(MODEL, DEAL, "docx", data).faults == ()
    assert words_in(data) == [
        "{{ deal.company.inn }}", "{%p if amount %}", "Да", "{%p endif %}", "{% for a in activities %}{{ a.subject }}{% endfor %}",
        "{%tr for i in items %}", "", "{{ i.price }}", "{{ i.amount }}", "{%tr endfor %}", "",
        "{%tr for i in items %}", "", "{{ i.price }}", "", "{%tr endfor %}", "",
    ]  # fmt: skip


RIGHT = """
{{ name }} {{ deal.company.inn }} {{ record.amount|money }} {{ doc.number }} {{ doc.date|date }} {{ my.name }} {{ my.department.name }}
{% for i in items %}{{ loop.index }} {{ i.product }} {{ i.product.code }} {{ i.quantity * i.price }}{% else %}-{% endfor %}
{% if stage == "won" and amount > 1000 %}x{% elif source == 'Сайт' %}y{% else %}z{% endif %}
{{ items|length }} {{ items|sum(attribute="amount")|money }} {{ items|map(attribute="product.name")|join(", ") }}
{% for key, rows in items|groupby("product") %}{{ key }}{% for r in rows %}{{ r.amount }}{% endfor %}{% endfor %}
{% set x = company %}{{ x.name }} {{ x.owner.name }} {{ название }} {{ сделка.название }} {{ name.upper() }} {{ amount|words|capital }}
{% for a in activities|selectattr("status", "equalto", "done")|sort(attribute="held_at") %}{{ a.subject }}{% endfor %}
{{ city or company.city }} {{ name ~ " " ~ city }} {{ items[0].product.name }} {{ amount|default("-") }} {# {{ x #}
{% macro row(a) %}{{ a }}{% endmacro %}{{ row(name) }} {% raw %}{{ any thing }}{% for %}{% endraw %} {{ items|first }}
"""


def test_what_is_right_has_no_fault_and_needs_what_it_reads() -> None:
    found = check(MODEL, DEAL, "html", RIGHT.encode())
    assert [str(f.words()) for f in found.faults] == []
    assert {
        "company.inn",
        "company.owner.name",
        "items.product.code",
        "activities.status",
        "название",
        "amount",
    } <= set(found.needs.paths())
    items = found.needs.fields["items"]
    assert items is not None and items.titled
    assert found.needs.my is not None and set(found.needs.my.paths()) == {"name", "department.name"}
    assert found.roots == {"deal", "record", "doc", "my", "сделка"}


def test_templates_of_kubik_and_starters_of_every_entity_have_no_fault() -> None:
    from core.solutions.source import read_solution

    crm = read_solution(ROOT / "examples/crm")
    of_crm = resolve(identify(together(system_document(), crm.document)), 1)
    for document in of_crm.documents.values():
        for template in document.templates:
            faults = check(of_crm, document, template.format, crm.templates[template.sha256]).faults
            assert [str(f.words()) for f in faults] == [], template.file
    for entity in of_crm.entities.values():
        data = starter_template(of_crm, entity, Label(en="Paper"), texts("ru"))
        assert check(of_crm, entity, "docx", data).faults == (), entity.name
