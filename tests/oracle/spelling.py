"""Sums in words spelled another way than the product: digit by digit, from tables of its own, no library."""

from __future__ import annotations

RU_HUNDREDS = [
    "",
    "сто",
    "двести",
    "триста",
    "четыреста",
    "пятьсот",
    "шестьсот",
    "семьсот",
    "восемьсот",
    "девятьсот",
]
RU_TENS = [
    "",
    "",
    "двадцать",
    "тридцать",
    "сорок",
    "пятьдесят",
    "шестьдесят",
    "семьдесят",
    "восемьдесят",
    "девяносто",
]
RU_TEENS = [
    "десять",
    "одиннадцать",
    "двенадцать",
    "тринадцать",
    "четырнадцать",
    "пятнадцать",
    "шестнадцать",
    "семнадцать",
    "восемнадцать",
    "девятнадцать",
]
RU_ONES = ["", "один", "два", "три", "четыре", "пять", "шесть", "семь", "восемь", "девять"]
RU_SCALES = [
    None,
    ("тысяча", "тысячи", "тысяч"),
    ("миллион", "миллиона", "миллионов"),
    ("миллиард", "миллиарда", "миллиардов"),
    ("триллион", "триллиона", "триллионов"),
]
EN_ONES = ["", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
EN_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
EN_TENS = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
EN_SCALES = ["", "thousand", "million", "billion", "trillion"]

UNITS = {
    ("ru", "RUB"): (("рубль", "рубля", "рублей"), ("копейка", "копейки", "копеек")),
    ("ru", "USD"): (("доллар США", "доллара США", "долларов США"), ("цент", "цента", "центов")),
    ("ru", "EUR"): (("евро", "евро", "евро"), ("цент", "цента", "центов")),
    ("en", "RUB"): (("rouble", "roubles"), ("kopeck", "kopecks")),
    ("en", "USD"): (("dollar", "dollars"), ("cent", "cents")),
    ("en", "EUR"): (("euro", "euros"), ("cent", "cents")),
}


def triples(whole: int) -> list[str]:
    """The decimal digits in groups of three, the lowest first."""
    digits = str(whole)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    return [digits[start : start + 3] for start in range(len(digits) - 3, -1, -3)]


def russian_form(triple: str) -> int:
    if triple[-2] == "1":
        return 2
    return {"1": 0, "2": 1, "3": 1, "4": 1}.get(triple[-1], 2)


def russian(whole: int) -> list[str]:
    words: list[str] = []
    for scale, triple in reversed(list(enumerate(triples(whole)))):
        hundreds, tens, ones = list(triple)
        if hundreds + tens + ones == "000":
            continue
        words.append(RU_HUNDREDS[int(hundreds)])
        if tens == "1":
            words.append(RU_TEENS[int(ones)])
        else:
            words.append(RU_TENS[int(tens)])
            one = RU_ONES[int(ones)]
            words.append({"один": "одна", "два": "две"}.get(one, one) if scale == 1 else one)
        names = RU_SCALES[scale]
        if names is not None:
            words.append(names[russian_form(hundreds + tens + ones)])
    return [word for word in words if word] or ["ноль"]


def english(whole: int) -> list[str]:
    words: list[str] = []
    for scale, triple in reversed(list(enumerate(triples(whole)))):
        hundreds, tens, ones = list(triple)
        if hundreds + tens + ones == "000":
            continue
        if hundreds != "0":
            words += [EN_ONES[int(hundreds)], "hundred"]
        if tens == "1":
            words.append(EN_TEENS[int(ones)])
        else:
            words.append("-".join(part for part in (EN_TENS[int(tens)], EN_ONES[int(ones)]) if part))
        words.append(EN_SCALES[scale])
    return [word for word in words if word] or ["zero"]


def sum_in_words(language: str, hundredths: int, currency: str) -> str:
    """The sum of so many kopecks or cents, as an office writes it."""
    sign, hundredths = hundredths < 0, abs(hundredths)
    whole, part = divmod(hundredths, 100)
    unit, lesser = UNITS[language, currency]
    if language == "ru":
        words = [*(["минус"] if sign else []), *russian(whole), unit[russian_form(triples(whole)[0])]]
        return " ".join([*words, f"{part:02}", lesser[russian_form(f"{part:03}")]])
    words = [*(["minus"] if sign else []), *english(whole), unit[whole != 1]]
    return " ".join([*words, "and", f"{part:02}", lesser[part != 1]])
