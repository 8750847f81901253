"""Settings of an installation, from the environment or a `.env` file; a wrong one stops the start by its name."""

from __future__ import annotations

import os
import secrets
import shlex
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from core.errors import KubikError
from metamodel.errors import suggestion
from metamodel.messages import Message, message

_Reader = Callable[[str, str], object]

_NOT_SETTINGS = ("KUBIK_TEST_", "KUBIK_ADMIN_PASSWORD", "KUBIK_PYTHON", "KUBIK_BENCH_")
"""Names of ours in the environment that only some commands look at."""

KEY_FILE = "secret.key"
KEY_LENGTH = 32
"""Fewest characters of a secret key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an installation is told from outside; `docs/administrators/README.md` says it for people."""

    home: Path = Path("kubik-data")
    """KUBIK_HOME: the folder of the installation."""
    database_url: str = ""
    """KUBIK_DATABASE_URL: `sqlite:///PATH` or `postgresql://…`; empty is `kubik.db` in ``home``."""
    schema: str = "kubik"
    """KUBIK_SCHEMA: the PostgreSQL schema of this workspace."""
    url: str | None = None
    """KUBIK_URL: the address users see, without a slash at the end."""
    secret_key: bytes | None = None
    """KUBIK_SECRET_KEY: otherwise made once and kept in ``home``."""
    time_zone: str | None = None
    """KUBIK_TIME_ZONE: the workspace's zone at `init`; otherwise the system's."""
    language: str = "ru"
    """KUBIK_LANGUAGE: of pages before anybody has signed in, and of new users."""
    pool: int = 20
    """KUBIK_DATABASE_POOL: the most connections one process keeps to PostgreSQL."""
    prepare: bool = True
    """KUBIK_DATABASE_PREPARE: prepared statements on PostgreSQL; off behind an old PgBouncer."""
    session_hours: int = 12
    """KUBIK_SESSION_HOURS: a session ends when its browser was idle for so long."""
    session_days: int = 30
    """KUBIK_SESSION_DAYS: and in any case after so many days."""
    second_factor: str = "roles"
    """KUBIK_SECOND_FACTOR: who signs in with a one-time code: people of roles that ask for it, administrators, everybody."""
    trusted_proxies: tuple[str, ...] = ()
    """KUBIK_TRUSTED_PROXIES: addresses whose `X-Forwarded-For` is believed."""
    max_file_size: int = 4 * 1024**3
    """KUBIK_MAX_FILE_SIZE: the most that one file may weigh, in bytes."""
    import_space: int = 20 * 1024**3
    """KUBIK_IMPORT_SPACE: the most that all files of imports under way may take together, in bytes."""
    scan_command: str | None = None
    """KUBIK_SCAN_COMMAND: a scanner of viruses, run with the path of every file that is sent."""
    requests_a_minute: int | None = None
    """KUBIK_REQUESTS_A_MINUTE: the most that one person or program may ask for."""
    log_level: str = "info"
    """KUBIK_LOG_LEVEL: debug, info, warning or error."""

    @property
    def database(self) -> str:
        """The URL of the database, the default filled in."""
        return self.database_url or f"sqlite:///{(self.home / 'kubik.db').absolute()}"

    @property
    def secure(self) -> bool:
        """Whether users come over https, so that cookies must not go any other way."""
        return self.url is not None and self.url.startswith("https://")


def read_settings(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The settings of the environment, then of the `.env` in ``folder`` (the current one), then the defaults.

    A wrong or unknown ``KUBIK_…`` setting raises KBK6001 with its name, the problem and the accepted form.
    """
    given = read_env_file((folder or Path.cwd()) / ".env")
    given.update(os.environ if environment is None else environment)
    given = {k: v for k, v in given.items() if k.startswith("KUBIK_") and v.strip() != ""}
    for name in given:
        if name not in _READERS and not name.startswith(_NOT_SETTINGS):
            near = suggestion(name, _READERS)
            form = message("{name} or none", name=near or ", ".join(_READERS))
            raise _wrong(name, given[name], message("there is no such setting"), form)
    values: dict[str, object] = {}
    for name, (attribute, reader) in _READERS.items():
        if name in given:
            values[attribute] = reader(name, given[name].strip())
    return Settings(**values)  # type: ignore[arg-type]


def read_env_file(path: Path) -> dict[str, str]:
    """``NAME=value`` lines of a `.env` file: `#` comments, optional `export` and quotes; nothing is expanded."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise KubikError(
            "KBK6001",
            message("{file} cannot be read: {why}", file=str(path), why=str(error)),
        ) from error
    found: dict[str, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip().removeprefix("export ").strip()
        if not line or line.startswith("#"):
            continue
        name, equals, value = line.partition("=")
        if not equals or not name.strip().isidentifier():
            raise KubikError(
                "KBK6001",
                message("{file}, line {line}: expected NAME=value", file=str(path), line=number),
            )
        found[name.strip()] = _unquoted(value.strip())
    return found


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "'\"":
        return value[1:-1]
    return value.split(" #", 1)[0].rstrip()


def secret_key(settings: Settings, *, create: bool) -> bytes:
    """The installation's key: the given one, or that of ``home``; ``create`` makes it when there is none yet."""
    if settings.secret_key is not None:
        return settings.secret_key
    path = settings.home / KEY_FILE
    if create:
        _make_key(path)
    try:
        return path.read_bytes().strip()
    except FileNotFoundError as error:
        raise KubikError(
            "KBK6002",
            message(
                "there is no secret key: {file} is missing and KUBIK_SECRET_KEY is not set", file=str(path)
            ),
        ) from error
    except OSError as error:
        raise KubikError(
            "KBK6002", message("{file} cannot be read: {why}", file=str(path), why=str(error))
        ) from error


def _make_key(path: Path) -> None:
    """Make the key's file whole or not at all, readable by its owner only; one that is there stays."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    written = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(secrets.token_hex(32).encode())
        file.flush()
        os.fsync(file.fileno())
    try:
        written.rename(path) if os.name == "nt" else os.link(written, path)
    except FileExistsError:
        pass  # another process made it first: that one is the key
    finally:
        written.unlink(missing_ok=True)


def system_zone() -> str:
    """The name of the machine's time zone, UTC when it has no name."""
    name = os.environ.get("TZ", "").removeprefix(":")
    if name in available_timezones():
        return name
    link = Path("/etc/localtime")
    if link.is_symlink():
        parts = link.resolve().as_posix().split("/zoneinfo/", 1)
        if len(parts) == 2 and parts[1] in available_timezones():
            return parts[1]
    return "UTC"


# --- one reader a setting: its value, or KBK6001 ----------------------------------------------------------------------


def _wrong(name: str, value: str, why: Message, form: Message) -> KubikError:
    shown = "…" if name in ("KUBIK_SECRET_KEY", "KUBIK_DATABASE_URL") else value
    return KubikError(
        "KBK6001",
        message("{name}={value}: {why}; accepted: {form}", name=name, value=shown, why=why, form=form),
    )


def _path(name: str, value: str) -> Path:
    path = Path(value).expanduser()
    if path.exists() and not path.is_dir():
        raise _wrong(name, value, message("it is not a folder"), message("a path of a folder"))
    return path


def _database(name: str, value: str) -> str:
    form = message("sqlite:///PATH or postgresql://USER:PASSWORD@HOST:PORT/DATABASE")
    try:
        parts = urlsplit(value)
        parts.port  # noqa: B018  # a port that is no number raises here
    except ValueError as error:
        raise _wrong(name, value, message("it is not an address"), form) from error
    if parts.scheme in ("postgresql", "postgres"):
        if not parts.path.strip("/"):
            raise _wrong(name, value, message("it names no database"), form)
        return "postgresql" + value[len(parts.scheme) :]
    if parts.scheme == "sqlite":
        path = unquote(value.removeprefix("sqlite:///"))
        if not value.startswith("sqlite:///") or not path or path == ":memory:":
            raise _wrong(name, value, message("it names no file"), form)
        return value
    raise _wrong(name, value, message("this kind of database is not known"), form)


def _schema(name: str, value: str) -> str:
    accepted = value.isascii() and value.replace("_", "a").isalnum() and value[0].isalpha()
    if not accepted or value != value.lower() or len(value) > 48 or value.startswith("pg_"):
        raise _wrong(
            name, value, message("it is not a name"), message("a-z, 0-9 and _, a letter first, at most 48")
        )
    return value


def _url(name: str, value: str) -> str:
    form = message("http://HOST or https://HOST, with a port if need be")
    try:
        parts = urlsplit(value)
        right = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        right = False
    if not right or not value.isascii() or any(c in value.split("://", 1)[1].rstrip("/") for c in "/?#@ "):
        raise _wrong(name, value, message("it is not an address of a site"), form)
    return value.rstrip("/")


def _key(name: str, value: str) -> bytes:
    if len(value) < KEY_LENGTH:
        raise _wrong(
            name,
            value,
            message("its length is {count}", count=len(value)),
            message("random characters, at least {count}", count=KEY_LENGTH),
        )
    return value.encode()


def _zone(name: str, value: str) -> str:
    if value not in available_timezones():
        raise _wrong(
            name, value, message("there is no such time zone"), message("a name such as Europe/Moscow")
        )
    return ZoneInfo(value).key


def _one_of(*accepted: str) -> _Reader:
    def read(name: str, value: str) -> str:
        if value.lower() not in accepted:
            raise _wrong(name, value, message("it is not known"), message(", ".join(accepted)))
        return value.lower()

    return read


def _switch(name: str, value: str) -> bool:
    if value.lower() not in ("on", "off", "yes", "no", "true", "false", "1", "0"):
        raise _wrong(name, value, message("it is neither on nor off"), message("on or off"))
    return value.lower() in ("on", "yes", "true", "1")


def _whole(least: int, most: int) -> _Reader:
    def read(name: str, value: str) -> int:
        if not (value.isascii() and value.isdigit()) or not least <= int(value) <= most:
            raise _wrong(
                name,
                value,
                message("it is not a number in range"),
                message("a whole number from {least} to {most}", least=least, most=most),
            )
        return int(value)

    return read


def _bytes(name: str, value: str) -> int:
    """``500 MB``, ``4 GB``, or a number of bytes."""
    digits = value.upper().rstrip("KMGB ")
    unit = _UNITS.get(value.upper().removeprefix(digits).strip())
    if unit is None or not (digits.isascii() and digits.isdigit()) or not 1 <= int(digits) * unit <= 2**40:
        raise _wrong(
            name,
            value,
            message("it is not a size"),
            message("a size such as 500 MB or 4 GB, at most 1024 GB"),
        )
    return int(digits) * unit


_UNITS = {"": 1, "B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3, "K": 1024, "M": 1024**2, "G": 1024**3}


def _command(name: str, value: str) -> str:
    form = message("a command that is on this machine, such as clamdscan --no-summary")
    try:
        program = shlex.split(value)[0]
    except ValueError as error:
        raise _wrong(name, value, message("its quotes do not close"), form) from error
    if shutil.which(program) is None:
        raise _wrong(name, value, message("there is no program {name}", name=program), form)
    return value


def _list(name: str, value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


_READERS: Mapping[str, tuple[str, _Reader]] = {
    "KUBIK_HOME": ("home", _path),
    "KUBIK_DATABASE_URL": ("database_url", _database),
    "KUBIK_SCHEMA": ("schema", _schema),
    "KUBIK_URL": ("url", _url),
    "KUBIK_SECRET_KEY": ("secret_key", _key),
    "KUBIK_TIME_ZONE": ("time_zone", _zone),
    "KUBIK_LANGUAGE": ("language", _one_of("ru", "en")),
    "KUBIK_SECOND_FACTOR": ("second_factor", _one_of("roles", "administrators", "everybody")),
    "KUBIK_DATABASE_POOL": ("pool", _whole(2, 200)),
    "KUBIK_DATABASE_PREPARE": ("prepare", _switch),
    "KUBIK_SESSION_HOURS": ("session_hours", _whole(1, 24 * 366)),
    "KUBIK_SESSION_DAYS": ("session_days", _whole(1, 3660)),
    "KUBIK_TRUSTED_PROXIES": ("trusted_proxies", _list),
    "KUBIK_MAX_FILE_SIZE": ("max_file_size", _bytes),
    "KUBIK_IMPORT_SPACE": ("import_space", _bytes),
    "KUBIK_SCAN_COMMAND": ("scan_command", _command),
    "KUBIK_REQUESTS_A_MINUTE": ("requests_a_minute", _whole(60, 1_000_000)),
    "KUBIK_LOG_LEVEL": ("log_level", _one_of("debug", "info", "warning", "error")),
}
