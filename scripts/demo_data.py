"""Writes the demonstration records of examples/crm: the same files every time it runs.

Every person, company and number is invented. Run it as ``python scripts/demo_data.py`` after changing it and commit
the CSV files; a test compares them with what it would write.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

TODAY = date(2026, 11, 20)
FOLDER = Path(__file__).resolve().parent.parent / "examples" / "crm" / "demo"

Row = dict[str, str]

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


def phone(draw: random.Random) -> str:
    """A telephone number of a range that no operator serves."""
    return f"+7 900 000-{draw.randrange(100):02}-{draw.randrange(100):02}"


def departments() -> list[Row]:
    return [{"name": name, "parent.name": parent} for name, parent, _ in DEPARTMENTS]


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


def companies(draw: random.Random) -> list[Row]:
    return [
        {
            "name": name,
            "inn": inn(draw, name.startswith("ИП ")),
            "industry": industry,
            "owner.login": MANAGERS[index % len(MANAGERS)],
            "address": f"{draw.choice(STREETS)}, {draw.randrange(1, 90)}",
            "phone": phone(draw),
            "website": f"company-{index + 1:02}.example.com" if draw.random() < 0.7 else "",
            "key_account": "true" if draw.random() < 0.2 else "false",
            "discount": draw.choice(["", "", "", "3%", "5%", "10%"]),
            "notes": "",
        }
        for index, (name, industry) in enumerate(COMPANIES)
    ]


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
                    "phone": phone(draw),
                    "email": f"contact-{len(rows) + 1:03}@example.com",
                    "decides": "true" if draw.random() < 0.4 else "false",
                }
            )
    return rows


def products() -> list[Row]:
    return [
        {"code": code, "name": name, "kind": kind, "unit": unit, "price": price, "active": "true"}
        for code, name, kind, unit, price in PRODUCTS
    ]


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
                "stage": stage,
                "probability": chance,
                "opened_on": opened.isoformat(),
                "closes_on": max(closes, opened).isoformat(),
                "source": draw.choice(["site", "call", "advice", "exhibition", "repeat"]),
                "lost_reason": draw.choice(REASONS) if stage == "lost" else "",
            }
        )
    return sorted(rows, key=lambda row: (row["opened_on"], row["name"]))


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
                    "deal.name": order["name"],
                    "company.name": order["company.name"],
                    "owner.login": order["owner.login"],
                    "status": "done" if done else "planned",
                    "due_at": at.isoformat() + "Z",
                    "held_on": min(day, TODAY).isoformat() if done else "",
                    "minutes": str(draw.randrange(1, 18) * 5) if done and kind in ("call", "meeting") else "",
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
    makers: dict[str, Callable[[], list[Row]]] = {
        "department": departments,
        "user": users,
        "user_role": user_roles,
        "company": lambda: firms,
        "contact": lambda: people,
        "product": products,
        "deal": lambda: orders,
        "deal_item": lambda: deal_items(draw, orders),
        "activity": lambda: activities(draw, orders),
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
