"""Writes the demonstration records of examples/crm: the same files every time it runs.

Every person, company and number is invented. Run it as ``python -m scripts.demo_data`` after changing it and commit
the CSV files; a test compares them with what it would write.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from plugins.barcode.codes import check_digit
from plugins.requisites.digits import account_key, inn_key, ogrn_key

TODAY = date(2026, 11, 20)
LONGEST = {"lead": 3, "qualified": 7, "offer": 14, "contract": 18}
"""Days that most deals are in a stage at most."""
FOLDER = Path(__file__).resolve().parent.parent / "examples" / "crm" / "demo"

Row = dict[str, str]

SELLER = "ООО «СкладТех»"
DEPARTMENTS = [
    ("Отдел продаж", "", ""),
    ("Продажи, север", "Отдел продаж", ""),
    ("Продажи, юг", "Отдел продаж", ""),
]
PEOPLE = [
    ("anna", "Лебедева Анна Сергеевна", "Отдел продаж", "head"),
    ("marina", "Ковалёва Марина Игоревна", "Продажи, север", "manager"),
    ("igor", "Соколов Игорь Павлович", "Продажи, север", "manager"),
    ("denis", "Орлов Денис Андреевич", "Продажи, юг", "manager"),
    ("timur", "Гареев Тимур Ринатович", "Продажи, юг", "manager"),
]
MANAGERS = [login for login, _, _, role in PEOPLE if role == "manager"]
COMPANIES = [
    ("Агрокомплекс «Заречье»", "food"), ("ТК «Уральский тракт»", "logistics"), ("Завод «Волгаметалл»", "metal"),
    ("ИП Кузнецова Елена Юрьевна", "trade"), ("«Медлайн-Сервис»", "medicine"), ("Кировский хлебокомбинат", "food"),
    ("Администрация г. Рябинска", "public"), ("«Балтик Фуд Логистик»", "logistics"), ("«Полимерпласт-Трейд»", "trade"),
    ("Логопарк «Северный»", "logistics"), ("Фабрика «Текстиль-Иваново»", "trade"), ("Оптовая база «Меридиан»", "trade"),
    ("Торговый дом «Восход»", "trade"), ("Областной архив", "public"), ("«ДомСтройМаркет»", "trade"),
    ("Молокозавод «Ёлочки»", "food"), ("«Транзит-Юг»", "logistics"), ("Трубный завод «Каскад»", "metal"),
    ("Аптечная сеть «Ромашка»", "medicine"), ("«Северсталькомплект»", "metal"), ("Птицефабрика «Луговая»", "food"),
    ("Городская больница № 4", "medicine"), ("«Экспресс-Карго»", "logistics"), ("Гипермаркет «Хозяин»", "trade"),
    ("Мебельная фабрика «Дубрава»", "trade"), ("«Хладокомбинат Невский»", "food"), ("Типография «Оттиск»", "trade"),
    ("Литейный цех «Горн»", "metal"), ("ИП Юсупов Артур Маратович", "trade"), ("Школа-интернат № 2", "public"),
    ("«Кама-Терминал»", "logistics"), ("Пивоварня «Ячмень и хмель»", "food"), ("«Спецодежда-Центр»", "trade"),
    ("Станкозавод «Прогресс»", "metal"), ("Клиника «Здоровый город»", "medicine"), ("«Мир запчастей»", "trade"),
    ("Рыбокомбинат «Залив»", "food"), ("Склад «Южные ворота»", "logistics"), ("«Кровля и фасад»", "trade"),
    ("Музей истории края", "public"), ("«Автолайн Плюс»", "logistics"), ("Кондитерская «Пряник»", "food"),
    ("«Арматура-Сбыт»", "metal"), ("Лаборатория «Диагностика»", "medicine"), ("«Книжный двор»", "trade"),
    ("Элеватор «Степной»", "food"), ("«Вторресурс»", "metal"), ("Санаторий «Сосновый бор»", "medicine"),
]  # fmt: skip
STREETS = [
    "ул. Заводская",
    "ул. Ленина",
    "пр. Мира",
    "Складской пр.",
    "ш. Северное",
    "ул. Гагарина",
    "ул. Лесная",
]
LAST = ["Жуков", "Рябинин", "Фёдоров", "Мельников", "Соловьёв", "Крылов", "Зайцев", "Тарасов", "Белов", "Громов",
        "Пономарёв", "Щербаков", "Воробьёв", "Куликов", "Ефимов", "Дроздов", "Ширяев", "Лыткин"]  # fmt: skip
MEN = [
    ("Олег", "Петрович"),
    ("Сергей", "Ильич"),
    ("Антон", "Юрьевич"),
    ("Виктор", "Олегович"),
    ("Руслан", "Иванович"),
]
WOMEN = [
    ("Наталья", "Викторовна"),
    ("Ольга", "Семёновна"),
    ("Ирина", "Львовна"),
    ("Елена", "Артёмовна"),
    ("Яна", "Павловна"),
]
POSITIONS = ["Директор", "Начальник склада", "Снабженец", "Главный инженер", "Финансовый директор", "Закупки"]
PRODUCTS = [
    ("ST-3000-90", "Стойка 3000×90, окраш. RAL 5005", "goods", "шт.", "7450.00"),
    ("ST-4500-90", "Стойка 4500×90, окраш. RAL 5005", "goods", "шт.", "9980.00"),
    ("BL-2700", "Балка паллетная 2700, до 2 400 кг", "goods", "шт.", "4380.00"),
    ("BL-1800", "Балка паллетная 1800, до 2 000 кг", "goods", "шт.", "3260.00"),
    ("PD-01", "Подпятник регулируемый", "goods", "шт.", "390.00"),
    ("ZS-400", "Защита стойки отбойник 400", "goods", "шт.", "2150.00"),
    ("NS-1000", "Настил сетчатый 1000×800", "goods", "шт.", "1870.00"),
    ("PS-2000", "Полочный стеллаж 2000×1000×500", "goods", "шт.", "6900.00"),
    ("KS-6", "Консольный стеллаж, 6 уровней", "goods", "шт.", "58400.00"),
    ("MZ-1", "Мезонин, кв. м", "goods", "м²", "14800.00"),
    ("LS-12", "Лестница мезонина, 12 ступеней", "goods", "шт.", "46500.00"),
    ("SH-E15", "Штабелёр электрический 1,5 т", "goods", "шт.", "478000.00"),
    ("SH-R10", "Штабелёр ручной 1,0 т", "goods", "шт.", "96500.00"),
    ("TG-25", "Тележка гидравлическая 2,5 т", "goods", "шт.", "26500.00"),
    ("TE-20", "Тележка электрическая 2,0 т", "goods", "шт.", "189000.00"),
    ("PV-25", "Погрузчик вилочный 2,5 т", "goods", "шт.", "2390000.00"),
    ("PP-2020", "Перегрузочная платформа 2000×2000", "goods", "шт.", "736000.00"),
    ("KN-10", "Сетчатый контейнер 1200×800", "goods", "шт.", "10900.00"),
    ("EY-64", "Ёмкость пластиковая 64 л", "goods", "шт.", "1240.00"),
    ("MT-SM", "Монтаж, смена бригады", "service", "смена", "38500.00"),
    ("DS-KM", "Доставка, км", "service", "км", "85.00"),
    ("OS-KV", "Осмотр стеллажей, квартал", "service", "шт.", "96000.00"),
    ("PR-01", "Проект склада", "service", "шт.", "120000.00"),
    ("OB-01", "Обучение персонала", "service", "день", "45000.00"),
]
SUBJECTS = ["Стеллажи для склада", "Мезонин с лестницами", "Штабелёры", "Полочные стеллажи для архива", "Ремонт стеллажей",
            "Сервисный договор", "Гидравлические тележки", "Перегрузочные платформы", "Оснащение холодного склада",
            "Сетчатые контейнеры", "Консольные стеллажи под трубу", "Переезд склада", "Замена балок", "Аудит склада"]  # fmt: skip
STAGES = [("lead", 20, "10%"), ("qualified", 22, "25%"), ("offer", 26, "50%"), ("contract", 14, "80%"),
          ("won", 28, "100%"), ("lost", 14, "0%")]  # fmt: skip
REASONS = [
    "Выбрали другого поставщика",
    "Перенесли на следующий год",
    "Не прошли по бюджету",
    "Перестали отвечать",
]
RESULTS = ["Просят расчёт с монтажом и отсрочку 30 дней", "Согласовали спецификацию, ждём подписи", "Перезвонить после совещания",
           "Отправлено предложение, вопросы по срокам", "Показали склад, договорились о замере", "Скидку не обсуждали"]  # fmt: skip

TAGS = {
    "Тендер": "#b3541e", "Холодный склад": "#1f6f8b", "Мезонин": "#6a4c93", "Постоянный": "#2b7a4b",
    "Отсрочка": "#8a6d1d", "Лизинг": "#7a3b69",
}  # fmt: skip
LEAD_FIRMS = [
    "«Пекарня на Садовой»", "ИП Никифоров", "«Север-Инструмент»", "Детский сад № 18",
    "«Вектор Логистика»", "Склад-магазин «Ремонт»", "«Зоомир»", "Теплицы «Росток»",
    "«Медтехника-Плюс»", "Колледж связи", "«Лесопилка Бор»", "Маркетплейс «Полка»",
]  # fmt: skip
NEEDS = ["Стеллажи на склад", "Нужен штабелёр", "Полки в архив", "Мезонин под мелкий товар", "Тележки для магазина",
         "Перегрузочный мост", "Консоли под доску", "Ремонт после наезда"]  # fmt: skip
WISHES = [
    "Склад 600 м², высота 7 м. Хотят до конца квартала.",
    "Прислали план, просят замер и расчёт с монтажом.",
    "Сравнивают с двумя поставщиками, важна отсрочка.",
    "Звонили по объявлению, подробностей нет.",
    "Паллеты 1200×800, до 1 т на ячейку, RAL 5005",
]
TASKS = {
    "call": ["Перезвонить и уточнить сроки", "Узнать, кто принимает решение", "Спросить про оплату"],
    "meeting": ["Выезд на замер", "Показать образцы на складе"],
    "mail": ["Отправить предложение", "Отправить каталог и прайс"],
    "task": ["Посчитать нагрузку на пол", "Запросить карточку предприятия"],
}


def inn(draw: random.Random, person: bool) -> str:
    """A number of the right length whose check digits fit (order of the Federal Tax Service, 2012)."""

    def check(digits: Sequence[int], weights: Sequence[int]) -> int:
        return sum(d * w for d, w in zip(digits, weights, strict=True)) % 11 % 10

    digits = [9, 9, *(draw.randrange(10) for _ in range(8 if person else 7))]
    if not person:
        return "".join(map(str, [*digits, check(digits, (2, 4, 10, 3, 5, 9, 4, 6, 8))]))
    digits.append(check(digits, (7, 2, 4, 10, 3, 5, 9, 4, 6, 8)))
    digits.append(check(digits, (3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)))
    return "".join(map(str, digits))


BANKS = [
    ("ПАО «Северный торговый банк», г. Рябинск", "049901731"), ("АО «Волжский промышленный банк», г. Лучегорск", "049902745"),
    ("АО «Банк Степной», г. Заречье", "049903758"), ("ПАО «Уральский кредит», г. Каменка", "049904762"),
]  # fmt: skip
TOWNS = ["г. Рябинск", "г. Лучегорск", "г. Заречье", "г. Каменка"]

REGIONS = {
    "г. Рябинск": ("обл", "Рябинская", "UTC+3", 412000),
    "г. Лучегорск": ("край", "Лучегорский", "UTC+5", 780000),
    "г. Заречье": ("обл", "Рябинская", "UTC+3", 96000),
    "г. Каменка": ("обл", "Степная", "UTC+4", 153000),
}
"""Of each town the type and name of its region, its time and how many live there."""


def keyed_account(bank: str, head: str, tail: str) -> str:
    """An account of 20 digits with its check digit: ``head`` of eight, ``tail`` of eleven."""
    written = [int(sign) for sign in f"{head}0{tail}"]
    written[8] = account_key(written, [int(sign) for sign in bank])
    return "".join(map(str, written))


def bank_of(draw: random.Random) -> Row:
    """An invented bank with an account in it; the codes begin as no real ones do."""
    name, code = draw.choice(BANKS)
    return {
        "bank": name,
        "bik": code,
        "account": keyed_account(code, "40702810", f"{draw.randrange(10**11):011}"),
        "corr_account": keyed_account(code, "30101810", f"00000000{code[-3:]}"),
    }


def ogrn(draw: random.Random, person: bool) -> str:
    """A registration number of the right length with its check digit."""
    digits = [3 if person else 1, 9, 9, *(draw.randrange(10) for _ in range(11 if person else 9))]
    return "".join(map(str, [*digits, ogrn_key(digits)]))


def signer(number: int, name: str) -> Row:
    """Who signs for a company and with what powers, the same whatever else is drawn; an entrepreneur signs alone."""
    draw = random.Random(1000 + number)
    if name.startswith("ИП "):
        return {
            "kpp": "",
            "ogrn": ogrn(draw, True),
            **bank_of(draw),
            "director": name.removeprefix("ИП "),
            "director_post": "индивидуальный предприниматель",
            "basis": "свидетельство о государственной регистрации",
        }
    woman = draw.random() < 0.4
    first, middle = draw.choice(WOMEN if woman else MEN)
    post = draw.choice(
        ["генеральный директор", "генеральный директор", "директор", "исполнительный директор"]
    )
    powers = f"доверенность № {draw.randrange(1, 90)} от 12.01.2026"
    return {
        "kpp": f"99{draw.randrange(100):02}01001",
        "ogrn": ogrn(draw, False),
        **bank_of(draw),
        "director": f"{draw.choice(LAST)}{'а' if woman else ''} {first} {middle}",
        "director_post": post,
        "basis": powers if post.startswith("исп") else "Устав",
    }


def organizations() -> list[Row]:
    """Whose name stands on invoices: an invented seller of racks."""
    draw = random.Random(20261124)
    digits = [9, 9, 0, 1, 2, 3, 4, 5, 6]
    return [
        {
            "name": SELLER,
            "inn": "".join(map(str, [*digits, inn_key(digits, 10)])),
            "kpp": "990101001",
            "ogrn": ogrn(draw, False),
            "city": "Рябинск",
            "address": "г. Рябинск, Складской пр., 2, стр. 15",
            "phone": "+7 900 000-01-01",
            "email": "sales@example.com",
            "vat_rate": "22%",
            **bank_of(draw),
            "director": "Ветров Андрей Павлович",
            "director_post": "генеральный директор",
            "basis": "Устав",
            "accountant": "Сомова Инна Олеговна",
        }
    ]


def phone(draw: random.Random) -> str:
    """A telephone number of a range that no operator serves."""
    return f"+7 900 000-{draw.randrange(100):02}-{draw.randrange(100):02}"


def departments() -> list[Row]:
    return [
        {"name": name, "parent.name": parent, "organization.name": SELLER} for name, parent, _ in DEPARTMENTS
    ]


def users() -> list[Row]:
    return [
        {
            "login": login,
            "name": name,
            "email": f"{login}@example.com",
            "department.name": unit,
            "language": "ru",
        }
        for login, name, unit, _ in PEOPLE
    ]


def user_roles() -> list[Row]:
    return [{"user.login": login, "role.name": role} for login, _, _, role in PEOPLE]


def cities() -> list[Row]:
    return [
        {
            "address": town, "city": town.removeprefix("г. "), "region_type": kind, "region": region,
            "country": "Россия", "timezone": zone, "population": str(people),
        }
        for town, (kind, region, zone, people) in REGIONS.items()
    ]  # fmt: skip


def companies(draw: random.Random) -> list[Row]:
    return [
        {
            "name": name,
            "inn": inn(draw, name.startswith("ИП ")),
            "industry": industry,
            "owner.login": MANAGERS[index % len(MANAGERS)],
            "city.address": TOWNS[index % len(TOWNS)],
            "address": f"{TOWNS[index % len(TOWNS)]}, {draw.choice(STREETS)}, {draw.randrange(1, 90)}",
            "phone": phone(draw),
            "website": f"company-{index + 1:02}.example.com" if draw.random() < 0.7 else "",
            "key_account": "true" if draw.random() < 0.2 else "false",
            "discount": draw.choice(["", "", "", "3%", "5%", "10%"]),
            "tags": draw_tags(index),
            "notes": "",
            **signer(index, name),
        }
        for index, (name, industry) in enumerate(COMPANIES)
    ]


def draw_tags(number: int) -> str:
    """Words for about every third company, the same whatever else is drawn."""
    draw = random.Random(number)
    return "; ".join(sorted(draw.sample(list(TAGS), draw.choice([1, 1, 2])))) if number % 3 == 0 else ""


def contacts(draw: random.Random) -> list[Row]:
    rows: list[Row] = []
    taken: set[str] = set()
    for company, _ in COMPANIES:
        for _ in range(draw.choice([1, 1, 2, 2, 3])):
            woman = draw.random() < 0.45
            first, middle = draw.choice(WOMEN if woman else MEN)
            name = f"{draw.choice(LAST)}{'а' if woman else ''} {first} {middle}"
            if name in taken:
                continue
            taken.add(name)
            rows.append(
                {
                    "name": name,
                    "company.name": company,
                    "position": draw.choice(POSITIONS),
                    "phone": phone(draw),  # moved to its own table by `contact_phones`
                    "email": f"contact-{len(rows) + 1:03}@example.com",
                    "decides": "true" if draw.random() < 0.4 else "false",
                }
            )
    return rows


def contact_phones(people: list[Row]) -> list[Row]:
    """The number of each contact, of some a second one; taken out of the contacts themselves."""
    draw = random.Random(20261121)
    rows: list[Row] = []
    for person in people:
        rows.append(
            {"contact.name": person["name"], "kind": "mobile", "phone": person.pop("phone"), "note": ""}
        )
        if draw.random() < 0.35:
            note = draw.choice(["", "приёмная", "доб. 104", "склад, до 17:00"])
            rows.append({"contact.name": person["name"], "kind": "work", "phone": phone(draw), "note": note})
    return rows


def leads(people: list[Row], orders: list[Row]) -> tuple[list[Row], list[Row]]:
    """Enquiries with their numbers: free ones, those in work, refused ones, and those some deals came out of."""
    draw = random.Random(20261122)
    rows: list[Row] = []
    phones: list[Row] = []
    taken: set[str] = set()
    converted = draw.sample([order for order in orders if order["stage"] not in ("won", "lost")], 9)
    kinds = ["new"] * 8 + ["work"] * 14 + ["refused"] * 7 + ["converted"] * len(converted)
    for number, kind in enumerate(kinds):
        order = converted[number - (len(kinds) - len(converted))] if kind == "converted" else None
        woman = draw.random() < 0.45
        first, middle = draw.choice(WOMEN if woman else MEN)
        person = f"{draw.choice(LAST)}{'а' if woman else ''} {first} {middle}"
        firm = order["company.name"] if order else draw.choice(LEAD_FIRMS)
        subject = f"{draw.choice(NEEDS)}: {firm}"
        if subject in taken:
            subject = f"{subject}, повторно ({number})"
        taken.add(subject)
        back = TODAY + timedelta(days=draw.randrange(-2, 9))
        rows.append(
            {
                "name": subject,
                "company_name": firm,
                "contact_name": person,
                "job": draw.choice(POSITIONS),
                "email": f"lead-{number + 1:03}@example.com" if draw.random() < 0.7 else "",
                "source": draw.choice(["site", "site", "call", "advice", "exhibition"]),
                "budget": f"{draw.randrange(8, 240) * 10_000}.00" if draw.random() < 0.6 else "",
                "interest": str(draw.randrange(2, 6)) if kind != "new" else "",
                "need": draw.choice(WISHES),
                "owner.login": order["owner.login"]
                if order
                else ""
                if kind == "new"
                else draw.choice(MANAGERS),
                "callback_at": f"{back.isoformat()}T{draw.randrange(6, 14):02}:30:00Z"
                if kind == "work"
                else "",
                "tags": draw.choice(list(TAGS)) if draw.random() < 0.4 else "",
                "stage": kind,
                "refusal_reason": draw.choice(REASONS) if kind == "refused" else "",
                "company.name": order["company.name"] if order else "",
                "contact.name": order["contact.name"] if order else "",
            }
        )
        for _ in range(draw.choice([1, 1, 2])):
            phones.append(
                {"lead.name": subject, "kind": draw.choice(["mobile", "work"]), "phone": phone(draw)}
            )
        if order is not None:
            order["lead.name"] = subject
    return rows, phones


def products() -> list[Row]:
    return [
        {
            "code": code,
            "name": name,
            "kind": kind,
            "unit": unit,
            "price": price,
            "active": "true",
            "barcode": _inner_code(number) if kind == "goods" else "",
        }
        for number, (code, name, kind, unit, price) in enumerate(PRODUCTS, 1)
    ]


def _inner_code(number: int) -> str:
    """A bar code of the kind that shops give themselves (GS1: those beginning with 2)."""
    digits = f"20000{number:07}"
    return digits + check_digit(digits)


def deals(draw: random.Random, people: list[Row], firms: list[Row]) -> list[Row]:
    owner = {firm["name"]: firm["owner.login"] for firm in firms}
    rows: list[Row] = []
    told: dict[str, int] = {}
    stages = [(stage, chance) for stage, count, chance in STAGES for _ in range(count)]
    draw.shuffle(stages)
    for stage, chance in stages:
        firm = COMPANIES[draw.randrange(len(COMPANIES))][0]
        known = [person["name"] for person in people if person["company.name"] == firm]
        name = f"{draw.choice(SUBJECTS)}: {firm}"
        told[name] = told.get(name, 0) + 1
        opened = TODAY - timedelta(days=draw.randrange(3, 300))
        closed = stage in ("won", "lost")
        closes = (
            opened + timedelta(days=draw.randrange(20, 90))
            if closed
            else TODAY + timedelta(days=draw.randrange(-6, 70))
        )
        rows.append(
            {
                "name": name if told[name] == 1 else f"{name}, {told[name]}-я очередь",
                "company.name": firm,
                "contact.name": draw.choice(known) if known else "",
                "owner.login": owner[firm] if draw.random() < 0.8 else draw.choice(MANAGERS),
                "seller.name": SELLER,
                "stage": stage,
                "probability": chance,
                "opened_on": opened.isoformat(),
                "closes_on": max(closes, opened).isoformat(),
                "source": draw.choice(["site", "call", "advice", "exhibition", "repeat"]),
                "lost_reason": draw.choice(REASONS) if stage == "lost" else "",
            }
        )
    return _in_stages(sorted(rows, key=lambda row: (row["opened_on"], row["name"])))


def _in_stages(rows: list[Row]) -> list[Row]:
    """The deals with the moment since which each is in its stage: most within its norm, some far beyond."""
    draw = random.Random(20261123)
    for row in rows:
        opened, closes = date.fromisoformat(row["opened_on"]), date.fromisoformat(row["closes_on"])
        days = (
            draw.randrange(0, LONGEST.get(row["stage"], 1)) if draw.random() < 0.85 else draw.randrange(0, 40)
        )
        since = closes if row["stage"] in ("won", "lost") else TODAY - timedelta(days=days)
        clock = f"{draw.randrange(9, 18):02}:{draw.randrange(0, 60):02}"
        row["stage_since"] = f"{min(max(since, opened), TODAY).isoformat()}T{clock}"
    return rows


def deal_items(draw: random.Random, orders: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for order in orders:
        if order["stage"] == "lead" and draw.random() < 0.5:
            continue
        for code, _, _, unit, price in draw.sample(PRODUCTS, draw.choice([1, 2, 3, 3, 4, 5])):
            dear = float(price) > 40_000
            quantity = draw.randrange(1, 5) if dear else draw.randrange(1, 30) * (10 if unit == "шт." else 1)
            rows.append(
                {
                    "deal.name": order["name"],
                    "product.code": code,
                    "quantity": str(quantity),
                    "price": price,
                    "discount": draw.choice(["", "", "", "5%", "10%"]),
                }
            )
    return rows


def activities(draw: random.Random, orders: list[Row]) -> list[Row]:
    rows: list[Row] = []
    for order in orders:
        for _ in range(draw.choice([0, 1, 1, 2, 3])):
            done = order["stage"] in ("won", "lost") or draw.random() < 0.55
            start = date.fromisoformat(order["opened_on"])
            day = (
                start + timedelta(days=draw.randrange(0, 18))
                if done
                else TODAY + timedelta(days=draw.randrange(-3, 20))
            )
            kind = draw.choice(["call", "call", "meeting", "mail", "task"])
            subject = {"call": "Звонок", "meeting": "Встреча", "mail": "Письмо", "task": "Задача"}[kind]
            at = datetime(day.year, day.month, day.day, draw.randrange(6, 15), draw.choice([0, 15, 30, 45]))
            rows.append(
                {
                    "subject": f"{subject}: {order['name']}",
                    "kind": kind,
                    "about.name": f"deal:{order['name']}",
                    "owner.login": order["owner.login"],
                    "status": "done" if done else "planned",
                    "due_at": at.isoformat() + "Z",
                    "held_on": min(day, TODAY).isoformat() if done else "",
                    "duration": f"PT{draw.randrange(1, 18) * 5}M"
                    if done and kind in ("call", "meeting")
                    else "",
                    "result": draw.choice(RESULTS) if done else "",
                }
            )
    return rows


def other_activities(enquiries: list[Row], people: list[Row]) -> list[Row]:
    """Activities about leads, contacts and companies."""
    draw = random.Random(20261123)
    rows: list[Row] = []
    about = [(f"lead:{each['name']}", each["owner.login"]) for each in enquiries if each["stage"] == "work"]
    about += [(f"contact:{each['name']}", draw.choice(MANAGERS)) for each in draw.sample(people, 8)]
    about += [(f"company:{name}", draw.choice(MANAGERS)) for name, _ in draw.sample(COMPANIES, 8)]
    for target, login in about:
        done = draw.random() < 0.4
        day = TODAY + timedelta(days=draw.randrange(-20, 0) if done else draw.randrange(0, 12))
        kind, subject = draw.choice(list(TASKS.items()))
        rows.append(
            {
                "subject": draw.choice(subject),
                "kind": kind,
                "about.name": target,
                "owner.login": login,
                "status": "done" if done else "planned",
                "due_at": f"{day.isoformat()}T{draw.randrange(6, 15):02}:00:00Z",
                "held_on": day.isoformat() if done else "",
                "duration": "PT20M" if done and kind == "call" else "",
                "result": draw.choice(RESULTS) if done else "",
            }
        )
    return rows


def tables() -> dict[str, list[Row]]:
    """Every file's rows, by entity, in the order in which they are loaded."""
    draw = random.Random(20261120)
    firms = companies(draw)
    people = contacts(draw)
    orders = deals(draw, people, firms)
    items = deal_items(draw, orders)
    tasks = activities(draw, orders)
    numbers = contact_phones(people)
    enquiries, their_numbers = leads(people, orders)
    orders = [{**order, "lead.name": order.get("lead.name", "")} for order in orders]
    makers: dict[str, Callable[[], list[Row]]] = {
        "organization": organizations,
        "department": departments,
        "user": users,
        "user_role": user_roles,
        "tag": lambda: [{"name": name, "color": color} for name, color in TAGS.items()],
        "city": cities,
        "company": lambda: firms,
        "contact": lambda: people,
        "contact_phone": lambda: numbers,
        "lead": lambda: enquiries,
        "lead_phone": lambda: their_numbers,
        "product": products,
        "deal": lambda: orders,
        "deal_item": lambda: items,
        "activity": lambda: [*tasks, *other_activities(enquiries, people)],
    }
    return {entity: make() for entity, make in makers.items()}


def text(rows: list[Row]) -> str:
    """Rows as a CSV file: a header, comma, quotes only where needed, a line feed after each line."""
    out = io.StringIO()
    writer = csv.DictWriter(out, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    for entity, rows in tables().items():
        (FOLDER / f"{entity}.csv").write_text(text(rows), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
