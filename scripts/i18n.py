"""What is missing from the catalogues of words, and what stands in them for nothing.

`python -m scripts.i18n` prints `place: what is wrong` and exits with 1 when something is missing. What is checked: texts of
sources and templates, words of click, meanings of errors, labels of definitions, types and operators, forms of numbers, and
wordings that would need a grammatical case of a label.
"""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import yaml

from core.cli import COMMANDS, cli
from core.errors import CODES
from core.i18n.catalogue import Catalogue, catalogue, folders, read_catalogue
from core.i18n.extract import Found, in_folders, in_python
from core.plugin_manager import start_plugins
from metamodel.fields import field_types
from metamodel.fields.operators import OPERATORS
from metamodel.labels import LANGUAGES, Label

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("metamodel", "core", "renderers", "plugins")
SOLUTIONS = ("core/system", "examples")
SAID = ("label", "label_many", "help", "message", "tab", "hint", "confirm")
"""Keys of definitions whose values people read."""

COUNTED = {"en": re.compile(r"\{count\}\s+(?!more\b)[a-z]"), "ru": re.compile(r"\{count\}\s+[а-яё]")}
"""A count that a noun stands beside: the noun has forms."""

LABELS = ("entity", "label", "field", "type", "stage", "role", "target")
"""Parameters that are labels of definitions, which have one form only."""

VERBS = "создать|создайте|изменить|удалить|открыть|выбрать|выберите|добавить|добавьте|найти|сохранить|показать|скрыть|вернуть|убрать|заполнить"
PREPOSITIONS = "в|во|на|из|от|для|без|к|ко|с|со|о|об|по|у|над|под|при|про"
CASED = re.compile(
    rf"(?i)(?<![\w«])(?:{VERBS}|{PREPOSITIONS})\s+[«“]?\{{(?:{'|'.join(LABELS)})\}}(?![:.]?\s*[a-zа-я]*\))"
)
"""A verb or a preposition before a label asks for its case: «Создать {entity}». «{entity}: создать» does not."""


def lacking() -> Iterator[str]:
    """Everything that somebody would read in another language than theirs, or in no good one."""
    start_plugins()
    russian = catalogue("ru")
    yield from _untranslated(russian)
    yield from _counted()
    yield from _labels()
    yield from (f"{path}: {text}" for path, text in _cased())
    yield from _scripts()


def _texts() -> Iterator[Found]:
    yield from in_folders(ROOT, PACKAGES)
    yield from (Found(text=words, place="core/errors.py") for _, words in CODES.values())
    yield from (Found(text=words, place="core/cli") for words in _help())


def _help() -> Iterator[str]:
    """What the help of every command says, as click looks it up."""
    commands: list[click.Command] = [cli]
    while commands:
        command = commands.pop()
        context = click.Context(command)
        if isinstance(command, click.Group):
            found = (command.get_command(context, name) for name in command.list_commands(context))
            commands += [each for each in found if each is not None]
        options = (parameter.help for parameter in command.params if isinstance(parameter, click.Option))
        for said in (command.help, command.short_help, *options):
            if said:
                yield inspect.cleandoc(said)
    yield from (about for _, about in COMMANDS.values())


def _untranslated(russian: Catalogue) -> Iterator[str]:
    for found in _texts():
        if found.text not in russian.single and found.text not in russian.plural:
            yield f"{_short(found.place)}: no Russian: {found.text}"
        elif found.plural is not None and found.text not in russian.plural:
            yield f"{_short(found.place)}: no Russian forms: {found.text}"


def _counted() -> Iterator[str]:
    """A noun beside a count has its forms in every language."""
    for language in LANGUAGES:
        known = catalogue(language)
        for found in {each.text: each for each in _texts()}.values():
            shown = known.single.get(found.text, found.text)
            counted = COUNTED[language].search(shown) and found.plural is None
            if counted and found.text not in known.plural:
                yield f"{_short(found.place)}: no forms of numbers in “{language}”: {found.text}"


def _labels() -> Iterator[str]:
    for name, kind in field_types().items():
        yield from _both(f"field type {name}", kind.label)
    for operator in OPERATORS.values():
        yield from _both(f"operator {operator.name}", operator.label)
    for folder in SOLUTIONS:
        for path in sorted((ROOT / folder).rglob("*.yaml")):
            for at, said in _said(yaml.safe_load(path.read_text("utf-8")), ""):
                for language in LANGUAGES:
                    text = said if isinstance(said, str) else said.get(language)
                    foreign = isinstance(said, str) and _foreign(said, language)
                    if not text or foreign:
                        yield f"{_short(str(path))}: {at}: not in “{language}”"


def _both(place: str, label: Label) -> Iterator[str]:
    for language in LANGUAGES:
        text = getattr(label, language)
        if not text or _foreign(text, language):
            yield f"{place}: no label in “{language}”"


def _foreign(text: str, language: str) -> bool:
    return bool(re.search("[А-Яа-яЁё]", text)) if language == "en" else False


def _said(value: Any, at: str) -> Iterator[tuple[str, str | Mapping[str, str]]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if key in SAID and isinstance(inner, str | Mapping):
                yield f"{at}{key}", inner
            else:
                yield from _said(inner, f"{at}{key}.")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _said(inner, f"{at}{index}.")


def _cased() -> Iterator[tuple[str, str]]:
    for folder in folders():
        for path in sorted((folder / "ru").glob("*.po")):
            for entry in read_catalogue(path, "ru"):
                forms = entry.string if isinstance(entry.string, tuple) else (entry.string,)
                for form in forms:
                    if entry.id and CASED.search(str(form)):
                        yield _short(str(path)), f"a label would need a grammatical case: {form}"


_KEY = re.compile(r"""\bword\(\s*["'](\w+)["']""")
_LITERAL = re.compile(
    r"""(?:textContent|innerText|\.title|placeholder|ariaLabel)\s*=\s*["'`][A-Za-zА-я]"""
    r"""|setAttribute\(\s*["'](?:aria-label|title|placeholder)["'],\s*["'`][A-Za-zА-я]|\b(?:toast|alert|confirm)\(\s*["'`]"""
)


def _scripts() -> Iterator[str]:
    """Scripts take every word from the page: from ``#words`` by name, or from the element they belong to."""
    page = (ROOT / "renderers" / "templates" / "_toasts.html").read_text("utf-8")
    there = {re.sub(r"-(\w)", lambda m: m[1].upper(), name) for name in re.findall(r"data-([a-z-]+)=", page)}
    for folder in (ROOT / "renderers" / "web", *sorted((ROOT / "plugins").glob("*/web"))):
        for path in sorted(folder.rglob("*.ts")):
            text = path.read_text("utf-8")
            for key in sorted(set(_KEY.findall(text)) - there):
                yield f"{_short(str(path))}: the page has no word “{key}” (templates/_toasts.html)"
            for found in _LITERAL.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                yield f"{_short(str(path))}:{line}: words stand in templates, not in scripts: {found[0]}"


def obsolete() -> Iterator[str]:
    """Entries of catalogues whose English stands nowhere as it is, in quotes, in sources."""
    start_plugins()
    known = {found.text for found in _texts()}
    for path in sorted(Path(click.__file__).parent.glob("*.py")):
        known |= {found.text for found in in_python(path)}
    sources = "\n".join(
        path.read_text("utf-8")
        for package in PACKAGES
        for ending in ("*.py", "*.html")
        for path in sorted((ROOT / package).rglob(ending))
    )
    for folder in folders():
        for path in sorted(folder.glob("*/*.po")):
            for entry in read_catalogue(path, path.parent.name):
                text = entry.id if isinstance(entry.id, str) else entry.id[0]
                if text and text not in known and not _quoted(text, sources):
                    yield f"{_short(str(path))}: nothing says this any more: {text}"


def _quoted(text: str, sources: str) -> bool:
    return any(f"{quote}{text}{quote}" in sources for quote in "\"'")


def _short(place: str) -> str:
    return place.removeprefix(f"{ROOT}/")


def main() -> int:
    missing = sorted(set(lacking()))
    for line in (*missing, *obsolete()):
        print(line)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
