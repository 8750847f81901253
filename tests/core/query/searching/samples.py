"""A small business whose texts are hard to find, written through records."""

from __future__ import annotations

import textwrap
from datetime import date
from decimal import Decimal
from typing import Any

from core import records
from core.access.actor import system_actor
from core.storage.workspace import Workspace
from tests.factories import SAMPLE

YEAR = 2026

COMPANIES = (
    "ООО «Ромашка»", "Ромашка ООО", "ИП Петров П. П.", "1С:Предприятие", "АО Стеллаж-Сервис", "OOO Bacилёк",
    "Ёлочные игрушки", "Иванов и сыновья", "Яндекс", "Cities & Companies Ltd",
)  # fmt: skip
NAMES = (
    "Поставка стеллажей", "Стеллаж складской", "Монтаж стеллажами", "Ремонт погрузчика", "Аренда погрузчиков",
    "Company car", "Счёт 12-34/5", "Ёж и ёлка", "А123ВС", "Тел. 8 (495) 123-45-67", "Иван Чай", "Складов на 5 т",
)  # fmt: skip
QUERIES = (
    "ромашка", "РОМАШК", "ромашками", "ООО «Ромашка»", "ooo", "ИП", "1с", "1С", "ип петров", "hjvfirf", "стеллажи",
    "стеллаж", "погрузчиками", "елка", "ёжик", "city", "companies", "12-34/5", "34", "123ВС", "A123BC", "84951234567",
    "+7 495 123-45-67", "4951234567", "495 123", "45-67", "34 56", "иванов", "иван", "склад", "поставка ромашка", "ремонт яндекс",
    "zyltrc", "б", "п", "и сыновья", "%", "«»", "стеллаж-сервис", "васил", "предприятие 1с", "5 т", "нет такого", "город", "василькам", f"д-{YEAR}-00012", "00012",
)  # fmt: skip


ROLES = """
    name: clerk
    label: {ru: Конторщик, en: Clerk}
    grants:
      - {entity: deal, actions: [read], rows: "amount > 50", fields: {all_but: [lost_reason]}}
      - {entity: deal, actions: [show], rows: "amount > 80", fields: [lost_reason]}
      - {entity: company, actions: [read], rows: "vip", fields: all}
"""


def model_changes() -> dict[str, str | None]:
    """Deals that are found by their company, too, and a role that sees some of both."""
    deal = textwrap.dedent(SAMPLE["entities/deal.yaml"]).strip() + "\nsearch: [company]\n"
    return {"entities/deal.yaml": deal, "roles/clerk.yaml": ROLES}


def write_sample(workspace: Workspace, rows: int = 60) -> list[dict[str, Any]]:
    """Companies, and deals of theirs; the deals as they were written, with their ids and their numbers."""
    companies = [
        {"name": name, "vip": at % 2 == 0, "city": f"Город {at}"} for at, name in enumerate(COMPANIES)
    ]
    saved = workspace.write(
        lambda tx: records.batch(tx, system_actor(), "company", records.Batch(create=companies))
    ).create
    deals: list[dict[str, Any]] = []
    for at in range(rows):
        deals.append({
            "name": f"{NAMES[at % len(NAMES)]} {at}", "company": saved[at % len(COMPANIES)].id if at % 3 else None,
            "amount": Decimal(at * 100 // rows), "opened_on": date(YEAR, 3, 1),
            "lost_reason": "Ушли к Василькам" if at % 4 == 0 else None,
        })  # fmt: skip
    made = workspace.write(
        lambda tx: records.batch(tx, system_actor(), "deal", records.Batch(create=deals))
    ).create
    return [
        {
            **deal,
            "id": each.id,
            "at": at % len(COMPANIES) if at % 3 else None,
            "number": f"Д-{YEAR}-{at + 1:05}",
        }
        for at, (deal, each) in enumerate(zip(deals, made, strict=True))
    ]


def texts(deal: dict[str, Any], *, clerk: bool) -> list[str] | None:
    """What of a deal may be read, by the system or by a clerk; None when nothing of it."""
    if clerk and deal["amount"] <= 50:
        return None
    found = [deal["name"], deal["number"]]
    if deal["lost_reason"] and (not clerk or deal["amount"] > 80):
        found.append(deal["lost_reason"])
    if deal["at"] is not None and (not clerk or deal["at"] % 2 == 0):
        found += [COMPANIES[deal["at"]], f"Город {deal['at']}"]
    return found
