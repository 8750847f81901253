"""Check digits: pure functions over digits, each with the rule it follows."""

from __future__ import annotations

from collections.abc import Sequence

_INN_10 = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_INN_11 = (7, *_INN_10)
_INN_12 = (3, *_INN_11)
_ACCOUNT = (7, 1, 3)
_ACCOUNT_KEY = 8
"""Index of the key in the 20 digits of an account."""


def _weighed(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def inn_key(digits: Sequence[int], place: int) -> int:
    """The digit of a taxpayer's number at the ``place`` 10 (organisation), 11 or 12 (person) by those before it
    (order of the Federal Tax Service ED-7-14/559, annex)."""
    weights = {10: _INN_10, 11: _INN_11, 12: _INN_12}[place]
    return _weighed(digits, weights) % 11 % 10


def ogrn_key(digits: Sequence[int]) -> int:
    """The last digit of a state registration number by those before it: the remainder by 11 of an organisation's 12,
    by 13 of an entrepreneur's 14, its last digit (order of the Ministry of Finance 165n, 8)."""
    number = int("".join(map(str, digits)))
    return number % (len(digits) - 1) % 10


def snils_key(digits: Sequence[int]) -> int:
    """The last two digits of a personal insurance number by its first nine (order of the Pension Fund 485p)."""
    total = _weighed(digits, range(9, 0, -1)) % 101
    return 0 if total == 100 else total


SNILS_UNCHECKED = 1_001_998
"""Numbers up to 001-001-998 were given before there were check digits."""


def account_key(account: Sequence[int], bik: Sequence[int]) -> int:
    """The ninth digit of an account by the others and the bank's code (Bank of Russia, rule 515 of 8.09.1997).

    An account in a bank is weighed behind the last three digits of the code; a correspondent account, and any account
    with a settlement centre (codes that end with 000, 001, 002), behind 0 and the fifth and sixth digit.
    """
    centre = tuple(bik[6:8]) == (0, 0) and bik[8] <= 2
    before = (0, bik[4], bik[5]) if centre or tuple(account[:3]) == (3, 0, 1) else tuple(bik[6:9])
    written = (*before, *account[:_ACCOUNT_KEY], 0, *account[_ACCOUNT_KEY + 1 :])
    total = sum(digit * _ACCOUNT[place % 3] % 10 for place, digit in enumerate(written))
    return total % 10 * 3 % 10
