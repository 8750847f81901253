"""The contract as HTML for PDF: the texts are those of the Word template."""

from __future__ import annotations

from scripts.doc_templates.contract_words import DAY, Deed, hand_of
from scripts.doc_templates.pages import PAGE, item_rows, items_table, sum_row

_SERIF = "'Times New Roman', 'Liberation Serif', Times, 'DejaVu Serif', serif"
_STYLE = """h1 { font-size: 14pt; text-align: center; margin-bottom: 3mm; }
h2 { font-size: 11pt; text-align: center; margin: 3.5mm 0 1.8mm; break-after: avoid; }
.place { display: flex; justify-content: space-between; margin-bottom: 4mm; }
.clause { text-align: justify; margin-bottom: 1.1mm; orphans: 2; widows: 2; }
.preamble { text-align: justify; text-indent: 10mm; }
.sides { table-layout: fixed; break-inside: avoid; }
.sides td { padding: 1mm 4mm 1mm 0; width: 50%; }
.sides .role { font-weight: bold; padding-bottom: 1mm; }
.sides .hand td { height: 9mm; vertical-align: bottom; }
.sides .hand img { margin-bottom: -8mm; }
.sides small { display: block; font-size: 9pt; color: #595959; }
.appendix { break-before: page; }
.appendix .no { text-align: right; }
.appendix h2 { font-size: 13pt; margin: 5mm 0 3mm; }
.result { text-align: justify; margin: 3mm 0 5mm; }
.items { font-size: 10.5pt; }"""


def contract_page(deed: Deed) -> str:
    """The template of the contract's PDF."""
    parts = [
        f"<h1>{deed.heading}</h1>",
        f'<p class="place"><span>{deed.place}</span><span>{DAY}</span></p>',
        f'<p class="preamble">{deed.parties}</p>',
    ]
    for number, name, clauses in deed.clauses():
        parts.append(f"<h2>{number}. {name}</h2>")
        parts += [f'<p class="clause">{number}.{index}. {text}</p>' for index, text in enumerate(clauses, 1)]
    parts += [
        f'<div class="close"><h2>{len(deed.sections) + 1}. {deed.requisites}</h2>',
        _sides(deed),
        "</div>",
        "{% if deal.items %}",
        _appendix(deed),
        "{% endif %}",
    ]
    return PAGE.format(
        language=deed.invoice.language,
        title=deed.title,
        font=_SERIF,
        size="11pt",
        line="1.2",
        page=deed.invoice.page,
        of=deed.invoice.of,
        style=_STYLE,
        body="\n".join(parts),
    )


def _requisites(deed: Deed, role: str, who: str) -> str:
    lines = "\n".join(
        f"{{% if {who}.{value} %}}<div>{name}{{{{ {who}.{value}{more} }}}}</div>{{% endif %}}"
        for name, value, more in deed.lines()
    )
    return f'<td><div class="role">{role}</div>\n<div><b>{{{{ {who}.name }}}}</b></div>\n{lines}</td>'


def _sides(deed: Deed) -> str:
    sides = deed.sides()
    hands = "<td>{{ deal.seller.director_signature|size(height='12mm') }}{{ deal.seller.stamp|size('34mm') }}</td><td></td>"
    return "\n".join(
        (
            '<table class="sides">',
            f"<tr>{''.join(_requisites(deed, role, who) for role, who in sides)}</tr>",
            f"<tr>{''.join(f'<td>{deed.post_of(who)}</td>' for _, who in sides)}</tr>",
            f'<tr class="hand">{hands}</tr>',
            f"<tr>{''.join(f'<td>{hand_of(who)}<small>{deed.seal}</small></td>' for _, who in sides)}</tr>",
            "</table>",
        )
    )


def _appendix(deed: Deed) -> str:
    sums = sum_row(deed.invoice.total, "{{ deal.items_total|money('') }}")
    lines = "".join(
        f'<td><div class="role">{role}</div><br>{hand_of(who)}</td>' for role, who in deed.sides()
    )
    return "\n".join(
        (
            '<div class="appendix">',
            f'<p class="no">{deed.appendix}<br>{deed.appendix_to}</p>',
            f"<h2>{deed.specification}</h2>",
            items_table(deed.columns, item_rows(deed.invoice.discount, deed.invoice.free), sums),
            f'<div class="close"><p class="result">{deed.summary}</p>',
            f'<table class="sides"><tr>{lines}</tr></table></div>',
            "</div>",
        )
    )
