"""Rules in words, in both languages: natural sentences with the labels of fields, whatever the rule."""

from __future__ import annotations

import pytest

from core.i18n import texts
from metamodel.expression import Scope, parse_expression
from metamodel.expression.types import BOOLEAN
from metamodel.labels import LANGUAGES
from metamodel.model import Model
from renderers.roles.words import Speaker, grant_words, rule_words
from renderers.roles.words.pieces import plain
from tests import factories

MODEL: Model = factories.model()


def said(language: str, rule: str) -> str:
    deal = MODEL.entities["deal"]
    parsed = parse_expression(rule, Scope(model=MODEL, entity=deal.uid, expect=BOOLEAN))
    return plain(rule_words(Speaker(texts=texts(language), model=MODEL), parsed))


@pytest.mark.parametrize(
    ("rule", "ru", "en"),
    [
        ("owner = me", "Owner – сам сотрудник", "Owner is the person themself"),
        (
            "owner = me OR owner.department IN my.departments",
            "Owner – сам сотрудник или Owner › Подразделение – его или ниже",
            "Owner is the person themself or Owner › Department is their own or one below it",
        ),
        ("NOT owner = me", "Owner – не сам сотрудник", "Owner is not the person themself"),
        ("NOT (owner = me OR amount > 5)", "Owner – не сам сотрудник и Amount не больше 5",
         "Owner is not the person themself and Amount is at most 5"),
        ("stage IN ('lead', 'offer')", "Стадия – одно из Обращение Предложение", "Stage is one of Lead Offer"),
        ("company IS NULL", "Company не заполнено", "Company is empty"),
        ("company.vip", "Company › Vip: да", "Company › Vip: yes"),
        ("company.vip = false", "Company › Vip: нет", "Company › Vip: no"),
        ("closes_on < today()", "Closes on раньше сегодня", "Closes on is before today"),
        ("(owner = me OR company.vip) AND amount >= 1000",
         "(Owner – сам сотрудник или Company › Vip: да) и Amount не меньше 1 000",
         "(Owner is the person themself or Company › Vip: yes) and Amount is at least 1,000"),
        ("EXISTS(items WHERE quantity > 2)", "есть записи Позиция, где Quantity больше 2",
         "there are Item where Quantity is more than 2"),
        ("SHARED()", "записью с ним поделились", "the record is shared with them"),
        ("owner IN my.subordinates", "Owner – кто-то из его подчинённых", "Owner is one of their subordinates"),
        ("amount BETWEEN 1 AND 5", "Amount от 1 до 5", "Amount is from 1 to 5"),
        ("LENGTH(name) > 3", "LENGTH(name) больше 3", "LENGTH(name) is more than 3"),
    ],
)  # fmt: skip
def test_a_rule_is_a_sentence(rule: str, ru: str, en: str) -> None:
    assert said("ru", rule).replace("\xa0", " ") == ru
    assert said("en", rule) == en


def test_every_grant_of_the_sample_has_words_and_hidden_fields_have_no_name() -> None:
    for language in LANGUAGES:
        speaker = Speaker(texts=texts(language), model=MODEL, knows=lambda entity, field: False)
        for role in MODEL.roles.values():
            for grant in role.grants:
                words = grant_words(speaker, grant)
                text = plain(words.sentence) + "".join(plain(note) for note in words.notes)
                assert text and "{" not in text
                assert "Owner" not in text


def test_a_grant_tells_actions_stages_fields_and_what_must_stay() -> None:
    manager = MODEL.roles["manager"]
    deal = MODEL.entities["deal"]
    changing = next(g for g in manager.grants if g.entity == deal.uid and "update" in g.actions)
    speaker = Speaker(texts=texts("ru"), model=MODEL)
    margin, owner = deal.by_name["margin"].uid, deal.by_name["owner"].uid
    words = grant_words(speaker, changing, fields=("all_but", (margin, owner)))
    assert plain(words.sentence) == "Меняет, переводит по стадиям: Deal, где Owner – сам сотрудник".replace(
        "Deal", speaker.word(deal.label_many)
    )
    assert [plain(note) for note in words.notes] == [
        "На стадиях Обращение Предложение",
        "После изменения должно остаться так же",
        "Кроме полей Margin Owner",
    ]
