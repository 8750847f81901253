"""The invoice as a Word template: bank block, parties, table of items, totals, sum in words, signatures."""

from __future__ import annotations

from scripts.doc_templates.invoice_words import Words
from scripts.doc_templates.word import (
    TEXT_WIDTH,
    Cell,
    Document,
    Look,
    Row,
    cell,
    control,
    field,
    mm,
    paragraph,
    row,
    run,
    tab,
    table,
)

GREY = "595959"
SELLER, BUYER = "deal.seller", "deal.company"
COLUMNS = (510, 3687, 964, 794, 1361, 964, TEXT_WIDTH - 510 - 3687 - 964 - 794 - 1361 - 964)
SELLERS = "deal.seller.vat_rate"
TAXED = "deal.items|rejectattr('vat_rate', 'none')"
"""The lines that VAT is charged on: 0 % is a rate as well."""

FREE = f"(not {TAXED}|list if deal.items else {SELLERS} is none)"
TOTAL = "(deal.items_total if deal.items else deal.amount)"


def invoice_document(words: Words) -> Document:
    """The whole template."""
    return Document(
        title=words.title,
        language=words.language,
        font="Arial",
        size=9,
        body=(
            *_sender(),
            _bank(words),
            paragraph(
                run(words.heading, bold=True, size=14),
                look=Look(before=280, after=120, rule=True, keep_next=True),
            ),
            _parties(words),
            paragraph(look=Look(after=40)),
            _items(words),
            *_close(words),
        ),
        footer=_footer(words),
    )


def contacts_of() -> str:
    """Where the seller is found."""
    return (
        "{{ deal.seller.address }}{% if deal.seller.phone %}, {{ deal.seller.phone|phone }}{% endif %}"
        "{% if deal.seller.email %}, {{ deal.seller.email }}{% endif %}"
    )


def _sender() -> tuple[str, ...]:
    """Who writes, over the bank's block."""
    return (
        paragraph("{%p if deal.seller.logo %}"),
        paragraph("{{ deal.seller.logo|size(height='14mm') }}", look=Look(after=80)),
        paragraph("{%p endif %}"),
        paragraph(run("{{ deal.seller.name }}", bold=True, size=11)),
        paragraph(run(contacts_of(), color=GREY), look=Look(after=160)),
    )


def _bank(words: Words) -> str:
    """The block a payment order is filled from: banks read it in this order."""
    widths = (mm(52), mm(52), mm(16), TEXT_WIDTH - mm(52) * 2 - mm(16))
    small = Look(before=20)
    if words.language == "en":
        return _beneficiary(words, widths)
    bank = Cell(
        content=paragraph("{{ deal.seller.bank }}")
        + paragraph(run("Банк получателя", color=GREY, size=7.5), look=small),
        span=2,
        merge="restart",
    )
    receiver = Cell(
        content=paragraph("{{ deal.seller.name }}")
        + paragraph(run("Получатель", color=GREY, size=7.5), look=small),
        span=2,
        merge="restart",
    )
    return table(
        widths,
        (
            row(bank, cell("БИК"), cell("{{ deal.seller.bik }}", sides="tlr")),
            row(
                cell(span=2, merge="continue"),
                cell("Сч. №"),
                cell("{{ deal.seller.corr_account }}", sides="lbr"),
            ),
            row(
                cell("ИНН {{ deal.seller.inn }}"),
                cell("КПП {{ deal.seller.kpp }}"),
                cell("Сч. №", merge="restart"),
                cell("{{ deal.seller.account }}", merge="restart"),
            ),
            row(receiver, cell(merge="continue"), cell(merge="continue"), height=500),
        ),
    )


def _beneficiary(words: Words, widths: tuple[int, ...]) -> str:
    """Payment details where there is no Russian payment order."""
    first, rest = widths[0], TEXT_WIDTH - widths[0]
    return table(
        (first, rest),
        [
            row(cell(run(name, color=GREY)), cell(f"{{{{ deal.seller.{value} }}}}"))
            for name, value in words.payment
        ],
    )


def party_of(words: Words, who: str) -> str:
    """Tax numbers, address and telephone of a side, those that are known."""
    return (
        f"{{% if {who}.inn %}}, {words.tax_number} {{{{ {who}.inn }}}}{{% endif %}}"
        f"{{% if {who}.kpp %}}, {words.registration} {{{{ {who}.kpp }}}}{{% endif %}}"
        f"{{% if {who}.address %}}, {{{{ {who}.address }}}}{{% endif %}}"
        f"{{% if {who}.phone %}}, {{{{ {who}.phone|phone }}}}{{% endif %}}"
    )


def ground_of(words: Words) -> str:
    """The deal an invoice is for."""
    since = "от" if words.language == "ru" else "dated"
    return (
        f"{{{{ deal.number }}}}{{% if deal.opened_on %}} {since} {{{{ deal.opened_on|date }}}}{{% endif %}}"
    )


def _parties(words: Words) -> str:
    def line(name: str, *content: str) -> Row:
        return row(cell(run(name + ":", color=GREY), sides=""), cell(*content, sides=""))

    return table(
        (mm(27), TEXT_WIDTH - mm(27)),
        (
            line(words.seller, run("{{ deal.seller.name }}", bold=True), run(party_of(words, SELLER))),
            line(words.buyer, run("{{ deal.company.name }}", bold=True), run(party_of(words, BUYER))),
            line(words.ground, ground_of(words)),
        ),
        padding=0,
    )


def _item(
    number: str, name: str, quantity: str, unit: str, price: str, rate: str, amount: str, *, last: bool
) -> Row:
    """A row; the last one stays with the totals."""
    end, middle = Look(align="right", keep_next=last), Look(align="center", keep_next=last)
    return row(
        cell(number, look=middle),
        cell(name, look=Look(keep_next=last)),
        cell(quantity, look=end),
        cell(unit, look=middle),
        cell(price, look=end),
        cell(rate, look=middle),
        cell(amount, look=end),
    )


def rate_of(rate: str, free: str) -> str:
    """A rate of VAT, or that there is none."""
    return f"{{{{ {rate}|percent|default('{free}') }}}}"


def _items(words: Words) -> str:
    head = [
        cell(run(name, bold=True), look=Look(align="center", keep_next=True), valign="center", shade="F2F2F2")
        for name in words.columns
    ]
    name = (
        "{{ item.product }}{% if item.discount %}, "
        + words.discount
        + "\N{NO-BREAK SPACE}{{ item.discount|percent }}{% endif %}"
    )
    values = (
        "{{ loop.index }}",
        name,
        "{{ item.quantity|number }}",
        "{{ item.product.unit }}",
        "{{ item.price|money('') }}",
        rate_of("item.vat_rate", words.free),
        "{{ item.amount|money('') }}",
    )
    whole = (
        "1",
        "{{ deal.name }}",
        "1",
        words.one,
        "{{ deal.amount|money('') }}",
        rate_of(SELLERS, words.free),
        "{{ deal.amount|money('') }}",
    )
    return table(
        COLUMNS,
        (
            row(*head, head=True),
            control("{%tr for item in deal.items %}", 7),
            control("{%tr if loop.last %}", 7),
            _item(*values, last=True),
            control("{%tr else %}", 7),
            _item(*values, last=False),
            control("{%tr endif %}", 7),
            control("{%tr endfor %}", 7),
            control("{%tr if not deal.items %}", 7),
            _item(*whole, last=True),
            control("{%tr endif %}", 7),
            _sum(words.total, f"{{{{ {TOTAL}|money('') }}}}"),
            control(f"{{%tr for rate, lines in {TAXED}|groupby('vat_rate') %}}", 7),
            _sum(f"{words.tax} {{{{ rate|percent }}}}:", "{{ lines|sum(attribute='vat')|money('') }}"),
            control("{%tr endfor %}", 7),
            control(f"{{%tr if not deal.items and {SELLERS} is not none %}}", 7),
            _sum(
                f"{words.tax} {{{{ {SELLERS}|percent }}}}:", f"{{{{ deal.amount|vat({SELLERS})|money('') }}}}"
            ),
            control("{%tr endif %}", 7),
            control(f"{{%tr if {FREE} %}}", 7),
            _sum(words.no_tax, "–"),
            control("{%tr endif %}", 7),
            _sum(words.due, f"{{{{ {TOTAL}|money('') }}}}"),
        ),
    )


def _sum(name: str, amount: str) -> Row:
    look = Look(align="right", keep_next=True)
    return row(
        cell(run(name, bold=True), look=look, span=6, sides=""),
        cell(run(amount, bold=True), look=look, sides=""),
    )


def _close(words: Words) -> tuple[str, ...]:
    """The sum in words, the note, who signs: all of it on one page."""
    return (
        paragraph(words.count, look=Look(before=160, keep_next=True)),
        paragraph(
            run(f"{{{{ {TOTAL}|words|capital }}}}", bold=True, size=10),
            look=Look(before=20, after=80, rule=True, keep_next=True, keep_lines=True),
        ),
        paragraph(run(words.note, color=GREY, size=8), look=Look(after=200, keep_next=True, keep_lines=True)),
        _signatures(words),
    )


def _signatures(words: Words) -> str:
    """Each with its line; a picture of the signature and the seal stand where they are given."""
    widths = (mm(42), mm(42), mm(42), TEXT_WIDTH - mm(42) * 3)
    keep, end = Look(keep_next=True), Look(align="center")

    def line(post: str, picture: str, person: str, seal: Cell) -> Row:
        return row(
            cell(post, look=keep, sides="", valign="bottom"),
            cell(picture, look=Look(align="center", keep_next=True), sides="b", valign="bottom"),
            cell(person, look=Look(keep_next=True, indent=mm(2)), sides="", valign="bottom"),
            seal,
            height=mm(13),
        )

    mark = f"{{% if deal.seller.stamp %}}{{{{ deal.seller.stamp|size('36mm') }}}}{{% else %}}{words.signed}{{% endif %}}"
    return table(
        widths,
        (
            line(
                words.director,
                "{{ deal.seller.director_signature|size(height='12mm') }}",
                "{{ deal.seller.director|initials }}",
                cell(run(mark, color=GREY), look=end, sides="", merge="restart", valign="center"),
            ),
            line(
                words.accountant,
                "{{ deal.seller.accountant_signature|size(height='12mm') }}",
                "{{ (deal.seller.accountant or deal.seller.director)|initials }}",
                cell(sides="", merge="continue"),
            ),
        ),
        padding=0,
    )


def _footer(words: Words) -> str:
    return paragraph(
        run(words.heading, size=7.5, color=GREY),
        tab(),
        run(f"{words.page} ", size=7.5, color=GREY),
        field("PAGE", size=7.5, color=GREY),
        run(f" {words.of} ", size=7.5, color=GREY),
        field("NUMPAGES", size=7.5, color=GREY),
        look=Look(stops=(("right", TEXT_WIDTH),)),
    )
