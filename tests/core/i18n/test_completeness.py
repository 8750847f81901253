"""Every text that people see has a Russian translation that fits it."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog

from core.errors import CODES
from core.i18n.catalogue import FOLDER, catalogue, read_catalogue
from core.i18n.extract import Found, in_folders, in_python, in_template
from core.i18n.texts import texts

ROOT = Path(__file__).parents[3]
FILES = sorted(FOLDER.glob("*/*.po"))


def fields(written: object) -> set[str]:
    text = str(written)
    named = {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}
    return named | set(re.findall(r"%\((\w+)\)", text))


def test_every_text_has_a_russian_translation() -> None:
    russian = catalogue("ru")
    lacking = sorted(
        f"{found.place.removeprefix(f'{ROOT}/')}: {found.text}"
        for found in in_folders(ROOT, ("metamodel", "core", "renderers", "plugins"))
        if found.text not in russian.single and found.text not in russian.plural
    )
    assert not lacking, "\n" + "\n".join(lacking)


def test_every_error_code_has_a_russian_meaning() -> None:
    russian = catalogue("ru")
    assert [words for _, words in CODES.values() if words not in russian.single] == []


def entries(path: Path) -> Catalog:
    return read_catalogue(path, path.parent.name)


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_translations_keep_the_parameters_and_are_not_empty(path: Path) -> None:
    for entry in entries(path):
        if not entry.id:
            continue
        ids = entry.id if isinstance(entry.id, tuple) else (entry.id,)
        forms = entry.string if isinstance(entry.string, tuple) else (entry.string,)
        allowed = set().union(*(fields(text) for text in ids))
        for form in forms:
            assert form, f"{ids[0]!r} has no translation"
            assert fields(form) <= allowed, f"{ids[0]!r}: {form!r}"
            if len(ids) == 1 and path.name != "click.po":  # click's English names its own classes
                assert fields(form) == allowed, f"{ids[0]!r}: {form!r}"


@pytest.mark.parametrize("language", ["ru", "en"])
def test_one_text_is_translated_alike_in_all_files(language: str) -> None:
    seen: dict[object, tuple[object, Path]] = {}
    for path in FILES:
        if path.parent.name != language:
            continue
        for entry in entries(path):
            if entry.id:
                first = seen.setdefault(entry.id, (entry.string, path))
                assert first[0] == entry.string, f"{entry.id!r} in {first[1].name} and {path.name}"


def test_extraction_finds_texts_of_sources_and_templates(tmp_path: Path) -> None:
    source = tmp_path / "a.py"
    source.write_text(
        'message("one {x}", x=1)\nmessages.message("two")\nmessage(name)\nother("no")\nngettext("a", "b", n)'
    )
    assert {f.text for f in in_python(source)} == {"one {x}", "two", "a"}
    page = tmp_path / "a.html"
    page.write_text(
        '{{ _("three", x=y) }}{% trans n=count %}{{ n }} file{% pluralize %}{{ n }} files{% endtrans %}{{ f("no") }}'
    )
    assert set(in_template(page)) == {
        Found(text="three", place=f"{page}:1"),
        Found(text="%(n)s file", plural="%(n)s files", place=f"{page}:1"),
    }


def test_an_unknown_language_is_english() -> None:
    assert texts("xx").language == "en"
