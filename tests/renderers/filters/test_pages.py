"""The bar of filters and its pages: what chips say, how a condition gets into the address, what is refused."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.renderers.surfing import Surfer, sign_in
from tests.sites import Site


@pytest.fixture
def deals(site: Site) -> dict[str, int]:
    """Deals of two people, by name; nina's company is seen by all, her deal is not."""
    made = {}
    for who, name, stage, amount in (
        ("mark", "Альфа", "lead", 100), ("mark", "Ёлка 50%", "offer", 2500.5), ("mark", "Бета", "won", None), ("nina", "Чужая", "lead", 7),
    ):  # fmt: skip
        made[name] = site.post(
            "/api/records/deal", {"name": name, "stage": stage, "amount": amount}, who
        ).json()["id"]
    return made


def asked(filter: str, **more: str) -> str:
    return "/e/deal?" + urlencode({"view": "all", "filter": filter, **more})


def names(page: Any) -> list[str]:
    return sorted(
        re.sub("<[^>]+>", "", cell) for cell in re.findall(r'<td class="name[^>]*>(.*?)</td>', page.text)
    )


def chips(page: Any) -> list[tuple[str, str]]:
    """The names of fields and what is asked of them."""
    found = re.findall(r'class="fname">(.*?)</span>.*?class="fval">(.*?)</span>', page.text)
    return [(unescape(label), unescape(words).replace("\u00a0", " ")) for label, words in found]


def in_russian(surfer: Surfer) -> Surfer:
    surfer.post("/language", [("language", "ru"), ("next", "/")])
    return surfer


PHRASES = [
    ("amount > 100000", ("Amount", "over ₽100,000"), ("Сумма", "больше 100 000 ₽")),
    ("stage NOT IN ('won', 'lost')", ("Stage", "open"), ("Стадия", "не закрыта")),
    ("stage IN ('lead', 'offer')", ("Stage", "Lead, Offer"), ("Стадия", "Обращение, Предложение")),
    ("owner = me", ("Owner", "me"), ("Ответственный", "я")),
    ("NOT owner = me", ("Owner", "not: me"), ("Ответственный", "не: я")),
    ("probability BETWEEN 0.2 AND 0.5", ("Probability", "20% to 50%"), ("Вероятность", "от 20 % до 50 %")),
    ("closes_on BETWEEN today() AND today() + P7D - P1D", ("Closes on", "next 7 days"), ("Закрыть до", "ближайшие 7 дней")),
    ("closes_on < today() - P1D", ("Closes on", "more than 1 day ago"), ("Закрыть до", "раньше чем 1 день назад")),
    ("name CONTAINS 'ёл'", ("Name", "contains “ёл”"), ("Название", "содержит «ёл»")),
    ("EXISTS(items WHERE quantity > 2)", ("Items", "has a row where Quantity: over 2"), ("Состав", "есть строка, где Quantity: больше 2")),
    ("company.city IS NULL", ("Company → City", "is empty"), ("Компания → Город", "пусто")),
]  # fmt: skip


def test_chips_read_as_phrases_in_both_languages(site: Site) -> None:
    mark = sign_in(site, "mark")
    english = [chips(mark.get(asked(text))) for text, _, _ in PHRASES]
    russian = [chips(in_russian(mark).get(asked(text))) for text, _, _ in PHRASES]
    labels = {"Deal", "Сделка"}
    for (text, said, сказано), here, there in zip(PHRASES, english, russian, strict=True):
        assert here and there, text
        assert (here[0][1], there[0][1]) == (said[1], сказано[1]), text
        assert here[0][0] not in labels


def test_a_condition_is_put_in_without_scripts(site: Site, deals: dict[str, int]) -> None:
    mark = in_russian(sign_in(site, "mark"))
    listed = mark.get(asked("stage NOT IN ('won', 'lost')"))
    add = re.search(r'href="(/e/deal/filters/edit\?[^"]+_at=1)"', listed.text)
    assert add is not None
    fields = mark.get(unescape(add[1]))
    chosen = re.search(r'href="([^"]+_field=amount)"', fields.text)
    assert fields.status_code == 200 and chosen is not None
    form = mark.get(unescape(chosen[1]))
    pairs = re.findall(
        r'<input type="hidden" name="([^"]+)" value="([^"]*)">',
        form.text[form.text.index("fform") : form.text.index("ftitle")],
    )
    sent = {unescape(name): unescape(value) for name, value in pairs if name}
    wrong = mark.get("/e/deal/filters/apply?" + urlencode({**sent, "_op": "ge", "_v": "сто"}))
    assert wrong.status_code == 422 and "aria-invalid" in wrong.text and "сто" in wrong.text
    taken = mark.get("/e/deal/filters/apply?" + urlencode({**sent, "_op": "ge", "_v": "2 500,50"}))
    where = urlsplit(taken.headers["location"])
    assert taken.status_code == 303 and where.path == "/e/deal"
    state = parse_qs(where.query)
    assert state == {"view": ["all"], "filter": ["stage NOT IN ('won', 'lost') AND amount >= 2500.5"]}
    assert names(mark.get(taken.headers["location"])) == ["Ёлка 50%"]
    by_script = mark.get(
        "/e/deal/filters/apply?" + urlencode({**sent, "_op": "ge", "_v": "1"}), **{"hx-request": "true"}
    )
    assert '"target": "#list"' in by_script.headers["hx-location"]


TYPED: list[tuple[str, str, dict[str, str], str | None]] = [
    ("name", "starts", {"_v": "ел"}, "name LIKE 'ел%'"), ("name", "ends", {"_v": "50%"}, "RIGHT(name, LENGTH('50%')) = '50%'"),
    ("name", "in", {"_v": "Альфа\n\nБета"}, "name IN ('Альфа', 'Бета')"), ("name", "ne", {"_v": "it's"}, "name IS DISTINCT FROM 'it''s'"),
    ("closes_on", "last", {"_n": "2", "_unit": "weeks"}, "closes_on BETWEEN today() - P2W + P1D AND today()"),
    ("created_at", "eq", {"_v": "21.11.2026"}, "created_at = date '2026-11-21'"),
    ("created_at", "after", {"_v": "21.11.2026 14:30"}, "created_at > datetime '2026-11-21T11:30:00Z'"),
    ("probability", "eq", {"_v": "20 %"}, "probability = 0.2"), ("expected", "lt", {"_v": "1 000"}, "expected < 1000"),
    ("stage", "eq", {"_v": "won"}, "stage = 'won'"), ("owner", "is_me", {"_not": "1"}, "NOT (owner = me)"),
    ("items", "rows_from", {"_v": "2"}, "COUNT(items) >= 2"), ("items", "rows_where", {"_where": "quantity > 1"}, "EXISTS(items WHERE quantity > 1)"),
    ("company", "eq", {"_v~text": "ромашка"}, "company = 1"), ("closes_on", "last", {"_n": "0", "_unit": "days"}, None),
    ("items", "rows_where", {"_where": "quantity >"}, None), ("company", "eq", {"_v~text": "нет такой"}, None), ("stage", "in", {}, None),
    ("closes_on", "eq", {"_v": "31.02.2026"}, None),
]  # fmt: skip


def test_what_people_type_becomes_a_condition(site: Site) -> None:
    site.post("/api/records/company", {"name": "ООО «Ромашка»"}, "admin")
    admin = in_russian(sign_in(site, "admin"))
    for field, op, values, text in TYPED:
        answer = admin.get("/e/deal/filters/apply?" + urlencode({"_field": field, "_op": op, **values}))
        if text is None:
            assert answer.status_code == 422 and 'class="wrong"' in answer.text, (field, op)
            continue
        assert answer.status_code == 303, (text, re.findall(r'class="wrong".*?</span>', answer.text))
        assert parse_qs(urlsplit(answer.headers["location"]).query)["filter"] == [text]


def test_a_hidden_field_is_refused_as_one_that_is_not_there(site: Site, deals: dict[str, int]) -> None:
    site.post("/api/records/company", {"name": "Тайна"}, "admin")
    mark = sign_in(site, "mark")
    told = mark.get(asked("owner.department.name = 'x' AND amount > 1"))
    unknown = mark.get(asked("owner.somewhatever.name = 'x' AND amount > 1"))
    assert told.status_code == unknown.status_code == 422
    assert names(told) == [] and 'id="list"' in told.text and "fset wrong" in told.text
    reasons = [re.search(r"there is no field “(\w+)” here", page.text) for page in (told, unknown)]
    assert [found and found[1] for found in reasons] == ["department", "somewhatever"]
    assert "amount" in told.text and "/e/deal?view=all&amp;filter=" in told.text, "it can be dropped"


def test_links_are_said_by_titles_as_far_as_the_reader_sees_them(site: Site, deals: dict[str, int]) -> None:
    company = site.post("/api/records/company", {"name": "Ромашка"}, "admin").json()["id"]
    mark, nina = sign_in(site, "mark"), sign_in(site, "nina")
    assert chips(mark.get(asked(f"company IN ({company})"))) == [("Company", "Ромашка")]
    activity = "/e/activity?" + urlencode({"filter": f"deal = {deals['Чужая']}"})
    assert chips(mark.get(activity))[0][1] == "hidden" and re.fullmatch(
        r"Д-\d{4}-00004 Чужая", chips(nina.get(activity))[0][1]
    )
    assert not mark.get("/e/activity/filters/options/deal?q=Чужая").json()["items"]
    assert [i["title"] for i in nina.get("/e/activity/filters/options/deal?q=чуж").json()["items"]] == [
        chips(nina.get(activity))[0][1]
    ]


def test_an_expression_is_checked_while_it_is_typed(site: Site, deals: dict[str, int]) -> None:
    mark = in_russian(sign_in(site, "mark"))
    check = lambda text: mark.get("/e/deal/filters/check?" + urlencode({"_text": text})).text  # noqa: E731
    assert "2 записи" in check("amount > 1 OR name = 'Альфа'")
    assert 'data-fplace="10"' in check("amount > ы") and "<mark>ы</mark>" in check("amount > ы")
    assert "здесь нет поля «somewhat»" in check("somewhat = 1")
    known = {i["text"]: i["label"] for i in mark.get("/e/deal/filters/names").json()["items"]}
    assert known["amount"] and known["me"] == "я" and "'won'" in known and "SUM()" in known
    behind = {i["text"] for i in mark.get("/e/deal/filters/names?_under=company").json()["items"]}
    assert "city" in behind and "department" not in {
        i["text"] for i in mark.get("/e/deal/filters/names?_under=owner").json()["items"]
    }
    typed = mark.get(
        "/e/deal/filters/text?" + urlencode({"view": "all", "filter": "amount > 1", "_text": "amount > 200"})
    )
    assert parse_qs(urlsplit(typed.headers["location"]).query) == {
        "view": ["all"],
        "filter": ["amount > 200"],
    }
    assert mark.get("/e/deal/filters/text?_text=amount").status_code == 422


def test_boards_stand_under_the_same_bar(site: Site, deals: dict[str, int]) -> None:
    old = sign_in(site, "mark").get("/e/deal?view=all&f.stage=offer")
    assert chips(old)[0][1] == "Offer" and names(old) == ["Ёлка 50%"]
