"""How well a column of a file fits a field: by name, by label in either language, by synonyms, by what stands in it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from core.records.importing.recognise.kinds import ColumnFacts
from metamodel.model import Entity, Field
from metamodel.text import fold

SYNONYMS: tuple[frozenset[str], ...] = tuple(
    frozenset(line.split(", "))
    for line in (
        "название, наименование, name, title, имя, заголовок, тема",
        "компания, организация, контрагент, клиент, фирма, предприятие, company, customer, client, account, organization",
        "контакт, контактное лицо, контакты, представитель, contact, contact person",
        "фио, фамилия имя отчество, ф и о, полное имя, full name, имя, фамилия имя, surname name, surname name patronymic, last name first name",
        "телефон, тел, мобильный, моб, сотовый, phone, mobile, tel, telephone, номер телефона",
        "почта, электронная почта, email, e mail, mail, имейл, эл почта, адрес электронной почты",
        "сайт, website, url, web, веб сайт, site, www, сайт компании, адрес сайта",
        "менеджер, ответственный, owner, manager, продавец, куратор, responsible, сотрудник",
        "сумма, стоимость, цена, amount, sum, price, total, итого, бюджет",
        "инн, inn, tax number, tin, vat",
        "город, city, town, населенный пункт",
        "адрес, address, юридический адрес, фактический адрес",
        "примечание, комментарий, заметки, описание, notes, comment, note, description, remark",
        "дата, date, создано, дата создания, открыта, opened, дата начала, начало",
        "закрыть до, срок, дата закрытия, closes, close date, deadline, due",
        "стадия, этап, статус, stage, status, state",
        "источник, source, откуда, канал",
        "должность, position, job title, post",
        "единица, единица измерения, ед изм, ед, unit, единицы",
        "тип, вид, kind, type",
        "примечания, комментарии, заметка",
        "количество, кол во, quantity, qty, count",
        "товар, продукт, номенклатура, product, item, sku",
        "отрасль, сфера, industry",
        "скидка, discount",
    )
)
"""Words for the same thing in the spreadsheets that people have, folded."""

OF_KIND: dict[str, tuple[str, ...]] = {
    "email": ("email",), "phone": ("phone",), "url": ("url",), "date": ("date", "datetime"),
    "datetime": ("datetime", "date"), "time": ("time",), "boolean": ("boolean",),
    "integer": ("integer", "decimal", "money", "rating", "percent"), "decimal": ("decimal", "money", "percent"),
    "money": ("money", "decimal"), "percent": ("percent",),
}  # fmt: skip
"""Types of fields that a kind of content fits, the best first."""

CODES = {
    "inn": re.compile(r"\d{10}|\d{12}"),
    "kpp": re.compile(r"\d{9}"),
    "ogrn": re.compile(r"\d{13}|\d{15}"),
}

SURE, LIKELY, WEAK = 100, 60, 25

_APART = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    """A name as it is compared: folded, marks as single spaces."""
    return _APART.sub(" ", fold(text)).strip()


def named_alike(column: str, names: Iterable[str]) -> int:
    """How well the name of a column fits one of the names of a field."""
    wanted, best = plain(column), 0
    if not wanted:
        return 0
    for name in filter(None, map(plain, names)):
        if name == wanted:
            return SURE
        if any(wanted in group and name in group for group in SYNONYMS):
            best = max(best, 85)
        if len(name) > 3 and (wanted.startswith(name[:-1]) and len(wanted) - len(name) in (-1, 0, 1)):
            best = max(best, 85)  # another number of the same word
        words, own = wanted.split(), name.split()
        if any(word in HEADS and not _among([word], own) for word in words):
            continue  # the type of a company is no company
        if _among(own, words) or _among(words, own):
            best = max(best, 80 if min(len(own), len(words)) > 1 or len(name) > 3 else 50)
        elif any(name in group and _tells(group, words) for group in SYNONYMS):
            best = max(best, 65)
    return best


HEADS = frozenset((
    "тип", "вид", "код", "id", "телефон", "тел", "инн", "кпп", "сайт", "должность", "город", "сфера", "email", "статус",
    "валюта", "type", "code", "phone",
))  # fmt: skip
"""Words that say of what a column is, whatever else its name says."""


def _tells(group: Iterable[str], words: list[str]) -> bool:
    """Whether one of the words for a thing stands among those of a name: "main manager"."""
    return any(len(other) > STEM and _among(other.split(), words) for other in group)


def shares_word(column: str, names: Iterable[str]) -> bool:
    """Whether a word of the column's name is one of these, in any of its forms."""
    words = plain(column).split()
    return any(_same(word, other) for word in words for name in names for other in plain(name).split())


def _among(some: list[str], words: list[str]) -> bool:
    return all(any(_same(word, other) for other in words) for word in some)


def _same(word: str, other: str) -> bool:
    """Whether two words are one, or forms of one: all but the ending of the longer ones is alike."""
    if word == other:
        return True
    shortest = min(len(word), len(other))
    return shortest > STEM and word[: max(STEM, shortest - 2)] == other[: max(STEM, shortest - 2)]


STEM = 4
"""Letters that forms of a word have in common at least."""


def content_alike(facts: ColumnFacts, field: Field) -> int:
    """How well the values of a column fit a field: above zero when it is of their type, below when they cannot be."""
    if facts.kind == "empty":
        return 0
    values = [str(value) for value in facts.values]
    if field.choices:
        labels = {plain(t) for c in field.choices for t in (c.name, c.label.ru or "", c.label.en or "") if t}
        share = sum(plain(value) in labels for value in values) / max(len(values), 1)
        return 80 if share > 0.8 else -40 if share < 0.3 else 0
    for name, pattern in CODES.items():
        if field.name == name or field.options.get("format") == name:
            share = sum(bool(pattern.fullmatch(value)) for value in values) / max(len(values), 1)
            return 70 if share > 0.8 else -10 if share > 0.2 else -40
    fitting = OF_KIND.get(facts.kind, ())
    if field.type.name in fitting:
        return 45 if facts.kind in ("email", "phone", "url") else WEAK - 5 * fitting.index(field.type.name)
    strict = {t for types in OF_KIND.values() for t in types}
    if field.type.name in strict:
        return MIXED if facts.kind == "text" and field.type.name in LOOSE else -60
    return 0 if facts.kind == "text" else -5


MIXED = -20
"""Texts in a column whose name says numbers, dates or telephones: some of them may be."""

LOOSE = ("integer", "decimal", "money", "percent", "date", "datetime", "phone", "email", "url", "boolean")


def score(facts: ColumnFacts, field: Field, also: Iterable[str] = ()) -> int:
    """How well a column fits a field, by name and content; ``also`` are further names of the field."""
    names = (field.name, field.label.ru or "", field.label.en or "", *also)
    return named_alike(facts.header, names) + content_alike(facts, field)


def names_of(entity: Entity) -> tuple[str, ...]:
    """What an entity is called."""
    labels = (entity.label.ru, entity.label.en, entity.label_many.ru, entity.label_many.en)
    return (entity.name, *(label for label in labels if label))
