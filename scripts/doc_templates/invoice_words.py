"""What an invoice says, in Russian and in English."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an invoice says in one language."""

    language: str
    title: str
    heading: str
    seller: str
    buyer: str
    ground: str
    tax_number: str
    registration: str
    columns: tuple[str, ...]
    one: str
    discount: str
    total: str
    free: str
    """In the column of the rate, of a line without VAT."""
    tax: str
    """Before the rate, in the totals."""
    no_tax: str
    due: str
    count: str
    note: str
    director: str
    accountant: str
    page: str
    of: str
    signed: str
    payment: tuple[tuple[str, str], ...] = ()
    """Lines of the bank's block where it is not that of a Russian payment order: word, field."""


RUSSIAN = Words(
    language="ru",
    title="Счёт на оплату",
    heading="Счёт на оплату № {{ doc.number }} от {{ doc.date|date('long') }}",
    seller="Поставщик",
    buyer="Покупатель",
    ground="Основание",
    tax_number="ИНН",
    registration="КПП",
    columns=("№", "Товары (работы, услуги)", "Кол-во", "Ед.", "Цена", "НДС", "Сумма"),
    one="усл.",
    discount="скидка",
    total="Итого:",
    free="Без\N{NO-BREAK SPACE}НДС",
    tax="В том числе НДС",
    no_tax="Без налога (НДС):",
    due="Всего к оплате:",
    count="Всего наименований {{ deal.items|count or 1 }}, на сумму {{ (deal.items_total if deal.items else deal.amount)|money }}",
    note="Счёт действителен в течение 5 банковских дней. Оплата счёта означает согласие с условиями поставки. "
    "Товар отпускается после поступления денег на расчётный счёт поставщика.",
    director="{{ deal.seller.director_post|capital|default('Руководитель') }}",
    accountant="Главный бухгалтер",
    page="Стр.",
    of="из",
    signed="М. П.",
)
ENGLISH = Words(
    language="en",
    title="Invoice",
    heading="Invoice No. {{ doc.number }} dated {{ doc.date|date('long') }}",
    seller="Seller",
    buyer="Buyer",
    ground="Reference",
    tax_number="Tax No.",
    registration="Reg. code",
    columns=("No.", "Goods and services", "Quantity", "Unit", "Price", "VAT", "Amount"),
    one="item",
    discount="discount",
    total="Total:",
    free="No\N{NO-BREAK SPACE}VAT",
    tax="Including VAT",
    no_tax="VAT is not charged:",
    due="Amount due:",
    count="Lines: {{ deal.items|count or 1 }}, to the amount of {{ (deal.items_total if deal.items else deal.amount)|money }}",
    note="This invoice is valid for 5 banking days. Payment means acceptance of the terms of delivery. "
    "Goods are released when the money has reached the seller’s account.",
    director="Director",
    accountant="Chief accountant",
    page="Page",
    of="of",
    signed="Seal",
    payment=(
        ("Beneficiary", "name"),
        ("Account", "account"),
        ("Bank", "bank"),
        ("Bank code", "bik"),
        ("Correspondent account", "corr_account"),
        ("Tax No.", "inn"),
    ),
)
