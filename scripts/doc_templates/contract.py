"""The contract of supply as a Word template: preamble, terms, requisites in two columns, specification."""

from __future__ import annotations

from scripts.doc_templates.contract_words import DAY, SIDES, Deed, hand_of
from scripts.doc_templates.invoice import rate_of
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
CLAUSE = Look(align="both", after=60, line=259)
HEADING = Look(align="center", before=200, after=100, keep_next=True)
COLUMNS = (567, 3245, 1100, 780, 1430, 1000, TEXT_WIDTH - 567 - 3245 - 1100 - 780 - 1430 - 1000)
HALVES = (TEXT_WIDTH // 2, TEXT_WIDTH - TEXT_WIDTH // 2)


def contract_document(deed: Deed) -> Document:
    """The whole template."""
    body = [
        paragraph(run(deed.heading, bold=True, size=14), look=Look(align="center", after=120)),
        paragraph(deed.place, tab(), DAY, look=Look(after=200, stops=(("right", TEXT_WIDTH),))),
        paragraph(deed.parties, look=Look(align="both", after=60, line=259, first=567)),
    ]
    for number, name, clauses in deed.clauses():
        body.append(paragraph(run(f"{number}. {name}", bold=True), look=HEADING))
        body += [paragraph(f"{number}.{index}. {text}", look=CLAUSE) for index, text in enumerate(clauses, 1)]
    body.append(paragraph(run(f"{len(deed.sections) + 1}. {deed.requisites}", bold=True), look=HEADING))
    body += [_sides(deed), *_specification(deed)]
    return Document(
        title=deed.title,
        language=deed.invoice.language,
        font="Times New Roman",
        size=11,
        body=tuple(body),
        footer=_footer(deed),
    )


def _requisites(deed: Deed, role: str, who: str) -> Cell:
    """One side's column; lines without a value are left out."""
    keep = Look(keep_next=True)

    lines = (
        paragraph(run(role, bold=True), look=Look(after=60, keep_next=True)),
        paragraph(run(f"{{{{ {who}.name }}}}", bold=True), look=keep),
        *(
            paragraph(f"{{%p if {who}.{value} %}}")
            + paragraph(f"{name}{{{{ {who}.{value}{more} }}}}", look=keep)
            + paragraph("{%p endif %}")
            for name, value, more in deed.lines()
        ),
    )
    return Cell(content="".join(lines), sides="")


def _signature_rows(deed: Deed) -> tuple[Row, ...]:
    """Posts, room for the hand and the seal, lines with the names: on one page with the requisites."""
    keep = Look(keep_next=True)
    marks = "{{ deal.seller.director_signature|size(height='12mm') }}{{ deal.seller.stamp|size('34mm') }}"
    posts = [cell(deed.post_of(who), look=keep, sides="") for who in SIDES]
    lines = [
        Cell(
            content=paragraph(hand_of(who), look=keep) + paragraph(run(deed.seal, color=GREY, size=9)),
            sides="",
        )
        for who in SIDES
    ]
    hands = (cell(marks, look=keep, sides="", valign="bottom"), cell(look=keep, sides=""))
    return row(*posts), row(*hands, height=mm(9)), row(*lines)


def _sides(deed: Deed) -> str:
    return table(
        HALVES,
        (row(*(_requisites(deed, role, who) for role, who in deed.sides())), *_signature_rows(deed)),
        padding=0,
        air=60,
    )


def _specification(deed: Deed) -> tuple[str, ...]:
    """Appendix 1, on a page of its own, only where there are items."""
    return (
        paragraph("{%p if deal.items %}"),
        paragraph(deed.appendix, look=Look(align="right", keep_next=True, new_page=True)),
        paragraph(deed.appendix_to, look=Look(align="right", keep_next=True)),
        paragraph(
            run(deed.specification, bold=True, size=13),
            look=Look(align="center", before=240, after=160, keep_next=True),
        ),
        _items(deed),
        paragraph(
            deed.summary, look=Look(align="both", before=160, after=240, keep_next=True, keep_lines=True)
        ),
        _signatures(deed),
        paragraph("{%p endif %}"),
    )


def _item(deed: Deed, *, last: bool) -> Row:
    end, middle = Look(align="right", keep_next=last), Look(align="center", keep_next=last)
    name = f"{{{{ item.product }}}}{{% if item.discount %}}, {deed.invoice.discount}\N{NO-BREAK SPACE}{{{{ item.discount|percent }}}}{{% endif %}}"
    return row(
        cell("{{ loop.index }}", look=middle),
        cell(name, look=Look(keep_next=last)),
        cell("{{ item.quantity|number }}", look=end),
        cell("{{ item.product.unit }}", look=middle),
        cell("{{ item.price|money('') }}", look=end),
        cell(rate_of("item.vat_rate", deed.invoice.free), look=middle),
        cell("{{ item.amount|money('') }}", look=end),
    )


def _items(deed: Deed) -> str:
    head = [
        cell(run(name, bold=True), look=Look(align="center", keep_next=True), valign="center", shade="F2F2F2")
        for name in deed.columns
    ]
    total = Look(align="right", keep_next=True)
    return table(
        COLUMNS,
        (
            row(*head, head=True),
            control("{%tr for item in deal.items %}", 7),
            control("{%tr if loop.last %}", 7),
            _item(deed, last=True),
            control("{%tr else %}", 7),
            _item(deed, last=False),
            control("{%tr endif %}", 7),
            control("{%tr endfor %}", 7),
            row(
                cell(run(deed.invoice.total, bold=True), look=total, span=6, sides=""),
                cell(run("{{ deal.items_total|money('') }}", bold=True), look=total, sides=""),
            ),
        ),
    )


def _signatures(deed: Deed) -> str:
    cells = [
        Cell(
            content=paragraph(run(role, bold=True), look=Look(after=240, keep_next=True))
            + paragraph(hand_of(who)),
            sides="",
        )
        for role, who in deed.sides()
    ]
    return table(HALVES, (row(*cells),), padding=0)


def _footer(deed: Deed) -> str:
    return paragraph(
        run(deed.footer, size=8, color=GREY),
        tab(),
        run(f"{deed.invoice.page} ", size=8, color=GREY),
        field("PAGE", size=8, color=GREY),
        run(f" {deed.invoice.of} ", size=8, color=GREY),
        field("NUMPAGES", size=8, color=GREY),
        look=Look(stops=(("right", TEXT_WIDTH),)),
    )
