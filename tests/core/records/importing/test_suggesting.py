"""Tables as offices have them go into the crm example by the recipe that the program proposes, with at most one line refused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.access.actor import Actor
from core.access.login import load_actor
from core.records.importing.formats import open_source
from core.records.importing.job import run_import
from core.records.importing.recipe import Recipe
from core.records.importing.recognise.found import recognise
from core.records.importing.suggest import suggest
from core.records.links import records_with
from core.records.work import start
from core.solutions.start import initialize
from core.storage.workspace import Workspace
from metamodel.fields.base import Context
from tests.sites import settings

TABLES: dict[str, tuple[str, int, str]] = {
    "clients": (
        "Клиенты за год;;\nНазвание;ИНН;Город\nООО «Ромашка»;7707083893;Москва\nАО «Прибой»;7802451138;Омск\nИтого;2;\n",
        0, "company+inn: name inn city",
    ),
    "a register": (
        "Наименование;ИНН/КПП;Тел.;Менеджер;Сайт;Ключевой клиент;Скидка;Отрасль\n"
        "ООО «Вест»;7714632098/771401001;8 (495) 221-40-18 доб. 3;Ковалёва М.И.;vest.example;да;5%;Логистика\n"
        "ООО «Ост»;7714632099/771401001;8 495 221 40 18;Соколов;www.ost.example;нет;3,5%;Торговля\n",
        0, "company+inn: name inn kpp phone owner website key_account discount industry",
    ),
    "all in one": (
        "№ п/п;Компания;ИНН;Контактное лицо;Должность;Телефон;E-mail;Сделка;Сумма;Менеджер;Дата;Стадия\n"
        "1;ООО «Север»;7714632091;Петров Иван;Директор;8 (921) 123-45-67, 8 921 111-11-11;p@example.com;Стеллажи;"
        "1 250 000,50 р.;Ковалёва;03.02.21;Предложение\n"
        "2;ООО «Север»;7714632091;Сидорова Анна;Бухгалтер;8 921 765-43-21;s@example.com;Погрузчик;800 000 р.;Соколов;14.11.21;Договор\n"
        ";Итого;;;;;;;2 050 000,50;;;\n",
        0, "company+inn: name inn | contact+name+company: name position email company | "
           "deal: name amount owner opened_on stage company contact | contact_phone+phone+contact: phone contact",
    ),
    "people": (
        "Фамилия\tИмя\tОтчество\tКомпания\tМобильный\nСмирнов\tОлег\tИванович\tООО Кси\t89161234567\n",
        0, "contact+name+company: name company | contact_phone+phone+contact: phone contact",
    ),
    "deals": (
        "Название сделки;Клиент;Сумма, руб.;Вероятность;Дата открытия;Дата закрытия;Ответственный\n"
        "Стеллажи;ООО Пси;1 200 000,00;50%;01.02.2026;01.05.2026;Ковалёва Марина\n",
        0, "deal: name amount probability opened_on closes_on owner company",
    ),
    "leads": (
        "Тема;Компания;Контактное лицо;Телефон;Город;Бюджет\nЗапрос;ООО Лес;Белов Руслан;8 912 111 22 33;Пермь;230 тыс\n"
        "Полки;ООО Бор;Тарасова Елена;8 912 222 33 44;Пермь;1,5 млн руб.\n",
        0, "lead: name company_name contact_name budget city | lead_phone+phone+lead: phone lead",
    ),
    "prices": (
        "Прайс-лист на 01.11.2026;;;\n;;;\nАртикул;Товар;Ед. изм.;Цена, руб.\nA-1;Стеллаж;шт;12 500,00\n"
        "A-3;Монтаж;усл.;по запросу\n",
        1, "product+code: code name unit price",
    ),
    "of another program": (
        "Код;Наименование;ИНН;КПП;Юридический адрес;Телефон;Основной менеджер\n"
        "00-000001;Мю ООО;7714632090;771401001;123456, г. Москва, ул. Ленина, д. 1;+7(495)100-20-30;Соколов Игорь Павлович\n",
        0, "company+inn: name inn kpp address phone owner",
    ),
    "whose telephone": (
        "Компания;Телефон компании;Контактное лицо;Телефон;Тип компании\nООО Ламбда;8 495 100-00-01;Ким Олег;8 916 100-00-02;Клиент\n",
        0, "company+name: name phone | contact+name+company: name company | contact_phone+phone+contact: phone contact",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def crm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Workspace, Actor]]:
    home = tmp_path_factory.mktemp("home")
    workspace = initialize(settings(f"sqlite:///{home / 'kubik.db'}", home), solutions=("crm",), demo=True)
    with workspace.read() as tx:
        user = tx.model.entities["user"]
        work = start(tx, _system(), Context(language="ru"))
        (head,) = records_with(work, user, user.by_name["login"], {"anna"})["anna"]
        actor = load_actor(tx, head)
    yield workspace, actor
    workspace.close()


def _system() -> Actor:
    return Actor(user=None, login="system", system=True)


def written(recipe: Recipe) -> str:
    """Entities with keys and, of each, the fields that columns and links fill."""
    return " | ".join(
        f"{'+'.join((t.entity, *t.keys))}: {' '.join([f.field for f in t.fields] + [lead.field for lead in t.links])}"
        for t in recipe.targets
    )


@pytest.mark.parametrize("name", TABLES)
def test_a_table_goes_in_as_proposed(name: str, crm: tuple[Workspace, Actor], tmp_path: Path) -> None:
    (workspace, head), (text, refused, expected) = crm, TABLES[name]
    path = tmp_path / "таблица.csv"
    path.write_bytes(text.replace("\n", "\r\n").encode("cp1251"))
    source = open_source(path, path.name)
    try:
        found = recognise(source)
        with workspace.read() as tx:
            proposed = suggest(tx, head, found.columns, found.hints)
    finally:
        source.close()
    assert proposed is not None and written(proposed.recipe) == expected
    recipe = replace(proposed.recipe, dry_run=True, language="ru")
    report = run_import(workspace, head, "", path, name=path.name, recipe=recipe)
    assert (report.refused, [(e.line, e.column) for e in report.errors][refused:]) == (refused, [])


def test_what_a_list_has_already_is_not_written_down_once_more(
    crm: tuple[Workspace, Actor], tmp_path: Path
) -> None:
    workspace, head = crm
    path = tmp_path / "сделки.csv"
    line = "ООО Дважды;Дважды Анна;8 999 111-22-33, +7 (999) 111 22 44;{};5000\n"
    path.write_text(
        "Компания;Контактное лицо;Телефон;Сделка;Сумма\n" + line.format("Первая") + line.format("Вторая")
    )
    with workspace.read() as tx:
        source = open_source(path, path.name)
        found = recognise(source)
        proposed = suggest(tx, head, found.columns, found.hints)
        source.close()
    assert proposed is not None
    recipe = replace(proposed.recipe, language="ru")
    reports = [run_import(workspace, head, "", path, name=path.name, recipe=recipe) for _ in range(2)]
    assert [report.made["contact.phones"][0] for report in reports] == [2, 0]
    assert [report.refused for report in reports] == [0, 0]
