"""Export: the same text for the same document, and the same document from the text."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from metamodel.export import export
from metamodel.identity import identify
from metamodel.parse import parse_document, parse_files
from tests import factories


def test_what_is_exported_reads_back_as_the_same_definitions_and_the_same_text() -> None:
    document = factories.document()
    for solution in ("sales", "system"):
        files = export(document, solution)
        again = parse_files(files)
        assert export(again, solution) == files
        assert identify(again) == again
    sales = parse_files(export(document, "sales"))
    assert {e.name: e for e in sales.entities} == {
        e.name: e for e in document.entities if e.solution == "sales"
    }
    assert (sales.roles, sales.views, sales.menus) == (document.roles[1:], document.views, document.menus)


def test_the_text_does_not_depend_on_how_the_definition_was_written() -> None:
    one = "{name: a, label: {en: A, ru: Б}, fields: [{type: decimal, max: 5, scale: 1, min: 0.5, required: false, name: x}], menu: true}"
    two = '{"fields": [{"name": "x", "min": 0.5, "scale": 1, "max": 5, "type": "decimal"}], "label": {"ru": "Б", "en": "A"}, "name": "a"}'
    texts = [
        export(identify(parse_files({"solution.yaml": "name: s", path: text})), "s")["entities/a.yaml"]
        for path, text in (("entities/a.yaml", one), ("entities/a.json", two))
    ]
    assert texts[0] == texts[1]
    assert "{name: x, uid: " in texts[0]
    assert texts[0].index("scale") < texts[0].index("min") < texts[0].index("max")


def test_the_example_survives() -> None:
    folder = factories.ROOT / "examples" / "crm"
    files = {
        p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in Path(folder).rglob("*.yaml")
    }
    document = identify(parse_files(files))
    assert sorted(export(document, "crm")) == sorted(
        path.replace("menu.yaml", "menus/main.yaml") for path in files
    )
    assert parse_files(export(document, "crm")).entities == document.entities


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=100)


@given(TEXT.filter(bool), TEXT, TEXT.filter(bool))
def test_any_texts_survive(label: str, expression: str, title: str) -> None:
    field = {"name": "x", "type": "text", "default": expression, "help": {"ru": label}}
    entity = {"name": "a", "solution": "s", "label": label, "title": title, "fields": [field]}
    document = identify(parse_document({"solutions": [{"name": "s"}], "entities": [entity]}))
    assert parse_files(export(document, "s")).entities == document.entities
