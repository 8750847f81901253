"""The contract of supply in English, clause by clause the Russian one."""

from __future__ import annotations

from scripts.doc_templates.contract_words import BLANK, Deed
from scripts.doc_templates.invoice_words import ENGLISH

_SECTIONS = (
    (
        "Subject of the contract",
        (
            "The Supplier undertakes to transfer goods into the ownership of the Buyer, and the Buyer to accept and pay "
            "for them: “{{ deal.name }}”. {% if deal.items %}The names, quantities and prices of the goods are stated in the "
            "specification (Appendix No. 1), which is an integral part of this contract.{% else %}The names, quantities and "
            "prices of the goods are stated in specifications that the Parties sign to this contract.{% endif %}",
            "The Supplier warrants that the goods are its property, are not pledged or under arrest, and are free from any "
            "rights of third parties.",
        ),
    ),
    (
        "Price and payment",
        (
            "The price of the contract is {{ deal.amount|money }} ({{ deal.amount|words }})PRICE_TAX.",
            "The Buyer pays for the goods against the Supplier’s invoice within 5 (five) banking days of its date, unless "
            "the specification provides otherwise.",
            "Payment is made on the day when the money is credited to the Supplier’s account.",
        ),
    ),
    (
        "Time and manner of delivery",
        (
            "{% if deal.closes_on %}The Supplier delivers the goods not later than {{ deal.closes_on|date('long') }}"
            "{% else %}The Supplier delivers the goods within 30 (thirty) calendar days of payment{% endif %} to the "
            "address of the Buyer{% if deal.company.address %}: {{ deal.company.address }}{% endif %}, unless another "
            "place is named in the specification.",
            "The goods are accepted by quantity and appearance on delivery, against a signed delivery note.",
            "Title to the goods and the risk of their accidental loss pass to the Buyer on delivery.",
        ),
    ),
    (
        "Quality and warranty",
        (
            "The quality of the goods conforms to the manufacturer’s specifications and to mandatory requirements of law.",
            "The warranty period is 12 (twelve) months from delivery, unless the manufacturer grants a longer one. Defects "
            "for which the Supplier is responsible are remedied within 20 (twenty) working days of the claim.",
        ),
    ),
    (
        "Liability",
        (
            "For a delay in delivery or payment the Party in default pays, upon written demand, a penalty of 0.1% of the "
            "value of the goods not delivered or not paid for in time for each day of delay, up to 10% of that value.",
            "Neither Party is liable for a failure caused by force majeure, provided that it has notified the other Party "
            "within 5 (five) working days.",
        ),
    ),
    (
        "Disputes",
        (
            "The Parties settle disputes by negotiation. A claim is answered within 15 (fifteen) working days of receipt.",
            "A dispute that is not settled is referred to the commercial court at the place of the defendant.",
        ),
    ),
    (
        "Term and miscellaneous",
        (
            "The contract takes effect on the day of signing and is in force until the Parties have performed all of their "
            "obligations.",
            "Amendments are valid in writing, signed by both Parties. Documents sent by e-mail or through an operator of "
            "electronic documents are valid until the originals are exchanged.",
            "The contract is made in two copies of equal force, one for each of the Parties.",
        ),
    ),
)
CONTRACT = Deed(
    invoice=ENGLISH,
    title="Supply contract",
    number="No. ",
    town="",
    roles=("Supplier", "Buyer"),
    acting=f"{{{{ SIDE.name|default('{BLANK}') }}}}, hereinafter the “ROLE”, represented by "
    f"{{{{ SIDE.director|default('{BLANK}') }}}}, {{{{ SIDE.director_post|lower|default('General Director') }}}}, "
    "acting on the basis of: {{ SIDE.basis|default('the Articles of Association') }}",
    preamble="SELLER, of the one part, and BUYER, of the other part, together the “Parties”, have concluded this contract "
    "as follows.",
    sections=_SECTIONS,
    tax=("including", "VAT", "VAT is not charged"),
    requisites="Addresses, bank details and signatures of the Parties",
    words={
        "inn": "Tax No. ", "kpp": "Reg. code ", "ogrn": "Registration No. ", "account": "Account ",
        "corr_account": "Corr. account ", "bik": "Bank code ", "phone": "Tel. ",
    },
    post="General Director",
    seal="Seal",
    appendix="Appendix No. 1",
    appendix_to="to supply contract No. {{ doc.number }} dated {{ doc.date|date('long') }}",
    specification="SPECIFICATION",
    columns=("No.", "Goods", "Quantity", "Unit", "Price", "VAT", "Amount"),
    result="Lines: {{ deal.items|count }}, to the amount of",
)  # fmt: skip
