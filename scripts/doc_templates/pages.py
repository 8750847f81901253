"""The same invoice as HTML for PDF: the texts are those of the Word template; and what pages have in common."""

from __future__ import annotations

from html import escape

from scripts.doc_templates.invoice import (
    BUYER,
    FREE,
    SELLER,
    SELLERS,
    TAXED,
    TOTAL,
    contacts_of,
    ground_of,
    party_of,
    rate_of,
)
from scripts.doc_templates.invoice_words import Words

PAGE = """<!DOCTYPE html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
@page {{
  size: A4; margin: 14mm 15mm 18mm 20mm;
  @bottom-left {{ content: string(heading); font: 7.5pt {font}; color: #595959; }}
  @bottom-right {{ content: "{page} " counter(page) " {of} " counter(pages); font: 7.5pt {font}; color: #595959; }}
}}
body {{ font: {size} {font}; line-height: {line}; margin: 0; color: #000; }}
h1, h2, p {{ margin: 0; }}
h1 {{ string-set: heading content(); }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ padding: 0.6mm 1.5mm; vertical-align: top; text-align: left; font-weight: normal; }}
.pale {{ color: #595959; }}
.end {{ text-align: right; }}
.middle {{ text-align: center; }}
.items {{ table-layout: fixed; }}
.items th, .items .line td {{ border: 0.5pt solid #404040; }}
.items th {{ background: #f2f2f2; font-weight: bold; text-align: center; vertical-align: middle; }}
.items tr {{ break-inside: avoid; }}
.items .kept {{ break-inside: avoid; }}
.items .sum td {{ text-align: right; font-weight: bold; }}
.items .name {{ overflow-wrap: break-word; }}
.close {{ break-before: avoid; break-inside: avoid; }}
{style}
</style>
</head>
<body>
{body}
</body>
</html>
"""
_SANS = "Arial, 'Liberation Sans', Helvetica, 'DejaVu Sans', sans-serif"
_INVOICE_STYLE = """h1 { font-size: 14pt; line-height: 1.25; margin: 5mm 0 3mm; padding-bottom: 1.5mm; border-bottom: 1.5pt solid #000; }
.logo { margin-bottom: 2mm; }
.sender { font-size: 11pt; font-weight: bold; }
.bank { margin-top: 3mm; table-layout: fixed; }
.bank td { border: 0.5pt solid #404040; }
.bank small { display: block; font-size: 7.5pt; color: #595959; }
.bank .open { border-bottom: none; }
.bank .under { border-top: none; }
.parties { margin-bottom: 4mm; }
.parties td { padding-left: 0; }
.parties td:first-child { width: 25mm; color: #595959; }
.words { font-size: 10pt; font-weight: bold; margin: 0.5mm 0 2mm; padding-bottom: 1.5mm; border-bottom: 1.5pt solid #000; }
.note { font-size: 8pt; color: #595959; margin-bottom: 4mm; }
.count { margin-top: 3mm; }
.sign { position: relative; table-layout: fixed; }
.sign td { height: 13mm; vertical-align: bottom; padding-left: 0; }
.sign .hand { border-bottom: 0.5pt solid #404040; text-align: center; }
.sign .who { padding-left: 2mm; }
.sign .seal { vertical-align: middle; text-align: center; color: #595959; }"""


def invoice_page(words: Words) -> str:
    """The template of the invoice's PDF."""
    body = "\n".join(
        (
            "{% if deal.seller.logo %}<p class=\"logo\">{{ deal.seller.logo|size(height='14mm') }}</p>{% endif %}",
            '<p class="sender">{{ deal.seller.name }}</p>',
            f'<p class="pale">{contacts_of()}</p>',
            _bank(words),
            f"<h1>{words.heading}</h1>",
            _parties(words),
            items_table(words.columns, _invoice_rows(words), _sums(words)),
            _close(words),
        )
    )
    return PAGE.format(
        language=words.language,
        title=escape(words.title),
        font=_SANS,
        size="9pt",
        line="1.2",
        page=words.page,
        of=words.of,
        style=_INVOICE_STYLE,
        body=body,
    )


def _bank(words: Words) -> str:
    if words.language == "en":
        rows = "".join(
            f'<tr><td class="pale" style="width: 52mm">{name}</td><td>{{{{ deal.seller.{value} }}}}</td></tr>\n'
            for name, value in words.payment
        )
        return f'<table class="bank">\n{rows}</table>'
    return """<table class="bank">
<colgroup><col style="width: 52mm"><col style="width: 52mm"><col style="width: 16mm"><col></colgroup>
<tr><td colspan="2" rowspan="2">{{ deal.seller.bank }}<small>Банк получателя</small></td>
<td>БИК</td><td class="open">{{ deal.seller.bik }}</td></tr>
<tr><td>Сч.\N{NO-BREAK SPACE}№</td><td class="under">{{ deal.seller.corr_account }}</td></tr>
<tr><td>ИНН {{ deal.seller.inn }}</td><td>КПП {{ deal.seller.kpp }}</td>
<td rowspan="2">Сч.\N{NO-BREAK SPACE}№</td><td rowspan="2">{{ deal.seller.account }}</td></tr>
<tr><td colspan="2">{{ deal.seller.name }}<small>Получатель</small></td></tr>
</table>"""


def _parties(words: Words) -> str:
    lines = (
        (words.seller, f"<b>{{{{ {SELLER}.name }}}}</b>{party_of(words, SELLER)}"),
        (words.buyer, f"<b>{{{{ {BUYER}.name }}}}</b>{party_of(words, BUYER)}"),
        (words.ground, ground_of(words)),
    )
    rows = "".join(f"<tr><td>{name}:</td><td>{value}</td></tr>\n" for name, value in lines)
    return f'<table class="parties">\n{rows}</table>'


def items_table(names: tuple[str, ...], rows: str, sums: str) -> str:
    """The table of items, its head on each page."""
    widths = ("9mm", "auto", "17mm", "14mm", "26mm", "17mm", "31mm")
    columns = "".join(f'<col style="width: {width}">' for width in widths)
    head = "".join(f"<th>{name}</th>" for name in names)
    return (
        f'<table class="items">\n<colgroup>{columns}</colgroup>\n<thead><tr>{head}</tr></thead>\n<tbody>\n'
        f"{rows}\n{sums}\n</tbody>\n</table>"
    )


_KEPT = '</tbody><tbody class="kept">'


def _row(number: str, name: str, quantity: str, unit: str, price: str, rate: str, amount: str) -> str:
    return (
        f'<tr class="line"><td class="middle">{number}</td><td class="name">{name}</td><td class="end">{quantity}</td>'
        f'<td class="middle">{unit}</td><td class="end">{price}</td><td class="middle">{rate}</td><td class="end">{amount}</td></tr>'
    )


def item_rows(discount: str, free: str) -> str:
    """The last row stands in one group with the totals."""
    name = "{{ item.product }}{% if item.discount %}, " + discount + " {{ item.discount|percent }}{% endif %}"
    item = _row(
        "{{ loop.index }}",
        name,
        "{{ item.quantity|number }}",
        "{{ item.product.unit }}",
        "{{ item.price|money('') }}",
        rate_of("item.vat_rate", free),
        "{{ item.amount|money('') }}",
    )
    return f"{{% for item in deal.items %}}{{% if loop.last %}}{_KEPT}{{% endif %}}\n{item}\n{{% endfor %}}"


def _invoice_rows(words: Words) -> str:
    amount = "{{ deal.amount|money('') }}"
    whole = _row("1", "{{ deal.name }}", "1", words.one, amount, rate_of(SELLERS, words.free), amount)
    return (
        f"{item_rows(words.discount, words.free)}\n{{% if not deal.items %}}{_KEPT}\n{whole}\n{{% endif %}}"
    )


def sum_row(name: str, value: str) -> str:
    """A line of the totals."""
    return f'<tr class="sum"><td colspan="6">{name}</td><td>{value}</td></tr>'


def _sums(words: Words) -> str:
    return "\n".join(
        (
            sum_row(words.total, f"{{{{ {TOTAL}|money('') }}}}"),
            f"{{% for rate, lines in {TAXED}|groupby('vat_rate') %}}",
            sum_row(f"{words.tax} {{{{ rate|percent }}}}:", "{{ lines|sum(attribute='vat')|money('') }}"),
            "{% endfor %}",
            f"{{% if not deal.items and {SELLERS} is not none %}}",
            sum_row(
                f"{words.tax} {{{{ {SELLERS}|percent }}}}:", f"{{{{ deal.amount|vat({SELLERS})|money('') }}}}"
            ),
            "{% endif %}",
            f"{{% if {FREE} %}}",
            sum_row(words.no_tax, "–"),
            "{% endif %}",
            sum_row(words.due, f"{{{{ {TOTAL}|money('') }}}}"),
        )
    )


def _close(words: Words) -> str:
    seal = f"{{% if deal.seller.stamp %}}{{{{ deal.seller.stamp|size('36mm') }}}}{{% else %}}{words.signed}{{% endif %}}"

    def line(post: str, hand: str, who: str, more: str = "") -> str:
        return (
            f"<tr><td>{post}</td><td class=\"hand\">{{{{ deal.seller.{hand}|size(height='12mm') }}}}</td>"
            f'<td class="who">{{{{ {who}|initials }}}}</td>{more}</tr>'
        )

    return "\n".join(
        (
            '<div class="close">',
            f'<p class="count">{words.count}</p>',
            f'<p class="words">{{{{ {TOTAL}|words|capital }}}}</p>',
            f'<p class="note">{words.note}</p>',
            '<table class="sign">',
            line(
                words.director,
                "director_signature",
                "deal.seller.director",
                f'<td class="seal" rowspan="2">{seal}</td>',
            ),
            line(
                words.accountant, "accountant_signature", "(deal.seller.accountant or deal.seller.director)"
            ),
            "</table>",
            "</div>",
        )
    )
