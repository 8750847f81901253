"""Passwords that are guessed at once are known in both layouts of the keyboard, and by what belongs to the person."""

from __future__ import annotations

import pytest

from core.access.weak import is_weak, refuse_weak
from core.errors import KubikError

OF_THE_PERSON = ("ivanova", "Иванова Анна", "ООО Ромашка")


@pytest.mark.parametrize(
    "password",
    ["password1", "12345678", "qwerty123", "йцукенгш", "gfhjkm123", "привет12", "Иванова2024", "bdfyjdf2024",
     "Ромашка2026", "кубик2026", "IVANOVA1"],
)  # fmt: skip
def test_what_is_guessed_at_once_is_refused(password):
    assert is_weak(password, OF_THE_PERSON)
    with pytest.raises(KubikError) as caught:
        refuse_weak(password, OF_THE_PERSON)
    assert caught.value.code == "KBK3003"


@pytest.mark.parametrize(
    "password", ["лошадь скрепка батарея", "correct horse battery", "x7Kp-9mQz!w", "x" * 20 + "Лампа-мост-77"]
)
def test_what_is_not_is_taken_whatever_letters_it_has(password):
    assert not is_weak(password, OF_THE_PERSON)
