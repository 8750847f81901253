"""What tests need, made in one line: definitions, a resolved model of a small sales system."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from metamodel.definitions import KINDS, Document
from metamodel.identity import identify
from metamodel.model import Model
from metamodel.parse import parse_files
from metamodel.resolve import resolve

ROOT = Path(__file__).parent.parent

SAMPLE: Mapping[str, str] = {
    "solution.yaml": """
        name: sales
        label: {ru: Продажи, en: Sales}
    """,
    "entities/company.yaml": """
        name: company
        label: {ru: Компания, en: Company}
        label_many: {ru: Компании, en: Companies}
        fields:
          - {name: name, type: text, required: true, label: {ru: Название, en: Name}}
          - {name: inn, type: text, unique: true, format: "[0-9]{10}|[0-9]{12}", label: {ru: ИНН, en: Tax number}}
          - {name: owner, type: user, default: me, inverse: companies}
          - {name: city, type: text}
          - {name: vip, type: boolean, default: "false"}
          - {name: discount, type: percent, min: 0, max: 1}
          - {name: staff, type: integer, min: 0}
          - {name: founded, type: date}
          - {name: notes, type: long_text}
          - {name: won_total, type: rollup, formula: "SUM(deals.amount WHERE stage = 'won')"}
          - {name: deal_count, type: rollup, formula: "COUNT(deals)"}
    """,
    "entities/product.yaml": """
        name: product
        label: {ru: Товар, en: Product}
        label_many: {ru: Товары, en: Products}
        title: "{code} {name}"
        fields:
          - {name: code, type: text, required: true, unique: true, max_length: 20}
          - {name: name, type: text, required: true}
          - {name: price, type: money, currency: RUB}
          - {name: weight, type: decimal, scale: 3}
          - {name: active, type: boolean, default: "true"}
    """,
    "entities/deal.yaml": """
        name: deal
        label: {ru: Сделка, en: Deal}
        label_many: {ru: Сделки, en: Deals}
        title: "{number} {name}"
        fields:
          - {name: number, type: number_series, format: "Д-{year}-{seq:05}", by: opened_on, restart: year}
          - {name: name, type: text, required: true, label: {ru: Название, en: Name}}
          - {name: company, type: link, to: company, on_delete: restrict, inverse: deals}
          - {name: owner, type: user, default: me}
          - {name: amount, type: money, currency: RUB, copy: items_total}
          - {name: probability, type: percent}
          - {name: expected, type: formula, formula: "amount * probability"}
          - {name: opened_on, type: date, default: "today()"}
          - {name: closes_on, type: date}
          - {name: lost_reason, type: text, required_if: "stage = 'lost'"}
          - name: source
            type: choice
            choices: [{name: site, label: {ru: Сайт, en: Website}, color: blue}, {name: call, label: {ru: Звонок, en: Call}}]
          - {name: margin, type: money}
          - {name: items, type: children, of: deal_item, through: deal}
          - {name: items_total, type: rollup, formula: "SUM(items.amount)"}
          - {name: city, type: lookup, path: company.city}
          - {name: last_result, type: rollup, formula: "LAST(activities.result BY held_at WHERE status = 'done')"}
        stages:
          field: stage
          pipelines:
            - name: sales
              stages:
                - {name: lead, label: {ru: Обращение, en: Lead}}
                - {name: offer, label: {ru: Предложение, en: Offer}}
                - {name: won, kind: won}
                - {name: lost, kind: lost}
        constraints:
          - {check: "amount >= 0", message: {ru: Сумма не может быть отрицательной, en: Amount must not be negative}}
          - {check: "closes_on >= opened_on"}
          - {unique: [company, name]}
    """,
    "entities/deal_item.yaml": """
        name: deal_item
        label: {ru: Позиция, en: Item}
        title: "{product}"
        fields:
          - {name: deal, type: link, to: deal, required: true}
          - {name: product, type: link, to: product, required: true, options: "active", inverse: sold}
          - {name: quantity, type: decimal, scale: 3, default: "1", required: true}
          - {name: price, type: money, copy: product.price}
          - {name: amount, type: formula, formula: "ROUND(quantity * price, 2)"}
        constraints:
          - {check: "quantity > 0"}
    """,
    "entities/activity.yaml": """
        name: activity
        label: {ru: Дело, en: Activity}
        title: "{subject}"
        fields:
          - {name: subject, type: text, required: true}
          - {name: deal, type: link, to: deal, inverse: activities, on_delete: clear}
          - {name: company, type: link, to: company, inverse: activities, copy: deal.company, on_delete: cascade}
          - {name: owner, type: user, default: me}
          - name: status
            type: choice
            default: "'planned'"
            choices: [{name: planned}, {name: done}]
          - {name: held_at, type: datetime}
          - {name: result, type: long_text}
    """,
    "roles/head.yaml": """
        name: head
        label: {ru: Руководитель, en: Head}
        grants:
          - {entity: company, actions: [read, create, update, delete], fields: all}
          - {entity: product, actions: [read, create, update, delete], fields: all}
          - {entity: deal, actions: [read, update, move, delete], rows: "owner.department IN my.departments", fields: all}
          - {entity: deal, actions: [create], fields: all}
          - {entity: activity, actions: [read, create, update, delete], fields: all}
          - {entity: user, actions: [read], fields: [login, name, department]}
          - {entity: department, actions: [read], fields: all}
    """,
    "roles/manager.yaml": """
        name: manager
        label: {ru: Менеджер, en: Manager}
        parent: head
        grants:
          - {entity: company, actions: [read, create], fields: all}
          - {entity: product, actions: [read], fields: all}
          - {entity: deal, actions: [read], rows: "owner = me", fields: {all_but: [margin]}}
          - {entity: deal, actions: [update, move], rows: "owner = me", check: "owner = me", stages: [lead, offer], fields: {all_but: [margin, owner]}}
          - {entity: deal, actions: [create], check: "owner = me", fields: {all_but: [margin, probability]}}
          - {entity: deal, actions: [show], rows: "owner = me AND stage = 'won'", fields: [margin]}
          - {entity: activity, actions: [read, create, update], rows: "owner = me", check: "owner = me", fields: all}
          - {entity: user, actions: [read], fields: [login, name]}
    """,
    "views/open_deals.yaml": """
        name: open_deals
        label: {ru: В работе, en: Open}
        entity: deal
        columns: [number, name, company, company.city, stage, amount]
        filter: "stage NOT IN ('won', 'lost')"
        sort: [-amount, name]
    """,
    "menu.yaml": """
        items:
          - {label: {ru: Продажи, en: Sales}, items: [{entity: deal}, {view: open_deals}, {entity: company}]}
          - {entity: product}
          - {entity: activity}
    """,
}
"""A small sales system with every field type: companies, deals with items and activities, products, two roles."""


def files(changes: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """The files of the sample, some of them replaced, added, or (None) left out."""
    merged = {**SAMPLE, **(changes or {})}
    return {path: text for path, text in merged.items() if text is not None}


@cache
def system_document() -> Document:
    """The definitions of the system's own solution."""
    folder = ROOT / "core" / "system"
    found = {p.relative_to(folder).as_posix(): p.read_text(encoding="utf-8") for p in folder.rglob("*.yaml")}
    return parse_files(found)


def together(*documents: Document) -> Document:
    """One document of several."""
    return Document(**{kind: sum((getattr(d, kind) for d in documents), ()) for kind in KINDS})


def document(changes: Mapping[str, str | None] | None = None) -> Document:
    """The sample's and the system's definitions, with uids."""
    return identify(together(system_document(), parse_files(files(changes))))


def model(changes: Mapping[str, str | None] | None = None, *, version: int = 1) -> Model:
    """The resolved model of the sample, with some of its files changed."""
    return resolve(document(changes), version)
