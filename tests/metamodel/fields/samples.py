"""Samples of every field type, kept once: values, how each medium writes them, what is refused. Contract tests reuse them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import cache
from typing import Any

from metamodel.expression.durations import span
from metamodel.fields.html import plain_text
from metamodel.fields.link_any import AnyName
from metamodel.fields.operators import constant_text
from metamodel.json_text import JsonValue
from metamodel.model import Entity, Field, Model
from tests import factories

ENTITY = """
name: sample
label: {ru: Образец, en: Sample}
title: "{text}"
fields:
  - {name: text, type: text}
  - {name: code, type: text, format: "[A-Z]{2}-[0-9]+", min_length: 4, max_length: 10, unique: true}
  - {name: long_text, type: long_text}
  - {name: rich_text, type: rich_text}
  - {name: email, type: email}
  - {name: phone, type: phone}
  - {name: url, type: url}
  - {name: integer, type: integer}
  - {name: decimal, type: decimal, scale: 7}
  - {name: money, type: money, currency: RUB}
  - {name: percent, type: percent}
  - {name: rating, type: rating}
  - {name: boolean, type: boolean}
  - {name: date, type: date}
  - {name: datetime, type: datetime}
  - {name: time, type: time}
  - {name: duration, type: duration}
  - name: choice
    type: choice
    choices:
      - {name: site, label: {ru: Сайт, en: Website}}
      - {name: call, label: {ru: Звонок, en: Phone call}}
      - {name: yo, label: {ru: Ёлка, en: Fir}}
      - {name: old, label: {ru: Прежнее, en: Former}, archived: true}
  - name: choices
    type: choices
    choices:
      - {name: vip, label: {ru: Важный, en: Important}}
      - {name: slow, label: {ru: Медленно платит, en: "Pays late, often"}}
      - {name: far, label: {ru: Далеко, en: Far}}
      - {name: gone, label: {ru: Прежнее, en: Former}, archived: true}
  - {name: color, type: color}
  - {name: json, type: json, schema: {not: {type: string, pattern: "^forbidden"}}}
  - {name: link, type: link, to: sample}
  - {name: user, type: user}
  - {name: links, type: links, to: sample}
  - {name: link_any, type: link_any, to: [sample, user]}
  - {name: users, type: users}
  - {name: department, type: department}
  - {name: file, type: file}
  - {name: files, type: files}
  - {name: image, type: image}
  - {name: secret, type: secret}
  - {name: children, type: children, of: sample_row, through: sample}
  - {name: number_series, type: number_series, format: "С-{year}-{seq:05}", by: date, restart: year}
  - {name: inn, type: inn}
  - {name: kpp, type: kpp}
  - {name: ogrn, type: ogrn}
  - {name: ogrnip, type: ogrnip}
  - {name: bik, type: bik}
  - {name: account, type: account, bik: bik}
  - {name: snils, type: snils}
  - {name: barcode, type: barcode, kind: ean13}
  - {name: formula, type: formula, formula: "percent * 2"}
  - {name: lookup, type: lookup, path: link.money}
  - {name: rollup, type: rollup, formula: "SUM(children.amount)"}
"""
ROW = """
name: sample_row
title: "{amount}"
fields:
  - {name: sample, type: link, to: sample, required: true}
  - {name: amount, type: money}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """Of one type: ``values`` inside the engine; ``typed`` (language, text of a form, value); ``wire`` (JSON, value);
    ``refused`` (medium, what was written, code). A choice is written here by its name, not its uid."""

    values: tuple[Any, ...]
    wire: tuple[tuple[Any, Any], ...] = ()
    typed: tuple[tuple[str, str, Any], ...] = ()
    refused: tuple[tuple[str, Any, str], ...] = ()
    blurred: bool = False
    """Whether files and forms hold less than the value: a rich text's words."""
    writable: bool = field(default=True)


_TEXTS = ("а", "Ёлка", "ёлка", "it's \"quoted\"", "<b>&amp;</b>", "'; DROP TABLE deal; --", "0", "=1+1", "ﬁ", "ß", "𝄞", " x ", "a\tb",
          "x" * 1000, "NULL", "%_\\", "e\u0301")  # fmt: skip
_D = Decimal

SAMPLES: Mapping[str, Samples] = {
    "text": Samples(
        values=_TEXTS,
        wire=(("", None), ("ab", "ab"), (None, None), ("   ", None), ("\u00a0\u200b\u2003", None)),
        typed=(("ru", "  Ёлка ", "Ёлка"), ("en", "   ", None)),
        refused=(
            ("json", 5, "KBK3002"), ("json", True, "KBK3002"), ("json", ["a"], "KBK3002"), ("json", "a\0b", "KBK3003"),
            ("json", "a\nb", "KBK3003"), ("json", "\x1b[0m", "KBK3003"), ("json", "\ud800", "KBK3003"),
            ("json", "x" * 1001, "KBK3003"), ("form", "a\x85b", "KBK3003"), ("csv", "a\u2028b", "KBK3003"),
        ),
    ),
    "long_text": Samples(
        values=(*_TEXTS, "one\ntwo\n\n", "\ttab", "y" * 100_000),
        wire=(("a\r\nb\rc", "a\nb\nc"),),
        typed=(("ru", "раз\r\nдва ", "раз\nдва"),),
        refused=(("json", "a\0", "KBK3003"), ("json", 1, "KBK3002"), ("json", "y" * 100_001, "KBK3003"),
                 ("json", "\udfff", "KBK3003"), ("form", "\x07", "KBK3003")),
    ),
    "rich_text": Samples(
        values=("<p>Ёлка</p>", "<h2>План</h2><ul><li>раз</li><li><strong>два</strong></li></ul>", "<p>a &lt;b&gt; &amp; c</p>",
                '<p><a href="https://example.com" rel="noopener nofollow">там</a></p>', '<p><img src="/files/7/план.png"></p>'.replace("план", "plan"),
                "<table><tbody><tr><td>1</td><td>2</td></tr></tbody></table>", "<blockquote><p>" + "слово " * 300 + "</p></blockquote>",
                "<p>раз<br>два</p><hr><pre><code>x = 1</code></pre>"),
        wire=(("", None), ("<p></p>", None), ("<p>\u00a0</p>", None), ("<script>alert(1)</script>", None), ("<p onclick=x()>a</p>", "<p>a</p>"),
              ("<b>a</b><svg onload=alert(1)></svg>", "<b>a</b>"), ('<img src="https://e.vil/x.png">', None), ("<img src=/files/../etc>", None),
              ('<a href="javascript:alert(1)">a</a>', '<a rel="noopener nofollow">a</a>'), ("<p>a</p><style>b{}</style>", "<p>a</p>")),
        typed=(("ru", "<p>раз</p>", "<p>раз</p>"), ("ru", "просто < текст\n\nещё", "<p>просто &lt; текст</p><p>ещё</p>"), ("en", "  ", None)),
        refused=(("json", 1, "KBK3002"), ("json", ["<p>"], "KBK3002"), ("json", "a\0", "KBK3003"), ("json", "x" * 1_000_001, "KBK3003")),
        blurred=True,
    ),
    "email": Samples(
        values=("ivan@example.com", "Ivan.Petrov+crm@example.com", "иван@почта.рф", "o'neil@sub.example.co.uk"),
        wire=(("A@EXAMPLE.COM", "A@example.com"), ("a@ПОЧТА.РФ", "a@почта.рф"), ("a@xn--80a1acny.xn--p1ai", "a@почта.рф"), ("", None)),
        typed=(("ru", " Иван <ivan@Example.com> ", "ivan@example.com"), ("en", "mailto:a@b.ru", "a@b.ru")),
        refused=(
            ("json", "ivan", "KBK3002"), ("json", "a@b", "KBK3002"), ("json", "a b@c.ru", "KBK3002"), ("json", "a@@c.ru", "KBK3002"),
            ("json", ".a@c.ru", "KBK3002"), ("json", "a..b@c.ru", "KBK3002"), ("form", "a@c.ru, b@c.ru", "KBK3002"), ("json", "a@-c.ru", "KBK3002"),
            ("json", "a@c.123", "KBK3002"), ("json", "@c.ru", "KBK3002"), ("json", "a@c..ru", "KBK3002"), ("json", 5, "KBK3002"),
            ("json", "a" * 65 + "@c.ru", "KBK3002"), ("json", "a@b.ru\nBcc: c@d.ru", "KBK3003"), ("json", "<a>@c.ru", "KBK3002"),
        ),
    ),
    "phone": Samples(
        values=("+74951234567", "+74951234567;ext=5", "+78005553535", "+442079460958", "+79161234567", "+12125550123;ext=104"),
        wire=(("+7 (495) 123-45-67", "+74951234567"), ("84951234567", "+74951234567"), ("", None), ("tel:+7-495-123-45-67;ext=5", "+74951234567;ext=5")),
        typed=(
            ("ru", "8 (495) 123-45-67 доб. 5", "+74951234567;ext=5"), ("ru", "8 495 123 45 67 добавочный 12", "+74951234567;ext=12"),
            ("ru", "810 44 20 7946 0958", "+442079460958"), ("ru", "4951234567", "+74951234567"), ("en", "+7.495.123.45.67 ext. 5", "+74951234567;ext=5"),
            ("ru", "8‑916‑123‑45‑67", "+79161234567"), ("ru", "+7 916 123-45-67 вн. 3", "+79161234567;ext=3"),
        ),
        refused=(
            ("json", "112", "KBK3002"), ("json", "позвони", "KBK3002"), ("json", 84951234567, "KBK3002"), ("form", "8 495 123", "KBK3002"),
            ("json", "+999 123 45 67", "KBK3002"), ("form", "8 495 123 45 67 89 01 23", "KBK3002"),
        ),
    ),
    "url": Samples(
        values=("https://example.com", "https://пример.рф/путь?a=1#b", "http://1c-server/base", "mailto:a@b.ru", "tel:+74951234567",
                "ftp://example.com:2121/f", "https://[::1]:8080/x", "https://example.com/a%20b?c=d&e=%D1%8F"),
        wire=(("HTTPS://EXAMPLE.COM/A", "https://example.com/A"), ("example.com", "https://example.com"), ("", None),
              ("http://xn--e1afmkfd.xn--p1ai/", "http://пример.рф/")),
        typed=(("ru", " example.com/путь ", "https://example.com/путь"), ("en", "localhost:8000", "https://localhost:8000"),
               ("ru", "10.0.0.1", "https://10.0.0.1")),
        refused=(
            ("json", "javascript:alert(1)", "KBK3002"), ("json", "JaVaScRiPt:alert(1)", "KBK3002"), ("json", "data:text/html,x", "KBK3002"),
            ("json", "слово", "KBK3002"), ("json", "https://a b", "KBK3002"), ("json", "https://", "KBK3002"), ("json", "vbscript:x", "KBK3002"),
            ("json", "https://user:pw@example.com", "KBK3002"), ("json", "https://exa_mple..com", "KBK3002"), ("json", 'https://a.ru/"x', "KBK3002"),
            ("json", "https://a.ru:99999", "KBK3002"), ("json", "mailto:", "KBK3002"), ("json", 1, "KBK3002"), ("json", "https://a.ru/" + "x" * 2000, "KBK3003"),
        ),
    ),
    "integer": Samples(
        values=(0, 1, -1, 42, 10**18 - 1, -(10**18) + 1),
        wire=(("17", 17), (_D("5"), 5), (5.0, 5), ("1e3", 1000), ("", None), ("-0", 0)),
        typed=(
            ("ru", "1 200", 1200), ("ru", "1\u00a0200\u202f300", 1_200_300), ("en", "1,200", 1200), ("en", "-5", -5),
            ("ru", "−5", -5), ("ru", "5,0", 5), ("en", "+7", 7), ("ru", " ", None),
        ),
        refused=(
            ("json", 10**18, "KBK3003"), ("json", 10**50, "KBK3003"), ("json", 1.5, "KBK3003"), ("json", True, "KBK3002"),
            ("json", float("nan"), "KBK3002"), ("json", float("inf"), "KBK3002"), ("json", "1 200", "KBK3002"),
            ("json", "abc", "KBK3002"), ("json", "1e99", "KBK3003"), ("json", {"a": 1}, "KBK3002"), ("form", "12 р", "KBK3002"),
            ("form", "1.2.3", "KBK3002"), ("form", "٣", "KBK3002"), ("form", "9" * 300, "KBK3002"), ("json", "0x10", "KBK3002"),
            ("json", "1_000", "KBK3002"), ("json", "Infinity", "KBK3002"),
        ),
    ),
    "decimal": Samples(
        values=(_D("0"), _D("0.0000001"), _D("-12345678901.1234567"), _D("99999999999.9999999"), _D("456.78")),
        wire=(("1.5", _D("1.5")), (0.1, _D("0.1")), (3, _D(3)), ("1.50000000000", _D("1.5")), (456.78, _D("456.78"))),
        typed=(
            ("ru", "1 200,50", _D("1200.5")), ("ru", "1200.5", _D("1200.5")), ("en", "1,200.50", _D("1200.5")),
            ("en", "1200.50", _D("1200.5")), ("ru", "1.200,5", _D("1200.5")), ("ru", "0,1", _D("0.1")), ("ru", ",5", _D("0.5")),
            ("en", "1,200,300", _D(1_200_300)), ("en", "12,5", _D("12.5")), ("en", "0,125", _D("0.125")), ("en", "1 200,50", _D("1200.5")), ("en", "1,200", _D(1200)), ("ru", "1'200", _D(1200)),
        ),
        refused=(
            ("json", "0.00000001", "KBK3003"), ("json", 10**11, "KBK3003"), ("json", "1,5", "KBK3002"), ("json", [], "KBK3002"),
            ("form", "1,2,3", "KBK3002"), ("form", "--1", "KBK3002"), ("json", "1" * 41, "KBK3002"), ("json", _D("0." + "1" + "0" * 30 + "1"), "KBK3003"), ("json", _D("1e999999999"), "KBK3003"),
            ("json", _D("1e-999999999"), "KBK3003"), ("json", _D("1" * 5000), "KBK3003"), ("json", _D("0." + "1" * 5000), "KBK3003"),
            ("json", _D("sNaN"), "KBK3002"), ("json", _D("-Infinity"), "KBK3002"),
        ),
    ),
    "money": Samples(
        values=(_D("0.00"), _D("1200.10"), _D("-0.01"), _D("9999999999999999.99")),
        wire=((1200.1, _D("1200.10")), ("7", _D(7))),
        typed=(("ru", "1 200,50 ₽", _D("1200.50")), ("ru", "15 руб.", _D(15)), ("en", "15 RUB", _D(15)), ("en", "1,200.5", _D("1200.5")),
               ("ru", "1\u00a0200,50\u00a0р.", _D("1200.50")), ("ru", "1'200.50", _D("1200.50")), ("en", "₽1,200.50", _D("1200.50")), ("en", "-₽5", _D(-5)),
               ("ru", "−1 200,50 ₽", _D("-1200.50")), ("ru", "1200.5", _D("1200.50")), ("ru", "12.50 руб", _D("12.50")), ("ru", "1 200,50₽", _D("1200.50"))),
        refused=(("json", "1.005", "KBK3003"), ("json", "15 руб.", "KBK3002"), ("json", 10**16, "KBK3003"),
                 ("form", "1.200", "KBK3002"), ("form", "$5", "KBK3002"), ("form", "15 usd", "KBK3002"), ("form", "1.2.3 р", "KBK3002"), ("form", "₽", "KBK3002"), ("form", "12 34,5,6", "KBK3002")),
    ),
    "percent": Samples(
        values=(_D("0.2"), _D("1"), _D("0.1234"), _D("-0.05"), _D("0"), _D("12")),
        wire=((0.2, _D("0.2")), ("0.2", _D("0.2"))),
        typed=(("ru", "20 %", _D("0.2")), ("ru", "20%", _D("0.2")), ("en", "20", _D("0.2")), ("ru", "12,5\u00a0%", _D("0.125")),
               ("en", "0.5%", _D("0.005"))),
        refused=(("json", "20%", "KBK3002"), ("json", 0.12345, "KBK3003"), ("form", "20 %%", "KBK3002")),
    ),
    "rating": Samples(
        values=(0, 1, 5, 3),
        wire=((4, 4), ("2", 2), ("", None)),
        typed=(("ru", "3", 3), ("en", "★★★★☆", 4)),
        refused=(("json", 6, "KBK3003"), ("json", -1, "KBK3003"), ("json", 2.5, "KBK3003"), ("json", "★", "KBK3002"), ("json", True, "KBK3002")),
    ),
    "boolean": Samples(
        values=(True, False),
        typed=(("ru", "да", True), ("ru", "Нет", False), ("en", "YES", True), ("en", "on", True), ("ru", "0", False), ("en", "", None)),
        refused=(("json", 1, "KBK3002"), ("json", "true", "KBK3002"), ("form", "может быть", "KBK3002")),
    ),
    "date": Samples(
        values=(date(2026, 11, 21), date(1, 1, 1), date(9999, 12, 31), date(2024, 2, 29)),
        wire=(("2026-11-21", date(2026, 11, 21)), ("", None)),
        typed=(
            ("ru", "21.11.2026", date(2026, 11, 21)), ("ru", "21.11", date(2026, 11, 21)), ("ru", "1.2.26", date(2026, 2, 1)),
            ("ru", "21 ноября 2026 г.", date(2026, 11, 21)), ("ru", "9 мая", date(2026, 5, 9)), ("ru", "1/2/2026", date(2026, 2, 1)),
            ("en", "11/21/2026", date(2026, 11, 21)), ("en", "21/11/2026", date(2026, 11, 21)), ("en", "Nov 21, 2026", date(2026, 11, 21)),
            ("en", "21 November 2026", date(2026, 11, 21)), ("en", "2026-11-21", date(2026, 11, 21)), ("ru", "5.6.78", date(1978, 6, 5)),
            ("ru", "21.11.26", date(2026, 11, 21)), ("ru", "21 11 2026", date(2026, 11, 21)), ("ru", "21-11", date(2026, 11, 21)), ("ru", "211126", date(2026, 11, 21)),
            ("ru", "21,11", date(2026, 11, 21)), ("ru", "сегодня", date(2026, 11, 21)), ("ru", "Завтра", date(2026, 11, 22)), ("ru", "вчера", date(2026, 11, 20)),
            ("ru", "+3", date(2026, 11, 24)), ("en", "today", date(2026, 11, 21)), ("en", "−1", date(2026, 11, 20)), ("en", "tomorrow", date(2026, 11, 22)),
        ),
        refused=(
            ("json", "21.11.2026", "KBK3002"), ("json", "2026-02-30", "KBK3002"), ("json", 20261121, "KBK3002"),
            ("json", "2026-11-21T00:00:00Z", "KBK3002"), ("form", "31.02.2026", "KBK3002"), ("form", "когда-нибудь", "KBK3002"), ("form", "32 11 2026", "KBK3002"),
            ("json", "0000-01-01", "KBK3002"), ("form", "21 брюмера 2026", "KBK3002"), ("json", "20261121", "KBK3002"), ("json", "today", "KBK3002"), ("json", "+3", "KBK3002"),
        ),
    ),
    "datetime": Samples(
        values=(
            datetime(2026, 11, 21, 11, 30, tzinfo=UTC), datetime(2026, 11, 21, 11, 30, 15, 123456, tzinfo=UTC),
            datetime(1970, 1, 1, tzinfo=UTC), datetime(1900, 6, 1, 12, tzinfo=UTC), datetime(9999, 12, 31, 12, tzinfo=UTC),
        ),
        wire=(
            ("2026-11-21T11:30:00Z", datetime(2026, 11, 21, 11, 30, tzinfo=UTC)),
            ("2026-11-21T14:30:00+03:00", datetime(2026, 11, 21, 11, 30, tzinfo=UTC)),
            ("2026-11-21t11:30:00.5z", datetime(2026, 11, 21, 11, 30, 0, 500_000, tzinfo=UTC)),
        ),
        typed=(
            ("ru", "21.11.2026 14:30", datetime(2026, 11, 21, 11, 30, tzinfo=UTC)),
            ("ru", "2026-11-21T14:30", datetime(2026, 11, 21, 11, 30, tzinfo=UTC)),
            ("ru", "21.11.2026", datetime(2026, 11, 20, 21, 0, tzinfo=UTC)),
            ("ru", "21.11 9:05", datetime(2026, 11, 21, 6, 5, tzinfo=UTC)),
            ("ru", "14:30", datetime(2026, 11, 21, 11, 30, tzinfo=UTC)), ("ru", "завтра 9:00", datetime(2026, 11, 22, 6, 0, tzinfo=UTC)),
            ("en", "2026-11-21 14:30", datetime(2026, 11, 21, 11, 30, tzinfo=UTC)),
        ),
        refused=(
            ("json", "2026-11-21T11:30:00", "KBK3002"), ("json", "2026-11-21", "KBK3002"), ("json", "2026-11-21T25:00:00Z", "KBK3002"),
            ("json", 1_700_000_000, "KBK3002"), ("json", "0001-01-01T00:00:00+14:00", "KBK3002"), ("json", "14:30", "KBK3002"), ("form", "полдень", "KBK3002"),
            ("json", "2026-11-21T11:30:60Z", "KBK3002"), ("json", "2026-11-21T11:30:00+99:00", "KBK3002"),
        ),
    ),
    "time": Samples(
        values=(time(14, 30), time(0, 0), time(23, 59, 59), time(9, 5, 1)),
        wire=(("14:30:00", time(14, 30)), ("14:30", time(14, 30)), ("", None)),
        typed=(
            ("ru", "930", time(9, 30)), ("ru", "9.30", time(9, 30)), ("ru", "9-30", time(9, 30)), ("ru", "9", time(9)), ("ru", "0930", time(9, 30)),
            ("en", "2:30 pm", time(14, 30)), ("en", "12 am", time(0)), ("ru", "9 ч 30 мин", time(9, 30)), ("ru", "23:59:59", time(23, 59, 59)), ("ru", "9,30", time(9, 30)),
        ),
        refused=(
            ("json", "9:30", "KBK3002"), ("json", "24:00:00", "KBK3002"), ("json", "14:30:60", "KBK3002"), ("json", 930, "KBK3002"), ("form", "2575", "KBK3002"),
            ("json", "14:30:00Z", "KBK3002"), ("form", "полдень", "KBK3002"), ("form", "13 pm", "KBK3002"), ("json", "14:30:00.5", "KBK3002"),
        ),
    ),
    "duration": Samples(
        values=(span(0), span(9_000), span(86_400), span(93_784), span(59), span(10_000_000_000)),
        wire=(("PT2H30M", span(9_000)), ("P1D", span(86_400)), ("PT150M", span(9_000)), ("P1W", span(604_800)), ("", None)),
        typed=(
            ("ru", "2 ч 30 мин", span(9_000)), ("ru", "2:30", span(9_000)), ("ru", "1.5 ч", span(5_400)), ("ru", "1,5 часа", span(5_400)), ("ru", "90 мин", span(5_400)),
            ("en", "2h 30m", span(9_000)), ("en", "P1D", span(86_400)), ("en", "1 day and 2 hours", span(93_600)), ("ru", "1 нед. 2 дня", span(777_600)), ("ru", "0:00:05", span(5)),
            ("en", "1h 30min", span(5_400)),
        ),
        refused=(
            ("json", "P1M", "KBK3002"), ("json", "P1Y", "KBK3002"), ("json", "2:30", "KBK3002"), ("json", 9000, "KBK3002"), ("form", "90", "KBK3002"), ("form", "час", "KBK3002"),
            ("form", "30 мин 2 ч", "KBK3002"), ("form", "2:75", "KBK3002"), ("form", "0,0001 ч", "KBK3003"), ("form", "999999 нед", "KBK3003"), ("json", "-PT1H", "KBK3002"), ("json", "P", "KBK3002"),
        ),
    ),
    "choice": Samples(
        values=("site", "call", "yo", "old"),
        wire=(("site", "site"), ("", None)),
        typed=(("ru", "call", "call"), ("ru", "Звонок", "call"), ("en", "phone call", "call"), ("ru", "елка", "yo")),
        refused=(("json", "Звонок", "KBK3002"), ("json", "nope", "KBK3002"), ("json", 1, "KBK3002"), ("form", "нет такого", "KBK3002")),
    ),
    "choices": Samples(
        values=(("vip",), ("vip", "far"), ("slow", "far"), ("vip", "slow", "far", "gone")),
        wire=((["far", "vip"], ("vip", "far")), ([], None), ("vip", ("vip",)), (["vip", "vip"], ("vip",))),
        typed=(("ru", "far\nvip", ("vip", "far")), ("ru", "Важный; далеко", ("vip", "far")), ("en", "Pays late, often", ("slow",)), ("en", "important, far", ("vip", "far"))),
        refused=(("json", ["nope"], "KBK3002"), ("json", [1], "KBK3002"), ("json", {"vip": True}, "KBK3002"), ("json", [""], "KBK3002"), ("json", "Важный", "KBK3002"),
                 ("form", "важный; кто это", "KBK3002"), ("json", [["vip"]], "KBK3002")),
    ),
    "color": Samples(
        values=("#1E88E5", "#000000", "#FFFFFF"),
        wire=(("#1e88e5", "#1E88E5"), ("#f80", "#FF8800"), ("", None)),
        typed=(("ru", "1e88e5", "#1E88E5"), ("en", " #abc ", "#AABBCC")),
        refused=(("json", "1e88e5", "KBK3002"), ("form", "red", "KBK3002"), ("json", "#12345", "KBK3002"), ("json", 1, "KBK3002"), ("json", "#gggggg", "KBK3002")),
    ),
    "json": Samples(
        values=(JsonValue({"b": [1, _D("1.5"), None, True], "a": {"ё": "ж"}}), JsonValue([]), JsonValue(0), JsonValue(False), JsonValue("текст"), JsonValue(_D("1e30"))),
        wire=(({"b": 1, "a": _D("2.50")}, JsonValue({"a": _D("2.5"), "b": 1})), (None, None), (1.0, JsonValue(1)), ([{}], JsonValue([{}]))),
        typed=(("ru", '{"a": 1}', JsonValue({"a": 1})), ("ru", " [1,\n2] ", JsonValue([1, 2])), ("en", "null", None), ("en", '"x"', JsonValue("x"))),
        refused=(
            ("form", '{"a": }', "KBK3002"), ("form", "NaN", "KBK3002"), ("form", '{"a": 1, "a": 2}', "KBK3002"), ("form", "[" * 100 + "]" * 100, "KBK3002"), ("csv", "Infinity", "KBK3002"),
            ("json", float("nan"), "KBK3002"), ("json", "forbidden", "KBK3003"), ("form", "[1] 2", "KBK3002"), ("form", "'a'", "KBK3002"), ("json", b"x", "KBK3002"), ("json", {1: 2}, "KBK3002"), ("form", '"\\ud800"', "KBK3002"), ("form", "9" * 6000, "KBK3002"),
        ),
    ),
    "link": Samples(
        values=(1, 7, 2**53),
        wire=((7, 7), ({"id": 7}, 7), ({"id": None, "hidden": True}, None), ({"id": 7, "title": "Ромашка", "deleted": True}, 7)),
        typed=(("ru", "7", 7), ("ru", "", None)),
        refused=(
            ("json", "7", "KBK3002"), ("json", 0, "KBK3005"), ("json", -1, "KBK3005"), ("json", 10**30, "KBK3005"), ("json", True, "KBK3002"),
            ("json", 1.5, "KBK3002"), ("json", {"id": "7"}, "KBK3002"), ("json", {}, "KBK3002"), ("json", {"id": 1, "x": 2}, "KBK3002"),
            ("json", [7], "KBK3002"), ("form", "Ромашка", "KBK3002"), ("json", {"by": {"a": 1, "b": 2}}, "KBK3002"), ("form", "٧", "KBK3002"),
        ),
    ),
    "links": Samples(
        values=((7, 1), (2,)),
        wire=(([7, {"id": 1}, 7], (7, 1)), ([], None), (None, None), ([{"id": None, "hidden": True}, 2], (2,))),
        typed=(("ru", "7\n1", (7, 1)), ("ru", "", None)),
        refused=(("json", 7, "KBK3002"), ("json", "7", "KBK3002"), ("json", ["x"], "KBK3002"), ("json", [[7]], "KBK3002"),
                 ("json", [0], "KBK3005"), ("json", list(range(1, 1002)), "KBK3003"), ("form", "Ромашка", "KBK3002")),
    ),
    "users": Samples(
        values=((2, 1),), wire=(([{"id": 2, "title": "Анна"}], (2,)),), typed=(("ru", "2", (2,)),),
        refused=(("json", {"id": 2}, "KBK3002"), ("json", [True], "KBK3002")),
    ),
    "department": Samples(values=(1,), wire=(({"id": 1}, 1),), typed=(("ru", "1", 1),), refused=(("json", "1", "KBK3002"),)),
    "link_any": Samples(
        values=(AnyName(entity="sample", key=1), AnyName(entity="user", key=2**53)),
        wire=(
            ({"entity": "sample", "id": 7}, AnyName(entity="sample", key=7)), ("user:2", AnyName(entity="user", key=2)), ("", None),
            ({"entity": "sample", "id": 7, "title": "Ромашка", "deleted": True}, AnyName(entity="sample", key=7)),
            ({"id": None, "hidden": True}, None),
        ),
        typed=(("ru", "sample:7", AnyName(entity="sample", key=7)), ("ru", "", None)),
        refused=(
            ("json", 7, "KBK3002"), ("json", {"id": 7}, "KBK3002"), ("json", {"entity": 5, "id": 7}, "KBK3002"), ("json", "7", "KBK3002"),
            ("json", {"entity": "sample", "id": 0}, "KBK3005"), ("json", {"entity": "sample"}, "KBK3002"), ("form", "sample:x", "KBK3002"),
            ("json", [], "KBK3002"), ("json", "sample:0", "KBK3005"), ("json", "sample:" + "9" * 29, "KBK3005"),
        ),
    ),
    "file": Samples(
        values=(1, 2),
        wire=((2, 2), ({"id": 2}, 2), ({"id": 2, "name": "a.pdf", "size": 5, "type": "application/pdf", "url": "/files/2/a.pdf"}, 2), (None, None)),
        typed=(("ru", "2", 2), ("ru", "", None)),
        refused=(
            ("json", "2", "KBK3002"), ("json", {"by": {"name": "a"}}, "KBK3002"), ("json", {"id": 1, "path": "/etc"}, "KBK3002"), ("json", 0, "KBK3005"),
            ("json", {"name": "a.pdf"}, "KBK3002"), ("form", "\ue000large", "KBK5004"), ("form", "\ue000empty", "KBK5004"), ("form", "a.pdf", "KBK3002"),
        ),
    ),
    "files": Samples(
        values=((2, 1), (1,)),
        wire=(([2, {"id": 1}], (2, 1)), ([1, 1], (1,)), ([], None), (None, None)),
        typed=(("ru", "2\n1", (2, 1)), ("ru", "", None), ("ru", "\n2", (2,))),
        refused=(("json", 2, "KBK3002"), ("json", "2", "KBK3002"), ("json", [{"name": "a"}], "KBK3002"), ("json", list(range(1, 102)), "KBK3003"),
                 ("form", "\ue000large", "KBK5004")),
    ),
    "image": Samples(
        values=(1,), wire=(({"id": 1}, 1),), typed=(("en", "1", 1),),
        refused=(("json", "a.png", "KBK3002"), ("form", "\ue000empty", "KBK5004")),
    ),
    "secret": Samples(
        values=(), wire=((None, None), ("", None)), typed=(("ru", "", None), ("ru", "\ue000", None)),
        refused=(
            ("json", 5, "KBK3002"), ("json", {"set": True}, "KBK3002"), ("json", "a\0", "KBK3002"), ("json", "\ud800", "KBK3002"),
            ("json", "x" * 10_001, "KBK3003"), ("csv", "word", "KBK3004"),
        ),
    ),
    "user": Samples(values=(1, 12), wire=(({"id": 3}, 3),), typed=(("en", "3", 3),), refused=(("json", "admin", "KBK3002"),)),
    "children": Samples(
        values=(), wire=(([{"amount": 1}], [{"amount": 1}]), ([], []), (None, None)),
        refused=(("json", {"amount": 1}, "KBK3002"), ("json", [1], "KBK3002"), ("json", "x", "KBK3002")),
    ),
    "number_series": Samples(values=("С-2026-00001",), refused=(("json", "С-2026-00001", "KBK3004"),), writable=False),
    "inn": Samples(values=("7707083893", "500100732259"), typed=(("ru", "77 07 08-3893", "7707083893"),),
                   refused=(("json", "7707083894", "KBK3003"), ("form", "770708389", "KBK3003"), ("json", 7707083893, "KBK3002"), ("csv", "7" * 99, "KBK3003"))),
    "kpp": Samples(values=("773601001", "7710AB001"), typed=(("ru", "7710 ab 001", "7710AB001"),), refused=(("json", "77360100", "KBK3003"), ("json", [], "KBK3002"))),
    "ogrn": Samples(values=("1027700132195",), refused=(("json", "1027700132196", "KBK3003"), ("json", 1, "KBK3002"))),
    "ogrnip": Samples(values=("304500116000157",), refused=(("json", "304500116000158", "KBK3003"), ("json", True, "KBK3002"))),
    "bik": Samples(values=("044525225", "044525974"), refused=(("json", "144525225", "KBK3003"), ("json", {}, "KBK3002"))),
    "account": Samples(values=("30101810400000000225",), typed=(("ru", "30101 810 4 00000000225", "30101810400000000225"),),
                       refused=(("json", "3010181040000000022", "KBK3003"), ("json", 1, "KBK3002"))),
    "snils": Samples(values=("11223344595", "00100199800"), typed=(("ru", "112-233-445 95", "11223344595"),),
                     refused=(("form", "112-233-445 96", "KBK3003"), ("json", 11223344595, "KBK3002"))),
    "barcode": Samples(values=("4600051000057", "5901234123457"), typed=(("ru", "4 600051 000057", "4600051000057"),),
                       refused=(("json", "4600051000058", "KBK3003"), ("json", 4600051000057, "KBK3002"))),
    "formula": Samples(values=(_D("0.4000"),), refused=(("json", 5, "KBK3004"),), writable=False),
    "lookup": Samples(values=(_D("1200.10"),), refused=(("json", 5, "KBK3004"),), writable=False),
    "rollup": Samples(values=(_D("0.00"),), refused=(("json", 5, "KBK3004"),), writable=False),
}  # fmt: skip


@cache
def model() -> Model:
    """A model whose entity ``sample`` has a field of every type, called as its type."""
    return factories.model({"entities/sample.yaml": ENTITY, "entities/sample_row.yaml": ROW})


def entity() -> Entity:
    """The entity ``sample``."""
    return model().entities["sample"]


def sample_field(name: str) -> Field:
    """Its field of that name, which is that of the type."""
    return entity().by_name[name]


def value_of(type_name: str, written: Any) -> Any:
    """The engine's value of a sample: the uid of a choice, anything else as it stands."""
    if type_name not in ("choice", "choices") or written is None:
        return written
    if type_name == "choices":
        return tuple(_choice(type_name, name) for name in written)
    return _choice(type_name, written)


def operand_text(field: Field, value: Any) -> str:
    """A value of the field (as the engine holds it) as a constant of the expression language."""
    if value is not None and field.computed is None and field.type.column_type(field).html:
        value = plain_text(value)
    return constant_text(field.result, value, {choice.uid: choice.name for choice in field.choices})


def _choice(type_name: str, name: str) -> str:
    choice = sample_field(type_name).choice(name)
    assert choice is not None
    return choice.uid
