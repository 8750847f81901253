"""The names of currencies and of their hundredths as sums in words use them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """One unit in words: three Russian forms with their gender, two English ones."""

    ru: tuple[str, str, str]
    en: tuple[str, str]
    gender: str = "m"


@dataclass(frozen=True, slots=True, kw_only=True)
class Currency:
    """A currency in words; ``digits`` of the lesser unit, none where nothing lesser is in use."""

    unit: Named
    lesser: Named | None
    digits: int = 2


def _m(one: str, few: str, many: str, *en: str) -> Named:
    return Named(ru=(one, few, many), en=(en[0], en[-1]))


def _f(one: str, few: str, many: str, *en: str) -> Named:
    return Named(ru=(one, few, many), en=(en[0], en[-1]), gender="f")


def _same(ru: str, *en: str, gender: str = "m") -> Named:
    return Named(ru=(ru, ru, ru), en=(en[0], en[-1]), gender=gender)


def _coloured(adjective: str, one: str, few: str, many: str, *en: str) -> Named:
    """«белорусский рубль, белорусских рубля»: the adjective agrees."""
    return _m(f"{adjective}ий {one}", f"{adjective}их {few}", f"{adjective}их {many}", *en)


_ROUBLE = ("рубль", "рубля", "рублей")
_DOLLAR = ("доллар", "доллара", "долларов")
_KOPECK = _f("копейка", "копейки", "копеек", "kopeck", "kopecks")
_CENT = _m("цент", "цента", "центов", "cent", "cents")
_DINAR = ("динар", "динара", "динаров")
_CROWN = ("крона", "кроны", "крон")


def _crown(adjective: str, en: str) -> Named:
    one, few, many = _CROWN
    return _f(f"{adjective}ая {one}", f"{adjective}их {few}", f"{adjective}их {many}", en)


CURRENCIES: Mapping[str, Currency] = {
    "RUB": Currency(unit=_m(*_ROUBLE, "rouble", "roubles"), lesser=_KOPECK),
    "USD": Currency(unit=_m(*(f"{form} США" for form in _DOLLAR), "dollar", "dollars"), lesser=_CENT),
    "EUR": Currency(unit=_same("евро", "euro", "euros"), lesser=_CENT),
    "GBP": Currency(
        unit=_m(
            *(f"{form} стерлингов" for form in ("фунт", "фунта", "фунтов")),
            "pound sterling",
            "pounds sterling",
        ),
        lesser=_m("пенс", "пенса", "пенсов", "penny", "pence"),
    ),
    "CNY": Currency(unit=_m("юань", "юаня", "юаней", "yuan"), lesser=_m("фэнь", "фэня", "фэней", "fen")),
    "BYN": Currency(
        unit=_coloured("белорусск", *_ROUBLE, "Belarusian rouble", "Belarusian roubles"), lesser=_KOPECK
    ),
    "KZT": Currency(unit=_same("тенге", "tenge"), lesser=_m("тиын", "тиына", "тиынов", "tiyn")),
    "UAH": Currency(unit=_f("гривна", "гривны", "гривен", "hryvnia", "hryvnias"), lesser=_KOPECK),
    "UZS": Currency(
        unit=_m("сум", "сума", "сумов", "sum", "sums"), lesser=_m("тийин", "тийина", "тийинов", "tiyin")
    ),
    "KGS": Currency(
        unit=_m("сом", "сома", "сомов", "som", "soms"), lesser=_m("тыйын", "тыйына", "тыйынов", "tyiyn")
    ),
    "TJS": Currency(
        unit=_same("сомони", "somoni"), lesser=_m("дирам", "дирама", "дирамов", "diram", "dirams")
    ),
    "AMD": Currency(
        unit=_m("драм", "драма", "драмов", "dram", "drams"), lesser=_f("лума", "лумы", "лум", "luma")
    ),
    "GEL": Currency(unit=_same("лари", "lari"), lesser=_same("тетри", "tetri")),
    "AZN": Currency(
        unit=_m("манат", "маната", "манатов", "manat", "manats"),
        lesser=_m("гяпик", "гяпика", "гяпиков", "gapik", "gapiks"),
    ),
    "MDL": Currency(
        unit=_m("лей", "лея", "леев", "leu", "lei"), lesser=_m("бан", "бана", "банов", "ban", "bani")
    ),
    "TRY": Currency(
        unit=_f("турецкая лира", "турецкие лиры", "турецких лир", "Turkish lira", "Turkish liras"),
        lesser=_m("куруш", "куруша", "курушей", "kurush"),
    ),
    "AED": Currency(
        unit=_m(*(f"{form} ОАЭ" for form in ("дирхам", "дирхама", "дирхамов")), "UAE dirham", "UAE dirhams"),
        lesser=_m("филс", "филса", "филсов", "fils"),
    ),
    "INR": Currency(
        unit=_f("индийская рупия", "индийские рупии", "индийских рупий", "Indian rupee", "Indian rupees"),
        lesser=_f("пайса", "пайсы", "пайс", "paisa", "paise"),
    ),
    "JPY": Currency(unit=_f("иена", "иены", "иен", "yen"), lesser=None, digits=0),
    "KRW": Currency(unit=_f("вона", "воны", "вон", "won"), lesser=None, digits=0),
    "CHF": Currency(
        unit=_coloured("швейцарск", "франк", "франка", "франков", "Swiss franc", "Swiss francs"),
        lesser=_m("сантим", "сантима", "сантимов", "centime", "centimes"),
    ),
    "PLN": Currency(
        unit=_m("злотый", "злотых", "злотых", "zloty", "zlotys"),
        lesser=_m("грош", "гроша", "грошей", "grosz", "groszy"),
    ),
    "CZK": Currency(
        unit=_crown("чешск", "Czech koruna"), lesser=_m("геллер", "геллера", "геллеров", "heller", "hellers")
    ),
    "RSD": Currency(
        unit=_coloured("сербск", *_DINAR, "Serbian dinar", "Serbian dinars"),
        lesser=_f("пара", "пары", "пар", "para"),
    ),
    "CAD": Currency(unit=_coloured("канадск", *_DOLLAR, "Canadian dollar", "Canadian dollars"), lesser=_CENT),
    "AUD": Currency(
        unit=_coloured("австралийск", *_DOLLAR, "Australian dollar", "Australian dollars"), lesser=_CENT
    ),
    "HKD": Currency(
        unit=_coloured("гонконгск", *_DOLLAR, "Hong Kong dollar", "Hong Kong dollars"), lesser=_CENT
    ),
    "SGD": Currency(
        unit=_coloured("сингапурск", *_DOLLAR, "Singapore dollar", "Singapore dollars"), lesser=_CENT
    ),
}
"""By the codes of ISO 4217. «Доллар США» and its kind keep what follows the noun as it is."""
