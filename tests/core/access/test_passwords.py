"""Passwords: one time for all, the same letters however they are typed, few at once."""

from __future__ import annotations

import threading

import pytest
from argon2 import PasswordHasher, Type

from core.access import passwords
from core.access.passwords import hash_password, is_outdated, verify_password
from core.errors import KubikError
from tests.thrift import HASHER


def test_a_password_is_its_own_and_no_other() -> None:
    stored = hash_password("пароль с Ёлкой")
    assert stored.startswith("$argon2id$")
    assert hash_password("пароль с Ёлкой") != stored
    assert verify_password(stored, "пароль с Ёлкой")
    assert not verify_password(stored, "пароль с елкой")
    assert not verify_password("not a hash", "пароль с Ёлкой")


def test_composed_and_decomposed_letters_are_the_same() -> None:
    assert verify_password(hash_password("й" * 8), "и\u0306" * 8)


def test_who_has_no_password_takes_a_verification_too(monkeypatch: pytest.MonkeyPatch) -> None:
    verified: list[str] = []
    real = PasswordHasher.verify

    def counting(self: PasswordHasher, stored: str | bytes, password: str | bytes) -> bool:
        verified.append(str(stored))
        return real(self, stored, password)

    monkeypatch.setattr(PasswordHasher, "verify", counting)
    assert not verify_password(None, "nobody's password")
    assert len(verified) == 1
    assert verified[0].startswith("$argon2id$")


def test_a_hash_of_weaker_parameters_is_outdated() -> None:
    assert is_outdated(PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash("x"))
    assert not is_outdated(hash_password("longenough"))


def test_a_hash_costs_what_owasp_asks() -> None:
    assert (HASHER.type, HASHER.memory_cost, HASHER.time_cost) == (Type.ID, 46 * 1024, 1)


def test_more_than_a_few_at_once_wait_and_then_are_asked_to_come_later(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(passwords, "_PLACES", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "_PATIENCE", 0.05)
    with passwords._place(), pytest.raises(KubikError) as caught:
        verify_password(None, "x")
    assert caught.value.code == "KBK4004"
    assert not verify_password(None, "x")
