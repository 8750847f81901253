"""Wrong calls of the command are told in the language of the terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.commands import Commands

WRONG = (
    ("nope",), ("serve", "--port", "abc"), ("serve", "--port"), ("serve", "--prt", "1"), ("solution", "install"),
    ("serve", "extra"), ("serve", "--port", "99999"), ("plan", "/nowhere"), ("solution", "instal"),
)  # fmt: skip


@pytest.fixture
def kubik(tmp_path: Path) -> Commands:
    return Commands(tmp_path / "home", f"sqlite:///{tmp_path / 'never.db'}")


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_a_wrong_call_is_told_in_russian(kubik: Commands, words: tuple[str, ...]) -> None:
    told = kubik(*words, environment={"LC_ALL": "ru_RU.UTF-8"})
    assert told.returncode == 2
    shown = re.sub(r"'[^']*'|--\w+|\[[A-Z]+\]|Вызов: .*|Справка: .*", "", told.stderr)
    assert re.search("Ошибка|Вызов", told.stderr)
    assert re.findall("[a-z]{4,}", shown.replace("extra", "")) == [], told.stderr


def test_the_same_call_is_told_in_english_elsewhere(kubik: Commands) -> None:
    assert "No such command" in kubik("nope", environment={"LC_ALL": "C.UTF-8"}).stderr


@pytest.mark.parametrize(
    "words", [("--help",), ("serve", "--help"), ("solution", "part", "--help")], ids=" ".join
)
def test_the_help_is_in_russian(kubik: Commands, words: tuple[str, ...]) -> None:
    told = kubik(*words, environment={"LC_ALL": "ru_RU.UTF-8"})
    assert told.returncode == 0
    named = re.findall(r"(?m)^  (?:-{1,2}\S.*|[a-z]+ {2,}.*)$", told.stdout)
    assert [line for line in named if not re.search("[А-я]", line)] == []
    assert named and re.search("(?m)^(Команды|Параметры):$", told.stdout)
