"""What a contract of supply says in one language, and the tags that are the same in all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scripts.doc_templates.invoice import SELLERS, TAXED
from scripts.doc_templates.invoice_words import Words

BLANK = "____________________"
SIDES = ("deal.seller", "deal.company")
REQUISITES = ("address", "inn", "kpp", "ogrn", "account", "bank", "corr_account", "bik", "phone", "email")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """The texts of a contract: tags stand in them."""

    invoice: Words
    """What a contract says in the words of an invoice: its language, the table of items, the pages."""
    title: str
    number: str
    """The sign before a number."""
    town: str
    """The word before a town."""
    roles: tuple[str, str]
    """The seller's and the buyer's."""
    acting: str
    """Who concludes, in which role: `SIDE` and `ROLE` stand for them; blanks where nothing is known."""
    preamble: str
    """Who concludes the contract with whom: `SELLER` and `BUYER` stand for what `acting` says of them."""
    sections: tuple[tuple[str, tuple[str, ...]], ...]
    """`PRICE_TAX` stands for the VAT of the price."""
    tax: tuple[str, str, str]
    """How the VAT is told: the word before it, its name, and what is said where none is charged."""
    requisites: str
    words: Mapping[str, str]
    """What stands before a side's requisites; most need none."""
    post: str
    """Instead of the post of who signs, where it is not known."""
    seal: str
    appendix: str
    appendix_to: str
    specification: str
    columns: tuple[str, ...]
    result: str

    @property
    def footer(self) -> str:
        return f"{self.title} {self.number}{{{{ doc.number }}}}"

    @property
    def heading(self) -> str:
        return f"{self.title.upper()} {self.number}{{{{ doc.number }}}}"

    @property
    def place(self) -> str:
        return f"{self.town}{{{{ deal.seller.city|default('{BLANK}') }}}}"

    @property
    def parties(self) -> str:
        """Who concludes the contract with whom."""
        seller, buyer = (self.acting.replace("ROLE", role).replace("SIDE", who) for role, who in self.sides())
        return self.preamble.replace("SELLER", seller).replace("BUYER", buyer)

    def clauses(self) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        """The sections: number, heading, texts."""
        price = tax_of_price(*self.tax)
        for number, (name, clauses) in enumerate(self.sections, 1):
            yield number, name, tuple(clause.replace("PRICE_TAX", price) for clause in clauses)

    def lines(self) -> Iterator[tuple[str, str, str]]:
        """Requisites of a side: word, field, filter; a line without a value is left out."""
        for name in REQUISITES:
            yield self.words.get(name, ""), name, "|phone" if name == "phone" else ""

    @property
    def summary(self) -> str:
        """What all items come to, with their VAT."""
        of_items = tax_of_items(*self.tax)
        return f"{self.result} {{{{ deal.items_total|money }}}} ({{{{ deal.items_total|words }}}}){of_items}."

    def sides(self) -> tuple[tuple[str, str], ...]:
        """Role and record of each."""
        return tuple(zip(self.roles, SIDES, strict=True))

    def post_of(self, who: str) -> str:
        """The post of who signs."""
        return f"{{{{ {who}.director_post|capital|default('{self.post}') }}}}"


DAY = "{{ doc.date|date('long') }}"


def hand_of(who: str) -> str:
    """The line for the hand, with the name."""
    return f"_________________ / {{{{ {who}.director|initials|default('{BLANK}') }}}} /"


def tax_of_items(including: str, tax: str, free: str) -> str:
    """The VAT of the items, rate by rate; ``free`` where none bears any."""
    return (
        f"{{% for rate, lines in {TAXED}|groupby('vat_rate') %}}, {{% if loop.first %}}{including} {{% endif %}}"
        f"{tax} {{{{ rate|percent }}}} – {{{{ lines|sum(attribute='vat')|money }}}}{{% endfor %}}"
        f"{{% if not {TAXED}|list %}}, {free}{{% endif %}}"
    )


def tax_of_price(including: str, tax: str, free: str) -> str:
    """The VAT of the price: that of the items where they make it up."""
    return (
        f"{{% if deal.items and deal.amount == deal.items_total %}}{tax_of_items(including, tax, free)}"
        f"{{% elif {SELLERS} is not none %}}, {including} {tax} {{{{ {SELLERS}|percent }}}} – "
        f"{{{{ deal.amount|vat({SELLERS})|money }}}}{{% else %}}, {free}{{% endif %}}"
    )
