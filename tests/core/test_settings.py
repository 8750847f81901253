"""Settings: from the environment before `.env`, and a wrong one is told by name, problem and accepted form."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from core.errors import KubikError
from core.settings import KEY_FILE, Settings, read_settings, secret_key, system_zone


def refusal(environment: Mapping[str, str], folder: Path) -> str:
    with pytest.raises(KubikError) as caught:
        read_settings(environment, folder)
    assert caught.value.code == "KBK6001"
    return str(caught.value.detail)


def test_without_any_setting_the_installation_is_a_folder_here(tmp_path: Path) -> None:
    settings = read_settings({}, tmp_path)
    assert settings == Settings()
    assert settings.home == Path("kubik-data")
    assert settings.database == f"sqlite:///{Path.cwd() / 'kubik-data' / 'kubik.db'}"
    assert not settings.secure


def test_all_settings_are_read(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "KUBIK_HOME": str(tmp_path / "данные"),
            "KUBIK_DATABASE_URL": "postgres://olga:secret@db:5433/work",
            "KUBIK_SCHEMA": "branch_2",
            "KUBIK_URL": "https://crm.example.ru:8443/",
            "KUBIK_SECRET_KEY": "x" * 32,
            "KUBIK_TIME_ZONE": "Asia/Yekaterinburg",
            "KUBIK_LANGUAGE": "en",
            "KUBIK_DATABASE_POOL": "5",
            "KUBIK_DATABASE_PREPARE": "off",
            "KUBIK_SESSION_HOURS": "1",
            "KUBIK_SESSION_DAYS": "2",
            "KUBIK_TRUSTED_PROXIES": "10.0.0.1, 10.0.0.2",
            "KUBIK_LOG_LEVEL": "DEBUG",
            "PATH": "/bin",
        },
        tmp_path,
    )
    assert settings == Settings(
        home=tmp_path / "данные",
        database_url="postgresql://olga:secret@db:5433/work",
        schema="branch_2",
        url="https://crm.example.ru:8443",
        secret_key=b"x" * 32,
        time_zone="Asia/Yekaterinburg",
        language="en",
        pool=5,
        prepare=False,
        session_hours=1,
        session_days=2,
        trusted_proxies=("10.0.0.1", "10.0.0.2"),
        log_level="debug",
    )
    assert settings.secure


def test_the_environment_stands_before_the_file(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        "# ours\nexport KUBIK_URL='http://one'\nKUBIK_LANGUAGE = en # here\n\nKUBIK_SCHEMA=\"two\"\nOTHER=1\n",
        encoding="utf-8",
    )
    settings = read_settings({"KUBIK_URL": "http://two", "KUBIK_SCHEMA": ""}, tmp_path)
    assert (settings.url, settings.language) == ("http://two", "en")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("KUBIK_DATABASE_URL", "mysql://x/y"),
        ("KUBIK_DATABASE_URL", "postgresql://host"),
        ("KUBIK_DATABASE_URL", "postgresql://host:port/x"),
        ("KUBIK_DATABASE_URL", "sqlite://"),
        ("KUBIK_DATABASE_URL", "sqlite:///:memory:"),
        ("KUBIK_DATABASE_URL", "nonsense"),
        ("KUBIK_SCHEMA", "pg_x"),
        ("KUBIK_SCHEMA", 'a"b'),
        ("KUBIK_SCHEMA", "Ж"),
        ("KUBIK_SCHEMA", "Upper"),
        ("KUBIK_URL", "crm.example.ru"),
        ("KUBIK_URL", "ftp://x"),
        ("KUBIK_URL", "https://x/path"),
        ("KUBIK_URL", "https://user@x"),
        ("KUBIK_URL", "https://x:99999"),
        ("KUBIK_SECRET_KEY", "short"),
        ("KUBIK_TIME_ZONE", "Moscow"),
        ("KUBIK_TIME_ZONE", "../etc/passwd"),
        ("KUBIK_LANGUAGE", "de"),
        ("KUBIK_DATABASE_POOL", "1"),
        ("KUBIK_DATABASE_POOL", "many"),
        ("KUBIK_DATABASE_POOL", "٥"),
        ("KUBIK_DATABASE_PREPARE", "maybe"),
        ("KUBIK_SESSION_HOURS", "-1"),
        ("KUBIK_LOG_LEVEL", "loud"),
    ],
)
def test_a_wrong_setting_is_told_by_its_name_with_the_accepted_form(
    name: str, value: str, tmp_path: Path
) -> None:
    told = refusal({name: value}, tmp_path)
    assert told.startswith(f"{name}=")
    assert "accepted: " in told


def test_secrets_are_not_repeated(tmp_path: Path) -> None:
    assert "hunter2" not in refusal({"KUBIK_DATABASE_URL": "mysql://olga:hunter2@x/y"}, tmp_path)
    assert "hunter2" not in refusal({"KUBIK_SECRET_KEY": "hunter2"}, tmp_path)


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "not a folder" in refusal({"KUBIK_HOME": str(tmp_path / "file")}, tmp_path)


def test_a_misspelt_setting_is_told_with_the_right_name(tmp_path: Path) -> None:
    assert "KUBIK_DATABASE_URL" in refusal({"KUBIK_DATABSE_URL": "postgresql://h/x"}, tmp_path)


@pytest.mark.parametrize("text", ["KUBIK_URL", "KUBIK URL=1", "=1", b"KUBIK_URL=\xff"])
def test_a_file_that_cannot_be_read_is_told_by_its_line(text: str | bytes, tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(text if isinstance(text, bytes) else text.encode())
    assert ".env" in refusal({}, tmp_path)


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "new")
    with pytest.raises(KubikError) as caught:
        secret_key(settings, create=False)
    assert caught.value.code == "KBK6002"
    key = secret_key(settings, create=True)
    assert len(key) == 64
    assert secret_key(settings, create=True) == key
    file = settings.home / KEY_FILE
    if os.name == "posix":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [f.name for f in settings.home.iterdir()] == [KEY_FILE]


def test_the_zone_of_the_system_is_a_zone() -> None:
    assert ZoneInfo(system_zone()).key == system_zone()
