"""The sample sales system with documents of deals: an invoice with numbers in Word and HTML, a letter without, an act of
what is won."""

from __future__ import annotations

import io
from pathlib import Path

import docx

from core.access.actor import system_actor
from core.records import create, update
from core.storage.templates import keep_template, sha256_of
from core.storage.workspace import Transaction, Workspace
from metamodel.model import Model
from tests import factories
from tests.sites import install, settings

HTML = """<!doctype html><html lang="ru"><body><h1>Счёт № {{ doc.number }} от {{ doc.date }}</h1>
<p>{{ name }}, {{ company.name }} {{ company.inn }}</p>
<table>{% for i in items %}<tr><td>{{ i.product }}</td><td>{{ i.quantity }}</td><td>{{ i.amount }}</td></tr>{% endfor %}</table>
<p>{{ amount }} {{ margin }}</p></body></html>""".encode()
LETTER = b"<!doctype html><html lang='ru'><body><p>{{ name }}: {{ company }}</p></body></html>"
BROKEN = b"<!doctype html><html lang='ru'><body><p>{{ name }} {{ (name ~ name)|date }}</p></body></html>"


def word_template() -> bytes:
    """The invoice in Word: always the same bytes."""
    made = docx.Document()
    made.core_properties.author = "Kubik"
    made.add_paragraph("Счёт № {{ doc.number }}")
    made.add_paragraph("{{ name }}, {{ company.name }}")
    whole = io.BytesIO()
    made.save(whole)
    return whole.getvalue()


WORD = word_template()
TEMPLATES = (HTML, LETTER, BROKEN, WORD)


def changes() -> dict[str, str | None]:
    """Files of the sample with documents, and the right to print them: managers their own deals, heads those they see."""
    print_own = '          - {entity: deal, actions: [print, bill, bill_next, stamp, hand_over, act_now, close], rows: "owner = me"}\n'
    manager = factories.SAMPLE["roles/manager.yaml"].rstrip(" \n") + "\n" + print_own
    head = factories.SAMPLE["roles/head.yaml"].rstrip(" \n") + "\n" + print_own.replace("owner = me", "true")
    return {
        "roles/manager.yaml": manager,
        "roles/head.yaml": head,
        **ACTIONS,
        "documents/invoice.yaml": f"""
            name: invoice
            label: {{ru: Счёт, en: Invoice}}
            entity: deal
            language: ru
            number: {{format: "С-{{year}}-{{seq:04}}", restart: year}}
            file_name: "Счёт {{number}} {{company}}"
            templates:
              - {{file: invoice.docx, sha256: {sha256_of(WORD)}}}
              - {{file: invoice.html, sha256: {sha256_of(HTML)}}}
        """,
        "documents/letter.yaml": f"""
            name: letter
            label: {{ru: Письмо, en: Letter}}
            entity: deal
            when: "company IS NOT NULL"
            templates: [{{file: letter.html, sha256: {sha256_of(LETTER)}}}]
        """,
        "documents/act.yaml": f"""
            name: act
            label: {{ru: Акт, en: Act}}
            entity: deal
            stages: [won]
            number: {{format: "{{seq}}"}}
            templates: [{{file: act.html, sha256: {sha256_of(BROKEN)}}}]
        """,
    }


def _action(name: str, *steps: str, when: str = "true") -> str:
    listed = "".join(f"  - {step}\n" for step in steps)
    return f'name: {name}\nentity: deal\nwhere: [card, row]\nwhen: "{when}"\nsteps:\n{listed}'


INVOICE = "{do: print, document: invoice}"
ACTIONS = {
    "actions/bill.yaml": _action(
        "bill", "{do: set, values: {margin: '88'}, as: system}", "{do: set, values: {name: \"name || '!'\"}}",
        "{do: move, to: offer}", INVOICE, when="stage = 'lead'",
    ),
    "actions/bill_next.yaml": _action(
        "bill_next",
        "{name: next, do: create, entity: deal, values: {name: \"name || '+'\", company: company}, "
        "rows: {items: {of: items, values: {product: product, quantity: quantity}}}}",
        "{do: print, document: invoice, of: next}", "{do: print, document: letter}",
    ),
    "actions/stamp.yaml": _action("stamp", "{do: set, values: {lost_reason: \"'x'\"}}", INVOICE),
    "actions/hand_over.yaml": _action("hand_over", "{do: set, values: {owner: 'null'}, as: system}", INVOICE),
    "actions/act_now.yaml": _action("act_now", "{do: set, values: {lost_reason: \"'x'\"}}", "{do: print, document: act}"),
    "actions/close.yaml": _action("close", "{do: move, to: won}", "{do: print, document: act}"),
}  # fmt: skip
"""Buttons that issue documents: of the record as they leave it, of one they make, and those that cannot be."""


def model() -> Model:
    """The resolved model."""
    return factories.model(changes())


def fill(url: str, home: Path) -> dict[str, str]:
    """The installation with four people (`tests.sites.PEOPLE`), a company, and deals of Mark (1 to 3), whom
    Helen heads, and Nina (4); tokens."""
    tokens = install(url, home, model())
    workspace = Workspace.open(settings(url, home))
    workspace.remember(model())
    try:

        def write(tx: Transaction) -> None:
            for content in TEMPLATES:
                keep_template(tx, content)
            system = system_actor()
            sales = create(tx, system, "department", {"name": "Sales"}).id
            company = create(tx, system, "company", {"name": "ООО «Ёлка»", "inn": "7707083893"}).id
            product = create(tx, system, "product", {"code": "R", "name": "Стойка", "price": "500"}).id
            people = {p: {"by": {"login": p}} for p in ("mark", "nina")}
            for each in (2, 3):
                update(tx, system, "user", each, {"department": sales})
            for number, owner in enumerate(("mark", "mark", "mark", "nina"), start=1):
                items = [{"product": product, "quantity": number}]
                values = {
                    "name": f"Поставка {number}",
                    "company": company,
                    "owner": people[owner],
                    "items": items,
                    "margin": 77,
                }
                create(tx, system, "deal", values)

        workspace.write(write)
    finally:
        workspace.close()
    return tokens
