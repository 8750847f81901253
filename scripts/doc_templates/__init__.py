"""Makes the Word and HTML templates of ``doc_templates/`` and the copies that stand in the examples.

``python -m scripts.doc_templates`` writes them; with ``--check`` it only says which are not what the code makes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from scripts.doc_templates import contract_en, contract_ru
from scripts.doc_templates.contract import contract_document
from scripts.doc_templates.contract_page import contract_page
from scripts.doc_templates.invoice import invoice_document
from scripts.doc_templates.invoice_words import ENGLISH, RUSSIAN
from scripts.doc_templates.pages import invoice_page
from scripts.doc_templates.word import packed

ROOT = Path(__file__).parents[2]
STARTERS = ROOT / "doc_templates"
EXAMPLE = ROOT / "examples" / "crm" / "documents"


def made() -> Mapping[str, bytes]:
    """The templates by the names of their files."""
    return {
        "invoice.docx": packed(invoice_document(RUSSIAN)),
        "invoice_en.docx": packed(invoice_document(ENGLISH)),
        "contract.docx": packed(contract_document(contract_ru.CONTRACT)),
        "contract_en.docx": packed(contract_document(contract_en.CONTRACT)),
        "invoice.html": invoice_page(RUSSIAN).encode(),
        "invoice_en.html": invoice_page(ENGLISH).encode(),
        "contract.html": contract_page(contract_ru.CONTRACT).encode(),
        "contract_en.html": contract_page(contract_en.CONTRACT).encode(),
    }


def wanted() -> Mapping[Path, bytes]:
    """Every file there should be: the templates, and those of the example, which are the same."""
    return {folder / name: data for name, data in made().items() for folder in (STARTERS, EXAMPLE)}
